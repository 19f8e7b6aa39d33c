"""The kinds of things the platform lists: their paths, fields and columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bionb.frames import Column
from bionb.paging.pages import Record
from bionb.platforms.sevenbridges.tables import columns
from bionb.platforms.sevenbridges.wire.fields import Fields


@dataclass(frozen=True)
class Resource:
    """One kind of thing.

    Attributes
    ----------
    name, path : str
        Plural noun, and where it is listed.
    known : tuple of str
        All fields that `fields` may name.
    brief : tuple of str
        What a listing sends when `fields` is not given.
    columns : tuple of Column
        Of the frame.
    useful : str
        The `fields` that make one listing enough for a frame; empty where the server sends all anyway.
    key : str
        The field that identifies a record; empty if none does. A record without it is told by its ``id`` or ``href``.
    """

    name: str
    path: str
    known: tuple[str, ...]
    brief: tuple[str, ...]
    columns: tuple[Column, ...]
    useful: str = "_all"
    key: str = "id"

    def asked_for(self, chosen: Fields) -> list[Column]:
        """Return the declared columns that the server was asked for, in the order asked."""
        if not chosen.wanted or chosen.everything:
            brief = None if chosen.everything or not self.useful else self.brief
            return [each for each in self.columns if chosen.keeps(each.name, brief)]
        found: list[Column] = []
        for name in chosen.wanted:
            known = [each for each in self.columns if each.name == name or each.name.startswith(name + ".")]
            found += [each for each in known or [Column(name)] if chosen.keeps(each.name) and each not in found]
        return found

    def identity(self, chosen: Fields) -> Callable[[Record], Any] | None:
        """Return what tells records apart, unless it was not asked for: then repeats go unnoticed."""
        if not self.key or not chosen.keeps(self.key, self.brief if self.useful else None):
            return None
        key = self.key
        return lambda record: record.get(key) or record.get(self.named_by(record))

    def named_by(self, record: Record) -> str:
        """Return the field that identifies a record."""
        return next((name for name in (self.key, "id", "href") if record.get(name)), self.key)


PROJECTS = Resource(
    "projects",
    "projects",
    (
        *("href", "id", "name", "type", "description", "tags", "settings", "billing_group", "root_folder"),
        *("created_by", "created_on", "modified_on", "category", "permissions"),
    ),
    ("href", "id", "name"),
    columns.PROJECTS,
)

FILES = Resource(
    "files",
    "files",
    (
        *("href", "id", "name", "size", "project", "parent", "type", "created_on", "modified_on", "storage", "origin"),
        *("tags", "metadata", "_secondary_files"),
        "status",  # in an example of the API overview; no file has it
    ),
    ("href", "id", "name", "project", "parent", "type"),
    columns.FILES,
)

APPS = Resource(
    "apps",
    "apps",
    ("href", "id", "name", "project", "revision", "raw", "copy_of", "latest_revision"),
    ("href", "id", "name", "project"),
    columns.APPS,
    useful="_all,!raw",
)

TASKS = Resource(
    "tasks",
    "tasks",
    (
        *("href", "id", "name", "description", "status", "project", "app", "type", "created_by", "executed_by"),
        *("created_time", "start_time", "end_time", "batch", "batch_by", "batch_group", "batch_input", "parent"),
        *("origin_id", "execution_status", "errors", "warnings", "price", "inputs", "outputs"),
        *("execution_settings", "output_location", "use_interruptible_instances"),
    ),
    ("href", "id", "name", "project", "app", "status"),
    columns.TASKS,
)

MEMBERS = Resource(
    "members",
    "members",
    ("href", "id", "username", "email", "type", "permissions"),
    ("href", "username", "email", "type", "permissions"),
    columns.MEMBERS,
    useful="",
    key="username",
)

USERS = Resource(
    "users",
    "users",
    (
        *("href", "username", "email", "first_name", "last_name", "affiliation", "phone", "address", "city", "state"),
        *("country", "zip_code", "role", "tags"),
    ),
    ("href", "username"),
    columns.USERS,
    key="username",
)

BILLING_GROUPS = Resource(
    "billing groups",
    "billing/groups",
    ("href", "id", "owner", "name", "type", "pending", "disabled", "balance"),
    ("href", "id", "name"),
    columns.BILLING_GROUPS,
)

INVOICES = Resource(
    "invoices",
    "billing/invoices",
    (
        *("href", "invoice_id", "id", "pending", "approval_date", "invoice_period", "analysis_costs", "storage_costs"),
        "total",
    ),
    ("href", "invoice_id"),
    columns.INVOICES,
    key="invoice_id",
)

BREAKDOWNS = {
    kind: Resource(f"{kind} costs", f"breakdown/{kind}", (), (), declared, useful="", key="")
    for kind, declared in columns.COSTS.items()
}

VOLUMES = Resource(
    "volumes",
    "storage/volumes",
    ("href", "id", "name", "description", "access_mode", "active", "service", "created_on", "modified_on"),
    ("href", "id", "name"),
    columns.VOLUMES,
)

VOLUME_OBJECTS = Resource(
    "volume objects",
    "list",
    ("href", "location", "volume", "type", "metadata"),
    (),
    columns.VOLUME_OBJECTS,
    key="location",
)

_MOVED = ("href", "id", "state", "source", "destination", "overwrite", "started_on", "finished_on", "result", "error")

IMPORTS = Resource(
    "imports",
    "storage/imports",
    (*_MOVED, "autorename", "preserve_folder_structure"),
    ("href", "id", "state"),
    columns.IMPORTS,
)

EXPORTS = Resource("exports", "storage/exports", (*_MOVED, "properties"), ("href", "id", "state"), columns.EXPORTS)
