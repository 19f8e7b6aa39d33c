"""One WSGI application on a loopback port, in a thread, with keep-alive, a log of requests, and faults."""

from __future__ import annotations

import io
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from bionb.crew import IN_PLACE
from bionb.sandbox import direct
from bionb.sandbox.faults import Fault, Faults

LARGEST = 1 << 30  # bytes of a body

Refusal = Callable[[int, str], Mapping[str, Any]]
Environ = dict[str, Any]
Answer = tuple[int, list[tuple[str, str]], bytes]


@dataclass(frozen=True)
class Received:
    """A request as a server got it."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 300  # a client that announces more than it sends must not hold a thread for ever
    disable_nagle_algorithm = True  # header and body are two writes; Nagle would delay each answer by 40 ms

    def make_environ(self) -> Environ:
        """Return the request, its lengths joined where there are several: no number then."""
        environ: Environ = super().make_environ()
        if lengths := self.headers.get_all("Content-Length"):
            environ["CONTENT_LENGTH"] = ",".join(lengths)
        return environ

    def log(self, type: str, message: str, *args: Any) -> None:
        """Stay silent: the notebook's output belongs to the learner."""


class Server:
    """Serves an application until stopped.

    Parameters
    ----------
    wsgi : callable
        The application.
    faults : Faults
        Consulted for every request.
    refusal : callable
        ``(status, words) -> dict``: how this platform words an error, for injected ones.
    """

    def __init__(self, wsgi: Callable[..., Iterable[bytes]], faults: Faults, refusal: Refusal, port: int = 0) -> None:
        self._wsgi, self._faults, self._refusal = wsgi, faults, refusal
        self.received: deque[Received] = deque(maxlen=20_000)
        self._server = None
        if IN_PLACE:
            self._port = direct.open_door(self._answer)
        else:
            self._server = make_server("127.0.0.1", port, self._answer, threaded=True, request_handler=_Handler)
            self._port = self._server.server_port
            self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
            self._thread.start()
        self.url = f"http://127.0.0.1:{self._port}"
        self._hosts = [f"{name}:{self._port}" for name in ("127.0.0.1", "localhost")]

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._server is None:
            direct.close_door(self._port)
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        # A page of another site that is open in the same browser reaches this port under a name of its own.
        if environ.get("HTTP_HOST", "").lower() not in self._hosts:
            return self._turned_away(start, 400, "This server answers to its own address only.")
        # The body is always read: some clients send one with a GET, which would be taken for the next request.
        try:
            body = _body(environ)
        except (ValueError, OSError) as error:
            return self._turned_away(start, 400, f"The body cannot be read: {error}.")
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        headers = {
            key[5:].replace("_", "-").title(): value for key, value in environ.items() if key.startswith("HTTP_")
        }
        self.received.append(Received(method, path, environ.get("QUERY_STRING", ""), headers, body))
        if not self._faults:
            return self._wsgi(environ, start)
        if fault := self._faults.take("latency", method, path):
            time.sleep(fault.options.get("ms", 50) / 1000)
        if fault := self._faults.take("hang", method, path):
            time.sleep(fault.options.get("seconds", 5))
        injected = self._injected(method, path)
        if injected is not None:
            status, extra, content = injected
            start(f"{status} {HTTPStatus(status).phrase}", [*extra, ("Content-Length", str(len(content)))])
            return [content]
        if fault := self._faults.take("drop_connection", method, path):
            return self._dropped(fault, environ, start)
        return self._wsgi(environ, start)

    def _turned_away(self, start: Callable[..., Any], status: int, words: str) -> Iterable[bytes]:
        """Refuse a request at the door and hang up: what follows on this connection cannot be told apart."""
        content = self._body(status, words)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content))), ("Connection", "close")]
        start(f"{status} {HTTPStatus(status).phrase}", headers)
        return [content]

    def _injected(self, method: str, path: str) -> Answer | None:
        json_type = ("Content-Type", "application/json")
        if fault := self._faults.take("rate_limit", method, path):
            return 429, [json_type, *_rate_headers(fault)], self._body(429, "Too many requests.")
        if fault := self._faults.take("maintenance", method, path):
            extra = [("Retry-After", str(fault.options["retry_after"]))] if "retry_after" in fault.options else []
            return fault.options.get("status", 503), [json_type, *extra], self._body(503, "Under maintenance.")
        if fault := self._faults.take("malformed", method, path):
            return 200, [json_type], fault.options.get("body", b'{"results": [')
        if fault := self._faults.take("web_page", method, path):
            page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
            return fault.options.get("status", 200), [("Content-Type", "text/html")], page
        if fault := self._faults.take("redirect", method, path):
            return fault.options.get("status", 302), [("Location", fault.options["to"])], b""
        return None

    def _body(self, status: int, words: str) -> bytes:
        return json.dumps(self._refusal(status, words)).encode()

    def _dropped(self, fault: Fault, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Give part of the answer and close the connection."""
        seen: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], Any]:
            seen[:] = [status, headers]
            return lambda data: None

        content = b"".join(self._wsgi(environ, note))
        status, headers = seen
        kept = [(name, value) for name, value in headers if name.lower() not in ("content-length", "connection")]
        announced = max(1, len(content))  # never all of it, also of an answer without a body
        start(status, [*kept, ("Content-Length", str(announced)), ("Connection", "close")])
        return [content[: min(fault.options.get("after", len(content) // 2), announced - 1)]]


def _body(environ: Environ) -> bytes:
    """Read a body by its length or in chunks.

    Raises
    ------
    ValueError, OSError
        The length is none, there are both, or a chunk is broken.
    """
    length, chunked = environ.get("CONTENT_LENGTH") or "", environ.get("HTTP_TRANSFER_ENCODING", "")
    if chunked:
        if length or chunked.strip().lower() != "chunked":
            raise ValueError("Transfer-Encoding is chunked alone, and without a Content-Length")
        return bytes(environ["wsgi.input"].read())
    if length and not (length.isascii() and length.isdigit()):
        raise ValueError("Content-Length is no number")
    if int(length or 0) > LARGEST:
        raise ValueError(f"a sandbox takes at most {LARGEST} bytes at once")
    found = bytes(environ["wsgi.input"].read(int(length or 0)))
    if len(found) != int(length or 0):
        raise ValueError("it is shorter than Content-Length says")
    return found


def _rate_headers(fault: Fault) -> list[tuple[str, str]]:
    wait = fault.options.get("reset_after", 0)
    reset = time.time() + wait
    headers = [
        ("X-RateLimit-Limit", str(fault.options.get("limit", 1000))),
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", str(int(reset * 1000) if fault.options.get("milliseconds") else int(reset))),
    ]
    return [("Retry-After", str(wait))] if fault.options.get("retry_after") else headers
