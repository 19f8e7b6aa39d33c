"""Collections and files by their paths, and what SODAR's validation finds wrong with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from posixpath import basename, dirname
from typing import Any

from bionb.sandbox.store import FrozenClock

ROOT = "/sandboxZone"
CHECKSUM_FILES = (".md5", ".sha256")


@dataclass
class DataObject:
    """A file in iRODS; its checksum is known once somebody asked iRODS to compute it."""

    content: bytes
    modified: datetime
    checksum: str | None = None

    @property
    def md5(self) -> str:
        """The checksum as this site computes it."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


class Irods:
    """All collections and files of one server.

    Parameters
    ----------
    clock : FrozenClock
        Says when something was written.
    """

    def __init__(self, clock: FrozenClock) -> None:
        self._clock = clock
        self.collections: set[str] = {ROOT}
        self.objects: dict[str, DataObject] = {}

    def make(self, path: str) -> None:
        """Make a collection and those above."""
        while path not in self.collections and path.startswith(ROOT):
            self.collections.add(path)
            path = dirname(path)

    def put(self, path: str, content: bytes) -> DataObject:
        """Write a file."""
        self.objects[path] = found = DataObject(content, self._clock.now())
        return found

    def names(self, path: str) -> list[str]:
        """Return the names directly in a collection."""
        return sorted(basename(each) for each in (*self.collections, *self.objects) if dirname(each) == path)

    def below(self, path: str) -> dict[str, DataObject]:
        """Return all files below a collection by path, without the files that hold checksums."""
        return {name: each for name, each in self._all(path) if not name.endswith(CHECKSUM_FILES)}

    def _all(self, path: str) -> Iterator[tuple[str, DataObject]]:
        yield from sorted((name, each) for name, each in self.objects.items() if name.startswith(path + "/"))

    def remove(self, path: str) -> None:
        """Remove a file, or a collection with all that is in it."""
        for kept in (self.objects, self.collections):
            for each in [each for each in kept if f"{each}/".startswith(path + "/")]:
                kept.pop(each) if isinstance(kept, dict) else kept.remove(each)

    def move(self, old: str, new: str) -> None:
        """Move a file, or all files of a collection with their own collections."""
        for name in [each for each in self.objects if f"{each}/".startswith(old + "/")]:
            target = new + name.removeprefix(old)
            self.make(dirname(target))
            self.objects[target] = self.objects.pop(name)
        self.remove(old)

    def validate(self, path: str, target: str) -> str:
        """Compute what checksums are missing, and return what is wrong with the files of a zone; empty if nothing is.

        Parameters
        ----------
        path, target : str
            The zone's collection, and where its files would be moved.
        """
        files, said = self.below(path), dict(self._all(path))
        for each in files.values():
            each.checksum = each.md5
        hashes = {name.removesuffix(".md5"): _digest(each) for name, each in said.items() if name.endswith(".md5")}
        wrong = {
            "checksum file(s) missing": [each for each in files if each not in hashes],
            "checksum file(s) without their file": [f"{each}.md5" for each in hashes if each not in files],
            "checksum file(s) that cannot be read": [f"{each}.md5" for each in hashes if not hashes[each]],
            "file(s) whose checksums do not match": [
                name for name, each in files.items() if hashes.get(name) and hashes[name] != each.checksum
            ],
            "target file(s) that exist already": [
                name for name in files if target + name.removeprefix(path) in self.objects
            ],
        }
        found = [
            f"{len(names)} {what}: {', '.join(each.removeprefix(path + '/') for each in names)}"
            for what, names in wrong.items()
            if names
        ]
        return "\n".join(found)


def _digest(file: DataObject) -> str:
    """Return the digest that a checksum file holds, alone or before a name; empty where there is none."""
    first = file.content.decode("utf-8", "replace").split()[:1]
    return first[0].lower() if first and re.fullmatch("[0-9a-fA-F]{32}", first[0]) else ""


def file_shape(path: str, file: DataObject) -> dict[str, Any]:
    """Return a file as lists of files show it."""
    found = {"name": basename(path), "type": "obj", "path": path, "size": len(file.content)}
    return {**found, "modify_time": file.modified.isoformat(), "checksum": file.checksum}
