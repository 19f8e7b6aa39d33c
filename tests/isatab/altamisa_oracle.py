"""AltamISA itself, to compare with."""

import csv
import io
import warnings

from altamisa.isatab import AssayReader, AssayWriter, StudyReader, StudyWriter


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
