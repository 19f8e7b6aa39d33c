"""A set as an Excel file and back: one sheet a file, and a hidden one with what Excel can't keep."""

from __future__ import annotations

import base64
import io
import posixpath
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.dataset import ISATab
from bionb.isatab.exchange.archive import is_isatab
from bionb.isatab.exchange.workbook import LONGEST_CELL, MOST_ROWS, cell_text, escaped, load, sheet_rows
from bionb.isatab.model.headers import TERM_SOURCE, unique_keys
from bionb.isatab.model.table import Table
from bionb.isatab.text.records import join, quote
from bionb.packed import MAX_BYTES
from bionb.transfers.writing import write_files
from bionb.warning import warn

if TYPE_CHECKING:
    import os

ORIGINALS, LISTS = "_isatab", "_isatab_lists"
_CHUNK = 32_000
_LONGEST_TITLE = 31
_LONGEST_LIST = 100
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")

Rows = list[list[str]]


class OtherSheet(UserWarning):
    """A sheet of a workbook is no part of the set and was not read."""


def write(isa: ISATab, target: str | os.PathLike[str], *, overwrite: bool) -> Path:
    """Write a set as an Excel file; see `ISATab.to_excel`."""
    import openpyxl

    path = Path(target)
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"an Excel file is called NAME.xlsx, not {path.name!r}.")
    for name in filter(is_isatab, isa.files):
        _check(isa[name])
    book = openpyxl.Workbook(write_only=True)
    titles = _titles(list(isa.files))
    lists: list[list[str]] = []
    for name in (each for each in isa.files if is_isatab(each)):
        _write_table(book, titles[name], isa[name], lists)
    _write_hidden(book, LISTS, _columns(lists))
    _write_hidden(book, ORIGINALS, _originals(isa, titles))
    packed = io.BytesIO()
    book.save(packed)
    write_files(path.parent, {path.name: packed.getvalue()}, overwrite=overwrite)
    return path


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
        if is_isatab(file) and not _same(rows[title], _shown(isa[file])):
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


def _shown(table: Table) -> Rows:
    """Return the rows of a table as its sheet shows them."""
    header = [] if table.kind == "investigation" else [[each.header for each in table.model]]
    rows = [_short(list(row)) for row in [*header, *table.cells.rows()]]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _short(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _text(rows: Rows) -> bytes:
    return "".join(join([quote(cell) for cell in row]) + "\n" for row in rows).encode()


# -- writing -----------------------------------------------------------------------------------------------------------


def _write_table(book: Any, title: str, table: Table, lists: list[list[str]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B1" if table.kind == "investigation" else "B2"
    rows = _shown(table)
    for number, column in enumerate(table.model):
        terms = any(each.kind == TERM_SOURCE and each.owner == column.position for each in table.model)
        values = list(dict.fromkeys(filter(None, table.cells.column(column.position)))) if terms else []
        if values and len(values) <= _LONGEST_LIST:
            lists.append(values)
            _offer(sheet, number, len(rows), len(lists), len(values))
    for number, row in enumerate(rows, 1):
        sheet.append([_cell(sheet, cell, bold=number == 1) for cell in row])


def _check(table: Table) -> None:
    """Refuse what Excel would cut off."""
    if len(table) >= MOST_ROWS:
        raise UsageError(f"{table.name} has {len(table)} rows; a sheet of Excel holds {MOST_ROWS - 1}.")
    for column in table.model:
        for row, cell in enumerate(table.cells.column(column.position)):
            if len(cell) > LONGEST_CELL:
                where = f"{table.name}, line {table.line(row)}, column {column.key!r}"
                raise UsageError(f"{where}: a cell of {len(cell)} characters; Excel holds {LONGEST_CELL}.")


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """Return a cell that is text whatever it looks like: a number, a date, a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, escaped(text))
    cell.data_type, cell.number_format = "s", "@"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _offer(sheet: Any, position: int, rows: int, number: int, count: int) -> None:
    """Offer the terms of a column in a drop-down; others can be typed."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    where, column = get_column_letter(number), get_column_letter(position + 1)
    offer = DataValidation("list", formula1=f"'{LISTS}'!${where}$1:${where}${count}", showErrorMessage=False)
    offer.add(f"{column}2:{column}{max(rows, 2) + 1000}")
    sheet.data_validations.append(offer)


def _columns(lists: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    for number in range(max(map(len, lists), default=0)):
        yield [values[number] if number < len(values) else "" for values in lists]


def _write_hidden(book: Any, title: str, rows: Iterator[list[str]]) -> None:
    sheet = book.create_sheet(title)
    sheet.sheet_state = "hidden"
    for row in rows:
        sheet.append([_cell(sheet, cell) for cell in row])


def _originals(isa: ISATab, titles: dict[str, str]) -> Iterator[list[str]]:
    """Give the bytes of each file, packed, in cells that Excel can hold: title, name, piece."""
    for name, data in isa.files.items():
        packed = base64.b64encode(zlib.compress(data, 9)).decode("ascii")
        for start in range(0, len(packed), _CHUNK) or [0]:
            yield [titles.get(name, ""), name, packed[start : start + _CHUNK]]


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


def _titles(names: Sequence[str]) -> dict[str, str]:
    """Return a title for the sheet of each ISA-Tab file: 31 characters at most, each once in any case."""
    found: dict[str, str] = {}
    for name in filter(is_isatab, names):
        base = _FORBIDDEN.sub("_", posixpath.basename(name).rsplit(".", 1)[0]).strip("'") or "sheet"
        title, number = base[:_LONGEST_TITLE], 1
        while title.lower() in {each.lower() for each in found.values()} or title in (ORIGINALS, LISTS):
            number += 1
            title = f"{base[: _LONGEST_TITLE - len(str(number)) - 1]}~{number}"
        found[name] = title
    return found
