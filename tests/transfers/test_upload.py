"""One file up: one state of the file, and stored as it was sent."""

import os

import pytest

from bionb.errors import FileFailed, UnexpectedResponse, UsageError
from bionb.progress import Progress
from bionb.transfers import Part, Snapshot, part_size_of, send_parts, stored_whole, upload

OLD, NEW = b"a" * 3000, b"b" * 3000


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "reads.bin"
    path.write_bytes(OLD)
    return path


def aged(path):
    """Let a file be older than the dates of any disk are fine."""
    os.utime(path, (1, 1))
    return Snapshot.of(path)


def sent(file, meanwhile=lambda number: None):
    """Send in three parts, with something happening after each."""
    got = []

    def send(part):
        got.append(b"".join(part))
        meanwhile(part.number)

    send_parts(file, 1000, send, lambda function, items: map(function, items), Progress("x"))
    return b"".join(got)


def test_a_file_that_stays_goes_as_it_is(source):
    """Also one that was written a moment ago, and an empty one."""
    assert OLD == sent(Snapshot.of(source))
    source.write_bytes(b"")
    assert b"" == sent(Snapshot.of(source))


@pytest.mark.parametrize("when", [1, 2, 3])
@pytest.mark.parametrize("how", ["rewritten", "longer", "shorter", "replaced", "date kept", "gone"])
def test_a_file_that_changes_while_it_is_sent_is_an_error(source, how, when, monkeypatch):
    """Half old, half new, and called whole: the worst kind of file; also where its date was set back."""
    file = aged(source)

    def change(number):
        if number != when:
            return
        if how == "replaced":
            other = source.with_name("other")
            other.write_bytes(NEW)
            os.utime(other, (1, 1))
            other.replace(source)
        elif how == "gone":
            source.unlink()
        else:
            source.write_bytes({"longer": OLD + b"x", "shorter": OLD[:-1]}.get(how, NEW))
        if how == "date kept":
            os.utime(source, (1, 1))

    with pytest.raises(FileFailed, match="changed while|Cannot read"):
        sent(file, change)


def test_a_file_of_this_moment_is_read_again(source, monkeypatch):
    """Its date is too coarse to show a second change within the same tick."""
    file = Snapshot.of(source)
    before = source.stat()

    def change(number):
        if number == 1:
            source.write_bytes(NEW)

    monkeypatch.setattr(upload.Snapshot, "check", lambda self: None)
    assert not file.settled
    with pytest.raises(FileFailed, match="changed while"):
        sent(file, change)
    assert before.st_size == source.stat().st_size


def test_a_file_whose_rights_change_is_still_the_same_file(source):
    """Its bytes are read again, and are the same."""
    assert OLD == sent(aged(source), lambda number: source.chmod(0o600 + number))


@pytest.mark.parametrize("told", [-1, 0, None, "", "many", 1.5, float("nan"), float("inf"), True, [], {}, "-5"])
def test_a_part_size_that_is_none_is_told(told):
    """Not "done" with nothing sent."""
    with pytest.raises(UnexpectedResponse, match="nothing was sent"):
        part_size_of(told, 100, "The server")


def test_part_sizes_are_read_and_bounded():
    """Ten million parts of one byte are no upload."""
    assert [5, 5, 5] == [part_size_of(each, 100, "x") for each in (5, "5", 5.0)]
    with pytest.raises(UnexpectedResponse, match="100000 parts"):
        part_size_of(1, 100_000, "The server")


def test_an_etag_of_other_bytes_is_told(source):
    """It is an MD5 unless the storage says that it encrypts with a key, or it is of parts."""
    part = Part(Snapshot.of(source), 1, 0, 3000)
    assert OLD == b"".join(part)
    assert part.md5 == stored_whole(part, {"ETag": f'"{part.md5}"'}, "x", "x")
    with pytest.raises(UnexpectedResponse, match="other bytes"):
        stored_whole(part, {"ETag": f'"{"0" * 32}"'}, "send", "The server")
    for headers in ({"ETag": f'"{"0" * 32}"', "x-amz-server-side-encryption": "aws:kms"}, {"ETag": '"0-1"'}):
        stored_whole(part, headers, "x", "x")


@pytest.mark.parametrize("path", ["gone", "a\0b", "x" * 300, "", 5, None, ["a"], b"\0"])
def test_what_is_no_file_is_told(tmp_path, path):
    """Before anything is sent."""
    with pytest.raises(UsageError):
        Snapshot.of(tmp_path / path if isinstance(path, str) else path)


@pytest.mark.slow
def test_a_file_of_five_gigabytes_goes_up_in_parts(tmp_path):
    """More than 32 bits can count; sparse, so that it needs no disk."""
    size = (5 << 30) + 1
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(size)
    os.utime(tmp_path / "large", (1, 1))
    sent = []

    def send(part):
        sent.append(sum(len(chunk) for chunk in part))

    count = send_parts(
        aged(tmp_path / "large"), 64 << 20, send, lambda function, items: map(function, items), Progress("x")
    )
    assert (81, size, 1) == (count, sum(sent), sent[-1])
