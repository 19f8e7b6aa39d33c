"""Many files: looked at first, moved several at once, and one failure stops no other."""

import hashlib
import os
import re
import signal
import sys
import threading
import time

import pytest

from bionb.crew import Crew
from bionb.errors import BionbError, ConnectionFailed, FileFailed, TransfersFailed, UnexpectedResponse, UsageError
from bionb.transfers import Answer, Remote, Send, carry_out, carrying, download, fetches, sources_of
from bionb.transfers.arriving import partial, ranges

DATE = "Tue, 06 Jan 2026 12:00:00 GMT"
COLUMNS = ["name", "source", "target", "bytes", "checksum", "status", "seconds", "error"]


class Store:
    """Files at a server, by name; every request is kept."""

    def __init__(self, **files):
        self.files, self.asked, self.lock, self.gate = dict(files), [], threading.Lock(), None
        self.sent, self.etags, self.ranges = 0, {}, True

    def opener(self, name):
        def open_at(headers):
            with self.lock:
                self.asked.append((name, headers.get("Range")))
            content = self.files[name]
            if isinstance(content, Exception):
                raise content
            etag = self.etags.get(name, f'"{len(content)}-{hash(content)}"')
            said = {"ETag": etag, "Last-Modified": DATE, "Date": "Tue, 06 Jan 2026 13:00:00 GMT"}
            found = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("Range", "")) if self.ranges else None
            start, stop, status = 0, len(content), 200
            if found and headers.get("If-Range", etag) == etag:
                start, stop, status = int(found[1]), min(int(found[2] or 1 << 60) + 1, len(content)), 206
                said["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
            said["Content-Length"] = str(stop - start)
            return Answer(status, said, self.pieces(content, start, stop), lambda: None)

        return open_at

    def pieces(self, content, start, stop):
        for place in range(start, stop, 1 << 16):
            if self.gate is not None:
                self.gate(place)
            chunk = content[place : min(stop, place + (1 << 16))]
            with self.lock:
                self.sent += len(chunk)
            yield chunk

    def remotes(self, *names, **options):
        chosen = names or self.files
        return [
            (
                Remote(name, self.opener(name), key=name, **options)
                if options or isinstance(self.files[name], Exception)
                else Remote(name, self.opener(name), len(self.files[name]), name),
                name,
            )
            for name in chosen
        ]


def run(store, folder, *names, overwrite=False, dry_run=False, **options):
    plan = fetches(store.remotes(*names, **options), folder, overwrite=overwrite)
    return carry_out(plan, doing="download", dry_run=dry_run)


def there(folder):
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.fixture
def store():
    return Store(**{f"f{number}.bin": os.urandom(1000 * number) for number in range(30)})


def test_many_files_arrive_and_a_second_call_sends_no_file(store, tmp_path):
    """What is there by size and date, or checksum, is not fetched again."""
    frame = run(store, tmp_path / "new")
    assert store.files == there(tmp_path / "new")
    assert COLUMNS == list(frame.columns)
    assert ["done"] * 30 == frame["status"].tolist()
    assert [f"md5 {hashlib.md5(each).hexdigest()}" for each in store.files.values()] == frame["checksum"].tolist()

    store.sent = 0
    again = run(store, tmp_path / "new")
    assert ["there"] * 30 == again["status"].tolist()
    assert (0, {"bytes=0-0", None}) == (store.sent, {each[1] for each in store.asked})


def test_a_plan_is_shown_before_anything_moves(store, tmp_path):
    """With what would be skipped and what could not be done."""
    (tmp_path / "f1.bin").write_bytes(store.files["f1.bin"])
    os.utime(tmp_path / "f1.bin", (1767700800,) * 2)
    (tmp_path / "f2.bin").write_bytes(b"mine")
    frame = run(store, tmp_path, "f1.bin", "f2.bin", "f3.bin", dry_run=True)

    assert ["there", "refused", "planned"] == frame["status"].tolist()
    assert "overwrite=True" in frame["error"][1]
    assert {"f1.bin", "f2.bin"} == set(there(tmp_path))
    assert [1000, 2000, 3000] == frame["bytes"].tolist()


@pytest.mark.parametrize("how", ["size", "date", "md5"])
def test_another_file_there_is_kept_unless_told(store, tmp_path, how):
    """By whatever shows that it is another one."""
    mine = b"x" * (999 if how == "size" else 1000)
    (tmp_path / "f1.bin").write_bytes(mine)
    if how == "md5":
        os.utime(tmp_path / "f1.bin", (1767700800,) * 2)
    said = {"checksums": {"md5": hashlib.md5(store.files["f1.bin"]).hexdigest()}} if how == "md5" else {"size": 1000}
    with pytest.raises(UsageError, match="overwrite=True") as caught:
        run(store, tmp_path, "f1.bin", **said)
    assert ["refused"] == caught.value.partial["status"].tolist()
    assert {"f1.bin": mine} == there(tmp_path)

    run(store, tmp_path, "f1.bin", overwrite=True, **said)
    assert {"f1.bin": store.files["f1.bin"]} == there(tmp_path)


def test_a_failure_stops_no_other_and_stands_in_the_table(store, tmp_path, clock):
    """Files lost unseen are what people fear most."""
    store.files["f3.bin"] = UnexpectedResponse("no such file")
    store.files["f7.bin"] = ConnectionFailed("gone")
    with pytest.raises(TransfersFailed, match=r"2 of 30 files were not downloaded.*f3\.bin: no such file") as caught:
        run(store, tmp_path)
    frame = caught.value.partial
    assert ["f3.bin", "f7.bin"] == frame[frame["status"] == "failed"]["name"].tolist()
    assert ["no such file", "gone"] == frame[frame["error"] != ""]["error"].tolist()
    assert 28 == (frame["status"] == "done").sum() == len(there(tmp_path))


def test_names_stay_inside_the_folder(store, tmp_path):
    """Whatever a server calls its files; folders below are made."""
    names = ["../../up.bin", "/etc/abs.bin", "..", "a/./b/c.bin", "a\\..\\d.bin", "", "ä ö #1 100%+.bin"]
    remotes = [(Remote(name, store.opener("f1.bin"), 1000, key="id7"), name) for name in names]
    frame = carry_out(fetches(remotes[:-2], tmp_path / "in", overwrite=False), doing="download")
    carry_out(fetches(remotes[-1:], tmp_path / "in", overwrite=False), doing="download")

    expected = ["a/b/c.bin", "a/d.bin", "etc/abs.bin", "id7", "up.bin", "ä ö #1 100%+.bin"]
    assert expected == sorted(there(tmp_path / "in"))
    assert ["in"] == [each.name for each in tmp_path.iterdir()]
    assert {"done"} == set(frame["status"])


def test_two_files_of_one_name_are_told(store, tmp_path):
    """One would silently replace the other."""
    remotes = [(Remote("x", store.opener(name), key=name), "same/x.bin") for name in ("f1.bin", "f2.bin")]
    with pytest.raises(TransfersFailed, match=r"Two of these files are called same/x\.bin.*f2\.bin to another folder"):
        carry_out(fetches(remotes, tmp_path, overwrite=True), doing="download")
    assert {"same/x.bin": store.files["f1.bin"]} == there(tmp_path)


def test_a_folder_where_a_file_should_be_and_a_link_on_the_way(store, tmp_path):
    """One line each; nothing is written through a link."""
    (tmp_path / "f1.bin").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sub").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError, match="no file here that could be replaced"):
        run(store, tmp_path, "f1.bin", overwrite=True)
    remote = Remote("x", store.opener("f1.bin"), 1000)
    with pytest.raises(UsageError, match="symbolic link"):
        carry_out(fetches([(remote, "sub/x")], tmp_path / "in", overwrite=False), doing="download")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is no folder"):
        run(store, tmp_path / "file", "f1.bin")
    assert {} == there(tmp_path / "outside")


def test_a_folder_that_takes_no_file_is_told(store, tmp_path, monkeypatch):
    """No permission: tests may run as root, who has all."""

    def refused(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refused)
    with pytest.raises(FileFailed, match="you may not write there"):
        run(store, tmp_path / "sub", "f1.bin")


def test_space_is_looked_at_before(store, tmp_path):
    """Of all files together."""
    remotes = [(Remote(name, store.opener(name), 1 << 55, name), name) for name in ("f1.bin", "f2.bin")]
    with pytest.raises(FileFailed, match=r"2 files: they have \d+ bytes, and .*nothing was written") as caught:
        carry_out(fetches(remotes, tmp_path, overwrite=False), doing="download")
    assert ["planned"] * 2 == caught.value.partial["status"].tolist()
    assert [] == store.asked


def test_an_interrupt_leaves_what_is_whole_and_tells_what_is_missing(store, tmp_path):
    """And the next call goes on."""
    calls = []

    def gate(place):
        calls.append(place)
        if len(calls) == 20:
            os.kill(os.getpid(), signal.SIGINT)
        if len(calls) >= 20:
            time.sleep(0.3)

    store.gate = gate
    with pytest.raises(KeyboardInterrupt, match=r"of 30 files are whole; missing: .*same call again") as caught:
        run(store, tmp_path)
    frame = caught.value.partial
    whole = {name: content for name, content in there(tmp_path).items() if name.endswith(".bin")}
    assert whole == {name: store.files[name] for name in whole}
    assert {"done", "missing"} == set(frame["status"])

    store.gate = None
    run(store, tmp_path)
    assert store.files == there(tmp_path)


def test_two_programs_writing_one_folder_do_not_mix(store, tmp_path):
    """The second waits for the first and takes what is whole."""
    store.gate = lambda place: time.sleep(0.01)
    frames = []
    twins = [threading.Thread(target=lambda: frames.append(run(store, tmp_path))) for _ in range(2)]
    for each in twins:
        each.start()
    for each in twins:
        each.join()
    assert store.files == there(tmp_path)
    assert {"done", "there"} == set(frames[0]["status"]) | set(frames[1]["status"])


# -- large files --------------------------------------------------------------------------------------------------


@pytest.fixture
def small_pieces(monkeypatch):
    """Let every file be large."""
    for name, size in (("LARGE", 100_000), ("PIECE", 40_000)):
        monkeypatch.setattr(ranges, name, size)
    monkeypatch.setattr(sys.modules["bionb.transfers.download"], "LARGE", 100_000)
    monkeypatch.setattr(carrying, "LARGE", 100_000)
    monkeypatch.setattr(partial, "CHECKPOINT", 50_000)


def test_a_large_file_comes_in_ranges(tmp_path, small_pieces):
    """Several at once, and the digest is that of the whole."""
    store = Store(big=os.urandom(999_999))
    frame = run(store, tmp_path)
    assert store.files == there(tmp_path)
    assert f"md5 {hashlib.md5(store.files['big']).hexdigest()}" == frame["checksum"][0]
    assert 25 == len({each[1] for each in store.asked})
    assert 999_999 == store.sent


@pytest.mark.parametrize("how", ["no ranges", "weak", "changes", "always changes"])
def test_ranges_are_never_mixed(tmp_path, small_pieces, how, clock):
    """A server that ignores them, that can't say whose they are, a file that changes between two."""
    old, new = os.urandom(500_000), os.urandom(500_000)
    store = Store(big=old)
    if how == "no ranges":
        store.ranges = False
    elif how == "weak":
        store.etags["big"] = 'W/"1"'
    else:

        def gate(place):
            if place >= 200_000:
                store.files["big"] = new if how == "changes" else os.urandom(500_000)

        store.gate = gate
    if how == "always changes":
        with pytest.raises(BionbError):
            run(store, tmp_path, size=400_000)
        assert {} == there(tmp_path)
    else:
        run(store, tmp_path)
        assert there(tmp_path)["big"] in (old, new)


def test_a_large_file_goes_on_where_it_broke(tmp_path, small_pieces, clock):
    """What has arrived is not sent again."""
    store = Store(big=os.urandom(1_000_000))

    def gate(place):
        if place >= 600_000:
            raise ConnectionFailed("it broke off")

    store.gate = gate
    with pytest.raises(ConnectionFailed):
        run(store, tmp_path)
    sent, store.gate = store.sent, None
    run(store, tmp_path)
    assert store.files == there(tmp_path)
    assert store.sent - sent <= 500_000


def test_a_failed_digest_ends_a_download(tmp_path, monkeypatch):
    """The thread that hashes must not fail unseen."""
    monkeypatch.setattr("bionb.transfers.digests.BESIDE", 1000)
    monkeypatch.setattr(partial, "CHECKPOINT", 10_000)
    content = os.urandom(300_000)
    store = Store(big=content)
    assert content == download(store.remotes()[0][0], tmp_path / "a", crew=Crew(2)).path.read_bytes()

    def full(self, entry):
        raise FileFailed("no space left")

    monkeypatch.setattr(partial.Partial, "_note", full)
    with pytest.raises(FileFailed, match="no space left"):
        download(store.remotes()[0][0], tmp_path / "b")


# -- uploads ------------------------------------------------------------------------------------------------------


def test_files_go_up_by_the_same_plan(tmp_path):
    """A folder with its folders; what is there is skipped; one that is missing stops no other."""
    (tmp_path / "sub").mkdir()
    for name in ("a.txt", "sub/b.txt", "sub/c.txt.part"):
        (tmp_path / name).write_text(name)
    server = {"a.txt": b"a.txt"}

    def there_already(name):
        return lambda file: server.get(name) == file.path.read_bytes()

    def sending(name):
        def send(file, watcher):
            watcher.update(file.size)
            server[name] = file.path.read_bytes()
            return {"id": name.upper()}

        return send

    found = [*sources_of(tmp_path), (tmp_path / "gone", "gone")]
    plan = [Send(path, name, f"at/{name}", there=there_already(name), send=sending(name)) for path, name in found]
    with pytest.raises(TransfersFailed, match=r"1 of 3 files were not uploaded.*no file .*gone here") as caught:
        carry_out(plan, doing="upload")
    frame = caught.value.partial
    assert ["there", "done", "refused"] == frame["status"].tolist()
    assert "SUB/B.TXT" == frame["id"][1]
    assert {"a.txt": b"a.txt", "sub/b.txt": b"sub/b.txt"} == server


@pytest.mark.parametrize("source", [5, None, b"x", {"a": 1}])
def test_sources_that_are_none_are_told(source):
    """Before anything is sent."""
    with pytest.raises(UsageError, match="path of a file or folder"):
        sources_of(source)
