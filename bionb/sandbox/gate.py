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

Environ = dict[str, Any]
Start = Callable[..., Any]
Wsgi = Callable[[Environ, Start], Iterable[bytes]]
Rule = Mapping[str, Any]

FILE = "accepted_requests.json"
FINDINGS = "bionb.findings"  # where a sandbox that judges late finds what the gate saw
UNPROVEN = ("unknown", "type", "content")  # rules that no real refusal is known for

_CONTENTS = {
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
    "application/octet-stream": "binary",
}
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,
}


@dataclass(frozen=True)
class Finding:
    """What is wrong with a request.

    Attributes
    ----------
    where : str
        ``"query"`` or ``"body"``.
    name : str
        The parameter or key, with dots where it is nested; empty for the whole body.
    rule : str
        ``unknown, type, content`` (nobody has seen a server take this), or ``blank, null, max, required, values,
        pattern, kind`` (a server is known to refuse this; ``kind`` is a type where a server's own code names all that
        it takes).
    limit : object
        What the rule allows, e.g. the greatest length.
    """

    where: str
    name: str
    rule: str
    limit: Any = None

    @property
    def unproven(self) -> bool:
        """Whether evidence is missing, rather than evidence of a refusal there."""
        return self.rule in UNPROVEN

    def __str__(self) -> str:
        thing = f"{self.where} {'parameter' if self.where == 'query' else 'key'} {self.name!r}" if self.name else "body"
        words = {
            "unknown": "is not known",
            "type": f"has another type than {self.limit}",
            "kind": f"has another type than {self.limit}",
            "content": f"has another content type than {self.limit}",
            "blank": "may not be blank",
            "null": "may not be null",
            "max": f"is longer than {self.limit}",
            "required": "is missing",
            "values": f"is none of {self.limit}",
            "pattern": f"has not the form {self.limit}",
        }
        return f"{thing} {words[self.rule]}"


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
                yield from _text_findings("query", name, value, rule)
        given = {name for name, _ in request.query}
        yield from (
            Finding("query", name, "required") for name in rules if rules[name].get("required") and name not in given
        )
        yield from self._body_findings(request)

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
            yield from _value_findings("", request.json, values or {"type": "object", "keys": body})
        elif request.content in ("form", "multipart"):
            yield from _key_findings("", request.fields, body or {}, _field_findings)


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
        As in the file: ``method, path, query, body`` or ``values, content, generation, source``.
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


# -- judging one value -------------------------------------------------------------------------------------------------

Judge = Callable[[str, Any, Rule], Iterator[Finding]]


def _key_findings(name: str, found: Mapping[str, Any], rules: Mapping[str, Rule], judge: Judge) -> Iterator[Finding]:
    """Judge the keys of an object; a rule named ``*`` is for all keys without one of their own."""
    inside = f"{name}." if name else ""
    for key, value in found.items():
        rule = rules.get(key, rules.get("*"))
        if rule is None:
            yield Finding("body", inside + key, "unknown")
        else:
            yield from judge(inside + key, value, rule)
    for key, rule in rules.items():
        if rule.get("required") and key not in found:
            yield Finding("body", inside + key, "required")


def _value_findings(name: str, value: Any, rule: Rule) -> Iterator[Finding]:
    types = _listed(rule.get("type", "any"))
    if value is None and "any" not in types:
        if not rule.get("null"):
            yield Finding("body", name, "null")
    elif not any(_TYPES[each](value) for each in types):
        yield Finding("body", name, "kind" if rule.get("typed") else "type", " or ".join(types))
    elif isinstance(value, str):
        yield from _text_findings("body", name, value, rule)
    elif isinstance(value, dict) and rule.get("keys") is not None:
        yield from _key_findings(name, value, rule["keys"], _value_findings)
    elif isinstance(value, list) and rule.get("items") is not None:
        for number, each in enumerate(value):
            yield from _value_findings(f"{name}.{number}" if name else str(number), each, rule["items"])
    elif "values" in rule and value not in rule["values"]:
        yield Finding("body", name, "values", rule["values"])


def _field_findings(name: str, value: Any, rule: Rule) -> Iterator[Finding]:
    """Judge a field of a form, in which everything is text or a file."""
    if isinstance(value, bytes) != (rule.get("type") == "file"):
        yield Finding("body", name, "type", rule.get("type", "text"))
    elif isinstance(value, str):
        yield from _text_findings("body", name, value, rule)


def _text_findings(where: str, name: str, value: str, rule: Rule) -> Iterator[Finding]:
    if rule.get("trim"):
        value = value.strip()
    blank = not value.strip()
    if blank and not rule.get("blank", True):
        yield Finding(where, name, "blank")
    elif len(value) > rule.get("max", len(value)):
        yield Finding(where, name, "max", rule["max"])
    elif "values" in rule and value not in map(str, rule["values"]) and not (blank and rule.get("blank")):
        yield Finding(where, name, "values", rule["values"])
    elif "pattern" in rule and not re.fullmatch(rule["pattern"], value):
        yield Finding(where, name, "pattern", rule["pattern"])


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


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
