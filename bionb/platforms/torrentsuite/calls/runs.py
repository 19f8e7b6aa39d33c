"""Runs, their reports, and the metrics and plugin results of those."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.torrentsuite.calls.calls import Calls
from bionb.platforms.torrentsuite.rules.identifiers import Ref, identifier
from bionb.platforms.torrentsuite.tables.columns import (
    LIBRARY_COLUMNS,
    PLUGIN_RESULT_COLUMNS,
    REPORT_COLUMNS,
    RUN_COLUMNS,
)
from bionb.platforms.torrentsuite.tables.rows import METRICS, figures, plugin_rows, report_row, run_rows
from bionb.platforms.torrentsuite.wire.catalogue import API
from bionb.platforms.torrentsuite.wire.paging import all_records
from bionb.platforms.torrentsuite.wire.records import clean, number_in, serial
from bionb.session import Session

Record = dict[str, Any]

AT_ONCE = 350  # identifiers in one query: the server's web server takes 8 kB of URL


class Runs(Calls):
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
        extend = partial(_with_figures, self.session) if metrics else _without_figures
        return self._listing("results", filters, REPORT_COLUMNS, name="reports", order="-id", extend=extend)

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

    def library_metrics(self, report: Ref | None = None, **filters: Any) -> Listing:
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

    def plugin_results(self, report: Ref | None = None, **filters: Any) -> Listing:
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
        asked = _of(report, "result", filters)
        name, prepare = "plugin results", plugin_rows
        results = self._listing("pluginresult", asked, PLUGIN_RESULT_COLUMNS, name=name, prepare=prepare)
        if states is None:
            return results
        wanted = {states} if isinstance(states, str) else set(states)

        def read(place: Mapping[str, Any], opens: bool) -> Page:
            return Page([each for each in results.refresh() if each.get("state") in wanted])

        return Listing(name, lambda: Whole(read), PLUGIN_RESULT_COLUMNS)


def _of(thing: Ref | None, name: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    return dict(filters) if thing is None else {name: identifier(thing), **filters}


def _without_figures(reports: list[Record], first: bool) -> list[Record]:
    return [report_row(each) for each in reports]


def _with_figures(session: Session, reports: list[Record], first: bool) -> list[Record]:
    """Add figures to reports. Only the first page is read outside the session's threads, which it may use."""
    ids = [each["id"] for each in reports]
    jobs = [(name, ids[at : at + AT_ONCE]) for name in METRICS for at in range(0, len(ids), AT_ONCE)]
    read = partial(_metrics, session)
    found: dict[tuple[str, int | None], Record] = {}
    for (name, _), records in zip(jobs, session.map(read, jobs) if first else map(read, jobs), strict=True):
        for each in sorted(records, key=serial):
            found[name, number_in(each["report"])] = each
    rows = [report_row(each) for each in reports]
    return [{**row, **figures(*(found.get((name, row["id"])) for name in METRICS))} for row in rows]


def _metrics(session: Session, job: tuple[str, list[int]]) -> list[Record]:
    name, ids = job
    filters = {"report__in": ",".join(map(str, ids))}
    return all_records(session, name, filters, f"read {name} of {len(ids)} reports")
