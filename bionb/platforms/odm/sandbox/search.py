"""Study search with facets, mapping files, generic links, and what is linked to nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, request

from bionb.platforms.odm.sandbox import reading
from bionb.platforms.odm.sandbox.language import full_text
from bionb.platforms.odm.sandbox.lists import ROLE, cursor_page, page_of
from bionb.platforms.odm.sandbox.reading import ImportFailed
from bionb.platforms.odm.sandbox.store import DATA, Entity, Record, box, several, store
from bionb.sandbox.application import Refused, Routes, refuse_if

FACETS = ("Organism", "Tissue", "Disease", "Therapeutic Area")
TOP = 5
LINK_TYPES = [
    ("sample", "study"),
    ("library", "sample"),
    ("preparation", "sample"),
    ("expressionGroup", "geneTranscriptMapping"),
]
ENDS = ("firstId", "secondId")


# -- studies -----------------------------------------------------------------------------------------------------------


def _search(role: str) -> Record:
    wanted = request.get_json(silent=True) or {}
    filters = wanted.get("filters") or []
    found = _searched(role, [each for each in filters if each.get("type") == "FULL_TEXT"])
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


def _searched(role: str, texts: list[Record]) -> list[Entity]:
    refuse_if(len(texts) > 1, 400, "At most one filter can be FULL_TEXT.")
    found = store.of_kind("study")
    for each in texts:
        words = full_text(each.get("match", ""), each.get("mode") == "USE_NARROWER_TERMS")
        found = [study for study in found if words({"all": _records(role, study)})]
    return found


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


# -- links of any type -------------------------------------------------------------------------------------------------


def _save_links() -> Response:
    wanted: Any = request.get_json(silent=True)
    refuse_if(
        not isinstance(wanted, list) or not all(set(ENDS) <= set(each) for each in wanted),
        400,
        "The body is a list of links with firstId and secondId.",
    )
    for accession in (each[name] for each in wanted for name in ENDS):
        refuse_if(
            not any(accession in place for place in (store.entities, store.groups, store.mappings)),
            400,
            f"There is nothing with the accession {accession}.",
        )
    new = [each for each in wanted if each not in store.links]
    store.links.extend(new)
    return Response(status=201 if new else 200)


def _list_links(role: str) -> Response:
    names = ("firstId", "firstType", "secondId", "secondType")
    asked = {name: request.args[name] for name in names if request.args.get(name)}
    return page_of([each for each in store.links if asked.items() <= each.items()])


def _remove_link() -> Response:
    asked = {name: request.args.get(name) for name in ENDS}
    found = [each for each in store.links if asked.items() <= each.items()]
    refuse_if(not found, 404, "There is no such link.")
    store.links.remove(found[0])
    return Response(status=204)


def _links_of_several(role: str) -> Response:
    wanted = (request.get_json(silent=True) or {}).get("firstIds", ())
    return page_of([each for each in store.links if each["firstId"] in wanted])


def _detached() -> dict[str, Any]:
    linked = {each.group for each in store.entities.values() if each.targets}
    loose = [e for e in store.groups.values() if e.accession not in linked and not any(r.targets for r in e.runs)]
    names = ("genestack:accession", "objectType", "ownerEmail")
    found = ((each.accession, each.kind, f"{each.owner}@example.org") for each in loose)
    return {"data": [dict(zip(names, each, strict=True)) for each in found]}


ROUTES: Routes = {
    f"POST /api/v1/{ROLE}/integration/fulltext/search/studies": _search,
    "POST /api/v1/xrefsets": _create_mapping,
    "GET /api/v1/xrefsets/entries": _mapping_entries,
    "GET /api/v1/xrefsets/<accession>/entries": _mapping_entries,
    "GET /api/v1/xrefsets/<accession>/metadata": _mapping_metadata,
    "DELETE /api/v1/xrefsets/<accession>": _delete_mapping,
    "POST /api/v1/as-curator/links": _save_links,
    f"GET /api/v1/{ROLE}/links": _list_links,
    "DELETE /api/v1/as-curator/links": _remove_link,
    f"POST /api/v1/{ROLE}/links/get-batch": _links_of_several,
    f"GET /api/v1/{ROLE}/data-types": lambda role: sorted({each for pair in LINK_TYPES for each in pair}),
    f"GET /api/v1/{ROLE}/data-types/links": lambda role: [
        {"firstType": first, "secondType": second} for first, second in LINK_TYPES
    ],
    "GET /api/v1/manage-data/detached-objects": _detached,
}
