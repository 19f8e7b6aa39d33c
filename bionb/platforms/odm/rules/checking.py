"""Look at a local file before it is uploaded, so that its faults show here and not in a failed job."""

from __future__ import annotations

import logging
from pathlib import Path

from bionb.errors import InvalidInput
from bionb.platforms.odm.rules.gct import check_gct
from bionb.platforms.odm.rules.sheets import ERROR, Finding, check_sheet

SHEETS = ("study", "samples", "libraries", "preparations", "cells")
log = logging.getLogger("bionb")


def check_file(kind: str, path: str | Path, *, max_bytes: int | None = None) -> list[Finding]:
    """Return what is wrong with a file that is to be imported as `kind`; other kinds than sheets and GCT pass.

    A packed file that unpacks to more than `max_bytes` (1 GiB by default) is not looked at, which is a warning.

    Examples
    --------
    >>> check_file("variant", "calls.vcf")
    []
    """
    if kind in SHEETS:
        return check_sheet(path, kind, max_bytes=max_bytes)
    if kind == "expression" and Path(path).name.lower().endswith((".gct", ".gct.gz", ".gct.zip")):
        return check_gct(path, max_bytes=max_bytes)
    return []


def check_upload(kind: str, path: Path) -> None:
    """Refuse a file that the server would refuse, and show warnings.

    Raises
    ------
    InvalidInput
        With all findings; nothing was sent.
    """
    findings = check_file(kind, path)
    errors = [each for each in findings if each.level == ERROR]
    if errors:
        more = f" (and {len(errors) - 1} more, see .findings)" if len(errors) > 1 else ""
        rows = [{"level": each.level, "line": each.line, "message": each.message} for each in findings]
        raise InvalidInput(f"{path.name} was not uploaded: {errors[0]}{more}. Correct it and try again.", rows)
    for each in findings:
        log.warning("%s: %s", path.name, each)
