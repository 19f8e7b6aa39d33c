"""A set from an Excel file: sheets that nobody edited give the bytes they were made from."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from typing import Any

from bionb.errors import InvalidSheet
from bionb.isatab.dataset import ISATab
from bionb.isatab.exchange.excel_writing import LISTS, ORIGINALS, Rows, shown
from bionb.isatab.exchange.workbook import cell_text, load, sheet_rows
from bionb.isatab.model.headers import unique_keys
from bionb.isatab.model.names import is_isatab
from bionb.isatab.text.records import join, quote
from bionb.packed import MAX_BYTES
from bionb.warning import warn


class OtherSheet(UserWarning):
    """A sheet of a workbook is no part of the set and was not read."""


def read(source: Path | bytes, name: str, max_bytes: int | None = None, **options: Any) -> ISATab:
    """Read a set from an Excel file: unedited sheets give the bytes they were made from.

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
    missing = [title for title in titles if title not in rows and is_isatab(titles[title])]
    if missing:
        raise InvalidSheet(f"{name}: there is no sheet {missing[0]!r} any more, which holds {titles[missing[0]]}.")
    for title in list(rows):
        if title not in titles:
            file = title if title.endswith(".txt") else f"{title}.txt"
            if is_isatab(file):
                files[file] = _text(rows.pop(title))
            else:
                warn(
                    f"{name}: sheet {title!r} was not read; sheets of ISA-Tab are called i_..., s_..., a_...",
                    OtherSheet,
                )
    if not any(map(is_isatab, files)):
        raise InvalidSheet(f"{name} has no sheet of ISA-Tab: they are called i_..., s_..., a_...")
    isa = ISATab(files, **options)
    for title, file in titles.items():
        if is_isatab(file) and not _same(rows[title], shown(isa[file])):
            isa = _edited(isa, file, rows[title])
    return isa


def _same(rows: Rows, shown: Rows) -> bool:
    """Tell whether nobody edited a sheet; of a text such as ``_x000D_`` LibreOffice makes the character it names."""
    return rows == shown or [list(map(cell_text, row)) for row in rows] == [list(map(cell_text, row)) for row in shown]


def _edited(isa: ISATab, file: str, rows: Rows) -> ISATab:
    """Take edited rows back as an edited frame."""
    import pandas as pd

    width = max(map(len, rows), default=1)
    if isa[file].kind == "investigation":
        keys, cells = unique_keys(["field"] + ["value"] * (width - 1)), rows
    else:
        if not rows:
            raise InvalidSheet(f"{file}: the sheet is empty; its first row holds the headers.")
        keys, cells = unique_keys(rows[0]), rows[1:]
        beyond = next((number for number, row in enumerate(cells, 2) if len(row) > len(keys)), None)
        if beyond is not None:
            raise InvalidSheet(f"{file}, row {beyond}: a value beyond the last header; give that column a header.")
    padded = [[*row, *[""] * (len(keys) - len(row))] for row in cells]
    return isa.replace(file, pd.DataFrame(padded, columns=keys).astype("str"))


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
