"""A set as ISA-JSON 1.0: one object for each source, sample, material, data file and process."""

from __future__ import annotations

import itertools
import json
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote as quoted

from bionb.errors import UsageError
from bionb.isatab.exchange.isajson.declared import Declared
from bionb.isatab.exchange.isajson.layout import EXTRACTS, Attribute, Layout, comment_name, layouts
from bionb.isatab.exchange.isajson.sections import Entry, Json, entries, to_object
from bionb.isatab.exchange.isajson.values import UNDECLARED, number_of
from bionb.isatab.graph.graph import Graph
from bionb.isatab.model.investigation import StudyRef

if TYPE_CHECKING:
    from bionb.isatab.frames.shapes import Shapes

#: Processes that stand for no step of a protocol: one without a Protocol REF, and a mere link between two materials.
UNKNOWN, LINK = f"{UNDECLARED}protocol/unknown", f"{UNDECLARED}protocol/link"


def to_json(isa: Shapes) -> str:
    """Return the text of a set; see `ISATab.to_json`."""
    if len(isa.investigations) != 1:
        named = ", ".join(isa.investigations) or "none"
        raise UsageError(f"ISA-JSON holds one investigation, this set has: {named}; keep one (isa.files).")
    table = isa[isa.investigations[0]]
    found = entries(table)
    result: Json = {"@id": "#investigation", "filename": posixpath.basename(table.name)}
    result |= _single("investigation", found.get(("investigation", 0), []))
    for name, key in (
        ("ontology_sources", "ontologySourceReferences"),
        ("publications", "publications"),
        ("contacts", "people"),
    ):
        result[key] = [to_object(name, each) for each in found.get((name, 0), [])]
    result["studies"] = [_study(isa, study, found) for study in isa.declared]
    _declare_ontologies(result)
    return json.dumps(result, ensure_ascii=False, indent=1)


def _declare_ontologies(result: Json) -> None:
    """Declare for JSON alone the ontologies that only terms name: other readers refuse the file without."""
    declared = {each["name"] for each in result["ontologySourceReferences"]}
    for name in dict.fromkeys(_ontologies(result)):
        if name and name not in declared:
            id_ = f"{UNDECLARED}ontology/{quoted(name, safe='')}"
            result["ontologySourceReferences"].append({"@id": id_, "name": name})


def _ontologies(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if "termSource" in found:
            yield found["termSource"]
        for each in found.values():
            yield from _ontologies(each)
    elif isinstance(found, list):
        for each in found:
            yield from _ontologies(each)


def _single(name: str, given: Sequence[Entry]) -> Json:
    return to_object(name, given[0] if given else {})


def _study(isa: Shapes, study: StudyRef, found: dict[tuple[str, int], list[Entry]]) -> Json:
    number = int(study.id[1:])
    result: Json = {"@id": f"#study/{number}"} | _single("studies", found.get(("studies", number), []))
    for name, key in (("designs", "studyDesignDescriptors"), ("study_publications", "publications")):
        result[key] = [to_object(name, each) for each in found.get((name, number), [])]
    result["people"] = [to_object("study_contacts", each) for each in found.get(("study_contacts", number), [])]
    words = Declared(number, found)
    tables = [(isa.graph(study.file) if study.file else None, "study")]
    tables += [(isa.graph(each.file) if each.file else None, "assay") for each in study.assays]
    written = [_Nodes(words, graph, kind, place) for place, (graph, kind) in enumerate(tables)]
    result |= written[0].as_study()
    declared = found.get(("assays", number), [])
    result["assays"] = [
        {"@id": f"#assay/{number}-{place}"} | to_object("assays", entry) | nodes.as_assay()
        for place, (entry, nodes) in enumerate(zip(declared, written[1:], strict=False), 1)
    ]
    # The study's list of samples is complete only now: an assay may name some that the study does not.
    result["materials"]["samples"] += words.samples_elsewhere
    return result | words.declared()


class _Cells(NamedTuple):
    """The cells of a value in the rows of some nodes."""

    attribute: Attribute
    values: list[str]
    terms: dict[str, list[str]]
    units: list[str]
    unit_terms: dict[str, list[str]]
    always_unit: bool


_KEYS = {"term_source": "termSource", "term_accession": "termAccession"}


class _Nodes:
    """The nodes of one table as JSON objects, and what leads to what."""

    def __init__(self, words: Declared, graph: Graph | None, kind: str, place: int) -> None:
        self._words, self._kind, self._place = words, kind, place
        self._lists: dict[str, list[Json]] = {
            key: [] for key in ("sources", "samples", "reference", "materials", "data")
        }
        self._processes: list[tuple[Any, Json]] = []
        if graph is not None and len(graph.table):
            self._graph = graph
            self._objects: list[Json] = [{}] * len(graph)
            self._is_process = [not group.material for group in graph.groups]
            for layout, (nodes, rows) in zip(layouts(graph.groups, kind), graph.by_group, strict=True):
                self._add(layout, nodes, rows)
            self._link()

    def as_study(self) -> Json:
        """Return what a study says of its table."""
        materials = {"sources": self._lists["sources"], "samples": self._lists["samples"]}
        return {"materials": materials | {"otherMaterials": self._lists["materials"]}} | self._sequence()

    def as_assay(self) -> Json:
        """Return what an assay says of its table."""
        materials = {"samples": self._lists["reference"], "otherMaterials": self._lists["materials"]}
        return {"materials": materials, "dataFiles": self._lists["data"]} | self._sequence() | self._words.used()

    def _sequence(self) -> Json:
        return {"processSequence": [each for _, each in sorted(self._processes, key=lambda item: item[0])]}

    def _id(self, what: str, node: int) -> str:
        return f"#{what}/{self._graph.study[1:]}-{self._place}-{node + 1}"

    def _add(self, layout: Layout, nodes: list[int], rows: list[int]) -> None:
        cells, group = self._graph.table.cells, layout.group
        names = cells.stripped(group.name.position, rows) if group.name else [""] * len(rows)
        characteristics = list(self._attributes(layout.characteristics, rows))
        factors = list(self._attributes(layout.factors, rows))
        parameters = list(self._attributes(layout.parameters, rows))
        comments = [(comment_name(each), cells.stripped(each.position, rows)) for each in layout.comments]
        if group.name and not layout.names_its_kind:
            comments.insert(0, (layout.header, names))
        protocols = self._graph.protocols
        simple = {kind: cells.stripped(each.position, rows) for kind, each in layout.simple.items()}
        if not all(map(any, simple.values())):
            # Others write empty performers and dates everywhere, so that an empty column is one only as a comment.
            comments = [*simple.items(), *comments]
            simple = {}
        for place, (node, name) in enumerate(zip(nodes, names, strict=True)):
            found: Json = {"name": name}
            if layout.place == "processes":
                protocol = self._protocol(protocols[node], group.protocol is not None)
                found |= {"@id": self._id("process", node), "executesProtocol": {"@id": protocol}}
                found["parameterValues"] = [
                    {"category": {"@id": self._words.parameter(protocol, each.attribute.label)}}
                    | self._value(each, place)
                    for each in parameters
                ]
                found |= {kind.lower(): texts[place] for kind, texts in simple.items()}
                found |= {"inputs": [], "outputs": []}
            elif layout.place == "data":
                found |= {
                    "@id": self._id("data", node),
                    "type": layout.header if layout.names_its_kind else "Raw Data File",
                }
            elif layout.place == "reference":
                found = {"@id": self._sample(name, node)}
            else:
                found |= {"@id": self._id(layout.place.removesuffix("s"), node)}
                found["characteristics"] = [
                    {"category": {"@id": self._words.category(each.attribute.label)}} | self._value(each, place)
                    for each in characteristics
                ]
                if layout.place == "materials":
                    found["type"] = layout.header if layout.header in EXTRACTS else EXTRACTS[0]
                if layout.place == "samples":
                    found["factorValues"] = [
                        {"category": {"@id": self._words.factor(each.attribute.label)}} | self._value(each, place)
                        for each in factors
                    ]
                    if name:
                        self._words.samples.setdefault(name, found["@id"])
            found["comments"] = [{"name": label, "value": texts[place]} for label, texts in comments]
            self._objects[node] = found
            if layout.place == "processes":
                order = (int(self._graph.node_row[node]), int(self._graph.node_group[node]))
                self._processes.append((order, found))
            else:
                self._lists[layout.place].append(found)

    def _protocol(self, name: str, has_column: bool) -> str:
        if not has_column:
            return self._words.protocol("unknown", UNKNOWN)
        return self._words.protocol(name)

    def _sample(self, name: str, node: int) -> str:
        """Return the id of a sample that an assay names; one that the study lacks is declared for JSON alone."""
        known = self._words.samples.get(name)
        if known is None or not name:
            known = f"{UNDECLARED}sample/{self._graph.study[1:]}-{self._place}-{node + 1}"
            self._words.samples_elsewhere.append({"@id": known, "name": name, "characteristics": []})
            self._words.samples[name] = known
        return known

    def _attributes(self, attributes: Iterable[Attribute], rows: list[int]) -> Iterator[_Cells]:
        cells = self._graph.table.cells
        for each in attributes:
            units = cells.stripped(each.unit.position, rows) if each.unit else []
            yield _Cells(
                each,
                cells.stripped(each.column.position, rows),
                {_KEYS[role]: cells.stripped(column.position, rows) for role, column in each.terms.items()},
                units,
                {_KEYS[role]: cells.stripped(column.position, rows) for role, column in each.unit_terms.items()},
                not any(units),
            )

    def _value(self, cells: _Cells, place: int) -> Json:
        text = cells.values[place]
        terms = {key: texts[place] for key, texts in cells.terms.items()}
        if not cells.units:
            return {"value": {"annotationValue": text} | terms if terms else text}
        unit_terms = {key: texts[place] for key, texts in cells.unit_terms.items()}
        has_unit = bool(cells.units[place] or any(unit_terms.values()))
        value = {"annotationValue": text} | terms if terms else number_of(text) if has_unit else text
        if not (has_unit or cells.always_unit):
            return {"value": value}
        return {"value": value, "unit": {"@id": self._words.unit(cells.units[place], unit_terms)}}

    def _link(self) -> None:
        """Write down what leads to what."""
        following: dict[int, int] = {}
        leading: dict[int, int] = {}
        graph = self._graph
        edges = [(int(tail), int(head)) for tail, head in zip(graph.tails, graph.heads, strict=True)]
        steps = [pair for pair in edges if all(self._is_process[graph.node_group[node]] for node in pair)]
        for tail, head in steps:
            following[tail] = following.get(tail, 0) + 1
            leading[head] = leading.get(head, 0) + 1
        for tail, head in edges:
            before, after = self._objects[tail], self._objects[head]
            from_process, to_process = (self._is_process[graph.node_group[node]] for node in (tail, head))
            if from_process and to_process:
                if following[tail] == 1:
                    before["nextProcess"] = {"@id": after["@id"]}
                if leading[head] == 1:
                    after["previousProcess"] = {"@id": before["@id"]}
            elif from_process:
                before["outputs"].append({"@id": after["@id"]})
            elif to_process:
                after["inputs"].append({"@id": before["@id"]})
        for (tail, head), order in links(graph).items():
            ends = ({"@id": self._objects[node]["@id"]} for node in (tail, head))
            step: Json = {"@id": f"{self._id('process', tail)}-{head + 1}", "name": ""}
            step["executesProtocol"] = {"@id": self._words.protocol("link", LINK)}
            step |= {key: [end] for key, end in zip(("inputs", "outputs"), ends, strict=True)}
            self._processes.append((order, step))


def links(graph: Graph) -> dict[tuple[int, int], tuple[int, float]]:
    """Return the pairs of materials of which one leads to the next, and where each appears first (row and place).

    ISA-JSON knows no way from material to material but by a process: a step of no protocol stands for it.
    """
    found: dict[tuple[int, int], tuple[int, float]] = {}
    for place, (left, right) in enumerate(itertools.pairwise(graph.groups)):
        if left.material and right.material:
            for row, pair in enumerate(zip(graph.members[place], graph.members[place + 1], strict=True)):
                found.setdefault((int(pair[0]), int(pair[1])), (row, place + 0.5))
    return found
