"""Files, folders, copies and their contents."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, request
from werkzeug.http import http_date

from bionb.platforms.sevenbridges.sandbox.answers import body, bulk, faults, listing, sent, store
from bionb.platforms.sevenbridges.sandbox.store import Record
from bionb.sandbox.application import Answer, Refused, Routes, refuse_if, whole_number

CHUNK = 1 << 20
LONGEST_NAME, LONGEST_KEY, LONGEST_VALUE, MOST_KEYS = 255, 100, 300, 1000  # characters, characters, bytes, pairs
FILE = "/v2/files/<name>"
KEPT_BY_COPIES = ("metadata", "tags", "storage", "origin")


def _files() -> Answer:
    project, folder = _place_asked()
    answer = listing("files", _matching(store.inside(folder)))
    _change_meanwhile(folder, project)
    return answer


def _create_folder() -> Answer:
    wanted = body()
    refuse_if(
        str(wanted.get("type")).lower() != "folder" or not good_name(wanted.get("name")),
        400,
        "A folder needs a name without slashes.",
        code=5006,
    )
    project, parent = destination(wanted)
    return sent("files", store.add_folder(project, wanted["name"], parent)), 201


def _metadata(name: str) -> Answer:
    found = store.file(name, "read" if request.method == "GET" else "write")
    if request.method != "GET":
        before = {} if request.method == "PUT" else found["metadata"]
        found.update(metadata=_merged(before, body()), modified_on=store.now())
    return dict(found["metadata"])


def _tags(name: str) -> Answer:
    found = store.file(name, "read" if request.method == "GET" else "write")
    if request.method == "PUT":
        found["tags"] = list(request.get_json())
    return list(found["tags"])


def _copy(name: str) -> Answer:
    wanted = body()
    project, parent = destination(wanted)
    return sent("files", _copied(store.file(name, "copy"), project, parent, wanted.get("name"))), 201


def _move(name: str) -> Answer:
    found, wanted = store.file(name, "write"), body()
    target = store.file(wanted["parent"], "write") if wanted.get("parent") else {}
    refuse_if(target.get("project") != found["project"], 400, "Files move within their project only.", code=5015)
    store.children[found["parent"]].remove(name)
    store.children[target["id"]].append(name)
    found.update(parent=target["id"], name=wanted.get("name") or found["name"])
    return sent("files", found)


def _copy_many() -> Answer:
    wanted = body("project", "file_ids")
    store.project(wanted["project"], "write")
    return {name: _copy_status(name, wanted["project"]) for name in wanted["file_ids"]}


def _link(name: str) -> Answer:
    found = store.file(name, "copy")["id"]
    return {"url": f"{request.host_url}signed/files/{found}?signature=invented{next(store.signatures)}"}


def _content(name: str) -> Answer:
    """Send a file's bytes, or the range asked for; the link is signed and needs no token."""
    record = store.found_file(name)
    signature = request.args.get("signature", "")
    if record is None or not signature.startswith("invented") or signature in store.expired:
        return denied()
    if faults.take("expired_link"):
        store.expired.add(signature)
    size, etag, read = int(record["size"]), f'"{store.etag(record)}"', store.content
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if found is None or request.headers.get("If-Range", etag) != etag:
        start, stop, status = 0, size, 200
    else:
        start, stop, status = int(found[1]), min(size, int(found[2] or size) + 1), 206
    if status == 206 and start >= size:
        return Response("", 416, {"Content-Range": f"bytes */{size}"})
    parts = (read(record, at, min(at + CHUNK, stop)) for at in range(start, stop, CHUNK))
    headers = {"Content-Length": str(stop - start), "ETag": etag, "Accept-Ranges": "bytes"}
    headers["Last-Modified"] = http_date(datetime.fromisoformat(record["created_on"]))
    headers |= {"Content-Range": f"bytes {start}-{stop - 1}/{size}"} if status == 206 else {}
    return Response(parts, status, headers, content_type="application/octet-stream")


def denied() -> Response:
    """Answer as a store of objects does when a link is not signed."""
    return Response("<Error><Code>AccessDenied</Code></Error>", 403, content_type="application/xml")


# -- where --------------------------------------------------------------------------------------------------------


def destination(wanted: Record) -> tuple[str, str]:
    """Return (project, folder) that a body names, with the right to write there."""
    project, parent = _either(wanted)
    if project:
        return project, store.project(project, "write")["root_folder"]
    return _folder(str(parent), "write")


def _either(wanted: Any) -> tuple[Any, Any]:
    project, parent = wanted.get("project"), wanted.get("parent")
    refuse_if(project and parent, 400, "Name a project or a parent, not both.", code=5031)
    refuse_if(not project and not parent, 400, "Name a project or a parent.", code=5029)
    return project, parent


def _folder(name: str, need: str = "read") -> tuple[str, str]:
    """Return (project, folder) of a folder, which may be a project's root."""
    root = next((each["id"] for each in store.projects.values() if each["root_folder"] == name), None)
    if root is not None:
        return store.project(root, need)["id"], name
    folder = store.file(name, need)
    refuse_if(folder["type"] != "folder" and need == "write", 400, "The parent is not a folder.", code=5030)
    return folder["project"], name


def _place_asked() -> tuple[str, str]:
    project, parent = _either(request.args)
    if parent:
        return _folder(parent)
    refuse_if(not re.fullmatch(r"[^/?]+/[^/?]+", project), 400, "A project is named as owner/project.", code=5005)
    return project, store.project(project)["root_folder"]


def _matching(found: Sequence[Record]) -> Sequence[Record]:
    """Apply the filters: any value of one field, all fields."""
    asked = request.args.to_dict(flat=False)
    metadata = {key[9:]: values for key, values in asked.items() if key.startswith("metadata.")}
    names, tags, tasks = (set(asked.get(key, ())) for key in ("name", "tag", "origin.task"))
    if not (metadata or names or tags or tasks):
        return found
    return [
        each
        for each in found
        if (not names or each["name"] in names)
        and (not tags or tags & set(each.get("tags", ())))
        and (not tasks or each.get("origin", {}).get("task") in tasks)
        and all(each.get("metadata", {}).get(key) in values for key, values in metadata.items())
    ]


# -- changes ------------------------------------------------------------------------------------------------------


def good_name(name: object) -> bool:
    """Tell whether a file may be called this."""
    return isinstance(name, str) and bool(name.strip()) and "/" not in name and len(name) <= LONGEST_NAME


def _edited(changes: Record, *, replace: bool = False) -> Record:
    found = store.file(changes["id"], "write")
    refuse_if(
        "name" in changes and not good_name(changes["name"]),
        400,
        f"A file's name has no slash and at most {LONGEST_NAME} characters.",
        code=5006,
    )
    if changes.get("metadata") is not None:
        found["metadata"] = _merged({} if replace else found["metadata"], changes["metadata"])
    if changes.get("tags") is not None:
        found["tags"] = list(changes["tags"])
    found.update(name=changes.get("name") or found["name"], modified_on=store.now())
    return sent("files", found)


def _merged(before: Record, changes: Record) -> Record:
    """Merge metadata; null removes a key."""
    for key, value in changes.items():
        fits = value is None or (isinstance(value, str) and len(value.encode()) <= LONGEST_VALUE)
        refuse_if(
            not fits or len(key) > LONGEST_KEY or len(changes) > MOST_KEYS,
            400,
            f"Metadata validation failed: {key[:LONGEST_KEY]}.",
            code=5006,
        )
    return {key: value for key, value in {**before, **changes}.items() if value is not None}


def _removed(name: str) -> None:
    store.remove_file(store.file(name, "write")["id"])


def _copied(source: Record, project: str, parent: str = "", name: str | None = None) -> Record:
    """Copy a file; the copy has an id of its own."""
    kept = {key: copy.deepcopy(source[key]) for key in KEPT_BY_COPIES if key in source}
    size = source.get("size", 0)
    made = store.add_file(project, name or source["name"], size, parent=parent, **kept)
    if size <= CHUNK:
        store.contents[made["id"]] = store.content(source, 0, size)
    return made


def _copy_status(name: str, project: str) -> Record:
    try:
        if faults.take("fail_copy"):
            raise Refused(503, "The file could not be copied now.", code=5000)
        made = _copied(store.file(name, "copy"), project)
    except Refused as refused:
        return {"status": "ERROR", "code": refused.more["code"], "message": refused.words}
    return {"status": "OK", "new_file_id": made["id"], "new_file_name": made["name"]}


def _change_meanwhile(folder: str, project: str) -> None:
    """Let somebody else delete or add a file between two pages."""
    if whole_number("offset", 0) == 0 or folder not in store.children:
        return
    if faults.take("drifting"):
        store.remove_file(store.children[folder][0])
    if faults.take("inserting"):
        added = store.add_file(project, "added_meanwhile.txt", 1, parent=folder)
        store.children[folder].insert(0, store.children[folder].pop())
        added["name"] = f"added_{added['id'][:4]}.txt"


ROUTES: Routes = {
    "GET /v2/files": _files,
    f"GET {FILE}/list": lambda name: listing("files", store.inside(store.file(name)["id"])),
    f"GET {FILE}": lambda name: sent("files", store.file(name)),
    "POST /v2/files": _create_folder,
    f"PATCH {FILE}": lambda name: _edited({**body(), "id": name}),
    f"DELETE {FILE}": _removed,
    f"GET|PATCH|PUT {FILE}/metadata": _metadata,
    f"GET|PUT {FILE}/tags": _tags,
    f"POST {FILE}/actions/copy": _copy,
    f"POST {FILE}/actions/move": _move,
    "POST /v2/action/files/copy": _copy_many,
    "POST /v2/bulk/files/get": lambda: bulk("file_ids", lambda name: sent("files", store.file(name))),
    "POST /v2/bulk/files/delete": lambda: bulk("file_ids", _removed),
    "POST /v2/bulk/files/<any(update, edit):how>": lambda how: bulk(
        "items", lambda item: _edited(item, replace=how == "update")
    ),
    f"GET {FILE}/download_info": _link,
    "GET /signed/files/<name>": _content,
}
