"""Who may ask, and how refusals read."""

import pytest

import bionb
from bionb.errors import AuthenticationFailed, InsecureConnection, NotFound, ResponseError, UsageError
from bionb.platforms.torrentsuite.wire.problems import told
from bionb.sandbox.tokens import token_of


def connect(sandbox, **credentials):
    return bionb.connect("torrentsuite", sandbox.url("torrentsuite"), **credentials)


def test_an_api_key_logs_in(suite, sandbox):
    """The key travels in a header of its own scheme, never in the query, where the server would repeat it."""
    assert "ionadmin" == suite.whoami()
    received = sandbox.received("torrentsuite")[0]
    assert f"ApiKey ionadmin:{token_of('ionadmin')}" == received.headers["Authorization"]
    assert token_of("ionadmin") not in received.query


def test_a_password_logs_in(sandbox):
    """Most scripts in the wild use Basic authentication."""
    with connect(sandbox, username="student", password=token_of("student")) as client:
        assert "student" == client.whoami()


@pytest.mark.parametrize("way", ["api_key", "password"])
def test_wrong_credentials_read_as_such(sandbox, way):
    """The server's 401 has no body, so that a plain response.json() would fail with something unrelated."""
    with (
        connect(sandbox, username="ionadmin", **{way: "sandbox-wrong"}) as client,
        pytest.raises(AuthenticationFailed, match="check user name and API key") as caught,
    ):
        client.whoami()
    assert "sandbox-wrong" not in str(caught.value)


def test_a_lab_server_on_plain_http_needs_a_word():
    """Most Torrent Servers speak plain http in a lab network: the error says how to allow it."""
    with pytest.raises(InsecureConnection, match="allow_http=True"):
        bionb.connect("torrentsuite", "http://torrent.example.org", username="u", api_key="sandbox-key")
    client = bionb.connect(
        "torrentsuite", "http://torrent.example.org", username="u", api_key="sandbox-key", allow_http=True
    )
    assert "torrent.example.org" in repr(client)
    client.close()


def test_there_is_one_api_version(sandbox):
    """A pinned version that does not exist must not be ignored."""
    with pytest.raises(UsageError, match="one API version"):
        connect(sandbox, username="ionadmin", api_key=token_of("ionadmin"), api_version="v2")


def test_an_empty_404_reads_as_not_found(suite):
    """The server answers an unknown identifier with an empty page."""
    with pytest.raises(NotFound, match="Check the identifier"):
        suite.session.json("GET", "/rundb/api/v1/chip/9999/", what="read chip 9999")


def test_a_405_says_what_is_allowed(suite):
    """The allowed methods are the only thing that helps."""
    with pytest.raises(ResponseError, match="takes only GET, POST, PUT"):
        suite.session.json("DELETE", "/rundb/api/v1/sample/1/", what="delete sample 1")


def test_a_bad_page_size_reads_without_html_escapes(suite):
    """The server escapes its texts as if they were a web page."""
    with pytest.raises(ResponseError, match="must be >= 0"):
        suite.objects("chip", limit=-1).to_frame()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": "no such lookup"}, [("", "no such lookup")]),
        ({"error": {"planName": [" is required. "]}}, [("planName", "is required.")]),
        ({"error": {"Error": "chip and kit"}}, [("Error", "chip and kit")]),
        ({"sample": {"name": ["too long", "odd"]}}, [("sample > name", "too long"), ("sample > name", "odd")]),
        ({"error": {"b": [{"s": [{"x": ["bad &gt; 0"]}]}]}}, [("b > s > x", "bad > 0")]),
        ({"error": ""}, [("", "the server could not read the request (malformed JSON?)")]),
        ({"error_message": "Try later"}, [("", "Try later")]),
    ],
)
def test_every_error_shape_becomes_lines(body, expected):
    """Six shapes of errors exist; a user should see field and message in all of them."""
    assert expected == [(each["field"], each["message"]) for each in told(body)]


def test_a_missing_slash_would_lose_a_post(suite, sandbox):
    """Without the trailing slash the server redirects, which turns a POST into a GET: the client always sends it."""
    suite.chips().first(1)
    suite.schema("chip")

    assert all(each.path.endswith("/") for each in sandbox.received("torrentsuite"))
    answer = suite.session.request("GET", "/rundb/api/v1/chip", what="read chips without a slash")
    assert 200 == answer.status_code
