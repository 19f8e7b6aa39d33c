"""Queries over samples and data together, streamed matrices, and the lists of data groups, runs and measurements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Response, request

from bionb.platforms.odm.sandbox.language import Lookup, Test, parse
from bionb.platforms.odm.sandbox.lists import ROLE, as_seen, chosen, cursor_page, matching, page_of
from bionb.platforms.odm.sandbox.reading import is_number
from bionb.platforms.odm.sandbox.store import Entity, Group, Record, Run, store
from bionb.sandbox.application import Refused, Routes, refuse_if, whole_number

SHORT = {"expression": "ex", "variant": "vx", "flow-cytometry": "fx"}
SINGULAR = {"expressions": "expression", "variants": "variant", "flow-cytometries": "flow-cytometry"}
MADE = ("library", "preparation")
DATA = "<any('expression','variant','flow-cytometry'):kind>"
LISTS = "<any('expressions','variants','flow-cytometries'):lists>"
# What the lists of measurements take beside the filters on groups and runs, as a query of the data.
CONDITIONS = {
    "minExpressionLevel": "value>={}",
    "featureList": "feature={}",
    "variantRegion": "region={}",
    "variantFeature": "feature={}",
    "variantId": "id={}",
    "variantInfo": "({})",
    "readoutType": 'readoutType="{}"',
    "population": 'cellPopulation="{}"',
    "marker": 'marker="{}"',
    "minValue": "minValue={}",
}


# -- one measurement ---------------------------------------------------------------------------------------------------


def data_items(group: Group, runs: Iterable[Run], query: str = "", linked: bool = True) -> Iterator[Record]:
    """Give the measurements of runs that a query lets through, feature by feature."""
    test, places = _test(query), {run.id: number for number, run in enumerate(group.runs)}
    measured = [(places[run.id], run) for run in runs]
    related = {run.id: {store.measured(run): run.targets[0]} if run.targets else {} for _, run in measured}
    for feature, row in zip(group.features, group.values, strict=True):
        for place, run in measured:
            if test(_lookup(group, feature, row[place])):
                item = _item(group, feature, run, row[place])
                yield item | {"relationships": related[run.id]} if linked else item


def _test(query: str) -> Test:
    """Return the test of a data query; one bar between words stands for alternatives."""
    return parse(re.sub(r'("(?:\\.|[^"\\])*")|(?<!\|)\|(?!\|)', lambda found: found[1] or ",", query))


def _item(group: Group, feature: Record, run: Run, values: list[Any]) -> Record:
    parts = {"variant": 2, "expression": 1, "flow-cytometry": 3}[group.kind]
    name = ":".join(map(str, list(feature.values())[:parts]))
    origin = {"runSourceId": run.name, "runId": str(run.id), "groupId": group.accession}
    found: Record = {"itemId": f"{run.id}-{name}", "itemOrigin": origin, "metadata": group.record}
    if group.kind == "variant":
        return found | {"variant": feature, "genotype": values[0]}
    return found | {"feature": feature, "value": dict(zip(group.measurements, values, strict=True))}


def _lookup(group: Group, feature: Record, values: list[Any]) -> Lookup:
    def lookup(name: str) -> Any:
        start, _, rest = name.partition(".")
        if group.kind != "expression":
            return LOOKUPS[group.kind](start.lower(), rest, feature, values)
        if start == "feature":
            return feature.get(rest) if rest else next(iter(feature.values()))
        return dict(zip(group.measurements, values, strict=True)).get(rest, values[0]) if start == "value" else None

    return lookup


def _variant_value(start: str, rest: str, feature: Record, values: list[Any]) -> Any:
    if start in ("feature", "info"):
        return feature["info"].get(rest or "GENE")
    found = {"region": lambda region: _inside(feature["chrom"], feature["pos"], region)}
    found["filter"] = lambda wanted: wanted.upper() in feature["filter"]
    return found.get(start, feature.get(start))


def _readout_value(start: str, rest: str, feature: Record, values: list[Any]) -> Any:
    if start == "minvalue":
        return lambda least: values[0] is not None and is_number(least) and values[0] >= float(least)
    return {name.lower(): each for name, each in feature.items()}.get(start)


LOOKUPS: dict[str, Callable[..., Any]] = {"variant": _variant_value, "flow-cytometry": _readout_value}


def _inside(chrom: str, pos: int, region: str) -> bool:
    """Tell whether a place is inside a region such as ``chr1``, ``chr1:100``, ``chr1:100-200``, ``chr1:100-*``."""
    name, _, span = region.partition(":")
    start, to, end = span.partition("-")
    first = int(start) if start.isdecimal() else 0
    last = int(end) if end.isdecimal() else first if span and not to else pos
    return name == chrom and first <= pos <= last


# -- which samples, which runs -----------------------------------------------------------------------------------------


def _asked(kind: str) -> bool:
    return any(request.args.get(f"{kind}{what}") for what in ("Filter", "Query"))


def wanted_samples(role: str) -> dict[str, Entity]:
    """Return the linked samples that the request's study, sample, library and preparation filters let through."""
    studies = {each.accession for each in matching(role, store.of_kind("study"), "study")}
    found = {each.accession: each for each in matching(role, store.linked("sample", studies), "sample")}
    for kind in filter(_asked, MADE):
        behind = {sample for each in matching(role, store.of_kind(kind), kind) for sample in each.targets}
        found = {name: each for name, each in found.items() if name in behind}
    return found


def wanted_runs(role: str, group: Group, samples: Iterable[str]) -> list[Run]:
    """Return the runs of a group that belong to these samples, through what the request's filters let through."""
    left_out: set[str] = set()
    for kind in filter(_asked, MADE):
        there = store.of_kind(kind)
        left_out |= {each.accession for each in there} - {each.accession for each in matching(role, there, kind)}
    kept = [run for run in group.runs if left_out.isdisjoint(run.targets)]
    return [run for run in kept if not set(samples).isdisjoint(store.samples_behind(run))]


def wanted_groups(kind: str) -> list[Group]:
    """Return the groups that the request's filter lets through; replaced ones only where versions are asked for."""
    test, versions = parse(request.args.get(f"{SHORT[kind]}Filter", "")), request.args.get("useVersions")
    groups = [each for each in store.data_groups(kind) if test(each.record.get)]
    return [each for each in groups if versions or each.record.get("genestack:activeInChain") is not False]


def _samples(role: str) -> Record:
    found = wanted_samples(role)
    for kind, short in SHORT.items():
        query = request.args.get(f"{short}Query", "")
        if query or request.args.get(f"{short}Filter"):
            runs = [(group, run) for group in wanted_groups(kind) for run in group.runs]
            having = [run for group, run in runs if any(data_items(group, [run], query))]
            behind = {sample for run in having for sample in store.samples_behind(run)}
            found = {name: each for name, each in found.items() if name in behind}
    items = ({"metadata": as_seen(role, each)} for each in found.values())
    return cursor_page(items, mark="c", log=f"{len(found)} samples matched")


def _groups(role: str, kind: str) -> Record:
    inside = wanted_samples(role)
    found = [each for each in wanted_groups(kind) if wanted_runs(role, each, inside)]
    return cursor_page([each.shown(role) for each in found], mark="c", log=f"{len(found)} groups matched")


def _measurements(role: str, kind: str, cells: set[str] | None = None) -> Record:
    name = f"{SHORT[kind]}Query"
    query = request.args.get(name, "")
    refuse_if(not query, 400, f"A query is needed: pass {name}.")
    inside = wanted_samples(role)
    runs = ((group, wanted_runs(role, group, inside)) for group in wanted_groups(kind))
    if cells is not None:
        runs = ((group, [run for run in found if not cells.isdisjoint(run.targets)]) for group, found in runs)
    items = (item for group, found in runs for item in data_items(group, found, query))
    return cursor_page(items, mark="c", log=f"{len(inside)} samples matched")


def _wanted_cells(role: str) -> list[Entity]:
    inside, test = set(wanted_samples(role)), parse(request.args.get("cellQuery", ""))
    found = [each for each in store.of_kind("cell") if inside & {*store.samples_behind(each)}]
    return [each for each in found if test(each.record.get)]


def _cells(role: str) -> Record:
    found = _wanted_cells(role)
    return cursor_page([each.record for each in found], mark="c", log=f"{len(found)} cells matched")


# -- streams -----------------------------------------------------------------------------------------------------------


def _stream(role: str, kind: str) -> Response:
    refuse_if(kind == "flow-cytometry", 404, "There is no such endpoint.")
    group = store.group(kind, request.args.get("groupAccession", ""))
    runs = wanted_runs(role, group, wanted_samples(role))
    mark, form = (",", "text/csv") if kind == "expression" else ("\t", "text/tab-separated-values")
    return Response(_matrix(group, runs, mark), content_type=f"{form};charset=UTF-8")


def _matrix(group: Group, runs: list[Run], mark: str) -> Iterator[str]:
    digits = whole_number("roundDigits", 4, least=-9)
    query = _test(request.args.get(f"{SHORT[group.kind]}Query", ""))
    plain = group.measurements in (("value",), ("genotype",))
    columns = [run.name if plain else f"{run.name}.{m}" for run in runs for m in group.measurements]
    places = [group.runs.index(run) for run in runs]
    names = [name.upper() if group.kind == "variant" else name for name in next(iter(group.features), {})]

    def lines() -> Iterator[list[Any]]:
        yield [*names, *columns]
        for feature, row in zip(group.features, group.values, strict=True):
            if any(query(_lookup(group, feature, row[place])) for place in places):
                yield [*map(_text, feature.values()), *(_text(v, digits) for place in places for v in row[place])]

    return (mark.join(_quoted(cell, mark) for cell in line) + "\n" for line in lines())


def _text(value: Any, digits: int | None = None) -> str:
    if isinstance(value, dict):  # as in a VCF file: parts of INFO have names, parts of a call their place
        return (
            ":".join(map(str, value.values())) if digits is not None else ";".join(f"{n}={v}" for n, v in value.items())
        )
    if digits is not None and (value is None or isinstance(value, float)):
        return "" if value is None else f"{round(value, digits)}"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _quoted(cell: str, mark: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if mark in cell or '"' in cell else cell


# -- the lists of data groups, runs and measurements -------------------------------------------------------------------


def _chosen_groups(lists: str) -> list[Group]:
    test = chosen()
    return [each for each in store.data_groups(SINGULAR[lists]) if test(each.record)]


def _list(role: str, lists: str) -> Record:
    numbers, names = (set(request.args.getlist(name)) for name in ("runFilter", "runSourceFilter"))
    parts = [form.format(request.args[name]) for name, form in CONDITIONS.items() if request.args.get(name)]
    passed = request.args.get("variantFilter")
    query = " && ".join([*parts, *([f"filter{'=' if passed == 'pass' else '!='}PASS"] if passed else [])])

    def kept(run: Run) -> bool:
        return (not numbers or str(run.id) in numbers) and (not names or run.name in names)

    runs = ((group, filter(kept, group.runs)) for group in _chosen_groups(lists))
    return cursor_page((item for group, found in runs for item in data_items(group, found, query, False)), mark="c")


def _one(role: str, lists: str, item: str) -> Record:
    for group, run in store.runs_of(SINGULAR[lists]):
        for found in data_items(group, [run] if item.startswith(f"{run.id}-") else [], linked=False):
            if found["itemId"] == item:
                return found
    raise Refused(404, f"There is no measurement {item}.")


def _group_by_run(role: str, lists: str, number: int) -> Record:
    for found, run in store.runs_of(SINGULAR[lists]):
        if run.id == number:
            return found.shown(role)
    raise Refused(404, f"There is no run {number}.")


def _runs(role: str, lists: str, accession: str) -> Record:
    # List the runs of a group; this answer has neither log nor end mark.
    found = store.group(SINGULAR[lists], accession).runs
    return cursor_page([{"runId": str(run.id), "runSourceId": run.name} for run in found], mark="c")


ROUTES: Routes = {
    f"GET /api/v1/{ROLE}/omics/samples": _samples,
    f"GET /api/v1/{ROLE}/omics/{DATA}/group": _groups,
    f"GET /api/v1/{ROLE}/omics/{DATA}/data": _measurements,
    f"GET /api/v1/{ROLE}/omics/{DATA}/streamed-data": _stream,
    f"GET /api/v1/{ROLE}/omics/cells": _cells,
    f"GET /api/v1/{ROLE}/omics/cells/expression/data": lambda role: _measurements(
        role, "expression", {each.accession for each in _wanted_cells(role)}
    ),
    f"GET /api/v1/{ROLE}/{LISTS}": _list,
    f"GET /api/v1/{ROLE}/{LISTS}/<item>": _one,
    f"GET /api/v1/{ROLE}/{LISTS}/group": lambda role, lists: page_of([g.shown(role) for g in _chosen_groups(lists)]),
    f"GET /api/v1/{ROLE}/{LISTS}/group/<accession>": lambda role, lists, accession: store.group(
        SINGULAR[lists], accession
    ).shown(role),
    f"GET /api/v1/{ROLE}/{LISTS}/group/by/run/<int:number>": _group_by_run,
    f"GET /api/v1/{ROLE}/{LISTS}/runs/by/group/<accession>": _runs,
}
