"""Sets made from a table of samples: complete, accepted, and nothing of the table lost."""

import datetime
import warnings

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.making.set import UnmatchedColumns

TEMPLATES = bionb.isatab_templates()["template"].tolist()
FAMILY = pd.DataFrame(
    {
        "sample_id": ["N1", "N2", "N3"],
        "Patient": ["P1", "P2", "P3"],
        "family id": ["F1", "F1", "F1"],
        "Age [year]": [41, 39, 8],
        "gender": ["male", "female", "female"],
        "Disease": ["", "", "example disorder"],
        "Disease ontology": ["", "", "EXO"],
        "Disease accession": ["", "", "http://example.org/EXO_1"],
        "Library kit": ["kit A"] * 3,
        "Platform": ["Sequencer A"] * 3,
        "Factor Value[Affected]": ["no", "no", "yes"],
    }
)


def workbook(path, rows, merged=""):
    """Write an Excel file."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    book.save(path)
    return path


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_template_makes_a_set_with_nothing_to_complain_about(template):
    """A beginner's first set must not begin with warnings."""
    isa = bionb.new_isatab(pd.DataFrame({"Sample Name": ["N1", "N2"]}), template=template, investigation="First")

    assert isa.check().empty
    assert isa.accepted()
    assert ["N1", "N2"] == isa.samples()["Sample Name"].tolist()
    assert ["N1-source", "N2-source"] == isa.samples()["Source Name"].tolist()
    assert "First" == isa.investigation["studies"]["Study Title"].item()


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_server_takes_it_and_gives_it_back(template):
    """Made here, imported there, exported again: the same samples, on both generations."""
    isa = bionb.new_isatab(pd.DataFrame({"Sample Name": ["N1", "N2"], "Age [year]": [1, 2]}), template=template)
    for generation in ("new", "old"):
        with bionb.start_sandbox("sodar", generation=generation) as sandbox:
            sodar = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"))
            projects = {each["title"]: each["sodar_uuid"] for each in sodar.projects()}
            sodar.import_sheets(projects["Course 2026"], isa)
            back = sodar.export_sheets(projects["Course 2026"])
            sodar.close()
        assert isa.samples()["Age [year]"].tolist() == back.samples()["Age [year]"].tolist()


def test_columns_find_their_places():
    """Names in any spelling, units in brackets, terms beside their values, parameters, factors by full header."""
    isa = bionb.new_isatab(FAMILY, template="germline")
    study, exome = isa["s_study.txt"].frame, isa["a_exome.txt"].frame

    assert isa.check().empty
    assert [
        *("Source Name", "Characteristics[Organism]", "Term Source REF", "Term Accession Number"),
        *("Characteristics[Family]", "Characteristics[Age]", "Unit", "Term Source REF.1", "Term Accession Number.1"),
        *("Characteristics[Sex]", "Characteristics[Disease]", "Term Source REF.2", "Term Accession Number.2"),
        *("Protocol REF", "Sample Name", "Factor Value[Affected]"),
    ] == list(study)
    assert ["P3", "Homo sapiens", "NCBITAXON"] == study.iloc[2, :3].tolist()
    assert ["8", "year", "UO"] == study.iloc[2, 5:8].tolist()
    assert ["example disorder", "EXO"] == study.iloc[2, 10:12].tolist()
    assert {"N1-DNA1", "N2-DNA1", "N3-DNA1"} == set(exome["Extract Name"])
    assert {"kit A"} == set(exome["Parameter Value[Library kit]"])
    assert "Sequencer A" == isa.investigation["assays"]["Study Assay Technology Platform"].item()
    assert {"NCBITAXON", "UO", "EXO", "OBI"} == set(isa.investigation["ontology_sources"]["Term Source Name"])
    assert ["Affected"] == isa.investigation["factors"]["Study Factor Name"].tolist()


def test_what_the_template_does_not_know_is_kept_and_told():
    """A column must never be dropped in silence."""
    with pytest.warns(UnmatchedColumns, match="'Colour of the lid .nm.'"):
        isa = bionb.new_isatab(pd.DataFrame({"Sample": ["N1"], "Colour of the lid [nm]": [450]}))

    assert "450" == isa.samples()["Colour of the lid [nm]"].item()
    assert isa.accepted()


def test_names_that_the_table_gives_win_over_the_rule():
    """Laboratories have names already."""
    table = pd.DataFrame({"Sample Name": ["N1", "N2"], "Raw Data File": ["one.bam", ""], "extract name": ["E1", "E2"]})
    exome = bionb.new_isatab(table, template="germline")["a_exome.txt"].frame

    assert ["E1-WES1", "E2-WES1"] == exome["Library Name"].tolist()
    assert ["one.bam", "E2-WES1.fastq.gz"] == exome["Raw Data File"].tolist()


def test_a_donor_of_two_samples_is_one_source():
    """Tumour and normal come from one person."""
    table = pd.DataFrame(
        {"Sample Name": ["N1", "T1"], "Donor": ["D1", "D1"], "Sex": ["male"] * 2, "tumor": ["no", "yes"]}
    )
    isa = bionb.new_isatab(table, template="cancer")

    assert ["D1", "D1"] == isa.samples()["Source Name"].tolist()
    assert isa.check().empty
    with pytest.raises(UsageError, match="source 'D1' has two values of 'Sex': 'male' and 'female'"):
        bionb.new_isatab(table.assign(Sex=["male", "female"]), template="cancer")


def test_a_file_is_as_good_as_a_frame(tmp_path):
    """Most sample lists are an Excel sheet or a CSV file."""
    frame = pd.DataFrame({"Sample Name": ["N1", "Ä2"], "Age [year]": [41, 8], "Batch": ["B 1", "x;y"]})
    expected = bionb.new_isatab(frame).files
    frame.to_csv(tmp_path / "s.csv", index=False)
    frame.to_csv(tmp_path / "s.tsv", index=False, sep="\t", encoding="utf-16")
    frame.to_csv(tmp_path / "semicolon.csv", index=False, sep=";", encoding="utf-8-sig")
    frame.to_excel(tmp_path / "s.xlsx", index=False)

    for name in ("s.csv", "s.tsv", "semicolon.csv", "s.xlsx"):
        assert expected == bionb.new_isatab(tmp_path / name).files


def test_dates_and_numbers_of_excel_read_as_people_wrote_them(tmp_path):
    """A whole number has no point, a day no midnight."""
    rows = [["Sample Name", "Batch", "Tissue"], ["N1", 3.0, datetime.datetime(2026, 1, 31)], ["N2", 2.5, True]]
    frame = bionb.new_isatab(workbook(tmp_path / "s.xlsx", rows)).samples()

    assert ["3", "2.5"] == frame["Batch"].tolist()
    assert ["2026-01-31", "TRUE"] == frame["Tissue"].tolist()


@pytest.mark.parametrize(
    ("rows", "merged", "words"),
    [
        ([["Sample Name", "Batch"], ["N1", "x"], ["N2", "x"]], "B2:B3", "cells B2:B3 are merged"),
        ([["Sample Name", "Batch"], ["N1", "#REF!"]], "", "cell B2 is #REF!, an error of Excel"),
        ([["Sample Name", "Batch"], ["N1", "=A2"]], "", "cell B2 is a formula that was never computed"),
        ([["Sample Name", None], ["N1", "x"]], "", "row 2: a value beyond the last named column"),
        ([["Sample Name", "Batch", "Batch"], ["N1", "x", "y"]], "", "two columns are called 'Batch'"),
        ([["Sample Name", "Batch"]], "", "has no samples"),
        ([], "", "is empty"),
    ],
)
def test_a_broken_sheet_is_told_by_cell(tmp_path, rows, merged, words):
    """Excel hides much of what goes wrong in it."""
    with pytest.raises(InvalidSheet, match=words):
        bionb.new_isatab(workbook(tmp_path / "s.xlsx", rows, merged))


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        ({"Sample Name": ["a", "b", "a"]}, {}, "1 sample names come twice, the first is 'a'"),
        ({"Sample Name": ["a", ""], "Batch": ["1", "2"]}, {}, "sample 2 has no name"),
        ({"Sample Name": ["#1"]}, {}, "would be read as a comment"),
        ({"Batch": ["1"]}, {}, "no column with the samples' names.*There are: Batch"),
        ({"Sample": ["a"], "Name": ["b"]}, {}, "2 columns \\(Sample, Name\\)"),
        (
            {"Sample": ["a"], "Age [year]": [1], "Age [month]": [2]},
            {},
            "'Age \\[year\\]' and 'Age \\[month\\]' both mean",
        ),
        ({"Sample": ["a"], "Age ontology": ["x"]}, {}, "holds terms of 'Age', but there is no such column"),
        ({"Sample": ["a"], "Sex": ["x"], "Sex ontology": ["X"]}, {}, "no column 'Sex accession'"),
        (
            {"Sample": ["a"], "Sex": ["x"], "Sex ontology": ["X"], "Sex accession": [""]},
            {},
            "sample 'a': the term of 'Sex' needs value, ontology and accession",
        ),
        ({"Sample": ["a"], "Parameter Value[nope]": ["x"]}, {}, "no protocol of the chosen assays has this parameter"),
        ({"Sample": ["a"]}, {"template": "nope"}, "no template 'nope'; there are: cancer, generic, germline"),
        ({"Sample": ["a"]}, {"assays": ["nope"]}, "no assay 'nope'; it has: measurement"),
        ({"Sample": ["a"]}, {"investigation": {"Colour": "red"}}, "no 'Colour'; it has: Identifier, Title"),
    ],
)
def test_bad_input_is_one_clear_error(columns, options, words):
    """Before anything is made."""
    with pytest.raises(UsageError, match=words):
        bionb.new_isatab(pd.DataFrame(columns), **options)


def test_a_parameter_of_two_protocols_must_be_told_apart(tmp_path):
    """A guess would put a value into the wrong protocol."""
    own = tmp_path / "own.toml"
    own.write_text(
        'label = "own"\nabout = "own"\ncollection = "taking"\n[[assays]]\nname = "x"\nmeasurement = "m"\n'
        'technology = "t"\nsteps = ['
        '{ protocol = "a", parameters = ["Buffer"], makes = "Extract Name", named = "{sample}-E" },'
        ' { protocol = "b", parameters = ["Buffer"], makes = "Raw Data File", named = "{before}.dat" }]\n'
    )
    assert bionb.new_isatab(pd.DataFrame({"Sample": ["a"]}), template=own).accepted()
    assert ["own"] == bionb.isatab_templates(tmp_path)["template"].tolist()
    with pytest.raises(
        UsageError, match="'Buffer' could be Parameter Value.Buffer. of a or Parameter Value.Buffer. of b"
    ):
        bionb.new_isatab(pd.DataFrame({"Sample": ["a"], "Buffer": ["x"]}), template=own)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("label = ", "can't be read as TOML"),
        (
            'label = "x"\nabout = "x"\ncollection = "x"\nassays = []\ncolour = "red"',
            "unexpected keyword argument 'colour'",
        ),
        (
            'label = "x"\nabout = "x"\ncollection = "x"\n[[assays]]\nname = "x"\nmeasurement = "x"\ntechnology = "x"\n'
            'steps = [{ protocol = "p", makes = "Soup Name", named = "x" }]',
            "'Soup Name' is nothing that a step of x can make",
        ),
        (
            'label = "x"\nabout = "x"\ncollection = "x"\n[[assays]]\nname = "x"\nmeasurement = "x"\ntechnology = "x"\n'
            'steps = [{ protocol = "p", makes = "Extract Name", named = "{colour}" }]',
            "may hold {sample}, {source}, {before} and nothing else",
        ),
    ],
)
def test_a_wrong_template_says_where(tmp_path, toml, words):
    """People write their own, in an editor."""
    (tmp_path / "own.toml").write_text(toml)
    with pytest.raises(UsageError, match=words):
        bionb.new_isatab(pd.DataFrame({"Sample": ["a"]}), template=tmp_path / "own.toml")


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


@settings(max_examples=60)
@given(st.lists(CELL, min_size=1, max_size=4), st.sampled_from(TEMPLATES))
def test_any_text_of_a_table_is_in_the_set(cells, template):
    """Quotes, tabs, line ends, other scripts: a value is a value."""
    table = pd.DataFrame({"Sample Name": [f"N{n}" for n in range(len(cells))], "Tissue": cells, "Batch": cells})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnmatchedColumns)
        isa = bionb.new_isatab(table, template=template)
    texts = [cell.strip() for cell in cells]

    if any(texts):
        assert texts == [cell.strip() for cell in isa.samples()["Batch"]]
