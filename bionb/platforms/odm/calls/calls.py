"""What all calls share: the role in the path, one answer, whole lists and queries, and what data is linked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bionb.errors import UnknownFilter, UsageError
from bionb.frames import columns
from bionb.listing import Listing
from bionb.paging.pages import Reader, Whole
from bionb.platforms.odm.rules.choices import Choice, attributes
from bionb.platforms.odm.rules.filters import Filter, names_in, unknown_attribute
from bionb.platforms.odm.tables.columns import COLUMNS, KINDS, MetadataListing
from bionb.platforms.odm.wire.paging import (
    LIMIT,
    chained,
    cursor_reader,
    explained,
    offset_reader,
    page_size,
    pairs_reader,
    reader_since,
)
from bionb.platforms.odm.wire.records import ACCESSION, Record
from bionb.platforms.odm.wire.template import TEMPLATES
from bionb.session import SessionOwner

API = "api/v1"
PLURALS = {"expression": "expressions", "variant": "variants", "flow-cytometry": "flow-cytometries"}
Flat = Callable[[Mapping[str, Any]], Record]


def role_path(path: str, as_curator: bool) -> str:
    """Return a path below the part that stands for the role."""
    return f"{API}/{'as-curator' if as_curator else 'as-user'}/{path}"


class Calls(SessionOwner):
    """Calls as a consumer or as a curator; paths are those of the documentation, below the role."""

    def _get(self, path: str, *, what: str, as_curator: bool = False, **options: Any) -> Any:
        """Get one answer."""
        return self.session.json("GET", role_path(path, as_curator), what=what, **options)

    def _listing(
        self,
        kinds: str,
        choice: Choice,
        as_curator: bool,
        limit: int = LIMIT,
        path: str | None = None,
        about: str | None = None,
    ) -> MetadataListing:
        """List records of metadata; several requests where the filter, which may be `about` others, has many values."""
        place, what, limit = role_path(path or kinds, as_curator), f"list the {kinds}", page_size(limit)

        def start() -> Reader:
            readers = [offset_reader(self.session, place, what, each, limit, _accession) for each in choice.requests()]
            return explained(
                chained(readers, _accession), lambda: self._explain({about or kinds: choice.filter}, as_curator)
            )

        return MetadataListing(kinds, start, COLUMNS[kinds])

    def _whole(self, path: str, what: str, pick: Callable[[Any], list[Any]], **options: Any) -> Callable[[], Reader]:
        """Return what starts the reader of a list that comes in one answer."""
        return lambda: Whole(lambda place, opens: self.session.page(path, what=what, pick=pick, opens=opens, **options))

    def _query(
        self,
        path: str,
        what: str,
        asked: list[dict[str, Any]],
        limit: int,
        flat: Flat,
        key: Callable[[Any], Any],
        explain: Callable[[], None] = lambda: None,
        since: str = "",
    ) -> Callable[[], Reader]:
        """Return what starts the reader of a query; of several requests each record comes once."""
        limit = page_size(limit)

        def pick(body: Any) -> list[Any]:
            return [flat(item) for item in body["data"]]

        def start() -> Reader:
            params = [{**each, "pageLimit": limit} for each in asked]
            readers = [cursor_reader(self.session, path, what, each, pick, key) for each in params]
            return reader_since(explained(chained(readers, key), explain), since)

        return start

    def _explain(self, filters: Mapping[str, Filter], as_curator: bool) -> None:
        """Say so when nothing was found because a filter names an attribute that no record has.

        Raises
        ------
        UnknownFilter
            The server has no answer of its own to a mistyped name: it finds nothing.
        """
        for kinds, filter in filters.items():
            known = [each.name for each in TEMPLATES[KINDS[kinds]]]
            if filter is None or not (strange := names_in(filter).difference(known)):
                continue
            params = {**attributes("original"), "pageLimit": LIMIT}
            body = self._get(kinds, params=params, what=f"look up the attributes of {kinds}", as_curator=as_curator)
            records = self.session.record_of(body, what=f"list the {kinds}").get("data") or []
            known += sorted({name for each in records if isinstance(each, Mapping) for name in each}.difference(known))
            for name in sorted(strange.difference(known)) if records else ():
                raise UnknownFilter(unknown_attribute(kinds, name, known))

    def _explain_data(self, kind: str, attribute: str | None, as_curator: bool) -> None:
        """Say so when no data was found because there is none of its kind, or none with such a feature column.

        Raises
        ------
        UnknownFilter, UsageError
            Each says what to do.
        """
        what = f"list the {kind} groups"
        body = self._get(f"{PLURALS[kind]}/group", params={"pageLimit": LIMIT}, what=what, as_curator=as_curator)
        groups = self.session.record_of(body, what=what).get("data") or []
        if not groups:
            name = kind.replace("-", "_")
            raise UsageError(f"This server has no {kind} data for you yet: import_{name}() and link_{name}() it first.")
        if attribute is None:
            return
        records = [each.get("metadata") or {} for each in groups if isinstance(each, Mapping)]
        known = {n for each in records for key in ("string", "numeric") for n in each.get(f"Features ({key})") or ()}
        if known and attribute not in known:
            raise UnknownFilter(unknown_attribute("feature columns", attribute, sorted(known)))

    def _samples_in(self, study: str, as_curator: bool) -> list[Record]:
        return list(self._listing("samples", Choice(), as_curator, path=f"integration/link/samples/by/study/{study}"))

    def _groups_by_study(self, kind: str, study: str, as_curator: bool = False) -> list[Record]:
        path, what = f"integration/link/{kind}/group/by/study/{study}", f"list the {kind} groups of {study}"
        return list(self._get(path, what=what, as_curator=as_curator) or ())

    def _runs(self, kind: str, group: str, as_curator: bool, limit: int = LIMIT) -> Listing:
        path, what = role_path(f"{PLURALS[kind]}/runs/by/group/{group}", as_curator), f"list the runs of {group}"
        params = {"pageLimit": page_size(limit)}

        def start() -> Reader:
            return cursor_reader(self.session, path, what, params, lambda body: body.get("data") or [])

        return Listing("runs", start, columns("runId runSourceId"))

    def _pairs(
        self, kind: str, group: str, target: str = "samples", as_curator: bool = False, limit: int = LIMIT
    ) -> Listing:
        between = f"{target}-to-samples" if kind in ("library", "preparation") else f"run-to-{target}"
        path = role_path(f"integration/link/{kind}/{between}/by/group/{group}", as_curator)
        size = page_size(limit)
        return Listing(
            "links",
            lambda: pairs_reader(self.session, path, f"list what {group} is linked to", size),
            rows=lambda records: [pair for each in records for pair in each["pairs"]],
        )


def _accession(record: Any) -> Any:
    return record[ACCESSION]
