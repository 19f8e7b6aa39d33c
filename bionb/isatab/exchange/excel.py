"""A set from an Excel file: sheets that nobody edited give the bytes they were made from."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import InvalidSheet
from bionb.isatab.exchange.excel_writing import LISTS, ORIGINALS, Rows, shown
from bionb.isatab.exchange.workbook import cell_text, load, sheet_rows
from bionb.isatab.model.headers import unique_keys
from bionb.isatab.model.members import Members
from bionb.isatab.model.names import is_isatab
from bionb.isatab.model.table import Table
from bionb.isatab.text.records import join, quote
from bionb.packed import MAX_BYTES
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd


class OtherSheet(UserWarning):
    """A sheet of a workbook is no part of the set and was not read."""


def read(
    source: Path | bytes, name: str, max_bytes: int | None = None
) -> tuple[dict[str, bytes], dict[str, pd.DataFrame]]:
    """Read an Excel file: the bytes that its sheets were made from, and frames of the sheets that somebody edited.

    Raises
    ------
    InvalidSheet
        It is no Excel file, holds no sheet of ISA-Tab, or a cell can't be read.
    """
    book, formulas = load(source, name, max_bytes)
    titles, files = _read_originals(book, name)
    rows = {
        sheet.title: sheet_rows(name, sheet, formulas[sheet.title])
        for sheet in book.worksheets
        if sheet.title not in (ORIGINALS, LISTS)
    }
    made = {title: file for title, file in titles.items() if is_isatab(file)}
    missing = next((title for title in made if title not in rows), None)
    if missing is not None:
        raise InvalidSheet(f"{name}: there is no sheet {missing!r} any more, which holds {titles[missing]}.")
    files |= _new_files(name, {title: cells for title, cells in rows.items() if title not in titles})
    if not any(map(is_isatab, files)):
        raise InvalidSheet(f"{name} has no sheet of ISA-Tab: they are called i_..., s_..., a_...")
    before = Members(files)
    edited = {file: title for title, file in made.items() if not _same(rows[title], shown(before[file]))}
    return files, {file: _frame(before[file], rows[title]) for file, title in edited.items()}


def _new_files(name: str, sheets: dict[str, Rows]) -> dict[str, bytes]:
    """Return the files of sheets that a person added; warn of those that are none."""
    files = {}
    for title, rows in sheets.items():
        file = title if title.endswith(".txt") else f"{title}.txt"
        if is_isatab(file):
            files[file] = _text(rows)
        else:
            warn(f"{name}: sheet {title!r} was not read; sheets of ISA-Tab are called i_..., s_..., a_...", OtherSheet)
    return files


def _same(rows: Rows, shown: Rows) -> bool:
    """Tell whether nobody edited a sheet; of a text such as ``_x000D_`` LibreOffice makes the character it names."""
    return rows == shown or [list(map(cell_text, row)) for row in rows] == [list(map(cell_text, row)) for row in shown]


def _frame(table: Table, rows: Rows) -> pd.DataFrame:
    """Return the edited rows of a table as an edited frame."""
    import pandas as pd

    width = max(map(len, rows), default=1)
    if table.kind == "investigation":
        keys, cells = unique_keys(["field"] + ["value"] * (width - 1)), rows
    else:
        if not rows:
            raise InvalidSheet(f"{table.name}: the sheet is empty; its first row holds the headers.")
        keys, cells = unique_keys(rows[0]), rows[1:]
        beyond = next((number for number, row in enumerate(cells, 2) if len(row) > len(keys)), None)
        if beyond is not None:
            raise InvalidSheet(
                f"{table.name}, row {beyond}: a value beyond the last header; give that column a header."
            )
    padded = [[*row, *[""] * (len(keys) - len(row))] for row in cells]
    return pd.DataFrame(padded, columns=keys).astype("str")


def _text(rows: Rows) -> bytes:
    return "".join(join([quote(cell) for cell in row]) + "\n" for row in rows).encode()


def _read_originals(book: Any, where: str) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return file names by sheet titles, and the bytes that the sheets were made from."""
    titles: dict[str, str] = {}
    packed: dict[str, list[str]] = {}
    sheet = book[ORIGINALS] if ORIGINALS in book.sheetnames else None
    for row in sheet.iter_rows(values_only=True) if sheet else ():
        title, name, piece = (cell_text(value) for value in [*row, None, None, None][:3])
        if title:
            titles[title] = name
        packed.setdefault(name, []).append(piece)
    try:
        return titles, {name: _unpacked("".join(pieces)) for name, pieces in packed.items()}
    except (ValueError, zlib.error):
        raise InvalidSheet(f"{where}: the hidden sheet {ORIGINALS!r} was changed; export the set anew.") from None


def _unpacked(text: str) -> bytes:
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(base64.b64decode(text, validate=True), MAX_BYTES)
    if not unpacker.eof:
        raise ValueError("too large, or cut off")
    return data
