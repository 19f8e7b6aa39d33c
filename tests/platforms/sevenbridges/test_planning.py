"""Many tasks from a table: checked first, made once, waited for and gathered together."""

import numpy as np
import pandas as pd
import pytest

from bionb.errors import BionbError, InvalidInput, JobFailed, UsageError

from .conftest import PROJECT

MERGE = f"{PROJECT}/bamtools-merge-2-4-0"
EXOME = f"{PROJECT}/exome-alignment"
PAIRS = {
    "class": "CommandLineTool",
    "cwlVersion": "v1.0",
    "label": "Somatic calls",
    "inputs": [{"id": each, "type": "File"} for each in ("tumor", "normal")] + [{"id": "depth", "type": "int?"}],
    "outputs": [{"id": "calls", "type": "File", "suffix": ".vcf"}],
}


@pytest.fixture
def table():
    """Two samples, each with one BAM file, named by its name."""
    return pd.DataFrame({"sample": ["S01", "S02"], "input_bam": [["S01.bam"], ["S02.bam"]]})


def test_a_row_is_a_task_and_nothing_is_sent_for_a_plan(bridges, table, sent):
    """A plan is looked at before it costs anything."""
    plan = bridges.plan_tasks(MERGE, table, name="Merge {sample}")
    file = bridges.files(PROJECT, name="S01.bam")[0]

    assert ["name", "app", "project", "inputs", "tag", "status", "error"] == list(plan.columns)
    assert (["Merge S01", "Merge S02"], ["ready"] * 2) == (plan["name"].tolist(), plan["status"].tolist())
    assert {"input_bam": [{"class": "File", "path": file["id"], "name": "S01.bam"}]} == plan["inputs"][0]
    assert [] == [each for each in sent() if each.startswith(("POST /v2/tasks", "PATCH", "DELETE"))]
    assert plan.head(0).dtypes.tolist() == bridges.plan_tasks(MERGE, table.head(0)).dtypes.tolist()


def test_every_wrong_row_is_named_and_nothing_is_made(bridges, table):
    """All that is wrong, in one table."""
    other = bridges.files("RFranklin/rfranklins-experiments")
    there = bridges.copy_files(bridges.files(PROJECT, name="S01.bam")[0], "RFranklin/rfranklins-experiments")
    rows = [["S01.bam"], ["S99.bam"], [next(iter(there.values()))], ["0" * 24], None, "S03.bam", ["S01.bam"]]
    wrong = pd.DataFrame({"input_bam": rows, "output_name": ["a", "b", "c", "d", "e", "f", "a"]})
    plan = bridges.plan_tasks(MERGE, wrong)

    assert other is not None
    assert ["ready", *["wrong"] * 6] == plan["status"].tolist()
    for words, text in zip(
        (
            "no file called S99.bam",
            "is a file of RFranklin/rfra",
            "0000",
            "is required",
            "brackets",
            "same task as row 1",
        ),
        plan["error"][1:],
        strict=True,
    ):
        assert words in text
    before = bridges.tasks(PROJECT).total
    with pytest.raises(InvalidInput, match="6 of 7 tasks of the plan are wrong, nothing was created"):
        bridges.create_tasks(plan)
    assert before == bridges.tasks(PROJECT).total


def test_a_second_call_makes_no_second_task(bridges, table, sent):
    """Also in another kernel, with a plan made anew, in another order, and with one row more."""
    first = bridges.create_tasks(bridges.plan_tasks(MERGE, table))
    again = bridges.create_tasks(bridges.plan_tasks(MERGE, table.iloc[::-1]))
    assert (first["id"].tolist(), ["DRAFT"] * 2) == (again["id"].tolist()[::-1], first["status"].tolist())

    more = pd.concat([table, pd.DataFrame({"sample": ["S03"], "input_bam": [["S03.bam"]]})])
    bridges.create_tasks(bridges.plan_tasks(MERGE, more), run=True)
    assert 3 == sum(each.startswith("POST /v2/tasks") and "/actions" not in each for each in sent())
    assert 2 == sum(each.endswith("/actions/run") for each in sent())


def test_a_lost_answer_makes_no_second_task(bridges, sandbox, table, clock):
    """The task was made, its answer got lost: the next call finds it by its tag."""
    plan = bridges.plan_tasks(MERGE, table)
    before = bridges.tasks(PROJECT).total
    with (
        sandbox.fault("sevenbridges", "drop_connection", path="/v2/tasks", method="POST", times=1, after=10),
        pytest.raises(BionbError, match=r"1 of 2 tasks were not created.*same call again") as caught,
    ):
        bridges.create_tasks(plan)
    assert 1 == caught.value.partial["id"].notna().sum()
    assert bridges.create_tasks(plan)["id"].notna().all()
    assert before + 2 == bridges.tasks(PROJECT).total


def test_tasks_are_waited_for_and_gathered_together(bridges, table, clock, tmp_path):
    """One table of outputs, which can be downloaded as it stands."""
    made = bridges.create_tasks(bridges.plan_tasks(MERGE, table, name="sample"), run=True)
    done = bridges.wait_tasks(made)
    outputs = bridges.task_outputs(made)

    assert (["COMPLETED"] * 2, made["id"].tolist()) == (done["status"].tolist(), done["id"].tolist())
    assert ["S01", "S02"] == outputs["task_name"].tolist()
    assert ["merged"] * 2 == outputs["output"].tolist()
    assert ["done"] * 2 == bridges.download_files(outputs, tmp_path)["status"].tolist()


def test_one_that_fails_does_not_hide_the_others(bridges, clock):
    """All are waited for; the table says which failed, and why."""
    table = pd.DataFrame({"Reads_FASTQ": [["corrupt_reads.fastq"], ["S01.bam"]], "name": ["bad", "good"]})
    made = bridges.create_tasks(bridges.plan_tasks(EXOME, table), run=True)
    with pytest.raises(JobFailed, match=r"1 of 2 tasks did not complete: bad FAILED: .*truncated") as caught:
        bridges.wait_tasks(made)
    assert ["FAILED", "COMPLETED"] == caught.value.partial["status"].tolist()
    with pytest.raises(UsageError, match="is a draft"):
        bridges.wait_tasks(bridges.tasks(PROJECT, status="DRAFT"))


def test_pairs_of_tumor_and_normal(bridges, clock):
    """Two files a row, a value for all, an empty cell, and numbers of a table."""
    bridges.install_app(PROJECT, "somatic", PAIRS)
    files = bridges.files(PROJECT, name=["S01.bam", "S02.bam", "S03.bam"]).to_frame()["id"]
    table = pd.DataFrame({"patient": ["P1", "P2"], "t": [files[0], files[1]], "n": files[2], "deep": [30, np.nan]})
    plan = bridges.plan_tasks(
        f"{PROJECT}/somatic", table, inputs={"tumor": "t", "normal": "n", "depth": "deep"}, name="{patient} somatic"
    )
    assert ([{30}, set()], ["ready"] * 2) == (
        [{each["depth"]} if "depth" in each else set() for each in plan["inputs"]],
        plan["status"].tolist(),
    )
    plan = bridges.plan_tasks(f"{PROJECT}/somatic", table, inputs={"tumor": "t", "normal": "n", "depth": 30})
    assert [30, 30] == [each["depth"] for each in plan["inputs"]]
    assert [files[2]] * 2 == [each["normal"]["path"] for each in plan["inputs"]]


def test_outputs_of_a_batch_are_those_of_its_children(bridges, clock):
    """The parent itself has none."""
    reads = bridges.files(PROJECT, metadata={"sample_id": ["S01", "S02"]}, tag="raw")
    batch = bridges.create_task(
        PROJECT, EXOME, {"Reads_FASTQ": reads[:]}, batch_input="Reads_FASTQ", batch_by=["metadata.sample_id"], run=True
    )
    bridges.wait_task(batch)
    assert 2 == len(bridges.task_outputs(batch)) == bridges.task_outputs([batch])["task"].nunique()


@pytest.mark.parametrize("given", [None, [1], "table", {"a": 1}])
def test_what_is_no_table_is_told(bridges, given, sent):
    """Before anything is sent."""
    with pytest.raises(UsageError, match="DataFrame"):
        bridges.plan_tasks(MERGE, given)
    with pytest.raises(UsageError, match="plan_tasks"):
        bridges.create_tasks(given)
    assert [] == [each for each in sent() if each.startswith("POST")]


def test_names_that_cannot_be_made_are_told(bridges, table):
    """With what would do."""
    with pytest.raises(UsageError, match="neither a column nor a pattern"):
        bridges.plan_tasks(MERGE, table, name="Merge {patient}")
    with pytest.raises(UsageError, match="No column is called like an input"):
        bridges.plan_tasks(MERGE, table[["sample"]])
