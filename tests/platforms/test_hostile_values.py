"""Blank, null, over-long, slashed and numeric values: refused with words by client or sandbox, never a crash.

Methods and their arguments are found by themselves. First through bionb: each argument that may be a text takes each
hostile value. Then past bionb: each request of the method is sent again with each value of its body, query and path
replaced, for other clients check less. A 500 fails unless a real server was seen to answer so.
"""

import copy
import inspect
import json
import math
import re
from urllib.parse import parse_qsl, quote

import numpy as np
import pytest
import requests

import bionb
from bionb.errors import BionbError
from bionb.listing import Listing
from bionb.platforms.odm.tables.matrix import MatrixStream
from tests.platforms.test_defaults import PLATFORMS, arguments_of, methods

LONG = "x" * 3000
HOSTILE = {
    "blank": "",
    "spaces": "   ",
    "null": None,
    "long": LONG,
    "slash": "a/b",
    "raw": "drawings",
    "numpy integer": np.int64(3),
    "numpy float": np.float64(2.5),
    "not a number": math.nan,
}
SENDABLE = {name: value for name, value in HOSTILE.items() if not name.startswith(("numpy", "not"))} | {"number": 3}
# How real servers' own answers of 500 look, which a sandbox gives where one was recorded; a crash looks otherwise.
RECORDED = {"sodar": "<title>Server Error (500)</title>"}


@pytest.fixture(scope="module")
def server():
    """All sandboxes."""
    with bionb.start_sandbox(*PLATFORMS) as running:
        yield running


@pytest.mark.parametrize(("platform", "name", "function"), list(methods()))
def test_no_value_of_an_argument_crashes(server, clock, tmp_path, monkeypatch, platform, name, function):
    """What comes out of a table is often blank, missing or a number of numpy."""
    monkeypatch.chdir(tmp_path)
    sandbox = server.reset()
    crashes = []
    with bionb.connect(platform, sandbox.url(platform), **sandbox.credentials(platform)) as client:
        for parameter in texts(function):
            for kind, value in HOSTILE.items():
                try:
                    positional, keyword = arguments_of(platform, name, function, client)
                except (BionbError, StopIteration, IndexError):
                    sandbox.reset()
                    positional, keyword = arguments_of(platform, name, function, client)
                bound = inspect.signature(function).bind(None, *positional, **keyword)
                bound.arguments[parameter] = value
                start = len(client.history)
                crash = called(client, name, bound)
                statuses = client.history["status"].tolist()[start:]
                if crash or 500 in statuses:
                    crashes.append((parameter, kind, crash or "500"))
    assert [] == crashes


def called(client, name, bound):
    """Call a method and return what went wrong, but for what bionb says in its own words."""
    try:
        answer = getattr(client, name)(*bound.args[1:], **bound.kwargs)
        if isinstance(answer, Listing):
            answer.first(1)
        elif isinstance(answer, MatrixStream):
            answer.to_frame()
    except BionbError:
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def texts(function):
    """Return the parameters that may be a text: not those that are a mapping or a list and nothing else."""
    for each in list(inspect.signature(function).parameters.values())[1:]:
        outside = re.sub(r"\[[^\[\]]*\]", "", re.sub(r"\[[^\[\]]*\]", "", str(each.annotation)))
        fixed = each.kind in (each.VAR_KEYWORD, each.VAR_POSITIONAL) or each.name in ("limit", "deadline")
        if not fixed and re.search(r"\b(str|Ref|Any|Filter)\b", outside):
            yield each.name


@pytest.mark.parametrize(("platform", "name", "function"), list(methods()))
def test_no_value_in_a_request_crashes_the_sandbox(
    server, session, clock, tmp_path, monkeypatch, platform, name, function
):
    """The sandbox meets other clients too; a real server that crashes is the exception and is listed."""
    monkeypatch.chdir(tmp_path)
    sandbox = server.reset()
    with bionb.connect(platform, sandbox.url(platform), **sandbox.credentials(platform)) as client:
        positional, keyword = arguments_of(platform, name, function, client)
        before = len(sandbox.received(platform))
        bound = inspect.signature(function).bind(None, *positional, **keyword)
        called(client, name, bound)
        received = [each for each in sandbox.received(platform)[before:] if len(each.body) < 20_000]
    crashes = set()
    for each in {(each.method, each.path, each.query, each.body): each for each in received}.values():
        for place, changed in spoilt(each):
            answer = send(session, sandbox.url(platform), each.headers, *changed)
            if answer.status_code >= 500 and RECORDED.get(platform, answer.text + "x") not in answer.text:
                crashes.add(f"{each.method} {each.path}: {place}")
    assert set() == crashes


@pytest.fixture(scope="module")
def session():
    """Connections that are kept: there are thousands of requests."""
    with requests.Session() as found:
        found.trust_env = False
        yield found


def send(session, url, headers, method, path, query, body):
    """Send a request as it was, with what was changed."""
    kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")}
    address = url + quote(path, safe="/:@,;=+$~!*'()")
    return session.request(method, address, params=query, data=body, headers=kept, timeout=60, allow_redirects=False)


def spoilt(request):
    """Give (place, (method, path, query, body)) for each hostile value in each place of a request."""
    query = parse_qsl(request.query, keep_blank_values=True)
    method, path = request.method, request.path
    for number, (name, _) in enumerate(query):
        for kind, value in SENDABLE.items():
            if value is not None:
                changed = [*query[:number], (name, str(value)), *query[number + 1 :]]
                yield f"query {name} {kind}", (method, path, changed, request.body)
    if request.body[:1] in (b"{", b"["):
        sent = json.loads(request.body)
        for place in places(sent):
            for kind, value in SENDABLE.items():
                body = json.dumps(replaced(sent, place, value)).encode()
                yield f"body {'.'.join(map(str, place))} {kind}", (method, path, query, body)
        yield "body is no JSON", (method, path, query, b"{")
        yield "body is a list", (method, path, query, b"[1]")
        yield "body is a text", (method, path, query, b'"x"')
    segments = path.split("/")
    for number, segment in enumerate(segments):
        if segment:
            changed = "/".join([*segments[:number], "x y", *segments[number + 1 :]])
            yield f"path {number}", (method, changed, query, request.body)


def places(value, path=()):
    """Give the places of all values in a nested body."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(pairs)[:12]:
        yield (*path, key)
        yield from places(each, (*path, key))


def replaced(value, place, new):
    """Return a copy with a value put in a place."""
    found = copy.deepcopy(value)
    inner = found
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = new
    return found
