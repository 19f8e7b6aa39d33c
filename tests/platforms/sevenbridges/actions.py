"""Run by the official client's own Python: one action after the other, each announced to the recorder.

``python actions.py URL TOKEN FOLDER``; FOLDER is empty and writable. An action has the name of bionb's method where
there is one. The announcement is a request for ``/action/NAME``, which no server answers.
"""

import os
import sys
import urllib.error
import urllib.request
from datetime import datetime

PROJECT, VOLUME = "RFranklin/my-project", "RFranklin/lab_bucket"
MERGE = f"{PROJECT}/bamtools-merge-2-4-0"
CWL = {"class": "CommandLineTool", "cwlVersion": "v1.0", "label": "Count", "inputs": [], "outputs": []}
DAYS = {"date_from": "01-01-2026", "date_to": "01-31-2026"}
PAGE = {"offset": 0, "limit": 100}
TIMES = {f"{event}_{end}": "2026-01-01" for event in ("created", "started", "ended") for end in ("from", "to")}


def account(api):
    yield "paths", lambda: api.endpoints.get()
    yield "user", lambda: api.users.me()
    yield "other_user", lambda: api.users.get("RFranklin")
    yield "users", lambda: api.users.query("my-division", role="MEMBER", **PAGE)
    yield "rate_limit", lambda: api.rate_limit.get()
    yield "billing_groups", lambda: api.billing_groups.query(**PAGE)
    group = api.billing_groups.query()[0]
    yield "billing_group", lambda: api.billing_groups.get(group.id)
    for kind in ("analysis", "storage", "egress"):
        breakdown = getattr(group, f"{kind}_breakdown")
        yield f"billing_breakdown_{kind}", lambda breakdown=breakdown: breakdown(**DAYS, invoice_id="INV1", **PAGE)
        yield f"billing_breakdown_{kind}_fields", lambda breakdown=breakdown: breakdown(fields="project_name")
    yield "invoices", lambda: api.invoices.query(**PAGE)
    yield "invoice", lambda: api.invoices.get("INV1")
    yield "send_feedback", lambda: api.actions.send_feedback("IDEA", text="hello", referrer="a lesson")


def projects(api):
    group = api.billing_groups.query()[0].id
    yield "projects", lambda: api.projects.query(name="my", category="PRIVATE", tags=["a", "b"], **PAGE)
    yield "projects_of_owner", lambda: api.projects.query("RFranklin")
    yield "project", lambda: api.projects.get(PROJECT)
    yield "create_project", lambda: api.projects.create("Made here", billing_group=group)
    full = {"description": "d", "tags": ["a"], "settings": {"locked": False}}
    yield "create_project_full", lambda: api.projects.create("All said", billing_group=group, **full)
    made = api.projects.get("RFranklin/made-here")
    yield "update_project", lambda: saved(made, name="Renamed", description="d", tags=["b"], billing_group=group)
    made = api.projects.get(made.id)
    yield "update_project_settings", lambda: saved(made, settings={"locked": True})
    cleared = api.projects.get(made.id)
    yield "update_project_cleared", lambda: saved(cleared, description="")
    yield "members", lambda: made.get_members(**PAGE)
    yield "add_member", lambda: made.add_member("john_doe", {"write": True, "read": True})
    yield "add_member_email", lambda: made.add_member_email("viewer@example.org", {"read": True})
    member = made.get_member("john_doe")
    yield "member", lambda: made.get_member("john_doe")
    yield "update_member", lambda: permitted(member, copy=True)
    yield "update_member_full", lambda: permitted(member, write=False, copy=False, execute=True, admin=True)
    yield "remove_member", lambda: made.remove_member("john_doe")
    gone = api.projects.create("To be deleted", billing_group=group)
    yield "delete_project", lambda: gone.delete()


def files(api, folder):
    found = api.files.query(project=PROJECT, limit=100)
    first, second = found[0], found[1]
    here = "RFranklin/made-here"
    yield "files", lambda: api.files.query(project=PROJECT, **PAGE)
    chosen = {"names": ["S01.bam", "S02.bam"], "metadata": {"sample_id": "S01"}, "tags": ["raw"]}
    yield (
        "files_filtered",
        lambda: api.files.query(project=PROJECT, origin={"task": "00000000-0000-0000-0000-000000000000"}, **chosen),
    )
    area = api.files.create_folder("first area", project=here)
    yield "files_of_folder", lambda: api.files.query(parent=area.id)
    yield "file", lambda: api.files.get(first.id)
    yield "list_folder", lambda: area.list_files(**PAGE)
    yield "files_by_id", lambda: api.files.bulk_get([first.id, second.id])
    yield "create_folder", lambda: api.files.create_folder("area", project=here)
    yield "create_folder_in_folder", lambda: api.files.create_folder("inner", parent=area.id)
    yield "copy_files", lambda: api.actions.bulk_copy_files([first.id, second.id], here)
    yield "copy_file", lambda: first.copy(here, name="x.txt")
    yield "copy_file_to_folder", lambda: first.copy_to_folder(area.id, name="y.txt")
    mine = api.files.query(project=here)
    copy, other, third = (each for each in mine if each.type == "file")
    yield "move_file", lambda: copy.move_to_folder(area.id)
    yield "move_file_renamed", lambda: other.move_to_folder(area.id, name="moved.txt")
    copy = api.files.get(copy.id)
    yield "update_file", lambda: saved(copy, name="renamed.txt")
    copy.metadata["k"] = "v"
    yield "update_metadata", lambda: copy.save()
    copy.metadata = {"only": "this", "gone": None}
    yield "update_metadata_replace", lambda: copy.save()
    copy.tags = ["a"]
    yield "update_tags", lambda: copy.save()
    copy.name, copy.tags = "b.txt", ["b"]
    copy.metadata["k"] = "w"
    yield "update_files", lambda: api.files.bulk_edit([copy])
    yield "update_files_replace", lambda: api.files.bulk_update([copy])
    yield "delete_files", lambda: api.files.bulk_delete([other.id])
    yield "delete_file", lambda: third.delete()
    path = os.path.join(folder, "official.bin")
    with open(path, "wb") as stream:
        stream.write(bytes(1000))
    yield "upload", lambda: api.files.upload(path, project=here).result()
    yield "upload_to_folder", lambda: api.files.upload(path, parent=area.id, file_name="b", overwrite=True).result()
    yield "download", lambda: copy.download(os.path.join(folder, "back.bin"))


def apps(api):
    yield "apps", lambda: api.apps.query(project=PROJECT, **PAGE)
    yield "apps_public", lambda: api.apps.query(visibility="public", q=["bam", "merge"])
    yield "apps_by_id", lambda: api.apps.query(id=[f"{MERGE}/0"])
    yield "app", lambda: api.apps.get(MERGE)
    yield "app_revision", lambda: api.apps.get_revision(MERGE, 0)
    yield "install_app", lambda: api.apps.install_app(f"{PROJECT}/counted", CWL)
    yield "install_app_revision", lambda: api.apps.create_revision(f"{PROJECT}/counted", 1, CWL)
    merge = api.apps.get(MERGE)
    yield "copy_app", lambda: merge.copy("RFranklin/made-here")
    yield "copy_app_named", lambda: merge.copy("RFranklin/made-here", name="again", strategy="direct")


def tasks(api):
    bams = list(api.files.query(project=PROJECT, names=["S01.bam", "S02.bam"]).all())
    plain = {"name": "N", "project": PROJECT, "app": MERGE, "inputs": {"input_bam": bams}}
    full = {
        "description": "D",
        "interruptible": True,
        "execution_settings": {"instance_type": "c4"},
        "output_location": {"main_location": "x"},
    }
    by = {"type": "criteria", "criteria": ["metadata.sample_id"]}
    yield "tasks", lambda: api.tasks.query(project=PROJECT, status="COMPLETED", batch=False, **PAGE)
    yield "tasks_by_time", lambda: api.tasks.query(order_by="created_time", order="desc", **TIMES)
    yield "tasks_at", lambda: api.tasks.query(project=PROJECT, created_from=datetime(2026, 1, 1))
    yield "create_task", lambda: api.tasks.create(**plain)
    yield "create_task_full", lambda: api.tasks.create(**plain, **full, run=True)
    yield "create_batch", lambda: api.tasks.create(**plain, batch_input="input_bam", batch_by=by)
    yield (
        "create_batch_by_item",
        lambda: api.tasks.create(**plain, batch_input="input_bam", batch_by={"type": "item"}, disable_batch=True),
    )
    draft = api.tasks.create(**plain)
    batch = api.tasks.create(**plain, batch_input="input_bam", batch_by=by)
    yield "batch_children", lambda: api.tasks.query(parent=batch.id)
    yield "tasks_of_origin", lambda: api.tasks.query(origin=draft.id)
    yield "task", lambda: api.tasks.get(draft.id)
    yield "tasks_by_id", lambda: api.tasks.bulk_get([draft.id])
    yield "update_task", lambda: saved(draft, name="M", description="d", inputs={"input_bam": bams})
    cleared = api.tasks.get(draft.id)
    yield "update_task_cleared", lambda: saved(cleared, description="")
    batched = api.tasks.create(**plain)
    yield (
        "update_task_batch",
        lambda: saved(
            batched,
            app=f"{PROJECT}/exome-alignment/1",
            batch=True,
            batch_input="input_bam",
            use_interruptible_instances=False,
        ),
    )
    yield "run_task", lambda: draft.run()
    yield "abort_task", lambda: draft.abort()
    yield "clone_task", lambda: draft.clone(run=False)
    yield "clone_task_run", lambda: draft.clone(run=True)
    other = api.tasks.create(**plain)
    yield "run_task_full", lambda: other.run(batch=False, interruptible=True)
    yield "execution_details", lambda: other.get_execution_details()
    yield "delete_task", lambda: other.delete()


def storage(api):
    keys = {"bucket": "b", "access_key_id": "a", "secret_access_key": "b", "access_mode": "RW"}
    yield "volumes", lambda: api.volumes.query(**PAGE)
    yield "volume", lambda: api.volumes.get(VOLUME)
    yield "create_volume", lambda: api.volumes.create_s3_volume("vol1", **keys)
    more = {"description": "d", "prefix": "p", "properties": {"sse_algorithm": "AES256"}}
    yield "create_volume_full", lambda: api.volumes.create_s3_volume("vol2", **keys, **more)
    made = api.volumes.get("RFranklin/vol1")
    yield "update_volume", lambda: saved(made, description="new", access_mode="RO", service={"type": "s3"})
    made = api.volumes.get(made.id)
    yield "deactivate_volume", lambda: saved(made, active=False)
    yield "delete_volume", lambda: made.delete()
    volume = api.volumes.get(VOLUME)
    yield "volume_objects", lambda: volume.list()
    yield "volume_objects_prefix", lambda: volume.list(prefix="reads/", limit=100)
    yield "volume_object", lambda: volume.get_volume_object_info("readme.txt")
    into = {"volume": VOLUME, "location": "readme.txt"}
    yield "import_file", lambda: api.imports.submit_import(**into, project=PROJECT, name="r.txt", overwrite=True)
    yield (
        "import_file_autorename",
        lambda: api.imports.submit_import(**into, project=PROJECT, autorename=True, preserve_folder_structure=False),
    )
    yield "import_files", lambda: api.imports.bulk_submit([{**into, "project": PROJECT, "overwrite": False}])
    full = {"name": "a", "overwrite": True, "autorename": True, "preserve_folder_structure": False}
    area = api.files.query(project="RFranklin/made-here")[0].parent
    yield "import_files_full", lambda: api.imports.bulk_submit([{**into, "parent": area, **full}])
    started = api.imports.query()[0]
    yield "imports", lambda: api.imports.query(project=PROJECT, volume=VOLUME, state="COMPLETED", **PAGE)
    yield "wait_import", lambda: api.imports.get(started.id)
    yield "imports_by_id", lambda: api.imports.bulk_get([started.id])
    file = api.files.query(project=PROJECT)[0]
    out = {"file": file, "volume": VOLUME, "location": "out/x"}
    yield "export_file", lambda: api.exports.submit_export(**out, copy_only=True, overwrite=True)
    yield "export_files", lambda: api.exports.bulk_submit([out], copy_only=True)
    yield "exports", lambda: api.exports.query(volume=VOLUME, state="PENDING", **PAGE)
    started = api.exports.query()[0]
    yield "wait_export", lambda: api.exports.get(started.id)
    yield "exports_by_id", lambda: api.exports.bulk_get([started.id])


def saved(resource, **changes):
    """Change a resource and save it."""
    for name, value in changes.items():
        setattr(resource, name, value)
    return resource.save()


def permitted(member, **permissions):
    """Change a member's permissions."""
    member.permissions.update(permissions)
    return member.save()


def announce(url, name):
    """Tell the recorder which action comes next."""
    try:
        urllib.request.urlopen(f"{url}/action/{name}", timeout=30)
    except urllib.error.HTTPError as error:
        error.close()


def main(url, token, folder):
    import sevenbridges

    api = sevenbridges.Api(url=f"{url}/v2", token=token, debug=True)
    for part in (account(api), projects(api), files(api, folder), apps(api), tasks(api), storage(api)):
        for name, act in part:
            announce(url, name)
            try:
                act()
            except (sevenbridges.errors.SbgError, TypeError, AttributeError) as error:
                print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            announce(url, "")


if __name__ == "__main__":
    main(*sys.argv[1:])
