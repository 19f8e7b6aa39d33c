"""Chips, kits, barcodes and references: the few that lessons need, with invented sequences and arguments."""

from __future__ import annotations

import random
from typing import Any

from bionb.platforms.torrentsuite.plan_rules import RUN_TYPES
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
# name, description, kind, chips, flows, prepared on (IC: Ion Chef, OT: OneTouch)
KITS = (
    ("Ion S5 Sequencing Kit", "Ion S5 Sequencing Kit", "SequencingKit", "", 500, ""),
    ("Ion S5 ExT Sequencing Kit", "Ion S5 ExT Sequencing Kit", "SequencingKit", "510;520;521;530", 1350, ""),
    ("Ion Xpress Plus Fragment Library Kit", "Ion Xpress Plus Fragment Library Kit", "LibraryKit", "", 0, ""),
    ("Ion AmpliSeq Library Kit Plus", "Ion AmpliSeq Library Kit Plus", "LibraryKit", "", 0, ""),
    ("Ion 520/530 Kit-OT2", "Ion 520 & Ion 530 Kit - OT2", "TemplatingKit", "520;530", 0, "OT"),
    ("Ion Chef S530 V2", "Ion 510 & Ion 520 & Ion 530 Kit-Chef", "IonChefPrepKit", "510;520;530", 0, "IC"),
    ("Ion Chef S540 V1", "Ion 540 Kit-Chef", "IonChefPrepKit", "540;541v2;560;GX5v2", 500, "IC"),
    ("Ion Chef S550 V1", "Ion 550 Kit-Chef", "IonChefPrepKit", "550;560;GX7v1", 500, "IC"),
)
# kit, prefix of its barcodes, digits, how many, first number, nucleotide type
BARCODE_KITS = (
    ("IonXpress", "IonXpress_", 3, 96, 1, ""),
    ("IonXpressRNA", "IonXpressRNA_", 3, 16, 1, "rna"),
    ("IonCode Barcodes 1-32", "IonCode_", 4, 32, 101, ""),
    ("Sandbox Plates 1-20", "SandboxPlate_", 4, 1920, 1, ""),
)
# Told as DNA by the server, although their plans may hold RNA samples.
TOLD_AS_DNA = ("TAG_SEQUENCING", "AMPS_HD_DNA_RNA_1")
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
    """Return the kits."""
    empty: dict[str, Any] = {
        "applicationType": "", "cartridgeBetweenUsageAbsoluteMaxDayLimit": None, "cartridgeExpirationDayLimit": None,
        "categories": "", "defaultCartridgeUsageCount": None, "defaultFlowOrder": None, "instrumentType": "S5",
        "isActive": True, "libraryReadLength": 0, "nucleotideType": "", "runMode": "", "parts": [],
    }  # fmt: skip
    return [
        row("kitinfo", 20000 + number, **empty, name=name, description=description, kitType=kind, chipTypes=fit,
            flowCount=flows, samplePrep_instrumentType=machine, uid=f"{kind[:5].upper()}{number:04d}")
        for number, (name, description, kind, fit, flows, machine) in enumerate(KITS, 1)
    ]  # fmt: skip


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
    known = (("exome_demo.bed", "target"), ("panel_demo.bed", "target"), ("hotspots_demo.bed", "hotspot"))
    return [
        row("content", number, name=name, type=kind, path=f"/hg19/merged/detail/{name}", enabled=True, extra="hg19",
            file=f"/results/uploads/BED/{number}/hg19/merged/detail/{name}", application_tags="", description="",
            contentupload=uri("contentupload", number), publisher=uri("publisher", "BED"), notes="",
            upload_id=str(number), upload_date="2025-11-04T09:00:00.000120+00:00", meta={"reference": "hg19"})
        for number, (name, kind) in enumerate(known, 1)
    ]  # fmt: skip


def run_types() -> list[Record]:
    """Return the run types."""
    return [
        row("runtype", number, runType=name, description=description, alternate_name=description, barcode="", meta={},
            nucleotideType="dna" if name in TOLD_AS_DNA else "_".join(kinds).lower(), isActive=True,
            applicationGroups=[uri("applicationgroup", 1)])
        for number, (name, (description, kinds)) in enumerate(RUN_TYPES.items(), 1)
    ]  # fmt: skip


def application_groups() -> list[Record]:
    """Return the groups of applications."""
    return [
        row("applicationgroup", number, name=name, description=name, isActive=True, uid=f"APPLGROUP_{number:04d}",
            applications=[])
        for number, name in enumerate(("DNA", "RNA", "Metagenomics", "Typing", "DNA + RNA"), 1)
    ]  # fmt: skip


def qc_types() -> list[Record]:
    """Return the kinds of quality thresholds."""
    known = (("Bead Loading (%)", 0), ("Key Signal (1-100)", 1), ("Usable Sequence (%)", 0))
    return [
        row("qctype", number, qcName=name, minThreshold=least, maxThreshold=100, defaultThreshold=30, description="")
        for number, (name, least) in enumerate(known, 1)
    ]
