"""Editing a set without any widget: its tables, what was done to them, and what is to be said of the cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.isatab.dataset import ISATab
from bionb.isatab.editing.sheet import Folded, Sheet, sheet_of
from bionb.isatab.verdict.report import Finding
from bionb.widgets.table.grid import BROADEST, NARROWEST, ROWS, Grid, Heading

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

KEPT = 200  # steps that can be undone
PAINTED = {"error": "error", "critical": "error", "moderate": "warning", "advisory": "warning", "note": "note"}
Tips = dict[int, dict[str, list[str]]]


class SheetGrid(Grid):
    """A sheet as `Grid` shows it: one column for a value, its unit and its term; every cell a text."""

    def __init__(self, sheet: Sheet, rows: np.ndarray[Any, Any] | None = None, before: Grid | None = None) -> None:
        import pandas as pd

        self.sheet, self._kept = sheet, rows
        self.said: Tips = {}
        columns = {each.key: pd.Series(sheet.texts(each), dtype=object) for each in sheet.folded}
        super().__init__(pd.DataFrame(columns, index=pd.RangeIndex(len(sheet))))
        titles = {each.key: each.title for each in sheet.folded}
        for key, heading in self.headings.items():
            width = max(heading.width, min(20 + round(7.4 * len(titles[key])), BROADEST), NARROWEST)
            self.headings[key] = Heading(key, titles[key], "", heading.kind, width)
        self.shown = list(self.headings)
        if before is not None:
            self._look_as(before)

    def _look_as(self, before: Grid) -> None:
        """Show what was shown; rows stay where they are while cells change, or they would jump away when sorted."""
        self.search_text, self.version = before.search_text, before.version
        self.filters = {key: text for key, text in before.filters.items() if key in self.headings}
        kept = before.sorted_by
        self.sorted_by = kept if kept is not None and kept[0] in self.headings else None
        hidden = set(before.headings) - set(before.shown)
        self.shown = [key for key in self.headings if key not in hidden] or self.shown
        if self._kept is None:
            self._look()
        else:
            self.rows, self.marked = self._kept, before.marked

    def tips(self, rows: Sequence[int]) -> dict[str, Any]:
        """Return what is said of each of these rows, also of those of which nothing is said any more."""
        return {str(row): {**self._terms(row), **self.said.get(row, {})} for row in rows}

    def _terms(self, row: int) -> dict[str, list[str]]:
        found = {each.key: self.sheet.term(row, each) for each in self.sheet.folded if len(each.places) > 1}
        return {key: ["term", term] for key, term in found.items() if term}


class Editing:
    """A set while it is edited; what `bionb.edit` returns has all of this and a page.

    Parameters
    ----------
    isa : ISATab
        Never changed.
    table : str, optional
        Which file to begin with; the first study by default.

    Examples
    --------
    >>> editing = Editing(isa)
    >>> editing.set(0, "Characteristics[age]", "9")
    >>> editing.changes[["row", "old", "new"]].values.tolist()
    [[0, '8', '9']]
    """

    def __init__(self, isa: ISATab, table: str | None = None) -> None:
        if not isinstance(isa, ISATab):
            raise UsageError(f"edit() takes an ISATab, as bionb.read_isatab() gives it; not {type(isa).__name__}.")
        self._base, self.step = isa, 0
        self.tables = [name for name in dict.fromkeys([*isa.studies, *isa.assays]) if name in isa]
        if not self.tables:
            raise UsageError("This set has no study or assay table to edit.")
        self._start()
        self.show(table if table is not None else self.tables[0])

    def _start(self) -> None:
        self._firsts: dict[str, Sheet] = {}
        self._sheets: dict[str, Sheet] = {}
        self._done: list[tuple[str, Sheet]] = []
        self._undone: list[tuple[str, Sheet]] = []
        self._made: ISATab | None = None

    # -- what there is --------------------------------------------------------------------------------------------

    @property
    def isa(self) -> ISATab:
        """The edited set; the one that was given is as it was."""
        if self._made is None:
            changed = {name: sheet.data() for name, sheet in self._sheets.items() if sheet is not self._first(name)}
            self._made = self._base.with_files(changed) if changed else self._base
        return self._made

    @property
    def frame(self) -> pd.DataFrame:
        """The table that is edited, as it is shown: one column for a value with its unit and term."""
        return self.grid.frame

    @property
    def changes(self) -> pd.DataFrame:
        """What was changed, one row a cell; see `ISATab.diff`."""
        return self._base.diff(self.isa)

    @property
    def findings(self) -> pd.DataFrame:
        """What is to be known before the set is imported; see `ISATab.check`."""
        return self.isa.check()

    def said_of(self, row: int, column: str) -> list[str]:
        """Return what `findings` say of one cell of the table, worst first."""
        self.judge()
        found = self.grid.said.get(row, {}).get(self.sheet.column(column).key)
        return found[1].split("\n") if found else []

    # -- what can be done -----------------------------------------------------------------------------------------

    def show(self, table: str) -> None:
        """Edit another table of the set."""
        names = [name for name in self.tables if table == name or table == name.rsplit("/", 1)[-1]]
        if len(names) != 1:
            raise UsageError(f"There is no table {table!r:.80} to edit; this set has {', '.join(self.tables)}.")
        self.table = names[0]
        self.grid = SheetGrid(self.sheet)

    @property
    def sheet(self) -> Sheet:
        """The table that is edited, as it is now."""
        return self._sheets.get(self.table) or self._first(self.table)

    def _first(self, name: str) -> Sheet:
        """Return a table before any change."""
        if name not in self._firsts:
            self._firsts[name] = sheet_of(self._base[name])
        return self._firsts[name]

    def set(self, row: int, column: str, text: str) -> None:
        """Change a cell; rows count from 0.

        Parameters
        ----------
        row : int
            From 0, in the order of the table.
        column : str
            Its key.
        text : str
            A value; ``8 [week]`` with its unit; ``liver | UBERON | 0002107`` with its term. A value alone takes the
            term that it has elsewhere in the column.
        """
        self._change(lambda sheet: sheet.with_cells([(row, column, text)]))

    def paste(self, row: int, column: str, text: str) -> str:
        """Lay a block of a spreadsheet over the table, from a cell on; return what did not fit.

        Rows are those that are shown, in their order; where the block is longer than the table, rows are added.
        """
        notes: list[str] = []

        def pasted(sheet: Sheet) -> Sheet:
            new, note = sheet.pasted(self._rows_from(row), column, text)
            notes.append(note)
            return new

        self._change(pasted)
        return notes[0]

    def fill_down(self, rows: Sequence[int], *columns: str) -> None:
        """Write what stands in the first of some rows into the others, with unit and term."""
        if len(rows) < 2 or not columns:
            raise UsageError("fill_down takes two or more rows, and columns: select the rows, the first is copied.")
        self._change(lambda sheet: sheet.filled(list(rows), columns))

    def clear(self, rows: Sequence[int], *columns: str) -> None:
        """Empty cells, with unit and term."""
        self._change(lambda sheet: sheet.with_cells((row, column, "") for row in rows for column in columns))

    def add_rows(self, count: int = 1, before: int | None = None) -> None:
        """Add empty rows before a row, or at the end."""
        self._change(lambda sheet: sheet.with_rows(len(sheet) if before is None else before, count))

    def delete_rows(self, rows: Sequence[int]) -> None:
        """Delete rows."""
        self._change(lambda sheet: sheet.without_rows(rows))

    def add_column(self, header: str, after: str | None = None, *, unit: bool = False, term: bool = False) -> None:
        """Add an empty column behind another, or at the end; on request with a unit or a term of an ontology.

        Examples
        --------
        >>> editing = Editing(isa)
        >>> editing.add_column("Characteristics[weight]", "Characteristics[age]", unit=True)
        >>> editing.set(0, "Characteristics[weight]", "30 [kg]")
        """
        self._change(lambda sheet: sheet.with_column(header, after, unit=unit, term=term))

    def delete_column(self, column: str) -> None:
        """Delete a column with its unit and its term."""
        self._change(lambda sheet: sheet.without_column(column))

    def undo(self) -> bool:
        """Take the last change back; tell whether there was one."""
        return self._step(self._done, self._undone)

    def redo(self) -> bool:
        """Do again what was taken back; tell whether there was anything."""
        return self._step(self._undone, self._done)

    def reset(self, isa: ISATab) -> None:
        """Begin anew with another set, such as the one that a server stored."""
        self._base, self.step = isa, self.step + 1
        self._start()
        self.tables = [name for name in dict.fromkeys([*isa.studies, *isa.assays]) if name in isa]
        self.show(self.table if self.table in self.tables else self.tables[0])

    # -- how it is done -------------------------------------------------------------------------------------------

    def _change(self, change: Callable[[Sheet], Sheet]) -> None:
        """Do one step, which can be undone; what fails changes nothing."""
        before = self.sheet
        after = change(before)
        if after is before:
            return
        self._done = [*self._done, (self.table, before)][-KEPT:]
        self._undone = []
        self._take(after)

    def _step(self, done: list[tuple[str, Sheet]], undone: list[tuple[str, Sheet]]) -> bool:
        if not done:
            return False
        table, sheet = done.pop()
        self.table = table
        undone.append((table, self.sheet))
        self._take(sheet)
        return True

    def _take(self, sheet: Sheet) -> None:
        self._sheets[self.table], self._made = sheet, None
        self.step += 1
        alike = self.grid.sheet.table is sheet.table and len(self.grid.sheet) == len(sheet)
        said = self.grid.said if alike else {}
        self.grid = SheetGrid(sheet, self.grid.rows if alike else None, self.grid)
        self.grid.said = said  # until it is judged anew

    def _rows_from(self, row: int) -> list[int]:
        shown = [int(each) for each in self.grid.rows]
        if row not in shown:
            raise UsageError(f"{self.table} shows no row {row}; rows count from 0.")
        return shown[shown.index(row) :]

    # -- what is said of cells ------------------------------------------------------------------------------------

    def judge(self) -> list[Finding]:
        """Check the set as it is now, put what is said on the cells of the table, and return the findings."""
        found = self.isa.findings
        folded = {place: each for each in self.sheet.folded for place in each.places}
        positions = {column.key: column.position for column in self.isa[self.table].model}
        said: Tips = {}
        for finding in found:
            place = positions.get(finding.column)
            if finding.file == self.table and place in folded:
                _say(said, finding, folded[place])
        self.grid.said = said
        return found


def _say(said: Tips, finding: Finding, column: Folded) -> None:
    level = PAINTED.get(finding.level, "note")
    for row in finding.rows:
        cell = said.setdefault(row, {}).setdefault(column.key, [level, ""])
        cell[1] = f"{cell[1]}\n{finding.level}: {finding.message}".strip()  # worst first, as findings come


def first_rows(grid: Grid, rows: int = 10, columns: int = 12) -> list[list[str]]:
    """Return header and first rows as texts, for a saved notebook."""
    keys = grid.shown[:columns]
    shown = [int(row) for row in grid.rows[: min(rows, ROWS)]]
    return [[grid.headings[key].title for key in keys], *([grid.text(row, key) for key in keys] for row in shown)]


def finding_message(finding: Finding) -> Mapping[str, Any]:
    """Return a finding for a page."""
    row = min(finding.rows, default=None)
    said = {"file": finding.file, "column": finding.column, "level": finding.level, "text": finding.message}
    return {**said, "row": row, "count": finding.count, "kind": PAINTED.get(finding.level, "note")}
