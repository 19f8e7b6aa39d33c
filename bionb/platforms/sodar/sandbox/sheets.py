"""Views on sample sheets: import and replace, investigation, export, collections, files."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath
from typing import Any

from flask import Response, request

from bionb.platforms.sodar.sandbox import isa
from bionb.platforms.sodar.sandbox.api import Context, paged
from bionb.platforms.sodar.sandbox.irods.store import file_shape
from bionb.platforms.sodar.sandbox.projects import find
from bionb.platforms.sodar.sandbox.refusals import Refused, crash_if, forbid_if, refuse_if, there, unfit_if
from bionb.platforms.sodar.sandbox.world import CATEGORY, CONTRIBUTOR, GUEST, Project, World
from bionb.sandbox.application import Routes
from bionb.sandbox.faults import Faults


def irods_fault(faults: Faults, what: str, off: int = 500) -> None:
    """Refuse as a server does whose iRODS is off or down."""
    refuse_if(faults.take("irods_off"), off, f"{what}: iRODS is not switched on here")
    refuse_if(faults.take("irods_down"), 500, f"{what}: no connection to iRODS")


def readable(context: Context, uuid: str) -> Project:
    """Return a project whose sheets the caller may see."""
    return find(context, uuid, GUEST)


def stored(project: Project, what: str = "There is no such object.") -> isa.Sheets:
    """Return a project's sheets."""
    found: isa.Sheets = there(project.sheets, what)
    return found


def investigation(context: Context, project: str) -> Any:
    """Return the investigation with its studies and assays by UUID."""
    sheets = stored(readable(context, project), "This project has no investigation.")
    base = context.world.projects[project].sample_data
    return {
        "identifier": str(sheets.info.info.identifier or ""),
        "file_name": sheets.file_name,
        "project": project,
        "title": str(sheets.info.info.title or ""),
        "description": str(sheets.info.info.description or ""),
        "irods_status": sheets.irods_status,
        "parser_version": "0.2.9" if context.old else "0.3.0",
        "archive_name": sheets.archive_name,
        "comments": {each.name: each.value for each in sheets.info.info.comments},
        "studies": {each.sodar_uuid: _study(sheets, each, base) for each in sheets.studies},
        "sodar_uuid": sheets.sodar_uuid,
    }


def _study(sheets: isa.Sheets, study: isa.StudySheet, base: str) -> dict[str, Any]:
    path = f"{base}/study_{study.sodar_uuid}"
    return {
        "identifier": study.identifier,
        "file_name": study.file_name,
        "title": str(study.info.info.title or ""),
        "description": str(study.info.info.description or ""),
        "comments": {each.name: each.value for each in study.info.info.comments},
        "irods_path": path if sheets.irods_status else None,
        "assays": {each.sodar_uuid: _assay(sheets, each, path) for each in study.assays},
        "sodar_uuid": study.sodar_uuid,
    }


def _assay(sheets: isa.Sheets, assay: isa.AssaySheet, base: str) -> dict[str, Any]:
    return {
        "file_name": assay.file_name,
        "technology_platform": str(assay.info.platform or ""),
        "technology_type": isa.term(assay.info.technology_type),
        "measurement_type": isa.term(assay.info.measurement_type),
        "comments": {each.name: each.value for each in assay.info.comments},
        "irods_path": f"{base}/assay_{assay.sodar_uuid}" if sheets.irods_status else None,
        "sodar_uuid": assay.sodar_uuid,
    }


def export_json(context: Context, project: str) -> Any:
    """Return the sheets as AltamISA writes them, TSV wrapped in JSON."""
    return isa.written(stored(readable(context, project)))


def export_zip(context: Context, project: str) -> Any:
    """Return the same as a zip, unless a query string follows the address: then, as on real servers, JSON."""
    sheets = stored(readable(context, project))
    found = isa.written(sheets)
    if request.query_string:
        return found
    folder = PurePosixPath(sheets.file_name).parent
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _members(found, sheets):
            archive.writestr(zipfile.ZipInfo(str(folder / name), (2026, 1, 5, 12, 0, 0)), text)
    name = sheets.archive_name or f"{PurePosixPath(sheets.file_name).stem.removeprefix('i_')}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data.getvalue(), content_type="application/zip", headers=headers)


def _members(found: dict[str, Any], sheets: isa.Sheets) -> list[tuple[str, str]]:
    tables = {**found["studies"], **found["assays"]}
    first = (PurePosixPath(sheets.file_name).name, found["investigation"]["tsv"])
    return [first, *((name, each["tsv"]) for name, each in tables.items())]


def import_sheets(context: Context, project: str) -> Any:
    """Import sheets, or replace those that are there."""
    found = find(context, project, CONTRIBUTOR)
    forbid_if(found.archive)
    upload = isa.read_upload(list(request.files.values()))
    now, old = str(context.world.clock.tick()), found.sheets
    done = "replaced" if old is not None else "created"
    what, words = f"sheet_{done[:-1]}", "previous investigation" if old is not None else "investigation"
    words, app = f"{done[:-1]} {words}", "samplesheets"
    event = context.world.note(found, context.user, what, words, app=app, done=False)
    try:
        sheets = isa.parse(upload, context.world.ids.uuid, now)
        if old is not None:
            keep(found, old, sheets)
    except Refused as refused:
        context.world.conclude(event, "FAILED", refused.more.get("story", f"ISA-Tab import failed: {refused.words}"))
        raise
    context.world.conclude(event, "OK", "All OK")
    found.sheets = sheets
    crash_if(found.type == CATEGORY)  # a fault of real servers: stored, and then a crash
    answer: dict[str, Any] = {"detail": f"Sheets {done} in {found.title} ({project})"}
    if found_warnings := isa.warnings_of(sheets):
        answer["sodar_warnings"] = found_warnings
    if fault := context.faults.take("slow_import"):
        context.delay(fault.options.get("seconds", 149))
    return answer


def create_collections(context: Context, project: str) -> Any:
    """Make the iRODS collections of a project's sheets."""
    found = find(context, project, CONTRIBUTOR)
    what = "Collections were not created"
    forbid_if(found.archive)
    unfit_if(found.sheets is None, f"{what}: there is no investigation")
    unfit_if(found.sheets.irods_status, f"{what}: they are there already")
    irods_fault(context.faults, what)
    make_collections(context.world, found, found.sheets)
    what = "create iRODS collection structure"
    context.world.note(found, context.user, "sheet_colls_create", what, app="samplesheets")
    return {"detail": "Collections created", "path": found.sample_data}


def make_collections(world: World, project: Project, sheets: isa.Sheets) -> None:
    """Make the collections of sheets, which landing zones and sample data need."""
    sheets.irods_status = True
    for study in sheets.studies:
        for assay in study.assays:
            world.irods.make(f"{project.sample_data}/study_{study.sodar_uuid}/assay_{assay.sodar_uuid}")


def list_files(context: Context, project: str) -> Any:
    """List the files in a project's sample data."""
    found = readable(context, project)
    crash_if(found.type == CATEGORY)  # a fault of real servers of both generations
    irods_fault(context.faults, "Files cannot be listed")
    sheets = stored(found)
    refuse_if(not sheets.irods_status, 404, "The collection is not there.")
    files = [file_shape(path, each) for path, each in context.world.irods.below(found.sample_data).items()]
    if context.old or context.version == "1.0":
        for each in files:
            del each["checksum"]
    return {"irods_data": files} if context.old else paged(context, files, relative=True)


def file_exists(context: Context) -> Any:
    """Tell whether a file with this checksum is in any project."""
    refuse_if(context.faults.take("irods_off"), 500, "iRODS is not switched on here")
    asked = request.args.get("checksum", "")
    unfit_if(not re.fullmatch("[0-9a-f]{32}", asked), "The checksum is no MD5 sum.")
    found = any(each.checksum == asked for each in context.world.irods.objects.values())
    return {"detail": "The file is there" if found else "There is no such file", "status": found}


def environment(context: Context) -> Any:
    """Return what an iRODS client needs to connect."""
    refuse_if(context.faults.take("irods_off"), 404, "iRODS is not switched on here.")
    refuse_if(context.faults.take("irods_down"), 400, "The settings of iRODS cannot be read.")
    name = context.user.username
    settings = {"irods_host": "irods.example.org", "irods_port": 1247, "irods_zone_name": "sandboxZone"}
    return {"irods_environment": {**settings, "irods_user_name": name, "irods_authentication_scheme": "PAM"}}


def keep(project: Project, old: isa.Sheets, new: isa.Sheets) -> None:
    """Apply the rules of replacing, and keep the UUIDs of investigation, studies and assays."""
    studies, lost = {each.identifier: each for each in new.studies}, list[str]()
    for study in old.studies:
        match = studies.get(study.identifier)
        names = {each.file_name: each for each in match.assays} if match else {}
        lost += [study.identifier] if match is None or match.file_name != study.file_name else []
        lost += [each.file_name for each in study.assays if each.file_name not in names]
        if match is not None:
            match.sodar_uuid = study.sodar_uuid
        for assay in study.assays:
            if assay.file_name in names:
                names[assay.file_name].sodar_uuid = assay.sodar_uuid
    zoned = any(zone.assay not in new.assays for zone in project.zones)
    words, story = "The sheets were not replaced; the reason is in the server's log.", f"Not in the new sheets: {lost}"
    refuse_if(zoned or (old.irods_status and lost), 400, words, story=story)
    new.sodar_uuid, new.irods_status = old.sodar_uuid, old.irods_status


ROUTES: Routes = {
    "POST /samplesheets/api/import/<uuid:project>": import_sheets,
    "GET /samplesheets/api/investigation/retrieve/<uuid:project>": investigation,
    "GET /samplesheets/api/export/json/<uuid:project>": export_json,
    "GET /samplesheets/api/export/zip/<uuid:project>": export_zip,
    "POST /samplesheets/api/irods/collections/create/<uuid:project>": create_collections,
    "GET /samplesheets/api/file/list/<uuid:project>": list_files,
    "GET /samplesheets/api/file/exists": file_exists,
    "GET /irods/api/environment": environment,
}
