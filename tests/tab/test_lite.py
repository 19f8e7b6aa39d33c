"""The course as a page without a server: built, and opened in a browser as far as it goes offline."""

import functools
import http.server
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.missing import missing
from tests.npm import package
from tests.tab.test_in_a_tab import PYODIDE

ROOT = Path(__file__).parents[2]
MOST_MB = 30
CHROMIUM = shutil.which("chromium")

pytestmark = [pytest.mark.outside, pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, with Pyodide's core from npm in place of the address that a browser would ask."""
    home = tmp_path_factory.mktemp("lite") / "site"
    script = str(ROOT / "docs" / "lite" / "build.py")
    command = [sys.executable, script, str(home), "--pyodide", "./pyodide/pyodide.mjs", "--core-only"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert 0 == done.returncode, done.stderr[-3000:]
    return home


def megabytes(folder):
    """Size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def test_it_is_small_enough_and_has_every_notebook(site, say):
    """It is loaded over whatever network a school has."""
    notebooks = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}

    say(f"JupyterLite: {megabytes(site):.0f} MB")
    assert megabytes(site) < MOST_MB
    assert notebooks <= {path.name for path in (site / "files").iterdir()}


def test_a_browser_finds_pyodide_and_every_wheel(site):
    """An address that is wrong by one folder is seen by nobody before the class sits there."""
    if CHROMIUM is None:
        missing("chromium is not here; Debian has it: apt-get install chromium")
    shutil.copytree(package("pyodide", PYODIDE), site / "pyodide", dirs_exist_ok=True)
    wanted = {f"/files-of-bionb/{path.name}" for path in (site / "files-of-bionb").iterdir()}
    assert any("/bionb-" in path for path in wanted)
    answered: dict[str, int] = {}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, answered, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/lab/index.html?path=00_first_steps.ipynb")
            page.locator(".jp-Notebook").first.wait_for(timeout=90_000)
            until = time.monotonic() + 120
            while not wanted <= answered.keys() and time.monotonic() < until:
                page.wait_for_timeout(500)
            browser.close()
    finally:
        server.shutdown()
        server.server_close()

    assert {path: 200 for path in wanted} == {path: answered.get(path) for path in wanted}
    assert 200 == answered.get("/pyodide/pyodide.asm.wasm")


class Files(http.server.SimpleHTTPRequestHandler):
    """The files of the site; which were asked for is written down."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def __init__(self, answered, *arguments, **options):
        self.answered = answered
        super().__init__(*arguments, **options)

    def log_request(self, code="-", size="-"):
        self.answered[self.path.partition("?")[0]] = int(code)

    def log_message(self, *arguments):
        """Say nothing."""
