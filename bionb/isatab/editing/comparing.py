"""What differs between two sets, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bionb.isatab.model.members import Members
from bionb.isatab.model.names import is_isatab
from bionb.isatab.model.table import Table
from bionb.isatab.text.typed import typed_frame

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[str, ...]
Change = tuple[str, str, int | None, str, str | None, str | None]

_DTYPES = {"file": "str", "change": "str", "row": "Int64", "column": "str", "old": "str", "new": "str"}
#: Beyond this many comparisons rows are paired by their position instead of by their likeness.
_ALIGN_LIMIT = 4_000_000


def changes_frame(changes: Iterable[Change]) -> pd.DataFrame:
    """Return changes as a frame; see `ISATab.diff`."""
    rows = list(changes)
    data = {name: [change[i] for change in rows] for i, name in enumerate(_DTYPES)}
    return typed_frame(data, _DTYPES)


def set_changes(old: Members, new: Members) -> Iterator[Change]:
    """Yield what changed from one set to another, file by file."""
    before, after = old.files, new.files
    for name in before:
        if name not in after:
            yield (name, "file removed", None, "", None, None)
    for name, data in after.items():
        if name not in before:
            yield (name, "file added", None, "", None, None)
        elif data != before[name] and is_isatab(name):
            yield from table_changes(old[name], new[name])
        elif data != before[name]:
            yield (name, "bytes changed", None, "", None, None)


def table_changes(old: Table, new: Table) -> Iterator[Change]:
    """Yield what changed from one version of a table to another."""
    keys = [column.key for column in old.model], [column.key for column in new.model]
    found = False
    for change in _column_changes(old, new, *keys):
        found = True
        yield change
    for change in _row_changes(old, new, *keys):
        found = True
        yield change
    if not found:
        yield (new.name, "bytes changed", None, "", None, None)


def _column_changes(old: Table, new: Table, before: list[str], after: list[str]) -> Iterator[Change]:
    for key in before:
        if key not in after:
            yield (new.name, "column removed", None, key, key, None)
    for key in after:
        if key not in before:
            yield (new.name, "column added", None, key, None, key)
    common = [key for key in before if key in after]
    if common != [key for key in after if key in before]:
        yield (new.name, "columns moved", None, "", "\t".join(before), "\t".join(after))
    headers = {column.key: column.header for column in old.model}
    for column in new.model:
        if headers.get(column.key, column.header) != column.header:
            yield (new.name, "header changed", None, column.key, headers[column.key], column.header)


def _row_changes(old: Table, new: Table, before: list[str], after: list[str]) -> Iterator[Change]:
    common = [key for key in before if key in after]
    left, right = _rows(old, before, common), _rows(new, after, common)
    for i, j in _aligned(left, right):
        if i is None and j is not None:
            yield from _whole_row(new, j, after, "row added")
        elif j is None and i is not None:
            yield from _whole_row(old, i, before, "row removed")
        elif i is not None and j is not None:
            for key, value, other in zip(common, left[i], right[j], strict=True):
                if value != other:
                    yield (new.name, "cell changed", j, key, value, other)
            yield from _new_cells(new, j, [key for key in after if key not in before])


def _rows(table: Table, keys: list[str], common: list[str]) -> list[Row]:
    if not common:
        return [()] * len(table)
    columns = [table.cells.column(keys.index(key)) for key in common]
    return list(zip(*columns, strict=True))


def _whole_row(table: Table, row: int, keys: list[str], change: str) -> Iterator[Change]:
    for position, key in enumerate(keys):
        value = table.cells.column(position, [row])[0]
        added = change == "row added"
        yield (table.name, change, row, key, None if added else value, value if added else None)


def _new_cells(table: Table, row: int, keys: list[str]) -> Iterator[Change]:
    """Yield the filled cells of added columns."""
    for column in table.model:
        if column.key in keys:
            value = table.cells.column(column.position, [row])[0]
            if value:
                yield (table.name, "cell changed", row, column.key, None, value)


def _aligned(left: list[Row], right: list[Row]) -> Iterator[tuple[int | None, int | None]]:
    """Pair rows of two versions; a row without partner was removed or added."""
    start, end = _same_ends(left, right)
    yield from ((i, i) for i in range(start))
    middle = left[start : len(left) - end], right[start : len(right) - end]
    for i, j in _paired(*middle):
        yield (None if i is None else i + start, None if j is None else j + start)


def _same_ends(left: list[Row], right: list[Row]) -> tuple[int, int]:
    """Return how many rows at the start and at the end are equal."""
    shorter = min(len(left), len(right))
    start = 0
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    return start, end


def _paired(left: list[Row], right: list[Row]) -> Iterator[tuple[int | None, int | None]]:
    if len(left) == len(right) or len(left) * len(right) > _ALIGN_LIMIT:
        blocks = [("replace", 0, len(left), 0, len(right))]
    else:
        blocks = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()  # type: ignore[assignment]
    for _, i, i_end, j, j_end in blocks:
        common = min(i_end - i, j_end - j)
        yield from zip(range(i, i + common), range(j, j + common), strict=True)
        yield from ((row, None) for row in range(i + common, i_end))
        yield from ((None, row) for row in range(j + common, j_end))
