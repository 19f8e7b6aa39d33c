"""Views on categories and projects."""

from __future__ import annotations

import re
from typing import Any

from bionb.platforms.sodar.sandbox.api import FORBIDDEN, Context, Refused, Router, paged, text_fault
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
from bionb.sandbox.faults import Faults

UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TEXTS = {"title": (255, False, False), "description": (512, True, True), "readme": (None, True, False)}
MS_A_PROJECT = 21.0  # a real server took 43 s for 2,003 projects in one list, and 3.7 s for a page of 100


def register(router: Router, faults: Faults) -> None:
    """Add the views."""

    def listed(context: Context) -> Any:
        answer = list_projects(context)
        if fault := faults.take("slow_list"):
            shown = len(answer) if isinstance(answer, list) else 1.76 * len(answer["results"])
            context.delay = shown * fault.options.get("ms", MS_A_PROJECT) / 1000
        return answer

    router.add("projects", "/project/api/list", GET=listed)
    router.add("projects", "/project/api/retrieve/<uuid:project>", GET=retrieve)
    router.add("projects", "/project/api/create", POST=create)
    router.add("projects", "/project/api/update/<uuid:project>", PUT=update, PATCH=patch)
    router.add("projects", "/project/api/destroy/<uuid:project>", since="1.1", old=False, DELETE=destroy)


def find(context: Context, uuid: str, rank: int = VIEWER) -> Project:
    """Return a project, refused with 404 when unknown and 403 without the rank."""
    project = context.world.projects.get(uuid)
    if project is None:
        raise Refused(404, "There is no such object.")
    allowed = rank if project.type == PROJECT or rank != VIEWER else FINDER
    if not project.allows(context.user, allowed):
        raise Refused(403, FORBIDDEN)
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
    return paged(context, shapes)


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


def create(context: Context) -> Any:
    """Create a project or category."""
    body = context.body()
    parent = _parent(context, body)
    _check_fields(context, body, ("title", "type", "parent"))
    owner = _owner(context, body)
    _check_place(context, body, parent, None)
    public = _public(context, body)
    if public is not None and body["type"] == CATEGORY:
        raise _invalid("A category is never public.")
    made = Project(context.world.ids.uuid("project"), _text(body["title"]), body["type"], parent)
    made.description, made.readme, made.public = _text(body.get("description")), _text(body.get("readme", "")), public
    context.world.assign(made, owner, "project owner")
    context.world.projects[made.sodar_uuid] = made
    answer = brief(context, made)
    if context.old and not context.is_form() and "public_guest_access" not in body:
        del answer["public_guest_access"]
    return answer, 201


def _parent(context: Context, body: dict[str, Any]) -> Project | None:
    """Return the parent; the right to create in it is checked before anything else."""
    uuid = body.get("parent")
    if uuid and not UUID.fullmatch(str(uuid)):
        raise Refused(500, None)
    parent = context.world.projects.get(uuid) if uuid else None
    if not context.user.is_superuser and (parent is None or not parent.allows(context.user, CONTRIBUTOR)):
        raise Refused(403, FORBIDDEN)
    return _category(context, uuid) if uuid else None


def _check_fields(context: Context, body: dict[str, Any], needed: tuple[str, ...]) -> None:
    missing = {name: ["Please give this field."] for name in needed if name not in body}
    if missing:
        raise Refused(400, missing)
    wrong = {
        name: [found]
        for name, (limit, blank, null) in TEXTS.items()
        if name in body and (found := text_fault(body[name], limit, blank=blank, null=null))
    }
    if wrong:
        raise Refused(400, wrong)
    if not context.core_1_4 and "raw" in str(body.get("readme", "")):
        raise Refused(500, None)  # a fault of SODAR Core before 1.4: it takes the word for a command
    if body.get("type", PROJECT) not in (PROJECT, CATEGORY):
        raise Refused(400, {"type": [f"{body['type']} is neither PROJECT nor CATEGORY."]})


def _invalid(text: str) -> Refused:
    return Refused(400, {"non_field_errors": [text]})


def _text(value: Any) -> Any:
    return None if value is None else str(value).strip()


def _owner(context: Context, body: dict[str, Any]) -> User:
    uuid = body.get("owner")
    if "owner" in body and (found := text_fault(uuid, blank=False)):
        raise Refused(400, {"owner": [found]})
    if not uuid:
        raise _invalid("An owner is needed to create a project.")
    if not UUID.fullmatch(str(uuid)):
        raise _invalid(f"{uuid} is no UUID.")
    owner = context.world.user(uuid)
    if owner is None:
        raise _invalid("The owner is unknown.")
    return owner


def _check_place(context: Context, body: dict[str, Any], parent: Project | None, itself: Project | None) -> None:
    title = _text(body.get("title", itself.title if itself else ""))
    if parent is None and body.get("type", itself.type if itself else PROJECT) == PROJECT:
        raise _invalid("A project needs a category above it.")
    if " / " in title or title.startswith("/") or title.endswith("/"):
        raise _invalid("A title must not have a slash between blanks, at its start or at its end.")
    if parent is not None and title == parent.title:
        raise _invalid("A title must differ from its parent's.")
    for other in context.world.projects.values():
        if other is not itself and other.parent is parent and other.title == title:
            raise _invalid("Title and parent together must be unique.")


def _public(context: Context, body: dict[str, Any], needed: bool = True) -> str | None:
    """Read the public field, whose name and form differ by version; a form without it counts as 'not public'."""
    if context.at_least("2.0"):
        if "public_guest_access" in body or context.is_form():
            raise _invalid("From version 2.0 on use public_access, in JSON.")
        if "public_access" not in body and needed:
            raise _invalid("public_access is missing.")
        role = body.get("public_access") or None
        if role not in (None, "project guest", "project viewer"):
            if role in RANKS:
                raise Refused(500, None)
            raise Refused(400, {"public_access": [f"There is no role {role}."]})
        return role
    if "public_guest_access" not in body and not context.is_form() and needed and not context.old:
        raise _invalid("public_guest_access is missing.")
    return "project guest" if str(body.get("public_guest_access", False)).lower() == "true" else None


def patch(context: Context, project: str) -> Any:
    """Change some fields."""
    return _change(context, project, partial=True)


def update(context: Context, project: str) -> Any:
    """Change all fields."""
    return _change(context, project, partial=False)


def _change(context: Context, uuid: str, partial: bool) -> Any:
    project, body = find(context, uuid, DELEGATE), context.body()
    if not partial:
        _check_fields(context, body, ("title", "parent"))
    parent = _new_parent(context, body) if "parent" in body else project.parent
    if partial and "owner" in body:
        raise _invalid("The owner is changed by owner transfer.")
    if body.get("type", project.type) != project.type:
        raise _invalid("A project cannot become a category, nor a category a project.")
    if context.version in ("1.0", "1.1") and partial and "public_guest_access" not in body:
        raise Refused(500, None)  # a fault of real servers: a PATCH in version 1 without the field crashes
    _check_fields(context, body, ())
    if "parent" not in body and parent is not None and _text(body.get("title")) == parent.title:
        raise Refused(500, None)  # a fault of real servers, which otherwise refuse this title
    _check_place(context, body, parent, project)
    field = "public_access" if context.at_least("2.0") else "public_guest_access"
    # Real servers end the public access when a PATCH in version 2.0 does not mention it.
    if project.type == CATEGORY:
        if context.old and str(body.get(field, False)).lower() == "true":
            raise Refused(500, None)  # faults of real servers: old ones crash, new ones ignore it
    elif not partial or field in body or context.at_least("2.0"):
        project.public = _public(context, body, needed=not partial)
    project.parent = parent
    project.title = _text(body.get("title", project.title))
    project.description = _text(body.get("description", project.description))
    project.readme = _text(body.get("readme", project.readme))
    return shape(context, project)


def _new_parent(context: Context, body: dict[str, Any]) -> Project:
    """Return the category that a project is to be moved to; only superusers may move to the root, and no one here."""
    uuid = body["parent"]
    if not uuid:
        raise Refused(403, "Only superusers put categories at the root.")
    if not UUID.fullmatch(str(uuid)):
        raise Refused(400, {"parent": [f"{uuid} is no UUID."]})
    return _category(context, uuid)


def _category(context: Context, uuid: str) -> Project:
    found = context.world.projects.get(uuid)
    if found is None or found.type != CATEGORY:
        raise Refused(400, {"parent": [f"No category has the UUID {uuid}."]})
    return found


def destroy(context: Context, project: str) -> Any:
    """Delete a project or an empty category."""
    found = find(context, project, DELEGATE)
    if context.world.children(found):
        raise Refused(403, "This category has projects in it: delete them first.")
    del context.world.projects[project]
    return None, 204
