"""The kinds of things the platform lists: their paths, fields and columns."""

from __future__ import annotations

from dataclasses import dataclass

from bionb.frames import ANY, COUNT, FLAG, NUMBER, TIME, Column, columns


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


PROJECTS = Resource(
    "projects",
    "projects",
    (
        *("href", "id", "name", "type", "description", "tags", "settings", "billing_group", "root_folder"),
        *("created_by", "created_on", "modified_on", "category", "permissions"),
    ),
    ("href", "id", "name"),
    columns(
        "id name description tags billing_group root_folder created_by type category",
        created_on=TIME,
        modified_on=TIME,
        settings__locked=FLAG,
        settings__controlled=FLAG,
        settings__use_interruptible_instances=FLAG,
    ),
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
    (
        *columns("id name", size=COUNT),
        *columns("type project parent", created_on=TIME, modified_on=TIME),
        *columns("storage.type storage.volume origin.task tags"),
    ),
)

APPS = Resource(
    "apps",
    "apps",
    ("href", "id", "name", "project", "revision", "raw", "copy_of", "latest_revision"),
    ("href", "id", "name", "project"),
    columns("id name project", revision=COUNT, latest_revision=COUNT) + columns("copy_of"),
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
    (
        *columns("id name status app project created_by"),
        *columns(created_time=TIME, start_time=TIME, end_time=TIME, price__amount=NUMBER),
        *columns("price.currency execution_status.message", batch=FLAG, inputs=ANY, outputs=ANY),
    ),
)

MEMBERS = Resource(
    "members",
    "members",
    ("href", "id", "username", "email", "type", "permissions"),
    ("href", "username", "email", "type", "permissions"),
    columns(
        "username type email",
        permissions__read=FLAG,
        permissions__write=FLAG,
        permissions__copy=FLAG,
        permissions__execute=FLAG,
        permissions__admin=FLAG,
    ),
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
    columns("username first_name last_name email role affiliation country"),
    key="username",
)

BILLING_GROUPS = Resource(
    "billing groups",
    "billing/groups",
    ("href", "id", "owner", "name", "type", "pending", "disabled", "balance"),
    ("href", "id", "name"),
    columns("id name owner type balance.currency", balance__amount=NUMBER, pending=FLAG, disabled=FLAG),
)

INVOICES = Resource(
    "invoices",
    "billing/invoices",
    (
        *("href", "invoice_id", "id", "pending", "approval_date", "invoice_period", "analysis_costs", "storage_costs"),
        "total",
    ),
    ("href", "invoice_id"),
    columns(
        "invoice_id total.currency",
        pending=FLAG,
        approval_date=TIME,
        analysis_costs__amount=NUMBER,
        storage_costs__amount=NUMBER,
        total__amount=NUMBER,
        invoice_period__from=TIME,
        invoice_period__to=TIME,
    ),
    key="invoice_id",
)

_COSTS = {
    "analysis": columns(
        "project_name analysis_app_name analysis_name analysis_type analysis_id ran_by analysis_status "
        "analysis_cost.currency",
        analysis_cost__amount=NUMBER,
        refunded_amount=NUMBER,
        time_started=TIME,
        time_finished=TIME,
        project_locked=FLAG,
    ),
    "storage": columns(
        "project_name project_created_by location active.unit archived.unit",
        active__size=NUMBER,
        archived__size=NUMBER,
        project_locked=FLAG,
    ),
    "egress": columns(
        "project_name downloaded_by downloaded.unit egress_cost.currency",
        downloaded__size=NUMBER,
        egress_cost__amount=NUMBER,
        project_locked=FLAG,
    ),
}

BREAKDOWNS = {
    kind: Resource(f"{kind} costs", f"breakdown/{kind}", (), (), declared, useful="", key="")
    for kind, declared in _COSTS.items()
}

VOLUMES = Resource(
    "volumes",
    "storage/volumes",
    ("href", "id", "name", "description", "access_mode", "active", "service", "created_on", "modified_on"),
    ("href", "id", "name"),
    columns(
        "id name access_mode service.type service.bucket service.prefix description",
        active=FLAG,
        created_on=TIME,
        modified_on=TIME,
    ),
)

VOLUME_OBJECTS = Resource(
    "volume objects",
    "list",
    ("href", "location", "volume", "type", "metadata"),
    (),
    columns("location volume type"),
    key="location",
)

_MOVED = ("href", "id", "state", "source", "destination", "overwrite", "started_on", "finished_on", "result", "error")

IMPORTS = Resource(
    "imports",
    "storage/imports",
    (*_MOVED, "autorename", "preserve_folder_structure"),
    ("href", "id", "state"),
    columns(
        "id state source.volume source.location destination.project destination.name result.id error.message",
        started_on=TIME,
        finished_on=TIME,
        overwrite=FLAG,
        autorename=FLAG,
        preserve_folder_structure=FLAG,
    ),
)

EXPORTS = Resource(
    "exports",
    "storage/exports",
    (*_MOVED, "properties"),
    ("href", "id", "state"),
    columns(
        "id state source.file destination.volume destination.location error.message",
        started_on=TIME,
        finished_on=TIME,
        overwrite=FLAG,
    ),
)
