"""Answers with the headers of the real server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response

BARE = {"Vary": "Cookie"}
PLAIN = {"Vary": "Accept, Cookie"}
FRESH = {**PLAIN, "Cache-Control": "no-cache"}
KEPT = {**PLAIN, "Cache-Control": "s-maxage=17, max-age=17", "Access-Control-Allow-Origin": "*"}


def reply(body: str, status: int, headers: Mapping[str, str], kind: str = "text/html; charset=utf-8") -> Response:
    """Return an answer; one without a body is a web page to the real server."""
    return Response(body, status, {"Content-Language": "en-us", **headers}, content_type=kind)


def json_reply(body: Any, status: int = 200, headers: Mapping[str, str] = FRESH) -> Response:
    """Return JSON."""
    return reply(json.dumps(body), status, headers, "application/json")


def web_page(status: int, title: str) -> Response:
    """Return a web page."""
    return Response(f"<h1>{title}</h1><p>There is nothing here.</p>", status, BARE, content_type="text/html")
