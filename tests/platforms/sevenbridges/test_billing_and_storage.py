"""Billing as frames; volumes, imports, exports; feedback."""

import pytest

from bionb.errors import JobFailed, ResponseError, UsageError

from .conftest import PROJECT

VOLUME = "RFranklin/lab_bucket"


def test_what_was_spent_on_each_project(bridges):
    """The breakdown holds all rows, not the first page."""
    group = bridges.billing_groups()[0]
    analysis = bridges.billing_breakdown(group).to_frame()
    total = sum(task["price"]["amount"] for task in bridges.tasks())

    assert pytest.approx(total) == analysis["analysis_cost.amount"].sum()
    assert {"USD"} == set(analysis["analysis_cost.currency"])
    assert "USD" == bridges.billing_group(group)["balance"]["currency"]


@pytest.mark.parametrize(("kind", "column"), [("storage", "active.size"), ("egress", "downloaded.size")])
def test_storage_and_downloads(bridges, kind, column):
    """One row a project, sizes with their unit."""
    frame = bridges.billing_breakdown(bridges.billing_groups()[0], kind).to_frame()

    assert 5 == len(frame)
    assert "Float64" == str(frame[column].dtype)


def test_days_are_sent_as_the_platform_wants_them(bridges, sent):
    """Its day comes in the middle."""
    group = bridges.billing_groups()[0]
    assert 16 == bridges.billing_breakdown(group, date_from="2026-01-04", date_to="2026-01-04").total
    assert 0 == bridges.billing_breakdown(group, date_from="2026-01-05").total
    assert any("date_from=01-04-2026" in each for each in sent())
    with pytest.raises(UsageError, match="is no day"):
        bridges.billing_breakdown(group, date_from="yesterday")


def test_invoices(bridges):
    """Totals are what their parts add up to."""
    frame = bridges.invoices(bridges.billing_groups()[0]).to_frame()

    assert 3 == len(frame)
    assert (frame["analysis_costs.amount"] + frame["storage_costs.amount"]).tolist() == frame["total.amount"].tolist()


def test_an_unknown_breakdown_lists_the_known_ones(bridges):
    """Before anything is sent."""
    with pytest.raises(UsageError, match="analysis, storage, egress"):
        bridges.billing_breakdown("x", "compute")


def test_a_volume_and_what_is_in_it(bridges):
    """Objects are listed below a prefix, page by page, without a total."""
    top = bridges.volume_objects(VOLUME).to_frame()

    assert [VOLUME] == bridges.volumes().to_frame()["id"].tolist()
    assert ["cohort/", "reads/", "readme.txt"] == top["location"].tolist()
    assert ["prefix", "prefix", "s3"] == top["type"].tolist()
    assert [f"reads/sample_{n}.fastq.gz" for n in range(1, 6)] == [
        each["location"] for each in bridges.volume_objects(VOLUME, "reads/", limit=2)
    ]


def test_a_new_volume_never_gives_its_credentials_back(bridges):
    """They stay with the platform."""
    service = {"type": "s3", "bucket": "b", "credentials": {"secret_access_key": "sandbox-key"}}
    made = bridges.create_volume("second", service, access_mode="RO")

    assert "credentials" not in made["service"]
    assert "RW" == bridges.update_volume(made, access_mode="RW")["access_mode"]
    bridges.delete_volume(made)
    assert 1 == bridges.volumes().total
    with pytest.raises(ResponseError, match="code 9014"):
        bridges.create_volume("no spaces here", service)


def test_imports_become_files(bridges, clock):
    """Several objects with one request, each waited for."""
    started = bridges.import_files(VOLUME, ["reads/sample_1.fastq.gz", "reads/sample_2.fastq.gz"], project=PROJECT)
    done = [bridges.wait_transfer(each) for each in started]

    assert ["sample_1.fastq.gz", "sample_2.fastq.gz"] == [each["result"]["name"] for each in done]
    assert "VOLUME" == bridges.file(done[0]["result"])["storage"]["type"]
    assert 2 == bridges.imports(PROJECT, state="COMPLETED").total


def test_an_import_of_nothing_says_so(bridges, clock):
    """The platform's words are in the message."""
    started = bridges.import_files(VOLUME, ["reads/none.bam"], project=PROJECT)
    with pytest.raises(JobFailed, match="no object reads/none.bam"):
        bridges.wait_transfer(started[0])


def test_exports_write_to_the_volume(bridges, clock):
    """The object is there afterwards."""
    file = bridges.files(PROJECT, name="S01.vcf")[0]
    done = bridges.wait_transfer(bridges.export_files({file["id"]: "results/S01.vcf"}, VOLUME)[0])

    assert "COMPLETED" == done["state"]
    assert 1 == bridges.volume_objects(VOLUME, "results/").total
    assert ["results/S01.vcf"] == bridges.exports().to_frame()["destination.location"].tolist()


def test_an_export_that_was_refused_says_why(bridges):
    """One of a bulk call may be refused; waiting for it must not hide the reason."""
    refused = bridges.export_files({"0" * 24: "results/none.vcf"}, VOLUME)[0]
    with pytest.raises(UsageError, match=r"export was never started: .*file does not exist"):
        bridges.wait_transfer(refused)


def test_feedback(bridges, sandbox):
    """An idea arrives; a mistyped kind does not leave."""
    bridges.send_feedback("Show the total in the body too.")

    assert "IDEA" == sandbox.app("sevenbridges").store.feedback[0]["type"]
    with pytest.raises(UsageError, match="THOUGHT"):
        bridges.send_feedback("x", kind="COMPLAINT")


def test_users_need_a_division(bridges):
    """Only enterprise accounts list users."""
    with pytest.raises(ResponseError, match="code 2105.*division"):
        bridges.users().to_frame()
    assert "john_doe" == bridges.user("john_doe")["username"]
