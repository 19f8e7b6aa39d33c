"""The SODAR sandbox: a local server of either generation with invented people, projects and sheets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import BaseConverter

from bionb.errors import UsageError
from bionb.platforms.sodar.sandbox import access, isa, landing, oversight, people, projects, sheets, zones
from bionb.platforms.sodar.sandbox.api import APIS, DELAY, Context, account, is_newer, negotiated, since
from bionb.platforms.sodar.sandbox.irods.door import QUIRKS, Door
from bionb.platforms.sodar.sandbox.irods.store import Irods
from bionb.platforms.sodar.sandbox.refusals import crash_if, refuse_if
from bionb.platforms.sodar.sandbox.world import SHORT_NAMES, Project, World
from bionb.sandbox.application import Answer, Application, Refused, serve
from bionb.sandbox.tokens import password_of, token_of


class _Uuid(BaseConverter):
    """Lower case only; anything else is no route, and so a web page with 404."""

    regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    part_isolating = True


class SodarSandbox(Application):
    """Answers like SODAR Core 1.4.5 and SODAR 1.x (``"new"``) or SODAR Core 0.13.3 and SODAR 0.14.1 (``"old"``).

    Faults of its own: ``slow_list`` (``ms`` a project, 21 by default, nearly twice that in pages), ``slow_import``
    (``seconds`` until the answer, when all is done), ``same_second`` (the clock stands still for landing zones),
    ``release_1_1`` (the new generation as of SODAR 1.1.4: no API version 2.0, no tokens by API, no files of zones);
    those of its WebDAV server stand in `Door`.
    """

    states = World.states
    generations = ("new", "old")
    quirks = (
        *("irods_down", "irods_off", "stuck", "not_created", "failed_validation", "locked", "same_second"),
        *("slow_list", "slow_import", "release_1_1"),
        *QUIRKS,
    )
    users = SHORT_NAMES
    judges_late = True  # login, rights and the address come first

    def add_routes(self, app: Flask) -> None:
        """Add everything that is served."""
        self._door = Door(lambda: self.world, self.faults)
        app.url_map.converters["uuid"] = _Uuid
        app.before_request(self._check)
        for views in (projects, people, oversight, sheets, access, zones):
            serve(app, {line: _answering(view) for line, view in views.ROUTES.items()})

    def fill(self, state: str) -> None:
        """Put the data of a named state in place of what is there."""
        self.world = world = World(state)
        world.irods = Irods(world.clock)
        used = {"exome_pilot": ("default", "collections", "used"), "rna_pilot": ("used",)}
        for name, states in used.items():
            if state in states:
                self._import(name, irods=state != "default")
        if state == "used":
            landing.put_to_use(world)

    def _import(self, name: str, *, irods: bool) -> None:
        """Give a project its invented sheets, once somebody looks."""
        title = name.replace("_", " ").capitalize().replace("Rna", "RNA")
        project = next(each for each in self.world.projects.values() if each.title == title)
        world = self.world
        project.lazy_sheets = lambda: _example(world, project, name, irods=irods)

    def wsgi(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, later if it is slow: nobody else waits for that."""
        if self._door.serves(environ):
            with self.lock:
                return self._door(environ, start)
        content = super().wsgi(environ, start)
        time.sleep(environ.get(DELAY, 0))
        return content

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
        path, irods = f"{found.path}/{name}", self.world.irods
        irods.make(path.rpartition("/")[0])
        file = irods.put(path, content)
        if checksum:
            file.checksum = file.md5
            irods.put(f"{path}.md5", f"{file.md5}  {path.rpartition('/')[2]}\n".encode())

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return the keyword arguments to log in as a user."""
        name = self.users[self.users.index(user)] if user else self.users[0]
        given = {"token": token_of(name), "username": name, "password": password_of(name)}
        return given if self.world.core_only else {**given, "webdav_url": self.url}

    def refuse(self, refused: Refused) -> Response:
        """Return the answer that is an error: JSON in the form of the view that refuses, or a web page."""
        if refused.more.get("page"):
            return _page(refused.status, "Server Error (500)")
        body = refused.more.get("body", self.refusal(refused.status, refused.words))
        response = _rendered(body, refused.status)
        if refused.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="api"'
        return response

    def not_served(self, error: HTTPException) -> Response:
        """Answer at an address that is not served: from 1.1 on SODAR fails at its own page for that."""
        if error.code == 404 and self.generation == "new" and not self.world.core_only:
            return _page(500, "Server Error (500)")
        return _page(error.code or 500, error.name)

    def _check(self) -> Answer | None:
        """Look at media type, version and login, as real servers do before they look at the method."""
        release = "1.1" if self.generation == "new" and self.faults.take("release_1_1") else str(self.generation)
        api, later = APIS[release].get(request.path.split("/")[1]), since()
        lacking = later and (release == "old" or (api is not None and is_newer(later, api.versions[-1])))
        if api is None or lacking or isinstance(request.routing_exception, NotFound):
            return self.not_served(NotFound())
        g.media_type = api.media_type
        version = negotiated(api)
        lacking = is_newer(later, version) and is_newer("2.0", later)
        refuse_if(lacking, 406, f"Version {version} does not have this view.")
        crash_if(request.path.startswith("/tokens/") and "Authorization" not in request.headers)
        g.context = Context(self.world, account(self.world), self.faults, version, release)
        refuse_if(request.routing_exception, 405, f"{request.method} is not for this address.")
        return None


def _answering(view: Callable[..., Any]) -> Callable[..., Answer]:
    def answer(**place: Any) -> Answer:
        found = view(g.context, **place)
        return found if isinstance(found, Response) else _rendered(*found if isinstance(found, tuple) else (found, 200))

    return answer


def _rendered(body: Any, status: int) -> Response:
    if body is None:
        response = Response(status=204)
        response.headers.remove("Content-Type")
        return response
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, content_type=g.media_type, headers={"Vary": "Cookie"})


def _page(status: int, title: str) -> Response:
    return Response(f"<!doctype html><html><head><title>{title}</title></head></html>", status)


def _example(world: World, project: Project, name: str, irods: bool) -> isa.Sheets:
    """Return an invented set as if it had been imported."""
    folder = Path(__file__).parent.parent / "data" / name
    files = {each.name: each.read_text("utf-8") for each in sorted(folder.iterdir())}
    upload = isa.Upload(files, f"{name}/i_{name}.txt", f"{name}.zip")
    found = isa.parse(upload, lambda kind: world.ids.uuid(kind, name), str(world.clock.now()))
    if irods:
        sheets.make_collections(world, project, found)
    return found
