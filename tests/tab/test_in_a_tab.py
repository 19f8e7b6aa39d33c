"""The same code in a browser tab: in Node with Pyodide, and in this Python with the way of a tab switched on."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import bionb
from tests.npm import package, program

ROOT = Path(__file__).parents[2]
PYODIDE = "314.0.6"  # the one that the JupyterLite kernel loads
LISTS = {"sodar": "projects", "sevenbridges": "projects", "torrentsuite": "chips", "odm": "studies"}
IN_REACH = "not outside and not browser and not slow"

pytestmark = [pytest.mark.outside, pytest.mark.slow]


@pytest.fixture(scope="module")
def told():
    """What the lesson found in Pyodide."""
    site = sysconfig.get_path("purelib")
    script = str(Path(__file__).with_name("pyodide.mjs"))
    command = [program("node"), script, str(package("pyodide", PYODIDE)), site, str(ROOT)]
    done = subprocess.run(
        [*command, str(Path(__file__).with_name("lesson.py"))], capture_output=True, text=True, timeout=300, check=False
    )
    assert 0 == done.returncode, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_it_ran_as_web_assembly(told):
    """Else it proves what all the other tests prove."""
    assert "emscripten" == told["platform"]


@pytest.mark.parametrize("name", bionb.platforms())
def test_every_platform_answers(told, name):
    """A class can begin with nothing but a link."""
    client = bionb.connect(name, sandbox=True)
    records = len(list(getattr(client, LISTS[name])()))

    assert [client.whoami(), client.roots().first(1)[0].title, records] == told[name]


def test_pages_errors_and_plain_requests_are_as_everywhere(told):
    """Lessons on paging, on errors and on the request behind them are the same."""
    assert 70 == told["pages"]
    assert 401 == told["wrong token"]
    assert "alice@EXAMPLE" == told["plain"]
    assert [] == told["heavy"]


def test_a_real_server_is_refused_in_words(told):
    """A browser forbids it: nobody shall look for the mistake in the token."""
    assert "browser" in told["real server"]
    assert "on your computer" in told["real server"]


def test_the_tests_and_notebooks_pass_in_place():
    """Whatever goes over HTTP elsewhere is the same where a request is answered in place, without threads."""
    chosen = ["tests/transfers", "tests/test_sandbox.py", "notebooks"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "120", "-m", IN_REACH]
    done = subprocess.run(
        [*command, "--nbval", "--nbval-current-env", *chosen],
        cwd=ROOT,
        env=os.environ | {"BIONB_IN_PLACE": "1"},
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    assert 0 == done.returncode, done.stdout[-3000:]
