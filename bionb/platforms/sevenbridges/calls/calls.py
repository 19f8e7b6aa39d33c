"""What all calls of the platform share: headers, complete listings, bulk calls in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import requests

from bionb.chained import Chained
from bionb.errors import UsageError
from bionb.frames import Column
from bionb.listing import Listing
from bionb.pages import Offset, Page, Record, page_size
from bionb.platforms.sevenbridges.wire.fields import Fields
from bionb.platforms.sevenbridges.wire.records import Resource
from bionb.session import SessionOwner

VERSION = "v2"
HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
ADVANCE = {**HEADERS, "X-SBG-Advance-Access": "advance"}
LIMIT = 100
LONGEST_QUERY = 4_000  # characters; the official client refuses URLs of more than 6,000
TOTAL = "X-Total-Matching-Query"

FieldsLike = str | Sequence[str] | None


def headers_for(advance_access: bool) -> dict[str, str]:
    """Return the headers of a call; with `advance_access` the platform also offers what is not released yet."""
    return ADVANCE if advance_access else HEADERS


class Calls(SessionOwner):
    """Calls with both JSON headers; paths are those of the documentation, below ``/v2``."""

    def call(self, method: str, path: str, *, what: str, advance_access: bool = False, **options: Any) -> Any:
        """Send one call and return its JSON; for endpoints that have no method of their own.

        Parameters
        ----------
        method, path : str
            E.g. ``"GET"``, ``"genome/markers"``.
        what : str
            For error messages, as an action.
        advance_access : bool
            Ask for what the platform has not released yet, by its header ``X-SBG-Advance-Access``.
        **options
            ``params``, ``json``, and what else `bionb.session.Session.request` takes.
        """
        headers = headers_for(advance_access)
        return self.session.json(method, f"{VERSION}/{path}".rstrip("/"), what=what, headers=headers, **options)

    def _get(
        self, resource: Resource, path: str, *, what: str, fields: FieldsLike = None, advance_access: bool = False
    ) -> Record:
        """Get one record; without `fields` the server sends all of it."""
        chosen = Fields(fields or "").check(resource.known, resource.name)
        params = {"fields": chosen.text} if chosen.text else None
        record: Record = self.call("GET", path, what=what, advance_access=advance_access, params=params)
        return _tidy(record)

    def _listing(
        self,
        resource: Resource,
        *,
        path: str | None = None,
        params: Mapping[str, Any] | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
        name: str | None = None,
        chunked: str = "",
        opens: bool = True,
        advance_access: bool = False,
    ) -> Listing:
        """List everything: pages of `limit`, as many at once as the session has workers.

        `chunked` names the parameter whose values are many and may need several queries; `opens` is False for the
        further listings of one call.
        """
        page_size(limit, LIMIT)
        chosen = Fields(resource.useful if fields is None else fields).check(resource.known, resource.name)
        query = {
            key: value
            for key, value in (params or {}).items()
            if value is not None and not (isinstance(value, list) and not value)
        }
        if chosen.text:
            query["fields"] = chosen.text
        declared, key = _columns(resource, chosen), _identity(resource, chosen)
        name, path = name or resource.name, path or resource.path

        def start(query: Mapping[str, Any], first: bool) -> Offset:
            read = self._reader(path, query, name, first, headers_for(advance_access))
            return Offset(read, limit, key=key, submit=self.session.submit)

        queries = list(_queries(query, chunked))
        if len(queries) == 1:
            return Listing(name, lambda: start(queries[0], opens), declared)
        starts = [partial(start, query, opens and number == 0) for number, query in enumerate(queries)]
        return Listing(name, lambda: Chained([start() for start in starts]), declared)

    def _reader(
        self, path: str, query: Mapping[str, Any], name: str, first: bool, headers: Mapping[str, str]
    ) -> Callable[[Mapping[str, Any], bool], Page]:
        def read(params: Mapping[str, Any], opens: bool) -> Page:
            return self.session.page(
                f"{VERSION}/{path}",
                what=f"list the {name}",
                params={**query, **params},
                headers=headers,
                opens=opens and first,
                pick=_items,
                total=_total,
                more=_more,
            )

        return read

    def _bulk(self, path: str, key: str, values: Sequence[Any], *, what: str, **options: Any) -> list[Any]:
        """Make a bulk call in chunks of 100 and return the answers in the order asked."""
        chunks = [list(values[start : start + LIMIT]) for start in range(0, len(values), LIMIT)]
        found: list[Any] = []
        with self.session.one_call():
            for chunk in chunks:
                answer = self.call("POST", path, what=what, json={key: chunk}, **options)
                found += answer["items"]
        return found


def _items(body: Any) -> list[Record]:
    items: list[Record] = body["items"]
    if items and "metadata" in items[0]:
        for record in items:
            _tidy(record)
    return items


def _tidy(record: Record) -> Record:
    """Make metadata a dict always: some servers send null for 'none'."""
    if isinstance(record, dict) and "metadata" in record and record["metadata"] is None:
        record["metadata"] = {}
    return record


def _total(response: requests.Response, body: Any) -> int | None:
    value = response.headers.get(TOTAL, "")
    return int(value) if value.isdigit() else None


def _more(response: requests.Response, body: Any) -> bool | None:
    """Tell whether a next page is announced; where it is said to be does not matter, for it is never followed."""
    if TOTAL in response.headers or "links" not in body:
        return None
    return any(link.get("rel") == "next" for link in body["links"])


def _columns(resource: Resource, chosen: Fields) -> list[Column]:
    """Return the declared columns that the server was asked for, in the order asked."""
    if not chosen.wanted or chosen.everything:
        brief = None if chosen.everything or not resource.useful else resource.brief
        return [each for each in resource.columns if chosen.keeps(each.name, brief)]
    found = []
    for name in chosen.wanted:
        known = [each for each in resource.columns if each.name == name or each.name.startswith(name + ".")]
        found += [each for each in known or [Column(name)] if chosen.keeps(each.name) and each not in found]
    return found


def check_changes(thing: str, changes: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Refuse changes that the server would drop without a word, and none at all."""
    if not changes:
        raise UsageError(f"Nothing to change of the {thing}: pass {', '.join(allowed)}.")
    if unknown := sorted(set(changes) - set(allowed)):
        raise UsageError(f"A {thing} has no changeable {', '.join(unknown)}: change {', '.join(allowed)}.")


def _identity(resource: Resource, chosen: Fields) -> Callable[[Record], Any] | None:
    """Return what tells records apart, unless it was not asked for: then repeats go unnoticed."""
    if not resource.key or not chosen.keeps(resource.key, resource.brief if resource.useful else None):
        return None
    return lambda record: next((record[name] for name in (resource.key, "id", "href") if record.get(name)), None)


def _queries(query: Mapping[str, Any], chunked: str) -> Iterator[dict[str, Any]]:
    """Split a list of values over several queries when one URL could not hold it."""
    values = query.get(chunked)
    if not isinstance(values, list):
        yield dict(query)
        return
    chunk: list[str] = []
    length = 0
    for value in dict.fromkeys(values):
        size = len(chunked) + 2 + 3 * sum(not each.isalnum() for each in value) + len(value)
        if chunk and length + size > LONGEST_QUERY:
            yield {**query, chunked: chunk}
            chunk, length = [], 0
        chunk.append(value)
        length += size
    yield {**query, chunked: chunk}
