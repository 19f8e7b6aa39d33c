"""Tasks: drafts that are run, go on by one state each time they are looked at, and make files."""

from __future__ import annotations

import copy
import re

from flask import Blueprint, Response, g, jsonify

from bionb.platforms.sevenbridges.sandbox.data import as_input, new_task
from bionb.platforms.sevenbridges.sandbox.replies import (
    Record,
    Refused,
    body,
    bulk,
    flag,
    here,
    listing,
    one,
    query,
    sent,
)
from bionb.platforms.sevenbridges.sandbox.store import Store
from bionb.platforms.sevenbridges.wire.records import TASKS
from bionb.sandbox.faults import Faults

STATUSES = ("DRAFT", "QUEUED", "RUNNING", "COMPLETED", "FAILED", "ABORTED")
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def add_routes(app: Blueprint, store: Store, faults: Faults) -> None:
    """Add the routes of this part."""

    @app.get("/v2/tasks")
    def tasks() -> Response:
        if any(each not in STATUSES for each in query().get("status", ())):
            raise Refused(400, 7006, f"Statuses are {', '.join(STATUSES)}.")
        if project := one("project"):
            if "/" not in project:
                raise Refused(400, 3012, "A project is named as owner/project.")
            store.project(project, g.user)
        return listing(_matching(store), lambda each: _shown(each, listed=True), faults)

    @app.post("/v2/tasks")
    def create() -> tuple[Response, int]:
        wanted = body()
        project = store.project(wanted.get("project", ""), g.user, "execute")["id"]
        _check_batch(wanted)
        task = _made(store, project, wanted)
        if "batch_by" in wanted and (one("batch") or "").lower() != "false":
            _split(store, task, wanted)
        if one("action") == "run":
            _run(store, task)
        return jsonify(_shown(task)), 201

    @app.get("/v2/tasks/<name>")
    def task(name: str) -> Response:
        return jsonify(_shown(_advance(store, found(name))))

    @app.patch("/v2/tasks/<name>")
    def change(name: str) -> Response:
        task, changes = found(name), body()
        if task["status"] != "DRAFT" and set(changes) - {"name"}:
            raise Refused(400, 7026, "Only the name of a task that has run can be changed.")
        allowed = ("name", "description", "inputs", "app", "batch", "batch_by", "batch_input")
        task.update({key: changes[key] for key in allowed if key in changes})
        task["errors"] = _problems(store, task)
        return jsonify(_shown(task))

    @app.delete("/v2/tasks/<name>")
    def delete(name: str) -> tuple[str, int]:
        del store.tasks[found(name)["id"]]
        return "", 204

    @app.post("/v2/tasks/<name>/actions/run")
    def run(name: str) -> Response:
        return jsonify(_shown(_run(store, found(name))))

    @app.post("/v2/tasks/<name>/actions/abort")
    def abort(name: str) -> Response:
        task = found(name)
        if task["status"] not in ("QUEUED", "RUNNING"):
            raise Refused(400, 7008, f"A task that is {task['status']} cannot be aborted.")
        return jsonify(_shown(_ended(store, task, "ABORTED", "Aborted by user.")))

    @app.post("/v2/tasks/<name>/actions/clone")
    def clone(name: str) -> tuple[Response, int]:
        source = found(name)
        inputs = copy.deepcopy(source["inputs"])
        task = new_task(store, f"{source['name']} - copy", source["project"], source["app"], inputs)
        task.update(created_by=g.user, origin_id=source["id"])
        if one("action") == "run":
            _run(store, task)
        return jsonify(_shown(task)), 201

    @app.get("/v2/tasks/<name>/execution_details")
    def details(name: str) -> Response:
        return jsonify(_details(found(name)))

    @app.post("/v2/bulk/tasks/get")
    def get_many() -> Response:
        return bulk(body()["task_ids"], lambda name: _shown(found(name)))

    def found(name: str) -> Record:
        if not re.fullmatch(_UUID, name):
            raise Refused(400, 7005, "A task's id is a UUID.")
        return store.task(name, g.user)


def _shown(task: Record, *, listed: bool = False) -> Record:
    return sent(task, TASKS, f"tasks/{task['id']}", listed=listed)


def _matching(store: Store) -> list[Record]:
    asked = query()
    found = [each for each in store.tasks.values() if g.user in store.members[each["project"]]]
    for key, field in (("project", "project"), ("status", "status"), ("parent", "parent"), ("origin_id", "origin_id")):
        if key in asked:
            found = [each for each in found if each[field] in asked[key]]
    if "batch" in asked:
        found = [each for each in found if each["batch"] == flag("batch")]
    for key, field in (("created", "created_time"), ("started", "start_time"), ("ended", "end_time")):
        start, stop = one(f"{key}_from"), one(f"{key}_to")
        if start or stop:
            found = [each for each in found if each[field] and (start or "") <= each[field] <= (stop or "9")]
    if order := one("order_by"):
        field = {"created_time": "created_time", "start_time": "start_time", "end_time": "end_time"}.get(order, "name")
        found.sort(key=lambda each: each[field] or "", reverse=one("order") == "desc")
    return found


def _made(store: Store, project: str, wanted: Record) -> Record:
    app = str(wanted.get("app") or "")
    name, _, revision = app.rpartition("/")
    known = store.app(name, g.user, revision) if app.count("/") == 3 else store.app(app, g.user)
    task = new_task(
        store, wanted.get("name") or f"{known['name']} run", project, known["id"], wanted.get("inputs") or {}
    )
    task.update(created_by=g.user, description=wanted.get("description") or "")
    task["errors"] = _problems(store, task)
    return task


def _problems(store: Store, task: Record) -> list[Record]:
    """Check what the server checks at once: required inputs, and files of this project."""
    app = store.app(task["app"].rpartition("/")[0], g.user, task["app"].rpartition("/")[2])
    found = []
    for port in app["raw"]["inputs"]:
        name, kind = port["id"].lstrip("#"), port["type"]
        optional = (isinstance(kind, str) and kind.endswith("?")) or (isinstance(kind, list) and "null" in kind)
        value = task["inputs"].get(name)
        if value is None and not optional and "default" not in port and name != (task["batch_input"] or ""):
            found.append(_problem(name, "Required input is not set."))
        many = str(kind).removesuffix("?").endswith("[]") or (
            isinstance(kind, list) and any(isinstance(each, dict) and each.get("type") == "array" for each in kind)
        )
        odd = ("File" in str(kind) or "Directory" in str(kind)) and not all(map(_is_file, _each(value)))
        if value is not None and (odd or many != isinstance(value, list)):
            found.append(_problem(name, "Value for this input does not match the expected type."))
        for path in _paths(value):
            if path not in store.files or store.files[path]["project"] != task["project"]:
                found.append(_problem(name, f"File {path} is not in the task's project."))
    return found


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_file(value: object) -> bool:
    """Tell whether a value names a file in the form of tasks; whole records of files are none."""
    if not isinstance(value, dict) or value.get("class") not in ("File", "Directory"):
        return False
    return "path" in value and set(value) <= {"class", "path", "name", "secondaryFiles"}


def _check_batch(wanted: Record) -> None:
    if wanted.get("batch_by") is None and wanted.get("batch_input") is None and not wanted.get("batch"):
        return
    by = wanted.get("batch_by")
    if not wanted.get("batch_input") or not isinstance(by, dict):
        raise Refused(400, 7023, "batch_by and batch_input go together.")
    if str(by.get("type")).lower() not in ("criteria", "item"):
        raise Refused(400, 7020, "A batch is of the type criteria or item.")
    if str(by["type"]).lower() == "criteria" and not by.get("criteria"):
        raise Refused(400, 7019, "A batch by criteria names them.")


def _problem(name: str, words: str) -> Record:
    return {"type": "error/task_validation/input/schema", "message": words, "input_id": name}


def _paths(value: object) -> list[str]:
    if isinstance(value, list):
        return [path for each in value for path in _paths(each)]
    if isinstance(value, dict):
        return [str(value["path"])] if "path" in value else [path for each in value.values() for path in _paths(each)]
    return []


def _run(store: Store, task: Record) -> Record:
    if task["status"] != "DRAFT":
        raise Refused(400, 7007, f"A task that is {task['status']} cannot be run.")
    if task["errors"]:
        words = "; ".join(f"{each['input_id']}: {each['message']}" for each in task["errors"])
        raise Refused(400, 7024, f"The task has errors. {words}")
    task.update(status="QUEUED", executed_by=g.user)
    task["execution_status"] = {"message": "In queue", "steps_completed": 0, "steps_total": 3}
    return task


def _advance(store: Store, task: Record) -> Record:
    """Give the task as it is, then let it go on by one state."""
    seen = copy.deepcopy(task)
    if task["status"] == "QUEUED":
        task.update(status="RUNNING", start_time=store.now())
        task["execution_status"] = {"message": "Running", "steps_completed": 1, "steps_total": 3}
    elif task["status"] == "RUNNING" and task["execution_status"]["steps_completed"] < 2:
        task["execution_status"] = {"message": "Running", "steps_completed": 2, "steps_total": 3}
    elif task["status"] == "RUNNING" and not task["batch"]:
        broken = [path for path in _paths(task["inputs"]) if store.files[path]["name"].startswith("corrupt")]
        if broken:
            _ended(store, task, "FAILED", f"Step align: {store.files[broken[0]]['name']} is truncated.")
        else:
            _ended(store, task, "COMPLETED", "Done")
            task["outputs"] = _outputs(store, task)
    elif task["batch"]:
        _advance_batch(store, task)
    return seen


def _ended(store: Store, task: Record, status: str, words: str) -> Record:
    task.update(status=status, end_time=store.now(), price={"currency": "USD", "amount": 0.42})
    steps = 3 if status == "COMPLETED" else task["execution_status"]["steps_completed"]
    task["execution_status"] = {"message": words, "steps_completed": steps, "steps_total": 3}
    return task


def _outputs(store: Store, task: Record) -> Record:
    app = store.app(task["app"].rpartition("/")[0], g.user, task["app"].rpartition("/")[2])
    short = task["name"].lower().replace(" ", "_")
    made = {}
    for port in app["raw"]["outputs"]:
        name = task["inputs"].get("output_name") or short + port.get("suffix", "")
        record = store.add_file(task["project"], name, 64_000, origin={"task": task["id"]})
        made[port["id"].lstrip("#")] = as_input(record)
    return made


def _split(store: Store, parent: Record, wanted: Record) -> None:
    """Make one child for each file, or for each value of a metadata field, of the batch input."""
    name = wanted["batch_input"]
    parent.update(batch=True, batch_by=wanted["batch_by"], batch_input=name)
    groups: dict[str, list[Record]] = {}
    for value in parent["inputs"].get(name) or []:
        record = store.files[value["path"]]
        fields = [each.removeprefix("metadata.") for each in wanted["batch_by"].get("criteria", ())]
        group = "/".join(str(record["metadata"].get(field)) for field in fields) if fields else record["name"]
        groups.setdefault(group, []).append(value)
    for group, values in groups.items():
        child = new_task(
            store, f"{parent['name']} - {group}", parent["project"], parent["app"], {**parent["inputs"], name: values}
        )
        child.update(parent=parent["id"], created_by=g.user)
        child["batch_group"] = {"value": group, "fields": wanted["batch_by"].get("criteria", [])}
    parent["errors"] = []


def _advance_batch(store: Store, parent: Record) -> None:
    if parent["status"] != "RUNNING":
        return
    children = [each for each in store.tasks.values() if each["parent"] == parent["id"]]
    for child in children:
        if child["status"] == "DRAFT":
            _run(store, child)
        _advance(store, child)
    if all(each["status"] in ("COMPLETED", "FAILED", "ABORTED") for each in children):
        _ended(store, parent, "COMPLETED", "Done")
        parent["price"]["amount"] = round(sum(each["price"]["amount"] for each in children), 2)


def _details(task: Record) -> Record:
    done = {"COMPLETED": "DONE", "FAILED": "FAILED", "RUNNING": "RUNNING"}.get(task["status"])
    jobs = [
        {
            "name": name,
            "start_time": task["start_time"],
            "end_time": task["end_time"],
            "status": done,
            "command_line": f"{name} --in input --out output",
            "retried": False,
            "instance": {"id": f"i-{number:04d}", "type": "c5.xlarge", "provider": "aws"},
            "docker": {"checksum": "sha256:0000"},
            "logs": {"stderr": here(f"files/{number:024d}")},
        }
        for number, name in enumerate(("align", "sort", "index"), 1)
        if done
    ]
    return {
        "href": here(f"tasks/{task['id']}/execution_details"),
        "start_time": task["start_time"],
        "end_time": task["end_time"],
        "status": task["status"],
        "message": task["execution_status"]["message"],
        "jobs": jobs,
    }
