"""Fixtures of the tests in a browser."""

import pytest

from tests.browser.lab import Notebook, chromium, page_of, running_lab
from tests.missing import missing


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab for all tests of a process: its address and its folder."""
    if not chromium():
        missing("there is no Chromium; Debian has it: apt-get install chromium fonts-dejavu-core")
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(folder) as address:
        yield address, folder


@pytest.fixture
def open_notebook(lab):
    """Open a new notebook in a new browser, with a kernel of its own."""
    address, folder = lab
    with page_of(address) as page:
        yield lambda *cells: Notebook(page, folder, cells)
