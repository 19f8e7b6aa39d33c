"""Build filters and queries with the right quotes, and cut long lists of values into several requests.

>>> from bionb.platforms.odm.rules.filters import features, phrase, where
>>> str((where("Organism") == "Mus musculus") & (where("Age") > 10))
'"Organism"="Mus musculus" AND "Age">10'
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from bionb.errors import UsageError
from bionb.plain import plain, several

_TOKENS = re.compile(r'"((?:\\.|[^"\\])*)"|([=<>!~]+)|([^\s"()&|,=<>!]+)')
CHUNK = 100  # values in one request; everything travels in the URL, whose length servers limit


def quoted(text: Any) -> str:
    r"""Return a value in quotes, with quotes and backslashes inside escaped.

    Examples
    --------
    >>> print(quoted('5" drive'))
    "5\" drive"
    """
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def phrase(*texts: str) -> str:
    """Return a full-text query in which each text stands for itself, white space included.

    Examples
    --------
    >>> phrase("colorectal cancer", "mouse")
    '"colorectal cancer" "mouse"'
    """
    return " ".join(map(quoted, texts))


class Condition:
    """A condition on attributes; combine with ``&``, ``|`` and ``~``, show with ``str()``."""

    def __init__(self, text: str, loose: bool = False) -> None:
        self._text, self._loose = text, loose

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Condition {self}>"

    def parts(self, size: int) -> list[Condition]:
        """Return the conditions that together find the same, none with more than `size` values."""
        return [self]

    def inside(self) -> str:
        """Return the text as a part of a longer condition."""
        return f"({self})" if self._loose else str(self)

    def __and__(self, other: Condition) -> Condition:
        return _Both(self, other)

    def __or__(self, other: Condition) -> Condition:
        return Condition(f"{self.inside()} OR {other.inside()}", loose=True)

    def __invert__(self) -> Condition:
        return Condition(f"NOT ({self})")

    def __bool__(self) -> bool:
        raise TypeError("Combine conditions with & and |, not with 'and' and 'or'; look at one with str().")


class _AnyOf(Condition):
    def __init__(self, name: str, values: list[Any]) -> None:
        self._name, self._values = name, values
        text = " OR ".join(f"{quoted(name)}={_value(each)}" for each in values)
        super().__init__(text, loose=len(values) > 1)

    def parts(self, size: int) -> list[Condition]:
        starts = range(0, len(self._values), size)
        return [_AnyOf(self._name, self._values[start : start + size]) for start in starts]


class _Both(Condition):
    def __init__(self, left: Condition, right: Condition) -> None:
        self._left, self._right = left, right
        super().__init__(f"{left.inside()} AND {right.inside()}")

    def parts(self, size: int) -> list[Condition]:
        lefts, rights = self._left.parts(size), self._right.parts(size)
        if len(lefts) == len(rights) == 1:
            return [self]
        return [_Both(left, right) for left in lefts for right in rights]


Filter = str | Condition | None


class where:  # noqa: N801 - reads as a word of the filter
    """Name an attribute to compare.

    Examples
    --------
    >>> where("Tissue") == "liver"
    <Condition "Tissue"="liver">
    >>> where("Sample Source ID").isin(["S1", "S2"])
    <Condition "Sample Source ID"="S1" OR "Sample Source ID"="S2">
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, value: object) -> Condition:  # type: ignore[override]
        return self._compare("=", value)

    def __ne__(self, value: object) -> Condition:  # type: ignore[override]
        return self._compare("!=", value)

    def __lt__(self, value: float) -> Condition:
        return self._compare("<", value)

    def __gt__(self, value: float) -> Condition:
        return self._compare(">", value)

    def __le__(self, value: float) -> Condition:
        return self._compare("<=", value)

    def __ge__(self, value: float) -> Condition:
        return self._compare(">=", value)

    __hash__ = None  # type: ignore[assignment]

    def isin(self, values: Iterable[Any]) -> Condition:
        """Match any of these values; a list of more than a hundred is sent in several requests.

        Parameters
        ----------
        values : iterable
            Texts or numbers.
        """
        found = list(dict.fromkeys(plain(list(values))))
        if not found:
            raise UsageError(f"where({self.name!r}).isin() got no values: it would find nothing.")
        return _AnyOf(self.name, found)

    def _compare(self, operator: str, value: Any) -> Condition:
        return Condition(f"{quoted(self.name)}{operator}{_value(value)}")


def _value(value: Any) -> str:
    value = plain(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if number else quoted(value)


def conditions(filter: Filter, size: int = CHUNK) -> list[str]:
    """Return the texts of the requests that a filter takes: one, or more for a long list of values."""
    if isinstance(filter, Condition):
        return [str(each) for each in filter.parts(size)]
    return [filter or ""]


def names_in(filter: Filter) -> set[str]:
    """Return the attributes that a filter names.

    Examples
    --------
    >>> sorted(names_in('"Cell Line"="a=b" AND (Age > 30 OR NOT Sex=F)'))
    ['Age', 'Cell Line', 'Sex']
    """
    tokens = _TOKENS.findall("" if filter is None else str(filter))
    named = (before for before, after in pairwise(tokens) if after[1] and not before[1])
    found = {re.sub(r"\\(.)", r"\1", quoted or word) for quoted, _, word in named}
    return {each for each in found if not re.fullmatch(r"[-+]?[\d.]+", each)}


def unknown_attribute(kinds: str, name: str, known: list[str]) -> str:
    """Return the words about an attribute that no record has."""
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    close = [each for each in known if each.lower() == name.lower()] or close
    meant = f"did you mean {' or '.join(map(repr, close))}?" if close else f"use one of {', '.join(known[:12])}, ..."
    return f"Nothing was found, since none of the {kinds} has an attribute {name!r}: {meant}"


def asked_for(filters: Mapping[str, Filter], others: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of each request: more than one when a filter has a long list of values."""
    asked = [{name: value for name, value in others.items() if value}]
    for name, filter in filters.items():
        if filter is not None:
            asked = [{**each, name: text} for each in asked for text in conditions(filter)]
    return asked


def features(names: Iterable[str] | str, attribute: str | None = None, size: int = CHUNK) -> list[str]:
    """Return the data queries for these features, each with at most `size` of them.

    Parameters
    ----------
    names : str or iterable of str
        Genes or other features.
    attribute : str, optional
        The feature column to look in; by default the first one, which is the fastest.

    Examples
    --------
    >>> features(["ENSG1", "ENSG2"], "gene")
    ['feature.gene=ENSG1,ENSG2']
    """
    found = list(dict.fromkeys(several(names, "genes") or ()))
    if not found:
        raise UsageError("No features are named, and the answer would be empty: name one, or leave them out for all.")
    start = "feature" if attribute is None else f"feature.{_bare(attribute)}"
    return [f"{start}={','.join(map(_bare, found[at : at + size]))}" for at in range(0, len(found), size)]


def alternatives(values: Iterable[str] | str | None, name: str, mark: str = ",") -> list[str]:
    """Return the values of one key of a data query as its one text, or nothing; `mark` stands between them.

    Examples
    --------
    >>> alternatives(["CD3+", "T cells"], "population", "|")
    ['"CD3+"|"T cells"']
    """
    found = several(values, name)
    if found == []:
        raise UsageError(f"{name}= is empty: nothing would be found. Leave it out to read all.")
    return [mark.join(map(_bare, found))] if found else []


def _bare(text: Any) -> str:
    text = str(plain(text, "attribute"))
    return text if text and all(mark.isalnum() or mark in "_.-:" for mark in text) else quoted(text)
