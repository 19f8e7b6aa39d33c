"""Files of every platform go through one mechanism: what goes wrong is told alike, and nothing half there is left."""

import collections
import pathlib
import shutil

import pytest

import bionb
from bionb.errors import BionbError, FileFailed, NotFound, TransfersFailed, UsageError

COLUMNS = ["name", "source", "target", "bytes", "checksum", "status", "seconds", "error"]
Platform = collections.namedtuple("Platform", "files content gone")


def of_sodar(sodar, folder):
    source = folder / "source"
    source.mkdir()
    (source / "one.txt").write_bytes(b"one" * 40_000)
    (source / "two.txt").write_bytes(b"two")
    project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
    sodar.create_collections(project)
    zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
    sodar.upload_files(source, zone)
    return sodar.files(zone=zone)


PLATFORMS = {
    "sodar": Platform(of_sodar, "one.txt", lambda first: {**first, "path": first["path"] + ".gone", "checksum": None}),
    "sevenbridges": Platform(
        lambda bridges, folder: bridges.files("RFranklin/my-project", name=["run_report.html", "corrupt_reads.fastq"]),
        "/signed/files",
        lambda first: "0" * 24,
    ),
    "torrentsuite": Platform(
        lambda suite, folder: suite.report_files(115).query("kind in ('BAM', 'VCF') and barcode.notna()"),
        "/auth/output",
        lambda first: first["link"] + ".gone",
    ),
    "odm": Platform(lambda odm, folder: odm.files(), "/download", lambda first: "GSF9999999"),
}


@pytest.fixture(params=PLATFORMS)
def place(request, tmp_path):
    """(platform's name, its sandbox, a client, some of its files)."""
    with bionb.start_sandbox(request.param) as sandbox:
        url, given = sandbox.url(request.param), sandbox.credentials(request.param)
        with bionb.connect(request.param, url, **given) as client:
            yield request.param, sandbox, client, PLATFORMS[request.param].files(client, tmp_path)


def down(folder):
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def records(files):
    return files.to_dict("records") if hasattr(files, "columns") else list(files)


def test_files_come_once_and_as_one_table(place, tmp_path):
    """Whatever they are named by."""
    _, _, client, files = place
    frame = client.download_files(files, tmp_path / "down")
    before = down(tmp_path / "down")
    assert COLUMNS == list(frame.columns)[:8]
    assert {"done"} == set(frame["status"])
    assert sorted(frame["bytes"]) == sorted(len(each) for each in before.values())
    assert all(pathlib.Path(each).is_file() for each in frame["target"])

    again = client.download_files(records(files), tmp_path / "down")
    assert ({"there"}, before) == (set(again["status"]), down(tmp_path / "down"))


def test_a_plan_writes_nothing(place, tmp_path):
    """Not even the folder."""
    _, _, client, files = place
    frame = client.download_files(files, tmp_path / "down", dry_run=True)
    assert {"planned"} == set(frame["status"])
    assert not (tmp_path / "down").exists()


def test_another_file_of_that_name_is_kept_unless_told(place, tmp_path):
    """It may be somebody's work."""
    _, _, client, files = place
    first = records(files)[:1]
    target = pathlib.Path(client.download_files(first, tmp_path / "down")["target"][0])
    content = target.read_bytes()
    target.write_bytes(b"mine")
    with pytest.raises(UsageError, match="overwrite=True") as caught:
        client.download_files(first, tmp_path / "down")
    assert (b"mine", ["refused"]) == (target.read_bytes(), caught.value.partial["status"].tolist())
    client.download_files(first, tmp_path / "down", overwrite=True)
    assert content == target.read_bytes()


def test_a_file_where_a_folder_should_be_is_told(place, tmp_path):
    """Before anything is fetched."""
    _, _, client, files = place
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(UsageError, match="is no folder"):
        client.download_files(files, tmp_path / "file")
    assert b"mine" == (tmp_path / "file").read_bytes()


def test_no_space_is_told_before(place, tmp_path, monkeypatch):
    """One line, nothing half there."""
    _, _, client, files = place
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, 1))
    with pytest.raises(FileFailed, match="1 are free"):
        client.download_files(files, tmp_path / "down")
    assert not (tmp_path / "down").exists() or {} == down(tmp_path / "down")


def test_a_page_of_a_proxy_is_no_file(place, tmp_path, clock):
    """200 and HTML, from somebody on the way."""
    name, sandbox, client, files = place
    first = records(files)[:1]
    with (
        sandbox.fault(name, "web_page", path=PLATFORMS[name].content),
        pytest.raises(BionbError) as caught,
    ):
        client.download_files(first, tmp_path / "down")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "down").exists() or {} == down(tmp_path / "down")


def test_a_body_that_breaks_off_goes_on(place, tmp_path, clock):
    """Once in the middle."""
    name, sandbox, client, files = place
    first = max(records(files), key=lambda each: each.get("size") or each.get("bytes") or each.get("Size") or 0)
    with sandbox.fault(name, "drop_connection", path=PLATFORMS[name].content, after=20, times=1):
        frame = client.download_files([first], tmp_path / "down")
    assert ["done"] == frame["status"].tolist()
    assert frame["bytes"].tolist() == [len(each) for each in down(tmp_path / "down").values()]


def test_one_that_is_gone_stops_no_other(place, tmp_path):
    """Its row says why; the error holds the table."""
    name, _, client, files = place
    first = records(files)[0]
    with pytest.raises(TransfersFailed, match="1 of 2 files were not downloaded") as caught:
        client.download_files([first, PLATFORMS[name].gone(first)], tmp_path / "down")
    frame = caught.value.partial
    assert (1, "done") == ((frame["status"] == "done").sum(), frame["status"][0])
    assert frame["error"][1]
    assert 1 == len(down(tmp_path / "down"))


@pytest.mark.parametrize("files", [5, None, [5], b"x", [None], [{}]])
def test_what_is_no_file_is_told(place, tmp_path, files):
    """With what would be one."""
    _, _, client, _ = place
    with pytest.raises((UsageError, NotFound)):
        client.download_files(files, tmp_path / "down")
    assert not (tmp_path / "down").exists()
