"""The filter and query language: ``"Organism"="Mus musculus" AND (Age > 10 || Tissue=tumor)``, ``feature=Stat3``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Lookup = Callable[[str], Any]
Test = Callable[[Lookup], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<dotted>[A-Za-z_]\w*\."(?:\\.|[^"\\])*")|"(?P<quoted>(?:\\.|[^"\\])*)"
    |(?P<mark>&&|\|\||!=|>=|<=|=~|[=<>()!,])|(?P<word>[^\s()=!<>&|,"]+))""",
    re.VERBOSE,
)
_OPERATORS = ("=", "!=", "<", ">", "<=", ">=", "=~")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
# A few dictionary entries, so that a search for the usual word finds the term.
SYNONYMS = {"mouse": "mus musculus", "mice": "mus musculus", "human": "homo sapiens", "tumour": "tumor"}
NARROWER = {"cancer": ("colorectal cancer",), "liver disease": ("liver fibrosis",)}


class BadQuery(ValueError):
    """The text is no filter or query."""


def parse(text: str) -> Test:
    """Return the test that a filter describes; it is given a function from attribute names to values."""
    tokens = _tokens(text)
    if not tokens:
        return lambda lookup: True
    parser = _Parser(tokens)
    try:
        test = parser.either()
    except RecursionError:
        raise BadQuery("its brackets are nested too deeply") from None
    if parser.left():
        raise BadQuery(f"cannot read the query behind {parser.peek()!r}")
    return test


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found or found.end() == at:
            raise BadQuery(f"cannot read the query at {text[at : at + 20]!r}")
        kind = str(found.lastgroup)
        token = found.group(kind)
        if kind == "quoted":
            token = re.sub(r"\\(.)", r"\1", token)
        if kind == "dotted":
            name, _, rest = token.partition(".")
            kind, token = "word", f"{name}.{rest[1:-1]}"
        tokens.append((kind, token))
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at = tokens, 0

    def left(self) -> bool:
        return self._at < len(self._tokens)

    def peek(self) -> str:
        return self._tokens[self._at][1] if self.left() else "the end"

    def _is(self, *texts: str) -> bool:
        return self.left() and self._tokens[self._at][0] in ("mark", "word") and self.peek().upper() in texts

    def _take(self) -> str:
        if not self.left():
            raise BadQuery("the query ends too early")
        self._at += 1
        return self._tokens[self._at - 1][1]

    def either(self) -> Test:
        tests = [self._all()]
        while self._is("||", "OR"):
            self._take()
            tests.append(self._all())
        return lambda lookup: any(test(lookup) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self.left() and not self._is("||", "OR", ")"):
            if self._is("&&", "AND"):
                self._take()
            tests.append(self._one())
        return lambda lookup: all(test(lookup) for test in tests)

    def _one(self) -> Test:
        if self._is("NOT", "!"):
            self._take()
            test = self._one()
            return lambda lookup: not test(lookup)
        if self._is("("):
            self._take()
            inner = self.either()
            if not self._is(")"):
                raise BadQuery("a bracket is not closed")
            self._take()
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        left, operator = self._take(), self._operator()
        right = self._values()
        if not (self.left() and self.peek() in _OPERATORS):
            return _compare(left, operator, right)
        # A range: -3 < feature.x < 3
        second, limit = self._operator(), self._values()
        if operator not in _MIRRORED:
            raise BadQuery(f"a range has no {operator}")
        name = right[0]
        lower, upper = _compare(name, _MIRRORED[operator], [left]), _compare(name, second, limit)
        return lambda lookup: lower(lookup) and upper(lookup)

    def _operator(self) -> str:
        token = self._take()
        if token not in _OPERATORS:
            raise BadQuery(f"expected one of {' '.join(_OPERATORS)}, found {token!r}")
        return token

    def _values(self) -> list[str]:
        values = [self._take()]
        while self._is(","):
            self._take()
            values.append(self._take())
        return values


def _compare(name: str, operator: str, wanted: list[str]) -> Test:
    def test(lookup: Lookup) -> bool:
        found = lookup(name)
        values = found if isinstance(found, list) else [found]
        if operator == "!=":
            return not any(_holds(value, "=", each) for value in values for each in wanted)
        return any(_holds(value, operator, each) for value in values for each in wanted)

    return test


def _holds(value: Any, operator: str, wanted: str) -> bool:
    if value is None:
        return operator == "=" and wanted == "null"
    if operator == "=~":
        return wanted.lower() in str(value).lower()
    left, right = _number(value), _number(wanted)
    if operator == "=":
        return str(value) == wanted or (left is not None and left == right)
    if left is None or right is None:
        return False
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator]


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def full_text(query: str, narrower: bool = False) -> Callable[[dict[str, Any]], bool]:
    """Return the test of a full-text search: every word or quoted phrase, or one of its synonyms, must occur."""
    phrases = [
        re.sub(r"\\(.)", r"\1", quoted or word).lower()
        for quoted, word in re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', query)
    ]

    def test(record: dict[str, Any]) -> bool:
        text = " | ".join(str(value).lower() for value in record.values() if value is not None)
        return all(any(each in text for each in _meanings(phrase, narrower)) for phrase in phrases)

    return test


def _meanings(phrase: str, narrower: bool) -> list[str]:
    found = [phrase, *([SYNONYMS[phrase]] if phrase in SYNONYMS else [])]
    return [*found, *NARROWER.get(phrase, ())] if narrower else found
