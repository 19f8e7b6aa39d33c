"""Chips, kits, barcodes and references: the few that lessons need, with invented sequences and arguments."""

from __future__ import annotations

import random
from importlib.resources import files
from typing import Any

from bionb.platforms.torrentsuite.sandbox.store import Record, row, uri, words

# id, name, description, instrument, active
CHIPS = (
    (1, "314", "314v2", "pgm", False),
    (2, "316", "316", "pgm", False),
    (3, "318", "318v2", "pgm", False),
    (4, "314v2", "314v2", "pgm", False),
    (5, "316v2", "316v2", "pgm", False),
    (6, "318v2", "318v2", "pgm", False),
    (7, "520", "520", "S5", True),
    (9, "530", "530", "S5", True),
    (10, "540", "540", "S5", True),
    (11, "900", "PI", "proton", False),
    (14, "P1.1.17", "PI", "proton", False),
    (18, "550", "550", "S5", True),
    (19, "318select", "318 Select", "pgm", False),
    (21, "318D", "318D", "pgm", False),
    (28, "510", "510", "S5", True),
)
# kit, prefix of its barcodes, digits, how many, first number, nucleotide type
BARCODE_KITS = (
    ("IonXpress", "IonXpress_", 3, 96, 1, ""),
    ("IonXpressRNA", "IonXpressRNA_", 3, 16, 1, "rna"),
    ("IonCode Barcodes 1-32", "IonCode_", 4, 32, 101, ""),
    ("TagSequencing", "TagSequencing_", 1, 48, 1, ""),
    ("Sandbox Plates 1-20", "SandboxPlate_", 4, 1872, 1, ""),
)
# run type: description, nucleotide types of its samples, application groups
RUN_TYPES = {
    "GENS": ("Generic Sequencing", "dna", (1, 3, 4)),
    "AMPS": ("AmpliSeq DNA", "dna", (1, 6, 8, 10)),
    "TARS": ("TargetSeq", "dna", (1,)),
    "WGNM": ("Whole Genome", "dna", (1, 4)),
    "RNA": ("RNA Sequencing", "rna", (2,)),
    "AMPS_RNA": ("AmpliSeq RNA", "rna", (2, 5, 9)),
    "AMPS_EXOME": ("AmpliSeq Exome", "dna", (1,)),
    "TARS_16S": ("16S Targeted Sequencing", "dna", (3,)),
    "AMPS_DNA_RNA": ("AmpliSeq DNA and Fusions", "dna_rna", (5,)),
    "TAG_SEQUENCING": ("Tag Sequencing", "dna", (7,)),
    "MIXED": ("Mixed Samples (DNA/RNA)", "dna_rna", (9,)),
    "AMPS_HD_DNA": ("AmpliSeq HD - DNA", "dna", (1,)),
    "AMPS_HD_RNA": ("AmpliSeq HD - Fusions", "rna", (12,)),
    "AMPS_HD_DNA_RNA": ("AmpliSeq HD - DNA and Fusions (Separate Libraries)", "dna_rna", (5,)),
    "AMPS_HD_DNA_RNA_1": ("AmpliSeq HD - DNA and Fusions (Single Library)", "dna", (11,)),
}
# name, description
GROUPS = (
    ("DNA", "DNA"), ("RNA", "RNA"), ("Metagenomics", "Metagenomics"), ("Typing", "Typing"),
    ("DNA + RNA", "DNA and Fusions (Separate Libraries)"), ("PGx", "Pharmacogenomics"),
    ("onco_liquidBiopsy", "Oncology - Liquid Biopsy"), ("HID", "Human Identification"),
    ("immune_repertoire", "Immune Repertoire"), ("mutation_load", "Mutation Load"),
    ("DNA + RNA 1", "DNA and Fusions (Single Library)"), ("Fusions", "Fusions"),
)  # fmt: skip
# how the Ion Chef may prepare a sample: name, which kits can
PROTOCOLS = (
    ("anneal62no10xab", "hidSamplePrep"), ("no10xab", "protonRnaWTSamplePrep;s5RnaWTSamplePrep"),
    ("denature30_cycles45_20", "s5MyeloidSamplePrep"), ("hid_snp_510_200bp", "s5hidSamplePrep"),
    ("pcr200bp", "pcr200_400bpSamplePrep"), ("pcr400bp", "pcr200_400bpSamplePrep"),
    ("cerebro_550", "cerebro_550_cycling"),
)  # fmt: skip
ARGUMENTS = words(
    "alignmentargs analysisargs basecallerargs beadfindargs calibrateargs ionstatsargs prebasecallerargs "
    "prethumbnailbasecallerargs thumbnailalignmentargs thumbnailanalysisargs thumbnailbasecallerargs "
    "thumbnailbeadfindargs thumbnailcalibrateargs thumbnailionstatsargs"
)


def arguments(chip: str, modern: bool = True) -> dict[str, str]:
    """Return the default arguments of the analysis programs for a chip (invented); old chips have no thumbnail."""
    return {
        name: f"{name.removesuffix('args')} --chip {chip}" if modern or "thumbnail" not in name else ""
        for name in ARGUMENTS
    }


def chips() -> list[Record]:
    """Return the chip types."""
    return [
        row("chip", number, name=name, description=description, instrumentType=instrument, isActive=active, slots=1,
            earlyDatFileDeletion="", **arguments(name, instrument != "pgm"))
        for number, name, description, instrument, active in CHIPS
    ]  # fmt: skip


def kits() -> list[Record]:
    """Return the kits of ``kits.txt``: those for today's instruments, and a few old ones that are no longer active.

    A line is ``number | type [old] | name | description (= the name) | instrument | chips | run types | prepared on
    (IC: Ion Chef, OT: OneTouch) | flows | categories``; ``-`` is nothing.
    """
    text = files(__package__).joinpath("kits.txt").read_text(encoding="utf-8")
    return [_kit(*(["" if cell == "-" else cell for cell in line.split(" | ")])) for line in text.splitlines()]


def _kit(
    number: str, kind: str, name: str, description: str, instrument: str, chips: str, run_types: str, machine: str,
    flows: str, categories: str = "",
) -> Record:  # fmt: skip
    empty: dict[str, Any] = {
        "cartridgeBetweenUsageAbsoluteMaxDayLimit": None, "cartridgeExpirationDayLimit": None,
        "defaultCartridgeUsageCount": None, "defaultFlowOrder": None, "libraryReadLength": 0, "nucleotideType": "",
        "runMode": "", "parts": [],
    }  # fmt: skip
    kind, _, old = kind.partition(" ")
    return row(
        "kitinfo", 20000 + int(number), **empty, name=name, description=name if description == "=" else description,
        kitType=kind, isActive=not old, chipTypes=chips, flowCount=int(flows), samplePrep_instrumentType=machine,
        instrumentType=instrument, applicationType=run_types, categories=categories,
        uid=f"{kind[:5].upper()}{int(number):04d}",
    )  # fmt: skip


def barcodes() -> list[Record]:
    """Return the barcodes of all kits, with invented sequences: enough for three pages of the largest size."""
    chance, rows = random.Random(1), list[Record]()
    for kit, prefix, digits, count, first, kind in BARCODE_KITS:
        for index in range(first, first + count):
            rows.append(
                row("dnabarcode", len(rows) + 1, name=kit, id_str=f"{prefix}{index:0{digits}d}", index=index,
                    sequence="".join(chance.choices("ACGT", k=10)), length=10, adapter="GATTACA", type=kind,
                    active=True, annotation="", end_adapter="", end_sequence="", is_end_barcode=False, score_cutoff=2,
                    score_mode=1, system=True)
            )  # fmt: skip
    return rows


def references() -> list[Record]:
    """Return the reference genomes; one of them is not enabled."""
    known = (("hg19", "Homo sapiens", True), ("e_coli_dh10b", "E. coli DH10B", True), ("mm10", "Mus musculus", False))
    return [
        row("referencegenome", number, short_name=short, name=name, enabled=enabled, species=name, version="1",
            status="complete", index_version="tmap-f3", date="2025-11-03T09:00:00.000120+00:00", notes="", source="",
            reference_path=f"/results/referenceLibrary/tmap-f3/{short}", verbose_error="", celery_task_id="",
            identity_hash=None)
        for number, (short, name, enabled) in enumerate(known, 1)
    ]  # fmt: skip


def contents() -> list[Record]:
    """Return the uploaded region files (BED)."""
    known = ("exome_demo", "panel_demo", "Oncomine_Focus_DNA", "RNA_fusion", "hotspots_demo", "hot")
    return [
        row("content", number, name=f"{name}.bed", type="hotspot" if name.startswith("hot") else "target",
            path=f"/hg19/unmerged/detail/{name}.bed", enabled=True, extra="hg19",
            file=f"/results/uploads/BED/{number}/hg19/unmerged/detail/{name}.bed", application_tags="", description="",
            contentupload=uri("contentupload", number), publisher=uri("publisher", "BED"), notes="",
            upload_id=str(number), upload_date="2025-11-04T09:00:00.000120+00:00",
            meta={"reference": "hg19", "hotspot": name.startswith("hot")})
        for number, name in enumerate(known, 1)
    ]  # fmt: skip


def run_types() -> list[Record]:
    """Return the run types."""
    return [
        row("runtype", number, runType=name, description=description, alternate_name=description, barcode="", meta={},
            nucleotideType=kinds, isActive=True, applicationGroups=[uri("applicationgroup", each) for each in groups])
        for number, (name, (description, kinds, groups)) in enumerate(RUN_TYPES.items(), 1)
    ]  # fmt: skip


def application_groups() -> list[Record]:
    """Return the groups of applications."""
    return [
        row("applicationgroup", number, name=name, description=description, isActive=True,
            uid=f"APPLGROUP_{number:04d}", applications=[])
        for number, (name, description) in enumerate(GROUPS, 1)
    ]  # fmt: skip


def protocols() -> list[Record]:
    """Return the ways in which an Ion Chef may prepare a sample."""
    return [
        row("common_cv", number, cv_type="samplePrepProtocol", value=name, displayedValue=name, description="",
            isDefault=False, isActive=True, isVisible=True, categories=categories, samplePrep_instrumentType="IC",
            sequencing_instrumentType="", uid=f"CV{number:04d}")
        for number, (name, categories) in enumerate(PROTOCOLS, 1)
    ]  # fmt: skip


def groupings() -> list[Record]:
    """Return how samples of a plan may belong together."""
    known = ("Sample_Control", "Self", "Tumor_Normal", "Trio", "Other", "DNA and Fusions", "Single Fusions")
    return [
        row("samplegrouptype_cv", number, displayedName=name, description="", iRAnnotationType="RelationshipType",
            iRValue=name, isActive=True, uid=f"SAMPLEGROUP_CV_{number:04d}")
        for number, name in enumerate(known, 1)
    ]  # fmt: skip


def control_types() -> list[Record]:
    """Return what a sample without a patient may be."""
    known = ("", "No Template Control", "MSI On-Chip Control")
    return [
        row("sampleannotation_cv", number, annotationType="controlType", value=name, iRValue=name, isActive=True,
            isIRCompatible=True, uid=f"SAMPLEANNOTATE_CV_{number:04d}")
        for number, name in enumerate(known, 1)
    ]  # fmt: skip


def flow_orders() -> list[Record]:
    """Return the orders of nucleotide flows (invented)."""
    known = (("Sandbox steady", "TACG"), ("Sandbox samba", "TACGTACGTCTGAGCA"))
    return [
        row("floworder", number, name=name, description=f"{name} flow order", flowOrder=order, isActive=True,
            isDefault=number == 1, isSystem=True)
        for number, (name, order) in enumerate(known, 1)
    ]  # fmt: skip


def qc_types() -> list[Record]:
    """Return the kinds of quality thresholds."""
    known = (("Bead Loading (%)", 0), ("Key Signal (1-100)", 1), ("Usable Sequence (%)", 0))
    return [
        row("qctype", number, qcName=name, minThreshold=least, maxThreshold=100, defaultThreshold=30, description="")
        for number, (name, least) in enumerate(known, 1)
    ]
