"""Metrics of a report, invented but consistent: wells, reads, bases, alignments and test fragments."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

from bionb.platforms.torrentsuite.sandbox.store import words

LENGTHS = range(50, 601, 50)
QUALITIES = (7, 10, 17, 20, 47)
WELLS = {"510": 8_100_000, "520": 24_000_000, "530": 68_000_000, "540": 164_699_136, "550": 220_000_000}
THUMBNAIL = 960_000
UNUSED = words(
    "amb keypass_all_beads libKp libLive libMix lib_pass_basecaller lib_pass_cafie tfKp tfLive tfMix washout "
    "washout_ambiguous washout_dud washout_library washout_live washout_test_fragment"
)


@dataclass(frozen=True)
class Figures:
    """What was measured on a chip.

    Attributes
    ----------
    wells, excluded, bead, live, lib, tf, final : int
        Counts of wells: all, outside the flow cell, loaded, with signal, library, test fragment, usable reads.
    reads : int
        Reads in the final file.
    mean : float
        Read length in bases.
    key : int
        Key signal.
    mapped : float
        Share of the reads that align; 0 without a reference.
    genome : str
        Short name of the reference.
    """

    wells: int
    excluded: int
    bead: int
    live: int
    lib: int
    tf: int
    final: int
    reads: int
    mean: float
    key: int
    mapped: float = 0.0
    genome: str = ""


# Figures of the documents' own examples: the RNA run, and the small run of the later edition.
RNA_RUN = Figures(
    wells=164_699_136, excluded=16_543_404, bead=140_400_602, live=140_339_912, lib=139_085_639, tf=1_254_273,
    final=93_974_105, reads=93_969_124, mean=149.579903660696, key=88,
)  # fmt: skip
SMALL_RUN = Figures(
    wells=10_000, excluded=7_291, bead=2_195, live=2_195, lib=2_170, tf=25, final=1_526, reads=1_526,
    mean=127.403669724771, key=80, mapped=0.9967, genome="e_coli_dh10b",
)  # fmt: skip


def invented(seed: int, chip: str, reference: str, thumbnail: bool) -> Figures:
    """Return plausible figures that are the same in every run."""
    chance = random.Random(seed)
    wells = THUMBNAIL if thumbnail else WELLS[chip]
    excluded = int(wells * chance.uniform(0.06, 0.11))
    bead = int((wells - excluded) * chance.uniform(0.72, 0.96))
    live = int(bead * chance.uniform(0.995, 0.9999))
    tf = int(live * chance.uniform(0.004, 0.012))
    final = int((live - tf) * chance.uniform(0.45, 0.72))
    mapped = chance.uniform(0.955, 0.995) if reference else 0.0
    return Figures(
        wells, excluded, bead, live, live - tf, tf, final, final - chance.randint(0, 4000), chance.uniform(105, 215),
        chance.randint(68, 104), mapped, reference,
    )  # fmt: skip


def whole(value: float) -> float | int:
    """Return a float as the server writes it: 15 digits, and whole ones without a point."""
    value = float(f"{value:.15g}")
    return int(value) if value.is_integer() else value


def analysis(figures: Figures) -> dict[str, Any]:
    """Return the fields of ``analysismetrics``."""
    addressable = figures.wells - figures.excluded
    empty = int((addressable - figures.bead) * 0.9)
    return {
        **dict.fromkeys(UNUSED, 0),
        "adjusted_addressable": addressable,
        "bead": figures.bead,
        "dud": figures.bead - figures.live,
        "empty": empty,
        "excluded": figures.excluded,
        "ignored": (addressable - figures.bead - empty) // 2,
        "lib": figures.lib,
        "libFinal": figures.final,
        "live": figures.live,
        "loading": whole(100 * figures.bead / addressable),
        "pinned": (addressable - figures.bead - empty) // 3,
        "tf": figures.tf,
        "tfFinal": int(figures.tf * 0.95),
        "total": figures.wells,
        **{name: whole(value) for name, value in zip(("sysCF", "sysIE", "sysDR"), _phases(figures), strict=True)},
    }


def quality(figures: Figures) -> dict[str, Any]:
    """Return the fields of ``qualitymetrics``; big integers are texts, as in reality."""
    fields: dict[str, Any] = {}
    for level, share in ((0, 1.0), (17, 0.9), (20, 0.86)):
        lengths = {length: int(figures.reads * _longer(length, figures.mean)) for length in (50, 100, 150)}
        fields |= {
            f"q{level}_bases": str(int(figures.reads * figures.mean * share)),
            f"q{level}_reads": figures.reads,
            f"q{level}_max_read_length": int(figures.mean * 2.4),
            f"q{level}_mean_read_length": int(figures.mean) if level == 20 else whole(figures.mean),
            f"q{level}_median_read_length": int(figures.mean),
            f"q{level}_mode_read_length": int(figures.mean * 0.95),
            **{f"q{level}_{length}bp_reads": count for length, count in lengths.items()},
        }
    return fields


def library(figures: Figures) -> dict[str, Any]:
    """Return the fields of ``libmetrics``."""
    mapped = int(figures.reads * figures.mapped)
    size = {"hg19": 3_095_693_981, "e_coli_dh10b": 4_686_137}.get(figures.genome, 0)
    cf, ie, dr = _phases(figures)
    fields: dict[str, Any] = {
        "Genome_Version": "1" if mapped else "None",
        "Index_Version": "tmap-f3" if mapped else "None",
        "align_sample": 0 if mapped else -1,
        "aveKeyCounts": figures.key,
        "cf": whole(cf),
        "ie": whole(ie),
        "dr": whole(dr),
        "duplicate_reads": None,
        "genome": figures.genome or "None",
        "genomesize": str(size),
        "raw_accuracy": whole(round(98 + figures.key / 100, 2)) if mapped else 0,
        "sysSNR": whole(10 + figures.key / 20),
        "totalNumReads": figures.reads,
        "total_mapped_reads": str(mapped),
        "total_mapped_target_bases": str(int(mapped * figures.mean * 0.97)),
    }
    for level in QUALITIES:
        fields |= _aligned(level, mapped, figures.mean)
    return fields


def _aligned(level: int, mapped: int, mean: float) -> dict[str, Any]:
    """Return alignments at one quality: the stricter, the fewer and the shorter."""
    share = {7: 0.999, 10: 0.995, 17: 0.965, 20: 0.94, 47: 0.82}[level]
    alignments, length = int(mapped * share), mean * share * 0.97
    return {
        f"q{level}_alignments": alignments,
        f"q{level}_mapped_bases": str(int(alignments * length)),
        f"q{level}_mean_alignment_length": int(length) if mapped else 0,
        f"q{level}_longest_alignment": int(length * 2.3) if mapped else 0,
        **{f"i{size}Q{level}_reads": int(alignments * _longer(size, length)) for size in LENGTHS},
    }


def _longer(length: float, mean: float) -> float:
    """Return the share of reads of at least a length."""
    return math.exp(-((length / (1.08 * mean)) ** 4))


def _phases(figures: Figures) -> tuple[float, float, float]:
    """Return carry forward, incomplete extension and droop, in percent."""
    return 0.5 + figures.key / 400, 0.4 + figures.mean / 700, 0.05 + figures.key / 900


def fragment(figures: Figures, name: str, length: int, share: float) -> dict[str, Any]:
    """Return the fields of ``tfmetrics`` for one test fragment of a length in bases."""
    number = int(figures.tf * share)
    q17, q10 = _histogram(number, length, 0.72), _histogram(number, length, 0.8)
    return {
        "name": name,
        "sequence": "".join(random.Random(name).choices("ACGT", k=length)),
        "number": number,
        "keypass": number,
        "aveKeyCount": figures.key + 6,
        "SysSNR": whole(8.5 + length / 100),
        "Q10Mean": sum(at * count for at, count in enumerate(q10)) // number if number else 0,
        "Q17Mean": sum(at * count for at, count in enumerate(q17)) // number if number else 0,
        "Q10ReadCount": sum(q10[50:]),
        "Q17ReadCount": sum(q17[50:]),
        "Q10Histo": " ".join(map(str, q10)),
        "Q17Histo": " ".join(map(str, q17)),
        "HPAccuracy": ", ".join(f"{size} : {int(number * share * 0.985**size)}/{int(number * share)}"
                                for size, share in enumerate((60, 40, 9, 3, 1, 0, 0, 0))),
        "corrHPSNR": "",
    }  # fmt: skip


def _histogram(number: int, length: int, full: float) -> list[int]:
    """Return reads by length: most reach the fragment's end, the others stop anywhere before it."""
    rest = number - int(number * full)
    counts = [0] * 400
    for at in range(length):
        counts[at] = rest // (length + 1)
    counts[length] = number - sum(counts)
    return counts
