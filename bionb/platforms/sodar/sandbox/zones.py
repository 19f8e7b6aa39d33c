"""Views on landing zones, whose states advance with every poll."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Any

from flask import request

from bionb.platforms.sodar.sandbox.api import Context, Router, paged
from bionb.platforms.sodar.sandbox.landing import FINISHED, Zone, advance, file_shape, place_of, slug, zone_by_uuid
from bionb.platforms.sodar.sandbox.projects import find, user_shape
from bionb.platforms.sodar.sandbox.refusals import Refused, crash_if, forbid_if, invalid_if, refuse_if, there
from bionb.platforms.sodar.sandbox.sheets import irods_fault
from bionb.platforms.sodar.sandbox.world import CONTRIBUTOR, DELEGATE, Project

ZONE_LIMIT = 5


def register(router: Router) -> None:
    """Add the views."""
    base = "/landingzones/api"
    router.add("zones", f"{base}/list/<uuid:project>", GET=list_zones)
    router.add("zones", f"{base}/retrieve/<uuid:zone>", GET=retrieve)
    router.add("zones", f"{base}/create/<uuid:project>", POST=create)
    router.add("zones", f"{base}/submit/validate/<uuid:zone>", POST=submit)
    router.add("zones", f"{base}/submit/move/<uuid:zone>", POST=partial(submit, move=True))
    router.add("zones", f"{base}/submit/delete/<uuid:zone>", POST=delete)
    router.add("zones", f"{base}/file/list/<uuid:zone>", since="1.1", old=False, GET=list_files)


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
    everything = found.allows(context.user, DELEGATE)
    zones = [
        each
        for each in found.zones
        if (everything or each.user is context.user) and (int(finished) or each.status not in FINISHED)
    ]
    zones.sort(key=lambda each: each.title)
    return paged(context, [_shape(context, each) for each in zones])


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
    if context.faults.take("irods_down"):
        zone.ahead.clear()  # the zone stays behind, as on real servers
        raise Refused(500, "The landing zone was not created: no connection to iRODS")
    if context.faults.take("not_created"):
        zone.ahead = deque([("NOT CREATED", "The collection could not be made")])
    return _shape(context, zone), 201


def _check_project(context: Context, project: Project) -> None:
    ready = project.sheets is not None and project.sheets.irods_status
    if (ready or context.old) and context.faults.take("irods_off"):
        status = 500 if context.old else 503
        raise Refused(status, "The landing zone was not created: iRODS is not switched on here")
    refuse_if(not ready and context.old, 400, ["The landing zone was not created: the project has no collections"])
    refuse_if(
        not ready and context.user.is_superuser, 503, "The landing zone was not created: the project has no collections"
    )
    forbid_if(not ready)
    refuse_if(
        sum(each.status not in FINISHED for each in project.zones) >= ZONE_LIMIT,
        403,
        f"This project has its limit of {ZONE_LIMIT} landing zones.",
    )


def _made(context: Context, project: Project, body: dict[str, Any]) -> Zone:
    now = context.world.clock.tick(0 if context.faults.take("same_second") else 1)
    assay, suffix = str(body["assay"]), slug(body.get("title"))
    title = now.strftime("%Y%m%d_%H%M%S") + (f"_{suffix}" if suffix else "")
    return Zone(
        context.world.ids.uuid("zone"),
        title,
        project,
        context.user,
        assay,
        str(body.get("description") or ""),
        str(body.get("user_message") or ""),
        body.get("configuration"),
        body.get("config_data") or {},
        now.isoformat(),
        place_of(project, context.user, assay, title),
    )


def submit(context: Context, zone: str, move: bool = False) -> Any:
    """Check the files, and move them; with a query string real servers move for `validate`, too."""
    move, found = move or bool(request.query_string), _zone(context, zone)
    forbid_if(found.project.archive)
    if any(each.status in ("PREPARING", "VALIDATING") for each in found.project.zones) or context.faults.take("locked"):
        status = 500 if context.old else 503
        raise Refused(status, "Another landing zone of this project is being validated: please wait.")
    refuse_if(
        found.status not in ("ACTIVE", "FAILED"),
        400,
        [f"A landing zone cannot be moved while its status={found.status}"],
    )
    found.stuck = bool(move and context.faults.take("stuck"))
    found.ahead = deque(_steps(context, found, move))
    done = "moving" if move else "validation"
    return {"detail": f"Landing zone {done} has begun", "sodar_uuid": found.sodar_uuid}


def _steps(context: Context, zone: Zone, move: bool) -> list[tuple[str, str]]:
    count = len(zone.files)
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
    missing = [each.name for each in zone.files.values() if each.checksum is None]
    return f"{len(missing)} checksum file(s) missing for: {', '.join(missing)}" if missing else ""


def delete(context: Context, zone: str) -> Any:
    """Delete a zone with its files."""
    found = _zone(context, zone)
    refuse_if(
        found.status not in ("ACTIVE", "FAILED"),
        400,
        [f"A landing zone cannot be deleted while its status={found.status}"],
    )
    irods_fault(context.faults, "The landing zone was not deleted")
    found.ahead = deque([("DELETING", "Deleting the landing zone"), ("DELETED", "Landing zone deleted")])
    return {"detail": "Landing zone deletion has begun", "sodar_uuid": found.sodar_uuid}


def list_files(context: Context, zone: str) -> Any:
    """List the files in a zone."""
    found = _zone(context, zone)
    irods_fault(context.faults, "Files cannot be listed")
    files = [file_shape(f"{found.path}/{name}", each, found.modified) for name, each in sorted(found.files.items())]
    return paged(context, files, relative=True)
