"""One set of tests, several servers: the sandbox of both generations and real SODAR Core sites."""

import pytest

import bionb
from tests.platforms.sodar.servers import of_sandbox, of_site, title

SERVERS = [
    pytest.param(("sandbox", "new", None), id="sandbox-new"),
    pytest.param(("sandbox", "old", None), id="sandbox-old"),
    pytest.param(("site", "new", None), id="site-2.0", marks=pytest.mark.outside),
    pytest.param(("site", "new", "1.1"), id="site-1.1", marks=pytest.mark.outside),
    pytest.param(("site", "new", "1.0"), id="site-1.0", marks=pytest.mark.outside),
    pytest.param(("site", "old", None), id="site-0.13", marks=pytest.mark.outside),
]


@pytest.fixture(scope="session")
def sandboxes():
    """Sandboxes of both generations, for all tests of a process."""
    with bionb.start_sandbox("sodar", generation="new") as new, bionb.start_sandbox("sodar", generation="old") as old:
        yield {"new": new, "old": old}


@pytest.fixture(params=SERVERS)
def server(request):
    """Each server in turn, the sandbox as it is at the start."""
    kind, generation, version = request.param
    if kind == "sandbox":
        sandbox = request.getfixturevalue("sandboxes")[generation]
        described = of_sandbox(sandbox.reset(), generation)
    else:
        site = request.getfixturevalue("sodar_core_site" if generation == "new" else "old_sodar_core_site")
        described = of_site(site.reset(), generation == "old", version)
    yield described
    described.close()


@pytest.fixture
def alice(server):
    """The owner of the category."""
    return server.connect("alice")


@pytest.fixture
def bob(server):
    """Somebody without a role in new projects."""
    return server.connect("bob")


@pytest.fixture
def project(alice, server):
    """A new project of alice's."""
    return alice.create_project(title(), server.category)
