"""Studies, samples, libraries, preparations and files: lists, editing, versions, publishing, validation."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, request

from bionb.platforms.odm.sandbox.lists import ROLE, as_seen, entity_list, fields_of, sorted_list
from bionb.platforms.odm.sandbox.store import ACCESSION, NUMBERS, SAMPLE_KEY, VALIDATED, Record, box, shown, store
from bionb.sandbox.application import Refused, Routes, refuse_if

SINGULAR = {
    "studies": "study",
    "samples": "sample",
    "libraries": "library",
    "preparations": "preparation",
    "files": "file",
}
KINDS = "<any('studies','samples','libraries','preparations','files'):kinds>"
STUDY = "/api/v1/as-curator/integration/studies/<accession>"


def _by_group(role: str, kinds: str, group: str) -> Response:
    store.group(SINGULAR[kinds], group)
    return entity_list(role, [each for each in store.of_kind(SINGULAR[kinds]) if each.group == group])


def _update(kinds: str, accession: str) -> Record:
    found = store.entity(SINGULAR[kinds], accession)
    changes: Any = request.get_json(silent=True)
    refuse_if(not isinstance(changes, dict), 400, "The body is a map of attribute names to values.")
    refuse_if(ACCESSION in changes, 400, f"{ACCESSION} cannot be changed.")
    changed = found.record | {name: _parsed(value) for name, value in changes.items()}
    removed = {name for name, value in changes.items() if value is None}
    found.record = {name: value for name, value in changed.items() if name not in removed}
    store.clock.tick()
    return shown(found.kind, found.record, "original_data_included")


def _parsed(value: Any) -> Any:
    """Return a value as the server reads it: texts that look so become numbers and booleans."""
    if not isinstance(value, str):
        return value
    words = {"true": True, "false": False}
    return int(value) if value.removeprefix("-").isdecimal() else words.get(value.lower(), value)


def _versions(role: str, kinds: str, accession: str) -> list[Record]:
    found = store.entity(SINGULAR[kinds], accession).versions
    return [{name: value for name, value in each.items() if name != "record"} for each in found]


def _version(role: str, kinds: str, accession: str, version: str) -> Record:
    found = store.entity(SINGULAR[kinds], accession)
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
    for each in [study, *store.samples_in(accession).values()]:
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


ROUTES: Routes = {
    f"GET /api/v1/{ROLE}/{KINDS}": lambda role, kinds: sorted_list(role, SINGULAR[kinds]),
    f"GET /api/v1/{ROLE}/<any('libraries','preparations'):kinds>/by/group/<group>": _by_group,
    f"GET /api/v1/{ROLE}/{KINDS}/<accession>": lambda role, kinds, accession: as_seen(
        role, store.entity(SINGULAR[kinds], accession)
    ),
    f"PATCH /api/v1/as-curator/{KINDS}/<accession>": _update,
    f"GET /api/v1/{ROLE}/{KINDS}/<accession>/versions": _versions,
    f"GET /api/v1/{ROLE}/{KINDS}/<accession>/versions/<version>": _version,
    f"GET /api/v1/{ROLE}/files/<accession>/download": _download,
    f"POST {STUDY}/tasks/publish-versions": _publish,
    "GET /api/v1/tasks/<number>": _task,
    f"GET {STUDY}/validation-summary": _validation,
}
