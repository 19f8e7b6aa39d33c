"""One file down: whole, of one state of the server's file, or an error."""

import base64
import gzip
import hashlib
import os
import zlib

import pytest

from bionb.errors import ConnectionFailed, FileFailed, UnexpectedResponse, UsageError
from bionb.transfers import Answer, Remote, digests, download, target_of
from bionb.transfers.arriving import partial

OLD, NEW = b"old " * 5000, b"new " * 5000
DATE, LATER = "Tue, 06 Jan 2026 12:00:00 GMT", "Tue, 06 Jan 2026 13:00:00 GMT"


class Files:
    """A server with one file, which breaks off where a test says so."""

    def __init__(self, content, etag='"v1"', breaks=(), **headers):
        self.content, self.etag, self.breaks, self.headers = content, etag, list(breaks), headers
        self.asked, self.honest, self.length = [], True, True

    def __call__(self, headers):
        self.asked.append(dict(headers))
        start, status = 0, 200
        tag = {"ETag": self.etag} if self.etag else {}
        said = {"Date": LATER, **tag, **{name.replace("_", "-"): value for name, value in self.headers.items()}}
        wanted = headers.get("Range", "")
        known = headers.get("If-Range") in (self.etag, said.get("Last-Modified"))
        if wanted and (known or not self.honest):
            start, status = int(wanted[6:-1]), 206
            if start >= len(self.content):
                return Answer(416, {}, iter(()), lambda: None)
            said["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        body = self.content[start:]
        if self.length:
            said["Content-Length"] = str(len(body))
        return Answer(status, said, self._pieces(body), lambda: None)

    def _pieces(self, body):
        stop = self.breaks.pop(0) if self.breaks else None
        for place in range(0, len(body[:stop]), 1000):
            yield body[:stop][place : place + 1000]
        if stop is not None:
            raise ConnectionFailed("it broke off")


def remote(files, **options):
    return Remote("reads.bin", files, **options)


@pytest.fixture
def target(tmp_path, clock):
    return tmp_path / "reads.bin"


def broken(files, target, **options):
    """Let a download break off for good, as a kernel that was restarted would find it."""
    files.breaks = [3000, *[0] * 4]
    with pytest.raises(ConnectionFailed):
        download(remote(files, **options), target)
    files.asked.clear()


def names(target):
    return sorted(each.name for each in target.parent.iterdir())


def test_what_broke_off_goes_on_and_nothing_is_left_beside_it(target):
    """3,000 bytes need not come twice, also in a later call."""
    files = Files(OLD)
    broken(files, target, size=len(OLD))
    saved = download(remote(files, size=len(OLD)), target, algorithms=["sha256"])

    assert ("bytes=3000-", '"v1"') == (files.asked[0]["Range"], files.asked[0]["If-Range"])
    assert (OLD, len(OLD)) == (target.read_bytes(), saved.size)
    assert {"sha256": hashlib.sha256(OLD).hexdigest()} == saved.digests
    assert ["reads.bin"] == names(target)


@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("identity", ["etag", "date", "none", "weak"])
def test_a_file_that_changed_meanwhile_is_fetched_anew(target, honest, identity):
    """Whatever the server tells about it, and even where it ignores what the range was bound to."""
    headers = {"Last_Modified": DATE} if identity == "date" else {}
    etag = {"etag": '"v1"', "weak": 'W/"v1"'}.get(identity, "")
    files = Files(OLD, etag, **headers)
    broken(files, target, size=len(OLD))
    files.content, files.honest = NEW, honest
    files.etag = etag.replace("1", "2")
    files.headers = {"Last_Modified": "Tue, 06 Jan 2026 12:30:00 GMT"} if headers else {}
    download(remote(files, size=len(NEW)), target)

    assert NEW == target.read_bytes()


def test_a_file_that_changed_in_size_is_fetched_anew(target):
    """Its length is part of what is known about it."""
    files = Files(OLD)
    broken(files, target)
    files.content, files.honest = NEW[:4000], False
    download(remote(files), target)

    assert NEW[:4000] == target.read_bytes()


def test_a_date_of_this_very_second_proves_nothing(target):
    """Within its second the file may have changed once more."""
    files = Files(OLD, "", Last_Modified=LATER)
    broken(files, target)
    files.content = NEW
    download(remote(files), target)

    assert "Range" not in files.asked[0]
    assert NEW == target.read_bytes()


@pytest.mark.parametrize("size", [len(OLD), 100, 0])
def test_a_part_without_proof_is_not_believed_and_not_touched(target, size):
    """It may be of anything, even of the right size; and it may be a file of the user's."""
    stray = target.with_name("reads.bin.part")
    stray.write_bytes(b"x" * size)
    files = Files(OLD)
    download(remote(files, size=len(OLD)), target)

    assert "Range" not in files.asked[0]
    assert (OLD, b"x" * size) == (target.read_bytes(), stray.read_bytes())


@pytest.mark.parametrize("spoil", ["changed", "longer", "shorter", "emptied", "gone"])
def test_a_part_that_was_spoiled_is_found_out(target, monkeypatch, spoil):
    """A disk that failed, a program that wrote into it."""
    monkeypatch.setattr(partial, "CHECKPOINT", 1000)
    files = Files(OLD)
    broken(files, target, size=len(OLD))
    part = target.with_name("reads.bin.part")
    content = part.read_bytes()
    if spoil == "gone":
        part.unlink()
    else:
        changed = content[:1500] + b"X" + content[1501:]
        part.write_bytes({"changed": changed, "longer": content + b"x", "shorter": content[:-1]}.get(spoil, b""))
    download(remote(files, size=len(OLD)), target)

    kept = {"changed": "bytes=1000-", "longer": "bytes=3000-", "shorter": "bytes=2000-"}
    assert OLD == target.read_bytes()
    assert kept.get(spoil) == files.asked[0].get("Range")


@pytest.mark.parametrize("spoil", [b"", b"{", b"[]\n", b'{"bionb part": 1}\n', b'{"bionb part": 1, "key": ""}\n\xff\n'])
def test_a_spoiled_proof_proves_nothing(target, spoil):
    """A crash may have cut it off anywhere."""
    files = Files(OLD)
    broken(files, target)
    target.with_name("reads.bin.part.proof").write_bytes(spoil)
    download(remote(files), target)

    assert OLD == target.read_bytes()
    assert "Range" not in files.asked[0]


def test_a_whole_part_is_asked_about_before_it_gets_its_name(target):
    """All bytes are here, but are they still those of the server?"""
    files = Files(OLD)
    broken(files, target)
    part = target.with_name("reads.bin.part")
    with partial.part_of(target, "", []) as again:
        again.append(OLD[3000:])
        again.prove()
    assert OLD == part.read_bytes()
    download(remote(files), target)
    assert [f"bytes={len(OLD) - 1}-"] == [each.get("Range") for each in files.asked]
    assert OLD == target.read_bytes()


def test_the_part_of_another_file_is_not_gone_on_with(target):
    """Two files of one name, one after the other."""
    files = Files(OLD)
    broken(files, target, key="one")
    files.content = NEW
    download(remote(files, key="two"), target)

    assert NEW == target.read_bytes()


@pytest.mark.parametrize(
    ("content_range", "etag"),
    [("bytes 0-9/20000", '"v1"'), ("bytes 3000-19999/*", '"v1"'), ("nonsense", '"v1"'), ("", '"v1"'), (None, "")],
)
def test_a_range_that_was_not_asked_for_is_not_taken(target, content_range, etag):
    """A proxy answers with another one, or without saying whose it is."""
    files = Files(OLD)
    broken(files, target, size=len(OLD))
    odd = {"Content-Range": f"bytes 3000-{len(OLD) - 1}/{len(OLD)}" if content_range is None else content_range}
    first = [Answer(206, {**odd, "ETag": etag}, iter([OLD[3000:]]), lambda: None)]
    download(remote(lambda headers: first.pop() if first else files(headers), size=len(OLD)), target)

    assert OLD == target.read_bytes()


def test_a_server_that_changes_its_mind_for_ever_is_given_up(target):
    """Nobody waits for a file that is written all the time."""
    files = Files(OLD)
    broken(files, target, size=len(OLD))
    odd = Answer(416, {}, iter(()), lambda: None)

    def always(headers):
        if "Range" in headers:
            return odd
        files.breaks = [2000]
        return files(headers)

    with pytest.raises((ConnectionFailed, UnexpectedResponse)):
        download(remote(always, size=len(OLD)), target)
    assert not target.exists()


@pytest.mark.parametrize(("length", "size"), [(True, 1), (True, 30_000), (False, 30_000), (False, 100)])
def test_another_length_than_the_platforms_is_an_error(target, length, size):
    """Too short and too long, with the server's own length and without it."""
    files = Files(OLD)
    files.length = length
    with pytest.raises((UnexpectedResponse, ConnectionFailed), match=r"bytes of the file reads\.bin"):
        download(remote(files, size=size), target)
    assert not target.exists()


def test_a_body_without_length_that_ends_early_is_fetched_on(target):
    """The end of the connection says nothing, the size does."""
    files = Files(OLD)
    files.length = False
    short = [Answer(200, {"ETag": '"v1"'}, iter([OLD[:5000]]), lambda: None)]
    download(remote(lambda headers: short.pop() if short else files(headers), size=len(OLD)), target)
    assert OLD == target.read_bytes()


def test_a_length_that_nobody_knows_is_an_error(target):
    """Half of it would look like all of it."""
    files = Files(OLD)
    files.length = False
    with pytest.raises(UnexpectedResponse, match="without saying how long"):
        download(remote(files), target)
    assert [] == names(target)

    files.headers = {"Transfer_Encoding": "chunked"}
    assert len(OLD) == download(remote(files), target).size


def b64(name, content):
    return base64.b64encode(hashlib.new(name, content).digest()).decode()


@pytest.mark.parametrize(
    "said",
    [
        lambda content: {"Content-MD5": b64("md5", content)},
        lambda content: {"Digest": f"sha-256={b64('sha256', content)}"},
        lambda content: {"Repr-Digest": f"sha-512=:{b64('sha512', content)}:"},
        lambda content: {"Content-Digest": f"unknown=:AAAA:, sha-256=:{b64('sha256', content)}:"},
        lambda content: {"x-goog-hash": f"crc32c=AAAAAA==,md5={b64('md5', content)}"},
        lambda content: {"x-amz-checksum-sha256": b64("sha256", content)},
        lambda content: {"x-amz-request-id": "1", "ETag": f'"{hashlib.md5(content).hexdigest()}"'},
    ],
)
def test_any_checksum_of_the_server_is_compared(target, said):
    """A bit that fell over on the way, at the right length."""
    good, bad = Files(OLD, **said(OLD)), Files(OLD, **said(NEW))
    for each in (good, bad):
        each.etag = each.headers.pop("ETag", '"v1"')
    with pytest.raises(UnexpectedResponse, match="damaged"):
        download(remote(bad), target)
    assert [] == names(target)
    assert OLD == download(remote(good), target).path.read_bytes()


def test_checksums_of_the_platform_are_compared_too(target):
    """Where a listing says them."""
    with pytest.raises(UnexpectedResponse, match="SHA256"):
        download(remote(Files(OLD), checksums={"sha256": "0" * 64}), target)
    download(remote(Files(OLD), checksums={"md5": hashlib.md5(OLD).hexdigest().upper()}), target)
    assert ["reads.bin"] == names(target)


def test_an_etag_that_is_no_md5_is_not_taken_for_one(target):
    """Of an object in parts, of one encrypted with a key, of a web server."""
    tag = "0" * 32
    for headers in ({}, {"x_amz_request_id": "1", "x_amz_server_side_encryption": "aws:kms"}):
        download(remote(Files(OLD, f'"{tag}"', **headers)), target, overwrite=True)
    download(remote(Files(OLD, f'"{tag}-2"', x_amz_request_id="1")), target, overwrite=True)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "two members"])
@pytest.mark.parametrize("size", [len(OLD), None])
def test_a_packed_body_is_unpacked(target, coding, size):
    """Storage gives some objects with Content-Encoding whatever was asked for."""
    packed = zlib.compress(OLD) if coding == "deflate" else gzip.compress(OLD, mtime=0)
    if coding == "two members":
        packed = gzip.compress(OLD[:7000], mtime=0) + gzip.compress(OLD[7000:])
    files = Files(packed, Content_Encoding="deflate" if coding == "deflate" else "gzip", breaks=[20])
    download(remote(files, size=size), target)

    assert OLD == target.read_bytes()
    assert "bytes=20-" == files.asked[1]["Range"]
    assert ["reads.bin"] == names(target)


def test_a_packed_file_whose_size_is_that_of_the_packed_bytes_stays_packed(target):
    """Then the packed bytes are what the platform calls the file."""
    packed = gzip.compress(OLD, mtime=0)
    download(remote(Files(packed, Content_Encoding="gzip"), size=len(packed)), target)

    assert packed == target.read_bytes()


@pytest.mark.parametrize(
    ("packed", "coding", "size"),
    [
        (gzip.compress(OLD, mtime=0)[:-9], "gzip", None),
        (b"no gzip at all", "gzip", None),
        (gzip.compress(OLD, mtime=0), "br", None),
        (gzip.compress(bytes(10_000_000), mtime=0), "gzip", 5000),
    ],
)
def test_a_packed_body_that_is_broken_or_a_bomb_is_an_error(target, packed, coding, size):
    """And nothing of it is left."""
    with pytest.raises(UnexpectedResponse):
        download(remote(Files(packed, Content_Encoding=coding), size=size), target)
    assert [] == names(target)


def test_two_downloads_to_one_file_do_not_mix(target):
    """Two kernels, one folder."""
    files = Files(OLD)
    broken(files, target)
    with partial.part_of(target, "", []), pytest.raises(FileFailed, match="another program"):
        download(remote(files), target)
    download(remote(files), target)
    assert OLD == target.read_bytes()


@pytest.mark.parametrize("planted", ["reads.bin", "reads.bin.part", "reads.bin.part.proof"])
def test_nothing_is_written_through_a_link(target, tmp_path, planted):
    """Somebody else may write into a shared folder too."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / planted).symlink_to(victim)
    if planted == "reads.bin":
        with pytest.raises(UsageError, match="symbolic link"):
            download(remote(Files(OLD)), target, overwrite=True)
    else:
        assert OLD == download(remote(Files(OLD)), target).path.read_bytes()
    assert b"precious" == victim.read_bytes()


def test_a_part_that_is_also_another_file_is_left_to_it(target, tmp_path):
    """A second name for the bytes would change with them."""
    files = Files(OLD)
    broken(files, target)
    os.link(tmp_path / "reads.bin.part", tmp_path / "second")
    files.content, files.etag = NEW, '"v2"'
    download(remote(files), target)

    assert (NEW, OLD[:3000]) == (target.read_bytes(), (tmp_path / "second").read_bytes())


def test_a_file_that_appeared_meanwhile_is_not_overwritten(target):
    """The look beforehand is not enough."""
    files = Files(OLD)

    def opened(headers):
        target.write_bytes(b"mine")
        return files(headers)

    with pytest.raises(UsageError, match="overwrite=True"):
        download(remote(opened), target)
    assert b"mine" == target.read_bytes()


def test_a_file_stays_until_the_new_one_is_whole(target):
    """Replacing is one step at the end."""
    target.write_bytes(b"before")
    files = Files(OLD, breaks=[3000, 0, 0, 0, 0])
    with pytest.raises(ConnectionFailed):
        download(remote(files), target, overwrite=True)
    assert b"before" == target.read_bytes()
    download(remote(files), target, overwrite=True)
    assert OLD == target.read_bytes()


def test_a_full_disk_is_one_clear_error(target, monkeypatch):
    """Before anything is sent where the size is known; in the middle where another program was faster."""
    files = Files(OLD)
    files.length = False
    with pytest.raises(FileFailed, match=r"are free in"):
        download(remote(files, size=1 << 60), target)
    assert [] == names(target)

    def full(self, chunk):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(digests.Digests, "update", full)
    with pytest.raises(FileFailed, match=r"No space left on device.*free some space"):
        download(remote(Files(OLD)), target)
    assert not target.exists()


@pytest.mark.parametrize("name", ["a\0b.txt", "x" * 300, "é" * 200])
def test_a_name_that_no_disk_holds_is_told(tmp_path, name):
    """And what to do about it; with a path of one's own the file can be had."""
    with pytest.raises(UsageError, match="the path of the file"):
        target_of(tmp_path, name)
    assert tmp_path / "own" == target_of(tmp_path / "own", name)


@pytest.mark.parametrize("path", ["a\0b", "x" * 300, "folder/" + "x" * 300, 5, None, b"bytes"])
def test_a_path_that_no_disk_holds_is_told(tmp_path, path):
    """Whoever wrote it."""
    with pytest.raises((UsageError, FileFailed)):
        target_of(tmp_path / path if isinstance(path, str) else path, "a.txt")


def test_a_long_name_has_a_part_too(tmp_path, clock):
    """The longest name a disk takes leaves no room for an ending."""
    target = tmp_path / ("x" * 255)
    files = Files(OLD, breaks=[2000])
    assert OLD == download(remote(files), target).path.read_bytes()
    assert [target.name] == names(target)


@pytest.mark.parametrize("status", [204, 206, 304])
def test_an_answer_that_is_no_whole_file_is_told(target, status):
    """A range that nobody asked for among them."""
    odd = Answer(status, {"Content-Range": "bytes 5-9/10"}, iter([b"x"]), lambda: None)
    with pytest.raises(UnexpectedResponse, match=str(status)):
        download(remote(lambda headers: odd), target)


def test_an_empty_file_arrives(target):
    """Zero bytes are all bytes."""
    assert (0, b"") == (download(remote(Files(b""), size=0), target).size, target.read_bytes())
