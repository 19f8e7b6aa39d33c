"""What SODAR demands of sheets, some of it without saying why it refuses: checked before anything is sent."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from bionb.isatab import ISATab
from bionb.isatab.verdict.checks import NO_ROWS, empty_tables
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.wire.records import Record


def content_findings(isa: ISATab) -> list[Record]:
    """Return why the server would refuse to import these sheets anywhere, as `ISATab.check` words it."""
    if isa.accepted():
        return []
    checked = isa.check()
    found: list[Record] = checked[checked["level"].isin(["error", "critical"])].to_dict("records")
    return found


def rowless(isa: ISATab) -> list[Record]:
    """Return the tables without rows, which AltamISA reads and SODAR refuses, as findings."""
    return [_finding(name, NO_ROWS) for name in empty_tables(isa)]


def refusal(findings: Sequence[Record]) -> str:
    """Return the message for findings: the first one, how many more, and what to do."""
    line = f", line {findings[0]['line']}" if isinstance(findings[0]["line"], int) else ""
    first = f"{findings[0]['file']}{line}: {findings[0]['message']}".split("\n")[0][:200]
    more = sum(int(each["count"]) for each in findings) - 1
    return (
        f"SODAR would refuse these sheets; nothing was sent. {first}{f' (and {more} more)' if more else ''}. "
        "Repair what is in .findings of this error (file, line, column), then try again."
    )


def broken_rules(isa: ISATab, before: Investigation, zoned: set[str]) -> list[Record]:
    """Return what the server would refuse without a reason: it keeps the UUIDs of what has collections or zones."""
    studies, assays = _named(isa)
    findings = []
    for study in before.studies:
        identifier = study["identifier"]
        if before.irods_status and studies.get(identifier) != study["file_name"]:
            why = f"the study {identifier} has iRODS collections and must stay, with this identifier and file name"
            findings.append(_finding(study["file_name"], why))
        for assay in study["assays"].values():
            place = "a landing zone (a moved one counts, too)" if assay["sodar_uuid"] in zoned else "iRODS collections"
            bound = before.irods_status or assay["sodar_uuid"] in zoned
            if bound and (identifier, assay["file_name"]) not in assays:
                why = f"this assay has {place} and must stay in its study, with this file name"
                findings.append(_finding(assay["file_name"], why))
    return findings


def _named(isa: ISATab) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Return the file name of each study by identifier, and the (study identifier, file name) of each assay."""
    studies, assays = isa.investigation["studies"], isa.investigation["assays"]
    identifiers = dict(zip(studies["study"], studies["Study Identifier"], strict=True))
    files = dict(zip(studies["Study Identifier"], map(posixpath.basename, studies["Study File Name"]), strict=True))
    names = map(posixpath.basename, assays["Study Assay File Name"])
    return files, {(identifiers[study], name) for study, name in zip(assays["study"], names, strict=True)}


def _finding(file: str, text: str) -> Record:
    return {"file": file, "line": None, "column": "", "level": "error", "message": text, "value": "", "count": 1}
