"""Put what was read into the store, with the accessions that the server would give."""

from __future__ import annotations

from collections.abc import Callable

from bionb.platforms.odm.sandbox import reading
from bionb.platforms.odm.sandbox.reading import ImportFailed
from bionb.platforms.odm.sandbox.store import Entity, Group, Record, Run, Store

Fetch = Callable[[str], bytes]

METADATA = {"samples": "sample", "libraries": "library", "preparations": "preparation", "cells": "cell"}
DATA = ("expression", "variant", "flow-cytometry")
KINDS = ("study", *METADATA, *DATA, "file")
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
    content = _content(request, "dataLink" if kind in (*DATA, "file", "cells") else "metadataLink", fetch)
    if kind == "study":
        return _plan_study(store, reading.records(content, kind)[0], owner)
    if kind in METADATA:
        return _plan_metadata(store, kind, reading.records(content, kind), owner)
    metadata: Record = {}
    if request.get("metadataLink"):
        metadata = reading.records(_content(request, "metadataLink", fetch), "metadata")[0]
    if kind == "file":
        return _plan_file(store, request, metadata, content, owner)
    return _plan_data(store, kind, request, metadata, content, owner)


def _content(request: Record, name: str, fetch: Fetch) -> bytes:
    uploaded = request.get(f"{name} content")
    if uploaded is not None:
        return reading.unpacked(uploaded, str(request.get(name, "")))
    if not request.get(name):
        raise ImportFailed("VALIDATE", "ParameterException", f"{name} is required.")
    return fetch(str(request[name]))


def _plan_study(store: Store, record: Record, owner: str) -> Commit:
    accession = store.accession()

    def commit() -> Record:
        store.add(Entity("study", accession, record, owner=owner))
        return {"accession": accession}

    return commit


def _plan_metadata(store: Store, kind: str, records: list[Record], owner: str) -> Commit:
    entity = METADATA[kind]
    group = store.accession()
    store.accession()
    members = [store.accession() for _ in records]

    def commit() -> Record:
        store.groups[group] = Group(entity, group, {}, members, owner=owner, created=store.stamp())
        for accession, record in zip(members, records, strict=True):
            store.add(Entity(entity, accession, record, group, owner))
        return {"groupAccession": group}

    return commit


def _plan_file(store: Store, request: Record, metadata: Record, content: bytes, owner: str) -> Commit:
    study = request.get("studyAccession")
    if study not in store.entities or store.entities[study].kind != "study":
        raise ImportFailed("VALIDATE", "ParameterException", f"There is no study {study}.")
    name = str(request.get("dataLink", "")).rsplit("/", 1)[-1]
    record = {"Name": name, "Data Class": request.get("dataClass"), "Size": len(content), **metadata}
    accession = store.accession()

    def commit() -> Record:
        store.add(Entity("file", accession, record, owner=owner, content=content))
        store.study_of[accession] = study
        return {"accession": accession}

    return commit


def _plan_data(store: Store, kind: str, request: Record, metadata: Record, content: bytes, owner: str) -> Commit:
    if kind == "variant":
        found = reading.variants(content)
    elif kind == "flow-cytometry":
        found = reading.data_file(content, 3, None)
    else:
        count = request.get("numberOfFeatureAttributes")
        separator = request.get("measurementSeparator") or None
        found = reading.data_file(content, None if count in (None, "") else int(count), separator)
    store.accession()
    group = store.accession()
    runs = [Run(store.run_number(), name) for name in found["runs"]]
    previous = request.get("previousVersion")
    record = _data_record(kind, request, metadata, found)

    def commit() -> Record:
        record["genestack:accession"] = group
        if previous in store.groups:
            _continue_chain(store, store.groups[previous], record)
        store.groups[group] = Group(
            kind=kind,
            accession=group,
            record=record,
            runs=runs,
            features=found["features"],
            measurements=tuple(found["measurements"]),
            values=found["values"],
            owner=owner,
            created=store.stamp(),
        )
        return {"groupAccession": group, **({"warnings": found["warnings"]} if found["warnings"] else {})}

    return commit


def _data_record(kind: str, request: Record, metadata: Record, found: Record) -> Record:
    classes = {"variant": "Gene variant (VCF)", "flow-cytometry": "Flow Cytometry"}
    link = request.get("dataLink") or "upload"
    record = {
        "genestack:accession": None,
        "Name": str(link).rsplit("/", 1)[-1],
        "Data Class": classes.get(kind) or request.get("dataClass") or "Other",
        **metadata,
    }
    if kind == "expression":
        texts = [name for name in found["names"] if name not in found["numeric"]]
        values = found["measurements"] if found["measurements"] != ["value"] else None
        record |= {
            "Features (string)": texts,
            "Features (numeric)": found["numeric"] or None,
            "Values (numeric)": values,
        }
    return record | dict.fromkeys(("genestack:chain", "genestack:versionInChain", "genestack:activeInChain"), None)


def _continue_chain(store: Store, previous: Group, record: Record) -> None:
    chain = previous.record["genestack:chain"] or f"GSVC{len(store.groups):03d}"
    number = previous.record["genestack:versionInChain"] or 1
    previous.record |= {
        "genestack:chain": chain,
        "genestack:versionInChain": number,
        "genestack:activeInChain": False,
    }
    record |= {"genestack:chain": chain, "genestack:versionInChain": number + 1, "genestack:activeInChain": True}
