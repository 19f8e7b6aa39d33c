"""Write the ledger of accepted requests from what the vendor's own programs say and send.

``python -m tests.platforms.odm.ledger``, with ``BIONB_REFERENCE_DATA`` set. Sources: the operations and models of
odm-api, and the older paths that odm-import-data uses, seen by running it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bionb.sandbox.tokens import token_of
from tests.environments import plain_environ
from tests.ledgers import (
    Entry,
    Exchange,
    Recorder,
    Rule,
    joined,
    ledger_file,
    ledger_text,
    path_pattern,
    recorder,
    rule_of,
)
from tests.missing import python_of

MODELS, IMPORTER, GUIDE = "odm-api 1.64.1 operation", "odm-import-data 1.64.1 run", "odm user guide"
SIMPLE = {
    "str": "text",
    "uuid": "text",
    "datetime": "text",
    "datetime.datetime": "text",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "any": "any",
    "object": "any",
}
BUCKET, LIVER = "s3://example_data/GSE60871/GSE60871_", "s3://example_data/LIV2045/LIV2045_"
WHOLE = ["-s", BUCKET + "study.tsv", "-sm", BUCKET + "samples.tsv"]
IN_LIVER = ["-s", LIVER + "study.tsv", "-sm", LIVER + "samples.tsv"]
# What a person does with the command line importer; each is one run of it.
RUNS = [
    [*WHOLE, "-e", BUCKET + "expression.gct", "-em", BUCKET + "expression.gct.tsv", "-dc", "Bulk transcriptomics"],
    [*IN_LIVER, "-tmpl", "GSF000065", "-lb", LIVER + "libraries.tsv", "-e", LIVER + "expression.tsv"]
    + ["-nfa", "2", "-dc", "Other", "-mpf", LIVER + "mapping.tsv"],
    [*IN_LIVER, "-pr", LIVER + "preparations.tsv", "-e", LIVER + "proteomics.tsv"]
    + ["-nfa", "2", "-dc", "Proteomics", "-ms", "."],
    [*IN_LIVER, "-lb", LIVER + "libraries.tsv", "-c", LIVER + "cells.tsv"],
    [*IN_LIVER, "-v", LIVER + "variants.vcf"],
    [*IN_LIVER, "-f", LIVER + "flow.tsv"],
    ["-s", LIVER + "study.tsv", "-fl", LIVER + "protocol.txt", "-dc", "Document"],
]


def entries(facts: Mapping[str, Any]) -> Iterator[Entry]:
    """Give all entries: operations, then the older paths."""
    operations = [operation_entry(each, facts["schemas"]) for each in facts["endpoints"]]
    yield from operations
    yield {"method": "GET", "path": "/frontend/endpoint/actuator/health", "source": GUIDE}
    with recorder("odm") as running:
        for run in RUNS:
            import_data(running, run)
        yield from older_entries(running.exchanges, operations)


def operation_entry(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Entry:
    """Return the entry of one operation."""
    entry = {"method": operation["method"], "path": operation["path"]}
    params = operation["params"]
    query = {each["name"]: _query_rule(each, schemas) for each in params if each["in"] == "query"}
    if query:
        entry["query"] = query
    fields = {each["name"]: _field_rule(each) for each in params if each["in"] in ("form", "file")}
    if fields:
        entry |= {"body": fields, "content": ["multipart"]}
    elif body := operation.get("body"):
        rule = model_rule(body["type"], schemas)
        if "keys" in rule:
            entry["body"] = rule["keys"]
        else:
            entry["values"] = {**rule, **({} if body["required"] else {"optional": True})}
    return {**entry, "source": MODELS}


def _query_rule(param: Mapping[str, Any], schemas: Mapping[str, Any]) -> Rule:
    kind = re.sub(r"annotated\[(\w+),.*", r"\1", param["type"])
    if "enum" in param:
        return {"values": param["enum"]}
    if values := schemas.get(kind, {}).get("enum"):
        return {"values": values}
    forms = {"bool": {"values": ["true", "false"]}, "int": {"pattern": r"-?\d+"}}
    return {**forms.get(kind, {}), **({"required": True} if param["required"] else {})}


def _field_rule(param: Mapping[str, Any]) -> Rule:
    rule: Rule = {"type": "file"} if param["in"] == "file" else {}
    if param["type"] == "int":
        rule["pattern"] = r"\d+"
    return {**rule, **({"required": True} if param["required"] else {})}


def model_rule(name: str, schemas: Mapping[str, Any]) -> Rule:
    """Return the rule that a type of the models stands for."""
    name = re.sub(r"^optional\[(.*)\]$", r"\1", name.strip(), flags=re.IGNORECASE)
    if inside := re.fullmatch(r"(?:list)\[(.*)\]", name, flags=re.IGNORECASE):
        return {"type": "list", "items": model_rule(inside[1], schemas)}
    if re.match(r"dict\[", name, flags=re.IGNORECASE):
        return {"type": "object"}
    if name.lower() in SIMPLE:
        return {"type": SIMPLE[name.lower()]}
    schema = next((each for key, each in schemas.items() if key.lower() == name.lower()), None)
    if schema is None:
        return {"type": "any"}
    if "enum" in schema and isinstance(schema["enum"], list):
        return {"type": "text", "values": schema["enum"]}
    if "oneOf" in schema:
        return {"type": "any"}
    return {"type": "object", "keys": {key: _key_rule(each, schemas) for key, each in schema.items()}}


def _key_rule(key: Mapping[str, Any], schemas: Mapping[str, Any]) -> Rule:
    rule = model_rule(key["type"], schemas)
    if "enum" in key:
        rule["values"] = key["enum"]
    return {**rule, **({"required": True} if key["required"] else {})}


# -- the command line importer -----------------------------------------------------------------------------------------


def import_data(running: Recorder, options: list[str]) -> str:
    """Run odm-import-data, and return what it said."""
    tool = python_of("odm").parent / "odm-import-data"
    server = ["--host", running.url, "--token", token_of("alice"), "--allow-duplicates"]
    fault = running.app.faults.add("instant_jobs", {}, running.app.quirks)
    try:
        done = subprocess.run(
            [str(tool), *server, *options],
            env=plain_environ(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        running.app.faults.remove(fault)
    if done.returncode:
        raise RuntimeError(done.stderr + done.stdout)
    return done.stdout


def older_entries(exchanges: Iterable[Exchange], operations: list[Entry]) -> Iterator[Entry]:
    """Give one entry for each older path, with what was seen to be sent there."""
    seen: dict[tuple[str, str], list[Exchange]] = {}
    for each in exchanges:
        if each.path.startswith("/frontend/") and each.status < 400:
            seen.setdefault((each.method, _older_path(each, operations)), []).append(each)
    for (method, path), found in seen.items():
        entry: Entry = {"method": method, "path": path}
        if query := dict.fromkeys(name for each in found for name, _ in each.query):
            entry["query"] = list(query)
        if any(each.body for each in found):
            rule = joined([rule_of(each.json) for each in found])
            entry |= {"body": rule["keys"]} if rule["type"] == "object" else {"values": rule}
        yield {**entry, "source": IMPORTER}


def _older_path(exchange: Exchange, operations: list[Entry]) -> str:
    """Return the path with placeholders where the present path of the same words has them."""
    prefix, _, rest = exchange.path.partition("/default-released/")
    for each in sorted(operations, key=lambda each: each["path"].count("{")):
        ending = re.sub(r"^/api/v1/(as-curator/|as-user/|jobs/)?", "", each["path"])
        if each["method"] == exchange.method and rest and path_pattern(ending).fullmatch(rest):
            return f"{prefix}/default-released/{ending}"
    return exchange.path


def read_facts(reference_data: Path) -> Any:
    """Return the facts on the vendor's client."""
    return json.loads((reference_data / "data" / "odm" / "odm-api-facts.json").read_text("utf-8"))


if __name__ == "__main__":
    found = read_facts(Path(os.environ["BIONB_REFERENCE_DATA"]))
    ledger_file("odm").write_text(ledger_text(entries(found)), "utf-8")
