"""One answer of a listing, held in little memory."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

Record = dict[str, Any]
Parse = Callable[[bytes], list[Record]]


@dataclass(frozen=True, slots=True)
class _Content:
    """What a page holds; replaced as a whole, so that an interrupt or another thread finds the old or the new."""

    records: list[Record] | None  # None once they were handed out and can be parsed again
    count: int
    total: int | None
    more: bool | None
    cursor: Any
    body: bytes | None
    parse: Parse | None
    warnings: tuple[str, ...]
    kept: tuple[int, ...] | None = None  # which records of the answer, if not all


class Page:
    """One answer of a listing.

    Once its records were handed out a page keeps only the answer's bytes, packed, which take a small fraction of the
    memory of the parsed records, and parses them again when asked.

    Parameters
    ----------
    records : list of dict
        In the server's order.
    total : int, optional
        Records in the whole listing, if the server tells; what is no count is taken as not told.
    more : bool, optional
        Whether a page follows, if the server tells.
    cursor : optional
        Names the next page.
    body, parse : optional
        The answer and how it was parsed, to save memory.
    warnings : sequence of str
        What the server warns of.
    """

    __slots__ = ("_content",)

    def __init__(
        self,
        records: list[Record],
        total: Any = None,
        more: bool | None = None,
        cursor: Any = None,
        body: bytes | None = None,
        parse: Parse | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        self._content: _Content | Callable[[], Page] = _Content(
            records, len(records), _count(total), more, cursor, body, parse, tuple(warnings)
        )

    @classmethod
    def later(cls, make: Callable[[], Page]) -> Page:
        """Return a page that is parsed when it is first looked at.

        Threads only fetch: they could not parse faster, and pages read ahead would be held as parsed records.
        """
        page = cls([])
        page._content = make
        return page

    def _open(self) -> _Content:
        content = self._content
        if not isinstance(content, _Content):
            content = self._content = content()._open()
        return content

    @property
    def count(self) -> int:
        """Number of records."""
        return self._open().count

    @property
    def total(self) -> int | None:
        """Records in the whole listing, if the server tells."""
        return self._open().total

    @property
    def more(self) -> bool | None:
        """Whether a page follows, if the server tells."""
        return self._open().more

    @property
    def cursor(self) -> Any:
        """Name of the next page."""
        return self._open().cursor

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the server warns of."""
        return self._open().warnings

    def records(self) -> list[Record]:
        """Return the records and stop keeping them, if they can be parsed again."""
        content = self._open()
        if content.body is None or content.parse is None:
            return list(content.records or ())
        if content.records is not None:
            self._content = replace(content, records=None, body=zlib.compress(content.body, 1))
            return content.records
        records = content.parse(zlib.decompress(content.body))
        return records if content.kept is None else [records[number] for number in content.kept]

    def without(self, numbers: Collection[int]) -> Page:
        """Return this page without the records at these places: they were on an earlier page."""
        content = self._open()
        kept = [number for number in range(content.count) if number not in numbers]
        records, before = self.peek(), content.kept
        page = Page([])
        page._content = replace(
            content,
            records=[records[number] for number in kept],
            count=len(kept),
            kept=tuple(kept if before is None else (before[number] for number in kept)),
        )
        return page

    def peek(self) -> list[Record]:
        """Return the records without giving them up."""
        content = self._open()
        if content.records is None and content.body is not None and content.parse is not None:
            records = content.parse(zlib.decompress(content.body))
            return records if content.kept is None else [records[number] for number in content.kept]
        return content.records or []


def _count(total: Any) -> int | None:
    """Return what a server calls the total as a number, None where it is none."""
    if isinstance(total, str) and total.isascii() and total.strip().isdigit() and len(total) < 20:
        total = int(total)
    if isinstance(total, float) and total.is_integer():
        total = int(total)
    return total if isinstance(total, int) and not isinstance(total, bool) and 0 <= total <= sys.maxsize else None
