"""Arguments for every method of every client, as far as it demands them."""

import inspect
import pathlib

import pandas as pd

LIVER = "s3://example_data/LIV2045/LIV2045_"
GUIDE = "s3://example_data/GSE60871/GSE60871_"
BRIDGES = "RFranklin/my-project"
READS = "564a31c1e4b0ef12181758b0"


def draft(bridges):
    """A task that nobody has run."""
    return bridges.create_task(BRIDGES, f"{BRIDGES}/bamtools-merge-2-4-0", {}, check=False)["id"]


def queued(bridges):
    """A task that runs."""
    return bridges.tasks(BRIDGES, status="QUEUED")[0]["id"]


def an_import(bridges):
    """An import that was started."""
    return bridges.import_files("RFranklin/lab_bucket", ["readme.txt"], project=BRIDGES)[0]


def a_file(bridges):
    """A file to upload, in the folder where the test runs."""
    path = pathlib.Path("notes.txt")
    path.write_text("notes")
    return path


def folder(bridges):
    """A folder."""
    return bridges.create_folder("area", project=BRIDGES)["id"]


def of(title):
    """Return what finds a project of SODAR by its title."""
    return lambda sodar: next(each["sodar_uuid"] for each in sodar.projects() if each["title"] == title)


def assay(sodar):
    """The assay of the project with sheets."""
    project = of("Exome pilot")(sodar)
    sodar.create_collections(project)
    studies = sodar.session.json("GET", f"samplesheets/api/investigation/retrieve/{project}", what="look")["studies"]
    return next(iter(next(iter(studies.values()))["assays"]))


def zone(sodar):
    """A landing zone."""
    return sodar.create_zone(of("Exome pilot")(sodar), assay(sodar))["sodar_uuid"]


def active_zone(sodar):
    """A landing zone that takes files."""
    return sodar.wait_zone(zone(sodar))["sodar_uuid"]


def filled_zone(sodar):
    """A landing zone with a file."""
    made = active_zone(sodar)
    sodar.upload_files(a_file(sodar), made)
    return made


def zone_files(sodar):
    """The file in a landing zone."""
    return [{"path": f"{sodar.zone(filled_zone(sodar))['irods_path']}/notes.txt", "size": 5}]


def place(sodar):
    """The path of a file in the sample data."""
    made = filled_zone(sodar)
    sodar.move_zone(made)
    sodar.wait_zone(made, "MOVED")
    return sodar.files(of("Exome pilot")(sodar))[0]["path"]


def ticket(sodar):
    """A ticket."""
    path = place(sodar)
    return sodar.create_ticket(of("Exome pilot")(sodar), path)["sodar_uuid"]


def deletion(sodar):
    """A request to delete a file."""
    path = place(sodar)
    return sodar.request_deletion(of("Exome pilot")(sodar), path)["sodar_uuid"]


def invite(sodar):
    """An invitation."""
    return sodar.create_invite(of("Exome pilot")(sodar), "newcomer@example.org", "guest")["sodar_uuid"]


def event(sodar):
    """Something that was done."""
    return sodar.timeline(sodar.create_project("Noted", of("Genomics")(sodar)))[0]["sodar_uuid"]


def sheets(sodar):
    """The sheets that a project has."""
    return sodar.export_sheets(of("Exome pilot")(sodar))


def mapping(odm):
    """A mapping file that was imported."""
    return odm.import_mapping(LIVER + "mapping.tsv")["xrefSetId"]


def study_job(odm):
    """The number of an import."""
    return odm.import_study(GUIDE + "study.tsv").id


def stopped(odm):
    """The number of an import that was stopped."""
    job = odm.stop_job(odm.import_samples(GUIDE + "samples.tsv"))
    odm.job(job)
    return job.id


def node(client):
    """What a person sees first."""
    return client.roots().first(1)[0]


def below(client):
    """What a person sees behind the first click."""
    return client.children(node(client)).first(1)[0]


SAMPLES = pd.DataFrame({"sample": ["a", "b"], "barcode": ["IonXpress_001", "IonXpress_002"]})
PLAN = {
    "library": "hg19",
    "planName": "DOCS_my_plan",
    "chipType": "520",
    "sequencekitname": "Ion S5 Sequencing Kit",
    "librarykitname": "Ion Xpress Plus Fragment Library Kit",
    "templatingKitName": "Ion 520/530 Kit-OT2",
}
ONE = {**PLAN, "sample": "my_sample"}

# Values of arguments by their names; a function is given the client. ``method.argument`` is for one method, and what is
# no required argument is given because the method demands one of several.
ARGUMENTS = {
    "odm": {
        "node": node,
        "study": "GSF1146901",
        "samples": GUIDE + "samples.tsv",
        "build_study.study": GUIDE + "study.tsv",
        "file": lambda odm: odm.files()[0]["genestack:accession"],
        "files": lambda odm: odm.files()[0]["genestack:accession"],
        "expression.genes": "CD36",
        "source": GUIDE + "samples.tsv",
        "import_study.source": GUIDE + "study.tsv",
        "import_cells.source": LIVER + "cells.tsv",
        "import_expression.source": GUIDE + "expression.gct",
        "import_file.source": LIVER + "protocol.txt",
        "import_flow_cytometry.source": LIVER + "flow.tsv",
        "import_libraries.source": LIVER + "libraries.tsv",
        "import_mapping.source": LIVER + "mapping.tsv",
        "import_preparations.source": LIVER + "preparations.tsv",
        "import_variant.source": LIVER + "variants.vcf",
        "job": study_job,
        "restart_job.job": stopped,
        "group": "GSF1146928",
        "sample_group": "GSF1146902",
        "link_samples.group": "GSF1146902",
        "unlink_samples.group": "GSF1146902",
        "link_libraries.group": "GSF1146912",
        "unlink_libraries.group": "GSF1146912",
        "link_preparations.group": "GSF1146921",
        "unlink_preparations.group": "GSF1146921",
        "link_variant.group": "GSF1146932",
        "unlink_variant.group": "GSF1146932",
        "link_flow_cytometry.group": "GSF1146934",
        "unlink_flow_cytometry.group": "GSF1146934",
        "link_cells.group": "GSF1146935",
        "target": "GSF1146902",
        "mapping": mapping,
        "expression_group": "GSF1146928",
        "first": "GSF1146928",
        "sample": "GSF1146904",
        "changes": {"Study Type": "x"},
        "record": "GSF1146901",
        "version": "v1",
        "item": lambda odm: odm.expression("CD36", attribute="gene")[0]["item"],
        "run": lambda odm: odm.runs("GSF1146928")[0]["runId"],
        "thing": "GSF1146904",
        "kinds": "studies",
        "by": "samples",
        "library": "GSF1146914",
        "preparation": "GSF1146923",
        "cell": "GSF1146937",
        "cell_expression.genes": "ALB",
        "update.kind": "study",
        "stream_variants.group": "GSF1146932",
        "things": "GSF1146934",
        "delete.confirm": True,
        "delete_mapping.confirm": True,
        "genome": "GSF000107",
        "organism": "Mus musculus",
        "assembly": "GRCm39",
        "release": "110",
    },
    "sevenbridges": {
        "node": below,
        "call.method": "GET",
        "call.path": "user",
        "call.what": "look",
        "task": draft,
        "abort_task.task": queued,
        "wait_task.task": queued,
        "project": BRIDGES,
        "username": "john_doe",
        "add_member.project": "RFranklin/rfranklins-experiments",
        "remove_member.username": "viewer",
        "app": f"{BRIDGES}/bamtools-merge-2-4-0",
        "group": lambda bridges: bridges.billing_groups()[0]["id"],
        "billing_group": lambda bridges: bridges.billing_groups()[0]["id"],
        "copy_app.project": "RFranklin/rfranklins-experiments",
        "files": [READS],
        "copy_files.project": "RFranklin/rfranklins-experiments",
        "name": "made",
        "create_folder.project": BRIDGES,
        "inputs": lambda bridges: {"input_bam": bridges.files(BRIDGES, name="S01.bam").first(1)},
        "service": {"type": "s3", "bucket": "b"},
        "file": READS,
        "volume": "RFranklin/lab_bucket",
        "download_files.files": lambda bridges: bridges.files(BRIDGES, name="run_report.html")[0]["id"],
        "export_files.files": {READS: "out.fastq.gz"},
        "files.project": BRIDGES,
        "locations": ["readme.txt"],
        "import_files.project": BRIDGES,
        "short_name": "count",
        "cwl": {"class": "CommandLineTool", "cwlVersion": "v1.0", "label": "Count"},
        "invoice": "INV-2025-10",
        "parent": folder,
        "text": "hello",
        "tasks": lambda bridges: [draft(bridges)],
        "wait_tasks.tasks": lambda bridges: [queued(bridges)],
        "task_outputs.tasks": lambda bridges: bridges.tasks(BRIDGES, status="COMPLETED").first(1),
        "table": pd.DataFrame({"input_bam": [["S01.bam"]]}),
        "plan": lambda bridges: bridges.plan_tasks(
            f"{BRIDGES}/bamtools-merge-2-4-0", pd.DataFrame({"input_bam": [["S01.bam"]]})
        ),
        "update_file.name": "new.txt",
        "update_files.changes": {READS: {"name": "new.txt"}},
        "update_member.copy": True,
        "metadata": {"sample_id": "S01"},
        "update_project.name": "new",
        "update_task.name": "new",
        "update_volume.description": "new",
        "users.division": "nowhere",
        "transfer": an_import,
        "upload_files.source": a_file,
        "upload_files.target": BRIDGES,
    },
    "sodar": {
        "node": node,
        "project": of("Exome pilot"),
        "user": "dave@EXAMPLE",
        "role": "project guest",
        "title": "Made",
        "parent": of("Genomics"),
        "username": "alice@EXAMPLE",
        "password": "x",
        "create_token.delete_others": True,
        "assay": assay,
        "zone": zone,
        "source": sheets,
        "new_owner": "bob@EXAMPLE",
        "delete_project.project": of("RNA pilot"),
        "update_project.title": "Renamed",
        "files.project": of("Exome pilot"),
        "files": zone_files,
        "collections.zone": active_zone,
        "move_zone.zone": filled_zone,
        "upload_files.zone": active_zone,
        "upload_files.source": a_file,
        "create_ticket.path": place,
        "request_deletion.path": place,
        "request.method": "GET",
        "request.path": "project/api/list",
        "request": deletion,
        "ticket": ticket,
        "update_ticket.label": "Renamed",
        "update_deletion_request.description": "Renamed",
        "accept_deletion.delete_data": True,
        "update_zone.description": "Renamed",
        "update_zone.rename": True,
        "invite": invite,
        "email": "newcomer@example.org",
        "event": event,
        "file_exists.file": "d41d8cd98f00b204e9800998ecf8427e",
        "setting_name": "notify_email_role",
        "value": False,
    },
    "torrentsuite": {
        "files": lambda suite: suite.report(3)["bamLink"],
        "node": below,
        "resource": "chip",
        "plan": lambda suite: suite.create_plan(ONE)["id"],
        "project": "2",
        "project_reports.thumbnails": True,
        "report": "3",
        "request.method": "GET",
        "request.path": "/rundb/api/v1/torrentsuite/",
        "run": "91",
        "runs.live": False,
        "samples": SAMPLES,
        "sample_set_items.sample_set": "1",
        "create_plan.plan": ONE,
        "copy_plan.planName": "Copied",
        "create_barcoded_plan.plan": {**PLAN, "barcodeId": "IonXpress", "applicationGroupDisplayedName": "DNA"},
        "update_plan.planName": "Renamed",
    },
}


def arguments_of(platform, name, function, client):
    """Return (positional, keyword) arguments: the required ones, and one of several where the method demands that."""
    known, positional, keyword = ARGUMENTS[platform], [], {}
    for each in list(inspect.signature(function).parameters.values())[1:]:
        place = f"{name}.{each.name}"
        if each.kind is each.VAR_KEYWORD or (each.default is not each.empty and place not in known):
            continue
        assert place in known or each.name in known, f"say in ARGUMENTS what {place} of {platform} is"
        value = known.get(place, known.get(each.name))
        value = value(client) if callable(value) else value
        if each.kind is each.KEYWORD_ONLY:
            keyword[each.name] = value
        else:
            positional.append(value)
    further = {place.partition(".")[2]: value for place, value in known.items() if place.startswith(f"{name}.")}
    named = inspect.signature(function).parameters
    return positional, keyword | {key: value for key, value in further.items() if key not in named}
