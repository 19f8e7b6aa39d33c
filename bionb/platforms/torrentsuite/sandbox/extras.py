"""Filters that no schema tells, and resources with manners of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bionb.platforms.torrentsuite.sandbox.store import Record, Store

CLASSES = ("Completed", "Error", "Progress", "Other")
# What asking for the schema of a resource is answered with, where there is none to be had.
SCHEMAS = {"account": 401, "getsoftwareinfo": 500, "prepopulatedplanningsession": 500}
# What asking for the list is answered with.
LISTS = {"ionreporter": 400}

Keep = Callable[[Store, Record, str], bool]


def kept(store: Store, resource: str, records: list[Record], asked: dict[str, str]) -> list[Record]:
    """Return the records that match the filters which no schema tells."""
    for name, keep in EXTRAS.get(resource, {}).items():
        if name in asked:
            records = [each for each in records if keep(store, each, asked[name])]
    status = asked.get("result_status")
    if resource == "compositeexperiment" and status in CLASSES:
        records = [_with_class(each, status) for each in records]
    return records


def _with_class(run: Record, status: str) -> Record:
    """Return a run without the reports of another class; a class that nobody knows leaves all there."""
    return {**run, "results": [each for each in run["results"] if each["status_display"] == status]}


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
        for each in store.table("pluginresult").values()
    )


def _prepared_on(store: Store, run: Record, machine: str) -> bool:
    kit = _plan(store, run).get("templatingKitName")
    kits = store.table("kitinfo").values()
    return any(each["name"] == kit and each["samplePrep_instrumentType"] == machine for each in kits)


def _plan(store: Store, run: Record) -> Record:
    return store.table("plannedexperiment").get(str(run["id"]), {})


def _is_called(store: Store, plan: Record, text: str) -> bool:
    names = (plan["planName"], plan["planDisplayedName"], plan["planShortID"])
    return any(text.lower() in str(each).lower() for each in names)


def _is_for(store: Store, plan: Record, platform: str) -> bool:
    return str(plan["platform"] or "").lower() in ("", platform.lower())


def _has_chip(store: Store, plan: Record, barcode: str) -> bool:
    return bool(plan["chipBarcode"] == barcode)


def _has_tube(store: Store, plan: Record, label: str) -> bool:
    """No plan of the sandbox is of a set of samples, which would have such a label."""
    return False


def _is_thumbnail(store: Store, report: Record, wanted: str) -> bool:
    return ("thumb" in report["metaData"]) == (wanted == "yes")


EXTRAS: dict[str, dict[str, Keep]] = {
    "results": {"isThumbnail": _is_thumbnail},
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
        "chipBarcode": _has_chip,
        "combinedLibraryTubeLabel": _has_tube,
    },
}
# Where a link of a record leads, if its name does not say so.
LEADS: dict[str, str] = {
    "eas": "experimentanalysissettings", "report": "results", "result": "results", "plan": "plannedexperiment",
    "eas_set": "experimentanalysissettings", "plannedExperiment": "plannedexperiment", "owner": "user",
    "creator": "user", "pluginresults": "pluginresult", "plugin_result_jobs": "PluginResultJob",
    "qcValues": "plannedexperimentqc", "qcType": "qctype", "projects": "project", "samples": "sample",
    "sampleSets": "sampleset", "applicationGroups": "applicationgroup", "applicationGroup": "applicationgroup",
}  # fmt: skip


def target(resource: str, field: str, names: Any) -> str | None:
    """Return the resource to which a link leads, None if it cannot be told."""
    if resource == "compositeexperiment" and field == "results":
        return "compositeresult"
    return LEADS.get(field, field if field in names else None)
