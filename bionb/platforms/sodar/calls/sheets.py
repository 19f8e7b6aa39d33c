"""Sample sheets of SODAR projects: import, investigation, export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, overload

from bionb.errors import (
    NotFound,
    UnexpectedResponse,
    UsageError,
)
from bionb.isatab import ISATab, read_isatab
from bionb.platforms.sodar.calls.calls import SHEETS, Calls
from bionb.platforms.sodar.rules.identifiers import Ref, project_uuid
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Negotiator

API = "samplesheets/api"
FORMATS = ("isatab", "json", "zip")
EXPORT = "export the sheets"


class Sheets(Calls):
    """Calls on sample sheets; a part of `SodarClient`."""

    def __init__(self, api: Negotiator) -> None:
        super().__init__(api)
        self._exported: dict[str, str] = {}

    def investigation(self, project: Ref) -> Investigation:
        """Return the imported investigation with the UUIDs of its studies and assays.

        Parameters
        ----------
        project : str or mapping
            UUID or record.

        Returns
        -------
        Investigation
            ``.to_frame()``, ``.studies``, ``.assays``, ``.assay(name)``, ``.irods_status``.

        Raises
        ------
        NotFound
            Nothing has been imported yet.

        Notes
        -----
        ``GET /samplesheets/api/investigation/retrieve/<project>`` (InvestigationRetrieveAPIView).

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> sodar.investigation(project).to_frame()["kind"].tolist()
        ['investigation', 'study', 'assay']
        """
        uuid = project_uuid(project)
        with _no_sheets_yet():
            path = f"{API}/investigation/retrieve/{uuid}"
            found = self.api.record(
                "sheets", "GET", path, what="show the investigation", needs=("sodar_uuid", "project")
            )
        return Investigation(found)

    @overload
    def export_sheets(self, project: Ref, format: Literal["isatab"] = "isatab") -> ISATab: ...

    @overload
    def export_sheets(self, project: Ref, format: Literal["json"]) -> Record: ...

    @overload
    def export_sheets(self, project: Ref, format: Literal["zip"]) -> bytes: ...

    def export_sheets(self, project: Ref, format: str = "isatab") -> ISATab | Record | bytes:
        """Export a project's sheets.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        format : {"isatab", "json", "zip"}
            An `ISATab`, the server's JSON (TSV text per file, ``date_modified``), or the bytes of a zip.

        Returns
        -------
        ISATab, dict or bytes
            As `format` says.

        Raises
        ------
        UsageError
            An unknown format; nothing was sent.
        NotFound
            Nothing has been imported yet.

        Notes
        -----
        ``GET /samplesheets/api/export/json/<project>`` and ``.../export/zip/<project>``. SODAR writes sheets anew with
        AltamISA, so row order and quoting differ from what was imported, and rows that share a pooled material are
        combined with each other. An `ISATab` keeps where and when it was exported (``.origin``), also through edits, so
        that `replace_sheets` sees when the sheets were changed meanwhile. Exports are waited for 15 minutes.

        Examples
        --------
        >>> sodar.export_sheets(sodar.projects()[1])
        <ISATab: 1 investigation file, 1 study file, 1 assay file>
        """
        if format not in FORMATS:
            raise UsageError(f"format is one of {', '.join(FORMATS)}, not {format!r}.")
        uuid = project_uuid(project)
        if format == "zip":
            return self._zip(uuid)
        with _no_sheets_yet():
            path, needs = f"{API}/export/json/{uuid}", ("investigation", "studies", "assays")
            found = self.api.record("sheets", "GET", path, what=EXPORT, needs=needs, timeout=SHEETS)
        if format == "json":
            return found
        self._exported[uuid] = date = str(found.get("date_modified"))
        return read_isatab(found).exported_from((uuid, date))

    def _zip(self, uuid: str) -> bytes:
        # No query string may follow this address: with one, servers answer JSON.
        with _no_sheets_yet():
            response = self.api.request("sheets", "GET", f"{API}/export/zip/{uuid}", what=EXPORT, timeout=SHEETS)
        if "zip" not in response.headers.get("Content-Type", ""):
            raise UnexpectedResponse(f'{self.session.label} answered "{EXPORT}" with something that is no zip.')
        return response.content

    def _exported_at(self, uuid: str) -> str | None:
        """Return the ``date_modified`` of this client's last export of a project's sheets."""
        return self._exported.get(uuid)


@contextmanager
def _no_sheets_yet() -> Iterator[None]:
    """Say what a 404 about sheets usually means."""
    try:
        yield
    except NotFound as error:
        error.advise("If the project exists, it has no sheets yet: import_sheets(project, source).")
        raise
