"""Samples, their sets, projects, templates and the log of events: what people wrote down beside the runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bionb.platforms.torrentsuite.sandbox.plans import planned
from bionb.platforms.torrentsuite.sandbox.runs import Run, project_of
from bionb.platforms.torrentsuite.sandbox.runs.times import stamp
from bionb.platforms.torrentsuite.sandbox.schemas import blank
from bionb.platforms.torrentsuite.sandbox.store import Record, row, uri

Runs = Sequence[Run]

PROJECTS = ("demo", "liquid_biopsy")
# name, group, (sample, role, barcode, gender)
SETS: tuple[tuple[str, str, tuple[tuple[str, str, str, str], ...]], ...] = (
    ("family 7", "Trio", (
        ("child", "Proband", "IonXpress_010", "Female"), ("father", "Father", "IonXpress_011", "Male"),
        ("mother", "Mother", "IonXpress_012", "Female"))),
    ("plasma of 2025", "Self", (
        ("plasma 1", "Self", "IonXpress_003", "Female"), ("plasma 2", "Self", "IonXpress_004", "Female"))),
)  # fmt: skip
TEMPLATES = (
    # name, run type, templating kit, of the vendor
    ("Ion AmpliSeq for hotspots", "AMPS", "Ion Chef S530 V2", True),
    ("Whole transcriptome", "RNA", "Ion Chef S550 V1", True),
    ("Cell-free DNA by tags", "TAG_SEQUENCING", "Ion Chef S530 V2", True),
    ("Our hotspot panel", "AMPS", "Ion Chef S530 V2", False),
)
WRITTEN = datetime.fromisoformat("2025-11-05T08:00:00.120+00:00")


def _names(runs: Runs) -> list[str]:
    """Return the samples, those of runs first, in the order of the runs, then those that wait for one."""
    sequenced = [name for run in runs for name in run.samples]
    waiting = [name for _, _, members in SETS for name, *_ in members] if runs else []
    return list(dict.fromkeys([*sequenced, *waiting]))


def samples(runs: Runs) -> list[Record]:
    """Return records of ``sample``."""
    sets = {name: uri("sampleset", number) for number, (_, _, members) in enumerate(SETS, 1) for name, *_ in members}
    found = []
    for number, name in enumerate(_names(runs), 1):
        of = [uri("experiment", run.id) for run in runs if name in run.samples]
        own = {
            "name": name.replace(" ", "_"), "displayedName": name, "externalId": f"LAB-{number:04d}",
            "status": "run" if of else "created", "date": stamp(WRITTEN + timedelta(hours=number)), "description": None,
            "experiments": of, "sampleSets": [sets[name]] if name in sets else [],
        }  # fmt: skip
        found.append(row("sample", number, **_but_for("sample", own)))
    return found


def sample_sets(runs: Runs) -> list[Record]:
    """Return records of ``sampleset``."""
    items = sample_set_items(runs)
    found = []
    for number, (name, group, members) in enumerate(SETS if runs else (), 1):
        links = [uri("samplesetitem", each["id"]) for each in items if each["sampleSetPk"] == number]
        at = stamp(WRITTEN + timedelta(days=number))
        own = {
            "displayedName": name, "sampleGroupTypeName": group, "status": "created", "sampleCount": len(members),
            "creationDate": at, "lastModifiedDate": at, "samples": links, "description": "",
        }  # fmt: skip
        found.append(row("sampleset", number, **_but_for("sampleset", own)))
    return found


def sample_set_items(runs: Runs) -> list[Record]:
    """Return records of ``samplesetiteminfo``: samples as they stand in sets."""
    numbers = {name: number for number, name in enumerate(_names(runs), 1)}
    members = [(number, each) for number, (_, _, all_) in enumerate(SETS, 1) for each in reversed(all_)]
    found = []
    for item, (number, (name, role, barcode, gender)) in enumerate(members if runs else (), 1):
        at = stamp(WRITTEN + timedelta(days=number))
        own = {
            "sample": uri("sample", numbers[name]), "samplePk": numbers[name], "sampleDisplayedName": name,
            "sampleExternalId": f"LAB-{numbers[name]:04d}", "sampleSet": uri("sampleset", number),
            "sampleSetPk": number, "sampleSetStatus": "created", "dnabarcode": barcode,
            "dnabarcodeKit": barcode.rpartition("_")[0], "nucleotideType": "dna", "gender": gender,
            "relationshipRole": role, "relationshipGroup": number, "creationDate": at, "lastModifiedDate": at,
        }  # fmt: skip
        found.append(row("samplesetiteminfo", item, **_but_for("samplesetiteminfo", own)))
    return found


def bare_items(runs: Runs) -> list[Record]:
    """Return records of ``samplesetitem``, to which sets link."""
    kept = ("sample", "sampleSet")
    return [row("samplesetitem", each["id"], **{name: each[name] for name in kept}) for each in sample_set_items(runs)]


def projects(runs: Runs) -> list[Record]:
    """Return records of ``project``."""
    counts = [sum(len(run.reports) for run in runs if project_of(run) == number) for number in (1, 2)]
    return [
        row(
            "project", number, name=name, creator=uri("user", 1), public=True, resultsCount=counts[number - 1],
            created="2025-06-02T08:00:00.000120+00:00", modified="2025-12-20T08:00:00.000120+00:00",
        )
        for number, name in enumerate(PROJECTS, 1)
    ]  # fmt: skip


def templates() -> list[Record]:
    """Return records of ``plantemplatesummary``."""
    found = []
    for number, (name, run_type, kit, vendors) in enumerate(TEMPLATES, 501):
        own = {
            "planDisplayedName": name, "planName": name.replace(" ", "_"), "runType": run_type, "isSystem": vendors,
            "templatingKitName": kit, "isReusable": True, "planStatus": "planned", "isFavorite": not vendors,
            "date": stamp(WRITTEN), "libraryReadLength": 200, "planShortID": f"T{number:04d}", "metaData": {},
            "runMode": "single", "storage_options": "A", "usePreBeadfind": True,
        }  # fmt: skip
        found.append(row("plantemplatesummary", number, **_but_for("plantemplatesummary", own)))
    return found


def events(runs: Runs) -> list[Record]:
    """Return records of ``eventlog``, in the order of what happened."""
    found = sorted(runs, key=lambda run: run.at)
    return [
        row(
            "eventlog", number, object_pk=run.id, username="ionadmin", created=planned(run)["date"],
            text=f"Created Planned Run: {run.name} ({run.id})",
        )
        for number, run in enumerate(found, 1)
    ]  # fmt: skip


def _but_for(resource: str, own: dict[str, Any]) -> Record:
    """Return the fields of a resource, empty but for some."""
    return {name: value for name, value in {**blank(resource), **own}.items() if name not in ("id", "resource_uri")}
