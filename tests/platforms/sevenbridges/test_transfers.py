"""Downloads resume, uploads repeat their parts, and sizes are checked."""

import hashlib
import os

import pytest

from bionb.errors import ConnectionFailed, ResponseError, UnexpectedResponse, UsageError

from .conftest import PROJECT

MB = 1 << 20


@pytest.fixture
def local(tmp_path):
    """A file of three parts."""
    path = tmp_path / "local.bin"
    path.write_bytes(os.urandom(11 * MB))
    return path


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_goes_up_comes_down(bridges, local, tmp_path, sent):
    """Three parts, and the same bytes."""
    made = bridges.upload(local, PROJECT)
    (tmp_path / "down").mkdir()
    saved = bridges.download(made, tmp_path / "down")

    assert (11 * MB, "local.bin", PROJECT) == (made["size"], made["name"], made["project"])
    assert digest(local) == digest(saved)
    assert 3 == sum(each.startswith("PUT /signed/parts/") for each in sent())
    assert ["local.bin"] == [each.name for each in (tmp_path / "down").iterdir()]


def test_signed_links_never_see_the_token(bridges, sandbox, local, tmp_path):
    """They belong to a storage service, not to the platform."""
    bridges.download(bridges.upload(local, PROJECT), tmp_path / "copy.bin")
    signed = [each for each in sandbox.received("sevenbridges") if each.path.startswith("/signed/")]

    assert 4 == len(signed)
    assert not [each for each in signed if "X-Sbg-Auth-Token" in each.headers]


def test_a_download_goes_on_where_it_broke(bridges, sandbox, local, tmp_path, clock):
    """Half of the bytes need not come twice."""
    made = bridges.upload(local, PROJECT)
    with sandbox.fault("sevenbridges", "drop_connection", path="/signed/files", times=2):
        saved = bridges.download(made, tmp_path / "copy.bin")

    ranges = [each.headers.get("Range") for each in sandbox.received("sevenbridges") if "/signed/files" in each.path]
    assert digest(local) == digest(saved)
    assert [None, "bytes=5767168-"] == ranges[:2]


def test_a_download_given_up_is_continued_by_the_next_call(bridges, sandbox, local, tmp_path, clock):
    """What has arrived stays on disk, and the error says where."""
    made = bridges.upload(local, PROJECT)
    with (
        sandbox.fault("sevenbridges", "drop_connection", path="/signed/files", after=300_000),
        pytest.raises(ConnectionFailed, match="broke off") as caught,
    ):
        bridges.download(made, tmp_path / "copy.bin")

    assert 0 < caught.value.partial.stat().st_size < 11 * MB
    assert digest(local) == digest(bridges.download(made, tmp_path / "copy.bin"))
    assert not caught.value.partial.exists()


def test_a_wrong_size_is_noticed(bridges, sandbox, tmp_path):
    """A file that is not whole must not look as if it were."""
    file = bridges.files(PROJECT, name="run_report.html")[0]
    sandbox.app("sevenbridges").store.files[file["id"]]["size"] = 100
    with (
        sandbox.fault("sevenbridges", "malformed", path="/signed/files"),
        pytest.raises(UnexpectedResponse, match="of the file run_report.html"),
    ):
        bridges.download(file, tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_overwritten(bridges, tmp_path):
    """Unless asked for."""
    file = bridges.files(PROJECT, name="run_report.html")[0]
    saved = bridges.download(file, tmp_path)
    with pytest.raises(UsageError, match="overwrite=True"):
        bridges.download(file, tmp_path)
    assert saved == bridges.download(file, tmp_path, overwrite=True)
    assert 18_400 == saved.stat().st_size


def test_paths_that_are_not_there_are_told_before_anything_is_sent(bridges, tmp_path, sent):
    """A wrong path is told in words, and leaves no unfinished upload."""
    for path in (tmp_path / "gone.bin", tmp_path):
        with pytest.raises(UsageError, match="There is no file"):
            bridges.upload(path, PROJECT)
    assert [] == sent()

    file = bridges.files(PROJECT, name="run_report.html")[0]
    with pytest.raises(UsageError, match="There is no folder"):
        bridges.download(file, tmp_path / "gone" / "report.html")


def test_a_name_cannot_lead_out_of_the_folder(bridges, sandbox, tmp_path):
    """A file may be called as its owner likes, and the server need not be honest."""
    file = bridges.files(PROJECT, name="run_report.html")[0]
    (tmp_path / "inside").mkdir()
    for name in ("../escaped.html", "..", "/"):
        sandbox.app("sevenbridges").store.files[file["id"]]["name"] = name
        bridges.download(file, tmp_path / "inside", overwrite=True)

    assert ["inside"] == [each.name for each in tmp_path.iterdir()]
    assert {"escaped.html", file["id"]} == {each.name for each in (tmp_path / "inside").iterdir()}


def test_a_part_that_breaks_is_sent_again(bridges, sandbox, local, clock):
    """Not the whole file."""
    with sandbox.fault("sevenbridges", "drop_connection", path="/signed/parts", after=0, times=2):
        made = bridges.upload(local, PROJECT)

    assert 11 * MB == made["size"]


def test_a_part_that_never_arrives_ends_the_upload_and_leaves_nothing(bridges, sandbox, local, clock):
    """Errors reach the caller, and no half upload stays behind."""
    with (
        sandbox.fault("sevenbridges", "maintenance", path="/signed/parts"),
        pytest.raises(ResponseError, match=r"503.*part \d of 3"),
    ):
        bridges.upload(local, PROJECT)

    assert {} == sandbox.app("sevenbridges").store.uploads
    assert 0 == bridges.files(PROJECT, name="local.bin").total


def test_an_existing_name_is_only_replaced_when_asked(bridges, local):
    """409 says so."""
    first = bridges.upload(local, PROJECT)
    with pytest.raises(ResponseError, match="409"):
        bridges.upload(local, PROJECT)

    assert first["id"] != bridges.upload(local, PROJECT, overwrite=True)["id"]


def test_an_empty_file_goes_up_and_down(bridges, tmp_path):
    """One part of no bytes."""
    (tmp_path / "empty.txt").touch()
    made = bridges.upload(tmp_path / "empty.txt", PROJECT, name="nothing.txt")

    assert b"" == bridges.download(made, tmp_path).read_bytes()
