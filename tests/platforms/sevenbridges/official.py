"""Run by the official client's own Python: do everyday things with it and print what came back as JSON.

``python official.py URL TOKEN FOLDER``; FOLDER is empty and writable.
"""

import json
import os
import sys
import time

import sevenbridges

PROJECT = "RFranklin/my-project"
MERGE = f"{PROJECT}/bamtools-merge-2-4-0"
FILE_FIELDS = ("id", "name", "size", "project", "metadata", "tags", "type")


def picked(resource, *names):
    """Fields of an object of the client, as plain values; times are read as UTC."""
    values = {name: getattr(resource, name) for name in names}
    return {name: plain(value) for name, value in values.items()}


def plain(value):
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if hasattr(value, "items"):
        return {key: plain(each) for key, each in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat() + "Z"
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value)


def account(api):
    yield "me", picked(api.users.me(), "username", "email", "affiliation")
    group = api.billing_groups.query().all()
    groups = list(group)
    yield "billing_groups", [picked(each, "id", "name", "owner", "type") for each in groups]
    rows = groups[0].analysis_breakdown().all()
    yield "analysis", [picked(each, "analysis_name", "analysis_status") for each in rows]
    yield "storage", [picked(each, "project_name", "location") for each in groups[0].storage_breakdown().all()]
    yield "invoices", [picked(each, "pending") for each in api.invoices.query().all()]
    yield "volumes", [picked(each, "id", "name", "access_mode") for each in api.volumes.query().all()]
    objects = api.volumes.get("RFranklin/lab_bucket").list(prefix="reads/")
    yield "volume_objects", [each.location for each in objects.all()]


def projects(api):
    fields = ("id", "name", "type", "created_on", "root_folder", "billing_group")
    yield "projects", [picked(each, *fields) for each in api.projects.query().all()]
    group = api.billing_groups.query()[0]
    made = api.projects.create("Made by the official client", billing_group=group.id, description="A test")
    yield "created", picked(made, "id", "name", "description")
    made.name = "Renamed"
    made.save()
    yield "renamed", picked(api.projects.get(made.id), "id", "name")
    made.add_member("john_doe", {"write": True, "read": True})
    member = made.get_member("john_doe")
    member.permissions["copy"] = True
    member.save()
    yield "members", [{"username": each.username, **plain(each.permissions)} for each in made.get_members().all()]
    made.remove_member("john_doe")
    yield "members_left", [each.username for each in made.get_members().all()]
    gone = api.projects.create("To be deleted", billing_group=group.id)
    gone.delete()
    yield "deleted", gone.id


def files(api, folder):
    found = api.files.query(project=PROJECT, limit=100)
    yield "total", found.total
    yield "files", [picked(each, *FILE_FIELDS) for each in found.all()]
    many = api.files.query(project="RFranklin/many-samples")
    yield "first_page", len(list(many))
    yield "many", [each.id for each in api.files.query(project="RFranklin/many-samples").all()]
    chosen = api.files.query(project=PROJECT, metadata={"sample_id": "S03", "paired_end": "1"}, tags=["raw"])
    yield "filtered", [each.id for each in chosen.all()]
    named = api.files.query(project=PROJECT, names=["S01.bam", "S02.bam"]).all()
    yield "named", [each.id for each in named]
    report = api.files.query(project=PROJECT, names=["run_report.html"])[0]
    copy = report.copy("RFranklin/made-by-the-official-client", name="copy.html")
    copy.metadata["checked"] = "yes"
    copy.tags = ["copied"]
    copy.save()
    yield "copied", picked(api.files.get(copy.id), *FILE_FIELDS)
    yield "copied_from", report.id
    actions = api.actions.bulk_copy_files([each.id for each in found[:2]], "RFranklin/made-by-the-official-client")
    yield "bulk_copied", {old: {"status": each["status"]} for old, each in actions.items()}
    yield "bulk", [each.resource.name for each in api.files.bulk_get([each.id for each in found[:3]])]
    area = api.files.create_folder("area", project="RFranklin/made-by-the-official-client")
    moved = copy.move_to_folder(area)
    yield "moved", picked(moved, "id", "parent")
    yield "area", area.id
    yield from bytes_up_and_down(api, folder)


def bytes_up_and_down(api, folder):
    path = os.path.join(folder, "official.bin")
    with open(path, "wb") as stream:
        stream.write(bytes(range(256)) * 4096 * 6)  # 6 MiB: two parts
    upload = api.files.upload(path, project="RFranklin/made-by-the-official-client")
    made = upload.result()
    yield "uploaded", picked(made, *FILE_FIELDS)
    made.download(os.path.join(folder, "back.bin"))
    with open(path, "rb") as first, open(os.path.join(folder, "back.bin"), "rb") as second:
        yield "same_bytes", first.read() == second.read()


def apps_and_tasks(api):
    yield "apps", [picked(each, "id", "name", "project") for each in api.apps.query(project=PROJECT).all()]
    app = api.apps.get(MERGE)
    yield "app", {"id": app.id, "revision": app.revision, "inputs": [each["id"] for each in app.raw["inputs"]]}
    cwl = {"class": "CommandLineTool", "cwlVersion": "v1.0", "label": "Count", "inputs": [], "outputs": []}
    installed = api.apps.install_app(f"{PROJECT}/count-official", cwl)
    yield "installed", installed.id
    yield "app_copy", app.copy("RFranklin/made-by-the-official-client").id
    bams = list(api.files.query(project=PROJECT, names=["S01.bam", "S02.bam"]).all())
    task = api.tasks.create("Official merge", project=PROJECT, app=MERGE, inputs={"input_bam": bams})
    yield "draft", picked(task, "id", "name", "status", "app")
    task.run()
    yield "started", task.status
    for _ in range(10):
        task.reload()
        if task.status == "COMPLETED":
            break
        time.sleep(0.01)
    yield "done", task.status
    yield "outputs", {name: file.id for name, file in task.outputs.items()}
    yield "jobs", [each.name for each in task.get_execution_details().jobs]
    clone = task.clone(run=False)
    yield "clone", picked(clone, "id", "status")
    clone.run()
    clone.abort()
    yield "aborted", clone.status
    yield (
        "tasks",
        [picked(each, "id", "name", "status", "created_time") for each in api.tasks.query(project=PROJECT).all()],
    )


def volumes(api):
    started = api.imports.submit_import("RFranklin/lab_bucket", "readme.txt", project=PROJECT, name="readme.txt")
    for _ in range(5):
        started.reload()
    yield "import", {"id": started.id, "state": started.state}


def refused(api):
    for name, ask in (
        ("no_file", lambda: api.files.get("0" * 24)),
        ("no_project", lambda: api.projects.get("rfranklin/my-project")),
        ("wrong_form", lambda: api.files.query(project="my-project")),
    ):
        try:
            ask()
        except sevenbridges.errors.SbgError as error:
            yield name, {"status": error.status, "code": error.code}


def main(url, token, folder):
    api = sevenbridges.Api(url=f"{url}/v2", token=token, debug=True)
    found = {}
    for part in (account(api), projects(api), files(api, folder), apps_and_tasks(api), volumes(api), refused(api)):
        found.update(part)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
