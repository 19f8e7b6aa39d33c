"""Make SODAR's ledger of accepted requests: ``python -m`` this module, with BIONB_REFERENCE_DATA set.

The project side is what the installed SODAR Core packages say of themselves, one a generation. Sheets and zones are
what recorded servers were sent and what they refused, and the parameters of their documentation, which recordings do
not show all of.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.environments import plain_environ
from tests.ledgers import Entry, Rule, joined, ledger_file, ledger_text, rule_of
from tests.missing import python_of
from tests.platforms.sodar.recording import UUID, load

FORMS = Path(__file__).parents[2] / "sodar_core_site" / "forms.py"
CORES = {"new": ("sodar-core", "1.4.5"), "old": ("sodar-core-old", "0.13.3")}
RECORDED = {
    "new": {"SODAR Core 1.4.5": "sodar_core_1.4.5.json", "SODAR 1.1.4": "sodar_server_1.1.4.json"},
    "old": {"SODAR Core 0.13.3": "sodar_core_0.13.3.json", "SODAR 0.14.1": "sodar_server_0.14.1.json"},
}
FOUND = {"114": "new", "0141": "old"}  # servers of the findings
DOCUMENTED = "SODAR's REST API documentation"
ZONES, SHEETS = "/landingzones/api", "/samplesheets/api"
CREATE_ZONE = f"{ZONES}/create/{{uuid}}"
# The parameters of LandingZoneCreateAPIView with the lengths of its model's fields.
ZONE = {
    "assay": {"type": "text", "required": True},
    "title": {"type": "text"},
    "description": {"type": "text"},
    "user_message": {"type": "text", "max": 1024},
    "configuration": {"type": "text", "max": 64},
    "config_data": {"type": "object"},
    "create_colls": {"type": "boolean"},
    "restrict_colls": {"type": "boolean"},
}
TICKET = {"label": {"type": "text", "null": True, "max": 255}, "date_expires": {"type": "text", "null": True}}
HOSTS = {"allowed_hosts": {"type": "list", "items": {"type": "text"}}}
REQUEST = {"path": {"type": "text", "max": 1024}, "description": {"type": "text", "null": True, "max": 1024}}
_IRODS = f"{SHEETS}/irods"


def _needed(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return the rules of a body whose path has to be there."""
    return {**rules, "path": {"max": 255, **rules.get("path", {}), "type": "text", "required": True, "blank": False}}


# What recordings do not hold: views that need iRODS, of later releases, or with optional parameters.
VIEWS: tuple[Entry, ...] = (
    {"method": "GET", "path": f"{SHEETS}/file/list/{{uuid}}", "query": ["page"]},  # which old servers ignore
    {
        "method": "GET",
        "path": f"{ZONES}/file/list/{{uuid}}",
        "query": ["include_colls", "include_checksum", "page"],
        "generation": "new",
    },
    {"method": "GET", "path": f"{ZONES}/settings/retrieve/{{uuid}}", "generation": "new"},
    # Any query makes servers take another way: JSON instead of a zip, moving instead of validating.
    {"method": "GET", "path": f"{SHEETS}/export/zip/{{uuid}}", "query": ["*"]},
    {"method": "POST", "path": f"{ZONES}/submit/validate/{{uuid}}", "query": ["*"]},
)
# WebDAV on the collections of iRODS, of which Davrods is one server and Apache's mod_dav another: test_webdav_forms.py
# sends each of these to Apache.
APACHE = "Apache 2.4 mod_dav, run"
DEPTH = {"Depth": {"values": ["0", "1"], "required": True}}
PLACE = {"Destination": {"required": True, "pattern": "https?://.+"}, "Overwrite": {"values": ["T", "F"]}}
RANGE = {"Range": {"pattern": r"bytes=\d+-\d*"}, "If-Range": {}}
WEBDAV: tuple[Entry, ...] = tuple(
    {"method": method, "path": "/sandboxZone/{place...}", "headers": headers, **body, "source": APACHE}
    for method, headers, body in (
        ("PROPFIND", DEPTH, {"content": ["binary"]}),
        ("MKCOL", {}, {}),
        ("PUT", {}, {"content": ["binary"]}),
        ("GET", RANGE, {}),
        ("HEAD", {}, {}),
        ("MOVE", PLACE, {}),
        ("DELETE", {}, {}),
    )
)
# What the views and serializers of SODAR 1.1.4 and 0.14.1 take, as their source says.
SOURCE = "SODAR 1.1.4 and 0.14.1, views and serializers"
SERIALIZED: tuple[Entry, ...] = (
    *(
        {
            "method": method,
            "path": f"{ZONES}/update/{{uuid}}",
            "body": {"description": ZONE["description"], "user_message": ZONE["user_message"]},
        }
        for method in ("PUT", "PATCH")
    ),
    {"method": "GET", "path": f"{_IRODS}/ticket/list/{{uuid}}", "query": ["active", "page"]},
    {"method": "GET", "path": f"{_IRODS}/ticket/retrieve/{{uuid}}"},
    {"method": "POST", "path": f"{_IRODS}/ticket/create/{{uuid}}", "body": _needed(TICKET)},  # before version 1.1
    {
        "method": "POST",
        "path": f"{_IRODS}/ticket/create/{{uuid}}",
        "body": _needed(TICKET | HOSTS),
        "generation": "new",
    },
    {"method": "PATCH", "path": f"{_IRODS}/ticket/update/{{uuid}}", "body": TICKET},
    {"method": "PATCH", "path": f"{_IRODS}/ticket/update/{{uuid}}", "body": TICKET | HOSTS, "generation": "new"},
    {"method": "DELETE", "path": f"{_IRODS}/ticket/delete/{{uuid}}"},
    {"method": "GET", "path": f"{_IRODS}/requests/{{uuid}}", "query": ["page"]},
    {"method": "GET", "path": f"{_IRODS}/request/retrieve/{{uuid}}"},
    {"method": "POST", "path": f"{_IRODS}/request/create/{{uuid}}", "body": _needed(REQUEST)},
    {"method": "PATCH", "path": f"{_IRODS}/request/update/{{uuid}}", "body": REQUEST},
    {"method": "DELETE", "path": f"{_IRODS}/request/delete/{{uuid}}"},
    {"method": "POST", "path": f"{_IRODS}/request/accept/{{uuid}}"},
    {"method": "POST", "path": f"{_IRODS}/request/reject/{{uuid}}"},
    {"method": "GET", "path": "/taskflowbackend/api/lock/status/{uuid}", "generation": "new"},
)
# A setting's value has the type of the setting: sites that the tests run refuse a text for a switch.
SET = ("value", {"type": ["text", "boolean", "integer", "number", "list", "object"], "null": True})
# The Django REST framework reads these three, and answers 415 to all others.
CONTENTS = ["json", "form", "multipart"]


def entries(reference: Path) -> Iterator[Entry]:
    """Give all entries."""
    for generation, (environment, version) in CORES.items():
        for each in forms(environment):
            yield core_entry(each, generation, version)
    refused = refusals(json.loads((reference / "sodar_server_findings.json").read_text("utf-8")))
    for generation, files in RECORDED.items():
        for source, name in files.items():
            yield from recorded_entries(load(reference / name), generation, f"{source}, recorded")
        body = {key: {**rule, **refused.get((generation, key), {})} for key, rule in ZONE.items()}
        zone = {"method": "POST", "path": CREATE_ZONE, "body": body, "content": ["json", "form"]}
        yield {**zone, "generation": generation, "source": DOCUMENTED}
    yield from ({**each, "source": DOCUMENTED} for each in VIEWS)
    yield from WEBDAV
    yield from ({**each, "source": SOURCE} for each in SERIALIZED)


def forms(environment: str) -> list[Entry]:
    """Ask an installed SODAR Core for the forms of its views."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python_of(environment)), str(FORMS), folder]
        done = subprocess.run(command, env=plain_environ(), capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: list[Entry] = json.loads(done.stdout)
    return found


def core_entry(form: Entry, generation: str, version: str) -> Entry:
    """Return the entry of one view; where the types of a query stand in the description, only its names count."""
    entry: Entry = {"method": form["method"], "path": form["path"]}
    if "query" in form:
        entry["query"] = list(form["query"])
    if "body" in form:
        body = form["body"] | (dict([SET]) if "/settings/set/" in form["path"] else {})
        entry |= {"body": body, "content": CONTENTS}
    return {**entry, "generation": generation, "source": f"SODAR Core {version}, {form['said_by']}"}


def recorded_entries(exchanges: Iterable[Mapping[str, Any]], generation: str, source: str) -> Iterator[Entry]:
    """Give one entry for each address that was asked for, unless a server did not have it or had too little to say.

    Bodies of the project side are left to the serializers, which know their rules; what the servers could not read
    at all is a form all the same, for they say so themselves.
    """
    seen: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in exchanges:
        absent = each["status"] == 405 or (each["status"] == 404 and "detail" not in each["body"])
        if not absent:
            path = UUID.sub("{uuid}", each["request"]["path"].partition("?")[0])
            seen.setdefault((each["request"]["method"], path), []).append(each)
    for (method, path), found in seen.items():
        queries = dict.fromkeys(name for each in found for name in query_names(each["request"]["path"]))
        entry: Entry = {"method": method, "path": path, **({"query": list(queries)} if queries else {})}
        if any(each["request"].get("files") for each in found):
            entry |= {"body": {"*": {"type": "file"}}, "content": ["multipart"]}
        elif any(isinstance(each["request"]["data"], str) for each in found):
            entry |= {"content": ["text"]}
        elif path == CREATE_ZONE or (method in ("POST", "PUT", "PATCH") and path.startswith("/project/")):
            continue
        elif bodies := [each["request"]["json"] for each in found if each["request"]["json"]]:
            entry["body"] = joined(map(rule_of, bodies))["keys"]
        yield {**entry, "generation": generation, "source": source}


def query_names(path: str) -> list[str]:
    """Return the names in the query of an address."""
    return [each.partition("=")[0] for each in path.partition("?")[2].split("&") if each]


def refusals(findings: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Rule]:
    """Return what servers said of a key of a zone when they refused it, as rules by generation and key."""
    rules: dict[tuple[str, str], Rule] = {}
    words = {"blank": {"blank": False}, "null": {"null": False}}
    for each in findings:
        if each["status"] == 400 and "/landingzones/api/create/" in each["request"]:
            said = json.loads(each["body"])
            for key, texts in said.items():
                for word in re.findall(r"may not be (\w+)", texts[0]):
                    rules.setdefault((FOUND[each["server"]], key), {}).update(words[word])
    return rules


if __name__ == "__main__":
    found = entries(Path(os.environ["BIONB_REFERENCE_DATA"]) / "data" / "sodar")
    ledger_file("sodar").write_text(ledger_text(found), "utf-8")
    sys.stdout.write(f"{ledger_file('sodar').name}: {len(json.loads(ledger_file('sodar').read_text('utf-8')))} forms\n")
