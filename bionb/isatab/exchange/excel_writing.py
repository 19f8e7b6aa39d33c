"""A set as an Excel file: one sheet a file, and a hidden one with what Excel can't keep."""

from __future__ import annotations

import base64
import io
import posixpath
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.isatab.exchange.workbook import beyond_excel, escaped
from bionb.isatab.model.headers import TERM_SOURCE
from bionb.isatab.model.members import Members
from bionb.isatab.model.names import is_isatab
from bionb.isatab.model.table import Table
from bionb.transfers.writing import write_files

if TYPE_CHECKING:
    import os

ORIGINALS, LISTS = "_isatab", "_isatab_lists"
_CHUNK = 32_000
_LONGEST_TITLE = 31
_LONGEST_LIST = 100
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")

Rows = list[list[str]]


def write(isa: Members, target: str | os.PathLike[str], *, overwrite: bool) -> Path:
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


def shown(table: Table) -> Rows:
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


def _write_table(book: Any, title: str, table: Table, lists: list[list[str]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B1" if table.kind == "investigation" else "B2"
    rows = shown(table)
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
    for column, rows, what in beyond_excel(table):
        line = table.line(min(rows, default=None))
        where = f", line {line}, column {column.key!r:.80}:" if column else " has"
        raise UsageError(f"{table.name}{where} {what}.")


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


def _originals(isa: Members, titles: dict[str, str]) -> Iterator[list[str]]:
    """Give the bytes of each file, packed, in cells that Excel can hold: title, name, piece."""
    for name, data in isa.files.items():
        packed = base64.b64encode(zlib.compress(data, 9)).decode("ascii")
        for start in range(0, len(packed), _CHUNK) or [0]:
            yield [titles.get(name, ""), name, packed[start : start + _CHUNK]]


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
