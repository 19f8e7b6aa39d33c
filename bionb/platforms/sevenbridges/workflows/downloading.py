"""Downloads of many files: looked up together, fetched by signed links that never see the token."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UnexpectedResponse, UsageError
from bionb.paging.pages import Record
from bionb.plain import listed
from bionb.platforms.sevenbridges.calls.calls import Calls
from bionb.platforms.sevenbridges.calls.files import Files
from bionb.platforms.sevenbridges.rules.identifiers import file_id
from bionb.transfers import Remote, carry_out, fetches, linked

if TYPE_CHECKING:
    import pandas as pd


def download_files(
    files: Files, chosen: Any, folder: str | os.PathLike[str], *, overwrite: bool, dry_run: bool
) -> pd.DataFrame:
    """Save files and return what became of each."""
    found = list(_found(files, listed(chosen, "file")))
    plan = fetches([(_remote(files, record), place) for record, place in found], folder, overwrite=overwrite)
    for each, (record, _) in zip(plan, found, strict=True):
        each.source, each.more = f"{record.get('project', '')}/{each.name}".lstrip("/"), {"id": record["id"]}
        if "error" in record:
            words = str(record["error"].get("message", "it cannot be had")).rstrip(".")
            each.wrong = UsageError(f"{words}: take its id from client.files(...).")
    return carry_out(plan, doing="download", workers=files.session.workers, dry_run=dry_run)


def _found(files: Files, chosen: list[Any]) -> Iterator[tuple[Record, str]]:
    """Yield the details of all files, each with its place below the folder; those in folders with the folder's name."""
    for given, record in zip(chosen, files.files_by_id(chosen), strict=True):
        path = given.get("path") if isinstance(given, Mapping) and "depth" in given else None
        yield from _below(files, record, str(path or _last(record)))


def _below(files: Files, record: Record, place: str) -> Iterator[tuple[Record, str]]:
    if str(record.get("type")).lower() != "folder":
        yield record, place
        return
    for each in files.files(parent=record):
        yield from _below(files, each, f"{place}/{_last(each)}")


def _last(record: Record) -> str:
    """Return a file's name without what would be folders here: a file may be called as its owner likes."""
    return str(record.get("name") or "").replace("\\", "/").rsplit("/", 1)[-1]


def _remote(files: Files, record: Record) -> Remote:
    name, session = file_id(record), files.session
    called = str(record.get("name") or name)
    what = f"download the file {called}"
    source = linked(session, lambda: link_of(files, name, what), what=what)
    key = f"{session.url}/{name}"
    return Remote(called, source, size_of(record.get("size")), key=key, label=session.label)


def link_of(calls: Calls, file: str, what: str) -> str:
    """Return the signed link of a file's bytes."""
    return checked_link(calls.call("GET", f"files/{file}/download_info", what=what), what, calls.session.label)


def checked_link(found: Any, what: str, label: str) -> str:
    """Return the link that an answer holds."""
    link = found.get("url") if isinstance(found, Mapping) else None
    if not isinstance(link, str) or not link:
        raise UnexpectedResponse(f'{label} answered "{what}" without a link: try again.')
    return link


def size_of(told: Any) -> int | None:
    """Return a size that the platform says, None for what is none."""
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None
