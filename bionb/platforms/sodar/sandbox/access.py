"""Views on access tickets and deletion requests: who may read data by a link, and what is to be deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from flask import request

from bionb.platforms.sodar.sandbox.api import Context, paged
from bionb.platforms.sodar.sandbox.projects import find, user_shape
from bionb.platforms.sodar.sandbox.refusals import Refused, crash_if, forbid_if, invalid_if, refuse_if, there, unfit_if
from bionb.platforms.sodar.sandbox.world import CONTRIBUTOR, Project
from bionb.sandbox.application import Routes

_IN_ASSAY = re.compile(r"/study_(?P<study>[0-9a-f-]{36})/assay_(?P<assay>[0-9a-f-]{36})/.+")
_OPEN = ("ACTIVE", "FAILED")


def _working(context: Context, uuid: str) -> Project:
    """Return a project in which the caller may change data."""
    found = find(context, uuid, CONTRIBUTOR)
    forbid_if(found.archive)
    return found


def _named(context: Context, kind: str, uuid: str) -> tuple[Project, dict[str, Any]]:
    """Return a ticket or request with its project; whoever may not change the data there may not see it."""
    everywhere = ((one, each) for one in context.world.projects.values() for each in getattr(one, kind))
    found = there(next((pair for pair in everywhere if pair[1]["sodar_uuid"] == uuid), None))
    return _working(context, found[0].sodar_uuid), found[1]


def _no_irods(context: Context) -> bool:
    return bool(context.faults.take("irods_down") or context.faults.take("irods_off"))


def _wrong_path(context: Context, project: Project, path: str) -> str:
    """Say what is wrong with a path: it has to be something inside of an assay's collection."""
    place = _IN_ASSAY.fullmatch(path.removeprefix(project.sample_data))
    if place is None or not path.startswith(project.sample_data):
        return "This is no path within a study and assay of this project."
    if project.sheets is None or place["assay"] not in project.sheets.assays:
        return "This project has no such assay."
    irods = context.world.irods
    return (
        ""
        if path in irods.objects or path.rstrip("/") in irods.collections
        else "There is nothing at this path in iRODS."
    )


def _shape(context: Context, record: Mapping[str, Any]) -> dict[str, Any]:
    user = record["user"]
    shown = {**record, "user": user_shape(context, user) if context.old else user.sodar_uuid}
    if "date_expires" in record:
        ends = record["date_expires"]
        shown["is_active"] = ends is None or _time(ends) > context.world.clock.now()
        if context.old or context.version == "1.0":
            del shown["allowed_hosts"]
    return shown


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _note(context: Context, project: Project, name: str, description: str, record: Mapping[str, Any]) -> None:
    label = "ticket" if "ticket" in record else "irods_request"
    objects = {label: (PurePosixPath(record["path"]).name, record["sodar_uuid"])}
    context.world.note(project, context.user, name, description, app="samplesheets", objects=objects)


# -- tickets ---------------------------------------------------------------------------------------------------------


def list_tickets(context: Context, project: str) -> Any:
    """List tickets, newest first."""
    found, active = find(context, project, CONTRIBUTOR), request.args.get("active", "0")
    crash_if(not re.fullmatch(r"-?\d+", active))  # a fault of real servers, at "true", too
    shown = [_shape(context, each) for each in reversed(found.tickets)]
    return paged(context, [each for each in shown if each["is_active"] or not int(active)])


def retrieve_ticket(context: Context, ticket: str) -> Any:
    """Return one ticket."""
    return _shape(context, _named(context, "tickets", ticket)[1])


def create_ticket(context: Context, project: str) -> Any:
    """Make a ticket for what is at a path."""
    found = _working(context, project)
    body = _ticket_body(context, needed=True)
    wrong = _wrong_path(context, found, body["path"])
    invalid_if(wrong, wrong)
    _check_end(context, body)
    invalid_if(any(each["path"] == body["path"] for each in found.tickets), "There is a ticket for this path.")
    unfit_if(_no_irods(context), "The ticket was not made: no connection to iRODS")
    place = _IN_ASSAY.search(body["path"])
    assert place is not None
    made = {
        "study": place["study"],
        "assay": place["assay"],
        "ticket": f"sandboxticket{context.world.ids.number('ticket'):03d}",
        "path": body["path"].rstrip("/"),
        "user": context.user,
        "date_created": context.world.clock.tick().isoformat(),
        "date_expires": body.get("date_expires"),
        "label": body.get("label"),
        "allowed_hosts": body.get("allowed_hosts", []),
        "is_active": True,
        "sodar_uuid": context.world.ids.uuid("ticket"),
    }
    found.tickets.append(made)
    _note(context, found, "irods_ticket_create", "create iRODS access ticket {ticket}", made)
    return _shape(context, made), 201


def _ticket_body(context: Context, *, needed: bool) -> dict[str, Any]:
    """Read a ticket's fields; hosts came with version 1.1, and are then needed for a whole ticket."""
    read, wrong = context.read(), {}
    unfit_if("allowed_hosts" in read and not context.at_least("1.1"), "allowed_hosts needs version 1.1.")
    if needed and context.at_least("1.1") and "allowed_hosts" not in read:
        wrong["allowed_hosts"] = "Please give this field."
    if isinstance(ends := read.get("date_expires"), str):
        try:
            _time(ends)
        except ValueError:
            wrong["date_expires"] = "This is no time as ISO 8601 writes it."
    return context.body(**wrong)


def _check_end(context: Context, body: Mapping[str, Any]) -> None:
    ends = body.get("date_expires")
    invalid_if(ends is not None and _time(ends) <= context.world.clock.now(), "date_expires lies in the past.")


def update_ticket(context: Context, ticket: str) -> Any:
    """Change label, end or hosts."""
    project, found = _named(context, "tickets", ticket)
    body = _ticket_body(context, needed=request.method == "PUT")
    _check_end(context, body)
    changes = {name: value for name, value in body.items() if name in ("label", "date_expires", "allowed_hosts")}
    unfit_if(not changes, "There is nothing to change.")
    found.update(changes)
    if "allowed_hosts" not in body and context.at_least("1.1"):
        found["allowed_hosts"] = []  # a fault of real servers: what is not sent again is lost
    _note(context, project, "irods_ticket_update", "update iRODS access ticket {ticket}", found)
    return _shape(context, found)


def delete_ticket(context: Context, ticket: str) -> None:
    """Take a ticket away."""
    project, found = _named(context, "tickets", ticket)
    unfit_if(_no_irods(context), "The ticket was not deleted: no connection to iRODS")
    project.tickets.remove(found)
    _note(context, project, "irods_ticket_delete", "delete iRODS access ticket {ticket}", found)


# -- deletion requests -----------------------------------------------------------------------------------------------


def list_requests(context: Context, project: str) -> Any:
    """List what waits for owners and delegates, or all of the caller's own."""
    found = _working(context, project)
    if found.leads(context.user):
        shown = [each for each in reversed(found.requests) if each["status"] in _OPEN]
    else:
        shown = [each for each in reversed(found.requests) if each["user"] is context.user]
    return paged(context, [_shape(context, each) for each in shown])


def retrieve_request(context: Context, request_: str) -> Any:
    """Return one request."""
    return _shape(context, _named(context, "requests", request_)[1])


def _request_body(context: Context, project: Project, itself: Mapping[str, Any] | None) -> dict[str, Any]:
    path, wrong = context.read().get("path"), {}
    if isinstance(path, str) and path:
        waiting = [each for each in project.requests if each["path"] == path and each["status"] in _OPEN]
        words = (
            "A request for this path is waiting."
            if waiting not in ([], [itself])
            else _wrong_path(context, project, path)
        )
        wrong = {"path": words} if words else {}
    return context.body(**wrong)


def create_request(context: Context, project: str) -> Any:
    """Ask the owner to delete what is at a path."""
    found = _working(context, project)
    body = _request_body(context, found, None)
    made = {
        "project": project,
        "action": "DELETE",
        "path": body["path"],
        "target_path": None,
        "user": context.user,
        "status": "ACTIVE",
        "status_info": "",
        "description": body.get("description"),
        "date_created": context.world.clock.tick().isoformat(),
        "sodar_uuid": context.world.ids.uuid("request"),
    }
    found.requests.append(made)
    _note(context, found, "irods_request_create", "create iRODS data request {irods_request}", made)
    return _shape(context, made), 201


def _own(context: Context, uuid: str) -> tuple[Project, dict[str, Any]]:
    """Return a request that the caller may change: one's own, or any for owners and delegates."""
    project, found = _named(context, "requests", uuid)
    forbid_if(found["user"] is not context.user and not project.leads(context.user))
    return project, found


def update_request(context: Context, request_: str) -> Any:
    """Change path or description."""
    project, found = _own(context, request_)
    found.update(_request_body(context, project, found))
    _note(context, project, "irods_request_update", "update iRODS data request {irods_request}", found)
    return _shape(context, found)


def delete_request(context: Context, request_: str) -> None:
    """Take a request back; the data stay."""
    project, found = _own(context, request_)
    project.requests.remove(found)
    _note(context, project, "irods_request_delete", "delete iRODS data request {irods_request}", found)


def _judged(context: Context, uuid: str) -> tuple[Project, dict[str, Any]]:
    project, found = _named(context, "requests", uuid)
    forbid_if(not project.leads(context.user))
    return project, found


def accept_request(context: Context, request_: str) -> Any:
    """Delete what the request is for."""
    project, found = _judged(context, request_)
    busy = 400 if context.old else 503
    unfit_if(found["status"] not in _OPEN, f"This request is {found['status']} already.")
    refuse_if(context.faults.take("locked"), busy, "The project is locked by another operation: please wait.")
    if context.faults.take("irods_down"):
        found["status"] = "FAILED"
        raise Refused(400, "", body=["Nothing was deleted: no connection to iRODS"])
    found["status"], path = "ACCEPTED", found["path"].rstrip("/")
    for each in (path, f"{path}.md5"):
        context.world.irods.remove(each)
    _note(context, project, "irods_request_accept", "accept iRODS data request {irods_request}", found)
    return {"detail": "The request was accepted."}


def reject_request(context: Context, request_: str) -> Any:
    """Keep the data; real servers do not look whether they are there still."""
    project, found = _judged(context, request_)
    found["status"] = "REJECTED"
    _note(context, project, "irods_request_reject", "reject iRODS data request {irods_request}", found)
    return {"detail": "The request was rejected."}


_TICKET, _REQUEST = "/samplesheets/api/irods/ticket", "/samplesheets/api/irods/request"
ROUTES: Routes = {
    f"GET {_TICKET}/list/<uuid:project>": list_tickets,
    f"GET {_TICKET}/retrieve/<uuid:ticket>": retrieve_ticket,
    f"POST {_TICKET}/create/<uuid:project>": create_ticket,
    f"PATCH {_TICKET}/update/<uuid:ticket>": update_ticket,
    f"DELETE {_TICKET}/delete/<uuid:ticket>": delete_ticket,
    f"GET {_REQUEST}s/<uuid:project>": list_requests,
    f"GET {_REQUEST}/retrieve/<uuid:request_>": retrieve_request,
    f"POST {_REQUEST}/create/<uuid:project>": create_request,
    f"PATCH {_REQUEST}/update/<uuid:request_>": update_request,
    f"DELETE {_REQUEST}/delete/<uuid:request_>": delete_request,
    f"POST {_REQUEST}/accept/<uuid:request_>": accept_request,
    f"POST {_REQUEST}/reject/<uuid:request_>": reject_request,
}
