"""Sending plans, and what the server answers to them."""

from __future__ import annotations

import json
import threading
from typing import Any

import requests

from bionb.answers import parse_json
from bionb.errors import ConnectionFailed, InvalidInput
from bionb.platforms.torrentsuite.base import TorrentBase
from bionb.platforms.torrentsuite.catalogue import API
from bionb.platforms.torrentsuite.plan_answers import PlanWarning, refused
from bionb.platforms.torrentsuite.plan_lookup import known_to, records
from bionb.platforms.torrentsuite.plan_rules import Finding, findings
from bionb.platforms.torrentsuite.plan_tables import refuse, unknown_fields
from bionb.platforms.torrentsuite.problems import told
from bionb.platforms.torrentsuite.values import clean, number_in
from bionb.warning import warn

Record = dict[str, Any]

PATH = f"{API}plannedexperiment/"
# Fields that the server takes although its schema does not tell them.
UNTOLD = ("barcodedSamples", "projects", "include_plugin_default_selection", "sampleSetName", "samplesList")


class PlanSender(TorrentBase):
    """Sends plans, each once."""

    _planning: threading.Lock
    _made: dict[str, Record]

    def _plan(self, number: str, opens: bool = True) -> Record:
        found = self.session.json("GET", f"{PATH}{number}/", what=f"read plan {number}", opens=opens)
        return dict(clean(found))

    def _create(self, body: Record, found: list[Finding], check: bool, again: bool) -> Record:
        # One plan at a time, so that a double click meets the plan that the first click made.
        with self._planning:
            key = json.dumps(body, sort_keys=True, default=str)
            if key in self._made and not again:
                return dict(self._made[key])
            if check:
                refuse([*found, *self._findings(body)], "The plan has faults")
            self._made[key] = self._send(body)
            return dict(self._made[key])

    def _send(self, body: Record) -> Record:
        name = body.get("planName", "")
        what = f"create plan {name}"
        try:
            answer = self.session.request("POST", PATH, json=body, what=what, accept=(400,))
        except ConnectionFailed as error:
            raise ConnectionFailed(
                f"{error} The plan may have been made all the same: look with plans(planName=...) before you try again."
            ) from error
        if answer.status_code == 400:
            raise refused(self.session.error(answer, what), answer)
        return self._answered(answer, str(number_in(answer.headers.get("Location", "")) or ""), what)

    def _answered(self, answer: requests.Response, number: str, what: str) -> Record:
        """Return the plan of an answer, reading it where the server sends none, and show the server's warnings."""
        plan = parse_json(answer, self.session.label, what)
        plan = self._plan(number, opens=False) if plan is None else dict(clean(plan))
        if doubts := told(plan.get("Warnings") or []):
            lines = "; ".join(f"{each['field']}: {each['message']}" for each in doubts)
            warn(f"the server took plan {plan.get('id')} and warns: {lines}", PlanWarning)
        plan["flows"] = int(plan.get("flows") or 0)
        return plan

    def _flows(self, number: str) -> int:
        """Return the flows to send with a change: the plan's own, or else those of its sequencing kit."""
        plan = self._plan(number, opens=False)
        stored = int(plan.get("flows") or 0)
        if stored > 0:
            return stored
        kit = plan.get("sequencekitname")
        found = records(self.session, "kitinfo", {"name": kit}) if kit else []
        flows = max((int(each.get("flowCount") or 0) for each in found), default=0)
        if not flows:
            raise InvalidInput(
                f"Plan {number} has no number of flows, and the server refuses any change without one: pass flows=, "
                "for instance flows=500.",
                [{"field": "flows", "message": "is needed with this change"}],
            )
        words = f"plan {number} had no number of flows; the {flows} of {kit} are sent with the change"
        warn(words, PlanWarning)
        return flows

    def _findings(self, body: Record) -> list[Finding]:
        known_fields = {*self._catalogue.schema("plannedexperiment", opens=False)["fields"], *UNTOLD}
        return [*findings(body, known_to(self.session, body)), *unknown_fields(body, known_fields)]
