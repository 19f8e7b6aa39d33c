"""A local server that answers like ODM: imports, jobs, links, lists and queries over invented studies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request

from bionb.platforms.odm.sandbox import across, jobs, links, metadata, omics, reading, search
from bionb.platforms.odm.sandbox.jobs import Jobs
from bionb.platforms.odm.sandbox.store import Entity, Record, Store
from bionb.sandbox.faults import Faults
from bionb.sandbox.gate import FINDINGS
from bionb.sandbox.tokens import token_of, user_of

DATA = Path(__file__).parent.parent / "data"
TEMPLATE = "GSF000065"
_OLDER = (
    (r"^/frontend/rs/genestack/job/default-released/", "/api/v1/jobs/"),
    (r"^/frontend/rs/genestack/\w+Curator/default-released/", "/api/v1/as-curator/"),
    (r"^/frontend/rs/genestack/\w+User/default-released/", "/api/v1/as-user/"),
    (r"^/frontend/rs/genestack/reference-data/default-released/", "/api/v1/"),
)
# Who may call what: these need the group Curator.
_CURATORS_ONLY = re.compile(r"/api/v1/(as-curator/|jobs/)")


class OdmSandbox:
    """Two users, one older study with everything linked, and room for the guide's walk.

    ``alice`` is a curator, ``bob`` a consumer. Links to files are served below `folder`: ``file:///NAME``,
    ``s3://example_data/.../NAME``; http links of this computer are fetched below what `serves` names, and nowhere else.
    """

    states = ("default", "empty", "imported", "linked")
    generations: tuple[str, ...] = ()
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
    users = ("alice", "bob")
    url = ""
    judges_late = True  # login and rights come first

    def __init__(self, state: str | None, generation: str | None, faults: Faults) -> None:
        self.faults, self.folder = faults, DATA
        self.serves: list[str] = []
        app = Flask(__name__)
        app.json.sort_keys = False  # type: ignore[attr-defined]
        app.before_request(self._check)
        app.register_error_handler(404, lambda error: self.refuse(404, "There is no such endpoint."))
        app.register_error_handler(405, lambda error: self.refuse(405, "The endpoint has no such method."))
        for part in (jobs, links, across, metadata, omics, search):
            part.routes(app, self)
        self._signing_in(app)
        self.wsgi = _with_older_paths(app.wsgi_app)
        self.reset(state)

    def reset(self, state: str | None = None) -> None:
        """Put everything back to the start, or to a named state."""
        self.store, self.tasks = Store(), dict[str, Record]()
        self.jobs = Jobs(self)
        if state != "empty":
            _add_liver_study(self)
        self.store.begin_walk()
        if state in ("imported", "linked"):
            _walk(self, link=state == "linked")

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return what ``connect`` needs, of the curator or another user."""
        token = token_of(user or self.users[0])
        return {"token": token, "access_token": token}

    def fetch(self, link: str) -> bytes:
        """Return the bytes behind a link of an import."""
        return reading.fetch(link, self.folder, self.serves)

    def refusal(self, status: int, words: str) -> Record:
        """Return an error as ODM words it."""
        return {"error": {"message": words}}

    def refuse(self, status: int, words: str) -> Response:
        """Return an error answer."""
        answer = jsonify(self.refusal(status, words))
        answer.status_code = status
        return answer

    def user(self) -> str:
        """Return who sends the present request; of two headers the access token wins."""
        bearer = request.headers.get("Authorization", "")
        token = bearer.removeprefix("Bearer ") if bearer else request.headers.get("Genestack-API-Token", "")
        return user_of(token)

    def record_for(self, role: str, entity: Entity) -> Record:
        """Return the draft for a curator, the latest published version for a consumer."""
        return entity.record if role == "as-curator" else entity.versions[-1].record

    def _check(self) -> Response | None:
        if request.path.startswith("/frontend/endpoint/"):
            return None
        user = self.user()
        if user not in self.users:
            return self.refuse(401, "The token is missing or not known here.")
        if user != "alice" and (_CURATORS_ONLY.match(request.path) or self._writes()):
            return self.refuse(403, "This needs membership of the group Curator.")
        if findings := request.environ.get(FINDINGS):
            return self.refuse(400, "; ".join(map(str, findings)))
        return None

    @staticmethod
    def _writes() -> bool:
        reading = request.method in ("GET", "HEAD") or "/search/" in request.path or "get-batch" in request.path
        return not reading

    def _signing_in(self, app: Flask) -> None:
        @app.get("/frontend/endpoint/actuator/health")
        def health() -> Any:
            return jsonify(status="UP")

        @app.post("/frontend/endpoint/application/invoke/genestack/<path:what>")
        def invoke(what: str) -> Any:
            if what.startswith("signin/authenticate"):
                tokens = request.get_json(silent=True) or [""]
                return jsonify(result={"authenticated": user_of(str(tokens[0])) in self.users})
            if what.endswith("/listTemplates"):
                return jsonify(result=[{"accession": TEMPLATE, "isDefault": True, "name": "Default template"}])
            return self.refuse(404, "There is no such endpoint.")


def _with_older_paths(wsgi: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Let the paths that the command line importer still uses lead to the present ones."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        for pattern, present in _OLDER:
            environ["PATH_INFO"] = re.sub(pattern, present, environ["PATH_INFO"])
        return wsgi(environ, start)

    return answer


def _import(sandbox: OdmSandbox, kind: str, name: str, **wanted: Any) -> str:
    link = "metadataLink" if kind in ("study", "samples", "libraries", "preparations") else "dataLink"
    bucket = f"s3://example_data/{name.partition('_')[0]}/"
    if wanted.get("metadataLink"):
        wanted["metadataLink"] = bucket + wanted["metadataLink"]
    result = sandbox.jobs.finish(sandbox.jobs.start(kind, {link: bucket + name, **wanted}, "alice"))
    return str(result.get("accession") or result["groupAccession"])


def _link(sandbox: OdmSandbox, group: str, kind: str, target: str) -> None:
    store = sandbox.store
    targets = links.members(store, kind, target)
    if store.groups[group].runs:
        links.link_runs(store.groups[group], targets, kind, None)
    else:
        links.link_made(store, [store.entities[each] for each in store.groups[group].members], targets)


def _link_to_study(sandbox: OdmSandbox, samples: str, study: str) -> None:
    sandbox.store.study_of.update(dict.fromkeys(sandbox.store.groups[samples].members, study))


def _add_liver_study(sandbox: OdmSandbox) -> None:
    study, samples = (_import(sandbox, kind, f"LIV2045_{kind}.tsv") for kind in ("study", "samples"))
    _link_to_study(sandbox, samples, study)
    libraries, preparations = (_import(sandbox, kind, f"LIV2045_{kind}.tsv") for kind in ("libraries", "preparations"))
    _link(sandbox, libraries, "sample", samples)
    _link(sandbox, preparations, "sample", samples)
    expression = _import(
        sandbox,
        "expression",
        "LIV2045_expression.tsv",
        numberOfFeatureAttributes=2,
        dataClass="Bulk transcriptomics",
    )
    _link(sandbox, expression, "library", libraries)
    proteins = _import(
        sandbox,
        "expression",
        "LIV2045_proteomics.tsv",
        numberOfFeatureAttributes=2,
        dataClass="Proteomics",
        measurementSeparator=".",
    )
    _link(sandbox, proteins, "preparation", preparations)
    _link(sandbox, _import(sandbox, "variant", "LIV2045_variants.vcf"), "sample", samples)
    _link(sandbox, _import(sandbox, "flow-cytometry", "LIV2045_flow.tsv"), "sample", samples)
    _link(sandbox, _import(sandbox, "cells", "LIV2045_cells.tsv"), "library", libraries)
    _import(sandbox, "file", "LIV2045_protocol.txt", studyAccession=study, dataClass="Document")


def _walk(sandbox: OdmSandbox, link: bool) -> None:
    """Import the study of the guide, and link it."""
    study, samples = (_import(sandbox, kind, f"GSE60871_{kind}.tsv") for kind in ("study", "samples"))
    data = _import(
        sandbox,
        "expression",
        "GSE60871_expression.gct",
        metadataLink="GSE60871_expression.gct.tsv",
        dataClass="Bulk transcriptomics",
    )
    if link:
        _link_to_study(sandbox, samples, study)
        _link(sandbox, data, "sample", samples)
