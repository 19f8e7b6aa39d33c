"""The invented data: every example of the API overview has something to show."""

from __future__ import annotations

from typing import Any

from bionb.platforms.sevenbridges.sandbox.cwl import APPS
from bionb.platforms.sevenbridges.sandbox.replies import Record
from bionb.platforms.sevenbridges.sandbox.store import ManyFiles, Store

BILLING = "7a1f0c52-3d4e-4b6a-9c80-1de2f3a4b5c6"
USERS = ("RFranklin", "john_doe", "viewer")
SEED_FILES = {
    "562785e6e4b00a1d67a8b1aa": "example_human_known_indels.vcf",
    "5602a18fe4b03d3ad9f1547b": "WES_human_Illumina.pe_1.fastq",
    "5602a18fe4b03d3ad9f15481": "WES_human_Illumina.pe_2.fastq",
}
FIRST_READS = "564a31c1e4b0ef12181758b0"
SAMPLES = [f"S{number:02d}" for number in range(1, 17)]
MB = 1_000_000


def fill(store: Store, state: str) -> None:
    """Fill a new store with a named state: ``default``, ``empty`` (an account without projects) or ``large``."""
    for name in USERS:
        store.users[name] = _user(name)
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
    _projects(store)
    _my_project(store)
    _folders(store)
    _small_project(store)
    _other_tasks(store)
    _invoices(store)
    _volume(store)
    if state == "large":
        _many(store, "large-cohort", "Large cohort", 100_000)


def _user(name: str) -> Record:
    return {
        "username": name,
        "email": f"{name.lower()}@example.org",
        "first_name": name.split("_")[0].title(),
        "last_name": "Demo",
        "affiliation": "Demo Institute",
        "phone": "",
        "address": "",
        "city": "",
        "state": "",
        "country": "United States",
        "zip_code": "",
        "role": "MEMBER",
    }


def _projects(store: Store) -> None:
    store.add_project("RFranklin", "my-project", "my-project", BILLING, members=["john_doe"])
    store.members["RFranklin/my-project"]["viewer"] = {"read": True}
    store.add_project("RFranklin", "rfranklins-experiments", "RFranklin's experiments", BILLING)
    store.add_project("john_doe", "project1", "project1", BILLING, members=["RFranklin"])
    store.add_project("john_doe", "project2", "Project 2", BILLING, members=["RFranklin"])
    _many(store, "many-samples", "Many samples", 950)
    for name, revisions in APPS.items():
        project = name.rsplit("/", 1)[0]
        store.apps[name] = [
            {
                "id": f"{name}/{number}",
                "project": project,
                "name": raw["label"],
                "revision": number,
                "raw": {**raw, "sbg:id": f"{name}/{number}", "sbg:revision": number},
            }
            for number, raw in enumerate(revisions)
        ]


def _many(store: Store, short: str, name: str, count: int) -> None:
    project = store.add_project("RFranklin", short, name, BILLING)
    store.many[project["id"]] = ManyFiles(project["id"], project["root_folder"], count)


def _my_project(store: Store) -> None:
    """70 files: 16 samples with two FASTQ files, one BAM and one VCF each, and six more."""
    project = "RFranklin/my-project"
    for number, sample in enumerate(SAMPLES):
        metadata = _metadata(sample, number)
        reads = []
        for end in ("1", "2"):
            given = FIRST_READS if (number, end) == (0, "1") else ""
            record = store.add_file(
                project, f"{sample}_{end}.fastq.gz", (310 + 7 * number) * MB + int(end), file_id=given, tags=["raw"]
            )
            record["metadata"] = {**metadata, "paired_end": end}
            reads.append(record)
        task = _task(store, sample, number, reads)
        made: Record = {"origin": {"task": task["id"]}, "metadata": dict(metadata)}
        bam = store.add_file(project, f"{sample}.bam", (820 + 11 * number) * MB, **made)
        store.add_file(project, f"{sample}.vcf", (4 + number % 3) * MB, **made)
        if task["status"] == "COMPLETED":
            task["outputs"] = {"aligned": as_input(bam)}
    _six_more(store, project)
    _open_tasks(store)


def _metadata(sample: str, number: int) -> Record:
    return {
        "sample_id": sample,
        "case_id": f"C{number // 2 + 1:02d}",
        "sample_type": "Primary Tumor" if number % 2 else "Blood Derived Normal",
        "library": f"lib-{number % 4 + 1}",
        "platform": "Illumina",
        "experimental_strategy": "WXS",
        "investigation": "DEMO",
    }


def _six_more(store: Store, project: str) -> None:
    for number, (file_id, name) in enumerate(SEED_FILES.items()):
        record = store.add_file(project, name, (12 + number) * MB, file_id=file_id)
        if number:
            record["metadata"] = {"sample_id": "WES", "paired_end": str(number)}
    store.add_file(project, "human_reference.fasta", 3100 * MB, tags=["reference"])
    store.add_file(project, "run_report.html", 18_400, tags=["report"])
    store.add_file(project, "corrupt_reads.fastq", 2 * MB, metadata={"sample_id": "S99"})


def as_input(record: Record) -> Record:
    """Return a file as tasks name it."""
    return {
        "class": "Directory" if record["type"] == "folder" else "File",
        "path": record["id"],
        "name": record["name"],
    }


def _task(store: Store, sample: str, number: int, reads: list[Record]) -> Record:
    status = {14: "FAILED", 15: "ABORTED"}.get(number, "COMPLETED")
    minutes = 24 + (number * 17) % 41
    start = f"2026-01-04T{8 + number % 8:02d}:04:05Z"
    hour, minute = divmod(60 * (8 + number % 8) + 4 + minutes, 60)
    return new_task(
        store,
        f"Align {sample}",
        "RFranklin/my-project",
        "RFranklin/my-project/exome-alignment/1",
        {"Reads_FASTQ": [as_input(each) for each in reads], "Offset": 2},
        status=status,
        created_time=f"2026-01-04T{8 + number % 8:02d}:00:00Z",
        start_time=start,
        end_time=f"2026-01-04T{hour:02d}:{minute:02d}:05Z",
        price={"currency": "USD", "amount": round(minutes * 0.0125, 4), "breakdown": _costs(minutes)},
        execution_status={"message": _messages[status], "steps_completed": 3, "steps_total": 3},
    )


_messages = {"COMPLETED": "Done", "FAILED": "Insufficient memory in step align.", "ABORTED": "Aborted by user."}


def _costs(minutes: int) -> Record:
    return {"computation": round(minutes * 0.0115, 4), "storage": round(minutes * 0.001, 4), "data_transfer": 0}


def new_task(store: Store, name: str, project: str, app: str, inputs: Record, **more: Any) -> Record:
    """Add a task, by default a draft."""
    task = {
        "id": store.ids.uuid("task"),
        "name": name,
        "description": "",
        "status": "DRAFT",
        "project": project,
        "app": app,
        "type": "v2",
        "created_by": "RFranklin",
        "executed_by": None,
        "created_time": store.now(),
        "start_time": None,
        "end_time": None,
        "batch": False,
        "batch_by": None,
        "batch_group": None,
        "batch_input": None,
        "parent": None,
        "origin_id": None,
        "execution_status": {"message": "Task is a draft.", "steps_completed": 0, "steps_total": 3},
        "price": {"currency": "USD", "amount": 0.0},
        "inputs": inputs,
        "outputs": {},
        "errors": [],
        "warnings": [],
        "use_interruptible_instances": True,
        **more,
    }
    store.tasks[task["id"]] = task
    return task


def _open_tasks(store: Store) -> None:
    merge = "RFranklin/my-project/bamtools-merge-2-4-0/0"
    bams = [as_input(each) for each in store.files.values() if each["name"] in ("S01.bam", "S02.bam")]
    new_task(store, "Merge S01 and S02", "RFranklin/my-project", merge, {"input_bam": bams})
    new_task(
        store,
        "Merge with a report",
        "RFranklin/my-project",
        merge,
        {"input_bam": bams, "output_name": "both.bam"},
        status="QUEUED",
        execution_status={"message": "In queue", "steps_completed": 0, "steps_total": 3},
    )


def _folders(store: Store) -> None:
    project = "RFranklin/rfranklins-experiments"
    reads = store.add_folder(project, "reads")
    for lane in ("lane1", "lane2"):
        folder = store.add_folder(project, lane, reads["id"])
        for end in ("1", "2"):
            for sample in ("DNA42", "DNA51"):
                store.add_file(project, f"{sample}_{lane}_{end}.fastq.gz", 95 * MB, parent=folder["id"])
    results = store.add_folder(project, "results")
    quality = store.add_folder(project, "quality", results["id"])
    store.add_file(project, "DNA51.vcf", 3 * MB, parent=results["id"])
    store.add_file(project, "summary.html", 21_000, parent=quality["id"])
    store.add_file(project, "notes.txt", 1_200)


def _small_project(store: Store) -> None:
    for number in range(1, 13):
        store.add_file(
            "john_doe/project1", f"scan_{number:02d}.tiff", (40 + number) * MB, metadata={"sample_id": f"P{number:02d}"}
        )
    store.add_file(
        "john_doe/project2",
        "cohort.bam",
        5200 * MB,
        storage={"type": "VOLUME", "volume": "RFranklin/lab_bucket", "location": "cohort/cohort.bam"},
    )


def _other_tasks(store: Store) -> None:
    """Add tasks to the other projects, so that costs can be compared."""
    kept = {"status": "COMPLETED", "created_by": "john_doe", "created_time": "2026-01-03T09:00:00Z"}
    kept |= {"start_time": "2026-01-03T09:02:00Z", "end_time": "2026-01-03T09:40:00Z"}
    app = "john_doe/project1/read-quality/0"
    rows = (("project1", "Quality of P01", 0.31), ("project1", "Quality of P02", 0.28), ("project2", "Cohort", 3.6))
    for project, name, amount in rows:
        price = {"currency": "USD", "amount": amount}
        new_task(store, name, f"john_doe/{project}", app, {}, price=price, **kept)


def _invoices(store: Store) -> None:
    for number, month in enumerate(("10", "11", "12")):
        analysis, storage = 4.25 + number, 1.5 + number / 4
        store.invoices.append(
            {
                "invoice_id": f"INV-2025-{month}",
                "pending": month == "12",
                "approval_date": None if month == "12" else f"2025-{month}-30T12:00:00Z",
                "billing_group": BILLING,
                "analysis_costs": {"currency": "USD", "amount": analysis},
                "storage_costs": {"currency": "USD", "amount": storage},
                "total": {"currency": "USD", "amount": analysis + storage},
                "invoice_period": {"from": f"2025-{month}-01T00:00:00Z", "to": f"2025-{month}-28T00:00:00Z"},
            }
        )


def _volume(store: Store) -> None:
    now = store.now()
    store.volumes["RFranklin/lab_bucket"] = {
        "id": "RFranklin/lab_bucket",
        "name": "lab_bucket",
        "description": "The laboratory's own bucket",
        "access_mode": "RW",
        "active": True,
        "service": {"type": "s3", "bucket": "demo-lab-bucket", "prefix": ""},
        "created_on": now,
        "modified_on": now,
    }
    names = ["cohort/cohort.bam", *(f"reads/sample_{number}.fastq.gz" for number in range(1, 6)), "readme.txt"]
    store.objects["RFranklin/lab_bucket"] = [
        {"location": name, "volume": "RFranklin/lab_bucket", "type": "s3", "metadata": {}} for name in names
    ]
