"""The graph of a table: materials, data files and processes, and what leads to what.

Nodes are those of AltamISA, with its unique names: a named node is one wherever its name recurs in its column
(sources and samples: in the whole study), an unnamed one is one between the same named neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bionb.isatab.model.headers import DATA, MATERIALS, PROTOCOL, SAMPLE, SOURCE, Column
from bionb.isatab.model.table import Table
from bionb.isatab.text.cells import CodedCells
from bionb.isatab.text.typed import repeated

#: Above this number of nodes numpy repays its fixed cost.
MANY = 5000
NODE_DTYPES = {
    "id": "str",
    "kind": "str",
    "type": "str",
    "name": "str",
    "protocol": "str",
    "file": "str",
    "column": "str",
    "named": "bool",
}
EDGE_DTYPES = {"source": "str", "target": "str", "file": "str"}


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


@dataclass
class Graph:
    """Nodes and edges of one table, in order of first appearance.

    Attributes
    ----------
    table : Table
        Where they come from.
    study, assay : str
        AltamISA's ids, ``S1`` and ``A1``; a study has no assay id.
    groups : list of Group
        One for each node of a row.
    node_group, node_row : sequence of int
        For each node the group and the row where it appears first.
    tails, heads : sequence of int
        For each edge its two nodes.
    members : list of sequence of int
        For each group the node of each row.
    """

    table: Table
    study: str
    assay: str
    groups: list[Group]
    node_group: Sequence[int]
    node_row: Sequence[int]
    tails: Sequence[int]
    heads: Sequence[int]
    members: list[Sequence[int]]

    def __len__(self) -> int:
        return len(self.node_group)

    @cached_property
    def by_group(self) -> list[tuple[list[int], list[int]]]:
        """For each group the nodes that appear first in it, and their rows."""
        if len(self) > MANY:
            from bionb.isatab.graph.by_columns import split_by_group

            return split_by_group(self.node_group, self.node_row, len(self.groups))
        result: list[tuple[list[int], list[int]]] = [([], []) for _ in self.groups]
        for node, (group, row) in enumerate(zip(self.node_group, self.node_row, strict=True)):
            result[group][0].append(node)
            result[group][1].append(row)
        return result

    @cached_property
    def names(self) -> list[str]:
        """Name of each node, empty for an unnamed one."""
        return self._gather(lambda group, rows: self._column(group.name, rows))

    @cached_property
    def protocols(self) -> list[str]:
        """Protocol of each process as AltamISA has it, empty for materials and data."""
        return self._gather(self._protocols)

    @cached_property
    def ids(self) -> list[str]:
        """Unique name of each node, as AltamISA's."""
        return self._gather(self._ids)

    def _gather(self, of_group: Callable[[Group, list[int]], list[str]]) -> list[str]:
        result = [""] * len(self)
        for group, (nodes, rows) in zip(self.groups, self.by_group, strict=True):
            for node, value in zip(nodes, of_group(group, rows), strict=True):
                result[node] = value
        return result

    def _column(self, column: Column | None, rows: list[int]) -> list[str]:
        return self.table.cells.stripped(column.position, rows) if column else [""] * len(rows)

    def _protocols(self, group: Group, rows: list[int]) -> list[str]:
        if group.protocol:
            return self._column(group.protocol, rows)
        return ["" if group.material else "Unknown"] * len(rows)

    def _ids(self, group: Group, rows: list[int]) -> list[str]:
        names = self._column(group.name, rows)
        lead = f"{self.study}-{self.assay}" if self.assay else self.study
        column = (group.name or group.start).position + 1
        if group.type in (SOURCE, SAMPLE):
            ids = [f"{self.study}-{group.type.split()[0].lower()}-{name}" for name in names]
        else:
            tail = f"COL{column}" if group.material else str(column)
            ids = [f"{lead}-{name}-{tail}" for name in names]
        if all(names):
            return ids
        stems = self._unnamed_stems(group, rows)
        unnamed = (f"{lead}-{stem}-{row + 1}" for stem, row in zip(stems, rows, strict=True))
        return [id_ if name else other for id_, name, other in zip(ids, names, unnamed, strict=True)]

    def _unnamed_stems(self, group: Group, rows: list[int]) -> list[str]:
        column = group.start.position + 1
        if group.protocol:
            return [f"{protocol}-{column}" for protocol in self._column(group.protocol, rows)]
        word = f"Empty {group.type}" if group.material else f"Anonymous {group.type.replace(' Name', '')}"
        return [f"{word}-{column}"] * len(rows)

    def node_columns(self) -> dict[str, Any]:
        """Return the columns of `ISATab.nodes`."""
        per_group = {
            "kind": [group.kind for group in self.groups],
            "type": [group.type for group in self.groups],
            "column": [(group.name or group.start).key for group in self.groups],
        }
        data: dict[str, Any] = {"id": self.ids, "name": self.names, "protocol": self.protocols}
        data |= {name: self._picked(values, self.node_group) for name, values in per_group.items()}
        data["named"] = list(map(bool, self.names))
        data["file"] = self._picked([self.table.name], [0] * len(self))
        return data

    def edge_columns(self) -> dict[str, Any]:
        """Return the columns of `ISATab.edges`."""
        return {
            "source": self._picked(self.ids, self.tails),
            "target": self._picked(self.ids, self.heads),
            "file": self._picked([self.table.name], [0] * len(self.tails)),
        }

    def _picked(self, values: list[str], numbers: Sequence[int]) -> Any:
        """Return texts by their numbers, as a list or, where there are many, as an array."""
        return repeated(values, numbers) if len(self) > MANY else [values[number] for number in numbers]


def graph_of(table: Table, study: str, assay: str) -> Graph:
    """Return the graph of a table, by rows or by columns."""
    groups = groups_of(table.model)
    if isinstance(table.cells, CodedCells) and groups and len(table):
        from bionb.isatab.graph.by_columns import link

        return Graph(table, study, assay, groups, *link(table.cells, groups))
    return Graph(table, study, assay, groups, *_link(table, groups))


def _link(table: Table, groups: list[Group]) -> tuple[list[int], list[int], list[int], list[int], list[Sequence[int]]]:
    """Give each row its nodes, one row after the other."""
    rows = len(table)
    names = [table.cells.stripped(g.name.position) if g.name else [""] * rows for g in groups]
    spaces = [group.space for group in groups]
    numbers: dict[Any, int] = {}
    first: list[tuple[int, int]] = []
    edges: dict[tuple[int, int], None] = {}
    members: list[list[int]] = [[] for _ in groups]
    for row, named in enumerate(zip(*names, strict=True)):
        before = -1
        for group, key in enumerate(_keys(row, named, spaces)):
            node = numbers.setdefault(key, len(numbers))
            if node == len(first):
                first.append((group, row))
            members[group].append(node)
            if group:
                edges[before, node] = None
            before = node
    node_group, node_row = [g for g, _ in first], [r for _, r in first]
    return node_group, node_row, [t for t, _ in edges], [h for _, h in edges], list(members)


def _keys(row: int, names: Sequence[str], spaces: Sequence[str | int]) -> list[Any]:
    """Return what identifies each node of a row.

    An unnamed node is known by its named neighbours. Where none stands before it, AltamISA takes the last of the
    row; the first node of a row is always one of its own.
    """
    keys: list[Any] = [(space, name) if name else None for space, name in zip(spaces, names, strict=True)]
    if all(keys):
        return keys
    following: list[Any] = []
    after = None
    for key in reversed(keys):
        following.append(after)
        after = key or after
    before = next((key for key in reversed(keys) if key), None)
    result = []
    for group, (key, after) in enumerate(zip(keys, reversed(following), strict=True)):
        before = key or before
        result.append(key or ((row,) if group == 0 else (group, before, after)))
    return result
