"""Attached files, saved here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import NotFound, PermissionDenied
from bionb.plain import listed
from bionb.platforms.odm.calls.calls import role_path
from bionb.platforms.odm.calls.metadata import Metadata
from bionb.platforms.odm.wire.records import ACCESSION, accession_of
from bionb.transfers import Remote, carry_out, fetches, linked

if TYPE_CHECKING:
    import pandas as pd


def download_files(
    odm: Metadata,
    files: Any,
    folder: str | os.PathLike[str],
    *,
    as_curator: bool,
    overwrite: bool,
    dry_run: bool,
) -> pd.DataFrame:
    """Save files and return what became of each."""
    chosen = listed(files, "file", key=ACCESSION)
    records = [_known(odm, each, as_curator) for each in chosen]
    remotes = [_remote(odm, each, as_curator) for each in records]
    plan = fetches([(each, each.name) for each in remotes], folder, overwrite=overwrite)
    for transfer, record in zip(plan, records, strict=True):
        transfer.source, transfer.more = accession_of(record), {ACCESSION: accession_of(record)}
        transfer.wrong = record.get("wrong", transfer.wrong)
    return carry_out(plan, doing="download", workers=odm.session.workers, dry_run=dry_run)


def _known(odm: Metadata, file: Any, as_curator: bool) -> Mapping[str, Any]:
    """Return a record as it was given, or asked for by its accession."""
    if isinstance(file, Mapping) and "Name" in file:
        return file
    accession = accession_of(file)
    path = role_path(f"files/{accession}", as_curator)
    try:
        return odm.session.record("GET", path, what=f"look at the file {accession}", opens=False)
    except (NotFound, PermissionDenied) as error:
        return {ACCESSION: accession, "wrong": error}


def _remote(odm: Metadata, record: Mapping[str, Any], as_curator: bool) -> Remote:
    accession, size = accession_of(record), record.get("Size")
    name = str(record.get("Name") or accession).replace("\\", "/").rsplit("/", 1)[-1]
    path = role_path(f"files/{accession}/download", as_curator)
    opener = linked(odm.session, lambda: path, what=f"download the file {name}", auth=True)
    known = int(size) if isinstance(size, int | float) and size == size and size >= 0 else None
    return Remote(name, opener, known, key=accession, label=odm.session.label)
