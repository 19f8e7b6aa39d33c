"""One set of tests, several servers: the sandbox of both generations and real SODAR Core sites."""

import pytest

import bionb
from tests import real_servers
from tests.platforms.sodar.dav_servers import place, sandbox_place  # noqa: F401
from tests.platforms.sodar.servers import SITES, of_real, of_sandbox, of_site, title

SERVERS = [
    pytest.param(("sandbox", "new", None), id="sandbox-new"),
    pytest.param(("sandbox", "1.1", None), id="sandbox-core-1.1"),
    pytest.param(("sandbox", "old", None), id="sandbox-old"),
    pytest.param(("site", "new", None), id="site-2.0", marks=pytest.mark.outside),
    pytest.param(("site", "new", "1.1"), id="site-1.1", marks=pytest.mark.outside),
    pytest.param(("site", "new", "1.0"), id="site-1.0", marks=pytest.mark.outside),
    pytest.param(("site", "1.1", None), id="site-core-1.1", marks=pytest.mark.outside),
    pytest.param(("site", "old", None), id="site-0.13", marks=pytest.mark.outside),
]


if real_servers.named("sodar"):
    SERVERS.append(pytest.param(("real", None, None), id="real"))


@pytest.fixture(scope="session")
def sandboxes():
    """Sandboxes of both generations, and of an early release of the new one, for all tests of a process."""
    with (
        bionb.start_sandbox("sodar", generation="new") as new,
        bionb.start_sandbox("sodar", generation="new") as early,
        early.fault("sodar", "release_1_1"),
        bionb.start_sandbox("sodar", generation="old") as old,
    ):
        yield {"new": new, "1.1": early, "old": old}


@pytest.fixture(params=SERVERS)
def server(request):
    """Each server in turn, the sandbox as it is at the start."""
    kind, stands_for, version = request.param
    if kind == "sandbox":
        described = of_sandbox(request.getfixturevalue("sandboxes")[stands_for].reset(), stands_for)
    elif kind == "real":
        described = of_real()
    else:
        described = of_site(request.getfixturevalue(SITES[stands_for]), stands_for, version)
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


@pytest.fixture(params=["new", "old"])
def sandbox(request, sandboxes):
    """The sandbox of each generation, as it is at the start: what SODAR Core sites lack, sheets and zones."""
    yield sandboxes[request.param].reset("default")
    sandboxes[request.param].reset("default")


@pytest.fixture
def connect(sandbox):
    """Log in to the sandbox as anybody."""
    clients = []

    def connect(user):
        clients.append(bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar", user)))
        return clients[-1]

    yield connect
    for each in clients:
        each.close()


@pytest.fixture
def sodar(connect):
    """The owner of everything in Genomics."""
    return connect("alice")


@pytest.fixture
def projects(sodar):
    """All projects and categories by title."""
    return {each["title"]: each for each in sodar.projects()}


@pytest.fixture
def posted(sandbox):
    """The addresses, with query, of all requests so far that were to change something."""

    def posted():
        sent = [each for each in sandbox.received("sodar") if each.method != "GET"]
        return [f"{each.path}?{each.query}" if each.query else each.path for each in sent]

    return posted
