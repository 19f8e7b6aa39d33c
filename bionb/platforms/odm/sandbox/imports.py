"""Put what was read into the store, with the accessions that the server would give."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bionb.platforms.odm.sandbox import reading
from bionb.platforms.odm.sandbox.store import DATA, Entity, Group, Record, Run, Store

Fetch = Callable[[str], bytes]

METADATA = {"samples": "sample", "libraries": "library", "preparations": "preparation", "cells": "cell"}
KINDS = ("study", *METADATA, *DATA, "file")
# What is imported by dataLink; everything else by metadataLink.
BY_DATA_LINK = (*DATA, "file", "cells")
CLASSES = {"variant": "Gene variant (VCF)", "flow-cytometry": "Flow Cytometry"}
# A commit puts the objects into the store and returns the job's result.
Commit = Callable[[], Record]


def plan(store: Store, kind: str, request: Record, fetch: Fetch, owner: str) -> Commit:
    """Fetch, read and number everything that a request imports; nothing is visible before the commit.

    A sample group takes a number, its file one more, then each sample; a data file takes one before its group: so
    come the gaps in the guide's numbers.

    Raises
    ------
    ImportFailed
        What the job will report.
    """
    content = _content(request, "dataLink" if kind in BY_DATA_LINK else "metadataLink", fetch)
    if kind == "study":
        study = Entity("study", store.accession(), reading.records(content, kind)[0], owner)
        return partial(_commit_one, store, study)
    if kind in METADATA:
        return _plan_metadata(store, kind, reading.records(content, kind), owner)
    metadata: Record = {}
    if request.get("metadataLink"):
        metadata = reading.records(_content(request, "metadataLink", fetch), "metadata")[0]
    name = str(request.get("dataLink") or "upload").rsplit("/", 1)[-1]
    if kind == "file":
        return _plan_file(store, request, {"Name": name}, metadata, content, owner)
    found = _read(kind, content, request)
    store.accession()
    record = _data_record(kind, name, request, metadata, found)
    group = Group(kind, store.accession(), record, owner, features=found["features"], values=found["values"])
    group.runs = [Run(store.number("run"), each) for each in found["runs"]]
    group.measurements = tuple(found["measurements"])
    return partial(_commit_data, store, group, request.get("previousVersion"), found["warnings"])


def _content(request: Record, name: str, fetch: Fetch) -> bytes:
    uploaded = request.get(f"{name} content")
    if uploaded is not None:
        return reading.unpacked(uploaded, str(request.get(name, "")))
    reading.demand(request.get(name), "VALIDATE", "ParameterException", f"{name} is required.")
    return fetch(str(request[name]))


def _commit_one(store: Store, entity: Entity) -> Record:
    store.add(entity)
    return {"accession": entity.accession}


def _plan_metadata(store: Store, kind: str, records: list[Record], owner: str) -> Commit:
    group = Group(METADATA[kind], store.accession(), {}, owner)
    store.accession()
    group.members = [store.accession() for _ in records]

    def commit() -> Record:
        store.add(group)
        for accession, record in zip(group.members, records, strict=True):
            store.add(Entity(group.kind, accession, record, owner, group=group.accession))
        return {"groupAccession": group.accession}

    return commit


def _plan_file(store: Store, request: Record, name: Record, metadata: Record, content: bytes, owner: str) -> Commit:
    study = store.entities.get(str(request.get("studyAccession")))
    if study is None or study.kind != "study":
        words = f"There is no study {request.get('studyAccession')}."
        raise reading.ImportFailed("VALIDATE", "ParameterException", words)
    record = {**name, "Data Class": request.get("dataClass"), "Size": len(content), **metadata}
    file = Entity("file", store.accession(), record, owner, content=content, targets=[study.accession])
    return partial(_commit_one, store, file)


def _read(kind: str, content: bytes, request: Record) -> Record:
    if kind == "variant":
        return reading.variants(content)
    if kind == "flow-cytometry":
        return reading.data_file(content, 3, None)
    count = request.get("numberOfFeatureAttributes") or None
    return reading.data_file(content, count and int(count), request.get("measurementSeparator") or None)


def _data_record(kind: str, name: str, request: Record, metadata: Record, found: Record) -> Record:
    data_class = CLASSES.get(kind) or request.get("dataClass") or "Other"
    record = {"genestack:accession": None, "Name": name, "Data Class": data_class, **metadata}
    if kind == "expression":
        record |= {
            "Features (string)": [each for each in found["names"] if each not in found["numeric"]],
            "Features (numeric)": found["numeric"] or None,
            "Values (numeric)": found["measurements"] if found["measurements"] != ["value"] else None,
        }
    return record | _chain(None, None, None)


def _commit_data(store: Store, group: Group, previous: str | None, warnings: list[str]) -> Record:
    group.record["genestack:accession"] = group.accession
    if previous in store.groups:
        replaced = store.groups[previous]
        chain = replaced.record["genestack:chain"] or f"GSVC{len(store.groups):03d}"
        number = replaced.record["genestack:versionInChain"] or 1
        for record in (replaced.record, *(each["record"] for each in replaced.versions)):
            record |= _chain(chain, number, False)
        group.record |= _chain(chain, number + 1, True)
    store.add(group)
    return {"groupAccession": group.accession, **({"warnings": warnings} if warnings else {})}


def _chain(chain: str | None, number: int | None, active: bool | None) -> Record:
    return {"genestack:chain": chain, "genestack:versionInChain": number, "genestack:activeInChain": active}
