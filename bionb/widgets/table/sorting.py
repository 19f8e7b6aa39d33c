"""The order of a column's rows, and which of them meet a condition that a person wrote."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bionb.widgets.table import cells

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NATURAL = 30_000  # different texts that are sorted with their numbers as numbers; more would take seconds
_DIGITS = re.compile(r"(\d+)")
_COMPARED = re.compile(r"\s*(<=|>=|<|>|=|!=)\s*(.+?)\s*$")
_RANGE = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s*$")


def natural(text: str) -> list[tuple[int, int | str]]:
    """Return a key by which S2 comes before S10, whatever the case.

    Examples
    --------
    >>> sorted(["s10", "S2"], key=natural)
    ['S2', 's10']
    """
    parts = _DIGITS.split(text.casefold())
    return [(0, int(part)) if part.isdecimal() and part.isascii() else (1, part) for part in parts if part]


def order_of(column: pd.Series[Any], kind: str) -> np.ndarray[Any, Any]:
    """Return the places of a column's rows in rising order, what is missing last; equal ones stay in their order."""
    import numpy as np

    absent = column.isna().to_numpy()
    present = np.flatnonzero(~absent)
    if kind == cells.TEXT:
        ranks = _ranks(column.iloc[present])
    else:
        values = column.iloc[present]
        ranks = values.astype("int64" if kind == cells.TIME else "float64").to_numpy()
    return np.concatenate([present[np.argsort(ranks, kind="stable")], np.flatnonzero(absent)])


def _ranks(texts: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Return a number for each text that says where it comes among the others."""
    import numpy as np
    import pandas as pd

    codes, unique = pd.factorize(np.array(cells.plains(texts), dtype=object))
    key: Callable[[str], Any] = natural if len(unique) <= NATURAL else str.casefold
    ranks = np.empty(len(unique), dtype=int)
    ranks[sorted(range(len(unique)), key=[key(each) for each in unique].__getitem__)] = np.arange(len(unique))
    found: np.ndarray[Any, Any] = ranks[codes]
    return found


def condition(column: pd.Series[Any], kind: str, text: str) -> np.ndarray[Any, Any]:
    """Return for each row whether it meets a condition.

    Parameters
    ----------
    column : Series
        The values.
    kind : str
        Of `bionb.widgets.table.cells`.
    text : str
        ``>5``, ``<= 3``, ``2..4``, ``=word``, ``!=word``, or words of which a cell has all.
    """
    import numpy as np

    texts = None if kind in (cells.NUMBER, cells.SIZE) else [each.lower() for each in cells.plains(column)]
    between, compared = _RANGE.match(text), _COMPARED.match(text)
    if between and texts is None and (low := _number(between[1])) is not None:
        high = _number(between[2])
        values = _floats(column)
        return (values >= low) & (values <= (np.inf if high is None else high))
    if compared:
        return _compared(column, texts, compared[1], compared[2])
    shown = (
        texts if texts is not None else [f"{cells.plain(each)} {cells.SHOWN[kind](each)}".lower() for each in column]
    )
    words = text.lower().split()
    return np.array([all(word in each for word in words) for each in shown], dtype=bool)


def _compared(column: pd.Series[Any], texts: list[str] | None, sign: str, wanted: str) -> np.ndarray[Any, Any]:
    import operator

    import numpy as np

    signs: dict[str, Callable[[Any, Any], Any]] = {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "=": operator.eq,
        "!=": operator.ne,
    }
    number = _number(wanted)
    if texts is None and number is not None:
        values = _floats(column)
        return np.asarray(signs[sign](values, number) & ~np.isnan(values))
    found = texts if texts is not None else [each.lower() for each in cells.plains(column)]
    return np.array([bool(each) and signs[sign](each, wanted.lower()) for each in found], dtype=bool)


def _floats(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    import numpy as np

    found: np.ndarray[Any, Any] = column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return found


def _number(text: str) -> float | None:
    """Return the number that a person wrote, also with a size's unit: ``1.5 GB``."""
    found = re.fullmatch(r"([-+]?[\d,]*\.?\d+(?:[eE][-+]?\d+)?)\s*([kMGTP]?)B?", text.strip())
    if not found:
        return None
    return float(found[1].replace(",", "")) * 1000.0 ** ("", *"kMGTP").index(found[2])
