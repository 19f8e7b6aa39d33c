"""Where the bytes of a file come from, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bionb.errors import ConnectionFailed

if TYPE_CHECKING:
    import requests

    from bionb.session import Session

CHUNK = 1 << 16
EXPIRED = (401, 403, 410)  # what stores of files answer when a signed link is too old


class Watcher(Protocol):
    """Who is told how far one file is; may raise to stop it."""

    def update(self, done: float) -> None:
        """So many bytes of it have passed."""


@dataclass
class Answer:
    """What came back when a file was asked for.

    Attributes
    ----------
    status : int
        200, 206, 412 or 416; what else comes back is an error before.
    headers : mapping
        Without regard to capitals.
    pieces : iterator of bytes
        The body as it was sent, with any ``Content-Encoding``; raises `ConnectionFailed` where it breaks off.
    close : callable
        Ends the answer without reading it.
    """

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]
    close: Callable[[], None]


Opener = Callable[[Mapping[str, str]], Answer]


def linked(session: Session, address: Callable[[], str], *, what: str, auth: bool = False) -> Opener:
    """Return how to ask for a file behind a link.

    Parameters
    ----------
    session : Session
        Sends it.
    address : callable
        Gives the link; called again when it has expired, or something broke off.
    what : str
        For error messages.
    auth : bool
        Whether the link needs the session's credentials; signed ones must not see them.
    """
    known: list[str] = []

    def asked(link: str, headers: Mapping[str, str], expired: tuple[int, ...]) -> requests.Response:
        return session.request(
            "GET", link, what=what, headers=headers, auth=auth, stream=True, opens=False, accept=(412, 416, *expired)
        )

    def fresh_if_broken(pieces: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from pieces
        except ConnectionFailed:
            known.clear()
            raise

    def open_at(headers: Mapping[str, str]) -> Answer:
        links, known[:] = [*known], []
        response = asked(links[0], headers, EXPIRED) if links else None
        if response is None or response.status_code in EXPIRED:
            links = [address()]
            response = asked(links[0], headers, ())
        known[:] = links
        # The bytes are proven as they were sent; what is left to undo is undone afterwards, from the whole file.
        response.raw.headers.pop("Content-Encoding", None)
        pieces = fresh_if_broken(session.body(response, what=what, size=CHUNK))
        return Answer(response.status_code, response.headers, pieces, response.close)

    return open_at
