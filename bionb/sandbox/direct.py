"""Sandboxes without sockets: where Python runs in a browser tab, requests to them are answered in place.

Elsewhere there is real HTTP, since that is what a lesson is about. What is replaced is the one function with which
`requests` sends, for addresses of sandboxes only; so a learner's own ``requests.get(...)`` finds them too.
"""

from __future__ import annotations

import io
import itertools
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

Application = Callable[..., Iterable[bytes]]

_doors: dict[str, Application] = {}  # by host and port
_ports = itertools.count(8001)
_original = HTTPAdapter.send


def open_door(application: Application) -> int:
    """Answer requests to 127.0.0.1 and the port that is returned by an application."""
    HTTPAdapter.send = _send  # type: ignore[assignment, method-assign]
    port = next(_ports)
    _doors[f"127.0.0.1:{port}"] = _doors[f"localhost:{port}"] = application
    return port


def close_door(port: int) -> None:
    """Answer no more; the next request is refused, as by a port on which nobody listens."""
    for host in ("127.0.0.1", "localhost"):
        _doors.pop(f"{host}:{port}", None)


def fetched(link: str) -> bytes | None:
    """Return what a sandbox has behind a link, None where no sandbox stands there."""
    if urlsplit(link).netloc.lower() not in _doors:
        return None
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(link, timeout=10, allow_redirects=False)
    if not answer.ok:
        raise OSError(f"HTTP {answer.status_code}")
    return answer.content


def _send(adapter: HTTPAdapter, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> Any:
    """Send a request, as `requests` does, or to a sandbox in place."""
    netloc = urlsplit(request.url or "").netloc.lower()
    application = _doors.get(str(netloc))
    if application is not None:
        return _answered(adapter, application, request, options.get("timeout"))
    if sys.platform == "emscripten":
        raise requests.ConnectionError(
            "a browser lets no page talk to other servers; install bionb on your computer for them", request=request
        )
    return _original(adapter, request, *arguments, **options)


def _answered(adapter: HTTPAdapter, application: Application, request: requests.PreparedRequest, timeout: Any) -> Any:
    begun, head = time.monotonic(), list[Any]()

    def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], Any]:
        head[:] = [int(status.split()[0]), headers]
        return lambda data: None

    pieces = iter(application(_environ(request), start))
    first = next(pieces, b"")  # an application may say its status only when its body is asked for
    patience = timeout[1] if isinstance(timeout, tuple) else timeout
    if patience is not None and time.monotonic() - begun > patience:
        raise requests.ReadTimeout("the sandbox took longer than the timeout", request=request)
    status, headers = head
    body = _Body(() if request.method == "HEAD" else itertools.chain([first], pieces), getattr(pieces, "close", None))
    raw = urllib3.HTTPResponse(
        io.BufferedReader(body),
        headers=urllib3.HTTPHeaderDict(headers),
        status=status,
        preload_content=False,
        request_method=request.method,
    )
    return adapter.build_response(request, raw)


class _Body(io.RawIOBase):
    """The pieces of an answer as a stream."""

    def __init__(self, pieces: Iterable[bytes], end: Callable[[], Any] | None) -> None:
        self._pieces, self._left, self._end = iter(pieces), b"", end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            found = next(self._pieces, None)
            if found is None:
                return 0
            self._left = bytes(found)
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size

    def close(self) -> None:
        if self._end is not None and not self.closed:
            self._end()
        super().close()


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    """Return a request as WSGI has it."""
    parts = urlsplit(request.url or "")
    path = unquote(str(parts.path) or "/", "latin-1")
    body = request.body or b""
    if hasattr(body, "read"):
        content = body.read()
    elif isinstance(body, str | bytes | bytearray):
        content = body
    else:
        content = b"".join(body)
    content = content.encode() if isinstance(content, str) else bytes(content)
    host, _, port = str(parts.netloc).partition(":")
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in request.headers.items()
        if name.lower() not in ("content-type", "content-length", "transfer-encoding")
    }
    return {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": str(parts.query),
        "REQUEST_URI": f"{parts.path}?{parts.query}" if parts.query else str(parts.path),
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(content)),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": str(parts.netloc),
        **headers,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
