"""What stands in for the network: it writes down what a sandbox answers, and answers it again, oddly.

It sits where the HTTP library would open a connection, so that everything of bionb is at work: reading, unpacking,
repeating, following. A thousand calls a second are possible, as nothing is sent.
"""

import io
import threading
from collections import defaultdict
from urllib.parse import urlsplit

import urllib3
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict

from tests.servers import Answer

MOST = 3_000  # requests of one call
DROPPED = {"content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "date", "server"}


class Endless(BaseException):
    """A call goes on for ever; no handler of errors may take it for one of its own."""


class Wire:
    """The answers to one call of a method, by request.

    Attributes
    ----------
    order : list
        The requests in the order of their answers.
    """

    def __init__(self):
        self._told, self.order, self._lock = defaultdict(list), [], threading.Lock()
        self._odd = self._at = None
        self._used, self._left = defaultdict(int), MOST
        self.answer = self._record

    def begin(self, odd, at):
        """Answer oddly from now on: everything, or the request `at`, each time that it is sent."""
        self.answer, self._odd, self._left = self._replay, odd, MOST
        self._at = at
        self._used.clear()

    def _record(self, adapter, request, **options):
        response = HTTPAdapter.send(adapter, request, **options)
        kept = tuple((name, each) for name, each in response.headers.items() if name.lower() not in DROPPED)
        answer = Answer(response.status_code, response.content, response.headers.get("Content-Type", ""), kept)
        with self._lock:
            self._told[key_of(request)].append(answer)
            self.order.append(key_of(request))
        return given(adapter, request, answer)

    def _replay(self, adapter, request, **options):
        key = key_of(request)
        with self._lock:
            self._left -= 1
            number = self._used[key]
            self._used[key] += 1
        if self._left < 0:
            raise Endless(f"{MOST} requests and no end")
        known = self._told.get(key) or self._alike(key)
        answer = known[min(number, len(known) - 1)] if known else Answer(404, b'{"detail": "unknown"}')
        if self._at is None or key == self._at:
            answer = self._odd(answer)
        return given(adapter, request, answer)

    def _alike(self, key):
        """Return the answers to the same path with another query: a person's second look asks for less or more."""
        return next((each for known, each in self._told.items() if known[:2] == key[:2]), None)


def key_of(request):
    """Return what makes two requests the same: method, path and query."""
    parts = urlsplit(request.url)
    return request.method, parts.path, parts.query


def given(adapter, request, answer):
    """Return an answer as the HTTP library gives it, or raise what it raises."""
    if isinstance(answer, Exception):
        raise answer
    length = len(answer.body) + answer.missing
    headers = HTTPHeaderDict([*answer.headers, ("Content-Type", answer.type), ("Content-Length", str(length))])
    raw = urllib3.HTTPResponse(
        io.BytesIO(b"" if request.method == "HEAD" else answer.body),
        headers=headers,
        status=answer.status,
        preload_content=False,
        request_method=request.method,
    )
    return adapter.build_response(request, raw)
