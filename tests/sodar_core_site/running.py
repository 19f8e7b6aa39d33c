"""Start and stop the site from a test process."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.environments import plain_environ

SERVE = Path(__file__).with_name("serve.py")
DATABASE, SEEDED, KEPT = "site.sqlite3", "seeded.sqlite3", "kept.sqlite3"


class SiteFailed(RuntimeError):
    """The site ended before it was ready; the message is the end of what it wrote."""


@dataclass(frozen=True)
class SodarCoreSite:
    """A running site. Users go by their short names: admin, alice, bob, carol, dave, erin."""

    folder: Path
    url: str
    tokens: dict[str, str]
    passwords: dict[str, str]
    usernames: dict[str, str]  # as the site writes them, e.g. alice@EXAMPLE
    users: dict[str, str]  # UUIDs
    category: str  # UUID
    projects: dict[str, str]  # UUIDs by title

    def reset(self, to: str = SEEDED) -> SodarCoreSite:
        """Put the data back to the start, or to what was kept; the site opens its database anew for each request."""
        shutil.copy(self.folder / to, self.folder / DATABASE)
        return self

    def keep(self) -> None:
        """Keep the data as they are now."""
        shutil.copy(self.folder / DATABASE, self.folder / KEPT)


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
        shutil.copy(folder / DATABASE, folder / SEEDED)
        yield SodarCoreSite(folder, **json.loads(ready))
    finally:
        process.terminate()
        process.communicate(timeout=10)
