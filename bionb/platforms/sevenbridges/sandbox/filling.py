"""The invented data: every example of the API overview has something to show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bionb.platforms.sevenbridges.sandbox.store import BILLING, ManyFiles, Record, Store, as_input, progress

USERS = ("RFranklin", "john_doe", "viewer")
MINE = "RFranklin/my-project"
FIRST_READS = "564a31c1e4b0ef12181758b0"
MB = 1_000_000
OUTCOMES = {14: ("FAILED", "Insufficient memory in step align."), 15: ("ABORTED", "Aborted by user.")}


def fill(store: Store, state: str) -> None:
    """Fill a new store with a named state: ``default``, ``empty`` (an account without projects) or ``large``."""
    known = _data("account")
    store.users |= {each["username"]: each for each in known["users"]}
    store.billing |= {each["id"]: each for each in known["billing"]}
    if state == "empty":
        return
    store.invoices += known["invoices"]
    for part in (_projects, _my_project, _other_projects, _volume):
        part(store)
    if state == "large":
        _many(store, "large-cohort", "Large cohort", 100_000)


def _data(name: str) -> Any:
    return json.loads((Path(__file__).parent / "data" / f"{name}.json").read_text("utf-8"))


def _projects(store: Store) -> None:
    store.add_project("RFranklin", "my-project", "my-project", BILLING, members=["john_doe"])
    store.members[MINE]["viewer"] = {"read": True}
    store.add_project("RFranklin", "rfranklins-experiments", "RFranklin's experiments", BILLING)
    store.add_project("john_doe", "project1", "project1", BILLING, members=["RFranklin"])
    store.add_project("john_doe", "project2", "Project 2", BILLING, members=["RFranklin"])
    _many(store, "many-samples", "Many samples", 950)
    for name, revisions in _data("apps").items():
        for raw in revisions:
            store.add_app(name, raw)


def _many(store: Store, short: str, name: str, count: int) -> None:
    project = store.add_project("RFranklin", short, name, BILLING)
    store.many[project["root_folder"]] = ManyFiles(project["id"], project["root_folder"], count)


def _my_project(store: Store) -> None:
    """70 files: 16 samples with two FASTQ files, one BAM and one VCF each, and six more."""
    for number in range(16):
        _sample(store, f"S{number + 1:02d}", number)
    _files(store, "my-project")
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


def _files(store: Store, part: str) -> None:
    """Add files and folders; a folder has no size."""
    folders: dict[tuple[str, str], str] = {}
    for project, folder, name, size, more in _data("files")[part]:
        parent = folders.get((project, folder), "")
        if size is None:
            folders[project, f"{folder}/{name}".lstrip("/")] = store.add_folder(project, name, parent)["id"]
        else:
            store.add_file(project, name, size, parent=parent, **more)


def _other_projects(store: Store) -> None:
    """Add files and tasks to the other projects, so that costs can be compared."""
    _files(store, "other projects")
    kept = {"status": "COMPLETED", "created_by": "john_doe", "created_time": "2026-01-03T09:00:00Z"}
    kept |= {"start_time": "2026-01-03T09:02:00Z", "end_time": "2026-01-03T09:40:00Z"}
    rows = (("project1", "Quality of P01", 0.31), ("project1", "Quality of P02", 0.28), ("project2", "Cohort", 3.6))
    for project, name, amount in rows:
        price = {"currency": "USD", "amount": amount}
        store.add_task(name, f"john_doe/{project}", "john_doe/project1/read-quality/0", {}, price=price, **kept)


def _volume(store: Store) -> None:
    service = {"type": "s3", "bucket": "demo-lab-bucket", "prefix": ""}
    known = {"name": "lab_bucket", "description": "The laboratory's own bucket", "access_mode": "RW"}
    volume = store.add_volume("RFranklin/lab_bucket", service, **known)["id"]
    names = ["cohort/cohort.bam", *(f"reads/sample_{number}.fastq.gz" for number in range(1, 6)), "readme.txt"]
    store.objects[volume] = [{"location": name, "volume": volume, "type": "s3", "metadata": {}} for name in names]
