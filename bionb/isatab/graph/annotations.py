"""What a table says about its nodes, in long form."""

from __future__ import annotations

from typing import Any

from bionb.isatab.graph.graph import Graph
from bionb.isatab.graph.groups import Group
from bionb.isatab.model.headers import Column

_PARTS = ("value", "term_source", "accession", "unit", "unit_term_source", "unit_accession")
ANNOTATION_DTYPES = dict.fromkeys(("node", "kind", "label", *_PARTS, "file", "column"), "str")
_ROLES = {"term_source": "term_source", "term_accession": "accession"}


def annotation_columns(graph: Graph) -> dict[str, list[str]]:
    """Return the columns of `ISATab.annotations`."""
    data: dict[str, list[str]] = {name: [] for name in ANNOTATION_DTYPES}
    for group, (nodes, rows) in zip(graph.groups, graph.by_group, strict=True):
        ids = [graph.ids[node] for node in nodes]
        for column in group.columns:
            if column.role == "value":
                _append(data, ids, _values(graph, group, column, rows), column, graph.table.name)
    return data


def parts_of(group: Group, column: Column) -> dict[str, Column]:
    """Return the columns of a value: itself, its term, its unit and the unit's term."""
    parts = {"value": column}
    for other in group.owned.get(column.position, ()):
        if other.role == "unit":
            parts.setdefault("unit", other)
        elif other.role in _ROLES:
            parts.setdefault(_ROLES[other.role], other)
    unit = parts.get("unit")
    for other in group.owned.get(unit.position, ()) if unit else ():
        if other.role in _ROLES:
            parts.setdefault(f"unit_{_ROLES[other.role]}", other)
    return parts


def _values(graph: Graph, group: Group, column: Column, rows: list[int]) -> dict[str, list[str]]:
    parts = parts_of(group, column)
    cells = graph.table.cells
    return {name: cells.stripped(parts[name].position, rows) if name in parts else [""] * len(rows) for name in _PARTS}


def _append(
    data: dict[str, list[Any]], ids: list[str], values: dict[str, list[str]], column: Column, file: str
) -> None:
    filled = [i for i, texts in enumerate(zip(*values.values(), strict=True)) if any(texts)]
    data["node"] += [ids[i] for i in filled]
    for name in _PARTS:
        data[name] += [values[name][i] for i in filled]
    fixed = {"kind": column.kind or column.key, "label": column.label or "", "file": file, "column": column.key}
    for name, text in fixed.items():
        data[name] += [text] * len(filled)
