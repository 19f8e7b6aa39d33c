"""Reading answers: JSON or not, what went wrong, when to come back."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Collection, Sequence
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
    VersionRejected,
)
from bionb.http import bodies
from bionb.http.bodies import is_json as is_json
from bionb.http.bodies import json_of, text_of
from bionb.http.bodies import parse_json as parse_json
from bionb.http.bodies import unexpected as unexpected
from bionb.paging.pages import Page
from bionb.progress import CLOCK
from bionb.wording import ended, joined, one_line
from bionb.wording import shorten as shorten

LONGEST_WINDOW = 86_400.0  # seconds: what a server says about a rate limit beyond a day is no figure to keep
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
    400: "Check what was given.",
    401: "Check the token: it may be mistyped, expired or of another server.",
    403: "Ask an owner for the right to do this, or log in with another account.",
    404: "Check the identifier; it may also be one that this account cannot see.",
    406: "Leave out api_version, or name one that the server offers.",
    405: "Check the server's URL, and whether it is new enough for this.",
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


def page_of(
    response: requests.Response,
    label: str,
    what: str,
    pick: Pick,
    total: Callable[[requests.Response, Any], int | None] = lambda response, body: None,
    more: Callable[[requests.Response, Any], bool | None] = lambda response, body: None,
    cursor: Callable[[Any], Any] = lambda body: None,
    warnings: Callable[[Any], Sequence[str]] = lambda body: (),
    ids: Collection[str] = (),
) -> Page:
    """Return an answer as a page of a listing.

    Parameters
    ----------
    pick : callable
        Takes the records out of the parsed body.
    total, more, cursor : callable
        Where the server says how many records there are, whether a page follows, and how it is called.
    warnings : callable
        Takes what the server warns of out of the body.
    ids : collection of str
        Keys that, where a record has them, must hold a text or a number.

    Raises
    ------
    UnexpectedResponse
        The answer lacks what was expected.
    """
    charset = bodies.charset_of(response)
    body = parse_json(response, label, what)
    try:
        records = pick(body)
        numbers, said = (total(response, body), more(response, body), cursor(body)), warnings(body)
        wrong: Exception | None = None
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
        wrong = without_frames(error)
    if wrong is not None:
        raise unexpected(label, what, wrong) from wrong
    bodies.records_of(records, label, what)
    for name in ids:
        for each in records:
            if each.get(name) is not None:
                bodies.record_of(each, label, what, ids=(name,))
    content, parse = response.content, lambda content: pick(bodies.loads(content, charset))
    return Page(records, *numbers, body=content, parse=parse, warnings=said)


def plain_problem(response: requests.Response, unnamed: Collection[str] = ()) -> Problem:
    """Read an error of unknown form: all texts of a JSON body, or the title of a web page.

    Parameters
    ----------
    unnamed : collection of str
        Keys that say nothing: their texts stand alone.
    """
    if is_json(response):
        try:
            lines = flatten(json_of(response))
            for name in unnamed:
                lines = [each.removeprefix(f"{name}: ") for each in lines]
            return Problem(joined(lines))
        except ValueError:
            return Problem("broken JSON")
    return Problem(page_text(text_of(response)))


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
    text = one_line(str(body))
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
    detail = ended(shorten(problem.summary or problem.detail))
    message = (
        f'{label} answered {status} to "{what}": {detail}' if detail else f'{label} answered {status} to "{what}".'
    )
    error = kind(
        message,
        hint=problem.hint or _hint(response),
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
    if status in (502, 504) and response.request.method not in ("GET", "HEAD"):
        return "A proxy gave up on the server: it may have been done all the same, so look before you try again."
    return _HINTS.get(status, _HINTS[500 if status >= 500 else 400])


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds to wait that ``Retry-After`` or ``X-RateLimit-Reset`` ask for, None without them."""
    told = response.headers.get("Retry-After")
    if told is not None:
        try:
            return float(min(max(0.0, Retry().parse_retry_after(told)), 1e9))
        except (InvalidHeader, ValueError, OverflowError):  # a word, or a date that no calendar has
            return None
    budget = rate_budget(response)
    return None if budget is None or response.status_code != 429 else max(0.0, budget[2] - CLOCK.wall())


def rate_budget(response: requests.Response) -> tuple[int, int, float] | None:
    """Return (limit, remaining, reset as Unix seconds) of ``X-RateLimit`` headers (also in milliseconds).

    What cannot be meant (negative, no number, a window of more than a day) is as if it had not been sent.
    """
    headers = response.headers
    try:
        reset = float(headers["X-RateLimit-Reset"])
        limit, remaining = int(headers["X-RateLimit-Limit"]), int(headers["X-RateLimit-Remaining"])
    except (KeyError, ValueError):
        return None
    reset = reset / 1000 if reset > 1e11 else reset
    if not math.isfinite(reset) or limit < 0 or remaining < 0 or not 0 <= reset <= CLOCK.wall() + LONGEST_WINDOW:
        return None
    return limit, remaining, reset


def without_frames(error: BaseException) -> Any:
    """Return an error and all it is chained to without what it may hold of a request.

    A verbose traceback prints the arguments of its frames (headers!), and errors of the HTTP library carry the request,
    which a pickle would take along.
    """
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        each.__traceback__ = None
        if isinstance(each, requests.RequestException):
            each.request = each.response = None
        left += [each.__cause__, each.__context__]
    return error
