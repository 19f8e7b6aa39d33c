"""Errors as ODM words them, and what to do about the usual ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bionb.errors import NotFound, VersionRejected
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


@contextmanager
def there_since(release: str) -> Iterator[None]:
    """Turn a 404 into what it means at an address without identifier: the server is older than `release`.

    Raises
    ------
    VersionRejected
        It says from which release on servers have it.
    """
    try:
        yield
    except NotFound as error:
        asked = f"{error.method} {error.path}"
        words = f"{error.platform} answered 404 to {asked}: servers have that since release {release}. "
        words += "Ask an administrator which release this one runs."
        raise VersionRejected(
            words, platform=error.platform, method=error.method, path=error.path, status=error.status
        ) from error


def _hint(response: requests.Response) -> str:
    path = response.request.path_url if response.request else ""
    if response.status_code == 403 and ("/manage-data/" in path or "/audit/" in path):
        return 'It takes the permissions "manage organisation" and "access all data": ask an administrator.'
    if response.status_code == 403 and "/xrefsets/" in path:
        return "Only who imported a mapping may delete it: ask them."
    if response.status_code == 403:
        return "Ask an administrator to put you into the group Curator; reading works without as_curator=True."
    if response.status_code == 401 and ("/as-curator/" in path or "/jobs/" in path):
        return "The token is wrong, or its owner is not in the group Curator: whoami() tells which."
    if response.status_code == 404 and "/jobs/" in path:
        return "Check the job number; the server has no list of jobs."
    return ""
