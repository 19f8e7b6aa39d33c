"""Files in iRODS over WebDAV, as a genuine Apache serves it: its methods, its refusals, names with odd letters."""

import pytest

from bionb.errors import AuthenticationFailed, Conflict, InsecureConnection, ResponseError, UnexpectedResponse
from bionb.http.auth import BasicAuth
from bionb.platforms.sodar.wire.webdav import Entry, WebDav, read_problem
from bionb.secret import Secret
from bionb.session import Session
from tests.servers import Answer, Server

ODD = ["plain.txt", "with blank.txt", "Größe µ.txt", "a#b.txt", "100%.txt", "a%20b.txt", "a+b.txt", "a;b&c=d'.txt"]


def door(url, password="pw"):
    """WebDAV at a server."""
    auth = BasicAuth(Secret("alice"), Secret(password))
    return WebDav(Session(url, auth, label="WebDAV", read_problem=read_problem))


@pytest.fixture
def dav(apache):
    """WebDAV at Apache, with the collection ``/zone``."""
    apache.let("alice", "pw")
    found = door(apache.url)
    found.make("/zone")
    return found


def test_a_collection_is_made_once(dav):
    """405 means that it is there, which is what was wanted."""
    assert [True, False] == [dav.make("/zone/a"), dav.make("/zone/a")]
    assert [Entry("/zone/a", True)] == dav.inside("/zone")


@pytest.mark.parametrize("name", ODD)
def test_a_name_comes_back_as_it_went(dav, apache, name):
    """Blanks, umlauts, ``#``, ``%`` and ``+`` are letters of names, and each means something else in a URL."""
    dav.put(f"/zone/{name}.part", b"hello", "send")
    dav.move(f"/zone/{name}.part", f"/zone/{name}", "rename")

    assert [Entry(f"/zone/{name}", False, 5)] == dav.inside("/zone") == [dav.look(f"/zone/{name}")]
    assert b"hello" == (apache.dav / "zone" / name).read_bytes()
    assert "hello" == dav.text(f"/zone/{name}")


def test_nothing_is_replaced_unasked(dav):
    """Whoever came first keeps the name."""
    for name in ("a", "b"):
        dav.put(f"/zone/{name}", name.encode(), "send")
    with pytest.raises(ResponseError, match="overwrite=True") as caught:
        dav.move("/zone/a", "/zone/b", "rename a")
    dav.move("/zone/a", "/zone/b", "rename a", overwrite=True)

    assert 412 == caught.value.status
    assert "a" == dav.text("/zone/b")


def test_what_is_missing_is_no_error_where_one_looks(dav):
    """Looking first is how the rest is decided."""
    assert dav.look("/zone/x") is None
    assert dav.text("/zone/x") is None
    assert not dav.remove("/zone/x", "delete")


def test_a_missing_collection_is_told_in_one_line(dav):
    """409 says nothing by itself."""
    for act in (lambda: dav.put("/no/x", b"1", "send x"), lambda: dav.make("/no/a")):
        with pytest.raises(Conflict, match="A collection above is missing"):
            act()


def test_a_wrong_password_is_told_as_that_of_webdav(dav, apache):
    """The token still is good for everything else, so the message must not doubt it."""
    with pytest.raises(AuthenticationFailed, match="webdav_password"):
        door(apache.url, "wrong").look("/zone")


PAGE = Answer(200, b"<html><title>Sign in</title></html>", "text/html")
LIST = "<D:multistatus xmlns:D='DAV:'>{}</D:multistatus>"
ONE = "<D:response><D:href>{}</D:href><D:propstat><D:prop><D:resourcetype/></D:prop></D:propstat></D:response>"


@pytest.mark.parametrize(
    "answer",
    [
        PAGE,
        Answer(207, b"<html>", "text/html"),
        Answer(207, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "application/xml"),
        Answer(207, LIST.format("").encode(), "application/xml"),
        Answer(207, LIST.format(ONE.format("/elsewhere")).encode(), "application/xml"),
        Answer(207, LIST.format("<D:response/>").encode(), "application/xml"),
    ],
    ids=["page", "no XML", "entities", "nothing", "elsewhere", "no address"],
)
def test_an_answer_that_is_no_list_is_told_in_one_line(answer):
    """A proxy's page, a wrong address, XML that would fill the memory."""
    with (
        Server(answer) as server,
        pytest.raises(UnexpectedResponse, match="webdav_url") as caught,
    ):
        door(server.url).inside("/zone")
    assert "\n" not in str(caught.value)


def test_only_what_is_directly_inside_is_believed():
    """Names of servers must not lead out of the collection that was asked for."""
    hrefs = ["/zone/", "/zone/a", "/zone/../b", "/zone/%2e%2e", "/zone/c/d", "/other", "http://x.example.org/zone/e"]
    body = LIST.format("".join(map(ONE.format, hrefs))).encode()
    with Server(Answer(207, body, "application/xml")) as server:
        found = door(server.url).inside("/zone")

    assert ["/zone/a", "/zone/e"] == [each.path for each in found]


def test_a_proxy_may_serve_it_below_another_path():
    """Addresses in answers are the server's own, whatever stands before it."""
    body = LIST.format(ONE.format("/inner/zone/") + ONE.format("/inner/zone/a")).encode()
    with Server(Answer(207, body, "application/xml")) as server:
        assert ["/zone/a"] == [each.path for each in door(server.url + "/outer").inside("/zone")]
        assert "/outer/zone/" == server.asked[0].path


def test_the_password_follows_no_redirect():
    """Not to another server, which would learn it."""
    with Server() as other:
        answer = Answer(302, b"", headers=(("Location", other.url + "/zone/"),))
        with Server(answer) as server, pytest.raises(InsecureConnection):
            door(server.url).inside("/zone")
        assert [] == other.asked


def test_a_session_beside_is_told_in_one_history_and_closed_with_the_first(apache):
    """A person sees one client; its two servers get each its own credentials."""
    apache.let("alice", "pw")
    first = Session("http://127.0.0.1:1", BasicAuth(Secret("a"), Secret("b")), label="First")
    beside = first.beside(apache.url, BasicAuth(Secret("alice"), Secret("pw")), label="Second", variable="webdav_url")
    WebDav(beside).make("/zone")

    assert ["MKCOL"] == first.history.to_frame()["method"].tolist()
    assert 'requests.request("MKCOL", webdav_url + "/zone/", auth=(username, password))' == first.history.last.python
    assert 'curl -X MKCOL --user "$USERNAME:$PASSWORD" "$WEBDAV_URL/zone/"' == first.history.last.curl
    first.close()
    with pytest.raises(Exception, match="closed"):
        WebDav(beside).make("/zone")
