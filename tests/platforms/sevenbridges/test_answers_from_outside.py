"""Frames of records as the documents and the official clients have them, not as our own sandbox sends them.

The names of the fields are theirs, the values invented; amounts may be numbers or texts, and any field may be null.
"""

import json

import pytest

import bionb
from bionb.errors import PermissionDenied, UnexpectedResponse
from tests.servers import Answer, Server

USD = {"currency": "USD", "amount": "12.5"}
UUID = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
FILE = {
    "href": "https://api.example.org/v2/files/a",
    "id": "a",
    "name": "reads.fastq",
    "size": 100,
    "project": "ada/demo",
    "parent": "p",
    "type": "file",
    "created_on": "2026-01-06T11:14:11Z",
    "modified_on": "2026-01-06T11:14:11Z",
    "tags": ["raw"],
    "metadata": {"sample_id": "S1", "case_id": None},
    "origin": {"task": UUID},
    "storage": {"type": "PLATFORM", "hosted_on_locations": ["aws:us-east-1"]},
    "_secondary_files": None,
}
MOVED = {
    "state": "COMPLETED",
    "overwrite": False,
    "started_on": "2026-01-13T12:34:56Z",
    "finished_on": "2026-01-13T12:34:56Z",
    "error": None,
    "result": FILE,
}
BULK = {
    "files_by_id": lambda client: client.files_by_id(["a", "b"]),
    "tasks_by_id": lambda client: client.tasks_by_id([UUID, UUID.replace("0", "1")]),
    "update_files": lambda client: client.update_files({"a": {"name": "x"}, "b": {"name": "y"}}),
    "delete_files": lambda client: client.delete_files(["a", "b"]),
    "export_files": lambda client: client.export_files({"a": "x", "b": "y"}, "ada/volume"),
}
# By method: its arguments, one record, and what the frame says of it.
RECORDS = {
    "projects": (
        (),
        {
            "href": "x",
            "id": "ada/demo",
            "name": "Demo",
            "type": "v2",
            "description": None,
            "tags": ["one", "two"],
            "settings": {"locked": False, "intermediate_files": {"retention": "LIMITED", "duration": 24}},
            "billing_group": None,
            "root_folder": "r",
            "created_by": "ada",
            "created_on": "2026-01-10T13:36:00Z",
            "modified_on": "2026-01-10T13:36:00Z",
            "permissions": {"read": True, "admin": False},
            "category": "PRIVATE",
        },
        {"id": "ada/demo", "settings.locked": False, "settings.intermediate_files.duration": 24},
    ),
    "members": (
        ("ada/demo",),
        {
            "href": "x",
            "id": "eve",
            "username": "eve",
            "email": "eve@example.org",
            "type": "USER",
            "permissions": {"read": True, "copy": False, "write": False, "execute": None, "admin": False, "href": "y"},
        },
        {"username": "eve", "permissions.read": True, "id": "eve"},
    ),
    "users": (
        ("demo-division",),
        {
            "href": "x",
            "username": "ada",
            "email": "ada@example.org",
            "first_name": "Ada",
            "last_name": "Demo",
            "affiliation": "Institute",
            "phone": None,
            "address": None,
            "city": "Riverton",
            "state": None,
            "country": "Nowhere",
            "zip_code": "00000",
            "role": "ADMIN",
            "tags": ["pilot"],
        },
        {"username": "ada", "city": "Riverton", "role": "ADMIN"},
    ),
    "files": (("ada/demo",), FILE, {"id": "a", "size": 100, "metadata.sample_id": "S1", "origin.task": UUID}),
    "apps": (
        (),
        {
            "href": "x",
            "id": "ada/demo/fastqc/7",
            "project": "ada/demo",
            "name": "FastQC",
            "revision": 7,
            "copy_of": "admin/public/fastqc/3",
            "latest_revision": 9,
        },
        {"id": "ada/demo/fastqc/7", "latest_revision": 9, "copy_of": "admin/public/fastqc/3"},
    ),
    "tasks": (
        (),
        {
            "href": "x",
            "id": UUID,
            "name": "Align",
            "description": "",
            "status": "CREATING",
            "project": "ada/demo",
            "app": "ada/demo/aligner/0",
            "created_by": "ada",
            "executed_by": "ada",
            "created_time": "2026-01-12T08:00:00Z",
            "start_time": None,
            "end_time": None,
            "batch": True,
            "batch_by": {"type": "CRITERIA", "criteria": ["metadata.sample_id"]},
            "batch_group": None,
            "batch_input": "reads",
            "parent": None,
            "origin_id": None,
            "execution_status": {"message": "Waiting", "message_code": "w", "system_limit": False, "duration": 7},
            "price": {"currency": "USD", "amount": 0.12, "breakdown": {"storage": "0", "computation": "0.12"}},
            "inputs": {"reads": [{"class": "File", "path": "a"}]},
            "outputs": {"bam": None},
            "execution_settings": {"instance_type": "c5.xlarge;ebs-gp2;100", "use_memoization": True},
            "output_location": {"main_location": "project_root"},
            "use_interruptible_instances": None,
        },
        {"id": UUID, "status": "CREATING", "batch": True, "price.amount": 0.12, "execution_status.message": "Waiting"},
    ),
    "billing_groups": (
        (),
        {
            "href": "x",
            "id": UUID,
            "owner": "ada",
            "name": "Funds",
            "type": "regular",
            "pending": False,
            "disabled": False,
            "balance": {"currency": "USD", "amount": "33333.3"},
        },
        {"id": UUID, "balance.amount": 33333.3, "pending": False},
    ),
    "invoices": (
        (),
        {
            "href": "x",
            "invoice_id": "1001",
            "pending": False,
            "approval_date": "2026-01-01T00:00:00Z",
            "invoice_period": {"from": "2025-12-01T11:00:00Z", "to": "2025-12-31T23:59:59Z"},
            "analysis_costs": {"currency": "USD", "amount": "10.5"},
            "storage_costs": {"currency": "USD", "amount": "2"},
            "total": USD,
        },
        {"invoice_id": "1001", "total.amount": 12.5, "total.currency": "USD"},
    ),
    "billing_breakdown": (
        (UUID,),
        {
            "project_name": "Demo",
            "analysis_app_name": "FastQC",
            "analysis_name": "FastQC run",
            "analysis_type": "WORKFLOW",
            "analysis_id": UUID,
            "ran_by": "ada",
            "analysis_status": "COMPLETED",
            "analysis_cost": {**USD, "breakdown": {"storage": 0.1, "computation": 12.3, "data_transfer_in": 0.1}},
            "refunded_amount": 0.0,
            "time_started": "2026-01-04T08:04:05Z",
            "time_finished": "2026-01-04T09:04:05Z",
            "project_locked": False,
        },
        {"analysis_cost.amount": 12.5, "analysis_cost.breakdown.computation": 12.3, "project_locked": False},
    ),
    "billing_breakdown storage": (
        (UUID, "storage"),
        {
            "project_name": "Demo",
            "project_created_by": "ada",
            "location": "aws:us-east-1",
            "active": {"size": "0.7", "unit": "TB_HOURS", "cost": {"amount": 0.02, "currency": "USD"}},
            "archived": {"size": 0, "unit": "TB_HOURS", "cost": None},
            "project_locked": None,
        },
        {"active.size": 0.7, "active.cost.amount": 0.02},
    ),
    "billing_breakdown egress": (
        (UUID, "egress"),
        {
            "project_name": "Demo",
            "downloaded_by": "ada",
            "downloaded": {"size": 1.5, "unit": "GB"},
            "egress_cost": USD,
            "project_locked": True,
        },
        {"downloaded.size": 1.5, "egress_cost.amount": 12.5, "project_locked": True},
    ),
    "volumes": (
        (),
        {
            "href": "x",
            "id": "ada/bucket",
            "name": "bucket",
            "description": None,
            "access_mode": "RW",
            "service": {
                "type": "S3",
                "bucket": "b",
                "prefix": "",
                "endpoint": "s3.amazonaws.com",
                "credentials": {"access_key_id": "public-half"},
                "properties": {"sse_algorithm": "AES256"},
                "export_enabled": True,
            },
            "created_on": "2026-01-15T14:50:16Z",
            "modified_on": "2026-01-15T14:50:16Z",
            "active": True,
        },
        {"id": "ada/bucket", "service.type": "S3", "active": True, "service.properties.sse_algorithm": "AES256"},
    ),
    "volume_objects": (
        ("ada/bucket",),
        {"href": "x", "location": "reads/a.fastq", "volume": "ada/bucket", "type": "S3", "metadata": {"etag": "e"}},
        {"location": "reads/a.fastq", "type": "S3"},
    ),
    "imports": (
        (),
        {
            "href": "x",
            "id": "import1",
            **MOVED,
            "autorename": True,
            "preserve_folder_structure": None,
            "source": {"volume": "ada/bucket", "location": "a.fastq"},
            "destination": {"project": "ada/demo", "name": "a.fastq"},
        },
        {"id": "import1", "autorename": True, "result.id": "a", "source.location": "a.fastq", "overwrite": False},
    ),
    "exports": (
        (),
        {
            "href": "x",
            "id": "export1",
            **MOVED,
            "properties": {"sse_algorithm": "AES256"},
            "source": {"file": "a"},
            "destination": {"volume": "ada/bucket", "location": "a.fastq"},
        },
        {"id": "export1", "source.file": "a", "properties.sse_algorithm": "AES256", "overwrite": False},
    ),
}


def frame_of(method, arguments, records):
    """Return a listing's frame of an answer with these records."""
    body = {"href": "x", "items": records, "prefixes": [], "links": []}
    total = (("X-Total-Matching-Query", str(len(records))),)
    with (
        Server(Answer(body=json.dumps(body).encode(), headers=total)) as server,
        bionb.connect("sevenbridges", server.url, token="invented") as client,
    ):
        return getattr(client, method.split()[0])(*arguments).to_frame()


@pytest.mark.parametrize("method", RECORDS)
def test_a_record_of_the_documents_becomes_a_row(method):
    """Every field is in the frame, and none of ours is left without a value that the record has."""
    arguments, record, expected = RECORDS[method]
    frame = frame_of(method, arguments, [record])

    assert expected == {name: frame[name].iloc[0] for name in expected}
    kept = {name.partition(".")[0] for name in frame.columns}
    assert set() == {name for name, value in record.items() if value not in (None, {})} - kept
    times = [name for name, value in record.items() if isinstance(value, str) and value.endswith("Z")]
    assert {"datetime64[us, UTC]"} >= {str(frame[name].dtype) for name in times}


@pytest.mark.parametrize("method", RECORDS)
def test_a_frame_of_many_and_of_none_has_the_same_types(method):
    """A field that is null everywhere keeps its type, and no record is taken for another."""
    arguments, record, _ = RECORDS[method]
    names = ("id", "invoice_id", "username", "location", "href")
    several = [{**record, **{key: f"{record[key]}{n}" for key in names if key in record}} for n in range(3)]
    empty = frame_of(method, arguments, [])
    many = frame_of(method, arguments, several)
    bare = frame_of(
        method, arguments, [dict.fromkeys(each) | {k: each[k] for k in names if k in each} for each in several]
    )

    assert (0, 3, 3) == (len(empty), len(many), len(bare))
    assert empty.dtypes.to_dict().items() <= many.dtypes.to_dict().items()
    assert empty.dtypes.to_dict().items() <= bare.dtypes.to_dict().items()


@pytest.mark.parametrize("method", sorted(set(RECORDS) - {"volume_objects"}))
def test_records_that_lack_their_key_are_no_repeats(method):
    """Three invoices once gave one row, because they call their key otherwise."""
    arguments, record, _ = RECORDS[method]
    keyless = {key: value for key, value in record.items() if key not in ("id", "invoice_id", "username", "href")}

    assert 3 == len(frame_of(method, arguments, [{**keyless, "href": f"x{number}"} for number in range(3)]))
    assert 3 == len(frame_of(method, arguments, [{**keyless, "n": number} for number in range(3)]))


@pytest.mark.parametrize("answered", [0, 1, 3])
@pytest.mark.parametrize("method", BULK)
def test_a_bulk_call_that_is_not_answered_item_by_item_is_an_error(method, answered):
    """With another number of answers than questions, nobody knows which file is gone."""
    items = [{"resource": FILE}] * answered
    with (
        Server(Answer(body=json.dumps({"items": items}).encode())) as server,
        bionb.connect("sevenbridges", server.url, token="invented") as client,
        pytest.raises(UnexpectedResponse, match=f"{answered} answers to 2 questions"),
    ):
        BULK[method](client)


def test_what_was_changed_before_a_chunk_failed_is_kept():
    """Of 150 files 100 are deleted when the second request fails."""
    done = json.dumps({"items": [{"resource": FILE}] * 100}).encode()
    with (
        Server(Answer(body=done), Answer(status=403)) as server,
        bionb.connect("sevenbridges", server.url, token="invented") as client,
        pytest.raises(PermissionDenied) as caught,
    ):
        client.delete_files([f"f{number}" for number in range(150)])

    assert 100 == len(caught.value.partial)
