"""Collections and files as WsgiDAV asks for them: what is there, and who may change it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from wsgidav.dav_error import HTTP_FORBIDDEN, DAVError
from wsgidav.dav_provider import DAVCollection, DAVNonCollection, DAVProvider

from bionb.platforms.sodar.sandbox.irods.store import DataObject, Irods

# WsgiDAV takes these letters of a MOVE's destination for the end of its path: they travel as others.
LETTERS = {";": "\ue03b", "?": "\ue03f"}


def meant(path: str) -> str:
    """Return a path with the letters that it was sent with."""
    for letter, other in LETTERS.items():
        path = path.replace(other, letter)
    return path.rstrip("/")


class Tree(DAVProvider):  # type: ignore[misc]
    """Gives what is at a path.

    Parameters
    ----------
    irods : callable
        The store as it is now.
    """

    def __init__(self, irods: Callable[[], Irods]) -> None:
        super().__init__()
        self.irods = irods

    def get_resource_inst(self, path: str, environ: dict[str, Any]) -> Collection | File | None:
        """Return what is at a path."""
        place, irods = meant(path), self.irods()
        if place in irods.objects:
            return File(place, environ, irods)
        return Collection(place + "/", environ, irods) if place in irods.collections else None


def _check(environ: dict[str, Any], place: str) -> None:
    if not environ["bionb.writable"](place):
        raise DAVError(HTTP_FORBIDDEN)


class Collection(DAVCollection):  # type: ignore[misc]
    """A collection."""

    def __init__(self, path: str, environ: dict[str, Any], irods: Irods) -> None:
        super().__init__(path, environ)
        self._place, self._irods = path.rstrip("/"), irods

    def get_member_names(self) -> list[str]:
        """Return what is in it."""
        return self._irods.names(self._place)

    def create_empty_resource(self, name: str) -> File:
        """Begin a file."""
        place = f"{self._place}/{name}"
        _check(self.environ, place)
        self._irods.put(place, b"")
        return File(place, self.environ, self._irods)

    def create_collection(self, name: str) -> None:
        """Make a collection in it."""
        _check(self.environ, f"{self._place}/{name}")
        self._irods.make(f"{self._place}/{name}")

    def support_recursive_delete(self) -> bool:
        """Delete all at once."""
        return True

    def delete(self) -> None:
        """Delete it with all that is in it."""
        _check(self.environ, self._place)
        self._irods.remove(self._place)


class File(DAVNonCollection):  # type: ignore[misc]
    """A file."""

    def __init__(self, path: str, environ: dict[str, Any], irods: Irods) -> None:
        super().__init__(path, environ)
        self._place, self._irods = path.rstrip("/"), irods

    @property
    def _file(self) -> DataObject:
        return self._irods.objects[self._place]

    def get_content_length(self) -> int:
        """Return its bytes."""
        return len(self._file.content)

    def get_content(self) -> io.BytesIO:
        """Return what is in it."""
        return io.BytesIO(self._file.content)

    def get_content_type(self) -> str:
        """Return one type for all, as iRODS knows none."""
        return "application/octet-stream"

    def get_etag(self) -> str:
        """Return what tells its states apart."""
        return self._file.md5

    def support_etag(self) -> bool:
        """Return that it has one."""
        return True

    def support_ranges(self) -> bool:
        """Return whether a part of it can be asked for."""
        return not self.environ.get("bionb.no_ranges")

    def get_last_modified(self) -> float:
        """Return when it was written, in Unix seconds."""
        return self._file.modified.timestamp()

    def begin_write(self, *, content_type: str | None = None) -> io.BytesIO:
        """Take new content, kept once it is complete."""
        _check(self.environ, self._place)
        return _Writing(lambda content: self._irods.put(self._place, content))

    def support_recursive_move(self, dest_path: str) -> bool:
        """Move at once."""
        return True

    def move_recursive(self, dest_path: str) -> list[Any]:
        """Give it another name."""
        target = meant(dest_path)
        _check(self.environ, self._place)
        _check(self.environ, target)
        self._irods.move(self._place, target)
        return []

    def delete(self) -> None:
        """Delete it."""
        _check(self.environ, self._place)
        self._irods.remove(self._place)


class _Writing(io.BytesIO):
    def __init__(self, keep: Callable[[bytes], object]) -> None:
        super().__init__()
        self._keep = keep

    def close(self) -> None:
        if not self.closed:
            self._keep(self.getvalue())
        super().close()
