"""The ways of paging. A reader gives pages in order, drops duplicates, and repairs what a changing listing broke.

A platform hands its reader one function ``read(params, opens) -> Page`` that sends the request and parses the answer;
`opens` is True for the first request of a listing.

A reader makes the next state out of the last one and changes nothing: what was interrupted is asked again, and whoever
keeps the states commits a page, its place and its marks by one assignment. Every way of paging ends: at what the server
calls the end, at a place that it has named before, or at pages that bring nothing new, and says so where that leaves it
open whether this was all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from bionb.crew import Pending
from bionb.errors import UsageError
from bionb.paging.page import Page as Page
from bionb.paging.page import Record as Record
from bionb.paging.seen import Key as Key
from bionb.paging.seen import Seen as Seen
from bionb.paging.seen import State as State
from bionb.plain import plain

Params = Mapping[str, Any]

REREADS = 2
FEW, MANY = 3, 100  # pages in a row without anything new, where the server says that more follows


class Reader(Protocol):
    """Gives the pages of a listing in order; resumable after an error."""

    def after(self, state: State, wanted: int | None = None) -> State:
        """Read one more page, which may be empty, and return the state with it.

        Parameters
        ----------
        state : State
            The last one; ``State()`` to begin.
        wanted : int, optional
            How many records the caller wants in all: reading ahead stops there.
        """


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
    at_once : bool
        Whether to ask for everything at once, without a page number, when more than one page more is wanted; for
        servers that this costs less.
    """

    def __init__(
        self,
        read: Callable[[Params, bool], Page],
        page: str | None = None,
        key: Key | None = None,
        *,
        at_once: bool = False,
    ) -> None:
        self._read, self._page, self._seen, self._at_once = read, page, Seen(key), at_once

    def after(self, state: State, wanted: int | None = None) -> State:
        """Read the next page, or the rest."""
        number = state.place or 1
        one_is_left = state.total is not None and state.total - state.count <= state.page.count
        if self._at_once and wanted is None and not one_is_left:
            everything = self._read({}, number == 1)
            return _ended(replace(self._seen.after(state, everything), total=everything.total))
        page = self._read({self._page: number} if self._page else {}, number == 1)
        later = replace(self._seen.after(state, page), total=page.total, place=number + 1)
        if self._page and page.more and not _stuck(later, FEW):
            return later
        return _ended(later, open_=bool(self._page and page.more))


class Cursor:
    """Pages that name the next one; a place that was named before ends them, an empty page does not.

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
        self._used = set[str]()

    def after(self, state: State, wanted: int | None = None) -> State:
        """Read the next page."""
        asked = state.place
        self._used.add(repr(asked))  # not before its page counts
        page = self._read({} if asked is None else {self._name: asked}, asked is None)
        named = page.cursor is not None and page.cursor is not False and page.cursor != ""
        later = replace(self._seen.after(state, page), total=page.total, place=page.cursor if named else None)
        if page.more is False:
            return _ended(later)
        if not named:
            return _ended(later, open_=bool(page.more))
        if repr(page.cursor) not in self._used and not _stuck(later, MANY):
            return later
        # An empty page that leads to itself is how some servers say that this was all.
        return _ended(later, open_=page.count > 0 or page.cursor != asked)


@dataclass(frozen=True)
class _Stand:
    """Where `Offset` stands in a pass."""

    at: int = 0  # records received, repeats included
    moved: bool = False  # the total changed, or a gap stayed
    repeats: bool = False  # a page repeated others, without identities to tell whether it should
    last: tuple[int, int | None] | None = None  # how the pass before ended


class _Place(NamedTuple):
    pass_: int
    offset: int
    limit: int


class Offset:
    """Pages by offset and limit: concurrent when the total is known, one after the other when it is not.

    A short page has its gap read again, an empty one in the middle is asked for once more. When records repeat, are
    missing, or the total moves, the listing changed while it was read: it is read again (at most twice), and what was
    not seen before is added at the end. One change leaves no trace: a record deleted on a page already read while
    another is appended, so that the total stays, moves one record past the place that is asked for next. Pages that
    overlap would show it, at the price of more requests, for pages are as large as servers allow; `refresh` a listing
    that is worked on while you read it.

    Parameters
    ----------
    read : callable
        ``read({offset: o, limit: n}, opens) -> Page``.
    limit : int
        Page size asked for.
    names : (str, str)
        Names of offset and limit.
    key : callable, optional
        A record's identity; without it repeats are not dropped, and nothing is read again.
    submit : callable, optional
        ``session.submit``, to read ahead in threads.
    ahead : int
        Pages read ahead at most.

    Raises
    ------
    UsageError
        `limit` is no number of records.
    """

    def __init__(
        self,
        read: Callable[[Params, bool], Page],
        limit: int,
        *,
        names: tuple[str, str] = ("offset", "limit"),
        key: Key | None = None,
        submit: Callable[[Callable[[_Place], Page], _Place], Pending[Page]] | None = None,
        ahead: int = 32,
    ) -> None:
        self._read, self._limit, self._names, self._submit, self._ahead = read, page_size(limit), names, submit, ahead
        self._seen = Seen(key)
        self._futures: dict[_Place, Pending[Page]] = {}
        self._kept = frozenset[_Place]()

    def after(self, state: State, wanted: int | None = None) -> State:
        """Read the next page; read again what a change of the listing displaced."""
        stand = state.place or _Stand()
        try:
            page = self._next_page(state, stand.at, wanted)
            later = self._seen.after(state, page)  # parses it
        except BaseException:
            self._keep_finished()
            raise
        total = state.total if page.total is None else page.total
        stand = replace(stand, at=stand.at + page.count, moved=stand.moved or state.total not in (None, total))
        later = replace(later, total=total, place=stand)
        if page.count == 0:
            return self._after_empty(later, stand, bool(page.more))
        if later.barren and self._seen.key is None and not later.alike:
            stand = replace(stand, repeats=True)
            later = replace(later, place=stand)
        if total is None:
            if page.more is False or _stuck(later, FEW if page.more else 1):
                return self._settle(later, stand)
        elif (stand.at >= total and not page.more) or (_stuck(later, MANY) and not later.alike):
            return self._settle(later, stand)
        return later

    def _after_empty(self, state: State, stand: _Stand, more: bool) -> State:
        """End where nothing else was to be expected; else ask once more, and then go on behind the gap."""
        follows = more or (state.total is not None and stand.at < state.total)
        if not follows or _stuck(state, FEW):
            return self._settle(state, stand)
        self._futures = {place: each for place, each in self._futures.items() if place.offset != stand.at}
        if state.barren == 1:
            return state
        return replace(state, place=replace(stand, at=stand.at + self._limit, moved=True))

    def _settle(self, state: State, stand: _Stand) -> State:
        """End, or read again when the records cannot be all there are."""
        for future in self._futures.values():
            future.cancel()
        keyed, ended = self._seen.key is not None, (stand.at, state.total)
        whole = state.total is None or stand.at == state.total
        repeats = stand.repeats if not keyed else state.distinct != stand.at
        if whole and not repeats and not stand.moved:
            return replace(state, done=True, total=state.count)
        if keyed and state.pass_ < REREADS and stand.last != ended:
            return replace(state, pass_=state.pass_ + 1, distinct=0, barren=0, place=_Stand(last=ended))
        return _ended(state, open_=state.total is None or stand.repeats, repeats=repeats, moved=True)

    # -- asking ---------------------------------------------------------------------------------------------------

    def _next_page(self, state: State, at: int, wanted: int | None) -> Page:
        self._forget(state.pass_, at)
        place = _Place(state.pass_, at, self._limit)
        # Behind a short page the grid has moved: the gap up to the next page already asked for is read first.
        later = [each.offset for each in self._futures if each.offset > at]
        if place not in self._futures and later:
            place = place._replace(limit=min(min(later) - at, self._limit))
        if self._submit is not None and state.total is not None:
            for each in self._places(place, state.total if wanted is None else min(state.total, wanted)):
                if len(self._futures) >= self._ahead:
                    break
                if each not in self._futures:
                    self._futures[each] = self._submit(self._ask, each)
        future = self._futures.get(place)
        if future is None or future.cancelled():
            return self._ask(place)
        if place in self._kept and future.exception() is not None:
            # It was under way when reading stopped, and failed for the same reason: ask anew.
            return self._ask(place)
        return future.result()  # and it stays: an interrupt must not cost a page that is under way

    def _places(self, place: _Place, end: int) -> Iterator[_Place]:
        yield place
        start = max([place.offset + place.limit, *(each.offset + each.limit for each in self._futures)])
        for offset in range(start, end, self._limit):
            yield _Place(place.pass_, offset, self._limit)

    def _ask(self, place: _Place) -> Page:
        opens = place.offset == 0 and place.pass_ == 0
        return self._read({self._names[0]: place.offset, self._names[1]: place.limit}, opens)

    def _forget(self, pass_: int, at: int) -> None:
        """Let go of pages that count by now, and of those of an earlier pass."""
        self._futures = {
            place: each for place, each in self._futures.items() if place.pass_ == pass_ and place.offset >= at
        }

    def _keep_finished(self) -> None:
        """Give up pending pages and keep those finished or under way, so that reading goes on where it stopped."""
        kept = {place: each for place, each in self._futures.items() if not each.cancel()}
        self._futures = {place: each for place, each in kept.items() if not (each.done() and each.exception())}
        self._kept = frozenset(self._futures)


def page_size(limit: Any, largest: int | None = None) -> int:
    """Return a page size, or refuse what is none."""
    limit = plain(limit) if hasattr(limit, "tolist") else limit  # of a frame
    if isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit <= (largest or limit):
        return limit
    raise UsageError(
        f"limit={limit!r:.40} is the size of a page, a whole number from 1 {f'to {largest}' if largest else 'on'}; all "
        "pages are read anyway. To cap the number of records use to_frame(max_records=...) or first(n)."
    )


def _stuck(state: State, most: int) -> bool:
    return state.barren >= most


def _ended(state: State, *, open_: bool = False, repeats: bool = False, moved: bool = False) -> State:
    """Return the last state; `open_` when the server has said that more follows, or has not said what there is."""
    total, found = state.total, state.count
    ended = replace(state, done=True, total=found)
    if total is not None and total != found:
        why = "some came twice" if repeats else "it may have changed while it was read"
        return ended.doubting(f"the server announced {total} records and gave {found}; {why}: refresh() it.")
    if open_ and (repeats or state.barren):
        return ended.doubting(
            f"{found} records, but the server sends the same or nothing where more should follow, so that these may "
            "not be all: refresh() it later."
        )
    if open_:
        return ended.doubting(f"{found} records, but the server says that more follow and not where: refresh() it.")
    if moved:
        return ended.doubting(
            f"{found} records, but the listing changed while it was read, again and again: refresh() it later."
        )
    return ended
