"""Servers that somebody names in the environment to run tests against: ``BIONB_REAL_SODAR_URL`` and so on.

The names are read once, before the tests take all of bionb's variables away from each other.
"""

import os
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

PREFIX = "BIONB_REAL_"
GIVEN = {name.removeprefix(PREFIX).lower(): value for name, value in os.environ.items() if name.startswith(PREFIX)}


def named(platform: str) -> bool:
    """Tell whether there is a server to test against."""
    return f"{platform}_url" in GIVEN


def value(platform: str, name: str) -> str:
    """Return what was given for a platform; a test that needs more than that is skipped."""
    if f"{platform}_{name}" not in GIVEN:
        pytest.skip(f"{PREFIX}{platform}_{name} is not set".upper())
    return GIVEN[f"{platform}_{name}"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of the fixture ``real`` on platforms of which nobody named a server: they are no gap."""
    left = [each for each in items if "real" in getattr(each, "fixturenames", ()) and not named(_platform(each))]
    config.hook.pytest_deselected(items=left)
    gone = set(left)
    items[:] = [each for each in items if each not in gone]


def _platform(item: Any) -> str:
    return str(item.callspec.params["real"])


def options(platform: str) -> dict[str, Any]:
    """Return keyword arguments for ``bionb.connect``: the URL and whatever credentials were given."""
    value(platform, "url")
    found = {name: GIVEN.get(f"{platform}_{name}") for name in ("url", "token", "username", "api_key")}
    return {name: each for name, each in found.items() if each is not None}


def addresses() -> set[str]:
    """Return the addresses of all servers that were named, to which connections are allowed."""
    hosts = {urlsplit(each).hostname for name, each in GIVEN.items() if name.endswith("_url")}
    return {str(found[4][0]) for host in hosts if host for found in socket.getaddrinfo(host, None)}
