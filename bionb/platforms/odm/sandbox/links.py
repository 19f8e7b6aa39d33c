"""Link and unlink: which kinds go together, and what 200 and 204 say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, request

from bionb.platforms.odm.sandbox.store import DATA, SHOWN, Entity, Run, Store, several
from bionb.sandbox.application import Refused
from bionb.sandbox.routes import Routes

if TYPE_CHECKING:
    from bionb.platforms.odm.sandbox import OdmSandbox

TARGETS = {
    "sample": ("study",),
    "library": ("sample",),
    "preparation": ("sample",),
    "cell": ("sample", "library", "preparation"),
    "expression": ("sample", "library", "preparation", "cell"),
    "variant": ("sample",),
    "flow-cytometry": ("sample",),
}
GROUPS = (r"(sample)/group/(\w+)/to/(study)/(\w+)", r"([\w-]+)/group/(\w+)/to/(\w+)/group/(\w+)")
OBJECTS = r"([\w-]+)/(\w+)/to/(\w+)/(\w+)"
PATH = "/api/v1/as-curator/integration/link/<path:path>"
routes = Routes()


@dataclass
class Ends:
    """What a request links to what: groups with all that is in them, or single things."""

    kind: str
    source: str
    to: str
    target: str
    sources: Sequence[Run | Entity]
    targets: Sequence[Entity]
    groups: bool


def ends(store: Store, path: str) -> Ends:
    """Read both ends of a link."""
    groups = next((found for form in GROUPS if (found := re.fullmatch(form, path))), None)
    found = groups or re.fullmatch(OBJECTS, path)
    if not found:
        raise Refused(400, f"There is no link of this form: {path}")
    kind, source, to, target = found.groups()
    if to not in TARGETS.get(kind, ()):
        raise Refused(400, f"{kind} cannot be linked to {to}.")
    if not groups and "cell" in (kind, to):
        raise Refused(400, "Cells are linked as groups only.")
    whole = bool(groups)
    targets = [store.entity(to, target, 400)] if to == "study" or not groups else _members(store, to, target)
    return Ends(kind, source, to, target, _sources(store, kind, source, whole), targets, whole)


def _members(store: Store, kind: str, group: str) -> list[Entity]:
    found = store.group(kind, group, 400).members
    return [store.entities[each] for each in found if each in store.entities]


def _sources(store: Store, kind: str, source: str, whole: bool) -> Sequence[Run | Entity]:
    if kind not in DATA:
        return _members(store, kind, source) if whole else [store.entity(kind, source, 400)]
    if whole:
        return store.group(kind, source, 400).runs
    runs = [run for _, run in store.runs_of(kind) if str(run.id) == source]
    if not runs:
        raise Refused(400, f"There is no {kind} object {source}.")
    return runs


def link_by_key(sources: Sequence[Run | Entity], targets: Iterable[Entity], attribute: str | None = None) -> int:
    """Link each source to the targets with its key, or with the attribute like it; return how many found theirs."""
    if attribute is not None and attribute not in SHOWN["sample"]:
        raise Refused(400, f"The template of the study has no sample attribute {attribute!r}.")
    by_key: dict[str, list[str]] = {}
    for each in targets:
        for key in several(each.record.get(attribute) if attribute else each.key):
            by_key.setdefault(str(key), []).append(each.accession)
    count = 0
    for source in sources:
        found = [one for key in source.wanted for one in by_key.get(str(key), ())]
        source.targets, count = found or source.targets, count + bool(found)
    return count


@routes(PATH, "POST")
def link(box: OdmSandbox, path: str) -> Response:
    """Link what belongs together."""
    box.store.clock.tick()
    found = ends(box.store, path)
    if found.kind == "sample":
        other = {study for each in found.sources for study in each.targets} - {found.target}
        if other and found.groups:
            raise Refused(400, f"The sample group {found.source} belongs to the study {', '.join(other)}.")
    if found.kind == "sample" or not found.groups:
        for each in found.sources:
            kept = each.targets if found.kind in ("library", "preparation") else []
            each.targets = list(dict.fromkeys([*kept, found.target]))
        return Response(status=204)
    attribute = request.args.get("linkingAttribute") if found.to == "sample" and found.kind in DATA else None
    count = link_by_key(found.sources, found.targets, attribute)
    if not count:
        raise Refused(400, f"Nothing in {found.source} matches the {found.to} group {found.target}.")
    partly = count < len(found.sources) and found.kind in (*DATA, "cell")
    return Response(status=200 if partly else 204)


@routes(PATH, "DELETE")
def unlink(box: OdmSandbox, path: str) -> Any:
    """Undo a link."""
    box.store.clock.tick()
    found = ends(box.store, path)
    if "cell" in (found.kind, found.to):
        raise Refused(400, f"A link of {found.kind} to {found.to} cannot be removed.")
    inside = {each.accession for each in found.targets}
    for each in found.sources:
        each.targets = [one for one in each.targets if one not in inside]
    return Response(status=204)
