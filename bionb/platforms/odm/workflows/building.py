"""Build a study in one call: import, wait, link, verify; again after a failure without duplicates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bionb import showing
from bionb.errors import BionbError, UnexpectedResponse, UsageError
from bionb.frames import columns, to_frame
from bionb.platforms.odm.rules.checking import check_upload
from bionb.platforms.odm.rules.linking import WORDS
from bionb.platforms.odm.rules.sources import digest, is_link, local_file
from bionb.platforms.odm.wire.jobs import ENDED_BADLY, Job
from bionb.platforms.odm.wire.records import accession_of

if TYPE_CHECKING:
    import pandas as pd

    from bionb.platforms.odm.calls.links import Linked
    from bionb.platforms.odm.client import OdmClient

_ACCESSION = re.compile(r"GSF\d{6,}")
STEPS = columns("step outcome job accession detail")
MADE = ("libraries", "preparations")


@dataclass
class StudyBuild:
    """What `build_study` has done so far.

    Attributes
    ----------
    accessions : dict
        By kind: ``"study"``, ``"samples"``, ``"expression"``, ``"libraries"``, ``"preparations"``.
    """

    accessions: dict[str, str] = field(default_factory=dict)
    _steps: list[dict[str, Any]] = field(default_factory=list)

    @property
    def steps(self) -> pd.DataFrame:
        """Every step in order.

        Returns
        -------
        DataFrame
            ``step``, ``outcome`` (done, reused, given, failed), ``job``, ``accession``, ``detail``.
        """
        return to_frame(self._steps, STEPS)

    @property
    def study(self) -> str:
        """Accession of the study."""
        return self.accessions["study"]

    def note(self, step: str, outcome: str, *, job: Any = None, accession: str | None = None, detail: str = "") -> None:
        """Write down a step."""
        self._steps.append({"step": step, "outcome": outcome, "job": job, "accession": accession, "detail": detail})

    def __repr__(self) -> str:
        return f"<StudyBuild of {self.accessions.get('study', 'no study yet')}: {len(self._steps)} steps>"

    def _repr_html_(self) -> str:
        title = f"Study {self.accessions.get('study', '(none yet)')}"
        return showing.table(title, self.steps, count=f"{len(self._steps)} steps", complete=[".steps", ".accessions"])


class Uploads:
    """What a client has uploaded, and by which job: the server knows links again, but not uploads."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[str, str, str], int] = {}

    def place(self, kind: str, source: Any, options: Mapping[str, Any]) -> tuple[str, str, str] | None:
        """Return what an upload is known by, None for a link."""
        return None if is_link(source) else (kind, digest(source), repr(sorted(options.items(), key=str)))

    def earlier(self, place: tuple[str, str, str] | None) -> int | None:
        """Return the number of the job that had the same file."""
        return self._jobs.get(place) if place else None

    def keep(self, place: tuple[str, str, str] | None, job: Job) -> None:
        """Remember an upload."""
        if place:
            self._jobs[place] = job.id


def checked_sources(study: Any, samples: Any, *others: Any, expression_to: str) -> dict[str, Any]:
    """Return what is to be imported, by kind in order, or refuse what cannot be built; nothing was sent."""
    expression, libraries, preparations = others
    given = {
        "study": study,
        "samples": samples,
        "libraries": libraries,
        "preparations": preparations,
        "expression": expression,
    }
    sources = {kind: source for kind, source in given.items() if source is not None}
    if missing := [kind for kind in ("study", "samples") if kind not in sources]:
        raise UsageError(f"A study is built of a study and its samples: give {' and '.join(missing)}.")
    if expression_to not in ("samples", *MADE) or (expression is not None and expression_to not in sources):
        raise UsageError(f"expression_to={expression_to!r}: name one of the groups given, e.g. libraries=.")
    for kind, source in sources.items():
        _check_source(kind, source)
    return sources


class Building:
    """One building of a study, step by step.

    Parameters
    ----------
    client : OdmClient
        Imports, waits and links.
    uploads : Uploads
        Of this client.
    deadline : float or None
        Seconds for each job.
    """

    def __init__(self, client: OdmClient, uploads: Uploads, deadline: float | None) -> None:
        self._client, self._uploads, self._deadline = client, uploads, deadline
        self._build = StudyBuild()

    def build(
        self,
        sources: Mapping[str, Any],
        options: Mapping[str, Any],
        expression_options: Mapping[str, Any],
        expression_to: str,
        attribute: str | None,
    ) -> StudyBuild:
        """Import, link and verify; what was done before a failure is on the error."""
        try:
            self._import_all(sources, options, expression_options)
            self._link_all(expression_to, attribute)
            self._verify()
        except BionbError as error:
            self._build.note("stopped", "failed", detail=str(error))
            error.partial = self._build
            raise
        return self._build

    # -- steps ------------------------------------------------------------------------------------------------------

    def _import_all(self, sources: Mapping[str, Any], options: Mapping[str, Any], more: Mapping[str, Any]) -> None:
        started: dict[str, Job] = {}
        for kind, source in sources.items():
            if given := _given(source):
                self._build.accessions[kind] = given
                self._build.note(f"import {kind}", "given", accession=given)
            else:
                started[kind] = self._import_once(kind, source, {**options, **(more if kind == "expression" else {})})
        # All run at the server at the same time; the first failure is told when the others have been seen.
        failures = [failure for kind, job in started.items() if (failure := self._wait(kind, job))]
        if failures:
            raise failures[0]

    def _import_once(self, kind: str, source: Any, options: Mapping[str, Any]) -> Job:
        place = self._uploads.place(kind, source, options)
        number = self._uploads.earlier(place)
        if number is not None:
            earlier = self._client.job(number)
            if earlier.status not in ENDED_BADLY:
                return replace(earlier, kind=kind, reused=True)
        job: Job = getattr(self._client, f"import_{kind}")(source, **options)
        if job.reused and job.status in ("FAILED", "STOPPED"):
            job = self._client.restart_job(job)
        self._uploads.keep(place, job)
        return job

    def _wait(self, kind: str, job: Job) -> BionbError | None:
        try:
            done = self._client.wait_job(job, deadline=self._deadline)
        except BionbError as error:
            self._build.note(f"import {kind}", "failed", job=job.id, detail=str(error))
            return error
        self._build.accessions[kind] = done.accession
        warned = "; ".join(map(str, done.result.get("warnings") or ()))
        outcome = "reused" if job.reused else "done"
        self._build.note(f"import {kind}", outcome, job=job.id, accession=done.accession, detail=warned)
        return None

    def _link_all(self, expression_to: str, attribute: str | None) -> None:
        made, client = self._build.accessions, self._client
        if made["samples"] in {each.get("groupId") for each in self._samples()}:
            self._note_linked("samples", "study")
        else:
            self._note_link("samples", "study", client.link_samples(made["samples"], made["study"]))
        for kind in MADE:
            if kind in made and made[kind] in self._groups(WORDS[kind]):
                self._note_linked(kind, "samples")
            elif kind in made:
                link = getattr(client, f"link_{kind}")
                self._note_link(kind, "samples", link(made[kind], made["samples"]))
        if "expression" in made:
            linked = client.link_expression(made["expression"], made[expression_to], attribute, to=expression_to)
            self._note_link("expression", expression_to, linked)

    def _note_linked(self, kind: str, to: str) -> None:
        self._build.note(f"link {kind} to {to}", "reused", detail="they were linked before")

    def _note_link(self, kind: str, to: str, linked: Linked) -> None:
        left = [f"without a match: {', '.join(linked.runs_left)}"] if linked.runs_left else []
        self._build.note(f"link {kind} to {to}", "done", detail="; ".join([str(linked.status), *left]))

    def _samples(self) -> list[dict[str, Any]]:
        return list(self._client.samples(study=self._build.study, as_curator=True))

    def _groups(self, kind: str) -> set[str]:
        return {each["itemId"] for each in self._client.groups(kind, study=self._build.study, as_curator=True)}

    def _verify(self) -> None:
        made = self._build.accessions
        here = [each for each in self._samples() if each.get("groupId") == made["samples"]]
        if not here:
            raise UnexpectedResponse(
                f"The study {made['study']} shows no sample of {made['samples']} after linking: look at it first."
            )
        self._build.note("verify samples", "done", accession=made["study"], detail=f"{len(here)} samples in the study")
        if "expression" in made:
            if made["expression"] not in self._groups("expression"):
                raise UnexpectedResponse(
                    f"The study {made['study']} does not show {made['expression']} after linking: look at it first."
                )
            self._build.note("verify expression", "done", accession=made["expression"], detail="in the study")


def _given(source: Any) -> str:
    """Return the accession when the source is no file but something that is there already."""
    if isinstance(source, Job | Mapping):
        return accession_of(source)
    return str(source) if isinstance(source, str) and _ACCESSION.fullmatch(source) else ""


def _check_source(kind: str, source: Any) -> None:
    """Look at local files before anything is imported."""
    if _given(source) or is_link(source):
        return
    if kind == "study":
        raise UsageError(f"{source}: the server offers no upload of study files; give a link or an accession.")
    check_upload(kind, local_file(source))
