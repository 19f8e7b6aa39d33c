"""Import jobs: look at them, stop and restart them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bionb.platforms.odm.calls.calls import API, Calls
from bionb.platforms.odm.wire.jobs import Job, known, with_info, with_output

if TYPE_CHECKING:
    from bionb.session import Session


class Jobs(Calls):
    """Calls on jobs."""

    def job(self, job: Job | int | str) -> Job:
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
        return read_job(self.session, job)

    def stop_job(self, job: Job | int | str) -> Job:
        """Ask a running job to stop. Parameters as for `job`.

        Notes
        -----
        ``PUT /api/v1/jobs/{jobExecId}/stop``.
        """
        return self._control(job, "stop")

    def restart_job(self, job: Job | int | str) -> Job:
        """Start a failed or stopped job again; metadata files go on where they stopped. Parameters as for `job`.

        Notes
        -----
        ``PUT /api/v1/jobs/{jobExecId}/restart``.
        """
        return self._control(job, "restart")

    def _control(self, job: Job | int | str, what: str) -> Job:
        asked = known(job)
        return with_info(replace(asked, result={}, errors=()), _ask(self.session, asked, "PUT", what, what))


def read_job(session: Session, job: Job | int | str) -> Job:
    """Return a job with its present state and result; of one of which only the number is known, all else too."""
    found = known(job)
    if not found.name:
        found = with_info(found, _ask(session, found, "GET", "info", "look up"))
    return with_output(found, _ask(session, found, "GET", "output", "read the result of"))


def _ask(session: Session, job: Job, method: str, part: str, verb: str) -> Mapping[str, Any]:
    body = session.json(method, f"{API}/jobs/{job.id}/{part}", what=f"{verb} job {job.id}")
    return body if isinstance(body, Mapping) else {}
