"""Lists as the server's framework makes them: filters, ordering, pages, and its ways to complain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import ge, gt, le, lt
from typing import Any
from urllib.parse import urlencode

from bionb.platforms.torrentsuite.sandbox import schemas
from bionb.platforms.torrentsuite.sandbox.extras import target
from bionb.platforms.torrentsuite.sandbox.store import words

LARGEST = 1000
LOOKUPS = words(
    "exact iexact contains icontains in gt gte lt lte startswith istartswith endswith iendswith range year month day "
    "week_day hour minute second isnull regex iregex"
)
MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?")
PLAIN = ("limit", "offset", "order_by", "format")

Record = dict[str, Any]
Find = Callable[[str], Record | None]
Pairs = Sequence[tuple[str, str]]


class Refused(Exception):
    """A query that is answered with an error."""

    def __init__(self, status: int, words: str = "") -> None:
        super().__init__(words)
        self.status, self.words = status, words


def page(records: Sequence[Record], pairs: Pairs, default: int, path: str) -> tuple[dict[str, Any], list[Record]]:
    """Return the envelope's ``meta`` and the page that the query asks for."""
    asked = dict(pairs)
    limit = _natural("limit", asked.get("limit", str(default))) or LARGEST
    limit, offset, total = min(limit, LARGEST), _natural("offset", asked.get("offset", "0")), len(records)
    kept = [(name, value) for name, value in pairs if name not in ("limit", "offset")]

    def link(start: int) -> str:
        return f"{path}?{urlencode([*kept, ('limit', limit), ('offset', start)])}"

    meta = {
        "limit": limit,
        "next": link(offset + limit) if offset + limit < total else None,
        "offset": offset,
        "previous": link(offset - limit) if offset - limit >= 0 else None,
        "total_count": total,
    }
    return meta, list(records[offset : offset + limit])


def _natural(name: str, text: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise Refused(400, f"The {name} '{text}' is no whole number.")
    if text.startswith("-"):
        raise Refused(400, f"The {name} '{text}' is too small: it must be &gt;= 0.")
    return int(text)


def ordered(records: list[Record], pairs: Pairs, schema: Mapping[str, Any], find: Find) -> list[Record]:
    """Sort by ``order_by``, which may be repeated; an unknown name is refused."""
    for name in reversed([value for key, value in pairs if key == "order_by"]):
        path = name.removeprefix("-").split("__")
        if path[0] not in schema["ordering"]:
            raise Refused(400, f"There is no '{path[0]}' field to order by.")
        records = sorted(records, key=lambda each: _sortable(_first(each, path, find)), reverse=name.startswith("-"))
    return records


def _first(record: Record, path: list[str], find: Find) -> Any:
    return next(_values(record, path, find), None)


def _sortable(value: Any) -> tuple[bool, Any]:
    value = _plain(value)
    return (False, 0) if value is None else (True, value if isinstance(value, int | float) else str(value))


def filtered(records: list[Record], pairs: Pairs, resource: str, find: Find) -> list[Record]:
    """Keep the records that match; names that are no field are ignored, as the real server does."""
    schema = schemas.schema(resource)
    for name in dict.fromkeys(key for key, _ in pairs):
        field, *steps = name.split("__")
        if name in PLAIN or field not in schema["fields"]:
            continue
        lookup = steps.pop() if steps and steps[-1] in LOOKUPS else "exact"
        if field not in schema["filtering"]:
            raise Refused(400, f"The '{field}' field cannot be filtered by.")
        if steps and schema["fields"][field]["type"] != "related":
            raise Refused(400, f"The '{field}' field leads to no other resource.")
        texts = [value for key, value in pairs if key == name]
        kind = _kind(resource, [field, *steps])
        if kind == "datetime" and lookup in _MOMENTS:
            _check_moments(resource, lookup, texts)
        matches = _matcher(lookup, texts)
        records = [each for each in records if any(map(matches, _values(each, [field, *steps], find)))]
    return records


def _kind(resource: str, path: Sequence[str]) -> str:
    """Return the type of what stands at a path; behind a link only what can be filtered by passes."""
    head, *rest = path
    known = schemas.schema(resource)
    found = str(known["fields"].get(head, {}).get("type", ""))
    following = target(resource, head, schemas.NAMES) if rest else None
    if following is None:
        return "" if rest else found
    if rest[0] not in schemas.schema(following)["filtering"]:
        raise Refused(400, f"The '{rest[0]}' field cannot be filtered by.")
    return _kind(following, rest)


def _check_moments(resource: str, lookup: str, texts: list[str]) -> None:
    """Refuse what is no time: the list of runs says so, every other resource fails."""
    parts = [part for text in texts for part in (text.split(",") if lookup in ("in", "range") else [text])]
    if not all(map(MOMENT.fullmatch, parts)):
        raise Refused(400 if resource == "compositeexperiment" else 500, "A time must be YYYY-MM-DD HH:MM.")


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


_MOMENTS = ("exact", "gt", "gte", "lt", "lte", "in", "range")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "exact": str.__eq__,
    "regex": lambda text, pattern: bool(re.search(pattern, text)),
}
_TIME = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16), "second": (17, 19)}


def _matcher(lookup: str, texts: list[str]) -> Callable[[Any], bool]:
    """Return the test of one value."""
    wanted = [part for text in texts for part in text.split(",")] if lookup in ("in", "range") else texts[-1:]
    if lookup == "isnull":
        return lambda value: (value is None) == _truth(wanted[0])
    if lookup == "range" and len(wanted) != 2:
        raise Refused(500)
    if lookup in ("in", "exact"):
        return _member(wanted)
    if lookup in _COMPARE:
        return lambda value: value is not None and _COMPARE[lookup](value, _alike(value, wanted[0]))
    if lookup == "range":
        return lambda value: value is not None and _alike(value, wanted[0]) <= value <= _alike(value, wanted[1])
    if lookup in _TIME:
        first, last = _TIME[lookup]
        return lambda value: isinstance(value, str) and value[first:last] == wanted[0].zfill(last - first)
    return _text_matcher(lookup, wanted[0])


def _text_matcher(lookup: str, wanted: str) -> Callable[[Any], bool]:
    plain = lookup.removeprefix("i")
    if plain not in _TEXT:
        raise Refused(400, f"The lookup '{lookup}' is not offered here.")
    if plain == "regex":
        try:
            re.compile(wanted)
        except re.error:
            raise Refused(500) from None  # the database fails on it
    compare = _TEXT[plain]
    if lookup == plain:
        return lambda value: value is not None and compare(str(value), wanted)
    return lambda value: value is not None and compare(str(value).lower(), wanted.lower())


def _member(wanted: list[str]) -> Callable[[Any], bool]:
    """Return the test for being one of several values, which are read once and not for every record."""
    known: dict[type, set[Any]] = {}

    def test(value: Any) -> bool:
        kind = type(value)
        if kind not in known:
            known[kind] = {_alike(value, text) for text in wanted}
        return value is not None and value in known[kind]

    return test


def _alike(value: Any, text: str) -> Any:
    """Return the text as the type of a value; what cannot be is refused."""
    try:
        if isinstance(value, bool):
            return _truth(text)
        if isinstance(value, int | float):
            return float(text)
    except ValueError:
        raise Refused(400, "A value of the query is not of its field's type.") from None
    return text


def _truth(text: str) -> bool:
    return text.lower() in ("true", "1", "yes")
