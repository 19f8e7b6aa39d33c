from collections import Counter

import pytest

from bionb.isatab import ISATab
from tests.isatab.altamisa_oracle import accepts, judgement
from tests.isatab.mutants import mutate
from tests.isatab.sets import BOTH_PATHS, COLUMNAR, PLAIN, investigation, isatab, small, tsv

#: Sets that AltamISA accepts, or nearly; small, so that a thousand faults in them are quickly judged.
MUTATED = [
    *("altamisa-i_minimal", "altamisa-i_small", "altamisa-i_small2", "altamisa-i_warnings"),
    *("altamisa-test_gelelect", "cubitk-annotate_input", "sodar-bih_cancer", "sodar-bih_germline"),
    *("sodar-i_small_assay_empty", "sodar-i_small_empty_cols"),
]
#: Where AltamISA's message goes on with the printed object.
SHORTENED = [
    *("Found annotated material/file without name", "Found annotated Sample in assay"),
    *("Found start node without original name", "Data nodes don't support Characteristics"),
    *("Found a sample not starting", "Found a source not starting", "Found a sample not ending"),
    *("Found samples in assay",),
]
#: Findings that AltamISA does not have.
OWN = (
    *("AltamISA drops", "AltamISA cannot write", "SODAR's export", "cells beyond the header"),
    *("the study has another", "2 files are called", "SODAR takes no table without rows"),
)


def short(message):
    start = next((start for start in SHORTENED if message.startswith(start)), message)
    return start.split(" (only ")[0]


def said_by(findings):
    graded = [f for f in findings if f.level in ("critical", "moderate", "advisory")]
    return [f for f in graded if not f.message.startswith(OWN)]


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_the_verdict_on_real_sets_is_that_of_sodar(real_sets, columnar_from):
    """`accepted` is worth nothing if SODAR decides otherwise."""
    verdicts = {name: ISATab(files, columnar_from=columnar_from) for name, files in real_sets.items()}

    expected = {name for name, isa in verdicts.items() if accepts(isa)}
    assert expected == {name for name, isa in verdicts.items() if isa.accepted()}
    assert 8 == len(expected)


@pytest.mark.parametrize("half", [0, 1])
def test_the_verdict_on_a_thousand_broken_sets_is_that_of_altamisa(real_sets, half):
    """The rules are ours for speed, so they must agree where it matters: on faults."""
    wrong, accepted = [], 0
    for seed in range(half, 1000, 2):
        files = mutate(real_sets[MUTATED[seed // 2 % len(MUTATED)]], seed)
        isa = ISATab(files, columnar_from=BOTH_PATHS[seed // 20 % 2])
        accepted += isa.accepted()
        if isa.accepted() != accepts(isa):
            wrong.append(seed)

    assert [] == wrong
    assert 50 < accepted < 300


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_every_finding_of_altamisa_is_found_as_often(real_sets, columnar_from):
    """Message by message and node by node, in every set that AltamISA reads to the end."""
    compared = 0
    for files in real_sets.values():
        isa = ISATab(files, columnar_from=columnar_from)
        expected = judgement(isa)
        if any(level == "error" for _, level, _ in expected):
            continue
        said = Counter((file, level, short(text)) for file, level, text in expected if level != "note")
        found: Counter = Counter()
        for finding in said_by(isa.findings):
            found[finding.file, finding.level, short(finding.message)] += finding.count
        for key in said:  # AltamISA names all missing samples at once
            if key[2] == "Found samples in assay":
                said[key] = found[key]
        assert said == found
        compared += 1

    assert 15 < compared


def only(isa, message, level):
    """The one finding with this message."""
    findings = isa.check()
    chosen = findings[findings["message"].str.contains(message, regex=False)]
    assert [level] == chosen["level"].tolist()
    return chosen.iloc[0]


def study(*rows):
    return isatab(small(s_small__txt=tsv(*rows)))


HEADER = ["Source Name", "Characteristics[x]", "Protocol REF", "Date", "Sample Name"]
ROWS = [["m1", "1", "collection", "", "liver 1"], ["m2", "2", "collection", "", "liver 2"]]


def test_a_good_set_is_accepted():
    """The one of all these tests: nothing of a good set is an error."""
    assert isatab(small()).accepted()
    assert set(isatab(small()).check()["level"]) <= {"advisory", "note"}


def test_a_finding_says_where_and_how_often():
    """A message without a line is half a message."""
    isa = study(HEADER, *ROWS, ["m3", "3", "collecting", "", "x"], ["m4", "3", "collecting", "", "y"])
    finding = only(isa, 'Protocol "collecting" not declared', "critical")

    assert ["s_small.txt", 4, "Protocol REF", "collecting", 2] == finding[
        ["file", "line", "column", "value", "count"]
    ].tolist()
    assert not isa.accepted()


@pytest.mark.parametrize(
    ("rows", "message", "line"),
    [
        ([["m1", "1", "collection", "22-Oct-2020", "s"]], 'Invalid ISO8601 date "22-Oct-2020"', 2),
        ([["m1", "1", "", "", "s"]], "Missing protocol reference in column 3", 2),
        ([*ROWS, ROWS[0]], "Found duplicated rows", 4),
        ([*ROWS, ["m1", "2", "collection", "", "t"]], "same name but different annotation: m1", 4),
        ([["m1", "1", "collection"]], "the row has only 3 cells", 2),
        ([ROWS[0], ["", "", "collection", "", ""]], "no material, data file or process of the row has a name", 3),
    ],
)
def test_what_keeps_altamisa_from_reading_is_an_error(rows, message, line):
    """With its line, which AltamISA does not tell."""
    isa = study(HEADER, *rows)

    assert line == only(isa, message, "error")["line"]
    assert not isa.accepted()


def test_a_header_that_altamisa_does_not_know_is_an_error_with_a_hint():
    """`Sample name` is the commonest of them."""
    isa = study(["Source Name", "Sample name"], ["m1", "liver 1"])

    assert "Sample name" == only(isa, "unknown, processing unclear", "error")["column"]
    assert "AltamISA knows this header only as 'Sample Name'" in isa.check()["message"].tolist()


def test_lists_of_a_term_must_be_of_equal_length():
    """Three columns, two separators."""
    header = ["Source Name", "Characteristics[x]", "Term Source REF", "Term Accession Number", "Sample Name"]
    finding = only(study(header, ["m", "a;b", "UO;UO", "1", "liver 1"]), "Irregular numbers of fields", "error")

    assert ["Characteristics[x]", "a;b"] == finding[["column", "value"]].tolist()


def test_a_fault_of_the_investigation_is_found_in_its_file():
    """AltamISA says what, not where."""
    data = small()["i_small.txt"].replace(b"Study Submission Date\t\n", b"Study Submission Date\t10/08/2015\n")
    isa = isatab(small(i_small__txt=data))
    finding = only(isa, 'Invalid ISO8601 date "10/08/2015"', "error")

    assert ["Study Submission Date", "10/08/2015"] == finding[["column", "value"]].tolist()
    assert b"10/08/2015" in data.splitlines()[finding["line"] - 1]


def test_tables_are_checked_also_where_the_investigation_cannot_be_read():
    """Else a user would meet the next fault only after mending this one."""
    isa = isatab(small(i_small__txt=small()["i_small.txt"].replace(b"STUDY CONTACTS", b"")))
    broken = isatab(isa.files | {"s_small.txt": tsv(HEADER, ["m1", "1", "", "", "s"])})

    assert 1 == (isa.check()["level"] == "error").sum()
    assert 2 == (broken.check()["level"] == "error").sum()


@pytest.mark.parametrize(
    ("files", "message", "level"),
    [
        ({"i_two.txt": b""}, "SODAR imports exactly one investigation file", "error"),
        ({"s_other.txt": tsv(["Source Name"])}, "no investigation names this file", "note"),
        ({"old/s_small.txt": b"Source Name\n"}, "2 files are called s_small.txt", "moderate"),
        ({"a_small.txt": None}, "named in the investigation, but not there", "error"),
        ({"s_small.txt": b"\xef\xbb\xbf" + small()["s_small.txt"]}, "byte order mark", "note"),
        ({"s_small.txt": small()["s_small.txt"].replace(b"mouse", b"m\xe4use")}, "Invalid encoding", "error"),
        ({"s_small.txt": small()["s_small.txt"].replace(b"mouse 1", b" mouse 1")}, "blanks around a value", "note"),
        ({"s_small.txt": small()["s_small.txt"] + b"\n#x\n"}, "2 blank or comment lines", "note"),
        ({"s_small.txt": small()["s_small.txt"].replace(b"\t8\t", b"\t8\\\t")}, "drops the backslash", "moderate"),
        ({"s_small.txt": small()["s_small.txt"].replace(b"mg\n", b"mg\tx\n")}, "beyond the header", "moderate"),
    ],
)
def test_what_altamisa_does_not_say(files, message, level):
    """Each of these has cost somebody an afternoon."""
    merged = {name: data for name, data in (small() | files).items() if data is not None}

    only(isatab(merged), message, level)


def test_a_pool_is_a_finding():
    """The most useful thing to know before an import."""
    header = ["Sample Name", "Protocol REF", "Extract Name", "Protocol REF", "Raw Data File"]
    rows = [[f"liver {i}", "collection", "pool", "measurement", f"{i}.raw"] for i in (1, 2)]
    finding = only(isatab(small(a_small__txt=tsv(header, *rows))), "2 rows become 4", "moderate")

    assert "a_small.txt" == finding["file"]


def test_a_term_on_value_and_unit_cannot_be_exported():
    """AltamISA reads it, and fails when it writes."""
    term = ["Term Source REF", "Term Accession Number"]
    header = ["Source Name", "Characteristics[x]", *term, "Unit", *term, "Sample Name"]

    only(study(header, ["m", "1", "", "", "g", "", "", "liver 1"]), "a term on a value and on its unit", "moderate")


def test_a_factor_that_study_and_assay_disagree_on_is_told():
    """Tidy frames show the assay's."""
    header = ["Sample Name", "Factor Value[dose]"]
    isa = isatab(small(a_small__txt=tsv(header, ["liver 1", "0.5"], ["liver 2", "9"])))

    assert 3 == only(isa, "the study has another Factor Value[dose]", "moderate")["line"]


def test_both_paths_find_the_same(real_sets):
    """Down to line and value."""
    for files in real_sets.values():
        plain, columnar = (ISATab(files, columnar_from=path).check() for path in (PLAIN, COLUMNAR))
        assert plain.equals(columnar)


def test_the_worst_comes_first():
    """Nobody reads to the end."""
    isa = isatab(small(s_small__txt=tsv(HEADER, ["m1", "1", "", "", "s"])))

    assert "error" == isa.check()["level"][0]


def test_a_set_without_findings_has_an_empty_frame_of_the_same_form():
    """`isa.check()` is filtered before anyone looks whether it is empty."""
    assert isatab({"i_x.txt": investigation()}).check().dtypes.equals(isatab(small()).check().dtypes)
