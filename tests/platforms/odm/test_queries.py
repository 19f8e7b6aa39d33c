"""Lists and queries: complete whatever the server's pages, lists kept, frames tidy and wide."""

import pathlib

import pandas as pd
import pytest

from bionb.errors import ConnectionFailed, NotFound, ResponseError, UnexpectedResponse, UsageError
from bionb.platforms.odm.rules.filters import where
from bionb.platforms.odm.tables.measurements import tidy
from tests.platforms.odm.conftest import LIVER, sent

GUIDE = "GSF1147033"


def pages(sandbox):
    return [each.query for each in sandbox.received("odm") if each.path.endswith("/samples")]


# -- lists ----------------------------------------------------------------------------------------------------------


def test_short_pages_lose_nothing(sandbox, linked):
    """A page may hold fewer rows than asked for although more follow: the next offset is what came, not the limit."""
    whole = [each["genestack:accession"] for each in linked.samples()]
    with sandbox.fault("odm", "short_page", missing=3):
        short = linked.samples(limit=5)
        assert whole == [each["genestack:accession"] for each in short]

    assert 20 == len(whole) == len(set(whole))
    assert any("pageOffset=2&" in query for query in pages(sandbox))


def test_a_list_that_changes_while_it_is_read_is_read_again(sandbox, linked):
    """A sample deleted on page one moves all others by one: none of them may be missing."""
    with sandbox.fault("odm", "drifting", times=1):
        read = {each["genestack:accession"] for each in linked.samples(limit=4)}
    left = {each["genestack:accession"] for each in linked.samples()}

    assert 19 == len(left)
    assert left <= read


def test_pages_are_read_concurrently_once_the_total_is_known(sandbox, linked):
    """Twenty samples in pages of three are seven requests, all asked for after the first."""
    assert 20 == len(linked.samples(limit=3).to_frame())
    assert 7 == len(pages(sandbox))


def test_lists_are_kept_and_empty_attributes_dropped_on_request(linked):
    """A multi-valued cell is a list; most attributes of a template are empty."""
    samples = linked.samples(study=GUIDE, fields="original")

    assert ["MCT01_a.CEL", "MCT01_b.CEL"] == samples.to_frame()["Data Files / Raw"][0]
    assert "Cell Line" in samples.to_frame()
    assert "Cell Line" not in samples.to_frame(drop_empty=True)
    assert "Cell Line" not in samples._repr_html_()
    assert pd.Float64Dtype() == samples.to_frame()["Age"].dtype


def test_an_empty_list_has_the_same_columns(linked):
    """Code that follows must not break on a filter that finds nothing."""
    none, some = linked.samples(where("Sex") == "x").to_frame(), linked.samples().to_frame()

    assert some.columns.tolist() == none.columns.tolist()
    assert some.dtypes.tolist() == none.dtypes.tolist()


def test_fields_say_how_many_attributes_come(linked, sandbox):
    """A consumer sees imported columns that are not in the template only on request."""
    assert "Genotype" not in linked.samples(study=GUIDE)[0]
    assert "Genotype" in linked.samples(study=GUIDE, fields="original")[0]
    assert "Genotype" in linked.samples(study=GUIDE, as_curator=True)[0]
    with pytest.raises(UsageError, match="minimal, extended, original"):
        linked.samples(fields="all")


def test_lists_are_sorted_as_asked(linked):
    """The server sorts; a minus sign turns it round."""
    names = [each["genestack:accession"] for each in linked.studies(sort="-creation")]
    assert [GUIDE, LIVER] == names
    assert sorted(names) == [each["genestack:accession"] for each in linked.studies(sort="id")]


def test_long_filters_are_sent_in_several_requests(sandbox, linked):
    """Two hundred accessions in one address would be refused; the rows are the same."""
    wanted = where("genestack:accession").isin(f"GSF{n}" for n in range(1146900, 1147100))
    samples = linked.samples(wanted)

    assert [each["genestack:accession"] for each in linked.samples()] == [
        each["genestack:accession"] for each in samples
    ]
    assert 20 == len(samples)
    assert 2 == sum("filter=" in query for query in pages(sandbox))


def test_a_study_list_takes_no_filter(odm):
    """The server ignores it there; silently unfiltered rows would be worse than an error."""
    with pytest.raises(UsageError, match="omics_samples"):
        odm.samples("Sex=F", study=LIVER)


def test_libraries_preparations_and_files(odm, tmp_path):
    """The other entities of the model, by group and all."""
    libraries = odm.libraries()

    assert ["LIV07", "LIV08"] == libraries[-1]["Sample Source ID"]
    assert 7 == len(odm.libraries(group=libraries[0]["groupId"]))
    assert 4 == len(odm.preparations(group=odm.preparations()[0]["groupId"]))
    first = odm.download_files(odm.files(), tmp_path)
    again = odm.download_files(odm.files().to_frame(), tmp_path)
    alone = odm.download_files(first["genestack:accession"].tolist(), tmp_path / "alone")
    assert (["done"], ["there"], ["done"]) == tuple(each["status"].tolist() for each in (first, again, alone))
    assert b"Invented protocol" == pathlib.Path(first["target"][0]).read_bytes()[:17]
    with pytest.raises(NotFound):
        odm.libraries(group="GSF1").first(1)


# -- omics ----------------------------------------------------------------------------------------------------------


def test_samples_are_chosen_by_everything_linked_to_them(linked):
    """Study, sample, library, preparation and data conditions hold together."""

    def names(**asked):
        return [each["Sample Source ID"] for each in linked.omics_samples(**asked)]

    assert 12 == len(names(study_filter=where("Study Source ID") == "GSE60871"))
    assert ["LIV07", "LIV08"] == names(library_filter=where("Library ID") == "LIB07")
    assert ["LIV01"] == names(preparation_filter=where("Preparation ID") == "PREP01")
    assert ["LIV02", "LIV04"] == names(sample_query='"liver fibrosis"', preparation_filter='"Digestion"="Trypsin"')
    assert {f"MCT{n:02d}" for n in range(1, 7)} == set(names(data_query="feature=Stat3 value>6"))
    assert 8 == len(names(variant_query="region=chr22:40000-50000"))
    assert [] == names(variant_query="region=chr22:1-2")


def test_cursor_pages_are_followed_to_the_end(sandbox, linked):
    """These queries page by cursor; the last page says that results are exhausted."""
    samples = linked.omics_samples(limit=7)

    assert 20 == len({each["genestack:accession"] for each in samples})
    assert 3 == len(pages(sandbox))


def test_measurements_are_tidy_rows_or_a_wide_table(linked):
    """One row a measurement with the sample it belongs to; or features by samples."""
    measured = linked.expression(["Stat3", "Gzmb"], sample_filter=where("Organism") == "Mus musculus", limit=5)
    tidy_frame, wide = measured.to_frame(), measured.to_wide()

    assert (24, 24) == (len(tidy_frame), len(measured))
    assert {"GSF1147049"} == set(tidy_frame["group"])
    assert ("GSF1147036", "MCT01") == tuple(tidy_frame.loc[0, ["sample", "run"]])
    assert (2, 12) == wide.shape
    assert 7.316 == wide.loc["Stat3", "MCT01"]
    assert pd.isna(wide.loc["Gzmb", "MCT06"])
    assert "GSF1147036" == linked.expression("Stat3").to_wide(columns="sample").columns[0]


def test_several_measurements_stay_apart(odm):
    """Proteomics has an intensity and a p-value for each preparation."""
    proteins = odm.expression("Albumin", data_filter=where("Data Class") == "Proteomics")

    assert ["PREP01", "PREP02", "PREP03", "PREP04"] == proteins.to_frame()["run"].tolist()
    assert 4 == proteins.to_frame()["preparation"].nunique()
    assert (1, 4) == proteins.to_wide("pvalue").shape
    with pytest.raises(UsageError, match="intensity, pvalue"):
        proteins.to_wide("value")


def test_genes_of_another_column_and_values_in_a_range(odm):
    """The first feature column is the fastest; others are named."""
    assert 7 == len(odm.expression("CD36", attribute="gene"))
    assert ["Actin"] == odm.expression(data_query='398 < feature."Average Mz" < 400').to_frame()[
        "feature.protein"
    ].unique()
    assert 0 == len(odm.expression("CD36", attribute="gene", data_query="value > 100"))
    assert odm.expression("nothing").to_wide().empty
    with pytest.raises(UsageError, match="Say what to read"):
        odm.expression()


def test_long_gene_lists_are_sent_in_hundreds(sandbox, linked):
    """The vendor's notebook does so by hand."""
    genes = [f"Gene{n}" for n in range(250)] + ["Stat3"]

    assert 12 == len(linked.expression(genes))
    assert 3 == sum(each.endswith("/omics/expression/data") for each in sent(sandbox))


def test_a_wide_table_keeps_features_of_different_kinds_of_data(linked):
    """Groups name their feature columns differently; none may drop another's rows."""
    measured = linked.expression(data_query='feature =~ "a"')
    tidy_frame, wide = measured.to_frame(), measured.to_wide()

    assert {"Stat3", ""} <= set(wide.index.get_level_values("feature"))
    assert wide.notna().sum().sum() == tidy_frame["value.value"].notna().sum() > 12


def test_a_feature_measured_twice_is_told(linked):
    """One of two values would be lost in silence."""
    link = "s3://example_data/GSE60871/GSE60871_expression.gct"
    again = linked.wait_job(linked.import_expression(link, allow_duplicates=True))
    linked.link_expression(again, "GSF1147034")

    with pytest.raises(UsageError, match=rf"Stat3 of MCT01 was measured more than once.*{again.accession}"):
        linked.expression("Stat3").to_wide()
    one = linked.expression("Stat3", data_filter=where("genestack:accession") == again.accession)
    assert (1, 12) == one.to_wide().shape


def test_looking_at_a_listing_of_unknown_length_reads_one_page(sandbox, linked):
    """Cursor pages have no total; the display must not read them all."""
    assert "first 10 of many" in linked.omics_samples(limit=11)._repr_html_()
    assert 1 == len(pages(sandbox))


def test_measurements_of_old_servers_are_read_alike():
    """Before 1.58 an item had gene and expression."""
    old = {"itemId": "7-X", "itemOrigin": {"runId": "7", "groupId": "GSF1"}, "gene": "X", "expression": 2.5}

    assert ("X", 2.5, "GSF1") == tuple(tidy(old)[name] for name in ("feature.feature", "value.value", "group"))
    assert [float("inf"), float("-inf"), None] == [
        tidy({"value": {"value": each}})["value.value"] for each in ("Inf", "-Inf", None)
    ]


# -- the study search -----------------------------------------------------------------------------------------------


def test_facets_narrow_the_search(linked):
    """Options of one attribute are alternatives, those of different ones all hold."""
    everything = linked.search_studies()
    assert 2 == len(everything)
    options = everything.facets().set_index("name")["id"]

    assert [GUIDE] == [each["accession"] for each in linked.search_studies(options=options["tumor"])]
    assert 2 == len(linked.search_studies(options=[options["tumor"], options["liver"]]))
    assert 0 == len(linked.search_studies(options=[options["Homo sapiens"], options["tumor"]]))
    assert 1 == len(linked.search_studies("liver", as_curator=True))


def test_pages_of_the_search_are_complete(linked):
    """It is a POST that only reads."""
    assert 2 == len(list(linked.search_studies(limit=1)))


# -- matrices -------------------------------------------------------------------------------------------------------


def test_a_matrix_is_streamed_in_chunks(sandbox, linked):
    """Chunks and the whole agree; nothing is sent before it is used."""
    stream = linked.stream_expression("GSF1147049")
    assert [] == sent(sandbox)
    chunks, whole = list(stream.chunks(10)), stream.to_frame()

    assert [10, 10, 4] == [len(each) for each in chunks]
    pd.testing.assert_frame_equal(pd.concat(chunks), whole)
    assert ["feature"] == whole.index.names
    assert {"float64"} == {str(dtype) for dtype in whole.dtypes}
    assert "/omics/expression/streamed-data" in sent(sandbox)[-1]
    assert "/omics/expression/streamed-data" in linked.last_request.python
    assert "not read yet" in repr(stream)


def test_columns_and_rows_of_a_matrix_can_be_chosen(linked):
    """Filters keep what need not travel from travelling."""
    tumors = linked.stream_expression("GSF1147049", sample_filter=where("Tissue") == "tumor").to_frame()
    genes = linked.stream_expression("GSF1147049", data_query="feature=Stat3,Cd8a", round_digits=1).to_frame()

    assert 6 == tumors.shape[1]
    assert (["Stat3", "Cd8a"], 7.3) == (genes.index.tolist(), genes.iloc[0, 0])


def test_several_feature_columns_become_the_index(odm):
    """Numbers among them stay numbers; the group's metadata tells how many there are."""
    proteins = odm.stream_expression("GSF1146930").to_frame()

    assert ["protein", "Average Mz"] == list(proteins.index.names)
    assert ("Albumin", 402.218) == proteins.index[0]
    assert "PREP01.intensity" == proteins.columns[0]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_the_delimiter_is_taken_from_the_header(sandbox, odm, mark):
    """The description says comma, a page of the guide says tab."""
    text = mark.join(["gene", "S1", "S2"]) + "\n" + mark.join(["Stat3", "1.5", "NA"]) + "\n"
    with sandbox.fault("odm", "malformed", path="streamed-data", body=text.encode()):
        frame = odm.stream_expression("GSF1146928").to_frame()

    assert frame.columns.tolist()[-1:] == ["S2"]
    assert pd.isna(frame.iloc[0, -1])


def test_a_stream_that_breaks_off_keeps_what_came(sandbox, linked):
    """Hours of streaming must not be lost for the last second."""
    with sandbox.fault("odm", "drop_connection", path="streamed-data", after=1200):
        with pytest.raises(ConnectionFailed, match="broke off the stream of GSF1147049") as caught:
            linked.stream_expression("GSF1147049").to_frame()
        with pytest.raises(ConnectionFailed) as chunked:
            list(linked.stream_expression("GSF1147049").chunks(2))

    assert isinstance(caught.value.partial, pd.DataFrame)
    assert chunked.value is not None


@pytest.mark.parametrize(
    "body", [b"", b"id,gene,S1\n1,Stat3,abc\n", b"id,gene,S1\n1,Stat3\n", b"id,gene,S1\n1,Stat3,1,2\n"]
)
def test_rows_that_do_not_fit_their_header_are_told(sandbox, odm, body):
    """A proxy's page or a cut line must not become numbers."""
    with sandbox.fault("odm", "malformed", path="streamed-data", body=body), pytest.raises(UnexpectedResponse):
        odm.stream_expression("GSF1146928").to_frame()


def test_a_matrix_that_is_not_there_is_not_found(odm):
    """The group is looked up first."""
    with pytest.raises(NotFound, match="GSF1"):
        odm.stream_expression("GSF1").to_frame()


# -- mappings -------------------------------------------------------------------------------------------------------


def test_mappings_are_imported_linked_and_queried(odm):
    """Genes by transcript and transcripts by gene, of one mapping or of all."""
    mapping = odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv", metadata={"Name": "invented"})
    odm.link_mapping(mapping, "GSF1146928")
    frame = odm.mapping_entries(mapping).to_frame()

    assert ["ENSG10000000001", "ENSG10000000002", "ENSG10000000003"] == frame["sourceId"].tolist()
    assert ["ENST10000000011", "ENST10000000012"] == frame["targetIds"][0]
    assert 2 == len(odm.mapping_entries(transcripts=["ENST10000000011", "ENST10000000021"]))
    assert 3 == len(odm.mapping_entries(mapping, limit=1))
    assert 3 == len(odm.mapping_entries(genes=[f"ENSG{n}" for n in range(10000000000, 10000000200)]))
    odm.unlink_mapping(mapping, "GSF1146928")
    with pytest.raises(NotFound):
        odm.unlink_mapping(mapping, "GSF1146928")


def test_a_mapping_is_told_what_is_wrong(odm):
    """There is no job: the answer itself is the error."""
    with pytest.raises(ResponseError, match="400.*TXNAME"):
        odm.import_mapping("s3://example_data/LIV2045/LIV2045_samples.tsv")
    with pytest.raises(UsageError, match="no upload of mappings"):
        odm.import_mapping("mapping.tsv")


def test_the_official_mapping_file_is_read(odm, served):
    """Another file in the vendor's form."""
    mapping = odm.import_mapping(served("synthetic-gse60871/xref_gene_transcript.tsv"))
    assert 2 == len(odm.mapping_entries(mapping, genes="ENSMUSG00000000003.15")[0]["targetIds"])


# -- curation -------------------------------------------------------------------------------------------------------


def test_drafts_are_published_with_a_message(odm, consumer, clock):
    """Consumers see a change only after publishing."""
    odm.update_study(LIVER, {"Study Type": "Longitudinal", "Study Design": "two visits"})
    assert "Cohort" == consumer.study(LIVER)["Study Type"]
    task = odm.publish(LIVER, "design added")

    assert "DONE" == task["status"]
    assert "Longitudinal" == consumer.study(LIVER)["Study Type"]
    assert ["Initial import", "design added"] == [each["message"] for each in odm.versions(LIVER)]
    assert "Cohort" == odm.version(LIVER, "v1")["Study Type"]
    assert "UTC" == str(odm.versions(LIVER).to_frame()["published_on"].dt.tz)


def test_null_removes_and_texts_are_parsed(odm):
    """The server reads texts that look so as numbers and booleans."""
    draft = odm.update_sample(
        "GSF1146904", {"Patient_ID": None, "Passage": "3", "Frozen": "true", "Tissue": ["a", "b"]}
    )

    assert "Patient_ID" not in draft
    assert (3, True, ["a", "b"]) == (draft["Passage"], draft["Frozen"], draft["Tissue"])
    with pytest.raises(UsageError, match="Nothing to change"):
        odm.update_sample("GSF1146904", {})


def test_the_validation_summary_is_a_table(odm):
    """Nested four levels deep in the answer, one row a fault here."""
    assert odm.validation_summary(LIVER).empty
    odm.update_sample("GSF1146904", {"Sex": "female", "Age": "old"})
    odm.update_sample("GSF1146905", {"Sex": "female", "Sample Source ID": None})

    found = odm.validation_summary(LIVER).set_index(["attribute", "error"])["count"].to_dict()
    assert {
        ("Sex", "VOCABULARY_NOT_FOUND"): 2,
        ("Age", "TYPE_NOT_MATCH"): 1,
        ("Sample Source ID", "MISSING_ATTRIBUTE"): 1,
    } == found
