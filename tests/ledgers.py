"""What the scripts share that write the ledgers of accepted requests, and the tests that compare requests.

A ledger is a JSON list with one entry a line, so that a difference can be read. What each key means stands in
`bionb.sandbox.gate`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import bionb
from bionb.registry import platform_card
from bionb.sandbox.faults import Faults
from bionb.sandbox.gate import FILE, guarded
from bionb.sandbox.server import Server

Entry = dict[str, Any]
Rule = dict[str, Any]
NO_BODY = {"type": "object", "keys": {}, "null": True, "optional": True}  # {} or null where nothing is said


@dataclass(frozen=True)
class Exchange:
    """A request as it arrived, with its answer."""

    method: str
    path: str
    query: list[tuple[str, str]]
    content: str
    body: bytes
    status: int
    answered: str
    answer: bytes

    @property
    def json(self) -> Any:
        """The body as a value; None for none."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Recorder:
    """A running server, what it got so far, and its sandbox."""

    url: str
    app: Any
    exchanges: list[Exchange]


@contextmanager
def recorder(name: str, *, gated: bool = False, state: str | None = None) -> Iterator[Recorder]:
    """Run a platform's sandbox and write down all exchanges; ungated, so that a ledger can grow."""
    faults = Faults()
    app = platform_card(name).load_sandbox()(state=state, generation=None, faults=faults)
    exchanges: list[Exchange] = []
    server = Server(_writing(guarded(app) if gated else app.wsgi, exchanges), faults, app.refusal)
    app.url = server.url
    try:
        yield Recorder(server.url, app, exchanges)
    finally:
        server.stop()


def _writing(wsgi: Callable[..., Iterable[bytes]], exchanges: list[Exchange]) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"], query, environ.get("CONTENT_TYPE", ""), body)
        seen: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            seen[:] = [int(status[:3]), dict(headers).get("Content-Type", "")]
            return start(status, headers)

        content = b"".join(wsgi(environ, note))
        exchanges.append(Exchange(*asked, *seen, content))
        return [content]

    return answer


def ledger_file(platform: str) -> Path:
    """Where a platform's ledger is."""
    return Path(bionb.__file__).parent / "platforms" / platform / "sandbox" / "data" / FILE


def ledger_text(entries: Iterable[Entry]) -> str:
    """Return the file's text: one entry a line, sorted by path and method."""
    lines = {json.dumps(each, ensure_ascii=False): (each["path"], each["method"], each["source"]) for each in entries}
    return "[\n" + ",\n".join(sorted(lines, key=lambda line: (lines[line], line))) + "\n]\n"


def templates(app: Any) -> list[tuple[re.Pattern[str], str]]:
    """Return the paths that a sandbox serves as patterns, with what they stand for in a ledger."""
    found = set()
    for rule in app.app.url_map.iter_rules():
        for path in _alternatives(rule.rule):
            found.add(re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", re.sub(r"<path:(\w+)>", r"{\1...}", path)))
    return [(path_pattern(each), each) for each in sorted(found, key=lambda each: (each.count("{"), each))]


def _alternatives(rule: str) -> Iterator[str]:
    """Spell out what a rule chooses from: ``<any(imports, exports):kind>``."""
    choice = re.search(r"<any\(([^)]*)\):\w+>", rule)
    if choice is None:
        yield rule
        return
    for word in choice[1].split(","):
        yield from _alternatives(rule.replace(choice[0], word.strip(" '\""), 1))


def path_pattern(path: str) -> re.Pattern[str]:
    """Return a ledger's path as a regular expression for whole paths."""
    parts = re.split(r"(\{\w+(?:\.\.\.)?\})", path)
    return re.compile("".join(each if not each else _part(each) for each in parts) + "/?")


def _part(text: str) -> str:
    return re.escape(text) if not text.startswith("{") else ".+" if text.endswith("...}") else "[^/]+"


def template(path: str, known: Iterable[tuple[re.Pattern[str], str]]) -> str | None:
    """Return the most specific known path that a path belongs to."""
    return next((name for pattern, name in known if pattern.fullmatch(path)), None)


def rule_of(value: Any) -> Rule:
    """Return the rule that one example gives: its type and those of what is inside."""
    if isinstance(value, dict):
        return {"type": "object", "keys": {key: rule_of(each) for key, each in value.items()}}
    if isinstance(value, list):
        rules = [rule_of(each) for each in value]
        return {"type": "list", **({"items": joined(rules)} if rules else {})}
    if value is None:
        return {"type": "text", "null": True}
    if isinstance(value, str):
        return {"type": "text"} if not value.strip() else {"type": "text", "blank": False}
    kinds = {bool: "boolean", int: "integer", float: "number"}
    return {"type": kinds[type(value)]}


def joined(rules: Iterable[Rule]) -> Rule:
    """Return the rule that takes what any of some rules takes."""
    first, *others = rules
    found = dict(first)
    for other in others:
        types = dict.fromkeys([*_listed(found["type"]), *_listed(other["type"])])
        if found.get("null") and list(types)[1:] and found["type"] == "text":
            types.pop("text")  # an example of null says nothing about the type
        found["type"] = next(iter(types)) if len(types) == 1 else list(types)
        if found.get("null") or other.get("null"):
            found["null"] = True
        if "blank" in other and found.get("null") and len(found) == 2:
            found["blank"] = other["blank"]
        elif "blank" not in other and not other.get("null"):
            found.pop("blank", None)
        for part in ("keys", "items"):
            if part in found and part in other:
                found[part] = (
                    _joined_keys(found[part], other[part]) if part == "keys" else joined([found[part], other[part]])
                )
            elif part in other:
                found[part] = other[part]
    return found


def _joined_keys(one: Mapping[str, Rule], other: Mapping[str, Rule]) -> dict[str, Rule]:
    return {key: joined([each[key] for each in (one, other) if key in each]) for key in {**one, **other}}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
