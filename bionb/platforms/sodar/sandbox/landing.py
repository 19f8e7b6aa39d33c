"""Landing zones of the sandbox: where they are, what is in them, and the states that they pass."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from bionb.platforms.sodar.sandbox.isa import Sheets, StudySheet
from bionb.platforms.sodar.sandbox.world import Project, User, World

FINISHED = ("MOVED", "NOT CREATED", "DELETED")
LOCKED = ("PREPARING", "VALIDATING", "MOVING")
Step = tuple[str, str]  # status and what is said of it


@dataclass(eq=False)
class Zone:
    """A landing zone and the states that it is still to pass."""

    sodar_uuid: str
    title: str
    project: Project
    user: User
    assay: str
    modified: str
    path: str = ""
    description: str = ""
    user_message: str = ""
    configuration: str | None = None
    config_data: dict[str, Any] = field(default_factory=dict)
    status: str = "CREATING"
    info: str = "Creating the landing zone in iRODS"
    ahead: deque[Step] = field(default_factory=lambda: deque([("ACTIVE", "Ready for files")]))
    collections: tuple[str, ...] = ()  # names of those that are made with it
    restricted: bool = False
    stuck: bool = False

    @property
    def status_locked(self) -> bool:
        """True while the server works on the files."""
        return self.status in LOCKED

    @property
    def target(self) -> str:
        """The assay's collection, to which the files will be moved."""
        study = _study_of(self.project.sheets, self.assay)
        return f"{self.project.sample_data}/study_{study.sodar_uuid}/assay_{self.assay}"

    def takes(self, place: str) -> bool:
        """Tell whether something may be written at a path in it: neither it nor the collections made with it."""
        inner = place.removeprefix(self.path).strip("/")
        if not inner or inner in self.collections:
            return False
        return not self.restricted or inner.split("/")[0] in self.collections


def zone_by_uuid(world: World, uuid: str) -> Zone | None:
    """Return a zone."""
    found = (zone for project in world.projects.values() for zone in project.zones if zone.sodar_uuid == uuid)
    return next(found, None)


def advance(world: World, zone: Zone) -> None:
    """Let one step of the server's work be done."""
    if not zone.ahead or (zone.stuck and zone.status == "MOVING"):
        return
    zone.status, zone.info = zone.ahead.popleft()
    zone.modified = world.clock.tick().isoformat()
    if zone.status == "ACTIVE":
        for name in ("", *zone.collections):
            world.irods.make(f"{zone.path}/{name}".rstrip("/"))
    if zone.status == "MOVED":
        world.irods.move(zone.path, zone.target)
    if zone.status == "DELETED":
        world.irods.remove(zone.path)


def _study_of(sheets: Sheets, assay: str) -> StudySheet:
    return next(each for each in sheets.studies if assay in {one.sodar_uuid for one in each.assays})


def place_of(zone: Zone) -> str:
    """Return the path of a zone's collection, which names user, study and assay."""
    sheets = zone.project.sheets
    study = _study_of(sheets, zone.assay)
    name = PurePosixPath(sheets.assays[zone.assay].file_name).stem.removeprefix("a_")
    parts = (zone.user.short, slug(study.info.info.title or study.identifier), slug(name), zone.title)
    return f"{zone.project.collection}/landing_zones/{'/'.join(parts)}"


def slug(text: Any) -> str:
    """Return a text as it stands in titles and paths of zones."""
    return re.sub(r"[^a-z0-9]+", "_", str(text or "").lower()).strip("_")


def collections_of(project: Project, assay: str) -> tuple[str, ...]:
    """Return the collections that SODAR makes in a zone: three for all, and one for each of the last extracts."""
    table = project.sheets.assays[assay].table
    kinds = ("Library Name", "Labeled Extract Name", "Extract Name")
    names = [sorted({each.name for each in table.materials.values() if each.type == kind}) for kind in kinds]
    return ("MiscFiles", "ResultsReports", "TrackHubs", *next(filter(None, names), []))
