"""One call, one story: what is shown is the request that did the work, and all others can be had."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import bionb
from bionb.frames import columns
from bionb.http.auth import HeaderAuth
from bionb.listing import Listing
from bionb.paging.pages import Offset
from bionb.protocol import Node, Nodes
from bionb.secret import Secret
from bionb.session import Session, SessionOwner
from tests.servers import Answer, Server


class Client(SessionOwner):
    """Calls as platforms have them: looks beforehand, calls within calls, listings that are read later."""

    def __init__(self, url):
        self.session = Session(url, HeaderAuth("X-Token", "{token}", token=Secret("an-invented-token")), label="Test")

    def look(self):
        return self.session.json("GET", "look", what="look")

    def change(self):
        self.look()
        self.session.json("POST", "change", what="change")
        return self.look()

    def many(self):
        return list(self.session.map(lambda n: self.session.json("GET", f"part/{n}", what="read a part"), range(3)))

    def things(self, limit=2):
        def read(params, opens):
            return self.session.page("things", what="list", params=params, opens=opens, pick=lambda body: body["items"])

        return Listing("things", lambda: Offset(read, limit, submit=self.session.submit), columns("id"))

    def created_things(self):
        self.session.json("POST", "create", what="create")
        return self.things()

    def fail(self):
        self.look()
        raise KeyboardInterrupt


@pytest.fixture
def client():
    """Return a client of a server with five things."""

    def answer(asked):
        path, _, query = asked.path.partition("?")
        if path != "/things":
            return Answer()
        offset = int(dict(pair.split("=") for pair in query.split("&"))["offset"])
        items = ", ".join(f'{{"id": "{n}"}}' for n in range(5)[offset : offset + 2])
        return Answer(body=f'{{"items": [{items}]}}'.encode())

    with Server(answer) as server, Client(server.url) as client:
        yield client


def paths(client):
    return [each.path for each in client.last_requests]


def test_the_request_of_a_change_is_the_one_that_changed_something(client):
    """A look beforehand teaches nothing about how to change."""
    client.change()

    assert ("POST", "/change") == (client.last_request.method, client.last_request.path)
    assert ["/look", "/change", "/look"] == paths(client)
    assert ["requests.get", "requests.post", "requests.get"] == [
        each.python.partition("(")[0] for each in client.last_requests
    ]


def test_the_request_of_a_listing_is_the_one_that_opened_it(client):
    """Further pages differ by a number only."""
    listing = client.things()
    assert client.last_request is None

    assert 5 == len(list(listing))
    assert 0 == client.last_request.params["offset"]
    assert ["/things"] * len(client.last_requests) == paths(client)
    assert len(client.last_requests) > 2
    assert {"things"} == set(client.history["call"])


def test_reading_on_belongs_to_the_call_that_made_the_listing(client):
    """Between two pages people do other things."""
    listing = client.things()
    listing.first(1)
    client.look()
    assert ["/look"] == paths(client)
    list(listing)

    assert 0 == client.last_request.params["offset"]
    assert ["things", "look", "things", "things"] == client.history["call"].tolist()[:4]


def test_a_refreshed_listing_is_a_call_of_its_own(client):
    """The same is asked once more."""
    listing = client.things()
    before = len(list(listing))
    sent = len(client.last_requests)
    assert before == len(list(listing.refresh()))

    assert sent == len(client.last_requests)


def test_a_listing_read_after_a_change_does_not_show_the_change(client):
    """Who reads a listing has asked for the listing."""
    listing = client.created_things()
    assert "POST" == client.last_request.method
    listing.first(1)

    assert ("GET", "/things") == (client.last_request.method, client.last_request.path)
    assert ["/things"] == paths(client)


def test_requests_of_threads_belong_to_the_call(client):
    """A call that reads its parts at once is still one call."""
    client.many()

    assert ["/part/0", "/part/1", "/part/2"] == sorted(paths(client))
    assert {"many"} == set(client.history["call"])


def test_calls_of_several_threads_do_not_mix(client):
    """One client may serve a pool of threads."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: client.change() if n % 2 else client.look(), range(40)))
    history = client.history

    assert 40 == len(history[history["path"] == "/look"]) - 20
    assert {"change"} == set(history[history["path"] == "/change"]["call"])
    assert paths(client) in (["/look"], ["/look", "/change", "/look"])


def test_one_method_may_be_called_by_many_threads_at_once(client):
    """A bound method is fetched once and called often."""
    look, both = client.look, threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        assert [{}, {}] == list(pool.map(lambda _: (both.wait(5), look())[1], range(2)))


def test_nothing_of_a_call_stays_after_an_interrupt(client):
    """Else all later calls would be told as part of it."""
    with pytest.raises(KeyboardInterrupt):
        client.fail()
    client.change()

    assert ["/look", "/change", "/look"] == paths(client)
    assert ["fail", "change", "change", "change"] == client.history["call"].tolist()


def test_history_tells_when_and_by_which_call(client):
    """Slow requests are looked for in the server's log, by time."""
    before = pd.Timestamp.now(tz="UTC")
    client.look()
    row = client.history.iloc[0]

    assert "look" == row["call"]
    assert before <= row["started"] <= pd.Timestamp.now(tz="UTC")
    assert "datetime64[ns, UTC]" == str(client.history["started"].dtype)


def test_a_method_of_a_client_looks_like_itself(client):
    """Help and completion read its name, docstring and parameters."""
    import inspect

    assert "things" == client.things.__name__
    assert ["limit"] == list(inspect.signature(client.things).parameters)


@pytest.mark.parametrize("name", bionb.platforms())
def test_a_click_in_the_browser_is_one_call(name):
    """The lesson shows the request behind a click."""
    with (
        bionb.start_sandbox(name) as sandbox,
        bionb.connect(name, sandbox.url(name), **sandbox.credentials(name)) as client,
    ):
        browser = bionb.browse(client)
        before = len(sandbox.received(name))
        browser.select(browser.nodes[0])
        browser.select(browser.nodes[1])
        made = client.history.iloc[before:]

        assert {"select"} >= set(made["call"])
        assert len(sandbox.received(name)) == before + len(made)
        assert client.last_request in client.last_requests


def test_a_click_in_the_browser_has_all_its_requests(client, monkeypatch):
    """Opening a line and reading its table are one thing to a person."""
    node = Node("thing", "0", "thing 0")
    monkeypatch.setattr(Client, "roots", lambda self: Nodes([node]), raising=False)
    monkeypatch.setattr(Client, "children", lambda self, node: Nodes(self.things(), as_node), raising=False)
    monkeypatch.setattr(Client, "frame", lambda self, node: (self.look(), pd.DataFrame())[1], raising=False)
    browser = bionb.browse(client)
    browser.fold(node)
    sent = len(client.history)
    browser.receive({"type": "select", "node": "thing 0"})

    assert "0" == browser.selection.id
    assert len(client.history) - sent == len(client.last_requests)
    assert {"click"} == set(client.history["call"].iloc[sent:])


def as_node(record):
    return Node("thing", record["id"], record["id"], leaf=True, record=record)
