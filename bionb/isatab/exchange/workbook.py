"""Excel's files: their cells as text, what people see and never more or less than was written, and what they hold."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bionb.errors import InvalidSheet
from bionb.isatab.model.headers import Column
from bionb.isatab.model.table import Table
from bionb.isatab.text.records import as_text
from bionb.packed import unzipped

LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576  # the header included
# Characters that XML can't hold are written as _x000D_; so is an underscore that would begin such a word.
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f￾￿]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Beyond(NamedTuple):
    """What Excel can't hold of a table: cells of a column, or its header (without rows), or the whole."""

    column: Column | None
    rows: Sequence[int]
    what: str


def beyond_excel(table: Table) -> Iterator[Beyond]:
    """Yield what Excel would cut off; a long cell needs a long record, so that hardly any table is searched."""
    if len(table.text) >= MOST_ROWS and len(table) >= MOST_ROWS:
        yield Beyond(None, (), f"{len(table)} rows; a sheet of Excel holds {MOST_ROWS - 1}")
    if not any(end - start > LONGEST_CELL for start, end in zip(table.text.starts, table.text.ends, strict=True)):
        return
    for column in table.model:
        long = table.cells.where(column.position, lambda text: len(text) > LONGEST_CELL, stripped=False)
        if len(column.header) > LONGEST_CELL:
            long = {column.header: [], **long}
        for text, rows in long.items():
            yield Beyond(column, rows, f"a cell of {len(text)} characters; Excel holds {LONGEST_CELL}")


def load(source: Path | bytes, name: str, max_bytes: int | None = None) -> tuple[Any, Any]:
    """Return a workbook twice: with the values that Excel computed, and with the formulas.

    Raises
    ------
    InvalidSheet
        It is no Excel file, or unpacks to more than `max_bytes` (see `bionb.packed.unzipped`).
    """
    import openpyxl

    try:
        data = source if isinstance(source, bytes) else source.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidSheet(f"cannot read {name[:80]!r}: {reason}; check the path") from error
    if zipfile.is_zipfile(io.BytesIO(data)):
        unzipped(data, name, max_bytes)  # for its bounds: openpyxl has none
    try:
        books = [openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (True, False)]
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InvalidSheet(f"{name} can't be read as an Excel file: {error}. Save it as .xlsx.") from None
    return books[0], books[1]


def sheet_rows(name: str, sheet: Any, formulas: Any) -> list[list[str]]:
    """Return the cells of a sheet as text, row by row, without empty rows and cells at the end.

    Raises
    ------
    InvalidSheet
        Merged cells, an error of Excel, or a formula that was never computed; the message names the cell.
    """
    if sheet.merged_cells.ranges:
        cells = ", ".join(sorted(str(each) for each in sheet.merged_cells.ranges)[:3])
        raise InvalidSheet(f"{name}, sheet {sheet.title!r}: cells {cells} are merged; unmerge them, one value a cell.")
    rows = []
    for row in sheet.iter_rows():
        texts = []
        for cell in row:
            _check_cell(name, cell, formulas)
            texts.append(cell_text(cell.value))
        rows.append(_trimmed(texts))
    return _trimmed(rows)


def cell_text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, days without a midnight."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value == value:  # NaT is not equal to itself
        midnight = value.time() == datetime.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), as_text(value))


def escaped(text: str) -> str:
    """Return a text as an Excel file holds it."""
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _check_cell(name: str, cell: Any, formulas: Any) -> None:
    if cell.data_type == "e":
        raise InvalidSheet(f"{name}: cell {cell.coordinate} is {cell.value}, an error of Excel; mend it there.")
    if cell.value is None and formulas[cell.coordinate].data_type == "f":
        raise InvalidSheet(
            f"{name}: cell {cell.coordinate} is a formula that was never computed; open it in Excel and save it."
        )


def _trimmed(items: list[Any]) -> list[Any]:
    end = len(items)
    while end and not items[end - 1]:
        end -= 1
    return items[:end]
