"""How a SODAR server treats every request: media type and version first, then the account, then the method."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter

from bionb.platforms.sodar.sandbox.refusals import Refused, crash_if, refuse_if
from bionb.platforms.sodar.sandbox.world import User, World
from bionb.sandbox.faults import Faults
from bionb.sandbox.gate import FINDINGS, Finding


@dataclass(frozen=True)
class Api:
    """One API of the server: its media type and versions, oldest first; one has a fault without a login."""

    media_type: str
    versions: tuple[str, ...]
    crashes_without_login: bool = False


_SODAR_OLD = Api(
    "application/vnd.bihealth.sodar+json",
    ("0.7.0", "0.7.1", "0.8.0", "0.9.0", "0.10.0", "0.11.0", "0.12.0", "0.13.0", "0.14.0", "0.14.1"),
)
GENERATIONS: Mapping[str, Mapping[str, Api]] = {
    "new": {
        "projects": Api("application/vnd.bihealth.sodar-core.projectroles+json", ("1.0", "1.1", "2.0")),
        "tokens": Api("application/vnd.bihealth.sodar-core.tokens+json", ("1.0",), crashes_without_login=True),
        "sheets": Api("application/vnd.bihealth.sodar.samplesheets+json", ("1.0", "1.1", "1.2")),
        "zones": Api("application/vnd.bihealth.sodar.landingzones+json", ("1.0", "1.1")),
        "irods": Api("application/vnd.bihealth.sodar.irodsinfo+json", ("1.0",)),
    },
    "old": {
        "projects": Api("application/vnd.bihealth.sodar-core+json", ("0.13.0", "0.13.1", "0.13.2", "0.13.3")),
        "sheets": _SODAR_OLD,
        "zones": _SODAR_OLD,
        "irods": Api("application/json", ("1",)),
    },
}


# What a server of release 1.1 (SODAR Core 1.1) lacks of it, in API order: newer versions, and the tokens.
RELEASE_1_1: Mapping[str, tuple[str, ...]] = {
    "projects": ("1.0", "1.1"),
    "sheets": ("1.0", "1.1"),
    "zones": ("1.0",),
    "irods": ("1.0",),
}


@dataclass
class Context:
    """What a view needs to know of a request."""

    world: World
    user: User
    faults: Faults
    version: str
    old: bool
    core_1_4: bool = True
    delay: float = 0.0  # seconds before the answer leaves, with no lock held

    def at_least(self, version: str) -> bool:
        """Tell whether the API version is this one or newer; old servers are older than all."""
        return not self.old and self.version >= version

    def body(self, **wrong: str) -> dict[str, Any]:
        """Return the body of a view that has a serializer, with blanks around its texts taken away.

        `wrong` is what the view itself knows to be wrong with single fields; real servers name all those at once,
        before they look at the fields together.
        """
        read = self.read()
        errors: dict[str, list[str]] = {}
        for each in request.environ.get(FINDINGS, ()):
            if each.where == "body":
                errors.setdefault(each.name, []).append(_words(each))
        for name, words in wrong.items():
            errors.setdefault(name, [words])
        refuse_if(errors, 400, errors)
        return {name: value.strip() if isinstance(value, str) else value for name, value in read.items()}

    def read(self) -> dict[str, Any]:
        """Return the JSON or form body as it came: what views read that look at it before, or without, a serializer."""
        if request.is_json:
            try:
                found: dict[str, Any] = json.loads(request.get_data() or b"{}")
            except ValueError as error:
                raise Refused(400, f"The body is no JSON: {error}") from error
            refuse_if(not isinstance(found, dict), 400, {"non_field_errors": ["An object is expected in the body."]})
            return found
        if request.mimetype in ("", "application/x-www-form-urlencoded", "multipart/form-data"):
            return request.form.to_dict()
        raise Refused(415, f"Bodies of type {request.mimetype} are not read here.")

    def is_form(self) -> bool:
        """Tell whether the body is form-encoded, in which an absent checkbox counts as unticked."""
        return not request.is_json


def _words(finding: Finding) -> str:
    """Word what is wrong with one field."""
    texts = {
        "required": "Please give this field.",
        "blank": "This field must not be empty.",
        "null": "This field must not be null.",
        "max": f"At most {finding.limit} characters.",
        "kind": f"This must be {finding.limit}.",
    }
    return texts.get(finding.rule, f"This is none of: {finding.limit}.")


View = Callable[..., Any]


class _Uuid(BaseConverter):
    """Lower case only; anything else is no route, and so a web page with 404."""

    regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    part_isolating = True


class Router:
    """Registers views on a Flask application with what SODAR does before each."""

    def __init__(self, world: Callable[[], World], generation: str, faults: Faults) -> None:
        self.app = Flask("sodar_sandbox")
        self.app.url_map.converters["uuid"] = _Uuid
        self.app.register_error_handler(HTTPException, self._page)
        self._world, self._generation, self._lock = world, generation, threading.RLock()
        self._faults = faults

    def add(self, api: str, rule: str, since: str = "", old: bool = True, **views: View) -> None:
        """Register views by method: ``add("projects", "/project/api/list", GET=list_projects)``.

        `since` is the first API version that has the route, `old` whether the old generation has it.
        """
        card = GENERATIONS[self._generation].get(api)
        if card is None or (self._generation == "old" and not old):
            return

        def answer(**arguments: str) -> Response:
            served = self._served(api, card, since)
            if served is None:
                return self._unknown_address()
            with self._lock:
                response, delay = self._answer(served, views, since, arguments)
            time.sleep(delay)
            return response

        self.app.add_url_rule(rule, endpoint=rule, view_func=answer, methods=list(views))

    def _served(self, name: str, api: Api, since: str) -> Api | None:
        """Return an API as this release has it; None where it lacks the address."""
        if self._generation == "old" or not self._faults.take("release_1_1"):
            return api
        versions = RELEASE_1_1.get(name, ())
        return None if not versions or since > versions[-1] else replace(api, versions=versions)

    def _unknown_address(self) -> Response:
        """Answer as SODAR does where it has no such address: from 1.1 on it fails at its own page for that."""
        if self._generation == "new" and not self._world().core_only:
            return _server_error()
        return Response("<!doctype html><html><head><title>Not Found</title></head></html>", 404)

    def _page(self, error: HTTPException) -> Response:
        if error.code == 404:
            return self._unknown_address()
        adapter = request_ctx.url_adapter
        if isinstance(error, MethodNotAllowed) and error.valid_methods and adapter is not None:
            # Real servers look at media type and login before they look at the method.
            endpoint, arguments = adapter.match(method=next(iter(error.valid_methods)))
            refused: Response = self.app.view_functions[endpoint](**arguments)  # type: ignore[assignment]
            return refused
        return Response(f"<!doctype html><html><head><title>{error.name}</title></head></html>", error.code or 500)

    def _answer(
        self, api: Api, views: Mapping[str, View], since: str, arguments: Mapping[str, str]
    ) -> tuple[Response, float]:
        delay = 0.0
        try:
            version = negotiated(api, request.headers.get("Accept", "*/*"))
            refuse_if(
                since and self._generation == "new" and version < since,
                406,
                f"Version {version} does not have this view.",
            )
            crash_if(api.crashes_without_login and "Authorization" not in request.headers)
            core_1_4 = self._generation == "new" and not self._faults.take("release_1_1")
            context = Context(
                self._world(), self._account(), self._faults, version, self._generation == "old", core_1_4
            )
            refuse_if(request.method not in views, 405, f"{request.method} is not for this address.")
            answer = views[request.method](context, **arguments)
            delay = context.delay
        except Refused as refused:
            if refused.body is None:
                return _server_error(), delay
            return self._render(refused.body, refused.status, api), delay
        if isinstance(answer, Response):
            return answer, delay
        body, status = answer if isinstance(answer, tuple) else (answer, 200)
        return self._render(body, status, api), delay

    @staticmethod
    def _render(body: Any, status: int, api: Api) -> Response:
        if status == 204:
            response = Response(status=204)
            response.headers.remove("Content-Type")
            return response
        response = Response(json.dumps(body, ensure_ascii=False), status, content_type=api.media_type)
        response.headers["Vary"] = "Cookie"
        if status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="api"'
        return response

    def _account(self) -> User:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "token":
            return self._by_token(value)
        if scheme.lower() == "basic":
            return self.by_password(value)
        raise Refused(401, "Log in: no credentials came with the request.")

    def _by_token(self, value: str) -> User:
        refuse_if(not value.strip(), 401, "The token header is empty.")
        refuse_if(" " in value.strip(), 401, "The token header has blanks in it.")
        for user in self._world().users.values():
            if value.strip() in user.tokens:
                return user
        raise Refused(401, "Nobody has this token.")

    def by_password(self, value: str) -> User:
        """Return the user of a Basic header's value."""
        try:
            name, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            raise Refused(401, "The header of user name and password cannot be read.") from None
        for user in self._world().users.values():
            if name in (user.username, user.short) and password == user.password:
                return user
        raise Refused(401, "User name or password is wrong.")


def negotiated(api: Api, accept: str) -> str:
    """Return the version to answer in: the server's type wins over ``*/*``, its first mention counts."""
    asked = [[part.strip() for part in each.split(";")] for each in accept.split(",")]
    for media_type, *parameters in asked:
        if media_type == api.media_type:
            version = next((p.split("=", 1)[1] for p in parameters if p.startswith("version=")), api.versions[-1])
            refuse_if(version not in api.versions, 406, f"There is no version {version} here.")
            return version
    if any(media_type in ("*/*", "application/*") for media_type, *_ in asked):
        return api.versions[-1]
    raise Refused(406, "None of the accepted media types is served here.")


def paged(context: Context, records: list[Any], relative: bool = False) -> Any:
    """Return a list, or one numbered page of it where the server knows pages."""
    asked = request.args.get("page", "")
    if context.old or not asked:
        return records
    size = context.world.page_size
    last = max(1, -(-len(records) // size))
    number = last if asked == "last" else int(asked) if asked.isdecimal() else 0
    refuse_if(not 1 <= number <= last, 404, "There is no such page.")
    return {
        "count": len(records),
        "next": _page_url(number + 1, relative) if number < last else None,
        "previous": _page_url(number - 1, relative) if number > 1 else None,
        "results": records[(number - 1) * size : number * size],
    }


def _page_url(number: int, relative: bool) -> str:
    others = "".join(f"&{name}={value}" for name, value in request.args.items() if name != "page")
    return f"{'' if relative else request.host_url.rstrip('/')}{request.path}?page={number}{others}"


def _server_error() -> Response:
    return Response("<!doctype html><html><head><title>Server Error (500)</title></head></html>", 500)
