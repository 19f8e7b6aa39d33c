"""A Torrent Suite with invented data: the answers of version 5.18.1 in status, headers, keys and meaning."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from bionb.platforms.torrentsuite.sandbox import extras, mesh, query, schemas
from bionb.platforms.torrentsuite.sandbox.plans import Plans
from bionb.platforms.torrentsuite.sandbox.query import Refused
from bionb.platforms.torrentsuite.sandbox.replies import BARE, FRESH, KEPT, empty, json_reply, refusal, web_page
from bionb.platforms.torrentsuite.sandbox.store import API, Record
from bionb.platforms.torrentsuite.sandbox.world import world
from bionb.sandbox.faults import Faults
from bionb.sandbox.tokens import token_of, user_of

DETAIL_ONLY = ("pluginState", "pluginStore")
READERS = ("student",)

_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_ORDERS = {"compositeexperiment": "-resultDate", "referencegenome": "short_name"}
_NOT_IN = {"WWW-Authenticate": 'Basic Realm="Torrent Suite"', "Vary": "Cookie"}


class TorrentSuiteSandbox:
    """The server.

    States: ``default`` (the documented runs, and some sixty invented ones), ``busy`` (1,500 runs), ``empty`` (no runs).

    Quirks beyond reality's own (the mesh ``next`` link, big integers as text, unknown filters ignored): ``plain_next``
    (the ``next`` link stays on its resource), ``neighbour_down`` (200 with fewer runs and a warning), ``same_page``
    (every page is the first one).
    """

    states = ("default", "busy", "empty")
    generations = ()
    quirks = ("plain_next", "neighbour_down", "same_page")
    users = ("ionadmin", *READERS)
    url = ""

    def __init__(self, state: str | None, generation: str | None, faults: Faults) -> None:
        self._faults = faults
        self.reset(state)
        self.wsgi = self._application().wsgi_app

    def reset(self, state: str | None = None) -> None:
        """Put the data back to the start."""
        self.store = world(state or "default")
        self.plans = Plans(self.store)

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return what ``connect`` needs."""
        name = user or self.users[0]
        return {"username": name, "api_key": token_of(name), "password": token_of(name)}

    def refusal(self, status: int, words: str) -> Mapping[str, Any]:
        """Word an injected error as this platform does."""
        return {"error_message" if status >= 500 else "error": words}

    # -- routes -----------------------------------------------------------------------------------------------------

    def _application(self) -> Flask:
        app = Flask(__name__)
        app.url_map.strict_slashes = False
        app.add_url_rule("/", "any", self._answer, defaults={"path": ""}, methods=_VERBS)
        app.add_url_rule("/<path:path>", "any", self._answer, methods=_VERBS)
        return app

    def _answer(self, path: str) -> Response:
        found = re.fullmatch(r"rundb/api/(mesh/)?v1(?:/(\w+))?(?:/(.*))?", path.removesuffix("/"))
        if not found:
            return web_page(404, "Not Found")
        inmesh, resource, rest = bool(found[1]), found[2] or "", found[3] or ""
        if not path.endswith("/"):
            return empty(301, {"Location": f"{self.url}{request.path}/"})
        if not resource:
            return json_reply(schemas.root(API), headers=BARE)
        if resource not in schemas.NAMES:
            return web_page(404, "Not Found")
        if not self._user():
            return empty(401, _NOT_IN)
        try:
            return self._resource(resource, rest, inmesh)
        except Refused as refused:
            return refusal(refused)

    def _user(self) -> str:
        """Return who asks, by API key or password; empty for anyone else."""
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            try:
                value = b64decode(value).decode()
            except ValueError:
                return ""
        name, _, key = value.partition(":")
        known = scheme in ("ApiKey", "Basic") and name in self.users and user_of(key) == name
        return name if known else ""

    def _resource(self, resource: str, rest: str, inmesh: bool) -> Response:
        schema = schemas.schema(resource)
        if rest == "schema":
            return self._schema(resource, schema)
        if rest.startswith("set/"):
            return self._set(resource, rest.removeprefix("set/").split(";"))
        methods = schema["allowed_detail_http_methods" if rest else "allowed_list_http_methods"]
        verb = request.method.lower()
        if verb not in methods:
            allowed = ",".join(methods).upper()
            return Response(allowed, 405, {"Allow": allowed, **BARE}, content_type="text/html; charset=utf-8")
        if verb != "get":
            return self._write(resource, rest)
        if resource == "torrentsuite":
            return json_reply(self.store.table(resource)["versions"]["versions"])
        return self._detail(resource, rest) if rest else self._list(resource, schema, inmesh)

    def _schema(self, resource: str, schema: Mapping[str, Any]) -> Response:
        status = extras.SCHEMAS.get(resource, 200)
        if status == 500:
            raise Refused(500)
        return json_reply(schema) if status == 200 else empty(status, _NOT_IN)

    def _set(self, resource: str, wanted: list[str]) -> Response:
        """Several records by their identifiers; those that are not there are named."""
        table = self.store.table(resource)
        lost = [each for each in wanted if each not in table]
        found = [self._shown(resource, table[each]) for each in wanted if each in table]
        return json_reply({**({"not_found": lost} if lost else {}), "objects": found})

    def _write(self, resource: str, rest: str) -> Response:
        """Plans can be written; other resources can only be read here."""
        creating = request.method == "POST" and not rest
        if resource != "plannedexperiment" or (self._user() in READERS and not creating):
            return empty(401, _NOT_IN)
        if request.method == "DELETE":
            self.plans.delete(self._one(resource, rest))
            return empty(204, BARE)
        if not (request.content_type or "").startswith("application/json"):
            raise Refused(500)
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError:
            raise Refused(400) from None
        status, answer = self.plans.create(body) if creating else self.plans.change(self._one(resource, rest), body)
        if status >= 300:
            return json_reply(answer, status, BARE)
        place = {"Location": f"{self.url}{answer['resource_uri']}"} if status == 201 else {}
        return json_reply(answer, status, {"Vary": "Accept, Cookie", **place})

    # -- reading ----------------------------------------------------------------------------------------------------

    def _list(self, resource: str, schema: Mapping[str, Any], inmesh: bool) -> Response:
        if status := extras.LISTS.get(resource):
            raise Refused(status, "This needs a plugin that is not there.")
        pairs = list(request.args.items(multi=True))
        if inmesh and resource == "compositeexperiment":
            return json_reply(mesh.page(list(self.store.table(resource).values()), pairs, self._neighbour_down()))
        records = self._selected(resource, schema, pairs)
        warnings = {}
        if resource == "compositeexperiment" and self._neighbour_down():
            records, warnings = records[: len(records) // 2], {"warnings": [mesh.DOWN]}
        meta, chosen = query.page(records, pairs, schema["default_limit"], f"{API}{resource}/")
        if self._faults.take("same_page"):
            chosen = records[: meta["limit"]]
        plugins = ("plugin", "true") in pairs
        body = {"meta": meta, "objects": [self._shown(resource, each, plugins) for each in chosen], **warnings}
        if resource != "compositeexperiment":
            return json_reply(body)
        if meta["next"] and not self._faults.take("plain_next"):
            meta["next"] = meta["next"].replace("/api/v1/", "/api/mesh/v1/")
        return json_reply(body, headers=KEPT)

    def _neighbour_down(self) -> bool:
        return bool(self._faults.take("neighbour_down"))

    def _selected(self, resource: str, schema: Mapping[str, Any], pairs: query.Pairs) -> list[Record]:
        records = list(self.store.table(resource).values())
        if "id" in schema["fields"]:
            records = records[::-1]
        pairs = [each for each in pairs if each[0] not in extras.EXTRAS.get(resource, ())]
        records = query.filtered(records, pairs, resource, self.store.find)
        records = extras.kept(self.store, resource, records, request.args.to_dict())
        order = _ORDERS.get(resource)
        if order and "order_by" not in dict(pairs):
            pairs = [*pairs, ("order_by", order)]
        return query.ordered(records, pairs, schema, self.store.find)

    def _detail(self, resource: str, rest: str) -> Response:
        identifier, _, part = rest.partition("/")
        record = self._one(resource, identifier)
        if part == "barcode" and resource == "results":
            return self._barcodes(identifier)
        if part:
            return web_page(404, "Not Found")
        plugins = request.args.get("noplugin") != "true"
        return json_reply(
            self._shown(resource, record, plugins), headers=KEPT if resource == "compositeexperiment" else FRESH
        )

    def _barcodes(self, report: str) -> Response:
        rows = self.store.table("barcode summaries").get(report)
        if not rows:
            raise Refused(400, "This report has no barcode summary.")
        return json_reply(rows["rows"])

    def _one(self, resource: str, identifier: str) -> Record:
        record = self.store.table(resource).get(identifier)
        if record is None:
            raise Refused(404)
        return record

    def _shown(self, resource: str, record: Record, plugins: bool = False) -> Record:
        """Return a record as a list shows it: reports tell their plugins' states only one by one, or when asked."""
        if resource != "results" or plugins:
            return record
        return {key: value for key, value in record.items() if key not in DETAIL_ONLY}
