"""Views on categories and projects, and what SODAR Core asks before it creates or changes one, in its order."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from bionb.platforms.sodar.sandbox.api import Context, paged
from bionb.platforms.sodar.sandbox.refusals import crash_if, forbid_if, invalid_if, refuse_if, there
from bionb.platforms.sodar.sandbox.world import (
    CATEGORY,
    CONTRIBUTOR,
    DELEGATE,
    FINDER,
    PROJECT,
    RANKS,
    VIEWER,
    Assignment,
    Project,
    User,
)
from bionb.sandbox.application import Routes

UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MS_A_PROJECT = 21.0  # a real server took 43 s for 2,003 projects in one list, and 3.7 s for a page of 100
PUBLIC = ("project guest", "project viewer")


def find(context: Context, uuid: str, rank: int = VIEWER) -> Project:
    """Return a project, refused with 404 when unknown and 403 without the rank."""
    project = there(context.world.projects.get(uuid))
    allowed = rank if project.type == PROJECT or rank != VIEWER else FINDER
    forbid_if(not project.allows(context.user, allowed))
    return project


def user_shape(context: Context, user: User, embedded: bool = True) -> Any:
    """Return a user as this version writes it: an object, or from 2.0 only the UUID inside other objects."""
    if embedded and context.at_least("2.0"):
        return user.sodar_uuid
    shape: dict[str, Any] = {"username": user.username, "name": user.name, "email": user.email}
    if not context.old:
        shape["additional_emails"] = []
    shape["is_superuser"] = user.is_superuser
    if context.at_least("1.1"):
        shape["auth_type"] = "LOCAL" if user.is_system else "LDAP"
    return {**shape, "sodar_uuid": user.sodar_uuid}


def list_projects(context: Context) -> Any:
    """List what the user may see; finders see stubs of the projects below."""
    found = sorted(context.world.projects.values(), key=lambda each: each.full_title)
    shapes = []
    for project in found:
        rank = project.rank(context.user)
        if rank is None:
            continue
        stub = rank == FINDER and project.type == PROJECT
        shapes.append(_stub(context, project) if stub else shape(context, project))
    answer = paged(context, shapes)
    if fault := context.faults.take("slow_list"):
        shown = len(answer) if isinstance(answer, list) else 1.76 * len(answer["results"])
        context.delay(shown * fault.options.get("ms", MS_A_PROJECT) / 1000)
    return answer


def _stub(context: Context, project: Project) -> dict[str, Any]:
    full = {} if context.old else {"full_title": project.full_title}
    return {"title": project.title, **full, "sodar_uuid": project.sodar_uuid}


def brief(context: Context, project: Project) -> dict[str, Any]:
    """Return what a create answer holds: no roles, no archive, no children."""
    found: dict[str, Any] = {
        "title": project.title,
        "type": project.type,
        "parent": project.parent.sodar_uuid if project.parent else None,
        "description": project.description,
        "readme": project.readme,
    }
    if context.at_least("2.0"):
        found["public_access"] = project.public
    else:
        found["public_guest_access"] = project.public == "project guest"
    if not context.old:
        found["full_title"] = project.full_title
    return {**found, "sodar_uuid": project.sodar_uuid}


def shape(context: Context, project: Project) -> dict[str, Any]:
    """Return a project as this version writes it."""
    found = {**brief(context, project), "archive": project.archive, "roles": _roles(context, project)}
    if project.type == CATEGORY and context.at_least("1.1"):
        found["children"] = [each.sodar_uuid for each in context.world.children(project)]
    return found


def _roles(context: Context, project: Project) -> dict[str, Any]:
    own = {each.user.username for each in project.roles.values()}
    inherited = [
        each
        for each in project.inherited()
        if each.user.username not in own and (each.rank < FINDER or project.type == CATEGORY)
    ]
    return {each.sodar_uuid: _role(context, each, each in inherited) for each in [*project.roles.values(), *inherited]}


def _role(context: Context, each: Assignment, inherited: bool) -> dict[str, Any]:
    user = user_shape(context, each.user)
    return {"role": each.role, "user": user, "sodar_uuid": each.sodar_uuid, "inherited": inherited}


def retrieve(context: Context, project: str) -> Any:
    """Return one project."""
    return shape(context, find(context, project))


def _as_text(value: Any) -> str | None:
    """Return a text field's value: numbers are taken as text."""
    return None if value is None else str(value)


def _creatable_in(context: Context) -> Project | None:
    """Return the parent of a new project; the right to create in it is looked at before anything else is read."""
    uuid = context.read().get("parent")
    crash_if(isinstance(uuid, str) and uuid and not UUID.fullmatch(uuid))  # a fault of real servers
    parent = context.world.projects.get(uuid) if isinstance(uuid, str) else None
    forbid_if(not context.user.is_superuser and (parent is None or not parent.allows(context.user, CONTRIBUTOR)))
    return parent


def _wrong_fields(context: Context) -> dict[str, str]:
    """Return the fields that name something which is not there."""
    body, wrong = context.read(), {}
    parent = body.get("parent")
    if isinstance(parent, str) and parent:
        found = context.world.projects.get(parent)
        if found is None or found.type != CATEGORY:
            wrong["parent"] = f"No category has the UUID {parent}."
    role = body.get("public_access")
    if isinstance(role, str) and role and role not in RANKS:
        wrong["public_access"] = f"There is no role {role}."
    return wrong


def _check_place(context: Context, body: dict[str, Any], parent: Project | None, itself: Project | None) -> None:
    """Refuse a place in the tree."""
    moved = parent is not None and (itself is None or itself.parent is not parent)
    forbid_if(moved and parent is not None and not parent.allows(context.user, CONTRIBUTOR))
    if "parent" not in body or parent is not None:
        return
    forbid_if(itself is not None and itself.parent is not None and not context.user.is_superuser)
    invalid_if(body.get("type") == PROJECT, "A project needs a category above it.")


def _check_title(context: Context, body: dict[str, Any], parent: Project | None, itself: Project | None) -> None:
    """Refuse a title."""
    title = str(body.get("title", ""))
    invalid_if(
        " / " in title or title.startswith("/") or title.endswith("/"),
        "A title must not begin or end with a slash, nor have one between blanks.",
    )
    invalid_if(parent is not None and title == parent.title, "A title must differ from its parent's.")
    taken = any(each.parent is parent and each.title == title for each in context.world.projects.values())
    invalid_if(itself is None and taken, "Title and parent together must be unique.")


def _owner_of(context: Context, body: dict[str, Any]) -> User:
    """Return the owner that is named for a project."""
    uuid = body.get("owner")
    invalid_if(not uuid, "An owner is needed to create a project.")
    invalid_if(not UUID.fullmatch(str(uuid)), f"{uuid} is no UUID.")
    owner = context.world.user(str(uuid))
    invalid_if(owner is None, "The owner is unknown.")
    assert owner is not None
    return owner


def _public_of(context: Context, body: dict[str, Any], kind: str | None, *, complete: bool) -> str | None:
    """Read the public field, whose name and form differ by version; a form without it counts as 'not public'.

    `kind` is the type that the request names, `complete` whether it has to name all fields.
    """
    if context.at_least("2.0"):
        invalid_if("public_guest_access" in body or context.is_form, "From version 2.0 on use public_access, in JSON.")
        invalid_if("public_access" not in body and complete, "public_access is missing.")
        role = body.get("public_access") or None
        invalid_if(kind == CATEGORY and role, "Categories are not public.")
        crash_if(role not in (None, *PUBLIC))
        return role
    given = str(body.get("public_guest_access", False)).lower() in ("true", "1")
    invalid_if(
        "public_guest_access" not in body and not context.is_form and complete and context.core_1_4,
        "public_guest_access is missing.",
    )
    invalid_if(kind == CATEGORY and given, "Categories are not public.")
    return "project guest" if given else None


def create(context: Context) -> Any:
    """Create a project or category."""
    parent = _creatable_in(context)
    body = context.body(**_wrong_fields(context))
    _check_place(context, body, parent, None)
    _check_title(context, body, parent, None)
    owner = _owner_of(context, body)
    public = _public_of(context, body, body.get("type"), complete=True)
    crash_if("type" not in body)  # a fault of real servers
    made = Project(context.world.ids.uuid("project"), str(body["title"]), body["type"], parent)
    made.public = public
    _crash_on_raw(context, body)
    made.description, made.readme = _as_text(body.get("description")), _as_text(body.get("readme")) or ""
    context.world.assign(made, owner, "project owner")
    context.world.projects[made.sodar_uuid] = made
    context.world.note(made, context.user, "project_create", f"create {made.type.lower()}")
    answer = brief(context, made)
    if context.old and not context.is_form and "public_guest_access" not in body:
        del answer["public_guest_access"]
    return answer, 201


def _crash_on_raw(context: Context, body: dict[str, Any]) -> None:
    """Fail as SODAR Core below 1.4 does, which takes such a text for an object with a key "raw"."""
    crash_if(not context.core_1_4 and "raw" in str(body.get("readme") or ""))


def change(context: Context, project: str, partly: bool = False) -> Any:
    """Change all fields, or some."""
    found = find(context, project, DELEGATE)
    body = context.body(**_wrong_fields(context))
    parent = context.world.projects[body["parent"]] if body.get("parent") else None
    crash_if(parent is found)  # a fault of real servers
    _check_place(context, body, parent, found)
    _check_title(context, body, parent, found)
    public = _checked_change(context, body, found, partly)
    # A fault of real servers: they compare with a parent that is named only.
    crash_if(parent is None and found.parent is not None and body.get("title") == found.parent.title)
    # A fault of real servers: they find out that it is a category when they store it.
    crash_if(public and context.old and found.type == CATEGORY)
    _crash_on_raw(context, body)
    field = "public_access" if context.at_least("2.0") else "public_guest_access"
    # Real servers end the public access when a PATCH in version 2.0 does not mention it.
    if found.type == PROJECT and (not partly or field in body or context.at_least("2.0")):
        found.public = public
    found.parent, found.title = parent or found.parent, str(body.get("title", found.title))
    # An empty text changes nothing on real servers.
    found.description = _as_text(body.get("description")) or found.description
    found.readme = _as_text(body.get("readme")) or found.readme
    context.world.note(found, context.user, "project_update", f"update {found.type.lower()}")
    return shape(context, found)


def _checked_change(context: Context, body: dict[str, Any], project: Project, partly: bool) -> str | None:
    """Refuse what never changes, and return the new public access."""
    words = "A project cannot become a category, nor a category a project."
    invalid_if(body.get("type", project.type) != project.type, words)
    invalid_if(body.get("owner") and partly, "Owners are changed by owner transfer only.")
    if body.get("owner"):
        _owner_of(context, body)
    version_1 = context.core_1_4 and context.version in ("1.0", "1.1")
    crash_if(version_1 and partly and "public_guest_access" not in body)  # a fault of real servers
    return _public_of(context, body, body.get("type"), complete=not partly)


def destroy(context: Context, project: str) -> None:
    """Delete a project or an empty category."""
    found = find(context, project, DELEGATE)
    refuse_if(context.world.children(found), 403, "This category has projects in it: delete them first.")
    del context.world.projects[project]


ROUTES: Routes = {
    "GET /project/api/list": list_projects,
    "GET /project/api/retrieve/<uuid:project>": retrieve,
    "POST /project/api/create": create,
    "PUT /project/api/update/<uuid:project>": change,
    "PATCH /project/api/update/<uuid:project>": partial(change, partly=True),
    "DELETE /project/api/destroy/<uuid:project>": destroy,
}
