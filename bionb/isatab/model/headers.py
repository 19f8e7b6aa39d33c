"""The header model: what each column of a study or assay table is, and whom it belongs to.

Reading is tolerant (case, blanks before a bracket, headers of other tools such as ``NMR Assay Name``);
whether SODAR would take a header is a question for the checks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bionb.isatab.text.typed import typed_frame

if TYPE_CHECKING:
    import pandas as pd

SOURCE, SAMPLE, PROTOCOL = "Source Name", "Sample Name", "Protocol REF"
UNIT, TERM_SOURCE, TERM_ACCESSION = "Unit", "Term Source REF", "Term Accession Number"
CHARACTERISTICS, COMMENT = "Characteristics", "Comment"
FACTOR, PARAMETER = "Factor Value", "Parameter Value"

MATERIALS = (SOURCE, SAMPLE, "Extract Name", "Labeled Extract Name", "Library Name")
DATA = (
    "Array Data File",
    "Array Data Matrix File",
    "Array Design File",
    "Derived Array Data File",
    "Derived Array Data Matrix File",
    "Derived Data File",
    "Derived Spectral Data File",
    "Image File",
    "Metabolite Assignment File",
    "Peptide Assignment File",
    "Post Translational Modification Assignment File",
    "Protein Assignment File",
    "Raw Data File",
    "Raw Spectral Data File",
    "Spot Picking File",
    # not known to AltamISA:
    "Acquisition Parameter Data File",
    "Free Induction Decay Data File",
)
PROCESS_NAMES = (
    "Assay Name",
    "Data Transformation Name",
    "Gel Electrophoresis Assay Name",
    "Hybridization Assay Name",
    "MS Assay Name",
    "Normalization Name",
    "Scan Name",
    # not known to AltamISA:
    "NMR Assay Name",
)
SIMPLE = (
    "Date",
    "Performer",
    "Label",
    "Material Type",
    "Array Design REF",
    "First Dimension",
    "Second Dimension",
    "Provider",
)
LABELLED = (CHARACTERISTICS, COMMENT, FACTOR, PARAMETER)
SECONDARY = {UNIT: "unit", TERM_SOURCE: "term_source", TERM_ACCESSION: "term_accession"}

STARTS = frozenset((*MATERIALS, *DATA, PROTOCOL))
TERM_ROLES = ("term_source", "term_accession")

_EXACT = {kind.lower(): kind for kind in (*MATERIALS, *DATA, *PROCESS_NAMES, PROTOCOL, *SIMPLE, *SECONDARY)}
_BRACKET = re.compile(r"(characteristics|comment|factor value|parameter value)\s*\[(.*)\]", re.I | re.DOTALL)
_LABELLED = {kind.lower(): kind for kind in LABELLED}
_COUNTED = re.compile(r"(.+)\.\d+")


_COLUMN_DTYPES = {
    "position": "Int64",
    "key": "str",
    "header": "str",
    "kind": "str",
    "label": "str",
    "node": "Int64",
    "role": "str",
    "owner": "Int64",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    position : int
        From 0, as in the frame.
    key : str
        Name in the frame: the header, with ``.1``, ``.2``, ... from the second time on.
    header : str
        As written in the file.
    kind : str
        ISA-Tab's own word (``Sample Name``, ``Characteristics``, ``Unit``, ...), empty if unknown.
    label : str or None
        What stands in the brackets.
    node : int or None
        Number of the material, data or process (from 0) that the column belongs to.
    role : str
        ``name``, ``value``, ``unit``, ``term_source`` or ``term_accession``.
    owner : int or None
        Position of the column that a unit or term column qualifies.
    """

    position: int
    key: str
    header: str
    kind: str
    label: str | None
    node: int | None = None
    role: str = "value"
    owner: int | None = None

    @property
    def title(self) -> str:
        """The header as ISA-Tab spells it."""
        return self.kind if self.label is None else f"{self.kind}[{self.label}]"


def parse_header(headers: Sequence[str]) -> list[Column]:
    """Return the column model of a header row.

    A material, data or protocol column starts a node; a process name belongs to the protocol before it that has
    none yet, else it starts a process of its own. A unit belongs to the value before it, a term to the value or
    unit before it.
    """
    columns: list[Column] = []
    node: int | None = None
    nameless_protocol = False
    value: int | None = None
    last: int | None = None
    for position, (header, key) in enumerate(zip(headers, unique_keys(headers), strict=True)):
        kind, label = kind_of(header)
        named = kind in PROCESS_NAMES
        starts = kind in STARTS or (named and not nameless_protocol)
        if starts:
            node = 0 if node is None else node + 1
        if starts or named:
            nameless_protocol = kind == PROTOCOL
        role = "name" if starts or named else SECONDARY.get(kind, "value")
        owner = value if role == "unit" else last if role in TERM_ROLES else None
        columns.append(Column(position, key, header, kind, label, node, role, owner))
        if role not in TERM_ROLES:
            last = position
            value = value if role == "unit" else position
    return columns


def kind_of(header: str) -> tuple[str, str | None]:
    """Return kind and label of a header; the kind is empty for a header that is not ISA-Tab."""
    header = header.strip()
    bracket = _BRACKET.fullmatch(header)
    if bracket:
        return _LABELLED[bracket[1].lower()], bracket[2]
    return _EXACT.get(header.lower(), ""), None


def unique_keys(headers: Sequence[str]) -> list[str]:
    """Return the headers with ``.1``, ``.2``, ... where they repeat; an empty one is called ``Unnamed``."""
    keys: list[str] = []
    used: set[str] = set()
    counts: dict[str, int] = {}
    for header in headers:
        base = header.strip() or "Unnamed"
        number = counts.get(base, 0)
        key = f"{base}.{number}" if number else base
        while key in used:
            number += 1
            key = f"{base}.{number}"
        counts[base] = number + 1
        used.add(key)
        keys.append(key)
    return keys


def header_for(key: str) -> str:
    """Return the header that a new column of a frame asks for: ``Unit.3`` is a ``Unit``."""
    counted = _COUNTED.fullmatch(key)
    return counted[1] if counted and kind_of(counted[1])[0] else key


def column_table(columns: Sequence[Column]) -> pd.DataFrame:
    """Return the columns as a frame, one row a column."""
    data = {name: [getattr(column, name) for column in columns] for name in _COLUMN_DTYPES}
    return typed_frame(data, _COLUMN_DTYPES)
