"""Gathering all that a server tells about one report."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from bionb.errors import ConnectionFailed, NotFound, ResponseError, UnexpectedResponse
from bionb.platforms.torrentsuite.rules.identifiers import identifier
from bionb.platforms.torrentsuite.tables.report import ReportIncomplete, RunReport
from bionb.platforms.torrentsuite.tables.rows import METRICS
from bionb.platforms.torrentsuite.wire.catalogue import API
from bionb.platforms.torrentsuite.wire.paging import all_records
from bionb.platforms.torrentsuite.wire.records import number_in
from bionb.session import Session
from bionb.warning import warn

Record = dict[str, Any]


def gather(session: Session, report: Mapping[str, Any]) -> RunReport:
    """Return a report with its parts, which are asked for at once; a part that fails is noted and left out."""
    number = identifier(report)
    parts = {
        **{name: (name, {"report": number}) for name in (*METRICS, "tfmetrics", "barcodes")},
        "plugins": ("pluginresult", {"result": number}),
        "plan": ("plannedexperiment", {"experiment": number_in(report.get("experiment"))}),
    }
    answers = dict(zip(parts, session.map(partial(_tried, session), parts.values()), strict=True))
    notes = [f"{name}: {answer}" for name, answer in answers.items() if isinstance(answer, str)]
    if notes:
        warn(f"report {number} is shown without {'; '.join(notes)}", ReportIncomplete)
    return RunReport(report, notes=notes, **{name: rows for name, rows in answers.items() if not isinstance(rows, str)})


def _tried(session: Session, asked: tuple[str, dict[str, Any]]) -> list[Record] | str:
    """Return the rows of a part, or why there are none: one part that fails is no reason to lose the others."""
    try:
        return _part(session, *asked)
    except (ResponseError, UnexpectedResponse, ConnectionFailed) as error:
        return str(error)


def _part(session: Session, resource: str, filters: dict[str, Any]) -> list[Record]:
    if None in filters.values():
        return []
    if resource == "barcodes":
        return _barcodes(session, filters["report"])
    return all_records(session, resource, filters, f"read {resource} of the report")


def _barcodes(session: Session, report: int) -> list[Record]:
    """Return the rows of the barcode summary; the server refuses where there is no such file."""
    what = f"read the barcodes of report {report}"
    try:
        rows = session.json("GET", f"{API}results/{report}/barcode/", what=what, opens=False)
    except NotFound:
        return []
    except ResponseError as error:
        if error.status == 400:
            return []
        raise
    return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []
