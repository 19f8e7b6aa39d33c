"""Waiting for tasks, and for what goes to and from volumes."""

from __future__ import annotations

from bionb.errors import UsageError
from bionb.paging.pages import Record
from bionb.platforms.sevenbridges.calls.exchanges import Exchanges
from bionb.platforms.sevenbridges.calls.tasks import Tasks
from bionb.platforms.sevenbridges.rules.identifiers import Ref, identifier, task_id
from bionb.waiting import wait_for
from bionb.wording import joined


def wait_task(tasks: Tasks, task: Ref, *, deadline: float | None, interval: float, longest: float) -> Record:
    """Look at a task until it has ended."""
    name = task_id(task)

    def poll() -> Record:
        found = tasks.task(name, fields="id,name,status,execution_status,outputs,errors,price,start_time,end_time")
        if found["status"] == "DRAFT":
            raise UsageError(f"The task {found['name']} is a draft: run it with client.run_task(id), then wait.")
        return found

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


def wait_transfer(exchanges: Exchanges, transfer: Record, *, deadline: float | None, advance_access: bool) -> Record:
    """Look at an import or export until it has ended."""
    kind = "exports" if "file" in transfer.get("source", {}) else "imports"
    if not transfer.get("id") and (error := transfer.get("error")):
        why = error.get("message", "the platform gave no reason.")
        raise UsageError(f"This {kind[:-1]} was never started: {why} Correct it and start it again.")
    name = identifier(transfer, kind[:-1])
    path, what = f"storage/{kind}/{name}", f"get the {kind[:-1]} {name}"
    return wait_for(
        lambda: exchanges.call("GET", path, what=what, advance_access=advance_access),
        lambda found: str(found["state"]),
        wanted=("COMPLETED",),
        failed=("FAILED",),
        what=f"{kind[:-1]} {name}",
        deadline=deadline,
        explain=lambda found: str((found.get("error") or {}).get("message", "")),
    )


def _words(task: Record) -> str:
    message = (task.get("execution_status") or {}).get("message") or ""
    errors = joined(str(each.get("message", each)) for each in task.get("errors") or [])
    return f"{message} {errors}".strip()


def _steps(task: Record) -> tuple[float, float] | None:
    status = task.get("execution_status") or {}
    total = status.get("steps_total")
    return (status.get("steps_completed") or 0, total) if total else None
