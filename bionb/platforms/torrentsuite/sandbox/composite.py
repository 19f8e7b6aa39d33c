"""Runs and reports as the server shows them: nested in the list of runs, linked in the list of reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from bionb.platforms.torrentsuite.sandbox.runs import (
    CLASSES,
    DOCUMENTED_STATES,
    NEWEST,
    PLUGINS,
    Report,
    Run,
    metrics,
    project_of,
)
from bionb.platforms.torrentsuite.sandbox.runs.stores import store
from bionb.platforms.torrentsuite.sandbox.runs.times import stamp
from bionb.platforms.torrentsuite.sandbox.schemas import blank
from bionb.platforms.torrentsuite.sandbox.store import Record, row, uri, written

PLUGIN_NAMES = sorted({*PLUGINS, *DOCUMENTED_STATES})
BEAD_FIELDS = ("bead", "empty", "excluded", "ignored", "lib", "libFinal", "live", "pinned")
QUALITY_FIELDS = (
    "q0_bases", "q0_mean_read_length", "q0_reads", "q20_bases", "q20_mean_read_length", "q20_reads",
)  # fmt: skip
NOW = NEWEST + timedelta(days=35, hours=2)  # two hours after the newest documented report
ENDED = ("Complete", "Completed", "User Aborted", "Missing File(s)", "Lost Chip Connection")
_OF_REPORT = ("analysismetrics", "autoExempt", "eas", "libmetrics", "processedflows", "projects", "qualitymetrics",
              "reportLink", "reportStatus", "representative", "resultsName", "status", "timeStamp")  # fmt: skip
_OF_RUN = ("barcodeId", "chipDescription", "chipInstrumentType", "chipType", "date", "displayName", "expName", "flows",
           "ftpStatus", "id", "library", "notes", "pgmName", "resultDate", "runMode", "sample", "star",
           "storage_options")  # fmt: skip


def status_fields(status: str) -> dict[str, Any]:
    """Return a status and its class; one that the server does not know is nested under its own name."""
    state = CLASSES.get(status, "Unknown")
    if state == "Unknown":
        words = {"i18n": f"Not translated: '{status}'", "state": state}
        return {"status": status, "i18nstatus": {status: words}}
    return {"status": status, "i18nstatus": {"i18n": status, "state": state}}


def run_record(run: Run) -> Record:
    """Return a record of ``compositeexperiment``."""
    sample = run.samples[0] if len(run.samples) == 1 else ""
    fields = {
        "applicationCategoryDisplayedName": _applications()[run.run_type],
        "barcodeId": run.barcodes,
        "barcodedSamples": {},
        "chefReagentsSerialNum": "",
        "chefSolutionsSerialNum": "",
        "chefStartTime": None,
        "chipDescription": run.chip,
        "chipInstrumentType": "S5",
        "chipType": run.chip,
        "date": stamp(run.at),
        "displayName": run.shown,
        "expName": run.name,
        "flows": 500,
        "ftpStatus": run.transfer,
        "keep": False,
        "library": run.reference,
        "notes": "",
        "pgmName": "S5_One",
        "plan": {"id": run.id, "resource_uri": "", "runType": run.run_type, "sampleTubeLabel": None},
        "platform": "S5",
        "references": run.reference,
        "repResult": uri("compositeresult", run.reports[0].id),
        "resultDate": stamp(max(report.at for report in run.reports)),
        "results": [report_record(run, report) for report in run.reports],
        "runMode": "single",
        "sample": sample,
        "sampleDisplayedName": sample or (f"{len(run.samples)} Samples ..." if run.samples else ""),
        "sampleSetName": "",
        "star": False,
        "status": "run",
        "storage_options": "A",
    }
    # The list of runs links into the mesh, as the real one does.
    return {
        **row("compositeexperiment", run.id, **fields),
        "resource_uri": f"/rundb/api/mesh/v1/compositeexperiment/{run.id}/",
    }


@cache
def _applications() -> dict[str, str]:
    return {each["runType"]: each["description"] for each in written("runtype")}


def report_record(run: Run, report: Report) -> Record:
    """Return a report as it is nested in its run."""
    nested = _nested(report)
    state = CLASSES.get(report.status, "Unknown")
    return row(
        "compositeresult", report.id, resultsName=report.name, **status_fields(report.status),
        status_display="" if state == "Unknown" else state, timeStamp=stamp(report.at), processedflows=0,
        reportLink=_link(report), reportStatus="Nothing", representative=False, autoExempt=False,
        isShowAllMetrics=True, eas={"barcodeKitName": run.barcodes, "chipType": run.chip, "isPQ": False,
                                    "reference": run.reference, "references": run.reference, "resource_uri": ""},
        projects=[project(run)],
        analysismetrics=nested["analysis"], analysis_metrics=nested["analysis"], libmetrics=nested["library"],
        qualitymetrics=nested["quality"], quality_metrics=nested["quality"],
    )  # fmt: skip


def project(run: Run) -> Record:
    """Return a run's project as it is nested in reports."""
    number = project_of(run)
    name = ("demo", "liquid_biopsy")[number - 1]
    return {"id": number, "modified": "2025-12-20T08:00:00.000120+00:00", "name": name, "resource_uri": ""}


def _nested(report: Report) -> dict[str, Any]:
    if report.figures is None:
        return {"analysis": None, "library": None, "quality": None}
    analysis, quality = metrics.analysis(report.figures), metrics.quality(report.figures)
    library = metrics.library(report.figures)
    same = {"id": report.id, "resource_uri": ""}
    return {
        "analysis": {name: analysis[name] for name in BEAD_FIELDS} | {"total_wells": analysis["total"]} | same,
        "quality": {name: quality[name] for name in QUALITY_FIELDS} | same,
        "library": {name: library[name] for name in ("aveKeyCounts", "i100Q20_reads", "q20_mean_alignment_length")}
        | same,
    }


def _link(report: Report) -> str:
    return f"/output/Home/{report.name}_{report.id:03d}/"


def experiment(run: Run) -> Record:
    """Return a record of ``experiment``; its many fields about the Ion Chef are empty."""
    own = {
        "expName": run.name, "displayName": run.shown, "chipType": run.chip, "date": stamp(run.at), "platform": "S5",
        "pgmName": "S5_One", "flows": 500, "ftpStatus": run.transfer, "status": "run", "storage_options": "A",
        "runMode": "single", "resultDate": stamp(run.reports[0].at), "plan": uri("plannedexperiment", run.id),
        "results": [uri("results", report.id) for report in run.reports], "runtype": run.run_type, "metaData": {},
        "log": run.log,
        "eas_set": [settings(run)], "sample": run.samples[0] if run.samples else "", "autoAnalyze": True,
    }  # fmt: skip
    return row("experiment", run.id, **_but_for("experiment", own))


def settings(run: Run) -> Record:
    """Return a record of ``experimentanalysissettings``."""
    own = {
        "barcodeKitName": run.barcodes, "reference": run.reference, "libraryKey": "TCAG", "tfKey": "ATCG",
        "status": "run", "date": stamp(run.at), "experiment": uri("experiment", run.id), "barcodedSamples": {},
        "selectedPlugins": {}, "base_recalibration_mode": "standard_recal",
        "results": [uri("results", report.id) for report in run.reports],
    }  # fmt: skip
    return row("experimentanalysissettings", run.id, **_but_for("experimentanalysissettings", own))


def plugins() -> list[Record]:
    """Return records of ``plugin``."""
    own = {"version": "5.18.0.1", "active": True, "selected": True}
    return [
        row("plugin", number, **_but_for("plugin", {**own, "name": name, "versionedName": f"{name}--v5.18.0.1"}))
        for number, name in enumerate(PLUGIN_NAMES, 1)
    ]


def _but_for(resource: str, own: dict[str, Any]) -> Record:
    """Return the fields of a resource, empty but for some."""
    return {name: value for name, value in {**blank(resource), **own}.items() if name not in ("id", "resource_uri")}


def result(run: Run, report: Report) -> Record:
    """Return a record of ``results``."""
    states = dict(report.plugins)
    links = {
        name: [uri(name, report.id)] if report.figures else []
        for name in ("libmetrics", "analysismetrics", "qualitymetrics")
    }
    fragments = [uri("tfmetrics", 10 * report.id + each) for each in (2, 1)] if report.figures else []
    return row(
        "results", report.id, resultsName=report.name, **status_fields(report.status), timeStamp=stamp(report.at),
        timeToComplete="0", experiment=uri("experiment", run.id), eas=uri("experimentanalysissettings", run.id),
        projects=[uri("project", project_of(run))], **links, tfmetrics=fragments,
        pluginresults=[uri("pluginresult", each["id"]) for each in plugin_results(run, report)],
        pluginState=states, pluginStore={name: store(run, report, name) for name in states}, reportLink=_link(report),
        filesystempath=f"/results/analysis{_link(report).rstrip('/')}", log=f"{_link(report)}log.html",
        bamLink=f"{_link(report)}download_links/{run.name}_{report.name}.bam", reference=run.reference,
        reportstorage={"default": True, "dirPath": "/results/analysis/output", "id": 1, "name": "Home",
                       "resource_uri": "", "webServerPath": "/output"},
        planShortID=f"P{run.id:04d}", representative=False, autoExempt=False, analysisVersion="db:5.18.1,an:5.18.1,",
        resultsType="", parentIDs="", runid=f"R{report.id:04d}", diskusage=20_000 + report.id, processedCycles=0,
        processedflows=0, framesProcessed=0, reportStatus="Nothing", metaData={"thumb": 1} if report.thumbnail else {},
    )  # fmt: skip


def plugin_results(run: Run, report: Report) -> Iterator[Record]:
    """Give the records of ``pluginresult``; the settings of one plugin hold a password, as some real ones do."""
    for place, (name, state) in enumerate(report.plugins.items()):
        number, begun = 10 * report.id + place - 9, report.at + timedelta(minutes=20 + 5 * place)
        started = stamp(begun)
        ended = None if state in ("Started", "Pending") else stamp(begun + timedelta(minutes=3 + place))
        config = {"server": "archive.example.org", "password": "sandbox-archive"} if name == "RunTransfer" else {}
        job = {"id": number, "state": state, "run_level": "default", "starttime": started, "endtime": ended,
               "config": config, "grid_engine_jobid": 500 + number,
               "resource_uri": uri("PluginResultJob", number)}  # fmt: skip
        yield row(
            "pluginresult", number, plugin=uri("plugin", 1 + PLUGIN_NAMES.index(name)), pluginName=name,
            pluginVersion="5.18.0.1",
            result=uri("results", report.id), resultName=report.name, reportLink=_link(report), state=state,
            starttime=started, endtime=ended, size=str(25_000 * (place + 1)), inodes=str(7 + place), major=False,
            files=[f"{name}.html"], path=f"/results/analysis{_link(report)}plugin_out/{name}_out.{number}",
            URL=f"{_link(report)}plugin_out/{name}_out.{number}/", can_terminate=state == "Started", apikey=None,
            owner=uri("user", 1), store=store(run, report, name), validation_errors={}, plugin_result_jobs=[job],
        )  # fmt: skip


def barcode_summary(run: Run, report: Report) -> Iterator[Record]:
    """Give the report's rows by barcode, where its samples had some."""
    if report.figures is None or not run.samples or report.thumbnail:
        return
    share = report.figures.reads // (len(run.samples) + 1)
    rows = [
        {"Index": index, "Barcode Name": f"{run.barcodes}_{index:03d}", "Sample": sample, "Total Reads": share * 1,
         "Total Bases": int(share * report.figures.mean), "Mean Read Length": int(report.figures.mean)}
        for index, sample in enumerate(run.samples, 3)
    ]  # fmt: skip
    yield {"id": report.id, "rows": rows}


def monitored(runs: Sequence[Run]) -> list[Record]:
    """Return records of ``monitorresult``: reports of the last two days, and those whose run still sends its data."""
    pairs = sorted(((run, report) for run in runs for report in run.reports), key=lambda pair: pair[1].id)
    return [_record(run, report) for run, report in pairs if _is_shown(run, report)]


def _is_shown(run: Run, report: Report) -> bool:
    sends = run.transfer not in ENDED and run.at >= NOW - timedelta(weeks=1)
    return sends or report.at >= NOW - timedelta(days=2)


def _record(run: Run, report: Report) -> Record:
    told, record = run_record(run), report_record(run, report)
    experiment = {name: told[name] for name in _OF_RUN}
    experiment |= {"qcThresholds": {"Bead Loading (%)": 30}, "resource_uri": ""}
    own = {name: record[name] for name in _OF_REPORT}
    more = {"barcodeId": run.barcodes, "library": run.reference, "experiment": experiment}
    return row("monitorresult", report.id, **own, **more)
