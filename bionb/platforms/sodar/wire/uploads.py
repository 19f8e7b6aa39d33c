"""Sheets as the parts of an upload."""

from __future__ import annotations

import posixpath
from pathlib import Path

from bionb.errors import UsageError
from bionb.isatab import ISATab, read_isatab
from bionb.isatab.exchange.archive import Source

Sheets = Source | ISATab  # what can be imported
Part = tuple[str, tuple[str, bytes, str]]  # field name, and file name, content, content type


def parts_of(source: Sheets, single_files: bool) -> list[Part]:
    """Return the parts of a multipart upload: field name, and (file name, content, content type)."""
    isa = source if isinstance(source, ISATab) else read_isatab(source)
    if len(isa.investigations) != 1:
        found = ", ".join(isa.investigations) or "none"
        raise UsageError(
            f"SODAR imports exactly one investigation file (i_*.txt); this source has: {found}. Give a folder or zip "
            "with one."
        )
    if single_files:
        tables = [isa.investigations[0], *isa.studies, *isa.assays]
        return [
            (f"file_{number}", (posixpath.basename(name), isa.files[name], "text/plain"))
            for number, name in enumerate(tables)
            if name in isa.files
        ]
    name = posixpath.basename(isa.investigations[0]).removeprefix("i_").removesuffix(".txt") + ".zip"
    data = isa.to_zip()
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, str | Path) and Path(source).is_file() and Path(source).suffix.lower() == ".zip":
        name, data = Path(source).name, Path(source).read_bytes()
    return [("file", (name, data, "application/zip"))]
