"""Import sheets: look at the project, send, and find out what became of an import without an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bionb.errors import (
    BionbError,
    ConnectionFailed,
    InvalidInput,
    PermissionDenied,
    ResponseError,
    ServerFailed,
    UsageError,
)
from bionb.isatab import ISATab, read_isatab
from bionb.platforms.sodar.calls.calls import SHEETS
from bionb.platforms.sodar.calls.sheets import API
from bionb.platforms.sodar.rules.identifiers import Ref
from bionb.platforms.sodar.rules.sheets import refusal, rowless
from bionb.platforms.sodar.wire.problems import WEB_PAGE
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.uploads import Part, Sheets, parts_of
from bionb.platforms.sodar.workflows.failures import add_reason
from bionb.platforms.sodar.workflows.round_trip import same_rows

if TYPE_CHECKING:
    from bionb.platforms.sodar.client import SodarClient

LOOK = (
    "Look at investigation(project) and export_sheets(project) in some minutes, before you import again; large sheets "
    "take servers minutes."
)
NOT_ALLOWED = "Importing and replacing sheets needs the role contributor or a stronger one; nothing was changed."
LATE = "No answer came in time, but the sheets are there as they were sent."


def import_sheets(sodar: SodarClient, project: Ref, source: Sheets, *, single_files: bool) -> Record:
    """Import an ISA-Tab, judged before anything is sent."""
    isa = source if isinstance(source, ISATab) else read_isatab(source)
    files = parts_of(source, single_files)
    if findings := rowless(isa):
        raise InvalidInput(refusal(findings), findings)
    return send(sodar, importable(sodar, project), files, isa)


def importable(sodar: SodarClient, project: Ref) -> Record:
    """Return the record of a project that can take sheets: servers store those of a category and then crash."""
    record = sodar.project(project)
    if record["type"] == "CATEGORY":
        raise UsageError(f"{record['title']} is a category: sheets belong to a project below it.")
    if record["archive"]:
        raise UsageError(
            f"{record['title']} is archived: its sheets can be read, not changed, until an owner unarchives it."
        )
    return record


def send(sodar: SodarClient, project: Record, files: Sequence[Part], isa: ISATab) -> Record:
    """Upload sheets and return what the server says of them."""
    what, path = f"import sheets into {project['title']}", f"{API}/import/{project['sodar_uuid']}"
    try:
        found = sodar.api.record("sheets", "POST", path, files=files, what=what, needs=("detail",), timeout=SHEETS)
    except (ConnectionFailed, ResponseError) as error:
        if _may_come(error):
            if _is_there(sodar, project, isa):
                return {"detail": LATE, "sodar_warnings": []}
            error.advise(LOOK)
        else:
            _explain(error)
            # Other refusals come before anything is written into the timeline.
            if isinstance(error, ResponseError) and (error.status == 500 or "replac" in error.detail.lower()):
                add_reason(sodar, error, project["sodar_uuid"], "sheet_")
        raise
    return {"detail": found["detail"], "sodar_warnings": list(found.get("sodar_warnings") or [])}


def _may_come(error: BionbError) -> bool:
    """Tell whether the server may still be at work: no answer came, or one of a proxy that gave up."""
    if isinstance(error, ConnectionFailed):
        return error.maybe_done
    return isinstance(error, ResponseError) and error.status in (502, 504)


def _explain(error: BionbError) -> None:
    """Say what a refusal means."""
    if isinstance(error, PermissionDenied):
        error.advise(NOT_ALLOWED)
    elif isinstance(error, ServerFailed) and error.detail and error.code != WEB_PAGE:
        error.hint = "This is about the sheets, not an outage: bionb.read_isatab(source).check() lists all findings."
    elif isinstance(error, ResponseError) and error.status == 400:
        error.advise("replace_sheets(project, source) names the server's rules that are broken.")


def _is_there(sodar: SodarClient, project: Record, isa: ISATab) -> bool:
    """Tell whether the server has these very sheets, after an import without an answer."""
    try:
        return same_rows(isa, sodar.export_sheets(project["sodar_uuid"]))
    except BionbError:
        return False
