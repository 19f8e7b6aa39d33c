"""One shape for what both generations of servers answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Record = dict[str, Any]


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
