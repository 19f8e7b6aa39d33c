"""The files of reports: listed out of the server's folders, and saved here."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from posixpath import basename
from typing import TYPE_CHECKING, Any

from bionb.errors import NotFound, UsageError
from bionb.frames import COUNT, columns, to_frame
from bionb.plain import listed
from bionb.platforms.torrentsuite.wire.door import ask, names_in, opened
from bionb.session import Session
from bionb.transfers import Remote, carry_out, fetches

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]

COLUMNS = columns("name kind barcode plugin", bytes=COUNT) + columns("link")
DEEPEST = 3  # folders below one of a plugin
_KINDS = {"bam": "BAM", "bai": "BAI", "vcf": "VCF", "bed": "BED", "fastq": "FASTQ", "tbi": "TBI"}
_BARCODE = re.compile(r"([A-Za-z][\w -]*?_\d{2,4})(?=_rawlib|_|/|\.|$)")
_LINK = re.compile(r"/output/.+")
_REPORT = re.compile(r"/output/[^/]+/([^/]+)/(.+)")


def report_files(files: Session, report: Record, plugins: Sequence[Record]) -> pd.DataFrame:
    """Return all files of a report and of its plugins, one row a file."""
    root = report.get("reportLink")
    if not isinstance(root, str) or not _LINK.fullmatch(root):
        raise UsageError(
            f"Report {report.get('id')} names no folder on the server: its files may be archived or gone. Try another "
            "report, or ask the server's administrators."
        )
    folders = [(root.rstrip("/") + "/", "", 0), (f"{root.rstrip('/')}/download_links/", "", 0)]
    for each in plugins:
        if isinstance(each.get("URL"), str) and each["URL"].startswith(root):
            folders.append((each["URL"].rstrip("/") + "/", str(each.get("pluginName") or ""), DEEPEST))
    found: list[tuple[str, str]] = []
    while folders:
        pages = files.map(lambda each: _names(files, each[0]), folders)
        below: list[tuple[str, str, int]] = []
        for (folder, plugin, depth), names in zip(folders, pages, strict=True):
            found += [(folder + name, plugin) for name in names if not name.endswith("/")]
            below += [(folder + name, plugin, depth - 1) for name in names if name.endswith("/") and depth]
        folders = below
    sizes = files.map(lambda each: _size(files, each[0]), found)
    rows = [_row(link, plugin, size) for (link, plugin), size in zip(found, sizes, strict=True)]
    return to_frame([each for each in rows if each["bytes"] is not None], COLUMNS)


def _names(files: Session, folder: str) -> list[str]:
    """Return what a folder's page lists; a folder that is not there lists nothing."""
    what = f"list the files in {folder}"
    try:
        response = ask(files, "GET", folder, what, opens=True)
    except NotFound:
        return []
    page = b"".join(files.body(response, what=what)).decode("utf-8", "replace")
    return list(names_in(page))


def _size(files: Session, link: str) -> int | None:
    """Return the bytes of a file, None for a link that leads nowhere."""
    try:
        response = ask(files, "HEAD", link, f"look at the file {basename(link)}")
    except NotFound:
        return None
    response.close()
    told = response.headers.get("Content-Length", "")
    return int(told) if told.isdecimal() else -1


def _row(link: str, plugin: str, size: int | None) -> dict[str, Any]:
    name = basename(link)
    words = name.lower().removesuffix(".gz").rsplit(".", 1)
    kind = _KINDS.get(words[-1], words[-1].upper() if len(words) > 1 else "")
    below = link.split(f"/{plugin}_out", 1)[-1] if plugin else name
    barcode = _BARCODE.search(below.split("/", 1)[-1] if plugin else below)
    is_barcode = barcode is not None and (bool(plugin) or "_rawlib" in name)
    row = {"name": name, "kind": kind, "barcode": barcode[1] if barcode and is_barcode else None}
    return {**row, "plugin": plugin or None, "bytes": None if size == -1 else size, "link": link}


def download_files(
    files: Session, chosen: Any, folder: str | os.PathLike[str], *, overwrite: bool, dry_run: bool
) -> pd.DataFrame:
    """Save files and return what became of each."""
    records = [_record(each) for each in listed(chosen, "file", key="link")]
    places = [_REPORT.fullmatch(each["link"]) for each in records]
    one_report = len({each[1] for each in places if each}) <= 1
    remotes = []
    for each, place in zip(records, places, strict=True):
        below = place[2].removeprefix("download_links/") if place else basename(each["link"])
        remotes.append((_remote(files, each), below if one_report or not place else f"{place[1]}/{below}"))
    plan = fetches(remotes, folder, overwrite=overwrite)
    return carry_out(plan, doing="download", workers=files.workers, dry_run=dry_run)


def _record(file: Any) -> dict[str, Any]:
    found = {"link": file} if isinstance(file, str) else file
    link = (found.get("link") or found.get("bamLink")) if isinstance(found, Mapping) else None
    if not isinstance(link, str) or not _LINK.fullmatch(link) or ".." in link.split("/") or link.endswith("/"):
        raise UsageError("A file is a row of suite.report_files(report), or a link such as a report's bamLink.")
    return {**found, "link": link}


def _remote(files: Session, record: Record) -> Remote:
    link, size = str(record["link"]), record.get("bytes")
    known = int(size) if isinstance(size, int | float) and size == size and size >= 0 else None
    opener = opened(files, link, f"download the file {basename(link)}")
    return Remote(basename(link), opener, known, key=link, label=files.label)
