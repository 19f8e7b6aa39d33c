"""Digests of bytes that pass, computed beside the one who passes them: hashing and the network both take their time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

BESIDE = 8 << 20  # bytes after which a thread is worth it
_WAITING = 8  # pieces that may wait for it


def hasher(name: str) -> Any:
    """Return a new hash; none of them guards a secret."""
    return hashlib.new(name, usedforsecurity=False)


class Digests:
    """Several hashes of one row of bytes.

    Parameters
    ----------
    names : iterable of str
        Algorithms: ``md5``, ``sha256``, ...
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._hashes = {name: hasher(name) for name in dict.fromkeys(names)}
        self._passed = 0
        self._work: SimpleQueue[Callable[[], None] | None] | None = None
        self._thread: threading.Thread | None = None
        self._room = threading.Semaphore(_WAITING)
        self._wrong: BaseException | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._hashes

    def copy(self) -> Digests:
        """Return what has been computed so far, by itself."""
        self._settle()
        twin = Digests(())
        twin._hashes, twin._passed = {name: each.copy() for name, each in self._hashes.items()}, self._passed
        return twin

    def update(self, chunk: bytes) -> None:
        """Take the next bytes, which must not change afterwards."""
        self._passed += len(chunk)
        if self._work is None and self._passed > BESIDE:
            self._begin()
        self._do(lambda: self._hash(chunk))

    def note(self, name: str, write: Callable[[str], None]) -> None:
        """Call a function with the digest of all bytes so far, once it is known."""
        self._do(lambda: write(self._hashes[name].hexdigest()))

    def hexdigest(self, name: str) -> str:
        """Return the digest of all bytes so far."""
        self._settle()
        digest: str = self._hashes[name].hexdigest()
        return digest

    def close(self) -> None:
        """Finish what waits, and end the thread."""
        work, self._work = self._work, None
        if work is not None and self._thread is not None:
            work.put(None)
            self._thread.join()

    def _hash(self, chunk: bytes) -> None:
        for each in self._hashes.values():
            each.update(chunk)

    def _do(self, work: Callable[[], None]) -> None:
        if self._work is None:
            work()
            return
        self._raise()
        self._room.acquire()
        self._work.put(work)

    def _begin(self) -> None:
        work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        thread = threading.Thread(target=self._serve, args=(work,), name="bionb_digests", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # a Python in a browser tab has no threads
            return
        self._work, self._thread = work, thread

    def _serve(self, work: SimpleQueue[Callable[[], None] | None]) -> None:
        while (each := work.get()) is not None:
            try:
                if self._wrong is None:
                    each()
            except BaseException as error:  # whoever passes the bytes gets it
                self._wrong = error
            finally:
                self._room.release()

    def _settle(self) -> None:
        """Wait until all bytes are in."""
        if self._work is not None:
            done = threading.Event()
            self._room.acquire()
            self._work.put(done.set)
            while not done.wait(0.1):
                self._raise()
        self._raise()

    def _raise(self) -> None:
        if self._wrong is not None:
            raise self._wrong


def file_digest(path: Path, name: str) -> str:
    """Return the digest of a file here."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hasher(name)).hexdigest()
