"""Planned runs: listing and reading them, and sending one or a change of one."""

from __future__ import annotations

from typing import Any

import requests

from bionb.errors import ConnectionFailed
from bionb.http.answers import parse_json
from bionb.listing import Listing
from bionb.platforms.torrentsuite.calls.calls import Calls, Filter
from bionb.platforms.torrentsuite.rules.identifiers import Ref, identifier
from bionb.platforms.torrentsuite.tables.columns import PLAN_COLUMNS
from bionb.platforms.torrentsuite.wire.catalogue import API
from bionb.platforms.torrentsuite.wire.problems import told
from bionb.platforms.torrentsuite.wire.records import clean, number_in
from bionb.platforms.torrentsuite.wire.refusals import PlanWarning, refused
from bionb.session import Session
from bionb.warning import warn
from bionb.wording import joined

Record = dict[str, Any]

PATH = f"{API}plannedexperiment/"


class Plans(Calls):
    """Runs that are to be made."""

    def plans(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Planned runs and templates, the newest first.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``planStatus="pending"``; also ``name_or_id`` and ``for_report``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``planName``, ``planStatus``, ``chipType``, ``runType``, ``flows`` (count; 0 for the
            kit's own), ``sampleDisplayedName``, ``library`` (the reference), ``barcodeId``, kits, ``date`` (UTC), ...

        Notes
        -----
        ``GET /rundb/api/v1/plannedexperiment/`` (Planned Experiment Resource).

        Examples
        --------
        >>> suite.plans(planStatus="run").first(1)[0]["chipType"]
        '540'
        """
        return self._listing("plannedexperiment", filters, PLAN_COLUMNS, limit=limit, name="plans", order="-id")

    def plan(self, plan: Ref) -> Record:
        """Return one plan.

        Parameters
        ----------
        plan : int, str or dict
            Its identifier, or a record of `plans`.

        Notes
        -----
        ``GET /rundb/api/v1/plannedexperiment/<id>/``.

        Examples
        --------
        >>> suite.plan(91)["planName"]
        'S5-540_WholeTranscriptomeRNA'
        """
        return read_plan(self.session, identifier(plan))


def read_plan(session: Session, number: str, *, opens: bool = True) -> Record:
    """Return a plan as it is now."""
    found = session.record("GET", f"{PATH}{number}/", what=f"read plan {number}", opens=opens, ids=("id",))
    return dict(clean(found))


def send_plan(session: Session, body: Record) -> Record:
    """Send a new plan once, and return it as the server keeps it."""
    what = f"create plan {body.get('planName', '')}"
    try:
        answer = session.request("POST", PATH, json=body, what=what, accept=(400,))
    except ConnectionFailed as error:
        error.advise("The plan may have been made all the same: look with plans(planName=...) before you try again.")
        raise
    number = str(number_in(_taken(session, answer, what).headers.get("Location", "")) or "")
    return plan_of(session, answer, number, what=what)


def send_change(session: Session, number: str, changes: Record, *, what: str) -> requests.Response:
    """Send a change of a plan, and return the answer if the server took it."""
    return _taken(session, session.request("PATCH", f"{PATH}{number}/", json=changes, what=what, accept=(400,)), what)


def _taken(session: Session, answer: requests.Response, what: str) -> requests.Response:
    if answer.status_code == 400:
        raise refused(session.error(answer, what), answer)
    return answer


def plan_of(session: Session, answer: requests.Response, number: str, *, what: str) -> Record:
    """Return the plan of an answer, reading it where the server sends none, and show the server's warnings."""
    plan = parse_json(answer, session.label, what)
    plan = read_plan(session, number, opens=False) if plan is None else dict(clean(plan))
    if doubts := told(plan.get("Warnings") or []):
        lines = joined(f"{each['field']}: {each['message']}" for each in doubts)
        warn(f"the server took plan {plan.get('id')} and warns: {lines}", PlanWarning)
    plan["flows"] = int(plan.get("flows") or 0)
    return plan
