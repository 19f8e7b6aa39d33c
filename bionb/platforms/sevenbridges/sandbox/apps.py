"""Apps: lists, revisions, CWL, installing and copying."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from flask import request

from bionb.platforms.sevenbridges.sandbox.answers import body, listing, sent, short_name, store
from bionb.platforms.sevenbridges.sandbox.store import Record
from bionb.sandbox.application import Answer, Routes, refuse_if

APP = "/v2/apps/<owner>/<project>/<short>"
PUBLIC = "admin/public"


def _apps() -> Answer:
    visibility = request.args.get("visibility") or "private"
    refuse_if(visibility not in ("private", "public"), 400, "Visibility is private or public.", code=6012)
    if project := request.args.get("project"):
        store.project(project)
    latest = [each[-1] for each in store.apps.values()]
    if visibility == "public":
        return listing("apps", [each for each in latest if each["project"] == PUBLIC and _has_words(each)])
    return listing("apps", [each for each in latest if each["project"] != PUBLIC and _mine(each) and _has_words(each)])


def _mine(app: Record) -> bool:
    project, owner = app["project"], app["project"].split("/")[0]
    return (
        store.user in store.members[project]
        and (request.args.get("project") or project) == project
        and (request.args.get("project_owner") or owner) == owner
    )


def _has_words(app: Record) -> bool:
    ids, terms = request.args.getlist("id"), request.args.get("q", "").lower().split()
    return (not ids or app["id"] in ids) and all(term in f"{app['name']} {app['id']}".lower() for term in terms)


def _name(place: Mapping[str, Any]) -> str:
    return "/".join(str(place[key]) for key in ("owner", "project", "short", "revision") if key in place)


def _install(revision: int | None = None, **place: Any) -> Answer:
    store.project(f"{place['owner']}/{place['project']}", "write")
    name, cwl = _name(place), body()
    following = len(store.apps.get(name, ()))
    refuse_if(revision not in (None, following), 409, f"The next revision is {following}.", code=6003)
    refuse_if(
        "class" not in cwl or "inputs" not in cwl,
        400,
        "This is no description in the Common Workflow Language.",
        code=6001,
    )
    return dict(store.add_app(name, cwl)["raw"]), 201


def _copy(**place: Any) -> Answer:
    source, wanted = store.app(_name(place)), body("project")
    target = store.project(wanted["project"], "write")["id"]
    name = f"{target}/{short_name(wanted['name'], 6004) if wanted.get('name') else place['short']}"
    refuse_if(name in store.apps, 409, "An app of this name exists in the project.", code=6003)
    return sent("apps", store.add_app(name, copy.deepcopy(source["raw"]))), 201


ROUTES: Routes = {
    "GET /v2/apps": _apps,
    f"GET {APP}/<int:revision>": lambda **place: sent("apps", store.app(_name(place))),
    f"GET {APP}": lambda **place: sent("apps", store.app(_name(place))),
    f"GET {APP}/<int:revision>/raw": lambda **place: dict(store.app(_name(place))["raw"]),
    f"GET {APP}/raw": lambda **place: dict(store.app(_name(place))["raw"]),
    f"POST {APP}/<int:revision>/raw": _install,
    f"POST {APP}/raw": _install,
    f"POST {APP}/actions/copy": _copy,
}
