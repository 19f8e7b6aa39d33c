"""Forms of requests that documents and the R client name and the Python client does not send.

Only what goes beyond it: each row is joined with what the Python client was seen to send to the same address.
Facts, in the form of the ledger: method, path below ``/v2``, query names, body, source.
"""

from typing import Any

from tests.ledgers import Rule

OVERVIEW = "Seven Bridges API overview"
DOCS = "Seven Bridges API documentation"
R = "sevenbridges2 0.1.0 (R) source"

TEXT: Rule = {"type": "text", "blank": False}
TEXTS: Rule = {"type": "list", "items": TEXT}
FLAG: Rule = {"type": "boolean"}
OBJECT: Rule = {"type": "object"}
# A value is a text of at most 300 bytes, or null.
METADATA: Rule = {"type": "object", "keys": {"*": {"type": "text", "max": 300, "null": True}}}
NAME: Rule = {"type": "text", "max": 255, "blank": False}
PERMISSIONS: Rule = {
    "type": "object",
    "keys": {name: FLAG for name in ("read", "write", "copy", "execute", "admin")},
}
BATCH_BY: Rule = {"type": "object", "keys": {"type": TEXT, "criteria": TEXTS}}
PART: Rule = {"type": "object", "keys": {"headers": {"type": "object", "keys": {"ETag": TEXT}}}}
# What a key holds, wherever it is: one example shows too little of it.
KEYS: dict[str, Rule] = {
    "metadata": METADATA,
    "inputs": OBJECT,
    "settings": OBJECT,
    "service": OBJECT,
    "properties": OBJECT,
    "execution_settings": OBJECT,
    "output_location": OBJECT,
    "permissions": PERMISSIONS,
    "batch_by": BATCH_BY,
}
# Bodies without keys of their own: any description of an app, any metadata.
BODIES: dict[str, Rule] = {"raw": OBJECT, "metadata": METADATA, "permissions": PERMISSIONS}

PAGE = "fields limit offset"
_IMPORT: dict[str, Rule] = {
    "source": {"type": "object", "keys": {"volume": TEXT, "location": TEXT}},
    "destination": {"type": "object", "keys": {"project": TEXT, "parent": TEXT, "name": NAME}},
    "overwrite": FLAG,
    "autorename": FLAG,
    "preserve_folder_structure": FLAG,
}
_EXPORT: dict[str, Rule] = {
    "source": {"type": "object", "keys": {"file": TEXT}},
    "destination": {"type": "object", "keys": {"volume": TEXT, "location": TEXT}},
    "overwrite": FLAG,
    "properties": OBJECT,
}
_TASK: dict[str, Rule] = {
    "name": TEXT,
    "description": TEXT,
    "inputs": OBJECT,
    "batch": FLAG,
    "batch_input": TEXT,
    "batch_by": BATCH_BY,
    "execution_settings": OBJECT,
    "output_location": OBJECT,
}
_FILE: dict[str, Rule] = {"name": NAME, "metadata": METADATA, "tags": TEXTS}
_PROJECT: dict[str, Rule] = {
    "name": TEXT,
    "description": TEXT,
    "billing_group": TEXT,
    "tags": TEXTS,
    "settings": OBJECT,
}
_VOLUME: dict[str, Rule] = {"description": TEXT, "access_mode": TEXT, "service": OBJECT}

Row = tuple[str, str, str, dict[str, Any] | None, str]
ROWS: list[Row] = [
    ("GET", "", "", None, OVERVIEW),
    ("GET", "/rate_limit", "limit offset", None, R),
    ("GET", "/user", "fields limit offset", None, R),
    ("GET", "/users", PAGE + " division role", None, DOCS),
    ("GET", "/users/{name}", "fields limit offset", None, R),
    # -- billing
    ("GET", "/billing", "", None, DOCS),
    ("GET", "/billing/groups", PAGE, None, DOCS),
    ("GET", "/billing/groups/{name}", PAGE, None, R),
    *(
        ("GET", f"/billing/groups/{{name}}/breakdown/{kind}", f"{PAGE} date_from date_to invoice_id", None, R)
        for kind in ("analysis", "storage", "egress")
    ),
    ("GET", "/billing/invoices", PAGE + " billing_group", None, R),
    ("GET", "/billing/invoices/{name}", PAGE, None, R),
    ("POST", "/action/notifications/feedback", "", {"type": TEXT, "text": TEXT, "referrer": TEXT}, DOCS),
    # -- projects
    ("GET", "/projects", PAGE + " name category tags", None, DOCS),
    ("GET", "/projects/{owner}", PAGE + " name category tags", None, R),
    ("POST", "/projects", "fields", _PROJECT, DOCS),
    ("GET", "/projects/{owner}/{short}", "fields", None, OVERVIEW),
    ("PATCH", "/projects/{owner}/{short}", "fields", _PROJECT, R),
    ("GET", "/projects/{owner}/{short}/files", PAGE, None, DOCS),
    ("GET", "/projects/{owner}/{short}/tasks", PAGE, None, DOCS),
    ("GET", "/projects/{owner}/{short}/members", PAGE, None, DOCS),
    (
        "POST",
        "/projects/{owner}/{short}/members",
        "",
        {"username": TEXT, "email": TEXT, "type": TEXT, "permissions": PERMISSIONS},
        DOCS,
    ),
    ("PUT", "/projects/{owner}/{short}/members/{username}/permissions", "", PERMISSIONS["keys"], DOCS),
    # -- files
    ("GET", "/files", f"{PAGE} project parent name tag metadata.* origin.task", None, DOCS),
    ("GET", "/files/{name}/list", PAGE, None, DOCS),
    ("GET", "/files/{name}", "fields", None, OVERVIEW),
    ("POST", "/files", "fields", {"name": NAME, "type": TEXT, "project": TEXT, "parent": TEXT}, DOCS),
    ("PATCH", "/files/{name}", "fields", _FILE, DOCS),
    ("GET", "/files/{name}/metadata", "", None, DOCS),
    ("GET", "/files/{name}/tags", "", None, DOCS),
    ("POST", "/files/{name}/actions/copy", "", {"project": TEXT, "parent": TEXT, "name": NAME}, DOCS),
    ("POST", "/files/{name}/actions/move", "", {"parent": TEXT, "name": NAME}, DOCS),
    ("GET", "/files/{name}/download_info", "", None, DOCS),
    # -- upload
    (
        "POST",
        "/upload/multipart",
        "overwrite",
        {"name": NAME, "size": {"type": "integer"}, "part_size": {"type": "integer"}, "project": TEXT, "parent": TEXT},
        DOCS,
    ),
    ("GET", "/upload/multipart", "limit offset", None, R),
    ("GET", "/upload/multipart/{name}", "list_parts limit offset", None, R),
    ("DELETE", "/upload/multipart/{name}", "", None, R),
    ("GET", "/upload/multipart/{name}/part/{number}", "", None, DOCS),
    (
        "POST",
        "/upload/multipart/{name}/part",
        "",
        {"part_number": {"type": "integer"}, "response": PART},
        DOCS,
    ),
    (
        "POST",
        "/upload/multipart/{name}/complete",
        "",
        {
            "parts": {
                "type": "list",
                "items": {"type": "object", "keys": {"part_number": {"type": "integer"}, "response": PART}},
            }
        },
        R,
    ),
    # -- apps
    ("GET", "/apps", PAGE + " project project_owner visibility q id", None, DOCS),
    ("GET", "/apps/{owner}/{project}/{name}", "fields", None, OVERVIEW),
    ("GET", "/apps/{owner}/{project}/{name}/{revision}", "fields", None, OVERVIEW),
    ("GET", "/apps/{owner}/{project}/{name}/raw", "", None, DOCS),
    ("GET", "/apps/{owner}/{project}/{name}/{revision}/raw", "", None, DOCS),
    (
        "POST",
        "/apps/{owner}/{project}/{name}/actions/copy",
        "",
        {"project": TEXT, "name": TEXT, "strategy": TEXT},
        DOCS,
    ),
    # -- tasks
    (
        "GET",
        "/tasks",
        f"{PAGE} project status parent batch origin_id order_by order created_from created_to started_from started_to"
        " ended_from ended_to",
        None,
        DOCS,
    ),
    (
        "POST",
        "/tasks",
        "action batch fields",
        {**_TASK, "project": TEXT, "app": TEXT, "use_interruptible_instances": FLAG},
        DOCS,
    ),
    ("GET", "/tasks/{name}", "fields", None, OVERVIEW),
    ("PATCH", "/tasks/{name}", "fields", _TASK, R),
    ("POST", "/tasks/{name}/actions/run", "batch use_interruptible_instances", {}, R),
    ("POST", "/tasks/{name}/actions/abort", "", {}, R),
    ("POST", "/tasks/{name}/actions/clone", "action", {}, R),
    # -- storage
    ("GET", "/storage/volumes", PAGE, None, DOCS),
    ("POST", "/storage/volumes", "", {**_VOLUME, "name": TEXT}, DOCS),
    ("GET", "/storage/volumes/{owner}/{name}", PAGE, None, R),
    ("PATCH", "/storage/volumes/{owner}/{name}", "", _VOLUME, R),
    ("GET", "/storage/volumes/{owner}/{name}/list", "prefix fields limit continuation_token", None, R),
    ("GET", "/storage/volumes/{owner}/{name}/object", "location limit offset", None, R),
    ("GET", "/storage/imports", PAGE + " project volume state", None, R),
    ("POST", "/storage/imports", "", _IMPORT, R),
    ("GET", "/storage/imports/{name}", PAGE, None, R),
    ("GET", "/storage/exports", PAGE + " volume state", None, R),
    ("POST", "/storage/exports", "copy_only", _EXPORT, R),
    ("GET", "/storage/exports/{name}", PAGE, None, R),
]
