"""An assay added to a set: one file more, named in the investigation with its protocols, and nothing else."""

import pandas as pd
import pytest

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.isatab import ISATab
from tests.isatab.sets import BOTH_PATHS, small

NEW = "a_transcriptome.txt"


def levels(isa):
    """Count the findings that matter."""
    return isa.check()["level"].value_counts().reindex(["error", "critical", "moderate"], fill_value=0)


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_an_assay_of_all_samples_is_named_by_the_template(columnar_from):
    """Blood was taken for exomes; now its RNA is measured too."""
    isa = ISATab(small(), columnar_from=columnar_from)
    more = isa.add_assay("transcriptome", template="rnaseq")
    changes = isa.diff(more)

    assert ["a_small.txt", NEW] == more.assays
    assert ["liver 1-RNA1", "liver 2-RNA1"] == more[NEW].frame["Extract Name"].tolist()
    assert {"i_small.txt", NEW} == set(changes["file"])
    assert ["file added"] == changes.query("file == @NEW")["change"].tolist()
    assert not changes["change"].str.contains("removed").any()
    assert "transcription profiling" == more.investigation["assays"]["Study Assay Measurement Type"].iloc[-1]
    assert {"collection", "measurement", "library construction"} < set(
        more.investigation["protocols"]["Study Protocol Name"]
    )
    assert levels(isa).equals(levels(more))
    assert more.accepted()


def test_parameters_and_names_come_from_the_table():
    """A protocol that was declared before learns the parameters that it lacks."""
    isa = bionb.new_isatab(pd.DataFrame({"Sample Name": ["N1", "N2"], "Patient": ["P1", "P2"]}), template="germline")
    table = pd.DataFrame(
        {
            "Sample": ["N2"],
            "RIN": [8.5],
            "Concentration [ng/ul]": [33],
            "Library Name": ["my library"],
            "Platform": ["Sequencer A"],
        }
    )
    more = isa.add_assay("transcriptome", table, template="rnaseq")
    row = more[NEW].frame.iloc[0]
    parameters = more.investigation["parameters"]
    extraction = parameters[parameters["Study Protocol Name"] == "nucleic acid extraction"]

    assert ("N2", "8.5", "33", "ng/ul", "my library", "my library.fastq.gz") == tuple(
        row[["Sample Name", "Parameter Value[RIN]", "Parameter Value[Concentration]"]]
    ) + tuple(row[["Unit", "Library Name", "Raw Data File"]])
    assert "RIN" in set(extraction["Study Protocol Parameters Name"])
    assert "Sequencer A" == more.investigation["assays"]["Study Assay Technology Platform"].iloc[-1]
    assert more.check().empty


def test_a_second_assay_of_a_kind_has_a_file_of_its_own():
    """Two rounds of sequencing are two assays."""
    isa = bionb.new_isatab(pd.DataFrame({"Sample Name": ["N1"]}), template="germline")
    more = isa.add_assay("exome", template="germline").add_assay("exome", template="germline")

    assert ["a_exome.txt", "a_exome_2.txt", "a_exome_3.txt"] == more.assays
    assert more.check().empty
    assert len(isa.investigation["protocols"]) == len(more.investigation["protocols"])


@pytest.mark.parametrize(
    ("name", "table", "options", "words"),
    [
        ("exome", None, {"template": "rnaseq"}, "template 'rnaseq' has no assay 'exome'; it has: transcriptome"),
        ("exome", None, {"template": "rna"}, "there is no template 'rna'; there are: cancer, generic"),
        ("exome", {"Sample": ["x"]}, {"template": "germline"}, "s_small.txt has no sample 'x' .1 in all.; add them"),
        ("exome", {"Sample": ["liver 1"] * 2}, {"template": "germline"}, "come twice, the first is 'liver 1'"),
        ("exome", {"Sample": ["liver 1"], "Age": [1]}, {"template": "germline"}, "'Age' is nothing of assay 'exome'"),
        ("exome", {"Sample": ["liver 1"], "x": [1]}, {"template": "germline"}, "'x' is nothing of assay 'exome'"),
        ("exome", None, {"template": "germline", "study": "a_small.txt"}, "is no study file"),
    ],
)
def test_bad_input_is_one_clear_error(name, table, options, words):
    """Before anything is changed; no column is dropped in silence."""
    with pytest.raises(UsageError, match=words):
        ISATab(small()).add_assay(name, None if table is None else pd.DataFrame(table), **options)


def test_a_study_that_no_investigation_names_gets_no_assay():
    """Nothing would say that the new file belongs to it."""
    lone = ISATab({"s_small.txt": small()["s_small.txt"]})
    with pytest.raises(UsageError, match="no investigation names s_small.txt"):
        lone.add_assay("exome", template="germline")


def test_real_sets_take_an_assay_without_harm(reference_data):
    """In every study of every set that has one: nothing of what was there is changed or found worse."""
    grown_sets = 0
    for path in sorted((reference_data / "isatab").glob("*.zip")):
        isa = bionb.read_isatab(path)
        for study in isa.studies:
            if study not in isa or not len(isa[study]) or not isa[study].find("Source Name"):
                continue
            try:
                more = isa.add_assay("exome", template="germline", study=study)
            except (InvalidSheet, UsageError) as error:
                print(path.stem, study, error)
                continue
            changes = isa.diff(more)
            assert 1 == (changes["change"] == "file added").sum()
            assert {*changes["file"]} - {*isa.investigations} == {*more.assays} - {*isa.assays}, path.name
            assert not changes["change"].str.contains("removed").any(), path.name
            # An investigation that could not be read now can be, and is judged further: worst levels count first.
            assert tuple(levels(more)) <= tuple(levels(isa)), path.name
            grown_sets += 1
    assert grown_sets >= 35
