"""Reading across links: samples of a study, data of a sample, which run belongs to which sample."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Response

from bionb.platforms.odm.sandbox.lists import ROLE, as_seen, entity_list, matching, page_of
from bionb.platforms.odm.sandbox.metadata import SINGULAR
from bionb.platforms.odm.sandbox.omics import data_items
from bionb.platforms.odm.sandbox.store import Record
from bionb.sandbox.application import Refused
from bionb.sandbox.routes import Routes

if TYPE_CHECKING:
    from bionb.platforms.odm.sandbox import OdmSandbox

READINGS: list[tuple[str, Callable[..., Any]]] = []
DATA = "(expression|variant|flow-cytometry)"
routes = Routes()


@routes(f"/api/v1/{ROLE}/integration/link/<path:path>")
def _read(box: OdmSandbox, role: str, path: str) -> Any:
    # Read what the path asks for; its last word is what there must be.
    for pattern, reading in READINGS:
        if found := re.fullmatch(pattern, path):
            last, store = path.rpartition("/")[2], box.store
            known = last in SINGULAR or last in store.groups or ("/by/group/" not in path and last in store.entities)
            if not known:
                raise Refused(404, f"There is nothing with the accession {last}.")
            return reading(box, role, *found.groups())
    raise Refused(404, "There is no such endpoint.")


def _reads(*patterns: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def keep(reading: Callable[..., Any]) -> Callable[..., Any]:
        READINGS.extend((pattern, reading) for pattern in patterns)
        return reading

    return keep


@_reads(r"samples/by/study/(\w+)")
def _samples_by_study(box: OdmSandbox, role: str, study: str) -> Response:
    return entity_list(box, role, list(box.store.samples_in(study).values()))


@_reads(r"study/by/(sample|file)/(\w+)")
def _study_by(box: OdmSandbox, role: str, kind: str, accession: str) -> Record:
    found = box.store.entities.get(accession)
    if found is None or found.kind not in ("sample", "file") or not found.targets:
        raise Refused(404, f"The {kind} {accession} belongs to no study.")
    return as_seen(role, box.store.entities[found.targets[0]])


@_reads(r"(library|preparation)/by/sample/(\w+)", r"(file)s/by/study/(\w+)")
def _linked(box: OdmSandbox, role: str, kind: str, target: str) -> list[Record]:
    return [as_seen(role, each) for each in box.store.linked(kind, [target])]


@_reads(r"(library|preparation)/group/by/study/(\w+)")
def _made_groups_by_study(box: OdmSandbox, role: str, kind: str, study: str) -> list[Record]:
    made = box.store.linked(kind, box.store.samples_in(study))
    return [box.store.groups[each].shown() for each in dict.fromkeys(str(one.group) for one in made)]


@_reads(rf"{DATA}/group/by/study/(\w+)")
def _data_groups_by_study(box: OdmSandbox, role: str, kind: str, study: str) -> list[Record]:
    return [each.shown() for each in box.store.groups_in(kind, study)]


@_reads(rf"{DATA}/run-to-(samples|libraries|preparations)/by/group/(\w+)")
def _pairs(box: OdmSandbox, role: str, kind: str, target: str, group: str) -> Any:
    word, runs = SINGULAR[target], box.store.groups[group].runs
    ends = [
        [{"runId": str(run.id), "runSourceId": run.name, f"{word}Id": each} for each in run.targets]
        for run in runs
        if box.store.measured(run) == word
    ]
    # Pages count runs, each of which comes with all that it is linked to.
    body = page_of(box, ends).get_json()
    return body | {"data": [pair for pairs in body["data"] for pair in pairs]}


@_reads(r"(library)/libraries-to-samples/by/group/(\w+)", r"(preparation)/preparations-to-samples/by/group/(\w+)")
def _made_pairs(box: OdmSandbox, role: str, kind: str, group: str) -> Response:
    made = [each for each in box.store.of_kind(kind) if each.group == group]
    return page_of(box, [{f"{kind}Id": e.accession, "sampleId": sample} for e in made for sample in e.targets])


@_reads(rf"{DATA}/by/(sample|library|preparation)/(\w+)")
def _data_by(box: OdmSandbox, role: str, kind: str, target: str, accession: str) -> Response:
    found = [(group, run) for group, run in box.store.runs_of(kind) if accession in run.targets]
    return page_of(box, [item for group, run in found for item in data_items(box.store, group, [run])])


@_reads(r"(samples|studies|libraries|preparations)/by/(samples|libraries|preparations|files)")
def _across(box: OdmSandbox, role: str, wanted: str, source: str) -> Response:
    store, kind = box.store, SINGULAR[wanted]
    sources = matching(role, store.of_kind(SINGULAR[source]))
    found = {each.accession for each in sources}
    if SINGULAR[source] in ("library", "preparation"):
        found = {sample for each in sources for sample in each.targets}
    if kind == "study":
        found = {study for each in found for study in store.entities[each].targets}
    if kind in ("library", "preparation"):
        return entity_list(box, role, store.linked(kind, found))
    return entity_list(box, role, [each for each in store.of_kind(kind) if each.accession in found])
