"""Values to a column of a dtype: what is read as a number, a time or a truth value, and what is kept as text."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bionb.errors import UnsupportedPandas

TEXT, COUNT, NUMBER, FLAG, TIME, ANY = "str", "Int64", "Float64", "boolean", "datetime64[us, UTC]", "object"
WORDS = {COUNT: "whole number", NUMBER: "number", FLAG: "truth value", TIME: "time"}


@dataclass(frozen=True)
class Missing:
    """Rows of a column in which there is nothing."""

    rows: int


def demand_pandas() -> None:
    """Refuse a pandas whose texts and times are of other dtypes: names would come out wrong without a word."""
    version = _pandas_version()
    if version and int(version.split(".")[0]) < 3:
        raise UnsupportedPandas(
            f"bionb needs pandas 3 or newer, and this Python has pandas {version}: run  pip install -U 'pandas>=3'  "
            "and restart the kernel."
        )


def _pandas_version() -> str:
    """Return the version of pandas, without importing it where its folder tells; empty where there is none."""
    if "pandas" not in sys.modules:
        found = importlib.util.find_spec("pandas")
        if found is None or not found.origin:
            return ""
        names = [each.name for each in Path(found.origin).parent.parent.glob("pandas-*-info")]
        told = [each[1] for each in map(re.compile(r"pandas-(\d+\.\d[\d.]*)\.").match, names) if each]
        if len(told) == 1:
            return told[0]
    told_itself = re.match(r"\d+\.\d[\d.]*", str(getattr(importlib.import_module("pandas"), "__version__", "")))
    return told_itself[0] if told_itself else ""


def packed(values: list[Any], dtype: str) -> tuple[Any, list[Any]]:
    """Return values in their dtype, and those that are none of it."""
    if dtype == TEXT:
        return _texts(values), []
    packed = _times(values) if dtype == TIME else _numbers(values, dtype)
    missing = packed.isna()
    if not missing.any():
        return packed, []
    return packed, [value for value, none in zip(values, missing, strict=True) if none and not _is_nothing(value)]


def _is_nothing(value: Any) -> bool:
    """Tell whether a value stands for a missing one."""
    if isinstance(value, str):
        return not value.strip() or value.strip().lower() in ("nan", "nat")
    return value is None or value in ([], {}) or (isinstance(value, float) and value != value)


def joined(parts: list[Any], dtype: str | None) -> Any:
    """Return the collected parts of a column as one; without a dtype it gets the one that all its values share."""
    import pandas as pd

    if dtype in WORDS or (dtype == TEXT and not any(isinstance(each, list | Missing) for each in parts)):
        if len(parts) < 2:
            return parts[0] if parts else pd.array([], dtype=dtype)
        return pd.concat([pd.Series(each) for each in parts], ignore_index=True).array
    values = values_of(parts)
    if dtype == TEXT:  # of a column that was to be something else
        return _texts(values)
    return _guessed(values) if dtype is None else pd.Series(values, dtype=object)


def values_of(parts: Sequence[Any]) -> list[Any]:
    """Return the values of collected parts, None where a page had no such field."""
    values: list[Any] = []
    for part in parts:
        if isinstance(part, Missing):
            values.extend([None] * part.rows)
        else:
            values.extend(part if isinstance(part, list) else map(_unpacked, part))
    return values


def _unpacked(value: Any) -> Any:
    """Return what was packed before a later page showed that its column is text."""
    if hasattr(value, "isoformat"):
        return None if value != value else value.isoformat().replace("+00:00", "Z")
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value if isinstance(value, int) else None


def _texts(values: list[Any]) -> Any:
    import pandas as pd

    if not set(map(type, values)) <= {str, type(None)}:
        values = as_texts(values)
    return pd.array(values, dtype="str")


def as_texts(values: list[Any]) -> list[Any]:
    """Return values as texts, None where there is none."""
    return [value if value is None or isinstance(value, str) else _as_text(value) for value in values]


def _as_text(value: Any) -> str | None:
    if isinstance(value, float) and value != value:
        return None
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _times(values: list[Any]) -> Any:
    import pandas as pd

    if not set(map(type, values)) <= {str, type(None)}:
        values = [value if isinstance(value, str) else None for value in values]
    times = pd.to_datetime(pd.Series(values, dtype=object), format="ISO8601", utc=True, errors="coerce")
    return times.astype(TIME).array


def _numbers(values: list[Any], dtype: str) -> Any:
    """Give a column its dtype, missing where it does not fit; some servers send numbers as text."""
    import pandas as pd

    read, fitting = _READ[dtype]
    if not set(map(type, values)) <= fitting:
        values = [read(value) for value in values]
    try:
        return pd.array(values, dtype=dtype)
    except (TypeError, ValueError, OverflowError):
        return pd.array([read(value) for value in values], dtype=dtype)


def _count(value: Any) -> int | None:
    if isinstance(value, str):
        try:
            value = int(value) if _is_plain(value) else None  # not by way of a float, which changes big ones
        except ValueError:
            value = _number(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**63 else None
    return int(value) if isinstance(value, int) and -(2**63) <= value < 2**63 else None


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) or (isinstance(value, str) and _is_plain(value)) else None
    except (ValueError, OverflowError):
        return None


def _is_plain(text: str) -> bool:
    """Tell whether a number may be written like this: Python takes 1_000 and full-width digits too."""
    return text.isascii() and "_" not in text


def _flag(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


_READ: Mapping[str, tuple[Callable[[Any], Any], set[type]]] = {
    COUNT: (_count, {int, type(None)}),
    NUMBER: (_number, {int, float, type(None)}),
    FLAG: (_flag, {bool, type(None)}),
}


def _guessed(values: list[Any]) -> Any:
    """Give an undeclared column the dtype that all its values share."""
    import pandas as pd

    kinds = set(map(type, values)) - {type(None)}
    for kind, dtype in ((bool, FLAG), (int, COUNT), (str, TEXT)):
        if kinds == {kind} and not (kind is int and any(abs(v) >= 2**63 for v in values if v is not None)):
            return pd.array(values, dtype=dtype)
    if kinds and kinds <= {int, float}:
        return pd.array([None if value is None else float(value) for value in values], dtype=NUMBER)
    # A bare array would be given a dtype by DataFrame.
    return pd.Series(values, dtype=object)
