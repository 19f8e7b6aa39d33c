"""AltamISA's own verdict: read and validate, as SODAR does on import, every finding caught."""

from __future__ import annotations

import csv
import importlib
import io
import threading
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

#: Everything that AltamISA 0.3.1 is known to end in on bad content.
_ALTAMISA_FAILS = (
    csv.Error, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip
_LOCK = threading.Lock()  # recording warnings replaces a hook of the whole process


class Finding(NamedTuple):
    """Something to know about a file; ``line`` is None where it concerns the whole."""

    file: str
    line: int | None
    column: str
    level: str
    message: str
    value: str = ""
    count: int = 1  # type: ignore[assignment]


def altamisa_findings(files: Mapping[str, bytes], investigation: str, paths: Mapping[str, str | None]) -> list[Finding]:
    """Return what AltamISA says about one investigation and the tables it names.

    Parameters
    ----------
    files : mapping
        Name -> bytes.
    investigation : str
        Name of the investigation file.
    paths : mapping
        Path in the investigation -> name of that file, None where it is missing.
    """
    isatab = _altamisa()

    caught = _Catcher()
    text = _text(files[investigation])
    reader = isatab.InvestigationReader
    model = caught(investigation, lambda: reader.from_stream(text(), investigation).read())
    if model is None:
        return caught.findings
    caught(investigation, isatab.InvestigationValidator(model).validate)
    for number, study in enumerate(model.studies, 1):
        _judge_study(caught, files, paths, model, study, f"S{number}")
    return caught.findings


def _judge_study(
    caught: _Catcher,
    files: Mapping[str, bytes],
    paths: Mapping[str, str | None],
    model: Any,
    study: Any,
    id_: str,
) -> None:
    isatab = _altamisa()

    table = None
    if study.info.path:
        name = paths.get(str(study.info.path))
        table = _read(caught, files, name, str(study.info.path), lambda t: isatab.StudyReader.from_stream(id_, t, name))
        if table:
            caught(name, isatab.StudyValidator(model, study, table).validate)
    for number, assay in enumerate(study.assays, 1):
        if not assay.path:
            continue
        name = paths.get(str(assay.path))
        read = _assay_reader(id_, f"A{number}", name)
        parsed = _read(caught, files, name, str(assay.path), read)
        if parsed:
            caught(name, isatab.AssayValidator(model, study, assay, parsed, table).validate)


def _assay_reader(study: str, assay: str, name: str | None) -> Callable[[io.StringIO], Any]:
    isatab = _altamisa()

    return lambda text: isatab.AssayReader.from_stream(study, assay, text, name)


def _read(
    caught: _Catcher,
    files: Mapping[str, bytes],
    name: str | None,
    path: str,
    reader: Callable[[io.StringIO], Any],
) -> Any:
    if name is None:
        caught.findings.append(Finding(path, None, "", "error", "named in the investigation, but not there"))
        return None
    return caught(name, lambda: reader(_text(files[name])()).read())


def _text(data: bytes) -> Callable[[], io.StringIO]:
    # As AltamISA's own programs open a file: UTF-8, any line end.
    return lambda: io.StringIO(data.decode("utf-8"), newline=None)


def _altamisa() -> Any:
    return importlib.import_module("altamisa.isatab")


class _Catcher:
    """Runs AltamISA's steps and turns warnings and failures into findings."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def __call__(self, name: str | None, step: Callable[[], Any]) -> Any:
        from altamisa.exceptions import IsaException

        with _LOCK, warnings.catch_warnings(record=True) as recorded:
            warnings.simplefilter("always")
            try:
                result = step()
            except (IsaException, *_ALTAMISA_FAILS) as error:
                result = None
                message = str(error) or type(error).__name__
                self.findings.append(Finding(name or "", None, "", "error", message))
        self.findings += [
            Finding(name or "", None, "", _level(warning.category), str(warning.message)) for warning in recorded
        ]
        return result


def _level(category: type[Warning]) -> str:
    for level in ("Critical", "Moderate", "Advisory"):
        if category.__name__.startswith(level):
            return level.lower()
    return "note"
