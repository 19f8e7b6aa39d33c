"""The vendor's own clients run against the sandbox unmodified, and read what bionb reads."""

import io
import json
import subprocess
from pathlib import Path

import pandas as pd
import pytest

import bionb
from bionb.platforms.odm.rules.filters import where
from bionb.platforms.odm.tables.genotypes import tidy_variant
from bionb.platforms.odm.tables.measurements import tidy
from bionb.sandbox.tokens import token_of
from tests.environments import plain_environ
from tests.missing import python_of
from tests.platforms.odm.conftest import BUCKET, DATA, connected, sent

WALK = Path(__file__).with_name("official_walk.py")
pytestmark = pytest.mark.outside


def run(command):
    """Run the vendor's program without our packages, and return what it said."""
    done = subprocess.run(command, env=plain_environ(), capture_output=True, text=True, timeout=120, check=False)
    assert 0 == done.returncode, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def after_the_walk():
    """The vendor's Python client has walked: what it found, and a client of bionb on the same server."""
    with bionb.start_sandbox("odm") as sandbox:
        command = [str(python_of("odm")), str(WALK), sandbox.url("odm"), token_of("alice")]
        found = json.loads(run([*command, str(DATA / "LIV2045_samples.tsv")]))
        with connected(sandbox) as odm:
            yield found, odm


@pytest.fixture
def found(after_the_walk):
    """What the vendor's client found."""
    return after_the_walk[0]


@pytest.fixture
def odm(after_the_walk):
    """bionb's client on the same server."""
    return after_the_walk[1]


def test_the_vendors_client_sees_the_guides_numbers_and_codes(found):
    """Jobs, accessions, 204 and 200, and 409 for a file that is there."""
    accessions = [next(iter(each["result"].values())) for each in found["outputs"]]

    assert [1268, 1269, 1271] == found["jobs"]
    assert ["GSF1147033", "GSF1147034", "GSF1147049"] == accessions
    assert (204, 200) == (found["linked samples"], found["linked data"])
    assert (409, 400, 200) == (found["duplicate"], found["link nowhere"], found["patched"])
    assert "COMPLETED" == found["upload"]["status"]


def test_both_read_the_same_jobs(found, odm):
    """Including the form of the time that the vendor's client can read."""
    job = odm.job(1268)

    assert (found["info"]["jobName"], found["info"]["startedBy"]) == (job.name, job.started_by)
    assert found["info"]["createTime"] == job.created_on.strftime("%Y-%m-%d %H:%M:%S")
    assert found["outputs"][0]["result"] == job.result


def test_both_read_the_same_metadata(found, odm):
    """Lists, one record, a filter, samples of a study: value for value."""
    tumor = (where("Organism") == "Mus musculus") & (where("Tissue") == "tumor")

    assert found["studies"] == list(odm.studies())
    assert found["study"] == odm.study("GSF1147033")
    assert found["samples"]["data"] == list(odm.samples(tumor, fields="original"))
    assert found["in study"] == list(odm.samples(study="GSF1147033"))
    assert [] == found["validation"]["samples"][0]["attributes"] == odm.validation_summary("GSF1147033").values.tolist()


def test_both_read_the_same_data(found, odm):
    """Measurements one by one, and the streamed matrix, which the vendor's client gives as one text."""
    tidy = odm.expression(["Stat3", "Cd8a"]).to_frame()
    matrix = odm.stream_expression("GSF1147049").to_frame()

    values = {(each["feature"]["feature"], each["itemOrigin"]["runSourceId"]) for each in found["expression"]}
    assert values == set(zip(tidy["feature.feature"], tidy["run"], strict=True))
    assert [each["value"]["value"] for each in found["expression"]] == tidy["value.value"].tolist()
    assert [each["relationships"]["sample"] for each in found["expression"]] == tidy["sample"].tolist()
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(found["matrix"]), index_col="feature"), matrix)


def test_both_read_the_same_variants(found, odm):
    """Place, alleles and genotype of each sample; and the stream, value for value."""
    rows = [tidy_variant(each) for each in found["variants"]]
    streamed = pd.read_csv(io.StringIO(found["genotypes"]), sep="\t", dtype=str)

    assert rows == list(odm.variants("PNPLA3"))
    assert streamed["LIV03"].tolist() == odm.stream_variants(rows[0]["group"]).to_frame()["LIV03"].tolist()


def test_both_read_the_same_cells_and_read_outs(found, odm):
    """Flow cytometry, cells, and what was measured in them."""
    assert [tidy(each) for each in found["flow"]] == list(odm.flow_cytometry(population="T cells"))
    assert found["cells"] == list(odm.cells("cellType=hepatocyte"))
    assert [tidy(each) for each in found["cell data"]] == list(odm.cell_expression("ALB"))


def test_both_see_what_administrators_see(found, odm):
    """Genomes, detached objects, the audit log; the models of the vendor's client take the answers."""
    assert [each["assembly"] for each in found["genomes"]] == [each["assembly"] for each in odm.reference_genomes()]
    assert ["SAMPLE_GROUP"] == [each["detachedObjectType"] for each in found["detached"]]
    assert "IMPORT" in [each["type"] for each in found["events"]]
    assert [found["detached"][0]["genestack:accession"]] == [each["genestack:accession"] for each in found["deleted"]]


def test_both_search_alike(found, odm):
    """Queries over samples, the study search with its facets, and the entries of a mapping."""
    samples = list(odm.omics_samples(study_filter=where("Study Source ID") == "GSE60871"))
    search = odm.search_studies("mouse")
    entries = odm.mapping_entries(found["entries"][0]["xrefSetId"], genes="ENSG10000000001")

    assert [each["metadata"] for each in found["omics samples"]["data"]] == samples
    assert [each["accession"] for each in found["search"]["objectsPage"]["content"]] == [
        each["accession"] for each in search
    ]
    options = [each for group in found["search"]["filterOptionGroups"] for each in group["options"]]
    assert options == search.facets()[["count", "filterId", "id", "name"]].to_dict("records")
    assert found["entries"] == list(entries)


def test_the_command_line_importer_works_on_its_older_paths(sandbox):
    """Whoever has scripts around odm-import-data can try them on the sandbox; it links by itself."""
    tool = python_of("odm").parent / "odm-import-data"
    server = ["--host", sandbox.url("odm"), "--token", token_of("alice")]
    files = ["--study", BUCKET + "study.tsv", "--samples", BUCKET + "samples.tsv"]
    data = ["--expression", BUCKET + "expression.gct", "--data-class", "Bulk transcriptomics"]
    mapping = ["--mapping-file", "s3://example_data/LIV2045/LIV2045_mapping.tsv"]
    with sandbox.fault("odm", "instant_jobs"):
        said = run([str(tool), *server, *files, *data, *mapping])
        again = run([str(tool), *server, *files, *data])

    assert "study GSF1147033 was added successfully" in said
    assert "sample group accession is GSF1147034" in said
    assert "Successfully linked: [mapping_file_to_expression]" in said
    assert "was added" not in again
    assert "POST /frontend/rs/genestack/job/default-released/import/study" in sent(sandbox)
    with connected(sandbox) as odm:
        assert 12 == len(odm.samples(study="GSF1147033"))
        assert ["GSF1147049"] == [each["itemId"] for each in odm.groups(study="GSF1147033")]


LIVER = "s3://example_data/LIV2045/LIV2045_"
MORE = {
    "libraries": ["-lb", LIVER + "libraries.tsv", "-e", LIVER + "expression.tsv", "-nfa", "2", "-dc", "Other"],
    "preparations": [
        "-pr",
        LIVER + "preparations.tsv",
        "-e",
        LIVER + "proteomics.tsv",
        "-nfa",
        "2",
        "-dc",
        "Proteomics",
    ],
    "cells": ["-lb", LIVER + "libraries.tsv", "-c", LIVER + "cells.tsv"],
    "variant": ["-v", LIVER + "variants.vcf"],
    "flow-cytometry": ["-f", LIVER + "flow.tsv"],
    "attached": ["-fl", LIVER + "protocol.txt", "-dc", "Document"],
}


@pytest.mark.parametrize("kind", MORE)
def test_the_command_line_importer_loads_what_hangs_below_samples(sandbox, kind):
    """Libraries, preparations, cells, variants, flow cytometry and files, linked by the vendor's own tool."""
    tool = python_of("odm").parent / "odm-import-data"
    server = ["--host", sandbox.url("odm"), "--token", token_of("alice"), "--allow-duplicates"]
    files = ["--study", LIVER + "study.tsv", *(["--samples", LIVER + "samples.tsv"] if kind != "attached" else [])]
    with sandbox.fault("odm", "instant_jobs"):
        said = run([str(tool), *server, *files, *MORE[kind], *(["-ms", "."] if kind == "preparations" else [])])

    assert kind in said.partition("GSF1147033")[2]
    assert ("attached successfully" if kind == "attached" else f"[{kind}_to_") in said
