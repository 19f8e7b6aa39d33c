"""What SODAR says about landing zones, and what it leaves out: progress, reasons, zones left behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bionb.errors import JobFailed, ResponseError
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.wire.problems import WEB_PAGE
from bionb.platforms.sodar.wire.records import Record

_PROGRESS = re.compile(r"\((\d+)/(\d+): \d+%\)$")
_TIME = re.compile(r"^\d{8}_\d{6}")
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
    said = str(error.args[0])  # which ends with what the server says, often a file's name
    error.retell(said if said.endswith((".", "!", "?")) else f"{said}.", f"{error.hint} {advice}".strip())
    return error


def explained(error: ResponseError, sheets: Investigation) -> ResponseError:
    """Say what a bare 403 hides: the permission rule fires first when the collections are missing."""
    if error.status in (400, 403, 503) and not sheets.irods_status:
        error.retell(
            f'{error.platform} answered {error.status} to "create a landing zone": the project has no iRODS '
            "collections yet.",
            "Run create_collections(project) as contributor or above, then try again.",
        )
    return error


def is_of(zone: Mapping[str, Any], asked: Mapping[str, Any], user: str) -> bool:
    """Tell whether a zone is as it was asked for by a user: its assay, description, and the end of its title."""
    named = _TIME.sub("", str(zone["title"]))
    wanted = (asked["assay"], asked.get("description", ""), _plain(str(asked.get("title", ""))), user)
    return wanted == (zone["assay"], zone["description"] or "", _plain(named), zone["user"]["sodar_uuid"])


def _plain(text: str) -> str:
    """Return the letters and digits of a title, of which servers keep no others."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def say_left_behind(error: ResponseError, zone: Record | None) -> None:
    """Say what a creation that the server failed at has left; nothing may be deleted that is not sure to be this."""
    if error.code == WEB_PAGE:
        error.retell(
            f'{error.platform} crashed ({error.status}) at "create a landing zone". Servers do so when a zone of yours '
            "with the same title is there, and titles are the time to the second.",
            "Look at zones(project), and create it a second later. If it lasts, tell the server's administrators.",
        )
    elif zone is None:
        error.advise("It may exist all the same: look at zones(project) before you create another.")
    else:
        error.with_partial(zone)
        error.advise(
            f"The zone {zone['title']} was left of it (.partial of this error), and is {zone['status']}. "
            "One in CREATING can be deleted by an administrator of the server only; once iRODS is back, create another."
        )
