"""What all calls share: the role in the path, one answer, whole lists, and what a study's data is linked to."""

from __future__ import annotations

from typing import Any

from bionb.listing import Listing
from bionb.paging.pages import Reader
from bionb.platforms.odm.rules.choices import Choice
from bionb.platforms.odm.tables.columns import COLUMNS, MetadataListing
from bionb.platforms.odm.wire.paging import LIMIT, chained, offset_reader, page_size, pairs_reader
from bionb.platforms.odm.wire.records import ACCESSION
from bionb.session import SessionOwner

API = "api/v1"


def role_path(path: str, as_curator: bool) -> str:
    """Return a path below the part that stands for the role."""
    return f"{API}/{'as-curator' if as_curator else 'as-user'}/{path}"


class Calls(SessionOwner):
    """Calls as a consumer or as a curator; paths are those of the documentation, below the role."""

    def _get(self, path: str, *, what: str, as_curator: bool = False, **options: Any) -> Any:
        """Get one answer."""
        return self.session.json("GET", role_path(path, as_curator), what=what, **options)

    def _listing(
        self, kinds: str, choice: Choice, as_curator: bool, limit: int = LIMIT, path: str | None = None
    ) -> MetadataListing:
        """List records of metadata; several requests where the filter has a long list of values."""
        path, what, limit = role_path(path or kinds, as_curator), f"list the {kinds}", page_size(limit)

        def start() -> Reader:
            readers = [offset_reader(self.session, path, what, each, limit, _accession) for each in choice.requests()]
            return chained(readers, _accession)

        return MetadataListing(kinds, start, COLUMNS[kinds])

    def _samples_in(self, study: str, as_curator: bool) -> list[dict[str, Any]]:
        return list(self._listing("samples", Choice(), as_curator, path=f"integration/link/samples/by/study/{study}"))

    def _groups_by_study(self, kind: str, study: str, as_curator: bool = False) -> list[dict[str, Any]]:
        path, what = f"integration/link/{kind}/group/by/study/{study}", f"list the {kind} groups of {study}"
        return list(self._get(path, what=what, as_curator=as_curator) or ())

    def _pairs(self, kind: str, group: str, target: str = "samples", as_curator: bool = False) -> list[dict[str, Any]]:
        path = role_path(f"integration/link/{kind}/run-to-{target}/by/group/{group}", as_curator)
        listing = Listing("links", lambda: pairs_reader(self.session, path, f"list what {group} is linked to"))
        return [pair for run in listing for pair in run["pairs"]]


def _accession(record: Any) -> Any:
    return record[ACCESSION]
