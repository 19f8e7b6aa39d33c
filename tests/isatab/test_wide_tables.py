"""Tables with very many columns: every step follows their number, and none its square."""

import time

import pytest

from tests.isatab.sets import BOTH_PATHS, isatab, small, tsv

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


def seconds(count, kind, columnar_from):
    isa = isatab(wide(count, kind), columnar_from)
    started = time.process_time()
    isa.check()
    isa.samples(terms=True)
    isa.expansion()
    isa.replace("s_small.txt", isa["s_small.txt"].frame)
    return time.process_time() - started


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_check_takes_time_as_there_are_columns(kind, columnar_from):
    """Six times the columns once took 36 times as long; ratios hold on a busy machine too."""
    seconds(50, kind, columnar_from)  # what is loaded once
    few, many = (min(seconds(count, kind, columnar_from) for _ in range(2)) for count in (700, 4200))

    assert many < 15 * few + 0.1


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


def test_an_investigation_of_many_columns_is_located_quickly():
    """Every ontology without a source is a message, and each is looked for."""
    names = [f"Term Source {n}" for n in range(3000)]
    text = small()["i_small.txt"].decode()
    text = text.replace("Term Source Name\tUO", "\t".join(["Term Source Name", *names]))
    started = time.process_time()
    isatab(small(i_small__txt=text.encode())).check()

    assert time.process_time() - started < 20
