"""The invented data: every example of the API overview has something to show."""

from __future__ import annotations

import json
from pathlib import Path

from bionb.platforms.sevenbridges.sandbox.store import BILLING, ManyFiles, Record, Store, as_input, progress

USERS = ("RFranklin", "john_doe", "viewer")
MINE, EXPERIMENTS = "RFranklin/my-project", "RFranklin/rfranklins-experiments"
SEED_FILES = {
    "562785e6e4b00a1d67a8b1aa": "example_human_known_indels.vcf",
    "5602a18fe4b03d3ad9f1547b": "WES_human_Illumina.pe_1.fastq",
    "5602a18fe4b03d3ad9f15481": "WES_human_Illumina.pe_2.fastq",
}
FIRST_READS = "564a31c1e4b0ef12181758b0"
MB = 1_000_000
OUTCOMES = {14: ("FAILED", "Insufficient memory in step align."), 15: ("ABORTED", "Aborted by user.")}


def fill(store: Store, state: str) -> None:
    """Fill a new store with a named state: ``default``, ``empty`` (an account without projects) or ``large``."""
    store.users |= {name: _user(name) for name in USERS}
    store.billing[BILLING] = {
        "id": BILLING,
        "owner": "RFranklin",
        "name": "Demo funds",
        "type": "free",
        "pending": False,
        "disabled": False,
        "balance": {"currency": "USD", "amount": 87.5},
    }
    if state == "empty":
        return
    for part in (_projects, _my_project, _folders, _small_projects, _invoices, _volume):
        part(store)
    if state == "large":
        _many(store, "large-cohort", "Large cohort", 100_000)


def _user(name: str) -> Record:
    return {
        "username": name,
        "email": f"{name.lower()}@example.org",
        "first_name": name.split("_")[0].title(),
        "last_name": "Demo",
        "affiliation": "Demo Institute",
        **dict.fromkeys(("phone", "address", "city", "state"), ""),
        "country": "United States",
        "zip_code": "",
        "role": "MEMBER",
    }


def _projects(store: Store) -> None:
    store.add_project("RFranklin", "my-project", "my-project", BILLING, members=["john_doe"])
    store.members[MINE]["viewer"] = {"read": True}
    store.add_project("RFranklin", "rfranklins-experiments", "RFranklin's experiments", BILLING)
    store.add_project("john_doe", "project1", "project1", BILLING, members=["RFranklin"])
    store.add_project("john_doe", "project2", "Project 2", BILLING, members=["RFranklin"])
    _many(store, "many-samples", "Many samples", 950)
    for name, revisions in json.loads((Path(__file__).parent / "data" / "apps.json").read_text("utf-8")).items():
        for raw in revisions:
            store.add_app(name, raw)


def _many(store: Store, short: str, name: str, count: int) -> None:
    project = store.add_project("RFranklin", short, name, BILLING)
    store.many[project["root_folder"]] = ManyFiles(project["id"], project["root_folder"], count)


def _my_project(store: Store) -> None:
    """70 files: 16 samples with two FASTQ files, one BAM and one VCF each, and six more."""
    for number in range(16):
        _sample(store, f"S{number + 1:02d}", number)
    for number, (file_id, name) in enumerate(SEED_FILES.items()):
        metadata = {"sample_id": "WES", "paired_end": str(number)} if number else {}
        store.add_file(MINE, name, (12 + number) * MB, file_id=file_id, metadata=metadata)
    store.add_file(MINE, "human_reference.fasta", 3100 * MB, tags=["reference"])
    store.add_file(MINE, "run_report.html", 18_400, tags=["report"])
    store.add_file(MINE, "corrupt_reads.fastq", 2 * MB, metadata={"sample_id": "S99"})
    merge = f"{MINE}/bamtools-merge-2-4-0/0"
    bams = [as_input(each) for each in store.files.values() if each["name"] in ("S01.bam", "S02.bam")]
    store.add_task("Merge S01 and S02", MINE, merge, {"input_bam": bams})
    inputs, queued = {"input_bam": bams, "output_name": "both.bam"}, progress("In queue", 0)
    store.add_task("Merge with a report", MINE, merge, inputs, status="QUEUED", execution_status=queued)


def _sample(store: Store, sample: str, number: int) -> None:
    metadata = {
        "sample_id": sample,
        "case_id": f"C{number // 2 + 1:02d}",
        "sample_type": "Primary Tumor" if number % 2 else "Blood Derived Normal",
        "library": f"lib-{number % 4 + 1}",
        "platform": "Illumina",
        "experimental_strategy": "WXS",
        "investigation": "DEMO",
    }
    reads = []
    for end in (1, 2):
        given, size = FIRST_READS if (number, end) == (0, 1) else "", (310 + 7 * number) * MB + end
        more: Record = {"file_id": given, "tags": ["raw"], "metadata": {**metadata, "paired_end": str(end)}}
        reads.append(as_input(store.add_file(MINE, f"{sample}_{end}.fastq.gz", size, **more)))
    task = _alignment(store, sample, number, reads)
    bam, _ = (
        store.add_file(MINE, f"{sample}.{kind}", size * MB, origin={"task": task["id"]}, metadata=dict(metadata))
        for kind, size in (("bam", 820 + 11 * number), ("vcf", 4 + number % 3))
    )
    if task["status"] == "COMPLETED":
        task["outputs"] = {"aligned": as_input(bam)}


def _alignment(store: Store, sample: str, number: int, reads: list[Record]) -> Record:
    status, words = OUTCOMES.get(number, ("COMPLETED", "Done"))
    first, minutes = 8 + number % 8, 24 + (number * 17) % 41
    hour, minute = divmod(60 * first + 4 + minutes, 60)
    computation, storage = round(minutes * 0.0115, 4), round(minutes * 0.001, 4)
    costs = {"computation": computation, "storage": storage, "data_transfer": 0}
    return store.add_task(
        f"Align {sample}",
        MINE,
        f"{MINE}/exome-alignment/1",
        {"Reads_FASTQ": reads, "Offset": 2},
        status=status,
        created_time=f"2026-01-04T{first:02d}:00:00Z",
        start_time=f"2026-01-04T{first:02d}:04:05Z",
        end_time=f"2026-01-04T{hour:02d}:{minute:02d}:05Z",
        price={"currency": "USD", "amount": round(minutes * 0.0125, 4), "breakdown": costs},
        execution_status=progress(words, 3),
    )


def _folders(store: Store) -> None:
    reads = store.add_folder(EXPERIMENTS, "reads")
    for lane in ("lane1", "lane2"):
        folder = store.add_folder(EXPERIMENTS, lane, reads["id"])["id"]
        for end, sample in (("1", "DNA42"), ("1", "DNA51"), ("2", "DNA42"), ("2", "DNA51")):
            store.add_file(EXPERIMENTS, f"{sample}_{lane}_{end}.fastq.gz", 95 * MB, parent=folder)
    results = store.add_folder(EXPERIMENTS, "results")["id"]
    quality = store.add_folder(EXPERIMENTS, "quality", results)["id"]
    store.add_file(EXPERIMENTS, "DNA51.vcf", 3 * MB, parent=results)
    store.add_file(EXPERIMENTS, "summary.html", 21_000, parent=quality)
    store.add_file(EXPERIMENTS, "notes.txt", 1_200)


def _small_projects(store: Store) -> None:
    """Add files and tasks to the other projects, so that costs can be compared."""
    for number in range(1, 13):
        name, metadata = f"scan_{number:02d}.tiff", {"sample_id": f"P{number:02d}"}
        store.add_file("john_doe/project1", name, (40 + number) * MB, metadata=metadata)
    alias = {"type": "VOLUME", "volume": "RFranklin/lab_bucket", "location": "cohort/cohort.bam"}
    store.add_file("john_doe/project2", "cohort.bam", 5200 * MB, storage=alias)
    kept = {"status": "COMPLETED", "created_by": "john_doe", "created_time": "2026-01-03T09:00:00Z"}
    kept |= {"start_time": "2026-01-03T09:02:00Z", "end_time": "2026-01-03T09:40:00Z"}
    rows = (("project1", "Quality of P01", 0.31), ("project1", "Quality of P02", 0.28), ("project2", "Cohort", 3.6))
    for project, name, amount in rows:
        price = {"currency": "USD", "amount": amount}
        store.add_task(name, f"john_doe/{project}", "john_doe/project1/read-quality/0", {}, price=price, **kept)


def _invoices(store: Store) -> None:
    for number, month in enumerate(("10", "11", "12")):
        analysis, storage = 4.25 + number, 1.5 + number / 4
        invoice = {
            "invoice_id": f"INV-2025-{month}",
            "pending": month == "12",
            "approval_date": None if month == "12" else f"2025-{month}-30T12:00:00Z",
            "analysis_costs": {"currency": "USD", "amount": analysis},
            "storage_costs": {"currency": "USD", "amount": storage},
            "total": {"currency": "USD", "amount": analysis + storage},
            "invoice_period": {"from": f"2025-{month}-01T00:00:00Z", "to": f"2025-{month}-28T00:00:00Z"},
        }
        store.invoices.append(invoice)


def _volume(store: Store) -> None:
    service = {"type": "s3", "bucket": "demo-lab-bucket", "prefix": ""}
    known = {"name": "lab_bucket", "description": "The laboratory's own bucket", "access_mode": "RW"}
    volume = store.add_volume("RFranklin/lab_bucket", service, **known)["id"]
    names = ["cohort/cohort.bam", *(f"reads/sample_{number}.fastq.gz" for number in range(1, 6)), "readme.txt"]
    store.objects[volume] = [{"location": name, "volume": volume, "type": "s3", "metadata": {}} for name in names]
