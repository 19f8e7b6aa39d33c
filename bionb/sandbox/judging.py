"""Judges the values of a request by the rules of its form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Rule = Mapping[str, Any]

UNPROVEN = ("unknown", "type", "content")  # rules that no real refusal is known for

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
        ``"query"``, ``"header"`` or ``"body"``.
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
        return self.rule in UNPROVEN or self.where == "header"

    def __str__(self) -> str:
        kind = {"query": "query parameter", "header": "header", "body": "body key"}[self.where]
        thing = f"{kind} {self.name!r}" if self.name else "body"
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


Judge = Callable[[str, Any, Rule], Iterator[Finding]]


def key_findings(name: str, found: Mapping[str, Any], rules: Mapping[str, Rule], judge: Judge) -> Iterator[Finding]:
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


def value_findings(name: str, value: Any, rule: Rule) -> Iterator[Finding]:
    """Judge a value of a JSON body, and what is in it."""
    types = _listed(rule.get("type", "any"))
    if value is None and "any" not in types:
        if not rule.get("null"):
            yield Finding("body", name, "null")
    elif not any(_TYPES[each](value) for each in types):
        yield Finding("body", name, "kind" if rule.get("typed") else "type", " or ".join(types))
    elif isinstance(value, str):
        yield from text_findings("body", name, value, rule)
    elif isinstance(value, dict) and rule.get("keys") is not None:
        yield from key_findings(name, value, rule["keys"], value_findings)
    elif isinstance(value, list) and rule.get("items") is not None:
        for number, each in enumerate(value):
            yield from value_findings(f"{name}.{number}" if name else str(number), each, rule["items"])
    elif "values" in rule and value not in rule["values"]:
        yield Finding("body", name, "values", rule["values"])


def field_findings(name: str, value: Any, rule: Rule) -> Iterator[Finding]:
    """Judge a field of a form, in which everything is text or a file."""
    if isinstance(value, bytes) != (rule.get("type") == "file"):
        yield Finding("body", name, "type", rule.get("type", "text"))
    elif isinstance(value, str):
        yield from text_findings("body", name, value, rule)


def text_findings(where: str, name: str, value: str, rule: Rule) -> Iterator[Finding]:
    """Judge a text of a query or a body."""
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
