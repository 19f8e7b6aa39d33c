"""How a request proves who sends it.

Authentication is an object on the session, never a default header: a header could be replaced by an entry of
``~/.netrc``, would be shown by ``session.headers``, and custom ones would travel along a redirect.
"""

from __future__ import annotations

from base64 import b64encode
from typing import NoReturn

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
        pair = f"{self._username.reveal()}:{self._password.reveal()}".encode()
        request.headers["Authorization"] = "Basic " + b64encode(pair).decode("ascii")
        return request

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

    def as_python(self) -> tuple[str, str]:
        """Return nothing to write."""
        return "", ""

    def as_curl(self) -> str:
        """Return nothing to write."""
        return ""


Auth = HeaderAuth | BasicAuth | NoAuth
