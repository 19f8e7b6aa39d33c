"""The SODAR sandbox: a local server of either generation with invented people, projects and sheets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bionb.errors import UsageError
from bionb.platforms.sodar.sandbox import isa, landing, people, projects, sheets, zones
from bionb.platforms.sodar.sandbox.api import Router
from bionb.platforms.sodar.sandbox.world import SHORT_NAMES, World
from bionb.sandbox.faults import Faults
from bionb.sandbox.tokens import password_of, token_of


class SodarSandbox:
    """Answers like SODAR Core 1.4.5 and SODAR 1.x (``"new"``) or SODAR Core 0.13.3 and SODAR 0.14.1 (``"old"``).

    Faults of its own: ``slow_list`` (``ms`` a project, 21 by default, nearly twice that in pages), ``slow_import``
    (``seconds`` until the answer, when all is done), ``same_second`` (the clock stands still for landing zones),
    ``release_1_1`` (the new generation as of SODAR 1.1.4: no API version 2.0, no tokens by API, no files of zones).
    """

    states = World.states
    generations = ("new", "old")
    quirks = (
        *("irods_down", "irods_off", "stuck", "not_created", "failed_validation", "locked", "same_second"),
        *("slow_list", "slow_import", "release_1_1"),
    )
    users = SHORT_NAMES
    judges_late = True  # login, rights and the address come first
    url = ""

    def __init__(self, state: str | None, generation: str | None, faults: Faults) -> None:
        self.faults, self.generation = faults, generation or "new"
        self._state = state or "default"
        self.world = self._fresh()
        router = Router(lambda: self.world, self.generation, faults)
        for views in (projects, people, sheets, zones):
            views.register(router)
        self.wsgi = router.app.wsgi_app

    def reset(self, state: str | None = None) -> None:
        """Put the data back to the start, or to a named state."""
        self._state = state or self._state
        self.world = self._fresh()

    def put_file(
        self, zone: str | Mapping[str, Any], name: str, content: bytes = b"invented", *, checksum: bool = True
    ) -> None:
        """Put a file into a landing zone, in place of an upload by iCommands or python-irodsclient.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.
        name : str
            Path below the zone's collection.
        content : bytes
            What is in it.
        checksum : bool
            Whether the checksum file that SODAR asks for is put beside it.
        """
        uuid = zone if isinstance(zone, str) else str(zone["sodar_uuid"])
        found = landing.zone_by_uuid(self.world, uuid)
        if found is None or found.status not in ("ACTIVE", "FAILED"):
            raise UsageError("Files go into a landing zone that is ACTIVE or FAILED: wait for it first.")
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest() if checksum else None
        found.files[name] = landing.ZoneFile(name, len(content), digest)

    def _fresh(self) -> World:
        world = World(self._state)
        if self._state in ("default", "collections"):
            pilot = next(each for each in world.projects.values() if each.title == "Exome pilot")
            pilot.lazy_sheets = lambda: _example(world, "exome_pilot", irods=self._state == "collections")
        return world

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return the keyword arguments to log in as a user."""
        name = self.users[self.users.index(user)] if user else self.users[0]
        return {"token": token_of(name), "username": name, "password": password_of(name)}

    def refusal(self, status: int, words: str) -> Mapping[str, Any]:
        """Word an error as this platform does."""
        return {"detail": words}


def _example(world: World, name: str, irods: bool) -> isa.Sheets:
    """Return an invented set as if it had been imported."""
    folder = Path(__file__).parent.parent / "data" / name
    files = {each.name: each.read_text("utf-8") for each in sorted(folder.iterdir())}
    upload = isa.Upload(files, f"{name}/i_{name}.txt", f"{name}.zip")
    found = isa.parse(upload, lambda kind: world.ids.uuid(kind, name), str(world.clock.now()))
    found.irods_status = irods
    return found
