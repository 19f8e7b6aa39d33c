"""A local server that answers like Seven Bridges' API v2, with invented data and switchable quirks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request

from bionb import waiting
from bionb.platforms.sevenbridges.sandbox import account, apps, files, projects, storage, tasks, upload
from bionb.platforms.sevenbridges.sandbox.data import USERS, fill
from bionb.platforms.sevenbridges.sandbox.replies import Refused, error
from bionb.platforms.sevenbridges.sandbox.store import Store
from bionb.sandbox.faults import Fault, Faults
from bionb.sandbox.gate import FINDINGS
from bionb.sandbox.tokens import token_of, user_of

_CODES = {401: 90001, 429: 1000, 503: 0}
WINDOW, REQUESTS = 300.0, 1000
OPEN = ("/v2", "/v2/rate_limit")


class SevenBridgesSandbox:
    """Projects, files, apps, tasks, billing and volumes in memory.

    Parameters
    ----------
    state : str, optional
        One of `states`.
    generation : None
        There is only one.
    faults : Faults
        What is switched on.
    """

    states = ("default", "empty", "large")
    generations: tuple[str, ...] = ()
    quirks = (
        "budget",  # limit= requests in window= seconds
        "expire_token",  # after= requests the token is refused
        "seed_link",
        "foreign_link",
        "no_total",
        "total_with_offset",
        "short_page",
        "drifting",
        "inserting",
        "strict_limit",
        "lenient_query",
        "reset_milliseconds",
        "null_billing_group",
        "fail_copy",
    )
    users = USERS
    url = ""
    judges_late = True  # the token and the rate limit come first

    def __init__(self, state: str | None, generation: str | None, faults: Faults) -> None:
        self.faults = faults
        self._lock = threading.RLock()
        self._used: dict[Fault, int] = {}
        self._window = (0.0, 0)
        self.store = Store()
        self.flask = self._routes()
        self.reset(state)

    def reset(self, state: str | None = None) -> None:
        """Put the data back to a named state, and the rate limit to full."""
        with self._lock:
            # The routes hold the store, so it is emptied and not replaced.
            vars(self.store).update(vars(Store()))
            fill(self.store, state or "default")
            self._window = (0.0, 0)
            self._used.clear()

    def credentials(self, user: str | None = None) -> dict[str, str]:
        """Return the token of a user."""
        return {"token": token_of(user or self.users[0])}

    def refusal(self, status: int, words: str) -> dict[str, Any]:
        """Word an injected error as the platform does."""
        return error(status, _CODES.get(status, 90005), words)

    def wsgi(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; a slash at the end of a path does not matter."""
        environ["PATH_INFO"] = environ["PATH_INFO"].rstrip("/") or "/"
        if environ["QUERY_STRING"].count("?") and self.faults.take("lenient_query"):
            environ["QUERY_STRING"] = (
                environ["QUERY_STRING"].replace("?", "&").replace("project=my-project", "project=RFranklin/my-project")
            )
        with self._lock:
            return self.flask.wsgi_app(environ, start)

    def _routes(self) -> Flask:
        app = Flask(__name__)
        app.json.sort_keys = False  # type: ignore[attr-defined]
        app.before_request(self._admit)
        app.after_request(self._count)
        app.register_error_handler(Refused, lambda refused: (jsonify(refused.body()), refused.status))
        app.register_error_handler(404, lambda _: (jsonify(error(404, 90003, "There is no such path.")), 404))
        app.register_error_handler(405, lambda _: (jsonify(error(405, 90006, "The method is not allowed here.")), 405))
        for part in (account, projects, files, apps, tasks, storage, upload):
            routes = Blueprint(part.__name__.rpartition(".")[2], part.__name__)
            part.add_routes(routes, self.store, self.faults)
            app.register_blueprint(routes)
        return app

    # -- who may ask, and how often -------------------------------------------------------------------------------

    def _admit(self) -> Response | tuple[Response, int] | None:
        if request.path.startswith("/signed/") or request.path == "/v2":
            return None
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        g.user = user_of(request.headers.get("X-SBG-Auth-Token", "") or bearer)
        if g.user not in self.store.users or self._expired():
            return jsonify(error(401, 90001, "Unauthorized")), 401
        if request.path not in OPEN and not self._spend():
            return jsonify(error(429, 1000, "Rate limit exceeded.")), 429
        if findings := request.environ.get(FINDINGS):
            return jsonify(error(400, 90000, "; ".join(map(str, findings)))), 400
        return None

    def _expired(self) -> bool:
        fault = self.faults.take("expire_token")
        if fault is None:
            return False
        self._used[fault] = self._used.get(fault, 0) + 1
        return self._used[fault] > int(fault.options.get("after", 0))

    def _limits(self) -> tuple[int, float]:
        fault = self.faults.take("budget")
        options = fault.options if fault else {}
        return int(options.get("limit", REQUESTS)), float(options.get("window", WINDOW))

    def _spend(self) -> bool:
        limit, window = self._limits()
        start, used = self._window
        now = waiting.CLOCK.wall()
        if now >= start + window:
            start, used = now, 0
        self._window = (start, used + 1)
        return used < limit

    def _count(self, response: Response) -> Response:
        """Put the rate limit in the headers of every answer."""
        rate = self.rate()
        response.headers["X-RateLimit-Limit"] = str(rate["limit"])
        response.headers["X-RateLimit-Remaining"] = str(rate["remaining"])
        response.headers["X-RateLimit-Reset"] = str(rate["reset"])
        if request.path == "/v2/rate_limit" and response.status_code == 200:
            limits = {"rate": rate, "instance_limit": {"limit": -1, "remaining": 9223372036854775807}}
            response.set_data(json.dumps(limits))
        return response

    def rate(self) -> dict[str, int]:
        """Return limit, remaining requests and reset (Unix seconds)."""
        limit, window = self._limits()
        start, used = self._window
        now = waiting.CLOCK.wall()
        fresh = now >= start + window
        reset = int(-(-(now if fresh else start + window) // 1))
        if self.faults.take("reset_milliseconds"):
            reset *= 1000
        return {"limit": limit, "remaining": limit if fresh else max(0, limit - used), "reset": reset}
