"""Tables with very many columns: every step follows their number, and none its square."""

import sys

import pytest

from bionb.isatab.verdict import altamisa
from tests.isatab.sets import BOTH_PATHS, isatab, small, tsv

SIZES = 36, 144, 288
KINDS = {
    "characteristics": ["Characteristics[c%d]"],
    "units": ["Characteristics[c%d]", "Unit"],
    "terms": ["Characteristics[c%d]", "Term Source REF", "Term Accession Number"],
    "comments": ["Comment[c%d]"],
    "factors": ["Factor Value[f%d]"],
    "one label": ["Comment[x]"],
    "processes": ["Protocol REF"],
    "unknown": ["column %d"],
}


def wide(count, kind):
    headers = [text % n if "%" in text else text for n in range(count // len(KINDS[kind])) for text in KINDS[kind]]
    cells = ["collection" if header == "Protocol REF" else "v" for header in headers]
    rows = [[f"mouse {n}", *cells, f"liver {n}"] for n in (1, 2)]
    return small(s_small__txt=tsv(["Source Name", *headers, "Sample Name"], *rows))


def lines_run(step):
    """How many lines of Python a step runs, ours and AltamISA's: the same on a busy machine."""
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        step()
    finally:
        sys.settrace(before)
    return count


def is_steady(few, some, many):
    """Whether a column more costs among many columns what it costs among few."""
    first, then = SIZES[1] - SIZES[0], SIZES[2] - SIZES[1]
    return (many - some) / then < 1.05 * (some - few) / first


def every_step(isa):
    isa.check()
    isa.samples(terms=True)
    isa.expansion()
    isa.replace("s_small.txt", isa["s_small.txt"].frame)


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_check_takes_work_as_there_are_columns(kind, columnar_from, monkeypatch):
    """Six times the columns once took 36 times the work."""
    monkeypatch.setattr(altamisa, "LONG_HEADER", 30)  # as many columns as AltamISA itself may compare with each other
    every_step(isatab(wide(12, kind), columnar_from))  # what is loaded once
    few, some, many = (
        lines_run(lambda count=count: every_step(isatab(wide(count, kind), columnar_from))) for count in SIZES
    )

    assert is_steady(few, some, many)


@pytest.mark.parametrize(("headers", "expected"), [(["Comment[c5]"], "Comment[c5]"), (["Date", "Date"], "Date")])
@pytest.mark.parametrize("count", [10, 2000])
def test_a_long_header_is_judged_as_a_short_one(count, headers, expected):
    """It is given to AltamISA in shorter nodes."""
    found = {}
    for extra in ([], headers):
        names = [*[f"Comment[c{n}]" for n in range(count)], *extra]
        rows = [[f"mouse {n}", *["" for _ in names], f"liver {n}"] for n in (1, 2)]
        isa = isatab(small(s_small__txt=tsv(["Source Name", *names, "Sample Name"], *rows)))
        found[len(extra)] = isa.check()
    errors = found[len(headers)].query("level == 'error'")

    assert "error" not in found[0]["level"].tolist()
    assert [f"Found duplicated column types in header of study S1: {expected}"] == errors["message"].tolist()


def test_an_investigation_of_many_columns_takes_work_as_there_are_columns():
    """Every ontology without a source is a message, and each is looked for."""
    work = []
    for count in (12, *SIZES):
        names = [f"Term Source {n}" for n in range(count)]
        text = small()["i_small.txt"].decode()
        text = text.replace("Term Source Name\tUO", "\t".join(["Term Source Name", *names]))
        work.append(lines_run(isatab(small(i_small__txt=text.encode())).check))

    assert is_steady(*work[1:])
