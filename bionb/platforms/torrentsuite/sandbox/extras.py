"""Filters that no schema tells, and resources with manners of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bionb.platforms.torrentsuite.sandbox import query
from bionb.platforms.torrentsuite.sandbox.store import Record, Store

PER_HOST = 100
DOWN = "The runs of one server could not be fetched."
CLASSES = ("Completed", "Error", "Progress", "Other")
# What asking for the schema of a resource is answered with, where there is none to be had.
SCHEMAS = {"account": 401, "getsoftwareinfo": 500, "prepopulatedplanningsession": 500}
# What asking for the list is answered with.
LISTS = {"ionreporter": 400}

Keep = Callable[[Store, Record, str], bool]


def mesh(runs: list[Record], pairs: query.Pairs, down: bool) -> dict[str, Any]:
    """Return a page of all neighbouring servers: at most 100 runs of each, newest start first, with warnings."""
    chosen, warnings = sorted(runs, key=lambda each: each["date"], reverse=True), [DOWN] if down else []
    if len(chosen) > PER_HOST:
        chosen = chosen[:PER_HOST]
        warnings.append(f"This server has more runs than can be shown; none from before {chosen[-1]['date'][:10]} is.")
    meta, objects = query.page([] if down else chosen, pairs, 20, "/rundb/api/mesh/v1/compositeexperiment/")
    return {"meta": meta, "objects": objects, "warnings": warnings}


def kept(store: Store, resource: str, records: list[Record], asked: dict[str, str]) -> list[Record]:
    """Return the records that match the filters which no schema tells."""
    for name, keep in EXTRAS.get(resource, {}).items():
        if name in asked:
            records = [each for each in records if keep(store, each, asked[name])]
    status = asked.get("result_status")
    if resource != "compositeexperiment" or status not in CLASSES:
        return records
    # Runs come without their reports of another class; a class that nobody knows leaves all there.
    return [
        {**run, "results": [each for each in run["results"] if each["status_display"] == status]} for run in records
    ]


def _has_class(store: Store, run: Record, status: str) -> bool:
    return status not in CLASSES or any(each["status_display"] == status for each in run["results"])


def _has_text(store: Store, run: Record, text: str) -> bool:
    shown = " ".join([run["expName"], run["notes"] or "", *(each["resultsName"] for each in run["results"])]).lower()
    return any(word.strip().lower() in shown for word in text.split(" OR "))


def _within(store: Store, run: Record, text: str) -> bool:
    """Tell whether a run or one of its reports is of this time; a span that can't be read is passed over."""
    try:
        first, last = (datetime.strptime(each, "%m/%d/%Y %H:%M").isoformat() for each in text.split(","))
    except ValueError:
        return True
    return any(first <= at[:19] <= last for at in [run["date"], *(each["timeStamp"] for each in run["results"])])


def _has_sample(store: Store, run: Record, text: str) -> bool:
    experiment = store.table("experiment").get(str(run["id"]), {})
    return bool({run["sample"], experiment.get("sample")} & {each for each in text.split(",") if each})


def _has_plugin(store: Store, run: Record, text: str) -> bool:
    reports = {f"/{each['id']}/" for each in run["results"]}
    return any(
        each["pluginName"] in text.split(",") and any(each["result"].endswith(report) for report in reports)
        for each in store.records("pluginresult")
    )


def _prepared_on(store: Store, run: Record, machine: str) -> bool:
    kit = store.table("plannedexperiment").get(str(run["id"]), {}).get("templatingKitName")
    return any(
        each["name"] == kit and each["samplePrep_instrumentType"] == machine for each in store.records("kitinfo")
    )


def _is_called(store: Store, plan: Record, text: str) -> bool:
    names = (plan["planName"], plan["planDisplayedName"], plan["planShortID"])
    return any(text.lower() in str(each).lower() for each in names)


def _is_for(store: Store, plan: Record, platform: str) -> bool:
    return str(plan["platform"] or "").lower() in ("", platform.lower())


EXTRAS: dict[str, dict[str, Keep]] = {
    "results": {"isThumbnail": lambda store, report, wanted: ("thumb" in report["metaData"]) == (wanted == "yes")},
    "compositeexperiment": {
        "all_text": _has_text,
        "all_date": _within,
        "result_status": _has_class,
        "samples__name__in": _has_sample,
        "plugins__name__in": _has_plugin,
        "sample_prep": _prepared_on,
    },
    "plannedexperiment": {
        "name_or_id": _is_called,
        "name_or_id__icontains": _is_called,
        "platform": _is_for,
        "instrument": _is_for,
        "chipBarcode": lambda store, plan, barcode: bool(plan["chipBarcode"] == barcode),
        "combinedLibraryTubeLabel": lambda store, plan, label: False,  # no plan here is of a set of samples
    },
}
