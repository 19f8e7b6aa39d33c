"""How a request proves who sends it.

Authentication is an object on the session, never a default header: a header could be replaced by an entry of
``~/.netrc``, would be shown by ``session.headers``, and custom ones would travel along a redirect.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import quote, quote_plus

from requests import PreparedRequest
from requests.auth import AuthBase

from bionb.secret import Secret


class HeaderAuth(AuthBase):
    """A header made from a template and secrets.

    Parameters
    ----------
    header : str
        Its name.
    template : str
        Its value with the fields in braces.
    **values : Secret
        The fields.

    Examples
    --------
    >>> HeaderAuth("Authorization", "token {token}", token=Secret("sandbox-alice"))
    HeaderAuth(Authorization: token {token})
    """

    def __init__(self, header: str, template: str, **values: Secret) -> None:
        self.header, self.template, self._values = header, template, values

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the header to a request."""
        request.headers[self.header] = self.template.format(**{k: v.reveal() for k, v in self._values.items()})
        return request

    def hide(self, text: str) -> str:
        """Return a text without the secrets, should a server have echoed them."""
        return _without(text, (each.reveal() for name, each in self._values.items() if name != "username"))

    def as_python(self) -> tuple[str, str]:
        """Return the keyword and value a learner would have written, secrets as variables."""
        if self.template == "{" + next(iter(self._values)) + "}":
            return "headers", f'{{"{self.header}": {next(iter(self._values))}}}'
        return "headers", f'{{"{self.header}": f"{self.template}"}}'

    def as_curl(self) -> str:
        """Return the curl option, secrets as shell variables."""
        value = self.template
        for name in self._values:
            value = value.replace("{" + name + "}", f"${name.upper()}")
        return f'-H "{self.header}: {value}"'

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.header}: {self.template})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Authentication is not pickled: log in again in the other process.")


class BasicAuth(AuthBase):
    """User name and password (HTTP Basic)."""

    def __init__(self, username: Secret, password: Secret) -> None:
        self._username, self._password = username, password

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the header to a request."""
        request.headers["Authorization"] = f"Basic {self._pair()}"
        return request

    def _pair(self) -> str:
        return b64encode(f"{self._username.reveal()}:{self._password.reveal()}".encode()).decode("ascii")

    def hide(self, text: str) -> str:
        """Return a text without the password, plain or as it is sent."""
        return _without(text, (self._password.reveal(), self._pair()))

    def as_python(self) -> tuple[str, str]:
        """Return the keyword and value a learner would have written."""
        return "auth", "(username, password)"

    def as_curl(self) -> str:
        """Return the curl option."""
        return '--user "$USERNAME:$PASSWORD"'

    def __repr__(self) -> str:
        return "BasicAuth(username, password)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Authentication is not pickled: log in again in the other process.")


class NoAuth(AuthBase):
    """Nothing is sent, not even what ``.netrc`` would add: for signed links of another host, and for open calls."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Leave the request as it is."""
        return request

    def hide(self, text: str) -> str:
        """Return a text as it is."""
        return text

    def as_python(self) -> tuple[str, str]:
        """Return nothing to write."""
        return "", ""

    def as_curl(self) -> str:
        """Return nothing to write."""
        return ""


def _without(text: str, secrets: Iterable[str]) -> str:
    """Replace secrets in a text, also as URLs, JSON and web pages write them, and whatever the case of letters."""
    for secret in secrets:
        forms = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], html.escape(secret)}
        text = re.sub("|".join(map(re.escape, sorted(forms, key=len, reverse=True))), "…", text, flags=re.IGNORECASE)
    return text


Auth = HeaderAuth | BasicAuth | NoAuth
