"""What stands in the sandbox at the start: an older study with everything linked, and the guide's walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionb.platforms.odm.sandbox.imports import BY_DATA_LINK
from bionb.platforms.odm.sandbox.links import ends, link_by_key
from bionb.platforms.odm.sandbox.store import ACCESSION

if TYPE_CHECKING:
    from bionb.platforms.odm.sandbox import OdmSandbox

GENOME = {
    ACCESSION: "GSF000107",
    "name": "Human genome of the examples",
    "organism": "Homo sapiens",
    "assembly": "GRCh38",
    "release": "107",
    "annotationUrl": "https://example.org/GRCh38.107.gtf.gz",
    "initializationStatus": "COMPLETE",
    "createdAt": "2026-01-05T12:00:00+00:00",
    "ownerEmail": "alice@example.org",
}
# Kind, file, what it is linked to, and what the import is told.
LIVER_DATA: list[tuple[str, str, str, dict[str, Any]]] = [
    ("expression", "expression.tsv", "library", {"numberOfFeatureAttributes": 2, "dataClass": "Bulk transcriptomics"}),
    (
        "expression",
        "proteomics.tsv",
        "preparation",
        {"numberOfFeatureAttributes": 2, "dataClass": "Proteomics", "measurementSeparator": "."},
    ),
    ("variant", "variants.vcf", "sample", {}),
    ("flow-cytometry", "flow.tsv", "sample", {}),
    ("cells", "cells.tsv", "library", {}),
]


def _import(box: OdmSandbox, kind: str, name: str, **wanted: Any) -> str:
    link = "dataLink" if kind in BY_DATA_LINK else "metadataLink"
    return box.jobs.finish(kind, {link: f"s3://example_data/{name.partition('_')[0]}/{name}", **wanted}, "alice")


def _link(box: OdmSandbox, kind: str, group: str, to: str, target: str) -> None:
    _, _, sources, targets, _ = ends(box.store, f"{kind}/group/{group}/to/{to}/group/{target}")
    link_by_key(sources, targets)


def _study(box: OdmSandbox, name: str) -> tuple[str, str]:
    study, samples = (_import(box, kind, f"{name}_{kind}.tsv") for kind in ("study", "samples"))
    return study, samples


def _put_into(box: OdmSandbox, study: str, samples: str) -> None:
    for each in box.store.groups[samples].members:
        box.store.entities[each].targets = [study]


def add_liver_study(box: OdmSandbox) -> None:
    """Add the older study."""
    study, samples = _study(box, "LIV2045")
    _put_into(box, study, samples)
    groups = {"sample": samples}
    for kind, plural in (("library", "libraries"), ("preparation", "preparations")):
        groups[kind] = _import(box, plural, f"LIV2045_{plural}.tsv")
    for kind in ("library", "preparation"):
        _link(box, kind, groups[kind], "sample", samples)
    for kind, name, to, options in LIVER_DATA:
        groups[kind] = _import(box, kind, f"LIV2045_{name}", **options)
        _link(box, kind.removesuffix("s"), groups[kind], to, groups[to])
    _import(box, "file", "LIV2045_protocol.txt", studyAccession=study, dataClass="Document")
    _add_cell_expression(box, "LIV2045", groups["cells"])
    box.store.genomes[GENOME[ACCESSION]] = dict(GENOME)


def add_cohort(box: OdmSandbox) -> None:
    """Add a cohort of donors with everything measured on all of them."""
    study, samples = _study(box, "COH3107")
    _put_into(box, study, samples)
    matrix = {"numberOfFeatureAttributes": 1, "dataClass": "Bulk transcriptomics"}
    for kind, name, options in (
        ("expression", "expression.tsv", matrix),
        ("variant", "variants.vcf", {}),
        ("flow-cytometry", "flow.tsv", {}),
    ):
        _link(box, kind, _import(box, kind, f"COH3107_{name}", **options), "sample", samples)
    cells = _import(box, "cells", "COH3107_cells.tsv")
    _link(box, "cell", cells, "sample", samples)
    _add_cell_expression(box, "COH3107", cells)


def _add_cell_expression(box: OdmSandbox, name: str, cells: str) -> None:
    options = {"numberOfFeatureAttributes": 1, "dataClass": "Single-cell transcriptomics"}
    _link(box, "expression", _import(box, "expression", f"{name}_cell_expression.tsv", **options), "cell", cells)


def add_walk(box: OdmSandbox, link: bool) -> None:
    """Import the study of the guide, and link it."""
    study, samples = _study(box, "GSE60871")
    metadata = "s3://example_data/GSE60871/GSE60871_expression.gct.tsv"
    options = {"metadataLink": metadata, "dataClass": "Bulk transcriptomics"}
    data = _import(box, "expression", "GSE60871_expression.gct", **options)
    if link:
        _put_into(box, study, samples)
        _link(box, "expression", data, "sample", samples)
