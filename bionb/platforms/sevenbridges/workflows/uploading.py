"""Uploads of many files in parts, to folders as they are here, with metadata from a table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from bionb.errors import ConnectionFailed, InvalidInput, ResponseError, UnexpectedResponse, UsageError
from bionb.paging.pages import Record
from bionb.platforms.sevenbridges.calls.calls import Calls
from bionb.platforms.sevenbridges.calls.files import Files
from bionb.platforms.sevenbridges.rules.identifiers import Ref, file_id, place
from bionb.platforms.sevenbridges.rules.metadata import checked_metadata
from bionb.platforms.sevenbridges.workflows.downloading import checked_link, link_of, size_of
from bionb.platforms.sevenbridges.workflows.folders import folder_called, found_folder
from bionb.transfers import (
    Part,
    Send,
    Snapshot,
    Watcher,
    carry_out,
    part_size_of,
    send_parts,
    sources_of,
    stored_whole,
)
from bionb.transfers.digests import file_digest
from bionb.wording import joined

if TYPE_CHECKING:
    import pandas as pd

PART_SIZE = 32 * 1024 * 1024
LINKS = 2
LONGEST_NAME = 255  # characters, at the platform
STORED_PARTS = tuple(size << 20 for size in (5, 8, 16, 32, 64, 100, 128, 256, 512))  # of objects stored in parts


def upload_files(
    files: Files,
    source: Any,
    target: Ref,
    *,
    metadata: Any,
    overwrite: bool,
    dry_run: bool,
    part_size: int,
) -> pd.DataFrame:
    """Upload files and return what became of each."""
    if isinstance(part_size, bool) or not isinstance(part_size, int) or part_size < 1:
        raise UsageError(f"part_size is a number of bytes from 1, not {part_size!r}: leave it out.")
    chosen = sources_of(source)
    names = [_checked_name(name) for _, name in chosen]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UsageError(
            f"Several of these files would be called {joined(sorted(twice))}: pass a mapping of names to paths."
        )
    said = _by_name(metadata, names)
    places = _Places(files, _place_of(target), make=not dry_run)
    sender = _Sender(files, places, overwrite, part_size)
    plan = [sender.plan(path, name) for path, name in chosen]
    sender.look(names)
    try:
        frame = carry_out(plan, doing="upload", workers=files.session.workers, dry_run=dry_run)
    finally:
        if not dry_run:
            files.update_files({sender.made[name]: {"metadata": said[name]} for name in said if name in sender.made})
    return frame


def _place_of(target: Ref) -> dict[str, str]:
    """Return the project or folder that is meant: a project's id has a slash, a folder's none."""
    name = target.get("id", "") if isinstance(target, Mapping) else target
    if isinstance(name, str) and "/" in name:
        return place(target, None)
    if isinstance(target, Mapping) and str(target.get("type", "folder")).lower() not in ("folder", "none"):
        raise UsageError(f"{target.get('name', name)} is no folder: pass a project or a folder as target.")
    return {"parent": file_id(target)}


def _checked_name(name: str) -> str:
    for each in PurePosixPath(name).parts or ("",):
        if not each.strip("/") or len(each) > LONGEST_NAME or "\0" in each or each in (".", ".."):
            raise UsageError(
                f"A file there has a name of 1 to {LONGEST_NAME} characters without null character, not "
                f"{each[:40]!r}: pass a mapping of names to paths."
            )
    return name


def _by_name(metadata: Any, names: list[str]) -> dict[str, dict[str, str | None]]:
    """Return checked metadata by name; of a table the column ``name`` says whose a row is."""
    if metadata is None:
        return {}
    if hasattr(metadata, "columns"):
        if "name" not in metadata.columns:
            raise UsageError("The table of metadata needs a column 'name' with the names of the files.")
        records = metadata.astype(object).where(metadata.notna(), None).to_dict("records")
        metadata = {str(each.pop("name")): each for each in records}
    if not isinstance(metadata, Mapping):
        raise UsageError("metadata is a table with a column 'name', or a dict of dicts by name.")
    if unknown := [str(name) for name in metadata if name not in names]:
        raise InvalidInput(
            f"The metadata name files that are not uploaded: {joined(unknown[:5])}. Correct them; nothing was sent.",
            [{"name": name, "problem": "is not uploaded"} for name in unknown],
        )
    texts = {
        name: {key: None if each is None else str(each) for key, each in row.items()} for name, row in metadata.items()
    }
    return {name: checked_metadata(row) for name, row in texts.items()}


class _Places:
    """The folders at the platform, found or made when first needed."""

    def __init__(self, files: Files, root: dict[str, str], *, make: bool) -> None:
        self._files, self._make = files, make
        self._known: dict[str, dict[str, str] | None] = {"": root}

    def of(self, name: str) -> dict[str, str] | None:
        """Return where a file of this name is to be, None where its folder is not there and none is made."""
        above = name.rpartition("/")[0]
        if above not in self._known:
            outer = self.of(above)
            self._known[above] = None if outer is None else self._inner(outer, above.rpartition("/")[2])
        return self._known[above]

    def _inner(self, outer: dict[str, str], name: str) -> dict[str, str] | None:
        found = (folder_called if self._make else found_folder)(self._files, name, outer)
        return None if found is None else {"parent": found}


class _Sender:
    """Sends files to their places, and keeps the ids of what is there by name."""

    def __init__(self, files: Files, places: _Places, overwrite: bool, part_size: int) -> None:
        self._files, self._places = files, places
        self._overwrite, self._part_size = overwrite, part_size
        self._there: dict[str, Record] = {}
        self._sends: dict[str, Send] = {}
        self.made: dict[str, str] = {}

    def plan(self, path: Any, name: str) -> Send:
        where = str(next(iter((self._places.of("") or {}).values())))
        there, send = partial(self._is_there, name), partial(self._send, name)
        self._sends[name] = Send(path, name, f"{where}/{name}", there=there, send=send)
        self._sends[name].more = {"id": None}
        return self._sends[name]

    def look(self, names: list[str]) -> None:
        """Ask which of the names are taken, folder by folder."""
        by_folder: dict[str, list[str]] = {}
        for name in names:
            by_folder.setdefault(name.rpartition("/")[0], []).append(name)
        for group in by_folder.values():
            where = self._places.of(group[0])
            if where is not None:
                wanted = {name.rpartition("/")[2]: name for name in group}
                listing = self._files.files(where.get("project"), parent=where.get("parent"), name=list(wanted))
                self._there |= {wanted[each["name"]]: each for each in listing if each["name"] in wanted}

    def _is_there(self, name: str, file: Snapshot) -> bool:
        found = self._there.get(name)
        if found is None:
            return False
        if str(found.get("type")).lower() == "folder":
            raise UsageError(f"A folder called {name} is there: pass another name, by a mapping of names to paths.")
        if size_of(found.get("size")) == file.size and self._is_same(found, file):
            self._keep(name, found)
            return True
        if not self._overwrite:
            raise UsageError(f"Another file called {name} is there: pass overwrite=True, or another target.")
        return False

    def _is_same(self, found: Record, file: Snapshot) -> bool:
        """Compare what the storage says of its content; where it says nothing comparable, the size must do."""
        what, session = f"look at the file {found['name']}", self._files.session
        if not file.size:
            return True
        link = link_of(self._files, found["id"], what)
        asked = {"Range": "bytes=0-0", "Accept-Encoding": "identity"}
        answer = session.request("GET", link, what=what, headers=asked, auth=False, stream=True, opens=False)
        answer.close()
        return _agrees(answer.headers.get("ETag", "").strip('"').lower(), file)

    def _send(self, name: str, file: Snapshot, watcher: Watcher) -> Mapping[str, Any]:
        where, called = self._places.of(name), name.rpartition("/")[2]
        body = {"name": called, "size": file.size, "part_size": self._part_size, **(where or {})}
        what, label = f"upload the file {called}", self._files.session.label
        params = {"overwrite": str(self._overwrite).lower()}
        begun = self._files.call("POST", "upload/multipart", what=what, json=body, params=params)
        if not isinstance(begun, Mapping) or not begun.get("upload_id"):
            raise UnexpectedResponse(f'{label} answered "{what}" without an upload_id: try again.')
        upload = Upload(self._files, file, f"upload/multipart/{begun['upload_id']}", what)
        done = upload.carry_out(begun.get("part_size"), watcher)
        if not isinstance(done, Mapping) or size_of(done.get("size", file.size)) != file.size:
            raise UnexpectedResponse(
                f"{label} does not have the {file.size} bytes of the file {called} as they were sent: "
                "look at it, and try again with overwrite=True."
            )
        self._keep(name, done)
        return {}

    def _keep(self, name: str, record: Mapping[str, Any]) -> None:
        self.made[name] = str(record.get("id") or "")
        self._sends[name].more = {"id": self.made[name]}


def _agrees(tag: str, file: Snapshot) -> bool:
    """Compare a file with a storage's tag: an MD5, or the MD5 of the MD5s of its parts with their number behind."""
    digest, _, count = tag.partition("-")
    if len(digest) != 32:
        return True
    if not count:
        return digest == file_digest(file.path, "md5")
    return any(tag == _tag(file, each) for each in STORED_PARTS if str(-(-file.size // each)) == count)


def _tag(file: Snapshot, part_size: int) -> str:
    """Return the tag of a file that is stored in parts of a size."""
    digests = []
    for number, start in enumerate(range(0, file.size, part_size), 1):
        part = Part(file, number, start, min(part_size, file.size - start))
        for _ in part:
            pass
        digests.append(bytes.fromhex(part.md5))
    whole = hashlib.md5(b"".join(digests), usedforsecurity=False).hexdigest()
    return f"{whole}-{len(digests)}"


@dataclass(frozen=True)
class Upload:
    """An upload that has begun.

    Attributes
    ----------
    calls : Calls
        Who sends.
    file : Snapshot
        What is sent.
    address, what : str
        Where the platform takes it, and how errors call it.
    """

    calls: Calls
    file: Snapshot
    address: str
    what: str

    def carry_out(self, told_size: Any, watcher: Watcher) -> Any:
        """Send all parts and return the platform's last word; an upload that fails is given up."""
        try:
            self._send(told_size, watcher)
            return self.calls.call("POST", f"{self.address}/complete", what=self.what)
        except BaseException:
            self._give_up()
            raise

    def _send(self, told_size: Any, watcher: Watcher) -> None:
        size = part_size_of(told_size, self.file.size, self.calls.session.label)
        count = max(1, -(-self.file.size // size))

        def send(part: Part) -> None:
            self._send_part(part, f"{self.what}, part {part.number} of {count}")

        # Parts are large: four at a time are enough for the line.
        send_parts(self.file, size, send, partial(self.calls.session.map, ahead=4), watcher)

    def _send_part(self, part: Part, what: str) -> None:
        """Send one part; the session repeats it, and a signed link that has expired is asked for anew."""
        for attempt in range(LINKS):
            ticket = self.calls.call("GET", f"{self.address}/part/{part.number}", what=what, opens=False)
            try:
                tag = self.put(ticket, part, what)
            except (ConnectionFailed, ResponseError, UnexpectedResponse):
                if attempt + 1 == LINKS:
                    raise
            else:
                said = {"part_number": part.number, "response": {"headers": {"ETag": tag}}}
                self.calls.call("POST", f"{self.address}/part", what=what, json=said, opens=False)
                return

    def put(self, ticket: Any, part: Part, what: str) -> str:
        """Send the bytes of a part to its link and return the ETag of what was stored."""
        session = self.calls.session
        link = checked_link(ticket, what, session.label)
        response = session.request(
            str(ticket.get("method") or "PUT"),
            link,
            what=what,
            data=part.body,
            headers=ticket.get("headers") or {},
            auth=False,
            repeatable=True,
            opens=False,
        )
        tag = stored_whole(part, response.headers, what, session.label)
        if not tag:
            raise UnexpectedResponse(
                f'{session.label} answered "{what}" without the ETag of what it stored, so that nobody can know '
                "whether the part arrived: try again."
            )
        return tag

    def _give_up(self) -> None:
        """Delete an unfinished upload; what went wrong before matters more than a failure here."""
        try:
            self.calls.call("DELETE", self.address, what=f"give up to {self.what}", opens=False)
        except (ConnectionFailed, ResponseError):
            return
