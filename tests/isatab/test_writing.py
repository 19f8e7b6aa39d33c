"""Writing a set: what was there stays unless it was asked for, and nothing is lost on the way."""

import os

import pytest

import bionb
from bionb.errors import FileFailed, UsageError
from bionb.isatab.exchange.archive import OtherSheets
from tests.isatab.sets import isatab, small


def tree(folder):
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("name", ["set", "set.zip"])
def test_a_set_is_not_written_over_another(tmp_path, name):
    """Unless asked for; then all of it is the new one."""
    first = isatab(small())
    second = first.rename_sample("liver 1", "liver one")
    target = first.write(tmp_path / name)
    with pytest.raises(UsageError, match="overwrite=True"):
        second.write(target)
    assert first == bionb.read_isatab(target)
    assert second == bionb.read_isatab(second.write(target, overwrite=True))


def test_members_are_not_lost_to_one_another(tmp_path):
    """A member that is called like the unfinished form of another, and two names of one file."""
    files = small() | {"a.txt": b"a", "a.txt.part": b"b", "a.txt.new": b"c"}
    assert files == tree(isatab(files).write(tmp_path / "set"))
    for names in (("./a.txt", "a.txt"), ("b/../c", "d"), ("x//y", "x/y")):
        double = isatab(small() | dict.fromkeys(names, b"x"))
        for write in (lambda: double.write(tmp_path / "no"), lambda: double.write(tmp_path / "no.zip"), double.to_zip):  # noqa: B023
            with pytest.raises(UsageError):
                write()
    assert ["set"] == os.listdir(tmp_path)


@pytest.mark.parametrize("overwrite", [False, True])
def test_sheets_of_another_set_do_not_stay_unnoticed(tmp_path, overwrite):
    """Reading the folder would mix both."""
    isatab({"s_old.txt": b"Source Name\n"}).write(tmp_path / "set")
    (tmp_path / "set" / "raw.fastq").write_bytes(b"data")
    with pytest.warns(OtherSheets, match=r"also holds s_old\.txt"):
        isatab(small()).write(tmp_path / "set", overwrite=overwrite)
    assert {*small(), "s_old.txt", "raw.fastq"} == set(tree(tmp_path / "set"))


def test_nothing_is_written_through_a_link(tmp_path):
    """A planted link would let a set replace any file of the user."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "s_small.txt").symlink_to(victim)
    (tmp_path / "set" / "s_small.txt.part").symlink_to(victim)
    (tmp_path / "set.zip").symlink_to(victim)
    for target in ("set", "set.zip"):
        with pytest.raises(UsageError, match="symbolic link"):
            isatab(small()).write(tmp_path / target, overwrite=True)
    assert b"precious" == victim.read_bytes()
    assert ["s_small.txt", "s_small.txt.part"] == sorted(os.listdir(tmp_path / "set"))


@pytest.mark.parametrize("name", ["set", "set.zip"])
def test_a_full_disk_leaves_the_old_set_whole(tmp_path, monkeypatch, name):
    """One clear error, whichever file it hits."""
    target = isatab(small()).write(tmp_path / name)
    real, calls = os.fdopen, []

    class Full:
        def __init__(self, stream):
            self.stream = stream

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.stream.close()

        def write(self, data):
            self.stream.write(data[:5])
            raise OSError(28, "No space left on device")

    def fdopen(*arguments, **options):
        calls.append(1)
        stream = real(*arguments, **options)
        return Full(stream) if len(calls) % 3 == 0 or name == "set.zip" else stream

    monkeypatch.setattr(os, "fdopen", fdopen)
    with pytest.raises(FileFailed, match="No space left on device"):
        isatab(small()).rename_sample("liver 1", "other").write(target, overwrite=True)
    monkeypatch.undo()
    assert isatab(small()) == bionb.read_isatab(target)
    assert [name] == os.listdir(tmp_path)


@pytest.mark.parametrize("target", [None, 5, "a\0b", b"bytes"])
def test_a_target_that_is_none_is_told(target):
    """One clear error naming what is expected."""
    with pytest.raises(UsageError, match="path of a folder"):
        isatab(small()).write(target)
