"""Paths, accounts, billing and feedback."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify

from bionb.platforms.sevenbridges.sandbox.replies import Record, Refused, body, here, listing, one, sent
from bionb.platforms.sevenbridges.sandbox.store import Store
from bionb.platforms.sevenbridges.wire.records import BILLING_GROUPS, INVOICES, USERS
from bionb.sandbox.faults import Faults

PATHS = ("rate_limit", "user", "users", "billing", "projects", "files", "tasks", "apps", "action", "upload", "storage")


def add_routes(app: Blueprint, store: Store, faults: Faults) -> None:
    """Add the routes of this part."""

    @app.get("/v2")
    def paths() -> Response:
        return jsonify({f"{name}_url": here(name) for name in PATHS})

    @app.get("/v2/rate_limit")
    def rate_limit() -> Response:
        return jsonify({})  # filled in when the answer is counted

    @app.get("/v2/user")
    def user() -> Response:
        return jsonify(sent(store.users[g.user], USERS, f"users/{g.user}"))

    @app.get("/v2/users")
    def users() -> Response:
        if not one("division"):
            raise Refused(400, 2105, "Users can only be listed for a division.")
        raise Refused(403, 2001, "You are not a member of this division.")

    @app.get("/v2/users/<name>")
    def other(name: str) -> Response:
        if name not in store.users:
            raise Refused(404, 2002, "Requested user does not exist.")
        return jsonify(sent(store.users[name], USERS, f"users/{name}"))

    @app.get("/v2/billing")
    def billing() -> Response:
        return jsonify(groups_url=here("billing/groups"), invoices_url=here("billing/invoices"))

    @app.get("/v2/billing/groups")
    def groups() -> Response:
        return listing(list(store.billing.values()), lambda each: _group(each, listed=True), faults)

    @app.get("/v2/billing/groups/<name>")
    def group(name: str) -> Response:
        return jsonify(_group(_found(name)))

    @app.get("/v2/billing/groups/<name>/breakdown/<kind>")
    def breakdown(name: str, kind: str) -> Response:
        _found(name)
        if kind not in _ROWS:
            raise Refused(404, 90003, "There is no such breakdown.")
        return listing(_between(_ROWS[kind](store)), lambda each: each, faults)

    @app.get("/v2/billing/invoices")
    def invoices() -> Response:
        chosen = [each for each in store.invoices if one("billing_group") in (None, each["billing_group"])]
        return listing(chosen, lambda each: _invoice(each, listed=True), faults)

    @app.get("/v2/billing/invoices/<name>")
    def invoice(name: str) -> Response:
        found = next((each for each in store.invoices if each["invoice_id"] == name), None)
        if found is None:
            raise Refused(404, 4002, "Requested invoice does not exist.")
        return jsonify(_invoice(found))

    @app.post("/v2/action/notifications/feedback")
    def feedback() -> tuple[str, int]:
        said = body()
        if said.get("type") not in ("IDEA", "THOUGHT", "PROBLEM") or not str(said.get("text") or "").strip():
            raise Refused(400, 90000, "Feedback needs a type and a text.")
        store.feedback.append(said)
        return "", 204

    def _found(name: str) -> Record:
        if name not in store.billing:
            raise Refused(404, 4002, "Requested billing group does not exist.")
        return store.billing[name]


def _group(record: Record, *, listed: bool = False) -> Record:
    return sent(record, BILLING_GROUPS, f"billing/groups/{record['id']}", listed=listed)


def _invoice(record: Record, *, listed: bool = False) -> Record:
    shown = {key: value for key, value in record.items() if key != "billing_group"}
    return sent(shown, INVOICES, f"billing/invoices/{record['invoice_id']}", listed=listed)


def _between(rows: list[Record]) -> list[Record]:
    """Keep the rows that began in the days asked for (``MM-DD-YYYY``)."""
    start, stop = (_iso(one(name)) for name in ("date_from", "date_to"))
    return [
        row
        for row in rows
        if "time_started" not in row or ((start or "") <= row["time_started"][:10] <= (stop or "9999"))
    ]


def _iso(day: str | None) -> str | None:
    if day is None:
        return None
    month, date, year = (day.split("-") + ["", ""])[:3]
    if not (len(year) == 4 and (month + date + year).isdigit()):
        raise Refused(400, 4000, "Days are written MM-DD-YYYY.")
    return f"{year}-{month}-{date}"


def _analysis(store: Store) -> list[Record]:
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


def _storage(store: Store) -> list[Record]:
    rows = []
    for project in store.projects.values():
        sizes = [each.get("size", 0) for each in store.files.values() if each["project"] == project["id"]]
        rows.append(
            {
                "project_name": project["name"],
                "project_created_by": project["created_by"],
                "location": "aws:us-east-1",
                "active": {"size": round(sum(sizes) / 1e9, 3), "unit": "GB"},
                "archived": {"size": 0.0, "unit": "GB"},
                "project_locked": False,
            }
        )
    return rows


def _egress(store: Store) -> list[Record]:
    return [
        {
            "project_name": project["name"],
            "downloaded_by": project["created_by"],
            "downloaded": {"size": 0.5 + number, "unit": "GB"},
            "egress_cost": {"currency": "USD", "amount": round(0.09 * (0.5 + number), 4)},
        }
        for number, project in enumerate(store.projects.values())
    ]


_ROWS = {"analysis": _analysis, "storage": _storage, "egress": _egress}
