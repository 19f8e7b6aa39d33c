"""What SODAR Core asks of a project or category before it creates or changes one, in the order in which it asks."""

from __future__ import annotations

import re
from typing import Any

from bionb.platforms.sodar.sandbox.api import Context
from bionb.platforms.sodar.sandbox.refusals import crash_if, forbid_if, invalid_if
from bionb.platforms.sodar.sandbox.world import CATEGORY, CONTRIBUTOR, PROJECT, RANKS, Project, User

UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PUBLIC = ("project guest", "project viewer")


def as_text(value: Any) -> str | None:
    """Return a text field's value: numbers are taken as text."""
    return None if value is None else str(value)


def creatable_in(context: Context) -> Project | None:
    """Return the parent of a new project; the right to create in it is looked at before anything else is read."""
    uuid = context.read().get("parent")
    crash_if(isinstance(uuid, str) and uuid and not UUID.fullmatch(uuid))  # a fault of real servers
    parent = context.world.projects.get(uuid) if isinstance(uuid, str) else None
    forbid_if(not context.user.is_superuser and (parent is None or not parent.allows(context.user, CONTRIBUTOR)))
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
    forbid_if(moved and parent is not None and not parent.allows(context.user, CONTRIBUTOR))
    if "parent" not in body or parent is not None:
        return
    forbid_if(itself is not None and itself.parent is not None and not context.user.is_superuser)
    invalid_if(body.get("type") == PROJECT, "A project needs a category above it.")


def check_title(context: Context, body: dict[str, Any], parent: Project | None, itself: Project | None) -> None:
    """Refuse a title."""
    title = str(body.get("title", ""))
    invalid_if(
        " / " in title or title.startswith("/") or title.endswith("/"),
        "A title must not begin or end with a slash, nor have one between blanks.",
    )
    invalid_if(parent is not None and title == parent.title, "A title must differ from its parent's.")
    taken = any(each.parent is parent and each.title == title for each in context.world.projects.values())
    invalid_if(itself is None and taken, "Title and parent together must be unique.")


def owner_of(context: Context, body: dict[str, Any]) -> User:
    """Return the owner that is named for a project."""
    uuid = body.get("owner")
    invalid_if(not uuid, "An owner is needed to create a project.")
    invalid_if(not UUID.fullmatch(str(uuid)), f"{uuid} is no UUID.")
    owner = context.world.user(str(uuid))
    invalid_if(owner is None, "The owner is unknown.")
    assert owner is not None
    return owner


def public_of(context: Context, body: dict[str, Any], kind: str | None, *, complete: bool) -> str | None:
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
