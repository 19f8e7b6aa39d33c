"""Write the ledger of accepted requests from what the official clients send and what documents say.

``python -m tests.platforms.sevenbridges.ledger``, with ``BIONB_REFERENCE_DATA`` set. Sources: the official Python
client, run action by action against the sandbox without its gate, and recorded before; the R client; the documents.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bionb.sandbox.tokens import token_of
from tests.environments import plain_environ
from tests.ledgers import (
    NO_BODY,
    Entry,
    Exchange,
    Rule,
    joined,
    ledger_file,
    ledger_text,
    recorder,
    rule_of,
    template,
    templates,
)
from tests.missing import python_of
from tests.platforms.sevenbridges.documented import BODIES, KEYS, ROWS

ACTIONS = Path(__file__).with_name("actions.py")
SDK = "sevenbridges-python 2.11.2"
RUN, RECORDED = f"{SDK} run", f"{SDK} recording"
LIMITS = ("max", "values", "pattern")
Action = tuple[str, list[Exchange]]
Seen = dict[tuple[str, str], list[Exchange]]


def act(program: list[str], url: str) -> None:
    """Run the official client's actions against a server."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*program, url, token_of("RFranklin"), folder],
            env=plain_environ(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr)


def official_actions() -> tuple[list[Action], Any]:
    """Return the requests of each of the official client's actions, and the sandbox they went to."""
    with recorder("sevenbridges") as running:
        act([str(python_of("sevenbridges")), str(ACTIONS)], running.url)
        return list(by_action(running.exchanges)), running.app


def by_action(exchanges: Iterable[Exchange]) -> Iterator[Action]:
    """Split what was recorded at the announcements of actions."""
    name, found = "", list[Exchange]()
    for each in exchanges:
        if not each.path.startswith("/action/"):
            found.append(each)
            continue
        if found:
            yield name, found
        name, found = each.path.removeprefix("/action/"), []
    if found:
        yield name, found


def recorded(reference_data: Path) -> list[Exchange]:
    """Return the official client's requests as they were recorded before."""
    path = reference_data / "data" / "sevenbridges" / "sdk_requests.json"
    return [
        Exchange(
            each["method"],
            each["path"],
            [(name, value) for name, value in each["query"]],
            each["content_type"] or "",
            b"" if each["body"] is None or isinstance(each["body"], str) else json.dumps(each["body"]).encode(),
            each["status"],
            "",
            b"",
        )
        for each in json.loads(path.read_text("utf-8"))["requests"]
    ]


def entries(reference_data: Path) -> Iterator[Entry]:
    """Give what the Python client sends, then the forms that documents and the R client add to it."""
    actions, app = official_actions()
    known = templates(app)
    documented = {(each["method"], each["path"]): each for each in documented_entries(known)}
    official: dict[tuple[str, str], Entry] = {}
    runs = [(RECORDED, recorded(reference_data)), (RUN, [each for _, found in actions for each in found])]
    for source, exchanges in reversed(runs):
        for key, found in grouped(exchanges, known).items():
            seen = limited(entry_of(*key, found), documented.get(key, {}))
            whole = union(official[key], seen) if key in official else seen
            if whole != official.get(key):
                yield {**whole, "source": source}
            official[key] = whole
    for key, entry in documented.items():
        source = entry.pop("source")
        whole = union(official[key], entry) if key in official else entry
        if whole != official.get(key):
            yield {**whole, "source": source}


def documented_entries(known: Any) -> Iterator[Entry]:
    """Give the rows of `documented` as entries."""
    for method, path, query, body, source in ROWS:
        entry: Entry = {"method": method, "path": template(f"/v2{path}".replace("{", "").replace("}", ""), known)}
        if query:
            entry["query"] = sorted(query.split())
        if body is not None:
            entry |= {"values": NO_BODY} if not body else {"body": body}
        yield {**entry, "source": source}


def grouped(exchanges: Iterable[Exchange], known: Any) -> Seen:
    """Sort exchanges by method and the kind of path."""
    found: Seen = {}
    for each in exchanges:
        path = template(each.path.rstrip("/"), known)
        if path is not None:
            found.setdefault((each.method, path), []).append(each)
    return found


def entry_of(method: str, path: str, found: Iterable[Exchange]) -> Entry:
    """Return the form that some requests for one address have in common."""
    exchanges = list(found)
    entry: Entry = {"method": method, "path": path}
    names = dict.fromkeys(_query_name(name) for each in exchanges for name, _ in each.query)
    if names:
        entry["query"] = sorted(names)
    binary = [each for each in exchanges if "json" not in each.content and each.method == "PUT"]
    if binary:
        return {**entry, "content": ["binary"]}
    rules = [_widened(rule_of(each.json)) for each in exchanges if each.body]
    word = path.rpartition("/")[2]
    if rules and all(rule.get("keys", None) == {} or rule["type"] == "text" for rule in rules):
        entry["values"] = NO_BODY  # null with GET, {} with DELETE
    elif rules and word in BODIES:
        entry["values"] = BODIES[word]
    elif rules:
        rule = joined(rules)
        entry |= {"body": rule["keys"]} if rule["type"] == "object" else {"values": rule}
    return entry


def _query_name(name: str) -> str:
    return "metadata.*" if name.startswith("metadata.") else name


def _widened(rule: Rule) -> Rule:
    """Put what is known of some keys in place of what one example shows."""
    if "keys" in rule:
        return {**rule, "keys": {key: KEYS.get(key) or _widened(each) for key, each in rule["keys"].items()}}
    if "items" in rule:
        return {**rule, "items": _widened(rule["items"])}
    return rule


def limited(seen: Entry, documented: Entry) -> Entry:
    """Return what was seen to be sent, within the limits that documents set: no example shows a limit."""
    if "body" not in seen or "body" not in documented:
        return seen
    limits = {
        key: {name: documented["body"][key][name] for name in LIMITS if name in documented["body"].get(key, {})}
        for key in seen["body"]
    }
    return {**seen, "body": {key: {**rule, **limits[key]} for key, rule in seen["body"].items()}}


def union(one: Entry, other: Entry) -> Entry:
    """Return the form that takes what either takes."""
    found: Entry = {key: one[key] for key in ("method", "path")}
    if query := {*one.get("query", ()), *other.get("query", ())}:
        found["query"] = sorted(query)
    if "body" in one or "body" in other:
        objects = [{"type": "object", "keys": each["body"]} for each in (one, other) if "body" in each]
        found["body"] = joined(objects)["keys"]
    elif values := other.get("values", one.get("values")):
        found["values"] = values
    if "content" in one:
        found["content"] = one["content"]
    return found


if __name__ == "__main__":
    ledger_file("sevenbridges").write_text(
        ledger_text(entries(Path(os.environ["BIONB_REFERENCE_DATA"]))), encoding="utf-8"
    )
