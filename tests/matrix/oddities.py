"""Odd answers of servers, and ways in which they fail: what a client may meet and must tell in one line."""

import copy
import gzip
import json
from http.client import RemoteDisconnected

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from tests.servers import Answer

DEEP = b"[" * 100_000
BOMB = gzip.compress(b" " * 3_000_000, 9)
HTML = b"<html><title>Sign in</title></html>"


def changed(change):
    """Return an oddity made from the answer that the sandbox gave, by changing its JSON."""
    made = {}

    def odd(answer):
        if "json" not in answer.type or not answer.body:
            return answer
        if answer.body not in made:
            made[answer.body] = json.dumps(change(json.loads(answer.body))).encode()
        return Answer(answer.status, made[answer.body], answer.type, answer.headers)

    return odd


def everywhere(replace):
    """Return a change of all records in a body."""

    def change(body):
        if isinstance(body, dict):
            return replace({key: change(each) for key, each in body.items()})
        return [change(each) for each in body] if isinstance(body, list) else body

    return changed(change)


def is_id(name):
    """Tell whether a field of that name says which record it is."""
    return name.lower().endswith(("id", "uuid", "accession", "username", "href", "name"))


def is_count(name):
    """Tell whether a field of that name says how many or how much there is."""
    return name.lower() in ("count", "total", "total_count", "filteredcount", "size")


def with_ids(value):
    """Let all identities be this."""
    return everywhere(lambda record: {key: value if is_id(key) else each for key, each in record.items()})


def with_counts(value):
    """Let all numbers of records be this, in bodies and in headers."""
    inner = everywhere(lambda record: {key: value if is_count(key) else each for key, each in record.items()})

    def odd(answer):
        found = copy.copy(inner(answer))
        found.headers = tuple((name, str(value) if "total" in name.lower() else each) for name, each in found.headers)
        return found

    return odd


def with_values(value):
    """Let all that is no identity be this, or what a function makes of it."""
    new = value if callable(value) else lambda each: value
    return everywhere(lambda record: {key: each if is_id(key) else new(each) for key, each in record.items()})


def body(content, kind="application/json", **options):
    """Answer this with success."""
    return lambda answer: Answer(answer.status if answer.status < 300 else 200, content, kind, **options)


def coded(charset):
    """Let the text be written in another charset."""

    def odd(answer):
        if "json" not in answer.type:
            return answer
        return Answer(answer.status, answer.body.decode().encode(charset), answer.type, answer.headers)

    return odd


LISTS = ("items", "results", "objects", "data", "samples", "entries", "templates")


def lists(value):
    """Answer a record whose lists, however the platform calls them, are this."""
    return body(json.dumps({**dict.fromkeys(LISTS, value), "count": 1}).encode())


ODD = {
    "an empty record": body(b"{}"),
    "an empty list": body(b"[]"),
    "null": body(b"null"),
    "true": body(b"true"),
    "a number": body(b"7"),
    "a huge number": body(b"9" * 5_000),
    "a number beyond all": body(b'{"id": 1e400, "count": 1e400, "total": 1e400}'),
    "a text": body(b'"text"'),
    "a list of numbers": body(b"[1, 2, 3]"),
    "a list of nulls": body(b"[null]"),
    "a list of lists": body(b"[[[]]]"),
    "empty records": lists([{}]),
    "numbers as records": lists([1]),
    "nulls as lists": lists(None),
    "records as lists": lists({}),
    "no ids": everywhere(lambda record: {key: each for key, each in record.items() if not is_id(key)}),
    "ids that are null": with_ids(None),
    "ids that are lists": with_ids([1]),
    "ids that are records": with_ids({"a": 1}),
    "ids that are all equal": with_ids("same"),
    "values that are null": with_values(None),
    "values that are texts": with_values("x"),
    "values that are lists": with_values(lambda each: [each]),
    "values that are numbers": with_values(7),
    "totals that are texts": with_counts("3"),
    "totals below zero": with_counts(-5),
    "totals without end": with_counts(float("inf")),
    "totals that are no number": with_counts(float("nan")),
    "UTF-16": coded("utf-16"),
    "UTF-32 without a mark": coded("utf-32-be"),
    "a byte order mark": coded("utf-8-sig"),
    "Latin-1": body('{"detail": "grün"}'.encode("latin-1"), "application/json; charset=latin-1"),
    "no charset at all": body(b'{"a": "\xff\xfe\xfd"}'),
    "an unknown charset": body(b'{"a": "\xff"}', "application/json; charset=klingon"),
    "deep nesting": body(DEEP),
    "escape sequences": body(b'{"detail": "\\u001b[31mred", "title": "\\u001b[31mred"}'),
    "broken JSON": body(b'{"items": [{"id": '),
    "a web page": body(HTML, "text/html"),
    "no content type": body(b"words", ""),
    "nothing": body(b""),
    "no content": lambda answer: Answer(204, b"", ""),
}


def status(number, content=b'{"detail": "so it is"}', kind="application/json", **headers):
    """Refuse with a status."""
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda answer: Answer(number, content, kind, headers=pairs)


def raised(make):
    """Let the HTTP library fail before there is an answer."""
    return lambda answer: make()


def refused():
    """Nothing listens there."""
    reason = NewConnectionError(None, "Connection refused")
    return requests.ConnectionError(MaxRetryError(None, "/", reason))


def dropped():
    """The server hangs up without an answer."""
    return requests.ConnectionError(ProtocolError("Connection aborted.", RemoteDisconnected("closed")))


STATUSES = (400, 401, 402, 403, 404, 405, 406, 409, 410, 413, 415, 418, 422, 451, 500, 501, 502, 503, 504, 507, 599)
FAULTS = {
    **{f"status {number}": status(number) for number in STATUSES},
    "429 for ever": status(429, Retry_After="0"),
    "429 until the year 99999": status(429, Retry_After="Fri, 31 Dec 99999 23:59:59 GMT"),
    "garbage budgets": status(429, X_RateLimit_Limit="x", X_RateLimit_Remaining="-7", X_RateLimit_Reset="nan"),
    "an empty error": status(500, b"", "text/plain"),
    "an empty refusal": status(400, b"", "text/plain"),
    "an error page": status(502, b"<html><title>Bad gateway</title></html>", "text/html"),
    "an error of records": status(
        400, b'{"error": {"a": [{"b": null}], "message": {"c": 1}}, "message": [1], "code": {}, "status": []}'
    ),
    "an error that is a number": status(400, b"17"),
    "an error that is null": status(409, b"null"),
    "a deep error": status(400, DEEP),
    "a broken error": status(400, b'{"detail": '),
    "an error in UTF-16": status(422, '{"detail": "grün"}'.encode("utf-16")),
    "a redirect elsewhere": status(302, b"", Location="https://elsewhere.example.org/x"),
    "a redirect in a circle": status(302, b"", Location="/x"),
    "a redirect to nowhere": status(302, b"", Location="http://[x"),
    "not modified": status(304, b""),
    "no connection": raised(refused),
    "no answer": raised(dropped),
    "no answer in time": raised(lambda: requests.ReadTimeout("Read timed out.")),
    "no connection in time": raised(lambda: requests.ConnectTimeout("Connection timed out.")),
    "a stop in the middle": raised(lambda: requests.ConnectionError(ReadTimeoutError(None, "/", "Read timed out."))),
    "a wrong certificate": raised(lambda: requests.exceptions.SSLError("certificate verify failed")),
    "a proxy that fails": raised(lambda: requests.exceptions.ProxyError("cannot connect to proxy")),
    "a broken answer": raised(lambda: requests.exceptions.ChunkedEncodingError("Connection broken")),
    "an answer that breaks off": lambda answer: Answer(answer.status, answer.body, answer.type, missing=9),
    "broken packing": body(b"no gzip", headers=(("Content-Encoding", "gzip"),)),
    "a bomb": body(BOMB, headers=(("Content-Encoding", "gzip"),)),
}
