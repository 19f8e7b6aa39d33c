"""Landing zones of the sandbox: where they are, what is in them, and the states that they pass."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from bionb.platforms.sodar.sandbox.isa import Sheets, StudySheet
from bionb.platforms.sodar.sandbox.world import Event, Project, User, World

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
    event: Event | None = None  # what is going on, in the timeline

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
    if zone.event is not None and not zone.ahead:
        good = zone.status in ("ACTIVE", "MOVED", "DELETED")
        world.conclude(zone.event, "OK" if good else "FAILED", zone.info)


def begin(world: World, zone: Zone, user: User, what: str, words: str) -> None:
    """Write into the timeline that the server began with something."""
    objects = {"zone": (zone.title, zone.sodar_uuid), "user": (zone.user.username, zone.user.sodar_uuid)}
    words = f"{words} landing zone {{zone}} of {{user}}"
    zone.event = world.note(zone.project, user, f"zone_{what}", words, app="landingzones", objects=objects, done=False)
    world.conclude(zone.event, "SUBMIT", "Job submitted")


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


MB = 10**6
# Days after the one before, project, who, title, files with their sizes, what became of it, and what was said.
_YEAR: tuple[tuple[int, str, str, str, dict[str, float], str, str], ...] = (
    (20, "Exome pilot", "bob", "run 1", {"FAM1-child.bam": 0.9, "FAM1-mother.bam": 0.8}, "MOVED", "Moved 2 files"),
    (31, "Exome pilot", "bob", "run 2", {"FAM2-child.bam": 1.1, "FAM2.vcf.gz": 0.1}, "MOVED", "Moved 2 files"),
    (12, "Exome pilot", "alice", "old disk", {}, "ACTIVE", "Ready for files"),
    (
        44,
        "RNA pilot",
        "carol",
        "pool 1",
        {"pool1_R1.fastq.gz": 0.6, "pool1_R2.fastq.gz": 0.6},
        "MOVED",
        "Moved 2 files",
    ),
    (60, "RNA pilot", "bob", "pool 2", {"pool2_R1.fq.gz": 0.7}, "FAILED", "1 checksum file(s) missing"),
    (45, "RNA pilot", "carol", "try", {}, "ACTIVE", "Ready for files"),
    (80, "Exome pilot", "bob", "run 3", {"FAM3-child.bam": 1.0}, "ACTIVE", "Successfully validated 1 files"),
    (30, "RNA pilot", "alice", "wrong assay", {}, "DELETED", "Landing zone deleted"),
)


def put_to_use(world: World) -> None:
    """Leave in two projects what a year of work leaves: zones that moved, failed or were forgotten, and their files."""
    now, projects = world.clock.now(), {each.title: each for each in world.projects.values()}
    world.clock.tick((datetime(2025, 1, 20, 9, 0, tzinfo=UTC) - now).total_seconds())
    for project in projects.values():
        world.note(project, world.users["alice"], "project_create", f"create {project.type.lower()}")
    for days, where, who, title, files, status, info in _YEAR:
        world.clock.tick(days * 86400)
        _use(world, projects[where], world.users[who], title, files, (status, info))
    world.clock.tick((now - world.clock.now()).total_seconds())


def _use(world: World, project: Project, user: User, title: str, files: dict[str, float], end: Step) -> None:
    """Make a landing zone with files in it, and let something become of it."""
    (assay,), started = project.sheets.assays, world.clock.now()
    name = f"{started:%Y%m%d_%H%M%S}_{slug(title)}"
    zone = Zone(world.ids.uuid("zone"), name, project, user, assay, started.isoformat())
    zone.path = place_of(zone)
    project.zones.append(zone)
    begin(world, zone, user, "create", "create")
    advance(world, zone)
    for each, size in files.items():
        file = world.irods.put(f"{zone.path}/{each}", bytes(int(size * MB)))
        file.checksum = file.md5
    if end[1] != zone.info:
        what = {"DELETED": "delete", "ACTIVE": "validate"}.get(end[0], "move")
        begin(world, zone, user, what, what)
        zone.ahead.append(end)
        advance(world, zone)
