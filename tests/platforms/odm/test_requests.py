"""What bionb sends: only what an endpoint has a parameter for, and only what was given."""

import inspect
import json

import numpy as np
import pytest

from bionb.errors import ResponseError, UsageError
from bionb.platforms.odm.rules.choices import SORTED
from bionb.platforms.odm.rules.filters import features, where
from tests.platforms.odm.conftest import BUCKET, LIVER, sent

LIBRARIES, PREPARATIONS, EXPRESSION = "GSF1146912", "GSF1146921", "GSF1146928"
GIVEN = {"filter": "Sex=F", "query": "liver", "sort": "name", "narrower_terms": True}
PLACES = {
    "samples": ({"study": LIVER}, "integration/link/samples/by/study/{id}"),
    "libraries": ({"group": LIBRARIES}, "libraries/by/group/{id}"),
    "preparations": ({"group": PREPARATIONS}, "preparations/by/group/{id}"),
}
PARAMETERS = {
    "filter": "filter",
    "query": "query",
    "sort": "sort",
    "narrower_terms": "searchSpecificTerms",
    "fields": "returnedMetadataFields",
}


def bodies(sandbox):
    """The bodies that arrived, oldest first."""
    return [json.loads(each.body) for each in sandbox.received("odm") if each.body]


@pytest.fixture(scope="module")
def operations(reference_data):
    """Names of the query parameters by path, as the vendor's own client has them."""
    found = json.loads((reference_data / "data" / "odm" / "odm-api-facts.json").read_text("utf-8"))["endpoints"]
    return {each["path"]: {p["name"] for p in each["params"] if p["in"] == "query"} for each in found}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("kind", PLACES)
def test_what_an_endpoint_has_no_parameter_for_is_refused(sandbox, odm, operations, kind, name):
    """A real server ignores it: the whole list would come back and look like the answer."""
    place, path = PLACES[kind]

    assert PARAMETERS[name] not in operations[f"/api/v1/as-user/{path}"]
    with pytest.raises(UsageError, match=rf"{kind}\(\w+=...\) takes no {name}"):
        getattr(odm, kind)(**place, **{name: GIVEN[name]})
    assert [] == sent(sandbox)
    assert getattr(odm, kind)(**place, fields="original").first(1)


@pytest.mark.parametrize("kind", ["studies", "samples", "libraries", "preparations", "files"])
def test_every_filter_of_a_list_is_a_parameter_of_its_endpoint(odm, operations, kind):
    """And every one that the endpoint has can be given."""
    has = set(inspect.signature(getattr(odm, kind)).parameters) & set(PARAMETERS)

    assert operations[f"/api/v1/as-user/{kind}"] & set(PARAMETERS.values()) == {PARAMETERS[name] for name in has}


def test_the_enumeration_of_sorting_is_the_vendors(odm, reference_data, sandbox):
    """A mistyped word would come back unsorted or as an error of the server."""
    text = (reference_data / "data" / "odm" / "odm-api-facts.json").read_text("utf-8")
    found = next(each for each in json.loads(text)["endpoints"] if each["path"] == "/api/v1/as-user/samples")
    sort = next(each for each in found["params"] if each["name"] == "sort")

    assert set(sort["enum"]) == set(SORTED)
    with pytest.raises(UsageError, match="sort='Age' is not known: use id, creation, last_update, name"):
        odm.samples(sort="Age")
    assert [] == sent(sandbox)
    for each in SORTED:
        assert 8 == len(odm.samples(sort=each))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda odm: odm.omics_samples(fields="all"), "minimal, extended, original"),
        (lambda odm: odm.studies(limit=2001), "from 1 to 2000"),
        (lambda odm: odm.expression("CD36", limit=0).first(1), "from 1 to 2000"),
        (lambda odm: odm.mapping_entries(limit=5000), "from 1 to 2000"),
        (lambda odm: odm.mapping_entries(genes=[]), "genes= is empty"),
        (lambda odm: odm.search_studies(narrower_terms=True), "pass text="),
        (lambda odm: odm.versions(LIVER, "files"), "has no versions"),
        (lambda odm: odm.groups("cell", study=LIVER), "has no groups: use one of expression"),
        (lambda odm: odm.version(LIVER, "v1", kind="study"), "has no versions"),
        (lambda odm: odm.update_study(LIVER, {"genestack:accession": "GSF1"}), "can't be changed"),
        (lambda odm: odm.update_sample("GSF1146904", {"genestack:accession": None}), "can't be changed"),
    ],
)
def test_what_the_server_would_ignore_or_refuse_is_told_here(sandbox, odm, call, words):
    """Before anything is sent."""
    with pytest.raises(UsageError, match=words):
        call(odm)
    assert [] == sent(sandbox)


def test_the_sandbox_keeps_accessions_too(odm):
    """Otherwise it would teach that they can be changed."""
    path = "api/v1/as-curator/samples/GSF1146904"
    with pytest.raises(ResponseError, match="cannot be changed"):
        odm.session.json("PATCH", path, json={"genestack:accession": "GSF1"}, what="update it")


def test_only_what_was_given_is_sent(sandbox, odm):
    """No empty filters of a search, no empty metadata of a mapping."""
    odm.search_studies().first(1)
    odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv")

    search, mapping = bodies(sandbox)
    assert {"page": {"offset": 0, "limit": 50}} == search
    assert {"xrefSetType", "dataLink"} == set(mapping)


def test_numbers_of_a_frame_are_numbers(sandbox, odm):
    """In a filter quotes would make a text of them, which is neither greater nor smaller than another."""
    assert '"Age">41' == str(where("Age") > np.int64(41))
    assert '"Age"<=41.5' == str(where("Age") <= np.float64(41.5))
    assert '"Frozen"="True"' == str(where("Frozen") == np.bool_(True))
    assert '"Age"=1 OR "Age"=2' == str(where("Age").isin(np.array([1, 2])))
    assert ["feature=7"] == features([np.int64(7)])
    with pytest.raises(UsageError, match="empty cell"):
        where("Age").isin([np.float64("nan")])

    assert 3 == odm.update_sample("GSF1146904", {"Age": np.float64(41.5), "Passage": np.int64(3)})["Passage"]
    odm.stream_expression(EXPRESSION, round_digits=np.int64(2)).to_frame()
    odm.import_expression(BUCKET + "expression.tsv", number_of_feature_attributes=np.int64(2), data_class="Proteomics")
    assert 2 == bodies(sandbox)[-1]["numberOfFeatureAttributes"]
    assert odm.job(np.int64(1241)).status
    run = odm.expression("CD36", attribute="gene")[0]["item"].split("-")[0]
    odm.unlink_expression(np.int64(run), "GSF1146914", to="libraries", level="object")
    with pytest.raises(UsageError, match="'Age' is an empty cell"):
        odm.update_sample("GSF1146904", {"Age": np.nan})


def test_a_page_size_may_come_from_a_frame(odm):
    """A count of a frame is a number of numpy."""
    assert 8 == len(odm.samples(limit=np.int64(3)))
