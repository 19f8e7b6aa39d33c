"""The graph of a large table, by whole columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from bionb.isatab.graph.groups import Group
from bionb.isatab.text.cells import CodedCells

_NONE = -1


def link(cells: CodedCells, groups: list[Group]) -> tuple[Any, Any, Any, Any, list[Any]]:
    """Give each row its nodes: group by group, then in order of first appearance."""
    named, count = _named(cells, groups)
    matrix = _with_unnamed(named, count, len(cells))
    width = len(groups)
    codes, _ = pd.factorize(matrix.ravel())
    first = _first(codes)
    matrix = codes.reshape(matrix.shape)
    tails, heads = _edges(matrix)
    members = [matrix[:, group] for group in range(width)]
    return first % width, first // width, tails, heads, members


def _named(cells: CodedCells, groups: list[Group]) -> tuple[list[np.ndarray], int]:
    """Return for each group the number of each row's name, -1 where it has none."""
    spaces: dict[Any, dict[str, int]] = {}
    count = 0
    result = []
    for group in groups:
        if group.name is None:
            result.append(np.full(len(cells), _NONE))
            continue
        codes, texts = cells.stripped_codes(group.name.position)
        known = spaces.setdefault(group.space, {})
        for text in texts:
            if text and text not in known:
                known[text] = count
                count += 1
        result.append(np.array([known[text] if text else _NONE for text in texts], dtype=np.int64)[codes])
    return result, count


def _with_unnamed(named: list[np.ndarray], count: int, rows: int) -> np.ndarray:
    """Give unnamed nodes numbers by their named neighbours; see the same step by rows."""
    before = np.full(rows, _NONE)
    for numbers in named:
        before = np.where(numbers >= 0, numbers, before)  # ends as the last name of the row
    after = _after(named, rows)
    matrix = np.empty((rows, len(named)), dtype=np.int64)
    for group, numbers in enumerate(named):
        unnamed = numbers < 0
        matrix[:, group] = numbers
        if unnamed.any():
            if group == 0:
                contexts = np.flatnonzero(unnamed)
            else:
                pairs = (before[unnamed] + 1) * (count + 1) + after[group][unnamed] + 1
                contexts = pd.factorize(pairs)[0]
            matrix[unnamed, group] = contexts + count
            count += int(contexts.max()) + 1
        before = np.where(unnamed, before, numbers)
    return matrix


def _after(named: list[np.ndarray], rows: int) -> list[np.ndarray]:
    """Return for each group the number of the next name in each row."""
    after = np.full(rows, _NONE)
    result = []
    for numbers in reversed(named):
        result.append(after)
        after = np.where(numbers >= 0, numbers, after)
    return result[::-1]


def _first(codes: np.ndarray) -> np.ndarray:
    """Return where each code appears first."""
    first = np.empty(int(codes.max()) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # of several assignments the last one stays
    return first


def _edges(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    size = int(matrix.max()) + 1
    pairs = (matrix[:, :-1] * size + matrix[:, 1:]).ravel()
    distinct = pd.factorize(pairs)[1]
    return distinct // size, distinct % size


def split_by_group(node_group: Sequence[int], node_row: Sequence[int], count: int) -> list[tuple[list[int], list[int]]]:
    """Return for each group its nodes and their first rows."""
    groups, rows = np.asarray(node_group), np.asarray(node_row)
    return [(nodes.tolist(), rows[nodes].tolist()) for nodes in _by_number(groups, count)]


def gathered(parts: Sequence[Any], order: Sequence[Sequence[int]]) -> Any:
    """Return the values of all nodes in their order, from those of each group."""
    places = np.empty(sum(map(len, order)), dtype=np.int64)
    places[np.concatenate([np.asarray(nodes, dtype=np.int64) for nodes in order])] = np.arange(len(places))
    return type(parts[0])._concat_same_type(parts).take(places)


def _by_number(numbers: np.ndarray, count: int) -> list[np.ndarray]:
    """Return where each number stands, in order."""
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.searchsorted(numbers[order], np.arange(1, count)))


def path_counts(
    node_group: Sequence[int], node_tails: Sequence[int], node_heads: Sequence[int], count: int
) -> list[int] | None:
    """Return for each node the number of paths to an end; None where that needs more than floats can count."""
    groups, tails, heads = (np.asarray(numbers) for numbers in (node_group, node_tails, node_heads))
    if not (groups[tails] < groups[heads]).all():
        return None
    paths = np.ones(len(groups))
    for here in reversed(_by_number(groups[tails], count)):
        if len(here):
            nodes, places = np.unique(tails[here], return_inverse=True)
            paths[nodes] = np.bincount(places, weights=paths[heads[here]])
    return paths.astype(np.int64).tolist() if paths.sum() < 2**53 else None
