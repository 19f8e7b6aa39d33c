"""Planned runs: the same rules as the real server's, and its answers."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bionb.platforms.torrentsuite.sandbox.reagents import arguments
from bionb.platforms.torrentsuite.sandbox.review import fail_if
from bionb.platforms.torrentsuite.sandbox.runs import Run
from bionb.platforms.torrentsuite.sandbox.runs.times import stamp
from bionb.platforms.torrentsuite.sandbox.samples import reviewed
from bionb.platforms.torrentsuite.sandbox.store import Record, Store, row, uri, words, written
from bionb.sandbox.store import FrozenClock, Identifiers

# What a new plan holds when nothing else is said.
BLANK: dict[str, Any] = {
    **dict.fromkeys( words(
        "adapter applicationGroup autoName barcodeId bedfile chipTecDfltAmbient chipTecMinThreshold chipTecSlope "
        "controlSequencekitname cycles forward3primeadapter libkit manTecDfltAmbient manTecMinThreshold manTecSlope "
        "mixedTypeRNA_hotSpotRegionBedFile mixedTypeRNA_reference mixedTypeRNA_targetRegionBedFile notes "
        "pairedEndLibraryAdapterName parentPlan planExecutedDate planPGM regionfile reverse_primer runname "
        "sampleGrouping samplePrepKitName sampleTubeLabel seqKitBarcode storageHost templatingKitBarcode "
        "username")
    ),
    **dict.fromkeys( words(
        "applicationCategoryDisplayedName applicationGroupDisplayedName categories chipBarcode endBarcodeKitName "
        "expName flowsInOrder irworkflow libraryPool libraryPrepType libraryPrepTypeDisplayedName librarykitname "
        "library platform project reverse3primeadapter reverselibrarykey runMode sample sampleDisplayedName "
        "sampleGroupingName samplePrepProtocol sampleSetDisplayedName sequencekitname sseBedFile variantfrequency "
        "chipType templatingKitName"),
        "",
    ),
    **dict.fromkeys( words(
        "custom_args earlyDatFileDeletion isCustom_kitSettings isDuplicateReads isFavorite isPlanGroup isReusable "
        "isReverseRun isSystem isSystemDefault planExecuted realign usePostBeadfind"),
        False,
    ),
    "autoAnalyze": True, "barcodedSamples": {}, "base_recalibration_mode": "standard_recal", "chefInfo": {},
    "childPlans": [], "flows": 0, "libraryKey": "TCAG", "libraryReadLength": 0, "metaData": {}, "preAnalysis": True,
    "projects": [], "qcValues": [], "runType": "GENS", "sampleSets": [], "selectedPlugins": {},
    "storage_options": "A", "tfKey": "ATCG", "usePreBeadfind": True,
}  # fmt: skip
# What an answer to a new plan repeats, beyond what the plan then holds.
ECHOED = {"library": "reference", "librarykitname": "libraryKitName", "barcodeId": "barcodeKitName"}


# Fields of a plan that belong to its run: they survive when a plan is overwritten by one that does not tell them.
OF_THE_RUN = words(
    "autoAnalyze chipType flows notes sequencekitname platform chipBarcode flowsInOrder barcodedSamples barcodeId "
    "endBarcodeKitName bedfile regionfile libraryKey tfKey forward3primeadapter library selectedPlugins librarykitname "
    "isDuplicateReads base_recalibration_mode realign sseBedFile sample sampleDisplayedName experiment"
)


class Plans:
    """Takes plans in, and refuses those that break a rule.

    Parameters
    ----------
    store : Store
        The sandbox's tables.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._clock, self._ids = store, FrozenClock(), Identifiers("torrentsuite")

    def create(self, body: Record) -> tuple[int, Record]:
        """Return the status and body of the answer to a new plan; one with an identifier overwrites that plan."""
        old = self._store.table("plannedexperiment").get(str(body.get("id") or ""))
        fail_if(bool(body.get("id")) and old is None)
        review = reviewed(self._store, body, new=old is None)
        if review.errors:
            return 400, {"error": review.errors}
        plan = self._made(review.plan, old)
        self._store.add("plannedexperiment", plan)
        self._keep(plan, body)
        if body.get("project"):
            review.warnings["project"] = ["A project that was not there was made."]
        echo = {shown: review.plan[name] for name, shown in ECHOED.items() if review.plan.get(name)}
        # Only a run that is made with its plan has its flows as text.
        flows = {"flows": str(body.get("flows") or 0)} if old is None else {}
        return 201, {**plan, **echo, **flows, **({"Warnings": review.warnings} if review.warnings else {})}

    def change(self, plan: Record, body: Record) -> tuple[int, Record]:
        """Return the status and body of the answer to a change, for which the whole plan is looked at again."""
        review = reviewed(self._store, {**plan, **body}, new=False)
        if review.errors:
            return 400, {"error": review.errors}
        before = list(plan["projects"])
        plan |= {name: review.plan[name] for name in body if (name in BLANK or name in plan) and name not in _KEPT}
        plan |= {"flows": int(review.plan["flows"]), "date": stamp(self._clock.tick())}
        plan |= {"planStatus": str(body["planStatus"]).lower()} if "planStatus" in body else {}
        self._keep(plan, body)
        # The answer repeats the flows as they were sent, and the projects of before.
        return 202, {**plan, "projects": before, **({"flows": body["flows"]} if "flows" in body else {})}

    def delete(self, plan: Record) -> None:
        """Remove a plan."""
        del self._store.table("plannedexperiment")[str(plan["id"])]

    def _made(self, body: Mapping[str, Any], old: Record | None) -> Record:
        number = old["id"] if old else self._store.next_id("plannedexperiment")
        name = str(body.get("planName") or (old or {}).get("planName", ""))
        given = {key: value for key, value in body.items() if key in BLANK and value is not None}
        kept = {key: old[key] for key in OF_THE_RUN} if old else {}
        kit = {"name": body.get("templatingKitName"), "kitType": "IonChefPrepKit"}
        chef = any(kit.items() <= each.items() for each in self._store.records("kitinfo"))
        status = str(body.get("planStatus") or ("pending" if chef else "planned"))
        made: dict[str, Any] = {
            **BLANK, **arguments(str(body.get("chipType", ""))), "experiment": uri("experiment", number), **kept,
            **given,
            "planName": name.replace("  ", " ").replace(" ", "_"), "planDisplayedName": name,
            "planGUID": body.get("planGUID") or self._ids.uuid("plan"),
            "planShortID": body.get("planShortID") or _short(number), "planStatus": status.lower(),
            "flows": int(body.get("flows") or kept.get("flows") or 0), "origin": "api|5.18.1",
            "date": stamp(self._clock.tick()), "projects": [], "qcValues": [],
            **({"sampleDisplayedName": body["sample"]} if body.get("sample") else {}),
        }  # fmt: skip
        made["barcodedSamples"] = made["barcodedSamples"] or {}
        return row("plannedexperiment", number, **made)

    def _keep(self, plan: Record, body: Record) -> None:
        """Keep what belongs to other tables: thresholds, projects, and what a plan shares with its run."""
        self._set_thresholds(plan, body)
        self._add_projects(plan, body)
        shared = {"chipType": plan["chipType"], "notes": plan["notes"], "status": plan["planStatus"]}
        number = str(plan["id"])
        self._store.table("experiment").get(number, {}).update(shared, flows=plan["flows"])
        self._store.table("compositeexperiment").get(number, {}).update(shared, notes=plan["notes"] or "")

    def _add_projects(self, plan: Record, body: Record) -> None:
        """Add to the projects of a plan, and make those that are not there; none is ever taken away."""
        for value in (body.get("projects"), body.get("project")):
            for name in value.split(",") if isinstance(value, str) else value or ():
                project = "_".join(str(name).split())
                if project and project not in plan["projects"]:
                    plan["projects"] = [*plan["projects"], project]
                    self._make_project(project)
        plan["project"] = plan["projects"][0] if plan["projects"] else ""

    def _make_project(self, name: str) -> None:
        if any(each["name"] == name for each in self._store.records("project")):
            return
        number, now = self._store.next_id("project"), stamp(self._clock.now())
        made = {"name": name, "creator": uri("user", 1), "public": True, "resultsCount": 0, "created": now}
        self._store.add("project", row("project", number, **made, modified=now))

    def _set_thresholds(self, plan: Record, body: Record) -> None:
        """Keep quality thresholds, which are given by their names."""
        for kind in self._store.records("qctype"):
            if value := body.get(kind["qcName"]):
                fail_if(isinstance(value, bool | dict | list) or not str(value).isdigit())
                others = (each for each in plan["qcValues"] if each["qcType"]["id"] != kind["id"])
                plan["qcValues"] = [*others, threshold(plan["id"], kind, int(value))]


_KEPT = ("id", "projects", "project", "qcValues", "planStatus", "flows")


def threshold(plan: int, kind: Record, least: int) -> Record:
    """Return a quality threshold of a plan."""
    number = 3 * plan + kind["id"]
    return {"id": number, "threshold": least, "resource_uri": uri("plannedexperimentqc", number),
            "plannedExperiment": uri("plannedexperiment", plan), "qcType": dict(kind)}  # fmt: skip


def planned(run: Run) -> Record:
    """Return the plan of a run that was made, with its quality thresholds."""
    own = {
        "planName": run.name, "planDisplayedName": run.shown,
        "planGUID": Identifiers("torrentsuite").uuid("plan", run.name),
        "planShortID": _short(run.id), "planStatus": "run", "planExecuted": True, "planExecutedDate": stamp(run.at),
        "chipType": run.chip, "flows": 500, "runType": run.run_type, "library": run.reference,
        "barcodeId": run.barcodes, "origin": "gui|5.18.1", "date": stamp(run.at - timedelta(days=1)),
        "experiment": uri("experiment", run.id),
        "qcValues": [threshold(run.id, kind, 30) for kind in written("qctype")],
        "sequencekitname": "Ion S5 Sequencing Kit",
    }  # fmt: skip
    return row("plannedexperiment", run.id, **{**BLANK, **arguments(run.chip), **own})


def _short(number: int) -> str:
    return "".join(random.Random(number).choices(string.ascii_uppercase + string.digits, k=5))
