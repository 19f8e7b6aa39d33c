"""Planned runs: the same rules as the real server's, and its answers."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bionb.platforms.torrentsuite.plan_rules import Finding, Known, barcoded, filled, findings
from bionb.platforms.torrentsuite.sandbox.composite import stamp
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
        """Return the status and body of the answer to a new plan."""
        if not isinstance(body, dict) or isinstance(body.get("flows"), float):
            raise Refused(500)
        found = findings(body, self._known(body))
        if errors := [each for each in found if each.level == "error"]:
            return 400, {"error": nested(errors)}
        with self._store.lock:
            plan = self._store.add("plannedexperiment", self._made(body))
        warnings = nested([each for each in found if each.level == "warning"])
        echo = {shown: body[name] for name, shown in ECHOED.items() if filled(body.get(name))}
        extra = {"flows": str(body.get("flows") or 0), **({"Warnings": warnings} if warnings else {})}
        return 201, {**plan, **echo, **extra}

    def change(self, plan: Record, body: Any) -> tuple[int, Record]:
        """Return the status and body of the answer to a change; without flows it is refused when the plan has none."""
        if not isinstance(body, dict) or isinstance(body.get("flows"), float):
            raise Refused(500)
        flows = body.get("flows", plan["flows"]) or 0
        if not int(flows) > 0:
            return 400, {"error": {"flows": ["the number of flows must be positive; send it along."]}}
        merged = {**plan, **body, "flows": flows}
        if errors := [each for each in findings(merged, self._known(merged)) if each.level == "error"]:
            return 400, {"error": nested(errors)}
        with self._store.lock:
            known = {name: value for name, value in body.items() if name in BLANK or name in plan}
            plan.update(known, flows=int(flows))
            if "planStatus" in body:
                plan["planStatus"] = str(body["planStatus"]).lower()
            plan["date"] = stamp(self._clock.tick())
        return 202, plan

    def _made(self, body: Mapping[str, Any]) -> Record:
        number = self._store.next_id("plannedexperiment")
        name = str(body["planName"])
        given = {key: value for key, value in body.items() if key in BLANK and value is not None}
        kit = self._known(body).kit(str(body.get("templatingKitName", ""))) or {}
        status = str(body.get("planStatus") or ("pending" if kit.get("kitType") == "IonChefPrepKit" else "planned"))
        samples = barcoded(body) or {}
        return row(
            "plannedexperiment", number,
            **{
                **BLANK, **arguments(str(body.get("chipType", ""))), **given, "barcodedSamples": samples,
                "planName": name.replace("  ", " ").replace(" ", "_"), "planDisplayedName": name,
                "planGUID": self._ids.uuid("plan"), "planShortID": _short(number), "planStatus": status.lower(),
                "flows": int(body.get("flows") or 0), "origin": "api|5.18.1", "date": stamp(self._clock.tick()),
                "experiment": uri("experiment", number), "sampleDisplayedName": body.get("sample", ""),
            },
        )  # fmt: skip

    def _known(self, body: Mapping[str, Any]) -> Known:
        tables = {name: list(self._store.table(name).values()) for name in _LOOKED_AT}
        kit = str(body.get("barcodeId") or "")
        return Known(
            tables["chip"],
            tables["kitinfo"],
            tables["referencegenome"],
            {kit: {each["id_str"] for each in tables["dnabarcode"] if each["name"] == kit}},
            {each[key] for each in tables["content"] for key in ("name", "path", "file")},
            {each["sequence"] for each in tables["librarykey"]},
        )


_LOOKED_AT = ("chip", "kitinfo", "referencegenome", "dnabarcode", "content", "librarykey")


def nested(found: list[Finding]) -> dict[str, Any]:
    """Return findings in the server's shape: lists by field, and samples and barcodes nested in lists of one."""
    answer: dict[str, Any] = {}
    for each in found:
        field, *rest = (each.key, *each.path[1:]) if each.key else each.path
        if not rest:
            answer[field] = each.message if each.alone else [*answer.get(field, []), each.message]
            continue
        samples = answer.setdefault(field, [])
        entry = next((one for one in samples if rest[0] in one), None)
        if len(rest) == 1:
            samples.append({rest[0]: each.message})
        elif entry is None:
            samples.append({rest[0]: [{rest[1]: [each.message]}]})
        else:
            same = next((one for one in entry[rest[0]] if rest[1] in one), None)
            if same is None:
                entry[rest[0]].append({rest[1]: [each.message]})
            else:
                same[rest[1]].append(each.message)
    return answer


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
