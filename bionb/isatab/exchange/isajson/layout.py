"""Which column of a node goes where in ISA-JSON: into attributes, or, for want of a place, into comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bionb.isatab.graph.groups import Group
from bionb.isatab.model.headers import (
    CHARACTERISTICS,
    COMMENT,
    FACTOR,
    PARAMETER,
    SAMPLE,
    SOURCE,
    Column,
    kind_of,
)

#: Data files of ISA-JSON's schema; others say in a comment what they are.
DATA_TYPES = frozenset(
    (
        "Raw Data File",
        "Derived Data File",
        "Image File",
        "Acquisition Parameter Data File",
        "Derived Spectral Data File",
        "Protein Assignment File",
        "Raw Spectral Data File",
        "Peptide Assignment File",
        "Array Data File",
        "Derived Array Data File",
        "Post Translational Modification Assignment File",
        "Derived Array Data Matrix File",
        "Free Induction Decay Data File",
        "Metabolite Assignment File",
        "Array Data Matrix File",
    )
)
EXTRACTS = ("Extract Name", "Labeled Extract Name")
#: Headers without brackets that ISA-JSON has as a characteristic of this name.
AS_CHARACTERISTICS = ("Material Type", "Label")
_TERM_ROLES = ("term_source", "term_accession")
_ON_PROCESS = ("Performer", "Date")


@dataclass(frozen=True)
class Attribute:
    """A value with its unit and terms: for each the column, where there is one."""

    column: Column
    unit: Column | None
    terms: dict[str, Column]
    unit_terms: dict[str, Column]

    @property
    def label(self) -> str:
        """What it is called: in the brackets, or the header."""
        return self.column.label if self.column.label is not None else self.column.kind

    @property
    def columns(self) -> list[Column]:
        """All its columns, in ISA-Tab's order."""
        unit = [self.unit] if self.unit else []
        return [self.column, *self.terms.values(), *unit, *self.unit_terms.values()]


@dataclass(frozen=True)
class Layout:
    """The columns of a node, told apart.

    Attributes
    ----------
    group : Group
        All of them.
    place : str
        Where the node stands in JSON: ``sources``, ``samples``, ``reference`` (a sample in an assay), ``materials``,
        ``data`` or ``processes``.
    """

    group: Group
    place: str

    @property
    def header(self) -> str:
        """The header of its name."""
        return self.group.name.kind if self.group.name else ""

    @cached_property
    def characteristics(self) -> list[Attribute]:
        """What describes a material."""
        wanted = (CHARACTERISTICS, *AS_CHARACTERISTICS) if self.place in ("sources", "samples", "materials") else ()
        return self._attributes(*wanted)

    @cached_property
    def factors(self) -> list[Attribute]:
        """The factors of a sample."""
        return self._attributes(*((FACTOR,) if self.place == "samples" else ()))

    @cached_property
    def parameters(self) -> list[Attribute]:
        """The parameters of a process."""
        return self._attributes(*((PARAMETER,) if self.place == "processes" else ()))

    @cached_property
    def simple(self) -> dict[str, Column]:
        """Performer and date of a process, where they stand once and without a term."""
        if self.place != "processes":
            return {}
        found: dict[str, Column] = {}
        for column in self.group.columns:
            if column.kind in _ON_PROCESS and not self.group.owned.get(column.position):
                found.setdefault(column.kind, column)
        return found

    @cached_property
    def comments(self) -> list[Column]:
        """The rest, with units and terms behind what they belong to: comments, and what ISA-JSON has no place for."""
        held = {column.position for column in self._held}
        return [column for column in self.group.columns if column.position not in held and column.kind]

    @cached_property
    def unknown(self) -> list[Column]:
        """Columns that are not ISA-Tab's."""
        return [column for column in self.group.columns if not column.kind]

    @property
    def order(self) -> list[Column]:
        """The columns as they come back: the name (of a process behind its parameters), attributes, comments."""
        return [*self._held, *self.comments]

    @property
    def names_its_kind(self) -> bool:
        """Whether ISA-JSON knows of itself what kind of thing the node is."""
        known: dict[str, tuple[str, ...] | frozenset[str]] = {
            "sources": (SOURCE,),
            "samples": (SAMPLE,),
            "reference": (SAMPLE,),
            "materials": EXTRACTS,
            "data": DATA_TYPES,
        }
        return self.header in known.get(self.place, ())

    @cached_property
    def _held(self) -> list[Column]:
        """The columns that have a place of their own, in the order in which they come back."""
        lead = [each for each in (self.group.protocol,) if each]
        name = [self.group.name] if self.group.name else []
        inner = [column for each in (*self.characteristics, *self.factors, *self.parameters) for column in each.columns]
        simple = [self.simple[kind] for kind in _ON_PROCESS if kind in self.simple]
        return [*lead, *inner, *name, *simple] if self.place == "processes" else [*name, *inner]

    def _attributes(self, *kinds: str) -> list[Attribute]:
        return [self._attribute(column) for column in self.group.columns if column.kind in kinds]

    def _attribute(self, column: Column) -> Attribute:
        owned = self.group.owned.get(column.position, [])
        unit = next((each for each in owned if each.role == "unit"), None)
        return Attribute(column, unit, dict(self._terms(column)), dict(self._terms(unit)))

    def _terms(self, column: Column | None) -> Iterator[tuple[str, Column]]:
        for each in self.group.owned.get(column.position, ()) if column else ():
            if each.role in _TERM_ROLES:
                yield each.role, each


def layouts(groups: list[Group], kind: str) -> list[Layout]:
    """Return where the nodes of a study or assay table go."""
    return [Layout(group, _place(group, kind)) for group in groups]


def _place(group: Group, kind: str) -> str:
    if not group.material:
        return "processes"
    if group.type == SAMPLE:
        return "samples" if kind == "study" else "reference"
    if group.type == SOURCE and kind == "study":
        return "sources"
    return "data" if group.kind == "data" and kind == "assay" else "materials"


def comment_name(column: Column) -> str:
    """Return what a column is called as a comment: its label, or all of its header."""
    return column.label or "" if column.kind == COMMENT else column.title


def ambiguous(column: Column) -> bool:
    """Tell a column that would come back as another: ``Comment[Unit]``, ``Characteristics[Label]``."""
    if column.kind == COMMENT:
        return bool(kind_of(column.label or "")[0])
    return column.kind == CHARACTERISTICS and column.label in AS_CHARACTERISTICS
