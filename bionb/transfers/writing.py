"""Files written here: whole or not at all, several as one, never through a link, nothing overwritten unasked."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bionb.errors import UsageError
from bionb.transfers.failing import shown, told
from bionb.transfers.names import FRESH, LONGEST_NAME, check_free, check_way, fresh_file

_NOTHING = "nothing was written"


def write_file(path: str | os.PathLike[str], data: bytes, *, overwrite: bool = False) -> Path:
    """Write one file and return its path.

    Parameters
    ----------
    path : path
        The file; its folder must be there.
    overwrite : bool
        Replace a file there, in one step; it keeps its rights.

    Raises
    ------
    UsageError
        Something stands there: a file without `overwrite`, a folder, a symbolic link.
    FileFailed
        The disk is full, the folder can't be written to, ...
    """
    target = Path(path)
    with told("write", target, _NOTHING):
        check_free(target, overwrite)
        new, stream = fresh_file(target)
        try:
            with stream:
                stream.write(data)
            if target.exists():
                new.chmod(stat.S_IMODE(target.stat().st_mode))
            placed(new, target, overwrite)
        except BaseException:
            _remove(new)
            raise
    return target


def write_files(folder: str | os.PathLike[str], files: Mapping[str, bytes], *, overwrite: bool = False) -> Path:
    """Write several files to a folder, all of them or none, and return its path.

    Parameters
    ----------
    folder : path
        Made where it is missing.
    files : mapping
        Name (with ``/`` for folders below) -> bytes.
    overwrite : bool
        Replace files of these names.

    Raises
    ------
    UsageError
        Two names are one file, a name leaves the folder, something stands there.
    FileFailed
        The disk is full, ...; what had been there is there again.
    """
    root, places = Path(folder), places_of(files)
    with told("write", root, _NOTHING), _folders() as make:
        for place in places.values():
            check_way(root, place)
            check_free(root / place, overwrite)
        make(root)
        staged = root / f".{secrets.token_hex(8)}.new"
        staged.mkdir()
        try:
            for name, place in places.items():
                with told("write", root / place, _NOTHING):
                    _stage(staged / place, files[name])
            for place in places.values():
                make((root / place).parent)
            _commit(staged, root, list(places.values()), overwrite)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return root


def places_of(names: Mapping[str, object]) -> dict[str, str]:
    """Return for each name the place that it means below a folder: ``./a.txt`` is ``a.txt``.

    Raises
    ------
    UsageError
        A name leaves the folder or is none on all disks, or two names mean one file.
    """
    places: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name in names:
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if "\0" in name or ".." in parts or not parts or name.startswith(("/", "\\")) or ":" in parts[0]:
            raise UsageError(f"{shown(name)} leaves the folder that it is written to, or is no name of a file there.")
        if any(len(os.fsencode(part)) > LONGEST_NAME for part in parts):
            raise UsageError(
                f"The name {shown(name)} is too long for a file, at most {LONGEST_NAME} bytes: shorten it."
            )
        place = "/".join(parts)
        if place in taken:
            raise UsageError(f"{taken[place]!r} and {name!r} are one file, {place}: one of them would be lost.")
        places[name] = place
        taken[place] = name
    for place, name in taken.items():
        above = place
        while (above := above.rpartition("/")[0]) != "":
            if above in taken:
                raise UsageError(f"{taken[above]!r} is a file and also the folder of {name!r}: rename one of them.")
    return places


def _stage(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        opened = os.open(path, FRESH, 0o666)
    except FileExistsError as error:  # a disk on which A.txt and a.txt are one
        raise UsageError(f"Two names are one file on this disk, {path.name}: one of them would be lost.") from error
    with os.fdopen(opened, "wb") as stream:
        stream.write(data)


def _commit(staged: Path, root: Path, places: list[str], overwrite: bool) -> None:
    """Give all files their names; on any failure take them back."""
    old = staged / f"old {secrets.token_hex(4)}"
    old.mkdir()
    done: list[tuple[Path, Path, Path]] = []
    try:
        for number, place in enumerate(places):
            new, target, kept = staged / place, root / place, old / str(number)
            done.append((new, target, kept))
            replacing = overwrite and os.path.lexists(target)
            if replacing:
                check_free(target, overwrite)
                _keep(target, kept)
                new.chmod(stat.S_IMODE(target.stat().st_mode))
            placed(new, target, replacing)
    except BaseException:
        for new, target, kept in reversed(done):
            if kept.exists():
                os.replace(kept, target)
            elif not new.exists():
                _remove(target)
        raise


def _keep(target: Path, kept: Path) -> None:
    """Keep the old file until all new ones are there."""
    try:
        os.link(target, kept)
    except OSError:  # a disk without links
        shutil.copy2(target, kept)


def placed(new: Path, target: Path, overwrite: bool) -> None:
    """Give a finished file its name in one step.

    Raises
    ------
    UsageError
        Something stands there, perhaps since a moment ago.
    """
    with told("write", target):
        if overwrite:
            check_free(target, overwrite)
            os.replace(new, target)
            return
        try:
            os.link(new, target)  # unlike a rename it never replaces what somebody put there meanwhile
        except FileExistsError:
            check_free(target, False)
            raise
        except OSError:  # a disk without links
            check_free(target, False)
            os.rename(new, target)
        else:
            new.unlink()


@contextmanager
def _folders() -> Iterator[_Make]:
    """Give a function that makes folders, and remove those again that an error leaves empty."""
    make = _Make()
    try:
        yield make
    except BaseException:
        for folder in reversed(make.made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


class _Make:
    def __init__(self) -> None:
        self.made: list[Path] = []

    def __call__(self, folder: Path) -> None:
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            each.mkdir()
            self.made.append(each)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
