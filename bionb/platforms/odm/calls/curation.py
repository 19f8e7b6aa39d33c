"""Curation: edit studies and samples, look at versions and at what the template finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import COUNT, columns, to_frame
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.rules.choices import attributes
from bionb.platforms.odm.wire.records import ACCESSION, accession_of

if TYPE_CHECKING:
    import pandas as pd

VERSIONED = ("studies", "samples", "libraries", "preparations", "expressions", "variants", "flow-cytometries")
VERSIONS = columns("version author message", timestamp=COUNT)
FAULTS = columns("group attribute value", count=COUNT) + columns("error")


class Curation(Calls):
    """Calls that change metadata, or tell what was changed and what is wrong."""

    def update_study(self, study: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change attributes of a study and return the draft; `publish` makes it visible to consumers.

        Parameters
        ----------
        study : str, dict or Job
            Its accession.
        changes : mapping
            New or changed attributes, but not ``genestack:accession``; None removes one. The server reads texts that
            look so as numbers and booleans.

        Notes
        -----
        ``PATCH /api/v1/as-curator/studies/{id}``.

        Examples
        --------
        >>> odm.update_study("GSF1146901", {"Study Design": "two groups"})["Study Design"]
        'two groups'
        """
        return self._update("studies", study, changes)

    def update_sample(self, sample: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change attributes of a sample and return the draft; as `update_study`.

        A changed key such as ``Sample Source ID`` does not move links.

        Parameters
        ----------
        sample : str or dict
            Its accession, or what has one.
        changes : mapping
            As for `update_study`.

        Notes
        -----
        ``PATCH /api/v1/as-curator/samples/{id}``.

        Examples
        --------
        >>> odm.update_sample("GSF1146904", {"Cell Type": "hepatocyte"})["Cell Type"]
        'hepatocyte'
        """
        return self._update("samples", sample, changes)

    def versions(self, record: Any, kind: str = "studies", *, as_curator: bool = False) -> pd.DataFrame:
        """Return the published versions of a study, or of a record of another `kind` such as ``"samples"``.

        Parameters
        ----------
        record : str or dict
            Accession of a study, sample, ...
        kind : {"studies", "samples", "libraries", "preparations", "expressions", "variants", "flow-cytometries"}
            What it is.
        as_curator : bool
            Read as a curator.

        Returns
        -------
        DataFrame
            ``version``, ``author``, ``message``, ``timestamp`` (milliseconds since 1970), ``published_on`` (UTC).

        Notes
        -----
        ``GET /api/v1/as-user/studies/{id}/versions``.

        Examples
        --------
        >>> odm.versions("GSF1146901")["message"].tolist()
        ['Initial import']
        """
        import pandas as pd

        path, accession = _versioned(kind), accession_of(record)
        what = f"list the versions of {accession}"
        frame = to_frame(self._get(f"{path}/{accession}/versions", what=what, as_curator=as_curator), VERSIONS)
        frame["published_on"] = pd.to_datetime(frame["timestamp"].astype("Int64"), unit="ms", utc=True)
        return frame

    def version(
        self, record: Any, version: str, kind: str = "studies", *, as_curator: bool = False, fields: str | None = None
    ) -> dict[str, Any]:
        """Return one published version of a study or other record, e.g. ``version="v1"``.

        Parameters
        ----------
        record : str or dict
            Accession of a study, sample, ...
        version : str
            ``"v1"``, ``"v2"``, ...
        kind : str
            What it is, as for `versions`.
        fields : {"minimal", "extended", "original"}, optional
            How many attributes.

        Notes
        -----
        ``GET /api/v1/as-user/studies/{id}/versions/{version}``.

        Examples
        --------
        >>> odm.version("GSF1146901", "v1")["Study Source ID"]
        'LIV2045'
        """
        path = f"{_versioned(kind)}/{accession_of(record)}/versions/{version}"
        what = f"look up {accession_of(record)} in version {version}"
        found = self._get(path, params=attributes(fields), what=what, as_curator=as_curator)
        return self.session.record_of(found, what=what, ids=() if fields else (ACCESSION,))

    def validation_summary(self, study: Any) -> pd.DataFrame:
        """Return what the template finds wrong with a study's samples; an empty frame when all is well.

        Parameters
        ----------
        study : str, dict or Job
            Its accession, or what has one.

        Returns
        -------
        DataFrame
            ``group``, ``attribute``, ``value``, ``count`` (samples), ``error``: VALUE_NOT_SET, VOCABULARY_NOT_FOUND,
            TYPE_NOT_MATCH, MISSING_ATTRIBUTE or SYNONYM_ATTRIBUTE.

        Notes
        -----
        ``GET /api/v1/as-curator/integration/studies/{id}/validation-summary``.

        Examples
        --------
        >>> odm.validation_summary("GSF1146901").empty
        True
        """
        path = f"integration/studies/{accession_of(study)}/validation-summary"
        body = self._get(path, what=f"validate {accession_of(study)}", as_curator=True)
        rows = [
            {
                "group": group.get("groupAccession"),
                "attribute": attribute.get("attributeName"),
                "value": each.get("value"),
                "count": each.get("count"),
                "error": error.get("errorType"),
            }
            for group in body.get("samples") or ()
            for attribute in group.get("attributes") or ()
            for each in attribute.get("attributeInvalidValues") or ()
            for error in each.get("errors") or ()
        ]
        return to_frame(rows, FAULTS)

    def download(self, file: Any, *, as_curator: bool = False) -> bytes:
        """Return the content of an attached file.

        Parameters
        ----------
        file : str or dict
            Accession of an attached file.
        as_curator : bool
            Read as a curator.

        Notes
        -----
        ``GET /api/v1/as-user/files/{id}/download``.

        Examples
        --------
        >>> odm.download(odm.files()[0])[:17]
        b'Invented protocol'
        """
        path = role_path(f"files/{accession_of(file)}/download", as_curator)
        return self.session.request("GET", path, what=f"download the file {accession_of(file)}").content

    def _update(self, kinds: str, thing: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
        accession = accession_of(thing)
        if not changes or not isinstance(changes, Mapping):
            raise UsageError("Nothing to change: pass a dict such as {'Tissue': 'liver'}.")
        if ACCESSION in changes:
            raise UsageError(f"{ACCESSION} can't be changed: it is what {accession} is called. Leave it out.")
        path, what = role_path(f"{kinds}/{accession}", True), f"update {accession}"
        return self.session.record("PATCH", path, json=dict(changes), what=what, ids=(ACCESSION,))


def _versioned(kind: str) -> str:
    if kind not in VERSIONED:
        raise UsageError(f"kind={kind!r} has no versions; {', '.join(VERSIONED)} have.")
    return kind
