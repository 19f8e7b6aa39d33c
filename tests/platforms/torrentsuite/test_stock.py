"""Samples, sets, projects, barcodes, references, templates, events: each a listing with declared columns."""

import json

import pytest

import bionb
from bionb.errors import UsageError

LISTINGS = {
    "samples": "sample",
    "sample_sets": "sampleset",
    "sample_set_items": "samplesetiteminfo",
    "projects": "project",
    "barcodes": "dnabarcode",
    "references": "referencegenome",
    "plan_templates": "plantemplatesummary",
    "events": "eventlog",
}


@pytest.mark.parametrize(("name", "resource"), LISTINGS.items())
def test_each_is_complete_and_asks_its_own_resource(suite, sent, name, resource):
    """A listing that stops at a page of 20 would lose samples without a word."""
    frame = getattr(suite, name)().to_frame()

    assert suite.objects(resource).total == len(frame) > 0
    assert {f"/rundb/api/v1/{resource}/"} <= set(sent())


@pytest.mark.parametrize("name", [*LISTINGS, "coverage", "variant_counts"])
def test_an_empty_listing_has_the_same_columns(suite, name):
    """What is written for a full server must run on a new one."""
    full = getattr(suite, name)().to_frame()
    with bionb.start_sandbox("torrentsuite", state="empty") as new:
        url, login = new.url("torrentsuite"), new.credentials("torrentsuite")
        with bionb.connect("torrentsuite", url, **login) as client:
            empty = getattr(client, name)(id=0).to_frame()

    assert 0 == len(empty)
    assert list(empty.columns) == list(full.columns)[: len(empty.columns)]
    assert empty.dtypes.to_dict() == full.dtypes[: len(empty.columns)].to_dict()


@pytest.mark.parametrize("name", LISTINGS)
def test_the_limit_is_the_size_of_a_page(suite, name):
    """Whoever reads over a bad line wants short answers, and still all of them."""
    all_of_them = getattr(suite, name)()
    short = getattr(suite, name)(limit=500 if name == "barcodes" else 2)

    assert [each["id"] for each in all_of_them] == [each["id"] for each in short]
    assert f"'limit': {500 if name == 'barcodes' else 2}" in suite.last_request.python


def test_the_documented_fields_are_columns(reference_data, suite):
    """Examples of the vendor's documentation name what a record holds; the frame has all of it."""
    told = json.loads((reference_data / "data/torrent-suite/docs_example_responses.json").read_text())
    for name, resource in LISTINGS.items():
        documented = {key for each in told[resource]["5.12.1"]["objects"] for key in each}
        frame = getattr(suite, name)().to_frame()
        lost = documented - {column.split(".")[0] for column in frame.columns}
        # The last is one that somebody defined: such attributes are columns where a server has them.
        assert set() == lost - {"readyForPlanning", "attribute_dict", "sampleSetGroupType", "customattribute"}, name


def test_a_sample_knows_its_runs_and_sets(suite):
    """Where has my sample been? is the first question of whoever sent it."""
    samples = suite.samples(displayedName="plasma 1")
    [sample] = samples
    items = suite.sample_set_items(suite.sample_sets(displayedName="plasma of 2025")[0]).to_frame()

    assert [1] == samples.to_frame()["runs"].tolist()
    assert sample["experiments"] == ["/rundb/api/v1/experiment/89/"]
    assert str(sample["id"]) in items["samplePk"].tolist()
    assert ["IonXpress_003", "IonXpress_004"] == sorted(items["barcode"])


def test_what_the_monitor_page_shows_is_listed(sandbox, suite):
    """A run whose data still come, and reports of the last two days: the page that a laboratory watches."""
    sandbox.reset("sequencing")
    frame = suite.runs(live=True).to_frame()

    assert ["Reanalyze", "Auto_GX5v2_four_lanes_1102", "Auto_S5-530_hotspot_new_1101", "S5-530_cfDNA"] == list(
        frame["resultsName"]
    )
    assert ["Complete", "Complete", "Transferring", "Complete"] == list(frame["ftpStatus"])
    assert list(frame.columns[:10]) == list(suite.runs().to_frame().columns[:10])


def test_lanes_of_a_chip_may_carry_an_assay_each(sandbox, suite):
    """Who takes a chip of four lanes for one would compare panels with each other."""
    sandbox.reset("sequencing")
    lanes = suite.lanes(1102).to_frame()

    assert [1, 2, 3, 4] == lanes["lane"].tolist()
    assert [True, True, True, False] == lanes["active"].tolist()
    assert ["hotspot panel", "hotspot panel", "cfDNA panel"] == lanes["assay"].dropna().tolist()
    assert [1] == suite.lanes(suite.runs(id=91)[0]).to_frame()["lane"].tolist()


def test_anything_else_can_be_requested(suite):
    """No method covers 95 resources; what is refused is told before it is sent."""
    answer = suite.request("GET", "/rundb/api/v1/location/", params={"limit": 1})

    assert 200 == answer.status_code
    with pytest.raises(UsageError, match="takes params, json"):
        suite.request("GET", "/rundb/api/v1/location/", parms={})
