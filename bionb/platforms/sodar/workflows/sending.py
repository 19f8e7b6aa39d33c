"""One file into a landing zone: sent under a name of its own, proven, named, and its checksum put beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bionb.errors import BionbError, ConnectionFailed, FileFailed, ResponseError, UsageError
from bionb.platforms.sodar.wire.webdav import PART, Entry, WebDav, digest_in, parent
from bionb.progress import CLOCK
from bionb.transfers import Part, Send, Snapshot, Watcher, confirm
from bionb.transfers.digests import file_digest
from bionb.transfers.failing import shown, told

AFTERWARDS = (0.0, 0.1, 0.3, 1.0)  # seconds before each look for a file that may appear yet
State = dict[str, dict[str, Entry] | None]  # by collection, what is in it; None where it is missing


@dataclass(frozen=True)
class Wish:
    """A file here and the place that it shall have.

    Attributes
    ----------
    path : Path
        Here.
    name : str
        Below what was passed.
    target : str
        In iRODS; empty where no row of the assay takes it.
    sample : str
        The value of the row.
    beside : Path or None
        A checksum file here.
    """

    path: Path
    name: str
    target: str
    sample: str = ""
    beside: Path | None = None

    @property
    def size(self) -> int:
        """Its bytes as it is now."""
        with told("look at", self.path):
            return self.path.stat().st_size


class Sending:
    """One file on its way into a zone."""

    def __init__(
        self, dav: WebDav, wish: Wish, state: State, algorithm: str, overwrite: bool, *, clash: Wish | None
    ) -> None:
        self._dav, self._wish, self._state = dav, wish, state
        self._algorithm, self._overwrite, self._clash = algorithm, overwrite, clash
        self._what = f"upload the file {wish.name}"
        self._whole = False  # it is there, and lacks its checksum file only

    def transfer(self) -> Send:
        """Return it as a row of the plan."""
        return Send(self._wish.path, self._wish.name, self._wish.target, there=self._there, send=self._send)

    def _there(self, file: Snapshot) -> bool:
        """Tell whether the zone has this very file with its checksum file."""
        if self._clash is not None:
            raise UsageError(
                f"{self._clash.name} would have the same place, {self._wish.target}: upload one of them elsewhere."
            )
        inside = self._state[parent(self._wish.target)] or {}
        entry = inside.get(self._wish.target.rpartition("/")[2])
        if entry is None:
            return False
        if entry.is_collection:
            raise UsageError(f"{shown(self._wish.name)} is a collection in the zone: give the file another name.")
        with told("read", file.path):
            same = entry.size == file.size and self._proven(file_digest(file.path, self._algorithm), inside)
        if not same and not self._overwrite:
            raise UsageError(
                f"The zone has another file {shown(self._wish.name)} ({entry.size} bytes, here {file.size}): "
                "overwrite=True replaces it."
            )
        return same and not self._whole

    def _proven(self, digest: str, inside: Mapping[str, Entry] | None = None) -> bool:
        """Tell whether the file in the zone has these bytes: by its checksum file, or by reading it."""
        target = self._wish.target
        beside = f"{target}.{self._algorithm}"
        if inside is None or beside.rpartition("/")[2] in inside:
            said = digest_in(self._dav.text(beside), self._algorithm)
            if said:
                return said == digest
        answer, found = self._dav.opener(target, f"read {target}")({}), hashlib.new(self._algorithm)
        try:
            for piece in answer.pieces:
                found.update(piece)
        finally:
            answer.close()
        self._whole = found.hexdigest() == digest
        return self._whole

    def _send(self, file: Snapshot, watcher: Watcher) -> Mapping[str, Any]:
        """Send the file, prove it, name it, and put its checksum beside it."""
        part = Part(file, 1, 0, file.size, algorithms=(self._algorithm,), watcher=watcher)
        if self._whole:
            for _ in part:
                pass
        else:
            self._bring(file, part)
        digest = part.digests[self._algorithm]
        name = self._wish.target.rpartition("/")[2]
        text = f"{digest}  {name}\n".encode()
        self._dav.put(f"{self._wish.target}.{self._algorithm}", text, f"upload the checksum of {self._wish.name}")
        return {"bytes": file.size, "checksum": f"{self._algorithm} {digest}"}

    def _bring(self, file: Snapshot, part: Part) -> None:
        temporary = self._wish.target + PART
        try:
            self._dav.put(temporary, part.body, self._what)
            confirm(file, [part])
            self._compare(part.digests[self._algorithm])
            stored = self._dav.look(temporary)
            if stored is not None and stored.size != file.size:
                raise FileFailed(
                    f"{self._dav.session.label} kept {stored.size} of {file.size} bytes of {shown(self._wish.name)}: "
                    "nothing of it was left there, make the same call again."
                )
            self._name(temporary, part.digests[self._algorithm])
        except ResponseError:
            self._clean(temporary, (0.0,))
            raise
        except BaseException:
            self._clean(temporary, AFTERWARDS)
            raise

    def _clean(self, temporary: str, pauses: tuple[float, ...]) -> None:
        """Remove what was sent; a server may still be at writing what we have broken off."""
        with suppress(BionbError):
            for seconds in pauses:
                CLOCK.sleep(seconds)
                if self._dav.remove(temporary, f"remove what was sent of {self._wish.name}"):
                    return

    def _name(self, temporary: str, digest: str) -> None:
        """Give the file its name, unless another program was faster with the same file."""
        try:
            self._dav.move(temporary, self._wish.target, self._what, overwrite=self._overwrite)
        except (ResponseError, ConnectionFailed) as error:
            unclear = error.maybe_done if isinstance(error, ConnectionFailed) else error.status in (404, 412)
            if not unclear or self._dav.look(self._wish.target) is None or not self._proven(digest):
                raise
            self._dav.remove(temporary, f"remove what was sent of {self._wish.name}")

    def _compare(self, digest: str) -> None:
        """Compare with a checksum file that lies beside the file here."""
        beside = self._wish.beside
        if beside is None or beside.suffix != f".{self._algorithm}":
            return
        with told("read", beside):
            said = digest_in(beside.read_text("utf-8", "replace"), self._algorithm)
        if said != digest:
            raise FileFailed(
                f"{beside.name} here says {said or 'no checksum'}, but {self._wish.path.name} has {digest}: one of "
                "them is wrong, and nothing was left in the zone. Make the checksum file again, or remove it."
            )
