"""What the sandboxes of all platforms share: an application with routes, refusals, one lock, and how it is started."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from bionb.sandbox.faults import Faults
from bionb.sandbox.tokens import token_of

Answer = ResponseReturnValue
Routes = Mapping[str, Callable[..., Answer | None]]


class PlatformSandbox(Protocol):
    """What starts, resets and guards a platform's sandbox asks of it; `Application` has most of it."""

    states: Sequence[str]
    generations: Sequence[str]
    quirks: Sequence[str]
    users: Sequence[str]
    url: str

    def wsgi(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""

    def reset(self, state: str | None = None) -> None:
        """Put the data back to the start, or to a named state."""

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return what ``bionb.connect`` needs, of the default user or another one."""

    def refusal(self, status: int, words: str) -> Mapping[str, Any]:
        """Return the body of an error, as this platform words it."""


class Refused(Exception):
    """An answer that is an error.

    Parameters
    ----------
    status : int
        HTTP status.
    words : str
        What is wrong, in our own words.
    **more : object
        What a platform's form of an error needs beside: a code, a field.
    """

    def __init__(self, status: int, words: str = "", **more: Any) -> None:
        super().__init__(status, words)
        self.status, self.words, self.more = status, words, more


class Application:
    """A sandbox of one platform; it adds its routes (`add_routes`), its data (`fill`) and its words (`refusal`).

    Parameters
    ----------
    state : str, optional
        One of `states`.
    generation : str, optional
        One of `generations`.
    faults : Faults
        What is switched on.
    """

    states: Sequence[str] = ("default", "empty")
    generations: Sequence[str] = ()
    quirks: Sequence[str] = ()
    users: Sequence[str] = ("alice", "bob")
    url = ""

    def __init__(self, state: str | None, generation: str | None, faults: Faults) -> None:
        self.faults, self.generation = faults, generation
        self.lock = threading.RLock()
        self.app = Flask(type(self).__module__)
        self.app.json.sort_keys = False  # type: ignore[attr-defined]
        self.app.register_error_handler(Refused, self.refuse)
        self.app.register_error_handler(HTTPException, self.not_served)
        self.add_routes(self.app)
        self.reset(state)

    def add_routes(self, app: Flask) -> None:
        """Add everything that is served."""

    def fill(self, state: str) -> None:
        """Put the data of a named state in place of what is there."""

    def reset(self, state: str | None = None) -> None:
        """Put the data back to the start, or to a named state."""
        with self.lock:
            self.fill(state or self.states[0])

    def wsgi(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; one at a time changes the data."""
        with self.lock:
            return self.app.wsgi_app(environ, start)

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return what ``bionb.connect`` needs, of the default user or another one."""
        return {"token": token_of(user or self.users[0])}

    def refusal(self, status: int, words: str, **more: Any) -> Mapping[str, Any]:
        """Return the body of an error, as this platform words it."""
        return {"detail": words}

    def refuse(self, refused: Refused) -> Response:
        """Return the answer that is an error."""
        answer = jsonify(self.refusal(refused.status, refused.words, **refused.more))
        answer.status_code = refused.status
        return answer

    def not_served(self, error: HTTPException) -> Response:
        """Return the answer for an address or method that is not served."""
        words = "There is no such address." if error.code == 404 else f"{request.method} is not for this address."
        return self.refuse(Refused(error.code or 500, words))


def refuse_if(wrong: Any, status: int, words: str, **more: Any) -> None:
    """Refuse a request if something about it is wrong."""
    if wrong:
        raise Refused(status, words, **more)


def serve(app: Flask, routes: Routes) -> None:
    """Serve a table of answers by ``"METHOD path"`` or ``"METHOD|METHOD path"``; None is sent as 204."""
    for line, answer in routes.items():
        methods, path = line.split(" ", 1)
        app.add_url_rule(path, line.replace(".", "_"), _answering(answer), methods=methods.split("|"))


def _answering(answer: Callable[..., Answer | None]) -> Callable[..., Answer]:
    def view(**place: Any) -> Answer:
        found = answer(**place)
        return ("", 204) if found is None else found

    return view


def whole_number(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number of the query."""
    text = request.args.get(name) or str(default)
    if not text.lstrip("-").isdecimal() or int(text) < least:
        raise Refused(400, f"{name} must be a whole number from {least} on, not {text!r}.")
    return int(text)


def window(records: Sequence[Any], offset: int, limit: int, faults: Faults, *, missing: int = 3) -> list[Any]:
    """Return one page of a list; with the fault ``short_page`` it holds fewer records than asked for."""
    if limit > 1 and (fault := faults.take("short_page")):
        limit = max(1, limit - int(fault.options.get("missing", missing)))
    return list(records[offset : offset + limit])
