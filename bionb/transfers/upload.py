"""One file up, in parts: what is sent is one state of the file, and what is stored is what was sent."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bionb.errors import FileFailed, UnexpectedResponse, UsageError
from bionb.progress import Progress
from bionb.transfers.failing import shown, told
from bionb.transfers.identity import md5_of_tag
from bionb.transfers.partial import CHUNK, hasher

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
            raise UsageError(f"Name one file here by its path, not {type(path).__name__}; several in a loop.")
        try:
            source = Path(path)
            found = source.stat()
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(f"There is no file {shown(str(path))} here: name one file, several in a loop.") from error
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"There is no file {shown(str(path))} here: name one file, several in a loop.")
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
    md5 : str
        In hexadecimal, of the bytes that were sent last.
    """

    def __init__(self, file: Snapshot, number: int, start: int, length: int) -> None:
        self.number, self.md5 = number, ""
        self._file, self._start, self._length = file, start, length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        self._file.check()
        digest, left = hasher("md5"), self._length
        with told("read", self._file.path), self._file.path.open("rb") as stream:
            stream.seek(self._start)
            while left:
                chunk = stream.read(min(CHUNK, left))
                if not chunk:
                    raise self._file.changed()
                left -= len(chunk)
                digest.update(chunk)
                if not left:
                    self.md5 = digest.hexdigest()
                yield chunk
        self._file.check()
        self.md5 = digest.hexdigest()

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


def send_parts(file: Snapshot, part_size: int, send: Callable[[Part], None], run: Run, bar: Progress) -> int:
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
    bar : Progress
        Shows the bytes.
    """
    starts = range(0, max(file.size, 1), part_size)
    parts = [Part(file, n, start, min(part_size, file.size - start)) for n, start in enumerate(starts, 1)]

    def sent(part: Part) -> Part:
        send(part)
        return part

    done = 0
    for part in run(sent, parts):
        done += len(part)
        bar.update(done)
    _confirm(file, parts)
    return len(parts)


def _confirm(file: Snapshot, parts: list[Part]) -> None:
    """Make sure that all parts are of one state; where dates can't tell, the bytes are read again."""
    file.check()
    if file.untouched():
        return
    for part in parts:
        said = part.md5
        for _ in part:
            pass
        if part.md5 != said:
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
