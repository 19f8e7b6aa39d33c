"""Tasks: lists, details, what they take, what becomes of them, and what ran."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import to_frame
from bionb.listing import Listing
from bionb.paging.pages import Record
from bionb.plain import listed
from bionb.platforms.sevenbridges.calls.calls import LIMIT, Calls, FieldsLike
from bionb.platforms.sevenbridges.rules.identifiers import Ref, moment, project_id, task_id
from bionb.platforms.sevenbridges.tables.columns import JOBS
from bionb.platforms.sevenbridges.wire.records import TASKS

if TYPE_CHECKING:
    import pandas as pd

STATUSES = ("DRAFT", "QUEUED", "CREATING", "RUNNING", "ABORTING", "COMPLETED", "FAILED", "ABORTED")


class Tasks(Calls):
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

    def tasks_by_id(self, tasks: Any) -> list[Record]:
        """Return the details of many tasks, 100 with one request, in the order asked.

        Notes
        -----
        ``POST /bulk/tasks/get``.
        """
        ids = [task_id(each) for each in listed(tasks, "task")]
        answers = self._bulk("bulk/tasks/get", "task_ids", ids, what="get tasks by their ids")
        return [dict(each.get("resource") or {"id": name, **each}) for each, name in zip(answers, ids, strict=True)]

    def task_inputs(self, task: Ref) -> Record:
        """Return the inputs of a task: the best example of what an app takes.

        Notes
        -----
        ``GET /tasks/{task}?fields=inputs``.
        """
        what = f"get the inputs of task {task_id(task)}"
        return self.session.record_of(self.task(task, fields="inputs").get("inputs"), what=what)

    def delete_task(self, task: Ref) -> None:
        """Delete a task; the files that it made stay.

        Notes
        -----
        ``DELETE /tasks/{task}``.
        """
        name = task_id(task)
        self.call("DELETE", f"tasks/{name}", what=f"delete the task {name}")

    def run_task(self, task: Ref) -> Record:
        """Run a draft; this costs money on a real platform.

        Notes
        -----
        ``POST /tasks/{task}/actions/run``.
        """
        return self._act(task, "run")

    def abort_task(self, task: Ref) -> Record:
        """Abort a task that is queued or running.

        Notes
        -----
        ``POST /tasks/{task}/actions/abort``.
        """
        return self._act(task, "abort")

    def clone_task(self, task: Ref, *, run: bool = False) -> Record:
        """Make a draft with the same app and inputs, or run it at once.

        Notes
        -----
        ``POST /tasks/{task}/actions/clone``.
        """
        return self._act(task, "clone", params={"action": "run"} if run else None)

    def execution_details(self, task: Ref) -> pd.DataFrame:
        """Return the jobs of a task.

        Returns
        -------
        DataFrame
            ``name``, ``status`` (DONE, FAILED, RUNNING), ``start_time``, ``end_time`` (UTC), ``instance.type``,
            ``command_line``, ``retried``, then what else the server tells, e.g. ``logs.*``.

        Notes
        -----
        ``GET /tasks/{task}/execution_details``.
        """
        name = task_id(task)
        found = self._record("GET", f"tasks/{name}/execution_details", what=f"get the execution details of task {name}")
        return to_frame(found.get("jobs") or [], JOBS)

    def _act(self, task: Ref, action: str, params: Mapping[str, Any] | None = None) -> Record:
        name = task_id(task)
        path = f"tasks/{name}/actions/{action}"
        return self._record("POST", path, what=f"{action} the task {name}", params=params, ids=("id",))
