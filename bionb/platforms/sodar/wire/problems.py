"""What SODAR's error answers say."""

from __future__ import annotations

import re

import requests

from bionb.http import answers
from bionb.http.answers import Problem

WEB_PAGE = "web page"  # the code of an error that came as a page instead of the API's answer
_TUPLE = re.compile(r"""^\((['"])(.+?)\1, \{""", re.DOTALL)


def read_problem(response: requests.Response) -> Problem:
    """Read any of the four forms: ``{"detail"}``, ``{"field": [..]}``, ``{"non_field_errors": [..]}``, a bare list.

    An import refused for critical warnings answers the text of a Python tuple of many kilobytes: its first sentence is
    the summary, the rest stays in the detail.
    """
    detail = answers.plain_problem(response, unnamed=("detail", "non_field_errors")).detail
    found = _TUPLE.match(detail)
    code = WEB_PAGE if "html" in response.headers.get("Content-Type", "") else None
    return Problem(detail, code=code, hint=_hint(response), summary=found.group(2) if found else "")


def _hint(response: requests.Response) -> str:
    status, request = response.status_code, response.request
    if status == 401 and str(request.headers.get("Authorization", "")).startswith("Basic"):
        return (
            "Check user name (LDAP: name@DOMAIN) and password; who logs in through another site has no password "
            "here and needs a token, from SODAR's app “API Tokens”."
        )
    if status == 401:
        return "Check the token: make a new one in SODAR's app “API Tokens” if it has expired."
    if status == 500 and "html" in response.headers.get("Content-Type", ""):
        return (
            "Either this address is wrong, or the server is too old for this, or it crashed: check the URL that you "
            "connected to; if it is right, tell the server's administrators."
        )
    if status == 503 and request.method != "GET" and answers.is_json(response):
        return (
            "Nothing was changed: wait until other work in this project has ended (or iRODS is back), then try again."
        )
    return ""
