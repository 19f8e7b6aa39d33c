"""Planning runs: look at a plan before it is sent, send it once, change it."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from bionb.errors import NotFound
from bionb.plain import plain
from bionb.platforms.torrentsuite.calls.plans import plan_of, read_plan, send_change, send_plan
from bionb.platforms.torrentsuite.rules.fields import type_findings
from bionb.platforms.torrentsuite.rules.findings import Finding, refuse
from bionb.platforms.torrentsuite.rules.plans import findings, identity_findings, unknown_fields
from bionb.platforms.torrentsuite.rules.samples import shared_barcodes
from bionb.platforms.torrentsuite.tables.samples import barcoded_samples, rows_of, table_findings
from bionb.platforms.torrentsuite.wire.catalogue import Catalogue
from bionb.platforms.torrentsuite.workflows.copying import copied
from bionb.platforms.torrentsuite.workflows.lookup import known_to
from bionb.session import Session

Record = dict[str, Any]


class Draft:
    """A plan to send, and what is wrong with its samples that the server would not say.

    Parameters
    ----------
    plan : mapping, optional
        Fields of the plan.
    fields : mapping
        More of them, which go before those of `plan`.
    samples : DataFrame or iterable of dict, optional
        Samples and barcodes.
    """

    def __init__(self, plan: Mapping[str, Any] | None, fields: Mapping[str, Any], samples: Any = None) -> None:
        self.body: Record = plain({**(plan or {}), **fields})
        if samples is None:
            self.findings = shared_barcodes(self.body)
            return
        rows = rows_of(samples)
        self.findings = table_findings(rows, self.body)
        self.body["barcodedSamples"] = barcoded_samples(rows, self.body)


class Planner:
    """Makes plans, each once, and changes them.

    Parameters
    ----------
    session, catalogue
        Of the client.
    """

    def __init__(self, session: Session, catalogue: Catalogue) -> None:
        self._session, self._catalogue = session, catalogue
        self._lock, self._made = threading.Lock(), dict[str, Record]()

    def findings(self, draft: Draft) -> list[Finding]:
        """Return all that is wrong or doubtful about a plan; what it may name is asked of the server."""
        told = self._catalogue.schema("plannedexperiment", opens=False)["fields"]
        body = draft.body
        return [*draft.findings, *findings(body, known_to(self._session, body)), *unknown_fields(body, told)]

    def create(self, draft: Draft, *, check: bool, again: bool) -> Record:
        """Send a plan unless this client did so before, and return it."""
        body = draft.body
        refuse(identity_findings(body), "This would change a plan instead of making one (copy_plan copies one)")
        # One plan at a time, so that a double click meets the plan that the first click made.
        with self._lock:
            key = json.dumps(body, sort_keys=True, default=str)
            made = None if again else self._still_there(self._made.get(key))
            if made is None:
                if check:
                    refuse(self.findings(draft), "The plan has faults")
                made = self._made[key] = send_plan(self._session, body)
            return dict(made)

    def copy(self, number: str, changes: Mapping[str, Any], *, check: bool, again: bool) -> Record:
        """Send a plan like another one."""
        draft = Draft(copied(read_plan(self._session, number, opens=False)), changes)
        return self.create(draft, check=check, again=again)

    def change(self, number: str, changes: Record, *, executed: bool) -> Record:
        """Change a plan, and return it as it is then; flows stay as they are unless given."""
        refuse([*identity_findings(changes), *type_findings(changes)], f"Plan {number} can't be changed so")
        before = read_plan(self._session, number, opens=False)
        if "planStatus" in changes and not executed:
            refuse(_executed(before), f"Plan {number} has run")
        what, changes = f"change plan {number}", {"flows": int(before.get("flows") or 0) or "0", **changes}
        answer = send_change(self._session, number, changes, what=what)
        self._forget(number)
        plan = plan_of(self._session, answer, number, what=what)
        # The answer to a change of projects shows those of before.
        projects = {"project", "projects"} & set(changes)
        return read_plan(self._session, number, opens=False) if projects else plan

    def _still_there(self, made: Record | None) -> Record | None:
        """Return a plan that was made before as it is now, None if it was deleted or cancelled since."""
        if made is None:
            return None
        try:
            now = read_plan(self._session, str(made["id"]), opens=False)
        except NotFound:
            return None
        return None if now.get("planStatus") == "voided" else {**made, **now}

    def _forget(self, number: str) -> None:
        """Take a plan for none that was made: it is another one now."""
        with self._lock:
            self._made = {key: each for key, each in self._made.items() if str(each["id"]) != number}


def _executed(plan: Mapping[str, Any]) -> list[Finding]:
    """Return the reason not to touch the status of a plan, if it has run."""
    if not (plan.get("planExecuted") or plan.get("planStatus") == "run"):
        return []
    return [Finding(("planStatus",), "its run would get that status too; pass executed=True if that is meant.")]
