"""Study search with facets, and mapping files."""

from __future__ import annotations

from collections import Counter

from flask import Response, request

from bionb.platforms.odm.sandbox import reading
from bionb.platforms.odm.sandbox.language import full_text
from bionb.platforms.odm.sandbox.lists import ROLE, cursor_page
from bionb.platforms.odm.sandbox.reading import ImportFailed
from bionb.platforms.odm.sandbox.store import DATA, Entity, Record, box, several, store
from bionb.sandbox.application import Refused, Routes, refuse_if

FACETS = ("Organism", "Tissue", "Disease", "Therapeutic Area")
TOP = 5


# -- studies -----------------------------------------------------------------------------------------------------------


def _search(role: str) -> Record:
    wanted = request.get_json(silent=True) or {}
    filters = wanted.get("filters") or []
    texts = [each for each in filters if each.get("type") == "FULL_TEXT"]
    refuse_if(len(texts) > 1, 400, "At most one filter can be FULL_TEXT.")
    words = [full_text(each.get("match", ""), each.get("mode") == "USE_NARROWER_TERMS") for each in texts]
    found = [each for each in store.of_kind("study") if all(test({"all": _records(role, each)}) for test in words)]
    options: dict[str, set[str]] = {}
    for each in filters:
        if each.get("type") == "SELECT":
            name, _, value = str(each.get("filterOptionId")).partition("=")
            options.setdefault(name, set()).add(value)
    found = [e for e in found if all(values & _values(role, e, name) for name, values in options.items())]
    page = {"offset": 0, "limit": 50} | (wanted.get("page") or {})
    content = [_found(role, each) for each in found[page["offset"] : page["offset"] + page["limit"]]]
    facets = [_facet(role, found, name) for name in FACETS]
    return {
        "objectsPage": {"filteredCount": len(found), "pageRequest": page, "content": content},
        "filterOptionGroups": [each for each in facets if each["options"]],
    }


def _records(role: str, study: Entity) -> list[Record]:
    return [each.seen_as(role) for each in (study, *store.samples_in(study.accession).values())]


def _values(role: str, study: Entity, name: str) -> set[str]:
    return {str(each) for one in _records(role, study) for each in several(one.get(name)) if each}


def _facet(role: str, studies: list[Entity], name: str) -> Record:
    counts = Counter(value for each in studies for value in _values(role, each, name))
    options = [
        {"id": f"{name}={value}", "filterId": name, "name": value, "count": count}
        for value, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return {"filterId": name, "hasMoreOptions": len(options) > TOP, "options": options[:TOP]}


def _found(role: str, study: Entity) -> Record:
    record = study.seen_as(role)
    expression, variant, flow = (bool(store.groups_in(kind, study.accession)) for kind in DATA)
    summary = [{"key": name, "values": sorted(_values(role, study, name))} for name in FACETS]
    return {
        "accession": study.accession,
        "name": record.get("Study Title") or record.get("Study Source ID"),
        "owner": f"{study.owner}@example.org",
        "fileCreation": str(study.created),
        "size": len(store.samples_in(study.accession)),
        "hasFacs": flow,
        "hasGenomic": variant,
        "hasTranscriptomics": expression,
        "summary": [each for each in summary if each["values"]],
    }


# -- mappings ----------------------------------------------------------------------------------------------------------


def _create_mapping() -> Record:
    wanted = request.get_json(silent=True) or {}
    refuse_if(wanted.get("xrefSetType") != "gene-transcript", 400, "The only type of mapping is gene-transcript.")
    try:
        with reading.told():
            pairs = reading.mapping(box.fetch(str(wanted.get("dataLink"))))
    except ImportFailed as error:
        raise Refused(400, str(error)) from error
    stamp, accession = store.stamp(), store.accession()
    found = {"xrefSetId": accession, "createdBy": f"{box.user()}@example.org", "createdDate": stamp}
    more: Record = {"xrefSetType": "gene-transcript", "metadata": wanted.get("metadata") or {}, "warnings": []}
    store.mappings[accession] = {"told": found | {"lastUpdated": stamp}, **more, "pairs": pairs, "owner": box.user()}
    return {**found, "lastUpdated": stamp, **more}


def _mapping(accession: str) -> Record:
    refuse_if(accession not in store.mappings, 404, f"There is no mapping {accession}.")
    return store.mappings[accession]


def _mapping_entries(accession: str | None = None) -> Record:
    mappings = {accession: _mapping(accession)} if accession else store.mappings
    genes, transcripts = set(request.args.getlist("sourceId")), set(request.args.getlist("targetId"))
    found = [
        {"xrefSetId": number, "sourceId": gene, "targetIds": targets}
        for number, each in mappings.items()
        for gene, targets in each["pairs"].items()
        if (not genes or gene in genes) and (not transcripts or transcripts & set(targets))
    ]
    return cursor_page(found, "result")


def _mapping_metadata(accession: str) -> Record:
    found = _mapping(accession)
    return {**found["told"], "data": found["metadata"]}


def _delete_mapping(accession: str) -> Response:
    refuse_if(_mapping(accession)["owner"] != box.user(), 403, "Only who uploaded a mapping may delete it.")
    del store.mappings[accession]
    return Response(status=204)


ROUTES: Routes = {
    f"POST /api/v1/{ROLE}/integration/fulltext/search/studies": _search,
    "POST /api/v1/xrefsets": _create_mapping,
    "GET /api/v1/xrefsets/entries": _mapping_entries,
    "GET /api/v1/xrefsets/<accession>/entries": _mapping_entries,
    "GET /api/v1/xrefsets/<accession>/metadata": _mapping_metadata,
    "DELETE /api/v1/xrefsets/<accession>": _delete_mapping,
}
