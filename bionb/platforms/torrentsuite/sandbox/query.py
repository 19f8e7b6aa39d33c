"""Lists as the server's framework makes them: filters, ordering, pages, and its ways to complain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import ge, gt, le, lt
from typing import Any
from urllib.parse import urlencode

from bionb.platforms.torrentsuite.sandbox import schemas
from bionb.platforms.torrentsuite.sandbox.store import words
from bionb.sandbox.application import Refused

LARGEST = 1000
LOOKUPS = words(
    "exact iexact contains icontains in gt gte lt lte startswith istartswith endswith iendswith range year month day "
    "week_day hour minute second isnull regex iregex"
)
MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?")
MOMENTS = words("exact gt gte lt lte in range")
PLAIN = ("limit", "offset", "order_by", "format")

Record = dict[str, Any]
Find = Callable[[str], Record | None]
Pairs = Sequence[tuple[str, str]]
Test = Callable[[Any], bool]


def page(records: Sequence[Record], pairs: Pairs, default: int, path: str) -> tuple[dict[str, Any], list[Record]]:
    """Return the envelope's ``meta`` and the page that the query asks for."""
    asked = {"limit": str(default), "offset": "0", **dict(pairs)}
    limit, offset, total = min(_natural("limit", asked) or LARGEST, LARGEST), _natural("offset", asked), len(records)
    kept = [(name, value) for name, value in pairs if name not in ("limit", "offset")]

    def link(start: int) -> str:
        return f"{path}?{urlencode([*kept, ('limit', limit), ('offset', start)])}"

    following = link(offset + limit) if offset + limit < total else None
    previous = link(offset - limit) if offset - limit >= 0 else None
    meta = {"limit": limit, "next": following, "offset": offset, "previous": previous, "total_count": total}
    return meta, list(records[offset : offset + limit])


def _natural(name: str, asked: Mapping[str, str]) -> int:
    if not re.fullmatch(r"-?\d+", asked[name]):
        raise Refused(400, f"The {name} '{asked[name]}' is no whole number.")
    if asked[name].startswith("-"):
        raise Refused(400, f"The {name} '{asked[name]}' is too small: it must be &gt;= 0.")
    return int(asked[name])


def ordered(records: list[Record], pairs: Pairs, schema: Mapping[str, Any], find: Find) -> list[Record]:
    """Sort by ``order_by``, which may be repeated; an unknown name is refused."""
    for name in reversed([value for key, value in pairs if key == "order_by"]):
        path = name.removeprefix("-").split("__")
        if path[0] not in schema["ordering"]:
            raise Refused(400, f"There is no '{path[0]}' field to order by.")
        key = partial(_sortable, path=path, find=find)
        records = sorted(records, key=key, reverse=name.startswith("-"))
    return records


def _sortable(record: Record, path: Sequence[str], find: Find) -> tuple[bool, Any]:
    value = next(_values(record, path, find), None)
    return (False, 0) if value is None else (True, value if isinstance(value, int | float) else str(value))


def filtered(records: list[Record], pairs: Pairs, resource: str, find: Find) -> list[Record]:
    """Keep the records that match; names that are no field are ignored, as the real server does."""
    schema = schemas.schema(resource)
    for name in dict.fromkeys(key for key, _ in pairs):
        field, *steps = name.split("__")
        if name in PLAIN or field not in schema["fields"]:
            continue
        lookup = steps.pop() if steps and steps[-1] in LOOKUPS else "exact"
        kind = _kind(resource, [field, *steps])
        texts = [value for key, value in pairs if key == name]
        wanted = [part for text in texts for part in text.split(",")] if lookup in ("in", "range") else texts
        # What is no time is refused by the list of runs, and breaks every other resource.
        if kind == "datetime" and lookup in MOMENTS and not all(map(MOMENT.fullmatch, wanted)):
            raise Refused(400 if resource == "compositeexperiment" else 500, "A time must be YYYY-MM-DD HH:MM.")
        matches = _test(lookup, wanted)
        records = [each for each in records if any(map(matches, _values(each, [field, *steps], find)))]
    return records


def _kind(resource: str, path: Sequence[str]) -> str:
    """Return the type of what stands at a path; only what can be filtered by passes, also behind a link."""
    head, *rest = path
    schema = schemas.schema(resource)
    if head not in schema["filtering"]:
        raise Refused(400, f"The '{head}' field cannot be filtered by.")
    kind = str(schema["fields"].get(head, {}).get("type", ""))
    if not rest:
        return kind
    if kind not in ("", "related"):
        raise Refused(400, f"The '{head}' field leads to no other resource.")
    following = schemas.target(resource, head)
    return _kind(following, rest) if following else ""


def _values(record: Record, path: Sequence[str], find: Find) -> Iterator[Any]:
    """Give what stands at a path, through links and nested objects; nothing there gives one None."""
    head, *rest = path
    value = record.get(head, record.get(f"{head}s"))
    items = value if isinstance(value, list) else [value]
    for item in items or [None]:
        if not rest:
            yield _plain(item)
        elif isinstance(target := find(item) if isinstance(item, str) else item, dict):
            yield from _values(target, rest, find)


def _plain(value: Any) -> Any:
    """Return a linked record's number, and big integers as numbers."""
    if isinstance(value, dict):
        return value.get("id")
    if isinstance(value, str) and value.startswith("/rundb/"):
        number = value.rstrip("/").rsplit("/", 1)[-1]
        return int(number) if number.isdigit() else value
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{5,}", value) else value


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
_TEXT: dict[str, Callable[[str, str], Any]] = {
    "contains": str.__contains__,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "exact": str.__eq__,
    "regex": lambda text, pattern: re.search(pattern, text),
}
_TIME = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16), "second": (17, 19)}


def _test(lookup: str, wanted: list[str]) -> Test:
    """Return the test of one value."""
    last = wanted[-1]
    if lookup in ("in", "exact"):
        return _member(wanted if lookup == "in" else [last])
    if lookup == "isnull":
        return lambda value: (value is None) == _truth(last)
    if lookup in _TIME:
        part = slice(*_TIME[lookup])
        return lambda value: isinstance(value, str) and value[part] == last.zfill(part.stop - part.start)
    if lookup in _COMPARE:
        return lambda value: value is not None and _COMPARE[lookup](value, _alike(value, last))
    if lookup != "range":
        return _text_test(lookup, last)
    if len(wanted) != 2:
        raise Refused(500)
    return lambda value: value is not None and _alike(value, wanted[0]) <= value <= _alike(value, last)


def _text_test(lookup: str, wanted: str) -> Test:
    plain = lookup.removeprefix("i")
    if plain not in _TEXT:
        raise Refused(400, f"The lookup '{lookup}' is not offered here.")
    try:
        re.compile(wanted if plain == "regex" else "")
    except re.error:
        raise Refused(500) from None  # the database fails on it
    fold = str if lookup == plain else str.lower
    return lambda value: value is not None and bool(_TEXT[plain](fold(str(value)), fold(wanted)))


def _member(wanted: list[str]) -> Test:
    """Return the test for being one of several values, which are read once and not for every record."""
    known: dict[type, set[Any]] = {}

    def test(value: Any) -> bool:
        if type(value) not in known:
            known[type(value)] = {_alike(value, text) for text in wanted}
        return value is not None and value in known[type(value)]

    return test


def _alike(value: Any, text: str) -> Any:
    """Return the text as the type of a value; what cannot be is refused."""
    if isinstance(value, bool):
        return _truth(text)
    try:
        return float(text) if isinstance(value, int | float) else text
    except ValueError:
        raise Refused(400, "A value of the query is not of its field's type.") from None


def _truth(text: str) -> bool:
    return text.lower() in ("true", "1", "yes")
