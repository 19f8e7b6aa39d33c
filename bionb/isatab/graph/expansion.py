"""What AltamISA's writer, and so SODAR's export, makes of a table: counted, not tried.

The writer walks every path through the graph and writes a row for each. Where rows share a node in the middle
(a pool), all ways into it are combined with all ways out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from bionb.isatab.graph.graph import MANY, Graph
from bionb.isatab.model.headers import SAMPLE, SOURCE
from bionb.isatab.text.typed import typed_frame

if TYPE_CHECKING:
    import pandas as pd

_DTYPES = {
    "file": "str",
    "kind": "str",
    "rows": "Int64",
    "rows_after": "Int64",
    "skipped_lines": "Int64",
    "message": "str",
}


class Expansion(NamedTuple):
    """What becomes of one table; ``rows_after`` is None where it cannot be written."""

    file: str
    kind: str
    rows: int
    rows_after: int | None
    skipped_lines: int
    message: str


def expansion_frame(graphs: Sequence[Graph]) -> pd.DataFrame:
    """Return one row a table; see `ISATab.expansion`."""
    records = [expansion_of(graph) for graph in graphs]
    return typed_frame({name: [getattr(record, name) for record in records] for name in _DTYPES}, _DTYPES)


def expansion_of(graph: Graph) -> Expansion:
    """Return what becomes of one table."""
    table = graph.table
    after, message = rows_after(graph)
    skipped = len(table.text) - len(table) - (table.header_record is not None)
    if after is not None and after != len(table):
        message = _explain(graph, after)
    if not message and skipped:
        message = f"{skipped} blank or comment lines will be lost"
    return Expansion(table.name, table.kind, len(table), after, skipped, message)


def rows_after(graph: Graph) -> tuple[int | None, str]:
    """Return the number of rows after writing, or None and the reason why the table cannot be written."""
    if not len(graph.table):
        return None, "a table without rows cannot be written"
    starts = _starts(graph)
    if not starts:
        return None, f"a table without {_start_type(graph)} cannot be written"
    paths = _path_counts(graph)
    if paths is None:
        return None, "a node leads back to itself; the table cannot be written"
    return sum(int(paths[node]) for node in starts), ""


def ways(graph: Graph) -> int | None:
    """Return the number of ways from any node that nothing leads to, to an end; None where a way has no end."""
    paths = _path_counts(graph)
    if paths is None:
        return None
    inner = set(map(int, graph.heads))
    return sum(int(count) for node, count in enumerate(paths) if node not in inner)


def _start_type(graph: Graph) -> str:
    return SAMPLE if graph.table.kind == "assay" else SOURCE


def _starts(graph: Graph) -> list[int]:
    wanted = {group.number for group in graph.groups if group.type == _start_type(graph)}
    return [node for node, group in enumerate(graph.node_group) if graph.groups[group].number in wanted]


def outgoing(graph: Graph) -> list[list[int]]:
    """Return for each node the nodes that follow it."""
    following: list[list[int]] = [[] for _ in range(len(graph))]
    for tail, head in zip(graph.tails, graph.heads, strict=True):
        following[tail].append(head)
    return following


#: Two checks ask for the paths of a graph.
_KNOWN: WeakKeyDictionary[Graph, Sequence[int] | None] = WeakKeyDictionary()


def _path_counts(graph: Graph) -> Sequence[int] | None:
    """Return for each node the number of paths to an end, or None if there is a cycle; counted once."""
    if graph not in _KNOWN:
        _KNOWN[graph] = _counted(graph)
    return _KNOWN[graph]


def _counted(graph: Graph) -> Sequence[int] | None:
    if len(graph) > MANY:
        from bionb.isatab.graph.by_columns import path_counts

        counts = path_counts(graph.node_group, graph.tails, graph.heads, len(graph.groups))
        if counts is not None:
            return counts
    return _paths(outgoing(graph))


def _paths(following: list[list[int]]) -> list[int] | None:
    waiting = [len(heads) for heads in following]
    leading: list[list[int]] = [[] for _ in following]
    for tail, heads in enumerate(following):
        for head in heads:
            leading[head].append(tail)
    paths = [0] * len(following)
    ready = [node for node, count in enumerate(waiting) if not count]
    for node in ready:  # grows while nodes become ready
        paths[node] = sum(paths[head] for head in following[node]) or 1
        for tail in leading[node]:
            waiting[tail] -= 1
            if not waiting[tail]:
                ready.append(tail)
    return paths if len(ready) == len(following) else None


def _explain(graph: Graph, after: int) -> str:
    rows = len(graph.table)
    if after < rows:
        return f"{rows} rows become {after}: rows of the same nodes are written once"
    node = _pool(graph)
    group = graph.groups[graph.node_group[node]]
    name = graph.names[node] or graph.protocols[node] or "unnamed"
    return f"{rows} rows become {after}: rows that share {group.type} {name!r} are combined with each other"


def _pool(graph: Graph) -> int:
    """Return the node at which most rows appear: many ways in, many ways out."""
    ways_in, ways_out = [0] * len(graph), [0] * len(graph)
    for tail, head in zip(graph.tails, graph.heads, strict=True):
        ways_out[tail] += 1
        ways_in[head] += 1
    return max(range(len(graph)), key=lambda node: ways_in[node] * ways_out[node])
