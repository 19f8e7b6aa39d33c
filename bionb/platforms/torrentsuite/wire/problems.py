"""What the server's errors say: it has six shapes of them, most of them nested, one of them empty."""

from __future__ import annotations

import html
from typing import Any

import requests

from bionb.http import answers
from bionb.http.answers import Problem
from bionb.http.bodies import json_of, text_of
from bionb.wording import joined

_HINTS = {
    401: "The server says so without a reason: check user name and API key (or password); an account that may read "
    "but not write is answered alike.",
    404: "Check the identifier; suite.objects(resource) lists those that there are.",
}


def read_problem(response: requests.Response) -> Problem:
    """Return what an error response says, whatever its shape (empty, text, web page, nested JSON)."""
    hint = _HINTS.get(response.status_code, "")
    if response.status_code == 405:
        allowed = response.headers.get("Allow") or response.text
        return Problem(f"this address takes only {allowed.replace(',', ', ')}")
    if answers.is_json(response):
        try:
            return Problem(detail_of(json_of(response)), hint=hint)
        except ValueError:
            return Problem("broken JSON", hint=hint)
    return Problem(answers.page_text(text_of(response)), hint=hint)


def detail_of(body: Any) -> str:
    """Return all texts of an error body in one line.

    Examples
    --------
    >>> detail_of({"error": {"planName": [" planName is required. "]}})
    'planName: planName is required.'
    """
    return joined(f"{each['field']}: {each['message']}" if each["field"] else each["message"] for each in told(body))


def told(body: Any) -> list[dict[str, str]]:
    """Return an error or warning body as rows of field and message.

    Parameters
    ----------
    body : object
        Texts nested in dicts and lists as deep as they like; a leading ``error`` key is the envelope.

    Returns
    -------
    list of dict
        ``field`` (path with ``>`` between its steps, empty when the server names none) and ``message``.
    """
    if isinstance(body, dict) and len(body) == 1 and set(body) <= {"error", "error_message"}:
        inner = next(iter(body.values()))
        if inner == "":
            return [{"field": "", "message": "the server could not read the request (malformed JSON?)"}]
        return told(inner)
    return list(_rows(body, ""))


def _rows(body: Any, path: str) -> list[dict[str, str]]:
    if isinstance(body, dict):
        return [row for key, value in body.items() for row in _rows(value, f"{path} > {key}" if path else str(key))]
    if isinstance(body, list):
        return [row for value in body for row in _rows(value, path)]
    text = html.unescape(" ".join(str(body if body is not None else "").split()))
    return [{"field": path, "message": text}] if text else []
