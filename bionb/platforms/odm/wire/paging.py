"""What all lists of ODM share: pages by offset, roles, how many attributes, columns of the frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bionb import pages
from bionb.errors import UsageError
from bionb.frames import ANY, NUMBER, Column
from bionb.listing import Listing
from bionb.pages import Offset, Page
from bionb.platforms.odm.wire.template import ACCESSION, TEMPLATES, Attribute

if TYPE_CHECKING:
    import pandas as pd

    from bionb.session import Session

LIMIT = 2000
KINDS = {
    "studies": "study",
    "samples": "sample",
    "libraries": "library",
    "preparations": "preparation",
    "files": "file",
}
SORTS = ("id", "creation", "last_update", "name")
SORTED = tuple(f"{mark}{name}" for mark in ("", "+", "-") for name in SORTS)
FIELDS = {
    "minimal": "minimal_data",
    "extended": "extended_data_included",
    "original": "original_data_included",
}


def frame_columns(attributes: tuple[Attribute, ...], group: bool = False) -> tuple[Column, ...]:
    """Return the columns of a metadata frame; a value may be a list, so that only numbers and keys have a dtype."""
    found = [Column(ACCESSION)]
    found += [Column(each.name, NUMBER if each.number else ANY) for each in attributes if each.name != ACCESSION]
    return (*found, Column("groupId")) if group else tuple(found)


COLUMNS = {kind: frame_columns(each, kind not in ("study", "file")) for kind, each in TEMPLATES.items()}


class MetadataListing(Listing):
    """A listing of records with many attributes, most of them empty."""

    def to_frame(self, max_records: int | None = None, *, drop_empty: bool = False) -> pd.DataFrame:
        """Return the records as a table.

        Parameters
        ----------
        max_records : int, optional
            Cap over all pages; all records by default.
        drop_empty : bool
            Leave out attributes that no record has.
        """
        frame = super().to_frame(max_records)
        return frame.dropna(axis="columns", how="all") if drop_empty else frame

    def _shown(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.dropna(axis="columns", how="all")


def offset_reader(
    session: Session,
    path: str,
    what: str,
    params: Mapping[str, Any],
    limit: int,
    key: Callable[[Any], Any] | None,
    names: tuple[str, str] = ("pageOffset", "pageLimit"),
) -> Offset:
    """Return the reader of a list answer: the next offset is the present one plus what came, never plus the limit."""

    def read(place: Mapping[str, Any], opens: bool) -> Page:
        return session.page(
            path,
            what=what,
            params={**params, **place},
            opens=opens,
            pick=lambda body: body["data"],
            total=lambda response, body: body["meta"]["pagination"]["total"],
        )

    return Offset(read, limit, names=names, key=key, submit=session.submit)


def role(as_curator: bool) -> str:
    """Return the part of the path that stands for the role."""
    return "as-curator" if as_curator else "as-user"


def page_size(limit: int, most: int = LIMIT) -> int:
    """Return the size of a page, or refuse one that the server refuses."""
    return pages.page_size(limit, most)


def refuse_given(call: str, instead: str, **given: Any) -> None:
    """Refuse what an endpoint has no parameter for: the server would ignore it, and too much would come back."""
    if names := [name for name, value in given.items() if value]:
        raise UsageError(f"{call} takes no {' or '.join(names)}: the server has none there. {instead}")


def list_params(
    query: str | None, fields: str | None, sort: str | None = None, narrower_terms: bool = False
) -> dict[str, Any]:
    """Return the query parameters that all lists share."""
    if fields is not None and fields not in FIELDS:
        raise UsageError(f"fields={fields!r} is not known: use {', '.join(FIELDS)}.")
    if sort and sort not in SORTED:
        raise UsageError(f"sort={sort!r} is not known: use {', '.join(SORTS)}, with - in front for the last first.")
    found = {
        "query": query,
        "returnedMetadataFields": FIELDS[fields] if fields else None,
        "sort": sort,
        "searchSpecificTerms": "true" if narrower_terms else None,
    }
    return {name: value for name, value in found.items() if value}
