"""Replay what real SODAR servers answered about sheets, collections and landing zones against the sandbox.

The recordings hold no tokens, uploads only as far as their names, and a server that was changed by hand between two
requests. So this module says who sent what (`sender`), packs the uploads again (`Uploads`), and does by hand what was
done by hand (`SheetReplay._prepare`). Compared are status, media type, shape, and meaning: the status of a zone, the
names and types in an investigation, every character of an export, the number of warnings. No messages.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests

from bionb.platforms.sodar.sandbox.landing import advance, zone_by_uuid
from tests.platforms.sodar.recording import TIME, UUID, Server, media_type, shape

Parts = list[tuple[str, tuple[str, bytes, str]]]
MADE_UP = ("detail", "date_modified", "email", "_text", "_len")
ROLES = {"SEED role": "bob", "role guest": "carol"}
SETS = {  # as published; the other sets are packed again from what the recorded server exported of them
    "bih_cancer": "sodar-bih_cancer",
    "bih_germline": "sodar-bih_germline",
    "BII-I-1_edited": "sodar-BII-I-1_edited",
    "BII-I-1_critical": "altamisa-BII-I-1",
}
UPLOADED = re.compile(r"\('(?P<sent>[^']+)', <_io.BufferedReader name='(?P<name>[^']+)\.zip'>")
BYTES = re.compile(r"\('(?P<sent>[^']+)', (?P<data>b'[^']*'), ")


def sender(exchange: Mapping[str, Any]) -> str | None:
    """Tell whose token a request carried, by its label."""
    label = exchange["label"]
    if exchange["request"]["path"].startswith("/project/"):
        return "alice"
    if "no token" in label:
        return None
    if "guest" in label:
        return "carol"
    return "dave" if "no role" in label or "other user" in label else "alice"


def zipped(files: Mapping[str, str]) -> bytes:
    """Pack texts by path."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def exported(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the files of a JSON export by base name, the investigation first."""
    tables = {**body["studies"], **body["assays"]}
    first = {Path(body["investigation"]["path"]).name: body["investigation"]["tsv"]}
    return first | {name: each["tsv"] for name, each in tables.items()}


class Uploads:
    """Packs again what was sent to the recorded server."""

    def __init__(self, folder: Path, exchanges: list[dict[str, Any]]) -> None:
        self._folder, self._exchanges = folder, exchanges
        self.zip_export, self.tables = b"", dict[str, str]()

    def parts(self, exchange: Mapping[str, Any]) -> Parts | None:
        """Return the parts of a multipart request, None for a request without files."""
        written = exchange["request"]["files"]
        if written is None:
            return None
        label = exchange["label"]
        if label in self._broken():
            return [("file", ("isa.zip", self._broken()[label](), "application/zip"))]
        if label == "re-import own zip export":
            return [("file", ("isa.zip", self.zip_export, "application/zip"))]
        if found := UPLOADED.search(written):
            return [("file", (found["sent"], self.set(found["name"]), "application/zip"))]
        if found := BYTES.search(written):
            data = found["data"][2:-1].encode().decode("unicode_escape").encode("latin-1")
            return [("file", (found["sent"], data, "application/zip"))]
        return self._single_files(label)

    def files(self, name: str) -> dict[str, str]:
        """Return the texts of a data set under the folder that the server saw."""
        if name not in SETS:
            body = next(each["body"] for each in self._exchanges if each["label"] == f"exp {name}")
            return {f"{name}/{base}": text for base, text in exported(body).items()}
        with zipfile.ZipFile(self._folder / f"{SETS[name]}.zip") as archive:
            paths = [Path(each) for each in archive.namelist()]
            folder = name.removesuffix("_critical")
            return {
                (each.relative_to(SETS[name]) if len(each.parts) > 2 else Path(folder, each.name)).as_posix(): (
                    archive.read(each.as_posix()).decode()
                )
                for each in paths
                if each.suffix == ".txt"
            }

    def set(self, name: str) -> bytes:
        """Return a data set as a zip; two were neither published nor exported and are made from another one."""
        if name == "i_small2_edited":
            return zipped(self._changed("0815-N1", "0815-N9"))
        if name == "i_small2_alt":
            renamed = self._changed("a_small2.txt", "a_small2_alt.txt")
            return zipped({path.replace("a_small2", "a_small2_alt"): text for path, text in renamed.items()})
        return zipped(self.files(name))

    def _changed(self, old: str, new: str, start: str = "") -> dict[str, str]:
        files = self.files("i_small2")
        found = [path for path, text in files.items() if Path(path).name.startswith(start) and old in text]
        assert found, f"{old} is nowhere in {start}* of i_small2"
        return {path: text.replace(old, new) if path in found else text for path, text in files.items()}

    def _broken(self) -> dict[str, Callable[[], bytes]]:
        def without(prefix: str) -> bytes:
            files = self.files("i_small2")
            return zipped({path: text for path, text in files.items() if not Path(path).name.startswith(prefix)})

        return {
            "import without study": lambda: without("s_"),
            "import without assay": lambda: without("a_"),
            "import broken investigation": lambda: zipped(self._changed("STUDY FACTORS", "STUDY FAKTORS")),
            "import broken study header": lambda: zipped(self._changed("Source Name", "Sauce Name", "s_")),
        }

    def _single_files(self, label: str) -> Parts:
        kind = "application/octet-stream" if "octet" in label else "text/plain"
        texts = [(name, text.replace("Title\tInv", "Title\tXInv", 1)) for name, text in self.tables.items()]
        if "edited" not in label:
            texts = list(self.tables.items())
        if "single" in label:
            texts = texts[:1]
        one_field = "under" in label
        return [
            ("file" if one_field else f"file_{number}", (name, text.encode(), kind))
            for number, (name, text) in enumerate(texts)
        ]


class SheetReplay:
    """Sends the exchanges of one recording to one sandbox and collects differences."""

    def __init__(self, sandbox: Any, exchanges: list[dict[str, Any]], uploads: Uploads, server: Server) -> None:
        self._sandbox, self._app = sandbox, sandbox.app("sodar")
        self._uploads, self._server, self._exchanges = uploads, server, exchanges
        self._irods, self._worker = ExitStack(), False
        self._irods.enter_context(sandbox.fault("sodar", "irods_off"))
        self.sent: list[str] = []

    def run(self, left_out: Mapping[str, str]) -> list[str]:
        """Replay all but what is left out; return a line for each difference."""
        lines = []
        with self._irods:
            for exchange in self._exchanges:
                self._prepare(exchange)
                if exchange["label"] not in left_out:
                    lines += self._compare(exchange)
                    self.sent.append(exchange["label"])
        return lines

    # -- what was done by hand on the recorded server ---------------------------------------------------------------

    def _prepare(self, exchange: Mapping[str, Any]) -> None:
        label, request, body = exchange["label"], exchange["request"], exchange["body"]
        if label in ROLES:
            self._server.known[request["data"]["user"]] = self._server.users[ROLES[label]]
        if label == "create":
            self._switch_irods(down=request["data"]["title"].startswith("LZ"))
        if found := re.search(r'project \\?"(P [^"\\]+)\\?" \((.+?)\)', str(body)):
            self._project_of_before(found[1], found[2])
        if label == "inv with irods_status":
            self._project(request["path"]).sheets.irods_status = True
        if label == "lz update":
            zone = self._zone(request["path"])
            zone.description, zone.title = "new", "20991231_235959"
        if label == "lz delete" or (isinstance(body, dict) and body.get("status_info") == "set by test"):
            self._force(request["path"], body.get("status", "ACTIVE"))
        if label == "lz list":
            self._end_forced()
        if self._worker and request["method"] == "POST":
            self._let_work_end()

    def _switch_irods(self, down: bool) -> None:
        """Begin the next part: with a dead iRODS, or with one that works."""
        self._irods.close()
        self._worker = not down
        if down:
            self._irods.enter_context(self._sandbox.fault("sodar", "irods_down"))

    def _project_of_before(self, title: str, uuid: str) -> None:
        """Add a project that the recorded server held before the recording began."""
        if uuid not in self._server.known:
            category = next(each for each in self._app.world.projects.values() if each.title == "Category A")
            self._server.known[uuid] = self._app.world.add(category, title, alice="owner").sodar_uuid

    def _project(self, path: str) -> Any:
        return self._app.world.projects[UUID.findall(self._server.translate(path))[0]]

    def _zone(self, path: str) -> Any:
        return zone_by_uuid(self._app.world, UUID.findall(self._server.translate(path))[0])

    def _force(self, path: str, status: str) -> None:
        zone = self._zone(path)
        zone.status, zone.info = status, "set by test"
        zone.ahead.clear()

    def _zones(self) -> list[Any]:
        return [zone for project in self._app.world.projects.values() for zone in project.zones]

    def _end_forced(self) -> None:
        """Leave the zone that went through all states by hand MOVED, as it was listed afterwards."""
        for zone in self._zones():
            if zone.info == "set by test":
                zone.status = "MOVED"

    def _let_work_end(self) -> None:
        for zone in self._zones():
            while zone.ahead:
                advance(self._app.world, zone)

    # -- requests and comparison ------------------------------------------------------------------------------------

    def _compare(self, exchange: Mapping[str, Any]) -> list[str]:
        reply = self._send(exchange)
        kind = media_type(reply.headers)
        body = reply.json() if "json" in kind else {"_text": reply.text, "_len": 0}
        self._remember(exchange["label"], reply, body)
        self._server.learn(exchange["body"], body)
        recorded, recorded_kind = self._server.translate(exchange["body"]), media_type(exchange["headers"])
        before = [exchange["status"], recorded_kind, comparable(recorded, recorded_kind), critical(recorded)]
        now = [reply.status_code, kind, comparable(body, kind), critical(body)]
        if exchange["status"] < 300 and "/project/" not in exchange["request"]["path"]:
            before.append(meaning(recorded))
            now.append(meaning(body))
        return [] if before == now else [f"{exchange['label']}: {different(before, now)}"]

    def _remember(self, label: str, reply: requests.Response, body: dict[str, Any]) -> None:
        if label == "export zip":
            self._uploads.zip_export = reply.content
        if label == "export json 2":
            self._uploads.tables = exported(body)

    def _send(self, exchange: Mapping[str, Any]) -> requests.Response:
        request, who = exchange["request"], sender(exchange)
        headers = {"Accept": request["accept"] or "*/*"}
        if who:
            headers["Authorization"] = f"token {self._server.tokens[who]}"
        return requests.request(
            request["method"],
            self._server.url + self._server.translate(request["path"]),
            headers=headers,
            data=self._server.translate(request["data"]),
            json=self._server.translate(request["json"]),
            files=self._uploads.parts(exchange),
            timeout=60,
        )


def comparable(body: Any, kind: str) -> Any:
    """Return the shape of a JSON body; other bodies are compared by their media type only."""
    return shape(body) if "json" in kind else None


def critical(body: Any) -> int | None:
    """Return the count in the text of a tuple that an import with critical warnings is refused with."""
    found = re.match(r"\('(\d+) critical", str(body.get("detail")) if isinstance(body, dict) else "")
    return int(found[1]) if found else None


def meaning(body: Any) -> Any:
    """Return what an answer says, without messages, times, and what the server itself makes up."""
    if isinstance(body, list):
        return sorted((meaning(each) for each in body), key=json.dumps)
    if not isinstance(body, dict):
        return body
    said = {name: value for name, value in body.items() if name not in MADE_UP}
    if "status_locked" in said:  # a landing zone
        said["title"] = TIME.sub("", said["title"])
        del said["status_info"]
    if "sodar_warnings" in said:
        said["sodar_warnings"] = len(said["sodar_warnings"])
    for place in ("irods_path", "path"):
        if str(said.get(place)).startswith("/"):
            said[place] = placed(said[place])
    return {name: meaning(value) for name, value in sorted(said.items())}


def placed(path: str) -> str:
    """Return a path in iRODS without its zone and what the server makes up: UUIDs and times."""
    below = re.sub(r"^/\w+/projects/\w\w/", "", path)
    return re.sub(r"/\d{8}_\d{6}", "/<time>", UUID.sub("<uuid>", below))


def different(before: Any, now: Any) -> str:
    """Describe two unequal values by the first place where they differ."""
    if isinstance(before, dict) and isinstance(now, dict) and before.keys() == now.keys():
        name = next(each for each in before if before[each] != now[each])
        return f"{name}: {different(before[name], now[name])}"
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return next(different(old, new) for old, new in zip(before, now, strict=True) if old != new)
    return f"recorded {str(before)[:300]!r}, got {str(now)[:300]!r}"
