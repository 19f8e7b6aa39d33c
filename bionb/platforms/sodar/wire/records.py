"""One shape for what both generations of servers answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bionb.errors import UsageError

Record = dict[str, Any]

UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROLES = ("owner", "delegate", "contributor", "guest", "viewer", "finder")


def uuid_of(thing: str | Mapping[str, Any]) -> str:
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


def project_uuid(project: str | Mapping[str, Any]) -> str:
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


def user(found: Any) -> Record:
    """Return a user as a dict, also where the server gives only the UUID (``username`` is None then)."""
    if isinstance(found, Mapping):
        return dict(found)
    return {"sodar_uuid": found, "username": None, "name": None, "email": None}


def member(found: Mapping[str, Any], project: str) -> Record:
    """Return a role assignment of a project."""
    return {**found, "user": user(found.get("user")), "project": project, "inherited": bool(found.get("inherited"))}


def project(found: Mapping[str, Any]) -> Record:
    """Return a project in one shape: ``public_access`` (a role or None), ``roles`` as a list, all keys present.

    A finder sees stubs of projects: their type, parent and roles are None.
    """
    record: Record = {
        "title": None,
        "full_title": None,
        "type": None,
        "parent": None,
        "sodar_uuid": None,
        "description": None,
        "public_access": None,
        "archive": None,
        "readme": None,
        "children": None,
        "roles": None,
        **found,
    }
    if "public_guest_access" in record:
        record["public_access"] = "project guest" if record.pop("public_guest_access") else None
    if isinstance(record["roles"], Mapping):
        record["roles"] = [member(each, record["sodar_uuid"]) for each in record["roles"].values()]
    return record


def complete(records: Sequence[Record]) -> list[Record]:
    """Fill what old servers leave out and a list of projects can tell: full titles and children."""
    by_uuid = {each["sodar_uuid"]: each for each in records}
    below: dict[str, list[str]] = {}
    for each in records:
        if each["full_title"] is None and (each["parent"] is not None or each["type"] == "CATEGORY"):
            each["full_title"] = _full_title(each, by_uuid)
        if each["parent"]:
            below.setdefault(each["parent"], []).append(each["sodar_uuid"])
    for each in records:
        if each["type"] == "CATEGORY" and each["children"] is None:
            each["children"] = below.get(each["sodar_uuid"], [])
    return list(records)


def _full_title(record: Record, by_uuid: Mapping[str, Record]) -> str:
    titles, seen = [record["title"]], {record["sodar_uuid"]}
    above = by_uuid.get(record["parent"])
    while above is not None and above["sodar_uuid"] not in seen:
        seen.add(above["sodar_uuid"])
        titles.append(above["title"])
        above = by_uuid.get(above["parent"])
    return " / ".join(reversed(titles))
