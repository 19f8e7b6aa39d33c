"""The list of runs of all neighbouring servers, into which the ``next`` link of the plain list leads."""

from __future__ import annotations

from typing import Any

from bionb.platforms.torrentsuite.sandbox import query
from bionb.platforms.torrentsuite.sandbox.store import Record

PER_HOST = 100
DOWN = "The runs of one server could not be fetched."


def page(runs: list[Record], pairs: query.Pairs, down: bool) -> dict[str, Any]:
    """Return a page: at most 100 runs of each server, newest start first, and what is missing as warnings."""
    chosen = sorted(runs, key=lambda each: each["date"], reverse=True)
    warnings = [DOWN] if down else []
    if len(chosen) > PER_HOST:
        chosen = chosen[:PER_HOST]
        warnings.append(f"This server has more runs than can be shown; none from before {chosen[-1]['date'][:10]} is.")
    path = "/rundb/api/mesh/v1/compositeexperiment/"
    meta, objects = query.page([] if down else chosen, pairs, 20, path)
    return {"meta": meta, "objects": objects, "warnings": warnings}
