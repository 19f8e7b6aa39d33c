"""What AltamISA's validators say about the nodes of a table; each distinct value is judged once.

Rules, levels and the first lines of the messages are AltamISA's, checked against it in the tests.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bionb.isatab.graph.graph import Graph
from bionb.isatab.graph.groups import Group
from bionb.isatab.model.headers import CHARACTERISTICS, DATA, FACTOR, PARAMETER, SAMPLE, SOURCE, Column
from bionb.isatab.verdict.reading_rules import COMPLEX, Parts, fields_of, tokens
from bionb.isatab.verdict.report import Report

_NAMED_TYPES = ("Extract Name", "Labeled Extract Name", "Library Name", SAMPLE, SOURCE)


@dataclass(frozen=True, slots=True)
class Context:
    """What the investigation says about a table, as AltamISA's models.

    Attributes
    ----------
    investigation, study : object
        ``InvestigationInfo`` and ``StudyInfo``.
    assay : object or None
        ``AssayInfo``; None for a study table.
    study_samples : set of str or None
        Names of the samples of the study table, None where that cannot be read.
    """

    investigation: Any
    study: Any
    assay: Any = None
    study_samples: frozenset[str] | None = None


def check_nodes(report: Report, graph: Graph, context: Context) -> None:
    """Report what AltamISA's validators warn of."""
    for group, (_, rows) in zip(graph.groups, graph.by_group, strict=True):
        if rows and group.material:
            _check_material(report, graph, group, rows, context)
    for group, (_, rows) in zip(graph.groups, graph.by_group, strict=True):
        if rows and not group.material:
            _check_process(report, graph, group, rows, context)
    _check_order(report, graph, context)
    if context.assay and context.study_samples is not None:
        _check_samples(report, graph, context.study_samples)


def _column(report: Report, column: Column, rows: Sequence[int]) -> list[str]:
    return report.table.cells.stripped(column.position, rows)


def _check_material(report: Report, graph: Graph, group: Group, rows: list[int], context: Context) -> None:
    fields = fields_of(group)
    assert group.name is not None  # a material begins with its name
    names = _column(report, group.name, rows)
    unnamed = [row for row, name in zip(rows, names, strict=True) if not name]
    annotated = [row for row in unnamed if any(_has_content(report, parts, row) for parts in fields)]
    if annotated:
        report.add("critical", f"Found annotated material/file without name: {group.type}", group.name, annotated)
    sample_in_assay = context.assay is not None and group.type == SAMPLE
    if sample_in_assay:
        said = [row for row in rows if any(_is_said(report, parts, row) for parts in fields)]
        if said:
            message = "Found annotated Sample in assay (should be annotated in studies only)"
            report.add("critical", message, group.name, said)
    if unnamed and (sample_in_assay or context.assay is None and group.type == SOURCE):
        report.add("critical", "Found start node without original name", group.name, unnamed)
    _check_places(report, group, fields, rows)
    if context.assay is not None:
        _check_assay_type(report, group, rows, context.assay)
    for parts in fields:
        if parts["value"].kind in ("Label", "Material Type", CHARACTERISTICS):
            _check_terms(report, parts, rows, context)
        label = parts["value"].label
        if parts["value"].kind == FACTOR and label not in context.study.factors:
            report.add("moderate", f'Factor "{label}" not declared in investigation', parts["value"], rows)


def _has_content(report: Report, parts: Parts, row: int) -> bool:
    """Tell whether an annotation says anything; units say nothing without a value."""
    names = [name for name in ("value", "term_source", "accession") if name in parts]
    texts = [report.table.cells.stripped(parts[name].position, [row])[0] for name in names]
    is_list = parts["value"].kind in COMPLEX
    return any(any(tokens(text)) if is_list else bool(text) for text in texts)


def _is_said(report: Report, parts: Parts, row: int) -> bool:
    """Tell whether AltamISA sees an annotation; a term of label or material type counts even when empty."""
    if parts["value"].kind in ("Label", "Material Type") and "term_source" in parts:
        return True
    return _has_content(report, parts, row)


def _check_places(report: Report, group: Group, fields: list[Parts], rows: list[int]) -> None:
    """Labels belong to labeled extracts, characteristics and material types to no data file."""
    data = group.type in DATA
    for parts in fields:
        column = parts["value"]
        if column.kind == CHARACTERISTICS and data:
            report.add("critical", "Data nodes don't support Characteristics", column, rows)
        if column.kind not in ("Label", "Material Type"):
            continue
        said = [row for row in rows if _is_said(report, parts, row)]
        if said and column.kind == "Label" and group.type != "Labeled Extract Name":
            report.add("critical", f"Label not applied to Labeled Extract Name: {group.type}.", column, said)
        if said and column.kind == "Material Type" and group.type not in _NAMED_TYPES:
            report.add("critical", f"Material Type not applied to proper Material: {group.type}.", column, said)


def _restrictions() -> Any:
    return importlib.import_module("altamisa.constants.table_restrictions")


def _check_assay_type(report: Report, group: Group, rows: list[int], assay: Any) -> None:
    """Check that materials and files fit the assay: some are meant for one kind only."""
    limits = _restrictions()
    types = {"measurement": assay.measurement_type.name, "technology": assay.technology_type.name}
    for what, about, allowed in (
        ("Material", "measurement", limits.RESTRICTED_MATERIALS_AMEAS),
        ("Material", "technology", limits.RESTRICTED_MATERIALS_ATECH),
        ("Data", "measurement", limits.RESTRICTED_FILES_AMEAS),
        ("Data", "technology", limits.RESTRICTED_FILES_ATECH),
    ):
        if group.type not in allowed:
            continue
        if types[about] is None:  # AltamISA fails on it
            report.add("error", f"the assay has no {about} type, which {group.type} needs", group.name)
        elif types[about].lower() not in allowed[group.type]:
            expected = "', '".join(sorted(allowed[group.type]))
            message = f"{what} '{group.type}' not expected for assay {about} '{types[about]}' (only '{expected}')"
            report.add("moderate", message, group.name, rows)


def _check_terms(report: Report, parts: Parts, rows: Sequence[int], context: Context) -> None:
    """Check that a term has name, ontology and accession, and that its ontology is declared."""
    is_list = parts["value"].kind in COMPLEX
    if "term_source" in parts and "accession" in parts:
        _check_triples(report, [parts[n] for n in ("value", "term_source", "accession")], rows, context, is_list)
    if "unit_term_source" in parts and "unit_accession" in parts:
        names = ("unit", "unit_term_source", "unit_accession")
        _check_triples(report, [parts[name] for name in names], rows, context, False)


def _check_triples(report: Report, columns: list[Column], rows: Sequence[int], context: Context, is_list: bool) -> None:
    found: dict[tuple[str, ...], list[int]] = {}
    texts = zip(*(_column(report, column, rows) for column in columns), strict=True)
    for row, triple in zip(rows, texts, strict=True):
        if triple[1] or triple[2]:
            found.setdefault(triple, []).append(row)
    for triple, where in found.items():
        terms = zip(*map(tokens, triple), strict=False) if is_list else [triple]
        for name, ontology, accession in terms:
            _check_term(report, (name, ontology, accession), columns, where, context)


def _check_term(
    report: Report, term: tuple[str, str, str], columns: list[Column], rows: list[int], context: Context
) -> None:
    name, ontology, accession = term
    if (ontology or accession) and not all(term):
        said = f"Name: {name or '?'}\nOntology: {ontology or '?'}\nAccession: {accession or '?'}"
        report.add("critical", f"Incomplete ontology term reference:\n{said}", columns[0], rows, name)
    known = context.investigation.ontology_source_refs
    if ontology and known and ontology not in known:
        message = f'Ontology with name "{ontology}" not defined in investigation!'
        report.add("critical", message, columns[1], rows, ontology)


def _check_process(report: Report, graph: Graph, group: Group, rows: list[int], context: Context) -> None:
    protocols = _column(report, group.protocol, rows) if group.protocol else ["Unknown"] * len(rows)
    fields = fields_of(group)
    by_protocol: dict[str, list[int]] = {}
    for row, protocol in zip(rows, protocols, strict=True):
        by_protocol.setdefault(protocol, []).append(row)
    for protocol, where in by_protocol.items():
        column = group.protocol or group.name
        if protocol != "Unknown" and protocol not in context.study.protocols:
            message = f'Protocol "{protocol}" not declared in investigation file'
            report.add("critical", message, column, where, protocol)
        if protocol == "Unknown" or protocol not in context.study.protocols:
            message = (
                "Can't validate parameter values and names for process with "
                f'undeclared protocol "{protocol}" and name type "{group.name.kind if group.name else None}"'
            )
            report.add("moderate", message, column, where, protocol)
            continue
        _check_parameters(report, fields, protocol, where, context)
        _check_process_type(report, group, fields, protocol, where, context)
    for parts in fields:
        if parts["value"].kind in (PARAMETER, "First Dimension", "Second Dimension"):
            _check_terms(report, parts, rows, context)


def _check_parameters(report: Report, fields: list[Parts], protocol: str, rows: list[int], context: Context) -> None:
    for parts in fields:
        column = parts["value"]
        if column.kind == PARAMETER and column.label not in context.study.protocols[protocol].parameters:
            message = f'Parameter Value "{column.label}" not declared for Protocol "{protocol}" in investigation file'
            report.add("moderate", message, column, rows, column.label or "")


def _check_process_type(
    report: Report, group: Group, fields: list[Parts], protocol: str, rows: list[int], context: Context
) -> None:
    """Check that names and annotations fit technology and protocol: some are meant for one only."""
    limits = _restrictions()
    if group.name:
        names = (limits.RESTRICTED_PROTO_NAMES_ATECH, limits.RESTRICTED_PROTO_NAMES_PTYPE)
        _check_restricted(report, group.name.kind, group.name, rows, protocol, context, names)
    special = (limits.RESTRICTED_PROTO_ANNOS_ATECH, limits.RESTRICTED_PROTO_ANNOS_PTYPE)
    given = {parts["value"].kind: parts for parts in fields}
    dimensions = [given[kind] for kind in ("First Dimension", "Second Dimension") if kind in given]
    for kinds, present in (
        (("Array Design REF",), [given[kind] for kind in ("Array Design REF",) if kind in given]),
        (("First Dimension", "Second Dimension"), dimensions),
    ):
        said = [row for row in rows if any(_is_dimension(report, parts, row) for parts in present)]
        for kind in kinds if said else ():
            _check_restricted(report, kind, present[0]["value"], said, protocol, context, special)


def _is_dimension(report: Report, parts: Parts, row: int) -> bool:
    return "term_source" in parts or bool(report.table.cells.stripped(parts["value"].position, [row])[0])


def _check_restricted(
    report: Report,
    kind: str,
    column: Column,
    rows: list[int],
    protocol: str,
    context: Context,
    limits: tuple[dict[str, set[str]], dict[str, set[str]]],
) -> None:
    technologies, protocol_types = limits
    if kind not in technologies and kind not in protocol_types:
        return
    if context.assay is None:
        report.add("moderate", f'"{kind}" not supported for unspecified assay.', column, rows)
        return
    technology = context.assay.technology_type.name
    if kind in technologies and technology and technology.lower() not in technologies[kind]:
        allowed = ", ".join(sorted(technologies[kind]))
        message = f'"{kind}" not supported by assay technology "{technology}" (only "{allowed}")'
        report.add("moderate", message, column, rows)
    type_ = context.study.protocols[protocol].type.name
    if kind in protocol_types and not any(allowed in (type_ or "").lower() for allowed in protocol_types[kind]):
        allowed = ", ".join(sorted(protocol_types[kind]))
        message = f'"{kind}" not supported by protocol type "{type_ or None}" (only "{allowed}")'
        report.add("moderate", message, column, rows, protocol)


def _check_order(report: Report, graph: Graph, context: Context) -> None:
    """Check that a study leads from sources to samples, and that an assay begins with samples."""
    types = [group.type for group in graph.groups]
    of_node = [types[group] for group in graph.node_group]
    if context.assay is not None:
        heads = [head for head in graph.heads if of_node[head] == SAMPLE]
        _add_nodes(report, graph, "Found a sample not starting the assay graph", heads)
        return
    heads = [head for head in graph.heads if of_node[head] == SOURCE]
    _add_nodes(report, graph, "Found a source not starting the study graph", heads)
    tails = [tail for tail in graph.tails if of_node[tail] == SAMPLE]
    _add_nodes(report, graph, "Found a sample not ending the study graph", tails)


def _add_nodes(report: Report, graph: Graph, message: str, nodes: list[int]) -> None:
    if nodes:
        group = graph.groups[graph.node_group[nodes[0]]]
        rows = [int(graph.node_row[node]) for node in nodes]
        report.add("critical", message, group.name, rows, graph.names[nodes[0]])


def samples_of(graph: Graph) -> frozenset[str]:
    """Return the names of a table's samples, an empty one if some are unnamed."""
    groups = [number for number, group in enumerate(graph.groups) if group.type == SAMPLE]
    return frozenset(name for node, name in enumerate(graph.names) if graph.node_group[node] in groups)


def _check_samples(report: Report, graph: Graph, known: Iterable[str]) -> None:
    for group, (nodes, rows) in zip(graph.groups, graph.by_group, strict=True):
        if group.type != SAMPLE:
            continue
        missing = [(graph.names[n], row) for n, row in zip(nodes, rows, strict=True) if graph.names[n] not in known]
        if missing:
            message = "Found samples in assay but not in parent study"
            report.add("critical", message, group.name, [row for _, row in missing], missing[0][0])
