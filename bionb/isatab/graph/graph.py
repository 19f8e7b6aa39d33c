"""The graph of a table: materials, data files and processes, and what leads to what.

Nodes are those of AltamISA, with its unique names: a named node is one wherever its name recurs in its column
(sources and samples: in the whole study), an unnamed one is one between the same named neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bionb.isatab.graph import by_rows
from bionb.isatab.graph.groups import Group, groups_of
from bionb.isatab.model.headers import SAMPLE, SOURCE, Column
from bionb.isatab.model.table import Table
from bionb.isatab.text.cells import CodedCells
from bionb.isatab.text.typed import repeated, text_array

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


@dataclass(eq=False)
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
        ids = self._ids_of(group, names)
        if all(names):
            return ids
        lead = f"{self.study}-{self.assay}" if self.assay else self.study
        stems = self._unnamed_stems(group, rows)
        unnamed = (f"{lead}-{stem}-{row + 1}" for stem, row in zip(stems, rows, strict=True))
        return [id_ if name else other for id_, name, other in zip(ids, names, unnamed, strict=True)]

    def _ids_of(self, group: Group, names: Sequence[str]) -> list[str]:
        """Return the ids of named nodes."""
        if group.type in (SOURCE, SAMPLE):
            return [f"{self.study}-{group.type.split()[0].lower()}-{name}" for name in names]
        lead = f"{self.study}-{self.assay}" if self.assay else self.study
        column = (group.name or group.start).position + 1
        tail = f"COL{column}" if group.material else str(column)
        return [f"{lead}-{name}-{tail}" for name in names]

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
        data: dict[str, Any] = self._words()
        data |= {name: self._picked(values, self.node_group) for name, values in per_group.items()}
        data["file"] = self._picked([self.table.name], [0] * len(self))
        return data

    def _words(self) -> dict[str, Any]:
        """Return ids, names and protocols, as lists or, where there are many, as arrays."""
        if self._arrays is not None:
            return dict(self._arrays)
        names = self.names
        return {"id": self.ids, "name": names, "protocol": self.protocols, "named": list(map(bool, names))}

    @cached_property
    def _arrays(self) -> dict[str, Any] | None:
        cells = self.table.cells
        if len(self) <= MANY or not isinstance(cells, CodedCells):
            return None
        from bionb.isatab.graph.by_columns import gathered

        names, ids, protocols = [], [], []
        for group, (_, rows) in zip(self.groups, self.by_group, strict=True):
            column = group.name
            names.append(cells.stripped_array(column.position, rows) if column else repeated([""], [0] * len(rows)))
            filled = column is not None and "" not in cells.stripped_codes(column.position)[1]
            ids.append(self._affixed(group, names[-1]) if filled else text_array(self._ids(group, rows)))
            said = group.protocol
            same = repeated(self._protocols(group, rows[:1]) or [""], [0] * len(rows))
            protocols.append(cells.stripped_array(said.position, rows) if said else same)
        order = [nodes for nodes, _ in self.by_group]
        found = {
            name: gathered(parts, order) for name, parts in (("id", ids), ("name", names), ("protocol", protocols))
        }
        return {**found, "named": found["name"] != ""}

    def _affixed(self, group: Group, names: Any) -> Any:
        """Return the ids of named nodes: their names with the same text before and behind each."""
        lead, tail = self._ids_of(group, ["\0"])[0].split("\0")
        return lead + names + tail

    def edge_columns(self) -> dict[str, Any]:
        """Return the columns of `ISATab.edges`."""
        if self._arrays is not None:
            ids = self._arrays["id"]
            ends = {"source": ids.take(self.tails), "target": ids.take(self.heads)}
            return {**ends, "file": self._picked([self.table.name], [0] * len(self.tails))}
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
        from bionb.isatab.graph import by_columns

        return Graph(table, study, assay, groups, *by_columns.link(table.cells, groups))
    return Graph(table, study, assay, groups, *by_rows.link(table.cells, groups))
