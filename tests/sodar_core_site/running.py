"""Start and stop the site from a test process."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.environments import plain_environ

SERVE = Path(__file__).with_name("serve.py")


class SiteFailed(RuntimeError):
    """The site ended before it was ready; the message is the end of what it wrote."""


@dataclass(frozen=True)
class SodarCoreSite:
    """A running site. Users go by their short names: admin, alice, bob, carol, dave, erin."""

    url: str
    tokens: dict[str, str]
    passwords: dict[str, str]
    usernames: dict[str, str]  # as the site writes them, e.g. alice@EXAMPLE
    users: dict[str, str]  # UUIDs
    category: str  # UUID
    projects: dict[str, str]  # UUIDs by title


@contextmanager
def running(python: Path, folder: Path, state: str = "projects") -> Iterator[SodarCoreSite]:
    """Run a new site in a state of `seed`, in an empty folder that keeps its database and its log."""
    log = folder / "site.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [str(python), str(SERVE), str(folder), state],
            stdin=subprocess.PIPE,  # the site ends when this is closed, even if we are killed
            stdout=subprocess.PIPE,
            stderr=errors,
            env=plain_environ(),
            text=True,
        )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        if not ready:
            raise SiteFailed(log.read_text()[-2000:])
        yield SodarCoreSite(**json.loads(ready))
    finally:
        process.terminate()
        process.communicate(timeout=10)
