"""Where the bytes of a file come from, over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bionb.errors import BionbError, ConnectionFailed

if TYPE_CHECKING:
    import requests

    from bionb.session import Session

CHUNK = 1 << 16
LINKS = 4  # links that are tried for one answer
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
    known = _Link(address)

    def fresh_if_broken(link: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from pieces
        except ConnectionFailed:
            known.forget(link)
            raise

    def ask(headers: Mapping[str, str], links: int) -> tuple[str, requests.Response]:
        link = known.get()
        options: Any = {"headers": headers, "auth": auth, "stream": True, "opens": False}
        options["accept"] = (412, 416, *EXPIRED) if links > 1 else (412, 416)
        try:
            response = session.request("GET", link, what=what, **options)
        except BionbError:
            known.forget(link)
            raise
        if response.status_code not in EXPIRED:
            return link, response
        response.close()
        known.forget(link)
        return ask(headers, links - 1)

    def open_at(headers: Mapping[str, str]) -> Answer:
        link, response = ask(headers, 1 if auth else LINKS)  # a wrong password is not tried again
        # The bytes are proven as they were sent; what is left to undo is undone afterwards, from the whole file.
        response.raw.headers.pop("Content-Encoding", None)
        pieces = fresh_if_broken(link, session.body(response, what=what, size=CHUNK))
        return Answer(response.status_code, response.headers, pieces, response.close)

    return open_at


class _Link:
    """A link that is kept as long as it serves; several threads may ask for it."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address, self._lock, self._known = address, threading.Lock(), ""

    def get(self) -> str:
        """Return the link, asked for where there is none."""
        with self._lock:
            self._known = self._known or self._address()
            return self._known

    def forget(self, link: str) -> None:
        """Ask for another one next time, unless there is one already."""
        with self._lock:
            if self._known == link:
                self._known = ""
