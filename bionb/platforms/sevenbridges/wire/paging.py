"""What pages look like: their records, totals and next ones; and how long a query may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from bionb.paging.pages import Record

VERSION = "v2"
LONGEST_QUERY = 4_000  # characters; the official client refuses URLs of more than 6,000
TOTAL = "X-Total-Matching-Query"

HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
ADVANCE = {**HEADERS, "X-SBG-Advance-Access": "advance"}


def headers_for(advance_access: bool) -> dict[str, str]:
    """Return the headers of a call; with `advance_access` the platform also offers what is not released yet."""
    return ADVANCE if advance_access else HEADERS


def tidy(record: Record) -> Record:
    """Make metadata a dict always: some servers send null for 'none'."""
    if isinstance(record, dict) and "metadata" in record and record["metadata"] is None:
        record["metadata"] = {}
    return record


def items(body: Any) -> list[Record]:
    """Return the records of a page."""
    found: list[Record] = body["items"]
    for record in found:
        if record.get("metadata", record) is None:
            tidy(record)
    return found


def total(response: requests.Response, body: Any) -> int | None:
    """Return how many records match in all."""
    value = response.headers.get(TOTAL, "")
    return int(value) if value.isdigit() else None


def more(response: requests.Response, body: Any) -> bool | None:
    """Tell whether a next page is announced; where it is said to be does not matter, for it is never followed."""
    if TOTAL in response.headers or "links" not in body:
        return None
    return any(link.get("rel") == "next" for link in body["links"])


def volume_objects(body: Record) -> list[Record]:
    """Return prefixes and objects of a volume as records of one form."""
    further = [{**each, "location": each["prefix"], "type": "prefix"} for each in body.get("prefixes") or []]
    return [*further, *body["items"]]


def next_query(body: Record) -> str | None:
    """Return the query of the next page of a volume; its host is never used."""
    found = next((link["next"] for link in body.get("links") or [] if link.get("next")), None)
    return urlsplit(found).query if found else None


def queries(query: Mapping[str, Any], chunked: str) -> Iterator[dict[str, Any]]:
    """Split a list of values over several queries when one URL could not hold it."""
    values = query.get(chunked)
    if not isinstance(values, list):
        yield dict(query)
        return
    chunk: list[str] = []
    length = 0
    for value in dict.fromkeys(values):
        size = len(chunked) + 2 + 3 * sum(not each.isalnum() for each in value) + len(value)
        if chunk and length + size > LONGEST_QUERY:
            yield {**query, chunked: chunk}
            chunk, length = [], 0
        chunk.append(value)
        length += size
    yield {**query, chunked: chunk}
