"""Answers with the headers of the real server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response

from bionb.platforms.torrentsuite.sandbox.query import Refused

BARE = {"Vary": "Cookie"}
FRESH = {"Vary": "Accept, Cookie", "Cache-Control": "no-cache"}
KEPT = {
    "Vary": "Accept, Cookie",
    "Cache-Control": "s-maxage=17, max-age=17",
    "Access-Control-Allow-Origin": "*",
}


def json_reply(body: Any, status: int = 200, headers: Mapping[str, str] = FRESH) -> Response:
    """Return JSON."""
    return Response(json.dumps(body), status, _named(headers), content_type="application/json")


def empty(status: int, headers: Mapping[str, str]) -> Response:
    """Return an answer without a body, which the real server calls a web page."""
    return Response(b"", status, _named(headers), content_type="text/html; charset=utf-8")


def web_page(status: int, title: str) -> Response:
    """Return a web page."""
    return Response(f"<h1>{title}</h1><p>There is nothing here.</p>", status, BARE, content_type="text/html")


def refusal(refused: Refused) -> Response:
    """Return the answer to a query that cannot be answered."""
    if refused.status == 404:
        return empty(404, {"Vary": "Accept, Cookie"})
    if refused.status == 500:
        return json_reply({"error_message": "This request failed; try again later."}, 500, BARE)
    return json_reply({"error": refused.words}, refused.status, BARE)


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Content-Language": "en-us", **headers}
