"""Lists: which records a request lets through, in which order, and one page of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from flask import Response, jsonify, request

from bionb.platforms.odm.sandbox.language import full_text, parse
from bionb.platforms.odm.sandbox.store import Entity, Record, box, shown, store
from bionb.sandbox.application import Refused, refuse_if, whole_number, window

LIMIT = 2000
SORTS: dict[str, Callable[[Entity], Any]] = {
    "id": lambda each: each.accession,
    "creation": lambda each: each.created,
    "last_update": lambda each: each.versions[-1]["timestamp"],
    "name": lambda each: str(each.record.get("Study Title") or each.record.get("Sample Name") or each.key),
}
ROLE = "<any('as-user','as-curator'):role>"


def fields_of(role: str) -> str:
    """Return how much of a record is wanted; a curator sees everything by default."""
    default = "original_data_included" if role == "as-curator" else "extended_data_included"
    return request.args.get("returnedMetadataFields") or default


def chosen(prefix: str = "") -> Callable[[Record], bool]:
    """Return the test that a filter and a full text of the request describe, e.g. ``studyFilter``, ``studyQuery``."""
    filter, query = (f"{prefix}{what}" if prefix else what.lower() for what in ("Filter", "Query"))
    test, text = parse(request.args.get(filter, "")), request.args.get(query, "")
    words = full_text(text, request.args.get("searchSpecificTerms") == "true")
    return lambda record: test(record.get) and (not text or words(record))


def matching(role: str, found: Iterable[Entity], prefix: str = "") -> list[Entity]:
    """Return the entities that the request lets through."""
    test = chosen(prefix)
    return [each for each in found if test(each.seen_as(role))]


def as_seen(role: str, entity: Entity) -> Record:
    """Return an entity as this role sees it."""
    return shown(entity.kind, entity.seen_as(role), fields_of(role))


def entity_list(role: str, found: list[Entity]) -> Response:
    """Return one page of what a whole group holds, or of what was found across links."""
    answer = page_of(found, lambda each: as_seen(role, each))
    if found and request.args.get("pageOffset", "0") != "0" and box.faults.take("drifting"):
        store.entities.pop(found[0].accession, None)
    return answer


def sorted_list(role: str, kind: str) -> Response:
    """Return one page of all there is of a kind; only these lists take ``filter``, ``query`` and ``sort``."""
    found = matching(role, store.of_kind(kind))
    sort = "" if kind == "file" else request.args.get("sort", "").strip()
    refuse_if(sort and sort.lstrip("+-") not in SORTS, 400, f"sort is one of {', '.join(SORTS)}, with + or - in front.")
    if sort:
        found.sort(key=SORTS[sort.lstrip("+-")], reverse=sort.startswith("-"))
    return entity_list(role, found)


def page_of(
    records: list[Any], show: Callable[[Any], Any] = lambda each: each, place: Record | None = None
) -> Response:
    """Return one page; it may hold fewer records than its limit although more follow."""
    offset = whole_number("pageOffset" if "pageOffset" in request.args else "offset", 0)
    limit = whole_number("pageLimit" if "pageLimit" in request.args else "limit", LIMIT)
    offset, limit = (place or {}).get("offset", offset), (place or {}).get("limit", limit)
    refuse_if(limit > LIMIT, 400, f"pageLimit must be between 0 and {LIMIT}.")
    page = [show(each) for each in window(records, offset, limit, box.faults)]
    pagination = {"count": len(page), "total": len(records), "offset": offset, "limit": limit}
    if "tab-separated" in request.headers.get("Accept", ""):
        return _as_tsv(page)
    return jsonify(meta={"pagination": pagination}, data=page)


def _as_tsv(page: list[Record]) -> Response:
    names = list(dict.fromkeys(name for record in page for name in record))
    lines = ["\t".join(names), *("\t".join(_cell(record.get(name)) for name in names) for record in page)]
    return Response("\n".join(lines) + "\n", content_type="text/tab-separated-values")


def _cell(value: Any) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def cursor_page(
    found: Iterable[Any], name: str = "data", mark: str = "", log: str | None = None, most: int = LIMIT
) -> Record:
    """Return one page that names the next; that of a query has a log and an end mark."""
    asked = whole_number("limit" if "limit" in request.args else "pageLimit", LIMIT, least=-most)
    limit = max(1, min(asked, most))
    found_at = re.fullmatch(rf"{mark}(\d+)", request.args.get("cursor") or f"{mark}0")
    if not found_at:
        raise Refused(400, f"There is no page {request.args['cursor']!r}.")
    start = int(found_at[1])
    page = list(islice(found, start, start + limit + 1))
    more = len(page) > limit
    told = {} if log is None else {"log": [log], "resultsExhausted": not more}
    return {name: page[:limit], **told, **({"cursor": f"{mark}{start + limit}"} if more else {})}
