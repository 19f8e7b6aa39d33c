"""Uploads in parts, to signed links that need no token."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, g, jsonify, request

from bionb.platforms.sevenbridges.sandbox.files import destination, shown
from bionb.platforms.sevenbridges.sandbox.replies import Record, Refused, body, flag
from bionb.platforms.sevenbridges.sandbox.store import Store
from bionb.sandbox.faults import Faults

PART_SIZE = 5 * 1024 * 1024
MOST = 5 * 1024**4


def add_routes(app: Blueprint, store: Store, faults: Faults) -> None:
    """Add the routes of this part."""

    def found(name: str) -> Record:
        if name not in store.uploads or store.uploads[name]["owner"] != g.user:
            raise Refused(404, 8003, "Requested upload does not exist.")
        return store.uploads[name]

    @app.post("/v2/upload/multipart")
    def start() -> tuple[Response, int]:
        wanted = body()
        name, size = wanted.get("name"), wanted.get("size")
        if not isinstance(name, str) or not name or "/" in name or len(name) > 255:
            raise Refused(400, 8012, "A file's name has no slash and at most 255 characters.")
        if not isinstance(size, int) or not 0 <= size <= MOST:
            raise Refused(400, 8013, "The size must be a number of bytes up to 5 TiB.")
        project, parent = destination(store, wanted, g.user)
        same = [each for each in store.inside(parent) if each["name"] == name]
        if same and not flag("overwrite"):
            raise Refused(409, 8014, "A file of this name exists; ask to overwrite it.")
        upload = {
            "upload_id": store.ids.uuid("upload").replace("-", ""),
            "part_size": PART_SIZE,
            "parallel_uploads": True,
            "project": project,
            "parent": parent,
            "name": name,
            "size": size,
            "initialized": store.now(),
            "owner": g.user,
            "parts": {},
            "reported": {},
        }
        store.uploads[upload["upload_id"]] = upload
        return jsonify(_public(upload)), 201

    @app.get("/v2/upload/multipart")
    def running() -> Response:
        return jsonify(items=[_public(each) for each in store.uploads.values() if each["owner"] == g.user])

    @app.get("/v2/upload/multipart/<name>")
    def status(name: str) -> Response:
        parts = [{"part_number": number, "etag": etag} for number, etag in sorted(found(name)["reported"].items())]
        return jsonify({**_public(found(name)), "parts": parts})

    @app.delete("/v2/upload/multipart/<name>")
    def abort(name: str) -> tuple[str, int]:
        del store.uploads[found(name)["upload_id"]]
        return "", 204

    @app.get("/v2/upload/multipart/<name>/part/<int:number>")
    def where(name: str, number: int) -> Response:
        upload = found(name)
        if not 1 <= number <= _parts(upload):
            raise Refused(400, 8015, "There is no such part.")
        return jsonify(
            method="PUT",
            url=f"{request.host_url}signed/parts/{name}/{number}?signature=invented",
            expires="2026-01-06T12:00:00Z",
            headers={},
            success_codes=[200],
            report={"headers": ["ETag"]},
        )

    @app.put("/signed/parts/<name>/<int:number>")
    def put(name: str, number: int) -> Response:
        if name not in store.uploads or request.args.get("signature") != "invented":
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, content_type="application/xml")
        content = request.get_data()
        store.uploads[name]["parts"][number] = content
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return Response("", 200, headers={"ETag": f'"{etag}"'})

    @app.post("/v2/upload/multipart/<name>/part")
    def report(name: str) -> Response:
        said, upload = body(), found(name)
        etag = said["response"]["headers"]["ETag"].strip('"')
        content = upload["parts"].get(said["part_number"], b"")
        if etag != hashlib.md5(content, usedforsecurity=False).hexdigest():
            raise Refused(400, 8015, "The part did not arrive as reported.")
        upload["reported"][said["part_number"]] = etag
        return jsonify({})

    @app.post("/v2/upload/multipart/<name>/complete")
    def complete(name: str) -> Response:
        upload = found(name)
        content = b"".join(upload["parts"].get(number, b"") for number in range(1, _parts(upload) + 1))
        if len(upload["reported"]) != _parts(upload) or len(content) != upload["size"]:
            raise Refused(400, 8015, "Not all parts have arrived.")
        for each in [each for each in store.inside(upload["parent"]) if each["name"] == upload["name"]]:
            store.remove_file(each["id"])
        made = store.add_file(upload["project"], upload["name"], upload["size"], parent=upload["parent"])
        store.contents[made["id"]] = content
        del store.uploads[name]
        return jsonify(shown(made))


def _parts(upload: Record) -> int:
    return max(1, -(-int(upload["size"]) // int(upload["part_size"])))


def _public(upload: Record) -> Record:
    return {key: value for key, value in upload.items() if key not in ("owner", "parts", "reported")}
