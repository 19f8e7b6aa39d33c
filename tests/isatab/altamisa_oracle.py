"""AltamISA itself, to compare with."""

import csv
import io
import warnings
from functools import partial

from altamisa.isatab import (
    AssayReader,
    AssayValidator,
    AssayWriter,
    InvestigationReader,
    InvestigationValidator,
    StudyReader,
    StudyValidator,
    StudyWriter,
)


def read(data, study, assay, name):
    """AltamISA's model of a table; raises whatever AltamISA raises."""
    text = io.StringIO(data.decode("utf-8"), newline=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if assay:
            return AssayReader.from_stream(study, assay, text, name).read()
        return StudyReader.from_stream(study, text, name).read()


def readable(data, study, assay, name):
    """The model, or None if AltamISA cannot read the table."""
    try:
        return read(data, study, assay, name)
    except Exception:  # whatever it is, AltamISA does not read this table
        return None


def rows_written(model):
    """How many rows AltamISA writes, or None if it fails."""
    out = io.StringIO()
    writer = StudyWriter if type(model).__name__ == "Study" else AssayWriter
    try:
        writer.from_stream(model, out, lineterminator="\n", quote='"').write()
    except Exception:  # its writer fails in many ways
        return None
    return len(list(csv.reader(io.StringIO(out.getvalue()), delimiter="\t"))) - 1


def judgement(isa):
    """What AltamISA says about a set: (file, level, message) of every warning and failure, as SODAR would meet them."""
    said = []
    for name in isa.investigations:
        model = _said(said, name, partial(_investigation, isa.files[name], name))
        if model is None:
            continue
        _said(said, name, InvestigationValidator(model).validate)
        declared = [study for study in isa.declared if study.investigation == name]
        for study, info in zip(declared, model.studies, strict=True):
            _judge_study(said, isa, study, model, info)
    return said


def _investigation(data, name):
    return InvestigationReader.from_stream(io.StringIO(data.decode("utf-8"), newline=None), name).read()


def _judge_study(said, isa, study, model, info):
    parent = None
    if info.info.path:
        parent = _table(said, isa, study.file, study.id, "")
        if parent:
            _said(said, study.file, StudyValidator(model, info, parent).validate)
    for assay, assay_info in zip(study.assays, info.assays, strict=True):
        table = _table(said, isa, assay.file, study.id, assay.id) if assay_info.path else None
        if table:
            _said(said, assay.file, AssayValidator(model, info, assay_info, table, parent).validate)


def _table(said, isa, file, study, assay):
    if file is None:
        said.append((None, "error", "missing"))
        return None
    return _said(said, file, lambda: _read_loud(isa.files[file], study, assay, file))


def _read_loud(data, study, assay, name):
    text = io.StringIO(data.decode("utf-8"), newline=None)
    if assay:
        return AssayReader.from_stream(study, assay, text, name).read()
    return StudyReader.from_stream(study, text, name).read()


def _said(said, name, step):
    result = None
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        try:
            result = step()
        except Exception as error:  # the verdict is False whatever it ends in
            said.append((name, "error", str(error)))
    said += [(name, _level(warning.category.__name__), str(warning.message)) for warning in recorded]
    return result


def _level(category):
    for level in ("critical", "moderate", "advisory"):
        if category.lower().startswith(level):
            return level
    return "note"


def accepts(isa):
    """SODAR's verdict: one investigation, AltamISA reads all, no critical warning, and something is in each table."""
    levels = {level for _, level, _ in judgement(isa)}
    return len(isa.investigations) == 1 and not levels & {"error", "critical"} and not _empty(isa)


def _empty(isa):
    """Whether a table of a set that AltamISA reads has neither materials nor processes, which SODAR refuses."""
    tables = [(study.file, study.id, "") for study in isa.declared if study.file]
    tables += [(each.file, study.id, each.id) for study in isa.declared for each in study.assays if each.file]
    models = [readable(isa.files[file], study, assay, file) for file, study, assay in tables]
    return any(model is not None and not model.materials and not model.processes for model in models)
