"""The filter and query language: ``"Organism"="Mus musculus" AND (Age > 10 || Tissue=tumor)``, ``feature=Stat3``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from bionb.sandbox.application import Refused

Lookup = Callable[[str], Any]
Test = Callable[[Lookup], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<dotted>[A-Za-z_]\w*\."(?:\\.|[^"\\])*")|"(?P<quoted>(?:\\.|[^"\\])*)"
    |(?P<mark>&&|\|\||!=|>=|<=|=~|[=<>()!,])|(?P<word>[^\s()=!<>&|,"]+))""",
    re.VERBOSE,
)
_OPERATORS = ("=", "!=", "<", ">", "<=", ">=", "=~")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_NUMERIC = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
# A few dictionary entries, so that a search for the usual word finds the term.
SYNONYMS = {"mouse": "mus musculus", "mice": "mus musculus", "human": "homo sapiens", "tumour": "tumor"}
NARROWER = {"cancer": ("colorectal cancer",), "liver disease": ("liver fibrosis",)}


def parse(text: str) -> Test:
    """Return the test that a filter describes; it is given a function from attribute names to values."""
    tokens = _tokens(text.strip())
    if not tokens:
        return lambda lookup: True
    parser = _Parser(tokens)
    try:
        test = parser.either()
    except RecursionError:
        raise _wrong("its brackets are nested too deeply") from None
    if parser.next():
        raise _wrong(f"cannot read the query behind {parser.next()!r}")
    return test


def _wrong(words: str) -> Refused:
    return Refused(400, f"The filter or query is wrong: {words}.")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise _wrong(f"cannot read the query at {text[at : at + 20]!r}")
        kind, at = str(found.lastgroup), found.end()
        token = found.group(kind)
        if kind == "quoted":
            token = re.sub(r"\\(.)", r"\1", token)
        elif kind == "dotted":
            name, _, rest = token.partition(".")
            token = f"{name}.{rest[1:-1]}"
        tokens.append((kind, token))
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens[::-1]

    def next(self, *texts: str) -> str:
        """Return the next token if it is one of these, empty if not; without texts, whatever it is."""
        kind, token = self._tokens[-1] if self._tokens else ("", "")
        return token if not texts or (kind != "quoted" and token.upper() in texts) else ""

    def took(self, *texts: str) -> bool:
        """Take the next token if it is one of these."""
        return bool(self.next(*texts) and self._tokens.pop())

    def take(self, *texts: str) -> str:
        """Take the next token, which must be one of these."""
        if not self._tokens:
            raise _wrong("the query ends too early")
        token = self._tokens.pop()[1]
        if texts and token not in texts:
            raise _wrong(f"expected one of {' '.join(texts)}, found {token!r}")
        return token

    def either(self) -> Test:
        tests = [self._all()]
        while self.took("||", "OR"):
            tests.append(self._all())
        return lambda lookup: any(test(lookup) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._tokens and not self.next("||", "OR", ")"):
            self.took("&&", "AND")
            tests.append(self._one())
        return lambda lookup: all(test(lookup) for test in tests)

    def _one(self) -> Test:
        if self.took("NOT", "!"):
            test = self._one()
            return lambda lookup: not test(lookup)
        if self.took("("):
            inner = self.either()
            self.take(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        left = self.take()
        if left.upper() == "EXISTS" and self.took("("):
            name, _ = self.take(), self.take(")")
            return lambda lookup: lookup(name) is not None
        mark, right = self.take(*_OPERATORS), self._values()
        if self.next() not in _OPERATORS:
            return _compare(left, mark, right)
        # A range: -3 < feature.x < 3
        if mark not in _MIRRORED:
            raise _wrong(f"a range has no {mark}")
        lower, upper = _compare(right[0], _MIRRORED[mark], [left]), _compare(right[0], self.take(), self._values())
        return lambda lookup: lower(lookup) and upper(lookup)

    def _values(self) -> list[str]:
        values = [self.take()]
        while self.took(","):
            values.append(self.take())
        return values


def _compare(name: str, mark: str, wanted: list[str]) -> Test:
    def test(lookup: Lookup) -> bool:
        found = lookup(name)
        values = found if isinstance(found, list) else [found]
        holds = any(_holds(value, mark.lstrip("!"), each) for value in values for each in wanted)
        return holds != (mark == "!=")

    return test


def _holds(value: Any, mark: str, wanted: str) -> bool:
    if callable(value):  # a place, which is inside a region or not
        return bool(value(wanted))
    if value is None:
        return mark == "=" and wanted == "null"
    if mark == "=~":
        return wanted.lower() in str(value).lower()
    left, right = _number(value), _number(wanted)
    if mark == "=":
        return str(value) == wanted or (left is not None and left == right)
    return left is not None and right is not None and _NUMERIC[mark](left, right)


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
    return [phrase, SYNONYMS.get(phrase, phrase), *(NARROWER.get(phrase, ()) if narrower else ())]
