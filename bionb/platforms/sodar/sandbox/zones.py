"""Views on landing zones, whose states advance with every poll."""

from __future__ import annotations

from collections import deque
from typing import Any

from flask import request

from bionb.platforms.sodar.sandbox.api import FORBIDDEN, Context, Refused, Router, paged
from bionb.platforms.sodar.sandbox.landing import FINISHED, Zone, advance, file_shape, place_of, slug, zone_by_uuid
from bionb.platforms.sodar.sandbox.projects import find, user_shape
from bionb.platforms.sodar.sandbox.sheets import irods_fault
from bionb.platforms.sodar.sandbox.world import CONTRIBUTOR, DELEGATE, Project
from bionb.sandbox.faults import Faults

ZONE_LIMIT = 5


def register(router: Router, faults: Faults) -> None:
    """Add the views."""
    views = _Views(faults)
    base = "/landingzones/api"
    router.add("zones", f"{base}/list/<uuid:project>", GET=views.list_zones)
    router.add("zones", f"{base}/retrieve/<uuid:zone>", GET=views.retrieve)
    router.add("zones", f"{base}/create/<uuid:project>", POST=views.create)
    router.add("zones", f"{base}/submit/validate/<uuid:zone>", POST=views.validate)
    router.add("zones", f"{base}/submit/move/<uuid:zone>", POST=views.move)
    router.add("zones", f"{base}/submit/delete/<uuid:zone>", POST=views.delete)
    router.add("zones", f"{base}/file/list/<uuid:zone>", since="1.1", old=False, GET=views.list_files)


def _check_assay(context: Context, project: Project, body: dict[str, Any]) -> None:
    known = context.world.assays().get(str(body["assay"]))
    if known is None or known[0] is not project:
        words = "The assay is unknown." if known is None else "The assay belongs to another project."
        raise Refused(400, {"non_field_errors": [words]})


class _Views:
    """Views that can be made to fail."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def _zone(self, context: Context, uuid: str) -> Zone:
        zone = zone_by_uuid(context.world, uuid)
        if zone is None:
            raise Refused(404, "There is no such object.")
        own = zone.user is context.user and zone.project.allows(context.user, CONTRIBUTOR)
        if not own and not zone.project.allows(context.user, DELEGATE):
            raise Refused(403, FORBIDDEN)
        return zone

    def list_zones(self, context: Context, project: str) -> Any:
        """List unfinished zones, or all; contributors see their own."""
        found = find(context, project, CONTRIBUTOR)
        finished = request.args.get("finished", "0")
        if not finished.isdecimal():
            raise Refused(500, None)
        everything = found.allows(context.user, DELEGATE)
        zones = [
            each
            for each in found.zones
            if (everything or each.user is context.user) and (int(finished) or each.status not in FINISHED)
        ]
        zones.sort(key=lambda each: each.title)
        return paged(context, [self._shape(context, each) for each in zones])

    def retrieve(self, context: Context, zone: str) -> Any:
        """Return a zone as it is; the next poll sees the next state."""
        found = self._zone(context, zone)
        shape = self._shape(context, found)
        advance(context.world, found)
        return shape

    def _shape(self, context: Context, zone: Zone) -> dict[str, Any]:
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

    def create(self, context: Context, project: str) -> Any:
        """Begin to create a zone."""
        found = find(context, project, CONTRIBUTOR)
        if found.archive:
            raise Refused(403, FORBIDDEN)
        if not context.old:  # new servers look at the project first, old ones at what was sent
            self._check_project(context, found)
        body = context.body()
        _check_assay(context, found, body)
        if context.old:
            self._check_project(context, found)
        zone = self._made(context, found, body)
        if any((each.title, each.user) == (zone.title, zone.user) for each in found.zones):
            raise Refused(500, None)  # a fault of real servers: a second zone of that name crashes
        found.zones.append(zone)
        if self._faults.take("irods_down"):
            zone.ahead.clear()  # the zone stays behind, as on real servers
            raise Refused(500, "The landing zone was not created: no connection to iRODS")
        if self._faults.take("not_created"):
            zone.ahead = deque([("NOT CREATED", "The collection could not be made")])
        return self._shape(context, zone), 201

    def _check_project(self, context: Context, project: Project) -> None:
        ready = project.sheets is not None and project.sheets.irods_status
        if (ready or context.old) and self._faults.take("irods_off"):
            status = 500 if context.old else 503
            raise Refused(status, "The landing zone was not created: iRODS is not switched on here")
        if not ready and context.old:
            raise Refused(400, ["The landing zone was not created: the project has no collections"])
        if not ready and context.user.is_superuser:
            raise Refused(503, "The landing zone was not created: the project has no collections")
        if not ready:
            raise Refused(403, FORBIDDEN)
        if sum(each.status not in FINISHED for each in project.zones) >= ZONE_LIMIT:
            raise Refused(403, f"This project has its limit of {ZONE_LIMIT} landing zones.")

    def _made(self, context: Context, project: Project, body: dict[str, Any]) -> Zone:
        now = context.world.clock.tick(0 if self._faults.take("same_second") else 1)
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

    def validate(self, context: Context, zone: str) -> Any:
        """Check the files; with a query string behind the address real servers MOVE, and so does this one."""
        return self._submit(context, zone, move=bool(request.query_string))

    def move(self, context: Context, zone: str) -> Any:
        """Check the files and move them into the project."""
        return self._submit(context, zone, move=True)

    def _submit(self, context: Context, uuid: str, move: bool) -> Any:
        zone = self._zone(context, uuid)
        if zone.project.archive:
            raise Refused(403, FORBIDDEN)
        if any(each.status in ("PREPARING", "VALIDATING") for each in zone.project.zones) or self._faults.take(
            "locked"
        ):
            status = 500 if context.old else 503
            raise Refused(status, "Another landing zone of this project is being validated: please wait.")
        if zone.status not in ("ACTIVE", "FAILED"):
            raise Refused(400, [f"A landing zone cannot be moved while its status={zone.status}"])
        zone.stuck = bool(move and self._faults.take("stuck"))
        zone.ahead = deque(self._steps(zone, move))
        done = "moving" if move else "validation"
        return {"detail": f"Landing zone {done} has begun", "sodar_uuid": zone.sodar_uuid}

    def _steps(self, zone: Zone, move: bool) -> list[tuple[str, str]]:
        count = len(zone.files)
        steps = [
            ("PREPARING", "Preparing the transaction"),
            ("VALIDATING", f"Validating {count} file(s) (0/{count}: 0%)"),
            ("VALIDATING", f"Validating {count} file(s) ({count}/{count}: 100%)"),
        ]
        faults = self._faulty(zone)
        if faults:
            return [*steps, ("FAILED", f"Validation failed: {faults}")]
        if not move:
            return [*steps, ("ACTIVE", f"Successfully validated {count} files")]
        moved = f"Successfully moved {count} files, landing zone removed"
        return [*steps, ("MOVING", f"Validation OK, moving {count} files"), ("MOVED", moved)]

    def _faulty(self, zone: Zone) -> str:
        if self._faults.take("irods_down"):
            return "no connection to iRODS"
        if self._faults.take("failed_validation"):
            return "checksums do not match for 1 file(s)"
        missing = [each.name for each in zone.files.values() if each.checksum is None]
        return f"{len(missing)} checksum file(s) missing for: {', '.join(missing)}" if missing else ""

    def delete(self, context: Context, zone: str) -> Any:
        """Delete a zone with its files."""
        found = self._zone(context, zone)
        if found.status not in ("ACTIVE", "FAILED"):
            raise Refused(400, [f"A landing zone cannot be deleted while its status={found.status}"])
        irods_fault(self._faults, "The landing zone was not deleted")
        found.ahead = deque([("DELETING", "Deleting the landing zone"), ("DELETED", "Landing zone deleted")])
        return {"detail": "Landing zone deletion has begun", "sodar_uuid": found.sodar_uuid}

    def list_files(self, context: Context, zone: str) -> Any:
        """List the files in a zone."""
        found = self._zone(context, zone)
        irods_fault(self._faults, "Files cannot be listed")
        files = [file_shape(f"{found.path}/{name}", each, found.modified) for name, each in sorted(found.files.items())]
        return paged(context, files, relative=True)
