"""All tables of the sandbox, made from runs and reagents when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from bionb.platforms.torrentsuite.sandbox import cohort, composite, reagents
from bionb.platforms.torrentsuite.sandbox.plans import planned
from bionb.platforms.torrentsuite.sandbox.runs import Report, Run, documented, metrics, more, on_instruments
from bionb.platforms.torrentsuite.sandbox.store import Maker, Record, Store, row, uri

SIZES = {"default": 60, "busy": 1500, "sequencing": 60, "empty": 0}
FRAGMENTS = (("TF_1", 150, 0.24), ("TF_C", 95, 0.66))


def world(state: str) -> Store:
    """Return the tables of a named state."""
    known = documented() if state != "empty" else []
    known += on_instruments() if state == "sequencing" else []
    runs = cache(lambda: sorted([*more(SIZES[state]), *known], key=lambda each: each.id))
    pairs = cache(lambda: sorted(((run, each) for run in runs() for each in run.reports), key=lambda pair: pair[1].id))

    def of_runs(make: Callable[[Run], Record]) -> Maker:
        return lambda: [make(run) for run in runs()]

    def of_reports(make: Callable[[Run, Report], Iterator[Record]]) -> Maker:
        return lambda: [record for run, report in pairs() for record in make(run, report)]

    makers = {name: of_runs(make) for name, make in PER_RUN.items()}
    people = {name: _of(make, runs) for name, make in OF_ALL_RUNS.items()}
    return Store({**FIXED, **people, **makers, **{name: of_reports(make) for name, make in PER_REPORT.items()}})


def _of(make: Callable[[Sequence[Run]], list[Record]], runs: Callable[[], Sequence[Run]]) -> Maker:
    return lambda: make(runs())


def _measured(
    table: str, fields: Callable[[metrics.Figures], dict[str, Any]]
) -> Callable[[Run, Report], Iterator[Record]]:
    def make(run: Run, report: Report) -> Iterator[Record]:
        if report.figures is not None:
            yield row(table, report.id, report=uri("results", report.id), **fields(report.figures))

    return make


def _fragments(run: Run, report: Report) -> Iterator[Record]:
    if report.figures is not None:
        for number, (name, length, share) in enumerate(FRAGMENTS, 1):
            fields = metrics.fragment(report.figures, name, length, share)
            yield row("tfmetrics", 10 * report.id + number, report=uri("results", report.id), **fields)


def _plugin_jobs(run: Run, report: Report) -> Iterator[Record]:
    for each in composite.plugin_results(run, report):
        yield from each["plugin_result_jobs"]


FIXED: dict[str, Maker] = {
    "chip": reagents.chips,
    "dnabarcode": reagents.barcodes,
    "plugin": composite.plugins,
    "plantemplatesummary": cohort.templates,
}
OF_ALL_RUNS: dict[str, Callable[[Sequence[Run]], list[Record]]] = {
    "sample": cohort.samples,
    "sampleset": cohort.sample_sets,
    "samplesetitem": cohort.bare_items,
    "samplesetiteminfo": cohort.sample_set_items,
    "project": cohort.projects,
    "eventlog": cohort.events,
    "monitorresult": composite.monitored,
}
PER_RUN: dict[str, Callable[[Run], Record]] = {
    "compositeexperiment": composite.run_record,
    "experimentanalysissettings": composite.settings,
    "experiment": composite.experiment,
    "plannedexperiment": planned,
}
PER_REPORT: dict[str, Callable[[Run, Report], Iterator[Record]]] = {
    "compositeresult": lambda run, report: iter([composite.report_record(run, report)]),
    "results": lambda run, report: iter([composite.result(run, report)]),
    "libmetrics": _measured("libmetrics", metrics.library),
    "analysismetrics": _measured("analysismetrics", metrics.analysis),
    "qualitymetrics": _measured("qualitymetrics", metrics.quality),
    "tfmetrics": _fragments,
    "pluginresult": composite.plugin_results,
    "PluginResultJob": _plugin_jobs,
    "barcode summaries": composite.barcode_summary,
}
