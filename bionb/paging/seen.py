"""Where reading a listing stands, and which records it has had."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bionb.errors import UnexpectedResponse
from bionb.paging.page import Page, Record

Key = Callable[[Record], Hashable]
Contents = tuple[int, ...]  # fingerprints of the different records of one identity, in the order met
Mark = Contents | None  # None: one record, whose content can be looked up
Marks = dict[Hashable, Mark]


@dataclass(frozen=True)
class State:
    """Where reading stands. It is never changed: a reader makes the next one, which takes its place in one step.

    Attributes
    ----------
    page : Page
        What was read last, without what an earlier page had.
    pages, count : int
        Pages that were not empty, and records, so far.
    total : int or None
        What the server last said; at the end what there is.
    done : bool
        True when nothing is left to read.
    doubts : tuple of str
        Why the records read may not be what there is, for people.
    pass_, distinct, barren : int
        Number of the pass over the listing, different records in it, and the last pages of it that gave nothing new.
    fresh : mapping
        Marks of the last page's records.
    place : object
        The reader's own; None at the beginning.
    earlier : callable or None
        Gives the pages that count, where they are kept: then contents need not be remembered.
    """

    page: Page = field(default_factory=lambda: Page([]))
    pages: int = 0
    count: int = 0
    total: int | None = None
    done: bool = False
    doubts: tuple[str, ...] = ()
    pass_: int = 0
    distinct: int = 0
    barren: int = 0
    alike: bool = False
    fresh: tuple[int, Marks] = (0, {})
    place: Any = None
    earlier: Callable[[], list[Page]] | None = None

    def doubting(self, doubt: str) -> State:
        """Return this state with one doubt more."""
        return replace(self, doubts=(*self.doubts, doubt)) if doubt and doubt not in self.doubts else self


class Seen:
    """Knows the records of the pages before, and leaves out what comes again.

    The same identity with the same content is the same record. The same identity with another content may be another
    record, and none may be lost: it is kept, and said. None is no identity.

    Parameters
    ----------
    key : callable, optional
        A record's identity; without it, or where it finds none, repeats are kept.
    """

    def __init__(self, key: Key | None) -> None:
        self.key = key
        self._passes: list[Marks] = []
        self._learned: dict[Hashable, Contents] = {}
        self._learned_pages = 0

    def after(self, state: State, page: Page) -> State:
        """Return the state after a page; the reader adds its place to it.

        Nothing else is changed: marks of a page are added to the others when the next one is looked at, by when they
        are known to count.
        """
        number, fresh = state.fresh
        while len(self._passes) <= max(number, state.pass_):
            self._passes.append({})
        self._passes[number].update(fresh)
        found = _Sifting(self, state, self._passes[: state.pass_ + 1])
        found.sift(page.peek())
        kept = page.without(found.again) if found.again else page
        later = replace(
            state,
            page=kept,
            pages=state.pages + (kept.count > 0),
            count=state.count + kept.count,
            distinct=state.distinct + found.distinct,
            barren=0 if found.new else state.barren + 1,
            alike=found.alike,
            fresh=(state.pass_, found.fresh),
        )
        return later.doubting(found.clash)

    def contents(self, name: Hashable, mark: Mark, state: State) -> Contents:
        """Return the fingerprints of the records that a mark stands for."""
        if mark is not None:
            return mark
        if name not in self._learned and state.earlier is not None and self.key is not None:
            pages = state.earlier()
            for page in pages[self._learned_pages :]:
                for record in page.peek():
                    known, content = identity(self.key, record), fingerprint(record)
                    before = self._learned.get(known, ())
                    self._learned[known] = before if content in before else (*before, content)
            self._learned_pages = len(pages)
        return self._learned.get(name, ())


class _Sifting:
    """One page's records beside those of the pages before."""

    def __init__(self, seen: Seen, state: State, passes: list[Marks]) -> None:
        self._seen, self._state, self._this, self._earlier = seen, state, passes[-1], passes[:-1]
        self.fresh: Marks = {}
        self.again = set[int]()
        self.distinct = 0
        self.new = self.alike = False  # something was not on an earlier page of this pass; something is twice on this
        self.clash = ""

    def sift(self, records: list[Record]) -> None:
        key = self._seen.key
        if key is None:
            self._unnamed_page(records)
        elif self._earlier or self._state.earlier is None or not self._all_new(key, records):
            for number, record in enumerate(records):
                name = identity(key, record)
                if name is None:
                    self._nameless(number, record)
                else:
                    self._named(number, name, record)

    def _all_new(self, key: Key, records: list[Record]) -> bool:
        """Look at all identities at once: nearly always they are new, and contents need not be compared."""
        try:
            fresh: Marks = dict.fromkeys(map(key, records))
        except (KeyError, IndexError, TypeError, AttributeError):
            return False
        if len(fresh) < len(records) or None in fresh or not self._this.keys().isdisjoint(fresh):
            return False
        self.fresh, self.distinct, self.new = fresh, len(fresh), bool(fresh)
        return True

    def _named(self, number: int, name: Hashable, record: Record) -> None:
        content, before, here = fingerprint(record), self._contents(self._this, name), self.fresh.get(name) or ()
        if content in here or content in before:
            self.again.add(number)
            self.alike |= content in here
            return
        earlier = [each for marks in self._earlier for each in self._contents(marks, name)]
        self.fresh[name] = (*(here or before), content)
        self.distinct += 1
        self.new = True
        if content in earlier:
            self.again.add(number)
        elif here or before or earlier:
            self.clash = self.clash or (
                f"records with the same identity, {name!r:.80}, differ: they are different ones, or were changed while "
                "the listing was read; all are kept."
            )

    def _contents(self, marks: Marks, name: Hashable) -> Contents:
        return self._seen.contents(name, marks[name], self._state) if name in marks else ()

    def _nameless(self, number: int, record: Record) -> None:
        """Count equal records: a later pass over the listing gives as many again."""
        name = (None, fingerprint(record))
        before = self.fresh.get(name) or self._this.get(name) or (0,)
        self.alike |= name in self.fresh
        self.new |= before == (0,)
        self.fresh[name] = count = (before[0] + 1,)
        self.distinct += 1
        if any(count <= (marks.get(name) or (0,)) for marks in self._earlier):
            self.again.add(number)

    def _unnamed_page(self, records: list[Record]) -> None:
        """Without identities only a whole page can be known again."""
        for record in records:
            if not isinstance(record, Mapping):
                raise _no_record(record)
        name = (len(records), fingerprint(records))
        self.new = bool(records) and name not in self._this
        self.alike = len(records) > 1 and fingerprint(records[0]) == fingerprint(records[-1])
        self.fresh[name] = (1,)
        self.distinct += len(records)


def identity(key: Key, record: Record) -> Hashable:
    """Return a record's identity, None if it has none."""
    try:
        name = key(record)
    except (KeyError, IndexError, TypeError, AttributeError):
        if not isinstance(record, Mapping):
            raise _no_record(record) from None
        return None
    try:
        hash(name)
    except TypeError:
        return repr(name)
    return name


def fingerprint(value: Any) -> int:
    """Return a number that is the same for records of equal content."""
    try:
        return hash(marshal.dumps(value, 2))
    except ValueError:  # what no JSON has: a time, a number of numpy
        return hash(repr(value))


def _no_record(value: Any) -> UnexpectedResponse:
    return UnexpectedResponse(
        f"The server sent {str(value)[:80]!r} where a record with fields was expected. Is the URL that of the right "
        "server, and its API version one that bionb knows?"
    )
