"""One answer of a listing, held in little memory."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

Record = dict[str, Any]
Parse = Callable[[bytes], list[Record]]


class Page:
    """One answer of a listing.

    Once its records were handed out a page keeps only the answer's bytes, packed, which take a small fraction of the
    memory of the parsed records, and parses them again when asked.

    Parameters
    ----------
    records : list of dict
        In the server's order.
    total : int, optional
        Records in the whole listing, if the server tells.
    more : bool, optional
        Whether a page follows, if the server tells.
    cursor : optional
        Names the next page.
    body, parse : optional
        The answer and how it was parsed, to save memory.
    """

    __slots__ = ("_body", "_count", "_cursor", "_dropped", "_make", "_more", "_parse", "_records", "_total")

    def __init__(
        self,
        records: list[Record],
        total: int | None = None,
        more: bool | None = None,
        cursor: Any = None,
        body: bytes | None = None,
        parse: Parse | None = None,
    ) -> None:
        self._records: list[Record] | None = records
        self._count, self._total, self._more, self._cursor = len(records), total, more, cursor
        self._body, self._parse, self._dropped = body, parse, frozenset[int]()
        self._make: Callable[[], Page] | None = None

    @classmethod
    def later(cls, make: Callable[[], Page]) -> Page:
        """Return a page that is parsed when it is first looked at.

        Threads only fetch: they could not parse faster, and pages read ahead would be held as parsed records.
        """
        page = cls([])
        page._make = make
        return page

    def _open(self) -> Page:
        if self._make is not None:
            made, self._make = self._make(), None
            for name in ("_body", "_count", "_cursor", "_more", "_parse", "_records", "_total"):
                setattr(self, name, getattr(made, name))
        return self

    @property
    def count(self) -> int:
        """Number of records."""
        return self._open()._count

    @property
    def total(self) -> int | None:
        """Records in the whole listing, if the server tells."""
        return self._open()._total

    @property
    def more(self) -> bool | None:
        """Whether a page follows, if the server tells."""
        return self._open()._more

    @property
    def cursor(self) -> Any:
        """Name of the next page."""
        return self._open()._cursor

    def records(self) -> list[Record]:
        """Return the records and stop keeping them, if they can be parsed again."""
        records = self._open()._records
        if self._body is None or self._parse is None:
            return list(records or ())
        if records is None:
            records = self._parse(zlib.decompress(self._body))
            if self._dropped:
                records = [each for number, each in enumerate(records) if number not in self._dropped]
        else:
            self._records, self._body = None, zlib.compress(self._body, 1)
        return records

    def drop(self, numbers: set[int]) -> None:
        """Leave out the records at these places: they were on an earlier page."""
        self._records = [each for number, each in enumerate(self.peek()) if number not in numbers]
        self._dropped, self._count = frozenset(numbers), len(self._records)

    def peek(self) -> list[Record]:
        """Return the records without giving them up."""
        return self._open()._records or []
