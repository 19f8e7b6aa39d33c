"""Fixtures for all tests: reference data, a fifth platform, no sleeping, no network beyond this computer."""

from __future__ import annotations

import os
import pathlib
import signal
import socket

import pytest
from flask import got_request_exception
from hypothesis import settings

import bionb
import bionb.http.answers
import bionb.platforms
import bionb.sandbox
from bionb import progress, waiting
from bionb.http import allowance, answers
from tests import apache as apache_server
from tests import real_servers, run_report
from tests.missing import missing, python_of
from tests.real_site import COUNTED, pytest_sessionfinish, pytest_terminal_summary  # noqa: F401
from tests.sodar_core_site.running import running


def pytest_configure(config):
    """Let the run end with what the sandboxes rest on."""
    config.pluginmanager.register(run_report)
    config.pluginmanager.register(real_servers)


FIFTH = pathlib.Path(__file__).parent / "fifth_platform"

# A busy machine is no reason to fail: tests with invented data ask for equal results, not for speed.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def reference_data() -> pathlib.Path:
    """The folder of recorded replies and real ISA-Tab data sets, none of which is in the project."""
    folder = os.environ.get("BIONB_REFERENCE_DATA")
    if not folder:
        missing("BIONB_REFERENCE_DATA does not name the folder of recorded replies and real data sets")
    return pathlib.Path(folder)


@pytest.fixture(scope="session")
def running_sodar_core_site(tmp_path_factory):
    """A real SODAR Core site on loopback, one per test process."""
    with running(python_of("sodar-core"), tmp_path_factory.mktemp("sodar_core_site")) as site:
        yield site


@pytest.fixture
def sodar_core_site(request, running_sodar_core_site):
    """The real SODAR Core site as it was at the start, for a test that is then counted as run against it."""
    request.node.user_properties.append(COUNTED)
    return running_sodar_core_site.reset()


@pytest.fixture(scope="session")
def sodar_core_1_1_site(tmp_path_factory):
    """A real SODAR Core site of the version that SODAR 1.1 runs: the new generation, before version 2.0 of its API."""
    with running(python_of("sodar-core-1.1"), tmp_path_factory.mktemp("sodar_core_1_1_site")) as site:
        yield site


@pytest.fixture(scope="session")
def old_sodar_core_site(tmp_path_factory):
    """A real SODAR Core site of the old generation, where this computer has a Python old enough for it."""
    with running(python_of("sodar-core-old"), tmp_path_factory.mktemp("old_sodar_core_site")) as site:
        yield site


@pytest.fixture(scope="session")
def running_apache():
    """A genuine Apache with WebDAV and Basic authentication on loopback, one per test process."""
    with apache_server.running() as server:
        yield server


@pytest.fixture
def apache(running_apache):
    """That Apache without any file or user."""
    running_apache.empty()
    return running_apache


@pytest.fixture(scope="session", autouse=True)
def _interruptible():
    """Let the interrupt key work: a shell starts background jobs with it ignored, and all children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_found_credentials(monkeypatch, tmp_path):
    """Keep the developer's own credentials out of the tests."""
    for name in list(os.environ):
        if name.startswith(("BIONB_", "SB_")) and name not in ("BIONB_REFERENCE_DATA", "BIONB_ENVIRONMENTS"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture(autouse=True)
def _no_sandbox_crashes():
    """Fail a test in which a sandbox crashed: what a real server is known to answer with 500 is refused, no crash."""
    crashes = []

    def note(sender, exception, **more):
        crashes.append(exception)

    with got_request_exception.connected_to(note):
        yield
    if crashes:
        pytest.fail(f"a sandbox crashed: {crashes[0]!r}")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch):
    """Refuse connections to other computers: no test may depend on a network."""
    connect, allowed = socket.socket.connect, {"127.0.0.1", "::1", *real_servers.addresses()}

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in allowed:
            raise ConnectionRefusedError(f"tests stay on this computer; {address[0]} was asked for")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


class TestClock(waiting.Clock):
    """A clock that only sleeping moves, at once; a busy machine changes nothing."""

    __test__ = False

    def __init__(self):
        self.slept: list[float] = []
        self._begun = super().now(), super().wall()

    def now(self):
        return self._begun[0] + sum(self.slept)

    def wall(self):
        return self._begun[1] + sum(self.slept)

    def sleep(self, seconds):
        self.slept.append(max(0.0, seconds))


@pytest.fixture
def say(request):
    """Say a figure at the end of the run, whatever process the test runs in."""
    return lambda text: request.node.user_properties.append((run_report.SAID, text))


@pytest.fixture
def clock(monkeypatch):
    """Replace all sleeping; ``clock.slept`` holds the pauses in seconds."""
    fake = TestClock()
    for module in (allowance, answers, progress, waiting):
        monkeypatch.setattr(module, "CLOCK", fake)
    return fake


@pytest.fixture
def fifth_platform(monkeypatch):
    """Add the folder of a fifth platform, as a developer would; nothing else changes."""
    add_fifth_platform(monkeypatch)
    return "things"


def add_fifth_platform(patch):
    """Make the folder known, in a process whose shared sandbox may have started without it."""
    patch.setattr(bionb.platforms, "__path__", [*bionb.platforms.__path__, str(FIFTH)])
    patch.setattr(bionb.sandbox, "_shared", None)


@pytest.fixture
def things_sandbox(fifth_platform):
    """Run the invented platform's server."""
    with bionb.start_sandbox("things") as sandbox:
        yield sandbox


@pytest.fixture
def things(things_sandbox):
    """Return a client of the invented platform."""
    with bionb.connect("things", things_sandbox.url("things"), **things_sandbox.credentials("things")) as client:
        yield client
