"""Import files: links that the server fetches, uploads where it offers them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from bionb.errors import Conflict, UsageError
from bionb.http import answers
from bionb.platforms.odm.calls.calls import API, Calls
from bionb.platforms.odm.calls.jobs import read_job
from bionb.platforms.odm.rules.checking import check_upload
from bionb.platforms.odm.rules.classes import checked_class, checked_matrix
from bionb.platforms.odm.rules.sources import is_link, local_file
from bionb.platforms.odm.wire.jobs import Job, with_info
from bionb.platforms.odm.wire.problems import there_since
from bionb.platforms.odm.wire.records import Ref, accession_of

_EARLIER = re.compile(r"jobExecId\s*=\s*(\d+)")
# The releases with which imports came; all others are as old as the API.
SINCE, UPLOADS_SINCE = {"cells": "1.62", "file": "1.60"}, "1.62"
log = logging.getLogger("bionb")


class Imports(Calls):
    """Calls that import metadata and data.

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

        Parameters as for `import_samples`.

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

        Parameters as for `import_samples`.

        Notes
        -----
        ``POST /api/v1/jobs/import/preparations``, for a local file ``.../preparations/multipart``.

        Examples
        --------
        >>> odm.import_preparations("s3://example_data/LIV2045/LIV2045_preparations.tsv", allow_duplicates=True)
        <Job 1268 IMPORT_PREPARATIONS_TSV: STARTING>
        """
        return self._import_metadata("preparations", source, template_id, allow_duplicates)

    def import_expression(
        self,
        source: str | Path,
        *,
        metadata_link: str | Path | None = None,
        data_class: str | None = None,
        number_of_feature_attributes: int | None = None,
        measurement_separator: str | None = None,
        template_id: str | None = None,
        previous_version: Ref | None = None,
        allow_duplicates: bool = False,
    ) -> Job:
        """Import a matrix of any tabular data: GCT 1.2, or tab-separated.

        Parameters
        ----------
        source : str or Path
            A link or local file; a column per sample, library, preparation or cell.
        metadata_link : str or Path, optional
            A tab-separated file with one record about the data.
        data_class : str, optional
            One of `bionb.platforms.odm.wire.template.DATA_CLASSES`; "Bulk transcriptomics" for GCT files, else needed.
        number_of_feature_attributes : int, optional
            How many leading columns describe the feature; needed unless the file is GCT.
        measurement_separator : str, optional
            What stands between sample and measurement when a sample has several columns: ``S1.pvalue`` has ``"."``.
        template_id : str, optional
            Accession of a template.
        previous_version : str or Job, optional
            The data group that this file replaces.
        allow_duplicates : bool
            Import a link again although it was imported before.

        Raises
        ------
        UsageError, InvalidInput
            Something is missing or wrong; nothing was sent.

        Notes
        -----
        ``POST /api/v1/jobs/import/expression``, for a local file ``.../expression/multipart``.

        Examples
        --------
        >>> odm.import_expression("s3://example_data/GSE60871/GSE60871_expression.gct").id
        1269
        """
        data_class = checked_matrix(source, data_class, number_of_feature_attributes)
        options = {
            "numberOfFeatureAttributes": number_of_feature_attributes,
            "dataClass": data_class,
            "measurementSeparator": measurement_separator,
            **_version_options(template_id, previous_version),
        }
        return self._import_data("expression", source, metadata_link, options, allow_duplicates)

    def import_variant(
        self,
        source: str | Path,
        *,
        metadata_link: str | Path | None = None,
        template_id: str | None = None,
        previous_version: Ref | None = None,
        allow_duplicates: bool = False,
    ) -> Job:
        """Import genomic variants: a VCF file with a column a sample. Parameters as for `import_expression`.

        Notes
        -----
        ``POST /api/v1/jobs/import/variant``, for a local file ``.../variant/multipart``.
        """
        options = _version_options(template_id, previous_version)
        return self._import_data("variant", source, metadata_link, options, allow_duplicates)

    def import_flow_cytometry(
        self,
        source: str | Path,
        *,
        metadata_link: str | Path | None = None,
        template_id: str | None = None,
        previous_version: Ref | None = None,
        allow_duplicates: bool = False,
    ) -> Job:
        """Import flow cytometry read-outs. Parameters as for `import_expression`.

        Notes
        -----
        ``POST /api/v1/jobs/import/flow-cytometry``, for a local file ``.../flow-cytometry/multipart``.
        """
        options = _version_options(template_id, previous_version)
        return self._import_data("flow-cytometry", source, metadata_link, options, allow_duplicates)

    def import_cells(self, source: str | Path, *, allow_duplicates: bool = False) -> Job:
        """Import single cells: a tab-separated file with ``barcode`` and ``batch``. Parameters as for `import_samples`.

        Notes
        -----
        ``POST /api/v1/jobs/import/cells`` (since 1.62), for a local file ``.../cells/multipart``.
        """
        return self._import_data("cells", source, None, {}, allow_duplicates)

    def import_file(
        self, source: str | Path, study: Ref, *, data_class: str = "Document", metadata_link: str | Path | None = None
    ) -> Job:
        """Attach any file to a study; it needs no link afterwards, and the server finds no duplicates.

        Parameters
        ----------
        source : str or Path
            A link or a local file.
        study : str, dict or Job
            What it belongs to.
        data_class : str
            One of `bionb.platforms.odm.wire.template.DATA_CLASSES`.
        metadata_link : str or Path, optional
            A tab-separated file with one record about the file.

        Notes
        -----
        ``POST /api/v1/jobs/import/file``, for a local file ``.../file/multipart``.

        Examples
        --------
        >>> odm.wait_job(odm.import_file("s3://example_data/LIV2045/LIV2045_protocol.txt", "GSF1146901")).status
        'COMPLETED'
        """
        options = {"studyAccession": accession_of(study), "dataClass": checked_class(data_class, False)}
        return self._import_data("file", source, metadata_link, options, True)

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
        path, what = f"{API}/jobs/import/{kind}", f"import {kind}"
        try:
            with there_since(SINCE[kind]) if kind in SINCE else nullcontext():
                info = self.session.json("POST", path, json=wanted, params=params, what=what)
        except Conflict as error:
            found = _EARLIER.search(error.detail)
            if found is None:
                raise
            return self._earlier(kind, int(found[1]))
        return self._started(kind, info, what)

    def _earlier(self, kind: str, number: int) -> Job:
        job = replace(read_job(self.session, number), kind=kind, reused=True)
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
            url = f"{API}/jobs/import/{kind}/multipart"
            with there_since(UPLOADS_SINCE):
                info = self.session.json("POST", url, data=form, files=parts, what=f"upload {path.name}")
        return self._started(kind, info, f"upload {path.name}")

    def _started(self, kind: str, info: Any, what: str) -> Job:
        try:
            return with_info(Job(int(info["jobExecId"]), kind=kind), info)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise answers.unexpected(self.session.label, what, error) from error

    def _import_data(
        self, kind: str, source: str | Path, metadata: str | Path | None, options: Mapping[str, Any], again: bool
    ) -> Job:
        if not is_link(source):
            return self._upload(kind, source, metadata, options)
        if metadata is not None and not is_link(metadata):
            raise UsageError(f"{metadata} is a local file and {source} a link: give two links or two local files.")
        links = {"dataLink": str(source), "metadataLink": str(metadata) if metadata else None}
        return self._start(kind, {**links, **options}, again)


def _version_options(template_id: str | None, previous_version: Ref | None) -> dict[str, Any]:
    previous = accession_of(previous_version) if previous_version is not None else None
    return {"templateId": template_id, "previousVersion": previous}
