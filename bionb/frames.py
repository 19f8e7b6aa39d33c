"""Records to a DataFrame with declared columns and dtypes, filled page by page.

Nested objects are flattened with a dot, unknown fields are appended, and no field is dropped. An empty listing gives
the same columns and dtypes as a full one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bionb.secret import hides_column

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]

BATCH = 5_000  # rows collected before times and numbers are packed: pandas is slow on small arrays
TEXT, COUNT, NUMBER, FLAG, TIME, ANY = "str", "Int64", "Float64", "boolean", "datetime64[us, UTC]", "object"


@dataclass(frozen=True)
class Column:
    """A declared column.

    Attributes
    ----------
    name : str
        The field, nested ones with dots: ``"owner.name"``.
    dtype : str
        One of `TEXT`, `COUNT`, `NUMBER`, `FLAG`, `TIME` (UTC), `ANY` (lists and mixed values).
    """

    name: str
    dtype: str = TEXT


def columns(text: str = "", **typed: str) -> tuple[Column, ...]:
    """Declare columns briefly: names of text columns, then ``name=dtype``; ``__`` in a keyword stands for a dot.

    Examples
    --------
    >>> [each.name for each in columns("id name", size=COUNT, owner__id=TEXT)]
    ['id', 'name', 'size', 'owner.id']
    """
    return tuple(Column(name) for name in text.split()) + tuple(
        Column(name.replace("__", "."), dtype) for name, dtype in typed.items()
    )


class FrameBuilder:
    """Collects pages of records in columns, so that memory follows the frame and not the JSON.

    Parameters
    ----------
    declared : sequence of Column
        In the order wanted.
    """

    def __init__(self, declared: Sequence[Column]) -> None:
        self._dtypes = {each.name: each.dtype for each in declared}
        self._parts: dict[str, list[Any]] = {name: [] for name in self._dtypes}
        self._pools: dict[str, dict[Any, Any] | None] = {}
        self._objects: set[str] = set()  # fields that held an object somewhere, if only an empty one
        self._rows = self._packed_rows = 0

    def add(self, records: Sequence[Record]) -> None:
        """Add a page."""
        if not records:
            return
        page: dict[str, list[Any]] = {}
        _flatten(records, "", page, self._dtypes, self._objects)
        for name, values in page.items():
            if name not in self._parts:
                self._parts[name] = [_Missing(self._rows)] if self._rows else []
            self._parts[name].append(self._shared(name, values))
        for name in self._parts.keys() - page.keys():
            self._parts[name].append(_Missing(len(records)))
        self._rows += len(records)
        if self._rows - self._packed_rows >= BATCH:
            self._pack()

    def _shared(self, name: str, values: list[Any]) -> list[Any]:
        """Let equal texts of a column be one object: most columns repeat themselves, and texts take most memory."""
        dtype = self._dtypes.get(name)
        if dtype not in (TEXT, None) or len(values) < 2:
            return values
        if not set(map(type, values)) <= {str, type(None)}:
            if dtype is None:
                return values
            values = _as_texts(values)
        if name not in self._pools:
            self._pools[name] = {} if 2 * len(set(values)) <= len(values) else None
        pool = self._pools[name]
        if pool is None:
            return values
        if len(pool) > BATCH:
            self._pools[name] = None
        return [pool.setdefault(value, value) for value in values]

    def _pack(self) -> None:
        """Turn what was collected of times and numbers into their dtype, which frees their texts."""
        self._packed_rows = self._rows
        for name, dtype in self._dtypes.items():
            if dtype not in (TIME, COUNT, NUMBER, FLAG):
                continue
            done = [part for part in self._parts[name] if not isinstance(part, list | _Missing)]
            values = _values(self._parts[name][len(done) :])
            self._parts[name] = [*done, _packed(values, dtype)] if values else done

    def frame(self) -> pd.DataFrame:
        """Return what was collected.

        Returns
        -------
        DataFrame
            Declared columns first, unknown ones behind in the order in which they were met.
        """
        import pandas as pd

        self._pack()
        names = [name for name in self._parts if name in self._dtypes or not self._is_hull(name)]
        data = {name: _joined(self._parts[name], self._dtypes.get(name)) for name in names}
        return pd.DataFrame(data, index=pd.RangeIndex(self._rows), columns=names)

    def _is_hull(self, name: str) -> bool:
        """Tell whether a column is only where a nested object was missing: its fields have columns of their own."""
        if name not in self._objects and not any(other.startswith(f"{name}.") for other in self._parts):
            return False
        return all(isinstance(part, _Missing) or all(value is None for value in part) for part in self._parts[name])


@dataclass(frozen=True)
class _Missing:
    rows: int


def to_frame(records: Iterable[Record], declared: Sequence[Column]) -> pd.DataFrame:
    """Return records as a frame with the declared columns.

    Examples
    --------
    >>> to_frame([{"id": 7, "owner": {"name": "Ada"}}], columns("id", owner__name=TEXT)).iloc[0].tolist()
    ['7', 'Ada']
    """
    builder = FrameBuilder(declared)
    builder.add(list(records))
    return builder.frame()


def _flatten(
    records: Sequence[Any], prefix: str, page: dict[str, list[Any]], dtypes: Mapping[str, str], objects: set[str]
) -> None:
    names: dict[str, None] = {}
    for record in records:
        if len(record) != len(names) or record.keys() != names.keys():
            names.update(dict.fromkeys(record))
    for key in names:
        name = f"{prefix}{key}"
        values = [record.get(key) for record in records]
        if dict in set(map(type, values)) and dtypes.get(name) != ANY:
            objects.add(name)
            inner = [value if isinstance(value, dict) else {} for value in values]
            _flatten(inner, f"{name}.", page, dtypes, objects)
            values = [None if isinstance(value, dict) else value for value in values]
            if name not in dtypes and not any(value is not None for value in values):
                continue
        page[name] = [_hidden(value) for value in values] if hides_column(name) and name not in dtypes else values


def _hidden(value: Any) -> Any:
    """Return what a table shows of a credential; numbers and flags about one are none."""
    return value if not value or isinstance(value, int | float) else "…"


def _packed(values: list[Any], dtype: str) -> Any:
    return _times(values) if dtype == TIME else _numbers(values, dtype)


def _joined(parts: list[Any], dtype: str | None) -> Any:
    import pandas as pd

    if dtype in (TIME, COUNT, NUMBER, FLAG):
        if len(parts) < 2:
            return parts[0] if parts else pd.array([], dtype=dtype)
        return pd.concat([pd.Series(each) for each in parts], ignore_index=True).array
    values = _values(parts)
    if dtype == TEXT:
        return _texts(values)
    return _guessed(values) if dtype is None else pd.Series(values, dtype=object)


def _values(parts: Sequence[Any]) -> list[Any]:
    """Return the values of collected parts, None where a page had no such field."""
    values: list[Any] = []
    for part in parts:
        values.extend([None] * part.rows if isinstance(part, _Missing) else part)
    return values


def _texts(values: list[Any]) -> Any:
    import pandas as pd

    if not set(map(type, values)) <= {str, type(None)}:
        values = _as_texts(values)
    return pd.array(values, dtype="str")


def _as_texts(values: list[Any]) -> list[Any]:
    return [value if value is None or isinstance(value, str) else _as_text(value) for value in values]


def _as_text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _times(values: list[Any]) -> Any:
    import pandas as pd

    if not set(map(type, values)) <= {str, type(None)}:
        values = [value if isinstance(value, str) else None for value in values]
    times = pd.to_datetime(pd.Series(values, dtype=object), format="ISO8601", utc=True, errors="coerce")
    return times.astype(TIME).array


def _numbers(values: list[Any], dtype: str) -> Any:
    """Give a column its dtype; some servers send numbers as text, and what does not fit becomes missing."""
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
            value = int(value)  # not by way of a float, which would change the last digits of big ones
        except ValueError:
            value = _number(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**63 else None
    return int(value) if isinstance(value, int) and -(2**63) <= value < 2**63 else None


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None


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
