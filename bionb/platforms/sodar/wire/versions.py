"""Which media type and version to ask for: servers of both generations, newest version first.

A server picks the first media type of the ``Accept`` header that it can serve and then checks that one's version only.
So the first request names the new type with the newest known version and the old type without one; the answer's
``Content-Type`` tells the generation, and a 406 in the right generation means: one version down.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from packaging.version import InvalidVersion, Version

from bionb.errors import ResponseError, VersionRejected
from bionb.http import answers
from bionb.platforms.sodar.wire.problems import WEB_PAGE
from bionb.session import Session

OLD, NEW = "old", "new"
_TYPES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    # API: media types of the old and the new generation, and the new one's versions, newest first
    "projects": (
        "application/vnd.bihealth.sodar-core+json",
        "application/vnd.bihealth.sodar-core.projectroles+json",
        ("2.0", "1.1", "1.0"),
    ),
    "sheets": (
        "application/vnd.bihealth.sodar+json",
        "application/vnd.bihealth.sodar.samplesheets+json",
        ("1.2", "1.1", "1.0"),
    ),
    "zones": (
        "application/vnd.bihealth.sodar+json",
        "application/vnd.bihealth.sodar.landingzones+json",
        ("1.1", "1.0"),
    ),
    "irods": ("application/json", "application/vnd.bihealth.sodar.irodsinfo+json", ("1.0",)),
    "tokens": ("", "application/vnd.bihealth.sodar-core.tokens+json", ("1.0",)),
    "timeline": ("", "application/vnd.bihealth.sodar-core.timeline+json", ("2.0", "1.0")),
    "taskflow": ("", "application/vnd.bihealth.sodar.taskflowbackend+json", ("1.0",)),
}
# An address of each API that anybody may ask: whatever the answer, it tells the version.
_CHEAP = {"projects": "project/api/users/current", "sheets": "samplesheets/api/file/exists"}
_OLD_RELEASES = ("0.13.4", "0.13.3", "0.13.2", "0.13.1", "0.13.0", "0.12.0", "0.11.1", "0.11.0", "0.10.13", "0.8.4")
_OURS = re.compile(r"application/vnd\.bihealth\.sodar(-core)?(?P<app>\.\w+)?\+json")


@dataclass(frozen=True)
class Since:
    """What a call came with.

    Attributes
    ----------
    release : str
        ``"SODAR 1.2"``, for messages.
    api, version : str
        The API that must have this version at least; ``"1.0"`` is what all servers of the new generation have.
    instead : str
        What to do where it is missing.
    """

    release: str
    api: str = "projects"
    version: str = "1.0"
    instead: str = ""


class Negotiator:
    """Sends requests with the right ``Accept`` header and remembers what the server takes.

    Parameters
    ----------
    session : Session
        Where to send them.
    pinned : str, optional
        Version of the project API to insist on: ``"1.1"``, ``"0.13.3"``.
    """

    def __init__(self, session: Session, pinned: str | None = None) -> None:
        self.session, self._pinned = session, pinned
        self.generation: str | None = None
        self._versions = {api: versions[0] for api, (_, _, versions) in _TYPES.items()}
        self._lock = threading.Lock()
        self._settled: set[str] = set()

    def version(self, api: str = "projects") -> str:
        """Return the version in use: ``"2.0"``, or ``"old"`` for the server's own one of the old generation."""
        if api == "projects" and self._pinned:
            return self._pinned
        return OLD if self.generation == OLD else self._versions[api]

    @property
    def pinned(self) -> bool:
        """Whether the user insists on a version, which then says little about the server."""
        return self._pinned is not None

    def at_least(self, version: str, api: str = "projects") -> bool:
        """Tell whether the version in use is this new-generation one or a newer one."""
        try:
            return Version(self.version(api)) >= Version(version)
        except InvalidVersion:  # of the old generation
            return False

    def settle(self, api: str = "projects") -> None:
        """Find out generation and version, by one cheap request, if no request has shown them yet."""
        if self.generation is None:
            self.request("projects", "GET", _CHEAP["projects"], what="ask for the account", opens=False)
        if api != "projects" and api not in self._settled and self.generation != OLD:
            with suppress(ResponseError):
                self.request(api, "GET", _CHEAP[api], what="ask for the version", opens=False)

    def demand(self, since: Since, what: str) -> None:
        """Refuse what this server is known to lack.

        Raises
        ------
        VersionRejected
            The message says what has it.
        """
        self.settle()
        if not self.at_least(since.version, since.api) or (self.generation == OLD and since.api != "projects"):
            present = self.version(since.api)
            raise self._lacking(since, what, "is of the old generation" if present == OLD else f"speaks {present}")

    def _lacking(self, since: Since, what: str, why: str) -> VersionRejected:
        words = f'This SODAR server can\'t "{what}" by API: that came with {since.release}, and this one {why}.'
        instead = since.instead or "Do it in SODAR's web interface, or ask the server's administrators for an update."
        return VersionRejected(f"{words} {instead}", platform=self.session.label, status=406)

    def request(
        self, api: str, method: str, path: str, *, what: str, since: Since | None = None, **options: Any
    ) -> requests.Response:
        """Send a request; a 406 for the version was not executed, so an older version is tried.

        Raises
        ------
        VersionRejected
            No common version, or the server is older than `since`; the message says what is needed or offered.
        """
        if since is None:
            return self._negotiated(api, method, path, what=what, **options)
        self.demand(since, what)
        try:
            return self._negotiated(api, method, path, what=what, **options)
        except ResponseError as error:
            if error.code != WEB_PAGE:
                raise
            raise self._lacking(since, what, "does not know the address") from error.__cause__

    def _negotiated(self, api: str, method: str, path: str, *, what: str, **options: Any) -> requests.Response:
        while True:
            headers = {"Accept": self.accept(api)}
            response = self.session.request(method, path, what=what, headers=headers, accept=(406,), **options)
            self._note(response)
            if response.status_code != 406:
                self._settled.add(api)
                return response
            if not self._step_down(api, response):
                raise self._rejected(api, response, what)

    def json(self, api: str, method: str, path: str, *, what: str, **options: Any) -> Any:
        """Send a request and return its JSON, None for an empty answer."""
        return answers.parse_json(self.request(api, method, path, what=what, **options), self.session.label, what)

    def record(
        self, api: str, method: str, path: str, *, what: str, needs: Sequence[str] = ("sodar_uuid",), **options: Any
    ) -> dict[str, Any]:
        """Send a request and return its JSON, which must be an object with these keys.

        Raises
        ------
        UnexpectedResponse
            It is another form of JSON, nothing, or lacks a key.
        """
        return self.session.record_of(self.json(api, method, path, what=what, **options), what=what, needs=needs)

    def accept(self, api: str) -> str:
        """Return the ``Accept`` header for an API."""
        old, new, _ = _TYPES[api]
        if api == "projects" and self._pinned:
            return f"{old if self._pinned.startswith('0.') else new}; version={self._pinned}"
        if self.generation == OLD and old:
            return old
        newest = f"{new}; version={self._versions[api]}"
        return newest if self.generation == NEW or not old else f"{newest}, {old}"

    def _note(self, response: requests.Response) -> None:
        found = _OURS.match(response.headers.get("Content-Type", ""))
        if found:
            with self._lock:
                self.generation = NEW if found["app"] else OLD

    def _step_down(self, api: str, response: requests.Response) -> bool:
        if self.generation != NEW or (api == "projects" and self._pinned):
            return False
        asked = response.request.headers["Accept"]
        versions = _TYPES[api][2]
        with self._lock:
            present = self._versions[api]
            if f"version={present}" not in asked:
                return True  # another thread has stepped down already
            older = versions[versions.index(present) + 1 :]
            if older:
                self._versions[api] = older[0]
        return bool(older)

    def _rejected(self, api: str, response: requests.Response, what: str) -> VersionRejected:
        offered = self._offered(api)
        hint = (
            f"This server is of the {self.generation or 'unknown'} generation and "
            f"offers {', '.join(offered)} of the {api} API, not version {self._pinned}: connect without api_version, "
            "or with one of these."
            if offered
            else f"This server takes no version of the {api} API that bionb knows: check that the URL is that of a "
            "SODAR server, or look for a newer bionb."
        )
        error = self.session.error(response, what, hint)
        assert isinstance(error, VersionRejected)
        return error

    def _offered(self, api: str) -> list[str]:
        """Try the known versions one by one: the server has no list of them to ask for."""
        if api != "projects":
            return []
        old, new, versions = _TYPES[api]
        media_type, candidates = (old, _OLD_RELEASES) if self.generation == OLD else (new, versions)
        found = []
        for version in candidates:
            headers = {"Accept": f"{media_type}; version={version}"}
            response = self.session.request(
                "GET", "project/api/users/current", what="try a version", headers=headers, accept=(406,), opens=False
            )
            if response.status_code != 406:
                found.append(version)
        return found
