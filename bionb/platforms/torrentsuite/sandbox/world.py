"""All tables of the sandbox, made from runs and reagents when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from bionb.platforms.torrentsuite.sandbox import composite, metrics, reagents
from bionb.platforms.torrentsuite.sandbox.plans import planned
from bionb.platforms.torrentsuite.sandbox.runs import Report, Run, documented, more
from bionb.platforms.torrentsuite.sandbox.store import Record, Store, row, uri

SIZES = {"default": 60, "busy": 1500, "empty": 0}
VERSION = "5.18.1"
FRAGMENTS = (("TF_1", 150, 0.24), ("TF_C", 95, 0.66))


def world(state: str) -> Store:
    """Return the tables of a named state."""
    known = documented() if state != "empty" else []
    runs = cache(lambda: sorted([*more(SIZES[state]), *known], key=lambda each: each.id))
    pairs = cache(
        lambda: sorted(((run, report) for run in runs() for report in run.reports), key=lambda each: each[1].id)
    )

    def made(make: Callable[[Run, Report], Iterator[Record]]) -> Callable[[], list[Record]]:
        return lambda: [record for run, report in pairs() for record in make(run, report)]

    return Store(
        {
            "chip": reagents.chips,
            "kitinfo": reagents.kits,
            "dnabarcode": reagents.barcodes,
            "referencegenome": reagents.references,
            "content": reagents.contents,
            "runtype": reagents.run_types,
            "applicationgroup": reagents.application_groups,
            "qctype": reagents.qc_types,
            "common_cv": reagents.protocols,
            "samplegrouptype_cv": reagents.groupings,
            "sampleannotation_cv": reagents.control_types,
            "floworder": reagents.flow_orders,
            "librarykey": _library_keys,
            "user": _users,
            "ionmeshnode": _neighbours,
            "PluginResultJob": made(_plugin_jobs),
            "rig": _rigs,
            "project": _projects,
            "torrentsuite": _versions,
            "compositeexperiment": lambda: [composite.run_record(run) for run in runs()],
            "compositeresult": made(lambda run, report: iter([composite.report_record(run, report)])),
            "experimentanalysissettings": lambda: [composite.settings(run) for run in runs()],
            "plugin": lambda: composite.plugins(composite.PLUGIN_NAMES),
            "experiment": lambda: [composite.experiment(run) for run in runs()],
            "plannedexperiment": lambda: [planned(run) for run in runs()],
            "results": made(lambda run, report: iter([composite.result(run, report)])),
            "libmetrics": made(lambda run, report: _metrics("libmetrics", report, metrics.library)),
            "analysismetrics": made(lambda run, report: _metrics("analysismetrics", report, metrics.analysis)),
            "qualitymetrics": made(lambda run, report: _metrics("qualitymetrics", report, metrics.quality)),
            "tfmetrics": made(_fragments),
            "pluginresult": made(composite.plugin_results),
            "barcode summaries": made(composite.barcode_summary),
        }
    )


def _metrics(table: str, report: Report, fields: Callable[[metrics.Figures], dict[str, Any]]) -> Iterator[Record]:
    if report.figures is not None:
        yield row(table, report.id, report=uri("results", report.id), **fields(report.figures))


def _fragments(run: Run, report: Report) -> Iterator[Record]:
    if report.figures is not None:
        for number, (name, length, share) in enumerate(FRAGMENTS, 1):
            fields = metrics.fragment(report.figures, name, length, share)
            yield row("tfmetrics", 10 * report.id + number, report=uri("results", report.id), **fields)


def _library_keys() -> list[Record]:
    known = (("Ion TCAG", "TCAG"), ("Ion Tag", "TCAGG"))
    return [
        row("librarykey", number, name=name, sequence=key, direction="Forward", description="", runMode="single",
            isDefault=number == 1)
        for number, (name, key) in enumerate(known, 1)
    ]  # fmt: skip


def _users() -> list[Record]:
    return [
        row("user", number, username=name, first_name="", last_name="", full_name="", email="", is_active=True,
            date_joined="2025-01-07T08:00:00.000120+00:00", last_login="2026-01-05T08:00:00.000120+00:00",
            profile={"id": number, "name": "", "note": "", "phone_number": "", "title": "user", "resource_uri": ""})
        for number, name in enumerate(("ionadmin", "student"), 1)
    ]  # fmt: skip


def _neighbours() -> list[Record]:
    """Return the other server of the mesh; its keys are shown in clear, as the real one shows them."""
    return [
        row("ionmeshnode", 1, name="Neighbour", hostname="neighbour.example.org", active=True, system_id="SANDBOX-2",
            apikey_local="sandbox-mesh-local", apikey_remote="sandbox-mesh-remote")
    ]  # fmt: skip


def _plugin_jobs(run: Run, report: Report) -> Iterator[Record]:
    for each in composite.plugin_results(run, report):
        yield from each["plugin_result_jobs"]


def _rigs() -> list[Record]:
    return [
        {"name": name, "resource_uri": uri("rig", name), "serial": f"SANDBOX{number}", "type": "S5", "state": "Idle",
         "comments": "", "ftpserver": "192.0.2.1", "ftpusername": "sandbox", "ftppassword": "sandbox-rig",
         "ftprootdir": "results", "host_address": "", "last_clean_date": "", "last_experiment": "",
         "last_init_date": "", "updatehome": "192.0.2.1", "updateflag": False, "updateCommand": {}, "version": {},
         "alarms": {}, "display_state": "", "location": None}
        for number, name in enumerate(("S5_One", "S5_Two"), 1)
    ]  # fmt: skip


def _projects() -> list[Record]:
    return [
        row("project", 1, name="demo", creator=uri("user", 1), public=True, resultsCount=6,
            created="2025-06-02T08:00:00.000120+00:00", modified="2025-12-20T08:00:00.000120+00:00")
    ]  # fmt: skip


def _versions() -> list[Record]:
    parts = {name: VERSION for name in ("ion-analysis", "ion-dbreports", "ion-pipeline", "ion-plugins")}
    return [
        {"name": "versions", "versions": {"meta_version": VERSION, "versions": parts, "locked": False, "logs": False}}
    ]
