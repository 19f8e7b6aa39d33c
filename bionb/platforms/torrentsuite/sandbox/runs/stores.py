"""What plugins keep of their results, invented in the form of real ones: texts with units, one part a barcode."""

from __future__ import annotations

import random
from typing import Any

from bionb.platforms.torrentsuite.sandbox.runs import Report, Run

PANEL_BASES = {"AMPS_EXOME": 57_700_000, "TAG_SEQUENCING": 1_690_000, "AMPS": 22_000}


def store(run: Run, report: Report, plugin: str) -> dict[str, Any]:
    """Return the ``store`` of a plugin's result, empty where it tells nothing."""
    if (
        report.figures is None
        or not report.figures.mapped
        or report.plugins.get(plugin) != "Completed"
        or plugin not in _PARTS
    ):
        return {}
    names = [f"{run.barcodes}_{index:03d}" for index in range(3, 3 + len(run.samples))]
    parts = {
        barcode: {"Sample Name": sample, **_PARTS[plugin](run, report, barcode)}
        for barcode, sample in zip(names, run.samples, strict=True)
    }
    targets = f"{run.run_type.lower()}_demo"
    if plugin == "coverageAnalysis":
        whole = {"Library Type": "AmpliSeq", "Reference Genome": run.reference, "Targeted Regions": targets}
    else:
        whole = {"Library Type": "AmpliSeq", "Target Regions": targets, "Configuration": "Germ Line - Low Stringency"}
    if parts:
        return {**whole, "barcoded": "true", "barcodes": parts}
    return {**whole, "barcoded": "false", **_PARTS[plugin](run, report, "")}


def _coverage(run: Run, report: Report, barcode: str) -> dict[str, Any]:
    assert report.figures is not None
    chance = random.Random(f"{report.id} {barcode}")
    share = len(run.samples) + 1 if run.samples else 1
    reads = int(report.figures.reads * report.figures.mapped / share)
    on_target = chance.uniform(91, 97)
    bases = PANEL_BASES.get(run.run_type, 3_000_000)
    total = int(reads * on_target / 100 * report.figures.mean)
    depth = total / bases
    covered = {
        f"Target base coverage at {at}x": f"{min(99.5, 99.5 * (depth / at) ** 0.05) if depth > at / 3 else 0.0:.2f}%"
        for at in (1, 20, 100, 500)
    }
    return {
        "Reference (File)": run.reference,
        "Using": "All Mapped Reads",
        "Number of mapped reads": str(reads),
        "Percent reads on target": f"{on_target:.2f}%",
        "Bases in target regions": str(bases),
        "Total base reads on target": str(total),
        "Average base coverage depth": f"{depth:.1f}",
        "Uniformity of base coverage": f"{chance.uniform(88, 97):.2f}%",
        **covered,
    }


def _variants(run: Run, report: Report, barcode: str) -> dict[str, Any]:
    chance = random.Random(f"{report.id} {barcode} variants")
    size = max(12, PANEL_BASES.get(run.run_type, 3_000_000) // 1_150)
    het, hom = int(size * chance.uniform(0.55, 0.62)), int(size * chance.uniform(0.31, 0.36))
    counts = {
        "het_snps": het,
        "homo_snps": hom,
        "het_indels": int(het * 0.07),
        "homo_indels": int(hom * 0.06),
        "other": size // 45,
        "no_call": 0,
    }
    return {"hotspots": {}, "variants": {"variants": sum(counts.values()), **counts}}


_PARTS = {"coverageAnalysis": _coverage, "variantCaller": _variants}
