"""A sandbox as new and a client of its own for each test."""

import json

import pytest

import bionb

PROJECT = "RFranklin/my-project"
MANY = "RFranklin/many-samples"


@pytest.fixture(scope="session")
def running():
    """One server for all tests."""
    with bionb.start_sandbox("sevenbridges") as sandbox:
        sandbox.url("sevenbridges")
        yield sandbox


@pytest.fixture
def sandbox(running):
    """The Seven Bridges sandbox, as new."""
    return running.reset("default")


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


@pytest.fixture
def written(sandbox):
    """The bodies that arrived, oldest first."""
    return lambda: [json.loads(each.body) for each in sandbox.received("sevenbridges") if each.body]
