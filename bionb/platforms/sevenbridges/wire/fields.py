"""The ``fields`` parameter: which parts of a record the server sends.

Documented in the API overview, "Generic query parameters": a list of names, ``!`` in front of what to leave out, dots
for nested names, ``_all`` for everything, and any combination of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

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
    >>> Fields("id,metadata.sample_id,!tags").keeps("metadata.sample_id")
    True
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


def _inside(name: str, other: str) -> bool:
    return name == other or name.startswith(other + ".")
