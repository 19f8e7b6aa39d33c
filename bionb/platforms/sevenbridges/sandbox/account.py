"""Paths, accounts, billing and feedback."""

from __future__ import annotations

import re
from collections import Counter

from flask import g, request

from bionb.platforms.sevenbridges.sandbox.answers import body, here, listing, sent, store
from bionb.platforms.sevenbridges.sandbox.store import BILLING, Record, Records
from bionb.sandbox.application import Answer, Refused, Routes, refuse_if

PATHS = ("rate_limit", "user", "users", "billing", "projects", "files", "tasks", "apps", "action", "upload", "storage")


def _invoice(name: str) -> Record:
    return _found({each["invoice_id"]: each for each in store.invoices}, name, "invoice")


def _users() -> Answer:
    refuse_if(not request.args.get("division"), 400, "Users can only be listed for a division.", code=2105)
    raise Refused(403, "You are not a member of this division.", code=2001)


def _breakdown(name: str, kind: str) -> Answer:
    _found(store.billing, name, "billing group")
    refuse_if(kind not in _ROWS, 404, "There is no such breakdown.")
    start, stop = _day("date_from", ""), _day("date_to", "9999")
    rows = [row for row in _ROWS[kind]() if start <= str(row.get("time_started", start))[:10] <= stop]
    return listing(kind, rows, lambda each: each)


def _invoices() -> Answer:
    group = request.args.get("billing_group")
    return listing("billing/invoices", store.invoices if group in (None, BILLING) else [])


def _feedback() -> None:
    said = body()
    refuse_if(
        said.get("type") not in ("IDEA", "THOUGHT", "PROBLEM") or not str(said.get("text") or "").strip(),
        400,
        "Feedback needs a type and a text.",
    )
    store.feedback.append(said)


def _found(records: Records, name: str, kind: str, code: int = 4002) -> Record:
    refuse_if(name not in records, 404, f"Requested {kind} does not exist.", code=code)
    return records[name]


def _day(name: str, default: str) -> str:
    """Return a day of the query, which is written ``MM-DD-YYYY``, so that days can be compared."""
    found = re.fullmatch(r"(\d+)-(\d+)-(\d{4})", day := request.args.get(name, ""))
    refuse_if(day and not found, 400, "Days are written MM-DD-YYYY.", code=4000)
    return f"{found[3]}-{found[1]}-{found[2]}" if found else default


# -- what was spent -----------------------------------------------------------------------------------------------


def _analyses() -> list[Record]:
    return [
        {
            "project_name": store.projects[task["project"]]["name"],
            "analysis_app_name": task["app"].split("/")[2],
            "analysis_name": task["name"],
            "analysis_type": "WORKFLOW",
            "analysis_id": task["id"],
            "ran_by": task["created_by"],
            "analysis_status": task["status"],
            "analysis_cost": task["price"],
            "refunded_amount": 0,
            "time_started": task["start_time"],
            "time_finished": task["end_time"],
            "project_locked": False,
        }
        for task in store.tasks.values()
        if task["start_time"] and task["end_time"]
    ]


def _storage() -> list[Record]:
    sizes = Counter[str]()
    for each in store.files.values():
        sizes[each["project"]] += each.get("size", 0)
    return [
        {
            "project_name": project["name"],
            "project_created_by": project["created_by"],
            "location": "aws:us-east-1",
            "active": {"size": round(sizes[project["id"]] / 1e9, 3), "unit": "GB"},
            "archived": {"size": 0.0, "unit": "GB"},
            "project_locked": False,
        }
        for project in store.projects.values()
    ]


def _egress() -> list[Record]:
    return [
        {
            "project_name": project["name"],
            "downloaded_by": project["created_by"],
            "downloaded": {"size": 0.5 + number, "unit": "GB"},
            "egress_cost": {"currency": "USD", "amount": round(0.09 * (0.5 + number), 4)},
        }
        for number, project in enumerate(store.projects.values())
    ]


_ROWS = {"analysis": _analyses, "storage": _storage, "egress": _egress}


ROUTES: Routes = {
    "GET /v2": lambda: {f"{name}_url": here(name) for name in PATHS},
    "GET /v2/rate_limit": lambda: {
        "rate": g.sandbox.rate(),
        "instance_limit": {"limit": -1, "remaining": 9223372036854775807},
    },
    "GET /v2/user": lambda: sent("users", store.users[store.user]),
    "GET /v2/users": _users,
    "GET /v2/users/<name>": lambda name: sent("users", _found(store.users, name, "user", 2002)),
    "GET /v2/billing": lambda: {"groups_url": here("billing/groups"), "invoices_url": here("billing/invoices")},
    "GET /v2/billing/groups": lambda: listing("billing/groups", list(store.billing.values())),
    "GET /v2/billing/groups/<name>": lambda name: sent("billing/groups", _found(store.billing, name, "billing group")),
    "GET /v2/billing/groups/<name>/breakdown/<kind>": _breakdown,
    "GET /v2/billing/invoices": _invoices,
    "GET /v2/billing/invoices/<name>": lambda name: sent("billing/invoices", _invoice(name)),
    "POST /v2/action/notifications/feedback": _feedback,
}
