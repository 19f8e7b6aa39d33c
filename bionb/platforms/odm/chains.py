"""Several listings read one after the other as one."""

from __future__ import annotations

from collections.abc import Sequence

from bionb.pages import Key, Page, Reader


class Chained:
    """Reads each reader to its end; a record that an earlier one gave is dropped.

    Parameters
    ----------
    readers : sequence of Reader
        At least one.
    key : callable, optional
        A record's identity.
    """

    def __init__(self, readers: Sequence[Reader], key: Key | None = None) -> None:
        self._readers, self._key = list(readers), key
        self._seen = set[object]()
        self._count = 0
        self.total: int | None = None
        self.wanted: int | None = None
        self.done, self.doubt = False, ""

    def advance(self) -> Page:
        """Read the next page of the first reader that has one."""
        reader = self._readers[0]
        reader.wanted = self.wanted
        page = reader.advance()
        if self._key is not None:
            keys = [self._key(each) for each in page.peek()]
            again = {number for number, key in enumerate(keys) if key in self._seen}
            self._seen.update(keys)
            if again:
                page.drop(again)
        self._count += page.count
        if reader.done:
            self._readers.pop(0)
            self.doubt = self.doubt or reader.doubt
        self.done = not self._readers
        if self.done:
            self.total = self._count
        return page
