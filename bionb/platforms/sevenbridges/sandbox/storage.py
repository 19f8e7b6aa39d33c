"""Volumes, their objects, imports and exports."""

from __future__ import annotations

import copy
import re
from typing import Any
from urllib.parse import urlencode

from flask import request

from bionb.platforms.sevenbridges.sandbox.answers import (
    DEFAULT_LIMIT,
    body,
    bulk,
    flag,
    here,
    listing,
    sent,
    store,
)
from bionb.platforms.sevenbridges.sandbox.files import destination
from bionb.platforms.sevenbridges.sandbox.store import Record
from bionb.sandbox.application import Answer, Routes, refuse_if, whole_number

VOLUME = "/v2/storage/volumes/<owner>/<name>"
MOVED = "/v2/storage/<any(imports, exports):kind>"
MOVED_MANY = "/v2/bulk/storage/<any(imports, exports):kind>"
ACCESS = ("RO", "RW")

# -- volumes ------------------------------------------------------------------------------------------------------


def _volume(name: str) -> Record:
    refuse_if(name not in store.volumes, 404, "Requested volume does not exist.", code=9007)
    return store.volumes[name]


def _mine(owner: str, name: str) -> Record:
    return _volume(f"{owner}/{name}" if owner == store.user else "")


def _volumes() -> Answer:
    mine = [each for name, each in store.volumes.items() if name.startswith(f"{store.user}/")]
    return listing("storage/volumes", mine)


def _create() -> Answer:
    wanted = body()
    refuse_if(
        not re.fullmatch(r"[A-Za-z0-9_]{1,32}", str(wanted.get("name") or "")),
        400,
        "A volume's name has at most 32 letters, digits and underscores.",
        code=9014,
    )
    name = f"{store.user}/{wanted['name']}"
    refuse_if(name in store.volumes, 409, "You have a volume of this name.", code=9010)
    refuse_if(wanted.get("access_mode") not in ACCESS, 400, "A volume needs an access_mode, RO or RW.", code=9015)
    refuse_if(
        not isinstance(wanted.get("service"), dict) or not wanted["service"].get("type"),
        400,
        "A volume needs a service with its type.",
        code=9016,
    )
    kept = {key: wanted.get(key) or "" for key in ("name", "description", "access_mode")}
    return sent("storage/volumes", store.add_volume(name, **kept, service=_without_secrets(wanted["service"]))), 201


def _change(owner: str, name: str) -> Answer:
    changes = {key: value for key, value in body().items() if key in ("description", "access_mode", "active")}
    refuse_if(changes.get("access_mode", "RW") not in ACCESS, 400, "A volume's access_mode is RO or RW.", code=9015)
    volume = _mine(owner, name)
    volume.update(changes, modified_on=store.now())
    return sent("storage/volumes", volume)


def _delete(owner: str, name: str) -> None:
    del store.volumes[_mine(owner, name)["id"]]


def _without_secrets(service: Record) -> Record:
    """Return what answers tell of a service: the credentials' public half and no more."""
    kept = {key: value for key, value in service.items() if key != "credentials"}
    public = {key: value for key, value in (service.get("credentials") or {}).items() if key == "access_key_id"}
    return {**kept, "credentials": public} if public else kept


def _objects(owner: str, name: str) -> Answer:
    volume, prefix = _mine(owner, name)["id"], request.args.get("prefix") or ""
    start, limit = whole_number("continuation_token", 0), whole_number("limit", DEFAULT_LIMIT)
    rests = [
        (each, each["location"].removeprefix(prefix).partition("/"))
        for each in store.objects[volume]
        if each["location"].startswith(prefix)
    ]
    items = [each for each, (_, slash, _) in rests if not slash]
    further = dict.fromkeys(f"{prefix}{first}/" for _, (first, slash, _) in rests if slash)
    query = urlencode({"prefix": prefix, "limit": limit, "continuation_token": start + limit})
    address = here(f"storage/volumes/{volume}")
    return {
        "href": request.url,
        "items": [{"href": f"{address}/object", **each} for each in items[start : start + limit]],
        "prefixes": [{"href": f"{address}/list", "prefix": each, "volume": volume} for each in further if not start],
        "links": [{"next": f"{request.base_url}?{query}"}] if start + limit < len(items) else [],
    }


def _object(owner: str, name: str) -> Answer:
    objects = {each["location"]: each for each in store.objects[_mine(owner, name)["id"]]}
    location = request.args.get("location", "")
    refuse_if(location not in objects, 404, "There is no such object in the volume.", code=9015)
    return objects[location]


# -- imports and exports ------------------------------------------------------------------------------------------


def _wanted(job: Record) -> bool:
    asked, target = request.args, job["destination"]
    kept = {"volume": job["source"].get("volume") or target.get("volume"), "project": target.get("project")}
    kept["state"] = job["state"]
    return job["owner"] == store.user and all(kept[key] in asked.getlist(key) for key in kept if key in asked)


def _shown(job: Record) -> Record:
    return {key: value for key, value in job.items() if key not in ("owner", "copy_only")}


def _begun(kind: str, wanted: Record) -> Record:
    source, target = wanted.get("source") or {}, wanted.get("destination") or {}
    target = _import_target(source, target) if kind == "imports" else _export_target(source, target)
    job: Record = {
        "id": store.ids.uuid(kind).replace("-", ""),
        "state": "PENDING",
        "source": source,
        "destination": target,
        "overwrite": bool(wanted.get("overwrite")),
        "started_on": store.now(),
        "finished_on": None,
        "owner": store.user,
        "copy_only": flag("copy_only"),
    }
    store.moved[kind][job["id"]] = job
    return sent(f"storage/{kind}", _shown(job))


def _import_target(source: Record, target: Record) -> Record:
    project, parent = destination(target)
    _volume(source.get("volume", ""))
    name = target.get("name") or str(source.get("location")).rsplit("/", 1)[-1]
    return {"project": project, "parent": parent, "name": name}


def _export_target(source: Record, target: Record) -> Record:
    file = store.file(source.get("file", ""), "copy")
    refuse_if(
        file["type"] == "folder" or file["storage"]["type"] == "VOLUME",
        400,
        "Folders, and aliases of what is in a volume, cannot be exported.",
        code=9006,
    )
    refuse_if(_volume(target.get("volume", ""))["access_mode"] != "RW", 400, "The volume is read only.", code=9026)
    return target


def _looked_at(kind: str, name: str) -> Record:
    """Return the job as it is, then let it go on by one state."""
    job: Any = store.moved[kind].get(name)
    refuse_if(job is None or job["owner"] != store.user, 404, f"Requested {kind[:-1]} does not exist.", code=9008)
    seen = copy.deepcopy(job)
    if job["state"] == "PENDING":
        job["state"] = "RUNNING"
    elif job["state"] == "RUNNING":
        outcome = _imported(job) if kind == "imports" else _exported(job)
        job.update(outcome, finished_on=store.now())
    return sent(f"storage/{kind}", _shown(seen))


def _exported(job: Record) -> Record:
    target, file = job["destination"], store.files[job["source"]["file"]]
    store.objects[target["volume"]].append({**target, "type": "s3", "metadata": {}})
    if not job["copy_only"]:
        file.update(storage={"type": "VOLUME", **target}, modified_on=store.now())
    return {"state": "COMPLETED", "result": sent("files", file)}


def _imported(job: Record) -> dict[str, Any]:
    source, target = job["source"], job["destination"]
    if all(each["location"] != source["location"] for each in store.objects[source["volume"]]):
        words = f"There is no object {source['location']} in the volume."
        return {"state": "FAILED", "error": {"code": 9015, "message": words}}
    place = {"type": "VOLUME", "volume": source["volume"], "location": source["location"]}
    made = store.add_file(target["project"], target["name"], 7_000_000, parent=target["parent"], storage=place)
    return {"state": "COMPLETED", "result": sent("files", made)}


ROUTES: Routes = {
    "GET /v2/storage/volumes": _volumes,
    "POST /v2/storage/volumes": _create,
    f"GET {VOLUME}": lambda owner, name: sent("storage/volumes", _mine(owner, name)),
    f"PATCH {VOLUME}": _change,
    f"DELETE {VOLUME}": _delete,
    f"GET {VOLUME}/list": _objects,
    f"GET {VOLUME}/object": _object,
    f"GET {MOVED}": lambda kind: listing(
        f"storage/{kind}", [_shown(each) for each in store.moved[kind].values() if _wanted(each)]
    ),
    f"POST {MOVED}": lambda kind: (_begun(kind, body()), 201),
    f"GET {MOVED}/<name>": _looked_at,
    f"POST {MOVED_MANY}/create": lambda kind: bulk("items", lambda item: _begun(kind, item)),
    f"POST {MOVED_MANY}/get": lambda kind: bulk(f"{kind[:-1]}_ids", lambda name: _looked_at(kind, name)),
}
