"""What AltamISA, and so SODAR, says about a set.

The investigation file and the headers are given to AltamISA itself. Rows are judged by its rules (`reading_rules`,
`node_rules`), since AltamISA needs minutes where tables are long, and does not say in which line.
"""

from __future__ import annotations

import csv
import importlib
import io
import threading
import warnings
from collections.abc import Callable
from typing import Any

from bionb.isatab.headers import Column
from bionb.isatab.investigation import StudyRef
from bionb.isatab.members import Members
from bionb.isatab.node_rules import Context, check_nodes, samples_of
from bionb.isatab.reading_rules import check_reading
from bionb.isatab.report import Finding, Report
from bionb.isatab.table import Table

#: Everything that AltamISA 0.3.1 is known to end in on bad content, beside its own exceptions.
_ALTAMISA_FAILS = (csv.Error, AssertionError, AttributeError, LookupError, TypeError, ValueError)
_LOCK = threading.Lock()  # recording warnings replaces a hook of the whole process


def judge(members: Members, investigation: str) -> list[Finding]:
    """Return what AltamISA says about one investigation and the tables that it names."""
    model, findings = _judge_investigation(members[investigation])
    declared = [study for study in members.declared if study.investigation == investigation]
    models = model.studies if model else [None] * len(declared)
    for study, study_model in zip(declared, models, strict=False):
        findings += _judge_study(members, study, model, study_model)
    return list(dict.fromkeys(findings))


def _judge_study(members: Members, study: StudyRef, model: Any, study_model: Any) -> list[Finding]:
    """Judge a study table and its assay tables; without models only whether they can be read."""
    context = Context(model, study_model) if model else None
    findings, samples = _judge_table(members, study.path, study.file, "study", context)
    assays = study_model.assays if model else [None] * len(study.assays)
    for assay, assay_model in zip(study.assays, assays, strict=False):
        context = Context(model, study_model, assay_model, samples) if model else None
        findings += _judge_table(members, assay.path, assay.file, "assay", context)[0]
    return findings


def _judge_table(
    members: Members, path: str, file: str | None, kind: str, context: Context | None
) -> tuple[list[Finding], frozenset[str] | None]:
    """Return the findings of a table, and the samples it names if AltamISA can read it."""
    if not path:
        return [], None
    if file is None:
        return [Finding(path, None, "", "error", "named in the investigation, but not there", path)], None
    graph = members.graph(file)
    report = Report(graph.table)
    _judge_header(report, graph.table, kind)
    if not report.failed:
        check_reading(report, graph)
    if report.failed:
        return report.findings, None
    if context:
        check_nodes(report, graph, context)
    return report.findings, samples_of(graph)


def _judge_investigation(table: Table) -> tuple[Any, list[Finding]]:
    isatab = importlib.import_module("altamisa.isatab")
    base = table.name.rsplit("/", 1)[-1]
    model, said = _caught(lambda: isatab.InvestigationReader.from_stream(_stream(table.data), base).read())
    if model:
        said += _caught(isatab.InvestigationValidator(model).validate)[1]
    return model, [_located(table, level, message) for level, message in said]


def _judge_header(report: Report, table: Table, kind: str) -> None:
    """Let AltamISA read the file up to its header; that it takes no longer for a long file is the point."""
    isatab = importlib.import_module("altamisa.isatab")
    if table.text.encoding != "utf-8":
        report.add("error", "Invalid encoding (use Unicode/UTF-8); isa.to_utf8() converts the set")
        return
    end = len(table.data) if table.header_record is None else table.text.stops[table.header_record]
    data = table.data[:end]
    if kind == "study":
        _, said = _caught(lambda: isatab.StudyReader.from_stream("S1", _stream(data), table.name).read())
    else:
        _, said = _caught(lambda: isatab.AssayReader.from_stream("S1", "A1", _stream(data), table.name).read())
    for level, message in said:
        column = _mentioned(table, message)
        if level != "note":  # blanks are told by columns, see `advice`
            report.add(level, message, column, value=column.header if column else "")


def _stream(data: bytes) -> io.StringIO:
    """Open bytes as AltamISA's own programs open a file: UTF-8, any line end."""
    return io.StringIO(data.decode("utf-8"), newline=None)


def _caught(step: Callable[[], Any]) -> tuple[Any, list[tuple[str, str]]]:
    """Run a step of AltamISA; return its result and everything it said, as level and message."""
    from altamisa.exceptions import IsaException

    result, failure = None, []
    with _LOCK, warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        try:
            result = step()
        except (IsaException, *_ALTAMISA_FAILS) as error:
            failure = [("error", str(error) or type(error).__name__)]
    return result, failure + [(_level(warning.category), str(warning.message)) for warning in recorded]


def _level(category: type[Warning]) -> str:
    for level in ("critical", "moderate", "advisory"):
        if category.__name__.lower().startswith(level):
            return level
    return "note"


def _mentioned(table: Table, message: str) -> Column | None:
    """Return the column whose header a message about the header speaks of."""
    named = [c for c in table.model if c.header.strip() and c.header.strip() in message]
    named = named or [c for c in table.model if c.kind and f'"{c.kind}"' in message]
    return max(named, key=lambda column: len(column.header.strip()), default=None)


def _located(table: Table, level: str, message: str) -> Finding:
    """Say where in an investigation file a message belongs: at the longest cell that it quotes."""
    best: tuple[int, int, str] = (0, -1, "")
    heading: tuple[int, int] = (0, -1)
    for row, cells in enumerate(table.cells.rows()):
        for cell in cells[1:]:
            text = cell.strip()
            if len(text) > best[0] and text in message:
                best = (len(text), row, text)
        if len(cells[0].strip()) > heading[0] and cells[0].strip() in message:
            heading = (len(cells[0].strip()), row)
    row = best[1] if best[1] >= 0 else heading[1]
    if row < 0:
        return Finding(table.name, None, "", level, message)
    field = table.cells.stripped(0, [row])[0]
    return Finding(table.name, table.line(row), field, level, message, best[2])
