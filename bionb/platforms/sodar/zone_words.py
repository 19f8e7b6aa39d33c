"""What SODAR says about landing zones, and what it leaves out: progress, reasons, zones left behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bionb.errors import BionbError, JobFailed, ResponseError
from bionb.platforms.sodar.investigation import Investigation
from bionb.platforms.sodar.shapes import Record

_PROGRESS = re.compile(r"\((\d+)/(\d+): \d+%\)$")
_ADVICE = {
    "FAILED": "Repair what status_info names (all of it is in .record), then validate_zone(zone) or move_zone(zone).",
    "NOT CREATED": "Nothing was made of it: create_zone(project, assay) again.",
}


def progress(zone: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return files done and files in all, which servers write at the end of ``status_info``."""
    found = _PROGRESS.search(str(zone.get("status_info")))
    return (float(found.group(1)), float(found.group(2))) if found else None


def with_advice(error: JobFailed) -> JobFailed:
    """Add what to do with a zone that ended otherwise than awaited."""
    advice = _ADVICE.get(error.state, "It stays so: create_zone(project, assay) makes another one.")
    error.reword(f"{str(error).rstrip('.')}. {advice}")
    return error


def explained(error: ResponseError, sheets: Investigation) -> ResponseError:
    """Say what a bare 403 hides: the permission rule fires first when the collections are missing."""
    if error.status in (400, 403, 503) and not sheets.irods_status:
        error.reword(
            f'{error.platform} answered {error.status} to "create a landing zone": the project has no iRODS '
            "collections yet. Run create_collections(project) as contributor or above, then try again."
        )
    return error


def left_behind(error: ResponseError, zones: Iterable[Record], asked: Mapping[str, Any]) -> None:
    """Look for the zone that a failed creation left in CREATING, and put it on the error."""
    try:
        found = [
            each
            for each in zones
            if (each["status"], each["assay"], each["description"])
            == ("CREATING", asked["assay"], asked["description"])
        ]
    except BionbError:
        error.reword(
            f"{error} A zone may have been left in CREATING: look at zones(project) before you create another."
        )
        return
    if found:
        newest = max(found, key=lambda each: str(each["date_modified"]))
        error.with_partial(newest)
        error.reword(
            f"{error} The zone {newest['title']} is in CREATING and probably what was left of it (.partial of this "
            "error): once iRODS is back, delete_zone it and create another."
        )
