"""A Torrent Suite with invented data: the answers of version 5.18.1 in status, headers, keys and meaning."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from bionb.platforms.torrentsuite.sandbox import extras, query, schemas
from bionb.platforms.torrentsuite.sandbox.plans import Plans
from bionb.platforms.torrentsuite.sandbox.runs import output
from bionb.platforms.torrentsuite.sandbox.store import API, Record
from bionb.platforms.torrentsuite.sandbox.world import world
from bionb.sandbox.application import Application, Refused
from bionb.sandbox.tokens import token_of, user_of

DETAIL_ONLY = ("pluginState", "pluginStore")
READERS = ("student",)
RUNS = "compositeexperiment"

_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_ORDERS = {RUNS: "-resultDate", "referencegenome": "short_name"}
_NOT_IN = {"WWW-Authenticate": 'Basic Realm="Torrent Suite"', "Vary": "Cookie"}
# headers of the real server
BARE = {"Vary": "Cookie"}
PLAIN = {"Vary": "Accept, Cookie"}
FRESH = {**PLAIN, "Cache-Control": "no-cache"}
KEPT = {**PLAIN, "Cache-Control": "s-maxage=17, max-age=17", "Access-Control-Allow-Origin": "*"}


class TorrentSuiteSandbox(Application):
    """The server.

    States: ``default`` (the documented runs, and some sixty invented ones), ``busy`` (1,500 runs),
    ``sequencing`` (two more runs, on the instruments still), ``empty`` (no runs).

    Quirks beyond reality's own (the mesh ``next`` link, big integers as text, unknown filters ignored): ``plain_next``
    (the ``next`` link stays on its resource), ``neighbour_down`` (200 with fewer runs and a warning), ``same_page``
    (every page is the first one), ``login_page`` (a login page in place of files).
    """

    states = ("default", "busy", "sequencing", "empty")
    quirks = ("plain_next", "neighbour_down", "same_page", "login_page")
    users = ("ionadmin", *READERS)

    def fill(self, state: str) -> None:
        """Put the data of a named state in place of what is there."""
        self.store = world(state)
        self.plans = Plans(self.store)

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return what ``connect`` needs."""
        name = user or self.users[0]
        return {"username": name, "api_key": token_of(name), "password": token_of(name), "web_password": token_of(name)}

    def refusal(self, status: int, words: str, **more: Any) -> Mapping[str, Any]:
        """Word an error as this platform does; what breaks it is told in one way."""
        return (
            {"error_message": words or "This request failed; try again later."} if status >= 500 else {"error": words}
        )

    def refuse(self, refused: Refused) -> Response:
        """Return the answer that is an error: empty where nothing is found, or nobody known asks."""
        if refused.status in (401, 404):
            return reply("", refused.status, _NOT_IN if refused.status == 401 else PLAIN)
        return json_reply(self.refusal(refused.status, refused.words), refused.status, BARE)

    # -- routes -----------------------------------------------------------------------------------------------------

    def add_routes(self, app: Flask) -> None:
        """Serve everything in one place: the server's own framework looks at the resource first."""
        app.url_map.strict_slashes = False
        app.add_url_rule("/", "any", self._answer, defaults={"path": ""}, methods=_VERBS)
        app.add_url_rule("/<path:path>", "any", self._answer, methods=_VERBS)

    def _answer(self, path: str) -> Response:
        if path == "login/":
            return output.login_page()
        if re.match(r"(auth/)?output/", path):
            return self._output(path)
        found = re.fullmatch(r"rundb/api/(mesh/)?v1(?:/(\w+))?(?:/(.*))?", path.removesuffix("/"))
        if not found:
            return web_page(404, "Not Found")
        inmesh, resource, rest = bool(found[1]), found[2] or "", found[3] or ""
        if not path.endswith("/"):
            return reply("", 301, {"Location": f"{self.url}{request.path}/"})
        if not resource:
            return json_reply(schemas.root(API), headers=BARE)
        if resource not in schemas.NAMES:
            return web_page(404, "Not Found")
        if not self._user():
            raise Refused(401)
        return self._resource(resource, rest, inmesh)

    def _output(self, path: str) -> Response:
        """Answer for files: programs by password below ``/auth``; whoever has none is sent to the login page."""
        by_password = request.headers.get("Authorization", "").startswith("Basic ") and bool(self._user())
        if by_password and not self.faults.take("login_page"):
            return output.served(self.store, path.removeprefix("auth/"))
        if path.startswith("auth/") and not by_password:
            return reply("", 401, {"WWW-Authenticate": 'Basic realm="Torrent Server"'})
        return output.to_login(path)

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
        if rest == "schema":
            if resource in extras.SCHEMAS:
                raise Refused(extras.SCHEMAS[resource])
            return json_reply(schemas.schema(resource))
        if rest.startswith("set/"):
            return self._set(resource, rest.removeprefix("set/").split(";"))
        methods = schemas.schema(resource)[f"allowed_{'detail' if rest else 'list'}_http_methods"]
        if request.method.lower() not in methods:
            allowed = ",".join(methods).upper()
            return Response(allowed, 405, {"Allow": allowed, **BARE}, content_type="text/html; charset=utf-8")
        if request.method != "GET":
            return self._write(resource, rest)
        if resource == "torrentsuite":
            return json_reply(self.store.table(resource)["versions"]["versions"])
        return self._detail(resource, *rest.split("/", 1)) if rest else self._list(resource, inmesh)

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
            raise Refused(401)
        if request.method == "DELETE":
            self.plans.delete(self._one(resource, rest))
            return reply("", 204, BARE)
        body = self._body()
        status, answer = self.plans.create(body) if creating else self.plans.change(self._one(resource, rest), body)
        if status >= 300:
            return json_reply(answer, status, BARE)
        place = {"Location": f"{self.url}{answer['resource_uri']}"} if status == 201 else {}
        return json_reply(answer, status, {**PLAIN, **place})

    def _body(self) -> Record:
        """Return the body; the server fails on anything that is no JSON, and on JSON that is no object."""
        if not (request.content_type or "").startswith("application/json"):
            raise Refused(500)
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError:
            raise Refused(400) from None
        if not isinstance(body, dict):
            raise Refused(500)
        return body

    # -- reading ----------------------------------------------------------------------------------------------------

    def _list(self, resource: str, inmesh: bool) -> Response:
        if resource in extras.LISTS:
            raise Refused(extras.LISTS[resource], "This needs a plugin that is not there.")
        pairs = list(request.args.items(multi=True))
        if resource == RUNS:
            return self._runs(pairs, inmesh, down=bool(self.faults.take("neighbour_down")))
        return json_reply(self._page(resource, pairs, self._selected(resource, pairs)))

    def _runs(self, pairs: query.Pairs, inmesh: bool, *, down: bool) -> Response:
        if inmesh:
            return json_reply(extras.mesh(self.store.records(RUNS), pairs, down))
        records = self._selected(RUNS, pairs)
        body = self._page(RUNS, pairs, records[: len(records) // 2] if down else records)
        if body["meta"]["next"] and not self.faults.take("plain_next"):
            body["meta"]["next"] = body["meta"]["next"].replace("/api/v1/", "/api/mesh/v1/")
        return json_reply({**body, **({"warnings": [extras.DOWN]} if down else {})}, headers=KEPT)

    def _page(self, resource: str, pairs: query.Pairs, records: list[Record]) -> dict[str, Any]:
        meta, chosen = query.page(records, pairs, schemas.schema(resource)["default_limit"], f"{API}{resource}/")
        if self.faults.take("same_page"):
            chosen = records[: meta["limit"]]
        plugins = ("plugin", "true") in pairs
        return {"meta": meta, "objects": [self._shown(resource, each, plugins) for each in chosen]}

    def _selected(self, resource: str, pairs: query.Pairs) -> list[Record]:
        records, schema = self.store.records(resource), schemas.schema(resource)
        if "id" in schema["fields"]:
            records = records[::-1]
        pairs = [each for each in pairs if each[0] not in extras.EXTRAS.get(resource, ())]
        records = query.filtered(records, pairs, resource, self.store.find)
        records = extras.kept(self.store, resource, records, request.args.to_dict())
        order = _ORDERS.get(resource)
        if order and "order_by" not in dict(pairs):
            pairs = [*pairs, ("order_by", order)]
        return query.ordered(records, pairs, schema, self.store.find)

    def _detail(self, resource: str, identifier: str, part: str = "") -> Response:
        record = self._one(resource, identifier)
        if part == "barcode" and resource == "results":
            rows = self.store.table("barcode summaries").get(identifier)
            if not rows:
                raise Refused(400, "This report has no barcode summary.")
            return json_reply(rows["rows"])
        if part:
            return web_page(404, "Not Found")
        shown = self._shown(resource, record, request.args.get("noplugin") != "true")
        return json_reply(shown, headers=KEPT if resource == RUNS else FRESH)

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


def reply(body: str, status: int, headers: Mapping[str, str], kind: str = "text/html; charset=utf-8") -> Response:
    """Return an answer; one without a body is a web page to the real server."""
    return Response(body, status, {"Content-Language": "en-us", **headers}, content_type=kind)


def json_reply(body: Any, status: int = 200, headers: Mapping[str, str] = FRESH) -> Response:
    """Return JSON."""
    return reply(json.dumps(body), status, headers, "application/json")


def web_page(status: int, title: str) -> Response:
    """Return a web page."""
    return Response(f"<h1>{title}</h1><p>There is nothing here.</p>", status, BARE, content_type="text/html")
