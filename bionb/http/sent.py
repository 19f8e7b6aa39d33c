"""One request as it was sent, and as plain calls that a learner could have written."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bionb.http.auth import Auth
from bionb.secret import Hidden, masked

if TYPE_CHECKING:
    import requests


@dataclass(frozen=True)
class SentRequest:
    """A request as it was sent, without its secrets: credentials in it are `Hidden`.

    Attributes
    ----------
    method, path : str
        Path below the server's URL, without query.
    params, headers, body : mapping
        Query, own headers, and the JSON body (None without one).
    files : tuple of str
        Names of uploaded form fields.
    form : mapping
        Other fields of the form.
    opens : bool
        False for further pages, polls, and looks beforehand.
    variable : str
        How the plain calls name the server's address.
    streams : bool
        Whether the body is a file.
    """

    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    auth: Auth = field(repr=False)
    files: tuple[str, ...] = ()
    form: Mapping[str, Any] = field(default_factory=dict)
    opens: bool = field(default=True, repr=False, compare=False)
    variable: str = field(default="url", repr=False, compare=False)
    streams: bool = field(default=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("params", "headers", "body", "form"):
            object.__setattr__(self, name, _hidden(masked(getattr(self, name)), self.auth))

    @property
    def python(self) -> str:
        """The plain ``requests`` call, with ``url`` and the secrets as variables."""
        arguments = [f"{self.variable} + {json.dumps(self.path)}"]
        keyword, value = self.auth.as_python()
        headers = ", ".join(f"{json.dumps(name)}: {_quoted(text)}" for name, text in self.headers.items())
        if keyword == "headers":
            value = value[:-1] + (", " + headers if headers else "") + "}"
        elif headers:
            arguments.append(f"headers={{{headers}}}")
        if keyword:
            arguments.append(f"{keyword}={value}")
        if self.params:
            arguments.append(f"params={dict(self.params)!r}")
        if self.body is not None:
            arguments.append(f"json={self.body!r}")
        if self.form:
            arguments.append(f"data={dict(self.form)!r}")
        if self.streams:
            arguments.append('data=open("FILE", "rb")')
        if self.files:
            arguments.append("files={" + ", ".join(f'"{name}": ...' for name in self.files) + "}")
        known = self.method in _NAMED
        call = f"requests.{self.method.lower()}(" if known else f'requests.request("{self.method}", '
        joined = ", ".join(arguments)
        if len(call) + len(joined) < 110:
            return f"{call}{joined})"
        return f"{call}\n    " + ",\n    ".join(arguments) + ",\n)"

    @property
    def curl(self) -> str:
        """The same for a shell, with ``$URL`` and the secrets as variables."""
        query = "?" + urlencode(_marked(self.params), doseq=True) if self.params else ""
        parts = ["curl", "" if self.method == "GET" else f"-X {self.method}", self.auth.as_curl()]
        parts += [f"-H {_word(f'{name}: {_marked(text)}')}" for name, text in self.headers.items()]
        if self.body is not None:
            parts += ["-H 'Content-Type: application/json'", f"-d {_word(json.dumps(_marked(self.body)))}"]
        parts += [f"-F {_word(f'{name}={_marked(value)}')}" for name, value in self.form.items()]
        parts += [f"-F {shlex.quote(name)}=@FILE" for name in self.files] + ["-T FILE"] * self.streams
        where = re.sub(r'([$`"\\!])', r"\\\1", self.path + query)
        address = f'"${self.variable.upper()}'
        return " ".join(part for part in [*parts, address + re.sub("%00([A-Z0-9_]+)%00", r"$\1", where) + '"'] if part)

    def __repr__(self) -> str:
        return f"<{self.method} {self.path}>"


_NAMED = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")  # methods that `requests` has functions for


def _hidden(value: Any, auth: Auth) -> Any:
    """Return a body in which no text holds the secrets of the login either."""
    if isinstance(value, Hidden) or not isinstance(value, str | Mapping | list):
        return value
    if isinstance(value, str):
        return auth.hide(value)
    if isinstance(value, list):
        return [_hidden(each, auth) for each in value]
    return {key: _hidden(each, auth) for key, each in value.items()}


def _quoted(text: Any) -> str:
    return repr(text) if isinstance(text, Hidden) else json.dumps(text)


def _marked(value: Any) -> Any:
    """Return a value with marks where a shell is to put its variables."""
    if isinstance(value, Hidden):
        return f"\0{value.variable.upper()}\0"
    if isinstance(value, Mapping):
        return {key: _marked(each) for key, each in value.items()}
    return [_marked(each) for each in value] if isinstance(value, list | tuple) else value


def _word(text: str) -> str:
    """Return a text as one word of a shell, its marks as variables."""
    return re.sub(r"(?:\\u0000|\0)([A-Z0-9_]+)(?:\\u0000|\0)", r"""'"$\1"'""", shlex.quote(text))


def _gathered(params: Any) -> dict[str, Any]:
    """Return a query as one mapping; a name that is given several times has a list, a value of None is not sent."""
    if params is None or isinstance(params, Mapping):
        return {name: value for name, value in (params or {}).items() if value is not None}
    found: dict[str, Any] = {}
    for name, value in params:
        found[name] = (
            [*found[name], value]
            if isinstance(found.get(name), list)
            else ([found[name], value] if name in found else value)
        )
    return found


def sent_as(request: requests.Request, path: str, auth: Auth, opens: bool, variable: str = "url") -> SentRequest:
    """Return a request as it is written down."""
    files = request.files if isinstance(request.files, Mapping) else [name for name, _ in request.files]
    form = request.data if isinstance(request.data, Mapping) else {}
    return SentRequest(
        request.method or "",
        path,
        _gathered(request.params),
        request.headers,
        request.json,
        auth,
        tuple(files),
        form,
        opens,
        variable,
        streams=bool(request.data) and not isinstance(request.data, Mapping | bytes | str | list | tuple),
    )
