"""A local server that answers like Seven Bridges' API v2, with invented data and switchable quirks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, request

from bionb import waiting
from bionb.platforms.sevenbridges.sandbox import account, apps, files, projects, storage, tasks, upload
from bionb.platforms.sevenbridges.sandbox.answers import error
from bionb.platforms.sevenbridges.sandbox.filling import USERS, fill
from bionb.platforms.sevenbridges.sandbox.store import Record, Store
from bionb.sandbox.application import Application, refuse_if, serve
from bionb.sandbox.faults import Fault
from bionb.sandbox.gate import FINDINGS
from bionb.sandbox.tokens import user_of

WINDOW, REQUESTS = 300.0, 1000
OPEN = ("/v2", "/v2/rate_limit")


class SevenBridgesSandbox(Application):
    """Projects, files, apps, tasks, billing and volumes in memory; there is only one generation."""

    states = ("default", "empty", "large")
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
        "expired_link",  # a signed link serves once
    )
    users = USERS
    judges_late = True  # the token and the rate limit come first

    def add_routes(self, app: Flask) -> None:
        """Add everything that is served."""
        app.before_request(self._admit)
        app.after_request(self._count)
        for part in (account, projects, files, apps, tasks, storage, upload):
            serve(app, part.ROUTES)

    def fill(self, state: str) -> None:
        """Put the data of a named state in place of what is there, and the rate limit back to full."""
        self.store, self._window = Store(), (0.0, 0)
        self._used: Counter[Fault] = Counter()
        fill(self.store, state)

    def refusal(self, status: int, words: str, **more: Any) -> Record:
        """Return the body of an error, as this platform words it."""
        return error(status, words, **more)

    def wsgi(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; a slash at the end of a path does not matter."""
        environ["PATH_INFO"] = environ["PATH_INFO"].rstrip("/") or "/"
        if environ["QUERY_STRING"].count("?") and self.faults.take("lenient_query"):
            query = environ["QUERY_STRING"].replace("?", "&")
            environ["QUERY_STRING"] = query.replace("project=my-project", "project=RFranklin/my-project")
        return super().wsgi(environ, start)

    # -- who may ask, and how often -------------------------------------------------------------------------------

    def _admit(self) -> None:
        g.sandbox = self
        if request.path.startswith("/signed/") or request.path == "/v2":
            return
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.store.user = user_of(request.headers.get("X-SBG-Auth-Token", "") or bearer)
        refuse_if(self.store.user not in self.store.users or self._expired(), 401, "Unauthorized")
        refuse_if(request.path not in OPEN and not self._spend(), 429, "Rate limit exceeded.")
        findings = request.environ.get(FINDINGS, ())
        refuse_if(findings, 400, "; ".join(map(str, findings)))

    def _expired(self) -> bool:
        if fault := self.faults.take("expire_token"):
            self._used[fault] += 1
        return fault is not None and self._used[fault] > int(fault.options.get("after", 0))

    def _limits(self) -> tuple[int, float]:
        fault = self.faults.take("budget")
        options = fault.options if fault else {}
        return int(options.get("limit", REQUESTS)), float(options.get("window", WINDOW))

    def _spend(self) -> bool:
        limit, window = self._limits()
        (start, used), now = self._window, waiting.CLOCK.wall()
        self._window = (start, used + 1) if now < start + window else (now, 1)
        return self._window[1] <= limit

    def _count(self, response: Response) -> Response:
        """Put the rate limit in the headers of every answer."""
        for name, value in self.rate().items():
            response.headers[f"X-RateLimit-{name.title()}"] = str(value)
        return response

    def rate(self) -> dict[str, int]:
        """Return limit, remaining requests and reset (Unix seconds)."""
        limit, window = self._limits()
        (start, used), now = self._window, waiting.CLOCK.wall()
        fresh = now >= start + window
        reset = math.ceil(now if fresh else start + window) * (1000 if self.faults.take("reset_milliseconds") else 1)
        return {"limit": limit, "remaining": limit if fresh else max(0, limit - used), "reset": reset}
