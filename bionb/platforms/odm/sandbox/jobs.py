"""Import jobs: they start, advance by polls, and end; and the routes around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

from bionb.platforms.odm.sandbox.imports import KINDS, Commit, plan
from bionb.platforms.odm.sandbox.reading import ImportFailed, told
from bionb.platforms.odm.sandbox.store import Record, Sandbox

NAMES = {
    "expression": "IMPORT_EXPRESSION_SIGNAL_RUN",
    "variant": "IMPORT_VARIANT_SIGNAL_RUN",
    "flow-cytometry": "IMPORT_FLOW_CYTOMETRY_SIGNAL_RUN",
    "file": "IMPORT_FILE",
}
DONE = ("COMPLETED", "FAILED", "STOPPED", "ABANDONED")
POLLS = 1  # answers that say RUNNING before the end


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

    @property
    def name(self) -> str:
        """Return the job's name as the server has it."""
        return NAMES.get(self.kind, f"IMPORT_{self.kind.upper()}_TSV")


class Jobs:
    """All jobs of a sandbox.

    Parameters
    ----------
    sandbox : Sandbox
        Where they belong.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.jobs: dict[int, Job] = {}

    def start(self, kind: str, wanted: Record, owner: str) -> Job:
        """Start an import; a data file takes one more job number, for the job inside."""
        store, faults = self._sandbox.store, self._sandbox.faults
        with store.lock:
            if kind in ("expression", "variant", "flow-cytometry"):
                store.job_number()
            job = Job(store.job_number(), kind, wanted, owner, created=self._time())
            if fault := faults.take("slow_jobs"):
                job.polls = fault.options.get("polls", 5)
            if faults.take("instant_jobs"):
                job.polls = 0
            if faults.take("endless_jobs"):
                job.polls = float("inf")
            if fault := faults.take("odd_status"):
                job.meanwhile, job.polls = fault.options["status"], fault.options.get("polls", job.polls)
            self._prepare(job)
            self.jobs[job.id] = job
        return job

    def poll(self, job: Job) -> None:
        """Advance a job by one look at it."""
        with self._sandbox.store.lock:
            if job.status in DONE:
                return
            if job.status == "STOPPING":
                self._end(job, "STOPPED")
            elif job.polls > 0:
                job.polls -= 1
                job.status = job.meanwhile
            elif job.commit is None:
                self._end(job, "FAILED")
            else:
                job.result = job.commit()
                self._end(job, "COMPLETED")

    def finish(self, job: Job) -> Record:
        """Bring a job to its end and return its result."""
        while job.status not in DONE:
            self.poll(job)
        return job.result

    def earlier(self, kind: str, link: str) -> Job | None:
        """Return the first job that has loaded this link or is loading it."""
        for job in list(self.jobs.values()):
            if (job.kind, _link(job.request)) == (kind, link) and job.status not in ("FAILED", "STOPPED", "ABANDONED"):
                return job
        return None

    def restart(self, job: Job) -> None:
        """Begin a failed or stopped job anew."""
        with self._sandbox.store.lock:
            job.status, job.errors, job.ended, job.polls, job.meanwhile = "STARTING", [], "", POLLS, "RUNNING"
            self._prepare(job)

    def _prepare(self, job: Job) -> None:
        job.commit = None
        try:
            if fault := self._sandbox.faults.take("failing_jobs"):
                message = fault.options.get("message", "The storage did not answer in time.")
                raise ImportFailed("FETCH", "java.io.IOException", message)
            with told():
                job.commit = plan(self._sandbox.store, job.kind, job.request, self._sandbox.fetch, job.owner)
        except ImportFailed as error:
            job.errors = [error.as_json()]

    def _end(self, job: Job, status: str) -> None:
        job.status, job.ended = status, self._time()

    def _time(self) -> str:
        day_first = self._sandbox.faults.take("day_first_times")
        return self._sandbox.store.clock.tick().strftime("%d-%m-%Y %H:%M:%S" if day_first else "%Y-%m-%d %H:%M:%S")

    # -- answers ----------------------------------------------------------------------------------------------------

    def info(self, job: Job) -> Response:
        """Return a job as ``/info`` shows it."""
        found: Record = {
            "jobExecId": job.id,
            "startedBy": f"{job.owner}@example.org",
            "jobName": job.name,
            "status": job.status,
            "createTime": job.created,
        }
        return jsonify(found | ({"endTime": job.ended} if job.ended else {}))

    @staticmethod
    def output(job: Job) -> Response:
        """Return what a job has given: status 200 also for a failed one."""
        found: Record = {"status": job.status}
        if job.status == "COMPLETED":
            found["result"] = job.result
        if job.status == "FAILED":
            found["errors"] = job.errors
        return jsonify(found)


def _link(wanted: Record) -> str:
    return str(wanted.get("dataLink") or wanted.get("metadataLink") or "")


def routes(app: Flask, sandbox: Sandbox) -> None:
    """Add the routes of import jobs."""

    def found(number: int, then: Callable[[Job], Any]) -> Any:
        job = sandbox.jobs.jobs.get(number)
        return then(job) if job else sandbox.refuse(404, f"There is no job execution {number}.")

    @app.post("/api/v1/jobs/import/<kind>")
    def start(kind: str) -> Any:
        wanted = request.get_json(silent=True)
        if kind not in KINDS:
            return sandbox.refuse(404, f"There is no import of {kind}.")
        if not isinstance(wanted, dict) or not _link(wanted):
            return sandbox.refuse(400, "The body needs metadataLink or dataLink.")
        if kind != "file" and request.args.get("allow_dups", "").lower() != "true":
            earlier = sandbox.jobs.earlier(kind, _link(wanted))
            if earlier:
                words = f"A job instance already exists for this link and kind: jobExecId={earlier.id}"
                return sandbox.refuse(409, words)
        return sandbox.jobs.info(sandbox.jobs.start(kind, wanted, sandbox.user()))

    @app.post("/api/v1/jobs/import/<kind>/multipart")
    def upload(kind: str) -> Any:
        if kind not in KINDS or kind == "study":
            return sandbox.refuse(404, f"There is no upload of {kind}.")
        if "file" not in request.files:
            return sandbox.refuse(400, "The form needs the part file, as its last.")
        wanted: Record = dict(request.form)
        name = "dataLink" if kind in ("expression", "variant", "flow-cytometry", "cells", "file") else "metadataLink"
        parts = {name: request.files["file"], "metadataLink": request.files.get("metadataFile")}
        if name == "metadataLink":
            parts = {name: request.files["file"]}
        for part, file in parts.items():
            if file is not None:
                wanted |= {part: file.filename, f"{part} content": file.read()}
        return sandbox.jobs.info(sandbox.jobs.start(kind, wanted, sandbox.user()))

    @app.get("/api/v1/jobs/<int:number>/<what>")
    def look(number: int, what: str) -> Any:
        if what not in ("info", "output"):
            return sandbox.refuse(404, "There is no such operation.")

        def answer(job: Job) -> Response:
            sandbox.jobs.poll(job)
            answered: Response = getattr(sandbox.jobs, what)(job)
            return answered

        return found(number, answer)

    @app.put("/api/v1/jobs/<int:number>/<what>")
    def control(number: int, what: str) -> Any:
        def stop(job: Job) -> Any:
            if job.status in DONE:
                return sandbox.refuse(400, f"The job has ended as {job.status}.")
            job.status = "STOPPING"
            return sandbox.jobs.info(job)

        def restart(job: Job) -> Any:
            if job.status not in ("FAILED", "STOPPED"):
                return sandbox.refuse(400, f"A job that is {job.status} cannot be restarted.")
            sandbox.jobs.restart(job)
            return sandbox.jobs.info(job)

        actions = {"stop": stop, "restart": restart}
        if what not in actions:
            return sandbox.refuse(404, "There is no such operation.")
        return found(number, actions[what])
