"""A sandbox and a client of its own for each test."""

import pytest

import bionb

PROJECT = "RFranklin/my-project"
MANY = "RFranklin/many-samples"


@pytest.fixture
def sandbox():
    """The Seven Bridges sandbox alone."""
    with bionb.start_sandbox("sevenbridges") as running:
        yield running


@pytest.fixture
def bridges(sandbox):
    """A client of the default user."""
    with bionb.connect("sevenbridges", sandbox.url("sevenbridges"), **sandbox.credentials("sevenbridges")) as client:
        yield client


@pytest.fixture
def sent(sandbox):
    """The requests that arrived, as ``METHOD path?query``."""

    def texts():
        found = sandbox.received("sevenbridges")
        return [f"{each.method} {each.path}" + (f"?{each.query}" if each.query else "") for each in found]

    return texts
