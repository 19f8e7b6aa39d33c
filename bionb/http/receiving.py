"""Receiving an answer: never for ever, and never more than a computer holds.

A read timeout ends a silence; a server that sends a byte a minute is never silent. So the bytes of an answer pass a
stream with a deadline for the whole of it.
"""

from __future__ import annotations

import http.client
import io
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError

from bionb.secret import variable

PIECE = 1 << 16
LARGEST_MB = 512
_LARGEST_ERROR_MB = 1
BOUND = "BIONB_LARGEST_ANSWER_MB"


class Overdue(TimeoutError):
    """The whole of an answer took longer than it may."""


class TooLarge(requests.RequestException):
    """An answer is larger, once unpacked, than it may be.

    Attributes
    ----------
    bound, came : float
        Megabytes allowed, and received as packed.
    """

    def __init__(self, bound: float, came: float) -> None:
        super().__init__(f"more than {bound:g} MB")
        self.bound, self.came = bound, came


def largest_answer() -> float:
    """Return the bound of an answer in megabytes; the environment variable ``BIONB_LARGEST_ANSWER_MB`` raises it."""
    try:
        return max(1.0, float(variable(BOUND) or LARGEST_MB))
    except ValueError:
        return LARGEST_MB


_allowed = threading.local()


def allow(seconds: float | None, stream: bool) -> None:
    """Say how long the next answer of this thread may take in all; of a streamed one only the head is meant."""
    _allowed.until = None if seconds is None else time.monotonic() + seconds
    _allowed.stream = stream


class _TimedStream(io.RawIOBase):
    """The bytes of a socket until a deadline."""

    def __init__(self, raw: Any, until: float | None) -> None:
        self._raw, self.until = raw, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        if self.until is not None and time.monotonic() > self.until:
            raise Overdue("the deadline of the whole answer has passed")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self._timed = _TimedStream(self.fp.detach(), getattr(_allowed, "until", None))
        self.fp = io.BufferedReader(self._timed, PIECE)

    def begin(self) -> None:
        super().begin()
        if getattr(_allowed, "stream", False):
            self._timed.until = None


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _SafeConnection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafeConnection


_POOLS = {"http": _Pool, "https": _SafePool}


class TimedAdapter(HTTPAdapter):
    """Connections whose answers have a deadline (`allow`)."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """Make the pools of connections by way of a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def read_whole(response: requests.Response, bound: float) -> None:
    """Read the body of a streamed answer, unpacked, into its ``content``.

    Raises
    ------
    TooLarge
        It holds more than `bound` megabytes.
    RequestException
        It broke off.
    """
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in response.iter_content(PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > bound * 1e6:
                raise TooLarge(bound, _packed(response) / 1e6)
    except HTTPError as error:  # the HTTP library's own, where requests has no word for it
        raise requests.exceptions.ChunkedEncodingError(str(error)) from error
    finally:
        if size > bound * 1e6:
            response.close()
    response._content = b"".join(pieces)


def read_error(response: requests.Response) -> None:
    """Read the body of a streamed answer that is an error; of one that breaks off or is large, none."""
    if response._content is False:  # type: ignore[comparison-overlap]
        try:
            read_whole(response, _LARGEST_ERROR_MB)
        except requests.RequestException:
            response._content = b""
            response.close()


def pieces_of(response: requests.Response, size: int) -> Iterator[bytes]:
    """Yield the body of a streamed answer in pieces of at most `size` bytes, each as soon as it has come.

    Raises
    ------
    RequestException
        It broke off.
    """
    if not hasattr(response.raw, "read1"):
        yield from response.iter_content(size)
        return
    try:
        while piece := response.raw.read1(size, decode_content=True):
            yield piece
    except ReadTimeoutError as error:
        raise requests.exceptions.ConnectionError(error) from error
    except (HTTPError, OSError) as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error


def _packed(response: requests.Response) -> int:
    try:
        return int(response.raw.tell())
    except (AttributeError, OSError, ValueError):
        return 0


def causes(error: BaseException) -> list[BaseException]:
    """Return an error and all that it came from."""
    found: list[BaseException] = []
    left: list[Any] = [error]
    while left:
        each = left.pop()
        if isinstance(each, BaseException) and not any(each is known for known in found):
            found.append(each)
            left += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
    return found


def in_the_middle(error: BaseException) -> bool:
    """Tell whether an answer had begun when its bytes stopped coming."""
    if isinstance(error, requests.Timeout):
        return False
    return any(isinstance(each, ReadTimeoutError) for each in causes(error))


def overdue(error: BaseException) -> bool:
    """Tell whether the deadline of the whole answer ended it."""
    return any(isinstance(each, Overdue) for each in causes(error))
