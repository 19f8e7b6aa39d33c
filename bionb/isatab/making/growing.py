"""More samples for a set, and fewer: study and assay rows named as the set names its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.isatab.making.headings import folded, name_and_unit
from bionb.isatab.making.samples import Rows, sample_table
from bionb.isatab.making.set import UnmatchedColumns
from bionb.isatab.model.headers import CHARACTERISTICS, DATA, PROTOCOL, SAMPLE, SOURCE, UNIT, Column
from bionb.isatab.model.table import Table
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd

    from bionb.isatab.dataset import ISATab

Row = dict[str, str]
_ENDINGS = {"Extract Name": "E1", "Labeled Extract Name": "L1", "Library Name": "LIB1"}
_FILE_ENDING = re.compile(r"(?:\.\w{1,8}){1,2}$")


class GuessedNames(UserWarning):
    """New extracts, runs or files could not be named as the set names its own; the message says which."""


_NAMES = {SAMPLE: ("sample", "sample id", "name"), SOURCE: ("source", "source id", "patient", "donor", "subject")}


def with_samples(isa: ISATab, samples: Any, study: str | None) -> ISATab:
    """Return the set with new samples; see `ISATab.add_samples`."""
    file, assays = files_of(isa, study)
    rows = sample_table(samples)
    tables = [isa[name] for name in (file, *assays)]
    given, unmatched = _matched(rows, tables)
    names = _names(given, rows, tables[0])
    frames = {table.name: table.frame for table in tables}
    if unmatched:
        warn(
            f"{file} has no column for {', '.join(map(repr, unmatched))}: new characteristics of the samples.",
            UnmatchedColumns,
        )
        frames[file] = _with_columns(tables[0], frames[file], unmatched)
    new = {table.name: [dict.fromkeys(frames[table.name], "") for _ in names] for table in tables}
    _fill_study(tables[0], new[file], names, rows, given, unmatched)
    for table in tables[1:]:
        sources = [row[_key(tables[0], SOURCE)] for row in new[file]]
        _fill_assay(table, new[table.name], names, sources, rows, given)
    for name, frame in frames.items():
        isa = isa.replace(name, _appended(frame, new[name]))
    return isa


def without_samples(isa: ISATab, names: Sequence[str], study: str | None) -> ISATab:
    """Return the set without some samples; see `ISATab.drop_samples`."""
    file, assays = files_of(isa, study)
    wanted = {names} if isinstance(names, str) else set(map(str, names))
    unknown = sorted(wanted - set(isa[file].frame[_key(isa[file], SAMPLE)]))
    if unknown:
        raise UsageError(f"{file} has no sample {', '.join(map(repr, unknown))}; see isa.samples().")
    for name in (file, *assays):
        frame = isa[name].frame
        kept = frame[~frame[_key(isa[name], SAMPLE)].isin(wanted)]
        if kept.empty and len(frame):
            raise UsageError(f"{name} would have no rows left, which SODAR refuses: keep a sample of it.")
        if len(kept) < len(frame):
            isa = isa.replace(name, kept)
    return isa


def files_of(isa: ISATab, study: str | None) -> tuple[str, list[str]]:
    """Return the study file that is meant, and the assay files of its samples."""
    if study is None and len(isa.studies) != 1:
        found = ", ".join(isa.studies) or "none"
        raise UsageError(f"which study? The set has {found}: name its file, study='s_....txt'.")
    file = isa[study or isa.studies[0]].name
    if file not in isa.studies:
        raise UsageError(f"{file} is no study file; there are: {', '.join(isa.studies)}.")
    named = [each.file for ref in isa.declared if ref.file == file for each in ref.assays]
    return file, list(dict.fromkeys(name for name in named if name is not None and name in isa))


# -- where the columns of a sample table go --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """A column of a table of the set, and the unit that its values have."""

    table: Table
    column: Column

    @property
    def unit(self) -> Column | None:
        return next(
            (each for each in self.table.model if each.kind == UNIT and each.owner == self.column.position), None
        )

    def __str__(self) -> str:
        return f"{self.column.key} of {self.table.name}"


def _matched(rows: Rows, tables: Sequence[Table]) -> tuple[dict[str, _Place], list[str]]:
    """Return for each column of a sample table where it goes, and the columns that match nothing."""
    known: dict[str, list[_Place]] = {}
    for place in _places(tables):
        for name in {folded(place.column.header), folded(place.column.label or place.column.kind)}:
            known.setdefault(name, []).append(place)
        for name in _NAMES.get(place.column.kind, ()) if place.table.kind == "study" else ():
            known.setdefault(name, []).append(place)
    found: dict[str, _Place] = {}
    unmatched = []
    for name in rows:
        label, unit = (name, "") if folded(name) in known else name_and_unit(name)
        places = known.get(folded(label), [])
        if len(places) > 1:
            raise UsageError(f"column {name!r} could be {' or '.join(map(str, places))}: call it by one full header.")
        if places:
            found[name] = places[0]
            _check_unit(name, unit, places[0])
        else:
            unmatched.append(name)
    return found, unmatched


def _places(tables: Sequence[Table]) -> Iterator[_Place]:
    for table in tables:
        for column in table.model:
            repeated = column.kind == SAMPLE and table.kind != "study"
            if column.role in ("name", "value") and column.kind not in ("", PROTOCOL) and not repeated:
                yield _Place(table, column)


def _check_unit(name: str, unit: str, place: _Place) -> None:
    if place.unit is None:
        if unit:
            raise UsageError(f"column {name!r}: {place} has no unit; leave {unit!r} out, or add a unit column first.")
        return
    units = {each for each in place.table.cells.stripped(place.unit.position) if each}
    if unit and units and units != {unit}:
        raise UsageError(f"column {name!r}: {place} is in {', '.join(sorted(units))}; convert the values.")


def _names(given: Mapping[str, _Place], rows: Rows, study: Table) -> list[str]:
    column = next((name for name, place in given.items() if place.column.kind == SAMPLE), None)
    if column is None:
        raise UsageError(f"no column with the samples' names: call one 'Sample Name'. There are: {', '.join(rows)}.")
    names = rows[column]
    repeated = [name for name, count in Counter(names).items() if count > 1 or not name]
    if repeated:
        raise UsageError(f"sample name {repeated[0]!r} is empty or comes twice: one row a sample.")
    known = set(study.frame[_key(study, SAMPLE)])
    there = [name for name in names if name in known]
    if there:
        raise UsageError(
            f"{len(there)} samples are in {study.name} already, the first is {there[0]!r}: leave them out."
        )
    return names


# -- rows ------------------------------------------------------------------------------------------------------------


def _fill_study(
    table: Table, new: list[Row], names: Sequence[str], rows: Rows, given: Mapping[str, _Place], more: Sequence[str]
) -> None:
    source, sample = _key(table, SOURCE), _key(table, SAMPLE)
    _fill_given(table, new, rows, given)
    for number, (row, name) in enumerate(zip(new, names, strict=True)):
        row[sample] = name
        row.update({f"{CHARACTERISTICS}[{each}]": rows[each][number] for each in more})
    source_of = _source_rule(table)
    known = {each[source]: each for each in table.frame.to_dict("records")}
    of_source = [column.key for column in table.model if column.node == _column(table, SOURCE).node]
    for row in new:
        row[source] = row[source] or source_of(row[sample])
        for key in of_source if row[source] in known else ():
            before = known[row[source]][key]
            if row[key] not in ("", before):
                raise UsageError(f"source {row[source]!r} has {key} {before!r} in {table.name}, and {row[key]!r} here.")
            row[key] = before
    _fill_constants(table, new)


def _fill_assay(
    table: Table,
    new: list[Row],
    names: Sequence[str],
    sources: Sequence[str],
    rows: Rows,
    given: Mapping[str, _Place],
) -> None:
    """Name what comes out of each step by the pattern of the rows that are there."""
    _fill_given(table, new, rows, given)
    old = table.cells.stripped(_column(table, SAMPLE).position)
    before: tuple[list[str], list[str]] = (old, list(names))
    for row, name in zip(new, names, strict=True):
        row[_key(table, SAMPLE)] = name
    guessed = []
    for column in table.model:
        if column.role != "name" or column.kind in (PROTOCOL, SAMPLE):
            continue
        there = table.cells.stripped(column.position)
        rule = _rule(there, list(_parts(before=before[0], sample=old).items()))
        if rule is None and any(there):
            rule = _fallback(column, there)
            guessed += [column.key] if not all(row[column.key] for row in new) else []
        for row, name, last in zip(new, names, before[1], strict=True):
            parts = {part: found[0] for part, found in _parts(before=[last], sample=[name]).items()}
            row[column.key] = row[column.key] or (rule or "").format(**parts)
        if any(there):
            before = (there, [row[column.key] for row in new])
    if guessed:
        warn(
            f"{table.name}: the names in {', '.join(guessed)} follow no pattern, so new ones were made from the "
            "sample's; give them in columns of these headers to choose them.",
            GuessedNames,
        )
    _fill_constants(table, new)


def _fill_given(table: Table, new: list[Row], rows: Rows, given: Mapping[str, _Place]) -> None:
    for name, place in given.items():
        if place.table is table:
            for row, value in zip(new, rows[name], strict=True):
                row[place.column.key] = value


def _fill_constants(table: Table, new: list[Row]) -> None:
    """Take over what all rows say alike and no sample says of itself: protocols, units, terms of a value."""
    for column in table.model:
        cells = table.cells.stripped(column.position)
        owner = None if column.owner is None else table.model[column.owner]
        if column.kind == PROTOCOL:
            common = Counter(cells).most_common(1)
            for row in new:
                row[column.key] = common[0][0] if common else ""
        elif owner is not None:
            known = dict(zip(table.cells.stripped(owner.position), cells, strict=True))
            filled = set(filter(None, cells))
            for row in new:
                value = row[owner.key]
                alone = filled.pop() if column.kind == UNIT and len(filled) == 1 else ""
                filled |= {alone} - {""}
                row[column.key] = row[column.key] or (known.get(value, alone) if value else "")


def _source_rule(table: Table) -> Callable[[str], str]:
    """Return how the set calls the source of a sample: one name is the other with a text around it."""
    sources, samples = (table.cells.stripped(_column(table, kind).position) for kind in (SOURCE, SAMPLE))
    longer = _rule(sources, [("sample", samples)])
    shorter = None if longer else _rule(samples, [("source", sources)])
    lead, tail = (shorter or "{source}").replace("{{", "{").replace("}}", "}").split("{source}", 1)

    # A second sample of a source has another number: N2 beside N1.
    ending = re.sub(r"\d+", r"\\d+", re.escape(tail))
    pattern = re.compile(f"{re.escape(lead)}(.+){ending}")

    def name(sample: str) -> str:
        found = pattern.fullmatch(sample) if shorter else None
        return found[1] if found else (longer or "{sample}-source").format(sample=sample)

    return name


def sample_rule(table: Table) -> Callable[[str], str]:
    """Return how the set calls the sample of a source: a text around its name, else ``NAME-N1``."""
    sources, samples = (table.cells.stripped(_column(table, kind).position) for kind in (SOURCE, SAMPLE))
    rule = _rule(samples, [("source", sources)]) or "{source}-N1"
    return lambda source: rule.format(source=source)


def _rule(names: Sequence[str], parts: list[tuple[str, list[str]]]) -> str | None:
    """Return the rule that most names follow: a text around the name that each was made from."""
    filled = sum(map(bool, names))
    for place, originals in parts:
        rules = Counter(
            _braced(name[: name.index(original)], place, name[name.index(original) + len(original) :])
            for name, original in zip(names, originals, strict=True)
            if name and original and original in name
        )
        if rules and 2 * rules.most_common(1)[0][1] > filled:
            return rules.most_common(1)[0][0]
    return None


def _parts(**names: list[str]) -> dict[str, list[str]]:
    """Return what a name may be made from; files often have ``_`` where a sample has a blank."""
    return {**names, **{f"{part}_": [name.replace(" ", "_") for name in found] for part, found in names.items()}}


def _fallback(column: Column, names: Sequence[str]) -> str:
    if column.kind in DATA:
        endings = Counter(found[0] for name in names if (found := _FILE_ENDING.search(name)))
        return "{before}" + _braced(endings.most_common(1)[0][0] if endings else "", "", "").replace("{}", "")
    return "{before}-" + _ENDINGS.get(column.kind, "run1")


def _braced(lead: str, place: str, tail: str) -> str:
    lead, tail = (text.replace("{", "{{").replace("}", "}}") for text in (lead, tail))
    return f"{lead}{{{place}}}{tail}"


def _with_columns(table: Table, frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Insert characteristics behind the sample's own."""
    node = _column(table, SAMPLE).node
    own = [c.position for c in table.model if c.node == node and c.kind in (SAMPLE, CHARACTERISTICS)]
    own += [c.position for c in table.model if c.owner in own]
    frame = frame.copy()
    for number, name in enumerate(names, max(own) + 1):
        frame.insert(number, f"{CHARACTERISTICS}[{name}]", "")
    return frame


def _appended(frame: pd.DataFrame, rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([frame, pd.DataFrame(rows, columns=frame.columns).astype("str")], ignore_index=True)


def _column(table: Table, kind: str) -> Column:
    found = table.find(kind)
    if not found:
        raise UsageError(f"{table.name} has no column {kind!r}.")
    return found[0]


def _key(table: Table, kind: str) -> str:
    return _column(table, kind).key
