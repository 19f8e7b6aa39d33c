"""Study search with facets, mapping files, generic links, deletion."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Flask, Response, jsonify, request

from bionb.platforms.odm.sandbox import reading
from bionb.platforms.odm.sandbox.language import full_text
from bionb.platforms.odm.sandbox.metadata import ROLE, page_of
from bionb.platforms.odm.sandbox.reading import ImportFailed
from bionb.platforms.odm.sandbox.store import Entity, Record, Sandbox

FACETS = ("Organism", "Tissue", "Disease", "Therapeutic Area")
TOP = 5
LINK_TYPES = [
    ("sample", "study"),
    ("library", "sample"),
    ("preparation", "sample"),
    ("expressionGroup", "geneTranscriptMapping"),
]


def routes(app: Flask, sandbox: Sandbox) -> None:
    """Add the routes of searching, mapping files and generic links."""

    @app.post(f"/api/v1/{ROLE}/integration/fulltext/search/studies")
    def search(role: str) -> Any:
        wanted = request.get_json(silent=True) or {}
        filters = wanted.get("filters") or []
        texts = [each for each in filters if each.get("type") == "FULL_TEXT"]
        if len(texts) > 1:
            return sandbox.refuse(400, "At most one filter can be FULL_TEXT.")
        studies = sandbox.store.of_kind("study")
        if texts:
            words = full_text(texts[0].get("match", ""), texts[0].get("mode") == "USE_NARROWER_TERMS")
            studies = [each for each in studies if words(_everything(sandbox, role, each))]
        chosen: dict[str, set[str]] = {}
        for each in filters:
            if each.get("type") == "SELECT":
                name, _, value = str(each.get("filterOptionId")).partition("=")
                chosen.setdefault(name, set()).add(value)
        found = [
            each
            for each in studies
            if all(values & _values(sandbox, role, each, name) for name, values in chosen.items())
        ]
        page = {"offset": 0, "limit": 50} | (wanted.get("page") or {})
        content = found[page["offset"] : page["offset"] + page["limit"]]
        groups = [_facet(sandbox, role, found, name) for name in FACETS]
        return jsonify(
            objectsPage={
                "filteredCount": len(found),
                "pageRequest": page,
                "content": [_found(sandbox, role, each) for each in content],
            },
            filterOptionGroups=[each for each in groups if each["options"]],
        )

    _mappings(app, sandbox)
    _generic_links(app, sandbox)
    _managing(app, sandbox)


def _everything(sandbox: Sandbox, role: str, study: Entity) -> Record:
    samples = [sandbox.record_for(role, each) for each in sandbox.store.samples_in(study.accession)]
    return {**sandbox.record_for(role, study), "samples": samples}


def _values(sandbox: Sandbox, role: str, study: Entity, name: str) -> set[str]:
    records = [sandbox.record_for(role, study)]
    records += [sandbox.record_for(role, each) for each in sandbox.store.samples_in(study.accession)]
    found = [record.get(name) for record in records]
    return {str(each) for value in found for each in (value if isinstance(value, list) else [value]) if each}


def _facet(sandbox: Sandbox, role: str, studies: list[Entity], name: str) -> Record:
    counts = Counter(value for each in studies for value in _values(sandbox, role, each, name))
    options = [
        {"id": f"{name}={value}", "filterId": name, "name": value, "count": count}
        for value, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return {"filterId": name, "hasMoreOptions": len(options) > TOP, "options": options[:TOP]}


def _found(sandbox: Sandbox, role: str, study: Entity) -> Record:
    store, record = sandbox.store, sandbox.record_for(role, study)
    has = {kind: bool(store.groups_in(kind, study.accession)) for kind in ("expression", "variant", "flow-cytometry")}
    summary = [{"key": name, "values": sorted(_values(sandbox, role, study, name))} for name in FACETS]
    return {
        "accession": study.accession,
        "name": record.get("Study Title") or record.get("Study Source ID"),
        "owner": f"{study.owner}@example.org",
        "fileCreation": str(study.created),
        "size": len(store.samples_in(study.accession)),
        "hasFacs": has["flow-cytometry"],
        "hasGenomic": has["variant"],
        "hasTranscriptomics": has["expression"],
        "summary": [each for each in summary if each["values"]],
    }


def _mappings(app: Flask, sandbox: Sandbox) -> None:
    @app.post("/api/v1/xrefsets")
    def create_mapping() -> Any:
        wanted = request.get_json(silent=True) or {}
        if wanted.get("xrefSetType") != "gene-transcript":
            return sandbox.refuse(400, "The only type of mapping is gene-transcript.")
        try:
            with reading.told():
                pairs = reading.mapping(sandbox.fetch(str(wanted.get("dataLink"))))
        except ImportFailed as error:
            return sandbox.refuse(400, str(error))
        with sandbox.store.lock:
            stamp = sandbox.store.stamp()
            accession = sandbox.store.accession()
            found: Record = {
                "xrefSetId": accession,
                "createdBy": f"{sandbox.user()}@example.org",
                "createdDate": stamp,
                "lastUpdated": stamp,
                "xrefSetType": "gene-transcript",
                "metadata": wanted.get("metadata") or {},
                "warnings": [],
            }
            sandbox.store.mappings[accession] = {**found, "pairs": pairs, "owner": sandbox.user()}
        return jsonify(found)

    @app.get("/api/v1/xrefsets/entries")
    @app.get("/api/v1/xrefsets/<accession>/entries")
    def mapping_entries(accession: str | None = None) -> Any:
        if accession is not None and accession not in sandbox.store.mappings:
            return sandbox.refuse(404, f"There is no mapping {accession}.")
        genes, transcripts = set(request.args.getlist("sourceId")), set(request.args.getlist("targetId"))
        found = [
            {"xrefSetId": number, "sourceId": gene, "targetIds": targets}
            for number, each in sandbox.store.mappings.items()
            if accession in (None, number)
            for gene, targets in each["pairs"].items()
            if (not genes or gene in genes) and (not transcripts or transcripts & set(targets))
        ]
        cursor, limit = request.args.get("cursor") or "0", int(request.args.get("pageLimit", 2000))
        if not cursor.isdigit():
            return sandbox.refuse(400, f"There is no page {cursor!r}.")
        start = int(cursor)
        rest = start + limit < len(found)
        return jsonify(result=found[start : start + limit], **({"cursor": str(start + limit)} if rest else {}))

    @app.get("/api/v1/xrefsets/<accession>/metadata")
    def mapping_metadata(accession: str) -> Any:
        found = sandbox.store.mappings.get(accession)
        if found is None:
            return sandbox.refuse(404, f"There is no mapping {accession}.")
        return jsonify(
            {name: found[name] for name in ("xrefSetId", "createdBy", "createdDate", "lastUpdated")}
            | {"data": found["metadata"]}
        )

    @app.delete("/api/v1/xrefsets/<accession>")
    def delete_mapping(accession: str) -> Any:
        found = sandbox.store.mappings.get(accession)
        if found is None:
            return sandbox.refuse(404, f"There is no mapping {accession}.")
        if found["owner"] != sandbox.user():
            return sandbox.refuse(403, "Only who uploaded a mapping may delete it.")
        del sandbox.store.mappings[accession]
        return Response(status=204)


def _generic_links(app: Flask, sandbox: Sandbox) -> None:
    @app.post("/api/v1/as-curator/links")
    def save() -> Any:
        wanted = request.get_json(silent=True)
        if not isinstance(wanted, list) or not all({"firstId", "secondId"} <= set(each) for each in wanted):
            return sandbox.refuse(400, "The body is a list of links with firstId and secondId.")
        store = sandbox.store
        for each in wanted:
            for name in ("firstId", "secondId"):
                known = (store.entities, store.groups, store.mappings)
                if not any(each[name] in place for place in known):
                    return sandbox.refuse(400, f"There is nothing with the accession {each[name]}.")
        new = [each for each in wanted if each not in store.links]
        store.links.extend(new)
        return Response(status=201 if new else 200)

    @app.get(f"/api/v1/{ROLE}/links")
    def link_list(role: str) -> Any:
        names = ("firstId", "firstType", "secondId", "secondType")
        asked = {name: request.args[name] for name in names if request.args.get(name)}
        found = [each for each in sandbox.store.links if asked.items() <= each.items()]
        return page_of(sandbox, found)

    @app.delete("/api/v1/as-curator/links")
    def remove_link() -> Any:
        ids = (request.args.get("firstId"), request.args.get("secondId"))
        found = [each for each in sandbox.store.links if (each["firstId"], each["secondId"]) == ids]
        if not found:
            return sandbox.refuse(404, "There is no such link.")
        sandbox.store.links.remove(found[0])
        return Response(status=204)

    @app.post(f"/api/v1/{ROLE}/links/get-batch")
    def batch(role: str) -> Any:
        wanted = request.get_json(silent=True) or {}
        return page_of(sandbox, [e for e in sandbox.store.links if e["firstId"] in wanted.get("firstIds", ())])

    @app.get(f"/api/v1/{ROLE}/data-types")
    def types(role: str) -> Any:
        return jsonify(sorted({each for pair in LINK_TYPES for each in pair}))

    @app.get(f"/api/v1/{ROLE}/data-types/links")
    def type_links(role: str) -> Any:
        return jsonify([{"firstType": first, "secondType": second} for first, second in LINK_TYPES])


def _managing(app: Flask, sandbox: Sandbox) -> None:
    @app.get("/api/v1/manage-data/detached-objects")
    def detached() -> Any:
        store = sandbox.store
        linked = {store.entities[each].group for each in (*store.study_of, *store.samples_of) if each in store.entities}
        found = [
            {"genestack:accession": each.accession, "objectType": each.kind, "ownerEmail": f"{each.owner}@example.org"}
            for each in store.groups.values()
            if each.accession not in linked and not any(run.targets for run in each.runs)
        ]
        return jsonify(data=found)
