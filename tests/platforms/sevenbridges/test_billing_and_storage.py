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
    """Totals are what their parts add up to; an invoice is called by its ``invoice_id``, unlike everything else."""
    invoices = bridges.invoices(bridges.billing_groups()[0])
    frame = invoices.to_frame()

    assert ["INV-2025-10", "INV-2025-11", "INV-2025-12"] == frame["invoice_id"].tolist()
    assert invoices[1] == bridges.invoice(invoices[1]) == bridges.invoice("INV-2025-11")
    assert 3 == len(bridges.invoices(fields="").to_frame())
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
    service["credentials"]["access_key_id"] = "sandbox-id"
    made = bridges.create_volume("second", service, access_mode="RO")

    assert {"access_key_id": "(hidden)"} == made["service"]["credentials"]
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
    """The object is there afterwards, and the file as well."""
    file = bridges.files(PROJECT, name="S01.vcf")[0]
    done = bridges.wait_transfer(bridges.export_files({file["id"]: "results/S01.vcf"}, VOLUME)[0])

    assert "COMPLETED" == done["state"]
    assert file == bridges.file(file)
    assert 1 == bridges.volume_objects(VOLUME, "results/").total
    assert ["results/S01.vcf"] == bridges.exports().to_frame()["destination.location"].tolist()


def test_an_export_without_a_copy_leaves_an_alias_that_is_not_exported_again(bridges, clock):
    """The platform's own default deletes the file: people must ask for that."""
    file = bridges.files(PROJECT, name="S01.vcf")[0]
    where = {file["id"]: "results/S01.vcf"}
    bridges.wait_transfer(bridges.export_files(where, VOLUME, copy_only=False)[0])

    kept = {"type": "VOLUME", "volume": VOLUME, "location": "results/S01.vcf"}
    assert kept == bridges.file(file)["storage"]
    with pytest.raises(UsageError, match="never started: .*aliases"):
        bridges.wait_transfer(bridges.export_files(where, VOLUME)[0])


def test_folders_are_not_exported(bridges):
    """A bulk call names the reason beside each."""
    folder = bridges.create_folder("area", project=PROJECT)

    assert 9006 == bridges.export_files({folder["id"]: "area"}, VOLUME)[0]["error"]["code"]


@pytest.mark.parametrize("copies", [True, False])
def test_the_request_of_an_export_says_whether_the_file_stays(bridges, sent, copies):
    """No default of the server is relied upon where a file is at stake."""
    bridges.export_files({"0" * 24: "x"}, VOLUME, copy_only=copies)

    assert f"POST /v2/bulk/storage/exports/create?copy_only={str(copies).lower()}" == sent()[-1]
    body = bridges.last_request.body["items"][0]
    assert {"source", "destination", "overwrite"} == set(body)


def test_what_is_not_released_yet_can_be_asked_for(bridges):
    """The official client for R asks so for volumes, imports, exports and invoices; its servers may demand it."""
    header = "X-SBG-Advance-Access"
    group, job = bridges.billing_groups()[0], {"id": "x", "source": {"volume": VOLUME}}
    calls = [
        lambda **more: bridges.billing_groups(**more).first(1),
        lambda **more: bridges.billing_group(group, **more),
        lambda **more: bridges.billing_breakdown(group, **more).first(1),
        lambda **more: bridges.invoices(**more).first(1),
        lambda **more: bridges.invoice("INV-2025-10", **more),
        lambda **more: bridges.volumes(**more).first(1),
        lambda **more: bridges.volume(VOLUME, **more),
        lambda **more: bridges.volume_objects(VOLUME, **more).first(1),
        lambda **more: bridges.update_volume(VOLUME, active=True, **more),
        lambda **more: bridges.imports(**more).first(1),
        lambda **more: bridges.exports(**more).first(1),
        lambda **more: bridges.import_files(VOLUME, ["readme.txt"], project=PROJECT, **more),
        lambda **more: bridges.export_files({"0" * 24: "x"}, VOLUME, **more),
        lambda **more: bridges.call("GET", "user", what="ask who I am", **more),
    ]
    for call in calls:
        call(advance_access=True)
        assert "advance" == bridges.last_request.headers[header]
        call()
        assert header not in bridges.last_request.headers
    with pytest.raises(ResponseError):
        bridges.wait_transfer(job, advance_access=True)
    assert header in bridges.last_request.headers


def test_transfers_are_chosen_by_their_states(bridges, sent):
    """Several states are alternatives; a mistyped one would find nothing."""
    bridges.import_files(VOLUME, "readme.txt", project=PROJECT)

    assert 1 == bridges.imports(volume=VOLUME, state=["PENDING", "RUNNING"]).total
    with pytest.raises(UsageError, match="DONE.*is none of PENDING"):
        bridges.exports(state="DONE")
    with pytest.raises(UsageError, match="Nothing to do"):
        bridges.export_files({}, VOLUME)


def test_an_export_that_was_refused_says_why(bridges):
    """One of a bulk call may be refused; waiting for it must not hide the reason."""
    refused = bridges.export_files({"0" * 24: "results/none.vcf"}, VOLUME)[0]
    with pytest.raises(UsageError, match=r"export was never started: .*file does not exist"):
        bridges.wait_transfer(refused)


def test_feedback(bridges, sandbox):
    """An idea arrives; a mistyped kind does not leave."""
    bridges.send_feedback("Show the total in the body too.")

    said = {"type": "IDEA", "text": "Show the total in the body too."}
    assert [said] == sandbox.app("sevenbridges").store.feedback
    with pytest.raises(UsageError, match="is empty"):
        bridges.send_feedback(" ")
    with pytest.raises(UsageError, match="THOUGHT"):
        bridges.send_feedback("x", kind="COMPLAINT")


def test_users_need_a_division(bridges):
    """Only enterprise accounts list users."""
    with pytest.raises(ResponseError, match="code 2105.*division"):
        bridges.users().to_frame()
    assert "john_doe" == bridges.user("john_doe")["username"]
