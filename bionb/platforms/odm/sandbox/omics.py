"""Queries over samples and data together, streamed matrices, and the data lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from flask import Flask, Response, jsonify, request

from bionb.platforms.odm.sandbox.language import Lookup, full_text, parse
from bionb.platforms.odm.sandbox.metadata import LIMIT, ROLE, list_fields, page_of
from bionb.platforms.odm.sandbox.store import Entity, Group, Record, Run, Sandbox, Store, shown

DATA_KINDS = {"expression": "expressions", "variant": "variants", "flow-cytometry": "flow-cytometries"}
QUERIES = {"expression": "exQuery", "variant": "vxQuery", "flow-cytometry": "fxQuery"}
FILTERS = {"expression": "exFilter", "variant": "vxFilter", "flow-cytometry": "fxFilter"}


# -- one measurement ------------------------------------------------------------------------------------------------


def data_items(store: Store, group: Group, runs: Iterable[Run], query: str = "") -> Iterator[Record]:
    """Give the measurements of runs that a query lets through, feature by feature."""
    test = parse(query)
    wanted = {run.id: number for number, run in enumerate(group.runs)}
    chosen = [(wanted[run.id], run) for run in runs]
    for row, feature in enumerate(group.features):
        for column, run in chosen:
            values = group.values[row][column]
            if test(_lookup(group, feature, values)):
                yield _item(group, feature, run, values)


def _item(group: Group, feature: Record, run: Run, values: list[Any]) -> Record:
    origin = {"runSourceId": run.name, "runId": str(run.id), "groupId": group.accession}
    found: Record = {"itemId": f"{run.id}-{_feature_name(feature)}", "itemOrigin": origin, "metadata": group.record}
    if group.kind == "variant":
        found |= {"variant": feature, "genotype": values[0]}
    else:
        found |= {"feature": feature, "value": dict(zip(group.measurements, values, strict=True))}
    return found | {"relationships": {run.target_kind: run.targets[0]} if run.targets else {}}


def _feature_name(feature: Record) -> Any:
    return f"{feature['chrom']}:{feature['pos']}" if "chrom" in feature else next(iter(feature.values()))


def _lookup(group: Group, feature: Record, values: list[Any]) -> Lookup:
    def lookup(name: str) -> Any:
        start, _, rest = name.partition(".")
        if group.kind == "variant":
            return _variant_value(feature, start, rest)
        if start == "feature":
            return feature.get(rest) if rest else next(iter(feature.values()))
        if start == "value":
            return values[group.measurements.index(rest)] if rest in group.measurements else values[0]
        return feature.get(name)

    return lookup


class _Place:
    """A variant's place, equal to every region that holds it."""

    def __init__(self, chrom: str, pos: int) -> None:
        self.chrom, self.pos = chrom, pos

    def inside(self, region: str) -> bool:
        chrom, _, span = region.partition(":")
        start, _, end = span.partition("-")
        low = int(start) if start.isdigit() else 0
        return chrom == self.chrom and low <= self.pos and (not end.isdigit() or self.pos <= int(end))


def _variant_value(feature: Record, start: str, rest: str) -> Any:
    if start == "region":
        return _Region(_Place(feature["chrom"], feature["pos"]))
    if start == "feature":
        return feature["info"].get("GENE")
    return feature["info"].get(rest) if start.lower() == "info" else feature.get(start)


class _Region(str):
    """Compares as text with the region asked for, by looking whether the place is inside it."""

    place: _Place

    def __new__(cls, place: _Place) -> _Region:
        made = super().__new__(cls, f"{place.chrom}:{place.pos}")
        made.place = place
        return made

    def __str__(self) -> str:
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.place.inside(other)

    __hash__ = str.__hash__


# -- which samples, which runs --------------------------------------------------------------------------------------


def _passes(sandbox: Sandbox, role: str, entity: Entity, name: str) -> bool:
    record = sandbox.record_for(role, entity)
    query = request.args.get(f"{name}Query", "")
    narrower = request.args.get("searchSpecificTerms") == "true"
    return parse(request.args.get(f"{name}Filter", ""))(record.get) and (
        not query or full_text(query, narrower)(record)
    )


def _asked(*names: str) -> bool:
    return any(request.args.get(f"{name}{what}") for name in names for what in ("Filter", "Query"))


def wanted_samples(sandbox: Sandbox, role: str) -> list[Entity]:
    """Return the linked samples that the request's study, sample, library and preparation filters let through."""
    store: Store = sandbox.store
    studies = {each.accession for each in store.of_kind("study") if _passes(sandbox, role, each, "study")}
    found = [
        each
        for each in store.of_kind("sample")
        if store.study_of.get(each.accession) in studies and _passes(sandbox, role, each, "sample")
    ]
    for kind in ("library", "preparation"):
        if _asked(kind):
            made = [each for each in store.of_kind(kind) if _passes(sandbox, role, each, kind)]
            behind = {sample for each in made for sample in store.samples_of.get(each.accession, ())}
            found = [each for each in found if each.accession in behind]
    return found


def _wanted_runs(sandbox: Sandbox, role: str, group: Group, samples: set[str]) -> list[Run]:
    store: Store = sandbox.store
    kinds = [kind for kind in ("library", "preparation") if _asked(kind)]
    return [
        run
        for run in group.runs
        if samples & set(store.samples_behind(run))
        and all(
            _passes(sandbox, role, store.entities[each], kind)
            for kind in kinds
            for each in run.targets
            if run.target_kind == kind
        )
    ]


def _wanted_groups(store: Store, kind: str) -> list[Group]:
    test = parse(request.args.get(FILTERS[kind], ""))
    versions = request.args.get("useVersions")
    return [
        each
        for each in store.data_groups(kind)
        if test(each.record.get) and (versions or each.record.get("genestack:activeInChain") is not False)
    ]


# -- answers --------------------------------------------------------------------------------------------------------


def _by_cursor(sandbox: Sandbox, found: Iterator[Any], log: list[str] | None = None) -> Response:
    """Return one page of an omics query, or of runs, whose answer has neither log nor end mark."""
    limit = max(1, min(int(request.args.get("pageLimit", LIMIT)), LIMIT))
    cursor = request.args.get("cursor") or "c0"
    if not re.fullmatch(r"c\d+", cursor):
        return sandbox.refuse(400, f"There is no page {cursor!r}.")
    start = int(cursor[1:])
    page = list(islice(found, start, start + limit + 1))
    more = len(page) > limit
    answer: Record = {"data": page[:limit]}
    if log is not None:
        answer |= {"log": log, "resultsExhausted": not more}
    return jsonify(answer | ({"cursor": f"c{start + limit}"} if more else {}))


def routes(app: Flask, sandbox: Sandbox) -> None:
    """Add the routes of omics queries and of the data lists."""
    data = "<any('expression','variant','flow-cytometry'):kind>"

    @app.get(f"/api/v1/{ROLE}/omics/samples")
    def samples(role: str) -> Any:
        found, store, fields = wanted_samples(sandbox, role), sandbox.store, list_fields(role)
        for kind, name in QUERIES.items():
            if query := request.args.get(name):
                having = {
                    sample
                    for group in _wanted_groups(store, kind)
                    for run in group.runs
                    if next(data_items(store, group, [run], query), None)
                    for sample in store.samples_behind(run)
                }
                found = [each for each in found if each.accession in having]
        shown_ones = ({"metadata": shown("sample", sandbox.record_for(role, each), fields)} for each in found)
        return _by_cursor(sandbox, iter(shown_ones), [f"{len(found)} samples matched"])

    @app.get(f"/api/v1/{ROLE}/omics/{data}/group")
    def groups(role: str, kind: str) -> Any:
        inside = {each.accession for each in wanted_samples(sandbox, role)}
        found = [each for each in _wanted_groups(sandbox.store, kind) if _wanted_runs(sandbox, role, each, inside)]
        items = ({"itemId": each.accession, "metadata": each.record} for each in found)
        return _by_cursor(sandbox, iter(items), [f"{len(found)} groups matched"])

    @app.get(f"/api/v1/{ROLE}/omics/{data}/data")
    def measurements(role: str, kind: str) -> Any:
        query = request.args.get(QUERIES[kind], "")
        if not query:
            return sandbox.refuse(400, f"A query is needed: pass {QUERIES[kind]}.")
        inside = {each.accession for each in wanted_samples(sandbox, role)}
        items = (
            item
            for group in _wanted_groups(sandbox.store, kind)
            for item in data_items(sandbox.store, group, _wanted_runs(sandbox, role, group, inside), query)
        )
        return _by_cursor(sandbox, items, [f"{len(inside)} samples matched"])

    @app.get(f"/api/v1/{ROLE}/omics/{data}/streamed-data")
    def stream(role: str, kind: str) -> Any:
        accession = request.args.get("groupAccession", "")
        group = sandbox.store.groups.get(accession)
        if kind == "flow-cytometry" or group is None or group.kind != kind:
            return sandbox.refuse(404, f"There is no {kind} group {accession}.")
        inside = {each.accession for each in wanted_samples(sandbox, role)}
        runs = _wanted_runs(sandbox, role, group, inside)
        mark, kind_of_text = (",", "text/csv") if kind == "expression" else ("\t", "text/tab-separated-values")
        return Response(_matrix(sandbox.store, group, runs, mark), content_type=f"{kind_of_text};charset=UTF-8")

    @app.get(f"/api/v1/{ROLE}/omics/cells")
    def cells(role: str) -> Any:
        inside = {each.accession for each in wanted_samples(sandbox, role)}
        test, store = parse(request.args.get("cellQuery", "")), sandbox.store
        found = [
            each
            for each in store.of_kind("cell")
            if test(each.record.get) and inside & set(store.samples_behind(Run(0, "", "cell", [each.accession])))
        ]
        return _by_cursor(sandbox, iter([each.record for each in found]), [f"{len(found)} cells matched"])

    _data_lists(app, sandbox)


def _matrix(store: Store, group: Group, runs: list[Run], mark: str) -> Iterator[str]:
    digits = int(request.args.get("roundDigits", 4))
    query = parse(request.args.get("exQuery" if group.kind == "expression" else "vxQuery", ""))
    names = list(group.features[0]) if group.features else []
    several = group.measurements not in (("value",), ("genotype",))
    columns = [f"{run.name}.{m}" if several else run.name for run in runs for m in group.measurements]
    places = [group.runs.index(run) for run in runs]

    def lines() -> Iterator[str]:
        yield mark.join(_quoted(each, mark) for each in [*names, *columns]) + "\n"
        for row, feature in enumerate(group.features):
            if any(query(_lookup(group, feature, group.values[row][place])) for place in places):
                cells = [_text(feature[name]) for name in names]
                cells += [_shown(value, digits) for place in places for value in group.values[row][place]]
                yield mark.join(_quoted(each, mark) for each in cells) + "\n"

    return lines()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ";".join(f"{name}={each}" for name, each in value.items())
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _shown(value: Any, digits: int) -> str:
    return f"{round(value, digits)}" if isinstance(value, float) else "" if value is None else _text(value)


def _quoted(cell: str, mark: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if mark in cell or '"' in cell else cell


def _data_lists(app: Flask, sandbox: Sandbox) -> None:
    lists = "<any('expressions','variants','flow-cytometries'):lists>"
    singular = {plural: kind for kind, plural in DATA_KINDS.items()}

    @app.get(f"/api/v1/{ROLE}/{lists}/group")
    def data_groups(role: str, lists: str) -> Any:
        test, query = parse(request.args.get("filter", "")), request.args.get("query", "")
        words = full_text(query, request.args.get("searchSpecificTerms") == "true")
        found = [
            each
            for each in sandbox.store.data_groups(singular[lists])
            if test(each.record.get) and (not query or words(each.record))
        ]
        return page_of(sandbox, found, lambda each: {"itemId": each.accession, "metadata": each.record})

    @app.get(f"/api/v1/{ROLE}/{lists}/group/<accession>")
    def data_group(role: str, lists: str, accession: str) -> Any:
        found = sandbox.store.groups.get(accession)
        if found is None or found.kind != singular[lists]:
            return sandbox.refuse(404, f"There is no group {accession}.")
        return jsonify(itemId=accession, metadata=found.record)

    @app.get(f"/api/v1/{ROLE}/{lists}/group/by/run/<int:number>")
    def group_by_run(role: str, lists: str, number: int) -> Any:
        for found, run in sandbox.store.runs_of(singular[lists]):
            if run.id == number:
                return jsonify(itemId=found.accession, metadata=found.record)
        return sandbox.refuse(404, f"There is no run {number}.")

    @app.get(f"/api/v1/{ROLE}/{lists}/runs/by/group/<accession>")
    def runs(role: str, lists: str, accession: str) -> Any:
        found = sandbox.store.groups.get(accession)
        if found is None or found.kind != singular[lists]:
            return sandbox.refuse(404, f"There is no group {accession}.")
        return _by_cursor(sandbox, iter([{"runId": str(run.id), "runSourceId": run.name} for run in found.runs]))
