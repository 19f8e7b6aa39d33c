"""Import jobs as the server describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bionb.errors import UsageError
from bionb.wording import joined

ENDED_BADLY = ("FAILED", "STOPPED", "ABANDONED")
_TIMES = ("%d-%m-%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class Job:
    """An import job as the server last described it.

    Attributes
    ----------
    id : int
        The server's ``jobExecId``.
    status : str
        ``STARTING``, ``RUNNING``, ``STOPPING``, ``UNKNOWN``, or at the end ``COMPLETED``, ``FAILED``, ``STOPPED``,
        ``ABANDONED``.
    kind : str
        What it imports: ``"study"``, ``"samples"``, ``"expression"``, ...; empty for a job that only its number is
        known of.
    name, started_by : str
        The server's name of the job, and who started it.
    created_on, ended_on : datetime or None
        UTC as far as the server tells.
    result : dict
        What a completed job gives; see `accession`.
    errors : list of dict
        Stages and stacks of a failed one.
    reused : bool
        True when the file had been imported before and this is that earlier job.
    """

    id: int
    status: str = ""
    kind: str = ""
    name: str = ""
    started_by: str = ""
    created_on: datetime | None = None
    ended_on: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Mapping[str, Any], ...] = ()
    reused: bool = False

    @property
    def accession(self) -> str:
        """What the job made, whatever the server calls it (``accession``, ``groupAccession``).

        Raises
        ------
        UsageError
            The job has no result yet.
        """
        for name, value in self.result.items():
            if name.lower().endswith("accession") and value:
                return str(value)
        raise UsageError(f"Job {self.id} is {self.status} and has no accession: wait_job({self.id}) first.")

    @property
    def failure(self) -> str:
        """The stages and messages of a failed job as one line, empty if there are none."""
        return joined(
            f"{error.get('stage') or 'unknown stage'}: "
            + " / ".join(str(each.get("message") or each.get("type")) for each in _stack(error))
            for error in self.errors
        )

    def __repr__(self) -> str:
        made = next((f", {value}" for key, value in self.result.items() if key.lower().endswith("accession")), "")
        again = ", imported before" if self.reused else ""
        return f"<Job {self.id} {self.name or self.kind}: {self.status}{made}{again}>"


def when(text: Any) -> datetime | None:
    """Return the server's time: it has been seen as ``15-07-2024 11:23:43``, as ``2025-04-16 07:42:38`` and in ISO.

    Examples
    --------
    >>> when("15-07-2024 11:23:43") == when("2024-07-15T11:23:43Z")
    True
    """
    if not isinstance(text, str):
        return None
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def known(job: Job | int | str) -> Job:
    """Return a job, also one of which only the number is known."""
    if isinstance(job, Job):
        return job
    try:
        return Job(int(job))
    except (TypeError, ValueError):
        raise UsageError(f"{job!r} is no job: pass its number, or what an import returned.") from None


def with_info(job: Job, body: Mapping[str, Any]) -> Job:
    """Return a job brought up to date with an ``/info`` answer."""
    return replace(
        job,
        status=str(body.get("status") or job.status),
        name=str(body.get("jobName") or job.name),
        started_by=str(body.get("startedBy") or job.started_by),
        created_on=when(body.get("createTime")) or job.created_on,
        ended_on=when(body.get("endTime")) or job.ended_on,
    )


def _stack(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    stack = error.get("stack")
    return [each for each in stack if isinstance(each, Mapping)] if isinstance(stack, list) else [{}]


def with_output(job: Job, body: Mapping[str, Any]) -> Job:
    """Return a job brought up to date with an ``/output`` answer."""
    result, errors = body.get("result"), body.get("errors")
    return replace(
        job,
        status=str(body.get("status") or "UNKNOWN"),
        result=result if isinstance(result, dict) else {},
        errors=tuple(each for each in errors if isinstance(each, dict)) if isinstance(errors, list) else (),
    )
