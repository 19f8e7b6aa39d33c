"""Frames of answers as the vendor's description and notebooks have them, not as our own sandbox sends them.

The names of the fields are theirs, the values invented.
"""

import json

import pytest

import bionb
from tests.servers import Answer, Server

SAMPLE = {
    "genestack:accession": "GSF000001",
    "Sample Source ID": "S1",
    "Sample Name": None,
    "Organism": "Homo sapiens",
    "Age": 38,
    "Disease": ["Healthy", "Smoker"],
    "Data Files / Raw": ["a_1.fastq.gz", "a_2.fastq.gz"],
    "Frozen": True,
    "Imported column": "x",
    "groupId": "GSF000002",
}
GROUP = {
    "Name": "counts",
    "Data Class": "Bulk transcriptomics",
    "Features (string)": ["Ensembl_ID", "gene"],
    "Features (numeric)": None,
    "Values (numeric)": None,
    "genestack:chain": None,
    "genestack:versionInChain": None,
    "genestack:activeInChain": None,
}
MEASURED = {
    "itemId": "45215-CD36",
    "itemOrigin": {"runSourceId": "S1", "runId": "45215", "groupId": "GSF000003"},
    "metadata": GROUP,
    "feature": {"gene": "CD36", "Ensembl_ID": "ENSG1"},
    "value": {"value": "-Inf", "pvalue": 0.5},
    "relationships": {"sample": "GSF000001"},
}


def listed(*records):
    """A list answer with offset paging."""
    count = len(records)
    return {"meta": {"pagination": {"count": count, "total": count, "offset": 0, "limit": 2000}}, "data": list(records)}


def omics(*items):
    """An answer of an omics query, which ends without a cursor."""
    return {"data": list(items), "resultsExhausted": True, "log": ["1 sample matched", "Search took 79ms"]}


# What is called, the server's answer, and what the frame's first row says of it.
ANSWERS = {
    "studies": (
        lambda odm: odm.studies().to_frame(),
        listed({"genestack:accession": "GSF000009", "Study Source ID": "X1", "Contributor": ["Ada", "Eve"], "Own": 7}),
        {"genestack:accession": "GSF000009", "Contributor": ["Ada", "Eve"], "Own": 7},
    ),
    "samples": (
        lambda odm: odm.samples().to_frame(),
        listed(SAMPLE),
        {"Age": 38, "Disease": ["Healthy", "Smoker"], "Frozen": True, "Imported column": "x", "groupId": "GSF000002"},
    ),
    "samples of a study": (
        lambda odm: odm.samples(study="GSF000009").to_frame(),
        listed(SAMPLE),
        {"Sample Source ID": "S1", "Data Files / Raw": ["a_1.fastq.gz", "a_2.fastq.gz"]},
    ),
    "libraries": (
        lambda odm: odm.libraries().to_frame(),
        listed({"genestack:accession": "GSF000004", "Library ID": "L1", "Sample Source ID": ["S1", "S2"]}),
        {"Library ID": "L1", "Sample Source ID": ["S1", "S2"]},
    ),
    "preparations": (
        lambda odm: odm.preparations().to_frame(),
        listed({"genestack:accession": "GSF000005", "Preparation ID": "P1", "Sample Source ID": "S1"}),
        {"Preparation ID": "P1"},
    ),
    "files": (
        lambda odm: odm.files().to_frame(),
        listed({"genestack:accession": "GSF000006", "Name": "protocol.pdf", "Data Class": "Document"}),
        {"Name": "protocol.pdf"},
    ),
    "omics samples": (
        lambda odm: odm.omics_samples().to_frame(),
        omics({"metadata": SAMPLE}),
        {"genestack:accession": "GSF000001", "groupId": "GSF000002"},
    ),
    "expression": (
        lambda odm: odm.expression("CD36").to_frame(),
        omics(MEASURED),
        {
            "sample": "GSF000001",
            "run": "S1",
            "group": "GSF000003",
            "feature.gene": "CD36",
            "feature.Ensembl_ID": "ENSG1",
            "value.value": float("-inf"),
            "value.pvalue": 0.5,
        },
    ),
    "expression of a library": (
        lambda odm: odm.expression("x").to_frame(),
        omics({**MEASURED, "feature": "x", "relationships": {"library": "GSF000004"}}),
        {"library": "GSF000004", "feature.feature": "x"},
    ),
    "expression of old servers": (
        lambda odm: odm.expression("CD36").to_frame(),
        omics({"itemId": "7-CD36", "gene": "CD36", "expression": 1.82, "metadata": {"Run Source ID": "S1"}}),
        {"feature.feature": "CD36", "value.value": 1.82},
    ),
    "variants": (
        lambda odm: odm.variants("TP53").to_frame(counts=True),
        omics(
            {
                "itemId": "7-1",
                "itemOrigin": {"runSourceId": "S1", "runId": "7", "groupId": "GSF000003"},
                "metadata": GROUP,
                "variant": {
                    "chrom": "chr1",
                    "pos": 1234,
                    "id": ["rs1", "rs2"],
                    "ref": "A",
                    "alt": ["G", "T"],
                    "qual": 60.5,
                    "filter": ["PASS"],
                    "info": {"AF": 0.25, "DB": ""},
                },
                "genotype": {"GT": "1|2", "DP": 31},
                "relationships": {"sample": "GSF000001"},
            }
        ),
        {
            "sample": "GSF000001",
            "run": "S1",
            "pos": 1234,
            "id": "rs1;rs2",
            "alt": "G,T",
            "filter": "PASS",
            "info.AF": 0.25,
            "genotype": "1|2",
            "genotype.DP": 31,
            "alleles": 2,
        },
    ),
    "flow cytometry": (
        lambda odm: odm.flow_cytometry(marker="CD3").to_frame(),
        omics(
            {
                **MEASURED,
                "feature": {"readoutType": "Median", "cellPopulation": "CD45+, live", "marker": "CD3"},
                "value": {"value": 3.5},
            }
        ),
        {"sample": "GSF000001", "feature.cellPopulation": "CD45+, live", "value.value": 3.5},
    ),
    "cells": (
        lambda odm: odm.cells().to_frame(),
        omics(
            {"genestack:accession": "GSF000011", "barcode": "AAAC", "batch": "S1", "cellType": "T cell", "umap": [1]}
        ),
        {"genestack:accession": "GSF000011", "barcode": "AAAC", "cellType": "T cell", "umap": [1]},
    ),
    "cells one level deeper": (
        lambda odm: odm.cells().to_frame(),
        omics({"metadata": {"barcode": "AAAC", "batch": "S1"}}),
        {"barcode": "AAAC", "batch": "S1"},
    ),
    "cells of a group": (
        lambda odm: odm.cells(group="GSF000010").to_frame(),
        {"data": [{"barcode": "AAAC", "batch": "S1", "nCounts": 900}], "cursor": None},
        {"barcode": "AAAC", "nCounts": 900},
    ),
    "expression of cells": (
        lambda odm: odm.cell_expression("CD3E").to_frame(),
        omics({**MEASURED, "relationships": {"cell": "GSF000011"}}),
        {"cell": "GSF000011", "run": "S1", "feature.gene": "CD36"},
    ),
    "reference genomes": (
        lambda odm: odm.reference_genomes().to_frame(),
        listed({"genestack:accession": "GSF000012", "organism": "Homo sapiens", "assembly": "GRCh38", "release": "9"}),
        {"genestack:accession": "GSF000012", "assembly": "GRCh38"},
    ),
    "detached objects": (
        lambda odm: odm.detached_objects().to_frame(),
        {"data": [{"genestack:accession": "GSF000002", "detachedObjectType": "SAMPLE_GROUP", "ownerEmail": "a@b.org"}]},
        {"genestack:accession": "GSF000002", "detachedObjectType": "SAMPLE_GROUP"},
    ),
    "audit events": (
        lambda odm: odm.audit_events().to_frame(),
        {
            "timeRange": {"from": "2026-01-01T00:00:00Z"},
            "events": [
                {"id": "5", "type": "X", "user": {"email": "a@b.org"}, "target": {"id": "GSF1", "dataType": "study"}}
            ],
        },
        {"id": "5", "user.email": "a@b.org", "target.id": "GSF1"},
    ),
    "data types": (lambda odm: odm.data_types().to_frame(), ["study"], {"type": "study"}),
    "linked groups": (
        lambda odm: odm.groups(study="GSF000009").to_frame(drop_empty=True),
        [{"itemId": "GSF000003", "metadata": GROUP}],
        {"itemId": "GSF000003", "Data Class": "Bulk transcriptomics", "Features (string)": ["Ensembl_ID", "gene"]},
    ),
    "links": (
        lambda odm: odm.links("GSF000003").to_frame(),
        listed({"firstId": "GSF000003", "firstType": "expressionGroup", "secondId": "GSF7", "secondType": "mapping"}),
        {"secondId": "GSF7", "firstType": "expressionGroup"},
    ),
    "mapping entries": (
        lambda odm: odm.mapping_entries().to_frame(),
        {"result": [{"xrefSetId": "GSF0000013", "sourceId": "ENSG1", "targetIds": ["ENST1", "ENST2"]}]},
        {"xrefSetId": "GSF0000013", "targetIds": ["ENST1", "ENST2"]},
    ),
    "search": (
        lambda odm: odm.search_studies("x").to_frame(),
        {
            "objectsPage": {
                "filteredCount": 1,
                "pageRequest": {"offset": 0, "limit": 50},
                "content": [
                    {
                        "accession": "GSF000009",
                        "name": "Study",
                        "owner": "Ada",
                        "fileCreation": "2026-01-02T03:04:05Z",
                        "size": 12,
                        "hasFacs": False,
                        "hasGenomic": None,
                        "hasTranscriptomics": True,
                        "summary": [{"key": "Organism", "values": ["Homo sapiens"]}],
                    }
                ],
            },
            "filterOptionGroups": None,
        },
        {"accession": "GSF000009", "size": 12, "hasTranscriptomics": True},
    ),
    "versions": (
        lambda odm: odm.versions("GSF000009").to_frame(),
        [{"author": "Ada", "message": "first", "timestamp": 1602838500612, "version": "v1"}],
        {"author": "Ada", "version": "v1", "timestamp": 1602838500612},
    ),
    "validation": (
        lambda odm: odm.validation_summary("GSF000009"),
        {
            "samples": [
                {
                    "groupAccession": "GSF000002",
                    "attributes": [
                        {
                            "attributeName": "Sex",
                            "attributeInvalidValues": [
                                {"value": "female", "count": 2, "errors": [{"errorType": "VOCABULARY_NOT_FOUND"}]}
                            ],
                        }
                    ],
                }
            ]
        },
        {"group": "GSF000002", "value": "female", "count": 2, "error": "VOCABULARY_NOT_FOUND"},
    ),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_of_the_description_becomes_a_row(what):
    """A real server has fields that ours never sends, and leaves out some that ours always sends."""
    call, body, expected = ANSWERS[what]
    with (
        Server(Answer(body=json.dumps(body).encode())) as server,
        bionb.connect("odm", server.url, token="invented") as client,
    ):
        frame = call(client)

    assert 1 == len(frame)
    assert expected == {name: frame[name].iloc[0] for name in expected}


def test_a_record_without_its_accession_is_kept_and_told():
    """A missing key is no reason to lose what the server sent."""
    records = [{"Sample Source ID": f"S{number}"} for number in range(3)]
    with (
        Server(Answer(body=json.dumps(listed(*records)).encode())) as server,
        bionb.connect("odm", server.url, token="invented") as client,
    ):
        assert ["S0", "S1", "S2"] == client.samples().to_frame()["Sample Source ID"].tolist()


@pytest.mark.parametrize(
    ("body", "accession"),
    [
        ({"status": "COMPLETED", "result": {"groupAccession": "GSF000002"}}, "GSF000002"),
        ({"status": "COMPLETED", "result": {"accession": "GSF000009", "warnings": ["w"]}}, "GSF000009"),
    ],
)
def test_the_outputs_of_jobs(body, accession):
    """Studies have an accession, groups a group accession."""
    info = {
        "jobExecId": 12345,
        "startedBy": "job@example.org",
        "jobName": "IMPORT",
        "status": "COMPLETED",
        "createTime": "2025-04-16 07:42:38",
    }
    answers = [Answer(body=json.dumps(each).encode()) for each in (info, body)]
    with Server(*answers) as server, bionb.connect("odm", server.url, token="invented") as client:
        assert accession == client.job(12345).accession
