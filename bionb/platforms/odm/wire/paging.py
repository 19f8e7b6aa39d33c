"""Pages: by offset for lists, by cursor for queries, by runs for what a data group is linked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bionb.paging import pages
from bionb.paging.chained import Chained
from bionb.paging.pages import Cursor, Offset, Page, Reader, State
from bionb.platforms.odm.wire.problems import there_since

if TYPE_CHECKING:
    from bionb.session import Session

LIMIT = 2000
PLACE = ("pageOffset", "pageLimit")
Key = Callable[[Any], Any]


def page_size(limit: int, most: int = LIMIT) -> int:
    """Return the size of a page, or refuse one that the server refuses."""
    return pages.page_size(limit, most)


def offset_reader(
    session: Session,
    path: str,
    what: str,
    params: Mapping[str, Any],
    limit: int,
    key: Key | None,
    names: tuple[str, str] = PLACE,
    flat: Key = dict,
) -> Offset:
    """Return the reader of a list answer: the next offset is the present one plus what came, never plus the limit."""

    def read(place: Mapping[str, Any], opens: bool) -> Page:
        return session.page(
            path,
            what=what,
            params={**params, **place},
            opens=opens,
            pick=lambda body: [flat(each) for each in body["data"]],
            total=lambda response, body: body["meta"]["pagination"]["total"],
        )

    return Offset(read, limit, names=names, key=key, submit=session.submit)


def cursor_reader(
    session: Session,
    path: str,
    what: str,
    params: Mapping[str, Any],
    pick: Callable[[Any], list[Any]],
    key: Key | None = None,
) -> Cursor:
    """Return the reader of an answer that names its next page; a query's own end mark is believed."""

    def read(place: Mapping[str, Any], opens: bool) -> Page:
        return session.page(
            path,
            what=what,
            params={**params, **place},
            opens=opens,
            pick=pick,
            more=lambda response, body: False if body.get("resultsExhausted") else None,
            cursor=lambda body: body.get("cursor"),
        )

    return Cursor(read, key=key)


def pairs_reader(session: Session, path: str, what: str, limit: int = LIMIT) -> Offset:
    """Return the reader of the pairs that runs are linked by, one record a run."""

    def read(place: Mapping[str, Any], opens: bool) -> Page:
        return session.page(
            path,
            what=what,
            params=place,
            opens=opens,
            pick=_runs_of,
            total=lambda response, body: _pagination(body).get("total"),
        )

    return Offset(read, limit, names=PLACE)


def chained(readers: Sequence[Reader], key: Key) -> Reader:
    """Return one reader of what several requests find, each record once."""
    return Chained(readers, key=key) if len(readers) > 1 else readers[0]


class _Since:
    """A reader of what older servers lack: their 404 at its first page means that, where no identifier is asked for."""

    def __init__(self, reader: Reader, since: str) -> None:
        self._reader, self._since = reader, since

    def after(self, state: State, wanted: int | None = None) -> State:
        with there_since(self._since):
            return self._reader.after(state, wanted)


def reader_since(reader: Reader, since: str) -> Reader:
    """Return a reader that says from which release on a server has what it reads; `since` empty: all have it."""
    return _Since(reader, since) if since else reader


class _Explained:
    """A reader that looks for the reason when its first page is empty and all there is."""

    def __init__(self, reader: Reader, explain: Callable[[], None]) -> None:
        self._reader, self._explain = reader, explain

    def after(self, state: State, wanted: int | None = None) -> State:
        found = self._reader.after(state, wanted)
        if not state.pages and found.done and not found.count:
            self._explain()
        return found


def explained(reader: Reader, explain: Callable[[], None]) -> Reader:
    """Return a reader that calls `explain`, which may raise, when nothing was found."""
    return _Explained(reader, explain)


def _runs_of(body: Any) -> list[dict[str, Any]]:
    """Return the pairs of a page as so many records as the server counts.

    Pages count runs, not pairs, and a run of a pool comes with each of its samples: the last record holds what is more.
    """
    pairs, count = [dict(each) for each in body.get("data") or ()], _pagination(body).get("count")
    runs = min(len(pairs), count if isinstance(count, int) and count > 0 else LIMIT)
    return [{"pairs": pairs[number : number + 1] if number + 1 < runs else pairs[number:]} for number in range(runs)]


def _pagination(body: Any) -> Any:
    return (body.get("meta") or {}).get("pagination") or {}
