"""What all calls of the platform share: headers, complete listings, bulk calls in chunks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from bionb.errors import BionbError, UsageError
from bionb.http.bodies import records_of, unexpected
from bionb.listing import Listing
from bionb.paging.chained import Chained
from bionb.paging.pages import Offset, Page, Record, page_size
from bionb.platforms.sevenbridges.wire import paging
from bionb.platforms.sevenbridges.wire.fields import Fields
from bionb.platforms.sevenbridges.wire.paging import VERSION, headers_for
from bionb.platforms.sevenbridges.wire.records import Resource
from bionb.secret import conceal
from bionb.session import SessionOwner

LIMIT = 100  # records of a page, and of a bulk call

FieldsLike = str | Sequence[str] | None


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

    def _record(
        self,
        method: str,
        path: str,
        *,
        what: str,
        ids: Collection[str] = (),
        needs: Collection[str] = (),
        **options: Any,
    ) -> Record:
        """Send one call whose answer must be a record, with an identity in `ids` and all that it `needs`."""
        found = self.call(method, path, what=what, **options)
        return self.session.record_of(found, what=what, ids=ids, needs=needs)

    def _get(
        self, resource: Resource, path: str, *, what: str, fields: FieldsLike = None, advance_access: bool = False
    ) -> Record:
        """Get one record; without `fields` the server sends all of it."""
        chosen = Fields(fields or "").check(resource.known, resource.name)
        params = {"fields": chosen.text} if chosen.text else None
        record = self._record("GET", path, what=what, advance_access=advance_access, params=params)
        if not chosen.text and resource.key:
            self.session.record_of(record, what=what, ids=(resource.named_by(record),))
        return paging.tidy(record)

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
        given = (params or {}).items()
        query = {key: each for key, each in given if each is not None and not (isinstance(each, list) and not each)}
        if chosen.text:
            query["fields"] = chosen.text
        declared, key = resource.asked_for(chosen), resource.identity(chosen)
        name, path = name or resource.name, path or resource.path

        def start(query: Mapping[str, Any], first: bool) -> Offset:
            read = self._reader(path, query, name, first, headers_for(advance_access))
            return Offset(read, limit, key=key, submit=self.session.submit)

        queries = list(paging.queries(query, chunked))
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
                pick=paging.items,
                total=paging.total,
                more=paging.more,
            )

        return read

    def _bulk(self, path: str, key: str, values: Sequence[Any], *, what: str, **options: Any) -> list[Record]:
        """Make a bulk call in chunks of 100 and return the answers, one for each value, in the order asked.

        An error holds the answers of the chunks before as its ``partial``.
        """
        found: list[Record] = []
        try:
            for start in range(0, len(values), LIMIT):
                chunk = list(values[start : start + LIMIT])
                answer = self.call("POST", path, what=what, json={key: chunk}, **options)
                items = records_of(answer, self.label, what, within="items")
                if len(items) != len(chunk):
                    reason = f"{len(items)} answers to {len(chunk)} questions, so that nobody can tell whose they are"
                    raise unexpected(self.label, what, reason)
                found += map(conceal, items)
        except BionbError as error:
            error.partial = found
            raise
        return found


def check_changes(thing: str, changes: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Refuse changes that the server would drop without a word, and none at all."""
    if not changes:
        raise UsageError(f"Nothing to change of the {thing}: pass {', '.join(allowed)}.")
    if unknown := sorted(set(changes) - set(allowed)):
        raise UsageError(f"A {thing} has no changeable {', '.join(unknown)}: change {', '.join(allowed)}.")
