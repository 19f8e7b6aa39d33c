"""The investigation file: sections as frames, and which study and assay files it names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bionb.errors import UsageError
from bionb.isatab.model.headers import unique_keys
from bionb.isatab.model.table import Table

if TYPE_CHECKING:
    import pandas as pd

_TERM = ("", " Term Accession Number", " Term Source REF")
_PUBLICATION = ("PubMed ID", "Publication DOI", "Publication Author List", "Publication Title")
_STATUS = tuple(f"Publication Status{term}" for term in _TERM)
_PERSON = ("Last Name", "First Name", "Mid Initials", "Email", "Phone", "Fax", "Address", "Affiliation")
_ROLES = tuple(f"Roles{term}" for term in _TERM)
_INFO = ("Identifier", "Title", "Description", "Submission Date", "Public Release Date")


def _fields(prefix: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{prefix} {name}" for name in names)


@dataclass(frozen=True, slots=True)
class SectionKind:
    """A section of the investigation file.

    Attributes
    ----------
    name : str
        Key among the frames.
    heading : str
        As written in the file.
    fields : tuple of str
        The rows that the ISA-Tab specification asks for.
    single : bool
        Whether it holds one entry only.
    """

    name: str
    heading: str
    fields: tuple[str, ...]
    single: bool = False

    @property
    def per_study(self) -> bool:
        """Whether each study has a section of this kind."""
        return self.heading.startswith("STUDY")


SECTIONS = (
    SectionKind(
        "ontology_sources", "ONTOLOGY SOURCE REFERENCE",
        _fields("Term Source", "Name", "File", "Version", "Description"),
    ),
    SectionKind("investigation", "INVESTIGATION", _fields("Investigation", *_INFO), single=True),
    SectionKind(
        "publications", "INVESTIGATION PUBLICATIONS", _fields("Investigation", *_PUBLICATION, *_STATUS)
    ),
    SectionKind("contacts", "INVESTIGATION CONTACTS", _fields("Investigation Person", *_PERSON, *_ROLES)),
    SectionKind("studies", "STUDY", _fields("Study", *_INFO, "File Name"), single=True),
    SectionKind("designs", "STUDY DESIGN DESCRIPTORS", _fields("Study", *(f"Design Type{t}" for t in _TERM))),
    SectionKind("study_publications", "STUDY PUBLICATIONS", _fields("Study", *_PUBLICATION, *_STATUS)),
    SectionKind("factors", "STUDY FACTORS", _fields("Study Factor", "Name", *(f"Type{t}" for t in _TERM))),
    SectionKind(
        "assays", "STUDY ASSAYS",
        _fields(
            "Study Assay", "File Name", *(f"Measurement Type{t}" for t in _TERM),
            *(f"Technology Type{t}" for t in _TERM), "Technology Platform",
        ),
    ),
    SectionKind(
        "protocols", "STUDY PROTOCOLS",
        _fields(
            "Study Protocol", "Name", *(f"Type{t}" for t in _TERM), "Description", "URI", "Version",
            *(f"Parameters Name{t}" for t in _TERM), "Components Name",
            *(f"Components Type{t}" for t in _TERM),
        ),
    ),
    SectionKind("study_contacts", "STUDY CONTACTS", _fields("Study Person", *_PERSON, *_ROLES)),
)  # fmt: skip
_BY_HEADING = {kind.heading: kind for kind in SECTIONS}
BY_NAME = {kind.name: kind for kind in SECTIONS}

#: Frames of ``;`` lists inside protocols, one row an item: name -> (list columns, their names in the frame).
EXPLODED = {
    "parameters": tuple(f"Study Protocol Parameters Name{term}" for term in _TERM),
    "components": (
        "Study Protocol Components Name",
        *(f"Study Protocol Components Type{term}" for term in _TERM),
    ),
}


@dataclass(slots=True)
class Section:
    """One section as it stands in a file: its kind, its study (from 1, or 0) and its rows in the table."""

    kind: SectionKind
    study: int
    heading_row: int
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AssayRef:
    """An assay that an investigation names: AltamISA's id, path as written, file of the set (if there)."""

    id: str
    path: str
    file: str | None


@dataclass(frozen=True, slots=True)
class StudyRef:
    """A study that an investigation names, with its assays."""

    investigation: str
    id: str
    identifier: str
    path: str
    file: str | None
    assays: tuple[AssayRef, ...]


def sections_of(table: Table) -> list[Section]:
    """Cut an investigation file into its sections; rows before the first heading belong to none."""
    sections: list[Section] = []
    study = 0
    for row, cells in enumerate(table.cells.rows()):
        kind = _heading(cells)
        if kind:
            study += kind.name == "studies"
            sections.append(Section(kind, study if kind.per_study else 0, row))
        elif sections:
            sections[-1].rows.append(row)
    return sections


def _heading(cells: Sequence[str]) -> SectionKind | None:
    """Return the section that a row begins; in other case than ISA-Tab's only if nothing else stands in the row."""
    name = cells[0].strip()
    kind = _BY_HEADING.get(name.upper())
    alone = not any(cell.strip() for cell in cells[1:])
    return kind if kind and (alone or name == kind.heading) else None


def fields_of(table: Table, section: Section) -> list[str]:
    """Return the names of a section's rows, repeated ones told apart."""
    return unique_keys(table.cells.stripped(0, section.rows))


def entries_of(table: Table, section: Section) -> list[list[str]]:
    """Return a section's entries: for each column of values its cells, one a field, without outer blanks."""
    lengths = table.cells.lengths
    widths = [len(table.model) if lengths is None else lengths[row] for row in section.rows]
    positions = range(1, max(widths, default=1))
    return [table.cells.stripped(position, section.rows) for position in positions]


def studies_of(table: Table, files: Iterable[str]) -> list[StudyRef]:
    """Return the studies and assays that an investigation names, with AltamISA's ids ``S1``, ``A1``, ..."""
    files = list(files)
    folder = posixpath.dirname(table.name)
    assays: dict[int, tuple[AssayRef, ...]] = {}
    studies = []
    for section in sections_of(table):
        if section.kind.name == "assays":
            assays[section.study] = assays.get(section.study, ()) + _assay_refs(table, section, folder, files)
        elif section.kind.name == "studies":
            studies.append((section.study, next(_records(table, section), {})))
    return [
        StudyRef(
            table.name,
            f"S{number}",
            record.get("Study Identifier", ""),
            record.get("Study File Name", ""),
            resolve(record.get("Study File Name", ""), folder, files),
            assays.get(number, ()),
        )
        for number, record in studies
    ]


def _records(table: Table, section: Section) -> Iterator[dict[str, str]]:
    names = fields_of(table, section)
    for entry in entries_of(table, section):
        yield dict(zip(names, entry, strict=True))


def _assay_refs(table: Table, section: Section, folder: str, files: list[str]) -> tuple[AssayRef, ...]:
    known = set(section.kind.fields)
    declared = [
        record["Study Assay File Name"]
        for record in _records(table, section)
        if any(value for name, value in record.items() if name in known) and "Study Assay File Name" in record
    ]
    return tuple(AssayRef(f"A{number}", path, resolve(path, folder, files)) for number, path in enumerate(declared, 1))


def resolve(path: str, folder: str, files: list[str]) -> str | None:
    """Return the file that a path means: the one beside the investigation, else the only one so called."""
    if not path:
        return None
    exact = posixpath.normpath(posixpath.join(folder, path))
    if exact in files:
        return exact
    same = [name for name in files if posixpath.basename(name) == posixpath.basename(path)]
    return same[0] if len(same) == 1 else None


class Sections(dict[str, "pd.DataFrame"]):
    """The frames of the sections by their names; a wrong name is told with the right ones."""

    def __missing__(self, name: object) -> pd.DataFrame:
        raise UsageError(f"an investigation has no section {name!r:.80}; its sections are {', '.join(self)}")


def frames_of(tables: Iterable[Table]) -> dict[str, pd.DataFrame]:
    """Return one frame a section over all investigations of a set; see `ISATab.investigation`."""
    parts: dict[str, list[dict[str, object]]] = {kind.name: [] for kind in SECTIONS}
    for table in tables:
        for section in sections_of(table):
            parts[section.kind.name] += _numbered_records(table, section)
    frames = Sections({kind.name: _frame(kind, parts[kind.name]) for kind in SECTIONS})
    for name, columns in EXPLODED.items():
        frames[name] = _explode(frames["protocols"], columns)
    return frames


def _numbered_records(table: Table, section: Section) -> Iterator[dict[str, object]]:
    place: dict[str, object] = {"file": table.name}
    if section.kind.per_study:
        place["study"] = f"S{section.study}"
    for number, record in enumerate(_records(table, section), 1):
        if any(record.values()):  # writers leave an empty entry where there is none
            yield place | {"entry": number} | record


def _frame(kind: SectionKind, records: list[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    place = ["file", "study", "entry"] if kind.per_study else ["file", "entry"]
    names = list(dict.fromkeys([*place, *kind.fields, *(name for record in records for name in record)]))
    data = {name: [record.get(name, "") for record in records] for name in names}
    dtypes = {name: "Int64" if name == "entry" else "str" for name in names}
    return pd.DataFrame(data, columns=names).astype(dtypes)


def _explode(protocols: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    place = ["file", "study", "Study Protocol Name"]
    rows = []
    for record in protocols.to_dict("records"):
        lists = [str(record[column]).split(";") for column in columns]
        count = max(map(len, lists))
        for item in zip(*(values + [""] * (count - len(values)) for values in lists), strict=True):
            if any(item):
                rows.append([*(record[name] for name in place), *item])
    return pd.DataFrame(rows, columns=[*place, *columns]).astype("str")
