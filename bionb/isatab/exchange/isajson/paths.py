"""A table from the nodes and processes of ISA-JSON: one row a path, one layer of columns a step of all paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Protocol, Self

from bionb.errors import InvalidSheet
from bionb.isatab.exchange.isajson.layout import AS_CHARACTERISTICS
from bionb.isatab.exchange.isajson.values import UNDECLARED, id_of, listed, text_of, textual
from bionb.isatab.model.headers import (
    CHARACTERISTICS,
    COMMENT,
    DATA,
    FACTOR,
    MATERIALS,
    PARAMETER,
    PROCESS_NAMES,
    PROTOCOL,
    SAMPLE,
    TERM_ACCESSION,
    TERM_SOURCE,
    UNIT,
    kind_of,
)
from bionb.isatab.text.records import join, quote

#: More rows than this are no table that anybody means: pools of everything with everything.
MOST_ROWS = 1_048_576
#: What ISA-Tab calls the run of a process of this type, where ISA-JSON does not say.
_RUNS = {
    "mass spectrometry": "MS Assay Name",
    "nmr spectroscopy": "NMR Assay Name",
    "nucleic acid hybridization": "Hybridization Assay Name",
    "data collection": "Scan Name",
    "data normalization": "Normalization Name",
    "normalization": "Normalization Name",
    "data transformation": "Data Transformation Name",
}
_TERMS = (("termSource", TERM_SOURCE), ("termAccession", TERM_ACCESSION))

_SECONDARY = (UNIT, TERM_SOURCE, TERM_ACCESSION)

#: What tells a column of a node: its header, and which of those it is.
Key = tuple[str, str]


class Words(Protocol):
    """What ids mean; see `reading`."""

    def label(self, attribute: Any) -> str:
        """Return what an attribute is called."""

    def unit(self, found: Any) -> Any:
        """Return a unit: given by its id, or with its words."""

    def protocol(self, process: Any) -> tuple[str, str, str]:
        """Return the id, name and type of the protocol of a process."""


@dataclass
class Node:
    """A material, data file or process with its cells in the order of their columns.

    ``kind`` is what nodes of one layer share: the header of its name, and whether it is a process.
    """

    id: str
    kind: str
    name: str
    cells: list[tuple[str, str]]
    step: str = ""

    @classmethod
    def material(cls, found: Any, header: str, words: Words) -> Self:
        """Return a source, sample or other material."""
        name = text_of(found.get("name"))
        comments = list(_comments(found))
        header, comments = _called(header or "Extract Name", comments)
        cells = [(header, name)]
        for key, kind in (("characteristics", CHARACTERISTICS), ("factorValues", FACTOR)):
            for each in listed(found, key):
                if not each.get("category") and each.get("value") in ("", None):
                    continue  # isatools writes nothing of nothing
                label = words.label(each)
                bare = kind == CHARACTERISTICS and label in AS_CHARACTERISTICS
                cells += _value(label if bare else f"{kind}[{label}]", each, words)
        return cls(id_of(found), header, name, cells + comments)

    @classmethod
    def reference(cls, sample: Any, found: Any, words: Words) -> Self:
        """Return a sample as an assay names it."""
        comments = _comments(found) if found is not sample else ()
        name = text_of(sample.get("name"))
        return cls(id_of(found), SAMPLE, name, [(SAMPLE, name), *comments])

    @classmethod
    def data(cls, found: Any) -> Self:
        """Return a data file."""
        header, comments = _called(text_of(found.get("type")) or "Raw Data File", list(_comments(found)))
        name = text_of(found.get("name"))
        return cls(id_of(found), header, name, [(header, name), *comments])

    @classmethod
    def process(cls, found: Any, words: Words) -> Self:
        """Return a process; its run has a column where it is named, or a comment says so."""
        id_, protocol, type_ = words.protocol(found)
        name = text_of(found.get("name"))
        comments = list(_comments(found))
        default = _RUNS.get(type_.lower(), "Assay Name") if name else ""
        header, comments = _called(default, comments)
        if not header and comments and comments[0][0] in PROCESS_NAMES:
            header, comments = comments[0][0], comments[1:]
        cells = [] if id_ == f"{UNDECLARED}protocol/unknown" else [(PROTOCOL, protocol)]
        for each in listed(found, "parameterValues"):
            cells += _value(f"{PARAMETER}[{words.label(each)}]", each, words)
        if header:
            cells.append((header, name))
        cells += [(each.capitalize(), text_of(found[each])) for each in ("performer", "date") if found.get(each)]
        step = "link" if id_ == f"{UNDECLARED}protocol/link" else protocol or "none"
        return cls(
            id_of(found),
            f"process {header}" if not cells or cells[0][0] != PROTOCOL else "process",
            name,
            cells + comments,
            step,
        )


def _called(header: str, comments: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Return the header of a name: what the first comment says, or what the type says."""
    if comments and comments[0][0] in (*MATERIALS, *DATA, *PROCESS_NAMES):
        return comments[0][0], comments[1:]
    return header, comments


def _comments(found: Any) -> Iterator[tuple[str, str]]:
    for each in listed(found, "comments"):
        name = text_of(each.get("name"))
        yield name if kind_of(name)[0] else f"{COMMENT}[{name}]", text_of(each.get("value"))


def _value(header: str, found: Any, words: Words) -> Iterator[tuple[str, str]]:
    """Give the cells of a value: itself, its terms, its unit, the unit's terms."""
    value = found.get("value")
    yield from _with_terms(header, value if isinstance(value, Mapping) else {"annotationValue": value})
    if found.get("unit") is not None:
        yield from _with_terms(UNIT, words.unit(found["unit"]))


def _with_terms(header: str, found: Any) -> Iterator[tuple[str, str]]:
    found = textual(found, f"the value of {header}")
    yield header, text_of(found.get("annotationValue"))
    for key, name in _TERMS:
        if key in found:
            yield name, text_of(found[key])


@dataclass
class Graph:
    """Nodes by their ids, and what leads to what.

    ``linked`` tells that nodes without a way are none of the table: an assay may list more samples than it measures.
    """

    linked: bool = False
    nodes: dict[str, Node] = field(default_factory=dict)
    following: dict[str, list[str]] = field(default_factory=dict)
    leading: dict[str, list[str]] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)

    def add(self, node: Node) -> None:
        """Add a node."""
        if not node.id:
            raise InvalidSheet(
                f"this ISA-JSON has a {node.kind} {node.name!r} without '@id', so nothing can lead to it."
            )
        self.nodes.setdefault(node.id, node)

    def add_processes(self, found: Sequence[Any], words: Words) -> None:
        """Add processes with what goes in and what comes out."""
        for number, each in enumerate(found):
            self.add(Node.process(each, words))
            self.order[id_of(each)] = number
        direct = []
        for each in found:
            here = id_of(each)
            for end in listed(each, "inputs"):
                self._edge(id_of(end), here)
            for end in listed(each, "outputs"):
                self._edge(here, id_of(end))
            direct += [(id_of(each[key]), here) for key in ("previousProcess",) if each.get(key)]
            direct += [(here, id_of(each[key])) for key in ("nextProcess",) if each.get(key)]
        for before, after in direct:
            if before in self.nodes and after in self.nodes and not self._linked(before, after):
                self._edge(before, after)

    def derive(self, sample: str, sources: Sequence[str]) -> None:
        """Let a sample that no process makes come from its sources."""
        for source in sources if sample in self.nodes and sample not in self.leading else ():
            self._edge(source, sample)

    def _edge(self, before: str, after: str) -> None:
        for end in (before, after):
            if end not in self.nodes:
                raise InvalidSheet(f"this ISA-JSON has a process of {end!r}, which is nowhere among its materials.")
        if after not in self.following.setdefault(before, []):
            self.following[before].append(after)
            self.leading.setdefault(after, []).append(before)

    def _linked(self, before: str, after: str) -> bool:
        """Tell whether a material leads from one process to the next."""
        return any(after in self.following.get(each, ()) for each in self.following.get(before, ()))

    def paths(self) -> list[list[Node]]:
        """Return all ways from a start to an end, in the order in which their last processes stand."""
        found: list[list[str]] = []
        for start in self.nodes:
            alone = start not in self.following
            if start not in self.leading and not (alone and (start in self.order or (self.following and self.linked))):
                self._walk(start, found)
        if not found and self.nodes:
            raise InvalidSheet("this ISA-JSON has processes that lead back to themselves; no table can be made of it.")
        keyed = sorted(found, key=lambda path: max((self.order.get(each, -1) for each in path), default=-1))
        return [[self.nodes[each] for each in path] for path in keyed]

    def _walk(self, start: str, found: list[list[str]]) -> None:
        waiting = [(start, [start])]
        while waiting:
            here, path = waiting.pop()
            ends = self.following.get(here, [])
            if not ends:
                found.append(path)
                if len(found) > MOST_ROWS:
                    raise InvalidSheet(f"this ISA-JSON has a table of more than {MOST_ROWS} rows; it is not read.")
            for end in reversed(ends):
                if end in path:
                    raise InvalidSheet(
                        f"this ISA-JSON has a way from {end!r} back to itself; no table can be made of it."
                    )
                waiting.append((end, [*path, end]))


def table_of(graph: Graph) -> bytes:
    """Return the bytes of a table with one row a path."""
    paths = [[node for node in path if node.step != "link"] for path in graph.paths()]
    layers, rows = _layered(paths)
    columns = [_columns([row[place] for row in rows]) for place in range(len(layers))]
    lines = [join([quote(key[0]) for layer in columns for key in layer])]
    for row in rows:
        cells: list[str] = []
        for layer, node in zip(columns, row, strict=True):
            known = dict(_keyed(node)) if node else {}
            cells += [quote(known.get(key, "")) for key in layer]
        lines.append(join(cells))
    return "".join(f"{line}\n" for line in lines if columns).encode()


def _columns(nodes: Sequence[Node | None]) -> list[Key]:
    """Return the columns of a layer: those of all its nodes, in an order that fits each of them."""
    columns: list[Key] = []
    seen: set[tuple[Key, ...]] = set()
    for node in nodes:
        keys = tuple(key for key, _ in _keyed(node)) if node else ()
        if keys not in seen:
            seen.add(keys)
            columns = list(dict.fromkeys(_merged(columns, list(keys))))
    return columns


def _keyed(node: Node) -> Iterator[tuple[Key, str]]:
    """Give the cells of a node by their columns; a unit or term is known by what it belongs to."""
    counts: dict[str, int] = {}
    owner = ""
    for header, text in node.cells:
        word = f"{owner}/{header}" if header in _SECONDARY else header
        number = counts[word] = counts.get(word, -1) + 1
        key = (header, f"{word}.{number}")
        if header in (UNIT,) or header not in _SECONDARY:
            owner = key[1]
        yield key, text


def _merged(left: list[Any], right: list[Any]) -> list[Any]:
    """Return a list that has both in their order, as far as they agree on one."""
    if not left or left == right:
        return right
    merged: list[Any] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        merged += left[i:i_end]
        merged += right[j:j_end] if tag != "equal" else []
    return merged


def _layered(paths: Sequence[Sequence[Node]]) -> tuple[list[str], list[list[Node | None]]]:
    """Put the steps of all paths into layers: alike where all paths are, else by their protocols."""
    kinds = {tuple(node.kind for node in path) for path in paths}
    if len(kinds) <= 1:
        return list(next(iter(kinds), ())), [list(path) for path in paths]
    # Of processes in paths of different length only the protocol says which is which.
    named = [[f"{node.kind}\0{node.step}" for node in path] for path in paths]
    layers: list[str] = []
    for each in dict.fromkeys(map(tuple, named)):
        layers = _merged(layers, list(each))
    return layers, [_placed(layers, path, steps) for path, steps in zip(paths, named, strict=True)]


def _placed(layers: Sequence[str], path: Sequence[Node], steps: Sequence[str]) -> list[Node | None]:
    """Return a path with gaps where it has no step of a layer."""
    row: list[Node | None] = []
    place = 0
    for layer in layers:
        fits = place < len(steps) and steps[place] == layer
        row.append(path[place] if fits else None)
        place += fits
    if place < len(steps):
        raise InvalidSheet(
            f"this ISA-JSON has paths whose steps stand in no common order ({path[place].step or path[place].kind})."
        )
    return row
