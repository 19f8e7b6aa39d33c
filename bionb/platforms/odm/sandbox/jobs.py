"""Import jobs: they start, advance by polls, and end; and the routes around them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import g, request
from werkzeug.local import LocalProxy

from bionb.platforms.odm.sandbox.imports import BY_DATA_LINK, KINDS, Commit, plan
from bionb.platforms.odm.sandbox.reading import ImportFailed, demand, told
from bionb.platforms.odm.sandbox.store import DATA, Record, box
from bionb.sandbox.application import Refused, Routes, refuse_if

if TYPE_CHECKING:
    from bionb.platforms.odm.sandbox import OdmSandbox

DONE = ("COMPLETED", "FAILED", "STOPPED", "ABANDONED")
POLLS = 1  # answers that say RUNNING before the end
# Faults that change the pace, and after how many polls a job ends then; None leaves that as it is.
PACES = {"slow_jobs": 5, "instant_jobs": 0, "endless_jobs": math.inf, "odd_status": None}
TIMES = {False: "%Y-%m-%d %H:%M:%S", True: "%d-%m-%Y %H:%M:%S"}


@dataclass
class Job:
    """One import job."""

    id: int
    kind: str
    request: Record
    owner: str
    created: str = ""
    status: str = "STARTING"
    ended: str = ""
    polls: float = POLLS
    meanwhile: str = "RUNNING"
    commit: Commit | None = None
    result: Record = field(default_factory=dict)
    errors: list[Record] = field(default_factory=list)

    def info(self) -> Record:
        """Return it as ``/info`` shows it."""
        kind = self.kind.replace("-", "_").upper()
        form = "IMPORT_{}_SIGNAL_RUN" if self.kind in DATA else "IMPORT_{}" if self.kind == "file" else "IMPORT_{}_TSV"
        found: Record = {"jobExecId": self.id, "startedBy": f"{self.owner}@example.org", "jobName": form.format(kind)}
        found |= {"status": self.status, "createTime": self.created}
        return found | ({"endTime": self.ended} if self.ended else {})

    def output(self) -> Record:
        """Return what it has given: status 200 also for a failed one."""
        given: dict[str, Record] = {"COMPLETED": {"result": self.result}, "FAILED": {"errors": self.errors}}
        return {"status": self.status, **given.get(self.status, {})}


class Jobs:
    """All jobs of a sandbox."""

    def __init__(self, sandbox: OdmSandbox) -> None:
        self._sandbox = sandbox
        self.jobs: dict[int, Job] = {}

    def start(self, kind: str, wanted: Record, owner: str) -> Job:
        """Start an import; a data file takes one more job number, for the job inside."""
        store, take = self._sandbox.store, self._sandbox.faults.take
        if kind in DATA:
            store.number("job")
        job = Job(store.number("job"), kind, wanted, owner, self._time())
        for pace, polls in PACES.items():
            if fault := take(pace):
                job.polls = fault.options.get("polls", job.polls if polls is None else polls)
                job.meanwhile = fault.options.get("status", job.meanwhile)
        self.prepare(job)
        self.jobs[job.id] = job
        return job

    def poll(self, job: Job) -> None:
        """Advance a job by one look at it."""
        if job.status in DONE:
            return
        if job.status == "STOPPING":
            job.status = "STOPPED"
        elif job.polls > 0:
            job.polls, job.status = job.polls - 1, job.meanwhile
            return
        else:
            job.result = job.commit() if job.commit else {}
            job.status = "COMPLETED" if job.commit else "FAILED"
            if made := str(job.result.get("accession") or job.result.get("groupAccession") or ""):
                study = made if job.kind == "study" else job.request.get("studyAccession", "")
                self._sandbox.note("IMPORT", made, study, job.owner)
        job.ended = self._time()

    def finish(self, kind: str, wanted: Record, owner: str) -> str:
        """Start an import, bring it to its end and return what it made."""
        job = self.start(kind, wanted, owner)
        while job.status not in DONE:
            self.poll(job)
        return str(job.result.get("accession") or job.result["groupAccession"])

    def earlier(self, kind: str, link: str) -> Job | None:
        """Return the first job that has loaded this link or is loading it."""
        found = (each for each in self.jobs.values() if (each.kind, _link(each.request)) == (kind, link))
        return next((each for each in found if each.status not in DONE[1:]), None)

    def prepare(self, job: Job) -> None:
        """Read what a job imports."""
        sandbox, job.commit, job.errors = self._sandbox, None, []
        fault = sandbox.faults.take("failing_jobs")
        words = fault.options.get("message", "The storage did not answer in time.") if fault else ""
        try:
            demand(not fault, "FETCH", "java.io.IOException", words)
            with told():
                job.commit = plan(sandbox.store, job.kind, job.request, sandbox.fetch, job.owner)
        except ImportFailed as error:
            job.errors = [error.record]

    def _time(self) -> str:
        return self._sandbox.store.clock.tick().strftime(TIMES[bool(self._sandbox.faults.take("day_first_times"))])


jobs: Jobs = cast(Jobs, LocalProxy(lambda: g.sandbox.jobs))


def _link(wanted: Any) -> str:
    """Return what an import is about."""
    return str(wanted.get("dataLink") or wanted.get("metadataLink") or "") if isinstance(wanted, dict) else ""


def _start(kind: str) -> Record:
    wanted: Any = request.get_json(silent=True)
    refuse_if(kind not in KINDS, 404, f"There is no import of {kind}.")
    refuse_if(not _link(wanted), 400, "The body needs metadataLink or dataLink.")
    again = kind == "file" or request.args.get("allow_dups", "").lower() == "true"
    earlier = None if again else jobs.earlier(kind, _link(wanted))
    if earlier:
        raise Refused(409, f"A job instance already exists for this link and kind: jobExecId={earlier.id}")
    return jobs.start(kind, wanted, box.user()).info()


def _upload(kind: str) -> Record:
    refuse_if(kind not in KINDS or kind == "study", 404, f"There is no upload of {kind}.")
    refuse_if("file" not in request.files, 400, "The form needs the part file, as its last.")
    by_data = kind in BY_DATA_LINK
    parts = {"dataLink" if by_data else "metadataLink": request.files["file"]}
    if by_data and "metadataFile" in request.files:
        parts["metadataLink"] = request.files["metadataFile"]
    wanted: Record = dict(request.form)
    for part, file in parts.items():
        wanted |= {part: file.filename, f"{part} content": file.read()}
    return jobs.start(kind, wanted, box.user()).info()


def _found(number: int) -> Job:
    refuse_if(number not in jobs.jobs, 404, f"There is no job execution {number}.")
    return jobs.jobs[number]


def _look(number: int, what: str) -> Record:
    job = _found(number)
    jobs.poll(job)
    return job.info() if what == "info" else job.output()


def _control(number: int, what: str) -> Record:
    job = _found(number)
    if what == "stop":
        refuse_if(job.status in DONE, 400, f"The job has ended as {job.status}.")
        job.status = "STOPPING"
    else:
        refuse_if(job.status not in ("FAILED", "STOPPED"), 400, f"A job that is {job.status} cannot be restarted.")
        job.status, job.ended, job.polls, job.meanwhile = "STARTING", "", POLLS, "RUNNING"
        jobs.prepare(job)
    return job.info()


ROUTES: Routes = {
    "POST /api/v1/jobs/import/<kind>": _start,
    "POST /api/v1/jobs/import/<kind>/multipart": _upload,
    "GET /api/v1/jobs/<int:number>/<any('info','output'):what>": _look,
    "PUT /api/v1/jobs/<int:number>/<any('stop','restart'):what>": _control,
}
