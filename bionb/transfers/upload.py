"""One file up, in parts: what is sent is one state of the file, and what is stored is what was sent."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bionb.errors import FileFailed, UnexpectedResponse, UsageError
from bionb.progress import on_this_line
from bionb.transfers.arriving.partial import CHUNK
from bionb.transfers.digests import Digests
from bionb.transfers.failing import shown, told
from bionb.transfers.identity import md5_of_tag
from bionb.transfers.sources import Watcher

MOST_PARTS = 10_000
_SETTLED = 2.0  # seconds: within these a disk may give two states of a file one date

#: Calls a function on items, several at a time, and yields the results in order.
Run = Callable[[Callable[["Part"], "Part"], Iterable["Part"]], Iterator["Part"]]


@dataclass(frozen=True)
class Snapshot:
    """One state of a file here.

    Attributes
    ----------
    path : Path
        Where.
    size : int
        Bytes.
    mark : tuple of int
        Date of the last change, and which file it is.
    touched : int
        When anything about it changed last, in nanoseconds.
    settled : bool
        Whether a further change would show in the date.
    """

    path: Path
    size: int
    mark: tuple[int, ...]
    touched: int
    settled: bool

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> Snapshot:
        """Look at a file.

        Raises
        ------
        UsageError
            There is none.
        """
        if not isinstance(path, str | os.PathLike):
            raise UsageError(f"A file here is named by its path, not by {type(path).__name__}.")
        try:
            source = Path(path)
            found = source.stat()
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(f"There is no file {shown(str(path))} here: pass the path of a file.") from error
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"There is no file {shown(str(path))} here: pass the path of a file.")
        settled = time.time() - max(found.st_mtime, found.st_ctime) > _SETTLED
        return cls(source, found.st_size, _mark(found), found.st_ctime_ns, settled)

    def check(self) -> None:
        """Compare size and date with the file as it is now.

        Raises
        ------
        FileFailed
            It changed.
        """
        with told("read", self.path):
            found = self.path.stat()
        if (found.st_size, _mark(found)) != (self.size, self.mark):
            raise self.changed()

    def untouched(self) -> bool:
        """Tell whether nothing at all happened to the file; if not, its bytes must be looked at."""
        with told("read", self.path):
            return self.settled and self.path.stat().st_ctime_ns == self.touched

    def changed(self) -> FileFailed:
        """Return the error for a file that did not stay as it was."""
        return FileFailed(
            f"The file {shown(self.path)} changed while it was sent, so that nothing of it was kept: send it again "
            "when no program writes to it."
        )


def _mark(found: os.stat_result) -> tuple[int, ...]:
    return found.st_mtime_ns, found.st_dev, found.st_ino


class Part:
    """A piece of a file that is read while it is sent, as often as it is sent.

    Attributes
    ----------
    number : int
        From 1.
    digests : dict
        In hexadecimal, of the bytes that were sent last; empty while they are not all sent.
    """

    def __init__(
        self,
        file: Snapshot,
        number: int,
        start: int,
        length: int,
        *,
        algorithms: Iterable[str] = ("md5",),
        watcher: Watcher | None = None,
    ) -> None:
        self.number, self.digests = number, dict[str, str]()
        self._file, self._start, self._length = file, start, length
        self._algorithms, self._watcher = tuple(algorithms), watcher

    @property
    def md5(self) -> str:
        """In hexadecimal, of the bytes that were sent last."""
        return self.digests.get("md5", "")

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        self._file.check()
        digests, left = Digests(self._algorithms), self._length
        self.digests = {}
        with told("read", self._file.path), self._file.path.open("rb") as stream:
            stream.seek(self._start)
            while left:
                chunk = stream.read(min(CHUNK, left))
                if not chunk:
                    raise self._file.changed()
                left -= len(chunk)
                digests.update(chunk)
                if not left:
                    self._keep(digests)
                yield chunk
                if self._watcher is not None:
                    self._watcher.update(self._length - left)
        self._file.check()
        self._keep(digests)

    def _keep(self, digests: Digests) -> None:
        self.digests = {name: digests.hexdigest(name) for name in self._algorithms}
        digests.close()

    @property
    def body(self) -> Part | bytes:
        """What to give to ``data=``: a body of no bytes would be sent without a length."""
        if self._length:
            return self
        return b"".join(self)


def part_size_of(told_size: Any, size: int, label: str) -> int:
    """Return the part size that a server chose.

    Raises
    ------
    UnexpectedResponse
        It is no number of bytes that a file could be cut by.
    """
    number = int(told_size) if isinstance(told_size, str) and told_size.strip().isdecimal() else told_size
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise UnexpectedResponse(
            f"{label} wants parts of {str(told_size)[:40]} bytes, which is no size of a part; nothing was sent. Try "
            "again, or tell its administrators."
        )
    if -(-size // number) > MOST_PARTS:
        raise UnexpectedResponse(
            f"{label} wants parts of {number} bytes: the file would go in {-(-size // number)} parts, more than "
            f"{MOST_PARTS}; nothing was sent. Ask for larger parts."
        )
    return number


def send_parts(file: Snapshot, part_size: int, send: Callable[[Part], None], run: Run, bar: Watcher) -> int:
    """Send a file in parts and return how many; a file that changed meanwhile is an error.

    Parameters
    ----------
    file : Snapshot
        The state to send.
    part_size : int
        Bytes.
    send : callable
        Sends one part, and compares what was stored: see `stored_whole`.
    run : callable
        Calls it on the parts.
    bar : Watcher
        Is told the bytes.
    """
    starts, tally = range(0, max(file.size, 1), part_size), _Tally(bar)
    parts = [
        Part(file, n, start, min(part_size, file.size - start), watcher=_Share(tally, n))
        for n, start in enumerate(starts, 1)
    ]

    def sent(part: Part) -> Part:
        send(part)
        return part

    for _ in run(on_this_line(sent), parts):
        pass
    confirm(file, parts)
    return len(parts)


class _Tally:
    """How much of a file has been sent, by part: one that is sent again begins at nothing."""

    def __init__(self, bar: Watcher) -> None:
        self._bar, self._lock = bar, threading.Lock()
        self._parts: dict[int, float] = {}
        self._sum = 0.0

    def tell(self, number: int, done: float) -> None:
        with self._lock:
            self._sum += done - self._parts.get(number, 0)
            self._parts[number] = done
        self._bar.update(self._sum)


@dataclass(frozen=True)
class _Share:
    """One part's share of it."""

    tally: _Tally
    number: int

    def update(self, done: float) -> None:
        self.tally.tell(self.number, done)


def confirm(file: Snapshot, parts: Sequence[Part]) -> None:
    """Make sure that all parts are of one state; where dates can't tell, the bytes are read again.

    Raises
    ------
    FileFailed
        The file changed meanwhile.
    """
    file.check()
    if file.untouched():
        return
    for part in parts:
        said = part.digests
        for _ in part:
            pass
        if part.digests != said:
            raise file.changed()


def stored_whole(part: Part, headers: Mapping[str, str], what: str, label: str) -> str:
    """Return the ETag of a part that was stored, compared with what was sent.

    Raises
    ------
    UnexpectedResponse
        The ETag is an MD5, but of other bytes.
    """
    found = md5_of_tag(headers, any_server=True)
    if found and part.md5 and found != part.md5:
        raise UnexpectedResponse(
            f'{label} stored other bytes than were sent to "{what}" (MD5 {found}, not {part.md5}): try again.'
        )
    return headers.get("ETag", "").strip().strip('"')
