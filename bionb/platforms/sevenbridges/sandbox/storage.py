"""Volumes, their objects, imports and exports."""

from __future__ import annotations

import copy
import re
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, request

from bionb.platforms.sevenbridges.sandbox.files import destination, shown
from bionb.platforms.sevenbridges.sandbox.replies import (
    Record,
    Refused,
    body,
    bulk,
    flag,
    here,
    listing,
    number,
    one,
    query,
    sent,
)
from bionb.platforms.sevenbridges.sandbox.store import Store
from bionb.platforms.sevenbridges.wire.records import EXPORTS, IMPORTS, VOLUMES
from bionb.sandbox.faults import Faults


def add_routes(app: Blueprint, store: Store, faults: Faults) -> None:
    """Add the routes of this part."""
    _add_volumes(app, store, faults)
    kinds = {"imports": (_import, IMPORTS), "exports": (_export, EXPORTS)}

    @app.get("/v2/storage/<any(imports, exports):kind>")
    def moved(kind: str) -> Response:
        found = [each for each in store.moved[kind].values() if _wanted(each)]
        return listing(found, lambda each: _job(kind, each, listed=True), faults)

    @app.post("/v2/storage/<any(imports, exports):kind>")
    def start(kind: str) -> tuple[Response, int]:
        return jsonify(_job(kind, kinds[kind][0](store, body()))), 201

    @app.get("/v2/storage/<any(imports, exports):kind>/<name>")
    def one_job(kind: str, name: str) -> Response:
        return jsonify(_job(kind, _advance(store, kind, _found(store, kind, name))))

    @app.post("/v2/bulk/storage/<any(imports, exports):kind>/create")
    def start_many(kind: str) -> Response:
        return bulk(body()["items"], lambda item: _job(kind, kinds[kind][0](store, item)))

    @app.post("/v2/bulk/storage/<any(imports, exports):kind>/get")
    def get_many(kind: str) -> Response:
        ids = body().get(f"{kind[:-1]}_ids", [])
        return bulk(ids, lambda name: _job(kind, _advance(store, kind, _found(store, kind, name))))

    def _job(kind: str, record: Record, *, listed: bool = False) -> Record:
        record = {key: value for key, value in record.items() if key not in ("owner", "copy_only")}
        return sent(record, kinds[kind][1], f"storage/{kind}/{record['id']}", listed=listed)


def _add_volumes(app: Blueprint, store: Store, faults: Faults) -> None:
    def found(owner: str, name: str) -> Record:
        if f"{owner}/{name}" not in store.volumes or owner != g.user:
            raise Refused(404, 9007, "Requested volume does not exist.")
        return store.volumes[f"{owner}/{name}"]

    def public(volume: Record, *, listed: bool = False) -> Record:
        return sent(volume, VOLUMES, f"storage/volumes/{volume['id']}", listed=listed)

    @app.get("/v2/storage/volumes")
    def volumes() -> Response:
        mine = [each for each in store.volumes.values() if each["id"].startswith(f"{g.user}/")]
        return listing(mine, lambda each: public(each, listed=True), faults)

    @app.post("/v2/storage/volumes")
    def create() -> tuple[Response, int]:
        wanted = body()
        if not re.fullmatch(r"[A-Za-z0-9_]{1,32}", str(wanted.get("name") or "")):
            raise Refused(400, 9014, "A volume's name has at most 32 letters, digits and underscores.")
        name, now = f"{g.user}/{wanted['name']}", store.now()
        if name in store.volumes:
            raise Refused(409, 9010, "You have a volume of this name.")
        if wanted.get("access_mode") not in ("RO", "RW"):
            raise Refused(400, 9015, "A volume needs an access_mode, RO or RW.")
        if not isinstance(wanted.get("service"), dict) or not wanted["service"].get("type"):
            raise Refused(400, 9016, "A volume needs a service with its type.")
        store.volumes[name] = {
            "id": name,
            "name": wanted["name"],
            "description": wanted.get("description") or "",
            "access_mode": wanted["access_mode"],
            "active": True,
            "service": _without_secrets(wanted["service"]),
            "created_on": now,
            "modified_on": now,
        }
        store.objects[name] = []
        return jsonify(public(store.volumes[name])), 201

    @app.get("/v2/storage/volumes/<owner>/<name>")
    def volume(owner: str, name: str) -> Response:
        return jsonify(public(found(owner, name)))

    @app.patch("/v2/storage/volumes/<owner>/<name>")
    def change(owner: str, name: str) -> Response:
        changes = {key: value for key, value in body().items() if key in ("description", "access_mode", "active")}
        if changes.get("access_mode", "RW") not in ("RO", "RW"):
            raise Refused(400, 9015, "A volume's access_mode is RO or RW.")
        found(owner, name).update(changes, modified_on=store.now())
        return jsonify(public(found(owner, name)))

    @app.delete("/v2/storage/volumes/<owner>/<name>")
    def delete(owner: str, name: str) -> tuple[str, int]:
        del store.volumes[found(owner, name)["id"]]
        return "", 204

    @app.get("/v2/storage/volumes/<owner>/<name>/list")
    def objects(owner: str, name: str) -> Response:
        volume, prefix = found(owner, name)["id"], one("prefix") or ""
        inside = [each for each in store.objects[volume] if each["location"].startswith(prefix)]
        here_, further = _level(inside, prefix)
        start, limit = number("continuation_token", 0), number("limit", 50)
        links = []
        if start + limit < len(here_):
            query = urlencode({"prefix": prefix, "limit": limit, "continuation_token": start + limit})
            links.append({"next": f"{request.base_url}?{query}"})
        address = here(f"storage/volumes/{volume}")
        return jsonify(
            href=request.url,
            items=[{"href": f"{address}/object", **each} for each in here_[start : start + limit]],
            prefixes=[{"href": f"{address}/list", "prefix": each, "volume": volume} for each in further if not start],
            links=links,
        )

    @app.get("/v2/storage/volumes/<owner>/<name>/object")
    def item(owner: str, name: str) -> Response:
        objects = store.objects[found(owner, name)["id"]]
        item = next((each for each in objects if each["location"] == one("location")), None)
        if item is None:
            raise Refused(404, 9015, "There is no such object in the volume.")
        return jsonify(item)


def _without_secrets(service: Record) -> Record:
    """Return what answers tell of a service: the credentials' public half and no more."""
    credentials = service.get("credentials")
    public = {key: value for key, value in (credentials or {}).items() if key == "access_key_id"}
    kept = {key: value for key, value in service.items() if key != "credentials"}
    return {**kept, "credentials": public} if public else kept


def _level(inside: list[Record], prefix: str) -> tuple[list[Record], list[str]]:
    """Split objects into those right below a prefix, and the prefixes of those further down."""
    rests = [(each, each["location"][len(prefix) :].partition("/")) for each in inside]
    further = dict.fromkeys(f"{prefix}{name}/" for _, (name, slash, _) in rests if slash)
    return [each for each, (_, slash, _) in rests if not slash], list(further)


def _wanted(job: Record) -> bool:
    asked = query()
    volume = job["source"].get("volume") or job["destination"].get("volume")
    project = job["destination"].get("project")
    return (
        job["owner"] == g.user
        and volume in asked.get("volume", [volume])
        and project in asked.get("project", [project])
        and job["state"] in asked.get("state", [job["state"]])
    )


def _import(store: Store, wanted: Record) -> Record:
    source, target = wanted.get("source") or {}, wanted.get("destination") or {}
    project, parent = destination(store, target, g.user)
    if source.get("volume") not in store.volumes:
        raise Refused(404, 9007, "Requested volume does not exist.")
    name = target.get("name") or str(source.get("location")).rsplit("/", 1)[-1]
    return _started(store, "imports", wanted, {"project": project, "parent": parent, "name": name})


def _export(store: Store, wanted: Record) -> Record:
    target = wanted.get("destination") or {}
    source = store.file((wanted.get("source") or {}).get("file", ""), g.user, "copy")
    if source["type"] == "folder" or source["storage"]["type"] == "VOLUME":
        raise Refused(400, 9006, "Folders, and aliases of what is in a volume, cannot be exported.")
    if target.get("volume") not in store.volumes:
        raise Refused(404, 9007, "Requested volume does not exist.")
    if store.volumes[target["volume"]]["access_mode"] != "RW":
        raise Refused(400, 9026, "The volume is read only.")
    return _started(store, "exports", wanted, target)


def _started(store: Store, kind: str, wanted: Record, target: Record) -> Record:
    job = {
        "id": store.ids.uuid(kind).replace("-", ""),
        "state": "PENDING",
        "source": wanted["source"],
        "destination": target,
        "overwrite": bool(wanted.get("overwrite")),
        "started_on": store.now(),
        "finished_on": None,
        "owner": g.user,
        "copy_only": flag("copy_only"),
    }
    store.moved[kind][job["id"]] = job
    return job


def _found(store: Store, kind: str, name: str) -> Record:
    job = store.moved[kind].get(name)
    if job is None or job["owner"] != g.user:
        raise Refused(404, 9008, f"Requested {kind[:-1]} does not exist.")
    return job


def _advance(store: Store, kind: str, job: Record) -> Record:
    """Give the job as it is, then let it go on by one state."""
    seen = copy.deepcopy(job)
    if job["state"] == "PENDING":
        job["state"] = "RUNNING"
    elif job["state"] == "RUNNING":
        job.update(_finished(store, kind, job), finished_on=store.now())
    return seen


def _finished(store: Store, kind: str, job: Record) -> dict[str, Any]:
    volume, location = job["source"].get("volume"), job["source"].get("location")
    if kind == "exports":
        target = job["destination"]
        store.objects[target["volume"]].append({**target, "type": "s3", "metadata": {}})
        file = store.files[job["source"]["file"]]
        if not job["copy_only"]:
            file.update(storage={"type": "VOLUME", **target}, modified_on=store.now())
        return {"state": "COMPLETED", "result": shown(file)}
    if not any(each["location"] == location for each in store.objects[volume]):
        return {"state": "FAILED", "error": {"code": 9015, "message": f"There is no object {location} in the volume."}}
    kept = {"type": "VOLUME", "volume": volume, "location": location}
    target = job["destination"]
    made = store.add_file(target["project"], target["name"], 7_000_000, parent=target["parent"], storage=kept)
    return {"state": "COMPLETED", "result": shown(made)}
