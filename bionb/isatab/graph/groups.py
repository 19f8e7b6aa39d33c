"""The columns of each node of a row: what a header says about materials, data files and processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bionb.isatab.model.headers import DATA, MATERIALS, PROTOCOL, SAMPLE, SOURCE, Column


@dataclass(frozen=True)
class Group:
    """The columns of one material, data file or process.

    Attributes
    ----------
    number : int
        From 0, as ``node`` in the column table.
    columns : tuple of Column
        All its columns.
    name : Column or None
        The column of its names; a process may have none.
    protocol : Column or None
        Its ``Protocol REF`` column; None for materials, data and processes without one.
    """

    number: int
    columns: tuple[Column, ...]
    name: Column | None
    protocol: Column | None

    @cached_property
    def owned(self) -> dict[int, list[Column]]:
        """The unit and term columns of each column, by its position."""
        found: dict[int, list[Column]] = {}
        for column in self.columns:
            if column.owner is not None:
                found.setdefault(column.owner, []).append(column)
        return found

    @property
    def type(self) -> str:
        """Kind of the naming column, or ``Protocol REF``."""
        return self.name.kind if self.name else PROTOCOL

    @property
    def kind(self) -> str:
        """``material``, ``data`` or ``process``."""
        if not self.material:
            return "process"
        return "data" if self.start.kind in DATA else "material"

    @property
    def material(self) -> bool:
        """Whether AltamISA makes a material of it, as it does of data files."""
        return self.start.kind in MATERIALS or self.start.kind in DATA

    @property
    def space(self) -> str | int:
        """Where its names are unique: one space for sources, one for samples, else its own."""
        return self.type if self.type in (SOURCE, SAMPLE) else self.number

    @property
    def start(self) -> Column:
        """The column that the node begins with."""
        return self.columns[0]


def groups_of(model: Sequence[Column]) -> list[Group]:
    """Return the nodes that a header describes; columns before the first belong to none."""
    numbered: dict[int, list[Column]] = {}
    for column in model:
        if column.node is not None:
            numbered.setdefault(column.node, []).append(column)
    groups = []
    for number, columns in numbered.items():
        protocol = next((c for c in columns if c.kind == PROTOCOL), None)
        name = next((c for c in columns if c.role == "name" and c.kind != PROTOCOL), None)
        groups.append(Group(number, tuple(columns), name, protocol))
    return groups
