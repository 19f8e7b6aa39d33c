"""Sets as ISA-JSON: nodes and processes instead of rows; what that can't hold is told before."""

import json
import posixpath
import subprocess
import warnings
from pathlib import Path

import pandas as pd
import pytest

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.isatab import ISATab
from bionb.isatab.exchange.isajson.reading import GuessedColumns
from tests.environments import EnvironmentUnavailable, environment
from tests.isatab.sets import BOTH_PATHS, small, tsv
from tests.missing import missing

NOTE = "isa.to_json"
REFUSED = {
    "mtblsutils-investigation-files": "one investigation",
    "refinery-multiple-investigation": "one investigation",
    "mtblsutils-MTBLS1": "more than 1048576 rows",
}


def content(table):
    """Headers and cells, as a person reads them: without outer blanks, headers in ISA-Tab's spelling."""
    headers = [column.title if column.kind else column.header for column in table.model]
    return headers, [tuple(cell.strip() for cell in row) for row in table.cells.rows()]


def sections(isa):
    """What the investigation says; an entry's number is where it stands, a list of nothing is nothing."""
    frames = {name: frame.drop(columns=["file", "entry"], errors="ignore") for name, frame in isa.investigation.items()}
    fields = ("components", "parameters")
    return {
        name: [{key: value for key, value in row.items() if value.strip(";")} for row in frame.to_dict("records")]
        for name, frame in frames.items()
        if name not in fields
    }


def noted(isa):
    """The files of which a check says that ISA-JSON can't hold all."""
    found = isa.check()
    return set(found[found["message"].str.startswith(NOTE)]["file"])


def test_real_sets_come_back_or_are_noted(reference_data):
    """Every table is the same after the way through JSON, or a check said before why not."""
    same = 0
    for path in sorted((reference_data / "isatab").glob("*.zip")):
        isa = bionb.read_isatab(path)
        known = noted(isa)
        if path.stem in REFUSED:
            with pytest.raises((UsageError, InvalidSheet), match=REFUSED[path.stem]):
                bionb.read_isatab(isa.to_json())
            continue
        back = bionb.read_isatab(isa.to_json())
        names = {posixpath.basename(name): name for name in back.files}
        for name in dict.fromkeys([*isa.studies, *isa.assays]):
            if name not in known:
                assert content(isa[name]) == content(back[names[posixpath.basename(name)]]), name
                same += 1
        if not known & {*isa.investigations}:
            assert sections(isa) == sections(back), path.stem
    assert same >= 75


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
@pytest.mark.parametrize("template", bionb.isatab_templates()["template"])
def test_sets_made_here_come_back_whole(template, columnar_from, tmp_path):
    """No note, the same cells in the same rows, units and terms too, from the text and from a file."""
    table = pd.DataFrame({"Sample Name": ["N1", "N2"], "Age [year]": [4, 30], "Organism": ["Homo sapiens", ""]})
    isa = bionb.new_isatab(table, template=template, investigation="A set")
    isa = ISATab(isa.files, columnar_from=columnar_from)
    (tmp_path / "set.json").write_text(isa.to_json(), "utf-8")
    back = bionb.read_isatab(tmp_path / "set.json")

    assert set() == noted(isa)
    assert isa.files == back.files == bionb.read_isatab(isa.to_json()).files
    assert back.accepted()


def changed(change, **files):
    """The JSON of a small set, changed."""
    found = json.loads(ISATab(small(**files)).to_json())
    change(found)
    return json.dumps(found)


def only_numbers(found):
    found["studies"][0]["materials"]["sources"][0]["characteristics"][0]["value"] = [1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda found: found.update(version="2.0"), "ISA-JSON of version 2.0; only 1.0 is read"),
        (lambda found: found.update({"@graph": []}), "is an RO-Crate or JSON-LD, not ISA-JSON 1.0"),
        (lambda found: found["studies"][0].update(filename="../s_x.txt"), "outside its folder"),
        (lambda found: found["studies"][0].update(people={}), "dict where the list 'people' stands"),
        (lambda found: found["studies"][0]["materials"].update(sources=[]), "which is nowhere among its materials"),
        (only_numbers, "has list where a text or number stands"),
        (lambda found: found["studies"][0]["processSequence"][0].pop("@id"), "without '@id'"),
    ],
)
def test_broken_json_is_one_clear_error(change, words):
    """Where, and what to do; never a KeyError."""
    with pytest.raises(InvalidSheet, match=words):
        bionb.read_isatab(changed(change))


def test_a_column_that_is_declared_nowhere_is_called_by_its_id():
    """Other tools leave out some declarations; the values are no less true."""

    def change(found):
        for each in (found["studies"][0], *found["studies"][0]["assays"]):
            each["characteristicCategories"] = []

    with pytest.warns(GuessedColumns, match="1 columns are declared nowhere in this ISA-JSON.*: age"):
        back = bionb.read_isatab(changed(change))
    assert ISATab(small())["s_small.txt"].header == back["s_small.txt"].header


def test_a_way_that_never_ends_is_refused():
    """Of processes that feed themselves no table can be made."""

    def change(found):
        process = found["studies"][0]["assays"][0]["processSequence"][0]
        process["inputs"].append(process["outputs"][0])

    with pytest.raises(InvalidSheet, match="back to itself"):
        bionb.read_isatab(changed(change))


def test_pools_are_noted_with_what_becomes_of_them():
    """Two extracts in one run with two files are four ways."""
    rows = [["liver 1", "measurement", "run", "a.raw"], ["liver 2", "measurement", "run", "b.raw"]]
    isa = ISATab(small(a_small__txt=tsv(["Sample Name", "Protocol REF", "MS Assay Name", "Raw Data File"], *rows)))
    found = isa.check().query("message.str.startswith(@NOTE)")

    assert ["a_small.txt"] == found["file"].tolist()
    assert "2 rows come back as the 4 ways through their nodes" in found["message"].item()
    assert 4 == len(bionb.read_isatab(isa.to_json())["a_small.txt"])


def test_numbers_with_units_are_numbers_and_names_are_text():
    """Others calculate with them; 0.50 stays as it was measured."""
    rows = ["mouse 1", "8", "week", "UO", "UO:34", "collection", "liver 1", "0.50", "mg"]
    study = small()["s_small.txt"].split(b"\n")[0] + b"\n" + tsv(rows)
    found = json.loads(ISATab(small(s_small__txt=study)).to_json())["studies"][0]
    source, sample = found["materials"]["sources"][0], found["materials"]["samples"][0]

    assert 8 == source["characteristics"][0]["value"]
    assert "0.50" == sample["factorValues"][0]["value"]
    assert {"week", "mg"} == {each["annotationValue"] for each in found["unitCategories"]}


@pytest.mark.outside
def test_isatools_reads_what_we_write_and_we_read_what_it_writes(reference_data, tmp_path):
    """ISA's own tools, and the published schema they bring, are the judges of the format."""
    try:
        python = environment("isatools")
    except EnvironmentUnavailable as error:
        missing(str(error))
    names = ("sodar-bih_cancer", "altamisa-BII-I-1", "sodar-bih_germline", "refinery-multiple-study")
    sets = {name: bionb.read_isatab(reference_data / "isatab" / f"{name}.zip") for name in names}
    samples = pd.DataFrame({"Sample Name": ["N1", "N2"], "Age [year]": [3, 4], "Organism": ["Mus musculus"] * 2})
    for template in bionb.isatab_templates()["template"]:
        sets[f"template-{template}"] = bionb.new_isatab(samples, template=template)
    for name, isa in sets.items():
        (tmp_path / f"{name}.json").write_text(isa.to_json(), "utf-8")
    script = Path(__file__).with_name("isatools_json.py")
    done = subprocess.run(
        [str(python), "-W", "ignore", str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-2000:]

    loaded = {found["file"]: found for found in map(json.loads, done.stdout.splitlines())}
    assert set(sets) == set(loaded)
    for name, isa in sets.items():
        found = loaded[name]
        assert [] == found["errors"], name
        assert [len(isa.samples(study)) for study in isa.studies] == found["samples"], name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GuessedColumns)
            back = bionb.read_isatab(tmp_path / "again" / f"{name}.json")
        for study, again in zip(isa.studies, back.studies, strict=True):
            mine, theirs = isa[study].frame, back[again].frame
            pairs = ["Source Name", "Sample Name"]
            assert sorted(map(tuple, mine[pairs].values)) == sorted(map(tuple, theirs[pairs].values)), name
        assert isa.samples()["Sample Name"].tolist() == back.samples()["Sample Name"].tolist()
        if name.startswith("template"):
            assert isa.samples()["Age [year]"].tolist() == back.samples()["Age [year]"].tolist()
            for mine, theirs in zip(isa.assays, back.assays, strict=True):
                assert content(isa[mine])[0] == [h for h in content(back[theirs])[0] if not h.startswith("Comment[")]
