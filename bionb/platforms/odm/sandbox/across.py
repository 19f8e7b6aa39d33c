"""Reading across links: samples of a study, data of a sample, which run belongs to which sample."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response

from bionb.platforms.odm.sandbox.lists import ROLE, as_seen, entity_list, matching, page_of
from bionb.platforms.odm.sandbox.metadata import SINGULAR
from bionb.platforms.odm.sandbox.omics import data_items
from bionb.platforms.odm.sandbox.store import Record, store
from bionb.sandbox.application import Refused, Routes, refuse_if

DATA = "(expression|variant|flow-cytometry)"


def _read(role: str, path: str) -> Any:
    # Read what the path asks for; its last word is what there must be.
    for pattern, reading in READINGS.items():
        if found := re.fullmatch(pattern, path):
            last = path.rpartition("/")[2]
            known = last in SINGULAR or last in store.groups or ("/by/group/" not in path and last in store.entities)
            refuse_if(not known, 404, f"There is nothing with the accession {last}.")
            return reading(role, *found.groups())
    raise Refused(404, "There is no such endpoint.")


def _study_by(role: str, kind: str, accession: str) -> Record:
    found = store.entities[accession].targets if accession in store.entities else []
    refuse_if(
        not found or store.entities[found[0]].kind != "study", 404, f"The {kind} {accession} belongs to no study."
    )
    return as_seen(role, store.entities[found[0]])


def _made_groups_by_study(role: str, kind: str, study: str) -> list[Record]:
    made = store.linked(kind, store.samples_in(study))
    return [store.groups[each].shown() for each in dict.fromkeys(str(one.group) for one in made)]


def _pairs(role: str, kind: str, target: str, group: str) -> Any:
    word, runs = SINGULAR[target], store.groups[group].runs
    ends = [
        [{"runId": str(run.id), "runSourceId": run.name, f"{word}Id": each} for each in run.targets]
        for run in runs
        if store.measured(run) == word
    ]
    # Pages count runs, each of which comes with all that it is linked to.
    body = page_of(ends).get_json()
    return body | {"data": [pair for pairs in body["data"] for pair in pairs]}


def _made_pairs(role: str, kind: str, group: str) -> Response:
    made = [each for each in store.of_kind(kind) if each.group == group]
    return page_of([{f"{kind}Id": e.accession, "sampleId": sample} for e in made for sample in e.targets])


def _data_by(role: str, kind: str, target: str, accession: str) -> Response:
    found = [(group, run) for group, run in store.runs_of(kind) if accession in run.targets]
    return page_of([item for group, run in found for item in data_items(group, [run])])


def _across(role: str, wanted: str, source: str) -> Response:
    kind = SINGULAR[wanted]
    sources = matching(role, store.of_kind(SINGULAR[source]))
    found = {each.accession for each in sources}
    if SINGULAR[source] in ("library", "preparation"):
        found = {sample for each in sources for sample in each.targets}
    if kind == "study":
        found = {study for each in found for study in store.entities[each].targets}
    if kind in ("library", "preparation"):
        return entity_list(role, store.linked(kind, found))
    return entity_list(role, [each for each in store.of_kind(kind) if each.accession in found])


READINGS: dict[str, Callable[..., Any]] = {
    r"samples/by/study/(\w+)": lambda role, study: entity_list(role, list(store.samples_in(study).values())),
    r"study/by/(sample|file)/(\w+)": _study_by,
    r"(library|preparation)/by/sample/(\w+)": lambda role, kind, target: [
        as_seen(role, each) for each in store.linked(kind, [target])
    ],
    r"(file)s/by/study/(\w+)": lambda role, kind, target: [
        as_seen(role, each) for each in store.linked(kind, [target])
    ],
    r"(library|preparation)/group/by/study/(\w+)": _made_groups_by_study,
    rf"{DATA}/group/by/study/(\w+)": lambda role, kind, study: [each.shown() for each in store.groups_in(kind, study)],
    rf"{DATA}/run-to-(samples|libraries|preparations)/by/group/(\w+)": _pairs,
    r"(library)/libraries-to-samples/by/group/(\w+)": _made_pairs,
    r"(preparation)/preparations-to-samples/by/group/(\w+)": _made_pairs,
    rf"{DATA}/by/(sample|library|preparation)/(\w+)": _data_by,
    r"(samples|studies|libraries|preparations)/by/(samples|libraries|preparations|files)": _across,
}
ROUTES: Routes = {
    f"GET /api/v1/{ROLE}/integration/link/<path:path>": _read,
}
