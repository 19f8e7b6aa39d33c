"""A file on its way: its bytes, and beside them the proof of what they are.

``NAME.part`` holds the bytes, ``NAME.part.proof`` the identity of the server's file and, every few MiB, the digest of
all bytes so far. What has no proof, or does not agree with it, is not believed and fetched anew: bytes planted or
changed meanwhile, a file of the user's that happens to be called so, what a crash left unwritten.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bionb.errors import FileBusy, FileFailed
from bionb.transfers.digests import Digests, hasher
from bionb.transfers.failing import failed, shown, told
from bionb.transfers.identity import Identity
from bionb.transfers.names import LONGEST_NAME

CHECKPOINT = 8 << 20  # bytes between two digests: what a crash loses at most
CHUNK = 1 << 20
_JOURNAL = "md5"  # guards against accidents, for which it is quick and good enough
_MARK = "bionb part"
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Partial:
    """The bytes of one file that have arrived, proven as far as they go.

    Parameters
    ----------
    target : Path
        The file that it will become.
    key : str
        What the server calls the file; the part of another file is not gone on with.
    algorithms : iterable of str
        Digests to compute while the bytes pass.

    Attributes
    ----------
    path : Path
        Where the bytes are.
    identity : Identity or None
        Of what state of the server's file they are.
    length : int
        How many bytes are proven.
    """

    def __init__(self, target: Path, key: str, algorithms: Iterable[str] = ()) -> None:
        self.target, self.key = target, key
        self._names = list(dict.fromkeys([_JOURNAL, *algorithms]))
        self._digests = Digests(self._names)
        self.identity: Identity | None = None
        self.length = self._proven = 0
        self.path, self._log = _claimed(target)
        try:
            self._data = self._opened()
            self._restore()
        except BaseException:
            self._log.close()
            raise

    def _opened(self) -> IO[bytes]:
        with told("write", self.path):
            stream = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o666), "r+b")
            if os.fstat(stream.fileno()).st_nlink == 1:
                return stream
            stream.close()  # it is also a file of another name, which must not change with it
            self.path.unlink()
            return os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, 0o666), "r+b")

    def _restore(self) -> None:
        """Take over what an earlier try left, as far as its digests agree with its bytes."""
        with told("read", self.path):
            found = _read_log(self._log, self.key)
            if found is None:
                self.clear()
                return
            self.identity, checkpoints = found
            good, kept = 0, Digests(self._names)
            for end, digest in checkpoints:
                if not self._read_to(end):
                    break
                if self._digests.hexdigest(_JOURNAL) == digest:
                    good, kept = end, self._digests.copy()
            self._renew(kept)
            self._data.seek(good)
            self._data.truncate()
        self.length = self._proven = good

    def _read_to(self, end: int) -> bool:
        """Hash the bytes up to a place; tell whether there are so many."""
        while self.length < end:
            chunk = self._data.read(min(CHUNK, end - self.length))
            if not chunk:
                return False
            self._digests.update(chunk)
            self.length += len(chunk)
        return self.length == end

    def _renew(self, digests: Digests) -> None:
        self._digests.close()
        self._digests = digests

    def clear(self) -> None:
        """Forget all that has arrived."""
        self.identity, self.length, self._proven = None, 0, 0
        self._renew(Digests(self._names))
        with told("write", self.path):
            self._data.seek(0)
            self._data.truncate()
            self._log.seek(0)
            self._log.truncate()

    def begin(self, identity: Identity) -> None:
        """Start anew with a state of the server's file."""
        self.clear()
        self.identity = identity
        self._note({_MARK: 1, "key": self.key, **vars(identity)})

    def append(self, chunk: bytes) -> None:
        """Add bytes."""
        with told("write", self.path, f"{self.path.name} keeps what has arrived"):
            self._data.write(chunk)
            self._digests.update(chunk)
            self.length += len(chunk)
            if self.length - self._proven >= CHECKPOINT:
                self.prove()

    def prove(self) -> None:
        """Write down the digest of all bytes so far."""
        if self.length == self._proven:
            return
        with told("write", self.path):
            self._data.flush()
        at = self._proven = self.length
        self._digests.note(_JOURNAL, lambda digest: self._note({"at": at, "digest": digest}))

    def _note(self, entry: dict[str, Any]) -> None:
        with told("write", self.path):
            self._log.seek(0, os.SEEK_END)
            self._log.write(json.dumps(entry).encode() + b"\n")
            self._log.flush()

    def digest(self, algorithm: str) -> str:
        """Return a digest of all bytes; read again where it was not asked for beforehand."""
        if algorithm not in self._digests:
            with told("read", self.path):
                self._data.flush()
                with self.path.open("rb") as stream:
                    return hashlib.file_digest(stream, lambda: hasher(algorithm)).hexdigest()
        return self._digests.hexdigest(algorithm)

    def finish(self) -> None:
        """Bring all bytes to disk and make sure that they are there."""
        with told("write", self.path):
            self._data.flush()
            there = os.fstat(self._data.fileno()).st_size
        if there != self.length:
            raise FileFailed(
                f"{shown(self.path)} holds {there} bytes where {self.length} were written: another program changed "
                "it, or the disk is failing. Try again."
            )

    def discard(self) -> None:
        """Remove all that has arrived."""
        self.clear()
        self._data.close()
        for each in (self.path, _proof_of(self.path)):
            with contextlib.suppress(OSError):
                each.unlink()

    def settle(self, content: Path) -> None:
        """Close the bytes, for they are about to get their name, or what was made of them is."""
        with told("write", self.path):
            self._data.close()
            if content != self.path:
                self.path.unlink()

    def drop_proof(self) -> None:
        """Remove the proof of a file that has got its name."""
        with contextlib.suppress(OSError):
            _proof_of(self.path).unlink()

    def close(self) -> None:
        """Close both files; what has arrived stays."""
        with contextlib.suppress(FileFailed, OSError, ValueError):
            self._digests.hexdigest(_JOURNAL)  # what is still to be noted is
        self._digests.close()
        for stream in (self._data, self._log):
            with contextlib.suppress(OSError, ValueError):
                stream.close()


@contextmanager
def part_of(target: Path, key: str, algorithms: Iterable[str]) -> Iterator[Partial]:
    """Open what has arrived of a file; on the way out, also by an error or interrupt, what arrived is proven."""
    part = Partial(target, key, algorithms)
    try:
        yield part
    except BaseException:
        with contextlib.suppress(FileFailed, ValueError):
            if part.length:
                part.prove()
            else:
                part.discard()
        raise
    finally:
        part.close()


def forget(target: Path, key: str) -> None:
    """Remove what has arrived of a file, unless another program is at it."""
    with contextlib.suppress(FileFailed), part_of(target, key, ()) as part:
        part.discard()


def _proof_of(path: Path) -> Path:
    return path.with_name(path.name + ".proof")


def _claimed(target: Path) -> tuple[Path, IO[bytes]]:
    """Return a place for the bytes that is ours or free, and its opened proof."""
    for number in range(1, 100):
        path = target.with_name(_stem(target.name, f"{f'.{number}' if number > 1 else ''}.part"))
        proof = _proof_of(path)
        if os.path.lexists(path) and not os.path.lexists(proof) and os.path.lexists(path):
            continue  # without proof: not ours to go on with, and not ours to remove
        if any(os.path.lexists(each) and (each.is_symlink() or not each.is_file()) for each in (path, proof)):
            continue
        with told("write", path):
            log = os.fdopen(os.open(proof, os.O_RDWR | os.O_CREAT | _FLAGS, 0o666), "r+b")
        free = _locked(log)
        if free and not _is_at(log, proof):  # whoever had it has just removed it
            log.close()
            return _claimed(target)
        if not free:
            log.close()
            raise FileBusy(
                f"{shown(target)} is being downloaded by another program or thread: wait for it, or pass another path."
            )
        if _is_ours(log):
            return path, log
        log.close()
    raise failed("write", target, FileExistsError(17, "too many unfinished files of this name stand beside it"))


def _stem(name: str, ending: str) -> str:
    """Return a name with an ending, shortened where the disk would not take it."""
    room = LONGEST_NAME - len(os.fsencode(ending)) - len(".proof")
    if len(os.fsencode(name)) <= room:
        return name + ending
    mark = "~" + hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    short = os.fsencode(name)[: room - len(mark)].decode("utf-8", "ignore")
    return short + mark + ending


def _locked(stream: IO[bytes]) -> bool:
    """Lock a file against other programs, where the disk knows locks; tell whether it was free."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _is_at(stream: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def _is_ours(log: IO[bytes]) -> bool:
    first = log.readline(4096)
    return not first or _MARK.encode() in first


def _read_log(log: IO[bytes], key: str) -> tuple[Identity, list[tuple[int, str]]] | None:
    """Return identity and checkpoints; a last line that was cut off does not count."""
    log.seek(0)
    entries = []
    for line in log.read().split(b"\n")[:-1]:
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
    try:
        if not entries or entries[0].pop(_MARK) != 1 or entries[0].pop("key") != key:
            return None
        return Identity(**entries[0]), [(int(each["at"]), str(each["digest"])) for each in entries[1:]]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
