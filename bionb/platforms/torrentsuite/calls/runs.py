"""Runs, their reports, and the metrics of those."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.torrentsuite.calls.calls import Calls, Filter, of
from bionb.platforms.torrentsuite.rules.identifiers import Ref, identifier
from bionb.platforms.torrentsuite.tables.columns import (
    LANE_COLUMNS,
    LIBRARY_COLUMNS,
    PROJECT_REPORT_COLUMNS,
    REPORT_COLUMNS,
    RUN_COLUMNS,
)
from bionb.platforms.torrentsuite.tables.plugins import COVERAGE, coverage_by_report
from bionb.platforms.torrentsuite.tables.rows import METRICS, figures, lane_rows, live_rows, report_row, run_rows
from bionb.platforms.torrentsuite.wire.catalogue import API
from bionb.platforms.torrentsuite.wire.paging import all_records
from bionb.platforms.torrentsuite.wire.records import clean, number_in, percent, serial
from bionb.session import Session

Record = dict[str, Any]

AT_ONCE = 350  # identifiers in one query: the server's web server takes 8 kB of URL


class Runs(Calls):
    """Everything about runs that were made."""

    def runs(self, *, live: bool = False, limit: int | None = None, **filters: Filter) -> Listing:
        """Return the runs, the one with the newest report first.

        Parameters
        ----------
        live : bool
            True gives what the server's Monitor page shows: reports of the last two days, and those of the last week
            whose run still sends data (``ftpStatus``). The newest come first.
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`; also ``result_status`` (Completed, Error, Progress, Other), ``all_text`` and ``all_date``.
            With `live` those of a report, e.g. ``status="Started"``.

        Returns
        -------
        Listing
            Records are runs with their reports nested in ``results``; with `live` they are reports with their run
            nested in ``experiment``. The frame has **one row a report**: ``run``,
            ``displayName``, ``report``, ``resultsName``, ``status``, ``state`` (its class: Completed, Progress, Error,
            Other, Unknown), ``thumbnail`` (a small part of the chip: leave it out of sums), ``chipType``, ``runType``,
            ``reference``, ``sample``, ``date`` and ``timeStamp`` (UTC), ``total_reads``, ``total_bases``, ``q20_bases``
            (counts), ``mean_read_length`` (bases), ``key_signal`` (counts), ``loading_percent``, ``usable_percent``.

        Notes
        -----
        ``GET /rundb/api/v1/compositeexperiment/`` (Composite Experiment Resource), always on this path: the server's
        own next link leads to the runs of all neighbouring servers, 100 of each at most. With `live`:
        ``GET /rundb/api/v1/monitorresult/``.

        Examples
        --------
        >>> suite.runs()[0]["displayName"]
        'S5-530 cfDNA'
        >>> suite.runs(live=True).to_frame()[["displayName", "resultsName", "ftpStatus"]].head(1).values.tolist()
        [['S5-530 cfDNA', 'Reanalyze', 'Complete']]
        """
        asked: dict[str, Any] = {"filters": filters, "declared": RUN_COLUMNS, "limit": limit, "name": "runs"}
        if live:
            return self._listing("monitorresult", order="-timeStamp", rows=live_rows, **asked)
        return self._listing("compositeexperiment", order="-resultDate", rows=run_rows, **asked)

    def lanes(self, run: Ref) -> Listing:
        """Return the lanes of a run's chip: each may carry an assay of its own.

        Parameters
        ----------
        run : int, str or dict
            Its identifier, or a record of `runs`.

        Returns
        -------
        Listing
            Frame columns: ``run``, ``displayName``, ``chipType``, ``lane`` (number from 1), ``active`` (used in this
            run), ``assay``. Chips of one lane, and runs whose instrument wrote nothing about lanes, have one row.

        Notes
        -----
        ``GET /rundb/api/v1/experiment/<id>/``: ``LanesActive1`` and ``LanesAssay1`` to 4 of the instrument's ``log``.

        Examples
        --------
        >>> suite.lanes(91).to_frame()[["chipType", "lane", "active"]].values.tolist()
        [['540', 1, True]]
        """
        number = identifier(run)

        def read(place: Mapping[str, Any], opens: bool) -> Page:
            what = f"read the lanes of run {number}"
            record = self.session.record("GET", f"{API}experiment/{number}/", what=what, opens=opens, ids=("id",))
            return Page(lane_rows(dict(clean(record))))

        return Listing(f"lanes of run {number}", lambda: Whole(read), LANE_COLUMNS)

    def reports(self, *, metrics: bool = True, limit: int | None = None, **filters: Filter) -> Listing:
        """Return the reports, the newest first, each with its figures.

        Parameters
        ----------
        metrics : bool
            False leaves the figures out and saves the requests for them.
        limit : int, optional
            The page size, 1000 by default and at most.
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
        extend = partial(_with_figures, self.session) if metrics else _without_figures
        return self._listing(
            "results", filters, REPORT_COLUMNS, limit=limit, name="reports", order="-id", extend=extend
        )

    def project_reports(
        self, project: Ref, *, thumbnails: bool = False, limit: int | None = None, **filters: Filter
    ) -> Listing:
        """Return the reports of a project with the figures by which people compare runs, the newest first.

        Parameters
        ----------
        project : int, str or dict
            Its identifier, or a record of `projects`.
        thumbnails : bool
            True takes in reports of thumbnails, small parts of chips that are analysed first.
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `reports`, e.g. ``status="Completed"``, ``timeStamp__gte="2026-01-01"``.

        Returns
        -------
        Listing
            Frame columns: those of `reports`, ``chipType``, ``q20_percent`` (of the bases), and, where
            ``coverageAnalysis`` has run, ``on_target_percent`` (of the aligned reads), ``uniformity_percent`` (target
            bases covered at least a fifth as deep as the mean) and ``mean_depth`` (times), each the mean of the
            barcodes of its newest result. `bionb.platforms.torrentsuite.tables.trends.report_trend` draws it.

        Notes
        -----
        ``GET /rundb/api/v1/results/?projects=...``, and per 350 reports one request to each of the metrics, to
        ``experiment`` (for the chip) and ``pluginresult``.

        Examples
        --------
        >>> reports = suite.project_reports(2).to_frame()
        >>> reports[["id", "chipType", "total_reads"]].head(2).values.tolist()
        [['5', '530', 1526], ['4', '530', 37271545]]
        """
        asked = of(project, "projects", {**({} if thumbnails else {"isThumbnail": "no"}), **filters})
        extend = partial(_compared, self.session)
        return self._listing(
            "results", asked, PROJECT_REPORT_COLUMNS, limit=limit, name="reports", order="-timeStamp", extend=extend
        )

    def report(self, report: Ref) -> Record:
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

    def library_metrics(self, report: Ref | None = None, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Library metrics: reads, alignments by quality and length, key signal.

        Parameters
        ----------
        report : int, str or dict, optional
            Only those of one report; a report without metrics gives an empty listing.
        limit : int, optional
            The page size, 1000 by default and at most.
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
        asked = of(report, "report", filters)
        return self._listing("libmetrics", asked, LIBRARY_COLUMNS, limit=limit, name="library metrics")


def _without_figures(reports: list[Record], first: bool) -> list[Record]:
    return [report_row(each) for each in reports]


def _with_figures(session: Session, reports: list[Record], first: bool) -> list[Record]:
    """Add figures to reports. Only the first page is read outside the session's threads, which it may use."""
    found = _gathered(session, reports, first, dict.fromkeys(METRICS, _of_reports))
    metrics = {(name, number_in(each["report"])): each for name in METRICS for each in sorted(found[name], key=serial)}
    rows = [report_row(each) for each in reports]
    return [{**row, **figures(*(metrics.get((name, row["id"])) for name in METRICS))} for row in rows]


def _compared(session: Session, reports: list[Record], first: bool) -> list[Record]:
    """Add figures, chip and coverage to reports."""
    rows = _with_figures(session, reports, first)
    found = _gathered(session, rows, first, {"experiment": _runs_of, "pluginresult": _coverage_of})
    chips = {str(each.get("id")): each.get("chipType") for each in found["experiment"]}
    coverage = coverage_by_report(found["pluginresult"])
    return [
        {
            **row,
            "chipType": chips.get(row["run"]),
            "q20_percent": percent(row["q20_bases"], row["total_bases"]),
            **coverage.get(number_in(row.get("resource_uri")) or row["id"], {}),
        }
        for row in rows
    ]


def _of_reports(reports: list[Record]) -> dict[str, str]:
    return {"report__in": _joined(each["id"] for each in reports)}


def _runs_of(reports: list[Record]) -> dict[str, str]:
    return {"id__in": _joined(sorted({each["run"] for each in reports if each["run"]}))}


def _coverage_of(reports: list[Record]) -> dict[str, str]:
    return {"result__in": _joined(each["id"] for each in reports), "plugin__name": COVERAGE}


def _joined(ids: Iterable[Any]) -> str:
    return ",".join(map(str, ids))


def _gathered(
    session: Session, reports: list[Record], first: bool, wanted: Mapping[str, Callable[[list[Record]], dict[str, str]]]
) -> dict[str, list[Record]]:
    """Return what belongs to reports, by resource: as many at once as one query holds."""
    parts = [reports[at : at + AT_ONCE] for at in range(0, len(reports), AT_ONCE)]
    jobs = [(name, filters(part)) for name, filters in wanted.items() for part in parts]
    read = partial(_read, session)
    found: dict[str, list[Record]] = {name: [] for name in wanted}
    for (name, _), records in zip(jobs, session.map(read, jobs) if first else map(read, jobs), strict=True):
        found[name] += records
    return found


def _read(session: Session, job: tuple[str, dict[str, str]]) -> list[Record]:
    name, filters = job
    asked = next(iter(filters.values()))
    count = asked.count(",") + 1
    return all_records(session, name, filters, f"read {name} of {count} reports") if asked else []
