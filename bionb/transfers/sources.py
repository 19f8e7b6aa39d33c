"""Where the bytes of a file come from, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bionb.session import Session


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
        Gives the link; called for every request, since a signed one expires.
    what : str
        For error messages.
    auth : bool
        Whether the link needs the session's credentials; signed ones must not see them.
    """

    def open_at(headers: Mapping[str, str]) -> Answer:
        response = session.request(
            "GET", address(), what=what, headers=headers, auth=auth, stream=True, opens=False, accept=(412, 416)
        )
        # The bytes are proven as they were sent; what is left to undo is undone afterwards, from the whole file.
        response.raw.headers.pop("Content-Encoding", None)
        return Answer(response.status_code, response.headers, session.body(response, what=what), response.close)

    return open_at
