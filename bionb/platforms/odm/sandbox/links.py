"""Link and unlink: which kinds go together, and what 200 and 204 say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from bionb.platforms.odm.sandbox.store import Entity, Group, Run, Sandbox, Store
from bionb.platforms.odm.wire.records import SAMPLE_KEY
from bionb.platforms.odm.wire.template import SAMPLE

DATA_TARGETS = {
    "expression": ("sample", "library", "preparation", "cell"),
    "variant": ("sample",),
    "flow-cytometry": ("sample",),
}
MADE_TARGETS = {"library": ("sample",), "preparation": ("sample",), "cell": ("sample", "library", "preparation")}
NO_UNLINK = {("expression", "cell"), ("cell", "sample"), ("cell", "library"), ("cell", "preparation")}


class CannotLink(ValueError):
    """Why two things can't be linked."""


def _aslist(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def members(store: Store, kind: str, group: str) -> list[Entity]:
    """Return the members of a metadata group."""
    found = store.groups.get(group)
    if found is None or found.kind != kind:
        raise CannotLink(f"There is no {kind} group {group}.")
    return [store.entities[each] for each in found.members if each in store.entities]


def link_made(store: Store, sources: list[Entity], targets: list[Entity]) -> int:
    """Link libraries, preparations or cells to what they were made of, by its key; return how many found theirs."""
    count = 0
    for source in sources:
        keys = set(_aslist(source.record.get("batch" if source.kind == "cell" else SAMPLE_KEY)))
        found = [each.accession for each in targets if keys & set(_aslist(each.key))]
        if found:
            store.samples_of[source.accession] = found
            count += 1
    return count


def link_runs(group: Group, targets: list[Entity], kind: str, attribute: str | None) -> int:
    """Link the runs of a data group by an attribute of the targets; return how many found theirs."""
    if attribute is not None and attribute not in {each.name for each in SAMPLE}:
        raise CannotLink(f"The template of the study has no sample attribute {attribute!r}.")
    by_key: dict[str, list[str]] = {}
    for each in targets:
        for key in _aslist(each.record.get(attribute) if attribute else each.key):
            by_key.setdefault(str(key), []).append(each.accession)
    count = 0
    for run in group.runs:
        if run.name in by_key:
            run.target_kind, run.targets = kind, by_key[run.name]
            count += 1
    return count


def routes(app: Flask, sandbox: Sandbox) -> None:
    """Add the routes that link, unlink."""

    def link(path: str) -> Any:
        try:
            return _act(sandbox.store, path, _link_groups, _link_objects)
        except CannotLink as error:
            return sandbox.refuse(400, str(error))

    def unlink(path: str) -> Any:
        try:
            _act(sandbox.store, path, _unlink_groups, _unlink_objects)
        except CannotLink as error:
            return sandbox.refuse(400, str(error))
        return Response(status=204)

    app.add_url_rule("/api/v1/as-curator/integration/link/<path:path>", "link", link, methods=["POST"])
    app.add_url_rule("/api/v1/as-curator/integration/link/<path:path>", "unlink", unlink, methods=["DELETE"])


Action = Callable[[Store, str, str, str, str], Any]


def _act(store: Store, path: str, groups: Action, objects: Action) -> Any:
    with store.lock:
        store.clock.tick()
        if found := re.fullmatch(r"sample/group/(\w+)/to/study/(\w+)", path):
            return groups(store, "sample", found[1], "study", found[2])
        if found := re.fullmatch(r"([\w-]+)/group/(\w+)/to/(\w+)/group/(\w+)", path):
            return groups(store, found[1], found[2], found[3], found[4])
        if found := re.fullmatch(r"([\w-]+)/(\w+)/to/(\w+)/(\w+)", path):
            return objects(store, found[1], found[2], found[3], found[4])
    raise CannotLink(f"There is no link of this form: {path}")


def _demand(kind: str, target: str) -> None:
    allowed = {**DATA_TARGETS, **MADE_TARGETS, "sample": ("study",)}
    if target not in allowed.get(kind, ()):
        raise CannotLink(f"{kind} cannot be linked to {target}.")


def _link_groups(store: Store, kind: str, source: str, target_kind: str, target: str) -> Response:
    _demand(kind, target_kind)
    if kind == "sample":
        _study(store, target)
        for each in members(store, "sample", source):
            other = store.study_of.get(each.accession)
            if other not in (None, target):
                raise CannotLink(f"The sample group {source} belongs to the study {other}.")
            store.study_of[each.accession] = target
        return Response(status=204)
    targets = members(store, target_kind, target)
    if kind in DATA_TARGETS:
        group = _data_group(store, kind, source)
        attribute = request.args.get("linkingAttribute") if target_kind == "sample" else None
        count, total = link_runs(group, targets, target_kind, attribute), len(group.runs)
    else:
        sources = members(store, kind, source)
        count, total = link_made(store, sources, targets), len(sources)
    if not count:
        raise CannotLink(f"Nothing in {source} matches the {target_kind} group {target}.")
    partial_known = kind in DATA_TARGETS or kind == "cell"
    return Response(status=204 if count == total or not partial_known else 200)


def _study(store: Store, accession: str) -> Entity:
    found = store.entities.get(accession)
    if found is None or found.kind != "study":
        raise CannotLink(f"There is no study {accession}.")
    return found


def _data_group(store: Store, kind: str, accession: str) -> Group:
    found = store.groups.get(accession)
    if found is None or found.kind != kind:
        raise CannotLink(f"There is no {kind} group {accession}.")
    return found


def _run(store: Store, kind: str, number: str) -> Run:
    for _, run in store.runs_of(kind):
        if str(run.id) == number:
            return run
    raise CannotLink(f"There is no {kind} object {number}.")


def _entity(store: Store, kind: str, accession: str) -> Entity:
    found = store.entities.get(accession)
    if found is None or found.kind != kind:
        raise CannotLink(f"There is no {kind} {accession}.")
    return found


def _link_objects(store: Store, kind: str, source: str, target_kind: str, target: str) -> Response:
    _demand(kind, target_kind)
    if kind == "cell" or target_kind == "cell":
        raise CannotLink("Cells are linked as groups only.")
    wanted = _entity(store, target_kind, target)
    if kind == "sample":
        store.study_of[_entity(store, kind, source).accession] = target
    elif kind in DATA_TARGETS:
        run = _run(store, kind, source)
        run.target_kind, run.targets = target_kind, [wanted.accession]
    else:
        found = store.samples_of.setdefault(_entity(store, kind, source).accession, [])
        found.extend({target} - set(found))
    return Response(status=204)


def _unlink_groups(store: Store, kind: str, source: str, target_kind: str, target: str) -> None:
    _demand(kind, target_kind)
    if (kind, target_kind) in NO_UNLINK:
        raise CannotLink(f"A link of {kind} to {target_kind} cannot be removed.")
    if kind == "sample":
        for each in members(store, "sample", source):
            if store.study_of.get(each.accession) == target:
                del store.study_of[each.accession]
        return
    inside = {each.accession for each in members(store, target_kind, target)}
    if kind in DATA_TARGETS:
        for run in _data_group(store, kind, source).runs:
            run.targets = [each for each in run.targets if each not in inside]
    else:
        for each in members(store, kind, source):
            kept = [one for one in store.samples_of.get(each.accession, []) if one not in inside]
            store.samples_of[each.accession] = kept


def _unlink_objects(store: Store, kind: str, source: str, target_kind: str, target: str) -> None:
    _demand(kind, target_kind)
    if kind == "sample":
        store.study_of.pop(source, None)
    elif kind in DATA_TARGETS:
        _run(store, kind, source).targets = []
    else:
        store.samples_of[source] = [each for each in store.samples_of.get(source, []) if each != target]
