"""Cells as people read them: sizes with their unit, times to the minute, numbers in groups; and as programs do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bionb.wording import printable

if TYPE_CHECKING:
    import pandas as pd

NUMBER, SIZE, TIME, FLAG, TEXT = "number", "size", "time", "flag", "text"
LONGEST = 300  # characters of a cell that are sent to a page
_SIZES = re.compile(r"(^|[._ ])(size|bytes|filesize)$", re.IGNORECASE)
_IDS = re.compile(r"(^|[._ :])(id|uuid|guid|href|uri|url)$", re.IGNORECASE)
_UNIT = re.compile(r"^(.+?) [\[(]([^\[\]()]{1,20})[\])]$")
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def kind_of(column: pd.Series[Any], name: str) -> str:
    """Return what a column holds, by its dtype: `NUMBER`, `SIZE` (bytes), `TIME`, `FLAG` or `TEXT`."""
    import pandas.api.types as types

    if types.is_bool_dtype(column.dtype):
        return FLAG
    if types.is_numeric_dtype(column.dtype) and not types.is_complex_dtype(column.dtype):
        return SIZE if _SIZES.search(name) else NUMBER
    return TIME if types.is_datetime64_any_dtype(column.dtype) else TEXT


def is_identifier(name: str) -> bool:
    """Tell whether a column is for programs: an id or a link.

    Examples
    --------
    >>> is_identifier("project.sodar_uuid"), is_identifier("fluid")
    (True, False)
    """
    return bool(_IDS.search(re.sub(r"_", ".", name)))


def title_and_unit(name: str, kind: str) -> tuple[str, str]:
    """Return a column's title and its unit, which stands behind it.

    Examples
    --------
    >>> title_and_unit("Age [year]", NUMBER)
    ('Age', 'year')
    """
    found = _UNIT.match(name)
    return (found[1], found[2]) if found else (name, "UTC" if kind == TIME else "")


def missing(value: Any) -> bool:
    """Tell whether a cell holds nothing."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return (isinstance(value, float) or hasattr(value, "dtype")) and bool(value != value)


def plain(value: Any) -> str:
    """Return a cell for programs: what is copied and saved.

    Examples
    --------
    >>> plain(["a", 1]), plain(None), plain(2.0)
    ('["a", 1]', '', '2.0')
    """
    if missing(value):
        return ""
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def plains(column: pd.Series[Any]) -> list[str]:
    """Return all cells of a column for programs; as `plain`, and many times as fast where all are of one kind."""
    dtype = str(column.dtype)
    if dtype.startswith(("str", "int", "uint", "float")) and not column.hasnans:
        return list(map(str, column.tolist()))
    if dtype.startswith("str"):
        return ["" if value != value else value for value in column.tolist()]
    return [plain(value) for value in column]


def shown(value: Any) -> str:
    """Return a text cell for people: one line, without what no page can show."""
    text = printable(plain(value)).replace("\n", " ⏎ ").replace("\t", " ")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def size(value: Any) -> str:
    """Return a number of bytes for people.

    Examples
    --------
    >>> size(310_000_001), size(12)
    ('310 MB', '12 B')
    """
    if missing(value):
        return ""
    amount, unit = float(value), 0
    while abs(amount) >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 or abs(amount) >= 99.95 else f"{amount:.3g} {_UNITS[unit]}"


def number(value: Any) -> str:
    """Return a number for people: in groups of three from 10,000 on, and no more digits than are read.

    Examples
    --------
    >>> number(2026), number(31500), number(0.123456789), number(1.5e-9)
    ('2026', '31,500', '0.123457', '1.5e-09')
    """
    if missing(value):
        return ""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.2f}" if 10_000 <= abs(value) < 1e15 else f"{value:.6g}"


def moment(value: Any) -> str:
    """Return a time for people."""
    return "" if missing(value) else f"{value:%Y-%m-%d %H:%M}"


def flag(value: Any) -> str:
    """Return a truth value for people."""
    return "" if missing(value) else "yes" if value else "no"


SHOWN: dict[str, Callable[[Any], str]] = {NUMBER: number, SIZE: size, TIME: moment, FLAG: flag, TEXT: shown}


def tsv(rows: Iterable[Iterable[Any]], separator: str = "\t") -> str:
    r"""Return rows as text for a spreadsheet; cells with separators, line ends or quotes are quoted.

    Examples
    --------
    >>> tsv([["a", None, "two\nlines"]])
    'a\t\t"two\nlines"\n'
    """
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows([plain(each) for each in row] for row in rows)
    return out.getvalue()
