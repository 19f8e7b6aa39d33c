"""Samples added to a set and taken out of it, people of a pedigree: rows as the set writes its own, nothing else."""

import warnings

import pandas as pd
import pytest

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.making.growing import GuessedNames
from bionb.isatab.making.set import UnmatchedColumns
from tests.platforms.sodar.sources import EXOME

STUDY, ASSAY = "s_exome_pilot.txt", "a_exome_pilot.txt"


@pytest.fixture(scope="module")
def isa():
    """Four trios."""
    return bionb.read_isatab(EXOME)


def levels(isa):
    """Count the findings that matter."""
    return isa.check()["level"].value_counts().reindex(["error", "critical", "moderate"], fill_value=0)


def test_new_samples_are_named_as_the_set_names_its_own(isa):
    """Extracts, libraries and files follow the pattern of the rows that are there; protocols and units too."""
    table = pd.DataFrame(
        {"Sample Name": ["FAM9-child-N1"], "Family": ["FAM9"], "Age [year]": [8], "Concentration": [33]}
    )
    grown = isa.add_samples(table)
    study, assay = (grown[name].frame.iloc[-1] for name in (STUDY, ASSAY))

    assert ("FAM9-child", "FAM9", "8", "year", "UO") == tuple(
        study[["Source Name", "Characteristics[Family]", "Characteristics[Age]", "Unit", "Term Source REF.1"]]
    )
    assert ("FAM9-child-N1-DNA1", "FAM9-child-N1-DNA1-WES1", "FAM9-child-N1-DNA1-WES1.bam") == tuple(
        assay[["Extract Name", "Library Name", "Raw Data File"]]
    )
    assert ("33", "ng/ul", "DNA extraction") == tuple(assay[["Parameter Value[Concentration]", "Unit", "Protocol REF"]])
    assert {"row added"} == set(isa.diff(grown)["change"])
    assert levels(isa).equals(levels(grown))
    assert grown.drop_samples("FAM9-child-N1") == isa


def test_a_second_sample_of_a_source_keeps_what_is_said_of_the_source(isa):
    """Another blood sample of the same child: its family and sex are known."""
    grown = isa.add_samples(pd.DataFrame({"Sample Name": ["FAM1-child-N2"]}))
    row = grown[STUDY].frame.iloc[-1]

    assert ("FAM1-child", "FAM1") == tuple(row[["Source Name", "Characteristics[Family]"]])
    assert isa.samples().query("`Source Name` == 'FAM1-child'")["Sex"].item() == row["Characteristics[Sex]"]
    with pytest.raises(UsageError, match="source 'FAM1-child' has Characteristics.Family. 'FAM1'.*and 'FAM2' here"):
        isa.add_samples(pd.DataFrame({"Sample Name": ["FAM1-child-N3"], "Family": ["FAM2"]}))


def test_a_column_that_the_set_lacks_becomes_a_characteristic(isa):
    """It is told, and never dropped."""
    with pytest.warns(UnmatchedColumns, match="'Tube'"):
        grown = isa.add_samples(pd.DataFrame({"Sample Name": ["FAM9-x-N1"], "Tube": ["T 7"]}))

    assert "T 7" == grown.samples()["Tube"].iloc[-1]
    assert {"row added", "column added"} == set(isa.diff(grown)["change"])
    assert grown.accepted()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"Sample Name": ["FAM1-child-N1"]},
            "1 samples are in s_exome_pilot.txt already, the first is 'FAM1-child-N1'",
        ),
        ({"Sample Name": ["a", "a"]}, "sample name 'a' is empty or comes twice"),
        ({"Family": ["a"]}, "no column with the samples' names"),
        ({"Sample Name": ["a"], "Age [month]": [3]}, "Characteristics.Age. of s_exome_pilot.txt is in year; convert"),
        ({"Sample Name": ["a"], "Family [cm]": [3]}, "has no unit; leave 'cm' out"),
    ],
)
def test_bad_input_is_one_clear_error(isa, columns, words):
    """Before anything is changed."""
    with pytest.raises(UsageError, match=words):
        isa.add_samples(pd.DataFrame(columns))


def test_samples_that_are_not_there_can_not_be_dropped(isa):
    """And a table without rows is refused by SODAR."""
    with pytest.raises(UsageError, match="s_exome_pilot.txt has no sample 'nobody'"):
        isa.drop_samples(["FAM1-child-N1", "nobody"])
    with pytest.raises(UsageError, match="would have no rows left"):
        isa.drop_samples(isa.samples()["Sample Name"])
    assert 11 == len(isa.drop_samples("FAM1-child-N1").samples())


def test_a_pedigree_updates_and_adds_people(isa, tmp_path):
    """The file of the geneticist and the sheet of the laboratory are one set."""
    ped = tmp_path / "family.ped"
    ped.write_text("FAM1 FAM1-child FAM1-father FAM1-mother 2 2\nFAM1 FAM1-father 0 0 1 1\nFAM7\tFAM7-x\t0\t0\t1\t2\n")
    merged = isa.merge_ped(ped)
    samples = merged.samples().set_index("Source Name")

    assert ["FAM1-father", "FAM1-mother", "female", "yes"] == samples.loc[
        "FAM1-child", ["Father", "Mother", "Sex", "Affected"]
    ].tolist()
    assert ["FAM7-x-N1", "FAM7", "", "male", "yes"] == samples.loc[
        "FAM7-x", ["Sample Name", "Family", "Father", "Sex", "Affected"]
    ].tolist()
    assert "FAM7-x-N1-DNA1" == merged[ASSAY].frame["Extract Name"].iloc[-1]
    assert levels(isa).equals(levels(merged))
    assert merged == merged.merge_ped(ped)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("F a b 0 1 1\n", UsageError, "'b', a parent of 'a', is in neither"),
        ("F a 0 0 1\n", InvalidSheet, "line 1: 5 columns instead of 6"),
        ("# comment\nF a 0 0 3 1\n", InvalidSheet, "line 2: sex is 1 .male."),
        ("F a 0 0 1 1\nF a 0 0 1 1\n", InvalidSheet, "line 2: 'a' comes twice"),
        ("\n", InvalidSheet, "names nobody"),
    ],
)
def test_a_broken_pedigree_is_told_by_line(isa, tmp_path, text, error, words):
    """Pedigrees are typed by hand."""
    (tmp_path / "x.ped").write_text(text)
    with pytest.raises(error, match=words):
        isa.merge_ped(tmp_path / "x.ped")


def test_real_sets_grow_and_shrink_without_harm(reference_data):
    """A sample in, a sample out: the same bytes; and in between no finding that was not there."""
    grown_sets = 0
    for path in sorted((reference_data / "isatab").glob("*.zip")):
        isa = bionb.read_isatab(path)
        for study in isa.studies:
            if study not in isa or not len(isa[study]) or "empty" in path.name:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", GuessedNames)
                grown = isa.add_samples(pd.DataFrame({"Sample Name": ["new 1", "new 2"]}), study=study)
            assert {"row added"} == set(isa.diff(grown)["change"])
            assert (levels(grown) <= levels(isa)).all(), path.name
            assert isa == grown.drop_samples(["new 1", "new 2"], study=study)
            grown_sets += 1
    assert grown_sets >= 35
