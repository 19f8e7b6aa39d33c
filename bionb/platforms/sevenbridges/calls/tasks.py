"""Tasks: lists, details, drafts and their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bionb.errors import InvalidInput, UsageError
from bionb.listing import Listing
from bionb.pages import Record
from bionb.plain import several
from bionb.platforms.sevenbridges.calls.apps import Apps
from bionb.platforms.sevenbridges.calls.calls import LIMIT, FieldsLike, check_changes
from bionb.platforms.sevenbridges.calls.files import Files
from bionb.platforms.sevenbridges.rules.identifiers import Ref, app_id, moment, project_id, task_id
from bionb.platforms.sevenbridges.rules.inputs import in_platform_form, paths_in
from bionb.platforms.sevenbridges.wire.records import TASKS

CHANGEABLE = (
    *("name", "description", "app", "inputs", "batch", "batch_by", "batch_input"),
    *("execution_settings", "output_location", "use_interruptible_instances"),
)

SETTINGS = ("execution_settings", "output_location", "use_interruptible_instances")
STATUSES = ("DRAFT", "QUEUED", "CREATING", "RUNNING", "ABORTING", "COMPLETED", "FAILED", "ABORTED")


class Tasks(Apps, Files):
    """Calls on ``/tasks`` and ``/bulk/tasks``."""

    def tasks(
        self,
        project: Ref | None = None,
        *,
        status: str | None = None,
        parent: Ref | None = None,
        batch: bool | None = None,
        origin_id: Ref | None = None,
        order_by: str | None = None,
        order: str | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
        **times: str | date,
    ) -> Listing:
        """List tasks.

        Parameters
        ----------
        project : str or dict, optional
            Only the tasks of a project.
        status : str, optional
            ``DRAFT``, ``QUEUED``, ``RUNNING``, ``COMPLETED``, ``FAILED`` or ``ABORTED``.
        parent, batch, origin_id : optional
            Children of a batch, only batches or none, clones of a task.
        order_by, order : str, optional
            E.g. ``"created_time"``, ``"desc"``.
        fields : str or sequence of str, optional
            What the server sends, see `Fields`; by default everything, an empty text for the server's short default.
        limit : int
            Size of a page, at most 100.
        **times : str or date
            ``created_from``, ``created_to``, ``started_from``, ``started_to``, ``ended_from``, ``ended_to``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``status``, ``app``, ..., ``created_time``, ``start_time``, ``end_time``
            (UTC), ``price.amount`` in ``price.currency``, ``inputs``, ``outputs``.

        Notes
        -----
        ``GET /tasks``.
        """
        known = {f"{event}_{end}" for event in ("created", "started", "ended") for end in ("from", "to")}
        if unknown := sorted(set(times) - known):
            raise UsageError(f"tasks() does not know {', '.join(unknown)}; times are {', '.join(sorted(known))}.")
        if status is not None and status not in STATUSES:
            raise UsageError(f"status={status!r} is none of {', '.join(STATUSES)}.")
        params: dict[str, Any] = {name: moment(value, name) for name, value in times.items()}
        params |= {
            "project": None if project is None else project_id(project),
            "status": status,
            "parent": None if parent is None else task_id(parent),
            "batch": None if batch is None else str(batch).lower(),
            "origin_id": None if origin_id is None else task_id(origin_id),
            "order_by": order_by,
            "order": order,
        }
        return self._listing(TASKS, params=params, fields=fields, limit=limit)

    def task(self, task: Ref, fields: FieldsLike = None) -> Record:
        """Return all details of a task.

        Notes
        -----
        ``GET /tasks/{task}``.
        """
        name = task_id(task)
        return self._get(TASKS, f"tasks/{name}", what=f"get the task {name}", fields=fields)

    def tasks_by_id(self, tasks: Sequence[Ref]) -> list[Record]:
        """Return the details of many tasks, 100 with one request, in the order asked.

        Notes
        -----
        ``POST /bulk/tasks/get``.
        """
        ids = [task_id(each) for each in tasks]
        answers = self._bulk("bulk/tasks/get", "task_ids", ids, what="get tasks by their ids")
        return [dict(each.get("resource") or {"id": name, **each}) for each, name in zip(answers, ids, strict=True)]

    def task_inputs(self, task: Ref) -> Record:
        """Return the inputs of a task: the best example of what an app takes.

        Notes
        -----
        ``GET /tasks/{task}?fields=inputs``.
        """
        inputs: Record = self.task(task, fields="inputs")["inputs"]
        return inputs

    def create_task(
        self,
        project: Ref,
        app: Ref,
        inputs: Mapping[str, Any],
        *,
        name: str | None = None,
        description: str | None = None,
        batch_input: str | None = None,
        batch_by: str | Sequence[str] | None = None,
        check: bool = True,
        run: bool = False,
        **settings: Any,
    ) -> Record:
        """Create a task as a draft, or run it at once.

        Parameters
        ----------
        inputs : mapping
            By the app's input ids; files as records, ids, or in the platform's own form.
        name, description : str, optional
            The platform names a task itself where no name is given.
        batch_input : str, optional
            Make one task for each file of this input ...
        batch_by : sequence of str, optional
            ... or for each value of these fields, e.g. ``["metadata.sample_id"]``.
        check : bool
            Compare the inputs with the app's description, and the files with the project, before anything is created:
            two reading requests. Without it, files must be records or in the platform's own form: an id alone is a
            text like any other.
        run : bool
            Run it; this costs money on a real platform.
        **settings
            ``execution_settings``, ``output_location``, ``use_interruptible_instances``.

        Raises
        ------
        InvalidInput
            What is wrong with the inputs; nothing was created.

        Notes
        -----
        ``POST /tasks``, with ``?action=run``.
        """
        where, what = project_id(project), app_id(app)
        if unknown := sorted(set(settings) - set(SETTINGS)):
            raise UsageError(f"create_task() does not know {', '.join(unknown)}; settings are {', '.join(SETTINGS)}.")
        batch = _batch(batch_input, several(batch_by))
        with self.session.one_call():
            given = self._checked_inputs(where, app, inputs) if check else in_platform_form(inputs)
            texts = {"name": name, "description": description}
            body = {"project": where, "app": what, "inputs": given, **batch, **settings}
            body |= {key: value for key, value in texts.items() if value}
            params = {"action": "run"} if run else None
            made: Record = self.call("POST", "tasks", what=f"create a task of {what}", json=body, params=params)
        return made

    def _checked_inputs(
        self, project: str, app: Ref, inputs: Mapping[str, Any], *, partly: bool = False
    ) -> dict[str, Any]:
        built = self.app_inputs(app).build(inputs, project, partly=partly)
        paths = list(dict.fromkeys(paths_in(built)))
        if not paths:
            return built
        findings = []
        for found in self.files_by_id(paths):
            if found.get("project", project) != project:
                findings.append({"input": found["id"], "problem": f"is a file of {found['project']}"})
            elif "error" in found:
                findings.append({"input": found["id"], "problem": found["error"]["message"]})
        if findings:
            words = "; ".join(f"{each['input']}: {each['problem']}" for each in findings)
            raise InvalidInput(f"Not all files can be used in {project}: {words}. Copy them there first.", findings)
        return built

    def update_task(self, task: Ref, *, check: bool = True, **changes: Any) -> Record:
        """Change a draft's ``name, description, inputs, ...``; of a task that has run only the name.

        Parameters
        ----------
        check : bool
            Compare new inputs with the app's description, and the files with the project, before anything is changed:
            three reading requests. Required inputs may be missing; None unsets one.
        **changes
            ``name, description, app, inputs, batch, batch_by, batch_input, execution_settings, output_location``,
            ``use_interruptible_instances``.

        Raises
        ------
        InvalidInput
            What is wrong with the inputs; nothing was changed.

        Notes
        -----
        ``PATCH /tasks/{task}``.
        """
        check_changes("task", changes, CHANGEABLE)
        name, inputs, by = task_id(task), changes.get("inputs"), changes.get("batch_by")
        if changes.get("app") is not None:
            changes["app"] = app_id(changes["app"])
        if isinstance(by, str | list | tuple):
            changes |= _batch(changes.get("batch_input"), several(by))
        with self.session.one_call():
            if inputs is not None:
                changes["inputs"] = (
                    self._new_inputs(name, changes.get("app"), inputs) if check else in_platform_form(inputs)
                )
            changed: Record = self.call("PATCH", f"tasks/{name}", what=f"change the task {name}", json=changes)
        return changed

    def _new_inputs(self, task: str, app: Ref | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
        found = self.task(task, fields="project,app")
        built = self._checked_inputs(found["project"], app or found["app"], inputs, partly=True)
        return {**dict.fromkeys(inputs), **built}

    def delete_task(self, task: Ref) -> None:
        """Delete a task; the files that it made stay.

        Notes
        -----
        ``DELETE /tasks/{task}``.
        """
        name = task_id(task)
        self.call("DELETE", f"tasks/{name}", what=f"delete the task {name}")


def _batch(name: str | None, by: Sequence[str] | None) -> Record:
    """Return what makes a task a batch: the input, and the criteria that split it."""
    if not name:
        if by:
            raise UsageError("batch_by= says how to split an input: name the input in batch_input= as well.")
        return {}
    criteria = {"type": "criteria", "criteria": list(by)} if by else {"type": "item"}
    return {"batch": True, "batch_input": name, "batch_by": criteria}
