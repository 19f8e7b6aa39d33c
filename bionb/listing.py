"""Listings: lazy, complete and concurrent, whatever the server's way of paging.

A `Listing` sends nothing until it is used and keeps what it has read. Three readers know the ways of paging: `Whole`
(one answer, or numbered pages), `Offset` (offset and limit, concurrent when the total is known) and `Cursor`. Each can
be resumed after an error at the page that failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from bionb.errors import BionbError
from bionb.frames import Column, FrameBuilder
from bionb.pages import Page, Reader
from bionb.story import story_to_read
from bionb.waiting import Progress
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]
SHOWN_ROWS = 10


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
    >>> from bionb.pages import Page, Whole
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

    def refresh(self) -> Listing:
        """Forget what was read, so that the next use asks the server again."""
        self._reader, self._story = self._start(), self._story.later()
        self._pages: list[Page] = []
        self._read = 0
        return self

    # -- counting -------------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Number of records, from page 1 where the server tells it, else by reading all."""
        if not self._pages and not self._reader.done:
            self._advance()
        if not self._reader.done and self._reader.total is not None:
            return self._reader.total
        self._read_to(None)
        return self._read

    @property
    def known_total(self) -> int | None:
        """Number of records as far as it is known without a request; None before page 1."""
        return self._read if self._reader.done else self._reader.total

    def __len__(self) -> int:
        return self.total

    def __bool__(self) -> bool:
        return bool(self.first(1))

    # -- records --------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Record]:
        for records in self._kept_pages():
            yield from records

    def first(self, n: int) -> list[Record]:
        """Return the first `n` records, reading no more pages than they need."""
        self._read_to(n)
        found: list[Record] = []
        for page in self._pages:
            if len(found) >= n:
                break
            found += page.records()
        return found[:n]

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            start, stop = index.start or 0, index.stop
            if stop is None or start < 0 or stop < 0 or (index.step or 1) < 0:
                return list(self)[index]
            return self.first(stop)[index]
        records = self.first(index + 1) if index >= 0 else list(self)
        try:
            return records[index]
        except IndexError:
            raise IndexError(f"{self.name} has {self._read} records; there is no record {index}") from None

    def pages(self) -> Iterator[list[Record]]:
        """Give the records page by page and keep nothing, for listings larger than memory."""
        if self._pages:
            yield from self._kept_pages()
            return
        reader = self._start()
        while not reader.done:
            records = self._next(reader).records()
            if records:
                yield records

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
        """
        builder, left = FrameBuilder(self._declared), max_records
        for records in self._kept_pages(max_records):
            if left is not None:
                records = records[:left]
                left -= len(records)
            builder.add(self._rows(records))
            if left == 0:
                break
        return builder.frame()

    def so_far(self) -> pd.DataFrame:
        """Return what has been read, sending nothing: what is left after an error or interrupt."""
        builder = FrameBuilder(self._declared)
        for page in self._pages:
            builder.add(self._rows(page.records()))
        return builder.frame()

    def __repr__(self) -> str:
        if not self._pages and not self._reader.done:
            return f"<Listing of {self.name}, not read yet>"
        known = self.known_total
        return f"<Listing of {self.name}: {'unknown number' if known is None else known}>"

    def _repr_html_(self) -> str:
        """Show the first rows and the total: one request."""
        import html

        rows = self.first(SHOWN_ROWS)
        builder = FrameBuilder(self._declared)
        builder.add(self._rows(rows))
        known = self.known_total
        count = (
            f"first {len(rows)} of {known if known is not None else 'many'}" if known != len(rows) else f"all {known}"
        )
        table = self._shown(builder.frame()).to_html(border=0, max_cols=12, notebook=True, show_dimensions=False)
        return f"<p>{html.escape(self.name)}: {count}</p>{table}"

    def _shown(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the first rows as they are displayed; a platform may leave out what says nothing."""
        return frame

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    # -- reading --------------------------------------------------------------------------------------------------

    def _kept_pages(self, wanted: int | None = None) -> Iterator[list[Record]]:
        """Give each page's records, reading on where reading stopped; what was read stays."""
        number = 0
        with Progress(self.name, unit="records") as bar:
            while True:
                while number < len(self._pages):
                    yield self._pages[number].records()
                    number += 1
                if self._reader.done:
                    return
                self._advance(wanted)
                bar.update(self._read, total=self._reader.total)

    def _read_to(self, n: int | None) -> None:
        with Progress(self.name, unit="records") as bar:
            while not self._reader.done and (n is None or self._read < n):
                self._advance(n)
                bar.update(self._read, total=self._reader.total)

    def _advance(self, wanted: int | None = None) -> None:
        self._reader.wanted = wanted
        page = self._next(self._reader)
        if page.count:
            self._pages.append(page)
            self._read += page.count

    def _next(self, reader: Reader) -> Page:
        try:
            page = self._story.run(reader.advance)
        except BionbError as error:
            error.partial = self
            raise
        if reader.done and reader.doubt:
            warn(f"{self.name}: {reader.doubt}", ListingChanged)
        return page
