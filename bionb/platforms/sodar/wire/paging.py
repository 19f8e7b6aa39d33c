"""Listings of SODAR: one whole answer or numbered pages, checked for the form that is documented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bionb.errors import ResponseError
from bionb.frames import Column
from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Negotiator, Since

LISTED = 300.0  # seconds for a list: 2,000 projects take a server 43


def listing(
    server: Negotiator,
    name: str,
    path: str,
    *,
    what: str,
    declared: Sequence[Column],
    shape: Callable[[Any], Record] = dict,
    whole: Callable[[list[Record]], list[Record]] = list,
    within: str = "",
    api: str = "projects",
    params: Callable[[], Mapping[str, Any]] = dict,
    key: str = "sodar_uuid",
    paged: bool = True,
    at_once: bool = False,
    since: Since | None = None,
    explain: Callable[[ResponseError], None] = lambda error: None,
) -> Listing:
    """Return a listing of one whole answer or of numbered pages: the answer's type tells which.

    `shape` makes a record of what was found; `whole` completes the records where all are there at once; `within`
    names the key in which old servers put the list; `at_once` asks for all without pages where all are wanted,
    and without `paged` always; `since` is what the list came with; `explain` words an error by what this list is of.
    """

    def pick(body: Any) -> list[Record]:
        found = [shape(each) for each in _items(body, within)]
        return found if _is_page(body) else whole(found)

    def read(page: Mapping[str, Any], opens: bool) -> Page:
        # In version 1.0 only the whole list can tell what is below a category.
        asked = {**params(), **({} if server.version() == "1.0" else page)}
        try:
            response = server.request(
                api, "GET", path, what=what, since=since, params=asked, opens=opens, timeout=LISTED
            )
        except ResponseError as error:
            explain(error)
            raise
        return server.session.page_of(
            response,
            what=what,
            pick=pick,
            total=lambda response, body: body["count"] if _is_page(body) else None,
            more=lambda response, body: bool(_is_page(body) and body["next"]),
        )

    number = "page" if paged else None
    return Listing(name, lambda: Whole(read, number, key=lambda record: record[key], at_once=at_once), declared)


def _is_page(body: Any) -> bool:
    return isinstance(body, dict) and "results" in body


def _items(body: Any, within: str) -> list[Any]:
    """Return the list in an answer; anything else is not what was asked for, and no empty list."""
    found = body["results"] if _is_page(body) else body[within] if within and isinstance(body, dict) else body
    if not isinstance(found, list):
        raise TypeError(f"a list was expected, not {type(found).__name__}")
    return found
