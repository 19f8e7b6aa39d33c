"""Pedigrees: families, parents, sex and affection of people, taken into a study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.making.growing import Set, files_of, with_samples
from bionb.isatab.making.naming import sample_rule
from bionb.isatab.model.headers import CHARACTERISTICS, SAMPLE, SOURCE
from bionb.isatab.model.table import Table

if TYPE_CHECKING:
    import pandas as pd

# Columns of a study that say this, by the names that templates and sets use.
_LABELS = {
    "family": ("Family", "Family ID", "Pedigree"),
    "father": ("Father", "Paternal ID"),
    "mother": ("Mother", "Maternal ID"),
    "sex": ("Sex", "Gender"),
    "affected": ("Affected", "Disease status", "Phenotype status"),
}
_SEX = {"1": "male", "2": "female", "0": "unknown"}
_AFFECTED = {"1": "unaffected", "2": "affected", "0": "unknown", "-9": "unknown"}
_YES_NO = {"unaffected": "no", "affected": "yes", "unknown": ""}
NOBODY = "0"


@dataclass(frozen=True)
class Person:
    """One line of a pedigree; ``0`` stands for an unknown parent, sex or affection."""

    family: str
    name: str
    father: str
    mother: str
    sex: str
    affected: str


def read_ped(path: str | Path) -> list[Person]:
    """Read a pedigree file; see `ISATab.merge_ped`.

    Raises
    ------
    InvalidSheet
        A line has fewer than six columns, a code is unknown, a person comes twice, or a parent is nobody in the file.
    """
    file = Path(path)
    people: list[Person] = []
    for number, line in enumerate(file.read_text("utf-8-sig").splitlines(), 1):
        cells = line.split("\t") if "\t" in line else line.split()
        if not any(cells) or line.startswith("#"):
            continue
        where = f"{file.name}, line {number}"
        if len(cells) < 6:
            raise InvalidSheet(
                f"{where}: {len(cells)} columns instead of 6: family, name, father, mother, sex, affected."
            )
        person = Person(*(cell.strip() for cell in cells[:6]))
        if person.sex not in _SEX or person.affected not in _AFFECTED:
            raise InvalidSheet(f"{where}: sex is 1 (male), 2 (female) or 0, affected is 2 (yes), 1 (no) or 0.")
        if person.name in {each.name for each in people}:
            raise InvalidSheet(f"{where}: {person.name!r} comes twice.")
        people.append(person)
    if not people:
        raise InvalidSheet(f"{file.name} names nobody.")
    return people


def with_pedigree(isa: Set, path: str | Path, study: str | None) -> Set:
    """Return the set with the people of a pedigree; see `ISATab.merge_ped`."""
    people = read_ped(path)
    file, _ = files_of(isa, study)
    sources = set(isa[file].frame[isa[file].find(SOURCE)[0].key])
    _check_parents(people, sources, Path(path).name)
    isa = _with_columns(isa, file)
    table = isa[file]
    columns = {field: _column(table, field) for field in _LABELS}
    frame = table.frame
    for person in people:
        rows = frame[table.find(SOURCE)[0].key] == person.name
        for field, key in columns.items():
            frame.loc[rows, key] = _value(table, key, person, field)
    if not frame.equals(table.frame):
        isa = isa.replace(file, frame)
    new = [person for person in people if person.name not in sources]
    return with_samples(isa, _rows(isa[file], new, columns), file) if new else isa


def _check_parents(people: list[Person], sources: set[str], where: str) -> None:
    known = {person.name for person in people} | sources | {NOBODY, ""}
    for person in people:
        for parent in (person.father, person.mother):
            if parent not in known:
                raise UsageError(
                    f"{where}: {parent!r}, a parent of {person.name!r}, is in neither the pedigree nor the study; "
                    "add a line, or write 0 for an unknown parent."
                )


def _rows(table: Table, people: list[Person], columns: dict[str, str]) -> pd.DataFrame:
    import pandas as pd

    name_of = sample_rule(table)
    rows = [
        {SOURCE: person.name, SAMPLE: name_of(person.name)}
        | {key: _value(table, key, person, field) for field, key in columns.items()}
        for person in people
    ]
    return pd.DataFrame(rows)


def _value(table: Table, key: str, person: Person, field: str) -> str:
    """Return what a study calls it: yes and no where it says so, else the word."""
    code = getattr(person, field)
    if field == "sex":
        return _SEX[code]
    if field == "affected":
        said = {text.lower() for text in table.frame[key]} - {""}
        word = _AFFECTED[code]
        return _YES_NO[word] if said and said <= {"yes", "no", "unknown"} else word
    return "" if code == NOBODY and field in ("father", "mother") else code


def _find(table: Table, field: str) -> str | None:
    known = {label.lower() for label in _LABELS[field]}
    return next((each.key for each in table.model if each.label and each.label.lower() in known), None)


def _column(table: Table, field: str) -> str:
    found = _find(table, field)
    assert found is not None  # they were added before
    return found


def _with_columns(isa: Set, file: str) -> Set:
    """Add the characteristics of the source that are missing, behind those that it has."""
    table = isa[file]
    missing = [labels[0] for field, labels in _LABELS.items() if _find(table, field) is None]
    if not missing:
        return isa
    node = table.find(SOURCE)[0].node
    place = 1 + max(each.position for each in table.model if each.node == node)
    frame = table.frame
    for label in reversed(missing):
        frame.insert(place, f"{CHARACTERISTICS}[{label}]", "")
    return isa.replace(file, frame)
