"""Import metadata files, and what all imports share: links that the server fetches, uploads where it offers them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from bionb import answers
from bionb.errors import Conflict, UsageError
from bionb.platforms.odm.calls.jobs import Job, Jobs, with_info
from bionb.platforms.odm.rules.checking import check_upload
from bionb.platforms.odm.rules.sources import is_link, local_file

_EARLIER = re.compile(r"jobExecId\s*=\s*(\d+)")
log = logging.getLogger("bionb")


class MetadataImports(Jobs):
    """The client's methods that import metadata, and what all imports share.

    Each takes a link (``http:``, ``https:``, ``s3:``, or ``file:`` on a disk of the server) or a local file, and gives
    a `Job` at once; `wait_job` returns it finished. A link that was imported before gives the earlier job.
    An upload is read into memory as a whole.
    """

    def import_study(
        self, source: str | Path, *, template_id: str | None = None, allow_duplicates: bool = False
    ) -> Job:
        """Import a study: a tab-separated file with exactly one record.

        Parameters
        ----------
        source : str or Path
            A link; the server offers no upload of study files.
        template_id : str, optional
            Accession of a template; by default the server's default template.
        allow_duplicates : bool
            Import a link again although it was imported before.

        Notes
        -----
        ``POST /api/v1/jobs/import/study``.

        Examples
        --------
        >>> odm.import_study("s3://example_data/GSE60871/GSE60871_study.tsv")
        <Job 1268 IMPORT_STUDY_TSV: STARTING>
        """
        return self._import_metadata("study", source, template_id, allow_duplicates)

    def import_samples(
        self, source: str | Path, *, template_id: str | None = None, allow_duplicates: bool = False
    ) -> Job:
        """Import a sample group: a tab-separated file with ``Sample Source`` and ``Sample Source ID``.

        Parameters
        ----------
        source : str or Path
            A link or a local file.
        template_id, allow_duplicates
            As for `import_study`.

        Notes
        -----
        ``POST /api/v1/jobs/import/samples``, for a local file ``.../samples/multipart``.

        Examples
        --------
        >>> odm.import_samples("s3://example_data/LIV2045/LIV2045_samples.tsv", allow_duplicates=True)
        <Job 1268 IMPORT_SAMPLES_TSV: STARTING>
        """
        return self._import_metadata("samples", source, template_id, allow_duplicates)

    def import_libraries(
        self, source: str | Path, *, template_id: str | None = None, allow_duplicates: bool = False
    ) -> Job:
        """Import libraries: a tab-separated file with ``Library ID`` and ``Sample Source ID`` (a list when pooled).

        Parameters
        ----------
        source : str or Path
            A link or a local file.
        template_id, allow_duplicates
            As for `import_study`.

        Notes
        -----
        ``POST /api/v1/jobs/import/libraries``, for a local file ``.../libraries/multipart``.

        Examples
        --------
        >>> odm.import_libraries("s3://example_data/LIV2045/LIV2045_libraries.tsv", allow_duplicates=True)
        <Job 1268 IMPORT_LIBRARIES_TSV: STARTING>
        """
        return self._import_metadata("libraries", source, template_id, allow_duplicates)

    def import_preparations(
        self, source: str | Path, *, template_id: str | None = None, allow_duplicates: bool = False
    ) -> Job:
        """Import preparations: a tab-separated file with ``Preparation ID`` and ``Sample Source ID``.

        Parameters
        ----------
        source : str or Path
            A link or a local file.
        template_id, allow_duplicates
            As for `import_study`.

        Notes
        -----
        ``POST /api/v1/jobs/import/preparations``, for a local file ``.../preparations/multipart``.

        Examples
        --------
        >>> odm.import_preparations("s3://example_data/LIV2045/LIV2045_preparations.tsv", allow_duplicates=True)
        <Job 1268 IMPORT_PREPARATIONS_TSV: STARTING>
        """
        return self._import_metadata("preparations", source, template_id, allow_duplicates)

    # -- requests ---------------------------------------------------------------------------------------------------

    def _import_metadata(self, kind: str, source: str | Path, template_id: str | None, again: bool) -> Job:
        options = {"templateId": template_id}
        if is_link(source):
            return self._start(kind, {"metadataLink": str(source), **options}, again)
        if kind == "study":
            raise UsageError(
                f"{source} is no link, and the server offers no upload of study files: put it where the server can "
                "fetch it (http:, https: or s3:), or create the study in the web page and go on with its accession."
            )
        return self._upload(kind, source, None, options)

    def _start(self, kind: str, body: Mapping[str, Any], again: bool) -> Job:
        wanted = {name: value for name, value in body.items() if value is not None}
        params = {"allow_dups": "true"} if again and kind != "file" else None
        path, what = f"api/v1/jobs/import/{kind}", f"import {kind}"
        with self.session.one_call():
            try:
                info = self.session.json("POST", path, json=wanted, params=params, what=what)
            except Conflict as error:
                found = _EARLIER.search(error.detail)
                if found is None:
                    raise
                return self._earlier(kind, int(found[1]))
        return self._started(kind, info, what)

    def _earlier(self, kind: str, number: int) -> Job:
        job = replace(self.job(number), kind=kind, reused=True)
        log.warning(
            "ODM has this %s file already: job %d (%s) is used again; allow_duplicates=True imports it anew.",
            kind,
            number,
            job.status,
        )
        return job

    def _upload(self, kind: str, source: str | Path, metadata: str | Path | None, options: Mapping[str, Any]) -> Job:
        path = local_file(source)
        check_upload(kind, path)
        form = {name: str(value) for name, value in options.items() if value is not None}
        with ExitStack() as opened:
            parts: dict[str, Any] = {}
            if metadata is not None:
                other = local_file(metadata)
                parts["metadataFile"] = (other.name, opened.enter_context(other.open("rb")))
            # The server wants the file as the last part of the form.
            parts["file"] = (path.name, opened.enter_context(path.open("rb")))
            url = f"api/v1/jobs/import/{kind}/multipart"
            info = self.session.json("POST", url, data=form, files=parts, what=f"upload {path.name}")
        return self._started(kind, info, f"upload {path.name}")

    def _started(self, kind: str, info: Any, what: str) -> Job:
        try:
            return with_info(Job(int(info["jobExecId"]), kind=kind), info)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise answers.unexpected(self.session.label, what, error) from error
