"""Apps and tasks: draft, run, wait, abort, clone, batch."""

import datetime

import numpy as np
import pytest

from bionb.errors import InvalidInput, JobFailed, ResponseError, UsageError, WaitTimeout
from bionb.platforms.sevenbridges.rules.inputs import Inputs

from .conftest import PROJECT

MERGE = f"{PROJECT}/bamtools-merge-2-4-0/0"


def bams(bridges):
    return bridges.files(PROJECT, name=["S01.bam", "S02.bam"]).first(2)


def test_the_app_of_the_overview(bridges):
    """``RFranklin/my-project/bamtools-merge-2-4-0/0`` identifies an app."""
    app = bridges.app(MERGE)

    assert (MERGE, 0, "BamTools Merge 2.4.0") == (app["id"], app["revision"], app["name"])
    assert app["raw"] == bridges.app_cwl(MERGE)


def test_apps_are_listed_without_their_long_descriptions(bridges):
    """``raw`` would make a list of apps bulky."""
    frame = bridges.apps(PROJECT).to_frame()

    assert [f"{PROJECT}/bamtools-merge-2-4-0/0", f"{PROJECT}/exome-alignment/1"] == frame["id"].tolist()
    assert "raw" not in frame
    assert ["admin/public/read-quality/0"] == bridges.apps(public=True, q="quality").to_frame()["id"].tolist()


def test_installing_and_copying_an_app(bridges):
    """A second installation is the next revision; a copy keeps the short name."""
    cwl = {"class": "CommandLineTool", "label": "Count", "inputs": [{"id": "n", "type": "int"}], "outputs": []}
    first = bridges.install_app(PROJECT, "count", cwl)
    second = bridges.install_app(PROJECT, "count", cwl, revision=1)
    copied = bridges.copy_app(second, "john_doe/project1")

    assert (f"{PROJECT}/count/0", f"{PROJECT}/count/1") == (first["id"], second["id"])
    assert "john_doe/project1/count/0" == copied["id"]
    assert ["n"] == bridges.app_inputs(copied).names


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "COMPLETED"}, 14),
        ({"status": "FAILED"}, 1),
        ({"created_from": "2026-01-05"}, 2),
        ({"created_to": datetime.date(2026, 1, 5)}, 16),
        ({"started_from": "2026-01-04T12:00:00"}, 8),
        ({"batch": True}, 0),
    ],
)
def test_filters(bridges, filters, expected):
    """By state, time and kind."""
    assert expected == bridges.tasks(PROJECT, **filters).total


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"created_from": "last week"}, "is no date"),
        ({"created_form": "2026-01-01"}, "created_form"),
        ({"status": "Active"}, "none of DRAFT"),
    ],
)
def test_bad_filters_are_refused_here(bridges, sent, filters, words):
    """The server would ignore some of them."""
    with pytest.raises(UsageError, match=words):
        bridges.tasks(PROJECT, **filters)
    assert [] == sent()


def test_a_copy_whose_name_has_no_letter_is_refused(bridges):
    """Nothing would be left for its short name."""
    with pytest.raises(ResponseError, match="code 6004"):
        bridges.copy_app(MERGE, "RFranklin/rfranklins-experiments", name="..")


def test_a_draft_runs_and_its_results_are_found(bridges, clock):
    """From inputs to a new file of the project."""
    draft = bridges.create_task(PROJECT, MERGE, {"input_bam": bams(bridges)}, name="Merge two")
    started = bridges.run_task(draft)
    done = bridges.wait_task(draft)

    assert ("DRAFT", "QUEUED", "COMPLETED") == (draft["status"], started["status"], done["status"])
    assert "merge_two.merged.bam" == bridges.file(done["outputs"]["merged"])["name"]
    assert ["merge_two.merged.bam"] == [file["name"] for file in bridges.files(PROJECT, origin_task=draft)]
    assert ["align", "sort", "index"] == bridges.execution_details(draft)["name"].tolist()


def test_a_missing_file_is_refused_before_anything_is_created(bridges, sent):
    """A required input without its file would fail after minutes in the queue."""
    with pytest.raises(InvalidInput, match=r"input_bam is required: File\[\]"):
        bridges.create_task(PROJECT, MERGE, {"output_name": "both.bam"})
    assert not [each for each in sent() if each.startswith("POST")]


def test_the_server_refuses_it_too(bridges):
    """Without our check the draft is made, and running it is refused with the reason."""
    draft = bridges.create_task(PROJECT, MERGE, {}, check=False)

    assert "input_bam" == draft["errors"][0]["input_id"]
    with pytest.raises(ResponseError, match="code 7024"):
        bridges.run_task(draft)


@pytest.mark.parametrize("check", [True, False])
def test_files_are_sent_as_tasks_name_them_and_never_as_records(bridges, written, check):
    """The official client sends class and path; a whole record has a size, an origin, metadata of persons."""
    files = bams(bridges)[:]
    draft = bridges.create_task(PROJECT, MERGE, {"input_bam": files}, check=check)
    created = written()[-1]["inputs"]["input_bam"]
    bridges.update_task(draft, check=check, inputs={"input_bam": files[:1], "output_name": None})
    updated = written()[-1]["inputs"]

    assert [{"class": "File", "path": each["id"], "name": each["name"]} for each in files] == created
    assert {"input_bam": created[:1], "output_name": None} == updated
    bridges.update_task(draft, check=check, inputs={"input_bam": [{"class": "File", "path": files[0]["id"]}]})
    assert [{"class": "File", "path": files[0]["id"]}] == written()[-1]["inputs"]["input_bam"]


def test_new_inputs_are_checked_before_they_are_sent(bridges, written, sent):
    """A draft with a wrong input fails later, and costs time."""
    draft = bridges.create_task(PROJECT, MERGE, {"input_bam": bams(bridges)})
    with pytest.raises(InvalidInput, match="input_bam is a text"):
        bridges.update_task(draft, inputs={"input_bam": "S01.bam"})
    bridges.update_task(draft, inputs={"input_bam": [bams(bridges)[0]["id"]]})

    assert "File" == written()[-1]["inputs"]["input_bam"][0]["class"]
    assert 1 == len([each for each in sent() if each.startswith("PATCH")])


def test_a_whole_record_is_no_input_for_the_server(bridges):
    """The sandbox would hide it otherwise."""
    draft = bridges.create_task(PROJECT, MERGE, {}, check=False)
    body = {"inputs": {"input_bam": [dict(bams(bridges)[0])]}}
    answer = bridges.call("PATCH", f"tasks/{draft['id']}", what="change it", json=body)

    assert "does not match" in answer["errors"][0]["message"]


def test_only_what_was_given_is_sent(bridges, written):
    """A name, a description and settings are the platform's to choose where nobody gave them."""
    bridges.create_task(PROJECT, MERGE, {"input_bam": bams(bridges)})

    assert {"project", "app", "inputs"} == set(written()[-1])
    with pytest.raises(UsageError, match="does not know colour"):
        bridges.create_task(PROJECT, MERGE, {}, colour="red")


def test_numbers_of_a_frame_are_inputs():
    """A column's cells are numbers of numpy."""
    inputs = Inputs({"inputs": [{"id": "n", "type": "int"}, {"id": "xs", "type": "float[]"}]})

    assert {"n": 3, "xs": [1.5]} == inputs.build({"n": np.int64(3), "xs": np.array([1.5])})
    with pytest.raises(InvalidInput, match="n can't be sent: 'n' is an empty cell"):
        inputs.build({"n": np.float64("nan"), "xs": []})


def test_a_failed_task_says_why(bridges, clock):
    """The platform's own words are in the message."""
    broken = bridges.files(PROJECT, name="corrupt_reads.fastq")[0]
    task = bridges.create_task(PROJECT, f"{PROJECT}/exome-alignment", {"Reads_FASTQ": [broken]}, run=True)

    with pytest.raises(JobFailed, match="FAILED: Step align: corrupt_reads.fastq is truncated") as caught:
        bridges.wait_task(task)
    assert "FAILED" == caught.value.state


def test_aborted_ends_the_wait(bridges, clock):
    """Hand-written loops often forget this state and never end."""
    task = bridges.create_task(PROJECT, MERGE, {"input_bam": bams(bridges)}, run=True)
    bridges.abort_task(task)

    with pytest.raises(JobFailed, match="ABORTED"):
        bridges.wait_task(task)


def test_waiting_ends_at_the_deadline_and_refuses_drafts(bridges, clock):
    """Never endless, and never for something that nobody runs."""
    task = bridges.create_task(PROJECT, MERGE, {"input_bam": bams(bridges)})
    with pytest.raises(UsageError, match="run_task"):
        bridges.wait_task(task)
    bridges.run_task(task)
    with pytest.raises(WaitTimeout, match="still"):
        bridges.wait_task(task, deadline=0)


def test_a_clone_is_a_new_draft_with_the_same_inputs(bridges):
    """The way to run a finished task once more."""
    task = bridges.tasks(PROJECT, status="COMPLETED")[0]
    clone = bridges.clone_task(task)

    assert "DRAFT" == clone["status"]
    assert bridges.task_inputs(task) == bridges.task_inputs(clone)
    assert [clone["id"]] == [each["id"] for each in bridges.tasks(PROJECT, origin_id=task)]
    bridges.delete_task(clone)
    assert 0 == bridges.tasks(PROJECT, origin_id=task).total


def test_a_batch_makes_one_task_for_each_sample(bridges, written, clock):
    """`batch_by` groups the files of one input by their metadata."""
    reads = bridges.files(PROJECT, metadata={"sample_id": ["S01", "S02"]}, tag="raw").first(10)
    batch = bridges.create_task(
        PROJECT,
        f"{PROJECT}/exome-alignment",
        {"Reads_FASTQ": reads},
        batch_input="Reads_FASTQ",
        batch_by=["metadata.sample_id"],
        run=True,
    )
    by = {"type": "criteria", "criteria": ["metadata.sample_id"]}
    said = written()[-1]
    assert (True, "Reads_FASTQ", by) == (said["batch"], said["batch_input"], said["batch_by"])
    bridges.wait_task(batch)
    children = bridges.tasks(parent=batch).to_frame()

    assert ["S01", "S02"] == children["batch_group.value"].tolist()
    assert {"COMPLETED"} == set(children["status"])


def test_criteria_need_the_input_that_they_split(bridges, written):
    """The server refuses one without the other, and a single text is one criterion."""
    reads = bridges.files(PROJECT, metadata={"sample_id": "S01"}, tag="raw").first(2)
    with pytest.raises(UsageError, match="batch_input="):
        bridges.create_task(PROJECT, f"{PROJECT}/exome-alignment", {}, batch_by="metadata.sample_id", check=False)
    draft = bridges.create_task(PROJECT, f"{PROJECT}/exome-alignment", {"Reads_FASTQ": reads})
    bridges.update_task(draft, batch_input="Reads_FASTQ", batch_by="metadata.sample_id")

    assert ["metadata.sample_id"] == written()[-1]["batch_by"]["criteria"]
    assert written()[-1]["batch"]
    body = {"project": PROJECT, "app": MERGE, "batch_by": {"type": "item"}}
    with pytest.raises(ResponseError, match="code 7023"):
        bridges.call("POST", "tasks", what="create a task", json=body)


def test_a_task_that_has_run_only_changes_its_name(bridges):
    """Inputs of a finished task are history."""
    task = bridges.tasks(PROJECT, status="COMPLETED")[0]

    assert "Renamed" == bridges.update_task(task, name="Renamed")["name"]
    with pytest.raises(ResponseError, match="code 7026.*clone it"):
        bridges.update_task(task, inputs={})


def test_many_tasks_by_id(bridges, sent):
    """One request for a hundred."""
    ids = [task["id"] for task in bridges.tasks(PROJECT)]

    assert ids == [task["id"] for task in bridges.tasks_by_id(ids)]
    assert 1 == sent().count("POST /v2/bulk/tasks/get")


def test_a_name_is_no_task_id(bridges, sent):
    """Tasks have UUIDs."""
    with pytest.raises(UsageError, match="UUID"):
        bridges.task("Align S01")
    assert [] == sent()
