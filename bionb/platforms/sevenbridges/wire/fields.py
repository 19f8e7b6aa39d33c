"""The ``fields`` parameter: which parts of a record the server sends.

Documented in the API overview, "Generic query parameters": a list of names, ``!`` in front of what to leave out, dots
for nested names, ``_all`` for everything, and any combination of them.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bionb.warning import warn


class UnknownField(UserWarning):
    """A name in ``fields`` that no document knows: it is asked for, and a server that has no such field is silent."""


class Fields:
    """A parsed ``fields`` expression.

    Parameters
    ----------
    expression : str or sequence of str
        As documented: ``"id,name,!metadata.library"``. Empty stands for the server's default fields.

    Examples
    --------
    >>> Fields("id,metadata.sample_id").apply({"id": "a", "size": 1, "metadata": {"sample_id": "S1", "x": 2}}, ())
    {'id': 'a', 'metadata': {'sample_id': 'S1'}}
    """

    def __init__(self, expression: str | Sequence[str] = "") -> None:
        parts = expression.split(",") if isinstance(expression, str) else expression
        names = [part.strip() for part in parts if part.strip()]
        self.everything = "_all" in names
        self.wanted = tuple(name for name in names if name[0] != "!" and name != "_all")
        self.excluded = tuple(name[1:] for name in names if name[0] == "!")
        self.text = ",".join(names)

    def check(self, known: Collection[str], kind: str) -> Fields:
        """Warn of names that are not known: a server ignores a mistyped one without a word, and may have new ones.

        Warns
        -----
        UnknownField
            With the closest known name.
        """
        for name in (*self.wanted, *self.excluded):
            top = name.split(".")[0]
            if top not in known:
                close = difflib.get_close_matches(top, known, n=1)
                warn(
                    f"No field {top!r} of {kind} is known"
                    + (f"; did you mean {close[0]!r}?" if close else f": there are {', '.join(known)}, and _all.")
                    + " It is asked for all the same; where there is none, the server ignores it without a word.",
                    UnknownField,
                )
        return self

    def keeps(self, name: str, default: Collection[str] | None = None) -> bool:
        """Tell whether a field, or something inside it, is sent; `default` is what is sent when nothing is asked."""
        if any(_inside(name, each) for each in self.excluded):
            return False
        if self.everything or (not self.wanted and default is None):
            return True
        return any(_inside(name, each) or _inside(each, name) for each in self.wanted or default or ())

    def apply(self, record: Mapping[str, Any], default: Collection[str] | None) -> dict[str, Any]:
        """Return what a server sends of a record.

        Parameters
        ----------
        default : collection of str or None
            Names sent when no name is asked for; None for all.
        """
        chosen = self.wanted or default
        if self.everything or chosen is None:
            kept: dict[str, Any] = dict(record)
        else:
            kept = {}
            for name in chosen:
                _take(record, name.split("."), kept)
        if self.excluded:
            kept = copy.deepcopy(kept)
            for name in self.excluded:
                _drop(kept, name.split("."))
        return kept


def _inside(name: str, other: str) -> bool:
    return name == other or name.startswith(other + ".")


def _take(record: Mapping[str, Any], path: Sequence[str], kept: dict[str, Any]) -> None:
    key, *rest = path
    if key not in record:
        return
    if not rest:
        kept[key] = record[key]
    elif isinstance(record[key], Mapping):
        inner = kept.setdefault(key, {})
        if inner is not record[key]:
            _take(record[key], rest, inner)


def _drop(record: dict[str, Any], path: Sequence[str]) -> None:
    key, *rest = path
    if not rest:
        record.pop(key, None)
    elif isinstance(record.get(key), dict):
        _drop(record[key], rest)
