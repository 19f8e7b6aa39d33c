"""Edits of the investigation file by its sections: one row an entry, as in the frames."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.editing.rewriting import RowEdit, rewrite
from bionb.isatab.model.investigation import BY_NAME, Section, SectionKind, entries_of, fields_of, sections_of
from bionb.isatab.model.table import Table
from bionb.isatab.text.records import as_text

if TYPE_CHECKING:
    import pandas as pd

_PLACE = ("file", "study", "entry")


def replace_section(table: Table, name: str, frame: pd.DataFrame, only_file: bool) -> bytes:
    """Return the investigation file with the entries of a frame; see `ISATab.replace`.

    ``only_file`` tells that the set has no other investigation, so that rows without ``file`` are meant for this.
    """
    sections = [section for section in sections_of(table) if section.kind.name == name]
    _check_fields(table, BY_NAME[name], list(map(str, frame.columns)), sections)
    records = [_record(row) for row in frame.to_dict("records")]
    mine = [r for r in records if r.get("file", "") == table.name or only_file and not r.get("file")]
    _check_studies(table, BY_NAME[name], mine, sections)
    rows: dict[int, list[str]] = {}
    added: dict[int, list[list[str]]] = {}
    for section in sections:
        wanted = [record for record in mine if _meant(record, section, sections)]
        _edit_section(table, section, wanted, rows, added)
    return _rewritten(table, rows, added)


def _record(row: Mapping[Hashable, object]) -> dict[str, str]:
    return {str(name): as_text(value) for name, value in row.items()}


def _meant(record: dict[str, str], section: Section, sections: Sequence[Section]) -> bool:
    """Tell whether an entry belongs to a section; without ``study`` it belongs to the only one."""
    if not section.kind.per_study:
        return True
    study = record.get("study", "")
    return study == f"S{section.study}" or (not study and len(sections) == 1)


def _check_fields(table: Table, kind: SectionKind, columns: list[str], sections: list[Section]) -> None:
    if len({section.study for section in sections}) < max(1, len(sections)):
        raise InvalidSheet(
            f"{table.name} has {'a second' if sections else 'no'} section {kind.heading}; "
            f"edit isa[{table.name!r}].frame instead"
        )
    known = {field for section in sections for field in fields_of(table, section)} | {*kind.fields, *_PLACE}
    for column in columns:
        if columns.count(column) > 1:
            raise InvalidSheet(f"{table.name}: the frame of {kind.name} has several columns {column!r}; keep one")
        if column not in known and not column.startswith("Comment["):
            raise InvalidSheet(
                f"{table.name}: {column!r} is no field of {kind.heading}; a field of your own is called 'Comment[...]'"
            )
    missing = [field for field in kind.fields if field not in columns]
    if missing:
        raise InvalidSheet(f"{table.name}: the frame of {kind.name} lacks {', '.join(missing)}; ISA-Tab needs it")


def _check_studies(table: Table, kind: SectionKind, records: list[dict[str, str]], sections: list[Section]) -> None:
    for record in records:
        if not any(_meant(record, section, sections) for section in sections):
            raise InvalidSheet(
                f"{table.name}: an entry of {kind.name} belongs to study {record.get('study', '')!r}; "
                f"the file has {', '.join(f'S{section.study}' for section in sections)}"
            )
    for section in sections if kind.single else ():
        count = sum(_meant(record, section, sections) for record in records)
        shown = sum(map(any, entries_of(table, section)))
        if count != shown and (shown or count > 1):
            raise InvalidSheet(f"{table.name}: {kind.heading} holds one entry; change it, do not add or remove")


def _edit_section(
    table: Table,
    section: Section,
    records: list[dict[str, str]],
    rows: dict[int, list[str]],
    added: dict[int, list[list[str]]],
) -> None:
    """Collect the new rows of one section: changed ones by their number, new fields behind its last."""
    fields = fields_of(table, section)
    old = [dict(zip(fields, entry, strict=True)) for entry in entries_of(table, section)]
    entries = _entries(old, records)
    for row, field in zip(section.rows, fields, strict=True):
        before = [entry[field] for entry in old]
        after = [entry.get(field, "") for entry in entries]
        if before != after:
            rows[row] = [table.cells.column(0, [row])[0], *after]
    names = dict.fromkeys(name for entry in entries for name, text in entry.items() if text)
    new = [name for name in names if name not in fields and name not in _PLACE]
    last = section.rows[-1] if section.rows else section.heading_row
    added[last] = [[name, *(entry.get(name, "") for entry in entries)] for name in new]


def _entries(old: list[dict[str, str]], records: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return all entries in their new order; fields that a frame leaves out stay as they are.

    Empty entries, which frames do not show, stay where nothing is added or removed, else they make room.
    """
    shown = [number for number, entry in enumerate(old, 1) if any(entry.values())]
    given = [_number(record.get("entry", "")) for record in records]
    merged = [
        (old[number - 1] if 0 < number <= len(old) else {}) | record
        for number, record in zip(given, records, strict=True)
    ]
    if given != shown:
        return merged or [{}] * bool(old)
    by_number = dict(zip(given, merged, strict=True))
    return [by_number.get(number, entry) for number, entry in enumerate(old, 1)]


def _number(text: str) -> int:
    whole = text.removesuffix(".0")  # a missing number elsewhere makes the column one of floats
    return int(whole) if whole.isdecimal() else 0


def _rewritten(table: Table, rows: dict[int, list[str]], added: dict[int, list[list[str]]]) -> bytes:
    edits = []
    for row in range(len(table)):
        edits.append(RowEdit(row, rows.get(row)))
        edits += [RowEdit(row, cells, own=False) for cells in added.get(row, ())]
    width = max([len(table.model), *(len(edit.cells) for edit in edits if edit.cells is not None)])
    return rewrite(table, edits, list(range(width)), exact=True)


def with_parameter(protocols: pd.DataFrame, protocol: str, parameter: str) -> pd.DataFrame:
    """Return the frame of protocols with one parameter more, its term columns kept of equal length."""
    chosen = protocols["Study Protocol Name"] == protocol
    if not chosen.any():
        known = ", ".join(protocols["Study Protocol Name"])
        raise UsageError(f"there is no protocol {protocol!r}; the investigation declares {known or 'none'}")
    frame = protocols.copy()
    lead = "Study Protocol Parameters Name"
    for row in frame.index[chosen]:
        names = [name for name in frame.loc[row, lead].split(";") if name]
        if parameter in names:
            continue
        frame.loc[row, lead] = ";".join([*names, parameter])
        for column in (f"{lead} Term Accession Number", f"{lead} Term Source REF"):
            frame.loc[row, column] = frame.loc[row, column] + ";" * bool(names)
    return frame
