"""The ways of paging. A reader gives pages in order, drops duplicates, and repairs what a changing listing broke.

A platform hands its reader one function ``read(params, opens) -> Page`` that sends the request and parses the answer;
`opens` is True for the first request of a listing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, Protocol

from bionb.page import Page as Page
from bionb.page import Record as Record

Params = Mapping[str, Any]
Key = Callable[[Record], Hashable]

REREADS = 2


class Reader(Protocol):
    """Gives the pages of a listing in order; resumable after an error.

    Attributes
    ----------
    total : int or None
        What the server last said.
    done : bool
        True when nothing is left to read.
    doubt : str
        Not empty when the records read cannot be all there are.
    wanted : int or None
        How many records the caller wants in all: reading ahead stops there.
    """

    total: int | None
    done: bool
    doubt: str
    wanted: int | None

    def advance(self) -> Page:
        """Read one more page; it may be empty."""


class Seen:
    """Drops records that an earlier page had, and counts what one pass over the listing gave."""

    def __init__(self, key: Key | None) -> None:
        self.key, self._keys = key, dict[Hashable, int]()
        self._number, self.this_pass = 0, 0
        self.count = 0

    def begin(self) -> None:
        """Begin another pass."""
        self._number, self.this_pass = self._number + 1, 0

    def filter(self, page: Page) -> None:
        """Drop the records of a page that were there before, and count the rest."""
        if self.key is not None:
            again = set[int]()
            for number, record in enumerate(page.peek()):
                key = self.key(record)
                last = self._keys.get(key)
                if last is not None:
                    again.add(number)
                if last != self._number:
                    self.this_pass += 1
                    self._keys[key] = self._number
            if again:
                page.drop(again)
        self.count += page.count


class Whole:
    """One answer with everything, or numbered pages that say whether another follows.

    Parameters
    ----------
    read : callable
        ``read({"page": n}, opens) -> Page``; a page with ``more`` false ends the listing.
    page : str, optional
        Name of the page number; None asks only once.
    key : callable, optional
        A record's identity.
    """

    def __init__(self, read: Callable[[Params, bool], Page], page: str | None = None, key: Key | None = None) -> None:
        self._read, self._page, self._seen, self._number = read, page, Seen(key), 1
        self.total: int | None = None
        self.wanted: int | None = None
        self.done, self.doubt = False, ""

    def advance(self) -> Page:
        """Read the next page."""
        page = self._read({self._page: self._number} if self._page else {}, self._number == 1)
        self._seen.filter(page)
        self._number += 1
        self.total = page.total
        self.done = not page.more or not self._page or not page.count
        if self.done and self.total is not None and self._seen.count != self.total:
            self.doubt = _doubt(self.total, self._seen.count)
        return page


class Cursor:
    """Pages that name the next one; a repeated cursor or a page without new records ends them.

    Parameters
    ----------
    read : callable
        ``read({"cursor": c}, opens) -> Page``; the page's ``cursor`` is None at the end.
    name : str
        Name of the parameter.
    key : callable, optional
        A record's identity.
    """

    def __init__(self, read: Callable[[Params, bool], Page], name: str = "cursor", key: Key | None = None) -> None:
        self._read, self._name, self._seen = read, name, Seen(key)
        self._cursor: Any = None
        self._used = set[Any]()
        self.total: int | None = None
        self.wanted: int | None = None
        self.done, self.doubt = False, ""

    def advance(self) -> Page:
        """Read the next page."""
        page = self._read({} if self._cursor is None else {self._name: self._cursor}, not self._used)
        self._used.add(self._cursor)
        self._seen.filter(page)
        self._cursor = page.cursor
        self.done = page.more is False or page.cursor in (None, "") or page.cursor in self._used or not page.count
        if self.done:
            self.total = self._seen.count
        return page


class Offset:
    """Pages by offset and limit: concurrent when the total is known, one after the other when it is not.

    A short page has its gap read again. When records repeat, are missing, or the total moves, the listing changed while
    it was read: it is read again (at most twice), and what was not seen before is added at the end.

    Parameters
    ----------
    read : callable
        ``read({offset: o, limit: n}, opens) -> Page``.
    limit : int
        Page size asked for.
    names : (str, str)
        Names of offset and limit.
    key : callable, optional
        A record's identity; without it repeats are not noticed.
    submit : callable, optional
        ``session.submit``, to read ahead in threads.
    ahead : int
        Pages read ahead at most.
    """

    def __init__(
        self,
        read: Callable[[Params, bool], Page],
        limit: int,
        *,
        names: tuple[str, str] = ("offset", "limit"),
        key: Key | None = None,
        submit: Callable[[Callable[[tuple[int, int]], Page], tuple[int, int]], Future[Page]] | None = None,
        ahead: int = 32,
    ) -> None:
        self._read, self._limit, self._names, self._submit, self._ahead = read, limit, names, submit, ahead
        self._seen = Seen(key)
        self._rereads = 0
        self._last: tuple[int, int | None] | None = None
        self.total: int | None = None
        self.wanted: int | None = None
        self.done, self.doubt = False, ""
        self._begin()

    def _begin(self) -> None:
        self._at, self._moved = 0, False
        self._seen.begin()
        self._futures: dict[tuple[int, int], Future[Page]] = {}
        self._kept = set[tuple[int, int]]()

    def advance(self) -> Page:
        """Read the next page; read again what a change of the listing displaced."""
        try:
            page = self._next_page()
            received = page.count  # parses it
        except BaseException:
            self._keep_finished()
            raise
        if page.total is not None:
            self._moved |= self.total is not None and page.total != self.total
            self.total = page.total
        self._at += received
        self._seen.filter(page)
        if not received or self._is_last(page):
            self._settle()
        return page

    def _is_last(self, page: Page) -> bool:
        if self.total is None:
            return page.more is False
        return self._at >= self.total and not page.more

    def _keep_finished(self) -> None:
        """Give up pending pages and keep those finished or under way, so that reading goes on where it stopped."""
        kept = {place: each for place, each in self._futures.items() if not each.cancel()}
        self._futures = {place: each for place, each in kept.items() if not (each.done() and each.exception())}
        self._kept = set(self._futures)

    def _next_page(self) -> Page:
        place = (self._at, self._limit)
        # Behind a short page the grid has moved: the gap up to the next page already asked for is read first.
        later = [offset for offset, _ in self._futures if offset > self._at]
        if place not in self._futures and later:
            place = (self._at, min(min(later) - self._at, self._limit))
        self._read_ahead(place)
        future = self._futures.get(place)
        if future is None:
            return self._ask(place)
        if place in self._kept and future.exception() is not None:
            # It was under way when reading stopped, and failed for the same reason: ask anew.
            del self._futures[place]
            return self._ask(place)
        page = future.result()
        del self._futures[place]  # not before: an interrupt must not cost a page that is under way
        return page

    def _read_ahead(self, place: tuple[int, int]) -> None:
        if self._submit is None or self.total is None:
            return
        for each in self._places(place):
            if len(self._futures) >= self._ahead:
                return
            if each not in self._futures:
                self._futures[each] = self._submit(self._ask, each)

    def _places(self, place: tuple[int, int]) -> Iterator[tuple[int, int]]:
        yield place
        start = max([sum(place), *(offset + limit for offset, limit in self._futures)])
        end = self.total or 0
        for offset in range(start, end if self.wanted is None else min(end, self.wanted), self._limit):
            yield offset, self._limit

    def _ask(self, place: tuple[int, int]) -> Page:
        opens = place[0] == 0 and self._rereads == 0
        return self._read({self._names[0]: place[0], self._names[1]: place[1]}, opens)

    def _settle(self) -> None:
        """End, or read again when the records cannot be all there are."""
        for future in self._futures.values():
            future.cancel()
        whole = self.total is None or self._at == self.total
        unique = self._seen.key is None or self._seen.this_pass == self._at
        if whole and unique and not self._moved:
            self.done = True
            return
        same = self._last == (self._at, self.total)
        self._last = (self._at, self.total)
        if self._seen.key is not None and self._rereads < REREADS and not same:
            self._rereads += 1
            self._begin()
            return
        self.done = True
        self.doubt = _doubt(self.total, self._seen.count)


def _doubt(total: int | None, found: int) -> str:
    if total is None or total == found:
        return f"{found} records, but the listing changed while it was read, again and again: refresh() it later."
    return (
        f"the server announced {total} records and gave {found}; it may have changed while it was read: refresh() it."
    )
