"""bionb's side of the official client's actions, under the same names and in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.platforms.sevenbridges.actions import CWL, MERGE, PROJECT, TIMES, VOLUME

HERE = "RFranklin/made-here"
Step = tuple[str, Callable[[], Any]]


def account(client: Any) -> Iterator[Step]:
    yield "paths", client.paths
    yield "user", client.user
    yield "other_user", lambda: client.user("RFranklin")
    yield "users", lambda: client.users("my-division", role="MEMBER").first(1)
    yield "rate_limit", client.rate_limit
    yield "billing_groups", lambda: client.billing_groups().first(1)
    group = client.billing_groups()[0]
    yield "billing_group", lambda: client.billing_group(group)
    for kind in ("analysis", "storage", "egress"):
        yield (
            f"billing_breakdown_{kind}",
            lambda kind=kind: client.billing_breakdown(
                group, kind, date_from="2026-01-01", date_to="2026-01-31", invoice="INV1"
            ).first(1),
        )
    yield "invoices", lambda: client.invoices().first(1)
    yield "invoice", lambda: client.invoice("INV1")
    yield "send_feedback", lambda: client.send_feedback("hello", referrer="a lesson")


def projects(client: Any) -> Iterator[Step]:
    group = client.billing_groups()[0]
    yield "projects", lambda: client.projects(name="my", category="PRIVATE", tags=["a", "b"]).first(1)
    yield "projects_of_owner", lambda: client.projects("RFranklin").first(1)
    yield "project", lambda: client.project(PROJECT)
    yield "create_project", lambda: client.create_project("Made here", group)
    full = {"description": "d", "tags": ["a"], "settings": {"locked": False}}
    yield "create_project_full", lambda: client.create_project("All said", group, **full)
    changes = {"name": "Renamed", "description": "d", "tags": ["b"]}
    yield "update_project", lambda: client.update_project(HERE, **changes)
    yield "update_project_settings", lambda: client.update_project(HERE, settings={"locked": True})
    yield "update_project_cleared", lambda: client.update_project(HERE, description="")
    yield "members", lambda: client.members(HERE).first(1)
    yield "add_member", lambda: client.add_member(HERE, "john_doe", write=True)
    yield "update_member", lambda: client.update_member(HERE, "john_doe", copy=True)
    more = {"write": False, "execute": True, "admin": True}
    yield "update_member_full", lambda: client.update_member(HERE, "john_doe", **more)
    yield "remove_member", lambda: client.remove_member(HERE, "john_doe")
    gone = client.create_project("To be deleted", group)
    yield "delete_project", lambda: client.delete_project(gone)


def files(client: Any, folder: Path) -> Iterator[Step]:
    first, second = client.files(PROJECT)[:2]
    yield "files", lambda: client.files(PROJECT).first(1)
    chosen = {"name": ["S01.bam", "S02.bam"], "metadata": {"sample_id": "S01"}, "tag": ["raw"]}
    task = "00000000-0000-0000-0000-000000000000"
    yield "files_filtered", lambda: client.files(PROJECT, origin_task=task, **chosen).first(1)
    area = client.create_folder("first area", project=HERE)
    yield "files_of_folder", lambda: client.files(parent=area).first(1)
    yield "file", lambda: client.file(first)
    yield "files_by_id", lambda: client.files_by_id([first, second])
    yield "create_folder", lambda: client.create_folder("area", project=HERE)
    yield "create_folder_in_folder", lambda: client.create_folder("inner", parent=area)
    yield "copy_files", lambda: client.copy_files([first, second], HERE)
    client.copy_files([second], HERE)
    copy, other, third = (each for each in client.files(HERE) if each["type"] == "file")
    yield "move_file", lambda: client.move_file(copy, area)
    yield "move_file_renamed", lambda: client.move_file(other, area, name="moved.txt")
    yield "update_file", lambda: client.update_file(copy, name="renamed.txt")
    yield "update_metadata", lambda: client.update_metadata(copy, {"k": "v"})
    yield (
        "update_metadata_replace",
        lambda: client.update_metadata(copy, {"only": "this", "gone": None}, replace=True),
    )
    changes = {copy["id"]: {"name": "b.txt", "tags": ["b"], "metadata": {"only": "this", "k": "w"}}}
    yield "update_files", lambda: client.update_files(changes)
    yield "update_files_replace", lambda: client.update_files(changes, replace=True)
    yield "delete_files", lambda: client.delete_files([other])
    yield "delete_file", lambda: client.delete_file(third)
    path = folder / "official.bin"
    path.write_bytes(bytes(1000))
    yield "upload", lambda: client.upload_files(path, HERE)
    yield "upload_to_folder", lambda: client.upload_files({"b": path}, area, overwrite=True)
    yield "download", lambda: client.download_files(copy, folder / "back")


def apps(client: Any) -> Iterator[Step]:
    yield "apps", lambda: client.apps(PROJECT).first(1)
    yield "apps_public", lambda: client.apps(public=True, q="bam merge").first(1)
    yield "apps_by_id", lambda: client.apps(ids=[f"{MERGE}/0"]).first(1)
    yield "app", lambda: client.app(MERGE)
    yield "app_revision", lambda: client.app(MERGE, 0)
    yield "install_app", lambda: client.install_app(PROJECT, "counted", CWL)
    yield "install_app_revision", lambda: client.install_app(PROJECT, "counted", CWL, revision=1)
    yield "copy_app", lambda: client.copy_app(MERGE, HERE)
    yield "copy_app_named", lambda: client.copy_app(MERGE, HERE, name="again", strategy="direct")


def tasks(client: Any) -> Iterator[Step]:
    inputs = {"input_bam": list(client.files(PROJECT, name=["S01.bam", "S02.bam"]))}
    full = {
        "description": "D",
        "use_interruptible_instances": True,
        "execution_settings": {"instance_type": "c4"},
        "output_location": {"main_location": "x"},
    }
    plain = {"project": PROJECT, "app": MERGE, "inputs": inputs, "name": "N"}
    yield "tasks", lambda: client.tasks(PROJECT, status="COMPLETED", batch=False).first(1)
    yield "tasks_by_time", lambda: client.tasks(order_by="created_time", order="desc", **TIMES).first(1)
    yield "tasks_at", lambda: client.tasks(PROJECT, created_from=datetime(2026, 1, 1)).first(1)
    yield "create_task", lambda: client.create_task(**plain)
    yield "create_task_full", lambda: client.create_task(**plain, **full, run=True)
    by = {"batch_input": "input_bam", "batch_by": ["metadata.sample_id"]}
    yield "create_batch", lambda: client.create_task(**plain, **by)
    yield "create_batch_by_item", lambda: client.create_task(**plain, batch_input="input_bam")
    draft, batch = client.create_task(**plain), client.create_task(**plain, **by)
    yield "batch_children", lambda: client.tasks(parent=batch).first(1)
    yield "tasks_of_origin", lambda: client.tasks(origin_id=draft).first(1)
    yield "task", lambda: client.task(draft)
    yield "tasks_by_id", lambda: client.tasks_by_id([draft])
    yield "update_task", lambda: client.update_task(draft, name="M", description="d", inputs=inputs)
    yield "update_task_cleared", lambda: client.update_task(draft, description="")
    more = {
        "app": f"{PROJECT}/exome-alignment/1",
        "batch": True,
        "batch_input": "input_bam",
        "use_interruptible_instances": False,
    }
    batched = client.create_task(**plain)
    yield "update_task_batch", lambda: client.update_task(batched, **more)
    yield "run_task", lambda: client.run_task(draft)
    yield "abort_task", lambda: client.abort_task(draft)
    yield "clone_task", lambda: client.clone_task(draft)
    yield "clone_task_run", lambda: client.clone_task(draft, run=True)
    yield "execution_details", lambda: client.execution_details(draft)
    other = client.create_task(**plain)
    yield "delete_task", lambda: client.delete_task(other)


def storage(client: Any) -> Iterator[Step]:
    service = {"type": "S3", "bucket": "b", "credentials": {"access_key_id": "a", "secret_access_key": "b"}}
    yield "volumes", lambda: client.volumes().first(1)
    yield "volume", lambda: client.volume(VOLUME)
    yield "create_volume", lambda: client.create_volume("vol1", service)
    more = {**service, "prefix": "p", "properties": {"sse_algorithm": "AES256"}}
    yield "create_volume_full", lambda: client.create_volume("vol2", more, description="d")
    made = "RFranklin/vol1"
    changes = {"description": "new", "access_mode": "RO", "service": {"type": "s3"}}
    yield "update_volume", lambda: client.update_volume(made, **changes)
    yield "deactivate_volume", lambda: client.update_volume(made, active=False)
    yield "delete_volume", lambda: client.delete_volume(made)
    yield "volume_objects", lambda: client.volume_objects(VOLUME).first(1)
    yield "volume_objects_prefix", lambda: client.volume_objects(VOLUME, "reads/").first(1)
    yield "import_files", lambda: client.import_files(VOLUME, ["readme.txt"], project=PROJECT)
    started = client.imports().first(1)[0]
    wanted = {"volume": VOLUME, "state": "COMPLETED"}
    yield "imports", lambda: client.imports(PROJECT, **wanted).first(1)
    yield "wait_import", lambda: client.wait_transfer(started)
    file = client.files(PROJECT)[0]
    yield "export_files", lambda: client.export_files({file["id"]: "out/x"}, VOLUME)
    yield "exports", lambda: client.exports(volume=VOLUME, state="PENDING").first(1)
    started = client.exports().first(1)[0]
    yield "wait_export", lambda: client.wait_transfer(started)


def steps(client: Any, folder: Path) -> Iterator[Step]:
    """Give bionb's actions; what is prepared between two of them belongs to none."""
    yield from account(client)
    yield from projects(client)
    yield from files(client, folder)
    yield from apps(client)
    yield from tasks(client)
    yield from storage(client)
