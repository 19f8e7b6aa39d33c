"""The study and assay tables of a new set, as columns of text in ISA-Tab's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bionb.errors import UsageError
from bionb.isatab.making.headings import ON_SAMPLE, ON_SOURCE, Field
from bionb.isatab.making.samples import Rows
from bionb.isatab.making.template import AssayPlan, Template, vocabulary
from bionb.isatab.model.headers import (
    CHARACTERISTICS,
    FACTOR,
    PARAMETER,
    PROTOCOL,
    SAMPLE,
    SOURCE,
    TERM_ACCESSION,
    TERM_SOURCE,
    UNIT,
)
from bionb.isatab.text.records import join, quote

Sheet = list[tuple[str, list[str]]]  # header and cells, column by column


@dataclass(frozen=True)
class Making:
    """What a new set is made of: the samples as text, what their columns mean, and the template."""

    rows: Rows
    fields: Sequence[Field]
    template: Template

    @property
    def samples(self) -> list[str]:
        """Names of the samples."""
        return self.values(SAMPLE)

    @property
    def sources(self) -> list[str]:
        """Names of the sources: given, or the sample's with ``-source``."""
        given = self.values(SOURCE) or [""] * len(self.samples)
        return [name or f"{sample}-source" for name, sample in zip(given, self.samples, strict=True)]

    def values(self, kind: str, label: str = "", place: str = "") -> list[str]:
        """Return the cells of one field, or nothing where no column gives it."""
        wanted = (kind, label, place)
        return next((self.rows[f.column] for f in self.fields if (f.kind, f.label, f.place) == wanted), [])

    def of(self, kind: str, place: str = "") -> list[Field]:
        """Return the fields of a kind and place that have values, in the order of the table."""
        return [f for f in self.fields if (f.kind, f.place) == (kind, place) and any(self.rows[f.column])]


def study_sheet(making: Making) -> Sheet:
    """Return the study table: source, collection, sample, each with what is known of it."""
    sheet: Sheet = [(SOURCE, making.sources)]
    for name, value in making.template.defaults.items():
        if not making.values(CHARACTERISTICS, name, ON_SOURCE):
            sheet += _with_term(f"{CHARACTERISTICS}[{name}]", [value] * len(making.samples))
    for each in making.of(CHARACTERISTICS, ON_SOURCE):
        sheet += _annotated(making, each)
    sheet += [(PROTOCOL, [making.template.collection] * len(making.samples)), (SAMPLE, making.samples)]
    for each in [*making.of(CHARACTERISTICS, ON_SAMPLE), *making.of(FACTOR), *making.of("Comment")]:
        sheet += _annotated(making, each)
    return sheet


def assay_sheet(making: Making, plan: AssayPlan) -> Sheet:
    """Return an assay table: from the samples through the steps of its plan."""
    sheet: Sheet = [(SAMPLE, making.samples)]
    before = making.samples
    for step in plan.steps:
        sheet.append((PROTOCOL, [step.protocol] * len(before)))
        for each in making.of(PARAMETER, step.protocol):
            sheet += _annotated(making, each)
        if step.run:
            sheet.append((step.run, [f"{name}-{_word(step.run)}" for name in before]))
        if step.makes:
            before = _names(making, plan, step.makes, step.named, before)
            sheet.append((step.makes, before))
    return sheet


def text(sheet: Sheet) -> bytes:
    """Return a table as the bytes of its file."""
    header = join([quote(name) for name, _ in sheet])
    rows = (join([quote(cell) for cell in row]) for row in zip(*(cells for _, cells in sheet), strict=True))
    return "".join(f"{line}\n" for line in [header, *rows]).encode()


def ontologies(sheets: Sequence[Sheet]) -> list[str]:
    """Return the ontologies that tables name, in order of appearance."""
    named = (cell for sheet in sheets for header, cells in sheet if header == TERM_SOURCE for cell in cells if cell)
    return list(dict.fromkeys(named))


def check_sources(making: Making) -> None:
    """Refuse a source of which two rows say different things: it would become two."""
    for each in making.of(CHARACTERISTICS, ON_SOURCE):
        known: dict[str, str] = {}
        for source, value in zip(making.sources, making.rows[each.column], strict=True):
            if known.setdefault(source, value) != value:
                raise UsageError(
                    f"source {source!r} has two values of {each.label!r}: {known[source]!r} and {value!r}. "
                    "A source has one; what differs between its samples needs a column of another name."
                )


def _names(making: Making, plan: AssayPlan, header: str, rule: str, before: Sequence[str]) -> list[str]:
    given = making.values(header, "", plan.name) or [""] * len(before)
    rows = zip(given, making.samples, making.sources, before, strict=True)
    return [name or rule.format(sample=sample, source=source, before=last) for name, sample, source, last in rows]


def _word(header: str) -> str:
    return header.removesuffix(" Name").lower().replace(" ", "-")


def _annotated(making: Making, field: Field) -> Iterator[tuple[str, list[str]]]:
    """Give the columns of a field: its values, its unit, its terms."""
    cells = making.rows[field.column]
    header = f"{field.kind}[{field.label}]"
    if field.unit:
        yield header, cells
        yield from _with_term(UNIT, [field.unit if cell else "" for cell in cells], vocabulary()["units"])
    elif field.accession:
        accessions, sources = making.rows[field.accession], making.rows[field.ontology]
        for sample, *term in zip(making.samples, cells, sources, accessions, strict=True):
            if any(term[1:]) and not all(term):
                raise UsageError(
                    f"sample {sample!r}: the term of {field.column!r} needs value, ontology and accession."
                )
        yield from ((header, cells), (TERM_SOURCE, sources), (TERM_ACCESSION, accessions))
    else:
        yield from _with_term(header, cells)


def _with_term(
    header: str, cells: list[str], terms: Mapping[str, Sequence[str]] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Give a column, with its terms where all of its values are in the vocabulary."""
    known = vocabulary()["terms"] if terms is None else terms
    yield header, cells
    if any(cells) and all(cell in known for cell in cells if cell):
        for position, name in enumerate((TERM_SOURCE, TERM_ACCESSION)):
            yield name, [known[cell][position] if cell else "" for cell in cells]
