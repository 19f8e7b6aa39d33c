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


@dataclass
class ZoneFile:
    """A file that someone put into a zone by iRODS."""

    name: str
    size: int
    checksum: str | None


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
    files: dict[str, ZoneFile] = field(default_factory=dict)
    stuck: bool = False

    @property
    def status_locked(self) -> bool:
        """True while the server works on the files."""
        return self.status in LOCKED


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
    if zone.status == "MOVED":
        _into_sample_data(zone)


def _into_sample_data(zone: Zone) -> None:
    sheets = zone.project.sheets
    study = _study_of(sheets, zone.assay)
    base = f"{zone.project.sample_data}/study_{study.sodar_uuid}/assay_{zone.assay}"
    for each in zone.files.values():
        path = f"{base}/{each.name}"
        sheets.files[path] = file_shape(path, each, zone.modified)


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


def file_shape(path: str, each: ZoneFile, modified: str) -> dict[str, Any]:
    """Return a file as lists of files show it."""
    found = {"name": path.rsplit("/", 1)[1], "type": "obj", "path": path}
    return {**found, "size": each.size, "modify_time": modified, "checksum": each.checksum}
