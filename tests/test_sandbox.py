"""The sandbox server: one a process, for this computer only, reset in place, misbehaving on demand."""

import signal
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest
import requests

import bionb
from bionb.errors import ConnectionFailed, UsageError
from bionb.sandbox.tokens import token_of
from tests.conftest import FIFTH

TOKEN = {"X-Things-Token": token_of("alice")}


def test_a_server_starts_when_its_url_is_asked_for_and_on_this_computer_only(things_sandbox):
    """Four platforms must not cost four servers, and nobody else in the network may reach them."""
    assert {} == things_sandbox._running
    assert "127.0.0.1" == urlsplit(things_sandbox.url("things")).hostname
    assert things_sandbox.url("things") == things_sandbox.url("things")


def test_the_shared_sandbox_is_one_for_a_process(fifth_platform):
    """A second connect must see what the first one created."""
    first = bionb.connect("things", sandbox=True)
    second = bionb.connect("things", sandbox=True)
    first.create("a new one")

    assert first.url == second.url
    assert "a new one" in [each["name"] for each in second.things()]


def test_two_sandboxes_do_not_share_their_data(fifth_platform):
    """A lesson must not see what another one did."""
    with bionb.start_sandbox("things") as one, bionb.start_sandbox("things") as other:
        one.app("things").things.clear()
        counts = []
        for sandbox in (one, other):
            with bionb.connect("things", sandbox.url("things"), **sandbox.credentials("things")) as client:
                counts.append(len(client.things()))

    assert [0, 95] == counts


def test_a_reset_puts_data_back_and_keeps_the_address(things, things_sandbox):
    """Run All twice gives the same: clients stay connected."""
    things.create("a new one")
    things_sandbox.reset()
    assert 95 == len(things.things())
    things_sandbox.reset("empty")
    assert 0 == len(things.things())
    with pytest.raises(UsageError, match="No running sandbox has a state .nope.; there are: default, empty"):
        things_sandbox.reset("nope")


def test_a_stopped_sandbox_is_gone(things, things_sandbox, clock):
    """The port is free again."""
    things_sandbox.stop()
    with pytest.raises(ConnectionFailed):
        things.whoami()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda sandbox: sandbox.url("other"), "has no 'other'; it was started for things"),
        (lambda sandbox: sandbox.fault("things", "nope").__enter__(), "no fault 'nope' here; there are: latency"),
        (lambda sandbox: bionb.start_sandbox("things", state="nope").url("things"), "no state 'nope'; it has: default"),
        (lambda sandbox: bionb.start_sandbox("thongs"), "did you mean 'things'"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_ones(things_sandbox, action, words):
    """Faults and states are words that nobody knows by heart."""
    with pytest.raises(UsageError, match=words):
        action(things_sandbox)


def test_faults_end_with_their_block_and_after_their_times(things, things_sandbox):
    """A lesson on failures must leave a healthy server, also after an error inside."""
    with things_sandbox.fault("things", "maintenance", status=500, times=1):
        with pytest.raises(bionb.BionbError):
            things.whoami()
        assert "alice" == things.whoami()
    with pytest.raises(ZeroDivisionError), things_sandbox.fault("things", "maintenance", status=500):
        raise ZeroDivisionError
    assert "alice" == things.whoami()


def test_a_fault_can_be_meant_for_some_requests_only(things, things_sandbox):
    """By path and method."""
    with things_sandbox.fault("things", "maintenance", status=500, path="^/things", method="POST"):
        assert "alice" == things.whoami()
        assert things.things().first(1)
        with pytest.raises(bionb.BionbError):
            things.create("x")


def test_what_was_received_is_kept_for_a_look(things, things_sandbox):
    """Tests and lessons see what a client really sent."""
    things_sandbox.reset()
    things.create("x")
    (received,) = things_sandbox.received("things")

    assert ("POST", "/things", b'{"name": "x"}') == (received.method, received.path, received.body)
    assert token_of("alice") == received.headers["X-Things-Token"]


def test_a_body_of_a_get_does_not_spoil_the_next_request(things_sandbox):
    """Some official clients send one; on a kept connection it would be read as a request."""
    with requests.Session() as session:
        for _ in range(3):
            answer = session.get(
                things_sandbox.url("things") + "/me", headers=TOKEN, data=b"GET /evil HTTP/1.1\r\n\r\n"
            )
            assert {"name": "alice"} == answer.json()


def test_many_clients_at_once(things_sandbox):
    """Sixteen page threads ask together."""
    url, found = things_sandbox.url("things"), []

    def ask():
        with bionb.connect("things", url, token=token_of("alice")) as client:
            found.append(len(list(client.things())))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    assert [95] * 8 == found


SHELL = """
import sys, bionb.platforms
bionb.platforms.__path__.append({folder!r})
import bionb.sandbox.__main__ as shell
sys.argv = ["bionb.sandbox", *{arguments!r}]
shell.main()
"""


def test_servers_can_be_run_from_a_shell():
    """For other programs than Python: it says where and with what, and stops when interrupted."""
    code = SHELL.format(folder=str(FIFTH), arguments=["things", "--state", "empty"])
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        url = line.split()[1]
        assert line.startswith("things: http://127.0.0.1:")
        assert "token=sandbox-alice-" in line
        headers = {"X-Things-Token": line.strip().partition("token=")[2]}
        answer = requests.get(url + "/things?offset=0&limit=5", headers=headers, timeout=10)
        assert {"items": []} == answer.json()
        assert "Interrupt to stop." in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert "Stopped." in process.communicate(timeout=20)[0]
        assert 0 == process.returncode
    finally:
        process.kill()
        process.communicate()
