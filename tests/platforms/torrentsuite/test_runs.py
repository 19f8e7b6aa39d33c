"""Runs and reports as tables, with the values that the server really means."""

import json

import pandas as pd
import pytest

import bionb
from bionb.errors import UnknownFilter
from bionb.platforms.torrentsuite.tables.rows import run_rows
from bionb.platforms.torrentsuite.wire.records import clean, is_thumbnail, state_of

DOCUMENTED = """\
S5-530 cfDNA
    Reanalyze Completed
    S5-530_cfDNA Completed
    Auto_S5-530_cfDNA_89 Completed
S5-540 AmpliSeqExome
    S5-540_AmpliSeqExome Importing Failed
    Auto_S5-540_AmpliSeqExome_90 Completed
S5-540 WholeTranscriptomeRNA
    Auto_S5-540_WholeTranscriptomeRNA_91 Importing Failed
"""


@pytest.fixture(scope="module")
def examples(reference_data):
    """The documents' example responses, by resource and version."""
    return json.loads((reference_data / "data/torrent-suite/docs_example_responses.json").read_text())


def test_the_documented_printout_is_a_listing(suite):
    """The example of the document, line by line."""
    lines = []
    for run in suite.runs()[:3]:
        lines += [run["displayName"], *(f"    {each['resultsName']} {each['status']}" for each in run["results"])]

    assert DOCUMENTED == "\n".join(lines) + "\n"


def test_the_documented_printout_is_a_frame(suite):
    """One row a report says the same, and can be counted and joined."""
    frame = suite.runs().to_frame()
    first = frame[frame["displayName"].isin(["S5-530 cfDNA", "S5-540 AmpliSeqExome", "S5-540 WholeTranscriptomeRNA"])]

    assert ["Reanalyze", "S5-530_cfDNA", "Auto_S5-530_cfDNA_89"] == first["resultsName"].tolist()[:3]
    assert ["Completed"] * 3 + ["Unknown", "Completed", "Unknown"] == first["state"].tolist()
    assert ["5", "4", "1", "6", "2", "3"] == first["report"].tolist()


def test_all_runs_are_few_requests_and_one_row_a_report(suite, sent):
    """63 runs hold 126 reports."""
    runs = suite.runs()
    frame = runs.to_frame()

    assert (63, 126) == (len(runs), len(frame))
    assert 1 == len(sent())
    assert ["run", "displayName", "report", "resultsName", "status", "state"] == list(frame.columns[:6])
    assert {"Int64"} == {str(frame[name].dtype) for name in ("total_reads", "total_bases", "q20_bases")}
    assert "datetime64[us, UTC]" == str(frame["timeStamp"].dtype)


def test_runs_without_any_report_have_the_same_columns(suite, sandbox):
    """A new server has no runs; its table has the same columns and types."""
    full = suite.runs().to_frame()
    sandbox.reset("empty")
    empty = suite.runs().to_frame()

    assert 0 == len(empty)
    assert full.dtypes.to_dict() | empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert 1 == len(run_rows([{"id": 1, "results": []}]))


def test_thumbnails_are_marked(suite):
    """Each S5 run has two reports; adding both up would count reads twice."""
    frame = suite.runs().to_frame()
    invented = frame[frame["run"].astype(int) > 100]

    assert 60 == int(invented["thumbnail"].sum())
    assert invented["resultsName"].str.endswith("_tn").equals(invented["thumbnail"].astype(bool))


def test_runs_can_be_filtered_beyond_the_schema(suite):
    """The server has filters that its schema does not tell."""
    names = suite.runs(result_status="Error").to_frame()

    assert 0 < len(names) < 126
    assert ["S5-540 AmpliSeqExome"] == [run["displayName"] for run in suite.runs(all_text="AmpliSeqExome")]
    with pytest.raises(UnknownFilter, match="did you mean"):
        suite.runs(result_state="Error").to_frame()


def test_reports_carry_their_figures(suite, sent):
    """126 reports with metrics are four requests: the reports, and one list of each kind of metrics."""
    frame = suite.reports().to_frame().set_index("id")

    assert 126 == len(frame)
    assert 4 == len(sent())
    assert 93_969_124 == frame.loc["3", "total_reads"]
    assert 81.03 == round(frame.loc["5", "loading_percent"], 2)
    assert pd.isna(frame.loc["6", "total_reads"])
    assert "89" == frame.loc["1", "run"]


def test_a_thousand_reports_with_metrics_are_ten_requests(sandbox, suite, sent):
    """A loop with detail calls would need some four thousand."""
    sandbox.reset("busy")
    reports = suite.reports()
    first = reports.first(1000)

    assert 1000 == len(first)
    assert all("total_reads" in each for each in first)
    assert 10 == len(sent())
    assert 3006 == len(reports)


def test_figures_are_found_behind_the_first_page_of_metrics(sandbox, suite, monkeypatch):
    """A report that was analysed again has several records of metrics: there may be more of them than a page holds."""
    sandbox.reset("busy")
    whole = suite.reports().to_frame()
    monkeypatch.setattr("bionb.platforms.torrentsuite.sandbox.query.LARGEST", 100)

    pd.testing.assert_frame_equal(whole, suite.reports(limit=300).to_frame())


def test_every_report_of_a_busy_server_has_its_figures(sandbox, suite, sent):
    """Further pages are read in threads, which must not wait for each other."""
    sandbox.reset("busy")
    with bionb.connect(
        "torrentsuite", sandbox.url("torrentsuite"), workers=2, **sandbox.credentials("torrentsuite")
    ) as client:
        frame = client.reports(limit=300).to_frame()

    assert 3006 == len(frame) == frame["id"].nunique()
    with_metrics = frame[frame["analysismetrics"].map(len) > 0]
    assert not with_metrics["total_reads"].isna().any()


def test_reports_without_metrics_cost_one_request(suite, sent):
    """Who only wants names and states should not wait for figures."""
    frame = suite.reports(metrics=False, status="Importing Failed").to_frame()

    assert ["6", "3"] == frame["id"].tolist()
    assert ["/rundb/api/v1/results/schema/", "/rundb/api/v1/results/"] == sent()


def test_the_report_example_of_the_document(suite):
    """Seven plugins with their states, and 94.0 million reads."""
    report = suite.report(3)

    assert "Auto_S5-540_WholeTranscriptomeRNA_91" == report["resultsName"]
    assert {
        "DataExport": "Completed",
        "ERCC_Analysis": "Completed",
        "sampleID": "Error",
        "coverageAnalysis": "Error",
        "AssemblerSPAdes": "Started",
        "FilterDuplicates": "Completed",
        "RunTransfer": "Completed",
    } == report["pluginState"]
    assert "94.0 million reads" == f"{suite.library_metrics(report)[0]['totalNumReads'] / 1e6:.1f} million reads"


def test_a_report_without_metrics_is_an_empty_listing(suite):
    """The documented ["libmetrics"][0] ends in an IndexError there."""
    assert [] == suite.report(6)["libmetrics"]
    assert 0 == len(suite.library_metrics(6))
    assert "totalNumReads" in suite.library_metrics(6).to_frame()


def test_passwords_of_plugins_are_hidden(suite):
    """One of the documents' own examples shows a user's e-mail address and password."""
    results = list(suite.plugin_results(3))
    settings = [job["config"] for each in results for job in each["plugin_result_jobs"] if job["config"]]

    assert [{"server": "archive.example.org", "password": "(hidden)"}] == settings
    assert "sandbox-archive" not in suite.plugin_results(3).to_frame().to_csv()


def test_plugin_results_are_a_table(suite):
    """States, durations in minutes and sizes as numbers."""
    frame = suite.plugin_results(3).to_frame().set_index("pluginName")

    assert 7 == len(frame)
    assert 25_000 == frame.loc["DataExport", "size"]
    assert 3.0 == frame.loc["DataExport", "minutes"]
    assert pd.isna(frame.loc["AssemblerSPAdes", "minutes"])
    assert {"3"} == set(frame["report"])


def test_the_tree_leads_from_runs_to_reports(suite):
    """The browser shows runs, then their reports, then a report's figures."""
    run = suite.roots().first(1)[0]
    reports = list(suite.children(run))

    assert ("run", "89", "S5-530 cfDNA") == (run.kind, run.id, run.title)
    assert ["5", "4", "1"] == [each.id for each in reports]
    assert 3 == len(suite.frame(run))
    assert [194_418] == suite.frame(reports[0])["total_bases"].tolist()


# -- values ---------------------------------------------------------------------------------------------------------


def test_big_integers_become_integers(examples):
    """Integers above 32 bits arrive as text; sums would join them."""
    quality = clean(examples["qualitymetrics"]["5.10.0"]["objects"][0])
    library = clean(examples["libmetrics"]["5.12.1"]["objects"][0])
    result = clean(examples["pluginresult"]["5.12.1"]["objects"][0])

    assert 14_055_892_515 == quality["q0_bases"]
    assert (4_686_137, 1521, 157_392) == tuple(
        library[name] for name in ("genomesize", "total_mapped_reads", "total_mapped_target_bases")
    )
    assert (25_475, 7) == (result["size"], result["inodes"])


def test_times_are_right_to_the_millisecond():
    """The server writes 359 milliseconds as .000359."""
    assert "2019-10-04T02:55:43.359000+00:00" == clean("2019-10-04T02:55:43.000359+00:00")
    assert "2019-10-04T02:55:43+00:00" == clean("2019-10-04T02:55:43+00:00")
    assert "no time at all, 32 letters long." == clean("no time at all, 32 letters long.")


def test_the_names_of_keys_and_passes_are_no_secrets():
    """Masking must not touch what merely sounds like one."""
    kept = {"keypass": 7, "libraryKey": "TCAG", "tfKey": "ATCG", "aveKeyCounts": 80, "lib_pass_basecaller": 1}
    masked = {"api_key": "a", "apikey": "b", "password": "c", "ftppassword": "d", "userInput": {"token": "e"}}

    assert kept == clean(kept)
    hidden = clean(masked)
    assert {"(hidden)"} == {hidden[name] for name in ("api_key", "apikey", "password", "ftppassword")}
    assert {"token": "(hidden)"} == hidden["userInput"]
    assert {"apikey": None} == clean({"apikey": None})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Completed", "Completed"),
        ("Completed with 3 errors", "Error"),
        ("Error in Alignment", "Error"),
        ("ERROR", "Error"),
        ("No Live Beads", "Error"),
        ("CoreDump", "Error"),
        ("Signal Processing", "Progress"),
        ("Base Calling", "Progress"),
        ("Merge Bam Files", "Progress"),
        ("Generating Alignment metrics", "Progress"),
        ("Started", "Progress"),
        ("PGM Operation Error", "Other"),
        ("Pending", "Other"),
        ("TERMINATED", "Other"),
        ("Importing", "Other"),
        ("Importing Failed", "Unknown"),
        ("Something of the next version", "Unknown"),
        ("", "Unknown"),
    ],
)
def test_statuses_are_classed(status, state):
    """Servers before 5.12 class nothing, and no version knows 'Importing Failed'."""
    assert state == state_of({"status": status})


def test_the_server_s_own_class_counts():
    """A newer server may know statuses that we do not; an unknown one is nested under its own name."""
    assert "Completed" == state_of({"status": "Done", "i18nstatus": {"i18n": "Done", "state": "Completed"}})
    nested = {"Importing Failed": {"i18n": "not translated", "state": "Unknown"}}
    assert "Unknown" == state_of({"status": "Importing Failed", "i18nstatus": nested, "status_display": ""})
    assert "Error" == state_of({"status": "Odd", "status_display": "Error"})


def test_thumbnails_are_known_by_any_of_three_signs():
    """Lists of runs and of reports tell it differently."""
    assert is_thumbnail({"metaData": {"thumb": 1}})
    assert is_thumbnail({"analysismetrics": {"total_wells": 960_000}})
    assert is_thumbnail({"resultsName": "Auto_run_1800_tn"})
    assert not is_thumbnail({"resultsName": "Auto_run_1800", "metaData": {}, "analysismetrics": None})


@pytest.mark.parametrize("version", ["5.4.0", "5.6.0", "5.8.0", "5.10.0", "5.12.1"])
def test_runs_of_five_versions_become_rows(examples, version):
    """Fields came and went; a table must not break on any of them."""
    runs = [clean(each) for each in examples["compositeexperiment"][version]["objects"]]
    rows = run_rows(runs)

    assert sum(len(run["results"]) for run in runs) == len(rows)
    assert all(row["state"] in ("Completed", "Progress", "Error", "Other", "Unknown") for row in rows)
    assert all(isinstance(row["total_bases"], int) for row in rows if row["total_bases"] is not None)


def test_results_of_plugins_are_chosen_by_their_state(suite):
    """The server has no such filter, and refuses it; the documented example asks for it all the same."""
    failed = suite.plugin_results(3, state="Error")

    assert ["coverageAnalysis", "sampleID"] == sorted(failed.to_frame()["pluginName"])
    assert 2 == len(failed)
    everywhere = suite.plugin_results(state=["Error", "Started"])
    assert {"Error", "Started"} == {each["state"] for each in everywhere}
    assert len(everywhere) == sum(each["state"] in ("Error", "Started") for each in suite.plugin_results())
    assert list(everywhere[0]) == list(suite.plugin_results(3)[0])
    assert [] == list(suite.plugin_results(3, state="Nope"))


def test_runs_are_shown_with_the_reports_of_the_class_that_was_asked_for(suite):
    """The server leaves out reports of other classes, and ignores a class that it does not know."""
    frame = suite.runs(result_status="Error").to_frame()

    assert {"Error"} == set(frame["state"])
    assert len(suite.runs()) == len(suite.runs(result_status="Nope"))
