"""What was asked: the history of a session, and one request as plain calls a learner could have written."""

from __future__ import annotations

import itertools
import json
import shlex
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bionb.auth import Auth

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("method", "path", "status", "ms", "bytes", "retries")


@dataclass(frozen=True)
class SentRequest:
    """A request as it was sent, without its secrets.

    Attributes
    ----------
    method, path : str
        Path below the server's URL, without query.
    params, headers, body : mapping
        Query, own headers, and the JSON body (None without one).
    files : tuple of str
        Names of uploaded form fields.
    form : mapping
        Other fields of a form that carries files; it has no secrets, unlike a form on its own.
    """

    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    auth: Auth = field(repr=False)
    files: tuple[str, ...] = ()
    form: Mapping[str, Any] = field(default_factory=dict)

    @property
    def python(self) -> str:
        """The plain ``requests`` call, with ``url`` and the secrets as variables."""
        arguments = [f'url + "{self.path}"']
        keyword, value = self.auth.as_python()
        headers = ", ".join(f"{json.dumps(name)}: {json.dumps(text)}" for name, text in self.headers.items())
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
        if self.files:
            arguments.append("files={" + ", ".join(f'"{name}": ...' for name in self.files) + "}")
        call = f"requests.{self.method.lower()}("
        joined = ", ".join(arguments)
        if len(call) + len(joined) < 110:
            return f"{call}{joined})"
        return f"{call}\n    " + ",\n    ".join(arguments) + ",\n)"

    @property
    def curl(self) -> str:
        """The same for a shell, with ``$URL`` and the secrets as variables."""
        query = "?" + urlencode(self.params, doseq=True) if self.params else ""
        parts = ["curl", "" if self.method == "GET" else f"-X {self.method}", self.auth.as_curl()]
        parts += [f"-H {shlex.quote(f'{name}: {text}')}" for name, text in self.headers.items()]
        if self.body is not None:
            parts += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(json.dumps(self.body))}"]
        parts += [f"-F {shlex.quote(f'{name}={value}')}" for name, value in self.form.items()]
        parts += [f"-F {name}=@FILE" for name in self.files]
        return " ".join(part for part in [*parts, f'"$URL{self.path}{query}"'] if part)

    def __repr__(self) -> str:
        return f"<{self.method} {self.path}>"


class History:
    """All requests of a session; safe to fill from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = itertools.count()
        self._rows: list[tuple[Any, ...]] = []
        self.last: SentRequest | None = None

    def start(self) -> int:
        """Return the number of a request that is about to be sent."""
        with self._lock:
            return next(self._count)

    def add(self, number: int, *row: Any) -> None:
        """Keep one finished request: method, path, status (None without an answer), ms, bytes, retries."""
        with self._lock:
            self._rows.append((number, *row))

    def __len__(self) -> int:
        return len(self._rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a request, ordered by start.

        Returns
        -------
        DataFrame
            ``method``, ``path``, ``status`` (Int64, missing when no answer came), ``ms`` (milliseconds),
            ``bytes`` (of the answer's body), ``retries`` (repeats before this answer).
        """
        import pandas as pd

        with self._lock:
            rows = [row[1:] for row in sorted(self._rows)]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        return frame.astype(
            {"method": "str", "path": "str", "status": "Int64", "ms": "float64", "bytes": "Int64", "retries": "Int64"}
        )
