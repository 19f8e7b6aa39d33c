"""Downloads that resume, and uploads in parts; signed links are called without the token."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bionb import transfers
from bionb.errors import ConnectionFailed, ResponseError, UnexpectedResponse, UsageError
from bionb.paging.pages import Record
from bionb.platforms.sevenbridges.calls.calls import Calls
from bionb.platforms.sevenbridges.calls.files import Files
from bionb.platforms.sevenbridges.rules.identifiers import Ref, file_id, place
from bionb.progress import Progress
from bionb.transfers import (
    Part,
    Remote,
    Snapshot,
    linked,
    part_size_of,
    send_parts,
    stored_whole,
    target_of,
)

PART_SIZE = 32 * 1024 * 1024
LINKS = 2
LONGEST_NAME = 255  # characters, at the platform


def download(files: Files, file: Ref, path: str | os.PathLike[str], *, overwrite: bool) -> Path:
    """Save a file and return where."""
    name = file_id(file)
    record = files.file(name, fields="id,name,size,type")
    called = str(record["name"])
    if record.get("type") == "folder":
        raise UsageError(f"{called} is a folder: download its files, client.files(parent=...).")
    target = target_of(path, called, spare=name, overwrite=overwrite)
    what, size = f"download the file {called}", _size(record.get("size"))
    source = linked(files.session, lambda: link_of(files, name, what), what=what)
    remote = Remote(called, source, size, key=f"{files.session.url} {name}", label=files.session.label)
    with Progress(called, total=size, unit="B") as bar:
        return transfers.download(remote, target, overwrite=overwrite, bar=bar).path


def link_of(calls: Calls, file: str, what: str) -> str:
    """Return the signed link of a file's bytes."""
    return _link(calls.call("GET", f"files/{file}/download_info", what=what), what, calls.session.label)


def _link(found: Any, what: str, label: str) -> str:
    link = found.get("url") if isinstance(found, Mapping) else None
    if not isinstance(link, str) or not link:
        raise UnexpectedResponse(f'{label} answered "{what}" without a link: try again.')
    return link


def upload(
    calls: Calls,
    path: str | os.PathLike[str],
    project: Ref | None,
    *,
    parent: Ref | None,
    name: str | None,
    overwrite: bool,
    part_size: int,
) -> Record:
    """Upload a file in parts, several at a time, and return its record."""
    file = Snapshot.of(path)
    called = _checked_name(file.path.name if name is None else name)
    if isinstance(part_size, bool) or not isinstance(part_size, int) or part_size < 1:
        raise UsageError(f"part_size is a number of bytes from 1, not {part_size!r}: leave it out.")
    body = {"name": called, "size": file.size, "part_size": part_size, **place(project, parent)}
    what, label = f"upload the file {called}", calls.session.label
    params = {"overwrite": str(overwrite).lower()}
    begun = calls.call("POST", "upload/multipart", what=what, json=body, params=params)
    if not isinstance(begun, Mapping) or not begun.get("upload_id"):
        raise UnexpectedResponse(f'{label} answered "{what}" without an upload_id: try again.')
    done = Upload(calls, file, f"upload/multipart/{begun['upload_id']}", what).carry_out(begun.get("part_size"))
    if not isinstance(done, Mapping) or _size(done.get("size", file.size)) != file.size:
        raise UnexpectedResponse(
            f"{label} does not have the {file.size} bytes of the file {called} as they were sent: "
            "look at it, and try again with overwrite=True."
        )
    return dict(done)


def _checked_name(called: Any) -> str:
    if not isinstance(called, str) or not called or len(called) > LONGEST_NAME or set(called) & {"/", "\0"}:
        raise UsageError(
            f"A file there has a name of 1 to {LONGEST_NAME} characters without slash or null character: pass such "
            "a name=."
        )
    return called


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

    def carry_out(self, told_size: Any) -> Any:
        """Send all parts and return the platform's last word; an upload that fails is given up."""
        try:
            self._send(told_size)
            return self.calls.call("POST", f"{self.address}/complete", what=self.what)
        except BaseException:
            self._give_up()
            raise

    def _send(self, told_size: Any) -> None:
        size = part_size_of(told_size, self.file.size, self.calls.session.label)
        count = max(1, -(-self.file.size // size))

        def send(part: Part) -> None:
            self._send_part(part, f"{self.what}, part {part.number} of {count}")

        with Progress(self.file.path.name, total=self.file.size, unit="B") as bar:
            # Parts are large: four at a time are enough for the line.
            send_parts(self.file, size, send, partial(self.calls.session.map, ahead=4), bar)

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
        link = _link(ticket, what, session.label)
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


def _size(told: Any) -> int | None:
    """Return a size that the platform says, None for what is none."""
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None
