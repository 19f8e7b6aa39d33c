"""What the operating system says about files, in one clear line."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bionb.errors import BionbError, FileFailed

_ADVICE = {
    errno.ENOSPC: "free some space, or choose another disk",
    errno.EDQUOT: "your quota is used up: free some space, or choose another disk",
    errno.EFBIG: "the disk takes no file of this size: choose another disk",
    errno.EACCES: "you may not write there: choose another folder",
    errno.EPERM: "you may not write there: choose another folder",
    errno.EROFS: "the disk is read-only: choose another folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTDIR: "a file stands where a folder is needed: choose another folder",
    errno.EISDIR: "a folder stands where a file is needed: choose another name",
    errno.ENOENT: "make the folder first, or choose another",
    errno.ELOOP: "a symbolic link stands there, and nothing is written through one: remove it, or choose another name",
}


@contextmanager
def told(doing: str, path: Path, left: str = "") -> Iterator[None]:
    """Turn what the operating system says inside into a `FileFailed`.

    Parameters
    ----------
    doing : str
        ``"write"``, ``"read"``, ...
    path : Path
        What it is about.
    left : str
        What is left behind, for the message.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, BionbError) or (isinstance(error, ValueError) and "null" not in str(error)):
            raise
        raise failed(doing, path, error, left) from error


def failed(doing: str, path: Path, error: OSError | ValueError, left: str = "") -> FileFailed:
    """Return the error for a file."""
    number = getattr(error, "errno", None)
    said = getattr(error, "strerror", None) or "a name cannot hold a null character"
    advice = _ADVICE.get(number or 0, "look at the folder and its disk")
    return FileFailed(f"Cannot {doing} {shown(path)}: {said}{f'; {left}' if left else ''}. Next: {advice}.")


def shown(path: Path | str) -> str:
    """Return a path's name for a message: short, and nothing in it that moves the cursor."""
    name = Path(path).name if isinstance(path, Path) else path
    name = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in name or str(path))
    return name if len(name) <= 80 else f"{name[:60]}… ({len(name)} characters)"
