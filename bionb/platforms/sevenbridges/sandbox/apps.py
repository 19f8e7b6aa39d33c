"""Apps: lists, revisions, CWL, installing and copying."""

from __future__ import annotations

import copy

from flask import Blueprint, Response, g, jsonify

from bionb.errors import UsageError
from bionb.platforms.sevenbridges.rules.identifiers import suggest_short_name
from bionb.platforms.sevenbridges.sandbox.replies import Record, Refused, body, listing, one, query, sent
from bionb.platforms.sevenbridges.sandbox.store import Store
from bionb.platforms.sevenbridges.wire.records import APPS
from bionb.sandbox.faults import Faults


def add_routes(app: Blueprint, store: Store, faults: Faults) -> None:
    """Add the routes of this part."""
    place = "/v2/apps/<owner>/<project>/<short>"

    @app.get("/v2/apps")
    def apps() -> Response:
        visibility = one("visibility") or "private"
        if visibility not in ("private", "public"):
            raise Refused(400, 6012, "Visibility is private or public.")
        if project := one("project"):
            store.project(project, g.user)
        found = [each[-1] for each in store.apps.values() if _wanted(store, each[-1], visibility == "public")]
        return listing(found, lambda each: _shown(each, listed=True), faults)

    @app.get(place)
    def latest(owner: str, project: str, short: str) -> Response:
        return jsonify(_shown(store.app(f"{owner}/{project}/{short}", g.user)))

    @app.get(f"{place}/<int:revision>")
    def revision(owner: str, project: str, short: str, revision: int) -> Response:
        return jsonify(_shown(store.app(f"{owner}/{project}/{short}", g.user, str(revision))))

    @app.get(f"{place}/raw")
    def raw(owner: str, project: str, short: str) -> Response:
        return jsonify(store.app(f"{owner}/{project}/{short}", g.user)["raw"])

    @app.get(f"{place}/<int:revision>/raw")
    def raw_revision(owner: str, project: str, short: str, revision: int) -> Response:
        return jsonify(store.app(f"{owner}/{project}/{short}", g.user, str(revision))["raw"])

    @app.post(f"{place}/raw")
    def install(owner: str, project: str, short: str) -> tuple[Response, int]:
        store.project(f"{owner}/{project}", g.user, "write")
        return jsonify(_add(store, f"{owner}/{project}/{short}", _cwl(body()))["raw"]), 201

    @app.post(f"{place}/<int:revision>/raw")
    def install_revision(owner: str, project: str, short: str, revision: int) -> tuple[Response, int]:
        store.project(f"{owner}/{project}", g.user, "write")
        name = f"{owner}/{project}/{short}"
        if revision != len(store.apps.get(name, ())):
            raise Refused(409, 6003, f"The next revision is {len(store.apps.get(name, ()))}.")
        return jsonify(_add(store, name, _cwl(body()))["raw"]), 201

    @app.post(f"{place}/actions/copy")
    def copy_latest(owner: str, project: str, short: str) -> tuple[Response, int]:
        source, wanted = store.app(f"{owner}/{project}/{short}", g.user), body()
        target = store.project(wanted.get("project", ""), g.user, "write")["id"]
        try:
            name = suggest_short_name(wanted["name"]) if wanted.get("name") else short
        except UsageError:
            raise Refused(400, 6004, "The name holds no letter or digit.") from None
        if f"{target}/{name}" in store.apps:
            raise Refused(409, 6003, "An app of this name exists in the project.")
        return jsonify(_shown(_add(store, f"{target}/{name}", copy.deepcopy(source["raw"])))), 201


def _shown(record: Record, *, listed: bool = False) -> Record:
    return sent(record, APPS, f"apps/{record['id']}", listed=listed)


def _wanted(store: Store, app: Record, public: bool) -> bool:
    project = app["project"]
    if public or project == "admin/public":
        return public and project == "admin/public" and _has_words(app)
    owner = project.split("/")[0]
    return (
        g.user in store.members[project]
        and (one("project") or project) == project
        and (one("project_owner") or owner) == owner
        and _has_words(app)
    )


def _has_words(app: Record) -> bool:
    ids = query().get("id")
    terms = (one("q") or "").lower().split()
    return (not ids or app["id"] in ids) and all(term in f"{app['name']} {app['id']}".lower() for term in terms)


def _cwl(raw: Record) -> Record:
    if "class" not in raw or "inputs" not in raw:
        raise Refused(400, 6001, "This is no description in the Common Workflow Language.")
    return raw


def _add(store: Store, name: str, raw: Record) -> Record:
    revisions = store.apps.setdefault(name, [])
    number = len(revisions)
    raw = {**raw, "sbg:id": f"{name}/{number}", "sbg:revision": number}
    record = {
        "id": raw["sbg:id"],
        "project": name.rsplit("/", 1)[0],
        "name": raw.get("label") or name.rsplit("/", 1)[1],
        "revision": number,
        "raw": raw,
    }
    revisions.append(record)
    return record
