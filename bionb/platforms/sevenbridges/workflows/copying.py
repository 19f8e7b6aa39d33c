"""Copies of files and folders: a folder is made anew, with all that is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import BionbError
from bionb.paging.pages import Record
from bionb.plain import listed
from bionb.platforms.sevenbridges.calls.files import Files
from bionb.platforms.sevenbridges.rules.identifiers import Ref, file_id, project_id
from bionb.platforms.sevenbridges.workflows.folders import folder_called


def copy_files(files: Files, chosen: Any, project: Ref) -> dict[str, str]:
    """Copy files together, and folders one after the other; return new ids by old ids."""
    given = listed(chosen, "file")
    unknown = [each for each in given if not (isinstance(each, Mapping) and each.get("type"))]
    known = {each["id"]: each for each in files.files_by_id(unknown)} if unknown else {}
    records = [known.get(file_id(each), each) if each in unknown else each for each in given]
    folders = [each for each in records if isinstance(each, Mapping) and str(each.get("type")).lower() == "folder"]
    single = [each for each, record in zip(given, records, strict=True) if record not in folders]
    made = Files.copy_files(files, single, project) if single or not folders else {}
    try:
        for each in folders:
            made |= _copied(files, dict(each), {"project": project_id(project)})
    except BionbError as error:
        raise error.with_partial({**made, **(error.partial or {})}) from error.__cause__
    return made


def _copied(files: Files, folder: Record, where: dict[str, str]) -> dict[str, str]:
    """Copy a folder with all that is in it."""
    made: dict[str, str] = {}
    try:
        new = folder_called(files, str(folder["name"]), where)
        made[folder["id"]] = new
        inside = list(files.files(parent=folder))
        single = [each for each in inside if str(each.get("type")).lower() != "folder"]
        for each, copy in zip(single, files.session.map(lambda each: _one(files, each, new), single), strict=True):
            made[each["id"]] = copy
        for each in inside:
            if each not in single:
                made |= _copied(files, each, {"parent": new})
    except BionbError as error:
        raise error.with_partial({**made, **(error.partial or {})}) from error.__cause__
    return made


def _one(files: Files, file: Record, folder: str) -> str:
    what = f"copy the file {file.get('name', file['id'])}"
    body = {"parent": folder, "name": file["name"]}
    copied = files.call("POST", f"files/{file['id']}/actions/copy", what=what, json=body)
    return str(files.session.record_of(copied, what=what, ids=("id",))["id"])
