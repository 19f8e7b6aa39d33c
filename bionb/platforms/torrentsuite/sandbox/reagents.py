"""Chips and barcodes: the few that lessons need, with invented sequences and arguments."""

from __future__ import annotations

import random

from bionb.platforms.torrentsuite.sandbox.store import Record, row, words

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
