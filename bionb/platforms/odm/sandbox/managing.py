"""What administrators may: see what is detached, delete, read the audit log; and reference genomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, jsonify, request

from bionb.platforms.odm.sandbox.language import full_text
from bionb.platforms.odm.sandbox.lists import cursor_page, page_of
from bionb.platforms.odm.sandbox.store import ACCESSION, DATA, Entity, Group, Record, box, store
from bionb.sandbox.application import Refused, Routes, refuse_if

# In the order of the list of detached objects.
TYPES = {
    "study": "STUDY",
    "sample": "SAMPLE_GROUP",
    "library": "LIBRARY_GROUP",
    "preparation": "PREPARATION_GROUP",
    "cell": "CELL_GROUP",
    "expression": "TABULAR_DATA",
    "variant": "GENE_VARIANT",
    "flow-cytometry": "FLOW_CYTOMETRY",
}
MOST = 2000


def _managed() -> None:
    refuse_if(not box.manages(), 403, "This needs the permissions of an administrator.")


def _told(each: Entity | Group, kind: str = "objectType") -> Record:
    return {
        ACCESSION: each.accession,
        kind: "FILE" if each.kind == "file" else TYPES[each.kind],
        "ownerEmail": f"{each.owner}@example.org",
        "createdAt": store.moment(each.created),
    }


def _detached() -> Record:
    _managed()
    wanted = request.args.getlist("detachedObjectType") or TYPES.values()
    filled = {target for each in store.entities.values() for target in each.targets}
    loose: list[Entity | Group] = [each for each in store.of_kind("study") if each.accession not in filled]
    for group in store.groups.values():
        if not any(store.behind("study", each) for each in store.inside(group)):
            loose.append(group)
    found = [each for name in TYPES for each in sorted(loose, key=lambda e: e.accession) if each.kind == name]
    shown = [_told(each, "detachedObjectType") for each in found if TYPES[each.kind] in wanted]
    return cursor_page(shown, mark="c")


def _hanging(taken: set[str]) -> Iterator[Entity | Group]:
    """Give the groups and files that hang on what is taken away."""
    for group in store.groups.values():
        if any(not taken.isdisjoint(each.targets) for each in store.inside(group)):
            yield group
    yield from (each for each in store.of_kind("file") if not taken.isdisjoint(each.targets))


def _remove(accession: str) -> None:
    group = store.groups.pop(accession, None)
    taken = {accession, *(group.members if group else ())}
    for each in taken:
        store.entities.pop(each, None)
    chain = group.record.get("genestack:chain") if group and group.kind in DATA else None
    others = [each for each in store.groups.values() if chain and each.record.get("genestack:chain") == chain]
    for found in [*others, *_hanging(taken)]:
        _remove(found.accession)
    store.links = [each for each in store.links if taken.isdisjoint(each.values())]


def _deletable(accession: str) -> Record:
    found = store.groups.get(accession) or store.entities.get(accession)
    if accession in store.genomes:
        genome = store.genomes[accession]
        told = {name: genome[name] for name in ("ownerEmail", "createdAt")}
        return {ACCESSION: accession, "objectType": "REFERENCE_GENOME", **told}
    if found is None:
        raise Refused(404, f"There is nothing with the accession {accession!r}.")
    single = isinstance(found, Entity) and found.kind not in ("study", "file")
    refuse_if(single, 400, f"A single {found.kind} cannot be deleted: delete its group.")
    return _told(found)


def _delete() -> tuple[Response, int]:
    _managed()
    wanted = [each for each in request.args.get("accessions", "").split(",") if each]
    refuse_if(not wanted, 400, "Name the accessions to delete.")
    told = [_deletable(each) for each in wanted]
    for each in wanted:
        store.genomes.pop(each, None)
        _remove(each)
        box.note("DELETE", each)
    return jsonify(told), 202


def _events() -> Record:
    _managed()
    asked = request.args
    found = [
        each
        for each in reversed(store.events)
        if asked.get("from", "") <= each["createTime"] <= asked.get("to", "9")
        and asked.get("studyAccession", each["studyAccession"]) == each["studyAccession"]
        and asked.get("eventType", each["type"]) == each["type"]
    ]
    return cursor_page(found, "events", mark="c")


# -- reference genomes -------------------------------------------------------------------------------------------------


def _genomes() -> Response:
    asked = {name: request.args[name] for name in ("organism", "assembly", "release") if request.args.get(name)}
    words = full_text(request.args.get("query", ""))
    return page_of([each for each in store.genomes.values() if asked.items() <= each.items() and words(each)])


def _genome(accession: str) -> Record:
    refuse_if(accession not in store.genomes, 404, f"There is no reference genome {accession}.")
    return store.genomes[accession]


def _add_genome() -> tuple[Response, int]:
    wanted: Any = request.get_json(silent=True)
    missing = [name for name in ("organism", "assembly", "release") if not (wanted or {}).get(name)]
    refuse_if(missing, 400, f"A reference genome needs {', '.join(missing)}.")
    accession, owner = store.accession(), f"{box.user()}@example.org"
    made = {ACCESSION: accession, "name": wanted["assembly"], **wanted, "initializationStatus": "COMPLETE"}
    store.genomes[accession] = made | {"createdAt": store.moment(store.stamp()), "ownerEmail": owner}
    return jsonify({ACCESSION: accession}), 201


ROUTES: Routes = {
    "GET /api/v1/manage-data/detached-objects": _detached,
    "DELETE /api/v1/manage-data/data": _delete,
    "GET /api/v1/audit/events": _events,
    "GET /api/v1/reference-genomes": _genomes,
    "GET /api/v1/reference-genomes/<accession>": _genome,
    "POST /api/v1/reference-genomes": _add_genome,
}
