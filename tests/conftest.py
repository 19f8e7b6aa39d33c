"""Fixtures of all tests."""

import os
from pathlib import Path

import pytest

from tests.missing import missing, python_of
from tests.sodar_core_site.running import running


@pytest.fixture(scope="session")
def reference_data():
    """The folder of recorded replies and real ISA-Tab data sets, none of which is in the project."""
    folder = os.environ.get("BIONB_REFERENCE_DATA")
    if not folder:
        missing("BIONB_REFERENCE_DATA does not name the folder of recorded replies and real data sets")
    return Path(folder)


@pytest.fixture(scope="session")
def sodar_core_site(tmp_path_factory):
    """A real SODAR Core site on loopback, one per test process."""
    with running(python_of("sodar-core"), tmp_path_factory.mktemp("sodar_core_site")) as site:
        yield site
