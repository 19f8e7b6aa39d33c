"""Tasks: drafts that are checked and run, batches, and what ran."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from flask import request

from bionb.platforms.sevenbridges.sandbox.answers import body, bulk, flag, here, listing, sent, store
from bionb.platforms.sevenbridges.sandbox.running import advanced, ended, paths_in, run
from bionb.platforms.sevenbridges.sandbox.store import Record
from bionb.sandbox.application import Answer, Routes, refuse_if

TASK = "/v2/tasks/<name>"
STATUSES = ("DRAFT", "QUEUED", "RUNNING", "COMPLETED", "FAILED", "ABORTED")
CHANGEABLE = ("name", "description", "inputs", "app", "batch", "batch_by", "batch_input")
TIMES = {"created": "created_time", "started": "start_time", "ended": "end_time"}
OF_INPUTS = {"class", "path", "name", "secondaryFiles"}


def _found(name: str) -> Record:
    refuse_if(
        not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name), 400, "A task's id is a UUID.", code=7005
    )
    return store.task(name)


def _tasks() -> Answer:
    refuse_if(
        any(each not in STATUSES for each in request.args.getlist("status")),
        400,
        f"Statuses are {', '.join(STATUSES)}.",
        code=7006,
    )
    if project := request.args.get("project"):
        refuse_if("/" not in project, 400, "A project is named as owner/project.", code=3012)
        store.project(project)
    found = [each for each in store.visible(store.tasks) if _wanted(each)]
    if order := request.args.get("order_by"):
        field = order if order in TIMES.values() else "name"
        found.sort(key=lambda each: each[field] or "", reverse=request.args.get("order") == "desc")
    return listing("tasks", found)


def _wanted(task: Record) -> bool:
    """Apply the filters."""
    args = request.args
    same = all(task[key] in args.getlist(key) for key in ("project", "status", "parent", "origin_id") if key in args)
    return (
        same
        and ("batch" not in args or task["batch"] == flag("batch"))
        and all(_between(task[field], args.get(f"{key}_from"), args.get(f"{key}_to")) for key, field in TIMES.items())
    )


def _between(time: str | None, start: str | None, stop: str | None) -> bool:
    return not (start or stop) or (time is not None and (start or "") <= time <= (stop or "9"))


def _create() -> Answer:
    wanted = body()
    project = store.project(wanted.get("project", ""), "execute")["id"]
    _check_batch(wanted)
    app = store.app(str(wanted.get("app")))
    more = {"created_by": store.user, "description": wanted.get("description") or ""}
    called = wanted.get("name") or f"{app['name']} run"
    task = store.add_task(called, project, app["id"], wanted.get("inputs") or {}, **more)
    task["errors"] = list(_problems(task))
    if "batch_by" in wanted and request.args.get("batch", "").lower() != "false":
        _split(task, wanted)
    return sent("tasks", run(task) if request.args.get("action") == "run" else task), 201


def _change(name: str) -> Answer:
    task, changes = _found(name), body()
    refuse_if(
        task["status"] != "DRAFT" and set(changes) - {"name"},
        400,
        "Only the name of a task that has run can be changed.",
        code=7026,
    )
    task.update({key: changes[key] for key in CHANGEABLE if key in changes})
    task["errors"] = list(_problems(task))
    return sent("tasks", task)


def _delete(name: str) -> None:
    del store.tasks[_found(name)["id"]]


def _abort(name: str) -> Answer:
    task = _found(name)
    refuse_if(
        task["status"] not in ("QUEUED", "RUNNING"),
        400,
        f"A task that is {task['status']} cannot be aborted.",
        code=7008,
    )
    return sent("tasks", ended(task, "ABORTED", "Aborted by user."))


def _clone(name: str) -> Answer:
    source = _found(name)
    inputs, more = copy.deepcopy(source["inputs"]), {"created_by": store.user, "origin_id": source["id"]}
    task = store.add_task(f"{source['name']} - copy", source["project"], source["app"], inputs, **more)
    return sent("tasks", run(task) if request.args.get("action") == "run" else task), 201


def _details(name: str) -> Answer:
    task = _found(name)
    times = {key: task[key] for key in ("start_time", "end_time")}
    status = {"COMPLETED": "DONE", "FAILED": "FAILED", "RUNNING": "RUNNING"}.get(task["status"])
    jobs = [
        {
            "name": name,
            **times,
            "status": status,
            "command_line": f"{name} --in input --out output",
            "retried": False,
            "instance": {"id": f"i-{number:04d}", "type": "c5.xlarge", "provider": "aws"},
            "docker": {"checksum": "sha256:0000"},
            "logs": {"stderr": here(f"files/{number:024d}")},
        }
        for number, name in enumerate(("align", "sort", "index"), 1)
    ]
    return {
        "href": here(f"tasks/{task['id']}/execution_details"),
        **times,
        "status": task["status"],
        "message": task["execution_status"]["message"],
        "jobs": jobs if status else [],
    }


# -- what a draft lacks -------------------------------------------------------------------------------------------


def _problems(task: Record) -> Iterator[Record]:
    """Check what the server checks at once: required inputs, and files of this project."""
    for port in store.app(task["app"])["raw"]["inputs"]:
        name = port["id"].lstrip("#")
        for words in _misfits(port, task["inputs"].get(name), task, split=name == task["batch_input"]):
            yield {"type": "error/task_validation/input/schema", "message": words, "input_id": name}


def _misfits(port: Record, value: Any, task: Record, *, split: bool) -> Iterator[str]:
    kind, optional, many = _kind_of(port["type"])
    if value is None and not optional and "default" not in port and not split:
        yield "Required input is not set."
    of_files = "File" in kind or "Directory" in kind
    listed = value if isinstance(value, list) else [value]
    if value is not None and (many != isinstance(value, list) or (of_files and not all(map(_is_file, listed)))):
        yield "Value for this input does not match the expected type."
    for path in paths_in(value):
        if path not in store.files or store.files[path]["project"] != task["project"]:
            yield f"File {path} is not in the task's project."


def _kind_of(kind: Any) -> tuple[str, bool, bool]:
    """Return a type as text, whether null is one of its values, and whether it is of several values."""
    if isinstance(kind, str):
        return kind, kind.endswith("?"), kind.removesuffix("?").endswith("[]")
    arrays = [each for each in kind if isinstance(each, dict) and each.get("type") == "array"]
    return str(kind), "null" in kind, bool(arrays)


def _is_file(value: Any) -> bool:
    """Tell whether a value names a file in the form of tasks; whole records of files are none."""
    if not isinstance(value, dict) or value.get("class") not in ("File", "Directory"):
        return False
    return "path" in value and set(value) <= OF_INPUTS


# -- batches ------------------------------------------------------------------------------------------------------


def _check_batch(wanted: Record) -> None:
    by: Any = wanted.get("batch_by")
    name = wanted.get("batch_input")
    if by is None and name is None and not wanted.get("batch"):
        return
    refuse_if(not name or not isinstance(by, dict), 400, "batch_by and batch_input go together.", code=7023)
    refuse_if(
        str(by.get("type")).lower() not in ("criteria", "item"),
        400,
        "A batch is of the type criteria or item.",
        code=7020,
    )
    refuse_if(
        str(by["type"]).lower() == "criteria" and not by.get("criteria"),
        400,
        "A batch by criteria names them.",
        code=7019,
    )


def _split(parent: Record, wanted: Record) -> None:
    """Make one child for each file, or for each value of a metadata field, of the batch input."""
    name, by = wanted["batch_input"], wanted["batch_by"]
    parent.update(batch=True, batch_by=by, batch_input=name, errors=[])
    groups: dict[str, list[Record]] = {}
    for value in parent["inputs"].get(name) or []:
        groups.setdefault(_group(store.files[value["path"]], by.get("criteria", ())), []).append(value)
    for group, values in groups.items():
        more = {"parent": parent["id"], "created_by": store.user}
        more["batch_group"] = {"value": group, "fields": by.get("criteria", [])}
        inputs, called = {**parent["inputs"], name: values}, f"{parent['name']} - {group}"
        store.add_task(called, parent["project"], parent["app"], inputs, **more)


def _group(record: Record, criteria: list[str]) -> str:
    fields = [each.removeprefix("metadata.") for each in criteria]
    return "/".join(str(record["metadata"].get(field)) for field in fields) if fields else str(record["name"])


ROUTES: Routes = {
    "GET /v2/tasks": _tasks,
    "POST /v2/tasks": _create,
    f"GET {TASK}": lambda name: sent("tasks", advanced(_found(name))),
    f"PATCH {TASK}": _change,
    f"DELETE {TASK}": _delete,
    f"POST {TASK}/actions/run": lambda name: sent("tasks", run(_found(name))),
    f"POST {TASK}/actions/abort": _abort,
    f"POST {TASK}/actions/clone": _clone,
    f"GET {TASK}/execution_details": _details,
    "POST /v2/bulk/tasks/get": lambda: bulk("task_ids", lambda name: sent("tasks", advanced(_found(name)))),
}
