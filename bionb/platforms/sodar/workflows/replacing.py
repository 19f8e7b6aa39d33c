"""Edit and replace as one careful workflow: judge, check the server's rules, upload, export again, compare."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bionb import showing
from bionb.errors import BionbError, Conflict, InvalidInput, NotFound, PermissionDenied
from bionb.isatab import ISATab, read_isatab
from bionb.platforms.sodar.rules.identifiers import Ref
from bionb.platforms.sodar.rules.sheets import broken_rules, content_findings, refusal
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.uploads import Sheets, parts_of
from bionb.platforms.sodar.workflows.importing import NOT_ALLOWED, importable, send
from bionb.platforms.sodar.workflows.round_trip import compared

if TYPE_CHECKING:
    import pandas as pd

    from bionb.platforms.sodar.client import SodarClient


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

    @property
    def warnings(self) -> list[str]:
        """What the server warned of, as the sheet editor asks for it."""
        return self.sodar_warnings

    def __repr__(self) -> str:
        lost = int((~self.uuids["kept"]).sum())
        return (
            f"<Replacement: {len(self.changes)} changes sent, {lost} UUIDs lost or new, "
            f"{int(self.tables['missing'].sum())} rows missing and "
            f"{int(self.tables['added'].sum())} added after export>"
        )

    def _repr_html_(self) -> str:
        said = repr(self).partition(": ")[2].removesuffix(">")
        ways = [".changes", ".tables", ".uuids", ".sodar_warnings", ".stored"]
        return showing.table("Replacement", self.changes, count=said, complete=ways)


def replace_sheets(sodar: SodarClient, project: Ref, source: Sheets, *, date_modified: str | None) -> Replacement:
    """Replace a project's sheets by edited ones, with every check before anything is sent."""
    isa = source if isinstance(source, ISATab) else read_isatab(source)
    record = importable(sodar, project)
    uuid = record["sodar_uuid"]
    before = _present(sodar, uuid)
    _check_sheets(sodar, isa, before, uuid)
    old = sodar.export_sheets(uuid, "json") if before is not None else None
    _check_date(sodar, uuid, old, date_modified or _began_with(sodar, isa, uuid))
    answer = send(sodar, record, parts_of(isa, single_files=False), isa)
    try:
        stored, after = sodar.export_sheets(uuid), sodar.investigation(uuid)
    except BionbError as error:
        error.retell(f"The sheets were replaced, but could not be exported again to compare. {error}")
        raise error.with_partial(answer) from error.__cause__
    return Replacement(
        changes=(read_isatab(old) if old is not None else isa).diff(_like(isa, old)),
        tables=compared(isa, stored),
        uuids=_uuids(before, after),
        sodar_warnings=answer["sodar_warnings"],
        stored=stored,
    )


def _present(sodar: SodarClient, uuid: str) -> Investigation | None:
    try:
        return sodar.investigation(uuid)
    except NotFound:
        return None


def _check_sheets(sodar: SodarClient, isa: ISATab, before: Investigation | None, uuid: str) -> None:
    findings = content_findings(isa)
    if before is not None and not findings:
        findings += broken_rules(isa, before, _assays_with_zones(sodar, uuid, before))
    if findings:
        raise InvalidInput(refusal(findings), findings)


def _assays_with_zones(sodar: SodarClient, uuid: str, before: Investigation) -> set[str]:
    if not before.irods_status:
        return set()
    try:
        zones = list(sodar.zones(uuid, finished=True))
    except PermissionDenied as error:  # guests see no zones, and may not replace sheets either
        error.retell(f'{error.platform} answered 403 to "replace the sheets".', NOT_ALLOWED)
        raise
    return {str(each["assay"]) for each in zones}


def _began_with(sodar: SodarClient, isa: ISATab, uuid: str) -> str | None:
    """Return the date of the export that an edit began with: its own, else that of this client's last export."""
    if isa.origin is not None and isa.origin[0] == uuid:
        return isa.origin[1]
    return sodar._exported_at(uuid)


def _check_date(sodar: SodarClient, uuid: str, old: Record | None, known: str | None) -> None:
    present = None if old is None else str(old.get("date_modified"))
    if known is not None and present != known:
        raise Conflict(
            f"The sheets on the server were changed at {present}, after your export ({known}); nothing was sent. "
            "Export again, repeat your edit, and compare with export_sheets(project).diff(yours).",
            platform=sodar.session.label,
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
