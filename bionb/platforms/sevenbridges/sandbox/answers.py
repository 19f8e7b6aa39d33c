"""The forms of the platform's answers: lists with links and totals, records with hrefs, bulk items, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, count
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, jsonify, request
from werkzeug.local import LocalProxy

from bionb.platforms.sevenbridges.sandbox.store import Record, Store
from bionb.sandbox.application import Refused, refuse_if, whole_number, window
from bionb.sandbox.faults import Faults

store: Store = LocalProxy(lambda: g.sandbox.store)  # type: ignore[assignment]
faults: Faults = LocalProxy(lambda: g.sandbox.faults)  # type: ignore[assignment]

DEFAULT_LIMIT, MAX_LIMIT = 50, 100
CODES = {400: 90000, 401: 90001, 404: 90003, 405: 90006, 429: 1000, 503: 0}
KEYS = ("id", "invoice_id", "username")

# What a list sends of each kind beside the href, unless fields= asks for more; of the others, all.
BRIEF = {
    "projects": ("href", "id", "name"),
    "files": ("href", "id", "name", "project", "parent", "type"),
    "apps": ("href", "id", "name", "project"),
    "tasks": ("href", "id", "name", "project", "app", "status"),
    "billing/groups": ("href", "id", "name"),
    "billing/invoices": ("href", "invoice_id"),
    "storage/volumes": ("href", "id", "name"),
    "storage/imports": ("href", "id", "state"),
    "storage/exports": ("href", "id", "state"),
}


def error(status: int, words: str, code: int | None = None) -> Record:
    """Return an error in the documented form."""
    return {
        "status": status,
        "code": CODES.get(status, 90005) if code is None else code,
        "message": words,
        "more_info": "https://docs.sevenbridges.example.org/docs/api-status-codes",
    }


# -- what was asked -----------------------------------------------------------------------------------------------


def flag(name: str) -> bool:
    """Return a yes or no; clients write ``True`` and ``true``."""
    return request.args.get(name, "").lower() == "true"


def body(*needed: str) -> Record:
    """Return the JSON body of a writing call."""
    found: Any = request.get_json(silent=True, force=True)
    refuse_if(not isinstance(found, dict), 400, "The body could not be read as JSON.", code=90009)
    refuse_if(set(needed) - set(found), 400, f"The body needs {', '.join(needed)}.")
    return dict(found)


def short_name(name: str, code: int, taken: Iterable[str] = ()) -> str:
    """Return the part of an id that is made of a name."""
    short = (
        "".join(each for each in name.lower() if each.isalnum() or each in " _-").replace(" ", "-").replace("_", "-")
    )
    refuse_if(not any(map(str.isalnum, short)), 400, "The name holds no letter or digit.", code=code)
    tries = chain([short], (f"{short}_{each}" for each in count(1)))
    return next(each for each in tries if each not in taken)


# -- records ------------------------------------------------------------------------------------------------------


def here(path: str) -> str:
    """Return the absolute address of a path below ``/v2``."""
    return f"{request.host_url}v2/{path}"


def sent(kind: str, record: Record, *, listed: bool = False) -> Record:
    """Return what is sent of a record, as ``fields`` wants it; `kind` is the path below which it stands."""
    name = next(record[key] for key in KEYS if key in record)
    brief = BRIEF.get(kind) if listed else None
    return chosen({"href": here(f"{kind}/{name}"), **record}, request.args.get("fields", ""), brief)


def chosen(record: Record, fields: str, brief: Sequence[str] | None) -> Record:
    """Return the fields asked for: names, with dots inside; ``_all``; ``!`` before what is left out."""
    names = [each.strip() for each in fields.split(",") if each.strip()]
    wanted = [each for each in names if each[0] != "!"] or brief or ["_all"]
    kept = dict(record) if "_all" in wanted else {}
    for name in wanted:
        _take(record, name, kept)
    for name in names:
        if name[0] == "!":
            _drop(kept, name[1:])
    return kept


def _take(record: Mapping[str, Any], path: str, kept: Record) -> None:
    key, _, rest = path.partition(".")
    if rest and isinstance(record.get(key), dict):
        _take(record[key], rest, kept.setdefault(key, {}))
    elif key in record and not rest:
        kept[key] = record[key]


def _drop(kept: Record, path: str) -> None:
    key, _, rest = path.partition(".")
    if not rest:
        kept.pop(key, None)
    elif isinstance(kept.get(key), dict):
        kept[key] = dict(kept[key])  # what the store keeps stays whole
        _drop(kept[key], rest)


# -- lists --------------------------------------------------------------------------------------------------------


def listing(kind: str, records: Sequence[Any], show: Callable[[Any], Record] | None = None) -> Response:
    """Return one page of a list, with links, and the total in its header."""
    limit, offset = whole_number("limit", DEFAULT_LIMIT), whole_number("offset", 0)
    refuse_if(limit > MAX_LIMIT and faults.take("strict_limit"), 400, f"limit may be at most {MAX_LIMIT}.")
    limit, show = min(limit or MAX_LIMIT, MAX_LIMIT), show or partial(sent, kind, listed=True)
    items = [show(each) for each in window(records, offset, limit, faults)]
    answer = jsonify(href=request.url, items=items, links=list(_links(offset, limit, len(records))))
    quiet = faults.take("no_total") or ("offset" not in request.args and faults.take("total_with_offset"))
    if not quiet:
        answer.headers["X-Total-Matching-Query"] = str(len(records))
    return answer


def _links(offset: int, limit: int, total: int) -> Iterable[Record]:
    if offset + limit < total:
        yield {"href": _next(offset + limit, limit), "rel": "next", "method": "GET"}
    if offset > 0:
        yield {"href": _turned(max(0, offset - limit), limit), "rel": "prev", "method": "GET"}


def _next(offset: int, limit: int) -> str:
    if fault := faults.take("foreign_link"):
        return f"{fault.options['to']}/v2/files?offset={offset}&limit={limit}"
    if faults.take("seed_link"):
        # As printed in the API overview: plain http, and a second question mark.
        return f"http://{request.host}{request.path}?offset={offset}?limit={limit}"
    return _turned(offset, limit)


def _turned(offset: int, limit: int) -> str:
    kept = [each for each in request.args.items(multi=True) if each[0] not in ("offset", "limit")]
    return f"{request.base_url}?{urlencode([*kept, ('offset', offset), ('limit', limit)])}"


def bulk(key: str, do: Callable[[Any], Record | None]) -> Record:
    """Return one result for each item of the body's list, in the order asked."""
    items = body(key)[key]
    refuse_if(len(items) > MAX_LIMIT, 400, f"A bulk call takes at most {MAX_LIMIT} items.")
    return {"items": [_result(item, do) for item in items]}


def _result(item: Any, do: Callable[[Any], Record | None]) -> Record:
    try:
        return {"resource": do(item) or {}}
    except Refused as refused:
        return {"error": error(refused.status, refused.words, **refused.more)}
