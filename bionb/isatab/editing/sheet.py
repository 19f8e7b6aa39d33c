"""A table while it is edited: columns that fold a value, its unit and its term into one, and operations by place.

A `Sheet` never changes: each operation returns another one that shares what it does not touch, so that undoing is
keeping the old one. Which row of the file is behind each row stays known, and its untouched cells as they were written.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.editing.rewriting import RowEdit, new_header, rewrite
from bionb.isatab.model.headers import (
    SECONDARY,
    TERM_ACCESSION,
    TERM_SOURCE,
    UNIT,
    Column,
    kind_of,
    parse_header,
)

if TYPE_CHECKING:
    from bionb.isatab.model.table import Table

Cells = list[str]  # of a column; never changed once it is in a sheet
_UNIT = re.compile(r"(.*?)\s*\[([^\[\]]*)\]", re.DOTALL)
_PARTS = ("unit", "term_source", "term_accession")


@dataclass(frozen=True)
class Folded:
    """A column as it is edited.

    Attributes
    ----------
    key : str
        That of its value.
    title : str
        The header; with the unit in brackets where all filled cells have one.
    place : int
        Of the value among all columns.
    parts : dict
        Places of its unit and of the value's term: ``unit``, ``term_source``, ``term_accession``, as far as there are.
    places : list of int
        All columns that go with it, its own first.
    unit : str
        What stands in the title.
    """

    key: str
    title: str
    place: int
    parts: dict[str, int]
    places: list[int]
    unit: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table of a set while it is edited; see `sheet_of`.

    Attributes
    ----------
    table : Table
        What it began with.
    keys : tuple of str
        Columns; new ones are called as `ISATab.replace` wants it.
    columns : tuple of list of str
        Their cells.
    origins : list of int or None
        The row of `table` behind each row, None for a new one.
    """

    table: Table
    keys: tuple[str, ...]
    columns: tuple[Cells, ...]
    origins: list[int | None]

    def __len__(self) -> int:
        return len(self.origins)

    # -- looking --------------------------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> list[int | None]:
        """The old position of each column, None for a new one."""
        positions = {column.key: column.position for column in self.table.model}
        return [positions.get(key) for key in self.keys]

    @cached_property
    def model(self) -> list[Column]:
        """The columns as ISA-Tab understands them."""
        headers = new_header(self.table, self.keys, self.sources) or self.table.header
        return parse_header(headers)

    @cached_property
    def folded(self) -> list[Folded]:
        """The columns as they are edited, in their order."""
        owner = {each.position: each.position if each.owner is None else each.owner for each in self.model}
        found: list[Folded] = []
        for column in self.model:
            if column.owner is not None:
                continue
            places = [column.position] + [
                each.position
                for each in self.model
                if each.owner is not None and column.position in (each.owner, owner[each.owner])
            ]
            parts = {
                role: place
                for role in _PARTS
                for place in places
                if self.model[place].role == role and self.model[place].owner == column.position
            }
            unit = self._only_unit(parts)
            title = f"{column.header.strip()} [{unit}]" if unit else column.header.strip()
            found.append(Folded(self.keys[column.position], title, column.position, parts, places, unit))
        return found

    def _only_unit(self, parts: dict[str, int]) -> str:
        units = set(self.columns[parts["unit"]]) - {""} if "unit" in parts else set()
        return units.pop() if len(units) == 1 else ""

    def column(self, key: str) -> Folded:
        """Return a column by its key.

        Raises
        ------
        UsageError
            There is none, or it is a unit or term that goes with another.
        """
        for each in self.folded:
            if each.key == key:
                return each
        raise UsageError(f"{self.table.name} has no column {key!r:.80} to edit; it has {', '.join(self.titles)[:300]}.")

    @property
    def titles(self) -> list[str]:
        """The keys of the columns as they are edited."""
        return [each.key for each in self.folded]

    def texts(self, column: Folded) -> Cells:
        """Return the cells of a column as they are edited: ``8``, or ``8 [week]`` where units differ."""
        values = self.columns[column.place]
        if "unit" not in column.parts or column.unit:
            return values
        units = self.columns[column.parts["unit"]]
        return [f"{value} [{unit}]" if unit else value for value, unit in zip(values, units, strict=True)]

    def term(self, row: int, column: Folded) -> str:
        """Return what ontology says of a cell: ``NCBITAXON 9606``; empty where nothing does."""
        return " ".join(filter(None, (self._part(row, column, role) for role in _PARTS[1:])))

    def _part(self, row: int, column: Folded, role: str) -> str:
        return self.columns[column.parts[role]][row] if role in column.parts else ""

    # -- cells ----------------------------------------------------------------------------------------------------

    def with_cells(self, changes: Iterable[tuple[int, str, str]]) -> Sheet:
        """Return the sheet with cells changed: (row, key, text).

        A text may be a value, ``8 [week]`` with its unit, or ``liver | UBERON | 0002107`` with its term. A value
        without them takes the term that this column has for it elsewhere, and else none; the unit stays. No value has
        neither unit nor term.
        """
        new: dict[int, Cells] = {}
        known: dict[str, dict[str, tuple[str, ...]]] = {}
        for row, key, text in changes:
            column = self.column(key)
            if not 0 <= row < len(self):
                raise UsageError(f"{self.table.name} has rows 0 to {len(self) - 1}, and no row {row}.")
            if key not in known:
                known[key] = self._terms(column)
            for place, cell in self._taken(row, column, text, known[key]).items():
                if place == 0 and cell.strip().startswith("#"):
                    raise InvalidSheet(
                        f"{self.table.name}: {cell!r:.80} would be read as a comment; use a name without '#'."
                    )
                new.setdefault(place, list(self.columns[place]))[row] = cell
        same = all(cells == self.columns[place] for place, cells in new.items())
        return self if same else self._changed(new)

    def _taken(self, row: int, column: Folded, text: str, known: dict[str, tuple[str, ...]]) -> dict[int, str]:
        """Return the cells that a text means, by their places."""
        text = text.replace("\r\n", "\n")
        value, *term = (
            (part.strip() for part in text.split(" | "))
            if {*_PARTS[1:]} & {*column.parts} and " | " in text
            else (text,)
        )
        found: dict[str, str] = {}
        unit = _UNIT.fullmatch(value) if "unit" in column.parts else None
        if unit:
            value, found["unit"] = unit[1], unit[2].strip()
        elif "unit" in column.parts:
            found["unit"] = (self._part(row, column, "unit") or column.unit) if value else ""
        if term:
            found |= dict(zip(_PARTS[1:], [*term, ""][:2], strict=True))
        elif value != self.columns[column.place][row]:
            found |= dict(zip(_PARTS[1:], known.get(value, ("", "")), strict=True))
        cells = {column.parts[role]: cell for role, cell in found.items() if role in column.parts}
        if not value:
            cells = dict.fromkeys(column.places[1:], "")
        return {column.place: value, **cells}

    def _terms(self, column: Folded) -> dict[str, tuple[str, ...]]:
        """Return the first term of each value of a column."""
        if not {*_PARTS[1:]} & {*column.parts}:
            return {}
        empty = [""] * len(self)
        parts = [self.columns[column.parts[role]] if role in column.parts else empty for role in _PARTS[1:]]
        found: dict[str, tuple[str, ...]] = {}
        for value, *term in zip(self.columns[column.place], *parts, strict=True):
            if value and any(term):
                found.setdefault(value, tuple(term))
        return found

    def pasted(self, rows: Sequence[int], key: str, text: str) -> tuple[Sheet, str]:
        """Return the sheet with a block of a spreadsheet laid over it, and what did not fit.

        Parameters
        ----------
        rows : sequence of int
            The rows from the cell on, in the order in which they are shown; rows are added where the block is longer.
        key : str
            The column of the cell.
        text : str
            Rows by line ends, cells by tabs, quoted as spreadsheets do.
        """
        block = list(csv.reader(StringIO(text.rstrip("\r\n"), newline=""), delimiter="\t"))
        titles = self.titles
        start = titles.index(self.column(key).key)
        more = len(block) - len(rows)
        sheet = self.with_rows(len(self), more) if more > 0 else self
        places = [*rows, *range(len(self), len(sheet))]
        width = len(titles) - start
        changes = [
            (row, titles[start + number], cell)
            for row, cells in zip(places, block, strict=False)
            for number, cell in enumerate(cells[:width])
        ]
        beyond = max((len(cells) - width for cells in block), default=0)
        note = f"{beyond} columns of the block stand beyond the table and were left out" if beyond > 0 else ""
        return sheet.with_cells(changes), note

    def filled(self, rows: Sequence[int], keys: Sequence[str]) -> Sheet:
        """Return the sheet in which the cells of the first row stand in the others, too, with unit and term."""
        places = {place for key in keys for place in self.column(key).places}
        new = {place: list(self.columns[place]) for place in places}
        for place, cells in new.items():
            for row in rows[1:]:
                cells[row] = self.columns[place][rows[0]]
        return self._changed(new)

    def _changed(self, new: dict[int, Cells]) -> Sheet:
        return replace(self, columns=tuple(new.get(place, cells) for place, cells in enumerate(self.columns)))

    # -- rows and columns -----------------------------------------------------------------------------------------

    def with_rows(self, before: int, count: int = 1) -> Sheet:
        """Return the sheet with empty rows before a row, or at the end."""
        if count < 1 or not 0 <= before <= len(self):
            raise UsageError(
                f"{self.table.name} has {len(self)} rows: one or more can be added before 0 to {len(self)}."
            )
        columns = tuple([*cells[:before], *[""] * count, *cells[before:]] for cells in self.columns)
        origins = [*self.origins[:before], *[None] * count, *self.origins[before:]]
        return replace(self, columns=columns, origins=origins)

    def without_rows(self, rows: Iterable[int]) -> Sheet:
        """Return the sheet without some rows."""
        gone = set(rows)
        kept = [row for row in range(len(self)) if row not in gone]
        columns = tuple([cells[row] for row in kept] for cells in self.columns)
        return replace(self, columns=columns, origins=[self.origins[row] for row in kept])

    def with_column(self, header: str, after: str | None = None, *, unit: bool = False, term: bool = False) -> Sheet:
        """Return the sheet with an empty column, and on request with those of its unit or term.

        Raises
        ------
        UsageError
            The header is none of ISA-Tab.
        """
        header = header.strip()
        kind = kind_of(header)[0]
        if not kind or kind in SECONDARY:
            raise UsageError(
                f"{header!r:.80} is no ISA-Tab header that stands alone; write for example 'Comment[note]', "
                "'Characteristics[age]' or 'Parameter Value[dose]'."
            )
        headers = [header, *([UNIT] if unit else []), *([TERM_SOURCE, TERM_ACCESSION] if term else [])]
        column = self.column(after) if after is not None else (self.folded[-1] if self.folded else None)
        place = 1 + max(column.places) if column else 0
        made = _new_keys(self.keys, headers)
        keys = (*self.keys[:place], *made, *self.keys[place:])
        empty = tuple([""] * len(self) for _ in headers)
        return replace(self, keys=keys, columns=(*self.columns[:place], *empty, *self.columns[place:]))

    def without_column(self, key: str) -> Sheet:
        """Return the sheet without a column, its unit and its term."""
        gone = set(self.column(key).places)
        kept = [place for place in range(len(self.keys)) if place not in gone]
        if not kept:
            raise UsageError(f"{self.table.name} would be left without columns.")
        return replace(
            self,
            keys=tuple(self.keys[place] for place in kept),
            columns=tuple(self.columns[place] for place in kept),
        )

    # -- writing --------------------------------------------------------------------------------------------------

    def data(self) -> bytes:
        """Return the file: records without a change as they were, the others in the style of their neighbours."""
        table, sources = self.table, self.sources
        old = [None if source is None else table.cells.column(source) for source in sources]
        same = sources == list(range(len(table.model)))
        edits, before = [], None
        rows = zip(*self.columns, strict=True)
        for origin, cells in zip(self.origins, rows, strict=True):
            if origin is None:
                edits.append(RowEdit(before, cells, own=False))
                continue
            kept = same and all(was is not None and was[origin] == cell for was, cell in zip(old, cells, strict=True))
            edits.append(RowEdit(origin, None if kept else cells))
            before = origin
        return rewrite(table, edits, sources, new_header(table, list(self.keys), sources))


def sheet_of(table: Table) -> Sheet:
    """Return a table to be edited.

    Examples
    --------
    >>> sheet = sheet_of(isa["s_study.txt"])
    >>> sheet.with_cells([(0, "Characteristics[age]", "9")]).data() == isa.files["s_study.txt"]
    False
    """
    columns = tuple(table.cells.column(column.position) for column in table.model)
    return Sheet(table, tuple(column.key for column in table.model), columns, list(range(len(table))))


def _new_keys(keys: Sequence[str], headers: Sequence[str]) -> list[str]:
    """Return free keys for new columns: ``Unit.3``, also where one of a smaller number was deleted."""
    found = list(keys)
    for header in headers:
        number, key = 0, header
        while key in found:
            number += 1
            key = f"{header}.{number}"
        found.append(key)
    return found[len(keys) :]
