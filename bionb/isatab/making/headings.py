"""What the columns of a sample table mean: matched by name with a template, units in brackets, terms beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bionb.errors import UsageError
from bionb.isatab.making.samples import folded, name_and_unit
from bionb.isatab.making.template import AssayPlan, Template
from bionb.isatab.model.headers import CHARACTERISTICS, FACTOR, PARAMETER, SAMPLE, SOURCE, kind_of

ON_SOURCE, ON_SAMPLE = "source", "sample"
_NAMES = {
    SAMPLE: ("sample name", "sample", "sample id", "name"),
    SOURCE: (
        "source name",
        "source",
        "source id",
        "patient",
        "patient id",
        "donor",
        "donor id",
        "subject",
        "subject id",
    ),
}
_TERM = re.compile(r"(.+?)[\s_.]*\b(accession|ontology|term accession number|term source ref)", re.IGNORECASE)
_PARTS = {"term accession number": "accession", "term source ref": "ontology"}


class UnmatchedColumns(UserWarning):
    """Columns of a sample table that fit no header of the template or set; kept as characteristics of the sample."""


@dataclass(frozen=True)
class Field:
    """Where the values of a column go.

    Attributes
    ----------
    kind : str
        ``Characteristics``, ``Factor Value``, ``Parameter Value``, or the header of a name (``Sample Name``, ...).
    label : str
        In the brackets.
    place : str
        ``source`` or ``sample`` for characteristics, the protocol for parameters, the assay's name for its names.
    column, unit, accession, ontology : str
        The column, its unit, and the columns that hold its terms; empty where there are none.
    """

    kind: str
    label: str
    place: str
    column: str
    unit: str = ""
    accession: str = ""
    ontology: str = ""


def fields(columns: Sequence[str], template: Template, plans: Sequence[AssayPlan]) -> tuple[list[Field], list[str]]:
    """Return what each column means, and the columns that match nothing: they become characteristics of the sample.

    Raises
    ------
    UsageError
        No column holds the names, a column fits two headers, or a term column has no value column.
    """
    terms = dict(_terms(columns))
    known = _Known(template, plans)
    found: list[Field] = []
    unmatched = []
    for column in columns:
        if column in {each for parts in terms.values() for each in parts.values()}:
            continue
        places, unit = known.places(column)
        if len(places) > 1:
            shown = " or ".join(_shown(kind, label, place) for kind, label, place in places)
            raise UsageError(
                f"column {column!r} could be {shown}: choose by a full header, or leave an assay out (assays=[...])."
            )
        if not places:
            unmatched.append(column)
            places = [(CHARACTERISTICS, name_and_unit(column)[0], ON_SAMPLE)]
        kind, label, place = places[0]
        found.append(Field(kind, label, place, column, unit, **terms.get(column, {})))
    _check(found, columns)
    return found, unmatched


class _Known:
    """All names that columns may have."""

    def __init__(self, template: Template, plans: Sequence[AssayPlan]) -> None:
        self._names: dict[str, list[tuple[str, str, str]]] = {}
        for header, spellings in _NAMES.items():
            for each in spellings:
                self._add(each, header, "", "")
        for place, labels in ((ON_SOURCE, template.source), (ON_SAMPLE, template.sample)):
            for label in labels:
                self._add_labelled(template, CHARACTERISTICS, label, place)
        for label in template.factors:
            self._add_labelled(template, FACTOR, label, "")
        for plan in plans:
            for step in plan.steps:
                for label in step.parameters:
                    self._add_labelled(template, PARAMETER, label, step.protocol)
            for header in plan.headers:
                self._add(header, header, "", plan.name)

    def places(self, column: str) -> tuple[list[tuple[str, str, str]], str]:
        """Return what a column may be (kind, label, place), and its unit."""
        found = self._names.get(folded(column))
        if found:
            return found, ""
        kind, label = kind_of(column)
        name, unit = name_and_unit(label if label is not None else column)
        if label is None:
            return self._names.get(folded(name), []), unit
        same = [each for each in self._names.get(folded(name), []) if each[0] == kind]
        if kind == PARAMETER and not same:
            raise UsageError(f"column {column!r}: no protocol of the chosen assays has this parameter.")
        return same or [(kind, name, ON_SAMPLE if kind == CHARACTERISTICS else "")], unit

    def _add_labelled(self, template: Template, kind: str, label: str, place: str) -> None:
        for each in (label, *template.aliases.get(label, ())):
            self._add(each, kind, label, place)

    def _add(self, spelling: str, kind: str, label: str, place: str) -> None:
        places = self._names.setdefault(folded(spelling), [])
        if (kind, label, place) not in places:
            places.append((kind, label, place))


def _check(found: Sequence[Field], columns: Sequence[str]) -> None:
    names = [each for each in found if each.kind == SAMPLE]
    if len(names) != 1:
        said = "no column" if not names else f"{len(names)} columns ({', '.join(each.column for each in names)})"
        raise UsageError(f"{said} with the samples' names: call one 'Sample Name'. There are: {', '.join(columns)}.")
    seen: dict[tuple[str, str, str], str] = {}
    for each in found:
        key = (each.kind, each.label, each.place)
        if key in seen:
            raise UsageError(f"columns {seen[key]!r} and {each.column!r} both mean {_shown(*key)}: leave one out.")
        seen[key] = each.column


def _terms(columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Give for each value column the columns with the accession and ontology of its terms."""
    by_name = {folded(name_and_unit(each)[0]): each for each in columns}
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        match = _TERM.fullmatch(column.strip())
        if match is None:
            continue
        value = by_name.get(folded(match[1]))
        if value is None:
            raise UsageError(f"column {column!r} holds terms of {match[1]!r}, but there is no such column.")
        word = match[2].lower()
        found.setdefault(value, {})[_PARTS.get(word, word)] = column
    for value, parts in found.items():
        if len(parts) != 2:
            missing = "ontology" if "accession" in parts else "accession"
            raise UsageError(f"terms of {value!r} have no column {f'{value} {missing}'!r}: a term needs both.")
        yield value, parts


def _shown(kind: str, label: str, place: str) -> str:
    header = f"{kind}[{label}]" if label else kind
    return f"{header} of {place}" if place else header
