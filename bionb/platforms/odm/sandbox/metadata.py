"""Metadata of all kinds: lists, editing, versions, publishing, validation; and reading it across links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Response, request

from bionb.platforms.odm.sandbox.lists import (
    ROLE,
    as_seen,
    cursor_page,
    entity_list,
    fields_of,
    matching,
    page_of,
    sorted_list,
)
from bionb.platforms.odm.sandbox.omics import data_items
from bionb.platforms.odm.sandbox.store import (
    ACCESSION,
    DATA,
    NUMBERS,
    SAMPLE_KEY,
    VALIDATED,
    Entity,
    Published,
    Record,
    box,
    shown,
    store,
)
from bionb.sandbox.application import Refused, Routes, refuse_if

SINGULAR = {
    "studies": "study",
    "samples": "sample",
    "libraries": "library",
    "preparations": "preparation",
    "files": "file",
    "cells": "cell",
    "expressions": "expression",
    "variants": "variant",
    "flow-cytometries": "flow-cytometry",
}
LISTED = "<any('studies','samples','libraries','preparations','files'):kinds>"
SINGLE = "<any('studies','samples','libraries','preparations','files','cells'):kinds>"
VERSIONED = f"<any({','.join(map(repr, set(SINGULAR) - {'cells', 'files'}))}):kinds>"
STUDY = "/api/v1/as-curator/integration/studies/<accession>"
MOST_CELLS = 10_000


def _by_group(role: str, kinds: str, group: str) -> Response | Record:
    found = store.inside(store.group(SINGULAR[kinds], group))
    if kinds == "cells":
        return cursor_page([each.record for each in found if isinstance(each, Entity)], mark="c", most=MOST_CELLS)
    return entity_list(role, [each for each in found if isinstance(each, Entity)])


def _update(kinds: str, accession: str) -> Record:
    found = store.published(SINGULAR[kinds], accession)
    refuse_if(kinds == "variants", 404, "There is no such endpoint.")
    changes: Any = request.get_json(silent=True)
    refuse_if(not isinstance(changes, dict), 400, "The body is a map of attribute names to values.")
    refuse_if(ACCESSION in changes, 400, f"{ACCESSION} cannot be changed.")
    changed = found.record | {name: _parsed(value) for name, value in changes.items()}
    found.record = {name: value for name, value in changed.items() if changes.get(name, "") is not None}
    store.clock.tick()
    return shown(found.kind, found.record, "original_data_included")


def _parsed(value: Any) -> Any:
    """Return a value as the server reads it: texts that look so become numbers and booleans."""
    if not isinstance(value, str):
        return value
    words = {"true": True, "false": False}
    return int(value) if value.removeprefix("-").isdecimal() else words.get(value.lower(), value)


def _versions(role: str, kinds: str, accession: str) -> list[Record]:
    found = store.published(SINGULAR[kinds], accession).versions
    return [{name: value for name, value in each.items() if name != "record"} for each in found]


def _version(role: str, kinds: str, accession: str, version: str) -> Record:
    found = store.published(SINGULAR[kinds], accession)
    for each in found.versions:
        if each["version"] == version:
            return shown(found.kind, each["record"], fields_of(role))
    raise Refused(404, f"There is no {accession} in version {version}.")


def _download(role: str, accession: str) -> Response:
    content = store.entity("file", accession).content
    answer = Response(content, content_type="application/octet-stream")
    answer.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return answer


def _publish(accession: str) -> Record:
    user, message = box.user(), request.args.get("versionMessage", "")
    study, stamp = store.entity("study", accession), store.stamp()
    inside: list[Published] = [study, *store.samples_in(accession).values()]
    for kind in ("library", "preparation"):
        inside += store.linked(kind, store.samples_in(accession))
    for each in inside + [group for kind in DATA for group in store.groups_in(kind, accession)]:
        if each.record != each.versions[-1]["record"]:
            each.publish(user, message, stamp)
    number = str(9001 + len(store.tasks))
    task = {"id": number, "name": "Publish versions", "status": "RUNNING", "application": "genestack/versioning"}
    store.tasks[number] = {**task, "startedAt": stamp, "endedAt": None, "createdBy": f"{user}@example.org"}
    return dict(store.tasks[number])


def _task(number: str) -> Record:
    # Tell how far a task is; the first look finds it done.
    refuse_if(number not in store.tasks, 404, f"There is no task {number}.")
    found = store.tasks[number]
    if found["status"] == "RUNNING":
        found |= {"status": "DONE", "endedAt": store.stamp()}
    return found


def _validation(accession: str) -> Record:
    store.entity("study", accession)
    groups: dict[str, list[Record]] = {}
    for each in store.samples_in(accession).values():
        groups.setdefault(str(each.group), []).append(each.record)
    return {"samples": [{"groupAccession": group, "attributes": _faults(each)} for group, each in groups.items()]}


def _faults(records: list[Record]) -> list[Record]:
    found = []
    for name in VALIDATED:
        wrong = ((each.get(name), fault) for each in records if (fault := _fault(name, each)))
        counts = Counter(("|".join(value) if isinstance(value, list) else value, fault) for value, fault in wrong)
        values = [{"value": v, "count": count, "errors": [{"errorType": e}]} for (v, e), count in counts.items()]
        found += [{"attributeName": name, "attributeInvalidValues": values}] if values else []
    return found


def _fault(name: str, record: Record) -> str:
    value, terms = record.get(name), VALIDATED[name]
    if value is None:
        unset = "VALUE_NOT_SET" if name in record else "MISSING_ATTRIBUTE"
        return unset if name == SAMPLE_KEY else ""
    if name in NUMBERS:
        return "" if isinstance(value, int | float) else "TYPE_NOT_MATCH"
    return "VOCABULARY_NOT_FOUND" if terms and value not in terms else ""


# -- across links ------------------------------------------------------------------------------------------------------


def _across(role: str, path: str) -> Any:
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
    return [store.groups[each].shown(role) for each in dict.fromkeys(str(one.group) for one in made)]


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


def _records_by(role: str, wanted: str, source: str) -> Response:
    kind, found = SINGULAR[wanted], matching(role, store.of_kind(SINGULAR[source]))
    if kind in ("library", "preparation"):
        return entity_list(role, store.linked(kind, [each.accession for each in found]))
    behind = {one for each in found for one in store.behind(kind, each)}
    return entity_list(role, [each for each in store.of_kind(kind) if each.accession in behind])


def _linked(role: str, kind: str, target: str) -> list[Record]:
    return [as_seen(role, each) for each in store.linked(kind, [target])]


WORDS = "(expression|variant|flow-cytometry)"
READINGS: dict[str, Callable[..., Any]] = {
    r"samples/by/study/(\w+)": lambda role, study: entity_list(role, list(store.samples_in(study).values())),
    r"study/by/(sample|file)/(\w+)": _study_by,
    r"(library|preparation)/by/sample/(\w+)": _linked,
    r"(file)s/by/study/(\w+)": _linked,
    r"(library|preparation)/group/by/study/(\w+)": _made_groups_by_study,
    rf"{WORDS}/group/by/study/(\w+)": lambda role, kind, study: [g.shown(role) for g in store.groups_in(kind, study)],
    rf"{WORDS}/run-to-(samples|libraries|preparations)/by/group/(\w+)": _pairs,
    r"(library)/libraries-to-samples/by/group/(\w+)": _made_pairs,
    r"(preparation)/preparations-to-samples/by/group/(\w+)": _made_pairs,
    rf"{WORDS}/by/(sample|library|preparation)/(\w+)": _data_by,
    r"(samples|studies|libraries|preparations)/by/(samples|libraries|preparations|files)": _records_by,
}
ROUTES: Routes = {
    f"GET /api/v1/{ROLE}/{LISTED}": lambda role, kinds: sorted_list(role, SINGULAR[kinds]),
    f"GET /api/v1/{ROLE}/<any('libraries','preparations','cells'):kinds>/by/group/<group>": _by_group,
    f"GET /api/v1/{ROLE}/{SINGLE}/<accession>": lambda role, kinds, accession: as_seen(
        role, store.entity(SINGULAR[kinds], accession)
    ),
    f"PATCH /api/v1/as-curator/{VERSIONED}/<accession>": _update,
    f"GET /api/v1/{ROLE}/{VERSIONED}/<accession>/versions": _versions,
    f"GET /api/v1/{ROLE}/{VERSIONED}/<accession>/versions/<version>": _version,
    f"GET /api/v1/{ROLE}/files/<accession>/download": _download,
    f"GET /api/v1/{ROLE}/integration/link/<path:path>": _across,
    f"POST {STUDY}/tasks/publish-versions": _publish,
    "GET /api/v1/tasks/<number>": _task,
    f"GET {STUDY}/validation-summary": _validation,
}
