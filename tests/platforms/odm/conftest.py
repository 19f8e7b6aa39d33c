"""A sandbox and a client of its own for each test."""

import pathlib

import pytest

import bionb

DATA = pathlib.Path(bionb.__file__).parent / "platforms" / "odm" / "data"
BUCKET = "s3://example_data/GSE60871/GSE60871_"
LIVER = "GSF1146901"


@pytest.fixture(scope="session")
def server():
    """The ODM sandbox alone, one for all tests."""
    with bionb.start_sandbox("odm") as running:
        running.url("odm")
        yield running


@pytest.fixture
def sandbox(server):
    """The sandbox as it is at the start."""
    return server.reset()


def connected(sandbox, user=None):
    """Connect a user of the sandbox."""
    return bionb.connect("odm", sandbox.url("odm"), **sandbox.credentials("odm", user))


@pytest.fixture
def odm(sandbox):
    """A client of the curator."""
    with connected(sandbox) as client:
        yield client


@pytest.fixture
def consumer(sandbox):
    """A client of somebody who may only read."""
    with connected(sandbox, "bob") as client:
        yield client


@pytest.fixture
def linked(sandbox, odm):
    """The curator's client, with the guide's study imported and linked."""
    sandbox.reset("linked")
    return odm


@pytest.fixture
def examples(reference_data):
    """The folder of example files that are not in the project."""
    return reference_data / "data" / "odm" / "examples"


@pytest.fixture
def served(sandbox, examples):
    """Let the sandbox's ``file:`` links lead to the example files; return what makes such a link."""
    app = sandbox.app("odm")
    before, app.folder = app.folder, examples
    yield lambda name: f"file:///{name}"
    app.folder = before


def sent(sandbox):
    """The requests that arrived, as ``METHOD path``."""
    return [f"{each.method} {each.path}" for each in sandbox.received("odm")]
