"""Lists of studies, samples, libraries, preparations and files; editing, versions, publishing, validation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, jsonify, request

from bionb.platforms.odm.sandbox.language import BadQuery, full_text, parse
from bionb.platforms.odm.sandbox.store import Entity, Record, Sandbox, Version, shown
from bionb.platforms.odm.wire.records import ACCESSION
from bionb.platforms.odm.wire.template import SAMPLE

SINGULAR = {
    "studies": "study",
    "samples": "sample",
    "libraries": "library",
    "preparations": "preparation",
    "files": "file",
}
LIMIT = 2000
SORTS = ("id", "creation", "last_update", "name")
ROLE = "<any('as-user','as-curator'):role>"


def list_fields(role: str) -> str:
    """Return how much of a record is wanted; a curator sees everything by default."""
    default = "original_data_included" if role == "as-curator" else "extended_data_included"
    return request.args.get("returnedMetadataFields") or default


def matching(sandbox: Sandbox, role: str, kind: str, found: Iterable[Entity]) -> list[Entity]:
    """Return the entities that ``filter`` and ``query`` of the request let through."""
    test = parse(request.args.get("filter", ""))
    query = request.args.get("query", "")
    words = full_text(query, request.args.get("searchSpecificTerms") == "true")
    kept = []
    for each in found:
        record = sandbox.record_for(role, each)
        if test(record.get) and (not query or words(record)):
            kept.append(each)
    return kept


def answer_list(sandbox: Sandbox, role: str, kind: str, found: list[Entity], *, whole: bool = False) -> Response:
    """Return one page of entities as the server's list answer.

    Only the lists of all studies, samples, ... take ``filter``, ``query`` and ``sort``; those of `whole` groups and
    across links give all there is.
    """
    if not whole:
        found = matching(sandbox, role, kind, found)
    sort = "" if whole or kind == "file" else request.args.get("sort", "").strip()
    if sort:
        if sort.lstrip("+-") not in SORTS:
            return sandbox.refuse(400, f"sort is one of {', '.join(SORTS)}, with + or - in front.")
        found = sorted(found, key=lambda each: _sort_key(each, sort.lstrip("+-")), reverse=sort.startswith("-"))
    fields = list_fields(role)
    answer = page_of(sandbox, found, lambda each: shown(kind, sandbox.record_for(role, each), fields))
    if found and request.args.get("pageOffset", "0") != "0" and sandbox.faults.take("drifting"):
        sandbox.store.entities.pop(found[0].accession, None)
    return answer


def _sort_key(entity: Entity, name: str) -> Any:
    if name == "name":
        return str(entity.record.get("Study Title") or entity.record.get("Sample Name") or entity.key)
    if name == "last_update":
        return entity.versions[-1].timestamp
    return {"id": entity.accession, "creation": entity.created}[name]


def page_of(sandbox: Sandbox, records: list[Any], show: Any = lambda record: record) -> Response:
    """Return one page; it may hold fewer records than its limit although more follow."""
    try:
        offset = int(request.args.get("pageOffset", request.args.get("offset", 0)))
        limit = int(request.args.get("pageLimit", request.args.get("limit", LIMIT)))
    except ValueError:
        return sandbox.refuse(400, "pageOffset and pageLimit are whole numbers.")
    if offset < 0:
        return sandbox.refuse(400, "pageOffset is not negative.")
    if not 0 <= limit <= LIMIT:
        return sandbox.refuse(400, f"pageLimit must be between 0 and {LIMIT}.")
    shortened = limit
    if limit > 1 and (fault := sandbox.faults.take("short_page")):
        shortened = max(1, limit - fault.options.get("missing", 3))
    page = [show(each) for each in records[offset : offset + shortened]]
    pagination = {"count": len(page), "total": len(records), "offset": offset, "limit": limit}
    if "tab-separated" in request.headers.get("Accept", ""):
        return _as_tsv(page)
    return jsonify(meta={"pagination": pagination}, data=page)


def _as_tsv(page: list[Record]) -> Response:
    names = list(dict.fromkeys(name for record in page for name in record))
    lines = ["\t".join(names), *("\t".join(_cell(record.get(name)) for name in names) for record in page)]
    return Response("\n".join(lines) + "\n", content_type="text/tab-separated-values")


def _cell(value: Any) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def routes(app: Flask, sandbox: Sandbox) -> None:
    """Add the routes of metadata."""

    @app.errorhandler(BadQuery)
    def bad_query(error: BadQuery) -> Any:
        return sandbox.refuse(400, f"The filter or query is wrong: {error}.")

    def entity(kinds: str, accession: str) -> Entity | None:
        found: Entity | None = sandbox.store.entities.get(accession)
        return found if found is not None and found.kind == SINGULAR[kinds] else None

    def missing(accession: str) -> Any:
        return sandbox.refuse(404, f"There is no object {accession}.")

    kinds = "<any('studies','samples','libraries','preparations','files'):kinds>"

    @app.get(f"/api/v1/{ROLE}/{kinds}")
    def listing(role: str, kinds: str) -> Any:
        return answer_list(sandbox, role, SINGULAR[kinds], sandbox.store.of_kind(SINGULAR[kinds]))

    @app.get(f"/api/v1/{ROLE}/<any('libraries','preparations'):kinds>/by/group/<group>")
    def by_group(role: str, kinds: str, group: str) -> Any:
        found = [each for each in sandbox.store.of_kind(SINGULAR[kinds]) if each.group == group]
        return answer_list(sandbox, role, SINGULAR[kinds], found, whole=True) if found else missing(group)

    @app.get(f"/api/v1/{ROLE}/{kinds}/<accession>")
    def one(role: str, kinds: str, accession: str) -> Any:
        found = entity(kinds, accession)
        if found is None:
            return missing(accession)
        return jsonify(shown(found.kind, sandbox.record_for(role, found), list_fields(role)))

    @app.patch(f"/api/v1/as-curator/{kinds}/<accession>")
    def update(kinds: str, accession: str) -> Any:
        found, changes = entity(kinds, accession), request.get_json(silent=True)
        if found is None:
            return missing(accession)
        if not isinstance(changes, dict):
            return sandbox.refuse(400, "The body is a map of attribute names to values.")
        if ACCESSION in changes:
            return sandbox.refuse(400, f"{ACCESSION} cannot be changed.")
        with sandbox.store.lock:
            _apply(found.record, changes)
            sandbox.store.clock.tick()
        return jsonify(shown(found.kind, found.record, "original_data_included"))

    @app.get(f"/api/v1/{ROLE}/{kinds}/<accession>/versions")
    def versions(role: str, kinds: str, accession: str) -> Any:
        found = entity(kinds, accession)
        if found is None:
            return missing(accession)
        return jsonify([_version(number, each) for number, each in enumerate(found.versions, 1)])

    @app.get(f"/api/v1/{ROLE}/{kinds}/<accession>/versions/<version>")
    def version(role: str, kinds: str, accession: str, version: str) -> Any:
        found = entity(kinds, accession)
        number = version.removeprefix("v")
        if found is None or not number.isdigit() or not 1 <= int(number) <= len(found.versions):
            return missing(f"{accession} in version {version}")
        return jsonify(shown(found.kind, found.versions[int(number) - 1].record, list_fields(role)))

    @app.get(f"/api/v1/{ROLE}/files/<accession>/download")
    def download(role: str, accession: str) -> Any:
        found = entity("files", accession)
        if found is None:
            return missing(accession)
        answer = Response(found.content, content_type="application/octet-stream")
        return answer.make_conditional(request, accept_ranges=True, complete_length=len(found.content))

    _publishing(app, sandbox)


def _apply(record: Record, changes: Record) -> None:
    for name, value in changes.items():
        if value is None:
            record.pop(name, None)
        else:
            record[name] = _parsed(value)
    if "groupId" in record:  # stays the last
        record["groupId"] = record.pop("groupId")


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    return int(value) if value.lstrip("-").isdigit() else value


def _version(number: int, each: Version) -> Record:
    return {"author": each.author, "message": each.message, "timestamp": each.timestamp, "version": f"v{number}"}


def _publishing(app: Flask, sandbox: Sandbox) -> None:
    @app.post("/api/v1/as-curator/integration/studies/<accession>/tasks/publish-versions")
    def publish(accession: str) -> Any:
        study = sandbox.store.entities.get(accession)
        if study is None or study.kind != "study":
            return sandbox.refuse(404, f"There is no study {accession}.")
        with sandbox.store.lock:
            stamp = sandbox.store.stamp()
            message = request.args.get("versionMessage", "")
            for each in [study, *sandbox.store.samples_in(accession)]:
                if each.record != each.versions[-1].record:
                    each.versions.append(Version(sandbox.user(), message, stamp, dict(each.record)))
            number = str(9001 + len(sandbox.tasks))
            task = {
                "id": number,
                "name": "Publish versions",
                "status": "RUNNING",
                "application": "genestack/versioning",
                "startedAt": stamp,
                "endedAt": None,
                "createdBy": f"{sandbox.user()}@example.org",
            }
            sandbox.tasks[number] = task
        return jsonify(task)

    @app.get("/api/v1/tasks/<number>")
    def task(number: str) -> Any:
        found = sandbox.tasks.get(number)
        if found is None:
            return sandbox.refuse(404, f"There is no task {number}.")
        if found["status"] == "RUNNING":
            found |= {"status": "DONE", "endedAt": sandbox.store.stamp()}
        return jsonify(found)

    @app.get("/api/v1/as-curator/integration/studies/<accession>/validation-summary")
    def validation(accession: str) -> Any:
        if accession not in sandbox.store.entities:
            return sandbox.refuse(404, f"There is no study {accession}.")
        groups: dict[str, list[Entity]] = {}
        for each in sandbox.store.samples_in(accession):
            groups.setdefault(str(each.group), []).append(each)
        found = [{"groupAccession": group, "attributes": _faults(members)} for group, members in groups.items()]
        return jsonify(samples=found)


def _faults(members: list[Entity]) -> list[Record]:
    found = []
    for attribute in SAMPLE:
        if attribute.name == ACCESSION or not (attribute.required or attribute.number or attribute.terms):
            continue
        counts: dict[tuple[Any, str], int] = {}
        for each in members:
            fault = _fault(attribute, each.record)
            if fault:
                value = each.record.get(attribute.name)
                place = ("|".join(value) if isinstance(value, list) else value, fault)
                counts[place] = counts.get(place, 0) + 1
        if counts:
            values = [
                {"value": value, "count": count, "errors": [{"errorType": fault}]}
                for (value, fault), count in counts.items()
            ]
            found.append({"attributeName": attribute.name, "attributeInvalidValues": values})
    return found


def _fault(attribute: Any, record: Record) -> str:
    value = record.get(attribute.name)
    if value is None:
        if not attribute.required:
            return ""
        return "VALUE_NOT_SET" if attribute.name in record else "MISSING_ATTRIBUTE"
    if attribute.number and not isinstance(value, int | float):
        return "TYPE_NOT_MATCH"
    if attribute.terms and value not in attribute.terms:
        return "VOCABULARY_NOT_FOUND"
    return ""
