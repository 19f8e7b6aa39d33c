"""What a server has that a plan may name: chips, kits, barcodes, references and region files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.platforms.torrentsuite.catalogue import API
from bionb.platforms.torrentsuite.paging import LARGEST
from bionb.platforms.torrentsuite.plan_rules import BED_KEYS, Known, barcoded, filled
from bionb.session import Session

Record = dict[str, Any]


def known_to(session: Session, plan: Mapping[str, Any]) -> Known:
    """Ask the server what may be named in this plan: only what the plan needs, all at once."""
    kit = str(plan.get("barcodeId") or "")
    asked: list[tuple[str, dict[str, Any]]] = [("chip", {}), ("kitinfo", {}), ("referencegenome", {})]
    asked += [("dnabarcode", {"name": kit})] if kit else []
    asked += [("content", {})] if _names_a_bed(plan) else []
    asked += [("librarykey", {})] if filled(plan.get("libraryKey")) else []
    answers = session.map(lambda each: records(session, *each), asked)
    found = dict(zip((resource for resource, _ in asked), answers, strict=True))
    return Known(
        found["chip"],
        found["kitinfo"],
        found["referencegenome"],
        {kit: {each["id_str"] for each in found.get("dnabarcode", [])}},
        {str(each.get(key)) for each in found.get("content", []) for key in ("name", "path", "file")},
        {each["sequence"] for each in found.get("librarykey", [])},
    )


def records(session: Session, resource: str, filters: Mapping[str, Any]) -> list[Record]:
    """Return all records of a small resource, for a question of ours."""
    path, what = f"{API}{resource}/", f"look up {resource} for the plan"
    found: list[Record] = []
    while True:
        page = {"limit": LARGEST, "offset": len(found), **filters}
        body = session.json("GET", path, params=page, what=what, opens=False)
        found += body["objects"]
        if not body["objects"] or len(found) >= body["meta"]["total_count"]:
            return found


def _names_a_bed(plan: Mapping[str, Any]) -> bool:
    samples = barcoded(plan)
    if not isinstance(samples, dict):
        return False
    infos = [each.get("barcodeSampleInfo") or {} for each in samples.values() if isinstance(each, dict)]
    return any(filled(info.get(key)) for each in infos for info in each.values() for key in BED_KEYS)
