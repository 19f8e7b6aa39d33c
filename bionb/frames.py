"""Records to a DataFrame with declared columns and dtypes, filled page by page.

Nested objects are flattened with a dot, unknown fields are appended, and no field is dropped. An empty listing gives
the same columns and dtypes as a full one; only a column with values that are none of its dtype is kept as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from bionb.dtypes import ANY as ANY
from bionb.dtypes import COUNT as COUNT
from bionb.dtypes import FLAG as FLAG
from bionb.dtypes import NUMBER as NUMBER
from bionb.dtypes import TEXT as TEXT
from bionb.dtypes import TIME as TIME
from bionb.dtypes import WORDS, Missing, as_texts, demand_pandas, joined, packed, values_of
from bionb.errors import UnexpectedResponse
from bionb.secret import hides_column
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]

BATCH = 5_000  # rows collected before times and numbers are packed: pandas is slow on small arrays
DEEPEST = 40  # levels of nested objects that become columns; what lies deeper stays as it is
WIDEST, MOST_CELLS = 5_000, 50_000_000  # a table of more columns may not have more cells


class UnreadValues(UserWarning):
    """Values of a declared column are no numbers, times or truth values: the whole column is kept as text."""


demand_pandas()


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
        self._filled = dict.fromkeys(self._dtypes, 0)  # rows of each column so far; what is missing is added later
        self._pools: dict[str, dict[Any, Any] | None] = {}
        self._objects: set[str] = set()  # fields that held an object somewhere, if only an empty one
        self._unread: dict[str, Any] = {}  # columns kept as text, each with the first value that is none of its dtype
        self._rows = self._packed_rows = 0

    def add(self, records: Sequence[Record]) -> None:
        """Add a page."""
        if not records:
            return
        fields: dict[str, dict[_Path, list[Any]]] = {}
        _flatten(records, (), fields, self._dtypes, self._objects)
        page: dict[str, list[Any]] = {}
        for name, found in fields.items():
            for _, values in sorted(found.items(), key=lambda each: (len(each[0]), each[0])):
                _put(page, name, values)
        for name, values in page.items():
            self._fill(name)
            self._parts[name].append(self._shared(name, values))
            self._filled[name] += len(records)
        self._rows += len(records)
        _check_size(len(self._parts), self._rows)
        if self._rows - self._packed_rows >= BATCH:
            self._pack()

    def _fill(self, name: str) -> None:
        """Bring a column to the rows that are there."""
        missing = self._rows - self._filled.setdefault(name, 0)
        parts = self._parts.setdefault(name, [])
        if missing:
            parts.append(Missing(missing))
            self._filled[name] = self._rows

    def _shared(self, name: str, values: list[Any]) -> list[Any]:
        """Let equal texts of a column be one object: most columns repeat themselves, and texts take most memory."""
        dtype = self._dtypes.get(name)
        if dtype not in (TEXT, None) or len(values) < 2:
            return values
        if not set(map(type, values)) <= {str, type(None)}:
            if dtype is None:
                return values
            values = as_texts(values)
        if name not in self._pools:
            self._pools[name] = {} if 2 * len(set(values)) <= len(values) else None
        pool = self._pools[name]
        if pool is None:
            return values
        if len(pool) > BATCH:
            self._pools[name] = None
        return list(map(pool.setdefault, values, values))

    def _pack(self) -> None:
        """Turn what was collected into its dtype, which takes less memory, and less time of the garbage collector."""
        self._packed_rows = self._rows
        for name, dtype in self._dtypes.items():
            self._fill(name)
            if dtype == ANY or name in self._unread:
                continue
            done = [part for part in self._parts[name] if not isinstance(part, list | Missing)]
            values = values_of(self._parts[name][len(done) :])
            found, unread = packed(values, dtype)
            if unread:
                self._unread[name] = unread[0]
            else:
                self._parts[name] = [*done, found] if values else done

    def frame(self) -> pd.DataFrame:
        """Return what was collected.

        Returns
        -------
        DataFrame
            Declared columns first, unknown ones behind in the order in which they were met.

        Warns
        -----
        UnreadValues
            A column of numbers or times holds others: it is kept as text.
        """
        import pandas as pd

        self._pack()
        parents = {name[: place.start()] for name in self._parts for place in re.finditer(r"\.", name)}
        names = [name for name in self._parts if name in self._dtypes or not self._is_hull(name, parents)]
        for name in names:
            self._fill(name)
        data = {name: joined(self._parts[name], self._dtype(name)) for name in names}
        if self._unread:
            warn(_unread_text(self._unread, self._dtypes), UnreadValues)
        return pd.DataFrame(data, index=pd.RangeIndex(self._rows), columns=names)

    def _dtype(self, name: str) -> str | None:
        return TEXT if name in self._unread else self._dtypes.get(name)

    def _is_hull(self, name: str, parents: set[str]) -> bool:
        """Tell whether a column is only where a nested object was missing: its fields have columns of their own."""
        if name not in self._objects and name not in parents:
            return False
        return all(isinstance(part, Missing) or all(value is None for value in part) for part in self._parts[name])


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


_Path = tuple[str, ...]


def _flatten(
    records: Sequence[Any],
    path: _Path,
    fields: dict[str, dict[_Path, list[Any]]],
    dtypes: Mapping[str, str],
    objects: set[str],
) -> None:
    names, alike = dict.fromkeys(records[0]), True  # all have all fields, as in most lists of a server
    for record in records:
        if len(record) != len(names) or record.keys() != names.keys():
            alike = False
            names.update(dict.fromkeys(record))
    _check_size(len(names), len(records))
    for key in names:
        inner_path = (*path, key)
        name = ".".join(inner_path)
        values = list(map(itemgetter(key), records)) if alike else [record.get(key) for record in records]
        if len(path) < DEEPEST and dict in set(map(type, values)) and dtypes.get(name) != ANY:
            objects.add(name)
            inner = [value if isinstance(value, dict) else {} for value in values]
            _flatten(inner, inner_path, fields, dtypes, objects)
            values = [None if isinstance(value, dict) else value for value in values]
            if name not in dtypes and not any(value is not None for value in values):
                continue
        shown = [_hidden(value) for value in values] if hides_column(name) and name not in dtypes else values
        fields.setdefault(name, {})[inner_path] = shown


def _hidden(value: Any) -> Any:
    """Return what a table shows of a credential; numbers and flags about one are none."""
    return value if not value or isinstance(value, int | float) else "…"


def _put(page: dict[str, list[Any]], name: str, values: list[Any]) -> None:
    """Add a column; a field ``"a.b"`` beside a ``"b"`` in ``"a"`` has a column of its own where both have a value."""
    held = page.setdefault(name, values)
    if held is values:
        return
    page[name] = [second if first is None else first for first, second in zip(held, values, strict=True)]
    rest = [None if first is None else second for first, second in zip(held, values, strict=True)]
    if any(value is not None for value in rest):
        _put(page, f"{name}.1", rest)


def _check_size(columns: int, rows: int) -> None:
    if columns > WIDEST and columns * rows > MOST_CELLS:
        raise UnexpectedResponse(
            f"{rows:,} records have {columns:,} different fields: too many for a table. Take the records themselves, "
            "for record in listing, and choose the fields you need."
        )


def _unread_text(unread: Mapping[str, Any], dtypes: Mapping[str, str]) -> str:
    shown = [f"{name} holds {value!r:.40}, which is no {WORDS[dtypes[name]]}" for name, value in unread.items()]
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    listed = "; ".join(shown[:3])
    return f"{listed}{more}: kept as text; pandas.to_numeric or to_datetime with errors='coerce' reads the rest."
