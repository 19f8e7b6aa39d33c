"""Where the sets of a corpus are: files and folders, sets in memory, projects of a server."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bionb.errors import NotFound, UsageError
from bionb.isatab import ISATab, read_isatab
from bionb.isatab.model.names import is_investigation, is_isatab

PACKED = (".zip", ".xlsx", ".json")
NO_SHEETS = "no sheets yet"


class NoSheets(Exception):  # noqa: N818
    """A project of a server has no sheets: no error, but nothing to read."""


class Set(Protocol):
    """One set of a corpus: what it is called, how to tell that it has changed, and how to read it."""

    @property
    def name(self) -> str:
        """What stands in the column ``source``."""

    @property
    def elsewhere(self) -> bool:
        """Whether another process could read it."""

    def mark(self) -> str:
        """Return what changes when the set does; empty where only reading can tell."""

    def read(self) -> ISATab:
        """Return the set."""


@dataclass(frozen=True)
class FileSet:
    """A folder, zip, Excel or JSON file."""

    name: str
    path: str
    elsewhere: bool = True

    def mark(self) -> str:
        """Return names, sizes and times of its files, as one short text."""
        path = Path(self.path)
        files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if is_isatab(each.name))
        said = [(str(each.relative_to(path)), (s := each.stat()).st_size, s.st_mtime_ns) for each in files]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def read(self) -> ISATab:
        """Return the set."""
        return read_isatab(self.path)


@dataclass(frozen=True)
class KnownSet:
    """A set that was read already."""

    name: str
    isa: ISATab
    elsewhere: bool = False

    def mark(self) -> str:
        """Return a hash of its bytes."""
        said = hashlib.sha256()
        for name, data in self.isa.files.items():
            said.update(f"{name}\0{len(data)}\0".encode() + data)
        return said.hexdigest()[:16]

    def read(self) -> ISATab:
        """Return the set."""
        return self.isa


@dataclass(frozen=True)
class ProjectSet:
    """The sheets of a project on a server, exported when they are read, with the client's pauses."""

    name: str
    client: Any
    project: Mapping[str, Any]
    elsewhere: bool = False

    def mark(self) -> str:
        """Return nothing: a server says only with the sheets when they were changed."""
        return ""

    def read(self) -> ISATab:
        """Return the set.

        Raises
        ------
        NoSheets
            Nothing was imported yet.
        """
        try:
            found: ISATab = self.client.export_sheets(self.project)
        except NotFound as error:
            raise NoSheets(NO_SHEETS) from error
        return found


@runtime_checkable
class SheetsClient(Protocol):
    """A client of a server whose projects hold sheets."""

    def projects(self) -> Iterable[Mapping[str, Any]]:
        """List the projects."""

    def export_sheets(self, project: Any) -> Any:
        """Return the sheets of a project."""


def sets_of(sources: Any) -> list[Set]:
    """Return the sets of all that was given, each called by a name of its own.

    Raises
    ------
    UsageError
        Something is no source, or holds no set.
    """
    found = list(_sets(sources))
    names = [each.name for each in found]
    twice = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    for name in twice:
        raise UsageError(f"two sets of this corpus are called {name!r}; give a mapping of names to sources.")
    return found


def _sets(source: Any, name: str = "") -> Iterator[Set]:
    if isinstance(source, ISATab):
        yield KnownSet(name or (source.studies or ["set"])[0], source)
    elif isinstance(source, SheetsClient):
        yield from _projects(source)
    elif isinstance(source, str | os.PathLike):
        yield from _paths(os.fspath(source), name)
    elif isinstance(source, Mapping):
        for key, each in source.items():
            yield from _sets(each, str(key))
    elif isinstance(source, Sequence) and not isinstance(source, bytes):
        for each in source:
            yield from _sets(each)
    else:
        raise UsageError(
            f"a corpus is made of folders, files, patterns such as 'data/*.zip', sets or a client, not of "
            f"{type(source).__name__}."
        )


def _projects(client: SheetsClient) -> Iterator[Set]:
    for record in client.projects():
        if record.get("type") != "CATEGORY":
            yield ProjectSet(str(record.get("full_title") or record.get("title")), client, record)


def _paths(text: str, name: str) -> Iterator[Set]:
    path = Path(text)
    if not path.exists() and glob.has_magic(text):
        found = sorted(glob.glob(text, recursive=True))
        if not found:
            raise UsageError(f"no file or folder fits {text!r}; check the pattern.")
        for each in found:
            yield from _below(Path(each))
    elif not path.exists():
        raise UsageError(f"there is no {text}: give a folder, a file, or a pattern such as 'data/*.zip'.")
    elif name:
        yield FileSet(name, str(path))
    else:
        yield from _below(path)


def _below(path: Path) -> Iterator[Set]:
    """Yield a set that is a file or folder, or all sets below a folder, called by their place in it."""
    if path.is_file() or _has_investigation(path):
        yield FileSet(path.name, str(path))
        return
    homes = sorted({each.parent for each in path.rglob("*.txt") if is_investigation(each.name)})
    packed = sorted(each for each in path.rglob("*") if each.suffix.lower() in PACKED and each.is_file())
    for each in sorted([*homes, *packed]):
        yield FileSet(each.relative_to(path).as_posix(), str(each))


def _has_investigation(folder: Path) -> bool:
    return any(is_investigation(each.name) and each.suffix == ".txt" for each in folder.iterdir())
