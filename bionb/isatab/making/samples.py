"""A table of samples as text, from a DataFrame, a CSV or TSV file, or an Excel sheet."""

from __future__ import annotations

import csv
import datetime
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.text import as_text

if TYPE_CHECKING:
    import pandas as pd

Rows = dict[str, list[str]]
EXCEL = (".xlsx", ".xlsm")
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")


def sample_table(samples: pd.DataFrame | str | Path) -> Rows:
    """Return the columns of a sample table as text; rows without any text are left out.

    Raises
    ------
    UsageError
        It is no DataFrame and no file of a known kind.
    InvalidSheet
        The file can't be read as a table: merged cells, Excel's error values, a column without or with a repeated name.
    """
    import pandas as pd

    if isinstance(samples, pd.DataFrame):
        columns = {str(name): [_text(value) for value in column] for name, column in samples.items()}
        return _checked("the table", [str(name) for name in samples.columns], list(zip(*columns.values(), strict=True)))
    if not isinstance(samples, str | Path):
        raise UsageError(
            f"samples is a DataFrame, or the path of a CSV, TSV or Excel file, not {type(samples).__name__}."
        )
    path = Path(samples)
    if not path.is_file():
        raise UsageError(f"there is no file {path}: give the path of a CSV, TSV or Excel file, or a DataFrame.")
    if path.suffix.lower() in EXCEL:
        header, rows = _excel(path)
    else:
        header, rows = _separated(path)
    return _checked(path.name, header, rows)


def _separated(path: Path) -> tuple[list[str], list[Sequence[str]]]:
    text = _decoded(path.read_bytes())
    lines = text.splitlines()
    first = lines[0] if lines else ""
    separator = max("\t,;", key=first.count)
    found = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True) if any(row)]
    if not found:
        raise InvalidSheet(f"{path.name} is empty: the first line names the columns, one sample a line follows.")
    return found[0], list(found[1:])


def _decoded(data: bytes) -> str:
    """Return a text file as Excel and others write it: with a byte order mark, in UTF-8, or else in Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _excel(path: Path) -> tuple[list[str], list[Sequence[str]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InvalidSheet(
            f"{path.name} can't be read as an Excel file: {error}. Save it as .xlsx, or as CSV."
        ) from None
    sheet = book.worksheets[0]
    if sheet.merged_cells.ranges:
        cells = ", ".join(sorted(str(each) for each in sheet.merged_cells.ranges)[:3])
        raise InvalidSheet(
            f"{path.name}, sheet {sheet.title!r}: cells {cells} are merged; unmerge them, one value a cell."
        )
    formulas = openpyxl.load_workbook(path).worksheets[0]
    rows = []
    for row in sheet.iter_rows():
        for cell in row:
            _check_cell(path, cell, formulas)
        rows.append([_text(cell.value) for cell in row])
    rows = [row for row in rows if any(row)]
    if not rows:
        raise InvalidSheet(f"{path.name}: the sheet {sheet.title!r} is empty; the first row names the columns.")
    last = max(number for number, name in enumerate(rows[0], 1) if name) if any(rows[0]) else 0
    return rows[0][:last], [row[:last] if not any(row[last:]) else row for row in rows[1:]]


def _check_cell(path: Path, cell: Any, formulas: Any) -> None:
    if cell.value in ERRORS:
        raise InvalidSheet(f"{path.name}: cell {cell.coordinate} is {cell.value}, an error of Excel; mend it there.")
    if cell.value is None and str(formulas[cell.coordinate].value or "").startswith("="):
        raise InvalidSheet(
            f"{path.name}: cell {cell.coordinate} is a formula that was never computed; open it in Excel and save it."
        )


def _text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, days without a midnight."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value == value:  # NaT is not equal to itself
        midnight = value.time() == datetime.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return as_text(value).strip()


def _checked(where: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Rows:
    names = [name.strip() for name in header]
    if not any(names):
        raise InvalidSheet(f"{where} has no columns; the first row names them.")
    if "" in names:
        raise InvalidSheet(f"{where}: column {names.index('') + 1} has no name; give it one, or delete it.")
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise InvalidSheet(f"{where}: two columns are called {repeated[0]!r}; give each a name of its own.")
    kept: list[Sequence[str]] = []
    for number, row in enumerate(rows, 2):
        if len(row) > len(names) and any(row[len(names) :]):
            raise InvalidSheet(f"{where}, row {number}: a value beyond the last named column; name that column.")
        if any(row):
            kept.append([*row, *[""] * len(names)][: len(names)])
    if not kept:
        raise InvalidSheet(f"{where} has no samples: one row a sample is needed.")
    return {name: [row[position].strip() for row in kept] for position, name in enumerate(names)}
