"""Build a study in one call: import, wait, link, verify; again after a failure without duplicates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bionb.errors import BionbError, UnexpectedResponse, UsageError
from bionb.frames import columns, to_frame
from bionb.platforms.odm.calls.data_imports import Imports
from bionb.platforms.odm.calls.jobs import ENDED_BADLY, Job, accession_of
from bionb.platforms.odm.calls.links import WORDS, Links
from bionb.platforms.odm.rules.checking import check_upload
from bionb.platforms.odm.rules.sources import digest, is_link, local_file

if TYPE_CHECKING:
    import pandas as pd

_ACCESSION = re.compile(r"GSF\d{6,}")
STEPS = columns("step outcome job accession detail")
LINKS = {"libraries": "link_libraries", "preparations": "link_preparations"}


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


class Workflow(Imports, Links):
    """The client's method that builds a whole study."""

    # The server knows links again, but not uploads: what this client has uploaded, and by which job.
    _uploaded: dict[tuple[str, str, str], int]

    def build_study(
        self,
        study: Any,
        samples: Any,
        expression: Any = None,
        *,
        libraries: Any = None,
        preparations: Any = None,
        expression_to: str = "samples",
        linking_attribute: str | None = None,
        template_id: str | None = None,
        deadline: float | None = 1800.0,
        **expression_options: Any,
    ) -> StudyBuild:
        """Import a study, its samples and data, link them in the right order, and look whether all is there.

        It can be called again after a failure: what was imported is used again, what is linked stays linked.

        Parameters
        ----------
        study, samples, expression, libraries, preparations : str, Path or Job
            A link, a local file (not for the study), or the accession of what is there already (``"GSF..."``).
        expression_to : {"samples", "libraries", "preparations"}
            What the columns of the expression data are.
        linking_attribute : str, optional
            As for `link_expression`.
        template_id : str, optional
            Template of all imports.
        deadline : float or None
            Seconds for each job.
        **expression_options
            As for `import_expression`: ``data_class``, ``number_of_feature_attributes``, ...

        Returns
        -------
        StudyBuild
            ``.steps`` (a frame) and ``.accessions``.

        Raises
        ------
        BionbError
            A step failed; ``.partial`` is the `StudyBuild` so far.

        Examples
        --------
        >>> bucket = "s3://example_data/GSE60871/GSE60871_"
        >>> odm.build_study(bucket + "study.tsv", bucket + "samples.tsv", bucket + "expression.gct").study
        'GSF1147033'
        """
        sources = {
            "study": study,
            "samples": samples,
            "libraries": libraries,
            "preparations": preparations,
            "expression": expression,
        }
        sources = {kind: source for kind, source in sources.items() if source is not None}
        if missing := [kind for kind in ("study", "samples") if kind not in sources]:
            raise UsageError(f"A study is built of a study and its samples: give {' and '.join(missing)}.")
        if expression_to not in ("samples", "libraries", "preparations") or (
            expression is not None and expression_to not in sources
        ):
            raise UsageError(f"expression_to={expression_to!r}: name one of the groups given, e.g. libraries=.")
        for kind, source in sources.items():
            _check_source(kind, source)
        build = StudyBuild()
        try:
            with self.session.one_call():
                self._import_all(build, sources, template_id, deadline, expression_options)
                self._link_all(build, expression_to, linking_attribute)
                self._verify(build)
        except BionbError as error:
            build.note("stopped", "failed", detail=str(error))
            error.partial = build
            raise
        return build

    # -- steps ------------------------------------------------------------------------------------------------------

    def _import_all(
        self,
        build: StudyBuild,
        sources: Mapping[str, Any],
        template_id: str | None,
        deadline: float | None,
        options: Mapping[str, Any],
    ) -> None:
        started: dict[str, Job] = {}
        for kind, source in sources.items():
            given = _given(source)
            if given:
                build.accessions[kind] = given
                build.note(f"import {kind}", "given", accession=given)
                continue
            more = dict(options) if kind == "expression" else {}
            started[kind] = self._import_once(kind, source, {"template_id": template_id, **more})
        # All run at the server at the same time; the first failure is told when the others have been seen.
        failure: BionbError | None = None
        for kind, job in started.items():
            try:
                done = self.wait_job(job, deadline=deadline)
            except BionbError as error:
                build.note(f"import {kind}", "failed", job=job.id, detail=str(error))
                failure = failure or error
                continue
            build.accessions[kind] = done.accession
            warned = "; ".join(map(str, done.result.get("warnings") or ()))
            outcome = "reused" if job.reused else "done"
            build.note(f"import {kind}", outcome, job=job.id, accession=done.accession, detail=warned)
        if failure is not None:
            raise failure

    def _import_once(self, kind: str, source: Any, options: Mapping[str, Any]) -> Job:
        place = (kind, digest(source), repr(sorted(options.items(), key=str)))
        if not is_link(source) and place in self._uploaded:
            earlier = self.job(self._uploaded[place])
            if earlier.status not in ENDED_BADLY:
                return replace(earlier, kind=kind, reused=True)
        job: Job = getattr(self, f"import_{kind}")(source, **options)
        if job.reused and job.status in ("FAILED", "STOPPED"):
            job = self.restart_job(job)
        if not is_link(source):
            self._uploaded[place] = job.id
        return job

    def _link_all(self, build: StudyBuild, expression_to: str, attribute: str | None) -> None:
        made = build.accessions
        here = self._linked_samples(made["study"])
        if made["samples"] in {each.get("groupId") for each in here}:
            build.note("link samples to study", "reused", detail="they were linked before")
        else:
            self._note_link(build, "samples", "study", self.link_samples(made["samples"], made["study"]))
        for kind in ("libraries", "preparations"):
            if kind not in made:
                continue
            if made[kind] in {each["itemId"] for each in self._groups_by_study(WORDS[kind], made["study"], True)}:
                build.note(f"link {kind} to samples", "reused", detail="they were linked before")
            else:
                self._note_link(build, kind, "samples", getattr(self, LINKS[kind])(made[kind], made["samples"]))
        if "expression" in made:
            linked = self.link_expression(made["expression"], made[expression_to], attribute, to=expression_to)
            self._note_link(build, "expression", expression_to, linked)

    @staticmethod
    def _note_link(build: StudyBuild, kind: str, to: str, linked: Any) -> None:
        left = f"without a match: {', '.join(linked.runs_left)}" if linked.runs_left else ""
        build.note(f"link {kind} to {to}", "done", detail="; ".join([str(linked.status), *([left] if left else [])]))

    def _linked_samples(self, study: str) -> list[dict[str, Any]]:
        return list(self.samples(study=study, as_curator=True))

    def _verify(self, build: StudyBuild) -> None:
        made = build.accessions
        here = [each for each in self._linked_samples(made["study"]) if each.get("groupId") == made["samples"]]
        if not here:
            raise UnexpectedResponse(f"The study {made['study']} shows no sample of {made['samples']} after linking.")
        build.note("verify samples", "done", accession=made["study"], detail=f"{len(here)} samples in the study")
        if "expression" in made:
            groups = [each["itemId"] for each in self._groups_by_study("expression", made["study"], True)]
            if made["expression"] not in groups:
                raise UnexpectedResponse(f"The study {made['study']} does not show {made['expression']} after linking.")
            build.note("verify expression", "done", accession=made["expression"], detail="in the study")


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
