"""Downloads resume, uploads repeat their parts, and sizes are checked."""

import gzip
import hashlib
import os
import socket
import threading

import pytest

from bionb.errors import ConnectionFailed, FileFailed, ResponseError, UnexpectedResponse, UsageError
from bionb.platforms.sevenbridges.workflows import transfers

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


def test_a_planted_part_is_not_believed(bridges, local, tmp_path, sent):
    """Of the right size, in every name that a part may have."""
    made = bridges.upload(local, PROJECT)
    planted = [tmp_path / f"copy.bin{middle}.part" for middle in ("", f".{made['id']}")]
    for each in planted:
        each.write_bytes(bytes(11 * MB))
    saved = bridges.download(made, tmp_path / "copy.bin")

    assert digest(local) == digest(saved)


def test_a_resume_does_not_mix_two_states_of_a_file(bridges, sandbox, local, tmp_path, clock):
    """Half of the old file and half of the new one is no file."""
    made = bridges.upload(local, PROJECT)
    with sandbox.fault("sevenbridges", "drop_connection", path="/signed/files"), pytest.raises(ConnectionFailed):
        bridges.download(made, tmp_path / "copy.bin")
    new = os.urandom(11 * MB)
    sandbox.app("sevenbridges").store.contents[made["id"]] = new

    assert new == bridges.download(made, tmp_path / "copy.bin").read_bytes()


def _socket_server(answers):
    """Send raw answers, one a connection; return the URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/signed"


def _answer(body, *headers):
    return "\r\n".join(["HTTP/1.1 200 OK", "Connection: close", *headers, "", ""]).encode() + body


@pytest.fixture
def report(bridges):
    """A file of 18,400 bytes."""
    return bridges.files(PROJECT, name="run_report.html")[0]


def test_a_body_without_length_that_ends_early_is_no_file(bridges, report, tmp_path, monkeypatch, clock):
    """The size of the platform's record tells."""
    links = [_socket_server([_answer(b"x" * size)]) for size in (18_399, 100, 0, 5, 18_000)]
    monkeypatch.setattr(transfers, "link_of", lambda *arguments: links.pop(0))
    with pytest.raises(ConnectionFailed, match="of 18400 bytes"):
        bridges.download(report, tmp_path)
    assert not (tmp_path / "run_report.html").exists()

    links.append(_socket_server([_answer(b"y" * 18_400)]))
    assert b"y" * 18_400 == bridges.download(report, tmp_path).read_bytes()


def test_an_object_with_content_encoding_arrives(bridges, report, tmp_path, monkeypatch):
    """The session's own unpacking must not hide how many bytes came."""
    content = os.urandom(9200) * 2
    packed = gzip.compress(content)
    link = _socket_server([_answer(packed, "Content-Encoding: gzip", f"Content-Length: {len(packed)}")])
    monkeypatch.setattr(transfers, "link_of", lambda *arguments: link)

    assert content == bridges.download(report, tmp_path).read_bytes()


def test_a_file_that_changes_while_it_goes_up_is_an_error(bridges, sandbox, local, monkeypatch):
    """And nothing of it is left at the platform."""
    put = transfers.Upload.put

    def changing(self, ticket, part, what):
        tag = put(self, ticket, part, what)
        local.write_bytes(os.urandom(11 * MB))
        return tag

    monkeypatch.setattr(transfers.Upload, "put", changing)
    with pytest.raises(FileFailed, match="changed while it was sent"):
        bridges.upload(local, PROJECT)

    assert {} == sandbox.app("sevenbridges").store.uploads
    assert 0 == bridges.files(PROJECT, name="local.bin").total


@pytest.mark.parametrize("told", [-1, 0, None, 1, "x", 5.5])
def test_a_part_size_that_is_none_leaves_no_upload(bridges, sandbox, local, monkeypatch, told):
    """It once ended as "done", with nothing sent."""
    monkeypatch.setattr("bionb.platforms.sevenbridges.sandbox.upload.PART_SIZE", told)
    with pytest.raises(UnexpectedResponse, match="nothing was sent"):
        bridges.upload(local, PROJECT)

    assert {} == sandbox.app("sevenbridges").store.uploads


def test_a_part_stored_wrongly_is_sent_again_and_then_told(bridges, local, monkeypatch):
    """The ETag of a part is the MD5 of what was stored."""
    check, seen = transfers.stored_whole, []

    def wrong(part, headers, what, label):
        seen.append(part.number)
        return check(part, {"ETag": f'"{"0" * 32}"'} if part.number == 2 else headers, what, label)

    monkeypatch.setattr(transfers, "stored_whole", wrong)
    with pytest.raises(UnexpectedResponse, match=r"part 2 of 3"):
        bridges.upload(local, PROJECT)
    assert 2 == seen.count(2)


@pytest.mark.parametrize("name", ["a\0b.html", "x" * 300])
def test_a_name_that_no_disk_holds_is_told(bridges, sandbox, report, tmp_path, name):
    """A file may be called as its owner likes."""
    sandbox.app("sevenbridges").store.files[report["id"]]["name"] = name
    with pytest.raises(UsageError, match="the path of the file"):
        bridges.download(report, tmp_path)
    assert 18_400 == bridges.download(report, tmp_path / "own.html").stat().st_size


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "", "a/b", 5])
def test_a_name_that_the_platform_does_not_take_is_told_before(bridges, local, sent, name):
    """So are part sizes that are none."""
    with pytest.raises(UsageError, match="name="):
        bridges.upload(local, PROJECT, name=name)
    for size in (0, -1, None, "5"):
        with pytest.raises(UsageError, match="part_size"):
            bridges.upload(local, PROJECT, part_size=size)
    for path in (tmp for tmp in ("x" * 300, "a\0b", None, [local])):
        with pytest.raises(UsageError, match="no file|by its path"):
            bridges.upload(path, PROJECT)
    assert [] == sent()
