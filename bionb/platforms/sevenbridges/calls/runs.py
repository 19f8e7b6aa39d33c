"""Running tasks: start, abort, clone, wait, and what ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import FLAG, TIME, columns, to_frame
from bionb.pages import Record
from bionb.platforms.sevenbridges.calls.tasks import Tasks
from bionb.platforms.sevenbridges.rules.identifiers import Ref, task_id
from bionb.waiting import wait_for

if TYPE_CHECKING:
    import pandas as pd

_JOBS = (
    *columns("name status", start_time=TIME, end_time=TIME),
    *columns("instance.type instance.provider command_line", retried=FLAG),
)


class Runs(Tasks):
    """Calls on ``/tasks/{task}/actions`` and ``/tasks/{task}/execution_details``."""

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

    def wait_task(
        self, task: Ref, *, deadline: float | None = 24 * 3600.0, interval: float = 0.2, longest: float = 60.0
    ) -> Record:
        """Wait until a task is COMPLETED and return it.

        Parameters
        ----------
        deadline : float or None
            Seconds in all.
        interval, longest : float
            First and longest pause in seconds between two looks.

        Raises
        ------
        JobFailed
            It ended as FAILED or ABORTED; the message holds the platform's words.
        UsageError
            It is a draft: nobody would ever run it.
        WaitTimeout
            The deadline passed; the task goes on.
        """
        name = task_id(task)

        def poll() -> Record:
            found = self.task(name, fields="id,name,status,execution_status,outputs,errors,price,start_time,end_time")
            if found["status"] == "DRAFT":
                raise UsageError(f"The task {found['name']} is a draft: run it with client.run_task(id), then wait.")
            return found

        with self.session.one_call():
            return wait_for(
                poll,
                lambda found: str(found["status"]),
                wanted=("COMPLETED",),
                failed=("FAILED", "ABORTED"),
                what=f"task {name}",
                deadline=deadline,
                interval=interval,
                longest=longest,
                explain=_words,
                progress=_steps,
                changed=lambda found: (found["status"], str(found.get("execution_status"))),
            )

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
        found = self.call("GET", f"tasks/{name}/execution_details", what=f"get the execution details of task {name}")
        return to_frame(found.get("jobs") or [], _JOBS)

    def _act(self, task: Ref, action: str, params: Mapping[str, Any] | None = None) -> Record:
        name = task_id(task)
        path = f"tasks/{name}/actions/{action}"
        done: Record = self.call("POST", path, what=f"{action} the task {name}", params=params)
        return done


def _words(task: Record) -> str:
    message = (task.get("execution_status") or {}).get("message") or ""
    errors = "; ".join(str(each.get("message", each)) for each in task.get("errors") or [])
    return f"{message} {errors}".strip()


def _steps(task: Record) -> tuple[float, float] | None:
    status = task.get("execution_status") or {}
    total = status.get("steps_total")
    return (status.get("steps_completed") or 0, total) if total else None
