"""What becomes of a task: it goes on by one state each time it is looked at, and makes files."""

from __future__ import annotations

import copy
from typing import Any

from bionb.platforms.sevenbridges.sandbox.answers import store
from bionb.platforms.sevenbridges.sandbox.store import Record, as_input, progress
from bionb.sandbox.application import refuse_if

ENDED = ("COMPLETED", "FAILED", "ABORTED")


def run(task: Record) -> Record:
    """Put a draft into the queue."""
    refuse_if(task["status"] != "DRAFT", 400, f"A task that is {task['status']} cannot be run.", code=7007)
    words = "; ".join(f"{each['input_id']}: {each['message']}" for each in task["errors"])
    refuse_if(words, 400, f"The task has errors. {words}", code=7024)
    task.update(status="QUEUED", executed_by=store.user, execution_status=progress("In queue", 0))
    return task


def advanced(task: Record) -> Record:
    """Return the task as it is, then let it go on by one state."""
    seen = copy.deepcopy(task)
    if task["status"] == "QUEUED":
        task.update(status="RUNNING", start_time=store.now(), execution_status=progress("Running", 1))
    elif task["status"] == "RUNNING" and task["execution_status"]["steps_completed"] < 2:
        task["execution_status"] = progress("Running", 2)
    elif task["status"] == "RUNNING":
        (_finish_batch if task["batch"] else _finish)(task)
    return seen


def ended(task: Record, status: str, words: str) -> Record:
    """Note that a task has ended."""
    steps = 3 if status == "COMPLETED" else task["execution_status"]["steps_completed"]
    task.update(status=status, end_time=store.now(), price={"currency": "USD", "amount": 0.42})
    task["execution_status"] = progress(words, steps)
    return task


def _finish(task: Record) -> None:
    names = [store.files[path]["name"] for path in paths_in(task["inputs"])]
    if broken := [name for name in names if name.startswith("corrupt")]:
        ended(task, "FAILED", f"Step align: {broken[0]} is truncated.")
        return
    ended(task, "COMPLETED", "Done")
    short, named = task["name"].lower().replace(" ", "_"), task["inputs"].get("output_name")
    for port in store.app(task["app"])["raw"]["outputs"]:
        name = named or short + port.get("suffix", "")
        made = store.add_file(task["project"], name, 64_000, origin={"task": task["id"]})
        task["outputs"][port["id"].lstrip("#")] = as_input(made)


def _finish_batch(parent: Record) -> None:
    """Let the children go on; the batch has ended when all of them have."""
    children = [each for each in store.tasks.values() if each["parent"] == parent["id"]]
    for child in children:
        advanced(run(child) if child["status"] == "DRAFT" else child)
    if all(each["status"] in ENDED for each in children):
        ended(parent, "COMPLETED", "Done")
        parent["price"]["amount"] = round(sum(each["price"]["amount"] for each in children), 2)


def paths_in(value: Any) -> list[str]:
    """Return the ids of all files in the inputs of a task."""
    if isinstance(value, dict) and "path" in value:
        return [str(value["path"])]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [path for each in inner for path in paths_in(each)]
