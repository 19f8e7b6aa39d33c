"""What a test does when something it needs is not there."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

from tests.environments import EnvironmentUnavailable, environment, other_pythons


def missing(reason: str) -> NoReturn:
    """Skip the test, or let it fail in CI, where everything has to be there and to run."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def python_of(name: str) -> Path:
    """Python of an environment of `tests.environments`."""
    try:
        return environment(name)
    except EnvironmentUnavailable as error:
        reason = f"the environment {name} could not be made: {error}"
        if other_pythons(name):  # what needs an old Python is a bonus that no machine has to offer
            pytest.skip(reason)
        missing(reason)
