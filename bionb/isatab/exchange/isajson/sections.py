"""The sections of an investigation and the objects of ISA-JSON: one table of fields for both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bionb.errors import InvalidSheet
from bionb.isatab.exchange.isajson.values import listed, text_of, textual
from bionb.isatab.model.headers import kind_of
from bionb.isatab.model.investigation import BY_NAME, SECTIONS, SectionKind, entries_of, fields_of, sections_of
from bionb.isatab.model.table import Table
from bionb.isatab.text.records import join, quote

Entry = dict[str, str]
Json = dict[str, Any]

TEXT, TERM, TERMS, PARAMETERS, COMPONENTS = "text", "term", "terms", "parameters", "components"
_WIDTH = {TEXT: 1, TERM: 3, TERMS: 3, PARAMETERS: 3, COMPONENTS: 4}
_INFO = ("identifier", "title", "description", "submissionDate", "publicReleaseDate")
_PUBLICATION = (*((key, TEXT) for key in ("pubMedID", "doi", "authorList", "title")), ("status", TERM))
_PERSON = (
    *((k, TEXT) for k in ("lastName", "firstName", "midInitials", "email", "phone", "fax", "address", "affiliation")),
    ("roles", TERMS),
)
#: For each section, where it stands in JSON (nothing: in the object itself), and the keys of its fields in their order.
PLACES: dict[str, tuple[str, Sequence[tuple[str, str]]]] = {
    "ontology_sources": ("ontologySourceReferences", [(k, TEXT) for k in ("name", "file", "version", "description")]),
    "investigation": ("", [(key, TEXT) for key in _INFO]),
    "publications": ("publications", _PUBLICATION),
    "contacts": ("people", _PERSON),
    "studies": ("", [(key, TEXT) for key in (*_INFO, "filename")]),
    "designs": ("studyDesignDescriptors", [("", TERM)]),
    "study_publications": ("publications", _PUBLICATION),
    "factors": ("factors", [("factorName", TEXT), ("factorType", TERM)]),
    "assays": (
        "assays",
        [("filename", TEXT), ("measurementType", TERM), ("technologyType", TERM), ("technologyPlatform", TEXT)],
    ),
    "protocols": (
        "protocols",
        [
            *(("name", TEXT), ("protocolType", TERM), ("description", TEXT), ("uri", TEXT), ("version", TEXT)),
            *(("parameters", PARAMETERS), ("components", COMPONENTS)),
        ],
    ),
    "study_contacts": ("people", _PERSON),
}


def entries(table: Table) -> dict[tuple[str, int], list[Entry]]:
    """Return the filled entries of each section by its name and study (from 1, or 0)."""
    found: dict[tuple[str, int], list[Entry]] = {}
    for section in sections_of(table):
        fields = fields_of(table, section)
        records = [dict(zip(fields, entry, strict=True)) for entry in entries_of(table, section)]
        found.setdefault((section.kind.name, section.study), []).extend(each for each in records if any(each.values()))
    return found


def to_object(name: str, entry: Entry) -> Json:
    """Return an entry of a section as JSON."""
    kind = BY_NAME[name]
    result: Json = {}
    for (key, form), fields in _keyed(kind):
        values = [entry.get(field, "") for field in fields]
        result |= _term(values) if not key else {key: _FORMS[form](values)}
    comments = [
        {"name": label, "value": value}
        for field, value in entry.items()
        if (label := kind_of(field)[1]) is not None and value
    ]
    return result | {"comments": comments}


def to_entry(name: str, found: Any) -> Entry:
    """Return the entry of a section that JSON describes."""
    found = textual(found, f"an entry of {name}")
    entry: Entry = {}
    for (key, form), fields in _keyed(BY_NAME[name]):
        values = _READ[form](found if not key else found.get(key), len(fields))
        entry |= dict(zip(fields, values, strict=True))
    for each in listed(found, "comments"):
        entry[f"Comment[{text_of(each.get('name'))}]"] = text_of(each.get("value"))
    return entry


def investigation_file(sections: Mapping[tuple[str, int], Sequence[Entry]], studies: int) -> bytes:
    """Return the bytes of an investigation file."""
    before = [kind for kind in SECTIONS if not kind.per_study]
    within = [kind for kind in SECTIONS if kind.per_study]
    order = [(kind, 0) for kind in before] + [(kind, number + 1) for number in range(studies) for kind in within]
    lines: list[str] = []
    for kind, number in order:
        given = sections.get((kind.name, number), [])
        lines.append(kind.heading)
        names = dict.fromkeys([*kind.fields, *(name for entry in given for name in entry)])
        lines += [join([quote(name), *(quote(entry.get(name, "")) for entry in given or [{}])]) for name in names]
    return "".join(f"{line}\n" for line in lines).encode()


def unheld(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the heading and field of what ISA-JSON has no place for."""
    for (name, _), given in entries(table).items():
        for number, entry in enumerate(given):
            back = {} if number and BY_NAME[name].single else to_entry(name, to_object(name, entry))
            for field, value in entry.items():
                if _plain(value) != _plain(back.get(field, "")):
                    yield BY_NAME[name].heading, field


def _plain(value: str) -> str:
    """Return a text; a list of nothing is nothing, with or without semicolons."""
    return value if value.strip(";") else ""


def _keyed(kind: SectionKind) -> Iterator[tuple[tuple[str, str], Sequence[str]]]:
    start = 0
    for key, form in PLACES[kind.name][1]:
        end = start + _WIDTH[form]
        yield (key, form), kind.fields[start:end]
        start = end


def _term(values: Sequence[str]) -> Json:
    value, accession, source = values
    return {"annotationValue": value, "termAccession": accession, "termSource": source}


def _items(values: Sequence[str]) -> list[tuple[str, ...]]:
    """Cut lists of the same length at their semicolons."""
    if not any(map(_plain, values)):
        return []
    lists = [value.split(";") for value in values]
    count = max(map(len, lists))
    return list(zip(*(each + [""] * (count - len(each)) for each in lists), strict=True))


def _joined(items: Sequence[Sequence[str]], width: int) -> list[str]:
    return [";".join(item[place] for item in items) for place in range(width)]


_FORMS: dict[str, Callable[[Sequence[str]], Any]] = {
    TEXT: lambda values: values[0],
    TERM: _term,
    TERMS: lambda values: [_term(item) for item in _items(values)],
    PARAMETERS: lambda values: [{"parameterName": _term(item)} for item in _items(values)],
    COMPONENTS: lambda values: [
        {"componentName": name, "componentType": _term(item)} for name, *item in _items(values)
    ],
}


def _term_texts(found: Any) -> list[str]:
    found = textual(found or {}, "a term")
    return [text_of(found.get(key)) for key in ("annotationValue", "termAccession", "termSource")]


def _terms_of(found: Any, key: str = "") -> list[list[str]]:
    if not isinstance(found or [], list):
        raise InvalidSheet(f"this ISA-JSON has {type(found).__name__} where a list of terms stands.")
    return [_term_texts(textual(each, "a term").get(key) if key else each) for each in found or []]


def _components(found: Any, width: int) -> list[str]:
    names = [[text_of(textual(each, "a component").get("componentName"))] for each in found or []]
    terms = _terms_of(found, "componentType")
    return _joined([[*name, *term] for name, term in zip(names, terms, strict=True)], width)


_READ: dict[str, Callable[[Any, int], list[str]]] = {
    TEXT: lambda found, _: [text_of(found)],
    TERM: lambda found, _: _term_texts(found),
    TERMS: lambda found, width: _joined(_terms_of(found), width),
    PARAMETERS: lambda found, width: _joined([each for each in _terms_of(found, "parameterName")], width),
    COMPONENTS: _components,
}
