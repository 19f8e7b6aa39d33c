"""A Torrent Suite sandbox and a client of it."""

import pytest

import bionb


@pytest.fixture
def sandbox():
    with bionb.start_sandbox("torrentsuite") as running:
        yield running


@pytest.fixture
def suite(sandbox):
    with bionb.connect("torrentsuite", sandbox.url("torrentsuite"), **sandbox.credentials("torrentsuite")) as client:
        yield client


@pytest.fixture
def sent(sandbox):
    """Paths of the requests that the server got, in order."""
    return lambda: [each.path for each in sandbox.received("torrentsuite")]
