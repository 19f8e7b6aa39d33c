"""Reports of a project side by side, and what two plugins found."""

import pytest

from bionb.platforms.torrentsuite.tables.plugins import coverage_by_report, coverage_rows, variant_rows
from bionb.platforms.torrentsuite.tables.trends import COMPARED, report_trend


def test_a_projects_reports_have_the_figures_that_people_compare(suite):
    """Reads, length, loading, quality, targets: the columns of the spreadsheet that every laboratory keeps by hand."""
    frame = suite.project_reports(2).to_frame()

    assert {"chipType", *COMPARED} <= set(frame.columns)
    assert frame["chipType"].eq("530").all()
    assert not frame["thumbnail"].any()
    assert frame["timeStamp"].is_monotonic_decreasing
    assert frame["on_target_percent"].dropna().between(80, 100).all()
    assert frame["on_target_percent"].notna().sum() > 3


def test_thumbnails_are_taken_in_when_asked_for(suite):
    """Left out by default: a sum over both counts reads twice."""
    project = suite.projects(name="liquid_biopsy")[0]

    assert project["resultsCount"] == len(suite.project_reports(project, thumbnails=True))
    assert project["resultsCount"] > len(suite.project_reports(project))


def test_a_project_costs_six_requests(suite, sent):
    """Asked report by report they would be hundreds."""
    suite.project_reports(1).to_frame()

    assert 7 == len(sent())  # with the schema


def test_the_means_of_a_report_are_those_of_its_barcodes(suite):
    """The two ways to the same figure agree."""
    mean = suite.coverage(5).to_frame()["uniformity_percent"].mean()
    of_report = suite.project_reports(2).to_frame().set_index("id")["uniformity_percent"]["5"]

    assert mean == pytest.approx(of_report)


def test_a_project_without_reports_is_an_empty_table_and_figure(sandbox, suite):
    """A new project is no error."""
    sandbox.reset("empty")
    frame = suite.project_reports(1).to_frame()
    [ax] = report_trend(frame)

    assert 0 == len(frame)
    assert ["fewer than two reports with figures"] == [text.get_text() for text in ax.texts]


def test_a_figure_has_no_panel_for_a_lone_value(suite):
    """One point is no trend."""
    frame = suite.project_reports(2).to_frame()
    frame.loc[frame.index[1:], "on_target_percent"] = None

    assert len(COMPARED) - 1 == len(report_trend(frame))


BARCODE = {"Percent reads on target": "94.39%", "Number of mapped reads": "41517304", "Sample Name": "None",
           "Average base coverage depth": "112.4", "Target base coverage at 20x": "94.26%"}  # fmt: skip


def result(**fields):
    return {"id": 7, "result": "/rundb/api/v1/results/3/", "state": "Completed", **fields}


@pytest.mark.parametrize(
    ("store", "barcodes"),
    [
        ({"barcodes": {"IonXpress_033": BARCODE, "IonXpress_034": BARCODE}}, ["IonXpress_033", "IonXpress_034"]),
        (BARCODE, [None]),
        ({}, [None]),
        (None, [None]),
        ({"barcodes": {"IonXpress_033": {"Error": "No reads"}}}, ["IonXpress_033"]),
        ({"barcodes": None}, [None]),
        ({"barcodes": {"IonXpress_033": "odd"}}, ["IonXpress_033"]),
    ],
)
def test_whatever_a_plugin_kept_is_a_row_a_barcode(store, barcodes):
    """Versions, failures and reports without barcodes differ; none may break the table of all others."""
    for rows in (coverage_rows, variant_rows):
        assert barcodes == [each["barcode"] for each in rows([result(store=store)])]


def test_numbers_are_numbers(suite):
    """The plugin keeps all of them as text, with a percent sign."""
    [row] = coverage_rows([result(store=BARCODE)])

    assert (94.39, 41517304, 112.4, 94.26) == tuple(
        row[name] for name in ("on_target_percent", "mapped_reads", "mean_depth", "covered_20x_percent")
    )
    assert row["sample"] is None  # "None" is the plugin's word for no sample
    assert "Float64" == str(suite.coverage().to_frame()["on_target_percent"].dtype)


def test_the_newest_complete_result_counts(suite):
    """A plugin that is run again and fails does not take away what was known."""
    older = result(id=1, store={**BARCODE, "Percent reads on target": "80.00%"})
    newer, failed = result(id=2, store=BARCODE), result(id=3, state="Error", store={})

    assert 94.39 == coverage_by_report([newer, failed, older])[3]["on_target_percent"]


def test_variants_are_counted_by_kind(suite):
    """Their sum is the number that the report's page shows."""
    counts = suite.variant_counts().to_frame().dropna(subset="variants")
    kinds = ["het_snps", "homo_snps", "het_indels", "homo_indels", "other", "no_call"]

    assert (counts[kinds].sum(axis=1) == counts["variants"]).all()
    assert 0 < len(counts)
