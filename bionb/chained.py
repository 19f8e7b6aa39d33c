"""Several queries read one after the other as one listing."""

from __future__ import annotations

from collections.abc import Sequence

from bionb.pages import Key, Page, Reader, Seen


class Chained:
    """Reads each reader to its end; a record that an earlier one gave is dropped.

    Parameters
    ----------
    readers : sequence of Reader
        At least one.
    key : callable, optional
        A record's identity; without it no record may be in two readers.
    """

    def __init__(self, readers: Sequence[Reader], key: Key | None = None) -> None:
        self._readers, self._seen, self._before = list(readers), Seen(key), 0
        self.total: int | None = None
        self.wanted: int | None = None
        self.done, self.doubt = False, ""

    def advance(self) -> Page:
        """Read the next page; the total is known once the last reader tells it, or at the end."""
        reader = self._readers[0]
        reader.wanted = None if self.wanted is None else self.wanted - self._before
        page = reader.advance()
        self._seen.filter(page)
        if reader.done:
            self._readers.pop(0)
            self._before, self.doubt = self._seen.count, self.doubt or reader.doubt
        self.done = not self._readers
        if self.done:
            self.total = self._seen.count
        elif len(self._readers) == 1 and not reader.done and self._seen.key is None and reader.total is not None:
            self.total = self._before + reader.total
        return page
