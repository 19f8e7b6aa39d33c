"""Sets as Excel files: unedited sheets keep their bytes, edited ones are edits, what Excel can't hold is told."""

import shutil
import subprocess

import openpyxl
import pytest

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.isatab import ISATab
from bionb.isatab.exchange import workbook
from bionb.isatab.exchange.excel import OtherSheet
from tests.isatab.sets import BOTH_PATHS, PLAIN, small
from tests.missing import missing

ODD = '=1+1\t007\t1e5\t#N/A\t"a ""quote"", a\ttab,\na line"\t_x000D_\t \x07é�\tTRUE\t2026-01-31\n'


def edited(path, change):
    """Change a workbook as a person would, and save it."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def test_real_sets_keep_every_byte(reference_data, tmp_path):
    """Quoting, line ends, encodings, long names: Excel keeps none of them, the hidden sheet all."""
    for path in sorted((reference_data / "isatab").glob("*.zip")):
        isa = bionb.read_isatab(path)
        assert isa == bionb.read_isatab(isa.to_excel(tmp_path / f"{path.stem}.xlsx")), path.name


def test_libreoffice_may_save_them_in_between(reference_data, tmp_path):
    """Half of the world has no Excel."""
    office = shutil.which("soffice") or missing("LibreOffice Calc is not installed")
    names = (
        "altamisa-i_comments",
        "mtblsutils-MTBLS398",
        "sdata-sdata20144",
        "sodar-bih_germline",
        "cubitk-annotate_input",
    )
    sets = {name: bionb.read_isatab(reference_data / "isatab" / f"{name}.zip") for name in names}
    sets["odd"] = ISATab(
        {"i_x.txt": b"INVESTIGATION\n", "s_x.txt": ("Source Name" + "\tName" * 8 + "\n" + ODD).encode()}
    )
    files = [each.to_excel(tmp_path / f"{name}.xlsx") for name, each in sets.items()]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        office,
        "--headless",
        profile,
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path / "saved"),
        *map(str, files),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)

    for name, isa in sets.items():
        assert isa == bionb.read_isatab(tmp_path / "saved" / f"{name}.xlsx"), name


def test_cells_that_look_like_something_else_stay_text(tmp_path):
    """Excel makes dates of gene names, numbers of identifiers, formulas of anything with an equals sign."""
    isa = ISATab({"i_x.txt": b"INVESTIGATION\n", "s_x.txt": ("Source Name" + "\tName" * 8 + "\n" + ODD).encode()})
    path = isa.to_excel(tmp_path / "odd.xlsx")
    sheet = openpyxl.load_workbook(path)["s_x"]

    assert {"s"} == {cell.data_type for cell in sheet[2]}
    assert "B2" == sheet.freeze_panes
    assert isa == bionb.read_isatab(path) == bionb.read_isatab(path.read_bytes())


def test_an_edited_sheet_is_an_edit(tmp_path):
    """One cell changed, one row added, one column added: this and nothing else is in the difference."""
    isa = ISATab(small())
    path = isa.to_excel(tmp_path / "set.xlsx")
    header = isa["s_small.txt"].header
    sample = 1 + header.index("Sample Name")

    def change(book):
        sheet = book["s_small"]
        sheet.cell(2, sample, "renamed")
        sheet.cell(1, len(header) + 1, "Comment[note]")
        sheet.cell(2, len(header) + 1, 7.0)

    changes = isa.diff(bionb.read_isatab(edited(path, change)))

    assert {"s_small.txt"} == set(changes["file"])
    assert ("cell changed", "Sample Name", "renamed") in set(
        changes[["change", "column", "new"]].itertuples(index=False, name=None)
    )
    assert "7" in set(changes["new"])


def test_the_investigation_can_be_edited_too(tmp_path):
    """Its title is what people change first."""
    isa = ISATab(small())

    def change(book):
        row = next(row for row in book["i_small"].iter_rows() if row[0].value == "Study Title")
        row[1].value = "Another title"

    back = bionb.read_isatab(edited(isa.to_excel(tmp_path / "set.xlsx"), change))

    assert "Another title" == back.investigation["studies"]["Study Title"].item()
    assert isa["s_small.txt"].data == back["s_small.txt"].data


def test_a_workbook_of_ones_own_is_read_by_the_names_of_its_sheets(tmp_path):
    """Without the hidden sheet the sheets are the files; others are told."""
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.create_sheet("s_mine").append(["Source Name", "Sample Name"])
    book["s_mine"].append(["P1", 17])
    book.save(tmp_path / "own.xlsx")
    with pytest.warns(OtherSheet, match="sheet 'notes' was not read"):
        isa = bionb.read_isatab(tmp_path / "own.xlsx")

    assert {"s_mine.txt": b"Source Name\tSample Name\nP1\t17\n"} == isa.files


def test_terms_of_an_ontology_are_offered(tmp_path):
    """A mistyped organism is the most frequent error of a sheet."""
    isa = bionb.new_isatab(_organisms(), template="rnaseq")
    book = openpyxl.load_workbook(isa.to_excel(tmp_path / "set.xlsx"))
    offers = book["s_study"].data_validations.dataValidation

    assert 1 == len(offers)
    assert "B2" == str(offers[0].sqref).split(":")[0]
    assert ["Homo sapiens", "Mus musculus"] == [cell.value for cell in book["_isatab_lists"]["A"]]
    assert "hidden" == book["_isatab_lists"].sheet_state


def _organisms():
    import pandas as pd

    return pd.DataFrame({"Sample": ["a", "b", "c"], "Organism": ["Homo sapiens", "Mus musculus", "Homo sapiens"]})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda book: book["s_small"].merge_cells("A2:A3"), "cells A2:A3 are merged"),
        (lambda book: book["s_small"].cell(2, 1, "#REF!"), "cell A2 is #REF!, an error of Excel"),
        (lambda book: book["s_small"].cell(2, 1, "=B2"), "cell A2 is a formula that was never computed"),
        (lambda book: book["s_small"].cell(2, 40, "x"), "row 2: a value beyond the last header"),
        (lambda book: book.remove(book["s_small"]), "no sheet 's_small' any more, which holds s_small.txt"),
        (lambda book: book["_isatab"].cell(1, 3, "nonsense"), "the hidden sheet '_isatab' was changed"),
    ],
)
def test_a_broken_workbook_is_told(tmp_path, change, words):
    """Where, and what to do."""
    with pytest.raises(InvalidSheet, match=words):
        bionb.read_isatab(edited(ISATab(small()).to_excel(tmp_path / "set.xlsx"), change))


def test_what_excel_can_not_hold_is_told_before(tmp_path):
    """A cell cut off in silence would be lost."""
    table = b"Source Name\tSample Name\nP1\t" + b"x" * 32_768 + b"\n"
    isa = ISATab({"i_x.txt": b"INVESTIGATION\n", "s_x.txt": table})
    with pytest.raises(UsageError, match="line 2, column 'Sample Name': a cell of 32768 characters; Excel holds 32767"):
        isa.to_excel(tmp_path / "set.xlsx")
    with pytest.raises(UsageError, match="NAME.xlsx"):
        isa.to_excel(tmp_path / "set.xls")
    assert [] == list(tmp_path.iterdir())


def about_excel(files, columnar_from=PLAIN):
    """What a check says of Excel, and whether the set can be written to it."""
    isa = ISATab({"i_x.txt": b"INVESTIGATION\n"} | files, columnar_from=columnar_from)
    found = isa.check().query("message.str.contains('Excel')")
    return [tuple(row) for row in found[["file", "line", "column", "level", "count"]].itertuples(index=False)], isa


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
@pytest.mark.parametrize("name", ["s_x.txt", "a_x.txt", "m_x.txt"])
def test_a_check_notes_the_cells_that_excel_can_not_hold(name, columnar_from, tmp_path):
    """Who wants to edit in Excel learns it before; characters count, not bytes."""
    rows = "Source Name\tSample Name\nP1\t{0}\nP2\tgood\nP3\t{0}\n"
    fits, isa = about_excel({name: rows.format("é" * 32_767).encode()}, columnar_from)
    found, too_long = about_excel({name: rows.format("é" * 32_768).encode()}, columnar_from)

    assert [] == fits
    assert isa.to_excel(tmp_path / "set.xlsx").exists()
    assert [(name, 2, "Sample Name", "note", 2)] == found
    with pytest.raises(UsageError, match="line 2, column 'Sample Name': a cell of 32768 characters"):
        too_long.to_excel(tmp_path / "other.xlsx")


def test_headers_and_sections_that_excel_can_not_hold_are_noted_too():
    """They are cells as all others."""
    header = "Comment[" + "x" * 32_768 + "]"
    section = b"INVESTIGATION\nInvestigation Title\t" + b"x" * 32_768 + b"\n"

    assert [("s_x.txt", 1, header, "note", 1)] == about_excel({"s_x.txt": f"Source Name\t{header}\n".encode()})[0]
    assert [("i_x.txt", 2, "value", "note", 1)] == about_excel({"i_x.txt": section})[0]


def test_a_check_notes_more_rows_than_excel_can_hold(monkeypatch, tmp_path):
    """A sheet ends somewhere; its first row holds the headers."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    rows = b"Source Name\nP1\nP2\n"
    found, isa = about_excel({"s_x.txt": rows + b"P3\n"})

    assert [] == about_excel({"s_x.txt": rows + b"# a comment\n"})[0]
    assert [("s_x.txt", 1, "", "note", 1)] == found
    with pytest.raises(UsageError, match="s_x.txt has 3 rows; a sheet of Excel holds 2"):
        isa.to_excel(tmp_path / "set.xlsx")


def test_a_check_survives_a_broken_file_that_only_excel_would_need():
    """No server and no check reads it otherwise."""
    isa = ISATab({"i_x.txt": b"INVESTIGATION\n", "m_x.txt": b"\xff\xfea\x00\x00\xd8b\x00"})

    assert "m_x.txt" in isa.check()["file"].tolist()
