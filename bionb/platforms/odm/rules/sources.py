"""What an import can be given: a link for the server, or a file here."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from bionb.errors import UsageError

SCHEMES = ("http", "https", "s3", "file")


def is_link(source: str | Path) -> bool:
    """Tell whether a source is a link for the server to fetch, not a local path.

    Raises
    ------
    UsageError
        A link of a kind that the server can't fetch.
    """
    if not isinstance(source, str | Path):
        raise UsageError(f"Give a link (http:, https:, s3:, file:) or the path of a file here, not {source!r}.")
    scheme = urlsplit(str(source)).scheme.lower()
    if isinstance(source, Path) or len(scheme) < 2:  # a single letter is a Windows drive
        return False
    if scheme in SCHEMES:
        return True
    raise UsageError(f"{source}: the server fetches {', '.join(f'{each}:' for each in SCHEMES)} links, not {scheme}:.")


def digest(source: str | Path) -> str:
    """Return what identifies a source: the link itself, or the hash of a local file."""
    if is_link(source):
        return str(source)
    with local_file(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def local_file(source: str | Path) -> Path:
    """Return the path of a file here, which must exist."""
    path = Path(source).expanduser()
    if not _is_file(path):
        raise UsageError(
            f"There is no file {path}: give a link (http:, https:, s3:, file:) or the path of a file here."
        )
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for this computer
        return False


def name_of(source: str | Path) -> str:
    """Return a source's path in lower case, without what follows a question mark."""
    return (urlsplit(str(source)).path if is_link(source) else str(source)).lower()
