"""Links: every pair and its opposite, what 200 leaves out, and rules that hold before anything is sent."""

import pytest

import bionb
from bionb.errors import ResponseError, ServerFailed, UsageError
from bionb.platforms.odm.wire.jobs import Job
from tests.platforms.odm.conftest import BUCKET, LIVER, sent

SAMPLES, LIBRARIES, PREPARATIONS = "GSF1146902", "GSF1146912", "GSF1146921"
EXPRESSION, PROTEINS, VARIANTS, FLOW, CELLS = "GSF1146928", "GSF1146930", "GSF1146932", "GSF1146934", "GSF1146935"
PAIRS = [
    ("link_samples", "unlink_samples", (SAMPLES, LIVER), {}, f"sample/group/{SAMPLES}/to/study/{LIVER}"),
    ("link_libraries", "unlink_libraries", (LIBRARIES, SAMPLES), {}, f"library/group/{LIBRARIES}/to/sample/group/"),
    (
        "link_preparations",
        "unlink_preparations",
        (PREPARATIONS, SAMPLES),
        {},
        "preparation/group/GSF1146921/to/sample/",
    ),
    ("link_expression", "unlink_expression", (EXPRESSION, LIBRARIES), {"to": "libraries"}, "/to/library/group/"),
    (
        "link_expression",
        "unlink_expression",
        (PROTEINS, PREPARATIONS),
        {"to": "preparations"},
        "/to/preparation/group/",
    ),
    ("link_variant", "unlink_variant", (VARIANTS, SAMPLES), {}, f"variant/group/{VARIANTS}/to/sample/group/{SAMPLES}"),
    ("link_flow_cytometry", "unlink_flow_cytometry", (FLOW, SAMPLES), {}, f"flow-cytometry/group/{FLOW}/to/sample/"),
]


@pytest.mark.parametrize(("link", "unlink", "ends", "options", "path"), PAIRS)
def test_each_link_has_its_path_and_its_opposite(sandbox, odm, link, unlink, ends, options, path):
    """POST links, DELETE on the same path unlinks, parameters are only in the path."""
    getattr(odm, unlink)(*ends, **options)
    assert 204 == getattr(odm, link)(*ends, **options).status

    deleted, posted = [each.split(" ") for each in sent(sandbox)[:2]]
    assert ("DELETE", "POST") == (deleted[0], posted[0])
    assert path in posted[1] == deleted[1]


def test_links_show_in_the_study_and_their_opposites_take_them_out(odm):
    """What a link changes is what a study shows."""
    shown = {each["itemId"] for each in odm.groups(study=LIVER)}
    odm.unlink_expression(EXPRESSION, LIBRARIES, to="libraries")
    assert shown - {EXPRESSION} == {each["itemId"] for each in odm.groups(study=LIVER)}

    odm.link_expression(EXPRESSION, LIBRARIES, to="libraries")
    assert shown == {each["itemId"] for each in odm.groups(study=LIVER)}
    assert [LIBRARIES] == [each["itemId"] for each in odm.groups("library", study=LIVER)]
    assert [VARIANTS] == [each["itemId"] for each in odm.groups("variant", study=LIVER)]


def test_single_things_are_linked_and_unlinked(odm):
    """One sample of a study, one library of a sample, one column of a matrix."""
    odm.unlink_samples("GSF1146904", LIVER, level="object")
    assert 7 == len(odm.samples(study=LIVER))
    assert 204 == odm.link_samples("GSF1146904", LIVER, level="object").status

    run = odm.expression("ENSG10000000003")[0]["item"].partition("-")[0]
    odm.unlink_expression(run, "GSF1146914", to="libraries", level="object")
    assert 6 == len(odm.expression("ENSG10000000003"))
    assert 204 == odm.link_expression({"runId": run}, "GSF1146914", to="libraries", level="object").status
    assert 7 == len(odm.expression("ENSG10000000003"))

    odm.unlink_libraries("GSF1146914", "GSF1146904", level="object")
    assert 204 == odm.link_libraries("GSF1146914", "GSF1146904", level="object").status


def test_wrong_levels_are_told(odm):
    """Cells have no links of their own, and attributes match groups."""
    with pytest.raises(UsageError, match="'group' or 'object'"):
        odm.link_samples(SAMPLES, LIVER, level="file")
    with pytest.raises(UsageError, match="whole groups only"):
        odm.link_expression("45215", CELLS, to="cells", level="object")
    with pytest.raises(UsageError, match="linking_attribute is for groups"):
        odm.link_variant("45215", "GSF1146904", "Sample Name", level="object")


def test_links_of_any_type_are_listed(odm):
    """A mapping is linked by the general operation, and found by it."""
    mapping = odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv")
    odm.link_mapping(mapping, EXPRESSION)

    found = odm.links(EXPRESSION, "expressionGroup").to_frame()
    assert [mapping["xrefSetId"]] == found["secondId"].tolist()
    assert 1 == len(odm.links(EXPRESSION, second=mapping, second_type="geneTranscriptMapping", limit=1))
    assert 0 == len(odm.links(LIVER))


def test_cells_can_be_linked_but_not_unlinked(sandbox, odm):
    """The server has no DELETE for cells; saying so is better than a 404."""
    assert 204 == odm.link_cells(CELLS, LIBRARIES, to="libraries").status
    with pytest.raises(ResponseError, match="400"):
        odm.link_cells(CELLS, SAMPLES)
    before = len(sent(sandbox))
    with pytest.raises(UsageError, match="can't undo a link to cells"):
        odm.unlink_expression(EXPRESSION, CELLS, to="cells")
    assert before == len(sent(sandbox))


@pytest.mark.parametrize("link", ["link_variant", "link_flow_cytometry"])
@pytest.mark.parametrize("to", ["libraries", "preparations"])
def test_only_expression_goes_to_libraries_and_preparations(sandbox, odm, link, to):
    """The model's rule is checked before anything is sent."""
    with pytest.raises(UsageError, match="Only expression data can be linked to libraries and preparations"):
        getattr(odm, link)(VARIANTS, LIBRARIES, to=to)
    assert [] == sent(sandbox)


def test_a_finished_job_tells_what_it_holds(sandbox, odm):
    """Who passes jobs need not say to="libraries", and can't mix them up."""
    libraries = Job(1, "COMPLETED", "libraries", result={"groupAccession": LIBRARIES})
    assert 204 == odm.link_expression(EXPRESSION, libraries).status

    before = len(sent(sandbox))
    with pytest.raises(UsageError, match="Only expression data"):
        odm.link_variant(VARIANTS, libraries)
    with pytest.raises(UsageError, match=r"imported libraries, not expression: use link_libraries\(\)"):
        odm.link_expression(libraries, SAMPLES)
    with pytest.raises(UsageError, match="samples can be linked to study, not to libraries"):
        odm.link_samples(SAMPLES, libraries)
    assert before == len(sent(sandbox))


def test_a_partial_link_names_both_sides(odm, served, examples):
    """One column of this file has no sample, and one sample has no column."""
    folder = "synthetic-gse60871/"
    names = ("study.tsv", "samples.tsv", "partial_link.gct")
    study = odm.wait_job(odm.import_study(served(folder + names[0])))
    samples = odm.wait_job(odm.import_samples(served(folder + names[1])))
    data = odm.wait_job(odm.import_expression(served(folder + names[2])))
    odm.link_samples(samples, study)
    linked = odm.link_expression(data, samples)

    assert (200, False) == (linked.status, linked.complete)
    assert (["SYN99"], ["SYN12"]) == (linked.runs_left, linked.samples_left)
    assert [False] == [has for name, has in odm.completeness(study)[data.accession].items() if name == "SYN12"]


def test_a_link_that_was_made_is_told_although_the_comparison_failed(sandbox, odm):
    """The link exists: whoever repeats it in panic gains nothing."""
    sandbox.reset("imported")
    odm.link_samples("GSF1147034", "GSF1147033")
    with sandbox.fault("odm", "maintenance", path="run-to-samples", status=500), pytest.raises(ServerFailed) as caught:
        odm.link_expression("GSF1147049", "GSF1147034")

    assert (200, "GSF1147049") == (caught.value.partial.status, caught.value.partial.source)
    assert 1 == len(odm.groups(study="GSF1147033"))


def test_another_attribute_can_match(odm):
    """The data may name samples by another attribute of the template."""
    with pytest.raises(ResponseError, match="no sample attribute 'Patient_ID'"):
        odm.link_variant(VARIANTS, SAMPLES, linking_attribute="Patient_ID")
    with pytest.raises(ResponseError, match="400.*Nothing in"):
        odm.link_variant(VARIANTS, SAMPLES, linking_attribute="Sample Name")
    for number in range(1146904, 1146912):
        odm.update_sample(f"GSF{number}", {"Cell Line": f"LIV{number - 1146903:02d}"})
    assert 204 == odm.link_variant(VARIANTS, SAMPLES, linking_attribute="Cell Line").status
    with pytest.raises(UsageError, match="linking_attribute is for groups"):
        odm.link_expression(EXPRESSION, LIBRARIES, "Sample Name", to="libraries")


def test_a_group_belongs_to_one_study(odm):
    """The server refuses a second study; nothing is moved."""
    study = odm.wait_job(odm.import_study(BUCKET + "study.tsv"))
    with pytest.raises(ResponseError, match="belongs to the study GSF1146901"):
        odm.link_samples(SAMPLES, study)
    with pytest.raises(ResponseError, match="no sample group GSF7777777"):
        odm.link_samples("GSF7777777", study)


def test_completeness_sees_through_libraries_and_preparations(odm):
    """Data hangs on libraries, but the question is about samples; a pool counts for both of its samples."""
    having = odm.completeness(LIVER)

    assert [f"LIV{n:02d}" for n in range(1, 9)] == having.index.tolist()
    assert [8, 4, 3, 8, 3] == having.sum().tolist()


def test_a_consumer_reads_across_links_but_makes_none(consumer):
    """Reading is for everybody."""
    assert [8, 4, 3, 8, 3] == consumer.completeness(LIVER).sum().tolist()
    with pytest.raises(bionb.BionbError, match="group Curator"):
        consumer.link_samples(SAMPLES, LIVER)


def test_pairs_are_paged_by_run(odm, tmp_path, monkeypatch):
    """A page counts runs, not pairs: going on by the number of pairs would leave out runs."""
    monkeypatch.setattr("bionb.platforms.odm.wire.paging.LIMIT", 2)
    file = tmp_path / "samples.tsv"
    rows = [f"Biobank\tLIV{number:02d}" for number in (1, 1, 2, 2, 3, 3)]
    file.write_text("\n".join(["Sample Source\tSample Source ID", *rows]))
    samples = odm.wait_job(odm.import_samples(file))
    study = odm.wait_job(odm.import_study(BUCKET + "study.tsv"))
    odm.link_samples(samples, study)
    odm.link_flow_cytometry(FLOW, samples)

    assert [True] * 6 == odm.completeness(study)[FLOW].tolist()
