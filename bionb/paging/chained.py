"""Several queries read one after the other as one listing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bionb.paging.pages import Key, Reader, Seen, State


@dataclass(frozen=True)
class _Link:
    """Which reader is read, how many records were there before it, and where it stands."""

    number: int = 0
    before: int = 0
    state: State = field(default_factory=State)


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
        self._readers, self._seen = list(readers), Seen(key)

    def after(self, state: State, wanted: int | None = None) -> State:
        """Read the next page; the total is known once the last reader tells it, or at the end."""
        link = state.place or _Link(state=State(earlier=state.earlier))
        inner = self._readers[link.number].after(link.state, None if wanted is None else wanted - link.before)
        later = self._seen.after(state, inner.page) if self._seen.key else _plain(state, inner)
        for doubt in inner.doubts:
            later = later.doubting(doubt)
        last = link.number + 1 == len(self._readers)
        if inner.done and not last:
            return replace(later, place=_Link(link.number + 1, later.count, State(earlier=state.earlier)))
        if inner.done:
            return replace(later, done=True, total=later.count)
        known = last and self._seen.key is None and inner.total is not None
        return replace(
            later, place=replace(link, state=inner), total=link.before + (inner.total or 0) if known else None
        )


def _plain(state: State, inner: State) -> State:
    page = inner.page
    return replace(state, page=page, pages=state.pages + (page.count > 0), count=state.count + page.count)
