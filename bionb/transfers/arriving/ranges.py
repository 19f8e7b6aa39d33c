"""A large file in ranges, several on their way at once, given in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bionb.crew import Crew
from bionb.errors import ConnectionFailed
from bionb.http.story import carried
from bionb.progress import on_this_line, pause
from bionb.transfers.identity import Identity, identity_of, range_of
from bionb.transfers.sources import Answer, Opener

LARGE = 64 << 20  # bytes from which a file is worth several connections
PIECE = 4 << 20
AHEAD = 4  # pieces on their way: with PIECE what a file takes of the memory
ATTEMPTS = 5


class Changed(Exception):
    """An answer was of another state of the file, or no range."""


def first_range() -> dict[str, str]:
    """Return the headers that ask for the first piece."""
    return {"Accept-Encoding": "identity", "Range": f"bytes=0-{PIECE - 1}"}


def ranges(opener: Opener, identity: Identity, start: int, crew: Crew) -> Iterator[bytes]:
    """Yield the rest of a file from a place, in order.

    Parameters
    ----------
    opener : callable
        Asks for the file.
    identity : Identity
        Its state, with size and proof.
    start : int
        Where to begin.
    crew : Crew
        Its threads fetch.

    Raises
    ------
    Changed
        The file is another one by now, or the server does not keep to the ranges.
    ConnectionFailed
        A piece broke off several times.
    """
    size = identity.size or 0

    def fetch(place: int) -> list[bytes]:
        end = min(place + PIECE, size)
        for attempt in range(ATTEMPTS):
            try:
                return _piece(opener, identity, place, end)
            except ConnectionFailed:
                if attempt + 1 == ATTEMPTS:
                    raise
                pause(0.3 * 2**attempt, "a piece of the file broke off")
        raise AssertionError("unreachable: the last attempt returns or raises")

    for piece in crew.map(carried(on_this_line(fetch)), range(start, size, PIECE), AHEAD):
        yield from piece


def _piece(opener: Opener, identity: Identity, start: int, end: int) -> list[bytes]:
    wanted = {"Accept-Encoding": "identity", "Range": f"bytes={start}-{end - 1}", "If-Range": identity.proof}
    answer = opener(wanted)
    try:
        if not is_range(answer, start, identity):
            raise Changed
        found, missing = [], end - start
        for chunk in answer.pieces:
            missing -= len(chunk)
            found.append(chunk)
            if missing < 0:
                raise Changed
    finally:
        answer.close()
    if missing:
        raise ConnectionFailed(f"The server broke off after {end - start - missing} of {end - start} bytes: try again.")
    return found


def is_range(answer: Answer, start: int, identity: Identity) -> bool:
    """Tell whether an answer is a range from a place, of the same state of the file."""
    place = range_of(answer.headers)
    if answer.status != 206 or place is None or place[0] != start:
        return False
    return identity.proves(identity_of(answer.headers, place[1]))


def begun(headers: Mapping[str, str]) -> Identity | None:
    """Return the state of the file that an answer to `first_range` tells, None where ranges can't be bound to it."""
    place = range_of(headers)
    identity = identity_of(headers, place[1] if place else None)
    if place is None or place[0] != 0 or not identity.proof or identity.size is None or identity.encoding:
        return None
    return identity
