"""Studies, samples, libraries, preparations and files: lists, editing, versions, publishing, validation."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from flask import Response, request

from bionb.platforms.odm.sandbox.lists import ROLE, as_seen, entity_list, fields_of, sorted_list
from bionb.platforms.odm.sandbox.store import ACCESSION, NUMBERS, SAMPLE_KEY, VALIDATED, Record, shown
from bionb.sandbox.application import Refused
from bionb.sandbox.routes import Routes

if TYPE_CHECKING:
    from bionb.platforms.odm.sandbox import OdmSandbox

SINGULAR = {
    "studies": "study",
    "samples": "sample",
    "libraries": "library",
    "preparations": "preparation",
    "files": "file",
}
KINDS = "<any('studies','samples','libraries','preparations','files'):kinds>"
STUDY = "/api/v1/as-curator/integration/studies/<accession>"
routes = Routes()


@routes(f"/api/v1/{ROLE}/{KINDS}")
def _listing(box: OdmSandbox, role: str, kinds: str) -> Response:
    return sorted_list(box, role, SINGULAR[kinds])


@routes(f"/api/v1/{ROLE}/<any('libraries','preparations'):kinds>/by/group/<group>")
def _by_group(box: OdmSandbox, role: str, kinds: str, group: str) -> Response:
    box.store.group(SINGULAR[kinds], group)
    return entity_list(box, role, [each for each in box.store.of_kind(SINGULAR[kinds]) if each.group == group])


@routes(f"/api/v1/{ROLE}/{KINDS}/<accession>")
def _one(box: OdmSandbox, role: str, kinds: str, accession: str) -> Record:
    return as_seen(role, box.store.entity(SINGULAR[kinds], accession))


@routes(f"/api/v1/as-curator/{KINDS}/<accession>", "PATCH")
def _update(box: OdmSandbox, kinds: str, accession: str) -> Record:
    found, changes = box.store.entity(SINGULAR[kinds], accession), request.get_json(silent=True)
    if not isinstance(changes, dict):
        raise Refused(400, "The body is a map of attribute names to values.")
    if ACCESSION in changes:
        raise Refused(400, f"{ACCESSION} cannot be changed.")
    changed = found.record | {name: _parsed(value) for name, value in changes.items()}
    removed = {name for name, value in changes.items() if value is None}
    found.record = {name: value for name, value in changed.items() if name not in removed}
    box.store.clock.tick()
    return shown(found.kind, found.record, "original_data_included")


def _parsed(value: Any) -> Any:
    """Return a value as the server reads it: texts that look so become numbers and booleans."""
    if not isinstance(value, str):
        return value
    words = {"true": True, "false": False}
    return int(value) if value.removeprefix("-").isdecimal() else words.get(value.lower(), value)


@routes(f"/api/v1/{ROLE}/{KINDS}/<accession>/versions")
def _versions(box: OdmSandbox, role: str, kinds: str, accession: str) -> list[Record]:
    found = box.store.entity(SINGULAR[kinds], accession).versions
    return [{name: value for name, value in each.items() if name != "record"} for each in found]


@routes(f"/api/v1/{ROLE}/{KINDS}/<accession>/versions/<version>")
def _version(box: OdmSandbox, role: str, kinds: str, accession: str, version: str) -> Record:
    found = box.store.entity(SINGULAR[kinds], accession)
    for each in found.versions:
        if each["version"] == version:
            return shown(found.kind, each["record"], fields_of(role))
    raise Refused(404, f"There is no {accession} in version {version}.")


@routes(f"/api/v1/{ROLE}/files/<accession>/download")
def _download(box: OdmSandbox, role: str, accession: str) -> Response:
    content = box.store.entity("file", accession).content
    answer = Response(content, content_type="application/octet-stream")
    answer.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return answer


@routes(f"{STUDY}/tasks/publish-versions", "POST")
def _publish(box: OdmSandbox, accession: str) -> Record:
    store, user, message = box.store, box.user(), request.args.get("versionMessage", "")
    study, stamp = store.entity("study", accession), store.stamp()
    for each in [study, *store.samples_in(accession).values()]:
        if each.record != each.versions[-1]["record"]:
            each.publish(user, message, stamp)
    number = str(9001 + len(store.tasks))
    task = {"id": number, "name": "Publish versions", "status": "RUNNING", "application": "genestack/versioning"}
    store.tasks[number] = {**task, "startedAt": stamp, "endedAt": None, "createdBy": f"{user}@example.org"}
    return dict(store.tasks[number])


@routes("/api/v1/tasks/<number>")
def _task(box: OdmSandbox, number: str) -> Record:
    # Tell how far a task is; the first look finds it done.
    found = box.store.tasks.get(number)
    if found is None:
        raise Refused(404, f"There is no task {number}.")
    if found["status"] == "RUNNING":
        found |= {"status": "DONE", "endedAt": box.store.stamp()}
    return found


@routes(f"{STUDY}/validation-summary")
def _validation(box: OdmSandbox, accession: str) -> Record:
    box.store.entity("study", accession)
    groups: dict[str, list[Record]] = {}
    for each in box.store.samples_in(accession).values():
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
