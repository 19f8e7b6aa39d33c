"""Whether AltamISA can read the rows of a table: its rules, applied to distinct texts instead of to every cell.

The header is given to AltamISA itself (see `verdict`); what follows here are the conditions under which its row
builders stop. Each is compared with AltamISA in the tests, on real tables and on broken ones.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from bionb.isatab.graph.annotations import parts_of
from bionb.isatab.graph.graph import Graph
from bionb.isatab.graph.groups import Group
from bionb.isatab.model.headers import CHARACTERISTICS, FACTOR, PARAMETER, Column
from bionb.isatab.model.table import Table
from bionb.isatab.text.cells import CodedCells, recode, rows_where
from bionb.isatab.verdict.report import Report

#: Columns whose value may have a unit, and may be a list.
COMPLEX = (CHARACTERISTICS, FACTOR, PARAMETER)
#: Columns whose value may be a term.
_TERMS = ("Label", "Material Type", "First Dimension", "Second Dimension")

Parts = dict[str, Column]


def fields_of(group: Group) -> list[Parts]:
    """Return the annotations of a node with those of their columns that AltamISA looks at."""
    fields = []
    for column in group.columns:
        if column.role != "value":
            continue
        parts = parts_of(group, column)
        if column.kind not in COMPLEX:
            wanted = ("value", "term_source", "accession") if column.kind in _TERMS else ("value",)
            parts = {name: part for name, part in parts.items() if name in wanted}
        fields.append(parts)
    return fields


def check_reading(report: Report, graph: Graph) -> None:
    """Report everything that keeps AltamISA from reading the rows of a table."""
    _check_field_size(report)
    _check_short_rows(report, graph)
    _check_repeated_rows(report)
    _check_unnamed_rows(report, graph)
    for group in graph.groups:
        _check_protocol(report, group)
        for parts in fields_of(group):
            if parts["value"].kind == "Date":
                _check_dates(report, parts["value"])
            elif parts["value"].kind in COMPLEX and "term_source" in parts:
                _check_lists(report, parts)
    _check_one_annotation(report, graph)


def tokens(text: str) -> list[str]:
    r"""Split a ``;`` list as AltamISA does: a backslash takes the next character as it is, and vanishes."""
    if "\\" not in text:
        return text.split(";")
    result = [""]
    characters = iter(text)
    for character in characters:
        if character == "\\":
            result[-1] += next(characters, "")
        elif character == ";":
            result.append("")
        else:
            result[-1] += character
    return result


def is_date(text: str) -> bool:
    """Tell whether AltamISA takes a text for a date."""
    try:
        datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return False
    return True


def _check_field_size(report: Report) -> None:
    limit = csv.field_size_limit()
    if len(report.table.content) <= limit:
        return
    for column in report.table.model:
        for rows in report.table.cells.where(column.position, lambda text: len(text) > limit, stripped=False).values():
            report.add("error", f"field larger than field limit ({limit})", column, rows)


def _check_short_rows(report: Report, graph: Graph) -> None:
    lengths = report.table.cells.lengths
    if lengths is None:
        return
    read = [part for group in graph.groups for parts in fields_of(group) for part in parts.values()]
    read += [column for group in graph.groups for column in group.columns if column.role == "name"]
    last = max(read, key=lambda column: column.position, default=None)
    rows = [row for row, length in enumerate(lengths) if last and length <= last.position]
    if rows and last:
        shortest = lengths[rows[0]]
        report.add("error", f"the row has only {shortest} cells; AltamISA needs them up to {last.key}", last, rows)


def _check_repeated_rows(report: Report) -> None:
    """AltamISA refuses equal rows, and rows equal to the header."""
    table = report.table
    if _has_key(table):
        return
    seen = {tuple(cell.strip() for cell in table.header)}
    repeated = []
    for row, cells in enumerate(_whole_rows(report)):
        if cells in seen:
            repeated.append(row)
        seen.add(cells)
    if repeated:
        name = table.cells.stripped(0, repeated[:1])[0]
        report.add("error", "Found duplicated rows", None, repeated, name)


def _has_key(table: Table) -> bool:
    """Tell at a glance that no two rows are equal: some column has another text in each, and none its header."""
    cells = table.cells
    if not isinstance(cells, CodedCells):
        return False
    keyed = (column for column in table.model if len(cells.stripped_codes(column.position)[1]) == len(cells))
    return any(column.header.strip() not in cells.stripped_codes(column.position)[1] for column in keyed)


def _whole_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Yield the rows as written, without outer blanks: shorter than the header, or longer, as they are."""
    table = report.table
    rows = zip(*(table.cells.stripped(column.position) for column in table.model), strict=True)
    if table.cells.lengths is None:
        return rows
    width = len(table.model)
    return (
        cells[:length] if length <= width else tuple(cell.strip() for cell in table.whole_row(row))
        for row, (cells, length) in enumerate(zip(rows, table.cells.lengths, strict=True))
    )


def _check_unnamed_rows(report: Report, graph: Graph) -> None:
    """AltamISA looks for a named neighbour of each unnamed node but the first, and fails where there is none."""
    if len(graph.groups) < 2:
        return
    names = [report.table.cells.stripped(g.name.position) for g in graph.groups if g.name]
    rows = [row for row in range(len(report.table)) if not any(column[row] for column in names)]
    if rows:
        report.add("error", "no material, data file or process of the row has a name", None, rows)


def _check_protocol(report: Report, group: Group) -> None:
    if group.protocol:
        for rows in report.table.cells.where(group.protocol.position, lambda text: not text).values():
            position = group.protocol.position + 1
            report.add("error", f"Missing protocol reference in column {position}", group.protocol, rows)


def _check_dates(report: Report, column: Column) -> None:
    for text, rows in report.table.cells.where(column.position, lambda text: bool(text) and not is_date(text)).items():
        report.add("error", f'Invalid ISO8601 date "{text}"', column, rows, text)


def _check_lists(report: Report, parts: Parts) -> None:
    columns = [parts[name] for name in ("value", "term_source", "accession")]
    if not any(report.table.cells.where(column.position, lambda text: ";" in text) for column in columns):
        return
    texts = list(zip(*(report.table.cells.stripped(c.position) for c in columns), strict=True))
    for triple, rows in rows_where(texts, lambda t: len({len(tokens(text)) for text in t}) > 1).items():
        message = f"Irregular numbers of fields in ontology term columns(i.e. ';'-separated fields): {list(triple)}"
        report.add("error", message, parts["value"], rows, triple[0])


def canonical(kind: str, role: str) -> Callable[[str], Any]:
    """Return what AltamISA makes of a text, so that differently written equal values are equal."""
    if kind == "Date":
        return lambda text: datetime.strptime(text, "%Y-%m-%d") if text and is_date(text) else text
    if kind == "Performer" or (kind in COMPLEX and role in ("value", "term_source", "accession")):
        return lambda text: tuple(tokens(text))
    return lambda text: text


def _check_one_annotation(report: Report, graph: Graph) -> None:
    """Check that everything said about a name agrees, since it stands for one node."""
    for group, members in zip(graph.groups, graph.members, strict=True):
        columns = [(parts["value"].kind, role, part) for parts in fields_of(group) for role, part in parts.items()]
        if group.protocol and group.name:
            columns.append(("", "value", group.protocol))
        for kind, role, column in columns:
            rows = _differing(graph, group, members, column, canonical(kind, role))
            if rows:
                what = "materials" if group.material else "processes"
                name = graph.names[members[rows[0]]]
                message = f"Found {what} with same name but different annotation: {name}"
                report.add("error", message, column, rows, report.table.cells.stripped(column.position, rows[:1])[0])
    _check_shared_names(report, graph)


def _differing(
    graph: Graph, group: Group, members: Sequence[int], column: Column, canonical: Callable[[str], Any]
) -> list[int]:
    """Return the rows of named nodes that differ from the first row of that node."""
    cells = graph.table.cells
    if isinstance(cells, CodedCells):
        import numpy as np

        codes, texts = cells.stripped_codes(column.position)
        codes, _ = recode(codes, texts, [canonical(text) for text in texts])
        first = np.asarray(graph.node_row)[members]
        rows = np.flatnonzero(codes != codes[first]) if len(codes) else codes
        candidates: Iterable[int] = rows.tolist()
    else:
        values = list(map(cache(canonical), cells.stripped(column.position)))
        candidates = (row for row, node in enumerate(members) if values[row] != values[graph.node_row[node]])
    here = group.number
    return [row for row in candidates if graph.names[members[row]] and _group(graph, members[row]) == here]


def _group(graph: Graph, node: int) -> int:
    return graph.groups[graph.node_group[node]].number


def _check_shared_names(report: Report, graph: Graph) -> None:
    """Compare samples (or sources) that stand in two columns of one table."""
    spaces = Counter(group.space for group in graph.groups)
    for group, members in zip(graph.groups, graph.members, strict=True):
        if spaces[group.space] < 2:
            continue
        for row, node in enumerate(members):
            other = graph.groups[graph.node_group[node]]
            if other is not group and _said(graph, other, graph.node_row[node]) != _said(graph, group, row):
                message = f"Found materials with same name but different annotation: {graph.names[node]}"
                report.add("error", message, group.name, [row], graph.names[node])


def _said(graph: Graph, group: Group, row: int) -> list[tuple[str, Any]]:
    """Return headers and values of a node, as AltamISA compares them."""
    headers: list[tuple[str, Any]] = [(column.title, "") for column in group.columns]
    values = [
        (part.title, canonical(parts["value"].kind, role)(graph.table.cells.stripped(part.position, [row])[0]))
        for parts in fields_of(group)
        for role, part in parts.items()
    ]
    return headers + values
