"""The WebDAV server before the sandbox's iRODS: who asks, what he may see and change, and faults."""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from bionb.platforms.sodar.sandbox import landing
from bionb.platforms.sodar.sandbox.irods.store import ROOT
from bionb.platforms.sodar.sandbox.world import DELEGATE, GUEST, Project, User, World
from bionb.sandbox.faults import Faults

METHODS = ("OPTIONS", "PROPFIND", "MKCOL", "PUT", "GET", "HEAD", "MOVE", "DELETE")
QUIRKS = ("webdav_locked", "webdav_full", "webdav_half", "webdav_no_ranges", "webdav_no_token")
_STATUSES = {"webdav_locked": 423, "webdav_full": 507}

Environ = dict[str, Any]
Start = Callable[..., Any]


class Door:
    """Answers requests below the zone's name.

    Parameters
    ----------
    world : callable
        People, projects and files as they are now.
    faults : Faults
        ``webdav_locked`` (423) and ``webdav_full`` (507) for what writes, ``webdav_half`` (half of a file is kept, and
        201 answered), ``webdav_no_ranges``, ``webdav_no_token`` (only the password of the web login opens).
    """

    def __init__(self, world: Callable[[], World], faults: Faults) -> None:
        self._world, self._faults = world, faults
        self._app: Any = None

    def serves(self, environ: Environ) -> bool:
        """Tell whether a request is for this door."""
        return f"{environ['PATH_INFO']}/".startswith(ROOT + "/") and not self._world().core_only

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "replace").rstrip("/")
        user = self._user(environ.get("HTTP_AUTHORIZATION", ""))
        if user is None:
            return _refused(start, 401, ("WWW-Authenticate", 'Basic realm="iRODS"'))
        if status := self._wrong(environ, user, path):
            return _refused(start, status)
        if environ["REQUEST_METHOD"] == "PUT" and self._faults.take("webdav_half", "PUT", path):
            kept = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]) // 2)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(kept), str(len(kept))
        if "HTTP_DESTINATION" in environ:
            environ["HTTP_DESTINATION"] = _one_path(environ["HTTP_DESTINATION"])
        environ["wsgidav.auth.user_name"] = user.username
        environ["bionb.writable"] = lambda place: self._may_write(user, place)
        environ["bionb.no_ranges"] = self._faults.take("webdav_no_ranges", environ["REQUEST_METHOD"], path)
        return [b"".join(self._wsgidav()(environ, start))]

    def _wrong(self, environ: Environ, user: User, path: str) -> int | None:
        """Return the status of a refusal, None where there is nothing to refuse."""
        method = environ["REQUEST_METHOD"]
        if method not in METHODS:
            return 405
        if method == "PROPFIND" and environ.get("HTTP_DEPTH") not in ("0", "1"):
            return 403
        if not self._may_read(user, path):
            return 403
        if method in ("GET", "HEAD", "OPTIONS", "PROPFIND"):
            return None
        return next((status for kind, status in _STATUSES.items() if self._faults.take(kind, method, path)), None)

    def _user(self, header: str) -> User | None:
        scheme, _, value = header.partition(" ")
        try:
            name, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return None
        for user in self._world().users.values():
            if scheme.lower() == "basic" and name == user.username:
                by_token = password in user.tokens and not self._faults.take("webdav_no_token")
                return user if by_token or password == user.password else None
        return None

    def _project(self, place: str) -> Project | None:
        found = next((each for each in self._world().projects.values() if _within(place, each.collection)), None)
        return found if found and found.sheets else None

    def _zone(self, project: Project, place: str) -> landing.Zone | None:
        return next((each for each in project.zones if each.path and _within(place, each.path)), None)

    def _may_read(self, user: User, place: str) -> bool:
        project = self._project(place)
        if project is None:
            return False
        if not _within(place, f"{project.collection}/landing_zones"):
            return project.allows(user, GUEST)
        zone = self._zone(project, place)
        return project.allows(user, DELEGATE) or (zone is not None and zone.user is user)

    def _may_write(self, user: User, place: str) -> bool:
        project = self._project(place)
        zone = self._zone(project, place) if project else None
        ready = zone is not None and zone.status in ("ACTIVE", "FAILED") and not zone.ahead
        return ready and zone is not None and zone.user is user and zone.takes(place)

    def _wsgidav(self) -> Any:
        if self._app is None:
            from wsgidav.error_printer import ErrorPrinter
            from wsgidav.request_resolver import RequestResolver
            from wsgidav.wsgidav_app import WsgiDAVApp

            from bionb.platforms.sodar.sandbox.irods.tree import Tree

            settings = {
                "provider_mapping": {"/": Tree(lambda: self._world().irods)},
                "middleware_stack": [ErrorPrinter, RequestResolver],
                "http_authenticator": {"accept_basic": False, "accept_digest": False},
                "lock_storage": None,
                "logging": {"enable": False},
                "verbose": 0,
                "suppress_version_info": True,
            }
            self._app = WsgiDAVApp(settings)
            logging.getLogger("wsgidav").addHandler(logging.NullHandler())  # what it says is no output of a notebook
        return self._app


def _one_path(url: str) -> str:
    """Return a destination whose path WsgiDAV reads to its end."""
    from bionb.platforms.sodar.sandbox.irods.tree import LETTERS

    for letter, other in LETTERS.items():
        url = re.sub(quote(letter, safe=""), quote(other), url, flags=re.IGNORECASE)
    return url


def _within(place: str, above: str) -> bool:
    return f"{place}/".startswith(above + "/")


def _refused(start: Start, status: int, *headers: tuple[str, str]) -> Iterable[bytes]:
    """Answer with a web page, as Apache does."""
    words = f"{status} {HTTPStatus(status).phrase}"
    page = f"<!DOCTYPE html><html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>".encode()
    start(words, [("Content-Type", "text/html"), ("Content-Length", str(len(page))), *headers])
    return [page]
