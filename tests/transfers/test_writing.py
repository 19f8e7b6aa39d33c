"""Files written here: all or none, nothing overwritten unasked, nothing through a link."""

import os
import resource

import pytest

from bionb.errors import FileFailed, UsageError
from bionb.transfers import write_file, write_files, writing


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


FILES = {"i.txt": b"one", "sub/s.txt": b"two", "a.txt": b"three", "a.txt.part": b"four"}


def test_files_are_written_as_they_are(tmp_path):
    """Also one that is called like the unfinished form of another."""
    assert FILES == tree(write_files(tmp_path / "new" / "set", FILES))
    assert b"x" == write_file(tmp_path / "x", b"x").read_bytes()


def test_nothing_is_overwritten_unasked(tmp_path):
    """And if it is refused, nothing at all is written."""
    (tmp_path / "a.txt").write_bytes(b"mine")
    with pytest.raises(UsageError, match="overwrite=True"):
        write_files(tmp_path, FILES)
    with pytest.raises(UsageError, match="overwrite=True"):
        write_file(tmp_path / "a.txt", b"x")
    assert {"a.txt": b"mine"} == tree(tmp_path)
    write_files(tmp_path, FILES, overwrite=True)
    assert FILES == tree(tmp_path)


def test_a_file_keeps_its_rights(tmp_path):
    """What was private stays private."""
    for write in (
        lambda path: write_file(path, b"x", overwrite=True),
        lambda path: write_files(tmp_path, {"a": b"x"}, overwrite=True),
    ):
        (tmp_path / "a").touch()
        (tmp_path / "a").chmod(0o600)
        write(tmp_path / "a")
        assert 0o600 == (tmp_path / "a").stat().st_mode & 0o777


@pytest.mark.parametrize(
    "names", [("./a.txt", "a.txt"), ("b//a.txt", "b/a.txt"), ("a", "a/b"), ("b\\a", "b/./a"), ("a/b", "a")]
)
def test_two_names_of_one_file_are_refused(tmp_path, names):
    """One of them would be lost without a word."""
    with pytest.raises(UsageError, match=r"are one file|also the folder"):
        write_files(tmp_path / "set", dict.fromkeys(names, b"x"))
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "C:a", "a\0b", "", ".", "./", "x" * 300, "é" * 200, "\\a"])
def test_a_name_that_is_none_in_the_folder_is_refused(tmp_path, name):
    """Nothing is written outside."""
    with pytest.raises(UsageError):
        write_files(tmp_path / "set", {"fine": b"x", name: b"x"})
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("overwrite", [False, True])
def test_nothing_is_written_through_a_link(tmp_path, overwrite):
    """Neither of the file nor of a folder below."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "s.txt").write_bytes(b"precious")
    for link, at in (("sub", outside), ("i.txt", outside / "s.txt"), ("a.txt", outside / "new.txt")):
        folder = tmp_path / f"set {link}"
        folder.mkdir()
        (folder / link).symlink_to(at)
        with pytest.raises(UsageError, match="symbolic link"):
            write_files(folder, FILES, overwrite=overwrite)
        if link != "sub":
            with pytest.raises(UsageError, match="symbolic link"):
                write_file(folder / link, b"x", overwrite=overwrite)
        assert [link] == [each.name for each in folder.iterdir()]
    assert {"s.txt": b"precious"} == tree(outside)


@pytest.mark.parametrize("number", range(12))
def test_an_error_at_any_step_leaves_everything_as_it_was(tmp_path, monkeypatch, number):
    """Whatever the disk or an interrupt does in the middle."""
    (tmp_path / "a.txt").write_bytes(b"before")
    (tmp_path / "i.txt").write_bytes(b"before too")
    before, steps = tree(tmp_path), iter(range(1000))
    kinds = {"placed": writing.placed, "_stage": writing._stage, "_keep": writing._keep}

    def failing(real):
        def step(*arguments):
            if next(steps) == number:
                raise KeyboardInterrupt if number % 2 else OSError(28, "No space left on device")
            return real(*arguments)

        return step

    for name, real in kinds.items():
        monkeypatch.setattr(writing, name, failing(real))
    if number >= 4 + 2 + 4:
        write_files(tmp_path, FILES, overwrite=True)
        before = FILES
    else:
        with pytest.raises(KeyboardInterrupt if number % 2 else FileFailed):
            write_files(tmp_path, FILES, overwrite=True)
    assert before == tree(tmp_path)
    assert sorted({path.split("/")[0] for path in before}) == sorted(each.name for each in tmp_path.iterdir())


@pytest.fixture
def small_files():
    """Let no file grow beyond 100 bytes, as a full disk would not."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_leaves_nothing_half_written(tmp_path, small_files):
    """One clear error, the old file as it was."""
    (tmp_path / "old").write_bytes(b"old")
    small_files()
    with pytest.raises(FileFailed, match="Next: "):
        write_file(tmp_path / "old", b"x" * 1000, overwrite=True)
    with pytest.raises(FileFailed, match="Next: "):
        write_files(tmp_path / "set", {"a": b"x", "b": b"x" * 1000})
    assert {"old": b"old"} == tree(tmp_path)
    assert ["old"] == [each.name for each in tmp_path.iterdir()]


def test_places_that_cannot_be_written_are_told(tmp_path):
    """A file where a folder should be, a folder where a file should be, a missing folder."""
    (tmp_path / "file").touch()
    (tmp_path / "folder" / "i.txt").mkdir(parents=True)
    with pytest.raises(FileFailed, match="a file stands where a folder"):
        write_files(tmp_path / "file", FILES)
    with pytest.raises(UsageError, match="no file here"):
        write_files(tmp_path / "folder", FILES, overwrite=True)
    with pytest.raises(FileFailed, match="make the folder"):
        write_file(tmp_path / "gone" / "x", b"")
    for path in ("a\0b", "x" * 300):
        with pytest.raises((FileFailed, UsageError)):
            write_file(tmp_path / path, b"")
        with pytest.raises((FileFailed, UsageError)):
            write_files(tmp_path / path, FILES)


def test_a_disk_without_links_is_written_too(tmp_path, monkeypatch):
    """Some network disks have none."""

    def none(*arguments, **options):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    write_files(tmp_path, FILES)
    with pytest.raises(UsageError, match="overwrite"):
        write_file(tmp_path / "i.txt", b"x")
    write_files(tmp_path, FILES | {"i.txt": b"new"}, overwrite=True)
    assert FILES | {"i.txt": b"new"} == tree(tmp_path)
