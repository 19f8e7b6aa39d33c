"""What ISA-JSON can't hold of a set, so that a check can say it before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from bionb.isatab.exchange.isajson.layout import ambiguous, layouts
from bionb.isatab.graph.expansion import ways
from bionb.isatab.graph.graph import Graph
from bionb.isatab.model.headers import Column
from bionb.isatab.text.cells import CodedCells

if TYPE_CHECKING:
    import numpy as np


class Beyond(NamedTuple):
    """What is lost: of a column in some rows (of all where none are named), or of the whole table."""

    column: Column | None
    rows: list[int]
    what: str


def beyond_json(graph: Graph) -> Iterator[Beyond]:
    """Yield what would not come back from ISA-JSON as it is."""
    table = graph.table
    if not len(table):
        if table.header:
            yield Beyond(None, [], "a table without rows has no columns there")
        return
    yield from _columns(graph)
    if not graph.groups:
        return
    yield from _about_nodes(graph)
    change = _rows(graph)
    if change:
        yield Beyond(None, [], change)


def _columns(graph: Graph) -> Iterator[Beyond]:
    grouped = {column.position for group in graph.groups for column in group.columns}
    for column in graph.table.model:
        if not column.kind or column.position not in grouped:
            yield Beyond(column, [], "a column that is not ISA-Tab's or belongs to no node is left out")
        elif column.header != column.title:
            yield Beyond(column, [], f"its header comes back as {column.title!r}")
        elif ambiguous(column):
            yield Beyond(column, [], "it comes back as a column of another kind")
    for layout in layouts(graph.groups, graph.table.kind):
        known = [column for column in layout.group.columns if column.kind]
        if layout.order != known:
            moved = next(now for now, then in zip(known, layout.order, strict=True) if now is not then)
            yield Beyond(moved, [], "columns of one node come back in another order")


def _about_nodes(graph: Graph) -> Iterator[Beyond]:
    """Find nodes of which rows say different things: each is written once."""
    import numpy as np

    first = np.asarray(graph.node_row, dtype=np.int64)
    homes = np.asarray(graph.node_group, dtype=np.int64)
    for place, (layout, members) in enumerate(zip(layouts(graph.groups, graph.table.kind), graph.members, strict=True)):
        nodes = np.asarray(members, dtype=np.int64)
        own = homes[nodes] == place
        for column in layout.group.columns:
            if column is layout.group.name or not column.kind:
                continue
            codes = _codes(graph, column)
            empty = _codes(graph, column, only="")
            differ = np.flatnonzero(np.where(own, codes != codes[first[nodes]], ~empty))
            if len(differ):
                name = graph.names[int(nodes[differ[0]])] or "an unnamed one"
                yield Beyond(
                    column,
                    differ.tolist(),
                    f"rows say different things of {layout.group.type} {name!r}, and only the first is kept",
                )


def _codes(graph: Graph, column: Column, only: str | None = None) -> np.ndarray:
    """Return a number for each row's text, or whether it is a given one."""
    import numpy as np

    cells = graph.table.cells
    if isinstance(cells, CodedCells):
        codes, texts = cells.stripped_codes(column.position)
        return codes if only is None else np.array([text == only for text in texts], dtype=bool)[codes]
    values = cells.stripped(column.position)
    if only is not None:
        return np.array([value == only for value in values], dtype=bool)
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _rows(graph: Graph) -> str:
    """Return how rows come back otherwise: more, fewer, or in another order."""
    import numpy as np

    count = len(graph.table)
    matrix = np.column_stack([np.asarray(members, dtype=np.int64) for members in graph.members])
    after = ways(graph)
    in_order = _in_order(graph, matrix)
    if after != count or not (in_order or len(np.unique(matrix, axis=0)) == count):
        return f"{count} rows come back as the {after or 'endless'} ways through their nodes"
    if _lost_steps(graph):
        return "processes that pool several and lead to several without a material between are cut apart"
    return "" if in_order else "rows come back in another order"


def _lost_steps(graph: Graph) -> bool:
    """Tell whether a process follows several and the one before leads to several: each can name but one."""
    import numpy as np

    kinds = np.array([group.material for group in graph.groups])
    tails, heads = np.asarray(graph.tails, dtype=np.int64), np.asarray(graph.heads, dtype=np.int64)
    process = ~kinds[np.asarray(graph.node_group, dtype=np.int64)]
    direct = process[tails] & process[heads]
    tails, heads = tails[direct], heads[direct]
    if not len(tails):
        return False
    out, into = np.bincount(tails, minlength=len(graph)), np.bincount(heads, minlength=len(graph))
    return bool(((out[tails] > 1) & (into[heads] > 1)).any())


def _in_order(graph: Graph, matrix: np.ndarray) -> bool:
    """Tell whether each row has a process that no row before it had: then the processes keep the order."""
    import numpy as np

    width = 2 * matrix.shape[1]
    first_row, home = np.asarray(graph.node_row, dtype=np.int64), np.asarray(graph.node_group, dtype=np.int64)
    rank = first_row * width + 2 * home
    last = np.full(len(matrix), -1)
    for place, group in enumerate(graph.groups):
        if not group.material:
            last = np.maximum(last, rank[matrix[:, place]])
        elif place and graph.groups[place - 1].material:
            pairs = matrix[:, place - 1] * len(graph) + matrix[:, place]
            _, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)
            last = np.maximum(last, first[inverse] * width + 2 * place - 1)
    return bool((np.diff(last) > 0).all())
