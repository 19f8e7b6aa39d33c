"""Edits of tables: frames taken back, cells changed, samples renamed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet
from bionb.isatab.editing.matching import Row, partners
from bionb.isatab.editing.rewriting import RowEdit, new_header, rewrite
from bionb.isatab.model.headers import SAMPLE, header_for, kind_of
from bionb.isatab.model.table import Table
from bionb.isatab.text.records import as_text

if TYPE_CHECKING:
    import pandas as pd


def replace_table(table: Table, frame: pd.DataFrame) -> bytes:
    """Return the file with the rows and columns of a frame; see `ISATab.replace`."""
    sources = _sources(table, frame)
    rows = _rows(table, frame)
    old = _projected(table, sources)
    same_columns = sources == list(range(len(table.model)))
    edits = []
    before: int | None = None
    for cells, base in zip(rows, partners(old, rows, list(frame.index)), strict=True):
        if base is None:
            edits.append(RowEdit(before, cells, own=False))
            continue
        unchanged = same_columns and old[base] == cells
        edits.append(RowEdit(base, None if unchanged else cells))
        before = base
    return rewrite(table, edits, sources, new_header(table, list(map(str, frame.columns)), sources))


def set_cells(table: Table, changes: Mapping[tuple[int, int], str]) -> bytes:
    """Return the file with some cells changed: (row, position) -> text."""
    touched: dict[int, dict[int, str]] = {}
    for (row, position), value in changes.items():
        touched.setdefault(row, {})[position] = value
    positions = range(len(table.model))
    edits = []
    for row in range(len(table)):
        new = touched.get(row)
        old = [table.cells.column(position, [row])[0] for position in positions] if new else []
        cells = [new.get(position, text) for position, text in enumerate(old)] if new else None
        edits.append(RowEdit(row, cells))
    return rewrite(table, edits, list(positions))


def renamed_sample(table: Table, old: str, new: str) -> bytes | None:
    """Return the file with a sample renamed, None if it does not occur."""
    changes = {
        (row, column.position): new
        for column in table.find(SAMPLE)
        for row, name in enumerate(table.cells.stripped(column.position))
        if name == old
    }
    return set_cells(table, changes) if changes else None


def sample_names(table: Table) -> set[str]:
    """Return the samples that a table names."""
    return {name for column in table.find(SAMPLE) for name in table.cells.stripped(column.position) if name}


def _sources(table: Table, frame: pd.DataFrame) -> list[int | None]:
    """Return for each column of a frame its old position, None for a new one; refuse what is neither."""
    positions: dict[object, int] = {column.key: column.position for column in table.model}
    keys = list(frame.columns)
    if not keys:
        raise InvalidSheet(f"{table.name}: the frame has no columns; a table needs at least one")
    repeated = sorted(str(key) for key, count in Counter(keys).items() if count > 1)
    if repeated:
        raise InvalidSheet(
            f"{table.name}: the frame has several columns called {', '.join(repeated)}; "
            "keep the keys of isa[name].frame, such as 'Unit.1'"
        )
    for key in keys:
        if key not in positions and not _may_be_new(table, key):
            raise InvalidSheet(
                f"{table.name}: {key!r} is neither a column of this file nor an ISA-Tab header; "
                "a new column is called for example 'Comment[note]' or 'Parameter Value[dose]'"
            )
    return [positions.get(key) for key in keys]


def _may_be_new(table: Table, key: object) -> bool:
    if table.kind == "investigation":
        return isinstance(key, str) and key.split(".")[0] == "value"
    return isinstance(key, str) and bool(kind_of(header_for(key))[0])


def _rows(table: Table, frame: pd.DataFrame) -> list[Row]:
    columns = [_texts(frame[key]) for key in frame.columns]
    rows = list(zip(*columns, strict=True))
    for number, row in enumerate(rows):
        if row[0].strip().startswith("#"):
            raise InvalidSheet(
                f"{table.name}: row {number} begins with {row[0]!r}, which would be read as a comment; "
                "use a name without '#'"
            )
    return rows


def _texts(column: pd.Series) -> list[str]:
    values = column.astype(object).tolist()
    # A text column without gaps, the usual case, needs no look at each cell.
    return values if column.dtype == "str" and not column.hasnans else list(map(as_text, values))


def _projected(table: Table, sources: list[int | None]) -> list[Row]:
    """Return the old rows in the columns of a frame; new columns were empty."""
    empty = [""] * len(table)
    columns = [empty if source is None else table.cells.column(source) for source in sources]
    return list(zip(*columns, strict=True))
