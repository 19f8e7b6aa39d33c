"""Every request that bionb sends is one of the operations that the server documents, with declared parameters."""

import json
import re
from urllib.parse import parse_qsl

import pytest

from bionb.platforms.odm.rules.filters import where
from bionb.platforms.odm.tables.definitions import definitions
from tests.platforms.odm.conftest import BUCKET, DATA, LIVER

EX, LIB, PREP, SAMPLES, VAR, FLOW, CELLS = (
    "GSF1146928",
    "GSF1146912",
    "GSF1146921",
    "GSF1146902",
    "GSF1146932",
    "GSF1146934",
    "GSF1146935",
)


@pytest.fixture(scope="module")
def operations(reference_data):
    """The list of all operations of the vendor's own client."""
    return json.loads((reference_data / "data" / "odm" / "odm-api-facts.json").read_text("utf-8"))["endpoints"]


def everything(odm):
    """Call every method that sends something."""
    odm.whoami()
    study = odm.import_study(BUCKET + "study.tsv", template_id="GSF000065")
    odm.restart_job(_stopped(odm, odm.import_samples(BUCKET + "samples.tsv")))
    odm.import_expression(BUCKET + "expression.gct", previous_version=EX, metadata_link=BUCKET + "expression.gct.tsv")
    for kind, name in [("samples", "samples"), ("libraries", "libraries"), ("preparations", "preparations")]:
        getattr(odm, f"import_{kind}")(DATA / f"LIV2045_{name}.tsv", template_id="GSF000065")
    for source in ("s3://example_data/LIV2045/LIV2045_", f"{DATA}/LIV2045_"):
        odm.import_variant(source + "variants.vcf", allow_duplicates=True)
        odm.import_flow_cytometry(source + "flow.tsv", allow_duplicates=True)
        odm.import_cells(source + "cells.tsv", allow_duplicates=True)
        odm.import_file(source + "protocol.txt", LIVER)
        odm.import_expression(source + "expression.tsv", data_class="Proteomics", number_of_feature_attributes=2)
    odm.wait_job(study)
    for name, ends, options in LINKS:
        getattr(odm, f"link_{name}")(*ends, **options)
        if name != "cells":
            getattr(odm, f"unlink_{name}")(*ends, **{key: value for key, value in options.items() if key == "to"})
        getattr(odm, f"link_{name}")(*ends, **options)
    odm.link_samples("GSF1146904", LIVER, level="object")
    odm.unlink_expression(odm.expression("CD36", attribute="gene")[0]["item"].split("-")[0], "GSF1146914", **SINGLE)
    for listing in listings(odm):
        listing.first(1)
    for each in ("expression", "variant", "flow-cytometry", "library", "preparation"):
        odm.linked_groups(LIVER, each)
    odm.completeness(LIVER)
    odm.stream_expression(EX, sample_filter=where("Sex") == "F", data_query="feature=x,ENSG10000000003").to_frame()
    odm.update_study(LIVER, {"Study Type": "x"})
    odm.update_sample("GSF1146904", {"Sex": "M"})
    odm.publish(LIVER, "x")
    odm.versions(LIVER)
    odm.version(LIVER, "v1")
    odm.validation_summary(LIVER)
    odm.download(odm.files()[0])
    odm.link_mapping(odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv"), EX)


SINGLE = {"to": "libraries", "level": "object"}
LINKS = [
    ("samples", (SAMPLES, LIVER), {}),
    ("libraries", (LIB, SAMPLES), {}),
    ("preparations", (PREP, SAMPLES), {}),
    ("expression", (EX, LIB), {"to": "libraries"}),
    ("variant", (VAR, SAMPLES), {"linking_attribute": "Sample Source ID"}),
    ("flow_cytometry", (FLOW, SAMPLES), {}),
    ("cells", (CELLS, LIB), {"to": "libraries"}),
]


def _stopped(odm, job):
    odm.stop_job(job)
    odm.job(job)
    return job


def listings(odm):
    """Return listings of every kind, with all their parameters."""
    shared = {"fields": "original", "sort": "-creation"}
    for listed in (odm.studies, odm.samples, odm.libraries, odm.preparations):
        yield listed('"Sex"="F"', "x", **shared)
        yield listed(as_curator=True)
    yield odm.samples(study=LIVER, fields="minimal")
    yield odm.libraries(group=LIB)
    yield odm.preparations(group=PREP)
    yield odm.files(query="x")
    yield odm.links(EX, "expressionGroup", second=LIVER, second_type="study")
    yield odm.search_studies("liver")
    yield odm.mapping_entries(genes="ENSG10000000001")
    yield odm.omics_samples(study_filter="Sex=F", sample_query="x", data_query="feature=x", variant_query="feature=x")
    yield odm.expression("x", library_filter="Sex=F", preparation_filter="Sex=F", data_filter='"Data Class"=x')


def test_every_request_is_a_documented_operation(sandbox, odm, operations):
    """A sandbox of our own could agree with a client of our own about a path that no server has."""
    everything(odm)
    patterns = [
        (each["method"], re.compile(re.sub(r"\{\w+\}", "[^/]+", each["path"]) + "$"), _query_names(each))
        for each in operations
    ]
    asked = {(each.method, each.path, each.query) for each in sandbox.received("odm")}
    assert len({re.sub(r"GSF\d+|\d+", "", path) for _, path, _ in asked}) > 60
    for method, path, query in asked:
        # Fixed words win over placeholders: .../group/{id} must not stand for .../group/by/run.
        found = [names for verb, pattern, names in patterns if verb == method and pattern.match(path)]
        assert found, f"{method} {path} is no documented operation"
        sent = {name for name, _ in parse_qsl(query)}
        assert any(sent <= names for names in found), f"{method} {path} has no parameter {sent}"


def _query_names(operation):
    return {each["name"] for each in operation["params"] if each["in"] == "query"}


def test_the_table_of_definitions_has_them_all(operations):
    """The notebook's table is the selector of the API documentation."""
    documented = {each["definition"] for each in operations if each.get("definition")}
    table = definitions()

    assert documented <= set(table["definition"])
    assert table["definition"].is_unique


def test_the_table_names_methods_that_exist(odm):
    """A table of methods must follow the code."""
    names = [
        word for cell in definitions()["methods"] for word in re.findall(r"[a-z]\w*\*?", re.sub(r"\(.*?\)", "", cell))
    ]

    assert names
    for name in names:
        stem = name.removesuffix("*")
        assert any(each == name or ("*" in name and each.startswith(stem)) for each in dir(odm)), name
