"""One file down: resumed only against a proven identity, believed only when length and checksums agree."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bionb.crew import Crew
from bionb.errors import ConnectionFailed, FileFailed, UnexpectedResponse
from bionb.progress import pause
from bionb.transfers.arriving.partial import Partial, part_of
from bionb.transfers.arriving.ranges import LARGE, Changed, begun, first_range, ranges
from bionb.transfers.arriving.unpacking import Unpacked, unpacked
from bionb.transfers.failing import shown, told
from bionb.transfers.identity import Identity, checksums_of, date_of, identity_of, length_of, range_of
from bionb.transfers.names import check_free
from bionb.transfers.sources import Answer, Opener, Watcher
from bionb.transfers.writing import placed

ATTEMPTS = 5
SPARED = 1 << 20  # bytes that a disk must have beyond the file, for the proof and the folder


@dataclass(frozen=True)
class Remote:
    """A file at a server.

    Attributes
    ----------
    name : str
        For people.
    open : callable
        Asks for it with some headers, see `linked`.
    size : int or None
        Bytes, where the platform says so.
    key : str
        What the platform calls it for sure: its id or path.
    checksums : mapping
        Digests in hexadecimal by algorithm (``md5``, ``sha256``), where the platform says them.
    label : str
        The platform's name in messages.
    """

    name: str
    open: Opener
    size: int | None = None
    key: str = ""
    checksums: Mapping[str, str] = field(default_factory=dict)
    label: str = "The server"


@dataclass(frozen=True)
class Saved:
    """A file that has arrived whole.

    Attributes
    ----------
    path : Path
        Where.
    size : int
        Bytes.
    digests : mapping
        In hexadecimal, by algorithm, of those that were asked for.
    """

    path: Path
    size: int
    digests: Mapping[str, str]


def download(
    remote: Remote,
    target: Path,
    *,
    overwrite: bool = False,
    algorithms: Iterable[str] = (),
    bar: Watcher | None = None,
    crew: Crew | None = None,
) -> Saved:
    """Fetch a file to a path; one that broke off goes on where it stopped, in this call or a later one.

    Parameters
    ----------
    remote : Remote
        The file.
    target : Path
        Where to write, see `target_of`.
    overwrite : bool
        Replace a file there; it stays until the new one is whole.
    algorithms : iterable of str
        Digests to return; they are computed while the bytes pass.
    bar : Watcher, optional
        Is told the bytes.
    crew : Crew, optional
        Threads that fetch a large file in ranges.

    Raises
    ------
    ConnectionFailed
        It broke off several times; ``.partial`` is the file with what has arrived.
    UnexpectedResponse
        Length or checksum are not the announced ones, or the server can't tell how much there is.
    FileFailed
        It cannot be written here.
    """
    check_free(target, overwrite)
    wanted = dict.fromkeys([*algorithms, *remote.checksums])
    with part_of(target, remote.key, wanted) as part:
        fetch = _Fetch(remote, part, bar, crew)
        fetch.run()
        with fetch.whole() as content:
            digests = {name: content.digest(name) for name in algorithms}
            part.settle(content.path)
            _date(content.path, part.identity)
            placed(content.path, target, overwrite)
        part.drop_proof()
        return Saved(target, content.length, digests)


class _Fetch:
    """One file on its way."""

    def __init__(self, remote: Remote, part: Partial, bar: Watcher | None, crew: Crew | None) -> None:
        self._remote, self._part, self._bar, self._crew = remote, part, bar, crew
        self._said: dict[str, str] = {}
        self._what = f"download the file {shown(remote.name)}"

    def run(self) -> None:
        """Ask until all bytes have arrived."""
        for attempt in range(ATTEMPTS):
            try:
                if self._step():
                    return
                reason = f"{self._remote.label} has another state of the file {shown(self._remote.name)} than before"
                continue
            except ConnectionFailed as error:
                self._part.prove()
                if attempt + 1 == ATTEMPTS:
                    raise error.with_partial(self._part.path) from error.__cause__
                pause(0.3 * 2**attempt, f"{self._what} broke off")
        raise UnexpectedResponse(f"{reason}, again and again: try again when nobody changes it.")

    def _step(self) -> bool:
        """Ask once for what is missing; False if what had arrived is worth nothing."""
        part = self._part
        known = part.identity
        if known is None or not known.proof or not part.length:
            part.clear()
            known = None
        size = known.size if known else self._remote.size
        if self._crew is not None and (size or 0) - part.length >= LARGE:
            return self._several(self._crew)
        headers = {"Accept-Encoding": "identity"}
        if known is not None:
            headers |= {"Range": f"bytes={self._place(known)}-", "If-Range": known.proof}
        answer = self._remote.open(headers)
        try:
            if not self._agreed(answer, known):
                part.clear()
                return False
            self._take(answer, part.length - self._place(known) if known and answer.status == 206 else 0)
        finally:
            answer.close()
        return True

    def _several(self, crew: Crew) -> bool:
        """Ask for what is missing in ranges, several at once; where the server has none, take the whole."""
        part = self._part
        if part.identity is None and not self._first():
            return part.length > 0
        identity = part.identity
        try:
            if identity is not None:
                for chunk in ranges(self._remote.open, identity, part.length, crew):
                    self._append(chunk)
        except Changed:
            part.clear()
            self._crew = None
            return False
        return True

    def _first(self) -> bool:
        """Ask for the first range; False if what came is not one to go on with: all of the file, or nothing."""
        answer = self._remote.open(first_range())
        try:
            identity = begun(answer.headers) if answer.status == 206 else None
            if identity is not None:
                self._begin(identity)
                self._said |= checksums_of(answer.headers, False)
                for chunk in answer.pieces:
                    self._append(chunk)
                return True
            self._crew = None
            if answer.status == 200 and self._agreed(answer, None):
                self._take(answer, 0)
            return False
        finally:
            answer.close()

    def _append(self, chunk: bytes) -> None:
        self._part.append(chunk)
        if self._bar is not None:
            self._bar.update(self._part.length)

    def _place(self, known: Identity) -> int:
        """Return where to go on; of a complete part the last byte is asked for, to see whose it is."""
        length = self._part.length
        return length - 1 if known.size is not None and length >= known.size else length

    def _agreed(self, answer: Answer, known: Identity | None) -> bool:
        """Tell whether an answer can be taken; a whole file begins the part anew."""
        if answer.status in (412, 416) and known is not None:
            return False
        if answer.status == 206 and known is not None:
            place = range_of(answer.headers)
            here = identity_of(answer.headers, place[1] if place else None)
            if place is None or place[0] != self._place(known) or not known.proves(here):
                return False
        elif answer.status == 200:
            self._check_page(answer)
            self._begin(identity_of(answer.headers, length_of(answer.headers)))
        else:
            raise UnexpectedResponse(
                f'{self._remote.label} answered {answer.status} to "{self._what}", which is no whole file: try again.'
            )
        self._said |= checksums_of(answer.headers, answer.status == 200)
        return True

    def _check_page(self, answer: Answer) -> None:
        """Refuse a web page in place of a file that is none: one of a proxy, or of a login."""
        size, name = self._remote.size, self._remote.name.lower()
        page = answer.headers.get("Content-Type", "").lower().startswith("text/html")
        if page and not name.endswith((".html", ".htm")) and (size is None or length_of(answer.headers) != size):
            raise UnexpectedResponse(
                f"{self._remote.label} sent a web page in place of the file {shown(self._remote.name)}: it may be a "
                "login page, or come from a proxy on the way. Check the password, open the page in a browser, or try "
                "again; nothing was written."
            )

    def _begin(self, identity: Identity) -> None:
        size, told = self._remote.size, identity.size
        if size is not None and told is not None and told != size and not identity.encoding:
            self._part.discard()
            raise UnexpectedResponse(self._wrong_size(told))
        need = max(size or 0, told or 0)
        free = _free(self._part.path)
        if free is not None and need + SPARED > free:
            self._part.discard()
            raise FileFailed(
                f"Cannot {self._what}: it has {need} bytes, and {free} are free in {self._part.path.parent}. "
                "Free some space, or pass a path on another disk."
            )
        self._part.begin(identity)

    def _take(self, answer: Answer, skip: int) -> None:
        """Append the bytes of an answer; the first are skipped where they had been asked for as a proof."""
        part, most = self._part, self._wire_size()
        for piece in answer.pieces:
            piece, skip = piece[skip:], max(0, skip - len(piece))
            if most is not None and part.length + len(piece) > most:
                part.discard()
                raise UnexpectedResponse(self._wrong_size(f"more than {most}"))
            self._append(piece)
        if most is not None and part.length < most:
            raise ConnectionFailed(
                f"{self._remote.label} broke off after {part.length} of {most} bytes of the file "
                f"{shown(self._remote.name)}: try again, it goes on there."
            )
        if most is None and answer.headers.get("Transfer-Encoding", "").lower() != "chunked":
            part.discard()
            raise UnexpectedResponse(
                f"{self._remote.label} sent the file {shown(self._remote.name)} without saying how long it is, so that "
                "nobody can know whether it is whole: ask its administrators, or try another link."
            )

    def _wire_size(self) -> int | None:
        """Return how many bytes are sent in all."""
        identity = self._part.identity
        if identity is None or identity.size is not None:
            return identity.size if identity else None
        return None if identity.encoding else self._remote.size

    @contextmanager
    def whole(self) -> Iterator[Partial | Unpacked]:
        """Give the whole content once all that is known about it agrees; what is wrong is not kept."""
        remote, part = self._remote, self._part
        content: Partial | Unpacked = part
        try:
            part.finish()
            for name, digest in self._said.items():
                self._compare(name, digest, part.digest(name))
            encoding = part.identity.encoding if part.identity else ""
            if encoding and part.length != remote.size:
                content = unpacked(part.path, encoding, remote.size, self._what, remote.label)
            if remote.size is not None and content.length != remote.size:
                raise UnexpectedResponse(self._wrong_size(content.length))
            for name, digest in remote.checksums.items():
                self._compare(name, digest, content.digest(name))
            yield content
        except BaseException as error:
            if isinstance(content, Unpacked):
                content.discard()
            if isinstance(error, UnexpectedResponse):
                part.discard()
            raise

    def _compare(self, name: str, said: str, found: str) -> None:
        if said.strip().lower() != found:
            raise UnexpectedResponse(
                f"The file {shown(self._remote.name)} arrived with the {name.upper()} {found}, but "
                f"{self._remote.label} says {said}: it is damaged and was not kept. Try again."
            )

    def _wrong_size(self, sent: object) -> str:
        size = self._remote.size
        return (
            f"{self._remote.label} sent {sent} bytes of the file {shown(self._remote.name)}"
            f"{f', which has {size}' if size is not None else ''}: try again."
        )


def _date(path: Path, identity: Identity | None) -> None:
    """Give a file the date it has at the server, by which a later look knows it again."""
    date = date_of(identity.last_modified) if identity else None
    if date is not None:
        with contextlib.suppress(OSError, OverflowError):
            os.utime(path, (date, date))


def _free(path: Path) -> int | None:
    """Return the bytes that are free on a disk, None where it does not say."""
    with told("look at", path):
        free = shutil.disk_usage(path.parent).free
    return free or None
