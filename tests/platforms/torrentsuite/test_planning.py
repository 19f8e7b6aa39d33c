"""Planning runs: the documented examples, all rules before anything is sent, and what a server answers."""

import json
import threading
import warnings

import numpy as np
import pandas as pd
import pytest

import bionb
from bionb.errors import ConnectionFailed, InvalidInput
from bionb.platforms.torrentsuite.rules.plans import Known, findings
from bionb.platforms.torrentsuite.tables.samples import barcoded_samples
from bionb.platforms.torrentsuite.wire.refusals import PlanRefused, PlanWarning

PLAN = {
    "library": "hg19",
    "planName": "DOCS_my_plan",
    "chipType": "520",
    "sequencekitname": "Ion S5 Sequencing Kit",
    "librarykitname": "Ion Xpress Plus Fragment Library Kit",
    "templatingKitName": "Ion 520/530 Kit-OT2",
}
ONE = {**PLAN, "sample": "my_sample"}
MANY = {**PLAN, "barcodeId": "IonXpress", "applicationGroupDisplayedName": "DNA"}
BED = "/hg19/unmerged/detail/panel_demo.bed"
SAMPLES = pd.DataFrame(
    {"sample": ["demo sample 1", "demo sample 2"], "barcode": ["IonXpress_003", "IonXpress_004"]}
).assign(description="description here")


@pytest.fixture
def posts(sandbox):
    """Requests that changed something."""
    return lambda: [each.method for each in sandbox.received("torrentsuite") if each.method != "GET"]


def faults(findings):
    return list(findings[findings["level"] == "error"]["field"])


# -- the documented examples ----------------------------------------------------------------------------------------


def test_the_documented_plan_is_made(suite, posts):
    """The non-barcoded example, and its request as a plain call."""
    plan = suite.create_plan(ONE)

    assert ("DOCS_my_plan", "planned", 0) == (plan["planName"], plan["planStatus"], plan["flows"])
    assert ["POST"] == posts()
    assert suite.last_request.python.startswith("requests.post(")
    assert plan["id"] == suite.plans(planName="DOCS_my_plan")[0]["id"]
    assert "my_sample" == suite.plan(plan)["sample"]


def test_the_documented_barcoded_plan_is_made_from_a_table(suite):
    """What the document writes as 25 lines of nested JSON is a table of two rows."""
    plan = suite.create_barcoded_plan(SAMPLES, MANY)

    info = {
        "description": "description here",
        "hotSpotRegionBedFile": "",
        "nucleotideType": "DNA",
        "reference": "hg19",
        "targetRegionBedFile": "",
    }
    assert {
        "demo sample 1": {"barcodes": ["IonXpress_003"], "barcodeSampleInfo": {"IonXpress_003": info}},
        "demo sample 2": {"barcodes": ["IonXpress_004"], "barcodeSampleInfo": {"IonXpress_004": info}},
    } == plan["barcodedSamples"]


def test_the_document_s_own_barcoded_example_is_refused_today(suite, posts):
    """It holds a sample beside the barcoded samples, which the current server refuses."""
    findings = suite.check_plan({**MANY, "sample": "my_sample"}, samples=SAMPLES)

    assert ["sample", "barcodedSamples"] == faults(findings)
    with pytest.raises(InvalidInput, match="there are barcodedSamples too"):
        suite.create_barcoded_plan(SAMPLES, {**MANY, "sample": "my_sample"})
    assert [] == posts()
    with pytest.raises(PlanRefused):
        suite.create_barcoded_plan(SAMPLES, {**MANY, "sample": "my_sample"}, check=False)


def test_the_server_s_warnings_are_shown(suite):
    """Without a research application the plan is made, with a warning for every barcode."""
    plain = {name: value for name, value in MANY.items() if name != "applicationGroupDisplayedName"}
    with pytest.warns(PlanWarning, match="demo sample 1 > IonXpress_003: .*; .*demo sample 2 > IonXpress_004: "):
        suite.create_barcoded_plan(SAMPLES, plain)
    assert ["warning"] * 2 == suite.check_plan(plain, samples=SAMPLES)["level"].tolist()


# -- checks before anything is sent ---------------------------------------------------------------------------------


def test_a_sound_plan_has_no_findings(suite, posts):
    """Chips, kits, barcodes and references are asked of the server, and nothing is sent."""
    assert 0 == len(suite.check_plan(ONE))
    assert 0 == len(suite.check_plan(MANY, samples=SAMPLES))
    assert [] == posts()


@pytest.fixture(scope="module")
def recorded(reference_data):
    return json.loads((reference_data / "data/torrent-suite/recorded_responses_5.18.1.json").read_text())["recorded"]


def test_every_recorded_refusal_is_foreseen(suite, posts, recorded):
    """What the real server refused is found before sending, in the same field; what it took is found sound."""
    cases = [each for each in recorded if each["request"]["method"] == "POST" and each["name"] != "malformed JSON"]
    assert 34 == len(cases)
    for case in cases:
        found = suite.check_plan(case["request"]["body"])
        errors = found[found["level"] == "error"]
        if case["status"] == 400:
            told = {field.replace("Error", "chipType") for field in case["body"]["error"]}
            assert told == set(errors["field"]), case["name"]
        elif case["name"] != "plan: same barcode twice":
            assert 0 == len(errors), (case["name"], errors["message"].tolist())
    assert [] == posts()


def test_the_rules_hold_with_the_real_chips_kits_and_barcodes(recorded, reference_data):
    """The sandbox has a few kits; a server has 113, some of them with the same description."""

    def load(name):
        return json.loads((reference_data / f"data/torrent-suite/{name}.json").read_text())

    barcodes = {kit: {each["id_str"] for each in rows} for kit, rows in load("dnabarcodes").items()}
    references = [{"short_name": "hg19", "enabled": True}]
    known = Known(load("chips"), load("kitinfo"), references, barcodes, set(), {"TCAG"})
    for case in recorded:
        if case["request"]["method"] != "POST" or case["name"] == "malformed JSON":
            continue
        errors = [each for each in findings(case["request"]["body"], known) if each.level == "error"]
        told = case["body"]["error"] if case["status"] == 400 else {}
        assert {field.replace("Error", "chipType") for field in told} == {each.path[0] for each in errors}, case["name"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"planName": ""}, "planName"),
        ({"planName": "x" * 61}, "planName"),
        ({"planName": "größe"}, "planName"),
        ({"sample": "-a"}, "sample"),
        ({"sample": "s" * 128}, "sample"),
        ({"sample": ""}, "sample"),
        ({"barcodeId": "IonXpress"}, "sample"),
        ({"chipType": "none"}, "chipType"),
        ({"chipType": 520}, "chipType"),
        ({"sample": 12}, "sample"),
        ({"flows": None}, "flows"),
        ({"projects": None}, "projects"),
        ({"projects": [1]}, "projects"),
        ({"libraryReadLength": 1001}, "libraryReadLength"),
        ({"Bead Loading (%)": "half"}, "Bead Loading (%)"),
        ({"qcValues": [{"threshold": 50}]}, "qcValues"),
        ({"planStatus": "run"}, "planStatus"),
        ({"runMode": "pe"}, "runMode"),
        ({"isReverseRun": "true"}, "isReverseRun"),
        ({"metaData": "not an object"}, "metaData"),
        ({"librarykitname": "Ion AmpliSeq RNA Library Kit", "runType": "GENS"}, "librarykitname"),
        ({"selectedPlugins": {"x": {"name": "noSuchPlugin"}}}, "selectedPlugins"),
        ({"samplePrepProtocol": "pcr900bp"}, "samplePrepProtocol"),
        ({"applicationGroupDisplayedName": "RNA"}, "applicationGroupDisplayedName"),
        ({"chipType": "599"}, "chipType"),
        ({"chipType": "318"}, "chipType"),
        ({"chipType": "540"}, "chipType"),
        ({"templatingKitName": "Ion Chef S540 V1"}, "chipType"),
        ({"templatingKitName": "Ion S5 Sequencing Kit"}, "templatingKitName"),
        ({"sequencekitname": "Nope"}, "sequencekitname"),
        ({"librarykitname": "Nope"}, "librarykitname"),
        ({"library": "hg99"}, "library"),
        ({"library": "mm10"}, "library"),
        ({"libraryKey": "zzz"}, "libraryKey"),
        ({"flows": 0}, "flows"),
        ({"flows": 2001}, "flows"),
        ({"flows": 500.0}, "flows"),
        ({"flows": "many"}, "flows"),
        ({"runType": "ZZZ"}, "runType"),
        ({"planStatus": "lost"}, "planStatus"),
        ({"notes": "a<b"}, "notes"),
        ({"notes": "n" * 1025}, "notes"),
        ({"projects": ["fine", "a/b"]}, "projects"),
        ({"project": "p" * 65}, "project"),
        ({"sampleTubeLabel": "t" * 513}, "sampleTubeLabel"),
    ],
)
def test_one_fault_is_one_finding(suite, change, field):
    """Every rule finds its field, and only it."""
    assert [field] == faults(suite.check_plan({**ONE, **change}))


@pytest.mark.parametrize(
    "change",
    [
        {"flows": "500"},
        {"flows": "0"},
        {"flows": 2000},
        {"planStatus": "Pending"},
        {"chipType": "530", "templatingKitName": "Ion 510 & Ion 520 & Ion 530 Kit-Chef"},
        {"notes": None, "library": "none"},
        {"planName": "none", "sample": "none"},
        {"Bead Loading (%)": 55},
        {"chipType": "530", "templatingKitName": "ion chef s530 v2", "samplePrepProtocol": "pcr200bp"},
        {"libraryKey": "ion tcag", "runType": "gens"},
        {"libraryKey": "TCAG"},
        {"isReusable": True, "sample": "", "chipType": "", "templatingKitName": ""},
    ],
)
def test_what_the_server_takes_is_no_finding(suite, change):
    """A check that is too strict would be switched off."""
    assert [] == faults(suite.check_plan({**ONE, **change}))


def info(**change):
    full = {"reference": "hg19", "targetRegionBedFile": "", "hotSpotRegionBedFile": "", "nucleotideType": "DNA"}
    return {**full, **change}


def barcoded(samples, **change):
    return {**MANY, "barcodedSamples": samples, **change}


@pytest.mark.parametrize(
    ("samples", "change", "words"),
    [
        ({"s": {"barcodes": ["IonXpress_003"]}}, {}, "barcodeSampleInfo missing"),
        ({"s": {"barcodeSampleInfo": {}}}, {}, "barcodes missing"),
        ({"s": "IonXpress_003"}, {}, "missing"),
        (
            {"s": {"barcodes": ["IonXpress_003"], "barcodeSampleInfo": {"IonXpress_004": info()}}},
            {},
            "no entry for this",
        ),
        ({"s/1": {"barcodes": ["IonXpress_003"], "barcodeSampleInfo": {"IonXpress_003": info()}}}, {}, "only letters"),
        (
            {"s" * 128: {"barcodes": ["IonXpress_003"], "barcodeSampleInfo": {"IonXpress_003": info()}}},
            {},
            "at most 127",
        ),
        ({"s": {"barcodes": [3], "barcodeSampleInfo": {"3": info()}}}, {}, "is no text"),
        ({"s": {"barcodes": ["X"], "barcodeSampleInfo": {"X": info()}}}, {}, "X is no barcode of IonXpress"),
        ({"s": {"barcodes": ["X"], "barcodeSampleInfo": {"X": info()}}}, {"barcodeId": ""}, "no barcode kit"),
        ("IonXpress_003", {}, "one entry per sample"),
    ],
)
def test_faults_of_barcoded_samples_are_found(suite, samples, change, words):
    """The nested form is easy to get wrong."""
    findings = suite.check_plan(barcoded(samples, **change))

    assert ["barcodedSamples"] == faults(findings)
    assert words in findings["message"][0]


@pytest.mark.parametrize(
    ("change", "plan", "words"),
    [
        ({"nucleotideType": ""}, {}, "DNA or RNA"),
        ({"nucleotideType": "RNA"}, {}, "does not go with run type GENS"),
        ({"reference": "hg99"}, {}, "unknown or not enabled"),
        ({"targetRegionBedFile": "/x.bed"}, {}, "not uploaded"),
        ({"hotSpotRegionBedFile": "/x.bed"}, {}, "needs a targetRegionBedFile"),
        ({"targetRegionBedFile": BED, "hotSpotRegionBedFile": "/x.bed"}, {}, "not uploaded"),
        ({"targetRegionBedFile": BED, "hotSpotRegionBedFile": BED}, {}, "no file of hotspots"),
        ({"controlType": "Nothing"}, {}, "none of"),
        ({"reference": 19}, {}, "is no text"),
        (
            {"nucleotideType": "RNA"},
            {"runType": "RNA", "library": "", "applicationGroupDisplayedName": "RNA"},
            "takes no reference",
        ),
        ({}, {"runType": "AMPS"}, "needs a targetRegionBedFile"),
    ],
)
def test_faults_of_one_barcode_are_found(suite, change, plan, words):
    """Each names the sample and the barcode, for a table of many."""
    samples = {"s 1": {"barcodes": ["IonXpress_003"], "barcodeSampleInfo": {"IonXpress_003": info(**change)}}}
    findings = suite.check_plan(barcoded(samples, **plan))

    assert [("s 1", "IonXpress_003")] == list(findings[["sample", "barcode"]].itertuples(index=False, name=None))
    assert words in findings["message"][0]


def test_a_missing_key_of_a_barcode_is_found(suite):
    """All four keys must be there, though three may be empty."""
    short = {"nucleotideType": "DNA", "reference": "hg19"}
    findings = suite.check_plan(
        barcoded({"s": {"barcodes": ["IonXpress_003"], "barcodeSampleInfo": {"IonXpress_003": short}}})
    )

    assert ["targetRegionBedFile", "hotSpotRegionBedFile"] == [each.split()[0] for each in findings["message"]]


@pytest.mark.parametrize(
    "sample",
    [
        {"barcodes": "IonXpress_003", "barcodeSampleInfo": {}},
        {"barcodes": None, "barcodeSampleInfo": {}},
        {"barcodes": ["IonXpress_003"], "barcodeSampleInfo": []},
    ],
)
def test_barcodes_of_another_form_are_one_finding(suite, sample):
    """A lone text is not read letter by letter, and nothing ends in a traceback."""
    findings = suite.check_plan(barcoded({"s": sample}))

    assert ["s"] == list(findings["sample"])
    assert "barcodes must be a list" in findings["message"].iloc[0]


@pytest.mark.parametrize("field", ["libraryKey", "runType"])
def test_a_list_in_place_of_a_name_is_a_fault(suite, field):
    """A slip of two brackets is told as one, and does not end in a traceback."""
    assert [field] == faults(suite.check_plan({**ONE, field: ["GENS"]}))


def test_an_uploaded_bed_file_is_known(suite):
    """By one of its paths on the server, or by its name alone."""
    for bed in (BED, "/results/uploads/BED/2/hg19/unmerged/detail/panel_demo.bed", "panel_demo.bed"):
        samples = SAMPLES.assign(targetRegionBedFile=bed, hotSpotRegionBedFile="hotspots_demo.bed")
        assert 0 == len(suite.check_plan({**MANY, "runType": "AMPS"}, samples=samples))


def test_samples_without_reference_are_warned_of(suite):
    """They are analysed de novo, which is rarely meant."""
    findings = suite.check_plan({**MANY, "library": ""}, samples=SAMPLES)

    assert [] == faults(findings)
    assert findings["message"].str.contains("de novo").all()


def test_a_misspelt_field_is_warned_of(suite):
    """The server takes unknown fields and ignores them."""
    findings = suite.check_plan({**ONE, "libary": "hg19"})

    assert ["warning"] == findings["level"].tolist()
    assert "did you mean library" in findings["message"][0]


# -- DNA and RNA in one plan ----------------------------------------------------------------------------------------

BOTH = {**MANY, "runType": "AMPS_DNA_RNA", "applicationGroupDisplayedName": "DNA + RNA"}


def test_a_run_of_dna_and_rna_asks_for_each_sample(suite, posts):
    """Every sample would become RNA, and the server would take it without a word."""
    with pytest.raises(InvalidInput, match="row 1: nucleotideType is needed, since run type AMPS_DNA_RNA takes DNA"):
        suite.create_barcoded_plan(SAMPLES.assign(targetRegionBedFile=BED), BOTH)
    assert [] == posts()


def test_samples_of_both_kinds_are_told_by_the_table(suite):
    """RNA samples have the reference of their own, if the plan tells one."""
    samples = SAMPLES.assign(nucleotideType=["DNA", "Fusions"], targetRegionBedFile=[BED, ""])
    plan = suite.create_barcoded_plan(samples, BOTH, mixedTypeRNA_reference="e_coli_dh10b")
    infos = [info for each in plan["barcodedSamples"].values() for info in each["barcodeSampleInfo"].values()]

    assert [("DNA", "hg19"), ("Fusions", "e_coli_dh10b")] == [(i["nucleotideType"], i["reference"]) for i in infos]


@pytest.mark.parametrize(
    ("run_type", "kind"), [("AMPS_RNA", "RNA"), ("amps_hd_rna", "RNA"), ("AMPS", "DNA"), ("", "DNA")]
)
def test_a_run_type_of_one_kind_tells_that_of_its_samples(run_type, kind):
    """Only what leaves no choice is filled in."""
    found = barcoded_samples([{"sample": "s", "barcode": "b"}], {"runType": run_type})

    assert kind == found["s"]["barcodeSampleInfo"]["b"]["nucleotideType"]


# -- tables of samples ----------------------------------------------------------------------------------------------


def test_a_barcode_used_twice_is_refused(suite, posts):
    """The server takes it without a word, and the reads of two samples can't be told apart."""
    samples = SAMPLES.assign(barcode="IonXpress_003")
    with pytest.raises(InvalidInput, match="IonXpress_003 is used 2 times .demo sample 1, demo sample 2") as caught:
        suite.create_barcoded_plan(samples, MANY)

    assert 2 == len(caught.value.findings)
    assert [] == posts()
    nested = {
        name: {"barcodes": ["IonXpress_003"], "barcodeSampleInfo": {"IonXpress_003": info()}} for name in ("a", "b")
    }
    assert "used by a and b" in suite.check_plan(barcoded(nested))["message"][0]
    assert 2 == len(suite.check_plan(MANY, samples=samples))


def test_missing_and_unknown_columns_are_told_with_the_right_ones(suite, posts):
    """A column that is not found must not become an empty sample."""
    with pytest.raises(InvalidInput, match=r"no column 'barcode' \(did you mean barcodes\?\)"):
        suite.create_barcoded_plan(SAMPLES.rename(columns={"barcode": "barcodes"}), MANY)
    with pytest.raises(InvalidInput, match=r"unknown column 'referense' \(did you mean reference\?\)"):
        suite.check_plan(MANY, samples=SAMPLES.assign(referense="hg19"))
    assert [] == posts()


def test_empty_cells_and_tables_are_faults(suite):
    """A row of a spreadsheet is easily left half empty."""
    holes = pd.DataFrame({"sample": ["a", None, "c"], "barcode": ["IonXpress_001", "IonXpress_002", np.nan]})
    messages = suite.check_plan(MANY, samples=holes)["message"].tolist()

    assert "row 2 has no sample." in messages
    assert "row 3 has no barcode." in messages
    assert "no rows" in suite.check_plan(MANY, samples=SAMPLES.head(0))["message"][0]


def test_barcodes_of_the_wrong_kit_are_found(suite):
    """All of them at once."""
    findings = suite.check_plan({**MANY, "barcodeId": "IonXpressRNA"}, samples=SAMPLES)

    assert ["IonXpress_003", "IonXpress_004"] == findings["barcode"].tolist()
    assert findings["message"].str.contains("no barcode of IonXpressRNA").all()
    found = faults(suite.check_plan({**MANY, "barcodeId": "Nope"}, samples=SAMPLES))
    assert ["barcodeId", "barcodedSamples", "barcodedSamples"] == found


def test_a_sample_may_have_several_barcodes_and_its_own_reference(suite):
    """Rows of one sample are joined; a cell counts more than the plan."""
    samples = [
        {"sample": "a", "barcode": "IonXpress_001", "reference": "e_coli_dh10b"},
        {"sample": "a", "barcode": "IonXpress_002"},
    ]
    made = suite.create_barcoded_plan(samples, MANY)["barcodedSamples"]["a"]

    assert ["IonXpress_001", "IonXpress_002"] == made["barcodes"]
    assert ["e_coli_dh10b", "hg19"] == [each["reference"] for each in made["barcodeSampleInfo"].values()]


# -- sending --------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_when_there_are_faults(suite, posts):
    """The message names every fault; the findings are on the error."""
    with pytest.raises(InvalidInput, match="nothing was sent: planName: .*; chipType: ") as caught:
        suite.create_plan({**ONE, "planName": "a/b", "chipType": "599"})

    assert ["planName", "chipType"] == [each["field"] for each in caught.value.findings]
    assert [] == posts()


def test_a_refusal_of_the_server_is_flattened(suite):
    """Nested lists of dicts of lists become fields and messages."""
    with pytest.raises(PlanRefused, match="chipType: ") as caught:
        suite.create_plan({"planName": "x", "chipType": "599", "templatingKitName": "Nope"}, check=False)

    assert {"chipType", "templatingKitName", "sample"} == {each["field"] for each in caught.value.findings}
    assert 400 == caught.value.status
    with pytest.raises(PlanRefused) as caught:
        suite.create_barcoded_plan([{"sample": "s", "barcode": "IonXpress_999"}], MANY, check=False)
    assert ["barcodedSamples > s > IonXpress_999"] == [each["field"] for each in caught.value.findings]


def test_a_double_click_makes_one_plan(suite, posts):
    """Two clicks at once, and a cell that is run again; a second plan has to be asked for."""
    made = []
    clicks = [threading.Thread(target=lambda: made.append(suite.create_plan(ONE)["id"])) for _ in range(4)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()

    assert ["POST"] == posts()
    assert [made[0]] * 4 == made
    assert made[0] != suite.create_plan(ONE, again=True)["id"]
    assert suite.create_plan({**ONE, "planName": "another"})["id"] not in made


def test_a_cancelled_plan_can_be_made_again(suite):
    """The plan that was made before is no answer any more."""
    first = suite.create_plan({**ONE, "flows": 400})
    suite.cancel_plan(first)

    assert first["id"] != suite.create_plan({**ONE, "flows": 400})["id"]


def test_a_lost_answer_says_that_the_plan_may_exist(suite, sandbox, clock):
    """A POST is never repeated by itself."""
    with (
        sandbox.fault("torrentsuite", "drop_connection", method="POST"),
        pytest.raises(ConnectionFailed, match=r"may have been made all the same: look with plans\(planName"),
    ):
        suite.create_plan(ONE)
    assert 1 == len(suite.plans(planName="DOCS_my_plan"))


def test_an_ion_chef_kit_makes_a_pending_plan(suite):
    """The plan waits for the Chef to prepare its chip."""
    plan = suite.create_plan({**ONE, "chipType": "530", "templatingKitName": "Ion Chef S530 V2"})

    assert "pending" == plan["planStatus"]


# -- changing -------------------------------------------------------------------------------------------------------


def test_a_change_without_flows_is_refused_by_the_server(suite):
    """The trap: a plan made without flows has 0, and every change must then bring some."""
    plan = suite.create_plan(ONE)
    answer = suite.session.request(
        "PATCH", f"/rundb/api/v1/plannedexperiment/{plan['id']}/", json={"notes": "changed"}, what="t", accept=(400,)
    )

    assert ["flows"] == list(answer.json()["error"])


def test_a_change_leaves_the_flows_as_they_are(suite, posts):
    """The trap, handled: 0 sent as text is taken, and the kit's number stays with the kit."""
    plan = suite.create_plan(ONE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        changed = suite.update_plan(plan, notes="changed")

    assert ("changed", 0) == (changed["notes"], changed["flows"])
    assert 0 == suite.plan(plan)["flows"]
    assert 300 == suite.update_plan(plan, flows=300)["flows"]
    assert 300 == suite.update_plan(plan, notes="changed again")["flows"]
    assert ["POST", "PATCH", "PATCH", "PATCH"] == posts()


@pytest.mark.parametrize("name", ["id", "pk", "planGUID", "planShortID", "resource_uri", "experiment"])
def test_no_plan_overwrites_another(suite, posts, name):
    """With an identifier in its body a new plan would replace one that is there, a run's own included."""
    old = {**suite.plan(91), "pk": 91}
    for send in (suite.create_plan, lambda plan: suite.create_plan(plan, check=False, again=True)):
        with pytest.raises(InvalidInput, match=f"{name}: names a plan that is there already") as caught:
            send({**ONE, name: old[name]})
        assert "copy_plan" in str(caught.value)
    with pytest.raises(InvalidInput, match=name):
        suite.create_barcoded_plan(SAMPLES, {**MANY, name: old[name]})
    with pytest.raises(InvalidInput, match=name):
        suite.update_plan(91, **{name: old[name]})
    assert [name] == faults(suite.check_plan({**ONE, name: old[name]}))
    assert [] == posts()
    assert "S5-540_WholeTranscriptomeRNA" == suite.plan(91)["planName"]


def test_a_copy_is_a_plan_of_its_own(suite):
    """What people mean by sending an old plan under a new name: all that it was given, nothing of what it became."""
    given = {**MANY, "flows": 400, "notes": "as before", "projects": ["demo"], "Bead Loading (%)": 55}
    old = suite.create_barcoded_plan(SAMPLES, given)
    copy = suite.copy_plan(old, planName="second")

    assert old["id"] != copy["id"]
    assert ("second", "DOCS_my_plan") == (copy["planName"], suite.plan(old)["planName"])
    for name in ("barcodedSamples", "flows", "notes", "projects", "library", "sequencekitname", "barcodeId"):
        assert old[name] == copy[name], name
    assert [55] == [each["threshold"] for each in copy["qcValues"]]
    assert old["planGUID"] != copy["planGUID"]
    assert copy["id"] == suite.copy_plan(old, planName="second")["id"]
    assert copy["id"] != suite.copy_plan(old, planName="second", again=True)["id"]
    assert "CopyOf_second" == suite.copy_plan(copy)["planName"]


def test_a_copy_of_a_plan_that_has_run_has_not_run(suite):
    """It waits for a chip of its own, and the run keeps its plan."""
    changes = {"templatingKitName": "Ion Chef S540 V1", "barcodeId": "", "sample": "again"}
    copy = suite.copy_plan(90, **changes)

    assert ("pending", False) == (copy["planStatus"], copy["planExecuted"])
    assert ("run", True) == (suite.plan(90)["planStatus"], suite.plan(90)["planExecuted"])
    with pytest.raises(InvalidInput, match="nothing was sent: sample"):
        suite.copy_plan(90, templatingKitName="Ion Chef S540 V1")


def test_a_plan_that_has_run_is_not_cancelled_by_accident(suite, posts):
    """Its run would be shown as voided, with all its data there."""
    for change in (suite.cancel_plan, lambda plan: suite.update_plan(plan, planStatus="planned")):
        with pytest.raises(InvalidInput, match="Plan 91 has run.* executed=True"):
            change(91)
    assert [] == posts()
    assert "rerun" == suite.update_plan(91, notes="rerun")["notes"]
    assert "voided" == suite.cancel_plan(91, executed=True)["planStatus"]
    assert "voided" == suite.objects("experiment", id=91)[0]["status"]


def test_a_value_on_which_the_server_fails_is_not_sent(suite, posts):
    """A number where text is meant is a 500 of the server, which says nothing about its cause."""
    plan = suite.create_plan(ONE)
    for change in ({"flows": None}, {"chipType": 530}, {"notes": 5}, {"projects": None}):
        with pytest.raises(InvalidInput, match=next(iter(change))):
            suite.update_plan(plan, **change)
    assert ["POST"] == posts()


def test_projects_are_told_as_they_are_after_a_change(suite):
    """The server's answer shows those of before, and it never takes one away."""
    plan = suite.create_plan({**ONE, "projects": ["demo"]})

    assert ["demo", "new_name"] == suite.update_plan(plan, project="new name")["projects"]
    assert ["demo", "new_name", "third"] == suite.update_plan(plan, projects=["third"])["projects"]
    assert "new_name" in [each["name"] for each in suite.objects("project")]


def test_a_plan_that_was_deleted_is_made_again(suite, posts):
    """A cell that is run again must not give back what is no longer there."""
    first = suite.create_plan(ONE)
    path = f"/rundb/api/v1/plannedexperiment/{first['id']}/"
    suite.session.request("DELETE", path, what="delete a plan")

    second = suite.create_plan(ONE)
    assert second["id"] == suite.plan(second)["id"]
    assert ["POST", "DELETE", "POST"] == posts()


def test_thresholds_go_by_their_names(suite):
    """The form in which a plan shows them is not taken."""
    plan = suite.create_plan({**ONE, "Bead Loading (%)": 55, "Usable Sequence (%)": 40})

    shown = {each["qcType"]["qcName"]: each["threshold"] for each in suite.plan(plan)["qcValues"]}
    assert {"Bead Loading (%)": 55, "Usable Sequence (%)": 40} == shown
    suite.update_plan(plan, **{"Bead Loading (%)": 60})
    assert 60 == suite.plan(plan)["qcValues"][-1]["threshold"]


def test_numbers_out_of_a_frame_are_numbers(suite):
    """What numpy calls a number is one, and compares with nothing else."""
    plan = suite.create_plan({**ONE, "flows": np.int64(400), "Bead Loading (%)": np.int64(55)})

    assert (400, 55) == (plan["flows"], suite.plan(plan)["qcValues"][0]["threshold"])
    assert ["chipType"] == faults(suite.check_plan({**ONE, "chipType": np.int64(520)}))
    assert ["planName"] == faults(suite.check_plan({**ONE, "planName": np.int64(0)}))
    assert ["barcodedSamples"] == sorted(set(faults(suite.check_plan({**MANY, "barcodedSamples": np.int64(5)}))))


def test_a_plan_that_names_a_project_is_warned_of(suite):
    """One of the server's answers to a sound plan."""
    with pytest.warns(PlanWarning, match="project"):
        suite.create_plan({**ONE, "project": "a project"})


def test_a_refused_change_is_flattened(suite):
    """The same findings as for a new plan."""
    plan = suite.create_plan({**ONE, "flows": 500})
    with pytest.raises(PlanRefused) as caught:
        suite.update_plan(plan, notes="a<b")

    assert ["notes"] == [each["field"] for each in caught.value.findings]


def test_a_cancelled_plan_is_voided(suite):
    """It stays in the list."""
    plan = suite.create_plan({**ONE, "flows": 500})

    assert "voided" == suite.cancel_plan(plan["id"])["planStatus"]
    assert plan["id"] in [each["id"] for each in suite.plans(planStatus="voided")]


def test_a_reader_may_plan_but_not_change(sandbox):
    """A quirk of the real server: new plans skip the check of permissions, changes do not."""
    login = sandbox.credentials("torrentsuite", "student")
    with bionb.connect("torrentsuite", sandbox.url("torrentsuite"), **login) as student:
        plan = student.create_plan({**ONE, "flows": 500})
        with pytest.raises(bionb.BionbError, match="read but not write"):
            student.cancel_plan(plan)


def test_plans_are_a_table(suite):
    """Flows are numbers, whatever the server sends; an empty listing has the same columns."""
    suite.create_plan(ONE)
    frame = suite.plans().to_frame()

    assert ["id", "planName", "planStatus", "chipType", "runType", "flows"] == list(frame.columns[:6])
    assert "Int64" == str(frame["flows"].dtype)
    assert 64 == len(frame)
    assert 0 == len(suite.plans(planStatus="reserved").to_frame())
