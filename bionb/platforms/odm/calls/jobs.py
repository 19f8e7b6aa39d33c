"""Import jobs: look at them, wait for them, stop and restart them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bionb import waiting
from bionb.errors import JobFailed, UsageError
from bionb.plain import plain
from bionb.platforms.odm.wire.template import ACCESSION

if TYPE_CHECKING:
    from bionb.session import Session

ENDED_BADLY = ("FAILED", "STOPPED", "ABANDONED")
UNKNOWN_POLLS = 10  # UNKNOWN is an undeclared state: it may pass, so it is asked again, but not forever
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
        return "; ".join(
            f"{error.get('stage') or 'unknown stage'}: "
            + " / ".join(str(each.get("message") or each.get("type")) for each in error.get("stack") or [{}])
            for error in self.errors
        )

    def __repr__(self) -> str:
        made = next((f", {value}" for key, value in self.result.items() if key.lower().endswith("accession")), "")
        again = ", imported before" if self.reused else ""
        return f"<Job {self.id} {self.name or self.kind}: {self.status}{made}{again}>"


def accession_of(thing: Any) -> str:
    """Return the accession of a finished job, a record, a browser node, or an accession as it is.

    Examples
    --------
    >>> accession_of({"genestack:accession": "GSF1147033"})
    'GSF1147033'
    """
    thing = plain(thing) if hasattr(thing, "tolist") else thing
    if isinstance(thing, str):
        return thing.strip()
    if isinstance(thing, int) and not isinstance(thing, bool):  # the number of a run
        return str(thing)
    if isinstance(thing, Mapping):
        for name in (ACCESSION, "accession", "itemId", "groupAccession", "xrefSetId", "runId"):
            if thing.get(name):
                return str(thing[name])
    for name in ("accession", "id"):
        found = getattr(thing, name, None)
        if isinstance(found, str) and found:
            return found
    raise UsageError(f"{thing!r} has no accession: pass one such as 'GSF1147033', a finished job or a record.")


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


def _known(job: Job | int) -> Job:
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


def with_output(job: Job, body: Mapping[str, Any]) -> Job:
    """Return a job brought up to date with an ``/output`` answer."""
    return replace(
        job,
        status=str(body.get("status") or "UNKNOWN"),
        result=body.get("result") or {},
        errors=tuple(body.get("errors") or ()),
    )


class Jobs:
    """The client's methods on jobs."""

    session: Session

    def job(self, job: Job | int) -> Job:
        """Return a job with its present state and result.

        Parameters
        ----------
        job : Job or int
            A job or its number.

        Raises
        ------
        NotFound
            There is no such job.

        Notes
        -----
        ``GET /api/v1/jobs/{jobExecId}/output``, and ``/info`` for a job of which only the number is known.

        Examples
        --------
        >>> odm.job(1241)
        <Job 1241 IMPORT_STUDY_TSV: COMPLETED, GSF1146901>
        """
        known = _known(job)
        with self.session.one_call():
            if not known.name:
                known = with_info(known, self._ask(known, "GET", "info", "look up"))
            return with_output(known, self._ask(known, "GET", "output", "read the result of"))

    def wait_job(self, job: Job | int, *, deadline: float | None = 1800.0, interval: float = 0.2) -> Job:
        """Wait until a job is done and return it with its result.

        The first look is at once, the next after `interval`, then ever more rarely.

        Parameters
        ----------
        job : Job or int
            A job or its number.
        deadline : float or None
            Seconds in all; None waits as long as it takes.
        interval : float
            Seconds before the second look.

        Raises
        ------
        JobFailed
            It ended as FAILED, STOPPED or ABANDONED; the message has its stages and messages, ``.record`` is the job.
        WaitTimeout
            The deadline passed; the job goes on at the server.

        Notes
        -----
        ``GET /api/v1/jobs/{jobExecId}/output``: status 200 also for a failed job.

        Examples
        --------
        >>> odm.wait_job(odm.import_study("s3://example_data/GSE60871/GSE60871_study.tsv")).accession
        'GSF1147033'
        """
        seen = _Unknown()
        with self.session.one_call():
            return waiting.wait_for(
                lambda: seen.checked(self.job(job)),
                lambda found: found.status,
                wanted=("COMPLETED",),
                failed=ENDED_BADLY,
                what=f"import job {job.id if isinstance(job, Job) else job}",
                deadline=deadline,
                interval=interval,
                longest=10.0,
                explain=_explain,
            )

    def stop_job(self, job: Job | int) -> Job:
        """Ask a running job to stop. Parameters as for `job`.

        Notes
        -----
        ``PUT /api/v1/jobs/{jobExecId}/stop``.
        """
        return self._control(job, "stop")

    def restart_job(self, job: Job | int) -> Job:
        """Start a failed or stopped job again; metadata files go on where they stopped. Parameters as for `job`.

        Notes
        -----
        ``PUT /api/v1/jobs/{jobExecId}/restart``.
        """
        return self._control(job, "restart")

    def _control(self, job: Job | int, what: str) -> Job:
        known = _known(job)
        body = self._ask(known, "PUT", what, what)
        return with_info(replace(known, result={}, errors=()), body)

    def _ask(self, job: Job, method: str, part: str, verb: str) -> Mapping[str, Any]:
        body = self.session.json(method, f"api/v1/jobs/{job.id}/{part}", what=f"{verb} job {job.id}")
        return body if isinstance(body, Mapping) else {}


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
