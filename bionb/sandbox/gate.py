"""The gate before every sandbox: only forms of a request that a real server is known to take come through.

What is known stands in ``data/accepted_requests.json`` beside a platform's sandbox, one entry a form, each with the
source of its evidence: a recording, an official client, an official description. Without the gate a sandbox would take
whatever its author's own client sends, and prove nothing.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.formparser import parse_form_data

from bionb.sandbox.judging import Finding, field_findings, key_findings, text_findings, value_findings

__all__ = ["FILE", "FINDINGS", "Finding", "Gate", "Ledger", "accepted_requests", "guarded"]

Environ = dict[str, Any]
Start = Callable[..., Any]
Wsgi = Callable[[Environ, Start], Iterable[bytes]]

FILE = "accepted_requests.json"
FINDINGS = "bionb.findings"  # where a sandbox that judges late finds what the gate saw

_CONTENTS = {
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
    "application/octet-stream": "binary",
}

_PLAIN = {  # headers that all requests have, or that no server reads
    *("Host", "User-Agent", "Connection", "Authorization", "Accept", "Accept-Encoding", "Accept-Language"),
    *("Transfer-Encoding", "Cookie", "Cache-Control", "Pragma"),
}


@dataclass(frozen=True)
class Form:
    """One entry of the ledger: a form of request that a server is known to take."""

    entry: Mapping[str, Any]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression; a slash at its end does not matter."""
        parts = re.split(r"(\{\w+(?:\.\.\.)?\})", self.entry["path"].rstrip("/"))
        found = [(".+" if "..." in each else "[^/]+") if each.startswith("{") else re.escape(each) for each in parts]
        return re.compile("".join(found))

    @property
    def placeholders(self) -> tuple[int, int]:
        """How general the path is: a path of fixed words goes before one that takes any word there."""
        path = self.entry["path"]
        return path.count("...}"), path.count("{")

    def findings(self, request: Request) -> Iterator[Finding]:
        """Give what this form does not allow."""
        allowed = self.entry.get("query", ())
        rules = allowed if isinstance(allowed, dict) else dict.fromkeys(allowed, {})
        for name, value in request.query:
            rule = next((rules[each] for each in rules if fnmatchcase(name, each)), None)
            if rule is None:
                yield Finding("query", name, "unknown")
            else:
                yield from text_findings("query", name, value, rule)
        given = {name for name, _ in request.query}
        yield from (
            Finding("query", name, "required") for name in rules if rules[name].get("required") and name not in given
        )
        yield from self._header_findings(request)
        yield from self._body_findings(request)

    def _header_findings(self, request: Request) -> Iterator[Finding]:
        """Judge headers where a form names some: there they say what is done, not only who asks and how."""
        rules = self.entry.get("headers")
        if rules is None:
            return
        for name, value in request.headers.items():
            if name in rules:
                yield from text_findings("header", name, value, rules[name])
            elif name not in _PLAIN:
                yield Finding("header", name, "unknown")
        missing = [name for name, rule in rules.items() if rule.get("required") and name not in request.headers]
        yield from (Finding("header", name, "required") for name in missing)

    def _body_findings(self, request: Request) -> Iterator[Finding]:
        body, values = self.entry.get("body"), self.entry.get("values")
        contents = self.entry.get("content", ["json"])
        if request.empty:
            needed = [name for name, rule in (body or {}).items() if rule.get("required")]
            yield from (Finding("body", name, "required") for name in needed)
            if values is not None and not values.get("optional"):
                yield Finding("body", "", "required")
        elif body is None and values is None and not {"binary", "text"} & set(contents):
            yield Finding("body", "", "unknown")
        elif request.content not in contents:
            yield Finding("body", "", "content", ", ".join(contents))
        elif request.content == "json":
            yield from value_findings("", request.json, values or {"type": "object", "keys": body})
        elif request.content in ("form", "multipart"):
            yield from key_findings("", request.fields, body or {}, field_findings)


class Request:
    """What the gate looks at in a request."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ
        self.body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(self.body)
        self.empty = not self.body
        self.method = environ["REQUEST_METHOD"]
        self.path = environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "replace")
        self.query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)

    @property
    def headers(self) -> dict[str, str]:
        """The headers, as ``If-Range``; length and type of the body are no part of them."""
        return {
            name[5:].replace("_", "-").title(): value for name, value in self._environ.items() if name[:5] == "HTTP_"
        }

    @property
    def content(self) -> str:
        """The kind of body: json, form, multipart, binary, text."""
        kind = self._environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        return "json" if "json" in kind else _CONTENTS.get(kind, "text" if kind.startswith("text/") else "binary")

    @cached_property
    def json(self) -> Any:
        """The body; ValueError for what is no JSON, infinity and NaN included."""
        return json.loads(self.body, parse_constant=_refuse_constant)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields of a form, and its files as bytes."""
        environ = self._environ | {"wsgi.input": io.BytesIO(self.body)}
        _, texts, files = parse_form_data(environ)
        found: dict[str, Any] = texts.to_dict()
        for name, each in files.items(multi=True):
            with each.stream as stream:
                found[name] = stream.read()
        return found


class Ledger:
    """All forms that one platform's servers are known to take.

    Parameters
    ----------
    entries : iterable of mapping
        As in the file: ``method, path, query, headers, body`` or ``values, content, generation, source``.
    generation : str, optional
        Leaves out the forms of other generations.
    """

    def __init__(self, entries: Iterable[Mapping[str, Any]], generation: str | None = None) -> None:
        kept = (each for each in entries if each.get("generation") in (None, generation) or generation is None)
        self._forms: dict[str, list[Form]] = {}
        for each in kept:
            self._forms.setdefault(each["method"], []).append(Form(each))

    def forms(self, method: str, path: str) -> list[Form]:
        """Return the forms of a method and path, those with the most specific path only."""
        found = [each for each in self._forms.get(method, ()) if each.pattern.fullmatch(path.rstrip("/"))]
        least = min((each.placeholders for each in found), default=(0, 0))
        return [each for each in found if each.placeholders == least]

    def findings(self, request: Request) -> list[Finding] | None:
        """Return what is wrong with a request, by the form it comes closest to; None if no form has its path."""
        judged = [list(each.findings(request)) for each in self.forms(request.method, request.path)]
        return min(judged, key=lambda found: (sum(each.unproven for each in found), len(found)), default=None)


class Gate:
    """A WSGI application before a platform's own.

    Parameters
    ----------
    app : sandbox
        ``wsgi`` and ``refusal``; optionally ``malformed(findings) -> (status, body)``, which words what its servers are
        known to refuse, and ``judges_late``: it reads ``environ[FINDINGS]`` itself, after login and rights.
    ledger : Ledger
        What may come through.
    """

    def __init__(self, app: Any, ledger: Ledger) -> None:
        self._app, self._ledger = app, ledger

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        try:
            findings = self._ledger.findings(request)
        except ValueError:  # no JSON: the application says so in its own way
            findings = [] if _is_json(request.body) is None else [Finding("body", "NaN", "type", "a JSON number")]
        if findings is None:
            return self._without_evidence(request, environ, start)
        unproven = [each for each in findings if each.unproven]
        if unproven:
            words = f"{'; '.join(map(str, unproven))} ({request.method} {request.path})"
            return self._refuse(start, 400, f"There is no evidence that a server takes this: {words}.")
        if findings and not getattr(self._app, "judges_late", False):
            malformed = getattr(self._app, "malformed", None)
            if malformed is None:
                return self._refuse(start, 400, "; ".join(map(str, findings)))
            return _answer(start, *malformed(findings))
        environ[FINDINGS] = findings
        answer: Iterable[bytes] = self._app.wsgi(environ, start)
        return answer

    def _without_evidence(self, request: Request, environ: Environ, start: Start) -> Iterable[bytes]:
        """Let the application refuse an address that nobody has seen; what it would answer is not given."""
        seen: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], Any]:
            seen[:] = [status, headers]
            return lambda data: None

        content = list(self._app.wsgi(environ, note))
        status, headers = seen
        if int(status[:3]) >= 300:
            start(status, headers)
            return content
        return self._refuse(
            start, 400, f"There is no evidence that a server has this address: {request.method} {request.path}."
        )

    def _refuse(self, start: Start, status: int, words: str) -> Iterable[bytes]:
        return _answer(start, status, self._app.refusal(status, words))


def guarded(app: Any, generation: str | None = None) -> Wsgi:
    """Return a sandbox's application behind its gate; without a ledger beside it, as it is."""
    entries = accepted_requests(type(app))
    if not entries:
        wsgi: Wsgi = app.wsgi
        return wsgi
    return Gate(app, Ledger(entries, generation))


def accepted_requests(kind: type) -> tuple[Mapping[str, Any], ...]:
    """Return the entries of the ledger beside a sandbox's module."""
    return _entries(Path(str(sys.modules[kind.__module__].__file__)).parent / "data" / FILE)


@cache
def _entries(path: Path) -> tuple[Mapping[str, Any], ...]:
    return tuple(json.loads(path.read_text("utf-8"))) if path.is_file() else ()


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _is_json(body: bytes) -> bool | None:
    """Tell whether Python takes the body for JSON (it takes NaN), None if not even that."""
    try:
        json.loads(body)
    except ValueError:
        return None
    return True


def _answer(start: Start, status: int, body: Any) -> Iterable[bytes]:
    content = json.dumps(body).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    start(f"{status} {HTTPStatus(status).phrase}", headers)
    return [content]
