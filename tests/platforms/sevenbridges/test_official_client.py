"""The official client runs against the sandbox, unmodified, and bionb reads the same."""

import json
import pathlib
import subprocess

import pytest

import bionb
from tests.environments import plain_environ
from tests.missing import python_of

from .conftest import PROJECT

pytestmark = pytest.mark.outside
SCRIPT = pathlib.Path(__file__).with_name("official.py")
MADE = "RFranklin/made-by-the-official-client"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(what the official client printed, a bionb client of the same server afterwards)."""
    python = python_of("sevenbridges")
    with bionb.start_sandbox("sevenbridges") as sandbox:
        url, token = sandbox.url("sevenbridges"), sandbox.credentials("sevenbridges")["token"]
        folder = str(tmp_path_factory.mktemp("official"))
        command = [str(python), str(SCRIPT), url, token, folder]
        done = subprocess.run(command, env=plain_environ(), capture_output=True, text=True, timeout=120, check=False)
        assert 0 == done.returncode, done.stderr[-3000:]
        with bionb.connect("sevenbridges", url, token=token) as client:
            yield json.loads(done.stdout), client


@pytest.fixture
def official(both):
    return both[0]


@pytest.fixture
def ours(both):
    return both[1]


def part(record, like):
    """The fields of our record that theirs has."""
    return {name: record.get(name) for name in like}


def same(theirs, records):
    """Each of their records beside ours, in order."""
    return [part(record, like) for record, like in zip(records, theirs, strict=True)]


def test_the_account(official, ours):
    """The user, and what he pays with."""
    assert official["me"] == part(ours.user(), official["me"])
    assert official["billing_groups"] == same(official["billing_groups"], ours.billing_groups())


@pytest.mark.parametrize("kind", ["analysis", "storage"])
def test_breakdowns(official, ours, kind):
    """Tasks made since then only add rows."""
    rows = list(ours.billing_breakdown(ours.billing_groups()[0], kind))[: len(official[kind])]

    assert official[kind] == same(official[kind], rows)


def test_invoices_and_volumes(official, ours):
    """Lists without surprises."""
    assert official["invoices"] == same(official["invoices"], ours.invoices())
    assert official["volumes"] == same(official["volumes"], ours.volumes())
    assert official["volume_objects"] == [
        each["location"] for each in ours.volume_objects("RFranklin/lab_bucket", "reads/")
    ]


def test_projects(official, ours):
    """The same projects in the same order; the one it made and renamed comes after them."""
    ids = [project["id"] for project in ours.projects()]

    assert official["projects"] == same(official["projects"], list(ours.projects())[: len(official["projects"])])
    assert MADE == official["created"]["id"] == official["renamed"]["id"]
    assert official["renamed"] == part(ours.project(MADE), official["renamed"])
    assert MADE in ids
    assert official["deleted"] not in ids


def test_members(official, ours):
    """Added, given one more right, and removed."""
    added = next(each for each in official["members"] if each["username"] == "john_doe")

    assert {
        "username": "john_doe",
        "read": True,
        "write": True,
        "copy": True,
        "execute": False,
        "admin": False,
    } == added
    assert official["members_left"] == ours.members(MADE).to_frame()["username"].tolist()


def test_files(official, ours):
    """Every field of every file of the project, before tasks added to it."""
    assert 70 == official["total"] == len(official["files"])
    assert official["files"] == same(official["files"], ours.files(PROJECT).first(70))


def test_the_first_page_is_all_it_gives_unless_told(official, ours):
    """Its most overlooked trap, and the same complete listing when told."""
    assert 50 == official["first_page"]
    assert official["many"] == [file["id"] for file in ours.files("RFranklin/many-samples")]


def test_filters(official, ours):
    """Metadata, tags, names."""
    found = ours.files(PROJECT, metadata={"sample_id": "S03", "paired_end": "1"}, tag="raw")

    assert official["filtered"] == [file["id"] for file in found]
    assert official["named"] == [file["id"] for file in ours.files(PROJECT, name=["S01.bam", "S02.bam"])]


def test_copies_moves_and_metadata(official, ours):
    """A copy has a new id; what was changed is there."""
    copied = ours.file(official["copied"]["id"])

    assert official["copied"] == part(copied, official["copied"])
    assert official["copied_from"] != copied["id"]
    assert official["moved"] == {"id": copied["id"], "parent": official["area"]}
    assert [copied["id"]] == [file["id"] for file in ours.files(parent=official["area"])]
    assert {"OK"} == {each["status"] for each in official["bulk_copied"].values()}
    assert official["bulk"] == [file["name"] for file in official["files"][:3]]


def test_its_upload_is_our_download(official, ours, tmp_path):
    """Two parts up with its client, down with ours."""
    frame = ours.download_files(official["uploaded"]["id"], tmp_path)

    assert official["same_bytes"]
    assert bytes(range(256)) * 4096 * 6 == pathlib.Path(frame["target"][0]).read_bytes()
    assert official["uploaded"] == part(ours.file(official["uploaded"]["id"]), official["uploaded"])


def test_apps(official, ours):
    """Lists, descriptions, installation, copies."""
    apps = ours.apps(PROJECT).first(len(official["apps"]))

    # It cuts the revision off the id.
    assert official["apps"] == same(official["apps"], [{**app, "id": app["id"].rpartition("/")[0]} for app in apps])
    assert official["app"]["inputs"] == ours.app_inputs(official["app"]["id"]).names
    assert f"{official['installed']}/0" == ours.app(f"{PROJECT}/count-official")["id"]
    assert f"{official['app_copy']}/0" == ours.app(f"{MADE}/bamtools-merge-2-4-0")["id"]


def test_tasks(official, ours):
    """Draft, run, done; clone and abort."""
    task = ours.task(official["draft"]["id"])

    assert ("DRAFT", "QUEUED", "COMPLETED") == (official["draft"]["status"], official["started"], official["done"])
    assert official["outputs"] == {name: file["path"] for name, file in task["outputs"].items()}
    assert official["jobs"] == ours.execution_details(task)["name"].tolist()
    assert ("DRAFT", "ABORTED") == (official["clone"]["status"], official["aborted"])
    assert official["tasks"] == same(official["tasks"], ours.tasks(PROJECT))


def test_an_import(official, ours):
    """From a volume to a file."""
    assert "COMPLETED" == official["import"]["state"]
    assert [official["import"]["id"]] == [each["id"] for each in ours.imports(PROJECT)]


def test_refusals(official):
    """Status and code of the errors it understands."""
    assert {"status": 404, "code": 5002} == official["no_file"]
    assert {"status": 404, "code": 3002} == official["no_project"]
    assert {"status": 400, "code": 5005} == official["wrong_form"]
