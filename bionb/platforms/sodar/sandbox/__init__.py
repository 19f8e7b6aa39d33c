"""The SODAR sandbox: a local server of either generation with invented people, projects and sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.platforms.sodar.sandbox import people, projects
from bionb.platforms.sodar.sandbox.api import Router
from bionb.platforms.sodar.sandbox.world import SHORT_NAMES, World
from bionb.sandbox.faults import Faults


class SodarSandbox:
    """Answers like SODAR Core 1.4.5 and SODAR 1.x (``"new"``) or SODAR Core 0.13.3 and SODAR 0.14.1 (``"old"``)."""

    states = World.states
    generations = ("new", "old")
    quirks = ("irods_down", "irods_off", "stuck", "failed_validation", "locked")
    users = SHORT_NAMES
    url = ""

    def __init__(self, state: str | None, generation: str | None, faults: Faults) -> None:
        self.faults, self.generation = faults, generation or "new"
        self._state = state or "default"
        self.world = World(self._state)
        router = Router(lambda: self.world, self.generation)
        for views in (projects, people):
            views.register(router)
        self.wsgi = router.app.wsgi_app

    def reset(self, state: str | None = None) -> None:
        """Put the data back to the start, or to a named state."""
        self._state = state or self._state
        self.world = World(self._state)

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return the keyword arguments to log in as a user."""
        return {"token": f"sandbox-{self.users[self.users.index(user)] if user else self.users[0]}"}

    def refusal(self, status: int, words: str) -> Mapping[str, Any]:
        """Word an error as this platform does."""
        return {"detail": words}
