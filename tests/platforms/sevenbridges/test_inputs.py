"""The input builder: everything that is wrong is said before anything is sent."""

import pytest

from bionb.errors import InvalidInput
from bionb.platforms.sevenbridges.rules.cwl import parse
from bionb.platforms.sevenbridges.rules.inputs import Inputs

from .conftest import PROJECT

EXOME = f"{PROJECT}/exome-alignment"
READS = ["5602a18fe4b03d3ad9f1547b", "5602a18fe4b03d3ad9f15481"]


@pytest.fixture
def inputs(bridges):
    return bridges.app_inputs(EXOME)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("File[]?", "File[]?"),
        (["null", "File"], "File?"),
        ([{"type": "array", "items": "File"}], "File[]"),
        ({"type": "enum", "symbols": ["x/fast", "careful"]}, "enum(fast, careful)"),
        (["int", "string"], "int or string"),
        ({"type": "record", "fields": {"a": "int", "b": {"type": "string?"}}}, "record(a: int, b: string?)"),
    ],
)
def test_types_in_all_their_forms(written, expected):
    """Draft-2 and 1.x, short and long."""
    assert expected == str(parse(written))


def test_the_inputs_of_the_overview(inputs, bridges):
    """A number, a file, and two files as a list, keyed by input ids and not by app ids."""
    files = {file["id"]: file for file in bridges.files_by_id(["562785e6e4b00a1d67a8b1aa", *READS])}
    built = inputs.build({"Offset": 2, "cuffdiff_zip": files["562785e6e4b00a1d67a8b1aa"], "Reads_FASTQ": READS})

    assert 2 == built["Offset"]
    expected = {"class": "File", "path": "562785e6e4b00a1d67a8b1aa", "name": "example_human_known_indels.vcf"}
    assert expected == built["cuffdiff_zip"]
    assert [{"class": "File", "path": each} for each in READS] == built["Reads_FASTQ"]


def test_records_in_lists_and_folders(inputs):
    """Nested inputs are checked down to their fields."""
    lanes = [{"number": 1, "reads": READS[:1]}, {"number": 2, "reads": [{"class": "File", "path": READS[1]}]}]
    folder = {"id": "a" * 24, "type": "folder", "name": "work"}
    built = inputs.build({"Reads_FASTQ": READS, "lanes": lanes, "workspace": folder, "mode": "fast", "thresholds": [1]})

    assert READS[1] == built["lanes"][1]["reads"][0]["path"]
    assert {"class": "Directory", "path": "a" * 24, "name": "work"} == built["workspace"]


@pytest.mark.parametrize(
    ("values", "name", "words"),
    [
        ({}, "Reads_FASTQ", "required"),
        ({"Reads_FASTQ": READS[0]}, "Reads_FASTQ", "wants a list"),
        ({"Reads_FASTQ": READS, "Offset": "2"}, "Offset", r"a text \('2'\)"),
        ({"Reads_FASTQ": READS, "Offset": True}, "Offset", "true or false"),
        ({"Reads_FASTQ": READS, "Offset": 2.5}, "Offset", "a number"),
        ({"Reads_FASTQ": READS, "cuffdiff_zip": READS}, "cuffdiff_zip", "wants one File"),
        ({"Reads_FASTQ": READS, "cuffdiff_zip": 7}, "cuffdiff_zip", "wants a File"),
        ({"Reads_FASTQ": READS, "mode": "slow"}, "mode", "fast, careful"),
        ({"Reads_FASTQ": READS, "sample": {"library": "L"}}, "sample.sample_id", "required"),
        ({"Reads_FASTQ": READS, "sample": {"sample_id": "S", "lib": "L"}}, "sample.lib", "no field"),
        ({"Reads_FASTQ": READS, "lanes": [{"number": "1", "reads": READS}]}, "lanes[0].number", "a text"),
        ({"Reads_FASTQ": [{"id": "a" * 24, "type": "folder"}]}, "Reads_FASTQ[0]", "is a Directory"),
        ({"reads_fastq": READS}, "reads_fastq", "did you mean Reads_FASTQ"),
    ],
)
def test_what_does_not_fit_is_refused(inputs, values, name, words):
    """A wrong input would cost a failed task, and money, later."""
    with pytest.raises(InvalidInput, match=words) as caught:
        inputs.build(values)
    assert name in [finding["input"] for finding in caught.value.findings]


def test_a_file_record_of_another_project_is_refused(inputs, bridges):
    """Ids depend on the project: the file has to be copied first."""
    foreign = bridges.files("john_doe/project1")[0]
    with pytest.raises(InvalidInput, match="copy it to RFranklin/my-project"):
        inputs.build({"Reads_FASTQ": [foreign]}, PROJECT)


def test_a_foreign_file_by_its_bare_id_is_refused_too(bridges, sent):
    """One bulk request tells where the files are; nothing is created."""
    foreign = bridges.files("john_doe/project1")[0]["id"]
    with pytest.raises(InvalidInput, match="john_doe/project1"):
        bridges.create_task(PROJECT, EXOME, {"Reads_FASTQ": [foreign]})
    assert 0 == sent().count("POST /v2/tasks")


def test_a_default_makes_an_input_optional():
    """The app brings the value itself."""
    assert {} == Inputs({"inputs": [{"id": "#n", "type": "int", "default": 3}]}).build({})


def test_the_inputs_as_a_table(inputs):
    """What an app takes, at a glance."""
    frame = inputs.frame().set_index("id")

    assert ["Reads_FASTQ"] == frame[frame["required"]].index.tolist()
    assert "File?" == frame.loc["cuffdiff_zip", "type"]
