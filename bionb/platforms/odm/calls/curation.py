"""Curation: edit studies and samples, publish, look at versions and at what the template finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb import answers, waiting
from bionb.errors import UsageError
from bionb.frames import COUNT, columns, to_frame
from bionb.platforms.odm.calls.jobs import accession_of
from bionb.platforms.odm.wire.paging import list_params, role
from bionb.platforms.odm.wire.template import ACCESSION

if TYPE_CHECKING:
    import pandas as pd

    from bionb.session import Session

VERSIONED = ("studies", "samples", "libraries", "preparations", "expressions", "variants", "flow-cytometries")
VERSIONS = columns("version author message", timestamp=COUNT)
FAULTS = columns("group attribute value", count=COUNT) + columns("error")


class Curation:
    """The client's methods that change metadata."""

    session: Session

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

        path = f"api/v1/{role(as_curator)}/{_versioned(kind)}/{accession_of(record)}/versions"
        frame = to_frame(self.session.json("GET", path, what=f"list the versions of {accession_of(record)}"), VERSIONS)
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
        path = f"api/v1/{role(as_curator)}/{_versioned(kind)}/{accession_of(record)}/versions/{version}"
        what = f"look up {accession_of(record)} in version {version}"
        found: dict[str, Any] = self.session.json("GET", path, params=list_params(None, fields), what=what)
        return found

    def publish(self, study: Any, message: str = "", *, deadline: float | None = 600.0) -> dict[str, Any]:
        """Publish the drafts of a study and its samples, wait until it is done, and return the server's task.

        Parameters
        ----------
        study : str, dict or Job
            Its accession, or what has one.
        message : str
            What was changed, for the list of versions.
        deadline : float or None
            Seconds to wait.

        Raises
        ------
        JobFailed
            The task ended badly.

        Notes
        -----
        ``POST /api/v1/as-curator/integration/studies/{id}/tasks/publish-versions``, then ``GET /api/v1/tasks/{id}``.

        Examples
        --------
        >>> odm.publish("GSF1146901", "nothing new")["status"]
        'DONE'
        """
        accession = accession_of(study)
        path = f"api/v1/as-curator/integration/studies/{accession}/tasks/publish-versions"
        what = f"publish {accession}"
        with self.session.one_call():
            params = {"versionMessage": message} if message else None
            task = self.session.json("POST", path, params=params, what=what)
            number = (task or {}).get("id")
            if number is None:
                raise answers.unexpected(self.session.label, what, KeyError("id"))
            done: dict[str, Any] = waiting.wait_for(
                lambda: self.session.json("GET", f"api/v1/tasks/{number}", what="look up the task of publishing"),
                lambda found: str(found.get("status")),
                wanted=("DONE",),
                failed=("FAILED", "BLOCKED_BY_DEPENDENCY_FAILURE", "KILLED"),
                what=f"publishing {accession}",
                deadline=deadline,
            )
            return done

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
        path = f"api/v1/as-curator/integration/studies/{accession_of(study)}/validation-summary"
        body = self.session.json("GET", path, what=f"validate {accession_of(study)}")
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
        path = f"api/v1/{role(as_curator)}/files/{accession_of(file)}/download"
        return self.session.request("GET", path, what=f"download the file {accession_of(file)}").content

    def _update(self, kinds: str, thing: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
        accession = accession_of(thing)
        if not changes or not isinstance(changes, Mapping):
            raise UsageError("Nothing to change: pass a dict such as {'Tissue': 'liver'}.")
        if ACCESSION in changes:
            raise UsageError(f"{ACCESSION} can't be changed: it is what {accession} is called. Leave it out.")
        path = f"api/v1/as-curator/{kinds}/{accession}"
        found: dict[str, Any] = self.session.json("PATCH", path, json=dict(changes), what=f"update {accession}")
        return found


def _versioned(kind: str) -> str:
    if kind not in VERSIONED:
        raise UsageError(f"kind={kind!r} has no versions; {', '.join(VERSIONED)} have.")
    return kind
