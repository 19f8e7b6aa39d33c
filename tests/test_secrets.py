"""Secrets: no error holds one, no request shows one, and nothing of a server reaches a terminal raw."""

import contextlib
import gzip
import json
import pickle
import time

import pytest

import bionb
from bionb.errors import BionbError, ConnectionFailed, InsecureConnection, ResponseError, UnexpectedResponse
from bionb.http import receiving
from bionb.http.auth import BasicAuth, HeaderAuth
from bionb.secret import Secret, masked, names_secret
from bionb.session import Session
from tests.servers import Answer, Server

TOKEN = "an-invented-token-4f7a1c"
AUTHS = {
    "header": lambda: HeaderAuth("X-Token", "{token}", token=Secret(TOKEN)),
    "basic": lambda: BasicAuth(Secret("alice"), Secret(TOKEN)),
}


@pytest.fixture
def session():
    """Return what connects to a server that answers as told."""
    made = []

    def connect(*answers, auth="header", **options):
        server = answers[0] if isinstance(answers[0], str) else Server(*answers).__enter__()
        made.append(server)
        url = server if isinstance(server, str) else server.url
        return Session(url, AUTHS[auth](), label="Test", timeout=options.pop("timeout", 5), **options)

    yield connect
    for server in made:
        if not isinstance(server, str):
            server.stop()


def chain(error):
    """Give an error and all that it is chained to."""
    seen, left = [], [error]
    while left:
        each = left.pop()
        if each is not None and each not in seen:
            seen.append(each)
            left += [each.__cause__, each.__context__]
    return seen


@pytest.mark.parametrize("answer", [None, Answer(missing=9), Answer(200, b"{"), Answer(500), Answer(302)], ids=str)
@pytest.mark.parametrize("auth", AUTHS)
def test_no_error_holds_the_token_nor_does_its_pickle(session, clock, answer, auth):
    """Errors of the HTTP library carry the request with its headers, and are chained to ours."""
    with pytest.raises(BionbError) as caught:
        session(answer, auth=auth).record("GET", "/x", what="ask for x", ids=("id",))
    for each in chain(caught.value):
        assert not getattr(each, "request", None)
        assert not getattr(each, "response", None)
        assert TOKEN.encode() not in pickle.dumps(each)
        assert TOKEN not in repr(each) + repr(vars(each))
    assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))


def echo(asked):
    """Answer with the headers that came, as servers do in debug mode."""
    words = "; ".join(f"{name}: {value}" for name, value in asked.headers.items())
    return Answer(403, f'{{"detail": "{words} \\u001b[31m{words.upper()}"}}'.encode())


@pytest.mark.parametrize("auth", AUTHS)
def test_a_server_that_echoes_the_header_is_masked(session, auth):
    """The message ends in a notebook, and the detail in a support request."""
    with pytest.raises(ResponseError) as caught:
        session(echo, auth=auth).json("GET", "/x", what="ask for x")
    shown = str(caught.value) + caught.value.detail + repr(vars(caught.value))

    assert TOKEN not in shown
    assert TOKEN.upper() not in shown
    assert "…" in caught.value.detail
    assert "\x1b" not in shown
    assert "YWxpY2U6" not in shown


def test_credentials_in_a_body_are_masked_wherever_it_is_shown(session):
    """A bucket's key is worth more than a token."""
    connected = session(Answer())
    body = {"service": {"credentials": {"access_key_id": "AK-1", "secret_access_key": "SK-2"}, "bucket": "b"}}
    link = "https://bucket.example.org/a?X-Amz-Signature=SIG-3&part=1"
    connected.json("POST", "/x", what="make x", json={**body, "link": link, "note": TOKEN}, params={"api_key": "AK-4"})
    sent = connected.history.last
    shown = repr(sent) + sent.python + sent.curl + str(sent.body) + str(sent.params)

    assert not [each for each in ("AK-1", "SK-2", "SIG-3", "AK-4", TOKEN) if each in shown]
    assert "'secret_access_key': secret_access_key" in sent.python
    assert """'"$SECRET_ACCESS_KEY"'""" in sent.curl
    assert "api_key=$API_KEY" in sent.curl
    assert "b" == sent.body["service"]["bucket"]


@pytest.mark.parametrize(
    "name", ["password", "apikey_local", "api_key", "authToken", "client-secret", "key", "ftppassword"]
)
def test_one_rule_tells_what_is_a_secret(name):
    """Requests, records and errors ask the same room."""
    assert names_secret(name)
    assert "x1" not in str(masked([{"a": {name: "x1"}}]))


@pytest.mark.parametrize(
    "name", ["libraryKey", "keyboard", "continuation_token", "title", "default_library_key", "monkey"]
)
def test_what_only_sounds_like_a_secret_stays(name):
    """A request that is shown must be one that works."""
    assert {name: "x"} == masked({name: "x"})


def test_what_is_shown_for_a_shell_runs_nothing(session):
    """A name of the server may hold what a shell takes for a command."""
    connected = session(Answer())
    connected.json("GET", "/a$(touch x)`id`", what="look")

    assert r"\$(touch x)\`id\`" in connected.history.last.curl


PASTED = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


@pytest.mark.parametrize(
    "call",
    [
        lambda: bionb.connect(PASTED),
        lambda: bionb.connect("sodar", PASTED),
        lambda: bionb.connect("sodar", f"https://alice:{PASTED}@server:port"),
        lambda: bionb.connect("sodar", f"{PASTED}.{PASTED}", token="x"),
        lambda: bionb.connect("sodar", "https://sodar.example.org", **{PASTED: "x"}),
        lambda: bionb.connect("sodar", profile=PASTED),
        lambda: bionb.connect("sodar", "https://sodar.example.org", api_version=PASTED, token="x"),
        lambda: bionb.connect("sodar", timeout=PASTED),
        lambda: bionb.login(PASTED),
        lambda: bionb.start_sandbox(PASTED),
    ],
)
def test_a_token_pasted_into_the_wrong_place_is_not_echoed(call):
    """It happens to everybody, and the error is what is sent to colleagues."""
    with pytest.raises(BionbError) as caught:
        call()
    assert PASTED not in "".join(map(repr, chain(caught.value)))


def test_a_signed_link_of_a_safe_server_is_safe_itself(session):
    """What comes over plain http can be read and changed on the way."""
    connected = session("https://server.example.org")
    with pytest.raises(InsecureConnection, match=r"plain http.*allow_http=True"):
        connected.request("GET", "http://store.example.org/file", what="download", auth=False)


def test_signed_links_use_the_certificates_and_proxies_of_all_else(session, monkeypatch):
    """A proxy of the institute answers for loopback with an error page; its certificate is in the bundle named."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/bundle.pem")
    with Server(Answer(body=b"content", type="text/plain")) as store:
        connected = session(Answer())
        assert b"content" == connected.request("GET", store.url + "/f", what="download", auth=False).content
        assert "/bundle.pem" == connected._transport._without.verify


def test_a_bomb_is_bounded_with_a_figure_and_a_way_to_raise_it(session, monkeypatch):
    """A few kilobytes may unpack to more than a computer holds."""
    bomb = Answer(body=gzip.compress(b"[" + b" " * 30_000_000 + b"]", 9), headers=(("Content-Encoding", "gzip"),))
    monkeypatch.setenv(receiving.BOUND, "10")
    with pytest.raises(UnexpectedResponse, match=r"more than 10 MB \(sent as .*BIONB_LARGEST_ANSWER_MB"):
        session(bomb).json("GET", "/x", what="ask")
    monkeypatch.setenv(receiving.BOUND, "40")
    assert [] == session(bomb).json("GET", "/x", what="ask")


class Drip:
    """A body that comes byte by byte."""

    def __init__(self, pause, count):
        self.pause, self.count = pause, count

    def __call__(self, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(self.count):
            time.sleep(self.pause)
            connection.sendall(b" ")
        time.sleep(1)


@pytest.fixture
def raw_server():
    """Return what starts a server that writes to the connection as told."""
    import socket
    import threading

    listening = []

    def start(write):
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        def answer(connection):
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                write(connection)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield start
    for each in listening:
        each.close()


def test_a_slow_drip_has_a_deadline_in_all(session, raw_server, clock):
    """A byte a minute is never a silence."""
    begun = time.monotonic()
    with pytest.raises(ConnectionFailed, match="so slowly that it was given up"):
        session(raw_server(Drip(0.05, 900)), timeout=0.1).json("GET", "/x", what="ask")
    assert time.monotonic() - begun < 4


def test_a_hang_in_the_middle_of_an_answer_is_told_as_such(session, raw_server, clock):
    """It is not the same as no answer: the server was there."""
    for method in ("GET", "POST"):
        with pytest.raises(ConnectionFailed, match="stopped in the middle of its answer"):
            session(raw_server(Drip(0, 3)), timeout=0.1).json(method, "/x", what="ask")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ('[{"a": "grün"}]'.encode("utf-16"), "application/json"),
        ('[{"a": "grün"}]'.encode("utf-16-le"), "application/json"),
        ('[{"a": "grün"}]'.encode("utf-8-sig"), "application/json"),
        ('[{"a": "grün"}]'.encode("latin-1"), "application/json; charset=latin-1"),
        ('[{"a": "grün"}]'.encode("utf-32"), "application/json; charset=latin-1"),
    ],
    ids=["UTF-16", "UTF-16 without a mark", "a mark", "Latin-1", "UTF-32"],
)
def test_a_body_is_read_alike_at_the_first_look_and_the_second(session, content, kind):
    """Kept pages are parsed again, and were by another rule."""
    page = session(Answer(body=content, type=kind)).page("/x", what="list", pick=lambda body: body)

    assert [{"a": "grün"}] == page.records()
    assert [{"a": "grün"}] == page.records()


@pytest.mark.parametrize(
    ("platform", "ask"),
    [
        ("sevenbridges", lambda client: [client.volume("ada/lab"), client.volumes()[0]]),
        ("sodar", lambda client: [client.project("0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0")]),
        ("odm", lambda client: [client.study("GSF000001")]),
    ],
)
def test_no_record_of_a_server_shows_a_credential(platform, ask):
    """A record is shown by its last line in a cell, and saved with the notebook."""
    record = {
        **{"id": "ada/lab", "name": "lab", "sodar_uuid": "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0", "roles": {}},
        **{"title": "T", "type": "PROJECT", "parent": None, "genestack:accession": "GSF000001"},
        "service": {"bucket": "b", "credentials": {"access_key_id": "hush-1", "uses": 3}, "api_token": "hush-2"},
        "settings": [{"name": "password", "value": "hush-3"}],
    }

    def answer(asked):
        single = json.dumps(record).encode()
        many = json.dumps({"items": [record], "href": "x"}).encode()
        return Answer(body=many if asked.path.split("?")[0].endswith("volumes") else single)

    with Server(answer) as server, bionb.connect(platform, server.url, token="invented") as client:
        found = ask(client)

    assert "hush" not in repr(found)
    assert all(3 == each["service"]["credentials"]["uses"] for each in found)
