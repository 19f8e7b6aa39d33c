"""Invented ISA-Tab sets and ways to write one set differently."""

import csv
import io

from bionb.isatab import ISATab
from bionb.isatab.model.investigation import SECTIONS

COLUMNAR, PLAIN = 0, 10**9
BOTH_PATHS = [PLAIN, COLUMNAR]


def tsv(*rows):
    """Rows of cells as an unquoted file with LF."""
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def investigation(**entries):
    """An investigation file with one study; sections as lists of ``{field: value}``."""
    rows = []
    for kind in SECTIONS:
        rows.append([kind.heading])
        given = entries.get(kind.name, [])
        fields = dict.fromkeys([*kind.fields, *(name for entry in given for name in entry)])
        rows += [[field, *(entry.get(field, "") for entry in given)] for field in fields]
    return tsv(*rows)


def small(**files):
    """A set that AltamISA accepts: two samples, one of them measured twice; files can be replaced by name."""
    default = {
        "i_small.txt": investigation(
            ontology_sources=[
                {
                    "Term Source Name": "UO",
                    "Term Source File": "http://example.org/uo",
                    "Term Source Version": "1",
                    "Term Source Description": "Units",
                }
            ],
            studies=[
                {
                    "Study Identifier": "small",
                    "Study Title": "A small study",
                    "Study File Name": "s_small.txt",
                }
            ],
            factors=[{"Study Factor Name": "dose"}],
            assays=[
                {
                    "Study Assay File Name": "a_small.txt",
                    "Study Assay Measurement Type": "metabolite profiling",
                    "Study Assay Technology Type": "mass spectrometry",
                    "Study Assay Technology Platform": "Orbitrap",
                }
            ],
            protocols=[
                {"Study Protocol Name": "collection", "Study Protocol Type": "collection"},
                {
                    "Study Protocol Name": "measurement",
                    "Study Protocol Type": "mass spectrometry",
                    "Study Protocol Parameters Name": "gain",
                },
            ],
        ),
        "s_small.txt": tsv(
            [
                *("Source Name", "Characteristics[age]", "Unit", "Term Source REF", "Term Accession Number"),
                *("Protocol REF", "Sample Name", "Factor Value[dose]", "Unit"),
            ],
            ["mouse 1", "8", "week", "UO", "UO:34", "collection", "liver 1", "0.5", "mg"],
            ["mouse 2", "9", "week", "UO", "UO:34", "collection", "liver 2", "1.5", "mg"],
        ),
        "a_small.txt": tsv(
            ["Sample Name", "Protocol REF", "Parameter Value[gain]", "MS Assay Name", "Raw Data File"],
            ["liver 1", "measurement", "10", "run 1", "run1.raw"],
            ["liver 2", "measurement", "10", "run 2", "run2.raw"],
            ["liver 2", "measurement", "20", "run 3", "run3.raw"],
        ),
    }
    return default | {name.replace("__", "."): data for name, data in files.items()}


def isatab(files, columnar_from=PLAIN):
    return ISATab(files, columnar_from=columnar_from)


def table(*rows, columnar_from=PLAIN):
    """A lone study table of rows of cells."""
    return isatab({"s_x.txt": tsv(*rows)}, columnar_from)["s_x.txt"]


def table_of(data, columnar_from=PLAIN):
    """A lone study table of bytes."""
    return isatab({"s_x.txt": data}, columnar_from)["s_x.txt"]


def cells(data):
    """Records of a file as ``csv`` reads them, blank ones too."""
    text = data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else _encoding(data))
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))


def _encoding(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _joined(data, eol, header_eol=None, final=True):
    lines = _plain(data).split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    text = lines[0] + (header_eol or eol) + eol.join(lines[1:]) + (eol if final and lines[1:] else "")
    return text.encode("utf-8", "surrogateescape")


def _plain(data):
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _all_quoted(data):
    buffer = io.StringIO()
    csv.writer(buffer, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(cells(data))
    return buffer.getvalue().encode()


REENCODINGS = {
    "crlf": lambda data: _joined(data, "\r\n"),
    "crlf with lf header": lambda data: _joined(data, "\r\n", "\n"),
    "cr": lambda data: _joined(data, "\r"),
    "bom": lambda data: b"\xef\xbb\xbf" + _plain(data).encode("utf-8", "surrogateescape"),
    "latin-1": lambda data: _plain(data).encode("latin-1", "replace") + b"#\xe9\n",
    "no final newline": lambda data: _plain(data).rstrip("\n").encode("utf-8", "surrogateescape"),
    "all quoted": _all_quoted,
}
