"""The sandboxes' door: on a shared computer everybody reaches the port, and any page in a browser can try."""

import http.client
import socket
from urllib.parse import urlsplit

import pytest

import bionb
from bionb.sandbox.tokens import password_of, token_of, user_of

PLATFORMS = bionb.platforms()


@pytest.fixture(params=PLATFORMS)
def server(request):
    """Run each sandbox, and give its platform, itself, and its port."""
    with bionb.start_sandbox(request.param) as sandbox:
        yield request.param, sandbox, urlsplit(sandbox.url(request.param)).port


def raw(port, request):
    """Send bytes as they are, and return the answer's bytes until the server hangs up or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        connection.settimeout(2)
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
        except TimeoutError:
            pass
    return found


def test_credentials_are_recognisable_and_of_this_process():
    """A word that stands in a document would let in whoever has read it."""
    assert "sandbox-alice-" == token_of("alice")[:-8]
    assert "alice" == user_of(token_of("alice"))
    assert token_of("alice")[-8:] != token_of("bob")[-8:]
    assert ["", "", ""] == [user_of(each) for each in ("sandbox-alice", "sandbox-alice-00000000", "")]
    assert password_of("alice")[-8:] != token_of("alice")[-8:]


def test_the_words_of_a_document_do_not_log_in(server):
    """They are in every copy of the package."""
    name, sandbox, _ = server
    given = sandbox.credentials(name)
    old = {key: value if key == "username" else value[:-9] for key, value in given.items()}
    with bionb.connect(name, sandbox.url(name), **old) as client, pytest.raises(bionb.BionbError, match="401"):
        client.whoami()


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1.example.org:{port}", "127.0.0.1", ""])
def test_a_request_under_another_name_is_turned_away(server, host):
    """A name of another site may be made to lead here, and its page would read the answers."""
    name, sandbox, port = server
    sandbox.reset()
    answer = raw(port, f"GET / HTTP/1.1\r\nHost: {host.format(port=port)}\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert [] == sandbox.received(name)


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: abc",
        "Content-Length: -5",
        "Content-Length: 1_0",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 99999999999999",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
    ],
)
def test_a_body_without_a_sound_length_is_answered_with_400(server, headers):
    """What follows on the connection could be taken for another request."""
    name, sandbox, port = server
    sandbox.reset()
    answer = raw(port, f"POST /x HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n\r\n12345".encode())

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert 1 == answer.count(b"HTTP/1.1")
    assert [] == sandbox.received(name)


def test_a_broken_chunk_is_answered_with_400(server):
    """It ends nowhere."""
    _, _, port = server
    answer = raw(
        port, f"POST /x HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".encode()
    )

    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_body_in_chunks_is_read(server):
    """Clients send so what they do not know the length of; left unread, it would be the next request."""
    name, sandbox, port = server
    sandbox.reset()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    for number in range(3):
        pieces = iter([b'{"a": ', str(number).encode(), b"}"])
        connection.request("POST", "/x", body=pieces, headers={"Content-Type": "application/json"}, encode_chunked=True)
        assert connection.getresponse().read() is not None
    connection.close()

    assert [f'{{"a": {number}}}'.encode() for number in range(3)] == [each.body for each in sandbox.received(name)]
