"""The columns of each listing's frame."""

from __future__ import annotations

from bionb.frames import ANY, COUNT, FLAG, NUMBER, TIME, columns

PROJECTS = columns(
    "id name description tags billing_group root_folder created_by type category",
    created_on=TIME,
    modified_on=TIME,
    settings__locked=FLAG,
    settings__controlled=FLAG,
    settings__use_interruptible_instances=FLAG,
)

FILES = (
    *columns("id name", size=COUNT),
    *columns("type project parent", created_on=TIME, modified_on=TIME),
    *columns("storage.type storage.volume origin.task tags"),
)

APPS = columns("id name project", revision=COUNT, latest_revision=COUNT) + columns("copy_of")

TASKS = (
    *columns("id name status app project created_by"),
    *columns(created_time=TIME, start_time=TIME, end_time=TIME, price__amount=NUMBER),
    *columns("price.currency execution_status.message", batch=FLAG, inputs=ANY, outputs=ANY),
)

JOBS = (
    *columns("name status", start_time=TIME, end_time=TIME),
    *columns("instance.type instance.provider command_line", retried=FLAG),
)

MEMBERS = columns(
    "username type email",
    permissions__read=FLAG,
    permissions__write=FLAG,
    permissions__copy=FLAG,
    permissions__execute=FLAG,
    permissions__admin=FLAG,
)

USERS = columns("username first_name last_name email role affiliation country")

BILLING_GROUPS = columns("id name owner type balance.currency", balance__amount=NUMBER, pending=FLAG, disabled=FLAG)

INVOICES = columns(
    "invoice_id total.currency",
    pending=FLAG,
    approval_date=TIME,
    analysis_costs__amount=NUMBER,
    storage_costs__amount=NUMBER,
    total__amount=NUMBER,
    invoice_period__from=TIME,
    invoice_period__to=TIME,
)

COSTS = {
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

VOLUMES = columns(
    "id name access_mode service.type service.bucket service.prefix description",
    active=FLAG,
    created_on=TIME,
    modified_on=TIME,
)

VOLUME_OBJECTS = columns("location volume type")

IMPORTS = columns(
    "id state source.volume source.location destination.project destination.name result.id error.message",
    started_on=TIME,
    finished_on=TIME,
    overwrite=FLAG,
    autorename=FLAG,
    preserve_folder_structure=FLAG,
)

EXPORTS = columns(
    "id state source.file destination.volume destination.location error.message",
    started_on=TIME,
    finished_on=TIME,
    overwrite=FLAG,
)
