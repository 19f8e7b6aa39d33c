"""What SODAR Core asks of a project or category before it creates or changes one, in the order in which it asks."""

from __future__ import annotations

import re
from typing import Any

from bionb.platforms.sodar.sandbox.api import FORBIDDEN, Context, Refused
from bionb.platforms.sodar.sandbox.world import CATEGORY, CONTRIBUTOR, PROJECT, RANKS, Project, User

UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PUBLIC = ("project guest", "project viewer")


def invalid(text: str) -> Refused:
    """Return the refusal of fields that do not go together."""
    return Refused(400, {"non_field_errors": [text]})


def as_text(value: Any) -> str | None:
    """Return a text field's value: numbers are taken as text."""
    return None if value is None else str(value)


def creatable_in(context: Context) -> Project | None:
    """Return the parent of a new project; the right to create in it is looked at before anything else is read."""
    uuid = context.read().get("parent")
    if isinstance(uuid, str) and uuid and not UUID.fullmatch(uuid):
        raise Refused(500, None)  # a fault of real servers
    parent = context.world.projects.get(uuid) if isinstance(uuid, str) else None
    if not context.user.is_superuser and (parent is None or not parent.allows(context.user, CONTRIBUTOR)):
        raise Refused(403, FORBIDDEN)
    return parent


def wrong_fields(context: Context) -> dict[str, str]:
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


def check_place(context: Context, body: dict[str, Any], parent: Project | None, itself: Project | None) -> None:
    """Refuse a place in the tree."""
    moved = parent is not None and (itself is None or itself.parent is not parent)
    if moved and parent is not None and not parent.allows(context.user, CONTRIBUTOR):
        raise Refused(403, FORBIDDEN)
    if "parent" not in body or parent is not None:
        return
    if itself is not None and itself.parent is not None and not context.user.is_superuser:
        raise Refused(403, FORBIDDEN)
    if body.get("type") == PROJECT:
        raise invalid("A project needs a category above it.")


def check_title(context: Context, body: dict[str, Any], parent: Project | None, itself: Project | None) -> None:
    """Refuse a title."""
    title = str(body.get("title", ""))
    if " / " in title or title.startswith("/") or title.endswith("/"):
        raise invalid("A title must not begin or end with a slash, nor have one between blanks.")
    if parent is not None and title == parent.title:
        raise invalid("A title must differ from its parent's.")
    taken = any(each.parent is parent and each.title == title for each in context.world.projects.values())
    if itself is None and taken:
        raise invalid("Title and parent together must be unique.")


def owner_of(context: Context, body: dict[str, Any]) -> User:
    """Return the owner that is named for a project."""
    uuid = body.get("owner")
    if not uuid:
        raise invalid("An owner is needed to create a project.")
    if not UUID.fullmatch(str(uuid)):
        raise invalid(f"{uuid} is no UUID.")
    owner = context.world.user(uuid)
    if owner is None:
        raise invalid("The owner is unknown.")
    return owner


def public_of(context: Context, body: dict[str, Any], kind: str | None, *, complete: bool) -> str | None:
    """Read the public field, whose name and form differ by version; a form without it counts as 'not public'.

    `kind` is the type that the request names, `complete` whether it has to name all fields.
    """
    if context.at_least("2.0"):
        if "public_guest_access" in body or context.is_form():
            raise invalid("From version 2.0 on use public_access, in JSON.")
        if "public_access" not in body and complete:
            raise invalid("public_access is missing.")
        role = body.get("public_access") or None
        if kind == CATEGORY and role:
            raise invalid("Categories are not public.")
        if role not in (None, *PUBLIC):
            raise Refused(500, None)
        return role
    given = str(body.get("public_guest_access", False)).lower() in ("true", "1")
    if "public_guest_access" not in body and not context.is_form() and complete and context.core_1_4:
        raise invalid("public_guest_access is missing.")
    if kind == CATEGORY and given:
        raise invalid("Categories are not public.")
    return "project guest" if given else None
