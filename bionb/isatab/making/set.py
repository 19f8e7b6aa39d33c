"""The files of a set, made from a table of samples and a template."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bionb.errors import UsageError
from bionb.isatab.making.headings import UnmatchedColumns, fields
from bionb.isatab.making.samples import sample_table
from bionb.isatab.making.sheets import Making, assay_sheet, check_sources, ontologies, study_sheet, text
from bionb.isatab.making.template import AssayPlan, load, vocabulary
from bionb.isatab.model.headers import FACTOR, PARAMETER
from bionb.isatab.model.investigation import BY_NAME, SECTIONS
from bionb.isatab.text.records import join, quote
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd

Entry = Mapping[str, str]
UNSPECIFIED = "unspecified"  # where ISA-Tab wants a word that the table does not say


def new_files(
    samples: pd.DataFrame | str | Path,
    template: str | Path,
    assays: Sequence[str] | None,
    investigation: str | Mapping[str, str],
) -> dict[str, bytes]:
    """Return the files of a set made from a table of samples; see `bionb.new_isatab`."""
    plan = load(template)
    plans = plan.chosen(assays)
    rows = sample_table(samples)
    found, unmatched = fields(list(rows), plan, plans)
    making = Making(rows, found, plan)
    check_names(making.samples)
    check_sources(making)
    if unmatched:
        warn(
            f"template {plan.name!r} does not know {', '.join(map(repr, unmatched))}: kept as characteristics of the "
            "sample. For a factor or parameter write the full header, such as 'Factor Value[dose]'.",
            UnmatchedColumns,
        )
    study = study_sheet(making)
    sheets = {f"a_{file_word(each.name)}.txt": assay_sheet(making, each) for each in plans}
    lead = _investigation(making, plans, list(sheets), ontologies([study, *sheets.values()]), _info(investigation))
    files = {"i_investigation.txt": lead, "s_study.txt": text(study)}
    return files | {name: text(sheet) for name, sheet in sheets.items()}


def check_names(names: Sequence[str]) -> None:
    """Refuse samples without a name, or two of one name."""
    if "" in names:
        raise UsageError(f"sample {names.index('') + 1} has no name: each row needs one in the column of sample names.")
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise UsageError(f"{len(repeated)} sample names come twice, the first is {repeated[0]!r}: one row a sample.")
    commented = [name for name in names if name.startswith("#")]
    if commented:
        raise UsageError(
            f"sample name {commented[0]!r} would be read as a comment: use a name without '#' at its start."
        )


def _info(investigation: str | Mapping[str, str]) -> dict[str, str]:
    """Return fields of the investigation by their full names."""
    given = {"Title": investigation} if isinstance(investigation, str) else dict(investigation)
    known = BY_NAME["investigation"].fields
    found = {}
    for name, value in given.items():
        full = name if name in known else f"Investigation {name[:1].upper()}{name[1:]}"
        if full not in known:
            short = ", ".join(each.removeprefix("Investigation ") for each in known)
            raise UsageError(f"an investigation has no {name!r}; it has: {short}.")
        found[full] = str(value)
    return found


def _investigation(
    making: Making, plans: Sequence[AssayPlan], files: Sequence[str], used: Sequence[str], info: dict[str, str]
) -> bytes:
    """Return the investigation file."""
    words = vocabulary()["terms"]
    named = [each for plan in plans for each in (plan.measurement, plan.technology)]
    # A set without any ontology is one that AltamISA warns of.
    used = list(dict.fromkeys([*used, *(words[each][0] for each in named if each in words)])) or ["OBI"]
    # Of an investigation with one study AltamISA wants to read title and description there.
    study = {"Study Identifier": "study", "Study Title": "Study", "Study File Name": "s_study.txt"}
    study |= {name.replace("Investigation", "Study"): value for name, value in info.items() if value}
    entries: dict[str, list[Entry]] = {
        "ontology_sources": [ontology_entry(name) for name in used],
        "studies": [study],
        "designs": [{"Study Design Type": making.template.study_design}],
        "factors": [
            {"Study Factor Name": each.label, "Study Factor Type": each.label.lower()} for each in making.of(FACTOR)
        ],
        "assays": [assay_entry(making, plan, file) for plan, file in zip(plans, files, strict=True)],
        "protocols": protocol_entries(making, plans),
    }
    lines = []
    for kind in SECTIONS:
        lines.append(kind.heading)
        lines += [_line(field, entries.get(kind.name, [])) for field in kind.fields]
    return "".join(f"{line}\n" for line in lines).encode()


def _line(field: str, entries: Sequence[Entry]) -> str:
    return join([field, *(quote(each.get(field, "")) for each in entries or [{}])])


def ontology_entry(name: str) -> Entry:
    """Return what is known of an ontology; AltamISA wants all four fields filled."""
    file, about = vocabulary()["ontologies"].get(name, (f"http://data.bioontology.org/ontologies/{name}", name))
    values = (name, file, UNSPECIFIED, about)
    return dict(zip(BY_NAME["ontology_sources"].fields, values, strict=True))


def assay_entry(making: Making, plan: AssayPlan, file: str) -> Entry:
    """Return what the investigation says of an assay."""
    platforms = {value for step in plan.steps for value in making.values(PARAMETER, "Platform", step.protocol) if value}
    platform = platforms.pop() if len(platforms) == 1 else UNSPECIFIED
    entry = {"Study Assay File Name": file, "Study Assay Technology Platform": platform}
    for what, name in (("Measurement", plan.measurement), ("Technology", plan.technology)):
        source, accession = vocabulary()["terms"].get(name, ("", ""))
        field = f"Study Assay {what} Type"
        entry |= {field: name, f"{field} Term Accession Number": accession, f"{field} Term Source REF": source}
    return entry


def protocol_entries(making: Making, plans: Sequence[AssayPlan]) -> list[Entry]:
    """Return each protocol once, with the parameters of all steps that follow it."""
    parameters: dict[str, list[str]] = {making.template.collection: []}
    for step in (step for plan in plans for step in plan.steps):
        known = parameters.setdefault(step.protocol, [])
        known += [each for each in step.parameters if each not in known]
    lead = "Study Protocol Parameters Name"
    return [
        {
            "Study Protocol Name": name,
            "Study Protocol Type": name,
            lead: ";".join(names),
            f"{lead} Term Accession Number": ";" * (len(names) - 1),
            f"{lead} Term Source REF": ";" * (len(names) - 1),
        }
        for name, names in parameters.items()
    ]


def file_word(name: str) -> str:
    """Return the part of a file name that an assay's name makes."""
    return re.sub(r"\W+", "_", name).strip("_").lower()
