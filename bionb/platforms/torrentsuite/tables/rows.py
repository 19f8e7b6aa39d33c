"""Runs, reports and plugin results as rows of tables, with the figures that people compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bionb.frames import to_frame
from bionb.platforms.torrentsuite.rules.findings import Finding, finding_rows
from bionb.platforms.torrentsuite.tables.columns import FINDING_COLUMNS
from bionb.platforms.torrentsuite.wire.records import is_thumbnail, number, number_in, percent, state_of

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]

METRICS = ("analysismetrics", "qualitymetrics", "libmetrics")
_TWICE = ("analysis_metrics", "quality_metrics")  # the server sends both spellings


def figures(
    analysis: Mapping[str, Any] | None, quality: Mapping[str, Any] | None, library: Mapping[str, Any] | None
) -> Record:
    """Return the figures of one report; what was not measured is None.

    Returns
    -------
    dict
        ``total_reads``, ``total_bases``, ``q20_bases``, ``mapped_reads`` (counts), ``mean_read_length`` (bases),
        ``key_signal`` (counts per base of the library key), ``loading_percent`` (wells with a bead of those
        addressable), ``usable_percent`` (reads kept of the wells with library), ``mapped_percent`` (of the reads),
        ``raw_accuracy_percent``.
    """
    analysis, quality, library = analysis or {}, quality or {}, library or {}
    reads = library.get("totalNumReads", quality.get("q0_reads"))
    # -1 stands for "not aligned", where the counts are 0.
    mapped = None if library.get("align_sample") == -1 else library.get("total_mapped_reads")
    loading = analysis.get("loading")
    return {
        "total_reads": reads,
        "total_bases": quality.get("q0_bases"),
        "q20_bases": quality.get("q20_bases"),
        "mean_read_length": quality.get("q0_mean_read_length"),
        "key_signal": library.get("aveKeyCounts"),
        "loading_percent": percent(analysis.get("bead"), addressable(analysis)) if loading is None else loading,
        "usable_percent": percent(analysis.get("libFinal"), analysis.get("lib")),
        "mapped_reads": mapped,
        "mapped_percent": percent(mapped, reads),
        "raw_accuracy_percent": library.get("raw_accuracy") if mapped else None,
    }


def addressable(analysis: Mapping[str, Any]) -> int | None:
    """Return the number of wells that could hold a bead."""
    found = number(analysis.get("adjusted_addressable"))
    total = number(analysis.get("total")) or number(analysis.get("total_wells"))
    wells = found or (total and total - (number(analysis.get("excluded")) or 0))
    return int(wells) if wells else None


def run_rows(runs: list[Record]) -> list[Record]:
    """Return one row a report; a run without reports is a row of its own."""
    return [_run_row(run, report) for run in runs for report in run.get("results") or [{}]]


def _run_row(run: Record, report: Record) -> Record:
    setting = report.get("eas") or {}
    plan = run.get("plan") or {}
    metrics = [report.get(name) for name in METRICS]
    row = {
        "run": run.get("id"),
        "displayName": run.get("displayName"),
        "report": report.get("id"),
        "resultsName": report.get("resultsName"),
        "status": report.get("status"),
        "state": state_of(report) if report else None,
        "thumbnail": is_thumbnail(report) if report else None,
        "chipType": run.get("chipType"),
        "runType": plan.get("runType") if isinstance(plan, dict) else None,
        "reference": setting.get("reference") if isinstance(setting, dict) else None,
        "sample": run.get("sampleDisplayedName") or run.get("sample"),
        "date": run.get("date"),
        "timeStamp": report.get("timeStamp"),
        **figures(*(each if isinstance(each, dict) else None for each in metrics)),
    }
    kept = {name: value for name, value in run.items() if name not in (*row, "results", "id")}
    nested = {name: value for name, value in report.items() if name not in (*row, *_TWICE, "id", "i18nstatus")}
    return {**row, **kept, **({"results": nested} if nested else {})}


def report_row(report: Record) -> Record:
    """Return a report with its class, whether it is a thumbnail, and its run."""
    run = number_in(report.get("experiment"))
    known = {"state": state_of(report), "thumbnail": is_thumbnail(report), "run": None if run is None else str(run)}
    return {**report, **known}


def bed_rows(records: list[Record]) -> list[Record]:
    """Return BED files as rows, with the reference they are for; the name is the last part of the path."""
    return [
        {
            **each,
            "name": each.get("name") or str(each.get("path") or "").rpartition("/")[2],
            "reference": each.get("extra"),
        }
        for each in records
    ]


def sample_rows(samples: list[Record]) -> list[Record]:
    """Return samples with the number of runs they were in."""
    return [{**each, "runs": len(each["experiments"]) if isinstance(each.get("experiments"), list) else None}
            for each in samples]  # fmt: skip


def item_rows(items: list[Record]) -> list[Record]:
    """Return samples of sets with the name of their barcode, which the server gives as a link, text or record."""
    return [{**each, "barcode": _barcode(each.get("dnabarcode"))} for each in items]


def _barcode(told: Any) -> str | None:
    name = told.get("id_str") if isinstance(told, Mapping) else told
    return name if isinstance(name, str) and name else None


def live_rows(reports: list[Record]) -> list[Record]:
    """Return monitored reports as rows of runs; each has its run in ``experiment``."""
    return [_run_row(*_run_and_report(each)) for each in reports]


def _run_and_report(report: Record) -> tuple[Record, Record]:
    run = report.get("experiment")
    inner = {name: value for name, value in report.items() if name != "experiment"}
    return (dict(run) if isinstance(run, Mapping) else {}), inner


def lane_rows(run: Record) -> list[Record]:
    """Return the lanes of a run's chip, as its instrument wrote them down; a chip without lanes is one.

    Examples
    --------
    >>> log = {"LanesActive1": "yes", "LanesAssay1": "panel A", "LanesActive2": "no"}
    >>> [(each["lane"], each["active"], each["assay"]) for each in lane_rows({"id": 7, "log": log})]
    [(1, True, 'panel A'), (2, False, None)]
    """
    log = run.get("log")
    # Instruments and versions differ in case and blanks.
    told = {re.sub(r"[\W_]", "", str(key)).lower(): each for key, each in log.items()} if isinstance(log, dict) else {}
    numbers = sorted(int(found[1]) for key in told if (found := re.fullmatch(r"lanesactive(\d{1,2})", key)))
    known = {"run": run.get("id"), "displayName": run.get("displayName"), "chipType": run.get("chipType")}
    if not numbers:
        return [{**known, "lane": 1, "active": True, "assay": None}]
    return [
        {
            **known,
            "lane": each,
            "active": str(told[f"lanesactive{each}"]).lower() in ("yes", "true", "1"),
            "assay": told.get(f"lanesassay{each}") or None,
        }
        for each in numbers
    ]


def plugin_rows(results: list[Record]) -> list[Record]:
    """Return results of plugins as rows."""
    return [plugin_row(each) for each in results]


def plugin_row(result: Record) -> Record:
    """Return a plugin's result with its report and its duration in minutes."""
    report = number_in(result.get("result"))
    begun, ended = result.get("starttime"), result.get("endtime")
    return {**result, "report": None if report is None else str(report), "minutes": _minutes(begun, ended)}


def _minutes(begun: Any, ended: Any) -> float | None:
    try:
        seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()
    except (TypeError, ValueError):
        return None
    return seconds / 60


def finding_frame(found: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a table: ``level``, ``field``, ``sample``, ``barcode``, ``message``."""
    return to_frame(finding_rows(found), FINDING_COLUMNS)
