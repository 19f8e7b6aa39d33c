"""What a server has that a plan may name: chips, kits, barcodes, references, region files, applications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bionb.errors import ResponseError
from bionb.platforms.torrentsuite.rules.findings import filled
from bionb.platforms.torrentsuite.rules.known import Known, is_hotspot
from bionb.platforms.torrentsuite.rules.samples import BED_KEYS, barcoded
from bionb.platforms.torrentsuite.wire.paging import all_records
from bionb.session import Session

Record = dict[str, Any]

ALWAYS = ("chip", "kitinfo", "referencegenome", "runtype")
FILES = ("path", "file")


def known_to(session: Session, plan: Mapping[str, Any]) -> Known:
    """Ask the server what may be named in this plan: only what the plan needs, all at once."""
    asked: list[tuple[str, Mapping[str, Any]]] = [(name, {}) for name in ALWAYS]
    asked += [(name, filters) for name, (needs, filters) in _NEEDS.items() if needs(plan)]
    if filled(kit := plan.get("barcodeId")) and isinstance(kit, str):
        asked.append(("dnabarcode", {"name__iexact": kit.strip()}))
    answers = session.map(lambda each: _offered(session, *each), asked)
    return _known(dict(zip((resource for resource, _ in asked), answers, strict=True)))


def _known(found: Mapping[str, list[Record] | None]) -> Known:
    """Return the records of some resources as what a plan may name."""
    barcodes: dict[str, set[str]] = {}
    for each in found.get("dnabarcode") or ():
        barcodes.setdefault(each["name"], set()).add(each["id_str"])
    files = found.get("content")
    return Known(
        chips=found["chip"] or (),
        kits=found["kitinfo"] or (),
        references=found["referencegenome"] or (),
        barcodes=barcodes,
        beds=_names(files or (), FILES),
        keys=_names(found.get("librarykey") or (), ("name", "sequence")),
        run_types=found["runtype"] or (),
        groups=found.get("applicationgroup") or (),
        hotspots=None if files is None else _names(filter(is_hotspot, files), FILES),
        protocols=found.get("common_cv"),
        groupings=found.get("samplegrouptype_cv"),
        flow_orders=found.get("floworder"),
        plugins=found.get("plugin"),
        controls=found.get("sampleannotation_cv"),
    )


def _offered(session: Session, resource: str, filters: Mapping[str, Any]) -> list[Record] | None:
    """Return the records of a resource, None where this server does not offer it: then nothing is said about it."""
    try:
        return all_records(session, resource, filters, f"look up {resource} for the plan")
    except ResponseError as error:
        if resource in ALWAYS[:3] or error.status == 401:
            raise
        return None


def _names(found: Any, keys: tuple[str, ...]) -> set[str]:
    return {str(each.get(key)) for each in found for key in keys}


def _infos(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what a plan tells about each of its barcodes, as far as it has the right form."""
    samples = barcoded(plan)
    infos = [
        each.get("barcodeSampleInfo")
        for each in (samples.values() if isinstance(samples, dict) else ())
        if isinstance(each, dict)
    ]
    return [info for each in infos if isinstance(each, dict) for info in each.values() if isinstance(info, dict)]


def _names_a_file(plan: Mapping[str, Any]) -> bool:
    if filled(plan.get("bedfile")) or filled(plan.get("mixedTypeRNA_targetRegionBedFile")):
        return True
    return any(filled(info.get(key)) for info in _infos(plan) for key in BED_KEYS)


def _has(name: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda plan: filled(plan.get(name))


# What is asked only for plans that name it.
_NEEDS: dict[str, tuple[Callable[[Mapping[str, Any]], bool], dict[str, str]]] = {
    "content": (_names_a_file, {}),
    "librarykey": (_has("libraryKey"), {}),
    "applicationgroup": (_has("applicationGroupDisplayedName"), {}),
    "common_cv": (_has("samplePrepProtocol"), {"cv_type": "samplePrepProtocol"}),
    "samplegrouptype_cv": (_has("sampleGroupingName"), {}),
    "floworder": (_has("flowsInOrder"), {}),
    "plugin": (_has("selectedPlugins"), {"active": "true"}),
    "sampleannotation_cv": (
        lambda plan: any(filled(info.get("controlType")) for info in _infos(plan)),
        {"annotationType": "controlType"},
    ),
}
