"""What the sandbox keeps: accounts, projects, files with invented contents, apps, tasks, volumes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, overload

from bionb.platforms.sevenbridges.sandbox.replies import Record, Refused
from bionb.sandbox.store import FrozenClock, Identifiers

PERMISSIONS = ("read", "write", "copy", "execute", "admin")


class Store:
    """All records by their ids, and who may do what."""

    def __init__(self) -> None:
        self.ids, self.clock = Identifiers("sevenbridges"), FrozenClock()
        self.users: dict[str, Record] = {}
        self.projects: dict[str, Record] = {}
        self.members: dict[str, dict[str, dict[str, bool]]] = {}
        self.files: dict[str, Record] = {}
        self.children: dict[str, list[str]] = {}
        self.contents: dict[str, bytes] = {}
        self.many: dict[str, ManyFiles] = {}
        self.apps: dict[str, list[Record]] = {}
        self.tasks: dict[str, Record] = {}
        self.billing: dict[str, Record] = {}
        self.invoices: list[Record] = []
        self.volumes: dict[str, Record] = {}
        self.objects: dict[str, list[Record]] = {}
        self.moved: dict[str, dict[str, Record]] = {"imports": {}, "exports": {}}
        self.uploads: dict[str, Record] = {}
        self.feedback: list[Record] = []

    def now(self) -> str:
        """Return the time of a write."""
        return self.clock.tick().strftime("%Y-%m-%dT%H:%M:%SZ")

    # -- projects -------------------------------------------------------------------------------------------------

    def add_project(self, owner: str, short: str, name: str, billing: str, members: Sequence[str] = ()) -> Record:
        """Add a project, its root folder, and its members."""
        name_id, root, now = f"{owner}/{short}", self.new_file_id(), self.now()
        project = {
            "id": name_id,
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
        self.projects[name_id] = project
        self.children[root] = []
        self.members[name_id] = {owner: dict.fromkeys(PERMISSIONS, True)}
        for each in members:
            self.members[name_id][each] = dict.fromkeys(PERMISSIONS, True)
        return project

    def visible_projects(self, user: str) -> list[Record]:
        """Return the projects that a user is a member of."""
        return [each for name, each in self.projects.items() if user in self.members[name]]

    def project(self, name: str, user: str, need: str = "read") -> Record:
        """Return a project that a user may read, write, ...; what he cannot see does not exist for him."""
        found = self.projects.get(name)
        if found is None or user not in self.members[name]:
            raise Refused(404, 3002, "Requested project does not exist.")
        if not self.members[name][user].get(need):
            raise Refused(403, 3001, f"You need the permission to {need} in this project.")
        return found

    # -- files ----------------------------------------------------------------------------------------------------

    def new_file_id(self) -> str:
        """Return the next file id: 24 hexadecimal digits."""
        return self.ids.uuid("file").replace("-", "")[:24]

    def add_file(
        self, project: str, name: str, size: int, *, parent: str = "", file_id: str = "", **more: Any
    ) -> Record:
        """Add a file to a folder, by default the project's root."""
        now = self.now()
        parent = parent or self.projects[project]["root_folder"]
        record = {
            "id": file_id or self.new_file_id(),
            "name": name,
            "size": size,
            "project": project,
            "parent": parent,
            "type": "file",
            "created_on": now,
            "modified_on": now,
            "storage": {"type": "PLATFORM", "hosted_on_locations": ["aws:us-east-1"]},
            "origin": {},
            "tags": [],
            "metadata": {},
            **more,
        }
        self.files[record["id"]] = record
        self.children[parent].append(record["id"])
        return record

    def add_folder(self, project: str, name: str, parent: str = "") -> Record:
        """Add a folder."""
        folder = self.add_file(project, name, 0, parent=parent, type="folder")
        for key in ("size", "storage", "origin", "tags", "metadata"):
            del folder[key]
        self.children[folder["id"]] = []
        return folder

    def file(self, name: str, user: str, need: str = "read") -> Record:
        """Return a file of a project that the user may read, write, ..."""
        found = self.files.get(name) or next((found for many in self.many.values() if (found := many.find(name))), None)
        if found is None or user not in self.members[found["project"]]:
            raise Refused(404, 5002, "Requested file does not exist.")
        if not self.members[found["project"]][user].get(need):
            raise Refused(403, 5001, f"You need the permission to {need} in the file's project.")
        return found

    def inside(self, folder: str) -> Sequence[Record]:
        """Return what is in a folder, in the order of creation."""
        many = next((each for each in self.many.values() if each.root == folder), None)
        return many if many is not None else [self.files[each] for each in self.children.get(folder, ())]

    def remove_file(self, name: str) -> None:
        """Remove a file or an empty folder."""
        record = self.files[name]
        if self.children.get(name):
            raise Refused(400, 5021, "The folder is not empty.")
        self.children[record["parent"]].remove(name)
        del self.files[name]

    def content(self, record: Record, start: int, stop: int) -> bytes:
        """Return bytes of a file: as uploaded, else an invented pattern."""
        if record["id"] in self.contents:
            return self.contents[record["id"]][start:stop]
        block = hashlib.sha256(record["name"].encode()).hexdigest().encode() + b"\n"
        first = start // len(block)
        needed = block * ((stop - 1) // len(block) - first + 1)
        shift = first * len(block)
        return needed[start - shift : stop - shift]

    def etag(self, record: Record) -> str:
        """Return what changes with the content; as of an object stored in parts, it is no MD5."""
        content = self.contents.get(record["id"])
        if content is None:
            return f"{record['id']}-{record['modified_on']}-1"
        return f"{hashlib.md5(content, usedforsecurity=False).hexdigest()}-1"

    # -- accounts -------------------------------------------------------------------------------------------------

    def app(self, name: str, user: str, revision: str | None = None) -> Record:
        """Return an app's latest revision, or the one asked for."""
        revisions = self.apps.get(name)
        project = name.rsplit("/", 1)[0]
        if not revisions or (project != "admin/public" and user not in self.members.get(project, ())):
            raise Refused(404, 6002, "Requested app does not exist.")
        if revision is None:
            return revisions[-1]
        if int(revision) >= len(revisions):
            raise Refused(404, 6002, "Requested revision of the app does not exist.")
        return revisions[int(revision)]

    def task(self, name: str, user: str) -> Record:
        """Return a task of a project that the user sees."""
        found = self.tasks.get(name)
        if found is None or user not in self.members[found["project"]]:
            raise Refused(404, 7002, "Requested task does not exist.")
        return found


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
        self.project, self.root, self._count = project, root, count
        self._start = datetime(2026, 1, 1, tzinfo=UTC)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return [self._record(number) for number in range(*index.indices(self._count))]
        return self._record(index)

    def __iter__(self) -> Iterator[Record]:
        return map(self._record, range(self._count))

    def find(self, name: str) -> Record | None:
        """Return the file of an id."""
        digits = name.removeprefix("00c0ffee")
        known = len(name) == 24 and len(digits) == 16 and digits.isdigit() and int(digits) < self._count
        return self._record(int(digits)) if known else None

    def _record(self, number: int) -> Record:
        made = (self._start + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        sample = f"N{number // 2:05d}"
        return {
            "id": f"00c0ffee{number:016d}",
            "name": f"{sample}_{number % 2 + 1}.fastq.gz",
            "size": 1_000_000 + 37 * number,
            "project": self.project,
            "parent": self.root,
            "type": "file",
            "created_on": made,
            "modified_on": made,
            "storage": {"type": "PLATFORM", "hosted_on_locations": ["aws:us-east-1"]},
            "origin": {},
            "tags": ["raw"],
            "metadata": {"sample_id": sample, "paired_end": str(number % 2 + 1), "platform": "Illumina"},
        }
