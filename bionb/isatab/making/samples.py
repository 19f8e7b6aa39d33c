"""A table of samples as text, from a DataFrame, a CSV or TSV file, or an Excel sheet."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.exchange.workbook import cell_text, load, sheet_rows

if TYPE_CHECKING:
    import pandas as pd

Rows = dict[str, list[str]]
EXCEL = (".xlsx", ".xlsm")
_UNIT = re.compile(r"(.+?)\s*[\[(]([^\[\]()]+)[\])]")


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
        columns = {str(name): [cell_text(value).strip() for value in column] for name, column in samples.items()}
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
    book, formulas = load(path, path.name)
    rows = sheet_rows(path.name, book.worksheets[0], formulas.worksheets[0])
    if not any(map(any, rows)):
        raise InvalidSheet(f"{path.name}: its first sheet is empty; the first row names the columns.")
    return rows[0], list(rows[1:])


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


def name_and_unit(column: str) -> tuple[str, str]:
    """Return name and unit of a column such as ``Age [year]``."""
    match = _UNIT.fullmatch(column.strip())
    return (match[1], match[2].strip()) if match else (column.strip(), "")


def folded(name: str) -> str:
    """Return a name without what people write differently: case, blanks, underscores, dots, hyphens."""
    return re.sub(r"[\s_.\-]+", " ", name).strip().casefold()
