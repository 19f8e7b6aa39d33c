"""New rows of study and assay tables: what is given, and for the rest what the other rows say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bionb.errors import UsageError
from bionb.isatab.making.naming import Chain, fallback, source_rule
from bionb.isatab.making.places import Given, Row, column_of, key_of
from bionb.isatab.model.headers import CHARACTERISTICS, PROTOCOL, SAMPLE, SOURCE, UNIT, Column
from bionb.isatab.model.table import Table


def fill_study(table: Table, new: Sequence[Row], given: Given) -> None:
    """Fill new rows of a study: the sample, its source, and what is known of both."""
    source, sample = key_of(table, SOURCE), key_of(table, SAMPLE)
    given.fill(table, new)
    source_of = source_rule(table)
    for number, (row, name) in enumerate(zip(new, given.names, strict=True)):
        row[sample] = name
        row.update({f"{CHARACTERISTICS}[{each}]": given.rows[each][number] for each in given.unmatched})
        row[source] = row[source] or source_of(name)
    _repeat_sources(table, new)
    _fill_constants(table, new)


def _repeat_sources(table: Table, new: Sequence[Row]) -> None:
    """Say again of a source what the study says of it already."""
    source = column_of(table, SOURCE)
    known = {each[source.key]: each for each in table.frame.to_dict("records")}
    own = [column.key for column in table.model if column.node == source.node]
    for row in new:
        name = row[source.key]
        for key in own if name in known else ():
            before = known[name][key]
            if row[key] not in ("", before):
                raise UsageError(f"source {name!r} has {key} {before!r} in {table.name}, and {row[key]!r} here.")
            row[key] = before


def fill_assay(table: Table, new: Sequence[Row], given: Given) -> list[str]:
    """Name what comes out of each step by the pattern of the rows that are there.

    Returns
    -------
    list of str
        The columns whose names follow no pattern, so that some were guessed.
    """
    given.fill(table, new)
    sample = column_of(table, SAMPLE)
    for row, name in zip(new, given.names, strict=True):
        row[sample.key] = name
    chain = Chain(table.cells.stripped(sample.position), given.names)
    made = [c for c in table.model if c.role == "name" and c.kind not in (PROTOCOL, SAMPLE)]
    guessed = [column.key for column in made if _name_step(table, column, new, chain)]
    _fill_constants(table, new)
    return guessed


def _name_step(table: Table, column: Column, new: Sequence[Row], chain: Chain) -> bool:
    """Name what comes out of one step; tell whether a name had to be guessed."""
    there = table.cells.stripped(column.position)
    if not any(there):
        return False
    rule = chain.rule(there)
    guessed = rule is None and not all(row[column.key] for row in new)
    for row, name in zip(new, chain.named(rule or fallback(column, there)), strict=True):
        row[column.key] = row[column.key] or name
    chain.go_on(there, [row[column.key] for row in new])
    return guessed


def _fill_constants(table: Table, new: Sequence[Row]) -> None:
    """Take over what all rows say alike and no sample says of itself: protocols, units, terms of a value."""
    for column in table.model:
        cells = table.cells.stripped(column.position)
        if column.kind == PROTOCOL:
            counts = Counter(cells)
            common = max(counts, key=counts.__getitem__, default="")
            for row in new:
                row[column.key] = common
        elif column.owner is not None:
            _fill_owned(column, table.model[column.owner], table, new)


def _fill_owned(column: Column, owner: Column, table: Table, new: Sequence[Row]) -> None:
    """Give a value the unit and term that it has elsewhere, or the one unit of its column."""
    cells = table.cells.stripped(column.position)
    known = dict(zip(table.cells.stripped(owner.position), cells, strict=True))
    units = set(filter(None, cells)) if column.kind == UNIT else set()
    alone = units.pop() if len(units) == 1 else ""
    for row in new:
        value = row[owner.key]
        row[column.key] = row[column.key] or (known.get(value, alone) if value else "")
