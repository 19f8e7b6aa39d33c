"""Views on landing zones, whose states advance with every poll."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import request

from bionb.platforms.sodar.sandbox.api import Context, paged
from bionb.platforms.sodar.sandbox.irods.store import file_shape
from bionb.platforms.sodar.sandbox.landing import (
    FINISHED,
    Step,
    Zone,
    advance,
    begin,
    collections_of,
    place_of,
    slug,
    zone_by_uuid,
)
from bionb.platforms.sodar.sandbox.projects import find, user_shape
from bionb.platforms.sodar.sandbox.refusals import Refused, crash_if, forbid_if, invalid_if, refuse_if, there, unfit_if
from bionb.platforms.sodar.sandbox.sheets import irods_fault
from bionb.platforms.sodar.sandbox.world import CONTRIBUTOR, DELEGATE, Project
from bionb.sandbox.application import Routes

ZONE_LIMIT = 5
NOT_CREATED = "The landing zone was not created"


def _check_assay(context: Context, project: Project, body: dict[str, Any]) -> None:
    known = context.world.assays().get(str(body["assay"]))
    invalid_if(known is None, "The assay is unknown.")
    invalid_if(known and known[0] is not project, "The assay belongs to another project.")


def _zone(context: Context, uuid: str) -> Zone:
    zone = there(zone_by_uuid(context.world, uuid))
    own = zone.user is context.user and zone.project.allows(context.user, CONTRIBUTOR)
    forbid_if(not own and not zone.project.allows(context.user, DELEGATE))
    return zone


def list_zones(context: Context, project: str) -> Any:
    """List unfinished zones, or all; contributors see their own."""
    found = find(context, project, CONTRIBUTOR)
    finished = request.args.get("finished", "0")
    crash_if(not finished.isdecimal())
    everybody = found.allows(context.user, DELEGATE)
    zones = [each for each in found.zones if everybody or each.user is context.user]
    shown = [each for each in zones if int(finished) or each.status not in FINISHED]
    return paged(context, [_shape(context, each) for each in sorted(shown, key=lambda each: each.title)])


def retrieve(context: Context, zone: str) -> Any:
    """Return a zone as it is; the next poll sees the next state."""
    found = _zone(context, zone)
    shape = _shape(context, found)
    advance(context.world, found)
    return shape


def _shape(context: Context, zone: Zone) -> dict[str, Any]:
    gone = zone.status in ("DELETED", "NOT CREATED")
    return {
        "title": zone.title,
        "project": zone.project.sodar_uuid,
        "user": user_shape(context, zone.user) if context.old else zone.user.sodar_uuid,
        "assay": zone.assay,
        "status": zone.status,
        "status_info": zone.info,
        "status_locked": zone.status_locked,
        "date_modified": zone.modified,
        "description": zone.description,
        "user_message": zone.user_message,
        "configuration": zone.configuration,
        "config_data": zone.config_data,
        "irods_path": None if gone else zone.path,
        "sodar_uuid": zone.sodar_uuid,
    }


def create(context: Context, project: str) -> Any:
    """Begin to create a zone."""
    found = find(context, project, CONTRIBUTOR)
    forbid_if(found.archive)
    if not context.old:  # new servers look at the project first, old ones at what was sent
        _check_project(context, found)
    body = context.body()
    _check_assay(context, found, body)
    if context.old:
        _check_project(context, found)
    zone = _made(context, found, body)
    # A fault of real servers: a second zone of that name crashes.
    crash_if(any((each.title, each.user) == (zone.title, zone.user) for each in found.zones))
    found.zones.append(zone)
    begin(context.world, zone, context.user, "create", "create")
    if context.faults.take("irods_down"):
        zone.ahead.clear()  # the zone stays behind, as on real servers
        raise Refused(500, f"{NOT_CREATED}: no connection to iRODS")
    if context.faults.take("not_created"):
        zone.ahead = deque([("NOT CREATED", "The collection could not be made")])
    return _shape(context, zone), 201


def _check_project(context: Context, project: Project) -> None:
    ready, words = project.sheets is not None and project.sheets.irods_status, f"{NOT_CREATED}: no collections"
    off = (ready or context.old) and context.faults.take("irods_off")
    refuse_if(off, _busy(context), f"{NOT_CREATED}: iRODS is not switched on here")
    unfit_if(not ready and context.old, words)
    refuse_if(not ready and context.user.is_superuser, 503, words)
    forbid_if(not ready)
    reached = sum(each.status not in FINISHED for each in project.zones) >= ZONE_LIMIT
    refuse_if(reached, 403, f"This project has its limit of {ZONE_LIMIT} landing zones.")


def _busy(context: Context) -> int:
    """Return the status of what may work later; old servers take it for their own failure."""
    return 500 if context.old else 503


def _made(context: Context, project: Project, body: dict[str, Any]) -> Zone:
    now = context.world.clock.tick(0 if context.faults.take("same_second") else 1)
    assay, title = str(body["assay"]), f"{now:%Y%m%d_%H%M%S}_{slug(body.get('title'))}".rstrip("_")
    zone = Zone(context.world.ids.uuid("zone"), title, project, context.user, assay, now.isoformat())
    zone.path = place_of(zone)
    for name in ("description", "user_message", "configuration", "config_data"):
        setattr(zone, name, body.get(name) or getattr(zone, name))
    if body.get("create_colls"):
        zone.collections, zone.restricted = collections_of(project, assay), bool(body.get("restrict_colls"))
    return zone


def submit(context: Context, zone: str, move: bool = False) -> Any:
    """Check the files, and move them; with a query string real servers move for `validate`, too."""
    move, found = move or bool(request.query_string), _zone(context, zone)
    forbid_if(found.project.archive)
    busy = any(each.status in ("PREPARING", "VALIDATING") for each in found.project.zones)
    words = "Another landing zone of this project is being validated: please wait."
    refuse_if(busy or context.faults.take("locked"), _busy(context), words)
    found.stuck = bool(move and context.faults.take("stuck"))
    what = (
        ("move", "validate and move files from", "moving")
        if move
        else ("validate", "validate files from", "validation")
    )
    return _begin(context, found, what, lambda: _steps(context, found, move))


def delete(context: Context, zone: str) -> Any:
    """Delete a zone with its files."""
    found = _zone(context, zone)

    def steps() -> list[Step]:
        irods_fault(context.faults, "The landing zone was not deleted")
        return [("DELETING", "Deleting the landing zone"), ("DELETED", "Landing zone deleted")]

    return _begin(context, found, ("delete", "delete", "deletion"), steps)


def _begin(context: Context, zone: Zone, what: tuple[str, str, str], steps: Callable[[], list[Step]]) -> dict[str, Any]:
    unfit_if(zone.status not in ("ACTIVE", "FAILED"), f"No {what[2]} of a landing zone with status={zone.status}")
    zone.ahead = deque(steps())
    begin(context.world, zone, context.user, what[0], what[1])
    return {"detail": f"Landing zone {what[2]} has begun", "sodar_uuid": zone.sodar_uuid}


def update(context: Context, zone: str) -> Any:
    """Change description or message; a fault of real servers: zone and path get a new name, and the files are lost."""
    found = _zone(context, zone)
    forbid_if(found.project.archive or not found.project.leads(context.user))
    body = context.body()
    unfit_if(not set(body) <= {"description", "user_message"}, "Only description and user_message can be changed.")
    found.title, found.user = f"{context.world.clock.tick():%Y%m%d_%H%M%S}", context.user
    found.path = place_of(found)
    found.description, found.user_message = (
        str(body.get(name, getattr(found, name))) for name in ("description", "user_message")
    )
    begin(context.world, found, context.user, "update", "update")
    return _shape(context, found)


def settings(context: Context, project: str) -> Any:
    """Return what is allowed in landing zones of a project."""
    found = find(context, project, CONTRIBUTOR)
    prohibited = context.world.settings.get((found.sodar_uuid, "", "landingzones", "file_name_prohibit"), "")
    limits = {"LANDINGZONES_ZONE_CREATE_LIMIT": ZONE_LIMIT, "LANDINGZONES_ZONE_VALIDATE_LIMIT": 1}
    trigger = {"LANDINGZONES_TRIGGER_ENABLE": True, "LANDINGZONES_TRIGGER_FILE": ".sodar_validate_and_move"}
    return {
        "settings": {
            "LANDINGZONES_DISABLE_FOR_USERS": False,
            **trigger,
            **limits,
            "file_name_prohibit": prohibited,
        }
    }


def _steps(context: Context, zone: Zone, move: bool) -> list[Step]:
    count = len(context.world.irods.below(zone.path))
    steps = [
        ("PREPARING", "Preparing the transaction"),
        ("VALIDATING", f"Validating {count} file(s) (0/{count}: 0%)"),
        ("VALIDATING", f"Validating {count} file(s) ({count}/{count}: 100%)"),
    ]
    faults = _faulty(context, zone)
    if faults:
        return [*steps, ("FAILED", f"Validation failed: {faults}")]
    if not move:
        return [*steps, ("ACTIVE", f"Successfully validated {count} files")]
    moved = f"Successfully moved {count} files, landing zone removed"
    return [*steps, ("MOVING", f"Validation OK, moving {count} files"), ("MOVED", moved)]


def _faulty(context: Context, zone: Zone) -> str:
    if context.faults.take("irods_down"):
        return "no connection to iRODS"
    if context.faults.take("failed_validation"):
        return "checksums do not match for 1 file(s)"
    return context.world.irods.validate(zone.path, zone.target)


def list_files(context: Context, zone: str) -> Any:
    """List the files in a zone."""
    found = _zone(context, zone)
    irods_fault(context.faults, "Files cannot be listed")
    files = [file_shape(path, each) for path, each in context.world.irods.below(found.path).items()]
    return paged(context, files, relative=True)


ROUTES: Routes = {
    "GET /landingzones/api/list/<uuid:project>": list_zones,
    "GET /landingzones/api/retrieve/<uuid:zone>": retrieve,
    "POST /landingzones/api/create/<uuid:project>": create,
    "PUT|PATCH /landingzones/api/update/<uuid:zone>": update,
    "GET /landingzones/api/settings/retrieve/<uuid:project>": settings,
    "POST /landingzones/api/submit/validate/<uuid:zone>": submit,
    "POST /landingzones/api/submit/move/<uuid:zone>": partial(submit, move=True),
    "POST /landingzones/api/submit/delete/<uuid:zone>": delete,
    "GET /landingzones/api/file/list/<uuid:zone>": list_files,
}
