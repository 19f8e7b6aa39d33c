"""One assay more for a set: its table by a template's plan, and what the investigation says of it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bionb.errors import UsageError
from bionb.isatab.editing.edits import Edits
from bionb.isatab.editing.sections import with_parameter
from bionb.isatab.making.growing import files_of
from bionb.isatab.making.headings import fields
from bionb.isatab.making.places import key_of
from bionb.isatab.making.samples import Rows, sample_table
from bionb.isatab.making.set import assay_entry, check_names, file_word, ontology_entry, protocol_entries
from bionb.isatab.making.sheets import Making, assay_sheet, ontologies, text
from bionb.isatab.making.template import AssayPlan, Template, load, vocabulary
from bionb.isatab.model.headers import PARAMETER, SAMPLE, SOURCE
from bionb.isatab.model.investigation import StudyRef, frames_of

Set = TypeVar("Set", bound=Edits)
Entry = Mapping[str, str]


def with_assay(isa: Set, name: str, samples: Any, template: str | Path, study: str | None) -> Set:
    """Return the set with one assay more; see `ISATab.add_assay`."""
    found = load(template)
    plan = found.chosen([name])[0]
    table = isa[files_of(isa, study)[0]]
    home = next((each for each in isa.declared if each.file == table.name), None)
    if home is None:
        raise UsageError(f"no investigation names {table.name}, so that none could name an assay of it.")
    known = dict(zip(table.frame[key_of(table, SAMPLE)], table.frame[key_of(table, SOURCE)], strict=True))
    making = _making(known, samples, found, plan, table.name)
    sheet = assay_sheet(making, plan)
    file = _free_name(isa, posixpath.dirname(table.name), file_word(name))
    edited = _declared(isa, home, making, plan, posixpath.relpath(file, posixpath.dirname(home.investigation) or "."))
    return _with_ontologies(edited, home, plan, ontologies([sheet])).with_files({file: text(sheet)})


def _making(known: dict[str, str], samples: Any, template: Template, plan: AssayPlan, study: str) -> Making:
    """Match the given columns with the assay; all samples of the study where none are given."""
    rows: Rows = {SAMPLE: [name for name in known if name]} if samples is None else sample_table(samples)
    found, unmatched = fields(list(rows), template, [plan])
    places = {each.column for each in found if each.kind in (SAMPLE, SOURCE, PARAMETER) or each.place == plan.name}
    strange = [column for column in rows if column in unmatched or column not in places | _terms(found)]
    if strange:
        raise UsageError(
            f"column {strange[0]!r} is nothing of assay {plan.name!r}; it takes Sample Name, "
            f"{', '.join([*plan.parameters, *plan.headers])}. What is known of samples stands in {study}."
        )
    names = Making(rows, found, template).samples
    check_names(names)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"{study} has no sample {unknown[0]!r} ({len(unknown)} in all); add them first: isa.add_samples(...)."
        )
    rows |= {SOURCE: [known[name] for name in names]}
    return Making(rows, fields(list(rows), template, [plan])[0], template)


def _terms(found: Sequence[Any]) -> set[str]:
    return {column for each in found for column in (each.accession, each.ontology) if column}


def _free_name(isa: Edits, folder: str, word: str) -> str:
    """Return a file name whose base name is not taken, since SODAR keeps one of a name."""
    taken = {posixpath.basename(name) for name in isa.files}
    number, base = 1, f"a_{word}.txt"
    while base in taken:
        number += 1
        base = f"a_{word}_{number}.txt"
    return posixpath.join(folder, base)


def _declared(isa: Set, home: StudyRef, making: Making, plan: AssayPlan, path: str) -> Set:
    """Write the assay and its protocols into the investigation."""
    isa = _appended(isa, home, "assays", [assay_entry(making, plan, path)])
    protocols = _sections(isa)["protocols"]
    own = protocols[(protocols["file"] == home.investigation) & (protocols["study"] == home.id)]
    there = set(own["Study Protocol Name"])
    wanted = [each for each in protocol_entries(making, [plan]) if each["Study Protocol Name"] in _steps(plan)]
    edited = own
    for step in (step for step in plan.steps if step.protocol in there):
        for each in making.of(PARAMETER, step.protocol):
            edited = with_parameter(edited, step.protocol, each.label)
    if not edited.equals(own):
        protocols = protocols.copy()
        protocols.loc[own.index] = edited
        isa = isa.replace("protocols", protocols)
    return _appended(isa, home, "protocols", [each for each in wanted if each["Study Protocol Name"] not in there])


def _steps(plan: AssayPlan) -> set[str]:
    return {step.protocol for step in plan.steps}


def _with_ontologies(isa: Set, home: StudyRef, plan: AssayPlan, used: Sequence[str]) -> Set:
    words = vocabulary()["terms"]
    used = [*used, *(words[each][0] for each in (plan.measurement, plan.technology) if each in words)]
    frame = _sections(isa)["ontology_sources"]
    there = set(frame.loc[frame["file"] == home.investigation, "Term Source Name"])
    missing = [name for name in dict.fromkeys(used) if name not in there]
    return _appended(isa, home, "ontology_sources", [ontology_entry(name) for name in missing])


def _appended(isa: Set, home: StudyRef, section: str, entries: Sequence[Entry]) -> Set:
    """Return the set with more entries at the end of a section of a study."""
    import pandas as pd

    if not entries:
        return isa
    frame = _sections(isa)[section]
    place = {"file": home.investigation} | ({"study": home.id} if "study" in frame else {})
    new = pd.DataFrame([{**dict.fromkeys(frame.columns, ""), **each, **place} for each in entries])
    return isa.replace(section, pd.concat([frame, new[frame.columns].assign(entry=pd.NA)], ignore_index=True))


def _sections(isa: Edits) -> Any:
    return frames_of(isa[name] for name in isa.investigations)
