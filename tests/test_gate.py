"""The gate: a sandbox takes only what a real server is known to take."""

import io
import json

import pytest

from bionb.sandbox.gate import FINDINGS, Gate, Ledger

ENTRIES = [
    {
        "method": "POST",
        "path": "/things/{kind}",
        "query": ["dry", "size__*"],
        "body": {
            "title": {"type": "text", "required": True, "blank": False, "max": 5},
            "tags": {"type": "list", "items": {"type": "text"}},
            "more": {"type": "object", "keys": {"size": {"type": ["integer", "text"]}, "*": {"type": "number"}}},
            "note": {"type": "text", "null": True},
            "level": {"type": "text", "values": ["low", "high"]},
        },
        "source": "invented",
    },
    {"method": "POST", "path": "/things/copy", "values": {"type": "list", "items": {"type": "integer"}}},
    {"method": "GET", "path": "/files/{path...}", "query": {"sort": {"values": ["name"]}}},
    {"method": "GET", "path": "/found", "query": {"of": {"required": True}}},
    {"method": "POST", "path": "/form", "body": {"file": {"type": "file"}, "name": {}}, "content": ["multipart"]},
    {"method": "PUT", "path": "/part", "content": ["binary"]},
    {"method": "POST", "path": "/only/{new}", "generation": "new"},
]


class App:
    """Takes everything but one address."""

    def __init__(self):
        self.got = []

    def refusal(self, status, words):
        return {"detail": words}

    def wsgi(self, environ, start):
        self.got.append(environ)
        start("404 NOT FOUND" if environ["PATH_INFO"] == "/nowhere" else "200 OK", [])
        return [b"{}"]


def send(app, method, path, body=None, *, query="", content="application/json", generation=None):
    """Send a request through the gate; return status and answer."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(data)),
        "CONTENT_TYPE": content,
        "wsgi.input": io.BytesIO(data),
    }
    seen = []
    answer = Gate(app, Ledger(ENTRIES, generation))(environ, lambda status, headers: seen.append(status))
    return int(seen[0][:3]), b"".join(answer).decode()


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({"title": "short"}, ""),
        ({"title": "a", "tags": ["x"], "more": {"size": 1, "other": 1.5}, "note": None}, "dry=1&size__gt=3"),
        ({"title": "a", "more": {"size": "1"}, "level": "low"}, ""),
    ],
)
def test_a_known_form_comes_through_untouched(body, query):
    """The gate must not be stricter than the evidence, and the application reads the body after it."""
    app = App()

    assert 200 == send(app, "POST", "/things/big", body, query=query)[0]
    assert body == json.load(app.got[0]["wsgi.input"])


@pytest.mark.parametrize(
    ("body", "query", "words"),
    [
        ({"title": "a", "size": 1}, "", "body key 'size' is not known"),
        ({"title": 1}, "", "body key 'title' has another type than text"),
        ({"title": "a", "tags": [1]}, "", "body key 'tags.0' has another type than text"),
        ({"title": "a", "more": {"other": "x"}}, "", "body key 'more.other' has another type than number"),
        ({"title": "a", "more": {"size": True}}, "", "another type than integer or text"),
        ({"title": "a"}, "wet=1", "query parameter 'wet' is not known"),
        (b'{"title": "a", "more": {"size": NaN}}', "", "another type than a JSON number"),
        ([1], "", "body has another type than object"),
    ],
)
def test_a_form_without_evidence_is_refused_and_said_so(body, query, words):
    """Otherwise the sandbox would teach calls that no server takes."""
    app = App()
    status, answer = send(app, "POST", "/things/big", body, query=query)

    assert (400, []) == (status, app.got)
    assert "no evidence that a server takes this" in answer
    assert words in json.loads(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"title": ""}, "body key 'title' may not be blank"),
        ({"title": "  "}, "body key 'title' may not be blank"),
        ({"title": None}, "body key 'title' may not be null"),
        ({"title": "longer than five"}, "body key 'title' is longer than 5"),
        ({"title": "a", "level": "middle"}, "body key 'level' is none of ['low', 'high']"),
        ({}, "body key 'title' is missing"),
        (None, "body key 'title' is missing"),
    ],
)
def test_what_servers_are_known_to_refuse_is_refused(body, words):
    """A blank title was taken here for a year, and by no real server."""
    status, answer = send(App(), "POST", "/things/big", body)

    assert (400, {"detail": words}) == (status, json.loads(answer))


def test_a_platform_words_known_refusals_and_may_judge_them_late():
    """Real servers look at login and rights before they look at the body."""
    app = App()
    app.malformed = lambda findings: (422, {each.name: each.rule for each in findings})

    assert (422, '{"title": "blank"}') == send(app, "POST", "/things/big", {"title": ""})
    app.judges_late = True
    assert 200 == send(app, "POST", "/things/big", {"title": ""})[0]
    assert ["title"] == [each.name for each in app.got[0][FINDINGS]]


def test_an_address_without_evidence_is_refused_unless_the_application_refuses_it_itself():
    """A new route of a sandbox needs evidence too; a wrong address is answered as the real server does."""
    status, answer = send(App(), "GET", "/new/route")

    assert 400 == status
    assert "no evidence that a server has this address: GET /new/route" in answer
    assert (404, "{}") == send(App(), "GET", "/nowhere")


def test_the_most_specific_path_and_the_closest_form_count():
    """/things/copy is no kind of thing; a slash at the end does not matter."""
    assert 200 == send(App(), "POST", "/things/copy/", [1, 2])[0]
    assert "another type than list" in send(App(), "POST", "/things/copy", {"title": "a"})[1]
    assert 200 == send(App(), "GET", "/files/a/b/c", query="sort=name")[0]
    assert "none of ['name']" in send(App(), "GET", "/files/a", query="sort=size")[1]
    assert "query parameter 'of' is missing" in send(App(), "GET", "/found")[1]
    assert 200 == send(App(), "GET", "/found", query="of=a")[0]


def test_forms_files_and_bodies_of_no_form_are_judged_too():
    """Uploads are where clients differ most."""
    edge = b'--x\r\nContent-Disposition: form-data; name="%s"; filename="f"\r\n\r\nA\r\n--x--\r\n'
    multipart = "multipart/form-data; boundary=x"

    assert 200 == send(App(), "POST", "/form", edge % b"file", content=multipart)[0]
    assert "'other' is not known" in send(App(), "POST", "/form", edge % b"other", content=multipart)[1]
    assert "another content type than multipart" in send(App(), "POST", "/form", {"name": "a"})[1]
    assert 200 == send(App(), "PUT", "/part", b"\x00\x01", content="application/octet-stream")[0]
    assert "body is not known" in send(App(), "GET", "/files/a", {"a": 1})[1]


def test_broken_json_is_left_to_the_application():
    """Servers differ in how they say that."""
    assert 200 == send(App(), "POST", "/things/big", b"{")[0]


def test_a_form_of_another_generation_is_not_known():
    """An old server has fewer addresses."""
    assert 200 == send(App(), "POST", "/only/a", generation="new")[0]
    assert 400 == send(App(), "POST", "/only/a", generation="old")[0]
