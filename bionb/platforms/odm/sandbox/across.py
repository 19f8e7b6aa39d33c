"""Reading across links: samples of a study, data of a sample, which run belongs to which sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, jsonify

from bionb.platforms.odm.sandbox.metadata import ROLE, SINGULAR, answer_list, list_fields, matching, page_of
from bionb.platforms.odm.sandbox.omics import data_items
from bionb.platforms.odm.sandbox.store import Entity, Group, Run, Sandbox, Store, shown


def routes(app: Flask, sandbox: Sandbox) -> None:
    """Add the routes that read across links."""

    @app.get(f"/api/v1/{ROLE}/integration/link/<path:path>")
    def read(role: str, path: str) -> Any:
        for pattern, reading in READINGS:
            if found := re.fullmatch(pattern, path):
                last = found.groups()[-1]
                places = (
                    (sandbox.store.groups,) if "/by/group/" in path else (sandbox.store.entities, sandbox.store.groups)
                )
                if last not in SINGULAR and not any(last in place for place in places):
                    return sandbox.refuse(404, f"There is nothing with the accession {last}.")
                return reading(sandbox, role, *found.groups())
        return sandbox.refuse(404, "There is no such endpoint.")


def _known(store: Store, accession: str, group: bool) -> bool:
    return accession in store.groups or (not group and accession in store.entities)


def _listed(sandbox: Sandbox, role: str, kind: str, found: Iterable[Entity]) -> Response:
    return answer_list(sandbox, role, kind, list(found), whole=True)


def _plain(sandbox: Sandbox, role: str, kind: str, found: Iterable[Entity]) -> Response:
    fields = list_fields(role)
    return jsonify([shown(kind, sandbox.record_for(role, each), fields) for each in found])


def _groups(found: Iterable[Group]) -> Response:
    return jsonify([{"itemId": each.accession, "metadata": each.record} for each in found])


def _samples_by_study(sandbox: Sandbox, role: str, study: str) -> Response:
    return _listed(sandbox, role, "sample", sandbox.store.samples_in(study))


def _study_by(sandbox: Sandbox, role: str, kind: str, accession: str) -> Response:
    study = sandbox.store.study_of.get(accession)
    if study is None:
        return sandbox.refuse(404, f"The {kind} {accession} belongs to no study.")
    entity = sandbox.store.entities[study]
    return jsonify(shown("study", sandbox.record_for(role, entity), list_fields(role)))


def _made_by_sample(sandbox: Sandbox, role: str, kind: str, sample: str) -> Response:
    return _plain(sandbox, role, kind, sandbox.store.made_from(kind, {sample}))


def _made_groups_by_study(sandbox: Sandbox, role: str, kind: str, study: str) -> Response:
    store = sandbox.store
    inside = {each.accession for each in store.samples_in(study)}
    groups = dict.fromkeys(str(each.group) for each in store.made_from(kind, inside))
    return jsonify([{"itemId": each, "metadata": store.groups[each].record} for each in groups])


def _data_groups_by_study(sandbox: Sandbox, role: str, kind: str, study: str) -> Response:
    return _groups(sandbox.store.groups_in(kind, study))


def _pairs(sandbox: Sandbox, role: str, kind: str, target: str, group: str) -> Response:
    word = {"samples": "sample", "libraries": "library", "preparations": "preparation"}[target]
    runs = [run for run in sandbox.store.groups[group].runs if run.target_kind == word and run.targets]
    page = page_of(sandbox, runs, lambda run: [_pair(run, word, each) for each in run.targets])
    body = page.get_json()
    if page.status_code != 200:
        return page
    # Pages count runs, each of which comes with all that it is linked to.
    return jsonify(body | {"data": [pair for pairs in body["data"] for pair in pairs]})


def _pair(run: Run, word: str, target: str) -> dict[str, str]:
    return {"runId": str(run.id), "runSourceId": run.name, f"{word}Id": target}


def _made_pairs(sandbox: Sandbox, role: str, kind: str, group: str) -> Response:
    store = sandbox.store
    found = [
        {f"{kind}Id": each, "sampleId": sample}
        for each in store.groups[group].members
        for sample in store.samples_of.get(each, [])
    ]
    return page_of(sandbox, found)


def _data_by(sandbox: Sandbox, role: str, kind: str, target: str, accession: str) -> Response:
    found = [
        item
        for group, run in sandbox.store.runs_of(kind)
        if accession in run.targets
        for item in data_items(sandbox.store, group, [run])
    ]
    return page_of(sandbox, found)


def _files_by_study(sandbox: Sandbox, role: str, study: str) -> Response:
    store = sandbox.store
    found = [each for each in store.of_kind("file") if store.study_of.get(each.accession) == study]
    return _plain(sandbox, role, "file", found)


def _across(sandbox: Sandbox, role: str, wanted: str, source: str) -> Response:
    store: Store = sandbox.store
    kind, source_kind = SINGULAR[wanted], SINGULAR[source]
    found = {each.accession for each in matching(sandbox, role, source_kind, store.of_kind(source_kind))}
    if source_kind in ("library", "preparation"):
        found = {sample for each in found for sample in store.samples_of.get(each, [])}
    if kind == "study":
        found = {store.study_of[each] for each in found if each in store.study_of}
    if kind in ("library", "preparation"):
        return answer_list(sandbox, role, kind, store.made_from(kind, found), whole=True)
    return answer_list(sandbox, role, kind, [e for e in store.of_kind(kind) if e.accession in found], whole=True)


READINGS: list[tuple[str, Callable[..., Any]]] = [
    (r"samples/by/study/(\w+)", _samples_by_study),
    (r"study/by/(sample|file)/(\w+)", _study_by),
    (r"(library|preparation)/by/sample/(\w+)", _made_by_sample),
    (r"(library|preparation)/group/by/study/(\w+)", _made_groups_by_study),
    (r"(expression|variant|flow-cytometry)/group/by/study/(\w+)", _data_groups_by_study),
    (r"(expression|variant|flow-cytometry)/run-to-(samples|libraries|preparations)/by/group/(\w+)", _pairs),
    (r"library/libraries-to-samples/by/group/(\w+)", lambda box, role, group: _made_pairs(box, role, "library", group)),
    (
        r"preparation/preparations-to-samples/by/group/(\w+)",
        lambda box, role, group: _made_pairs(box, role, "preparation", group),
    ),
    (r"(expression|variant|flow-cytometry)/by/(sample|library|preparation)/(\w+)", _data_by),
    (r"files/by/study/(\w+)", _files_by_study),
    (r"(samples|studies|libraries|preparations)/by/(samples|libraries|preparations|files)", lambda *a: _across(*a)),
]
