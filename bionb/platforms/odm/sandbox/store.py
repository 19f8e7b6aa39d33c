"""What the sandbox keeps: studies and samples with their versions, data groups with their runs, links."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bionb.platforms.odm.wire.records import ACCESSION, SAMPLE_KEY
from bionb.platforms.odm.wire.template import TEMPLATES
from bionb.sandbox.faults import Faults
from bionb.sandbox.store import FrozenClock

if TYPE_CHECKING:
    from flask import Response

Record = dict[str, Any]
# The guide's walk: its study is GSF1147033, its first job 1268. What was there before has smaller numbers.
FIRST_ACCESSION, FIRST_JOB, EARLIER_ACCESSION, EARLIER_JOB = 1147033, 1268, 1146901, 1241


@dataclass
class Version:
    """One published state of a record."""

    author: str
    message: str
    timestamp: int
    record: Record


@dataclass
class Entity:
    """A study, sample, library, preparation, cell or file.

    `record` is the draft that a curator edits; consumers see the last of `versions`.
    """

    kind: str
    accession: str
    record: Record
    group: str | None = None
    owner: str = ""
    created: int = 0
    versions: list[Version] = field(default_factory=list)
    content: bytes = b""

    @property
    def key(self) -> Any:
        """What data columns and other entities refer to it by."""
        names = {"sample": SAMPLE_KEY, "library": "Library ID", "preparation": "Preparation ID", "cell": "barcode"}
        return self.record.get(names.get(self.kind, ACCESSION))


@dataclass
class Run:
    """One column of a data file, and the things it is linked to."""

    id: int
    name: str
    target_kind: str = ""
    targets: list[str] = field(default_factory=list)


@dataclass
class Group:
    """All objects of one import. Data groups have features, runs and `values[feature][run][measurement]`."""

    kind: str
    accession: str
    record: Record
    members: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    features: list[Record] = field(default_factory=list)
    measurements: tuple[str, ...] = ("value",)
    values: list[list[list[Any]]] = field(default_factory=list)
    owner: str = ""
    created: int = 0


class Store:
    """Everything in memory, with one lock around writes."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = FrozenClock()
        self.entities: dict[str, Entity] = {}
        self.groups: dict[str, Group] = {}
        self.study_of: dict[str, str] = {}  # sample or file -> study
        self.samples_of: dict[str, list[str]] = {}  # library or preparation -> samples
        self.links: list[Record] = []
        self.mappings: dict[str, Record] = {}
        self._accessions = itertools.count(EARLIER_ACCESSION)
        self._jobs = itertools.count(EARLIER_JOB)
        self._runs = itertools.count(45215)

    def begin_walk(self) -> None:
        """Set the counters to the numbers of the guide."""
        self._accessions, self._jobs = itertools.count(FIRST_ACCESSION), itertools.count(FIRST_JOB)

    def accession(self) -> str:
        """Return the next accession, e.g. ``GSF1147033``."""
        return f"GSF{next(self._accessions):06d}"

    def job_number(self) -> int:
        """Return the next job number."""
        return next(self._jobs)

    def run_number(self) -> int:
        """Return the next number of a run."""
        return next(self._runs)

    def stamp(self) -> int:
        """Move the clock on and return the time in milliseconds."""
        return int(self.clock.tick().timestamp() * 1000)

    def add(self, entity: Entity) -> Entity:
        """Keep a new entity and publish its first version."""
        entity.created = self.stamp()
        entity.record = {ACCESSION: entity.accession, **entity.record}
        if entity.group:
            entity.record["groupId"] = entity.group
        entity.versions = [Version(entity.owner, "Initial import", entity.created, dict(entity.record))]
        self.entities[entity.accession] = entity
        return entity

    def of_kind(self, kind: str) -> list[Entity]:
        """Return all entities of a kind, oldest first."""
        return [each for each in self.entities.values() if each.kind == kind]

    def data_groups(self, kind: str) -> list[Group]:
        """Return all data groups of a kind, oldest first."""
        return [each for each in self.groups.values() if each.kind == kind]

    # -- reading across links ---------------------------------------------------------------------------------------

    def samples_in(self, study: str) -> list[Entity]:
        """Return the samples linked to a study."""
        return [each for each in self.of_kind("sample") if self.study_of.get(each.accession) == study]

    def made_from(self, kind: str, samples: set[str]) -> list[Entity]:
        """Return the libraries or preparations of samples."""
        return [each for each in self.of_kind(kind) if samples & set(self.samples_of.get(each.accession, ()))]

    def samples_behind(self, run: Run) -> list[str]:
        """Return the samples that a run belongs to, also through a library, preparation or cell."""
        found = run.targets
        while found and self.entities[found[0]].kind != "sample":
            found = [each for one in found for each in self.samples_of.get(one, ())]
        return found

    def groups_in(self, kind: str, study: str) -> list[Group]:
        """Return the data groups with a run that belongs to a sample of a study."""
        inside = {each.accession for each in self.samples_in(study)}
        return [
            group
            for group in self.data_groups(kind)
            if any(inside & set(self.samples_behind(run)) for run in group.runs)
        ]

    def runs_of(self, kind: str) -> Iterator[tuple[Group, Run]]:
        """Give all runs of the data groups of a kind."""
        return ((group, run) for group in self.data_groups(kind) for run in group.runs)


def shown(entity_kind: str, record: Record, fields: str) -> Record:
    """Return a record as a list shows it: template attributes first (null when missing), then what was imported."""
    names = [each.name for each in TEMPLATES.get(entity_kind, ())]
    found = {name: record.get(name) for name in names}
    if fields == "original_data_included" or not names:
        found.update({name: value for name, value in record.items() if name not in found and name != "groupId"})
    if "groupId" in record:
        found["groupId"] = record["groupId"]
    return found


class Sandbox(Protocol):
    """What the routes need of the sandbox."""

    store: Store
    faults: Faults
    folder: Path
    jobs: Any
    tasks: dict[str, Record]

    def user(self) -> str:
        """Return who sends the present request."""

    def fetch(self, link: str) -> bytes:
        """Return the bytes behind a link."""

    def refuse(self, status: int, words: str) -> Response:
        """Return an error answer."""

    def record_for(self, role: str, entity: Entity) -> Record:
        """Return the record as this role sees it."""
