"""What the sandbox keeps: studies and samples with their versions, data groups with their runs, links."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from flask import g
from werkzeug.local import LocalProxy

from bionb.sandbox.application import Refused
from bionb.sandbox.store import FrozenClock

Record = dict[str, Any]
DATA = ("expression", "variant", "flow-cytometry")
# The guide's walk: its study is GSF1147033, its first job 1268. What was there before has smaller numbers.
EARLIER, WALK = {"accession": 1146901, "job": 1241, "run": 45215}, {"accession": 1147033, "job": 1268}

# -- the default template, as this server has it ----------------------------------------------------------------------

ACCESSION = "genestack:accession"
SAMPLE_KEY = "Sample Source ID"

# What a list shows of each kind, in this order, null where it is missing.
SHOWN = {
    kind: (ACCESSION, *names.split(", "))
    for kind, names in {
        "study": "Study Source, Study Source ID, Study Description, Study Type, Study Design, Therapeutic Area, "
        "Contributor, Contributor Email, Release Date, Last Update Date, Import Source URL",
        "sample": "Sample Source ID, Sample Name, Organism, Sex, Disease, Age, Age Unit, Tissue, Cell Type, Cell Line, "
        "Compound Treatment / Compound, Compound Treatment / Dose, Compound Treatment / Dose Unit, Data Files / Raw, "
        "Data Files / Processed, Import Source URL",
        "library": "Library ID, Sample Source ID, Library Type, Read Length, Library Preparation Protocol",
        "preparation": "Preparation ID, Sample Source ID, Digestion, Experiment Type",
        "file": "Name, Data Class, Size, Import Source URL",
    }.items()
}
# The key of each kind, by which data and other things refer to it.
KEY_OF = {"sample": SAMPLE_KEY, "library": "Library ID", "preparation": "Preparation ID", "cell": "barcode"}
# What a file of each import must have; the first is unique, but for samples.
REQUIRED = {
    "samples": ("Sample Source ID", "Sample Source"),
    "libraries": ("Library ID", "Sample Source ID"),
    "preparations": ("Preparation ID", "Sample Source ID"),
    "cells": ("barcode", "batch"),
}
NUMBERS = ("Age", "Compound Treatment / Dose")
CELL_NUMBERS = ("nCounts", "percentMito")
# What the validation of samples looks at: None for a text that must be there, terms of a dictionary, or numbers.
VALIDATED: dict[str, tuple[str, ...] | None] = {
    SAMPLE_KEY: None,
    "Organism": ("Homo sapiens", "Mus musculus", "Rattus norvegicus"),
    "Sex": ("F", "M"),
    **dict.fromkeys(NUMBERS, ()),
}


@dataclass
class Published:
    """What has metadata with versions: `record` is the draft of curators, consumers see the last of `versions`."""

    kind: str
    accession: str
    record: Record
    owner: str
    created: int = 0
    versions: list[Record] = field(default_factory=list)

    def publish(self, author: str, message: str, timestamp: int) -> None:
        """Make the draft a version."""
        told = {"author": author, "message": message, "timestamp": timestamp}
        self.versions.append({**told, "version": f"v{len(self.versions) + 1}", "record": dict(self.record)})

    def seen_as(self, role: str) -> Record:
        """Return the draft for a curator, the latest published version for a consumer."""
        return self.record if role == "as-curator" else self.versions[-1]["record"]


@dataclass
class Entity(Published):
    """A study, sample, library, preparation, cell or file, and what it is linked to."""

    group: str | None = None
    content: bytes = b""
    targets: list[str] = field(default_factory=list)

    @property
    def key(self) -> Any:
        """What data columns and other entities refer to it by."""
        return self.record.get(KEY_OF.get(self.kind, ACCESSION))


@dataclass
class Run:
    """One column of a data file, and the things it is linked to."""

    id: int
    name: str
    targets: list[str] = field(default_factory=list)


@dataclass
class Group(Published):
    """All objects of one import. Data groups have features, runs and `values[feature][run][measurement]`."""

    members: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    features: list[Record] = field(default_factory=list)
    measurements: tuple[str, ...] = ("value",)
    values: list[list[list[Any]]] = field(default_factory=list)

    def shown(self, role: str = "as-curator") -> Record:
        """Return it as lists show it."""
        return {"itemId": self.accession, "metadata": self.seen_as(role)}


Kept = TypeVar("Kept", Entity, Group)


class Store:
    """Everything in memory."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.entities: dict[str, Entity] = {}
        self.groups: dict[str, Group] = {}
        self.links: list[Record] = []
        self.mappings: dict[str, Record] = {}
        self.tasks: dict[str, Record] = {}
        self.genomes: dict[str, Record] = {}
        self.events: list[Record] = []
        self._counters = {name: itertools.count(first) for name, first in EARLIER.items()}

    def begin_walk(self) -> None:
        """Set the counters to the numbers of the guide."""
        self._counters |= {name: itertools.count(first) for name, first in WALK.items()}

    def number(self, what: str) -> int:
        """Return the next number of a job or a run."""
        return next(self._counters[what])

    def accession(self) -> str:
        """Return the next accession, e.g. ``GSF1147033``."""
        return f"GSF{self.number('accession'):06d}"

    def moment(self, stamp: int) -> str:
        """Return a time in milliseconds in ISO 8601."""
        return datetime.fromtimestamp(stamp / 1000, UTC).isoformat()

    def stamp(self) -> int:
        """Move the clock on and return the time in milliseconds."""
        return int(self.clock.tick().timestamp() * 1000)

    def add(self, new: Entity | Group) -> None:
        """Keep something new and publish its first version."""
        new.created = self.stamp()
        if isinstance(new, Group):
            self.groups[new.accession] = new
        else:
            self.entities[new.accession] = new
            new.record = {ACCESSION: new.accession, **new.record, **({"groupId": new.group} if new.group else {})}
        new.publish(new.owner, "Initial import", new.created)

    # -- what there is ----------------------------------------------------------------------------------------------

    def entity(self, kind: str, accession: str, status: int = 404) -> Entity:
        """Return an entity of a kind."""
        return _of_kind(self.entities, kind, accession, status, kind)

    def group(self, kind: str, accession: str, status: int = 404) -> Group:
        """Return a group of a kind."""
        return _of_kind(self.groups, kind, accession, status, f"{kind} group")

    def published(self, kind: str, accession: str) -> Published:
        """Return what has versions: a data group, or an entity of another kind."""
        return (self.group if kind in DATA else self.entity)(kind, accession)

    def of_kind(self, kind: str) -> list[Entity]:
        """Return all entities of a kind, oldest first."""
        return [each for each in self.entities.values() if each.kind == kind]

    def data_groups(self, kind: str) -> list[Group]:
        """Return all data groups of a kind, oldest first."""
        return [each for each in self.groups.values() if each.kind == kind]

    def runs_of(self, kind: str) -> Iterator[tuple[Group, Run]]:
        """Give all runs of the data groups of a kind."""
        return ((group, run) for group in self.data_groups(kind) for run in group.runs)

    def inside(self, group: Group) -> list[Entity | Run]:
        """Return what a group holds: runs of data, else entities."""
        return [*group.runs, *(self.entities[each] for each in group.members if each in self.entities)]

    # -- reading across links ---------------------------------------------------------------------------------------

    def linked(self, kind: str, targets: Iterable[str]) -> list[Entity]:
        """Return what of a kind is linked to any of these."""
        return [each for each in self.of_kind(kind) if not set(each.targets).isdisjoint(targets)]

    def samples_in(self, study: str) -> dict[str, Entity]:
        """Return the samples linked to a study, by accession."""
        return {each.accession: each for each in self.linked("sample", [study])}

    def measured(self, run: Run | Entity) -> str:
        """Return the kind of what a run is linked to."""
        return self.entities[run.targets[0]].kind if run.targets else ""

    def behind(self, kind: str, thing: Run | Entity) -> list[str]:
        """Return the samples, or studies, that something belongs to, also through libraries, preparations or cells."""
        found = thing.targets
        while found and self.entities[found[0]].kind != kind:
            found = [each for one in found for each in self.entities[one].targets]
        return found

    def samples_behind(self, run: Run | Entity) -> list[str]:
        """Return the samples that a run belongs to."""
        return self.behind("sample", run)

    def groups_in(self, kind: str, study: str) -> list[Group]:
        """Return the data groups with a run that belongs to a sample of a study."""
        inside = set(self.samples_in(study))
        return [each for each in self.data_groups(kind) if any(inside & {*self.samples_behind(r)} for r in each.runs)]


def _of_kind(place: dict[str, Kept], kind: str, accession: str, status: int, words: str) -> Kept:
    found = place.get(accession)
    if found is None or found.kind != kind:
        raise Refused(status, f"There is no {words} {accession}.")
    return found


# While a request is answered: the sandbox that answers it, and what it keeps.
box: Any = LocalProxy(lambda: g.sandbox)
store: Store = cast(Store, LocalProxy(lambda: g.sandbox.store))


def several(value: Any) -> list[Any]:
    """Return the values of an attribute."""
    return value if isinstance(value, list) else [] if value is None else [value]


def shown(kind: str, record: Record, fields: str) -> Record:
    """Return a record as a list shows it: template attributes first (null when missing), then what was imported."""
    found = {name: record.get(name) for name in SHOWN.get(kind, ())}
    if fields == "original_data_included" or not found:
        found |= {name: value for name, value in record.items() if name not in found}
    group = {"groupId": record["groupId"]} if "groupId" in record else {}
    found.pop("groupId", None)
    return {**found, **group}
