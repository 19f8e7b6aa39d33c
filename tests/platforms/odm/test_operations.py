"""Every request that bionb sends is one of the operations that the server documents, with declared parameters."""

import json
import re
import tempfile
from urllib.parse import parse_qsl

import pytest

from bionb.errors import ResponseError
from bionb.platforms.odm.calls.across import ACROSS
from bionb.platforms.odm.rules.filters import where
from bionb.platforms.odm.tables.definitions import definitions
from tests.platforms.odm.conftest import BUCKET, DATA, LIVER

EX, PROTEINS, CELL_EX, LIB, PREP, SAMPLES, VAR, FLOW, CELLS = (
    "GSF1146928",
    "GSF1146930",
    "GSF1146951",
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
        odm.import_libraries(source + "libraries.tsv")
        odm.import_preparations(source + "preparations.tsv")
        odm.import_file(source + "protocol.txt", LIVER)
        odm.import_expression(source + "expression.tsv", data_class="Proteomics", number_of_feature_attributes=2)
    odm.wait_job(study)
    for name, ends, options in LINKS:
        getattr(odm, f"link_{name}")(*ends, **options)
        if name != "cells":
            getattr(odm, f"unlink_{name}")(*ends, **{key: value for key, value in options.items() if key == "to"})
        getattr(odm, f"link_{name}")(*ends, **options)
    for name, ends, options in REFUSED:
        with pytest.raises(ResponseError):
            getattr(odm, f"link_{name}")(*ends, **options)
    odm.unlink_expression(EX, SAMPLES)
    odm.link_expression(CELL_EX, CELLS, to="cells")
    single_links(odm)
    for listing in listings(odm):
        listing.first(1)
    for each in ("expression", "variant", "flow-cytometry", "library", "preparation"):
        odm.groups(each, study=LIVER).first(1)
    odm.completeness(LIVER)
    odm.stream_expression(EX, sample_filter=where("Sex") == "F", data_query="feature=x,ENSG10000000003").to_frame()
    odm.update_study(LIVER, {"Study Type": "x"})
    odm.update_sample("GSF1146904", {"Sex": "M"})
    odm.publish(LIVER, "x")
    odm.versions(LIVER).first(1)
    odm.version(LIVER, "v1")
    odm.validation_summary(LIVER)
    odm.download_files(odm.files().first(1), tempfile.mkdtemp())
    mapping = odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv")
    odm.mapping(mapping)
    odm.mapping_entries(mapping).first(1)
    odm.link_mapping(mapping, EX)
    odm.unlink_mapping(mapping, EX)
    odm.delete_mapping(mapping, confirm=True)
    omics(odm)
    curation(odm)
    managing(odm)


def omics(odm):
    """Read back what was imported, in every direction."""
    for kind, group in (("expression", EX), ("variant", VAR), ("flow_cytometry", FLOW)):
        odm.group(group, kind)
        run = odm.runs(group, kind)[0]
        odm.group_of_run(run, kind)
        odm.measurement(odm.measurements(kind, runs=[run]).first(1)[0], kind)
        for listing in (odm.groups(kind), odm.groups(kind, sample_filter="Sex=F"), odm.pairs(group, kind)):
            listing.first(1)
        for what in ("sample", "library", "preparation") if kind == "expression" else ("sample",):
            odm.data_of("GSF1146904", kind, what=what).first(1)
        plural = {"expression": "expressions", "variant": "variants", "flow_cytometry": "flow-cytometries"}[kind]
        odm.versions(group, plural).first(1)
        odm.version(group, "v1", plural)
    for to in ("libraries", "preparations"):
        odm.pairs(EX, to=to).first(1)
    odm.stream_variants(VAR).to_frame()
    odm.cell(odm.cells().first(1)[0])
    for listing in (odm.variants(), odm.flow_cytometry(), odm.cells(group=CELLS), odm.cell_expression("ALB")):
        listing.first(1)
    for kinds, others in ACROSS.items():
        for by in others:
            odm.linked(kinds, by).first(1)
    for kind, group in (("library", LIB), ("preparation", PREP)):
        odm.pairs(group, kind).first(1)
        odm.groups(kind, study=LIVER).first(1)
    odm.libraries(sample="GSF1146904").first(1)
    odm.preparations(sample="GSF1146904").first(1)
    odm.study_of("GSF1146904")
    odm.study_of(odm.files()[0], "file")
    odm.study_files(LIVER).first(1)
    odm.links([EX, VAR], "expressionGroup").first(1)
    odm.data_types().first(1)
    odm.link_types("sample").first(1)


def curation(odm):
    """Look at and edit records of every kind."""
    library, preparation = odm.libraries()[0], odm.preparations()[0]
    odm.study(LIVER)
    odm.sample(SAMPLE)
    odm.library(library)
    odm.preparation(preparation)
    odm.file(odm.files()[0])
    for record, changes in ((library, {"Read Length": 100}), (preparation, {"Digestion": "LysC"})):
        odm.update(record, changes)
    for plural, record in (("libraries", library), ("preparations", preparation)):
        odm.versions(record, plural).first(1)
        odm.version(record, "v1", plural)
    odm.update(EX, {"Scale": "log2"}, kind="expression")
    odm.update(FLOW, {"Scale": "linear"}, kind="flow_cytometry")
    odm.versions("GSF1146904", "samples").first(1)
    odm.version("GSF1146904", "v1", "samples")


def managing(odm):
    """What administrators do."""
    odm.create_reference_genome("Mus musculus", "GRCm39", "110", annotation_link="https://example.org/x.gtf", name="x")
    for listing in (
        odm.reference_genomes(organism="Homo sapiens", query="human"),
        odm.detached_objects("STUDY"),
        odm.audit_events(since="2026-01-05", study=LIVER, event_type="IMPORT"),
    ):
        listing.first(1)
    odm.delete([FLOW, CELLS], confirm=True)


def single_links(odm):
    """Link and unlink single runs, samples, libraries and preparations."""
    runs = {
        kind: odm.runs(group, kind)[0]
        for kind, group in (("expression", EX), ("variant", VAR), ("flow_cytometry", FLOW))
    }
    ends = [
        ("samples", SAMPLE, LIVER, {}),
        ("libraries", LIBRARY, SAMPLE, {}),
        ("preparations", PREPARATION, SAMPLE, {}),
    ]
    ends += [(kind, run, SAMPLE, {}) for kind, run in runs.items()]
    ends += [("expression", runs["expression"], LIBRARY, {"to": "libraries"})]
    ends += [("expression", runs["expression"], PREPARATION, {"to": "preparations"})]
    for name, source, target, options in ends:
        for verb in ("unlink", "link"):
            getattr(odm, f"{verb}_{name}")(source, target, level="object", **options)


SAMPLE, LIBRARY, PREPARATION = "GSF1146904", "GSF1146914", "GSF1146923"
LINKS = [
    ("samples", (SAMPLES, LIVER), {}),
    ("libraries", (LIB, SAMPLES), {}),
    ("preparations", (PREP, SAMPLES), {}),
    ("expression", (PROTEINS, PREP), {"to": "preparations"}),
    ("expression", (EX, LIB), {"to": "libraries"}),
    ("variant", (VAR, SAMPLES), {"linking_attribute": "Sample Source ID"}),
    ("flow_cytometry", (FLOW, SAMPLES), {}),
    ("cells", (CELLS, LIB), {"to": "libraries"}),
]
# What fits nothing in the study is asked for nevertheless: the server says that nothing matches.
REFUSED = [
    ("expression", (EX, SAMPLES), {}),
    ("cells", (CELLS, SAMPLES), {}),
    ("cells", (CELLS, PREP), {"to": "preparations"}),
]


def _stopped(odm, job):
    odm.stop_job(job)
    odm.job(job)
    return job


def listings(odm):
    """Return listings of every kind, with all their parameters."""
    shared = {"fields": "original", "sort": "-creation"}
    for listed in (odm.studies, odm.samples, odm.libraries, odm.preparations):
        yield listed('"genestack:accession"="x"', "x", **shared)
        yield listed(as_curator=True)
    yield odm.samples(study=LIVER, fields="minimal")
    yield odm.libraries(group=LIB)
    yield odm.preparations(group=PREP)
    yield odm.files(query="x")
    yield odm.links(EX, "expressionGroup", second=LIVER, second_type="study")
    yield odm.search_studies("liver")
    yield odm.mapping_entries(genes="ENSG10000000001")
    yield odm.omics_samples(
        study_filter='"Study Type"=x', sample_query="x", data_query="feature=x", variant_query="feature=x"
    )
    yield odm.expression(
        "x", library_filter='"Library ID"=x', preparation_filter="Digestion=x", data_filter='"Data Class"=x'
    )


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


# Operations without a method of their own, by how their paths begin, and why; ``request`` sends them.
LEFT_OUT = {
    "/api/v1/scim/": "users and groups are managed by an identity provider, not from a notebook",
    "/api/v1/transformations/": "pipelines are configured and run by administrators; their images are not public",
    "/api/v1/as-*/omics/cells/analytics/": "a beta; the same figures come from cell_expression",
    "/api/v1/as-*/files/{}/download": "HEAD: sizes stand in the list of files",
}


def operation_of(method, path):
    """An operation whatever the role that calls it, its places without names."""
    return method, re.sub(r"\{\w+\}", "{}", re.sub("/as-(user|curator)/", "/as-*/", path))


def test_the_client_reaches_165_of_200_operations(sandbox, odm, operations, say):
    """What is left has a reason that is written down, and nothing is missing by accident."""
    everything(odm)
    known = {operation_of(each["method"], each["path"]) for each in operations}
    patterns = {(m, p): re.compile(p.replace("*", "\\w+").replace("{}", "[^/]+")) for m, p in known}
    reached = {
        min(found, key=lambda each: each[1].count("{}"))
        for each in sandbox.received("odm")
        if (found := [o for o, form in patterns.items() if o[0] == each.method and form.fullmatch(each.path)])
    }
    left = sorted(known - reached)
    say(f"ODM: {len(reached)} of {len(known)} operations, {len(left)} left")

    assert 200 == len(known)
    assert [] == [each for each in left if not any(each[1].startswith(start) for start in LEFT_OUT)]
    assert 165 <= len(reached)


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
