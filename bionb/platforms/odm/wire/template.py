"""The attributes of ODM's default template, which names what a study, a sample and a data group have.

Templates can't be listed through the REST API, so the default one is written down here: frames take their column
order from it, the sandbox and the local checks their rules.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attribute:
    """One attribute of a template.

    Attributes
    ----------
    name : str
        As in the header of a metadata file; ``" / "`` groups attributes.
    number : bool
        Whether values are decimal numbers.
    required : bool
        Whether the validation summary complains when it is missing.
    terms : tuple of str
        The dictionary, if there is one.
    """

    name: str
    number: bool = False
    required: bool = False
    terms: tuple[str, ...] = ()


def _attributes(names: str, required: str = "", number: str = "", **terms: tuple[str, ...]) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(name, name in number.split(", "), name in required.split(", "), terms.get(name, ()))
        for name in names.split(", ")
    )


STUDY = _attributes(
    "genestack:accession, Study Source, Study Source ID, Study Description, Study Type, Study Design, "
    "Therapeutic Area, Contributor, Contributor Email, Release Date, Last Update Date, Import Source URL",
    required="Study Source, Study Source ID, Study Description",
)
SAMPLE = _attributes(
    "genestack:accession, Sample Source ID, Sample Name, Organism, Sex, Disease, Age, Age Unit, Tissue, Cell Type, "
    "Cell Line, Compound Treatment / Compound, Compound Treatment / Dose, Compound Treatment / Dose Unit, "
    "Data Files / Raw, Data Files / Processed, Import Source URL",
    required="Sample Source ID",
    number="Age, Compound Treatment / Dose",
    Sex=("F", "M"),
    Organism=("Homo sapiens", "Mus musculus", "Rattus norvegicus"),
)
LIBRARY = _attributes(
    "genestack:accession, Library ID, Sample Source ID, Library Type, Read Length, Library Preparation Protocol",
    required="Library ID, Sample Source ID",
)
PREPARATION = _attributes(
    "genestack:accession, Preparation ID, Sample Source ID, Digestion, Experiment Type",
    required="Preparation ID, Sample Source ID",
)
TABULAR = _attributes(
    "genestack:accession, Data Class, Experimental Platform, Data Processing Method, Scale, Genome Version, "
    "Pipeline ID, Data Files / Raw, Data Files / Processed, Import Source URL, Data Species, Name, "
    "Features (string), Features (numeric), Values (numeric)",
    required="Data Class",
)
FILE = _attributes("genestack:accession, Name, Data Class, Size, Import Source URL", number="Size")

TEMPLATES = {
    "study": STUDY,
    "sample": SAMPLE,
    "library": LIBRARY,
    "preparation": PREPARATION,
    "file": FILE,
    "tabular": TABULAR,
}
# Columns that a metadata file must have; values of the first one are unique in a file.
KEYS = {
    "samples": ("Sample Source ID", "Sample Source"),
    "libraries": ("Library ID", "Sample Source ID"),
    "preparations": ("Preparation ID", "Sample Source ID"),
    "cells": ("barcode", "batch"),
}
DATA_CLASSES = (
    "Bulk transcriptomics",
    "Single-cell transcriptomics",
    "Differential abundance (FC, pval, etc.)",
    "Pathway analysis",
    "Proteomics",
    "Single-cell proteomics",
    "Metabolomics",
    "Lipidomics",
    "Epigenomics",
    "DNA methylation",
    "Chemoinformatics",
    "Imaging features",
    "Gene panel data",
    "Biomarker data",
    "Physical measures",
    "Blood counts",
    "Other body fluid counts",
    "Long-read sequencing (Nanopore, PacBio)",
    "Flow Cytometry (FCS)",
    "Spatial transcriptomics",
    "Phenomics",
    "Copy number alterations",
    "Microbiome / Metagenomics",
    "Immune repertoire",
    "Genetic screens (CRISPR / RNAi)",
    "Cell imaging",
    "Document",
    "Other",
)
