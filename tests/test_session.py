"""All HTTP: the token goes to one server only, failures are told in one line, and nothing is done twice by accident."""

import contextlib
import gzip
import logging
import threading
import time

import pytest

import bionb.http.transport
from bionb.errors import (
    AuthenticationFailed,
    Conflict,
    ConnectionFailed,
    InsecureConnection,
    NotFound,
    PermissionDenied,
    RateLimited,
    ResponseError,
    ServerFailed,
    SessionClosed,
    UnexpectedResponse,
    UsageError,
    VersionRejected,
)
from bionb.http.auth import BasicAuth, HeaderAuth
from bionb.secret import Secret
from bionb.session import Session
from tests.servers import Answer, Server

TOKEN = "an-invented-token"
AUTHS = {
    "custom header": lambda: HeaderAuth("X-Own-Token", "{token}", token=Secret(TOKEN)),
    "authorization": lambda: HeaderAuth("Authorization", "token {token}", token=Secret(TOKEN)),
    "basic": lambda: BasicAuth(Secret("alice"), Secret(TOKEN)),
}


@pytest.fixture
def serve():
    """Start servers that answer as told."""
    started = []

    def start(*answers):
        started.append(Server(*answers))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def connect():
    """Connect to a server."""
    opened = []

    def open_session(server, auth="authorization", **options):
        options.setdefault("timeout", 5)
        opened.append(Session(getattr(server, "url", server), AUTHS[auth](), label="Test", **options))
        return opened[-1]

    yield open_session
    for session in opened:
        session.close()


def ask(session, path="/x", method="GET", **options):
    return session.json(method, path, what="ask for x", **options)


# -- the token goes to one server only ----------------------------------------------------------------------------


@pytest.mark.parametrize("auth", AUTHS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_hostile_redirect_gets_nothing(serve, connect, auth, status):
    """Requests drops only the Authorization header on the way to another host, and no header of one's own."""
    thief = serve()
    server = serve(Answer(status, headers=(("Location", thief.url + "/steal"),)))
    with pytest.raises(InsecureConnection, match="was not followed and nothing was sent there"):
        ask(connect(server, auth))

    assert [] == thief.asked


@pytest.mark.parametrize(
    "location", ["//localhost:{port}/x", "http://localhost:{port}/x", "https://127.0.0.1:{port}/x"]
)
def test_another_name_or_scheme_is_another_server(serve, connect, location):
    """The same machine under another name may be another machine tomorrow."""
    server = serve()
    server.answers = [Answer(302, headers=(("Location", location.format(port=server.url.rpartition(":")[2])),))]
    with pytest.raises(InsecureConnection):
        ask(connect(server))

    assert 1 == len(server.asked)


@pytest.mark.parametrize("auth", AUTHS)
def test_a_hostile_link_gets_nothing(serve, connect, auth):
    """A next link, an export or a job may name any host."""
    thief, server = serve(), serve()
    session = connect(server, auth)
    tricks = [thief.url + "/x", thief.url.removeprefix("http:"), server.url + "@" + thief.url.removeprefix("http://")]
    for link in tricks:
        with pytest.raises(InsecureConnection, match="another server; it was not followed"):
            ask(session, link)

    assert [] == thief.asked + server.asked


TRICKS = [
    "http://{thief}\\@{server}/x",
    "http://{thief}\\.{server}/x",
    "//{thief}\\@{server}/x",
    "http:\\\\{thief}\\@{server}/x",
    "http:///{thief}/x",
    "http:/{thief}/x",
    " http://{thief}/x",
    "HTTP://{thief}/x",
    "http://{server}\t@{thief}/x",
    "/\\{thief}/x",
    "http://{thief}%5C@{server}/x",
    "http://{thief}#@{server}/x",
    "http://{thief}?@{server}/x",
]


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("way", ["link", "redirect"])
def test_no_spelling_of_a_link_makes_another_server_pass_for_ours(serve, connect, clock, trick, way):
    """Python takes the host behind a backslash, urllib3 the one before it: the check and the sending could differ."""
    thief, server = serve(), serve()
    link = trick.format(thief=thief.url.removeprefix("http://"), server=server.url.removeprefix("http://"))
    if way == "redirect":
        server.answers = [Answer(302, headers=(("Location", link),)), Answer()]
    with contextlib.suppress(InsecureConnection):
        ask(connect(server), link if way == "link" else "/x")

    assert [] == thief.asked


@pytest.mark.parametrize(
    "link", ["http://[", "http://[::1/x", "http://server:port/", "https://", "http://exa mple/", "//[", "mailto:a@b"]
)
@pytest.mark.parametrize("way", ["link", "redirect"])
def test_a_link_that_makes_no_sense_is_one_of_our_errors(serve, connect, link, way):
    """Libraries raise a ValueError of their own, which no notebook catches."""
    server = serve(*([Answer(302, headers=(("Location", link),))] if way == "redirect" else []))
    with pytest.raises(ConnectionFailed, match="redirect to|a link leads to"):
        ask(connect(server), link if way == "link" else "/x")

    assert len(server.asked) <= 1


def test_a_signed_link_of_another_host_is_asked_without_credentials(serve, connect, monkeypatch, tmp_path):
    """Downloads lead to a store that must not see the token, nor what .netrc has for it."""
    monkeypatch.setenv("NETRC", str(netrc(tmp_path)))
    store = serve(Answer(body=b"content", type="text/plain"))
    answer = connect(serve(), "custom header").request("GET", store.url + "/file", what="download", auth=False)

    assert b"content" == answer.content
    assert not {"X-Own-Token", "Authorization", "Cookie"} & set(store.asked[0].headers)


def netrc(folder):
    path = folder / "netrc"
    path.write_text("machine 127.0.0.1 login mallory password other\nmachine localhost login mallory password other\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("auth", AUTHS)
def test_a_netrc_entry_never_replaces_the_token(serve, connect, auth, monkeypatch, tmp_path):
    """Requests prefers an entry of .netrc to any header; it belongs to another tool."""
    server = serve()
    expected = ask(connect(server, auth))
    monkeypatch.setenv("NETRC", str(netrc(tmp_path)))
    assert expected == ask(connect(server, auth))

    first, second = (asked.headers for asked in server.asked)
    assert first == second


def test_a_redirect_on_the_same_server_is_followed_with_the_token(serve, connect):
    """Servers add a slash or move a path."""
    server = serve(Answer(301, headers=(("Location", "/x/?a=1"),)), Answer(body=b'{"ok": 1}'))

    assert {"ok": 1} == ask(connect(server))
    assert ["/x", "/x/?a=1"] == [asked.path for asked in server.asked]
    assert [f"token {TOKEN}"] * 2 == [asked.headers["Authorization"] for asked in server.asked]


def test_a_redirect_in_a_circle_ends(serve, connect):
    """Nothing is endless."""
    server = serve(Answer(302, headers=(("Location", "/x"),)))
    with pytest.raises(ConnectionFailed, match="in a circle"):
        ask(connect(server))
    assert len(server.asked) < 10


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_writing_request_follows_no_redirect(serve, connect, method):
    """A POST that turns into a GET elsewhere does something else than what was asked."""
    server = serve(Answer(302, headers=(("Location", "/elsewhere"),)))
    with pytest.raises(ConnectionFailed, match="only reading requests are repeated elsewhere"):
        ask(connect(server), method=method)
    assert 1 == len(server.asked)


def test_cookies_are_not_kept(serve, connect):
    """A session cookie would keep an old account logged in beside the token."""
    server = serve(Answer(headers=(("Set-Cookie", "sessionid=1; Path=/"),)))
    session = connect(server)
    ask(session)
    ask(session)

    assert ["Cookie" in asked.headers for asked in server.asked] == [False, False]


def test_a_proxy_of_the_environment_is_not_used_on_this_computer(serve, connect, monkeypatch):
    """Proxies of a company answer for the sandbox with an error page, and see the token."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert {} == ask(connect(serve()))


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("http://server.example.org", InsecureConnection, "https://, or allow_http=True"),
        ("http://127.0.0.1.example.org", InsecureConnection, "plain http"),
        ("server.example.org", UsageError, "no server URL"),
        ("ftp://server.example.org", UsageError, "no server URL"),
        ("https://", UsageError, "no server URL"),
        ("https://alice:secret@server.example.org", UsageError, "leave user and password out"),
        ("https://server.example.org/?token=secret", UsageError, "before the question mark"),
        ("https://server.example.org:99999", UsageError, "makes no sense"),
        ("https://server.example.org:port", UsageError, "makes no sense"),
        ("https://[::1", UsageError, "makes no sense"),
    ],
)
def test_a_url_that_cannot_be_right_is_refused_before_anything_is_sent(url, kind, words, connect):
    """A wrong address is noticed in the cell where it is written."""
    with pytest.raises(kind, match=words) as caught:
        connect(url)
    assert "secret" not in str(caught.value)


def test_plain_http_is_allowed_when_it_is_meant(connect):
    """Torrent Suite servers stand in laboratories' own networks."""
    assert "server.example.org" == connect("http://server.example.org", allow_http=True).place


def test_a_path_below_the_host_is_kept(serve, connect):
    """Some servers live in a sub-folder."""
    server = serve()
    session = connect(server.url + "/sub/")
    ask(session, "/api/x")
    ask(session, server.url + "/sub/api/y")

    assert ["/sub/api/x", "/sub/api/y"] == [asked.path for asked in server.asked]
    assert ["/api/x", "/api/y"] == session.history.to_frame()["path"].tolist()


# -- repeating ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [Answer(502), Answer(503), Answer(504), None, Answer(missing=5)])
def test_reading_is_repeated_after_a_passing_failure(serve, connect, clock, failure):
    """A hiccup in page 70 of 100 must not cost the other 99."""
    server = serve(failure, failure, Answer(body=b'{"ok": 1}'))
    session = connect(server)

    assert {"ok": 1} == ask(session)
    assert 3 == len(server.asked)
    assert [0, 1, 2] == session.history.to_frame()["retries"].tolist()
    assert 0.2 < clock.slept[0] < clock.slept[1] < 1


@pytest.mark.parametrize("failure", [Answer(502), Answer(503), Answer(504), None, Answer(missing=5), Answer(500)])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_writing_is_never_repeated(serve, connect, clock, failure, method):
    """The server may have done it before it failed: a second POST would start the job twice."""
    server = serve(failure)
    with pytest.raises((ServerFailed, ConnectionFailed)):
        ask(connect(server), method=method)
    assert 1 == len(server.asked)


def test_the_part_of_an_upload_is_repeated(serve, connect, clock):
    """The same part twice is the same file."""
    server = serve(Answer(503), None, Answer())
    ask(connect(server), method="PUT", data=b"part", repeatable=True)

    assert [b"part"] * 3 == [asked.body for asked in server.asked]


def test_a_failure_that_lasts_ends_after_five_attempts(serve, connect, clock):
    """And not after five minutes."""
    server = serve(Answer(503))
    with pytest.raises(ServerFailed, match="503"):
        ask(connect(server))
    assert 5 == len(server.asked)
    assert sum(clock.slept) < 10


def test_a_server_error_that_will_not_pass_is_not_repeated(serve, connect, clock):
    """500 is a bug, asking again does not mend it."""
    server = serve(Answer(500))
    with pytest.raises(ServerFailed):
        ask(connect(server))
    assert 1 == len(server.asked)


# -- rate limits --------------------------------------------------------------------------------------------------


def limited(**headers):
    return Answer(429, headers=tuple((name.replace("_", "-"), str(value)) for name, value in headers.items()))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_rate_limit_refused_is_repeated_whatever_it_was(serve, connect, clock, method, caplog):
    """A 429 was not executed; and the pause is seen, or the notebook looks dead."""
    server = serve(limited(Retry_After=30), Answer(body=b'{"ok": 1}'))
    with caplog.at_level(logging.WARNING, "bionb"):
        assert {"ok": 1} == ask(connect(server), method=method)

    assert 2 == len(server.asked)
    assert 30 == pytest.approx(sum(clock.slept), abs=0.5)
    assert "Test answered 429: going on in 30 s (interrupt to stop)" in caplog.text


@pytest.mark.parametrize("unit", [1, 1000])
def test_the_end_of_the_window_is_kept_in_seconds_and_milliseconds(serve, connect, clock, unit):
    """Seven Bridges' documentation and servers differ in the unit."""
    reset = int((time.time() + 40) * unit)
    headers = {"X_RateLimit_Limit": 1000, "X_RateLimit_Remaining": 0, "X_RateLimit_Reset": reset}
    ask(connect(serve(limited(**headers), Answer())))

    assert 40 == pytest.approx(sum(clock.slept), abs=1.5)


def test_a_used_up_budget_is_waited_for_before_asking(serve, connect, clock, caplog):
    """Knowing that the next answer is a refusal, one does not ask."""
    headers = (("X-RateLimit-Limit", "5"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", str(time.time() + 20)))
    server = serve(Answer(headers=headers), Answer())
    session = connect(server)
    ask(session)
    assert [] == clock.slept
    ask(session)

    assert 20 == pytest.approx(sum(clock.slept), abs=1.5)
    assert (5, 0) == (session.budget.limit, session.budget.remaining)
    assert "rate limit of 5 requests used up" in caplog.text


def test_of_many_threads_one_waits_for_all(serve, connect, clock, caplog):
    """Sixteen page threads must not show sixteen countdowns."""
    headers = (("X-RateLimit-Limit", "5"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", str(time.time() + 20)))
    session = connect(serve(Answer(headers=headers), Answer()))
    ask(session)
    list(session.map(lambda n: ask(session, f"/{n}"), range(16)))

    assert 20 == pytest.approx(sum(clock.slept), abs=1.5)
    assert 1 == caplog.text.count("used up")


def test_a_date_is_understood_too(serve, connect, clock):
    """HTTP allows a date where most send seconds."""
    from email.utils import formatdate

    ask(connect(serve(limited(Retry_After=formatdate(time.time() + 25, usegmt=True)), Answer())))
    assert 25 == pytest.approx(sum(clock.slept), abs=2)


@pytest.mark.parametrize("header", ["soon", "-5", "", "1e3"])
def test_a_wait_that_cannot_be_read_is_a_short_one(serve, connect, clock, header):
    """A broken header must neither crash nor hammer."""
    ask(connect(serve(limited(Retry_After=header), Answer())))
    assert 0.2 < sum(clock.slept) < 1


def test_a_reset_in_the_past_does_not_hammer_the_server(serve, connect, clock):
    """Clocks differ."""
    headers = {"X_RateLimit_Limit": 9, "X_RateLimit_Remaining": 0, "X_RateLimit_Reset": int(time.time() - 60)}
    ask(connect(serve(limited(**headers), Answer())))
    assert sum(clock.slept) > 0.2


def test_a_wait_beyond_reason_is_an_error_that_says_until_when(serve, connect, clock):
    """Nobody waits for six hours without having been asked."""
    server = serve(limited(Retry_After=21_600))
    with pytest.raises(RateLimited, match="429") as caught:
        ask(connect(server))

    assert 1 == len(server.asked)
    assert 21_600 == pytest.approx(caught.value.reset_at - time.time(), abs=5)


# -- no answer ----------------------------------------------------------------------------------------------------


def test_a_dead_server_is_told_with_the_next_step(connect, clock):
    """The commonest error on a train."""
    with pytest.raises(
        ConnectionFailed, match=r'127\.0\.0\.1:9 could not be reached for "ask for x".*Check the URL'
    ) as caught:
        ask(connect("http://127.0.0.1:9"))

    assert caught.value.__cause__ is not None
    assert caught.value.__cause__.__traceback__ is None


def test_a_server_without_encryption_is_told_at_once(serve, connect, clock):
    """https:// typed for a plain server of the laboratory; asking five times changes nothing."""
    with pytest.raises(ConnectionFailed, match=r"no secure connection.*allow_http=True"):
        ask(connect(serve().url.replace("http:", "https:")))
    assert [] == clock.slept


def test_a_hanging_server_is_given_up(serve, connect, clock):
    """A notebook that never comes back is worse than an error."""
    done = threading.Event()
    server = serve(lambda asked: (done.wait(10), Answer())[1])
    begun = time.perf_counter()
    with pytest.raises(ConnectionFailed, match=r"did not answer \"ask for x\" in time.*timeout= than 0.2 s"):
        ask(connect(server, timeout=0.2), method="POST")
    done.set()

    assert time.perf_counter() - begun < 2
    assert 1 == len(server.asked)


def test_a_change_whose_answer_got_lost_is_told_as_perhaps_done(serve, connect, clock):
    """To try again would do it twice."""
    with pytest.raises(
        ConnectionFailed, match="gave no answer.*may have been done.*look before you try again"
    ) as caught:
        ask(connect(serve(None)), method="POST")
    assert caught.value.maybe_done

    with pytest.raises(ConnectionFailed, match="could not be reached") as caught:
        ask(connect("http://127.0.0.1:9"), method="POST")
    assert not caught.value.maybe_done


def test_a_kind_of_request_may_take_longer_than_others(serve, connect, clock, monkeypatch):
    """Importing 10,000 rows takes minutes; a user who asked for less than the default still gets less."""
    monkeypatch.setattr(bionb.http.transport, "TIMEOUT", (5.0, 0.2))
    server = serve(lambda asked: (time.sleep(0.6), Answer())[1])

    assert {} == ask(connect(server, timeout=(5.0, 0.2)), method="POST", timeout=10)
    with pytest.raises(ConnectionFailed, match=r"in time \(0.1 s\)"):
        ask(connect(server, timeout=0.1), method="POST", timeout=10)


def test_a_proxy_that_gives_up_on_a_change_says_nothing_of_the_server(serve, connect, clock):
    """Its patience is often a minute, and the work goes on behind it."""
    for status in (502, 504):
        with pytest.raises(ServerFailed, match="may have been done all the same"):
            ask(connect(serve(Answer(status))), method="POST")
    with pytest.raises(ServerFailed, match="Try again later"):
        ask(connect(serve(Answer(504))))


def test_who_was_patient_once_does_not_wait_five_times(serve, connect, clock, monkeypatch):
    """Reading again after a quarter of an hour would make an hour of it."""
    monkeypatch.setattr(bionb.http.transport, "TIMEOUT", (5.0, 0.1))
    server = serve(lambda asked: (time.sleep(1.5), Answer())[1])
    with pytest.raises(ConnectionFailed, match=r"in time \(0.3 s\)"):
        ask(connect(server, timeout=(5.0, 0.1)), timeout=0.3)
    assert 1 == len(server.asked)


def test_an_answer_that_breaks_off_is_told(serve, connect, clock):
    """Half a JSON must not be taken for all of it."""
    with pytest.raises(ConnectionFailed, match="broke off in the middle of its answer"):
        ask(connect(serve(Answer(body=b'{"results": [', missing=100))))


def test_an_answer_whose_packing_is_broken_is_told(serve, connect, clock):
    """A proxy may cut a compressed answer."""
    body = gzip.compress(b'{"a": 1}' * 1000)[:-20]
    answer = Answer(body=b"no gzip at all" + body, headers=(("Content-Encoding", "gzip"),))
    with pytest.raises(ConnectionFailed, match="broke off"):
        ask(connect(serve(answer)))


# -- answers ------------------------------------------------------------------------------------------------------

REFUSALS = [
    (400, ResponseError),
    (401, AuthenticationFailed),
    (403, PermissionDenied),
    (404, NotFound),
    (405, ResponseError),
    (406, VersionRejected),
    (409, Conflict),
    (500, ServerFailed),
    (501, ServerFailed),
]
BODIES = {
    "json": (b'{"detail": "It is so"}', "application/json", "It is so."),
    "nested json": (b'{"error": {"name": ["is required", 3]}}', "application/json", "name: is required"),
    "broken json": (b'{"detail": ', "application/json", "broken JSON"),
    "page": (b"<html><head><title>Bad &amp; worse</title></head><body>long</body></html>", "text/html", "Bad & worse"),
    "page without title": (b"<html><body>long</body></html>", "text/html", ""),
    "text": (b"Plain\nwords", "text/plain", "Plain words"),
    "nothing": (b"", "text/plain", ""),
    "no text at all": (bytes(range(256)), "application/octet-stream", ""),
}


@pytest.mark.parametrize(("status", "kind"), REFUSALS)
@pytest.mark.parametrize("body", BODIES)
def test_every_refusal_is_one_line_with_what_was_asked_and_what_came_back(serve, connect, status, kind, body):
    """Whatever the server sends along."""
    content, type_, words = BODIES[body]
    with pytest.raises(kind) as caught:
        ask(connect(serve(Answer(status, content, type_))), "/x?secret=1")
    error = caught.value

    assert f'Test answered {status} to "ask for x"' in str(error)
    assert words in str(error)
    assert "\n" not in str(error)
    assert (status, "GET", "/x", "Test") == (error.status, error.method, error.path, error.platform)
    assert TOKEN not in str(error) + str(vars(error))
    assert kind is type(error)


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (401, "Check the token"),
        (403, "Ask an owner"),
        (404, "Check the identifier"),
        (406, "api_version"),
        (409, "present state"),
        (500, "Try again later"),
        (507, "Try again later"),
    ],
)
def test_a_refusal_says_what_to_do_next(serve, connect, status, step):
    """An error without a next step ends in a support request."""
    with pytest.raises(ResponseError, match=step):
        ask(connect(serve(Answer(status))))


def test_a_long_explanation_is_shortened_and_kept(serve, connect):
    """A server's stack trace is for the curious."""
    with pytest.raises(ServerFailed) as caught:
        ask(connect(serve(Answer(500, b"x" * 100_000, "text/plain"))))

    assert len(str(caught.value)) < 600
    assert 100_000 == len(caught.value.detail)


@pytest.mark.parametrize(
    ("body", "type_", "words"),
    [
        (b"<html>Sign in</html>", "text/html; charset=utf-8", "a web page"),
        (b"{", "application/json", "broken JSON"),
        (b"\xff\xfe", "application/json", "broken JSON"),
        (b"id\tname", "text/plain", "something that is no JSON"),
    ],
)
def test_a_success_that_is_no_json_is_unexpected(serve, connect, body, type_, words):
    """A login page of a proxy answers 200 to everything."""
    with pytest.raises(UnexpectedResponse, match=f"{words}.*Is the URL that of the server's API"):
        ask(connect(serve(Answer(200, body, type_))))


def test_json_that_lacks_what_it_should_hold_is_unexpected(serve, connect):
    """Another program may answer at that URL."""
    session = connect(serve(Answer(body=b'{"data": []}')))
    with pytest.raises(UnexpectedResponse, match="no 'items'"):
        session.page("/x", what="list", pick=lambda body: body["items"]).records()
    with pytest.raises(UnexpectedResponse, match="another form than documented"):
        session.page("/x", what="list", pick=lambda body: body["data"]["items"]).records()


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_an_empty_success_is_none(serve, connect, status):
    """Deleting answers with nothing."""
    assert ask(connect(serve(Answer(status, b"")))) is None


def test_a_status_the_caller_handles_is_no_error(serve, connect):
    """Some calls ask whether something is there."""
    assert 404 == connect(serve(Answer(404))).request("GET", "/x", what="look", accept=(404,)).status_code


# -- history and threads ------------------------------------------------------------------------------------------


def test_history_of_many_threads_is_complete_and_ordered(serve, connect):
    """Page threads write into one table."""
    server = serve(lambda asked: Answer(body=asked.path.encode(), type="text/plain"))
    session = connect(server, workers=8)
    paths = [f"/{n}" for n in range(200)]
    found = list(session.map(lambda path: session.request("GET", path, what="ask").text, paths))

    assert paths == found
    assert sorted(paths) == sorted(session.history.to_frame()["path"])
    assert {200} == set(session.history.to_frame()["status"])


def test_a_failure_in_a_thread_cancels_what_waits(serve, connect):
    """After an error nothing more is sent than what was under way."""
    server = serve(lambda asked: Answer(400 if asked.path == "/3" else 200))
    session = connect(server, workers=2)
    with pytest.raises(ResponseError):
        list(session.map(lambda n: ask(session, f"/{n}"), range(1000), ahead=6))

    assert len(server.asked) < 30


def test_a_closed_session_sends_nothing(serve, connect):
    """Not even from a listing that was opened before."""
    server = serve()
    session = connect(server)
    session.close()
    with pytest.raises(SessionClosed, match="connect again"):
        ask(session)
    with pytest.raises(SessionClosed):
        session.submit(print, "x")
    assert [] == server.asked


def test_a_token_of_any_printable_kind_arrives_as_it_is(serve, connect):
    """Templates must not interpret what a token holds."""
    server, token = serve(), "a{b}%s$c'd\"e\\f"
    session = Session(server.url, HeaderAuth("X-Own-Token", "{token}", token=Secret(token)), label="Test")
    ask(session)

    assert token == server.asked[0].headers["X-Own-Token"]
