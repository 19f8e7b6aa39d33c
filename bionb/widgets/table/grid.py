"""A table to look around in, without any widget: sorted, filtered, searched, and given in windows of rows.

`Grid` knows a frame and answers messages of ``grid.js``; each answer is what JSON can say. Rows are named by their
place in the frame and columns by their key, whatever is shown in which order. What shows a grid sends its `table`
message first, then whatever `receive` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.widgets.table import cells
from bionb.widgets.table.sorting import condition, order_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Message = dict[str, Any]

WIDEST = 200  # columns shown at first; the others can be chosen
CELLS = 20_000  # cells of one answer
ROWS = 200  # rows of one answer
SAVED = 20_000_000  # cells that a page is given as a file
NARROWEST, BROADEST = 56, 340  # pixels of a column at first


@dataclass(frozen=True)
class Heading:
    """A column of a grid.

    Attributes
    ----------
    key : str
        Names the column in messages; unique.
    title, unit : str
        For people.
    kind : str
        Of `bionb.widgets.table.cells`.
    width : int
        Pixels at first.
    """

    key: str
    title: str
    unit: str
    kind: str
    width: int


class Grid:
    """A frame as a person looks at it.

    Parameters
    ----------
    frame : DataFrame
        Never changed. An index with names or words becomes the first columns.

    Examples
    --------
    >>> import pandas as pd
    >>> grid = Grid(pd.DataFrame({"name": ["S10", "S2"], "size": [2000, 1]}))
    >>> grid.sort("name")
    >>> [row["cells"] for row in grid.window(0, 2)["rows"]]
    [['S2', '1 B'], ['S10', '2 kB']]
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame, self._data = frame, _flat(frame)
        self.headings = {each.key: each for each in _headings(self._data)}
        self._places = {key: place for place, key in enumerate(self.headings)}
        last = [key for key in self.headings if cells.is_identifier(key)]
        self.shown = [*(key for key in self.headings if key not in last), *last][:WIDEST]
        self.sorted_by: tuple[str, bool] | None = None  # column and whether it falls
        self.filters: dict[str, str] = {}
        self.search_text = ""
        self.marked: set[int] = set()
        self.version = 0
        self._orders: dict[str, np.ndarray[Any, Any]] = {}
        self._lines: list[str] | None = None
        self._look()

    # -- looking --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Rows that are shown."""
        return len(self.rows)

    def column(self, key: str) -> pd.Series[Any]:
        """Return the values of a column, in the order of the frame.

        Raises
        ------
        UsageError
            There is none of this name.
        """
        if key not in self._places:
            raise UsageError(f"The table has no column {key!r:.80}; it has {', '.join(list(self.headings)[:20])}.")
        return self._data.iloc[:, self._places[key]]

    def sort(self, key: str | None, descending: bool = False) -> None:
        """Sort by a column, numbers in texts as numbers and what is missing last; None: as the frame is."""
        if key is not None:
            self.column(key)
        self.sorted_by = None if key is None else (key, descending)
        self._look()

    def filter(self, key: str, text: str) -> None:
        """Show only rows of which a cell meets a condition: words to hold, ``>5``, ``<=3``, ``2..4``, ``=word``."""
        self.column(key)
        self.filters = {**self.filters, key: text} if text.strip() else _without(self.filters, key)
        self._look()

    def search(self, text: str) -> None:
        """Show only rows that have all these words in some cell."""
        self.search_text = text
        self._look()

    def choose(self, keys: Sequence[str]) -> None:
        """Show these columns, in this order."""
        for key in keys:
            self.column(key)
        self.shown = list(dict.fromkeys(keys))
        self._look()

    def mark(self, rows: Iterable[int], on: bool = True, only: bool = False) -> None:
        """Select rows by their place in the frame, or take them out of the selection."""
        chosen = {int(row) for row in rows if 0 <= int(row) < len(self._data)}
        kept = set() if only else self.marked
        self.marked = kept | chosen if on else kept - chosen

    @property
    def selected_rows(self) -> pd.DataFrame:
        """The selected rows of the frame, with its columns and index."""
        return self.frame.iloc[sorted(self.marked)]

    def text(self, row: int, key: str) -> str:
        """Return a cell for people, by its row's place in the frame."""
        return cells.SHOWN[self.headings[key].kind](self.column(key).iloc[row])

    def tips(self, rows: Sequence[int]) -> dict[str, Any]:
        """Return what to say of cells: ``{row: {key: [level, words]}}``; for grids that judge what they show."""
        return {}

    # -- giving away ----------------------------------------------------------------------------------------------

    def tsv(self, rows: Iterable[int] | None = None, separator: str = "\t", header: bool = True) -> str:
        """Return rows by their place in the frame, by default all that are shown, with the columns that are shown."""
        data = self._data.iloc[list(self.rows if rows is None else rows), [self._places[key] for key in self.shown]]
        return cells.tsv([*([self.shown] if header else []), *data.itertuples(index=False, name=None)], separator)

    def window(self, start: int, stop: int) -> Message:
        """Return rows as they are shown, from one place on the screen to another, as far as one answer goes."""
        stop = min(stop, start + max(1, min(ROWS, CELLS // max(1, len(self.shown)))))
        rows = [int(each) for each in self.rows[max(0, start) : stop]]
        part = self._data.iloc[rows]
        columns = [
            [cells.SHOWN[self.headings[key].kind](value) for value in part.iloc[:, self._places[key]]]
            for key in self.shown
        ]
        found = [
            {"row": row, "cells": list(each), "marked": row in self.marked}
            for row, each in zip(rows, zip(*columns, strict=True) if columns else ((),) * len(rows), strict=True)
        ]
        return {
            "type": "rows",
            "version": self.version,
            "start": max(0, start),
            "rows": found,
            "tips": self.tips(rows),
        }

    def table(self) -> Message:
        """Return all that a page has to know, and the first rows."""
        return {
            "type": "table",
            "version": self.version,
            "total": len(self),
            "of": len(self._data),
            "columns": [vars(self.headings[key]) for key in self.shown],
            "others": [key for key in self.headings if key not in self.shown],
            "sorted": None if self.sorted_by is None else list(self.sorted_by),
            "filters": self.filters,
            "search": self.search_text,
            "words": self.words(),
            "marked": len(self.marked),
            "record": self.record(),
            "window": self.window(0, ROWS // 2),
        }

    def record(self) -> list[list[str]] | None:
        """Return the only record as a list of titles, units, kinds and cells; None when there are several."""
        if len(self._data) != 1:
            return None
        found = [self.headings[key] for key in [*self.shown, *(set(self.headings) - set(self.shown))]]
        return [[each.title, each.unit, each.kind, self.text(0, each.key)] for each in found[:WIDEST]]

    def words(self) -> str:
        """Say how many rows and columns there are, and what of them is shown.

        Examples
        --------
        >>> import pandas as pd
        >>> Grid(pd.DataFrame({"n": range(31_500)})).words()
        '31,500 rows'
        """
        rows, shown = len(self._data), len(self)
        found = f"{rows:,} row{'' if rows == 1 else 's'}" if shown == rows else f"{shown:,} of {rows:,} rows"
        marked = f", {len(self.marked):,} selected" if self.marked else ""
        hidden = len(self.headings) - len(self.shown)
        return found + marked + (f", {hidden:,} of {len(self.headings):,} columns not shown" if hidden else "")

    # -- messages -------------------------------------------------------------------------------------------------

    def receive(self, message: Mapping[str, Any]) -> list[Message]:
        """Do what a message of the page asks for, and return the answers; what is no message is ignored."""
        answer = getattr(self, f"_on_{message.get('type')}", None)
        found: list[Message] = [] if answer is None else answer(message)
        return found

    def _on_rows(self, message: Mapping[str, Any]) -> list[Message]:
        if message.get("version") != self.version:
            return []  # asked before the table changed; the page has asked anew
        return [self.window(int(message["start"]), int(message["stop"]))]

    def _on_sort(self, message: Mapping[str, Any]) -> list[Message]:
        self.sort(message["column"], bool(message.get("descending")))
        return [self.table()]

    def _on_filter(self, message: Mapping[str, Any]) -> list[Message]:
        self.filter(message["column"], str(message["text"]))
        return [self.table()]

    def _on_search(self, message: Mapping[str, Any]) -> list[Message]:
        self.search(str(message["text"]))
        return [self.table()]

    def _on_columns(self, message: Mapping[str, Any]) -> list[Message]:
        self.choose([str(each) for each in message["columns"]])
        return [self.table()]

    def _on_mark(self, message: Mapping[str, Any]) -> list[Message]:
        """Select single rows, the rows shown between two of them, or all that are shown."""
        rows: Iterable[Any] = message.get("rows") or ()
        if message.get("all"):
            rows = self.rows
        elif "from" in message:
            ends = sorted(self._shown_at(int(message[end])) for end in ("from", "to"))
            rows = self.rows[ends[0] : ends[1] + 1]
        self.mark(rows, bool(message.get("on", True)), bool(message.get("only")))
        return [{"type": "marked", "version": self.version, "words": self.words(), "count": len(self.marked)}]

    def _shown_at(self, row: int) -> int:
        import numpy as np

        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else 0

    def _on_copy(self, message: Mapping[str, Any]) -> list[Message]:
        rows = [int(row) for row in self.rows if message.get("what") != "rows" or int(row) in self.marked]
        return [{"type": "copy", "text": self.tsv(rows), "count": len(rows)}]

    def _on_save(self, message: Mapping[str, Any]) -> list[Message]:
        if len(self) * len(self.shown) > SAVED:
            raise UsageError("This table is too large for a download by the browser: use .frame.to_csv(path).")
        return [{"type": "save", "name": "table.csv", "text": self.tsv(separator=",")}]

    # -- what is shown --------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Find the rows to show, in their order."""
        import numpy as np

        self.version += 1
        rows = np.arange(len(self._data)) if self.sorted_by is None else self._order(*self.sorted_by)
        for key, text in self.filters.items():
            meets = condition(self.column(key), self.headings[key].kind, text)
            rows = rows[meets[rows]]
        words = self.search_text.lower().split()
        if words:
            lines = self._searchable()
            rows = np.array([row for row in rows if all(word in lines[row] for word in words)], dtype=int)
        self.rows = rows

    def _order(self, key: str, descending: bool) -> np.ndarray[Any, Any]:
        import numpy as np

        if key not in self._orders:
            self._orders[key] = order_of(self.column(key), self.headings[key].kind)
        order = self._orders[key]
        if not descending:
            return order
        present = int(self.column(key).notna().sum())
        return np.concatenate([order[:present][::-1], order[present:]])

    def _searchable(self) -> list[str]:
        if self._lines is None:
            columns = [cells.plains(self._data.iloc[:, place]) for place in range(len(self.headings))]
            self._lines = ["\n".join(each).lower() for each in zip(*columns, strict=True)]
        return self._lines


def _without(filters: Mapping[str, str], key: str) -> dict[str, str]:
    return {name: text for name, text in filters.items() if name != key}


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns have texts for names, each its own, and whose index is a column if it says much."""
    import pandas as pd

    names = [" · ".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in frame.columns]
    flat = frame.set_axis(_unique(names), axis="columns")
    if isinstance(frame.index, pd.RangeIndex) and not frame.index.name:
        return flat
    index = frame.index.to_frame(index=False)
    titles = ["" if name is None else str(name) for name in frame.index.names]
    index.columns = pd.Index(_unique([*names, *titles])[len(names) :])
    return pd.concat([index, flat.reset_index(drop=True)], axis="columns")


def _unique(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}.{seen[name] - 1}")
    return found if len(set(found)) == len(found) else [f"{name} ({place})" for place, name in enumerate(names)]


def _headings(data: pd.DataFrame) -> Iterable[Heading]:
    rows = len(data)  # of the first, the middle and the last rows, since ids grow
    sample = data.iloc[
        sorted({*range(min(rows, 40)), *range(rows // 2, rows // 2 + 10), *range(rows - 10, rows)} & {*range(rows)})
    ]
    for place, name in enumerate(data.columns):
        column = sample.iloc[:, place]
        kind = cells.kind_of(column, name)
        title, unit = cells.title_and_unit(name, kind)
        said = cells.SHOWN[kind]
        longest = max([len(title) + len(unit) + 3, *(len(said(value)) for value in column)], default=0)
        yield Heading(name, title, unit, kind, min(max(NARROWEST, 20 + round(7.4 * longest)), BROADEST))
