"""Several queries as one listing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bionb.pages import Page, Reader


class Chained:
    """Reads one query after the other.

    Parameters
    ----------
    starts : sequence of callable
        Each makes the reader of one query; their records must not overlap.
    """

    def __init__(self, starts: Sequence[Callable[[], Reader]]) -> None:
        self._waiting = list(starts)
        self._reader = self._waiting.pop(0)()
        self._before = 0
        self.total: int | None = None
        self.wanted: int | None = None
        self.done, self.doubt = False, ""

    def advance(self) -> Page:
        """Read the next page; the total is known once the last query has begun."""
        self._reader.wanted = None if self.wanted is None else self.wanted - self._before
        self._reader.wanted = None if self.wanted is None else max(0, self.wanted - self._before)
        page = self._reader.advance()
        self.doubt = self.doubt or (self._reader.doubt if self._reader.done else "")
        if self._reader.done and self._waiting:
            self._before += self._reader.total or 0
            self._reader = self._waiting.pop(0)()
        elif self._reader.done:
            self.done = True
        if not self._waiting and self._reader.total is not None:
            self.total = self._before + self._reader.total
        return page
