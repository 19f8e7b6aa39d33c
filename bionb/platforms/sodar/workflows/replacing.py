"""Edit and replace as one careful workflow: judge, check the server's rules, upload, export again, compare."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bionb.errors import BionbError, Conflict, InvalidInput, NotFound, PermissionDenied
from bionb.isatab import ISATab, read_isatab
from bionb.platforms.sodar.calls.sheets import NOT_ALLOWED, parts_of
from bionb.platforms.sodar.rules.sheets import broken_rules, content_findings, refusal
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.workflows.round_trip import compared
from bionb.platforms.sodar.workflows.submitting import SubmitCalls

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Replacement:
    """What replacing did.

    Attributes
    ----------
    changes : DataFrame
        Cell by cell, between the sheets that the server had and those sent.
    tables : DataFrame
        ``file``, ``rows_sent``, ``rows_stored``, ``missing`` and ``added`` (distinct rows that the server's new export
        lacks or has on top; pooled rows that it combines show up here).
    uuids : DataFrame
        ``kind``, ``file_name``, ``sodar_uuid``, ``kept`` (False: lost or new).
    sodar_warnings : list of str
        What the server warned of.
    stored : ISATab
        The sheets as the server exports them now.
    """

    changes: pd.DataFrame
    tables: pd.DataFrame
    uuids: pd.DataFrame
    sodar_warnings: list[str]
    stored: ISATab

    def __repr__(self) -> str:
        lost = int((~self.uuids["kept"]).sum())
        return (
            f"<Replacement: {len(self.changes)} changes sent, {lost} UUIDs lost or new, "
            f"{int(self.tables['missing'].sum())} rows missing and "
            f"{int(self.tables['added'].sum())} added after export>"
        )


class ReplaceCalls(SubmitCalls):
    """The replace workflow; a part of `SodarClient`."""

    def replace_sheets(
        self, project: str | Mapping[str, Any], source: Any, *, date_modified: str | None = None
    ) -> Replacement:
        """Replace a project's sheets by an edited ISA-Tab, with every check before anything is sent.

        In order: AltamISA's verdict as the server forms it; the server's own rules, which it enforces without saying
        why (studies and assays with collections must keep identifier and file name, landing zones their assay; no
        category, no archived project); nobody else changed the sheets since they were exported here; the upload; a new
        export, compared with what was sent.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        source : path, bytes or ISATab
            The edited sheets, as for `import_sheets`.
        date_modified : str, optional
            ``date_modified`` of the JSON export that the edit began with; by default that of the `ISATab` that
            ``export_sheets(project)`` gave and `source` was made from, in whichever session, else (files hold no such
            date) that of this client's last export.

        Returns
        -------
        Replacement
            ``.changes``, ``.tables``, ``.uuids``, ``.stored``.

        Raises
        ------
        InvalidInput
            Findings of the local checks (``.findings``, as `ISATab.check` has them); nothing was sent.
        Conflict
            The sheets on the server are newer than your export; nothing was sent.
        ResponseError
            The message says whether it was the upload that failed, or only the export after it; then ``.partial``
            holds what the upload was answered.

        Notes
        -----
        ``POST /samplesheets/api/import/<project>`` between two exports. There is no call to edit a cell.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> sheets = sodar.export_sheets(project).rename_sample("FAM1-child-N1", "FAM1-child-N2")
        >>> done = sodar.replace_sheets(project, sheets)
        >>> len(done.changes), bool(done.uuids["kept"].all())
        (2, True)
        """
        isa = source if isinstance(source, ISATab) else read_isatab(source)
        with self.session.one_call():
            record = self._importable(project)
            uuid = record["sodar_uuid"]
            before = self._present(uuid)
            self._check_sheets(isa, before, uuid)
            old = self.export_sheets(uuid, "json") if before is not None else None
            self._check_date(uuid, old, date_modified or self._began_with(isa, uuid))
            answer = self._import(record, parts_of(isa, single_files=False), isa)
            try:
                stored, after = self.export_sheets(uuid), self.investigation(uuid)
            except BionbError as error:
                error.reword(f"The sheets were replaced, but could not be exported again to compare. {error}")
                raise error.with_partial(answer) from error.__cause__
        return Replacement(
            changes=(read_isatab(old) if old is not None else isa).diff(_like(isa, old)),
            tables=compared(isa, stored),
            uuids=_uuids(before, after),
            sodar_warnings=answer["sodar_warnings"],
            stored=stored,
        )

    def _present(self, uuid: str) -> Investigation | None:
        try:
            return self.investigation(uuid)
        except NotFound:
            return None

    def _check_sheets(self, isa: ISATab, before: Investigation | None, uuid: str) -> None:
        findings = content_findings(isa)
        if before is not None and not findings:
            findings += broken_rules(isa, before, self._assays_with_zones(uuid, before))
        if findings:
            raise InvalidInput(refusal(findings), findings)

    def _assays_with_zones(self, uuid: str, before: Investigation) -> set[str]:
        if not before.irods_status:
            return set()
        try:
            zones = list(self.zones(uuid, finished=True))
        except PermissionDenied as error:  # guests see no zones, and may not replace sheets either
            error.reword(f'{error.platform} answered 403 to "replace the sheets". {NOT_ALLOWED}')
            raise
        return {str(each["assay"]) for each in zones}

    def _began_with(self, isa: ISATab, uuid: str) -> str | None:
        """Return the date of the export that an edit began with: its own, else that of this client's last export."""
        if isa.origin is not None and isa.origin[0] == uuid:
            return isa.origin[1]
        return self._exported.get(uuid)

    def _check_date(self, uuid: str, old: Record | None, known: str | None) -> None:
        present = None if old is None else str(old.get("date_modified"))
        if known is not None and present != known:
            raise Conflict(
                f"The sheets on the server were changed at {present}, after your export ({known}); nothing was sent. "
                "Export again, repeat your edit, and compare with export_sheets(project).diff(yours).",
                platform=self.session.label,
                status=409,
            )


def _like(isa: ISATab, old: Record | None) -> ISATab:
    """Return the sheets under the paths that the server's export uses, so that the two can be compared."""
    if old is None:
        return isa
    names = {posixpath.basename(name): name for name in read_isatab(old).files}
    return ISATab({names.get(posixpath.basename(name), name): data for name, data in isa.files.items()})


def _uuids(before: Investigation | None, after: Investigation) -> pd.DataFrame:
    new = after.to_frame()[["kind", "file_name", "sodar_uuid"]]
    if before is None:
        return new.assign(kept=False)
    old = before.to_frame()[["kind", "file_name", "sodar_uuid"]]
    lost = old[~old["sodar_uuid"].isin(new["sodar_uuid"])].assign(kept=False)
    both = new.assign(kept=new["sodar_uuid"].isin(old["sodar_uuid"]))
    import pandas as pd

    return pd.concat([both, lost], ignore_index=True) if len(lost) else both
