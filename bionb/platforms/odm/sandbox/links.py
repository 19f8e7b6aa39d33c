"""Link and unlink: which kinds go together, and what 200 and 204 say; and links of any type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

from flask import Response, request

from bionb.platforms.odm.sandbox.lists import ROLE, page_of
from bionb.platforms.odm.sandbox.store import DATA, SAMPLE_KEY, SHOWN, Entity, Record, Run, Store, several, store
from bionb.sandbox.application import Refused, Routes, refuse_if

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
ENDS = ("firstId", "secondId")
LINK_TYPES = [
    ("sample", "study"),
    ("library", "sample"),
    ("preparation", "sample"),
    ("expressionGroup", "geneTranscriptMapping"),
]
PATH = "/api/v1/as-curator/integration/link/<path:path>"


def ends(store: Store, path: str) -> tuple[str, str, Sequence[Run | Entity], Sequence[Entity], bool]:
    """Return the kinds of both ends of a link, what stands there, and whether these are whole groups."""
    groups = next((found for form in GROUPS if (found := re.fullmatch(form, path))), None)
    found = groups or re.fullmatch(OBJECTS, path)
    if not found:
        raise Refused(400, f"There is no link of this form: {path}")
    kind, source, to, target = found.groups()
    refuse_if(to not in TARGETS.get(kind, ()), 400, f"{kind} cannot be linked to {to}.")
    refuse_if(not groups and "cell" in (kind, to), 400, "Cells are linked as groups only.")
    targets = _things(store, to, target, bool(groups) and to != "study")
    return kind, to, _things(store, kind, source, bool(groups)), cast(list[Entity], targets), bool(groups)


def _things(store: Store, kind: str, name: str, whole: bool) -> list[Entity | Run]:
    """Return what a group holds, or the single thing."""
    if whole:
        return store.inside(store.group(kind, name, 400))
    if kind not in DATA:
        return [store.entity(kind, name, 400)]
    runs: list[Entity | Run] = [run for _, run in store.runs_of(kind) if str(run.id) == name]
    refuse_if(not runs, 400, f"There is no {kind} object {name}.")
    return runs


def link_by_key(sources: Sequence[Run | Entity], targets: Iterable[Entity], attribute: str | None = None) -> int:
    """Link each source to the targets with its key, or with the attribute like it; return how many found theirs."""
    refuse_if(
        attribute is not None and attribute not in SHOWN["sample"],
        400,
        f"The template of the study has no sample attribute {attribute!r}.",
    )
    by_key: dict[str, list[str]] = {}
    for each in targets:
        for key in several(each.record.get(attribute) if attribute else each.key):
            by_key.setdefault(str(key), []).append(each.accession)
    count = 0
    for source in sources:
        found = [one for key in _wanted(source) for one in by_key.get(str(key), ())]
        source.targets, count = found or source.targets, count + bool(found)
    return count


def _wanted(source: Run | Entity) -> list[Any]:
    """Return the keys of what something was made of or measured on."""
    if isinstance(source, Run):
        return [source.name]
    return several(source.record.get("batch" if source.kind == "cell" else SAMPLE_KEY))


def _link(path: str) -> Response:
    store.clock.tick()
    kind, to, sources, targets, groups = ends(store, path)
    if kind != "sample" and groups:
        attribute = request.args.get("linkingAttribute") if to == "sample" and kind in DATA else None
        count = link_by_key(sources, targets, attribute)
        refuse_if(not count, 400, f"Nothing in {path.replace('/to/', ' matches ')}.")
        return Response(status=200 if count < len(sources) and kind in (*DATA, "cell") else 204)
    target = targets[0].accession
    other = next((study for each in sources for study in each.targets if study != target), None)
    refuse_if(groups and other, 400, f"The sample group belongs to the study {other}.")
    for each in sources:
        each.targets = list(dict.fromkeys([*(each.targets if kind in ("library", "preparation") else ()), target]))
    return Response(status=204)


def _unlink(path: str) -> Response:
    store.clock.tick()
    kind, to, sources, targets, _ = ends(store, path)
    refuse_if("cell" in (kind, to), 400, f"A link of {kind} to {to} cannot be removed.")
    inside = {each.accession for each in targets}
    for each in sources:
        each.targets = [one for one in each.targets if one not in inside]
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
    wanted: Record = request.get_json(silent=True) or {}
    found = [each for each in store.links if each["firstId"] in wanted["firstIds"]]
    return page_of([each for each in found if each["firstType"] == wanted["firstType"]], place=wanted)


def _link_types(role: str) -> list[Record]:
    asked = request.args.get("type")
    return [
        dict(zip(("firstType", "secondType"), each, strict=True)) for each in LINK_TYPES if asked in (None, each[0])
    ]


ROUTES: Routes = {
    f"POST {PATH}": _link,
    f"DELETE {PATH}": _unlink,
    "POST /api/v1/as-curator/links": _save_links,
    f"GET /api/v1/{ROLE}/links": _list_links,
    "DELETE /api/v1/as-curator/links": _remove_link,
    f"POST /api/v1/{ROLE}/links/get-batch": _links_of_several,
    f"GET /api/v1/{ROLE}/data-types": lambda role: sorted({each for pair in LINK_TYPES for each in pair}),
    f"GET /api/v1/{ROLE}/data-types/links": _link_types,
}
