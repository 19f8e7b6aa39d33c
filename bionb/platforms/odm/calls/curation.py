"""Curation: edit studies and samples, look at versions and at what the template finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import COUNT, TIME, columns, to_frame
from bionb.listing import Listing
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.rules.choices import attributes
from bionb.platforms.odm.rules.editing import EDITED, check_changes, checked_kind, kind_of
from bionb.platforms.odm.wire.records import ACCESSION, Record, Ref, accession_of

if TYPE_CHECKING:
    import pandas as pd

LATEST = 4e13  # milliseconds: what lies beyond is no time
VERSIONED = ("studies", "samples", "libraries", "preparations", "expressions", "variants", "flow-cytometries")
VERSIONS = columns("version author message", timestamp=COUNT, published_on=TIME)
FAULTS = columns("group attribute value", count=COUNT) + columns("error")


class Curation(Calls):
    """Calls that change metadata, or tell what was changed and what is wrong."""

    def update(self, record: Ref, changes: Mapping[str, Any], *, kind: str | None = None, check: bool = True) -> Record:
        """Change attributes of a record of any kind and return the draft; `publish` makes it visible to consumers.

        Parameters
        ----------
        record : str or dict
            Its accession (then `kind` is needed), or its record.
        changes : mapping
            As for `update_study`.
        kind : {"study", "sample", "library", "preparation", "expression", "flow_cytometry"}, optional
            What it is; by default as its attributes tell.
        check : bool
            Compare with the default template first: mistyped names, words where numbers belong, words that its
            dictionary lacks, and missing values that it requires. The server itself takes all of these.

        Raises
        ------
        UsageError
            The template does not allow a change; nothing was sent.

        Notes
        -----
        ``PATCH /api/v1/as-curator/libraries/{id}``, and so on. Servers since 1.60 change no variant groups.

        Examples
        --------
        >>> odm.update(odm.libraries()[0], {"Read Length": 100})["Read Length"]
        100
        """
        found = kind_of(record) if kind is None else checked_kind(kind)
        if check and isinstance(changes, Mapping):
            check_changes(found, changes, record if isinstance(record, Mapping) else ())
        return self._update(EDITED[found], record, changes)

    def update_study(self, study: Ref, changes: Mapping[str, Any]) -> Record:
        """Change attributes of a study, unchecked, and return the draft; `publish` makes it visible to consumers.

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

    def update_sample(self, sample: Ref, changes: Mapping[str, Any]) -> Record:
        """Change attributes of a sample, unchecked, and return the draft; as `update_study`.

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

    def versions(self, record: Ref, kind: str = "studies", *, as_curator: bool = False) -> Listing:
        """Return the published versions of a study, or of a record of another `kind` such as ``"samples"``.

        Parameters
        ----------
        record : str or dict
            Accession of a study, sample, ...
        kind : {"studies", "samples", "libraries", "preparations", "expressions", "variants", "flow-cytometries"}
            What it is.

        Returns
        -------
        Listing
            Frame columns: ``version``, ``author``, ``message``, ``timestamp`` (milliseconds since 1970),
            ``published_on`` (UTC).

        Notes
        -----
        ``GET /api/v1/as-user/studies/{id}/versions``.

        Examples
        --------
        >>> odm.versions("GSF1146901").to_frame()["message"].tolist()
        ['Initial import']
        """
        accession = accession_of(record)
        path, what = (
            role_path(f"{_versioned(kind)}/{accession}/versions", as_curator),
            f"list the versions of {accession}",
        )
        start = self._whole(path, what, lambda body: list(body or ()))
        return Listing("versions", start, VERSIONS, rows=lambda records: [_dated(each) for each in records])

    def version(
        self, record: Ref, version: str, kind: str = "studies", *, as_curator: bool = False, fields: str | None = None
    ) -> Record:
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

    def validation_summary(self, study: Ref) -> pd.DataFrame:
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

    def _update(self, kinds: str, thing: Ref, changes: Mapping[str, Any]) -> Record:
        accession = accession_of(thing)
        if not changes or not isinstance(changes, Mapping):
            raise UsageError("Nothing to change: pass a dict such as {'Tissue': 'liver'}.")
        if ACCESSION in changes:
            raise UsageError(f"{ACCESSION} can't be changed: it is what {accession} is called. Leave it out.")
        path, what = role_path(f"{kinds}/{accession}", True), f"update {accession}"
        return self.session.record("PATCH", path, json=dict(changes), what=what, ids=(ACCESSION,))


def _dated(version: Record) -> Record:
    """Return a version with its time as people read it; servers give milliseconds."""
    stamp: Any = version.get("timestamp")
    known = isinstance(stamp, int | float) and not isinstance(stamp, bool) and abs(stamp) < LATEST
    return {**version, "published_on": datetime.fromtimestamp(stamp / 1000, UTC).isoformat() if known else None}


def _versioned(kind: str) -> str:
    if kind not in VERSIONED:
        raise UsageError(f"kind={kind!r} has no versions; {', '.join(VERSIONED)} have.")
    return kind
