"""What may stand for a project, a zone, a role, and what is refused before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bionb.errors import UsageError

Ref = str | Mapping[str, Any]  # a UUID, or a record with ``sodar_uuid``

UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROLES = ("owner", "delegate", "contributor", "guest", "viewer", "finder")


def uuid_of(thing: Ref) -> str:
    """Return the UUID of a record, or the UUID given, in the lower case that servers insist on.

    Raises
    ------
    UsageError
        Neither a record with ``sodar_uuid`` nor a UUID.
    """
    found = thing.get("sodar_uuid") if isinstance(thing, Mapping) else thing
    if not isinstance(found, str) or not found:
        raise UsageError(f"A UUID or a record with sodar_uuid is needed, not {type(thing).__name__}.")
    text = found.strip().lower()
    if not UUID.fullmatch(text):
        raise UsageError(f"{found!r} is no UUID: SODAR finds objects by sodar_uuid; pass a record, e.g. of projects().")
    return text


def project_uuid(project: Ref) -> str:
    """Return the UUID of a project, of which sheets, files and zones are asked for.

    Raises
    ------
    UsageError
        Its record says that it is a category; or as of `uuid_of`.
    """
    if isinstance(project, Mapping) and project.get("type") == "CATEGORY":
        raise UsageError(
            f"{project.get('title')} is a category: sheets, files and landing zones belong to the projects below it."
        )
    return uuid_of(project)


def role_name(role: str) -> str:
    """Return SODAR's exact name of a role: ``"guest"`` is ``"project guest"``.

    Raises
    ------
    UsageError
        An unknown role.
    """
    short = str(role).strip().lower().removeprefix("project ")
    if short not in ROLES:
        raise UsageError(f"There is no role {role!r}; there are: {', '.join(ROLES)}.")
    return f"project {short}"
