"""Listings: lazy, complete and concurrent, whatever the server's way of paging.

A `Listing` sends nothing until it is used and keeps what it has read. Three readers know the ways of paging: `Whole`
(one answer, or numbered pages), `Offset` (offset and limit, concurrent when the total is known) and `Cursor`. Each can
be resumed after an error at the page that failed.
"""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from bionb import showing
from bionb.errors import BionbError, UsageError
from bionb.frames import Column, FrameBuilder
from bionb.http.story import story_to_read
from bionb.paging.pages import Page, Reader, State
from bionb.progress import Progress
from bionb.secret import conceal
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]
SHOWN_ROWS = showing.ROWS


class ListingChanged(UserWarning):
    """A listing changed while it was read, and reading it again did not settle it."""


class Listing(Sequence[Record]):
    """All records of one kind, read when needed.

    Parameters
    ----------
    name : str
        Plural noun for people: ``"projects"``.
    start : callable
        Makes a fresh `Reader`.
    declared : sequence of Column
        Columns of the frame.
    rows : callable, optional
        Turns records into rows of the frame, where they are not one to one: runs that hold several reports each.

    Examples
    --------
    >>> from bionb.frames import columns
    >>> from bionb.paging.pages import Page, Whole
    >>> listing = Listing("things", lambda: Whole(lambda params, opens: Page([{"id": "a"}])), columns("id"))
    >>> len(listing), listing[0]["id"]
    (1, 'a')
    """

    def __init__(
        self,
        name: str,
        start: Callable[[], Reader],
        declared: Sequence[Column] = (),
        *,
        rows: Callable[[list[Record]], list[Record]] | None = None,
    ) -> None:
        self.name, self._start, self._declared, self._rows = name, start, tuple(declared), rows or list
        self._story = story_to_read()
        self.refresh()

    def _as_rows(self, records: list[Record]) -> list[Record]:
        return self._story.run(self._rows, records)

    def refresh(self) -> Listing:
        """Forget what was read, so that the next use asks the server again."""
        self._kept, self._story = _Kept(self._start()), self._story.later()
        return self

    # -- counting -------------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Number of records, from page 1 where the server tells it, else by reading all."""
        kept = self._kept
        if not kept.begun:
            self._advance(kept, kept.state, 1)
        state = kept.state
        return state.total if state.total is not None else self._read_to(kept, None).count

    @property
    def known_total(self) -> int | None:
        """Number of records as far as it is known without a request; None before page 1."""
        return self._kept.state.total

    def __len__(self) -> int:
        return self.total

    def __bool__(self) -> bool:
        return bool(self.first(1))

    # -- records --------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Record]:
        for records in self._kept_pages():
            yield from map(conceal, records)

    def first(self, n: int) -> list[Record]:
        """Return the first `n` records, reading no more pages than they need.

        Raises
        ------
        UsageError
            `n` is no number of records.
        """
        n = _number("first(n)", n)
        kept = self._kept
        state = self._read_to(kept, n)
        found: list[Record] = []
        for page in kept.pages[: state.pages]:
            if len(found) >= n:
                break
            found += page.records()[: n - len(found)]
        return list(map(conceal, found))

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            parts = [each if each is None else _index(each) for each in (index.start, index.stop, index.step)]
            start, stop, step = parts
            if step == 0:
                raise UsageError("A slice of a listing has a step of 1, 2, ... or -1, -2, ..., not 0.")
            if stop is None or min(start or 0, stop, step or 1) < 0:
                return list(self)[start:stop:step]
            return self.first(stop)[start:stop:step]
        place = _index(index)
        records = self.first(place + 1) if place >= 0 else list(self)
        try:
            return records[place]
        except IndexError:
            raise IndexError(f"{self.name} has {len(records)} records; there is no record {place}") from None

    def pages(self) -> Iterator[list[Record]]:
        """Give the records page by page and keep nothing, for listings larger than memory."""
        if self._kept.begun:
            for records in self._kept_pages():
                yield list(map(conceal, records))
            return
        kept = _Kept(self._start(), remember=False)
        while not kept.state.done:
            records = self._advance(kept, kept.state).page.records()
            kept.pages.clear()
            if records:
                yield list(map(conceal, records))

    # -- frames ---------------------------------------------------------------------------------------------------

    def to_frame(self, max_records: int | None = None) -> pd.DataFrame:
        """Return the records as a table.

        Parameters
        ----------
        max_records : int, optional
            Cap over all pages; all records by default.

        Returns
        -------
        DataFrame
            One row a record unless the listing says otherwise; columns and dtypes do not depend on how many there are.

        Raises
        ------
        UsageError
            `max_records` is no number of records.
        """
        left = None if max_records is None else _number("to_frame(max_records=...)", max_records)
        builder = FrameBuilder(self._declared)
        for records in self._kept_pages(left) if left != 0 else ():
            if left is not None:
                records = records[:left]
                left -= len(records)
            builder.add(self._as_rows(records))
            if left == 0:
                break
        return builder.frame()

    def to_parquet(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the records as a Parquet file, page by page, and return its path; nothing is kept in memory.

        Columns are those of `to_frame`; lists, objects and mixed values are JSON texts. pyarrow is needed for it
        (``bionb[scale]``).

        Raises
        ------
        UsageError
            The file is there already, or pyarrow is not installed.
        """
        from bionb.parquet import write_frames

        return write_frames(self._frames(), path, overwrite=overwrite)

    def _frames(self) -> Iterator[pd.DataFrame]:
        """Give the table in pieces, at least one."""
        from bionb.parquet import PIECE

        builder, rows = FrameBuilder(self._declared), 0
        for records in self.pages():
            found = self._as_rows(records)
            builder.add(found)
            rows += len(found)
            if rows >= PIECE:
                yield builder.frame()
                builder, rows = FrameBuilder(self._declared), 0
        yield builder.frame()

    def so_far(self) -> pd.DataFrame:
        """Return what has been read, sending nothing: what is left after an error or interrupt."""
        builder = FrameBuilder(self._declared)
        for page in self._kept.so_far():
            builder.add(self._as_rows(page.records()))
        return builder.frame()

    def __repr__(self) -> str:
        if not self._kept.begun:
            return f"<Listing of {self.name}, not read yet>"
        known = self.known_total
        return f"<Listing of {self.name}: {'unknown number' if known is None else known}>"

    def _repr_html_(self) -> str:
        """Show the first rows and the total: one request."""
        rows = self.first(SHOWN_ROWS)
        builder = FrameBuilder(self._declared)
        builder.add(self._as_rows(rows))
        known = self.known_total
        count = f"first {len(rows)} of many" if known is None else showing.counted(len(rows), known)
        frame = builder.frame()
        return showing.table(self.name, frame, count=count, complete=[".to_frame()"], rows=len(frame))

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    # -- reading --------------------------------------------------------------------------------------------------

    def _kept_pages(self, wanted: int | None = None) -> Iterator[list[Record]]:
        """Give each page's records, reading on where reading stopped; what was read stays."""
        kept, number = self._kept, 0
        with Progress(self.name, unit="records") as bar:
            while True:
                state = kept.state
                while number < state.pages:
                    yield kept.pages[number].records()
                    number += 1
                if state.done:
                    self._tell(kept)
                    return
                state = self._advance(kept, state, wanted)
                bar.update(state.count, total=state.total)

    def _read_to(self, kept: _Kept, n: int | None) -> State:
        state = kept.state
        with Progress(self.name, unit="records") as bar:
            while not state.done and (n is None or state.count < n):
                state = self._advance(kept, state, n)
                bar.update(state.count, total=state.total)
        self._tell(kept)
        return state

    def _advance(self, kept: _Kept, state: State, wanted: int | None = None) -> State:
        try:
            state = self._story.run(kept.advance, state, wanted)
        except BionbError as error:
            error.partial = self
            raise
        self._tell(kept)
        return state

    def _tell(self, kept: _Kept) -> None:
        """Warn of each doubt once; where an interrupt came before the warning, the next use of the listing gives it."""
        for doubt in kept.state.doubts[kept.told :]:
            try:
                warn(f"{self.name}: {doubt}", ListingChanged)
            except ListingChanged:  # the user wants warnings to be errors, once each
                kept.told += 1
                raise
            kept.told += 1


class _Kept:
    """What one reading of a listing has brought.

    The state says how many of the pages count. It is replaced by one assignment, so that an interrupt finds the old or
    the new; threads that use one listing take turns.
    """

    def __init__(self, reader: Reader, remember: bool = True) -> None:
        self._reader, self._lock = reader, threading.RLock()
        self.pages: list[Page] = []
        self.state, self.told = State(earlier=self.so_far if remember else None), 0
        self._start = self.state

    @property
    def begun(self) -> bool:
        """Tell whether anything was read."""
        return self.state is not self._start

    def so_far(self) -> list[Page]:
        """Return the pages that count."""
        return self.pages[: self.state.pages]

    def advance(self, state: State, wanted: int | None) -> State:
        """Read on behind a state, unless another thread has done so, and return the state then."""
        with self._lock:
            if self.state is state:
                later = self._reader.after(state, wanted)
                if self.state is state:  # reading may use the listing itself
                    del self.pages[state.pages :]  # of an attempt that was interrupted
                    if later.page.count:
                        self.pages.append(later.page)
                    self.state = later
            return self.state


def _number(what: str, number: Any) -> int:
    """Return a number of records, or refuse what is none."""
    found = _index(number, what)
    if found < 0:
        raise UsageError(f"{what} takes a whole number from 0 on, not {found}.")
    return found


def _index(place: Any, what: str = "listing[...]") -> int:
    try:
        if not isinstance(place, bool):
            return operator.index(place)
    except TypeError:
        pass
    raise UsageError(f"{what} takes a whole number, not {place!r:.60}.")
