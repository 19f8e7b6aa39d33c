"""What the sandbox keeps: accounts, projects, files with invented contents, apps, tasks, volumes."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bionb.sandbox.application import refuse_if
from bionb.sandbox.store import FrozenClock, Identifiers

Record = dict[str, Any]
Records = dict[str, Record]

PART_SIZE = 5 * 1024 * 1024
BILLING = "7a1f0c52-3d4e-4b6a-9c80-1de2f3a4b5c6"  # the billing group of all projects and invoices
PERMISSIONS = ("read", "write", "copy", "execute", "admin")
KINDS = {"project": 3, "file": 5, "app": 6, "task": 7}  # the families of error codes
ON_PLATFORM = {"type": "PLATFORM", "hosted_on_locations": ["aws:us-east-1"]}
OF_FILES_ONLY = ("size", "storage", "origin", "tags", "metadata")


class Store:
    """All records by their ids, and who may do what; one user asks at a time."""

    def __init__(self) -> None:
        self.ids, self.clock, self.user = Identifiers("sevenbridges"), FrozenClock(), ""
        self.users: Records = {}
        self.projects: Records = {}
        self.members: dict[str, Records] = {}
        self.files: Records = {}
        self.children: dict[str, list[str]] = {}
        self.contents: dict[str, bytes] = {}
        self.many: dict[str, ManyFiles] = {}
        self.apps: dict[str, list[Record]] = {}
        self.tasks: Records = {}
        self.billing: Records = {}
        self.invoices: list[Record] = []
        self.volumes: Records = {}
        self.objects: dict[str, list[Record]] = {}
        self.moved: dict[str, Records] = {"imports": {}, "exports": {}}
        self.uploads: Records = {}
        self.signatures, self.expired = itertools.count(1), set[str]()  # of links to files
        self.feedback: list[Record] = []

    def now(self) -> str:
        """Return the time of a write."""
        return written(self.clock.tick())

    # -- who may see and do what ----------------------------------------------------------------------------------

    def project(self, name: str, need: str = "read") -> Record:
        """Return a project that the user may read, write, ..."""
        return self._allowed("project", self.projects.get(name), need)

    def file(self, name: str, need: str = "read") -> Record:
        """Return a file of a project that the user may read, write, ..."""
        return self._allowed("file", self.found_file(name), need)

    def app(self, name: str) -> Record:
        """Return an app: the revision that its name ends with, else the latest."""
        base, _, last = name.rpartition("/")
        name, number = (base, int(last)) if base.count("/") == 2 and last.isdecimal() else (name, -1)
        revisions, project = self.apps.get(name, []), name.rsplit("/", 1)[0]
        found = revisions[number] if number < len(revisions) and revisions else None
        return found if found and project == "admin/public" else self._allowed("app", found, "read")

    def task(self, name: str) -> Record:
        """Return a task of a project that the user sees."""
        return self._allowed("task", self.tasks.get(name), "read")

    def _allowed(self, kind: str, found: Any, need: str) -> Record:
        """Return what was found; what the user cannot see does not exist for him."""
        member = self.members.get(project_of(found), {}).get(self.user, {}) if found else {}
        refuse_if(not member, 404, f"Requested {kind} does not exist.", code=1000 * KINDS[kind] + 2)
        refuse_if(
            not member.get(need),
            403,
            f"You need the permission to {need} in this project.",
            code=1000 * KINDS[kind] + 1,
        )
        allowed: Record = found
        return allowed

    def visible(self, records: Records) -> list[Record]:
        """Return the projects, or what is in projects, that the user is a member of."""
        return [each for each in records.values() if self.user in self.members[project_of(each)]]

    # -- projects, apps, volumes, tasks ------------------------------------------------------------------------------

    def add_project(self, owner: str, short: str, name: str, billing: str, members: Sequence[str] = ()) -> Record:
        """Add a project, its root folder, and its members."""
        root, now = self.new_file_id(), self.now()
        project: Record = {
            "id": f"{owner}/{short}",
            "name": name,
            "type": "v2",
            "description": "",
            "tags": [],
            "settings": {"locked": False, "controlled": False, "use_interruptible_instances": True},
            "billing_group": billing,
            "root_folder": root,
            "created_by": owner,
            "created_on": now,
            "modified_on": now,
            "category": "PRIVATE",
        }
        self.projects[project["id"]] = project
        self.children[root] = []
        self.members[project["id"]] = {each: dict.fromkeys(PERMISSIONS, True) for each in (owner, *members)}
        return project

    def remove_project(self, name: str) -> None:
        """Remove a project with all that is in it."""
        for records in (self.files, self.tasks):
            for each in [each for each in records.values() if each["project"] == name]:
                del records[each["id"]]
        self.many.pop(self.projects[name]["root_folder"], None)
        del self.projects[name], self.members[name]

    def add_app(self, name: str, raw: Record) -> Record:
        """Add an app, or the next revision of one."""
        revisions = self.apps.setdefault(name, [])
        number = len(revisions)
        record = {
            "id": f"{name}/{number}",
            "project": name.rsplit("/", 1)[0],
            "name": raw.get("label") or name.rsplit("/", 1)[1],
            "revision": number,
            "raw": {**raw, "sbg:id": f"{name}/{number}", "sbg:revision": number},
        }
        revisions.append(record)
        return record

    def add_volume(self, volume: str, service: Record, **more: Any) -> Record:
        """Add a volume, its bucket empty."""
        now = self.now()
        kept = {"active": True, "service": service, "created_on": now, "modified_on": now}
        self.volumes[volume], self.objects[volume] = {"id": volume, **more, **kept}, []
        return self.volumes[volume]

    def add_task(self, name: str, project: str, app: str, inputs: Record, **more: Any) -> Record:
        """Add a task, by default a draft."""
        task = {
            "id": self.ids.uuid("task"),
            "name": name,
            "description": "",
            "status": "DRAFT",
            "project": project,
            "app": app,
            "type": "v2",
            "created_by": "RFranklin",
            "executed_by": None,
            "created_time": self.now(),
            **dict.fromkeys(("start_time", "end_time")),
            "batch": False,
            **dict.fromkeys(("batch_by", "batch_group", "batch_input", "parent", "origin_id")),
            "execution_status": progress("Task is a draft.", 0),
            "price": {"currency": "USD", "amount": 0.0},
            "inputs": inputs,
            "outputs": {},
            "errors": [],
            "warnings": [],
            "use_interruptible_instances": True,
            **more,
        }
        self.tasks[task["id"]] = task
        return task

    # -- files ----------------------------------------------------------------------------------------------------

    def new_file_id(self) -> str:
        """Return the next file id: 24 hexadecimal digits."""
        return self.ids.uuid("file").replace("-", "")[:24]

    def add_file(
        self, project: str, name: str, size: int, *, parent: str = "", file_id: str = "", **more: Any
    ) -> Record:
        """Add a file to a folder, by default the project's root."""
        now = self.now()
        record = {
            "id": file_id or self.new_file_id(),
            "name": name,
            "size": size,
            "project": project,
            "parent": parent or self.projects[project]["root_folder"],
            "type": "file",
            "created_on": now,
            "modified_on": now,
            "storage": ON_PLATFORM,
            "origin": {},
            "tags": [],
            "metadata": {},
            **more,
        }
        self.files[record["id"]] = record
        self.children[record["parent"]].append(record["id"])
        return record

    def add_folder(self, project: str, name: str, parent: str = "") -> Record:
        """Add a folder."""
        folder = self.add_file(project, name, 0, parent=parent, type="folder")
        for key in OF_FILES_ONLY:
            del folder[key]
        self.children[folder["id"]] = []
        return folder

    def found_file(self, name: str) -> Record | None:
        """Return a file whoever asks, None if there is none."""
        made = (each.find(name) for each in self.many.values())
        return self.files.get(name) or next((each for each in made if each), None)

    def inside(self, folder: str) -> Sequence[Record]:
        """Return what is in a folder, in the order of creation."""
        return self.many.get(folder) or [self.files[each] for each in self.children.get(folder, ())]

    def remove_file(self, name: str) -> None:
        """Remove a file or an empty folder."""
        refuse_if(self.children.get(name), 400, "The folder is not empty.", code=5021)
        self.children[self.files[name]["parent"]].remove(name)
        del self.files[name]

    def content(self, record: Record, start: int, stop: int) -> bytes:
        """Return bytes of a file: as uploaded, else an invented pattern."""
        if record["id"] in self.contents:
            return self.contents[record["id"]][start:stop]
        block = hashlib.sha256(record["name"].encode()).hexdigest().encode() + b"\n"
        first, last = start // len(block), (stop - 1) // len(block)
        return (block * (last - first + 1))[start - first * len(block) : stop - first * len(block)]

    def etag(self, record: Record) -> str:
        """Return what changes with the content; of an object stored in parts it is no MD5 of it."""
        content = self.contents.get(record["id"])
        return tag_of_parts(content) if content is not None else f"{record['id']}-{record['modified_on']}-1"


def tag_of_parts(content: bytes) -> str:
    """Return the tag that a store of objects gives what arrived in parts: the MD5 of their MD5s, and how many."""
    parts = [content[start : start + PART_SIZE] for start in range(0, len(content), PART_SIZE)] or [b""]
    return f"{md5(b''.join(bytes.fromhex(md5(part)) for part in parts))}-{len(parts)}"


class ManyFiles(Sequence[Record]):
    """A project's many files, made when they are looked at.

    Parameters
    ----------
    project, root : str
        Where they are.
    count : int
        How many.
    """

    def __init__(self, project: str, root: str, count: int) -> None:
        self._place, self._numbers = {"project": project, "parent": root}, range(count)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: Any) -> Any:
        found = self._numbers[index]
        return [self._record(each) for each in found] if isinstance(found, range) else self._record(found)

    def find(self, name: str) -> Record | None:
        """Return the file of an id."""
        digits = name.removeprefix("00c0ffee")
        known = len(name) == 24 and len(digits) == 16 and digits.isdecimal() and int(digits) in self._numbers
        return self._record(int(digits)) if known else None

    def _record(self, number: int) -> Record:
        sample, made = f"N{number // 2:05d}", written(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number))
        return {
            "id": f"00c0ffee{number:016d}",
            "name": f"{sample}_{number % 2 + 1}.fastq.gz",
            "size": 1_000_000 + 37 * number,
            **self._place,
            "type": "file",
            "created_on": made,
            "modified_on": made,
            "storage": ON_PLATFORM,
            "origin": {},
            "tags": ["raw"],
            "metadata": {"sample_id": sample, "paired_end": str(number % 2 + 1), "platform": "Illumina"},
        }


def project_of(record: Record) -> str:
    """Return the project that a record is in, or is."""
    return str(record.get("project", record["id"]))


def written(moment: datetime) -> str:
    """Return a time as the platform writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def progress(message: str, steps: int) -> Record:
    """Return how far a task is, of three steps."""
    return {"message": message, "steps_completed": steps, "steps_total": 3}


def as_input(record: Record) -> Record:
    """Return a file as tasks name it."""
    kind = "Directory" if record["type"] == "folder" else "File"
    return {"class": kind, "path": record["id"], "name": record["name"]}


def md5(content: bytes) -> str:
    """Return the checksum that stores of objects tell."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
