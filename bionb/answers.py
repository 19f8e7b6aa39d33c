"""Reading answers: JSON or not, what went wrong, when to come back."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from bionb.errors import (
    AuthenticationFailed,
    Conflict,
    NotFound,
    PermissionDenied,
    RateLimited,
    ResponseError,
    ServerFailed,
    UnexpectedResponse,
    VersionRejected,
)
from bionb.pages import Page
from bionb.waiting import CLOCK

SHOWN = 300
Pick = Callable[[Any], list[dict[str, Any]]]
_CLASSES: dict[int, type[ResponseError]] = {
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    406: VersionRejected,
    409: Conflict,
    429: RateLimited,
}
_HINTS = {
    401: "Check the token: it may be mistyped, expired or of another server.",
    403: "Ask an owner for the right to do this, or log in with another account.",
    404: "Check the identifier; it may also be one that this account cannot see.",
    406: "Leave out api_version, or name one that the server offers.",
    409: "Look at its present state before you try again.",
    429: "Wait a little and try again.",
    500: "Try again later; if it lasts, tell the server's administrators.",
}


@dataclass(frozen=True)
class Problem:
    """What an error response says.

    Attributes
    ----------
    detail : str
        The server's explanation in full.
    code : int, str or None
        The platform's error code.
    hint : str
        What to do next; empty for the general hint of the status.
    summary : str
        What the one-line message shows in place of a very long detail.
    more_info : str
        Where the server says more, usually a URL.
    """

    detail: str
    code: int | str | None = None
    hint: str = ""
    summary: str = ""
    more_info: str = ""


def is_json(response: requests.Response) -> bool:
    """Tell whether the answer calls itself JSON (vendor types included)."""
    return "json" in response.headers.get("Content-Type", "").lower()


def parse_json(response: requests.Response, label: str, what: str) -> Any:
    """Return the body as JSON, None for an empty success.

    Raises
    ------
    UnexpectedResponse
        A web page or broken JSON.
    """
    if not response.content and response.status_code in (200, 201, 202, 204):
        return None
    if is_json(response):
        try:
            return response.json()
        except ValueError:
            reason = "broken JSON"
    else:
        reason = "a web page" if "html" in response.headers.get("Content-Type", "") else "something that is no JSON"
    raise UnexpectedResponse(
        f'{label} answered "{what}" with {reason} (status {response.status_code}). Is the URL that of the server\'s '
        "API, and not of a login page or proxy?"
    ) from None


def page_of(
    response: requests.Response,
    label: str,
    what: str,
    pick: Pick,
    total: Callable[[requests.Response, Any], int | None] = lambda response, body: None,
    more: Callable[[requests.Response, Any], bool | None] = lambda response, body: None,
    cursor: Callable[[Any], Any] = lambda body: None,
) -> Page:
    """Return an answer as a page of a listing.

    Parameters
    ----------
    pick : callable
        Takes the records out of the parsed body.
    total, more, cursor : callable
        Where the server says how many records there are, whether a page follows, and how it is called.

    Raises
    ------
    UnexpectedResponse
        The answer lacks what was expected.
    """
    body = parse_json(response, label, what)
    try:
        records = pick(body)
        numbers = total(response, body), more(response, body), cursor(body)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise unexpected(label, what, error) from error
    return Page(records, *numbers, body=response.content, parse=lambda content: pick(json.loads(content)))


def unexpected(label: str, what: str, error: Exception) -> UnexpectedResponse:
    """Return the error for an answer that is JSON but lacks what it should hold."""
    missing = f"no {error}" if isinstance(error, KeyError) else "another form than documented"
    return UnexpectedResponse(
        f'{label} answered "{what}" with {missing}. Is the URL that of the right server, '
        "and its API version one that bionb knows?"
    )


def plain_problem(response: requests.Response) -> Problem:
    """Read an error of unknown form: all texts of a JSON body, or the title of a web page."""
    if is_json(response):
        try:
            return Problem("; ".join(flatten(response.json())))
        except ValueError:
            return Problem("broken JSON")
    return Problem(page_text(response.text))


def flatten(body: Any, name: str = "") -> list[str]:
    """Return all texts of a nested error body as ``name: text`` lines.

    Examples
    --------
    >>> flatten({"error": {"planName": [" is required. "]}})
    ['error > planName: is required.']
    """
    if isinstance(body, dict):
        return [line for key, value in body.items() for line in flatten(value, f"{name} > {key}" if name else str(key))]
    if isinstance(body, list):
        return [line for value in body for line in flatten(value, name)]
    text = " ".join(str(body).split())
    return [f"{name}: {text}" if name else text] if text else []


def page_text(page: str) -> str:
    """Return a web page's title, or a short plain text as it is."""
    found = re.search(r"<title[^>]*>(.*?)</title>", page, re.IGNORECASE | re.DOTALL)
    if found:
        return " ".join(html.unescape(found.group(1)).split())
    return "" if "<" in page else " ".join(page.split())


def error_for(
    response: requests.Response, problem: Problem, *, label: str, what: str, method: str, path: str
) -> ResponseError:
    """Return the error for an answer: one line with what was asked, what came back, what to try next."""
    status = response.status_code
    kind = _CLASSES.get(status, ServerFailed if status >= 500 else ResponseError)
    hint = problem.hint or _hint(response)
    detail = shorten(problem.summary or problem.detail)
    if detail and detail[-1] not in ".!?":
        detail += "."
    message = (
        f'{label} answered {status} to "{what}": {detail}' if detail else f'{label} answered {status} to "{what}".'
    )
    error = kind(
        f"{message} {hint}".rstrip(),
        platform=label,
        method=method,
        path=path,
        status=status,
        code=problem.code,
        detail=problem.detail,
        more_info=problem.more_info,
    )
    if isinstance(error, RateLimited):
        wait = retry_after(response)
        error.reset_at = None if wait is None else CLOCK.wall() + wait
    return error


def _hint(response: requests.Response) -> str:
    status = response.status_code
    if status == 404 and "html" in response.headers.get("Content-Type", ""):
        return "This is a web page, not the API's answer: check the server's URL, or whether it is new enough for this."
    return _HINTS.get(status, _HINTS[500] if status >= 500 else "")


def shorten(text: str, length: int = SHOWN) -> str:
    """Return a text as one line of at most `length` characters."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds to wait that ``Retry-After`` or ``X-RateLimit-Reset`` ask for, None without them."""
    told = response.headers.get("Retry-After")
    if told is not None:
        try:
            return max(0.0, Retry().parse_retry_after(told))
        except InvalidHeader:
            return None
    budget = rate_budget(response)
    return None if budget is None or response.status_code != 429 else max(0.0, budget[2] - CLOCK.wall())


def rate_budget(response: requests.Response) -> tuple[int, int, float] | None:
    """Return (limit, remaining, reset as Unix seconds) of ``X-RateLimit`` headers (also in milliseconds)."""
    headers = response.headers
    try:
        reset = float(headers["X-RateLimit-Reset"])
        limit, remaining = int(headers["X-RateLimit-Limit"]), int(headers["X-RateLimit-Remaining"])
    except (KeyError, ValueError):
        return None
    return limit, remaining, reset / 1000 if reset > 1e11 else reset


def without_frames(error: BaseException) -> BaseException:
    """Return an error and its causes without frames: a verbose traceback prints their arguments (headers!)."""
    seen: BaseException | None = error
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return error
