"""Make the ledger of accepted requests from recordings of the genuine Torrent Suite: ``python -m`` this module."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.ledger import either, ledger_file, rule, text

RECORDED = "Torrent Suite 5.18.1, recorded"
SCHEMA = "Torrent Suite 5.18.1, schema"
SOURCE = "Torrent Suite 5.18.1, source"
DOCUMENTED = "Torrent Suite SDK documentation"
ROOT = "/rundb/api/v1/"
PLANS = ROOT + "plannedexperiment/"
# The framework reads any name for a filter, and ignores it where it is none; so a list takes every name.
READ = {
    ROOT: (RECORDED, []),
    ROOT + "{resource}/": (RECORDED, ["*"]),
    ROOT + "{resource}/schema/": (RECORDED, []),
    ROOT + "{resource}/set/{ids}/": (RECORDED, []),
    ROOT + "{resource}/{id}/": (RECORDED, []),
    ROOT + "results/{id}/": (DOCUMENTED, ["noplugin", "plugin"]),
    ROOT + "results/{id}/barcode/": (SOURCE, []),
    "/rundb/api/mesh/v1/compositeexperiment/": (RECORDED, ["*"]),
}
_SCHEMA_TYPES = {"string": "text", "integer": "integer", "boolean": "boolean", "float": "number", "dict": "object"}


def entries(reference: Path) -> Iterator[dict[str, Any]]:
    """Give the forms that the recordings, schemas and documents show."""
    folder = reference / "data/torrent-suite"
    for path, (source, query) in READ.items():
        yield {"method": "GET", "path": path, "query": query, "source": source}
    for method in ("GET", "HEAD"):  # its web server's configuration, torrent-server-config.conf.in
        yield {"method": method, "path": "/auth/output/{path...}", "query": [], "source": SOURCE}
    yield {"method": "GET", "path": "/output/{path...}", "query": [], "source": RECORDED}
    yield {"method": "GET", "path": "/login/", "query": ["next"], "source": RECORDED}
    seen = dict(plan_bodies(folder))
    fields = declared(folder) | thresholds(folder)
    yield from plan_forms("POST", PLANS, keys(seen["POST"]), fields)
    yield from plan_forms("PATCH", PLANS + "{id}/", keys(seen["PATCH"]), fields)
    yield {"method": "DELETE", "path": PLANS + "{id}/", "source": RECORDED}
    yield {"method": "POST", "path": PLANS + "copy/{guid}/", "source": SOURCE}


def plan_forms(method: str, path: str, recorded: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give what was recorded as one form, and with the writable fields of the schema as another.

    A key that is none of a plan is taken and ignored, as two recorded plans show; the client is who has to tell.
    """
    recorded = {**recorded, "*": {"type": "any"}}
    yield {"method": method, "path": path, "body": recorded, "content": ["json", "form"], "source": RECORDED}
    body = {key: either(schema.get(key), recorded.get(key)) for key in sorted(schema.keys() | recorded.keys())}
    yield {"method": method, "path": path, "body": body, "source": SCHEMA}


def plan_bodies(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the bodies that were sent to plans, by method; how each was answered is the sandbox's business."""
    found = defaultdict(list)
    exchanges = read(folder / "recorded_responses_5.18.1.json") + read(folder / "exchanges_2026_11.json")
    for each in exchanges:
        request = each["request"]
        path, body = request["path"], request.get("body", request.get("json"))
        assert request["method"] == "GET" or path.startswith(PLANS), f"no rule yet for {path}"
        if isinstance(body, dict):
            found[request["method"]].append(body)
    plans = json.loads((folder / "plan_verdicts_5.18.1.json").read_text())["plans"]
    found["POST"] += [each["plan"] for each in plans]
    return found


def keys(bodies: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a rule for each key that was seen."""
    values = defaultdict(list)
    for body in bodies:
        for key, value in body.items():
            values[key].append(value)
    return {key: rule(values[key]) for key in sorted(values)}


def declared(folder: Path) -> dict[str, Any]:
    """Return a rule for each writable field of the schema of plans."""
    fields = json.loads((folder / "schemas_5.18.1.json").read_text())["plannedexperiment"]["fields"]
    return {
        name: {"type": _SCHEMA_TYPES.get(each["type"], "any"), **({"null": True} if each["nullable"] else {})}
        for name, each in sorted(fields.items())
        if not each["readonly"]
    }


def thresholds(folder: Path) -> dict[str, Any]:
    """Return a rule for each quality threshold, which a plan takes by the name of its kind."""
    plans = json.loads((folder / "docs_example_responses.json").read_text())["plannedexperiment"].values()
    kinds = [qc["qcType"] for answer in plans for plan in answer["objects"] for qc in plan["qcValues"]]
    return {each["qcName"]: {"type": "integer"} for each in kinds}


def read(path: Path) -> list[dict[str, Any]]:
    """Return the exchanges of a recording."""
    return json.loads(path.read_text())["recorded"]


if __name__ == "__main__":
    target = ledger_file("torrentsuite")
    target.parent.mkdir(exist_ok=True)
    target.write_text(text(entries(Path(os.environ["BIONB_REFERENCE_DATA"]))), "utf-8")
    sys.stdout.write(f"{target.name}: {len(json.loads(target.read_text('utf-8')))} forms\n")
