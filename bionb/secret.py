"""Secrets that never show themselves, also not in a verbose traceback, which prints arguments and locals."""

from __future__ import annotations

import hmac
import os
from typing import Any, NoReturn

from bionb.errors import UsageError


class Secret:
    """A token or password that is masked wherever it could be seen.

    Parameters
    ----------
    value : str or Secret
        White space around it is removed. A secret must be one line of printable ASCII, as HTTP headers demand.
    name : str
        What to call it in an error.
    sent : bool
        Whether it travels in a header; what stays here, such as a path, may hold any letters.

    Examples
    --------
    >>> Secret("sandbox-alice")
    Secret(…)
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret, name: str = "token", *, sent: bool = True) -> None:
        self._value = ""
        text = value.reveal() if isinstance(value, Secret) else str(value).strip()
        del value  # a verbose traceback shows arguments and locals
        if not text:
            text = ""
            raise UsageError(f"The {name} is empty: paste it again, without quotes.")
        if sent and not (text.isascii() and text.isprintable()):
            text = ""
            raise UsageError(
                f"The {name} holds a line end or another character that no {name} has: copy it again, alone."
            )
        self._value = text

    def reveal(self) -> str:
        """Return the secret itself; only authentication code should ask."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret(…{self._value[-4:]})" if len(self._value) >= 24 else "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled: log in again in the other process.")


def sealed(values: dict[str, Any], *, sent: bool = True) -> dict[str, Any]:
    """Return readable values as secrets by the same names (None stays None), and empty the dict that held them.

    With ``sent=False`` any letters pass: for when it is not known yet which of the values a header will hold.

    Raises
    ------
    UsageError
        One of them is no secret that can be sent; the dict is empty then, too.
    """
    found = {}
    try:
        for name in values:
            found[name] = None if values[name] is None else Secret(values[name], name, sent=sent)
    finally:
        values.clear()
    return found


def variable(name: str) -> str | None:
    """Return an environment variable without white space around it, None if it is not set or blank."""
    return os.environ.get(name, "").strip() or None
