"""What was asked: the history of a session, and one request as plain calls a learner could have written."""

from __future__ import annotations

import itertools
import json
import re
import shlex
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bionb.auth import Auth
from bionb.secret import Hidden, masked
from bionb.story import Story, current_story

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("method", "path", "status", "ms", "bytes", "retries", "started", "call")


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

    def __post_init__(self) -> None:
        for name in ("params", "headers", "body", "form"):
            object.__setattr__(self, name, _hidden(masked(getattr(self, name)), self.auth))

    @property
    def python(self) -> str:
        """The plain ``requests`` call, with ``url`` and the secrets as variables."""
        arguments = [f"url + {json.dumps(self.path)}"]
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
        query = "?" + urlencode(_marked(self.params), doseq=True) if self.params else ""
        parts = ["curl", "" if self.method == "GET" else f"-X {self.method}", self.auth.as_curl()]
        parts += [f"-H {_word(f'{name}: {_marked(text)}')}" for name, text in self.headers.items()]
        if self.body is not None:
            parts += ["-H 'Content-Type: application/json'", f"-d {_word(json.dumps(_marked(self.body)))}"]
        parts += [f"-F {_word(f'{name}={_marked(value)}')}" for name, value in self.form.items()]
        parts += [f"-F {shlex.quote(name)}=@FILE" for name in self.files]
        where = re.sub(r'([$`"\\!])', r"\\\1", self.path + query)
        return " ".join(part for part in [*parts, '"$URL' + re.sub("%00([A-Z0-9_]+)%00", r"$\1", where) + '"'] if part)

    def __repr__(self) -> str:
        return f"<{self.method} {self.path}>"


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


class History:
    """All requests of a session; safe to fill from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = itertools.count()
        self._rows: list[tuple[Any, ...]] = []
        self._latest = Story()

    @property
    def last(self) -> SentRequest | None:
        """The request that did the work of the latest call that sent anything."""
        return self._latest.work

    @property
    def latest(self) -> tuple[SentRequest, ...]:
        """All requests of that call."""
        return self._latest.requests

    def tell(self, sent: SentRequest, *, changes: bool) -> None:
        """Take a request into the story of the call that sends it; without any it goes on with the latest, or opens."""
        story = current_story()
        if story is None:
            story = Story() if sent.opens else self._latest
        story.add(sent, changes=changes)
        self._latest = story

    def start(self) -> tuple[int, float, str]:
        """Return number, time and call of a request that is about to be sent."""
        story = current_story() or self._latest
        with self._lock:
            return next(self._count), time.time(), story.name

    def add(self, begun: tuple[int, float, str], *row: Any) -> None:
        """Keep one finished request: method, path, status (None without an answer), ms, bytes, retries."""
        number, started, call = begun
        with self._lock:
            self._rows.append((number, *row, started, call))

    def __len__(self) -> int:
        return len(self._rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a request, ordered by start.

        Returns
        -------
        DataFrame
            ``method``, ``path``, ``status`` (Int64, missing when no answer came), ``ms`` (milliseconds),
            ``bytes`` (of the answer's body), ``retries`` (repeats before this answer), ``started`` (UTC), ``call`` (the
            client's method that was called).
        """
        import pandas as pd

        with self._lock:
            rows = [row[1:] for row in sorted(self._rows, key=lambda row: row[0])]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        frame["started"] = pd.to_datetime(frame["started"].astype("float64"), unit="s", utc=True)
        kinds = {"method": "str", "path": "str", "status": "Int64", "ms": "float64", "bytes": "Int64"}
        return frame.astype({**kinds, "retries": "Int64", "call": "str"})
