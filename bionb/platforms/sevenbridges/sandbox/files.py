"""Files, folders, copies and their contents."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence

from flask import Blueprint, Response, g, jsonify, request

from bionb.platforms.sevenbridges.sandbox.replies import Record, Refused, body, bulk, listing, one, query, sent
from bionb.platforms.sevenbridges.sandbox.store import Store
from bionb.platforms.sevenbridges.wire.records import FILES
from bionb.sandbox.faults import Faults

CHUNK = 1 << 20


def add_routes(app: Blueprint, store: Store, faults: Faults) -> None:
    """Add the routes of this part."""

    @app.get("/v2/files")
    def files() -> Response:
        folder, project = _folder(store)
        found = _matching(store.inside(folder))
        answer = listing(found, lambda each: shown(each, True), faults)
        _change_meanwhile(store, folder, project, faults)
        return answer

    @app.get("/v2/files/<name>/list")
    def inside(name: str) -> Response:
        return listing(store.inside(store.file(name, g.user)["id"]), lambda each: shown(each, True), faults)

    @app.get("/v2/files/<name>")
    def file(name: str) -> Response:
        return jsonify(shown(store.file(name, g.user)))

    @app.post("/v2/files")
    def create_folder() -> tuple[Response, int]:
        wanted = body()
        if str(wanted.get("type")).lower() != "folder" or not _good_name(wanted.get("name")):
            raise Refused(400, 5006, "A folder needs a name without slashes.")
        project, parent = destination(store, wanted, g.user)
        return jsonify(shown(store.add_folder(project, wanted["name"], parent))), 201

    @app.patch("/v2/files/<name>")
    def change(name: str) -> Response:
        return jsonify(shown(_edit(store, name, body())))

    @app.delete("/v2/files/<name>")
    def delete(name: str) -> tuple[str, int]:
        store.remove_file(store.file(name, g.user, "write")["id"])
        return "", 204

    @app.route("/v2/files/<name>/metadata", methods=["GET", "PATCH", "PUT"])
    def metadata(name: str) -> Response:
        found = store.file(name, g.user, "read" if request.method == "GET" else "write")
        if request.method != "GET":
            found["metadata"] = merged({} if request.method == "PUT" else found["metadata"], body())
            found["modified_on"] = store.now()
        return jsonify(found["metadata"])

    @app.route("/v2/files/<name>/tags", methods=["GET", "PUT"])
    def tags(name: str) -> Response:
        found = store.file(name, g.user, "read" if request.method == "GET" else "write")
        if request.method == "PUT":
            found["tags"] = list(request.get_json())
        return jsonify(found["tags"])

    @app.post("/v2/files/<name>/actions/copy")
    def copy_one(name: str) -> tuple[Response, int]:
        wanted = body()
        project, parent = destination(store, wanted, g.user)
        return jsonify(shown(copied(store, store.file(name, g.user, "copy"), project, parent, wanted.get("name")))), 201

    @app.post("/v2/files/<name>/actions/move")
    def move(name: str) -> Response:
        found, wanted = store.file(name, g.user, "write"), body()
        target = store.file(wanted.get("parent", ""), g.user, "write") if wanted.get("parent") else None
        if target is None or target["project"] != found["project"]:
            raise Refused(400, 5015, "Files move within their project only.")
        store.children[found["parent"]].remove(name)
        store.children[target["id"]].append(name)
        found.update(parent=target["id"], name=wanted.get("name") or found["name"])
        return jsonify(shown(found))

    @app.post("/v2/action/files/copy")
    def copy_many() -> Response:
        wanted = body()
        store.project(wanted.get("project", ""), g.user, "write")
        return jsonify({name: _copy_status(store, faults, name, wanted["project"]) for name in wanted["file_ids"]})

    @app.post("/v2/bulk/files/get")
    def get_many() -> Response:
        return bulk(body()["file_ids"], lambda name: shown(store.file(name, g.user)))

    @app.post("/v2/bulk/files/delete")
    def delete_many() -> Response:
        return bulk(body()["file_ids"], lambda name: store.remove_file(store.file(name, g.user, "write")["id"]))

    @app.post("/v2/bulk/files/<any(update, edit):how>")
    def edit_many(how: str) -> Response:
        return bulk(body()["items"], lambda item: shown(_edit(store, item["id"], item, replace=how == "update")))

    @app.get("/v2/files/<name>/download_info")
    def download_info(name: str) -> Response:
        store.file(name, g.user, "copy")
        return jsonify(url=f"{request.host_url}signed/files/{name}?signature=invented")

    @app.get("/signed/files/<name>")
    def content(name: str) -> Response:
        return _content(store, name)


def shown(record: Record, listed: bool = False) -> Record:
    """Return a file as it is sent."""
    return sent(record, FILES, f"files/{record['id']}", listed=listed)


def destination(store: Store, wanted: Record, user: str) -> tuple[str, str]:
    """Return (project, folder) that a body names, with the right to write there."""
    project, parent = wanted.get("project"), wanted.get("parent")
    if project and parent:
        raise Refused(400, 5031, "Name a project or a parent, not both.")
    if not project and not parent:
        raise Refused(400, 5029, "Name a project or a parent.")
    if project:
        return project, store.project(project, user, "write")["root_folder"]
    root = next((each for each in store.projects.values() if each["root_folder"] == parent), None)
    if root is not None:
        return store.project(root["id"], user, "write")["id"], str(parent)
    folder = store.file(str(parent), user, "write")
    if folder["type"] != "folder":
        raise Refused(400, 5030, "The parent is not a folder.")
    return folder["project"], folder["id"]


def copied(store: Store, source: Record, project: str, parent: str = "", name: str | None = None) -> Record:
    """Copy a file; the copy has an id of its own."""
    kept = {key: copy.deepcopy(source[key]) for key in ("metadata", "tags", "storage", "origin") if key in source}
    made = store.add_file(project, name or source["name"], source.get("size", 0), parent=parent, **kept)
    size = source.get("size", 0)
    store.contents[made["id"]] = store.content(source, 0, size) if size <= CHUNK else b""
    if size > CHUNK:
        del store.contents[made["id"]]
    return made


def merged(before: Record, changes: Record) -> Record:
    """Merge metadata; null removes a key."""
    for key, value in changes.items():
        if not (value is None or isinstance(value, str)) or len(key) > 100 or len((value or "").encode()) > 300:
            raise Refused(400, 5006, f"Metadata validation failed: {key[:100]}.")
    after = {**before, **changes}
    return {key: value for key, value in after.items() if value is not None}


def _folder(store: Store) -> tuple[str, str]:
    project, parent = one("project"), one("parent")
    if project and parent:
        raise Refused(400, 5031, "Name a project or a parent, not both.")
    if parent:
        root = next((each for each in store.projects.values() if each["root_folder"] == parent), None)
        folder = {"id": parent, "project": root["id"]} if root else store.file(parent, g.user)
        store.project(folder["project"], g.user)
        return folder["id"], folder["project"]
    if not project:
        raise Refused(400, 5029, "Name a project or a parent.")
    if not re.fullmatch(r"[^/?]+/[^/?]+", project):
        raise Refused(400, 5005, "A project is named as owner/project.")
    return store.project(project, g.user)["root_folder"], project


def _matching(found: Sequence[Record]) -> Sequence[Record]:
    """Apply the filters: any value of one field, all fields."""
    asked = query()
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


def _change_meanwhile(store: Store, folder: str, project: str, faults: Faults) -> None:
    """Let somebody else delete or add a file between two pages."""
    if int(one("offset") or 0) == 0 or folder not in store.children:
        return
    if faults.take("drifting"):
        store.remove_file(store.children[folder][0])
    if faults.take("inserting"):
        added = store.add_file(project, "added_meanwhile.txt", 1, parent=folder)
        store.children[folder].insert(0, store.children[folder].pop())
        added["name"] = f"added_{added['id'][:4]}.txt"


def _good_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip()) and "/" not in name and len(name) <= 255


def _edit(store: Store, name: str, changes: Record, *, replace: bool = False) -> Record:
    found = store.file(name, g.user, "write")
    if "name" in changes and not _good_name(changes["name"]):
        raise Refused(400, 5006, "A file's name has no slash and at most 255 characters.")
    if changes.get("metadata") is not None:
        found["metadata"] = merged({} if replace else found["metadata"], changes["metadata"])
    if changes.get("tags") is not None:
        found["tags"] = list(changes["tags"])
    found.update(name=changes.get("name") or found["name"], modified_on=store.now())
    return found


def _copy_status(store: Store, faults: Faults, name: str, project: str) -> Record:
    try:
        if faults.take("fail_copy"):
            raise Refused(503, 5000, "The file could not be copied now.")
        made = copied(store, store.file(name, g.user, "copy"), project)
    except Refused as refused:
        return {"status": "ERROR", "code": refused.code, "message": refused.message}
    return {"status": "OK", "new_file_id": made["id"], "new_file_name": made["name"]}


def _content(store: Store, name: str) -> Response:
    """Send a file's bytes, or the range asked for; the link is signed and needs no token."""
    record = store.files.get(name) or next((each for many in store.many.values() if (each := many.find(name))), None)
    if record is None or one("signature") != "invented":
        return Response("<Error><Code>AccessDenied</Code></Error>", 403, content_type="application/xml")
    size = int(record["size"])
    etag = f'"{store.etag(record)}"'
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if request.headers.get("If-Range", etag) != etag:
        found = None
    start = int(found[1]) if found else 0
    stop = min(size, int(found[2]) + 1) if found and found[2] else size
    if found and start >= size:
        return Response("", 416, headers={"Content-Range": f"bytes */{size}"})
    parts = (store.content(record, at, min(at + CHUNK, stop)) for at in range(start, stop, CHUNK))
    answer = Response(parts, 206 if found else 200, content_type="application/octet-stream")
    answer.headers["Content-Length"] = str(stop - start)
    answer.headers["ETag"] = etag
    answer.headers["Accept-Ranges"] = "bytes"
    if found:
        answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return answer
