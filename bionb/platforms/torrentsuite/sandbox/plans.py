"""Planned runs: the same rules as the real server's, and its answers."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bionb.platforms.torrentsuite.sandbox.composite import stamp
from bionb.platforms.torrentsuite.sandbox.plan_review_samples import reviewed
from bionb.platforms.torrentsuite.sandbox.query import Refused
from bionb.platforms.torrentsuite.sandbox.reagents import arguments
from bionb.platforms.torrentsuite.sandbox.runs import Run
from bionb.platforms.torrentsuite.sandbox.store import Record, Store, row, uri, words
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
QC = ("Bead Loading (%)", "Key Signal (1-100)", "Usable Sequence (%)")
THRESHOLDS = (30, 30, 30)
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

    def create(self, body: Any) -> tuple[int, Record]:
        """Return the status and body of the answer to a new plan; one with an identifier overwrites that plan."""
        if not isinstance(body, dict):
            raise Refused(500)
        old = self._store.table("plannedexperiment").get(str(body.get("id") or ""))
        if body.get("id") and old is None:
            raise Refused(500)
        review = reviewed(self._store, body, new=old is None)
        if review.errors:
            return 400, {"error": review.errors}
        with self._store.lock:
            plan = self._made(review.plan, old)
            self._add_projects(plan, body)
            self._store.add("plannedexperiment", plan)
            self._show_in_run(plan)
        if body.get("project"):
            review.warnings["project"] = ["A project that was not there was made."]
        echo = {shown: review.plan[name] for name, shown in ECHOED.items() if review.plan.get(name)}
        # Only a run that is made with its plan has its flows as text.
        flows = {"flows": str(body.get("flows") or 0)} if old is None else {}
        extra = {**flows, **({"Warnings": review.warnings} if review.warnings else {})}
        return 201, {**plan, **echo, **extra}

    def change(self, plan: Record, body: Any) -> tuple[int, Record]:
        """Return the status and body of the answer to a change, for which the whole plan is looked at again."""
        if not isinstance(body, dict):
            raise Refused(500)
        if "flows" in body and body["flows"] is None:
            raise Refused(500)
        review = reviewed(self._store, {**plan, **body}, new=False)
        if review.errors:
            return 400, {"error": review.errors}
        before = list(plan["projects"])
        with self._store.lock:
            known = {name: review.plan[name] for name in body if (name in BLANK or name in plan) and name not in _KEPT}
            plan.update(known, flows=int(review.plan["flows"]), date=stamp(self._clock.tick()))
            if "planStatus" in body:
                plan["planStatus"] = str(body["planStatus"]).lower()
            self._add_projects(plan, body)
            self._set_thresholds(plan, body)
            self._show_in_run(plan)
        # The answer repeats the flows as they were sent, and the projects of before.
        return 202, {**plan, "projects": before, **({"flows": body["flows"]} if "flows" in body else {})}

    def delete(self, plan: Record) -> None:
        """Remove a plan."""
        with self._store.lock:
            self._store.table("plannedexperiment").pop(str(plan["id"]), None)

    def _made(self, body: Mapping[str, Any], old: Record | None) -> Record:
        number = old["id"] if old else self._store.next_id("plannedexperiment")
        name = str(body.get("planName") or (old or {}).get("planName", ""))
        given = {key: value for key, value in body.items() if key in BLANK and value is not None}
        kept = {key: old[key] for key in OF_THE_RUN} if old else {}
        kits = self._store.table("kitinfo").values()
        chef = {each["name"] for each in kits if each["kitType"] == "IonChefPrepKit"}
        status = str(body.get("planStatus") or ("pending" if body.get("templatingKitName") in chef else "planned"))
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
        plan = row("plannedexperiment", number, **made)
        self._set_thresholds(plan, body)
        return plan

    def _add_projects(self, plan: Record, body: Mapping[str, Any]) -> None:
        """Add to the projects of a plan, and make those that are not there; none is ever taken away."""
        for value in (body.get("projects"), body.get("project")):
            for name in value.split(",") if isinstance(value, str) else value or ():
                project = "_".join(str(name).split())
                if project and project not in plan["projects"]:
                    plan["projects"] = [*plan["projects"], project]
                    self._make_project(project)
        plan["project"] = plan["projects"][0] if plan["projects"] else ""

    def _make_project(self, name: str) -> None:
        if all(each["name"] != name for each in self._store.table("project").values()):
            number, now = self._store.next_id("project"), stamp(self._clock.now())
            made = row("project", number, name=name, creator=uri("user", 1), public=True, resultsCount=0, created=now,
                       modified=now)  # fmt: skip
            self._store.add("project", made)

    def _set_thresholds(self, plan: Record, body: Mapping[str, Any]) -> None:
        """Keep quality thresholds, which are given by their names."""
        for kind in self._store.table("qctype").values():
            value = body.get(kind["qcName"])
            if not value:
                continue
            if isinstance(value, bool | dict | list) or not str(value).isdigit():
                raise Refused(500)
            number = 3 * plan["id"] + kind["id"]
            made = {"id": number, "threshold": int(value), "plannedExperiment": plan["resource_uri"],
                    "qcType": dict(kind), "resource_uri": uri("plannedexperimentqc", number)}  # fmt: skip
            plan["qcValues"] = [*(each for each in plan["qcValues"] if each["qcType"]["id"] != kind["id"]), made]

    def _show_in_run(self, plan: Record) -> None:
        """Change the run of a plan that has run: it shares its chip, notes and flows, and its status."""
        run = self._store.table("experiment").get(str(plan["id"]))
        if run is not None:
            run.update({name: plan[name] for name in ("chipType", "notes", "flows")}, status=plan["planStatus"])
        shown = self._store.table("compositeexperiment").get(str(plan["id"]))
        if shown is not None:
            shown.update(chipType=plan["chipType"], notes=plan["notes"] or "", status=plan["planStatus"])


_KEPT = ("id", "projects", "project", "qcValues", "planStatus", "flows")


def planned(run: Run) -> Record:
    """Return the plan of a run that was made, with its quality thresholds."""
    thresholds = [
        {"id": 3 * run.id + number, "threshold": least, "resource_uri": uri("plannedexperimentqc", 3 * run.id + number),
         "plannedExperiment": uri("plannedexperiment", run.id),
         "qcType": row("qctype", number, qcName=name, minThreshold=0, maxThreshold=100, defaultThreshold=30,
                       description="")}
        for number, (name, least) in enumerate(zip(QC, THRESHOLDS, strict=True), 1)
    ]  # fmt: skip
    return row(
        "plannedexperiment", run.id,
        **{
            **BLANK, **arguments(run.chip), "planName": run.name, "planDisplayedName": run.shown,
            "planGUID": Identifiers("torrentsuite").uuid("plan", run.name), "planShortID": _short(run.id),
            "planStatus": "run", "planExecuted": True, "planExecutedDate": stamp(run.at), "chipType": run.chip,
            "flows": 500, "runType": run.run_type, "library": run.reference, "barcodeId": run.barcodes,
            "origin": "gui|5.18.1", "date": stamp(run.at - timedelta(days=1)),
            "experiment": uri("experiment", run.id), "qcValues": thresholds,
            "sequencekitname": "Ion S5 Sequencing Kit",
        },
    )  # fmt: skip


def _short(number: int) -> str:
    return "".join(random.Random(number).choices(string.ascii_uppercase + string.digits, k=5))
