"""Tidy frames: one row a sample or assay row, one column a property, units and terms folded in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from bionb.isatab.model.headers import FACTOR, PROTOCOL, SAMPLE, Column
from bionb.isatab.model.table import Table
from bionb.isatab.text.typed import frame_of, text_array

if TYPE_CHECKING:
    import pandas as pd

#: Finished columns of a tidy frame: name -> one text a row.
Columns = dict[str, list[str]]


def tidy_columns(table: Table, terms: bool = False) -> Columns:
    """Return every name and value column of a table without outer blanks, under readable names.

    A property is called by its label (``age`` for ``Characteristics[age]``). Where two would be called alike
    the protocol or material they belong to follows in parentheses; if that does not help, it is their key.
    A unit that is the same for all values stands in the name (``age [year]``), else in a column of its own
    (``age unit``). With ``terms``, ontology source and accession follow (``age [term source]``).
    """
    names = _names(table)
    owned: dict[int | None, list[Column]] = {}
    for column in table.model:
        owned.setdefault(column.owner, []).append(column)
    result: Columns = {}
    for column in table.model:
        if column.role not in ("name", "value"):
            continue
        values = table.cells.stripped(column.position)
        unit = next((other for other in owned.get(column.position, ()) if other.role == "unit"), None)
        folded = _folded(table, names[column.position], values, unit)
        if result.keys() & folded.keys():
            # A label may itself read like the unit of another: no column takes the place of one before.
            folded = _folded(table, column.key, values, unit)
        result.update(folded)
        if terms:
            parts = [*owned.get(column.position, ()), *(owned.get(unit.position, ()) if unit else ())]
            result.update(_terms(table, names[column.position], column, parts))
    return result


def _folded(table: Table, name: str, values: list[str], unit: Column | None) -> Columns:
    if unit is None:
        return {name: values}
    units = table.cells.stripped(unit.position)
    # A value without a unit is not of the unit of the others.
    distinct = {text for text, value in zip(units, values, strict=True) if text or value}
    if not any(distinct):
        return {name: values}
    if len(distinct) == 1:
        return {f"{name} [{distinct.pop()}]": values}
    return {name: values, f"{name} unit": units}


def _terms(table: Table, name: str, owner: Column, parts: Sequence[Column]) -> Columns:
    words = {"term_source": "term source", "term_accession": "accession"}
    result = {}
    for column in sorted(parts, key=lambda part: part.position):
        if column.role in words:
            of_unit = "unit " if column.owner != owner.position else ""
            result[f"{name} [{of_unit}{words[column.role]}]"] = table.cells.stripped(column.position)
    return result


def _names(table: Table) -> dict[int, str]:
    """Name the columns: by label, else by label and owner, else by key."""
    columns = [column for column in table.model if column.role in ("name", "value")]
    names = {column.position: column.label or column.title or column.key for column in columns}
    labels = dict(names)
    owners = _owners(table)
    names = _lengthen(columns, names, lambda column: f"{labels[column.position]} ({owners(column)})")
    return _lengthen(columns, names, lambda column: column.key)


def _lengthen(columns: Sequence[Column], names: dict[int, str], longer: Callable[[Column], str]) -> dict[int, str]:
    counts = Counter(names.values())
    sample = first_of(columns, SAMPLE)
    result = {}
    for column in columns:
        name = names[column.position]
        # The sample keeps its plain name: everything is joined on it.
        kept = counts[name] == 1 or column is sample
        result[column.position] = name if kept else longer(column)
    return result


def first_of(columns: Iterable[Column], kind: str) -> Column | None:
    """Return the first column of a kind."""
    return next((column for column in columns if column.kind == kind), None)


def _owners(table: Table) -> Callable[[Column], str]:
    """Return what names the node of a column: its protocol if there is but one, else the title of its name column."""
    starts: dict[int | None, Column] = {}
    for column in table.model:
        if column.role == "name":
            starts.setdefault(column.node, column)

    @cache
    def protocol(start: Column) -> str:
        protocols = {name for name in table.cells.stripped(start.position) if name}
        return protocols.pop() if len(protocols) == 1 else start.key

    def owner(column: Column) -> str:
        start = starts.get(column.node)
        if start is None or column.node is None:
            return column.kind
        if start.kind == PROTOCOL:
            return protocol(start)
        return start.title if column is not start else start.key

    return owner


def merge_rows(columns: Columns, key: Sequence[str]) -> tuple[list[str], Columns]:
    """Return one row a key; where rows of a key differ, their distinct values are joined with ``;``."""
    if len(set(key)) == len(key):
        return list(key), columns
    groups: dict[str, list[int]] = {}
    for row, name in enumerate(key):
        groups.setdefault(name, []).append(row)
    merged = {
        name: [values[rows[0]] if len(rows) == 1 else _joined(values, rows) for rows in groups.values()]
        for name, values in columns.items()
    }
    return list(groups), merged


def _joined(values: list[str], rows: list[int]) -> str:
    distinct = dict.fromkeys(values[row] for row in rows)
    return ";".join(value for value in distinct if value)


def sample_columns(study: Table, terms: bool, pairs: bool) -> Columns:
    """Return the samples of a study; with ``pairs`` one row for each row of the file."""
    columns = tidy_columns(study, terms)
    if SAMPLE not in columns:
        return {name: [] for name in (SAMPLE, *columns)}
    keys = columns.pop(SAMPLE)
    if not pairs:
        keys, columns = merge_rows(columns, keys)
    keep = [row for row, name in enumerate(keys) if name]
    columns = {SAMPLE: keys} | columns
    if len(keep) == len(keys):
        return columns
    return {name: [values[row] for row in keep] for name, values in columns.items()}


def assay_columns(assay: Table, study: Table | None, terms: bool) -> tuple[Columns, list[bool]]:
    """Return an assay's rows with the properties of their samples, and whether the study knows the sample."""
    own = tidy_columns(assay, terms)
    names = own.get(SAMPLE, [""] * len(assay))
    samples = sample_columns(study, terms, pairs=False) if study else {SAMPLE: []}
    rows = {name: row for row, name in enumerate(samples[SAMPLE])}
    joined = {name: values for name, values in samples.items() if name not in own and name != SAMPLE}
    where = [rows.get(name) for name in names]
    found = {name: ["" if row is None else values[row] for row in where] for name, values in joined.items()}
    for name in _shared_factors(assay, own, samples):
        given = [samples[name][row] if row is not None else "" for row in where]
        own[name] = [value or other for value, other in zip(own[name], given, strict=True)]
    lead = {SAMPLE: names} if SAMPLE in own else {}
    return lead | found | own, [row is not None for row in where]


def _shared_factors(assay: Table, own: Columns, samples: Columns) -> list[str]:
    """Name the factors that study and assay both have in one unit: where the assay is silent the study speaks."""
    factors = {column.label for column in assay.model if column.kind == FACTOR and column.role == "value"}
    shared = []
    for name in own.keys() & samples.keys():
        # "dose [mg]" is the factor dose with its unit; a label may itself hold " [".
        starts = [name, *(name[: place.start()] for place in re.finditer(r" \[", name))]
        if any(start in factors and f"{start} unit" not in own for start in starts):
            shared.append(name)
    return shared


def stacked(parts: dict[str, Columns]) -> Columns:
    """Put the samples of several studies below each other; what a study does not say is empty."""
    names = dict.fromkeys(["study", SAMPLE, *(name for columns in parts.values() for name in columns)])
    result: Columns = {name: [] for name in names}
    for study, columns in parts.items():
        height = len(columns[SAMPLE])
        for name, values in result.items():
            values += [study] * height if name == "study" else columns.get(name, [""] * height)
    return result


def to_frame(columns: Columns, numbers: bool) -> pd.DataFrame:
    """Return a frame of text columns; on request those that hold only numbers as numbers."""
    height = len(next(iter(columns.values()), []))
    frame = frame_of({name: text_array(values) for name, values in columns.items()}, height)
    if numbers:
        for name in frame.columns:
            frame[name] = _as_numbers(frame[name])
    return frame


def _as_numbers(column: pd.Series) -> pd.Series:
    """Convert a column whose filled cells are all plain numbers; names such as ``007`` stay text."""
    import pandas as pd

    filled = column[column != ""]
    plain = filled.str.fullmatch(r"[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
    if filled.empty or not plain.all():
        return column
    return pd.to_numeric(column.where(column != ""), errors="coerce")
