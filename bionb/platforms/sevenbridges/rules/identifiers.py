"""How projects, apps, files and tasks are called.

Identifiers are always taken from the server's answers; `suggest_short_name` only shows the documented rule.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from bionb.errors import UsageError

Ref = str | Mapping[str, Any]


def identifier(thing: Ref, kind: str) -> str:
    """Return the id of a record, or the id itself."""
    value = thing.get("id") if isinstance(thing, Mapping) else thing
    if not isinstance(value, str) or not value.strip():
        given = "" if isinstance(thing, str | Mapping) else f", not {thing!r}"
        raise UsageError(f"No {kind} id: pass a record with an 'id', or the id as text{given}.")
    return value.strip()


def invoice_id(invoice: Ref) -> str:
    """Return an invoice's id; its record calls it ``invoice_id``."""
    if isinstance(invoice, Mapping) and invoice.get("invoice_id"):
        return identifier({"id": invoice["invoice_id"]}, "invoice")
    return identifier(invoice, "invoice")


def project_id(project: Ref) -> str:
    """Return a project's id, ``owner/short-name``.

    Raises
    ------
    UsageError
        The owner is missing, or a query was appended to it.

    Examples
    --------
    >>> project_id("my-project")
    Traceback (most recent call last):
    bionb.errors.UsageError: 'my-project' is no project id: write owner/short-name, as client.projects() shows it.
    """
    return _owned(identifier(project, "project"), "project", "owner/short-name")


def app_id(app: Ref) -> str:
    """Return an app's id, ``owner/project/app`` or ``owner/project/app/revision``."""
    value = identifier(app, "app")
    if not re.fullmatch(r"[^/?&#\s]+(/[^/?&#\s]+){2}(/\d+)?", value):
        raise UsageError(f"{value!r} is no app id: write owner/project/app or owner/project/app/revision.")
    return value


def file_id(file: Ref) -> str:
    """Return a file's or folder's id; in a task's inputs and outputs it is called ``path``."""
    if isinstance(file, Mapping) and "id" not in file and "path" in file:
        return identifier({"id": file["path"]}, "file")
    return _one_segment(identifier(file, "file"), "file")


def task_id(task: Ref) -> str:
    """Return a task's id (a UUID)."""
    value = identifier(task, "task")
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        raise UsageError(f"{value!r} is no task id: tasks have UUIDs, as client.tasks(project) shows them.")
    return value


def _one_segment(value: str, kind: str) -> str:
    if re.search(r"[/?&#\s]", value):
        raise UsageError(f"{value!r} is no {kind} id: take it from the 'id' column of client.{kind}s(...).")
    return value


def place(project: Ref | None, parent: Ref | None) -> dict[str, str]:
    """Return where something is to be: in a project or in a folder, never both."""
    if (project is None) == (parent is None):
        raise UsageError("Pass one of project= and parent= (a folder).")
    return {"parent": file_id(parent)} if parent is not None else {"project": project_id(project or "")}


def volume_id(volume: Ref) -> str:
    """Return a volume's id, ``owner/name``."""
    return _owned(identifier(volume, "volume"), "volume", "owner/name")


def _owned(value: str, kind: str, form: str) -> str:
    if not re.fullmatch(r"[^/?&#\s]+/[^/?&#\s]+", value):
        raise UsageError(f"{value!r} is no {kind} id: write {form}, as client.{kind}s() shows it.")
    return value


def moment(value: str | date, name: str) -> str:
    """Return a date or time as the task filters want it.

    Raises
    ------
    UsageError
        Not ISO 8601; the server would answer with a general error.

    Examples
    --------
    >>> moment("2026-01-05", "created_from")
    '2026-01-05'
    """
    if isinstance(value, date):
        return value.isoformat()
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name}={value!r} is no date: write 2026-01-31 or 2026-01-31T12:00:00+01:00.") from None
    return value


def billing_day(value: str | date, name: str) -> str:
    """Return a day as the billing breakdowns want it, ``MM-DD-YYYY``.

    Examples
    --------
    >>> billing_day("2026-01-31", "date_from")
    '01-31-2026'
    """
    try:
        day = value if isinstance(value, date) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name}={value!r} is no day: write 2026-01-31.") from None
    return day.strftime("%m-%d-%Y")


def suggest_short_name(name: str, taken: Collection[str] = ()) -> str:
    """Show the short name that the documented rule makes of a project's or app's name.

    For learning only: live servers deviate (apostrophes and dots became hyphens), so never build an id from it.

    Parameters
    ----------
    name : str
        The given name.
    taken : collection of str
        Short names that you already have.

    Returns
    -------
    str
        Lower case; letters, digits and hyphens; ``_1``, ``_2``, ... behind one that is taken.

    Raises
    ------
    UsageError
        Nothing is left of the name.

    Notes
    -----
    API overview, "Project short names". The rule would also drop hyphens, which the documented ids contain: they are
    kept here.

    Examples
    --------
    >>> suggest_short_name("RFranklin's experiments"), suggest_short_name("My_Project", taken={"my-project"})
    ('rfranklins-experiments', 'my-project_1')
    """
    kept = "".join(each for each in name.lower() if each.isalnum() or each in " _-")
    short = kept.replace(" ", "-").replace("_", "-")
    if not any(each.isalnum() for each in short):
        raise UsageError(f"Nothing is left of {name!r}: a name needs letters or digits.")
    number, free = 0, short
    while free in taken:
        number += 1
        free = f"{short}_{number}"
    return free
