"""The runs of the sandbox: the three documented ones, and invented ones behind them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bionb.platforms.torrentsuite.sandbox.runs.metrics import RNA_RUN, SMALL_RUN, Figures, invented

NEWEST = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)
STATUSES = ("Completed",) * 12 + ("Error in Alignment", "Completed with 1 error", "Signal Processing", "Pending")
# The classes of these statuses; the server knows no other of them.
CLASSES = {
    "Completed": "Completed", "Error in Alignment": "Error", "Completed with 1 error": "Error",
    "Signal Processing": "Progress", "Pending": "Other",
}  # fmt: skip
ASSAYS = (
    # name, chip, run type, reference, barcode kit
    ("cfDNA panel", "530", "TAG_SEQUENCING", "hg19", "IonXpress"),
    ("AmpliSeq exome", "540", "AMPS_EXOME", "hg19", "IonXpress"),
    ("E coli control", "520", "GENS", "e_coli_dh10b", "IonXpress"),
    ("whole transcriptome", "550", "RNA", "", "IonXpressRNA"),
    ("hotspot panel", "510", "AMPS", "hg19", "IonCode Barcodes 1-32"),
)
UNKNOWN = "Importing Failed"
PLUGINS = ("coverageAnalysis", "variantCaller", "sampleID", "FileExporter", "molecularCoverageAnalysis")
STATES = ("Completed",) * 8 + ("Error", "Started", "Declined", "Pending")
DOCUMENTED_STATES = {
    "DataExport": "Completed",
    "ERCC_Analysis": "Completed",
    "sampleID": "Error",
    "coverageAnalysis": "Error",
    "AssemblerSPAdes": "Started",
    "FilterDuplicates": "Completed",
    "RunTransfer": "Completed",
}


@dataclass(frozen=True)
class Report:
    """One report of a run; without figures it has no metrics."""

    id: int
    name: str
    status: str
    at: datetime
    figures: Figures | None
    plugins: dict[str, str] = field(default_factory=dict)
    thumbnail: bool = False


@dataclass(frozen=True)
class Run:
    """One run of a chip with its reports, the newest first."""

    id: int
    name: str
    shown: str
    chip: str
    run_type: str
    reference: str
    barcodes: str
    at: datetime
    reports: tuple[Report, ...]
    samples: tuple[str, ...] = ()
    transfer: str = "Complete"
    log: dict[str, str] = field(default_factory=dict)


def documented() -> list[Run]:
    """Return the three runs of the documents, oldest first, with the reports in the order in which they are printed."""
    day, first = timedelta(days=1), NEWEST + timedelta(days=30)
    exome = invented(90, "540", "hg19", False)
    cf_dna = invented(89, "530", "hg19", False)
    small = Report(6, "S5-540_AmpliSeqExome", UNKNOWN, first + 2 * day, None)
    return [
        Run(91, "S5-540_WholeTranscriptomeRNA", "S5-540 WholeTranscriptomeRNA", "540", "RNA", "", "IonXpressRNA",
            first - 8 * day,
            (Report(3, "Auto_S5-540_WholeTranscriptomeRNA_91", UNKNOWN, first, RNA_RUN, DOCUMENTED_STATES),)),
        Run(90, "S5-540_AmpliSeqExome", "S5-540 AmpliSeqExome", "540", "AMPS_EXOME", "hg19", "IonXpress",
            first - 9 * day,
            (small, Report(2, "Auto_S5-540_AmpliSeqExome_90", "Completed", first + day, exome,
                           {"coverageAnalysis": "Completed", "variantCaller": "Completed"}))),
        Run(89, "S5-530_cfDNA", "S5-530 cfDNA", "530", "TAG_SEQUENCING", "hg19", "IonXpress", first - 10 * day,
            (Report(5, "Reanalyze", "Completed", first + 5 * day, SMALL_RUN, {"coverageAnalysis": "Completed"}),
             Report(4, "S5-530_cfDNA", "Completed", first + 4 * day, cf_dna),
             Report(1, "Auto_S5-530_cfDNA_89", "Completed", first + 3 * day, cf_dna, {"coverageAnalysis": "Error"})),
            ("plasma 1", "plasma 2")),
    ]  # fmt: skip


def on_instruments() -> list[Run]:
    """Return two runs of the last hours: one sends its data still, one is analysed; its chip has four lanes."""
    at = NEWEST + timedelta(days=35, hours=-3)
    lanes = ("hotspot panel", "hotspot panel", "cfDNA panel", "")
    log = {f"LanesActive{number}": "yes" if assay else "no" for number, assay in enumerate(lanes, 1)}
    log |= {f"LanesAssay{number}": assay for number, assay in enumerate(lanes, 1) if assay}
    return [
        Run(1101, "S5-530_hotspot_new", "S5-530 hotspot new", "530", "AMPS", "hg19", "IonXpress", at,
            (Report(2101, "Auto_S5-530_hotspot_new_1101", "Pending", at, None),), ("donor 31-1",), "Transferring"),
        Run(1102, "GX5v2_four_lanes", "GX5v2 four lanes", "GX5v2", "AMPS", "hg19", "IonXpress", at - timedelta(hours=5),
            (Report(2102, "Auto_GX5v2_four_lanes_1102", "Signal Processing", at + timedelta(hours=1), None),),
            ("donor 32-1", "donor 32-2"), log=log),
    ]  # fmt: skip


def project_of(run: Run) -> int:
    """Return the number of a run's project: liquid biopsies have one of their own."""
    return 2 if "cfDNA" in run.name else 1


def more(count: int) -> list[Run]:
    """Return invented runs, the newest first: each with a report of the whole chip and one of the thumbnail."""
    return [_run(number) for number in range(1, count + 1)]


def _run(number: int) -> Run:
    chance = random.Random(number)
    assay, chip, run_type, reference, barcodes = ASSAYS[number % len(ASSAYS)]
    at = NEWEST - timedelta(days=2 * number, minutes=7 * (number % 13))
    name = f"S5-{chip} {assay} {number:03d}"
    first = 5 + 2 * number
    run = 1000 - number if number < 900 else 1000 + number
    status = chance.choice(STATUSES)
    reports = tuple(
        Report(
            first + thumbnail,
            f"Auto_{name.replace(' ', '_')}" + ("_tn" if thumbnail else ""),
            "Completed" if thumbnail else status,
            at + timedelta(hours=9 - 2 * thumbnail, milliseconds=100 + number % 800),
            invented(10 * number + thumbnail, chip, reference, bool(thumbnail)) if status != "Pending" else None,
            {} if thumbnail else {each: chance.choice(STATES) for each in chance.sample(PLUGINS, 3)},
            bool(thumbnail),
        )
        for thumbnail in (0, 1)
    )
    samples = tuple(f"donor {number % 23:02d}-{each}" for each in range(1, 1 + number % 3))
    return Run(run, name.replace(" ", "_"), name, chip, run_type, reference, barcodes, at, reports, samples)
