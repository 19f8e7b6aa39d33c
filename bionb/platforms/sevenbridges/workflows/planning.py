"""Many tasks from a table: checked before anything is made, made once however often it is asked for, gathered again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bionb.errors import BionbError, InvalidInput, JobFailed, UsageError
from bionb.frames import TIME, columns, to_frame
from bionb.paging.pages import Record
from bionb.plain import listed, plain
from bionb.platforms.sevenbridges.calls.apps import Apps
from bionb.platforms.sevenbridges.calls.files import Files
from bionb.platforms.sevenbridges.calls.tasks import Tasks
from bionb.platforms.sevenbridges.rules.identifiers import Ref, app_id, identifier, project_id, task_id
from bionb.platforms.sevenbridges.rules.inputs import Inputs, paths_in
from bionb.waiting import wait_for
from bionb.wording import joined

if TYPE_CHECKING:
    import pandas as pd

MARK = "[bionb {}]"  # ends the description of a task that a plan made
_MARKED = re.compile(r"\[bionb ([0-9a-f]{16})\]")
_ID = re.compile(r"[0-9a-f]{24}")
PLAN = ("name", "app", "project", "inputs", "tag", "status", "error")
WAITED = columns("id name status message") + columns("", start_time=TIME, end_time=TIME)
OUTPUTS = columns("task task_name output id name class value")
ENDED = ("COMPLETED", "FAILED", "ABORTED")


@dataclass(frozen=True)
class Planner:
    """The groups of calls that plans of tasks need."""

    apps: Apps
    files: Files

    def plan(
        self, app: Ref, frame: pd.DataFrame, *, inputs: Mapping[str, Any] | None, project: Ref | None, name: str | None
    ) -> pd.DataFrame:
        """Return one row a task, checked."""
        called = app_id(app)
        where = project_id(project) if project is not None else "/".join(called.split("/")[:2])
        if not hasattr(frame, "columns") or not hasattr(frame, "to_dict"):
            raise UsageError(f"The table is a DataFrame with one row a task, not {type(frame).__name__}.")
        takes = self.apps.app_inputs(app)
        given = _given(inputs, list(frame.columns), takes)
        rows = frame.to_dict("records")
        values = [
            {
                each: takes.of_table(each, row[value] if kind == "column" else value)
                for each, (kind, value) in given.items()
            }
            for row in rows
        ]
        by_name = self._by_name(takes, values, where)
        plans = [_planned(takes, each, by_name, where) for each in values]
        self._check_files(plans, where)
        seen: dict[str, int] = {}
        for number, (each, row) in enumerate(zip(plans, rows, strict=True), 1):
            each |= {"name": _named(name, row, called, number), "app": called, "project": where}
            each["tag"] = _tag(where, called, each["inputs"])
            if not each["error"] and (other := seen.setdefault(each["tag"], number)) != number:
                each["error"] = f"is the same task as row {other}: drop one of them"
            each["status"] = "wrong" if each["error"] else "ready"
        return _frame(plans, PLAN)

    def _by_name(self, takes: Inputs, values: Sequence[Record], project: str) -> dict[str, list[Record]]:
        """Look up files that are named by their names, all with one listing."""
        wanted = {
            text: None
            for row in values
            for name, value in row.items()
            if takes.of_files(name)
            for text in (value if isinstance(value, list | tuple) else [value])
            if isinstance(text, str) and not _ID.fullmatch(text)
        }
        found: dict[str, list[Record]] = {text: [] for text in wanted}
        if wanted:
            for each in self.files.files(project, name=list(wanted)):
                found.setdefault(str(each["name"]), []).append(each)
        return found

    def _check_files(self, plans: Sequence[Record], project: str) -> None:
        """Look at all files of all tasks together."""
        paths = list(dict.fromkeys(path for each in plans for path in paths_in(each["inputs"])))
        wrong: dict[str, str] = {}
        for path, found in zip(paths, self.files.files_by_id(paths), strict=True):
            if "error" in found:
                wrong[path] = f"{path}: {found['error'].get('message', 'cannot be had')}"
            elif found.get("project", project) != project:
                wrong[path] = f"{path} is a file of {found['project']}: copy it to {project} first"
        for each in plans:
            words = [wrong[path] for path in paths_in(each["inputs"]) if path in wrong]
            each["error"] = joined([*([each["error"]] if each["error"] else []), *words])


def _given(inputs: Mapping[str, Any] | None, names: list[str], takes: Inputs) -> dict[str, tuple[str, Any]]:
    """Return for each input where its value comes from: a column, or one value for all tasks."""
    if inputs is None:
        found: dict[str, tuple[str, Any]] = {each: ("column", each) for each in takes.names if each in names}
        if not found:
            raise UsageError(
                f"No column is called like an input of the app ({', '.join(takes.names)}): rename columns, or pass "
                "inputs={'input': 'column'}."
            )
        return found
    return {
        name: ("column", value) if isinstance(value, str) and value in names else ("value", value)
        for name, value in inputs.items()
    }


def _planned(takes: Inputs, values: Record, by_name: Mapping[str, list[Record]], project: str) -> Record:
    """Return built inputs, or what is wrong with them."""
    problems: list[str] = []

    def looked_up(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [looked_up(each) for each in value]
        if not isinstance(value, str) or value not in by_name:
            return value
        found = by_name[value]
        if len(found) != 1:
            how = "no file" if not found else f"{len(found)} files"
            problems.append(f"{how} called {value} at the top of {project}: pass an id")
            return value
        return found[0]

    resolved = {name: looked_up(value) if takes.of_files(name) else value for name, value in values.items()}
    if problems:
        return {"inputs": {}, "error": joined(problems)}
    try:
        return {"inputs": takes.build(resolved, project), "error": ""}
    except InvalidInput as error:
        return {"inputs": {}, "error": joined(f"{each['input']} {each['problem']}" for each in error.findings)}


def _named(name: str | None, row: Mapping[str, Any], app: str, number: int) -> str:
    """Return what a task is called: by a column, a pattern with columns, or the app and a number."""
    if name is None:
        return str(row["name"]) if isinstance(row.get("name"), str) else f"{app.split('/')[2]} {number}"
    if name in row:
        return str(row[name])
    try:
        return name.format(**{str(key): value for key, value in row.items()})
    except (KeyError, IndexError, ValueError) as error:
        raise UsageError(
            f"name={name!r} is neither a column nor a pattern with columns, such as 'Merge {{sample}}' ({error})."
        ) from error


def _tag(project: str, app: str, inputs: Any) -> str:
    """Return what tells one task from another: where, with what, of what."""
    text = json.dumps([project, app, plain(inputs)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _frame(rows: Sequence[Record], names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(list(rows), columns=list(names), dtype="object")
    return frame.astype({name: "str" for name in names if name != "inputs"})


# -- made ---------------------------------------------------------------------------------------------------------


def create_tasks(tasks: Tasks, plan: pd.DataFrame, *, run: bool) -> pd.DataFrame:
    """Make the tasks of a plan that are not there yet."""
    rows = _rows_of(plan)
    known: dict[str, Record] = {}
    for project in dict.fromkeys(row["project"] for row in rows):
        for each in tasks.tasks(project, fields="id,name,status,description"):
            if found := _MARKED.search(str(each.get("description") or "")):
                known.setdefault(found[1], each)

    def make(row: Record) -> None:
        there = known.get(row["tag"])
        try:
            if there is None:
                _created(tasks, row, run)
            elif run and there.get("status") == "DRAFT":
                row |= _told(tasks.run_task(there))
            else:
                row |= _told(there)
        except BionbError as error:
            row |= {"status": "failed", "error": str(error), "_raised": error}

    try:
        for _ in tasks.session.map(make, rows):
            pass
    except KeyboardInterrupt as error:
        error.partial = _frame(rows, ("id", *PLAN))  # type: ignore[attr-defined]
        raise
    wrong = [row for row in rows if "_raised" in row]
    raised = [row.pop("_raised") for row in wrong]
    frame = _frame(rows, ("id", *PLAN))
    if raised:
        words = joined(f"{row['name']}: {row['error']}" for row in wrong[:3])
        raised[0].retell(
            f"{len(wrong)} of {len(rows)} tasks were not created; run the same call again, which makes no other twice. "
            f"{words}"
        )
        raise raised[0].with_partial(frame)
    return frame


def _rows_of(plan: Any) -> list[Record]:
    if not hasattr(plan, "columns") or (missing := [each for each in PLAN if each not in plan.columns]):
        lacks = f"; it lacks {', '.join(missing)}" if hasattr(plan, "columns") else ""
        raise UsageError(f"The plan is what client.plan_tasks(...) returned, or rows of it{lacks}.")
    rows: list[Record] = plan[list(PLAN)].to_dict("records")
    if wrong := [row for row in rows if row["status"] == "wrong"]:
        words = joined(f"{row['name']}: {row['error']}" for row in wrong[:3])
        raise InvalidInput(
            f"{len(wrong)} of {len(rows)} tasks of the plan are wrong, nothing was created: {words}. Correct them, or "
            "drop their rows.",
            [{"name": row["name"], "problem": row["error"]} for row in wrong],
        )
    return [{**row, "id": None} for row in rows]


def _created(tasks: Tasks, row: Record, run: bool) -> None:
    body = {"project": row["project"], "app": row["app"], "inputs": row["inputs"], "name": row["name"]}
    body["description"] = MARK.format(row["tag"])
    what = f"create the task {row['name']}"
    made = tasks.call("POST", "tasks", what=what, json=body, params={"action": "run"} if run else None)
    row |= _told(tasks.session.record_of(made, what=what, ids=("id",)))


def _told(task: Record) -> Record:
    return {"id": str(task["id"]), "status": str(task.get("status") or "")}


# -- waited for, and gathered -------------------------------------------------------------------------------------


def wait_tasks(tasks: Tasks, chosen: Any, *, deadline: float | None) -> pd.DataFrame:
    """Look at many tasks until all have ended."""
    ids = [task_id(each) for each in listed(chosen, "task")]

    def poll() -> list[Record]:
        found = tasks.tasks_by_id(ids)
        for each in found:
            if each.get("status") == "DRAFT":
                name = each.get("name") or each["id"]
                raise UsageError(f"The task {name} is a draft: run it with client.run_task(id), then wait.")
        return found

    found = wait_for(
        poll,
        lambda each: "ENDED" if all(task.get("status") in ENDED or "error" in task for task in each) else "RUNNING",
        wanted=("ENDED",),
        what=f"{len(ids)} tasks",
        deadline=deadline,
        longest=60.0,
        progress=lambda each: (sum(task.get("status") in ENDED for task in each), len(each)),
        changed=lambda each: [str(task.get("execution_status") or task.get("status")) for task in each],
    )
    frame = to_frame([_waited(each) for each in found], WAITED)
    if bad := [each for each in frame.to_dict("records") if each["status"] != "COMPLETED"]:
        words = joined(f"{each['name']} {each['status']}: {each['message']}" for each in bad[:3])
        error = JobFailed(f"{len(bad)} of {len(ids)} tasks did not complete: {words}", state=str(bad[0]["status"]))
        raise error.with_partial(frame)
    return frame


def _waited(task: Record) -> Record:
    error = task.get("error") or {}
    status = task.get("execution_status") or {}
    words = str(error.get("message") or status.get("message") or "")
    kept = {key: task.get(key) for key in ("id", "name", "start_time", "end_time")}
    return {**kept, "status": "gone" if error else task.get("status"), "message": words}


def task_outputs(tasks: Tasks, chosen: Any) -> pd.DataFrame:
    """Return all outputs of tasks, one row each; of a batch those of its children."""
    rows = []
    for task in tasks.tasks_by_id(listed(chosen, "task")):
        if "error" in task:
            raise UsageError(f"The task {task['id']} cannot be had: {task['error'].get('message', 'no reason given')}")
        children = tasks.tasks(parent=task) if task.get("batch") else [task]
        for each in children:
            about = {"task": each["id"], "task_name": each.get("name")}
            rows += [{**about, **output} for output in _outputs(each.get("outputs"))]
    return to_frame(rows, OUTPUTS)


def _outputs(outputs: Any) -> Iterator[Record]:
    for name, value in (outputs or {}).items() if isinstance(outputs, Mapping) else ():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping) and each.get("path"):
                found = {"id": identifier({"id": each["path"]}, "file"), "name": each.get("name")}
                yield {"output": name, **found, "class": each.get("class"), "value": None}
            elif each is not None:
                yield {"output": name, "id": None, "name": None, "class": None, "value": str(each)}
