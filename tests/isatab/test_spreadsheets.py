"""Sheets as a spreadsheet saves them under "Unicode Text": two or four bytes a character."""

import codecs

import pytest

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.isatab import ISATab
from tests.isatab.sets import BOTH_PATHS, isatab, small

WIDE = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def widened(files, encoding, marked=True):
    mark = WIDE[encoding] if marked else b""
    return {name: mark + data.decode().replace("\n", "\r\n").encode(encoding) for name, data in files.items()}


def with_umlaut():
    return {name: data.replace(b"mouse 1", "Mäuschen €".encode()) for name, data in small().items()}


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("encoding", WIDE)
def test_they_are_opened_as_they_are(encoding, marked, columnar_from, tmp_path):
    """Once they had 0 samples, without a word."""
    files = widened(with_umlaut(), encoding, marked)
    isa = isatab(files, columnar_from)
    plain = isatab(with_umlaut(), columnar_from)

    assert ["Mäuschen €", "mouse 2"] == isa.samples()["Source Name"].tolist()
    assert ["a_small.txt"] == isa.assays
    assert isa.nodes().equals(plain.nodes())
    assert files == isa.files == bionb.read_isatab(isa.write(tmp_path / "set")).files
    assert not isa.accepted()
    assert 3 == isa.check()["message"].str.contains("isa.to_utf8() converts the set", regex=False).sum()


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("encoding", WIDE)
def test_to_utf8_keeps_every_character(encoding, marked):
    """It once made Latin-1 of them, and so nonsense."""
    made = isatab(widened(with_umlaut(), encoding, marked)).to_utf8()

    assert {name: data.replace(b"\n", b"\r\n") for name, data in with_umlaut().items()} == made.files
    assert made.accepted()


@pytest.mark.parametrize("encoding", WIDE)
def test_edits_stay_in_the_encoding_of_the_file(encoding):
    """One cell, one sample, one section; all other bytes stay."""
    files = widened(with_umlaut(), encoding)
    isa = isatab(files)
    frame = isa["s_small.txt"].frame
    assert files == isa.replace("s_small.txt", frame).files
    frame.loc[0, "Characteristics[age]"] = "achtzig ⅞"
    edited = isa.replace("s_small.txt", frame)
    expected = files["s_small.txt"].replace("\t8\t".encode(encoding), "\tachtzig ⅞\t".encode(encoding))

    assert expected == edited.files["s_small.txt"]
    assert ["liver one", "liver 2"] == isa.rename_sample("liver 1", "liver one").samples()["Sample Name"].tolist()
    declared = isa.declare_parameter("measurement", "pressure")
    assert declared.files["i_small.txt"].startswith(WIDE[encoding])
    assert isa.diff(edited)["new"].tolist() == ["achtzig ⅞"]


@pytest.mark.parametrize("cut", [1, 3])
def test_a_broken_one_is_told_and_not_destroyed(cut):
    """Nothing that it could become is what it was."""
    files = small() | {"s_small.txt": widened(small(), "utf-16-le")["s_small.txt"][:-cut]}
    isa = isatab(files)
    for read in (isa.samples, isa.to_utf8, isa.check):
        with pytest.raises(InvalidSheet, match=r"s_small\.txt is broken UTF-16-LE"):
            read()
    assert files == isa.files


@pytest.mark.parametrize("data", [b"", b"\0", b"a\0", b"\0\0\0\0", b"a\0b\tc\n", b"Source Name\tSample Name\n\0\t\0\n"])
def test_a_zero_among_letters_is_no_other_encoding(data):
    """It stays where it stands."""
    assert data == isatab({"s_x.txt": data})["s_x.txt"].content


def test_wrong_arguments_are_told_with_what_is_expected():
    """One clear error, not Python's own."""
    isa = isatab(small())
    frame = isa["s_small.txt"].frame
    calls = [
        (lambda: isa.investigation["nope"], "its sections are ontology_sources, .*protocols"),
        (lambda: isa.investigation[5], "no section 5"),
        (lambda: isa.investigation[None], "no section None"),
        (lambda: isa[5], "named by a text such as 'i_small.txt'"),
        (lambda: isa[["s_small.txt"]], "named by a text"),
        (lambda: isa[None], "named by a text"),
        (lambda: isa.assay(None), "named by a text"),
        (lambda: isa.samples(5), "named by a text"),
        (lambda: isa.nodes(["x"]), "named by a text"),
        (lambda: isa.replace(["x"], frame), "named by a text"),
        (lambda: isa.replace("s_small.txt", None), "edited DataFrame"),
        (lambda: isa.rename_sample("liver 1", None), "two names"),
        (lambda: isa.rename_sample(["liver 1"], "x"), "two names"),
        (lambda: isa.declare_parameter("measurement", None), "named by texts"),
        (lambda: isa.diff(small()), "another ISATab"),
        (lambda: ISATab(None), "mapping of names to bytes"),
        (lambda: ISATab({"s_x.txt": "text"}), "bytes by name"),
        (lambda: ISATab({5: b""}), "bytes by name"),
    ]
    for call, message in calls:
        with pytest.raises(UsageError, match=message):
            call()
    assert 5 not in isa
    assert ["x"] not in isa
    assert isa.investigation.get("nope") is None


@pytest.mark.parametrize("lines", [1, 2])
@pytest.mark.parametrize("name", ["s_small.txt", "a_small.txt"])
def test_a_table_without_rows_is_not_accepted(name, lines):
    """AltamISA reads it; SODAR refuses it."""
    header = small()[name].splitlines(keepends=True)[0]
    isa = isatab(small() | {name: header + b"# nothing yet\n" * (lines - 1)})

    assert not isa.accepted()
    found = isa.check().query("level == 'critical'")
    assert [name] == found[found["message"].str.contains("without rows")]["file"].tolist()
