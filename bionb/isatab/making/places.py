"""Where the columns of a sample table go in the tables of a set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bionb.errors import UsageError
from bionb.isatab.making.samples import Rows, folded, name_and_unit
from bionb.isatab.model.headers import PROTOCOL, SAMPLE, SOURCE, UNIT, Column
from bionb.isatab.model.table import Table

Row = dict[str, str]
_NAMES = {SAMPLE: ("sample", "sample id", "name"), SOURCE: ("source", "source id", "patient", "donor", "subject")}


@dataclass(frozen=True)
class Place:
    """A column of a table of the set."""

    table: Table
    column: Column

    @property
    def unit(self) -> Column | None:
        """The unit column of its values."""
        return next(
            (each for each in self.table.model if each.kind == UNIT and each.owner == self.column.position), None
        )

    def __str__(self) -> str:
        return f"{self.column.key} of {self.table.name}"


@dataclass(frozen=True)
class Given:
    """What a sample table gives: its cells, where each column goes, what goes nowhere, and the samples' names."""

    rows: Rows
    places: Mapping[str, Place]
    unmatched: Sequence[str]
    names: list[str]

    def fill(self, table: Table, new: Sequence[Row]) -> None:
        """Write into new rows of a table what is given for its columns."""
        for name, place in self.places.items():
            if place.table is table:
                for row, value in zip(new, self.rows[name], strict=True):
                    row[place.column.key] = value


def given_by(rows: Rows, tables: Sequence[Table]) -> Given:
    """Return what a sample table gives to a study table and its assay tables.

    Raises
    ------
    UsageError
        A column fits two headers or is in another unit; a name is missing, comes twice or is there already.
    """
    known = _known(tables)
    places: dict[str, Place] = {}
    for name in rows:
        label, unit = (name, "") if folded(name) in known else name_and_unit(name)
        found = known.get(folded(label), [])
        if len(found) > 1:
            raise UsageError(f"column {name!r} could be {' or '.join(map(str, found))}: call it by one full header.")
        if found:
            places[name] = found[0]
            _check_unit(name, unit, found[0])
    return Given(rows, places, [name for name in rows if name not in places], _names(places, rows, tables[0]))


def _known(tables: Sequence[Table]) -> dict[str, list[Place]]:
    """Return the places by the names that columns may have."""
    known: dict[str, list[Place]] = {}
    for place in _places(tables):
        names = {folded(place.column.header), folded(place.column.label or place.column.kind)}
        spellings = _NAMES.get(place.column.kind, ()) if place.table.kind == "study" else ()
        for name in (*names, *spellings):
            known.setdefault(name, []).append(place)
    return known


def _places(tables: Sequence[Table]) -> Iterator[Place]:
    for table in tables:
        for column in table.model:
            repeated = column.kind == SAMPLE and table.kind != "study"
            if column.role in ("name", "value") and column.kind not in ("", PROTOCOL) and not repeated:
                yield Place(table, column)


def _check_unit(name: str, unit: str, place: Place) -> None:
    if place.unit is None:
        if unit:
            raise UsageError(f"column {name!r}: {place} has no unit; leave {unit!r} out, or add a unit column first.")
        return
    units = {each for each in place.table.cells.stripped(place.unit.position) if each}
    if unit and units and units != {unit}:
        raise UsageError(f"column {name!r}: {place} is in {', '.join(sorted(units))}; convert the values.")


def _names(given: Mapping[str, Place], rows: Rows, study: Table) -> list[str]:
    column = next((name for name, place in given.items() if place.column.kind == SAMPLE), None)
    if column is None:
        raise UsageError(f"no column with the samples' names: call one 'Sample Name'. There are: {', '.join(rows)}.")
    names = rows[column]
    repeated = [name for name, count in Counter(names).items() if count > 1 or not name]
    if repeated:
        raise UsageError(f"sample name {repeated[0]!r} is empty or comes twice: one row a sample.")
    known = set(study.frame[key_of(study, SAMPLE)])
    there = [name for name in names if name in known]
    if there:
        raise UsageError(
            f"{len(there)} samples are in {study.name} already, the first is {there[0]!r}: leave them out."
        )
    return names


def column_of(table: Table, kind: str) -> Column:
    """Return the first column of a kind, which the table must have."""
    found = table.find(kind)
    if not found:
        raise UsageError(f"{table.name} has no column {kind!r}.")
    return found[0]


def key_of(table: Table, kind: str) -> str:
    """Return the key of the first column of a kind."""
    return column_of(table, kind).key
