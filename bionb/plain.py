"""Values as they can be sent: what comes out of a frame becomes what JSON and a query string have.

>>> from bionb.plain import plain
>>> plain({"flows": (500, 650), "day": date(2026, 1, 31)})
{'flows': [500, 650], 'day': '2026-01-31'}
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bionb.errors import UsageError

_PLAIN = (str, int, bool, type(None))
_ABSENT = ("NAType", "NaTType")  # how pandas says that a cell is empty


def plain(value: Any, where: str = "") -> Any:
    """Return a value that can be sent: numbers of numpy as Python's own, times in ISO 8601, every sequence a list.

    Parameters
    ----------
    value : object
        A whole body, all parameters, or one value of them.
    where : str
        For error messages: the key that holds the value.

    Raises
    ------
    UsageError
        NaN or another empty cell of a frame, which no server reads as "nothing"; infinity; what can't be sent at all.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {plain(key): plain(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each, where) for each in value]
    if is_empty(value):
        raise UsageError(
            f"{_named(where)} is an empty cell of a table ({value}), which can't be sent: leave it out, or pass None."
        )
    if isinstance(value, float) and math.isinf(value):
        raise UsageError(f"{_named(where)} is infinite, which can't be sent: pass a finite number.")
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str | int):  # an enumeration, or a subclass of another package
        return str.__str__(value) if isinstance(value, str) else int(value)
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "tolist"):  # numbers and arrays of numpy and pandas, without loading either
        return plain(value.tolist(), where)
    raise UsageError(
        f"{_named(where)} is of type {type(value).__name__}, which can't be sent: pass text, a number, true or false, "
        "a list or a dict."
    )


def is_empty(value: Any) -> bool:
    """Tell whether a value is an empty cell of a table."""
    return type(value).__name__ in _ABSENT or (isinstance(value, float) and math.isnan(value))


def several(value: Any, where: str = "") -> list[str] | None:
    """Return one or several texts as a list, None for none: a single text is no list of its letters.

    Raises
    ------
    UsageError
        As of `plain`.

    Examples
    --------
    >>> several("raw"), several(["raw", 7]), several(None)
    (['raw'], ['raw', '7'], None)
    """
    if value is None:
        return None
    values = value if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    return [str(plain(each, where)) for each in values]


def _named(where: str) -> str:
    return repr(where) if where else "A value"


def listed(things: Any, kind: str, key: str = "id") -> list[Any]:
    """Return one or several things as a list: an id or a record, a list or listing of them, the rows of a table.

    Parameters
    ----------
    things : str, mapping, iterable or DataFrame
        What was passed.
    kind : str
        For messages: ``"file"``.
    key : str
        The column that a table needs.

    Raises
    ------
    UsageError
        It is none of these, or a table without that column.

    Examples
    --------
    >>> listed("a", "file"), listed([{"id": "a"}, "b"], "file")
    (['a'], [{'id': 'a'}, 'b'])
    """
    if hasattr(things, "columns") and hasattr(things, "to_dict"):
        if key not in things.columns:
            raise UsageError(f"The table has no column {key!r}, which says which {kind}s are meant: keep it in.")
        rows: list[Any] = things.to_dict("records")
        return rows
    if isinstance(things, str | Mapping):
        return [things]
    if not isinstance(things, Iterable) or isinstance(things, bytes):
        raise UsageError(f"Pass one {kind}, a list of {kind}s or a table of them, not {type(things).__name__}.")
    return list(things)
