"""Wait for what the server does by itself: import jobs, and the task that publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionb import waiting
from bionb.errors import JobFailed
from bionb.http import answers
from bionb.platforms.odm.calls.calls import API, role_path
from bionb.platforms.odm.calls.jobs import read_job
from bionb.platforms.odm.wire.jobs import ENDED_BADLY, Job

if TYPE_CHECKING:
    from bionb.session import Session

UNKNOWN_POLLS = 10  # UNKNOWN is an undeclared state: it may pass, so it is asked again, but not forever


def wait_for_job(session: Session, job: Job | int | str, deadline: float | None, interval: float) -> Job:
    """Wait until a job is done and return it with its result."""
    seen = _Unknown()
    return waiting.wait_for(
        lambda: seen.checked(read_job(session, job)),
        lambda found: found.status,
        wanted=("COMPLETED",),
        failed=ENDED_BADLY,
        what=f"import job {job.id if isinstance(job, Job) else job}",
        deadline=deadline,
        interval=interval,
        longest=10.0,
        explain=_explain,
    )


def publish_and_wait(session: Session, study: str, message: str, deadline: float | None) -> dict[str, Any]:
    """Publish a study, wait until it is done, and return the server's task."""
    path, what = role_path(f"integration/studies/{study}/tasks/publish-versions", True), f"publish {study}"
    task = session.json("POST", path, params={"versionMessage": message} if message else None, what=what)
    number = (task or {}).get("id")
    if number is None:
        raise answers.unexpected(session.label, what, KeyError("id"))
    done: dict[str, Any] = waiting.wait_for(
        lambda: session.json("GET", f"{API}/tasks/{number}", what="look up the task of publishing"),
        lambda found: str(found.get("status")),
        wanted=("DONE",),
        failed=("FAILED", "BLOCKED_BY_DEPENDENCY_FAILURE", "KILLED"),
        what=f"publishing {study}",
        deadline=deadline,
    )
    return done


class _Unknown:
    """Counts answers that say UNKNOWN."""

    def __init__(self) -> None:
        self._count = 0

    def checked(self, job: Job) -> Job:
        self._count = self._count + 1 if job.status == "UNKNOWN" else 0
        if self._count >= UNKNOWN_POLLS:
            raise JobFailed(
                f"import job {job.id} has been UNKNOWN at {self._count} looks in a row: ask an administrator what "
                "became of it before you import again.",
                state="UNKNOWN",
                record=job,
            )
        return job


def _explain(job: Job) -> str:
    words = job.failure or "the server gives no reason"
    return f"{words}. " + (
        f"Correct the file and import it again, or call restart_job({job.id})."
        if job.status != "ABANDONED"
        else "Import again."
    )
