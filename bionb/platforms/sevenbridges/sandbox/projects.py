"""Projects and members."""

from __future__ import annotations

from functools import partial

from flask import redirect, request

from bionb.platforms.sevenbridges.sandbox.answers import body, faults, here, listing, sent, short_name, store
from bionb.platforms.sevenbridges.sandbox.store import PERMISSIONS, Record
from bionb.sandbox.application import Answer, Routes, refuse_if

PROJECT = "/v2/projects/<owner>/<short>"
MEMBERS = f"{PROJECT}/members"
MEMBER = f"{MEMBERS}/<username>"
SETTABLE = ("name", "description", "billing_group", "tags")


def _shown(project: Record, *, listed: bool = False) -> Record:
    billing = {"billing_group": None} if faults.take("null_billing_group") else {}
    permissions = _all_told(store.members[project["id"]].get(store.user, {}))
    return sent("projects", {**project, **billing, "permissions": permissions}, listed=listed)


def _projects(owner: str | None = None) -> Answer:
    refuse_if(owner is not None and owner not in store.users, 404, "Requested user does not exist.", code=2002)
    found = [each for each in store.visible(store.projects) if owner in (None, each["created_by"]) and _wanted(each)]
    return listing("projects", found, partial(_shown, listed=True))


def _wanted(project: Record) -> bool:
    """Apply the filters: part of the name, category, and all tags."""
    args = request.args
    return (
        args.get("name", "").lower() in project["name"].lower()
        and (args.get("category") or project["category"]) == project["category"]
        and set(args.getlist("tags")) <= set(project["tags"])
    )


def _create() -> Answer:
    wanted = body()
    refuse_if(not str(wanted.get("name") or "").strip(), 400, "A project needs a name.", code=3007)
    refuse_if(
        wanted.get("billing_group") not in store.billing, 400, "A project needs one of your billing groups.", code=3008
    )
    taken = [each.split("/")[1] for each in store.projects if each.startswith(f"{store.user}/")]
    short = short_name(wanted["name"], 3007, taken)
    project = store.add_project(store.user, short, wanted["name"], wanted["billing_group"])
    return _shown(_changed(project, wanted)), 201


def _change(owner: str, short: str) -> Answer:
    project = _changed(store.project(f"{owner}/{short}", "write"), body())
    project["modified_on"] = store.now()
    return _shown(project)


def _changed(project: Record, changes: Record) -> Record:
    settings = {**project["settings"], **(changes.get("settings") or {})}
    project.update({key: changes[key] for key in SETTABLE if changes.get(key) is not None}, settings=settings)
    return project


def _delete(owner: str, short: str) -> None:
    store.remove_project(store.project(f"{owner}/{short}", "admin")["id"])


# -- members ------------------------------------------------------------------------------------------------------


def _member(project: str, username: str) -> Record:
    """Return a member as it is sent."""
    refuse_if(username not in store.members[project], 404, "Requested member does not exist.", code=3002)
    record = {"username": username, "email": store.users[username]["email"], "type": "USER"}
    record["permissions"] = _all_told(store.members[project][username])
    return sent(f"projects/{project}/members", record)


def _members(owner: str, short: str) -> Answer:
    name = store.project(f"{owner}/{short}")["id"]
    return listing("members", list(store.members[name]), partial(_member, name))


def _add(owner: str, short: str) -> Answer:
    name, wanted = store.project(f"{owner}/{short}", "admin")["id"], body()
    by_email = {user["email"]: username for username, user in store.users.items()}
    username = wanted.get("username") or by_email.get(wanted.get("email"), "")
    refuse_if(username not in store.users, 404, "Requested user does not exist.", code=2002)
    refuse_if(username in store.members[name], 409, "This user is a member already.", code=3003)
    _permit(name, username, wanted.get("permissions", {}))
    return _member(name, username), 201


def _remove(owner: str, short: str, username: str) -> None:
    name = store.project(f"{owner}/{short}", "admin")["id"]
    _member(name, username)
    refuse_if(username == owner, 403, "The owner of a project stays its member.", code=3001)
    del store.members[name][username]


def _permissions(owner: str, short: str, username: str) -> Answer:
    name = store.project(f"{owner}/{short}", "admin")["id"]
    before = _member(name, username)["permissions"]
    return _all_told(_permit(name, username, {**(before if request.method == "PATCH" else {}), **body()}))


def _permit(project: str, username: str, permissions: Record) -> Record:
    """Keep what a member may do; who may administer may do all."""
    implied = dict.fromkeys(PERMISSIONS, True) if permissions.get("admin") else {**permissions, "read": True}
    store.members[project][username] = implied
    return implied


def _all_told(permissions: Record) -> Record:
    return {**dict.fromkeys(PERMISSIONS, False), **permissions}


ROUTES: Routes = {
    "GET /v2/projects/<owner>": _projects,
    "GET /v2/projects": _projects,
    "POST /v2/projects": _create,
    f"GET {PROJECT}": lambda owner, short: _shown(store.project(f"{owner}/{short}")),
    f"PATCH {PROJECT}": _change,
    f"DELETE {PROJECT}": _delete,
    f"GET {PROJECT}/<any(files, tasks):kind>": lambda owner, short, kind: redirect(
        here(f"{kind}?project={owner}%2F{short}"), 307
    ),
    f"GET {MEMBERS}": _members,
    f"POST {MEMBERS}": _add,
    f"GET {MEMBER}": lambda owner, short, username: _member(store.project(f"{owner}/{short}")["id"], username),
    f"DELETE {MEMBER}": _remove,
    f"PATCH|PUT {MEMBER}/permissions": _permissions,
}
