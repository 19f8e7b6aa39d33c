"""Files of sample data and landing zones, saved here and proven by their checksums."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping, Sequence
from posixpath import basename
from typing import TYPE_CHECKING, Any

from bionb.errors import NotFound, UsageError
from bionb.plain import listed
from bionb.platforms.sodar.wire.webdav import WebDav, digest_in, parent
from bionb.transfers import Remote, carry_out, fetches

if TYPE_CHECKING:
    import pandas as pd

    from bionb.platforms.sodar.client import SodarClient

_ASSAY = re.compile(r"(.*/sample_data/study_[^/]+/assay_[^/]+)/.+")
_BASES = (re.compile(r"(.*/sample_data)/.+"), re.compile(r"(.*/landing_zones/[^/]+/[^/]+/[^/]+/[^/]+)/.+"))


def download_files(
    sodar: SodarClient, files: Any, folder: str | os.PathLike[str], *, overwrite: bool, dry_run: bool
) -> pd.DataFrame:
    """Save files and return what became of each."""
    records = [_record(each) for each in listed(files, "file", key="path")]
    if not records:
        return carry_out([], doing="download", dry_run=dry_run)
    dav = sodar._webdav(records[0]["path"])
    said = _checksums(dav, records)
    names = _names([each["path"] for each in records])
    remotes = [(_remote(dav, each, said[each["path"]]), name) for each, name in zip(records, names, strict=True)]
    plan = fetches(remotes, folder, overwrite=overwrite)
    return carry_out(plan, doing="download", workers=sodar.session.workers, dry_run=dry_run)


def _record(file: Any) -> Mapping[str, Any]:
    found = {"path": file} if isinstance(file, str) else file
    path = found.get("path") if isinstance(found, Mapping) else None
    if not isinstance(path, str) or not path.startswith("/") or path.count("/") < 2:
        raise UsageError("A file here is a row of files(project) or files(zone=zone), with its path in iRODS.")
    return found


def _remote(dav: WebDav, record: Mapping[str, Any], checksums: Mapping[str, str]) -> Remote:
    path, size = str(record["path"]), record.get("size")
    called = basename(path)
    known = int(size) if isinstance(size, int | float) and size == size and size >= 0 else None
    opener = dav.opener(path, f"download the file {called}")
    return Remote(called, opener, known, key=path, checksums=checksums, label=dav.session.label)


def _names(paths: Sequence[str]) -> list[str]:
    """Return where below the folder each file goes: as below its assay, of several with study and assay."""
    assays = {found[1] for path in paths if (found := _ASSAY.fullmatch(path))}
    bases = (_ASSAY, *_BASES) if len(assays) == 1 else _BASES
    return [
        next((path.removeprefix(found[1] + "/") for each in bases if (found := each.fullmatch(path))), basename(path))
        for path in paths
    ]


def _checksums(dav: WebDav, records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the checksums by path: as the list said them, else out of the checksum file beside the file."""
    found = {str(each["path"]): _said(each.get("checksum")) for each in records}
    unknown = [path for path, checksums in found.items() if not checksums]

    def beside(collection: str) -> list[str]:
        try:
            return [each.path for each in dav.inside(collection)]
        except NotFound:
            return []

    there = {path for paths in dav.session.map(beside, dict.fromkeys(map(parent, unknown))) for path in paths}

    def read(path: str) -> dict[str, str]:
        texts = {name: dav.text(f"{path}.{name}") for name in ("sha256", "md5") if f"{path}.{name}" in there}
        digests = {name: digest_in(text, name) for name, text in texts.items()}
        return {name: digest for name, digest in digests.items() if digest}

    return found | dict(zip(unknown, dav.session.map(read, unknown), strict=True))


def _said(checksum: Any) -> dict[str, str]:
    """Return a checksum as iRODS writes it: MD5 in hexadecimal, or ``sha2:`` with base64."""
    text = checksum.strip() if isinstance(checksum, str) else ""
    if text.startswith("sha2:"):
        try:
            text = base64.b64decode(text[5:], validate=True).hex()
        except (binascii.Error, ValueError):
            return {}
    name = {32: "md5", 64: "sha256"}.get(len(text), "")
    return {name: text.lower()} if name and re.fullmatch("[0-9a-fA-F]+", text) else {}
