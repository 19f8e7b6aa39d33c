"""Replay what a real SODAR Core once answered against another server, and name every difference.

The recordings are sequences: a project is created, changed, and destroyed, under identifiers that the other
server will not choose again. So the replay learns, reply by reply, what the recorded ones are called there.
Compared are the status, the media type, and the shape of the body: keys, types, and empty or not. No texts.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"^\d{8}_\d{6}")  # begins the title of every landing zone
# Tokens are cut short in the recordings; these requests say by their labels whose token it was.
SENT_BY = {
    "list alice": "alice",
    "list empty user (bob)": "bob",
    "roles destroy bob": "carol",
    "list as finder dave": "dave",
    "users list admin": "admin",
}
MALFORMED = {"create bad json": "application/json", "create bad content type": "text/plain"}


@dataclass
class Server:
    """Where to replay, and as whom. Users go by their names in the recordings."""

    url: str
    tokens: dict[str, str]
    passwords: dict[str, str]
    users: dict[str, str]  # UUIDs
    known: dict[str, str] = field(default_factory=dict)  # recorded UUID -> UUID on this server

    def translate(self, value: Any) -> Any:
        """Write our identifiers for the recorded ones, in anything JSON can hold."""
        text = UUID.sub(lambda found: self.known.get(found[0], found[0]), json.dumps(value))
        return json.loads(text)

    def learn(self, recorded: Any, actual: Any) -> None:
        """Compare two replies and note which recorded identifier is which of ours."""
        if isinstance(recorded, dict) and isinstance(actual, dict):
            if any(map(UUID.fullmatch, recorded)):
                recorded, actual = by_content(self.translate(recorded)), by_content(actual)
            for key in recorded.keys() & actual.keys():
                self.learn(recorded[key], actual[key])
        elif isinstance(recorded, list) and isinstance(actual, list):
            for before, now in pairs(recorded, actual):
                self.learn(before, now)
        elif is_uuid(recorded) and is_uuid(actual):
            self.known[recorded] = actual


def pairs(recorded: list[Any], actual: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Pair the records of two lists that have the same title, whose first part may be a time, or user name."""

    def named(items: list[Any]) -> dict[Any, Any]:
        records = [item for item in items if isinstance(item, dict)]
        return {TIME.sub("", item.get("title") or "") or item.get("username"): item for item in records}

    now = named(actual)
    return ((item, now[name]) for name, item in named(recorded).items() if name in now)


def by_content(records: dict[str, Any]) -> dict[str, Any]:
    """Key role assignments by who has which role, and sheets by file name, instead of by their own UUIDs."""

    def name(record: dict[str, Any]) -> str:
        if "role" not in record:
            return str(record["file_name"])
        user = record["user"]
        return f"{record['role']} {user['sodar_uuid'] if isinstance(user, dict) else user}"

    return {name(record): record for record in records.values()}


def is_uuid(value: Any) -> bool:
    """Tell whether a value is the text of a UUID."""
    return isinstance(value, str) and bool(UUID.fullmatch(value))


def shape(value: Any) -> Any:
    """Reduce a body to its keys and types."""
    if isinstance(value, dict):
        return {"UUID" if is_uuid(key) else key: shape(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        kinds = {json.dumps(shape(item), sort_keys=True) for item in value}
        return sorted(kinds)
    return type(value).__name__


def load(path: Path) -> list[dict[str, Any]]:
    """Read the exchanges of a recording."""
    exchanges: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["recorded"]
    return exchanges


def users_of(recorded: Any) -> dict[str, str]:
    """Find the UUIDs of all users that appear anywhere in a recording."""
    if isinstance(recorded, list):
        return {name: uuid for item in recorded for name, uuid in users_of(item).items()}
    if not isinstance(recorded, dict):
        return {}
    here = {recorded["username"]: recorded["sodar_uuid"]} if "username" in recorded else {}
    return here | users_of(list(recorded.values()))


def replay(exchanges: list[dict[str, Any]], server: Server) -> list[str]:
    """Send every recorded request to a server, in order, and return one line for each reply that differs."""
    recorded_users = users_of(exchanges)
    server.known = {recorded_users[name]: uuid for name, uuid in server.users.items() if name in recorded_users}
    senders = {
        exchange["request"]["auth"].split(" ")[1]: SENT_BY[exchange["label"]]
        for exchange in exchanges
        if exchange["label"] in SENT_BY
    }
    return [line for exchange in exchanges for line in compare(exchange, server, senders)]


def compare(exchange: dict[str, Any], server: Server, senders: dict[str, str]) -> list[str]:
    """Send one recorded request and describe how the reply differs, if it does."""
    reply = send(exchange, server, senders)
    is_json = "json" in reply.headers.get("Content-Type", "")
    body = reply.json() if is_json else {"_text": reply.text}
    server.learn(exchange["body"], body)
    before = (exchange["status"], media_type(exchange["headers"]), shape(exchange["body"]))
    now = (reply.status_code, media_type(reply.headers), shape(body))
    return [] if before == now else [f"{exchange['label']}: recorded {before}, got {now}"]


def media_type(headers: Any) -> str:
    """Take the media type out of the headers of a reply."""
    return str(headers.get("Content-Type", "")).split(";")[0]


def send(exchange: dict[str, Any], server: Server, senders: dict[str, str]) -> requests.Response:
    """Send one recorded request in the identifiers of this server."""
    request = exchange["request"]
    headers = {"Accept": request["accept"] or "*/*"}
    scheme, _, credential = request["auth"].partition(" ")
    auth = None
    if scheme == "Basic":
        user = "alice" if exchange["label"].startswith("basic") else "dave"
        auth = (user, "wrong" if exchange["label"] == "basic bad" else server.passwords[user])
    elif scheme:
        token = next((server.tokens[u] for cut, u in senders.items() if cut.startswith(credential or "-")), credential)
        headers["Authorization"] = f"{scheme} {token}"
    if exchange["label"] in MALFORMED:
        headers["Content-Type"] = MALFORMED[exchange["label"]]
    return requests.request(
        request["method"],
        server.url + server.translate(request["path"]),
        headers=headers,
        auth=auth,
        data=server.translate(request["data"]),
        json=server.translate(request["json"]),
        timeout=30,
    )
