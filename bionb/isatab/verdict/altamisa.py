"""What AltamISA, and so SODAR, says about a set.

The investigation file and the headers are given to AltamISA itself. Rows are judged by its rules (`reading_rules`,
`node_rules`), since AltamISA needs minutes where tables are long, and does not say in which line.
"""

from __future__ import annotations

import csv
import importlib
import io
import re
import threading
import warnings
from collections.abc import Callable
from typing import Any

from bionb.isatab.frames.shapes import Shapes
from bionb.isatab.model.headers import LABELLED, Column
from bionb.isatab.model.investigation import StudyRef
from bionb.isatab.model.table import Table
from bionb.isatab.verdict.node_rules import Context, check_nodes, samples_of
from bionb.isatab.verdict.reading_rules import check_reading
from bionb.isatab.verdict.report import Finding, Report

#: Everything that AltamISA 0.3.1 is known to end in on bad content, beside its own exceptions.
_ALTAMISA_FAILS = (csv.Error, AssertionError, AttributeError, LookupError, TypeError, ValueError)
_NO_UTF8 = "Invalid encoding (use Unicode/UTF-8); isa.to_utf8() converts the set"
_WORD = re.compile(r"\w+")
#: Columns from which a header is given to AltamISA in shorter nodes.
LONG_HEADER = 500
#: What may stand once in a node.
_ONCE_A_NODE = (
    *LABELLED,
    *("Date", "Label", "Material Type", "Performer", "Array Design REF", "First Dimension", "Second Dimension"),
)
_LOCK = threading.Lock()  # recording warnings replaces a hook of the whole process


def judge(isa: Shapes, investigation: str) -> list[Finding]:
    """Return what AltamISA says about one investigation and the tables that it names."""
    model, findings = _judge_investigation(isa[investigation])
    declared = [study for study in isa.declared if study.investigation == investigation]
    models = model.studies if model else [None] * len(declared)
    for study, study_model in zip(declared, models, strict=False):
        findings += _judge_study(isa, study, model, study_model)
    return list(dict.fromkeys(findings))


def _judge_study(isa: Shapes, study: StudyRef, model: Any, study_model: Any) -> list[Finding]:
    """Judge a study table and its assay tables; without models only whether they can be read."""
    context = Context(model, study_model) if model else None
    findings, samples = _judge_table(isa, study.path, study.file, "study", context)
    assays = study_model.assays if model else [None] * len(study.assays)
    for assay, assay_model in zip(study.assays, assays, strict=False):
        context = Context(model, study_model, assay_model, samples) if model else None
        findings += _judge_table(isa, assay.path, assay.file, "assay", context)[0]
    return findings


def _judge_table(
    isa: Shapes, path: str, file: str | None, kind: str, context: Context | None
) -> tuple[list[Finding], frozenset[str] | None]:
    """Return the findings of a table, and the samples it names if AltamISA can read it."""
    if not path:
        return [], None
    if file is None:
        return [Finding(path, None, "", "error", "named in the investigation, but not there", path)], None
    graph = isa.graph(file)
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
    if table.wide:
        return None, [Finding(table.name, None, "", "error", _NO_UTF8)]
    isatab = importlib.import_module("altamisa.isatab")
    base = table.name.rsplit("/", 1)[-1]
    model, said = _caught(lambda: isatab.InvestigationReader.from_stream(_stream(table.data), base).read())
    if model:
        said += _caught(isatab.InvestigationValidator(model).validate)[1]
    return model, _located(table, said)


def _judge_header(report: Report, table: Table, kind: str) -> None:
    """Let AltamISA read the file up to its header; that it takes no longer for a long file is the point."""
    isatab = importlib.import_module("altamisa.isatab")
    if table.wide or table.text.encoding != "utf-8":
        report.add("error", _NO_UTF8)
        return
    end = len(table.data) if table.header_record is None else table.text.stops[table.header_record]
    data = table.data[:end]
    if len(table.model) > LONG_HEADER:
        data = _in_short_nodes(report, table, kind)
        if report.failed:  # AltamISA stops at its first error too
            return
    if kind == "study":
        _, said = _caught(lambda: isatab.StudyReader.from_stream("S1", _stream(data), table.name).read())
    else:
        _, said = _caught(lambda: isatab.AssayReader.from_stream("S1", "A1", _stream(data), table.name).read())
    columns = _by_header(table)
    for level, message in said:
        column = _mentioned(columns, message)
        if level != "note":  # blanks are told by columns, see `advice`
            report.add(level, message, column, value=column.header if column else "")


def _in_short_nodes(report: Report, table: Table, kind: str) -> bytes:
    """Return a long header with its longest nodes cut into several, and report what recurs in one node.

    AltamISA compares each column of a node with all others of it, and judges them one by one otherwise.
    """
    headers: list[str] = []
    repeated: dict[str, Column] = {}
    seen: set[str] = set()
    start, node, length = "", None, 0
    for column in table.model:
        header = column.header.strip()
        if column.node != node:
            start, node, length, seen = column.header, column.node, 0, set()
        elif length >= LONG_HEADER and column.role == "value":
            headers.append(start)
            length = 0
        if column.kind in _ONCE_A_NODE and header in seen:
            repeated.setdefault(header, column)
        else:
            headers.append(column.header)
        seen.add(header)
        length += 1
    if repeated:
        where = "study S1" if kind == "study" else "study S1 assay A1"
        message = f"Found duplicated column types in header of {where}: {', '.join(repeated)}"
        report.add("error", message, next(iter(repeated.values())), value=next(iter(repeated)))
    buffer = io.StringIO()
    csv.writer(buffer, delimiter="\t", lineterminator="\n").writerow(headers)
    return buffer.getvalue().encode()


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


class _Quoted:
    """Texts that messages may quote, with what each stands for; of several quoted the longest counts.

    A text is looked for only where its first word occurs in the message, so that many messages about many texts stay
    cheap.
    """

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        self._by_word: dict[str, list[str]] = {}

    def add(self, text: str, meant: Any) -> None:
        """Add a text; of equal ones the first counts."""
        if text and text not in self._known:
            self._known[text] = meant
            self._by_word.setdefault(next(iter(_WORD.findall(text)), ""), []).append(text)

    def find(self, message: str) -> tuple[str, Any]:
        """Return the longest text that a message quotes, and what it stands for."""
        words = dict.fromkeys(["", *_WORD.findall(message)])
        found = (text for word in words for text in self._by_word.get(word, ()) if text in message)
        best = max(found, key=len, default="")
        return best, self._known.get(best)


def _by_header(table: Table) -> tuple[_Quoted, dict[str, Column]]:
    """Return the columns by their headers, and the first of each kind."""
    headers, kinds = _Quoted(), dict[str, Column]()
    for column in table.model:
        headers.add(column.header.strip(), column)
        kinds.setdefault(column.kind, column)
    return headers, kinds


def _mentioned(columns: tuple[_Quoted, dict[str, Column]], message: str) -> Column | None:
    """Return the column whose header a message about the header speaks of."""
    headers, kinds = columns
    column: Column | None = headers.find(message)[1]
    return column or next((c for kind, c in kinds.items() if kind and f'"{kind}"' in message), None)


def _located(table: Table, said: list[tuple[str, str]]) -> list[Finding]:
    """Say where in an investigation file messages belong: each at the longest cell that it quotes."""
    cells, headings = _Quoted(), _Quoted()
    for row, (heading, *values) in enumerate(table.cells.rows()):
        headings.add(heading.strip(), row)
        for value in values:
            cells.add(value.strip(), row)
    return [_placed(table, level, message, cells, headings) for level, message in said]


def _placed(table: Table, level: str, message: str, cells: _Quoted, headings: _Quoted) -> Finding:
    text, row = cells.find(message)
    if row is None:
        _, row = headings.find(message)
    if row is None:
        return Finding(table.name, None, "", level, message)
    field = table.cells.stripped(0, [row])[0]
    return Finding(table.name, table.line(row), field, level, message, text, rows=(row,))
