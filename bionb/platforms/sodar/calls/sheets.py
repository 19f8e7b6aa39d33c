"""Sample sheets of SODAR projects: import, investigation, export."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bionb.errors import (
    BionbError,
    ConnectionFailed,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ResponseError,
    ServerFailed,
    UnexpectedResponse,
    UsageError,
)
from bionb.isatab import ISATab, read_isatab
from bionb.platforms.sodar.calls.calls import SHEETS
from bionb.platforms.sodar.calls.members import MemberCalls
from bionb.platforms.sodar.rules.sheets import refusal, rowless
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.wire.problems import WEB_PAGE
from bionb.platforms.sodar.wire.records import Record, project_uuid
from bionb.platforms.sodar.workflows.round_trip import same_rows

API = "samplesheets/api"
FORMATS = ("isatab", "json", "zip")
LOOK = (
    "Look at investigation(project) and export_sheets(project) in some minutes, before you import again; large sheets "
    "take servers minutes."
)
NOT_ALLOWED = "Importing and replacing sheets needs the role contributor or a stronger one; nothing was changed."
LATE = "No answer came in time, but the sheets are there as they were sent."


class SheetCalls(MemberCalls):
    """Calls on sample sheets; a part of `SodarClient`."""

    _exported: dict[str, str]

    def import_sheets(self, project: str | Mapping[str, Any], source: Any, *, single_files: bool = False) -> Record:
        """Import an ISA-Tab into a project, or replace the one that is there (see also `replace_sheets`).

        Parameters
        ----------
        project : str or mapping
            UUID or record of a project (not a category).
        source : path, bytes or ISATab
            A zip (path or bytes), a folder, an ``i_*.txt``, or an `ISATab`.
        single_files : bool
            Send the files themselves instead of a zip; SODAR then forgets the folder of the investigation file.

        Returns
        -------
        dict
            ``detail`` and ``sodar_warnings`` (list of str, empty if there are none).

        Raises
        ------
        InvalidSheet
            The source is no ISA-Tab; nothing was sent.
        InvalidInput
            A table without rows, which SODAR refuses; nothing was sent.
        PermissionDenied
            Your role is weaker than contributor.
        ServerFailed
            SODAR's parser refused the sheets: the message holds the reason in one line, ``.detail`` the full text.
        ConnectionFailed
            No answer within 15 minutes (10,000 rows take servers 149 s), and the sheets are not there yet: they may
            still come, so look at ``investigation(project)`` before you import again.

        Notes
        -----
        ``POST /samplesheets/api/import/<project>`` (SampleSheetImportAPIView). Each file goes under a field name of its
        own and with the content type that SODAR asks for; a request of one file is always taken for a zip. The
        project is asked for first, since servers store sheets imported into a category and then crash.

        Examples
        --------
        >>> project = sodar.create_project("Course", sodar.projects()[0])
        >>> sodar.import_sheets(project, "my_investigation.zip")["sodar_warnings"]
        []
        """
        isa = source if isinstance(source, ISATab) else read_isatab(source)
        files = parts_of(source, single_files)
        if findings := rowless(isa):
            raise InvalidInput(refusal(findings), findings)
        with self.session.one_call():
            record = self._importable(project)
            return self._import(record, files, isa)

    def _importable(self, project: str | Mapping[str, Any]) -> Record:
        record = self.project(project)
        if record["type"] == "CATEGORY":
            raise UsageError(f"{record['title']} is a category: sheets belong to a project below it.")
        if record["archive"]:
            raise UsageError(
                f"{record['title']} is archived: its sheets can be read, not changed, until an owner unarchives it."
            )
        return record

    def _import(self, project: Record, files: list[tuple[str, tuple[str, bytes, str]]], isa: ISATab) -> Record:
        what, path = f"import sheets into {project['title']}", f"{API}/import/{project['sodar_uuid']}"
        try:
            found = self.api.record("sheets", "POST", path, files=files, what=what, needs=("detail",), timeout=SHEETS)
        except ConnectionFailed as error:
            if error.maybe_done and self._is_there(project, isa):
                return {"detail": LATE, "sodar_warnings": []}
            if error.maybe_done:
                error.reword(f"{error} {LOOK}")
            raise
        except PermissionDenied as error:
            error.reword(f"{error} {NOT_ALLOWED}")
            raise
        except ResponseError as error:
            if error.status in (502, 504):  # a proxy gave up, which does not stop the server
                if self._is_there(project, isa):
                    return {"detail": LATE, "sodar_warnings": []}
                error.reword(f"{error} {LOOK}")
            elif isinstance(error, ServerFailed) and error.detail and error.code != WEB_PAGE:
                text = str(error).split(" Try again later")[0]
                error.reword(
                    f"{text} This is about the sheets, not an outage: bionb.read_isatab(source).check() lists all "
                    "findings."
                )
            elif error.status == 400:
                error.reword(f"{error} replace_sheets(project, source) names the server's rules that are broken.")
            raise
        return {"detail": found["detail"], "sodar_warnings": list(found.get("sodar_warnings") or [])}

    def _is_there(self, project: Record, isa: ISATab) -> bool:
        """Tell whether the server has these very sheets, after an import without an answer."""
        try:
            return same_rows(isa, self.export_sheets(project["sodar_uuid"]))
        except BionbError:
            return False

    def investigation(self, project: str | Mapping[str, Any]) -> Investigation:
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

    def export_sheets(self, project: str | Mapping[str, Any], format: str = "isatab") -> Any:
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
        uuid, what = project_uuid(project), "export the sheets"
        if format == "zip":
            # No query string may follow this address: with one, servers answer JSON.
            with _no_sheets_yet():
                response = self.api.request("sheets", "GET", f"{API}/export/zip/{uuid}", what=what, timeout=SHEETS)
            if "zip" not in response.headers.get("Content-Type", ""):
                raise UnexpectedResponse(f'{self.session.label} answered "{what}" with something that is no zip.')
            return response.content
        with _no_sheets_yet():
            path, needs = f"{API}/export/json/{uuid}", ("investigation", "studies", "assays")
            found = self.api.record("sheets", "GET", path, what=what, needs=needs, timeout=SHEETS)
        if format == "json":
            return found
        self._exported[uuid] = date = str(found.get("date_modified"))
        return read_isatab(found).exported_from((uuid, date))


def parts_of(source: Any, single_files: bool) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Return the parts of a multipart upload: field name, and (file name, content, content type)."""
    isa = source if isinstance(source, ISATab) else read_isatab(source)
    if len(isa.investigations) != 1:
        found = ", ".join(isa.investigations) or "none"
        raise UsageError(
            f"SODAR imports exactly one investigation file (i_*.txt); this source has: {found}. Give a folder or zip "
            "with one."
        )
    if single_files:
        tables = [isa.investigations[0], *isa.studies, *isa.assays]
        return [
            (f"file_{number}", (posixpath.basename(name), isa.files[name], "text/plain"))
            for number, name in enumerate(tables)
            if name in isa.files
        ]
    name = posixpath.basename(isa.investigations[0]).removeprefix("i_").removesuffix(".txt") + ".zip"
    data = isa.to_zip()
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, str | Path) and Path(source).is_file() and Path(source).suffix.lower() == ".zip":
        name, data = Path(source).name, Path(source).read_bytes()
    return [("file", (name, data, "application/zip"))]


@contextmanager
def _no_sheets_yet() -> Iterator[None]:
    """Say what a 404 about sheets usually means."""
    try:
        yield
    except NotFound as error:
        error.reword(f"{error} If the project exists, it has no sheets yet: import_sheets(project, source).")
        raise
