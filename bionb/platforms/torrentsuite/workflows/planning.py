"""Sending plans, and what the server answers to them."""

from __future__ import annotations

import json
import threading
from typing import Any

import requests

from bionb.answers import parse_json
from bionb.errors import ConnectionFailed, NotFound
from bionb.platforms.torrentsuite.calls.calls import TorrentBase
from bionb.platforms.torrentsuite.rules.fields import THRESHOLDS, Finding, identity_findings
from bionb.platforms.torrentsuite.rules.plans import findings
from bionb.platforms.torrentsuite.tables.samples import refuse, unknown_fields
from bionb.platforms.torrentsuite.wire.catalogue import API
from bionb.platforms.torrentsuite.wire.problems import told
from bionb.platforms.torrentsuite.wire.records import clean, number_in
from bionb.platforms.torrentsuite.wire.refusals import PlanWarning, refused
from bionb.platforms.torrentsuite.workflows.lookup import known_to
from bionb.warning import warn

Record = dict[str, Any]

PATH = f"{API}plannedexperiment/"
# Fields that the server takes although its schema does not tell them.
UNTOLD = (
    "barcodedSamples", "projects", "include_plugin_default_selection", "sampleSetName", "samplesList", "templatingSize",
    "analysisargs", "custom_args", "runType", *THRESHOLDS,
)  # fmt: skip


class PlanSender(TorrentBase):
    """Sends plans, each once."""

    _planning: threading.Lock
    _made: dict[str, Record]

    def _plan(self, number: str, opens: bool = True) -> Record:
        found = self.session.record("GET", f"{PATH}{number}/", what=f"read plan {number}", opens=opens, ids=("id",))
        return dict(clean(found))

    def _create(self, body: Record, found: list[Finding], check: bool, again: bool) -> Record:
        refuse(identity_findings(body), "This would change a plan instead of making one (copy_plan copies one)")
        # One plan at a time, so that a double click meets the plan that the first click made.
        with self._planning:
            key = json.dumps(body, sort_keys=True, default=str)
            made = None if again else self._still_there(self._made.get(key))
            if made is None:
                if check:
                    refuse([*found, *self._findings(body)], "The plan has faults")
                made = self._made[key] = self._send(body)
            return dict(made)

    def _still_there(self, made: Record | None) -> Record | None:
        """Return a plan that was made before as it is now, None if it was deleted or cancelled since."""
        if made is None:
            return None
        try:
            now = self._plan(str(made["id"]), opens=False)
        except NotFound:
            return None
        return None if now.get("planStatus") == "voided" else {**made, **now}

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

    def _change(self, number: str, changes: Record) -> Record:
        """Send a change, and return the plan as it is then."""
        what = f"change plan {number}"
        answer = self.session.request("PATCH", f"{PATH}{number}/", json=changes, what=what, accept=(400,))
        if answer.status_code == 400:
            raise refused(self.session.error(answer, what), answer)
        with self._planning:
            self._made = {key: each for key, each in self._made.items() if str(each["id"]) != number}
        plan = self._answered(answer, number, what)
        # The answer to a change of projects shows those of before.
        return self._plan(number, opens=False) if {"project", "projects"} & set(changes) else plan

    def _answered(self, answer: requests.Response, number: str, what: str) -> Record:
        """Return the plan of an answer, reading it where the server sends none, and show the server's warnings."""
        plan = parse_json(answer, self.session.label, what)
        plan = self._plan(number, opens=False) if plan is None else dict(clean(plan))
        if doubts := told(plan.get("Warnings") or []):
            lines = "; ".join(f"{each['field']}: {each['message']}" for each in doubts)
            warn(f"the server took plan {plan.get('id')} and warns: {lines}", PlanWarning)
        plan["flows"] = int(plan.get("flows") or 0)
        return plan

    def _findings(self, body: Record) -> list[Finding]:
        known_fields = {*self._catalogue.schema("plannedexperiment", opens=False)["fields"], *UNTOLD}
        return [*findings(body, known_to(self.session, body)), *unknown_fields(body, known_fields)]
