"""Fixtures of all tests."""

import pytest

from tests.environments import require
from tests.sodar_core_site.running import running


@pytest.fixture(scope="session")
def sodar_core_site(tmp_path_factory):
    """A real SODAR Core site on loopback, one per test process."""
    with running(require("sodar-core"), tmp_path_factory.mktemp("sodar_core_site")) as site:
        yield site
