"""A set of files from ISA-JSON 1.0: the investigation, and for each study and assay a table of its paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from bionb.errors import InvalidSheet
from bionb.isatab.exchange.isajson.paths import Graph, Node, table_of
from bionb.isatab.exchange.isajson.sections import Entry, investigation_file, to_entry
from bionb.isatab.exchange.isajson.values import UNDECLARED, id_of, listed, text_of, textual
from bionb.isatab.model.headers import SAMPLE, SOURCE
from bionb.packed import safe_name
from bionb.warning import warn

Json = Mapping[str, Any]


class GuessedColumns(UserWarning):
    """Columns of an ISA-JSON that it does not declare; they are called by their ids."""


_SPEC = "https://isa-specs.readthedocs.io/en/latest/isajson.html"


def is_isajson(found: Any) -> bool:
    """Tell ISA-JSON of any version from other JSON, such as SODAR's export."""
    return isinstance(found, Mapping) and (isinstance(found.get("studies"), list) or "@graph" in found)


def read(found: Mapping[str, Any], name: str) -> dict[str, bytes]:
    """Return the files of a set.

    Raises
    ------
    InvalidSheet
        It is ISA-JSON of another version, or breaks the rules of this one; the message says where.
    """
    _check_version(found, name)
    sections: dict[tuple[str, int], list[Entry]] = {("investigation", 0): [to_entry("investigation", found)]}
    for section, key in (
        ("ontology_sources", "ontologySourceReferences"),
        ("publications", "publications"),
        ("contacts", "people"),
    ):
        sections[section, 0] = [to_entry(section, each) for each in _own(found, key)]
    lead = _name(found, "i_investigation.txt")
    tables: dict[str, bytes] = {}
    studies = listed(found, "studies")
    for number, study in enumerate(studies, 1):
        _read_study(study, number, sections, tables)
    return {lead: investigation_file(sections, len(studies))} | tables


def _check_version(found: Mapping[str, Any], name: str) -> None:
    if "@graph" in found:
        raise InvalidSheet(f"{name} is an RO-Crate or JSON-LD, not ISA-JSON 1.0; export it as ISA-JSON 1.0 ({_SPEC}).")
    version = text_of(found.get("version") or found.get("schemaVersion") or "1.0")
    assays = [each for study in listed(found, "studies") for each in listed(study, "assays")]
    newer = [key for each in assays for key in ("sampleList", "dataFilesList") if key in each]
    if not version.startswith("1") or newer:
        raise InvalidSheet(f"{name} is ISA-JSON of version {version}; only 1.0 is read ({_SPEC}).")


def _read_study(
    study: Json, number: int, sections: dict[tuple[str, int], list[Entry]], tables: dict[str, bytes]
) -> None:
    file = _name(study, f"s_study{number if number > 1 else ''}.txt")
    sections["studies", number] = [to_entry("studies", {**study, "filename": file})]
    for section, key in (
        ("designs", "studyDesignDescriptors"),
        ("study_publications", "publications"),
        ("factors", "factors"),
        ("protocols", "protocols"),
        ("study_contacts", "people"),
    ):
        sections[section, number] = [to_entry(section, _declared(each)) for each in _own(study, key)]
    words = _Words(study)
    _add(tables, file, table_of(_study_graph(study, words)))
    assays = []
    for place, assay in enumerate(listed(study, "assays"), 1):
        name = _name(assay, f"a_assay{number}_{place}.txt")
        assays.append(to_entry("assays", {**assay, "filename": name}))
        _add(tables, name, table_of(_assay_graph(assay, words)))
    sections["assays", number] = assays
    if words.guessed:
        warn(
            f"{file}: {len(words.guessed)} columns are declared nowhere in this ISA-JSON and called by their ids: "
            f"{', '.join(list(words.guessed.values())[:5])}",
            GuessedColumns,
        )


def _declared(found: Json) -> Json:
    """Return a protocol without the parameters that only tables name."""
    if "parameters" not in found:
        return found
    return {**found, "parameters": _own(found, "parameters")}


def _own(found: Json, key: str) -> list[Json]:
    """Return what a list declares, without what only tables name."""
    return [each for each in listed(found, key) if not id_of(each).startswith(UNDECLARED)]


def _name(found: Json, default: str) -> str:
    name = text_of(found.get("filename")) or default
    if not safe_name(name):
        raise InvalidSheet(f"this ISA-JSON names a file outside its folder: {name[:100]!r}; it is not read")
    return name


def _add(tables: dict[str, bytes], name: str, data: bytes) -> None:
    """Add a table; one may be named twice, if both say the same."""
    if tables.setdefault(name, data) != data:
        raise InvalidSheet(f"this ISA-JSON has two tables called {name!r}; give each a filename of its own.")


class _Words:
    """What ids of a study mean: protocols, parameters, factors, characteristics, units, sources and samples."""

    def __init__(self, study: Json) -> None:
        self.protocols = {id_of(each): each for each in listed(study, "protocols")}
        self.names: dict[str, str] = {}
        self.units: dict[str, Json] = {}
        self.guessed: dict[str, str] = {}
        for protocol in self.protocols.values():
            for each in listed(protocol, "parameters"):
                self.names[id_of(each)] = _annotated(each.get("parameterName"))
        for each in listed(study, "factors"):
            self.names[id_of(each)] = text_of(each.get("factorName"))
        for place in (study, *listed(study, "assays")):
            for each in listed(place, "characteristicCategories"):
                self.names[id_of(each)] = _annotated(each.get("characteristicType", each))
            for each in listed(place, "unitCategories"):
                self.units[id_of(each)] = each
        materials = textual(study.get("materials") or {}, "materials")
        self.samples = {id_of(each): each for each in listed(materials, "samples")}
        self.sources = {id_of(each): each for each in listed(materials, "sources")}

    def label(self, attribute: Json) -> str:
        """Return what an attribute is called."""
        category = textual(attribute.get("category") or {}, "a category")
        known = self.names.get(id_of(category))
        if known is not None:
            return known
        for key in ("characteristicType", "parameterName"):
            if key in category:
                return _annotated(category[key])
        return text_of(category.get("factorName")) or self._guessed(id_of(category))

    def _guessed(self, id_: str) -> str:
        """Return the word in an id that is declared nowhere; isatools leaves out some, and the id of others."""
        self.guessed[id_] = unquote(id_.rsplit("/", 1)[-1]) or "unnamed"
        return self.guessed[id_]

    def unit(self, found: Any) -> Json:
        """Return a unit: given by its id, or with its words."""
        given = textual(found, "a unit")
        return given if "annotationValue" in given else self.units.get(id_of(given), given)

    def protocol(self, process: Json) -> tuple[str, str, str]:
        """Return the id, name and type of the protocol of a process."""
        reference = textual(process.get("executesProtocol") or {}, "a protocol")
        found = self.protocols.get(id_of(reference), reference)
        return id_of(reference), text_of(found.get("name")), _annotated(found.get("protocolType"))


def _annotated(found: Any) -> str:
    return text_of(textual(found or {}, "a term").get("annotationValue"))


def _study_graph(study: Json, words: _Words) -> Graph:
    graph = Graph()
    materials = textual(study.get("materials") or {}, "materials")
    for each in words.sources.values():
        graph.add(Node.material(each, SOURCE, words))
    for each in words.samples.values():
        if not id_of(each).startswith(UNDECLARED):
            graph.add(Node.material(each, SAMPLE, words))
    for each in listed(materials, "otherMaterials"):
        graph.add(Node.material(each, text_of(each.get("type")), words))
    graph.add_processes(listed(study, "processSequence"), words)
    for each in words.samples.values():
        graph.derive(id_of(each), [id_of(source) for source in listed(each, "derivesFrom")])
    return graph


def _assay_graph(assay: Json, words: _Words) -> Graph:
    graph = Graph(linked=True)
    materials = textual(assay.get("materials") or {}, "materials")
    for each in listed(materials, "samples"):
        full = words.samples.get(id_of(each), each)
        graph.add(Node.reference(full, each, words))
    for each in listed(materials, "otherMaterials"):
        graph.add(Node.material(each, text_of(each.get("type")), words))
    for each in listed(assay, "dataFiles"):
        graph.add(Node.data(each))
    graph.add_processes(listed(assay, "processSequence"), words)
    return graph
