"""A local server that answers like ODM: imports, jobs, links, lists and queries over invented studies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, g, request

from bionb.platforms.odm.sandbox import jobs, links, managing, metadata, omics, reading, search
from bionb.platforms.odm.sandbox.examples import add_cohort, add_liver_study, add_walk
from bionb.platforms.odm.sandbox.jobs import Jobs
from bionb.platforms.odm.sandbox.store import Record, Store
from bionb.sandbox.application import Application, Refused, Routes, serve
from bionb.sandbox.faults import Faults
from bionb.sandbox.gate import FINDINGS
from bionb.sandbox.tokens import token_of, user_of

DATA = Path(__file__).parent.parent / "data"
TEMPLATE = "GSF000065"
# The paths that the command line importer still uses, and the present ones.
_OLDER = (
    (r"^/frontend/rs/genestack/job/default-released/", "/api/v1/jobs/"),
    (r"^/frontend/rs/genestack/\w+Curator/default-released/", "/api/v1/as-curator/"),
    (r"^/frontend/rs/genestack/\w+User/default-released/", "/api/v1/as-user/"),
    (r"^/frontend/rs/genestack/reference-data/default-released/", "/api/v1/"),
)
# Who may call what: these need the group Curator, and so does all that writes.
_CURATORS_ONLY = re.compile(r"/api/v1/(as-curator/|jobs/)")
_READING = re.compile(r"(GET|HEAD) .*|.*(/search/|get-batch).*")


class OdmSandbox(Application):
    """Three users, one older study with everything linked, and room for the guide's walk.

    ``alice`` is a curator with the permissions of an administrator, ``bob`` a consumer, ``carol`` an administrator who
    is not in the group Curator. The state ``cohort`` has a second study, with every kind of data on all its donors.
    Links to files are served below `folder`: ``file:///NAME``, ``s3://example_data/.../NAME``; http links of this
    computer are fetched below what `serves` names, and nowhere else.
    """

    states = ("default", "empty", "imported", "linked", "cohort")
    users = ("alice", "bob", "carol")
    quirks = (
        "short_page",
        "drifting",
        "slow_jobs",
        "instant_jobs",
        "endless_jobs",
        "failing_jobs",
        "odd_status",
        "day_first_times",
    )
    judges_late = True  # login and rights come first

    def __init__(self, state: str | None, generation: str | None, faults: Faults) -> None:
        self.folder, self.serves = DATA, list[str]()
        super().__init__(state, generation, faults)

    def add_routes(self, app: Flask) -> None:
        """Add everything that is served."""
        app.before_request(self._check)
        for routes in (ROUTES, *(each.ROUTES for each in (jobs, links, metadata, omics, search, managing))):
            serve(app, routes)

    def fill(self, state: str) -> None:
        """Put the data of a named state in place of what is there."""
        self.store, self.jobs = Store(), Jobs(self)
        if state != "empty":
            add_liver_study(self)
        if state == "cohort":
            add_cohort(self)
        else:
            self.store.begin_walk()
        if state in ("imported", "linked"):
            add_walk(self, link=state == "linked")

    def wsgi(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, also at an older path."""
        for pattern, present in _OLDER:
            environ["PATH_INFO"] = re.sub(pattern, present, environ["PATH_INFO"])
        return super().wsgi(environ, start)

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return what ``connect`` needs, of the curator or another user."""
        token = token_of(user or self.users[0])
        return {"token": token, "access_token": token}

    def fetch(self, link: str) -> bytes:
        """Return the bytes behind a link of an import."""
        return reading.fetch(link, self.folder, self.serves)

    def refusal(self, status: int, words: str, **more: Any) -> Record:
        """Return an error as ODM words it."""
        return {"error": {"message": words}}

    def note(self, kind: str, target: str, study: str = "", user: str = "") -> None:
        """Write an event into the audit log."""
        name, number = user or self.user(), len(self.store.events) + 1
        who = {"id": self.users.index(name) + 1, "displayName": name.title(), "email": f"{name}@example.org"}
        told = {
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "type": kind,
            "createTime": self.store.clock.now().isoformat(),
        }
        place = {"studyAccession": study, "target": {"id": target}, "result": {"status": "SUCCESS"}}
        self.store.events.append({**told, "user": who, "source": "API", **place})

    def manages(self) -> bool:
        """Tell whether who asks may manage the organisation and see all data."""
        return self.user() in ("alice", "carol")

    def user(self) -> str:
        """Return who sends the present request; of two headers the access token wins."""
        bearer = request.headers.get("Authorization", "")
        return user_of(bearer.removeprefix("Bearer ") or request.headers.get("Genestack-API-Token", ""))

    def _check(self) -> None:
        g.sandbox = self
        if request.path.startswith("/frontend/endpoint/"):
            return
        if self.user() not in self.users:
            raise Refused(401, "The token is missing or not known here.")
        writes = not _READING.fullmatch(f"{request.method} {request.path}") and "/manage-data/" not in request.path
        if self.user() != "alice" and (writes or _CURATORS_ONLY.match(request.path)):
            raise Refused(403, "This needs membership of the group Curator.")
        if findings := request.environ.get(FINDINGS):
            raise Refused(400, "; ".join(map(str, findings)))


def _invoke(what: str) -> Record:
    """Let the command line importer sign in and look for a template."""
    if what.startswith("signin/authenticate"):
        tokens = request.get_json(silent=True) or [""]
        return {"result": {"authenticated": user_of(str(tokens[0])) in OdmSandbox.users}}
    if what.endswith("/listTemplates"):
        return {"result": [{"accession": TEMPLATE, "isDefault": True, "name": "Default template"}]}
    raise Refused(404, "There is no such endpoint.")


ROUTES: Routes = {
    "GET /frontend/endpoint/actuator/health": lambda: {"status": "UP"},
    "POST /frontend/endpoint/application/invoke/genestack/<path:what>": _invoke,
}
