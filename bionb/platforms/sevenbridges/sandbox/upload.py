"""Uploads in parts, to signed links that need no token."""

from __future__ import annotations

from flask import Response, request

from bionb.platforms.sevenbridges.sandbox.answers import body, flag, sent, store
from bionb.platforms.sevenbridges.sandbox.files import LONGEST_NAME, denied, destination, good_name
from bionb.platforms.sevenbridges.sandbox.store import PART_SIZE, Record, md5
from bionb.sandbox.application import Answer, Routes, refuse_if

MOST = 5 * 1024**4
UPLOAD = "/v2/upload/multipart/<name>"


def _found(name: str) -> Record:
    refuse_if(
        name not in store.uploads or store.uploads[name]["owner"] != store.user,
        404,
        "Requested upload does not exist.",
        code=8003,
    )
    return store.uploads[name]


def _start() -> Answer:
    wanted = body()
    name, size = wanted.get("name"), wanted.get("size")
    refuse_if(not good_name(name), 400, f"A file's name has no slash and at most {LONGEST_NAME} characters.", code=8012)
    refuse_if(
        not isinstance(size, int) or not 0 <= size <= MOST,
        400,
        "The size must be a number of bytes up to 5 TiB.",
        code=8013,
    )
    project, parent = destination(wanted)
    refuse_if(
        _named(name, parent) and not flag("overwrite"),
        409,
        "A file of this name exists; ask to overwrite it.",
        code=8014,
    )
    upload: Record = {
        "upload_id": store.ids.uuid("upload").replace("-", ""),
        "part_size": PART_SIZE,
        "parallel_uploads": True,
        "project": project,
        "parent": parent,
        "name": name,
        "size": size,
        "initialized": store.now(),
        "owner": store.user,
        "parts": {},
        "reported": {},
    }
    store.uploads[upload["upload_id"]] = upload
    return _public(upload), 201


def _named(name: object, folder: str) -> list[str]:
    return [each["id"] for each in store.inside(folder) if each["name"] == name]


def _status(name: str) -> Answer:
    parts = [{"part_number": number, "etag": etag} for number, etag in sorted(_found(name)["reported"].items())]
    return {**_public(_found(name)), "parts": parts}


def _abort(name: str) -> None:
    del store.uploads[_found(name)["upload_id"]]


def _where(name: str, number: int) -> Answer:
    refuse_if(not 1 <= number <= _parts(_found(name)), 400, "There is no such part.", code=8015)
    return {
        "method": "PUT",
        "url": f"{request.host_url}signed/parts/{name}/{number}?signature=invented",
        "expires": "2026-01-06T12:00:00Z",
        "headers": {},
        "success_codes": [200],
        "report": {"headers": ["ETag"]},
    }


def _put(name: str, number: int) -> Answer:
    if name not in store.uploads or request.args.get("signature") != "invented":
        return denied()
    content = store.uploads[name]["parts"][number] = request.get_data()
    return Response("", 200, {"ETag": f'"{md5(content)}"'})


def _report(name: str) -> Answer:
    said, upload = body("part_number", "response"), _found(name)
    etag, number = said["response"]["headers"]["ETag"].strip('"'), said["part_number"]
    refuse_if(etag != md5(upload["parts"].get(number, b"")), 400, "The part did not arrive as reported.", code=8015)
    upload["reported"][number] = etag
    return {}


def _complete(name: str) -> Answer:
    upload = _found(name)
    content = b"".join(upload["parts"].get(number, b"") for number in range(1, _parts(upload) + 1))
    refuse_if(
        len(upload["reported"]) != _parts(upload) or len(content) != upload["size"],
        400,
        "Not all parts have arrived.",
        code=8015,
    )
    for each in _named(upload["name"], upload["parent"]):
        store.remove_file(each)
    made = store.add_file(upload["project"], upload["name"], upload["size"], parent=upload["parent"])
    store.contents[made["id"]] = content
    del store.uploads[name]
    return sent("files", made)


def _parts(upload: Record) -> int:
    return max(1, -(-int(upload["size"]) // int(upload["part_size"])))


def _public(upload: Record) -> Record:
    return {key: value for key, value in upload.items() if key not in ("owner", "parts", "reported")}


ROUTES: Routes = {
    "POST /v2/upload/multipart": _start,
    "GET /v2/upload/multipart": lambda: {
        "items": [_public(each) for each in store.uploads.values() if each["owner"] == store.user]
    },
    f"GET {UPLOAD}": _status,
    f"DELETE {UPLOAD}": _abort,
    f"GET {UPLOAD}/part/<int:number>": _where,
    "PUT /signed/parts/<name>/<int:number>": _put,
    f"POST {UPLOAD}/part": _report,
    f"POST {UPLOAD}/complete": _complete,
}
