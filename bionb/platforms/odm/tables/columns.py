"""Columns of the frames of metadata, and the listing that shows them without what is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bionb.frames import ANY, NUMBER, Column
from bionb.listing import Listing
from bionb.platforms.odm.wire.records import ACCESSION
from bionb.platforms.odm.wire.template import TEMPLATES, Attribute

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "studies": "study",
    "samples": "sample",
    "libraries": "library",
    "preparations": "preparation",
    "files": "file",
}


def frame_columns(attributes: tuple[Attribute, ...], group: bool = False) -> tuple[Column, ...]:
    """Return the columns of a metadata frame; a value may be a list, so that only numbers and keys have a dtype."""
    found = [Column(ACCESSION)]
    found += [Column(each.name, NUMBER if each.number else ANY) for each in attributes if each.name != ACCESSION]
    return (*found, Column("groupId")) if group else tuple(found)


COLUMNS = {kinds: frame_columns(TEMPLATES[kind], kind not in ("study", "file")) for kinds, kind in KINDS.items()}


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
