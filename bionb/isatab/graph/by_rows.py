"""The graph of a table, one row after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bionb.isatab.graph.groups import Group
from bionb.isatab.text.cells import Cells


def link(cells: Cells, groups: list[Group]) -> tuple[list[int], list[int], list[int], list[int], list[Sequence[int]]]:
    """Give each row its nodes, one row after the other."""
    names = [cells.stripped(g.name.position) if g.name else [""] * len(cells) for g in groups]
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
