"""One run report: its figures, against those of the documents, and its pictures."""

import json

import pytest
from matplotlib import pyplot as plt

from bionb.platforms.torrentsuite.tables import figures
from bionb.platforms.torrentsuite.tables.report import ReportIncomplete, RunReport
from bionb.platforms.torrentsuite.wire.records import clean

TABLES = ("summary", "loading", "alignment", "survival", "test_fragments", "plugins", "barcodes", "thresholds")


@pytest.fixture(scope="module")
def examples(reference_data):
    return json.loads((reference_data / "data/torrent-suite/docs_example_responses.json").read_text())


@pytest.fixture(autouse=True)
def _no_open_figures():
    plt.switch_backend("Agg")
    yield
    plt.close("all")


def documented(examples, version):
    """Return the report of the documents' examples."""
    names = ("libmetrics", "analysismetrics", "qualitymetrics", "tfmetrics")
    parts = {name: clean(examples[name][version]["objects"]) for name in names}
    return RunReport({"id": 3}, **parts)


def test_the_figures_are_those_of_the_documents(examples):
    """94.0 million reads, and a loading that the server itself computed as 81.03 percent."""
    large, small = documented(examples, "5.10.0"), documented(examples, "5.12.1")

    assert "94.0" == f"{large.summary['total_reads'][0] / 1e6:.1f}"
    assert 81.03 == round(small.summary["loading_percent"][0], 2)
    loading = small.loading.set_index("stage")
    assert 81.03 == round(loading.loc["bead", "percent"], 2)
    assert small.analysis["loading"] == pytest.approx(loading.loc["bead", "percent"])
    assert 70.32 == round(loading.loc["usable library", "percent"], 2)


def test_a_report_without_a_reference_says_nothing_about_alignment(examples):
    """Its counts are 0, which would read as 'nothing aligned'."""
    report = documented(examples, "5.10.0")

    assert report.summary["mapped_percent"].isna().all()
    assert report.summary["raw_accuracy_percent"].isna().all()
    assert (0, 0) == (len(report.alignment), len(report.survival))


def test_the_alignment_table_is_that_of_the_report_page(examples):
    """Bases, mean and longest alignment at each quality, and the coverage of the reference."""
    report = documented(examples, "5.12.1")
    table = report.alignment.set_index("quality")

    assert ["AQ7", "AQ10", "AQ17", "AQ20", "AQ47"] == list(table.index)
    assert (1450, 145_395, 100, 141) == tuple(table.loc["AQ20", ["reads", "bases", "mean_length", "longest"]])
    assert table.loc["AQ20", "coverage"] == pytest.approx(145_395 / 4_686_137)
    assert report.summary["mapped_percent"][0] == pytest.approx(100 * 1521 / 1526)
    survival = report.survival[report.survival["quality"] == "AQ17"]
    assert [50, 100] == survival["length"].tolist()[:2]
    assert [1444, 1144] == survival["reads"].tolist()[:2]
    assert survival["reads"].is_monotonic_decreasing


@pytest.mark.parametrize(("version", "share"), [("5.10.0", 663_166 / 762_290), ("5.12.1", 227_564 / 268_035)])
def test_test_fragments_agree_with_the_servers_own_count(examples, version, share):
    """The histogram's part from 50 bases on is the server's Q17ReadCount."""
    table = documented(examples, version).test_fragments

    assert table["aq17_50_percent"][0] == pytest.approx(100 * share)
    assert table["aq17_100_percent"][0] <= table["aq17_50_percent"][0]


def test_one_call_gathers_everything(suite, sent):
    """The report first, then all its parts at once; the lesson shows the first request."""
    report = suite.run_report(5)

    assert "/rundb/api/v1/results/5/" == sent()[0]
    assert 8 == len(sent())
    assert "/results/5/" in suite.last_request.python
    assert [81.03] == report.summary["loading_percent"].round(2).tolist()
    assert [30.0, 30.0, 30.0] == report.thresholds["threshold"].tolist()
    assert report.thresholds["passed"].all()
    assert ["plasma 1", "plasma 2"] == report.barcodes["sample"].tolist()


def test_the_documented_report_has_its_seven_plugins(suite):
    """Names, states and minutes in one table."""
    plugins = suite.run_report(3).plugins.set_index("plugin")

    assert 7 == len(plugins)
    assert "Error" == plugins.loc["sampleID", "state"]
    assert plugins.loc["DataExport", "ended"] > plugins.loc["DataExport", "started"]


def test_a_plugin_whose_result_was_deleted_still_has_its_state():
    """The report keeps the states of plugins whose results are gone."""
    report = RunReport({"id": 1, "pluginState": {"sampleID": "Completed"}})

    assert [("sampleID", "Completed")] == list(report.plugins[["plugin", "state"]].itertuples(index=False, name=None))


def test_a_report_without_metrics_has_empty_tables_of_the_same_form(suite):
    """A run that failed is when a report is looked at most."""
    full, none = suite.run_report(5), suite.run_report(6)

    for name in TABLES:
        dtypes = getattr(none, name).dtypes.to_dict()
        assert dtypes == getattr(full, name)[list(dtypes)].dtypes.to_dict(), name
    assert none.summary["total_reads"].isna().all()
    assert 0 == len(none.loading)


@pytest.mark.parametrize(
    "names",
    [
        ("Barcode Name", "Sample", "Total Reads", "Total Bases", "Mean Read Length"),
        ("ID", "sample", "Total number of Reads", "Filtered_Mapped_Bases_in_Q7_Alignments", "Mean_read_length (bp)"),
    ],
)
def test_barcode_summaries_of_different_versions_are_read(names):
    """Their columns are named differently, and there may be more of them."""
    row = dict(zip(names, ("IonXpress_001", "a", "500", "60000", "120"), strict=True), Extra="kept")
    report = RunReport({"id": 1}, libmetrics=[{"id": 1, "totalNumReads": 1000}], barcodes=[row])

    table = report.barcodes
    assert ["barcode", "sample", "reads", "bases", "mean_read_length", "percent", "Extra"] == list(table.columns)
    assert ["IonXpress_001", "a", 500, 60_000, 120.0, 50.0, "kept"] == table.iloc[0].tolist()


@pytest.mark.parametrize("kind", ["maintenance", "malformed", "drop_connection"])
@pytest.mark.parametrize(
    ("path", "part", "table"),
    [("results/3/barcode", "barcodes", "barcodes"), ("tfmetrics", "tfmetrics", "test_fragments"),
     ("pluginresult", "plugins", "plugins")],
)  # fmt: skip
def test_a_report_survives_a_part_that_fails(suite, sandbox, clock, kind, path, part, table):
    """Real servers fail on the barcodes of some reports; all else was lost with them."""
    with (
        sandbox.fault("torrentsuite", kind, path=path),
        pytest.warns(ReportIncomplete, match=f"report 3 is shown without {part}: Torrent Suite"),
    ):
        report = suite.run_report(3)

    assert [part] == [each.split(":")[0] for each in report.notes]
    assert f"without {part}" in repr(report)
    assert 93969124 == report.summary["total_reads"][0]
    assert list(getattr(suite.run_report(3), table).columns[:2]) == list(getattr(report, table).columns[:2])
    report.plot()


def test_what_the_api_does_not_tell_is_said(suite):
    """Inventing polyclonal reads or a length histogram would be worse than a line of words."""
    report = suite.run_report(5)
    text = " ".join(report.not_told)

    assert "polyclonal" in text
    assert "histogram" in text
    panel = report.plot().get_supxlabel()
    assert "polyclonal" in panel


# -- pictures -------------------------------------------------------------------------------------------------------


def labels(ax):
    return [each.get_text() for each in ax.texts]


def test_the_bead_funnel_shows_wells_and_shares(suite):
    """Heights are wells, labels are percent of the stage before."""
    ax = figures.bead_funnel(suite.run_report(3).loading)
    widths = [round(bar.get_width(), 3) for bar in ax.patches]

    assert [148.156, 140.401, 140.340, 139.086, 1.254, 93.974] == widths
    assert "94.8 % of addressable" in labels(ax)
    assert "67.6 % of library" in labels(ax)
    assert "wells (millions)" == ax.get_xlabel()
    assert "wells" == figures.bead_funnel(suite.run_report(5).loading).get_xlabel()


def test_quality_checks_are_red_under_their_threshold(suite):
    """As the server's own page does."""
    frame = suite.run_report(5).thresholds
    frame.loc[2, ["threshold", "passed"]] = [80.0, False]
    ax = figures.quality_checks(frame)

    assert [81.03, 80.0, 70.32] == [round(bar.get_width(), 2) for bar in ax.patches]
    blue, _, red = [bar.get_facecolor() for bar in ax.patches]
    assert blue != red
    assert 3 == len(ax.collections)
    assert "percent; key signal in counts" == ax.get_xlabel()


def test_read_survival_falls_with_length_and_quality(suite):
    """One line a quality, reads over bases."""
    ax = figures.read_survival(suite.run_report(1).survival)
    lines = {line.get_label(): list(line.get_ydata()) for line in ax.lines}

    assert ["AQ7", "AQ10", "AQ17", "AQ20", "AQ47"] == list(lines)
    assert all(high >= low for high, low in zip(lines["AQ7"], lines["AQ47"], strict=True))
    assert ("length (bases)", "reads (millions)") == (ax.get_xlabel(), ax.get_ylabel())


def test_aligned_and_unaligned_add_up_to_all_reads(suite):
    """The stacked bar is as long as the reads are many."""
    summary = suite.run_report(1).summary
    ax = figures.aligned_reads(summary)
    aligned, rest = [bar.get_width() for bar in ax.patches]

    assert aligned == pytest.approx(summary["mapped_reads"][0] / 1e6)
    assert aligned + rest == pytest.approx(summary["total_reads"][0] / 1e6)
    assert ["aligned", "unaligned"] == [each.get_text() for each in ax.get_legend().get_texts()]


def test_reads_without_a_reference_are_not_drawn_as_unaligned(suite):
    """A report that was aligned to nothing is no report whose reads failed to align."""
    ax = figures.aligned_reads(suite.run_report(3).summary)

    assert [0, 0, pytest.approx(93.969124)] == [bar.get_width() for bar in ax.patches]
    assert "no reference" == ax.get_legend().get_texts()[-1].get_text()


def test_fragment_accuracy_has_two_bars_a_fragment(suite):
    """Percent of reads that are right over 50 and over 100 bases."""
    frame = suite.run_report(3).test_fragments
    ax = figures.fragment_accuracy(frame)

    heights = [bar.get_width() for bar in ax.patches]
    assert heights == pytest.approx([*frame["aq17_50_percent"], *frame["aq17_100_percent"]])
    assert "reads (percent)" == ax.get_xlabel()
    assert ["TF_C", "TF_1"] == [each.get_text() for each in ax.get_yticklabels()]


def test_the_trend_has_one_line_a_chip_and_no_thumbnails(suite):
    """Thumbnails would be points near zero."""
    runs = suite.runs().to_frame()
    ax = figures.run_trend(runs, "q20_bases")
    chips = [line.get_label() for line in ax.lines]
    shown = sum(len(line.get_ydata()) for line in ax.lines)

    assert ["510", "520", "530", "540", "550"] == chips
    assert int((runs["q20_bases"].notna() & ~runs["thumbnail"].astype(bool)).sum()) == shown
    assert "Q20 bases (billions)" == ax.get_ylabel()


def test_the_plugin_matrix_has_a_square_for_each_latest_state(suite):
    """Reports down, plugins across."""
    frame = suite.plugin_results(result__in=[2, 3]).to_frame()
    ax = figures.plugin_matrix(frame)

    assert 9 == sum(len(each.get_offsets()) for each in ax.collections)
    assert ["Auto_S5-540_AmpliSeqExome_90", "Auto_S5-540_WholeTranscriptomeRNA_91"] == [
        each.get_text() for each in ax.get_yticklabels()
    ]
    assert ["Completed", "Error", "Started"] == [each.get_text() for each in ax.get_legend().get_texts()]


def test_a_report_without_metrics_is_drawn_with_words(suite):
    """Four panels in any case; empty ones say why."""
    figure = suite.run_report(6).plot()

    assert 4 == len(figure.axes)
    assert 3 == sum("no metrics" in labels(ax) for ax in figure.axes)
    assert 1 == sum("not aligned to a reference" in labels(ax) for ax in figure.axes)
