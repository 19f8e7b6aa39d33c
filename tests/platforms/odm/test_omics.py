"""Variants, flow cytometry and single cells come back as they were imported."""

import tracemalloc

import pytest

import bionb
from bionb.errors import NotFound, PermissionDenied, UnknownFilter, UsageError, VersionRejected
from bionb.platforms.odm.rules.filters import where
from tests.platforms.odm.conftest import DATA, LIVER, connected
from tests.servers import Answer, Server

VARIANTS, FLOW, CELLS = "GSF1146932", "GSF1146934", "GSF1146935"


def vcf(name):
    """Genotypes by ID and sample, read from a VCF file by hand."""
    lines = [line.split("\t") for line in (DATA / name).read_text("utf-8").splitlines() if line[:2] != "##"]
    samples = lines[0][9:]
    return {cells[2]: dict(zip(samples, [c.partition(":")[0] for c in cells[9:]], strict=True)) for cells in lines[1:]}


@pytest.fixture(scope="module")
def cohort():
    """A client of the curator, with the cohort of which everything was measured."""
    with bionb.start_sandbox("odm", state="cohort") as sandbox, connected(sandbox) as odm:
        yield odm


COHORT = where("Study Source ID") == "COH3107"


def test_genotypes_are_those_of_the_file(cohort):
    """Every call, also the two that could not be made."""
    wide = cohort.variants(study_filter=COHORT).to_wide()

    expected = vcf("COH3107_variants.vcf")
    assert expected == {key[2]: row.to_dict() for key, row in wide.iterrows()}
    assert 2 == sum(each == "./." for row in expected.values() for each in row.values())


def test_a_stream_has_what_the_query_has(cohort):
    """Whoever streams what is larger than memory reads the same."""
    group = cohort.variants(study_filter=COHORT)[0]["group"]
    streamed = cohort.stream_variants(group).to_frame(counts=True)
    queried = cohort.variants(study_filter=COHORT).to_wide(counts=True)

    assert queried.columns.tolist() == streamed.columns.tolist()
    assert queried.to_numpy().tolist() == streamed.to_numpy().tolist()
    assert [4, 2] == [len(each) for each in cohort.stream_variants(group).chunks(4)]


def test_counts_are_alleles_that_are_not_the_reference(odm):
    """An association test needs numbers; a call that was not made is no 0."""
    frame = odm.variants("PNPLA3").to_frame(counts=True)

    assert "Int64" == str(frame["alleles"].dtype)
    assert {"LIV03": 1, "LIV01": 0} == frame.set_index("run")["alleles"][["LIV03", "LIV01"]].to_dict()


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, ["ex1", "ex2", "ex3"]),
        ({"genes": ["PNPLA3", "NRAS"]}, ["ex1", "ex3"]),
        ({"region": "chr1"}, ["ex1", "ex2"]),
        ({"region": "chr1:114500"}, ["ex1"]),
        ({"region": "chr1:114501-*"}, ["ex2"]),
        ({"region": "chr1:1-114500,chr22"}, ["ex1", "ex3"]),
        ({"ids": ["ex2", "ex3"]}, ["ex2", "ex3"]),
        ({"genes": "NRAS", "region": "chr22"}, None),
        ({"variant_query": "exists(INFO.GENE) && !(info.GENE=CD1)"}, ["ex1", "ex3"]),
        ({"variant_query": "FILTER != pass"}, None),
    ],
    ids=str,
)
def test_variants_are_chosen_by_place_gene_and_name(odm, chosen, expected):
    """The words of the documented query language."""
    found = odm.variants(**chosen)

    assert (expected or []) == found.to_frame()["id"].drop_duplicates().tolist()


def test_samples_choose_data_of_every_kind(odm):
    """One condition, as on expression."""
    women = where("Sex") == "F"

    assert ["LIV02", "LIV04", "LIV06", "LIV08"] == [each["run"] for each in odm.variants("NRAS", sample_filter=women)]
    assert ["LIV02"] == odm.flow_cytometry(sample_filter=women).to_frame()["run"].drop_duplicates().tolist()
    assert {"LIB02"} == {each["batch"] for each in odm.cells(sample_filter=women)}
    assert {"BC0001", "BC0004"} < {each["run"] for each in odm.cell_expression("ALB", sample_filter=women)}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, 6),
        ({"population": "T cells"}, 3),
        ({"population": ["T cells", "B cells"]}, 6),
        ({"readout": "Count"}, 3),
        ({"marker": "CD19", "least": 2000}, 2),
        ({"least": 120.5}, 5),
    ],
    ids=str,
)
def test_read_outs_are_chosen_by_their_columns(odm, chosen, expected):
    """Alternatives stand with a bar between them, as documented."""
    assert expected == len(odm.flow_cytometry(**chosen))


def test_cells_are_those_of_the_file(odm):
    """By query and by group, with numbers as numbers."""
    cells, group = odm.cells().to_frame(), odm.cells(group=CELLS).to_frame()

    assert 12 == len(cells) == len(group)
    assert cells["nCounts"].tolist() == group["nCounts"].tolist() == [900 + 37 * each for each in range(12)]
    assert {"hepatocyte"} == set(odm.cells("cellType=hepatocyte").to_frame()["cellType"])
    with pytest.raises(UsageError, match="no query or filter"):
        odm.cells("cellType=hepatocyte", group=CELLS)


def test_expression_of_cells_tells_cells_apart(odm):
    """Albumin is made in hepatocytes."""
    wide = odm.cell_expression("ALB").to_wide().loc["ALB"]
    kinds = odm.cells().to_frame().set_index("barcode")["cellType"]

    assert wide[kinds == "hepatocyte"].min() > wide[kinds != "hepatocyte"].max()
    assert 6 == len(odm.cell_expression("ALB", cell_query="cellType=hepatocyte"))


def test_groups_are_listed_by_study_and_by_sample(odm):
    """Also those that no study has."""
    assert [VARIANTS] == [each["itemId"] for each in odm.groups("variant", study=LIVER)]
    assert [FLOW] == [each["itemId"] for each in odm.groups("flow_cytometry", sample_filter=where("Sex") == "F")]
    assert ["Proteomics"] == [e["Data Class"] for e in odm.groups(filter=where("Data Class") == "Proteomics")]
    with pytest.raises(UsageError, match="takes no filter"):
        odm.groups(study=LIVER, query="x")


def test_records_are_read_across_links_both_ways(odm):
    """From any end to the other."""
    pooled = where("Library ID") == "LIB07"

    assert ["LIV07", "LIV08"] == [e["Sample Source ID"] for e in odm.linked("samples", "libraries", pooled)]
    assert ["LIB07"] == [e["Library ID"] for e in odm.libraries(sample="GSF1146911")]
    assert [LIVER] == [e["genestack:accession"] for e in odm.linked("studies", "libraries", pooled)]
    assert [LIVER] == [e["genestack:accession"] for e in odm.linked("studies", "files")]
    assert LIVER == odm.study_of(odm.study_files(LIVER)[0], "file")["genestack:accession"]
    with pytest.raises(UsageError, match="use one of studies by samples"):
        odm.linked("samples", "studies")


# -- editing and deleting ----------------------------------------------------------------------------------------------


def test_every_kind_is_edited_by_one_method(odm):
    """Libraries and data groups are curated like samples: a draft, which consumers see when it is published."""
    library = odm.libraries()[0]
    assert 100 == odm.update(library, {"Read Length": "100"})["Read Length"]
    assert "75" == odm.library(library)["Read Length"]
    assert "log2" == odm.update("GSF1146928", {"Scale": "log2"}, kind="expression")["Scale"]
    odm.publish(LIVER, "read length")

    assert 100 == odm.library(library)["Read Length"]
    assert "log2" == odm.group("GSF1146928")["Scale"]
    assert ["Initial import", "read length"] == [each["message"] for each in odm.versions(library, "libraries")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Tisue": "liver"}, "did you mean 'Tissue'"),
        ({"tissue": "liver"}, "did you mean 'Tissue'"),
        ({"Age": "old"}, "is a number"),
        ({"Sex": "female"}, "is one of F, M"),
        ({"Sample Source ID": None}, "must not be empty"),
        ({}, "Nothing to change"),
    ],
    ids=str,
)
def test_changes_are_compared_with_the_template(odm, sandbox, changes, expected):
    """The server would take them all, and somebody would have to find them later."""
    sample = odm.sample("GSF1146904")
    with pytest.raises(UsageError, match=expected):
        odm.update(sample, changes)
    assert "M" == odm.update(sample, {"Sex": "M", "Own": "x", "Sample Source": "y"})["Sex"]
    assert "female" == odm.update(sample, {"Sex": "female"}, check=False)["Sex"]


def test_what_a_record_is_must_be_seen_or_said(odm):
    """A bare accession tells nothing, and variants can't be edited any more."""
    with pytest.raises(UsageError, match="pass kind="):
        odm.update("GSF1146904", {"Sex": "F"})
    with pytest.raises(UsageError, match=r"Servers since 1\.60"):
        odm.update(VARIANTS, {"Scale": "x"}, kind="variant")


def test_deleting_takes_a_confirmation_and_all_that_hangs_below(odm, sandbox):
    """Nobody deletes a study by a slip; what is deleted takes its data along."""
    with pytest.raises(UsageError, match="confirm=True"):
        odm.delete("GSF1146902")
    assert ["SAMPLE_GROUP"] == [each["objectType"] for each in odm.delete("GSF1146902", confirm=True)]

    assert [] == list(odm.samples(study=LIVER)) == list(odm.groups("variant")) == list(odm.libraries())
    assert ["STUDY"] == [
        each["detachedObjectType"] for each in odm.detached_objects() if each["genestack:accession"] == LIVER
    ] or [LIVER] == [each["genestack:accession"] for each in odm.linked("studies", "files")]


def test_only_administrators_delete(sandbox):
    """A curator of a real server gets the same refusal; an administrator need not be a curator."""
    with connected(sandbox, "bob") as bob, pytest.raises(PermissionDenied):
        bob.delete(FLOW, confirm=True)
    with connected(sandbox, "carol") as carol:
        assert not carol.may_curate()
        assert [FLOW] == [each["genestack:accession"] for each in carol.delete(FLOW, confirm=True)]


# -- what finds nothing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda odm: odm.samples(where("Tisue") == "liver"),
        lambda odm: odm.variants(sample_filter='"Tisue"="liver"'),
        lambda odm: odm.expression("ALB", attribute="gene", sample_filter="Tisue=liver"),
        lambda odm: odm.cells(sample_filter="Tisue=liver AND Sex=F"),
    ],
)
def test_a_filter_on_an_unknown_attribute_is_told(odm, ask):
    """The server finds nothing and says nothing: an hour is lost on a letter."""
    with pytest.raises(UnknownFilter, match="'Tisue': did you mean 'Tissue'"):
        ask(odm).first(1)


def test_a_filter_on_an_imported_attribute_may_find_nothing(odm):
    """It is in no template, but it is there."""
    assert [] == list(odm.samples(where("Patient_ID") == "nobody"))
    assert 0 == len(odm.variants(sample_filter=where("Patient_ID") == "nobody").to_frame())


def test_an_unknown_feature_column_is_told(odm):
    """As with attributes of samples."""
    with pytest.raises(UnknownFilter, match="'gen': did you mean 'gene'"):
        odm.expression("ALB", attribute="gen").first(1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda odm: odm.variants(),
        lambda odm: odm.flow_cytometry(),
        lambda odm: odm.cells(),
        lambda odm: odm.cell_expression("ALB"),
        lambda odm: odm.expression("ALB"),
    ],
)
def test_a_kind_of_data_that_nobody_imported_is_told(sandbox, odm, ask):
    """An empty table would look like an answer."""
    sandbox.reset("empty")
    with pytest.raises(UsageError, match=r"no .* for you yet: import_"):
        ask(odm).first(1)


def test_no_variant_of_a_sample_is_an_empty_frame_of_the_same_form(odm):
    """Code that follows must not break."""
    none, some = odm.variants("NOGENE").to_frame(), odm.variants().to_frame()

    assert none.empty
    assert none.columns.tolist() == some.columns.tolist()[: len(none.columns)]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda odm: odm.cells().first(1), "since release 1.62"),
        (lambda odm: odm.cell_expression("ALB").first(1), "since release 1.62"),
        (lambda odm: odm.import_cells("s3://b/cells.tsv"), "since release 1.62"),
        (lambda odm: odm.import_samples(DATA / "LIV2045_samples.tsv"), "since release 1.62"),
        (lambda odm: odm.import_file("s3://b/x.txt", LIVER), "since release 1.60"),
        (lambda odm: odm.audit_events().first(1), "since release 1.60"),
    ],
)
def test_what_an_older_server_lacks_is_told_with_its_release(ask, expected):
    """A bare 404 sounds as if the cells were not there."""
    with (
        Server(Answer(404, b"<html>Not Found</html>", "text/html")) as server,
        bionb.connect("odm", server.url, token="invented") as odm,
        pytest.raises(VersionRejected, match=expected),
    ):
        ask(odm)


def test_a_group_that_is_not_there_is_no_older_server(odm):
    """Where an identifier is asked for, 404 is about it."""
    with pytest.raises(NotFound):
        odm.cells(group=VARIANTS).first(1)


def test_a_long_stream_is_read_in_pieces():
    """A genome has millions of variants: no piece keeps those before it."""
    header = "CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tS1\tS2\n"
    rows = "".join(f"chr1\t{n}\t.\tA\tG\t60\tPASS\t.\t0/1\t./.\n" for n in range(20_000))
    with (
        Server(Answer(body=(header + rows).encode(), type="text/tab-separated-values")) as server,
        bionb.connect("odm", server.url, token="invented") as odm,
    ):
        tracemalloc.start()
        sizes, alleles = [], 0
        for piece in odm.stream_variants("GSF1").chunks(1000, counts=True):
            sizes.append(len(piece))
            alleles += int(piece["S1"].sum())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert [1000] * 20 == sizes
    assert 20_000 == alleles
    assert most < 20 * 1024 * 1024
