"""What reads and changes nothing, on whatever real server is named; and that naming one works.

How to run this against a server of one's own is written in ``tests/platforms/sodar/REAL_SERVER.md``.
"""

import subprocess
import sys
from pathlib import Path

import pytest

import bionb
from tests import real_servers
from tests.environments import plain_environ

ROOT = Path(__file__).parents[2]
PLATFORMS = ("sodar", "sevenbridges", "torrentsuite", "odm")
LISTINGS = {"sodar": "projects", "sevenbridges": "projects", "torrentsuite": "runs", "odm": "studies"}


@pytest.fixture(params=PLATFORMS)
def real(request):
    """A client of the server that was named for a platform."""
    options = real_servers.options(request.param)
    with bionb.connect(request.param, options.pop("url"), **options) as client:
        yield request.param, client


def test_the_account_has_a_name(real):
    """A token that is no good shows here, not in fifty other tests."""
    assert real[1].whoami()


def test_the_first_records_make_a_frame(real):
    """Whatever a server leaves out of its records or adds to them."""
    platform, client = real
    listing = getattr(client, LISTINGS[platform])()
    frame = listing.to_frame(max_records=5)

    assert len(frame.columns)


def test_the_tree_opens(real):
    """The browser begins with these."""
    _, client = real
    for node in list(client.roots())[:2]:
        list(client.children(node))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_named_server_is_used(platform, tmp_path):
    """A switch that nobody throws would be broken on the day when somebody has a server."""
    with bionb.start_sandbox(platform) as sandbox:
        credentials = sandbox.credentials(platform)
        given = {"url": sandbox.url(platform), **{name: credentials[name] for name in credentials}}
        selection = [f"{Path(__file__).relative_to(ROOT)}", "-k", f"{platform} and not named"]
        if platform == "sodar":
            world = sandbox.app("sodar").world
            genomics = next(each for each in world.projects.values() if each.title == "Genomics")
            given |= {"token_2": sandbox.credentials("sodar", "bob")["token"], "category": genomics.sodar_uuid}
            before = set(world.projects)
            selection = [
                "tests/platforms/sodar/test_projects_contract.py",
                selection[0],
                "-k",
                "(real or sodar) and not (named or site or sandbox)",
            ]
        done = run(platform, given, selection)
        if platform == "sodar":
            assert before == set(world.projects), "something was left behind"
    assert 0 == done.returncode, done.stdout[-3000:]
    assert " passed" in done.stdout


def run(platform, given, selection):
    """Run some tests as a person would who has a server."""
    names = {f"BIONB_REAL_{platform}_{name}".upper(): each for name, each in given.items()}
    environ = {**plain_environ(), **names, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *selection]
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
