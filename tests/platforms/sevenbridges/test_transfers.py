"""Downloads resume, uploads repeat their parts, and sizes are checked."""

import gzip
import hashlib
import os
import pathlib
import signal
import socket
import sys
import threading
import time

import pandas as pd
import pytest

from bionb.errors import (
    ConnectionFailed,
    FileFailed,
    InvalidInput,
    ResponseError,
    TransfersFailed,
    UnexpectedResponse,
    UsageError,
)
from bionb.platforms.sevenbridges.workflows import downloading, uploading

from .conftest import PROJECT

MB = 1 << 20


@pytest.fixture
def local(tmp_path):
    """A file of three parts."""
    path = tmp_path / "local.bin"
    path.write_bytes(os.urandom(11 * MB))
    return path


def up(bridges, *arguments, **options):
    """Upload one file and return its record."""
    return bridges.file(bridges.upload_files(*arguments, **options)["id"][0])


def down(bridges, file, folder, **options):
    """Download one file and return where it is."""
    return pathlib.Path(bridges.download_files(file, folder, **options)["target"][0])


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_goes_up_comes_down(bridges, local, tmp_path, sent):
    """Three parts, and the same bytes."""
    made = up(bridges, local, PROJECT)
    saved = down(bridges, made, tmp_path / "down")

    assert (11 * MB, "local.bin", PROJECT) == (made["size"], made["name"], made["project"])
    assert digest(local) == digest(saved)
    assert 3 == sum(each.startswith("PUT /signed/parts/") for each in sent())
    assert ["local.bin"] == [each.name for each in (tmp_path / "down").iterdir()]


def test_signed_links_never_see_the_token(bridges, sandbox, local, tmp_path):
    """They belong to a storage service, not to the platform."""
    down(bridges, up(bridges, local, PROJECT), tmp_path / "copy")
    signed = [each for each in sandbox.received("sevenbridges") if each.path.startswith("/signed/")]

    assert 4 == len(signed)
    assert not [each for each in signed if "X-Sbg-Auth-Token" in each.headers]


def test_a_download_goes_on_where_it_broke(bridges, sandbox, local, tmp_path, clock):
    """Half of the bytes need not come twice."""
    made = up(bridges, local, PROJECT)
    with sandbox.fault("sevenbridges", "drop_connection", path="/signed/files", times=2):
        saved = down(bridges, made, tmp_path / "copy")

    ranges = [each.headers.get("Range") for each in sandbox.received("sevenbridges") if "/signed/files" in each.path]
    assert digest(local) == digest(saved)
    assert [None, "bytes=5767168-"] == ranges[:2]


def test_a_download_given_up_is_continued_by_the_next_call(bridges, sandbox, local, tmp_path, clock):
    """What has arrived stays on disk, and the error says where."""
    made = up(bridges, local, PROJECT)
    with (
        sandbox.fault("sevenbridges", "drop_connection", path="/signed/files", after=300_000),
        pytest.raises(ConnectionFailed, match="broke off") as caught,
    ):
        down(bridges, made, tmp_path / "copy")

    assert ["failed"] == caught.value.partial["status"].tolist()
    assert 0 < (tmp_path / "copy" / "local.bin.part").stat().st_size < 11 * MB
    assert digest(local) == digest(down(bridges, made, tmp_path / "copy"))
    assert ["local.bin"] == [each.name for each in (tmp_path / "copy").iterdir()]


def test_a_wrong_size_is_noticed(bridges, sandbox, tmp_path):
    """A file that is not whole must not look as if it were."""
    file = bridges.files(PROJECT, name="run_report.html")[0]
    sandbox.app("sevenbridges").store.files[file["id"]]["size"] = 100
    with (
        sandbox.fault("sevenbridges", "malformed", path="/signed/files"),
        pytest.raises(UnexpectedResponse, match="of the file run_report.html"),
    ):
        down(bridges, file, tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_fetched_and_another_not_overwritten(bridges, tmp_path, sent):
    """Unless asked for."""
    file = bridges.files(PROJECT, name="run_report.html")[0]
    saved = down(bridges, file, tmp_path)
    again = bridges.download_files([file], tmp_path)
    assert ["there"] == again["status"].tolist()

    saved.write_bytes(b"x" * 18_400)
    with pytest.raises(UsageError, match="overwrite=True"):
        down(bridges, file, tmp_path)
    assert saved == down(bridges, file, tmp_path, overwrite=True)
    assert b"x" * 18_400 != saved.read_bytes()


def test_paths_that_are_not_there_are_told_before_anything_is_made(bridges, tmp_path, sent):
    """A wrong path is told in words, and leaves no unfinished upload."""
    (tmp_path / "empty").mkdir()
    for path, words in ((tmp_path / "gone.bin", "no file"), (tmp_path / "empty", "no file in the folder")):
        with pytest.raises(UsageError, match=words):
            up(bridges, path, PROJECT)
    assert [] == [each for each in sent() if each.startswith("POST")]


def test_a_name_cannot_lead_out_of_the_folder(bridges, sandbox, tmp_path):
    """A file may be called as its owner likes, and the server need not be honest."""
    file = bridges.files(PROJECT, name="run_report.html")[0]
    for name in ("../escaped.html", "..", "/"):
        sandbox.app("sevenbridges").store.files[file["id"]]["name"] = name
        down(bridges, file, tmp_path / "inside", overwrite=True)

    assert ["inside"] == [each.name for each in tmp_path.iterdir()]
    assert {"escaped.html", file["id"]} == {each.name for each in (tmp_path / "inside").iterdir()}


def test_a_part_that_breaks_is_sent_again(bridges, sandbox, local, clock):
    """Not the whole file."""
    with sandbox.fault("sevenbridges", "drop_connection", path="/signed/parts", after=0, times=2):
        made = up(bridges, local, PROJECT)

    assert 11 * MB == made["size"]


def test_a_part_that_never_arrives_ends_the_upload_and_leaves_nothing(bridges, sandbox, local, clock):
    """Errors reach the caller, and no half upload stays behind."""
    with (
        sandbox.fault("sevenbridges", "maintenance", path="/signed/parts"),
        pytest.raises(ResponseError, match=r"503.*part \d of 3"),
    ):
        up(bridges, local, PROJECT)

    assert {} == sandbox.app("sevenbridges").store.uploads
    assert 0 == bridges.files(PROJECT, name="local.bin").total


def test_an_existing_name_is_only_replaced_when_asked(bridges, local):
    """The very same content is not sent again."""
    first = up(bridges, local, PROJECT)
    assert ["there"] == bridges.upload_files(local, PROJECT)["status"].tolist()
    assert first["id"] == up(bridges, local, PROJECT, overwrite=True)["id"]

    local.write_bytes(os.urandom(11 * MB))
    with pytest.raises(UsageError, match="overwrite=True"):
        up(bridges, local, PROJECT)
    assert first["id"] != up(bridges, local, PROJECT, overwrite=True)["id"]


def test_an_empty_file_goes_up_and_down(bridges, tmp_path):
    """One part of no bytes."""
    (tmp_path / "empty.txt").touch()
    made = up(bridges, {"nothing.txt": tmp_path / "empty.txt"}, PROJECT)

    assert b"" == down(bridges, made, tmp_path).read_bytes()


def test_a_planted_part_is_not_believed(bridges, local, tmp_path, sent):
    """Of the right size, in every name that a part may have."""
    made = up(bridges, local, PROJECT)
    (tmp_path / "copy").mkdir()
    planted = [tmp_path / "copy" / f"local.bin{middle}.part" for middle in ("", f".{made['id']}")]
    for each in planted:
        each.write_bytes(bytes(11 * MB))
    saved = down(bridges, made, tmp_path / "copy")

    assert digest(local) == digest(saved)


def test_a_resume_does_not_mix_two_states_of_a_file(bridges, sandbox, local, tmp_path, clock):
    """Half of the old file and half of the new one is no file."""
    made = up(bridges, local, PROJECT)
    with sandbox.fault("sevenbridges", "drop_connection", path="/signed/files"), pytest.raises(ConnectionFailed):
        down(bridges, made, tmp_path / "copy")
    new = os.urandom(11 * MB)
    sandbox.app("sevenbridges").store.contents[made["id"]] = new

    assert new == down(bridges, made, tmp_path / "copy").read_bytes()


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
    monkeypatch.setattr(downloading, "link_of", lambda *arguments: links.pop(0))
    with pytest.raises(ConnectionFailed, match="of 18400 bytes"):
        down(bridges, report, tmp_path)
    assert not (tmp_path / "run_report.html").exists()

    links.append(_socket_server([_answer(b"y" * 18_400)]))
    assert b"y" * 18_400 == down(bridges, report, tmp_path).read_bytes()


def test_an_object_with_content_encoding_arrives(bridges, report, tmp_path, monkeypatch):
    """The session's own unpacking must not hide how many bytes came."""
    content = os.urandom(9200) * 2
    packed = gzip.compress(content)
    link = _socket_server([_answer(packed, "Content-Encoding: gzip", f"Content-Length: {len(packed)}")])
    monkeypatch.setattr(downloading, "link_of", lambda *arguments: link)

    assert content == down(bridges, report, tmp_path).read_bytes()


def test_a_file_that_changes_while_it_goes_up_is_an_error(bridges, sandbox, local, monkeypatch):
    """And nothing of it is left at the platform."""
    put = uploading.Upload.put

    def changing(self, ticket, part, what):
        tag = put(self, ticket, part, what)
        local.write_bytes(os.urandom(11 * MB))
        return tag

    monkeypatch.setattr(uploading.Upload, "put", changing)
    with pytest.raises(FileFailed, match="changed while it was sent"):
        up(bridges, local, PROJECT)

    assert {} == sandbox.app("sevenbridges").store.uploads
    assert 0 == bridges.files(PROJECT, name="local.bin").total


@pytest.mark.parametrize("told", [-1, 0, None, 1, "x", 5.5])
def test_a_part_size_that_is_none_leaves_no_upload(bridges, sandbox, local, monkeypatch, told):
    """It once ended as "done", with nothing sent."""
    monkeypatch.setattr("bionb.platforms.sevenbridges.sandbox.upload.PART_SIZE", told)
    with pytest.raises(UnexpectedResponse, match="nothing was sent"):
        up(bridges, local, PROJECT)

    assert {} == sandbox.app("sevenbridges").store.uploads


def test_a_part_stored_wrongly_is_sent_again_and_then_told(bridges, local, monkeypatch):
    """The ETag of a part is the MD5 of what was stored."""
    check, seen = uploading.stored_whole, []

    def wrong(part, headers, what, label):
        seen.append(part.number)
        return check(part, {"ETag": f'"{"0" * 32}"'} if part.number == 2 else headers, what, label)

    monkeypatch.setattr(uploading, "stored_whole", wrong)
    with pytest.raises(UnexpectedResponse, match=r"part 2 of 3"):
        up(bridges, local, PROJECT)
    assert 2 == seen.count(2)


@pytest.mark.parametrize("name", ["a\0b.html", "x" * 300])
def test_a_name_that_no_disk_holds_is_told(bridges, sandbox, report, tmp_path, name):
    """A file may be called as its owner likes."""
    sandbox.app("sevenbridges").store.files[report["id"]]["name"] = name
    with pytest.raises(UsageError, match="can be no name here"):
        down(bridges, report, tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "", "..", "a/../b"])
def test_a_name_that_the_platform_does_not_take_is_told_before(bridges, local, sent, name):
    """So are part sizes that are none."""
    with pytest.raises(UsageError, match="mapping of names"):
        up(bridges, {name: local}, PROJECT)
    for size in (0, -1, None, "5"):
        with pytest.raises(UsageError, match="part_size"):
            up(bridges, local, PROJECT, part_size=size)
    for path in (None, 5, b"x"):
        with pytest.raises(UsageError, match="path of a file or folder"):
            up(bridges, path, PROJECT)
    assert [] == sent()


# -- many ---------------------------------------------------------------------------------------------------------


def test_files_are_named_by_records_ids_listings_and_tables(bridges, tmp_path):
    """Whatever a person has in hand."""
    listing = bridges.files(PROJECT, name=["run_report.html", "corrupt_reads.fastq"])
    wanted = sorted(each["id"] for each in listing)
    for number, chosen in enumerate((listing, list(listing), wanted, listing.to_frame(), listing.to_frame()["id"])):
        frame = bridges.download_files(chosen, tmp_path / str(number))
        assert wanted == sorted(frame["id"])
    assert [1] * 5 == [len({*frame["status"]})] * 5
    with pytest.raises(UsageError, match="no column 'id'"):
        bridges.download_files(listing.to_frame()[["name"]], tmp_path)


def test_a_folder_goes_up_with_its_folders_and_comes_down_again(bridges, tmp_path, sent):
    """And a second run sends nothing."""
    source = tmp_path / "source"
    for name in ("a.txt", "sub/b.txt", "sub/deep/ä ö #1 100%+.txt"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    plan = bridges.upload_files(source, PROJECT, dry_run=True)
    assert (["planned"] * 3, 0) == (plan["status"].tolist(), bridges.files(PROJECT, name="a.txt").total)

    first = bridges.upload_files(source, PROJECT)
    assert ["there"] * 3 == bridges.upload_files(source, PROJECT)["status"].tolist()
    assert 2 == sum(each == "POST /v2/files" for each in sent())

    tree = bridges.file_tree(PROJECT)
    bridges.download_files(tree[tree["id"].isin(first["id"])], tmp_path / "down")
    folder = bridges.files(PROJECT, name="sub")[0]
    bridges.download_files(folder, tmp_path / "folder")
    found = {
        each.relative_to(tmp_path / "down").as_posix(): each.read_text() for each in (tmp_path / "down").rglob("*.txt")
    }
    assert {name: name for name in ("a.txt", "sub/b.txt", "sub/deep/ä ö #1 100%+.txt")} == found
    assert (tmp_path / "folder" / "sub" / "deep" / "ä ö #1 100%+.txt").is_file()


def test_metadata_come_from_a_table(bridges, tmp_path, sent):
    """One row a file; an empty cell is no value; a name that is not uploaded is told before anything is sent."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    table = pd.DataFrame({"name": ["a.txt", "b.txt"], "sample_id": ["S1", None], "lane": [1, 2]})
    made = bridges.upload_files(tmp_path, PROJECT, metadata=table)
    found = [each["metadata"] for each in bridges.files_by_id(made["id"].tolist())]
    assert [{"sample_id": "S1", "lane": "1"}, {"lane": "2"}] == found

    before = len(sent())
    with pytest.raises(InvalidInput, match=r"c\.txt"):
        bridges.upload_files(tmp_path, PROJECT, metadata=table.replace("b.txt", "c.txt"))
    assert before == len(sent())


def test_one_file_that_is_gone_stops_no_other(bridges, tmp_path):
    """Its row says why."""
    files = [bridges.files(PROJECT, name="run_report.html")[0]["id"], "0" * 24]
    with pytest.raises(TransfersFailed, match="1 of 2 files were not downloaded") as caught:
        bridges.download_files(files, tmp_path)
    assert ["done", "refused"] == caught.value.partial["status"].tolist()


def test_a_link_that_expires_in_the_middle_is_asked_for_anew(bridges, sandbox, tmp_path, local, monkeypatch, sent):
    """Signed links live for minutes, large files take hours; and one is used as long as it lives."""
    for module in ("bionb.transfers.download", "bionb.transfers.carrying", "bionb.transfers.arriving.ranges"):
        monkeypatch.setattr(sys.modules[module], "LARGE", MB)
    made = up(bridges, local, PROJECT)
    assert digest(local) == digest(down(bridges, made, tmp_path / "alive"))
    assert 1 == sum(each.endswith("/download_info") for each in sent())
    with sandbox.fault("sevenbridges", "expired_link"):
        assert digest(local) == digest(down(bridges, made, tmp_path / "expired"))
    assert 1 + 3 <= sum(each.endswith("/download_info") for each in sent())


def test_an_interrupt_of_an_upload_leaves_no_half_file(bridges, sandbox, local, monkeypatch):
    """And the next call sends it."""
    put = uploading.Upload.put

    def interrupted(self, ticket, part, what):
        if part.number == 1:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        return put(self, ticket, part, what)

    monkeypatch.setattr(uploading.Upload, "put", interrupted)
    with pytest.raises(KeyboardInterrupt, match=r"0 of 1 files are whole; missing: local\.bin"):
        bridges.upload_files(local, PROJECT)
    monkeypatch.undo()
    assert {} == sandbox.app("sevenbridges").store.uploads
    assert ["done"] == bridges.upload_files(local, PROJECT)["status"].tolist()
