"""Errors as ODM words them, and what to do about the usual ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bionb.http.answers import Problem, flatten, is_json, page_text
from bionb.http.bodies import json_of, text_of
from bionb.wording import joined

if TYPE_CHECKING:
    import requests


def read_problem(response: requests.Response) -> Problem:
    """Read ODM's ``{"error": {"message": ...}}``, and say what to do about the usual ones."""
    if not is_json(response):
        return Problem(page_text(text_of(response)), hint=_hint(response))
    try:
        body = json_of(response)
    except ValueError:
        return Problem("broken JSON")
    error = body.get("error", body) if isinstance(body, dict) else body
    message = error.get("message") if isinstance(error, dict) else None
    return Problem(message if isinstance(message, str) and message else joined(flatten(error)), hint=_hint(response))


def _hint(response: requests.Response) -> str:
    path = response.request.path_url if response.request else ""
    if response.status_code == 403:
        return "Ask an administrator to put you into the group Curator; reading works without as_curator=True."
    if response.status_code == 401 and ("/as-curator/" in path or "/jobs/" in path):
        return "The token is wrong, or its owner is not in the group Curator: whoami() tells which."
    if response.status_code == 404 and "/jobs/" in path:
        return "Check the job number; the server has no list of jobs."
    return ""
