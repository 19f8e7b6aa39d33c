"""Runs, reports, their metrics and their plugins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from bionb.errors import ConnectionFailed, NotFound, ResponseError, UnexpectedResponse, UsageError
from bionb.listing import Listing
from bionb.pages import Page, Whole
from bionb.platforms.torrentsuite.calls.calls import TorrentBase
from bionb.platforms.torrentsuite.tables.report import ReportIncomplete, RunReport
from bionb.platforms.torrentsuite.tables.rows import (
    LIBRARY_COLUMNS,
    PLUGIN_COLUMNS,
    REPORT_COLUMNS,
    RUN_COLUMNS,
    figures,
    plugin_row,
    report_row,
    run_rows,
)
from bionb.platforms.torrentsuite.wire.catalogue import API
from bionb.platforms.torrentsuite.wire.paging import LARGEST
from bionb.platforms.torrentsuite.wire.records import clean, number_in
from bionb.warning import warn

Record = dict[str, Any]

AT_ONCE = 350  # identifiers in one query: the server's web server takes 8 kB of URL
METRICS = ("analysismetrics", "qualitymetrics", "libmetrics")


class RunCalls(TorrentBase):
    """Everything about runs that were made."""

    def runs(self, **filters: Any) -> Listing:
        """Return the runs, the one with the newest report first.

        Parameters
        ----------
        **filters
            As for `objects`; also ``result_status`` (Completed, Error, Progress, Other), ``all_text`` and ``all_date``.

        Returns
        -------
        Listing
            Records are runs with their reports nested in ``results``. The frame has **one row a report**: ``run``,
            ``displayName``, ``report``, ``resultsName``, ``status``, ``state`` (its class: Completed, Progress, Error,
            Other, Unknown), ``thumbnail`` (a small part of the chip: leave it out of sums), ``chipType``, ``runType``,
            ``reference``, ``sample``, ``date`` and ``timeStamp`` (UTC), ``total_reads``, ``total_bases``, ``q20_bases``
            (counts), ``mean_read_length`` (bases), ``key_signal`` (counts), ``loading_percent``, ``usable_percent``.

        Notes
        -----
        ``GET /rundb/api/v1/compositeexperiment/`` (Composite Experiment Resource), always on this path: the server's
        own next link leads to the runs of all neighbouring servers, 100 of each at most.

        Examples
        --------
        >>> suite.runs()[0]["displayName"]
        'S5-530 cfDNA'
        """
        return self._listing(
            "compositeexperiment", filters, RUN_COLUMNS, name="runs", order="-resultDate", rows=run_rows
        )

    def reports(self, metrics: bool = True, **filters: Any) -> Listing:
        """Return the reports, the newest first, each with its figures.

        Parameters
        ----------
        metrics : bool
            False leaves the figures out and saves the requests for them.
        **filters
            As for `objects`, e.g. ``status="Completed"``, ``experiment__chipType="540"``, ``isThumbnail="no"``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``resultsName``, ``status``, ``state``, ``thumbnail``, ``run`` (its identifier),
            ``reference``, ``timeStamp`` (UTC), the figures of `runs`, and ``mapped_reads`` (count),
            ``mapped_percent``, ``raw_accuracy_percent``; missing where a report has no metrics.

        Notes
        -----
        ``GET /rundb/api/v1/results/`` (Results Resource), and per 350 reports one request to each of
        ``analysismetrics``, ``qualitymetrics`` and ``libmetrics``.

        Examples
        --------
        >>> frame = suite.reports(resultsName__startswith="Auto_S5-540_Whole").to_frame()
        >>> frame[["id", "state", "total_reads"]].values.tolist()
        [['3', 'Unknown', 93969124]]
        """
        extend = partial(self._with_metrics, metrics)
        return self._listing("results", filters, REPORT_COLUMNS, name="reports", order="-id", extend=extend)

    def _with_metrics(self, metrics: bool, reports: list[Record], first: bool) -> list[Record]:
        """Add figures to reports. Only the first page is read outside the session's threads, which it may use."""
        ids = [each["id"] for each in reports]
        jobs = (
            [(name, ids[at : at + AT_ONCE]) for name in METRICS for at in range(0, len(ids), AT_ONCE)]
            if metrics
            else []
        )
        answers: Iterable[list[Record]] = self.session.map(self._metrics, jobs) if first else map(self._metrics, jobs)
        found: dict[tuple[str, int | None], Record] = {}
        for (name, _), records in zip(jobs, answers, strict=True):
            for each in sorted(records, key=lambda record: int(record["id"])):
                found[name, number_in(each["report"])] = each
        rows = [report_row(each) for each in reports]
        if not metrics:
            return rows
        return [{**row, **figures(*(found.get((name, row["id"])) for name in METRICS))} for row in rows]

    def _metrics(self, job: tuple[str, list[int]]) -> list[Record]:
        name, ids = job
        params = {"limit": LARGEST, "report__in": ",".join(map(str, ids))}
        return self._all(name, params, f"read {name} of {len(ids)} reports")

    def _all(self, resource: str, params: Mapping[str, Any], what: str) -> list[Record]:
        """Return one page of records, cleaned."""
        path = f"{API}{resource}/"
        found = self.session.records("GET", path, params=params, what=what, within="objects", opens=False)
        return [clean(each) for each in found]

    def report(self, report: int | str | Mapping[str, Any]) -> Record:
        """Return one report, with the states of its plugins in ``pluginState``.

        Parameters
        ----------
        report : int, str or dict
            Its identifier, or a record of `reports`.

        Notes
        -----
        ``GET /rundb/api/v1/results/<id>/``.

        Examples
        --------
        >>> suite.report(3)["pluginState"]["sampleID"]
        'Error'
        """
        number = identifier(report)
        what = f"read report {number}"
        return report_row(clean(self.session.record("GET", f"{API}results/{number}/", what=what, ids=("id",))))

    def library_metrics(self, report: int | str | Mapping[str, Any] | None = None, **filters: Any) -> Listing:
        """Library metrics: reads, alignments by quality and length, key signal.

        Parameters
        ----------
        report : int, str or dict, optional
            Only those of one report; a report without metrics gives an empty listing.
        **filters
            As for `objects`.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``report``, ``totalNumReads``, ``total_mapped_reads`` (counts), ``raw_accuracy``
            (percent), ``aveKeyCounts`` (counts), ..., and some 80 more as the server names them.

        Notes
        -----
        ``GET /rundb/api/v1/libmetrics/`` (Lib Metrics Resource).

        Examples
        --------
        >>> f"{suite.library_metrics(3)[0]['totalNumReads'] / 1e6:.1f} million reads"
        '94.0 million reads'
        """
        return self._listing("libmetrics", _of(report, "report", filters), LIBRARY_COLUMNS, name="library metrics")

    def plugin_results(self, report: int | str | Mapping[str, Any] | None = None, **filters: Any) -> Listing:
        """Results of plugins; passwords in their settings are hidden.

        Parameters
        ----------
        report : int, str or dict, optional
            Only those of one report.
        **filters
            As for `objects`; also ``state="Error"`` (or a list of states), which is no filter of the server: all
            results that the other filters leave are read, and compared here.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``report``, ``resultName``, ``pluginName``, ``pluginVersion``, ``state``,
            ``starttime``, ``endtime`` (UTC), ``minutes``, ``size`` (bytes), ``inodes`` (count), ...

        Notes
        -----
        ``GET /rundb/api/v1/pluginresult/`` (Plugin Result Resource).

        Examples
        --------
        >>> sorted(suite.plugin_results(3).to_frame()["pluginName"])[:2]
        ['AssemblerSPAdes', 'DataExport']
        >>> sorted(each["pluginName"] for each in suite.plugin_results(3, state="Error"))
        ['coverageAnalysis', 'sampleID']
        """
        states = filters.pop("state", None)
        results = self._listing(
            "pluginresult",
            _of(report, "result", filters),
            PLUGIN_COLUMNS,
            name="plugin results",
            prepare=lambda records: [plugin_row(each) for each in records],
        )
        if states is None:
            return results
        wanted = {states} if isinstance(states, str) else set(states)

        def read(place: Mapping[str, Any], opens: bool) -> Page:
            return Page([each for each in results.refresh() if each.get("state") in wanted])

        return Listing("plugin results", lambda: Whole(read), PLUGIN_COLUMNS)

    def run_report(self, report: int | str | Mapping[str, Any]) -> RunReport:
        """Return all that can be told about one report, gathered by concurrent requests.

        Parameters
        ----------
        report : int, str or dict
            Its identifier, or a record of `reports`.

        Returns
        -------
        RunReport
            Frames ``summary, loading, alignment, test_fragments, plugins, barcodes`` and ``plot()``. A report whose
            analysis failed may lack any of them; its frames are then empty, with the same columns. What the server
            could not give is named in ``notes``, with its answer, and a `ReportIncomplete` warning says so.

        Notes
        -----
        ``results``, then at once ``libmetrics``, ``analysismetrics``, ``qualitymetrics``, ``tfmetrics``,
        ``pluginresult``, the plan with its quality thresholds, and the report's barcode summary.

        Examples
        --------
        >>> float(suite.run_report(3).summary["loading_percent"].round(2)[0])
        94.77
        """
        with self.session.one_call():
            found = self.report(report)
            number = found["id"]
            parts = {
                **{name: (name, {"report": number}) for name in (*METRICS, "tfmetrics", "barcodes")},
                "plugins": ("pluginresult", {"result": number}),
                "plan": ("plannedexperiment", {"experiment": number_in(found.get("experiment"))}),
            }
            answers = dict(zip(parts, self.session.map(self._tried, parts.values()), strict=True))
        notes = [f"{name}: {answer}" for name, answer in answers.items() if isinstance(answer, str)]
        if notes:
            warn(f"report {number} is shown without {'; '.join(notes)}", ReportIncomplete)
        rows = {name: answer for name, answer in answers.items() if not isinstance(answer, str)}
        return RunReport(found, notes=notes, **rows)

    def _tried(self, asked: tuple[str, dict[str, Any]]) -> list[Record] | str:
        """Return the rows of a part, or why there are none: one part that fails is no reason to lose the others."""
        try:
            return self._part(asked)
        except (ResponseError, UnexpectedResponse, ConnectionFailed) as error:
            return str(error)

    def _part(self, asked: tuple[str, dict[str, Any]]) -> list[Record]:
        resource, filters = asked
        if None in filters.values():
            return []
        if resource == "barcodes":
            return self._barcodes(filters["report"])
        return self._all(resource, {"limit": LARGEST, **filters}, f"read {resource} of the report")

    def _barcodes(self, report: int) -> list[Record]:
        """Return the rows of the barcode summary; the server refuses where there is no such file."""
        what = f"read the barcodes of report {report}"
        try:
            rows = self.session.json("GET", f"{API}results/{report}/barcode/", what=what, opens=False)
        except NotFound:
            return []
        except ResponseError as error:
            if error.status == 400:
                return []
            raise
        return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []


def identifier(thing: int | str | Mapping[str, Any]) -> str:
    """Return the identifier of a record, or the one given."""
    number = str(thing.get("id", "") if isinstance(thing, Mapping) else thing).strip()
    if not number:
        raise UsageError("No id: pass a record with an 'id', or the id.")
    return number


def _of(thing: int | str | Mapping[str, Any] | None, name: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    return dict(filters) if thing is None else {name: identifier(thing), **filters}
