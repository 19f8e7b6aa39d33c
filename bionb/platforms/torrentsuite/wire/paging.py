"""Lists of Torrent Suite: own offsets on the original path, all pages at once, the server's warnings shown.

The server's ``next`` link is never followed: for ``compositeexperiment`` it leads into another resource (the mesh of
neighbouring servers) which holds at most 100 runs of each and orders them differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bionb.errors import NotFound
from bionb.listing import Listing
from bionb.paging.pages import Offset, Page, page_size
from bionb.platforms.torrentsuite.wire.catalogue import API, Catalogue
from bionb.platforms.torrentsuite.wire.records import clean
from bionb.session import Session
from bionb.warning import warn

LARGEST = 1000

Record = dict[str, Any]


class ServerWarning(UserWarning):
    """The server answered, and added a warning: rows may be missing, or a value was doubtful."""


class Pages:
    """Reads the pages of one resource; the first one checks the filters.

    Parameters
    ----------
    session, catalogue
        Of the client.
    resource : str
        Its name in the root list.
    filters : mapping
        As the user gave them; checked before the first page.
    sent : mapping
        Filters and ordering as they are sent; ``limit`` is the page size.
    prepare : callable
        Turns the cleaned records of a page into those of the listing.
    extend : callable, optional
        Adds what takes requests of its own; told whether the page is the first.
    """

    def __init__(
        self,
        session: Session,
        catalogue: Catalogue,
        resource: str,
        filters: Mapping[str, Any],
        sent: Mapping[str, Any],
        prepare: Callable[[list[Record]], list[Record]] = list,
        extend: Callable[[list[Record], bool], list[Record]] | None = None,
    ) -> None:
        self._session, self._catalogue, self._resource = session, catalogue, resource
        self._filters, self._prepare, self._extend = filters, prepare, extend
        # 0 looks as if it meant "all", but the server gives 1000 at most.
        asked = sent.get("limit", LARGEST) or LARGEST
        self._negative = asked if isinstance(asked, int) and asked < 0 else None  # refused in the server's own words
        self._limit = min(page_size(LARGEST if self._negative else asked), LARGEST)
        # Several orderings are a repeated parameter, several values of a filter one with commas.
        self._sent = {
            key: value if key == "order_by" else parameter(value)
            for key, value in sent.items()
            if key not in ("limit", "offset")
        }
        self._checked = False
        self._warned = set[str]()

    def reader(self) -> Offset:
        """Return the reader of all pages."""
        return Offset(self.read, self._limit, key=identity, submit=self._session.submit)

    def read(self, params: Mapping[str, Any], opens: bool) -> Page:
        """Read one page."""
        if not self._checked:
            self._catalogue.check(self._resource, self._filters)
            self._checked = True
        place = {
            "limit": self._negative or params["limit"],
            **({"offset": params["offset"]} if params["offset"] else {}),
        }
        path, what = f"{API}{self._resource}/", f"list {self._resource}"
        parts: dict[str, Any] = {"pick": self._pick, "total": told_total, "warnings": _warnings}
        try:
            page = self._session.page(path, what=what, params={**place, **self._sent}, opens=opens, **parts)
        except NotFound as error:
            raise self._catalogue.unknown(self._resource) from error
        self._show(page.warnings)
        return page if self._extend is None else Page(self._extend(page.records(), opens), total=page.total)

    def _pick(self, body: Any) -> list[Record]:
        return self._prepare([clean(each) for each in body.get("objects", [body])])

    def _show(self, texts: Iterable[str]) -> None:
        for text in texts:
            if text not in self._warned:
                self._warned.add(text)
                warn(f"{self._resource}: the server warns: {text}", ServerWarning)


def all_records(session: Session, resource: str, filters: Mapping[str, Any], what: str) -> list[Record]:
    """Return all records of a resource, for a call that asks for more than they; page after page, as few are long."""

    def read(place: Mapping[str, Any], opens: bool) -> Page:
        return session.page(
            f"{API}{resource}/",
            what=what,
            params={**{name: value for name, value in place.items() if value}, **filters},
            opens=False,
            pick=lambda body: [clean(each) for each in body["objects"]],
            total=told_total,
        )

    return list(Listing(resource, lambda: Offset(read, LARGEST, key=identity)))


def told_total(response: Any, body: Any) -> Any:
    """Return what the server says is the number of records; the few resources without pages are one object."""
    return body["meta"].get("total_count") if "meta" in body else len(body.get("objects", [body]))


def _warnings(body: Any) -> list[str]:
    return [str(each) for each in body.get("warnings") or []]


def identity(record: Record) -> Any:
    """Return what tells records of one resource apart."""
    # Nested or computed records may lack an id; rigs are known by their name only.
    return record.get("id") or record.get("resource_uri") or record.get("name") or repr(record)


def parameter(value: Any) -> Any:
    """Return a filter's value as the server reads it: lists with commas, times in ISO form, truth in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | set | range):
        return ",".join(str(parameter(each)) for each in value)
    return value.isoformat() if hasattr(value, "isoformat") else value
