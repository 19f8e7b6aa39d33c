"""Fixtures of the tests in a browser."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.lab import Notebook, chromium, running_lab
from tests.browser.page import Mounted
from tests.missing import missing

WAIT = 30_000  # ms; a busy machine is no reason to fail


@pytest.fixture(scope="module")
def chrome():
    """A Chromium without a window for the tests of a module."""
    if not chromium():
        missing("there is no Chromium; Debian has it: apt-get install chromium fonts-dejavu-core")
    with sync_playwright() as playwright:
        # The sandbox of the browser does not work for root, which CI often is.
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def new_page(chrome):
    """Open a page that knows nothing of the pages before."""
    contexts = []

    def open_page(base_url=None, width=1400, height=1000):
        context = chrome.new_context(base_url=base_url, viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def mount(new_page):
    """Show a widget in a page without Jupyter; it must not have complained at the end."""
    shown = []

    def show(widget, *, width=1200, height=800, **options):
        shown.append(Mounted(new_page(width=width, height=height), widget, **options))
        return shown[-1]

    yield show
    assert [] == [error for each in shown for error in each.errors]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A Jupyter server for all tests of a process: its address and its folder."""
    if not chromium():
        missing("there is no Chromium; Debian has it: apt-get install chromium fonts-dejavu-core")
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(folder) as address:
        yield address, folder


@pytest.fixture
def open_notebook(lab, new_page):
    """Open a new notebook in a new page, with a kernel of its own."""
    address, folder = lab

    def show(*cells, front="lab", **size):
        return Notebook(new_page(address, **size), folder, cells, front)

    return show
