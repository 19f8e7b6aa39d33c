"""Import data: matrices, variants, flow cytometry, cells and any files."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bionb.errors import UsageError
from bionb.platforms.odm.calls.imports import MetadataImports
from bionb.platforms.odm.calls.jobs import Job, accession_of
from bionb.platforms.odm.rules.sources import is_link, name_of
from bionb.platforms.odm.wire.template import DATA_CLASSES


class Imports(MetadataImports):
    """The client's import methods; what they take and return is said in `MetadataImports`."""

    def import_expression(
        self,
        source: str | Path,
        *,
        metadata_link: str | Path | None = None,
        data_class: str | None = None,
        number_of_feature_attributes: int | None = None,
        measurement_separator: str | None = None,
        template_id: str | None = None,
        previous_version: Any = None,
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
        gct = name_of(source).endswith((".gct", ".gct.gz", ".gct.zip"))
        data_class = _checked_class(data_class or ("Bulk transcriptomics" if gct else None), gct)
        if number_of_feature_attributes is None and not gct:
            raise UsageError(
                "Tab-separated data needs number_of_feature_attributes= (how many leading columns describe the "
                "feature); only GCT files (.gct) go without."
            )
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
        previous_version: Any = None,
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
        previous_version: Any = None,
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
        """Import single cells: a tab-separated file with ``barcode`` and ``batch``.

        Parameters
        ----------
        source : str or Path
            A link or a local file.
        allow_duplicates : bool
            As for `import_study`.

        Notes
        -----
        ``POST /api/v1/jobs/import/cells`` (since 1.62), for a local file ``.../cells/multipart``.
        """
        return self._import_data("cells", source, None, {}, allow_duplicates)

    def import_file(
        self, source: str | Path, study: Any, *, data_class: str = "Document", metadata_link: str | Path | None = None
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
        options = {"studyAccession": accession_of(study), "dataClass": _checked_class(data_class, False)}
        return self._import_data("file", source, metadata_link, options, True)

    def _import_data(
        self, kind: str, source: str | Path, metadata: str | Path | None, options: Mapping[str, Any], again: bool
    ) -> Job:
        if not is_link(source):
            return self._upload(kind, source, metadata, options)
        if metadata is not None and not is_link(metadata):
            raise UsageError(f"{metadata} is a local file and {source} a link: give two links or two local files.")
        links = {"dataLink": str(source), "metadataLink": str(metadata) if metadata else None}
        return self._start(kind, {**links, **options}, again)


def _checked_class(data_class: str | None, gct: bool) -> str:
    if data_class is None:
        raise UsageError(f"Data needs data_class=; the server knows {', '.join(DATA_CLASSES)}.")
    if not isinstance(data_class, str):
        raise UsageError(f"data_class={data_class!r} is no text; the server knows {', '.join(DATA_CLASSES)}.")
    # Servers add classes with new releases, so only what looks mistyped is refused.
    close = difflib.get_close_matches(data_class, DATA_CLASSES, n=1, cutoff=0.75)
    if close and close[0] != data_class:
        raise UsageError(f"data_class={data_class!r} is not known; did you mean {close[0]!r}?")
    if gct and data_class != "Bulk transcriptomics":
        raise UsageError(f"A GCT file must be 'Bulk transcriptomics', not {data_class!r}; use a tab-separated file.")
    return data_class


def _version_options(template_id: str | None, previous_version: Any) -> dict[str, Any]:
    previous = accession_of(previous_version) if previous_version is not None else None
    return {"templateId": template_id, "previousVersion": previous}
