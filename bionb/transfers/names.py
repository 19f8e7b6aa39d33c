"""Where a file is written: names of servers stay inside the folder, and nothing is overwritten unasked."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import IO

from bionb.errors import UsageError
from bionb.transfers.failing import shown, told

FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
LONGEST_NAME = 255  # bytes, on all common disks


def target_of(path: str | os.PathLike[str], name: str, *, spare: str = "", overwrite: bool = False) -> Path:
    """Return the file to write for a file that a server calls `name`.

    Parameters
    ----------
    path : path
        A folder, in which the file keeps its name, or the file itself.
    name : str
        The server's name; folders in it are dropped.
    spare : str
        The name where the server's is none (``""``, ``".."``).
    overwrite : bool
        Whether a file may stand there.

    Raises
    ------
    UsageError
        The folder is missing, the name can be none of a file here, or a file stands there.
    """
    path = _path(path)
    with told("look at", path):
        inside = path.is_dir()
    target = path / _plain(name, spare) if inside else path
    if len(os.fsencode(target.name)) > LONGEST_NAME:
        raise UsageError(
            f"The name {shown(target.name)} is too long for a file here, at most {LONGEST_NAME} bytes: pass a shorter "
            "one, the path of the file to write."
        )
    with told("look at", target):
        there = target.parent.is_dir()
    if not there:
        raise UsageError(f"There is no folder {target.parent} here: make it first, or pass another path.")
    check_free(target, overwrite)
    return target


def check_free(target: Path, overwrite: bool) -> None:
    """Refuse a target that stands there already, unless it is a file that may be replaced.

    Raises
    ------
    UsageError
        With what stands there and what to do.
    """
    if not os.path.lexists(target):
        return
    if target.is_symlink():
        raise UsageError(
            f"{shown(target)} is a symbolic link, and nothing is written through one: remove it, or pass another path."
        )
    if not target.is_file():
        raise UsageError(f"{shown(target)} is no file here that could be replaced: pass another path.")
    if not overwrite:
        raise UsageError(f"{shown(target)} exists here: pass overwrite=True, or another path.")


def fresh_file(beside: Path) -> tuple[Path, IO[bytes]]:
    """Return a new, hidden file in the folder of another, and its opened stream."""
    path = beside.with_name(f".{secrets.token_hex(8)}.new")
    with told("write", beside):
        return path, os.fdopen(os.open(path, FRESH, 0o666), "wb")


def place_inside(name: str, spare: str = "") -> str:
    """Return where below a folder a file of the server's name belongs; nothing in the name leads out of it.

    Raises
    ------
    UsageError
        No disk holds such a name.
    """
    parts = [each for each in name.replace("\\", "/").split("/") if each not in ("", ".", "..")]
    parts = parts or [spare.replace("/", "_") or "file"]
    if "\0" in name or any(len(os.fsencode(each)) > LONGEST_NAME for each in parts):
        raise UsageError(
            f"The server calls the file {shown(name)}, which can be no name here (at most {LONGEST_NAME} bytes, no "
            "null character): rename it there."
        )
    return "/".join(parts)


def check_way(root: Path, place: str) -> None:
    """Refuse folders below a root that are links or files.

    Raises
    ------
    UsageError
        With which one.
    """
    here = root
    for part in place.split("/")[:-1]:
        here = here / part
        if here.is_symlink() or (here.exists() and not here.is_dir()):
            raise UsageError(
                f"{here} is {'a symbolic link' if here.is_symlink() else 'a file'}, not a folder: remove it."
            )


def _path(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise UsageError(f"path must be the path of a folder or file, not {type(path).__name__}.")
    text = os.fspath(path)
    if not isinstance(text, str) or "\0" in text:
        raise UsageError("path must be a text without null characters: pass the path of a folder or file.")
    return Path(text)


def _plain(name: str, spare: str) -> str:
    if "\0" in name:
        raise UsageError(
            f"The server calls the file {shown(name)}, with a null character, which no name here can hold: pass the "
            "path of the file to write."
        )
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return last if last not in ("", ".", "..") else spare.replace("/", "_") or "file"
