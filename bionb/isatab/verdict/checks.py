"""All findings about a set: AltamISA's verdict, and what AltamISA does not say."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from bionb.errors import InvalidSheet
from bionb.isatab.exchange.isajson.limits import beyond_json
from bionb.isatab.exchange.isajson.sections import unheld
from bionb.isatab.exchange.workbook import beyond_excel
from bionb.isatab.frames.shapes import Shapes
from bionb.isatab.graph.annotations import parts_of
from bionb.isatab.graph.expansion import expansion_of
from bionb.isatab.graph.graph import Graph
from bionb.isatab.model.headers import FACTOR, SAMPLE, Column
from bionb.isatab.model.names import is_isatab
from bionb.isatab.model.table import Table
from bionb.isatab.text.records import BOM
from bionb.isatab.verdict.reading_rules import COMPLEX
from bionb.isatab.verdict.report import LEVELS, Finding, Report

NO_ROWS = "SODAR takes no table without rows"


def check(isa: Shapes) -> list[Finding]:
    """Return all findings, worst first."""
    findings = list(_about_files(isa))
    for name in isa.investigations:
        findings += judge_investigation(isa, name)
    for name in dict.fromkeys([*isa.studies, *isa.assays]):
        findings += _about_table(isa.graph(name))
    for name in isa.assays:
        findings += _about_factors(isa, name)
    for name in filter(is_isatab, isa.files):
        findings += _about_excel(isa[name])
    findings += _about_json(isa)
    return sorted(dict.fromkeys(findings), key=lambda finding: LEVELS.index(finding.level))


def judge_investigation(isa: Shapes, name: str) -> list[Finding]:
    """Return what AltamISA says about an investigation and its tables."""
    from bionb.isatab.verdict.altamisa import judge

    return judge(isa, name)


def empty_tables(isa: Shapes) -> list[str]:
    """Return the tables of the investigation that have no rows, which SODAR refuses though AltamISA reads them."""
    return [finding.file for finding in _about_files(isa) if finding.message == NO_ROWS]


def _about_files(isa: Shapes) -> Iterator[Finding]:
    investigations = isa.investigations
    if len(investigations) != 1:
        found = ", ".join(investigations) or "none"
        yield Finding("", None, "", "error", f"SODAR imports exactly one investigation file, this set has: {found}")
    tables = [*isa.studies, *isa.assays]
    if not tables:
        yield Finding("", None, "", "note", "the set holds no study or assay table")
    named = {study.file for study in isa.declared} | {a.file for s in isa.declared for a in s.assays}
    for name in dict.fromkeys(tables):
        if name in named and not len(isa[name]):
            yield Finding(name, None, "", "critical", NO_ROWS)
        if name not in named:
            yield Finding(name, None, "", "note", "no investigation names this file, so SODAR would ignore it")
    bases = [posixpath.basename(name) for name in dict.fromkeys([*investigations, *tables])]
    for base in sorted({base for base in bases if bases.count(base) > 1}):
        yield Finding("", None, "", "moderate", f"{bases.count(base)} files are called {base}; SODAR keeps one", base)


def _about_table(graph: Graph) -> list[Finding]:
    table = graph.table
    report = Report(table)
    if table.data.startswith(BOM):
        report.add("note", "the file starts with a byte order mark, which SODAR cannot read; isa.to_utf8() removes it")
    for column in table.model:
        _about_column(report, column)
    _about_shape(report, table)
    _about_export(report, graph)
    return report.findings


def _about_column(report: Report, column: Column) -> None:
    header = column.header.strip()
    if column.kind and header != column.title:
        report.add("note", f"AltamISA knows this header only as {column.title!r}", column, value=header)
    cells = report.table.cells
    for text, rows in cells.where(column.position, lambda text: text != text.strip(), stripped=False).items():
        report.add("note", "blanks around a value, which AltamISA removes", column, rows, text)
    if column.kind in (*COMPLEX, "Performer"):
        for text, rows in cells.where(column.position, lambda text: "\\" in text, stripped=False).items():
            report.add("moderate", "AltamISA drops the backslash of this value", column, rows, text)


def _about_shape(report: Report, table: Table) -> None:
    lengths = table.cells.lengths or []
    longer = [row for row, length in enumerate(lengths) if length > len(table.model)]
    if longer:
        report.add("moderate", "cells beyond the header, which AltamISA drops", None, longer)
    shorter = [row for row, length in enumerate(lengths) if length < len(table.model)]
    if shorter:
        report.add("note", "the row is shorter than the header", None, shorter)


def _about_export(report: Report, graph: Graph) -> None:
    """Tell what SODAR's export will change: row counts, comment lines, values with term and unit."""
    expansion = expansion_of(graph)
    if expansion.message and expansion.rows_after != expansion.rows:
        report.add("moderate", f"SODAR's export: {expansion.message}")
    if expansion.skipped_lines:
        report.add("note", f"{expansion.skipped_lines} blank or comment lines, which AltamISA drops")
    for group in graph.groups:
        for column in group.columns:
            if column.role == "value" and {"term_source", "unit_term_source"} <= set(parts_of(group, column)):
                report.add("moderate", "AltamISA cannot write a term on a value and on its unit", column)


def _about_excel(table: Table) -> list[Finding]:
    """Tell what keeps a set from becoming an Excel file, also of files that nothing else here looks at."""
    report = Report(table)
    try:
        for column, rows, what in beyond_excel(table):
            report.add("note", f"{what}, so isa.to_excel() refuses the set", column, rows)
    except InvalidSheet as error:
        return [Finding(table.name, None, "", "note", str(error))]
    return report.findings


def _about_json(isa: Shapes) -> Iterator[Finding]:
    """Tell what a set loses as ISA-JSON, which holds nodes and processes instead of rows."""
    lead = "isa.to_json() can't hold this:"
    for name in isa.investigations:
        for heading, field in dict.fromkeys(unheld(isa[name])):
            yield Finding(name, None, "field", "note", f"{lead} a field of {heading}", field)
    named = {study.file for study in isa.declared} | {a.file for s in isa.declared for a in s.assays}
    for name in isa.files:
        if name not in named and name not in isa.investigations:
            yield Finding(name, None, "", "note", f"{lead} no investigation names the file")
    for name in dict.fromkeys([*isa.studies, *isa.assays]):
        report = Report(isa[name])
        for column, rows, what in beyond_json(isa.graph(name)) if name in named else ():
            report.add("note", f"{lead} {what}", column, rows)
        yield from report.findings


def _about_factors(isa: Shapes, name: str) -> list[Finding]:
    """Compare factor values of an assay with those of its study, where both have them."""
    study = next((s.file for s in isa.declared for a in s.assays if a.file == name), None)
    table = isa[name]
    report = Report(table)
    samples = table.find(SAMPLE)
    if study is None or not samples:
        return []
    names = table.cells.stripped(samples[0].position)
    factors = {column.label: column for column in reversed(isa[study].find(FACTOR))}
    for column in table.find(FACTOR):
        known = _factor_values(isa[study], factors.get(column.label))
        values = table.cells.stripped(column.position)
        rows = [
            row
            for row, (sample, value) in enumerate(zip(names, values, strict=True))
            if known.get(sample, value) != value
        ]
        if rows:
            message = f"the study has another {FACTOR}[{column.label}] for this sample; the assay's is taken"
            report.add("moderate", message, column, rows, values[rows[0]])
    return report.findings


def _factor_values(study: Table, factor: Column | None) -> dict[str, str]:
    sample = next(iter(study.find(SAMPLE)), None)
    if sample is None or factor is None:
        return {}
    names, values = (study.cells.stripped(column.position) for column in (sample, factor))
    return dict(zip(names, values, strict=True))
