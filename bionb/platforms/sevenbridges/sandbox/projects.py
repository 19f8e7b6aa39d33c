"""Projects and members."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, redirect, request
from werkzeug.wrappers import Response as Redirect

from bionb.errors import UsageError
from bionb.platforms.sevenbridges.rules.identifiers import suggest_short_name
from bionb.platforms.sevenbridges.sandbox.replies import Record, Refused, body, here, listing, one, query, sent
from bionb.platforms.sevenbridges.sandbox.store import PERMISSIONS, Store
from bionb.platforms.sevenbridges.wire.records import MEMBERS, PROJECTS
from bionb.sandbox.faults import Faults


def add_routes(app: Blueprint, store: Store, faults: Faults) -> None:
    """Add the routes of this part."""

    def shown(project: Record, listed: bool = False) -> Record:
        if faults.take("null_billing_group"):
            project = {**project, "billing_group": None}
        permissions = store.members[project["id"]].get(g.user, {})
        record = {**project, "permissions": {**dict.fromkeys(PERMISSIONS, False), **permissions}}
        return sent(record, PROJECTS, f"projects/{project['id']}", listed=listed)

    @app.get("/v2/projects")
    def projects() -> Response:
        return listing(_matching(store.visible_projects(g.user)), lambda each: shown(each, True), faults)

    @app.get("/v2/projects/<owner>")
    def of_owner(owner: str) -> Response:
        if owner not in store.users:
            raise Refused(404, 2002, "Requested user does not exist.")
        found = [each for each in store.visible_projects(g.user) if each["id"].startswith(f"{owner}/")]
        return listing(_matching(found), lambda each: shown(each, True), faults)

    @app.post("/v2/projects")
    def create() -> tuple[Response, int]:
        wanted = body()
        if not str(wanted.get("name") or "").strip():
            raise Refused(400, 3007, "A project needs a name.")
        if wanted.get("billing_group") not in store.billing:
            raise Refused(400, 3008, "A project needs one of your billing groups.")
        taken = {each.split("/")[1] for each in store.projects if each.startswith(f"{g.user}/")}
        try:
            short = suggest_short_name(wanted["name"], taken)
        except UsageError:
            raise Refused(400, 3007, "The name holds no letter or digit.") from None
        project = store.add_project(g.user, short, wanted["name"], wanted["billing_group"])
        _change(project, {key: wanted[key] for key in ("description", "tags", "settings") if key in wanted})
        return jsonify(shown(project)), 201

    @app.get("/v2/projects/<owner>/<short>")
    def project(owner: str, short: str) -> Response:
        return jsonify(shown(store.project(f"{owner}/{short}", g.user)))

    @app.patch("/v2/projects/<owner>/<short>")
    def change(owner: str, short: str) -> Response:
        found = store.project(f"{owner}/{short}", g.user, "write")
        _change(found, body())
        found["modified_on"] = store.now()
        return jsonify(shown(found))

    @app.delete("/v2/projects/<owner>/<short>")
    def delete(owner: str, short: str) -> tuple[str, int]:
        name = store.project(f"{owner}/{short}", g.user, "admin")["id"]
        for file_id in [each["id"] for each in store.files.values() if each["project"] == name]:
            del store.files[file_id]
        for task in [each["id"] for each in store.tasks.values() if each["project"] == name]:
            del store.tasks[task]
        store.many.pop(name, None)
        del store.projects[name], store.members[name]
        return "", 204

    @app.get("/v2/projects/<owner>/<short>/<any(files, tasks):kind>")
    def elsewhere(owner: str, short: str, kind: str) -> Redirect:
        return redirect(here(f"{kind}?project={owner}%2F{short}"), 307)

    _add_members(app, store, faults)


def _add_members(app: Blueprint, store: Store, faults: Faults) -> None:
    members = "/v2/projects/<owner>/<short>/members"

    def shown(name: str, username: str, permissions: dict[str, bool]) -> Record:
        user = store.users[username]
        record = {
            "username": username,
            "email": user["email"],
            "type": "USER",
            "permissions": {**dict.fromkeys(PERMISSIONS, False), **permissions},
        }
        return sent(record, MEMBERS, f"projects/{name}/members/{username}", listed=True)

    def found(name: str, username: str) -> dict[str, bool]:
        if username not in store.members[name]:
            raise Refused(404, 3002, "Requested member does not exist.")
        return store.members[name][username]

    @app.get(members)
    def of_project(owner: str, short: str) -> Response:
        name = store.project(f"{owner}/{short}", g.user)["id"]
        return listing(list(store.members[name].items()), lambda each: shown(name, *each), faults)

    @app.post(members)
    def add(owner: str, short: str) -> tuple[Response, int]:
        name, wanted = store.project(f"{owner}/{short}", g.user, "admin")["id"], body()
        username = wanted.get("username") or _by_email(store, wanted.get("email"))
        if username not in store.users:
            raise Refused(404, 2002, "Requested user does not exist.")
        if username in store.members[name]:
            raise Refused(409, 3003, "This user is a member already.")
        store.members[name][username] = _implied({**wanted.get("permissions", {}), "read": True})
        return jsonify(shown(name, username, store.members[name][username])), 201

    @app.get(f"{members}/<username>")
    def member(owner: str, short: str, username: str) -> Response:
        name = store.project(f"{owner}/{short}", g.user)["id"]
        return jsonify(shown(name, username, found(name, username)))

    @app.delete(f"{members}/<username>")
    def remove(owner: str, short: str, username: str) -> tuple[str, int]:
        name = store.project(f"{owner}/{short}", g.user, "admin")["id"]
        found(name, username)
        if username == owner:
            raise Refused(403, 3001, "The owner of a project stays its member.")
        del store.members[name][username]
        return "", 204

    @app.route(f"{members}/<username>/permissions", methods=["PATCH", "PUT"])
    def permit(owner: str, short: str, username: str) -> Response:
        name = store.project(f"{owner}/{short}", g.user, "admin")["id"]
        before = found(name, username) if request.method == "PATCH" else {}
        store.members[name][username] = _implied({**before, **body(), "read": True})
        return jsonify({**dict.fromkeys(PERMISSIONS, False), **store.members[name][username]})


def _matching(found: list[Record]) -> list[Record]:
    """Apply the filters: part of the name, category, and all tags."""
    wanted = (one("name") or "").lower()
    return [
        each
        for each in found
        if wanted in each["name"].lower()
        and (one("category") or each["category"]) == each["category"]
        and set(query().get("tags", ())) <= set(each["tags"])
    ]


def _change(project: Record, changes: Record) -> None:
    settings = {**project["settings"], **(changes.get("settings") or {})}
    allowed = ("name", "description", "billing_group", "tags")
    project.update({key: changes[key] for key in allowed if changes.get(key) is not None}, settings=settings)


def _implied(permissions: dict[str, bool]) -> dict[str, bool]:
    return dict.fromkeys(PERMISSIONS, True) if permissions.get("admin") else permissions


def _by_email(store: Store, email: str | None) -> str:
    return next((name for name, user in store.users.items() if user["email"] == email), "")
