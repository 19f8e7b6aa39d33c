"""The forms of the platform's answers: lists with links and totals, records with hrefs, bulk items, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request

from bionb.platforms.sevenbridges.wire.fields import Fields
from bionb.platforms.sevenbridges.wire.records import Resource
from bionb.sandbox.faults import Faults

Record = dict[str, Any]
DEFAULT_LIMIT, MAX_LIMIT = 50, 100


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self) -> Record:
        """Return the documented form."""
        return error(self.status, self.code, self.message)


def error(status: int, code: int, message: str) -> Record:
    """Return an error in the documented form."""
    return {
        "status": status,
        "code": code,
        "message": message,
        "more_info": "https://docs.sevenbridges.example.org/docs/api-status-codes",
    }


def here(path: str) -> str:
    """Return the absolute address of a path below ``/v2``."""
    return f"{request.host_url}v2/{path}"


def query() -> dict[str, list[str]]:
    """Return the query parameters, each with all its values."""
    return request.args.to_dict(flat=False)


def one(name: str, default: str | None = None) -> str | None:
    """Return a parameter's first value."""
    return request.args.get(name, default)


def flag(name: str) -> bool:
    """Return a yes or no; clients write ``True`` and ``true``."""
    return (one(name) or "").lower() == "true"


def sent(record: Mapping[str, Any], resource: Resource, href: str, *, listed: bool = False) -> Record:
    """Return what is sent of a record, as ``fields`` wants it."""
    chosen = Fields(one("fields") or "")
    brief = resource.brief if listed and resource.useful else None
    return chosen.apply({"href": here(href), **record}, brief)


def number(name: str, default: int) -> int:
    """Return a whole number of the query."""
    try:
        return int(one(name) or default)
    except ValueError:
        raise Refused(400, 90000, f"{name} must be a whole number.") from None


def listing(
    records: Sequence[Any],
    show: Callable[[Any], Record],
    faults: Faults,
) -> Response:
    """Return one page of a list, with links, and the total in its header."""
    limit, offset = number("limit", DEFAULT_LIMIT), max(0, number("offset", 0))
    if limit > MAX_LIMIT and faults.take("strict_limit"):
        raise Refused(400, 90000, f"limit may be at most {MAX_LIMIT}.")
    limit = MAX_LIMIT if limit <= 0 else min(limit, MAX_LIMIT)
    size = limit - 3 if limit > 3 and faults.take("short_page") else limit
    items = [show(each) for each in records[offset : offset + size]]
    answer = jsonify(href=request.url, items=items, links=_links(offset, limit, len(records), faults))
    quiet = faults.take("no_total") or ("offset" not in request.args and faults.take("total_with_offset"))
    if not quiet:
        answer.headers["X-Total-Matching-Query"] = str(len(records))
    return answer


def _links(offset: int, limit: int, total: int, faults: Faults) -> list[Record]:
    links = []
    if offset + limit < total:
        links.append({"href": _next(offset + limit, limit, faults), "rel": "next", "method": "GET"})
    if offset > 0:
        links.append({"href": _turned(max(0, offset - limit), limit), "rel": "prev", "method": "GET"})
    return links


def _next(offset: int, limit: int, faults: Faults) -> str:
    if fault := faults.take("foreign_link"):
        return f"{fault.options['to']}/v2/files?offset={offset}&limit={limit}"
    if faults.take("seed_link"):
        # As printed in the API overview: plain http, and a second question mark.
        return f"http://{request.host}{request.path}?offset={offset}?limit={limit}"
    return _turned(offset, limit)


def _turned(offset: int, limit: int) -> str:
    kept = [(key, value) for key, values in query().items() for value in values if key not in ("offset", "limit")]
    return f"{request.base_url}?{urlencode([*kept, ('offset', offset), ('limit', limit)])}"


def bulk(items: Iterable[Any], do: Callable[[Any], Record | None]) -> Response:
    """Return one result for each item, in the order asked."""
    chosen = list(items)
    if len(chosen) > MAX_LIMIT:
        raise Refused(400, 90000, f"A bulk call takes at most {MAX_LIMIT} items.")
    found: list[Record] = []
    for item in chosen:
        try:
            found.append({"resource": do(item) or {}})
        except Refused as refused:
            found.append({"error": refused.body()})
    return jsonify(items=found)


def body() -> Record:
    """Return the JSON body of a writing call."""
    found = request.get_json(silent=True, force=True)
    if not isinstance(found, dict):
        raise Refused(400, 90009, "The body could not be read as JSON.")
    return found
