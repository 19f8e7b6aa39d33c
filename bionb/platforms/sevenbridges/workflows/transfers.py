"""Downloads that resume, and uploads in parts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bionb.errors import ConnectionFailed, ResponseError, UnexpectedResponse, UsageError
from bionb.pages import Record
from bionb.platforms.sevenbridges.calls.calls import Calls
from bionb.platforms.sevenbridges.calls.files import Files, place
from bionb.platforms.sevenbridges.rules.identifiers import Ref, file_id
from bionb.progress import Progress
from bionb.transfers import (
    Part,
    Remote,
    Snapshot,
    download,
    linked,
    part_size_of,
    send_parts,
    stored_whole,
    target_of,
)

PART_SIZE = 32 * 1024 * 1024
LINKS = 2
LONGEST_NAME = 255  # characters, at the platform


class Transfers(Files, Calls):
    """Moving bytes; signed links are called without the token."""

    def download(self, file: Ref, path: str | os.PathLike[str] = ".", *, overwrite: bool = False) -> Path:
        """Save a file and return where; a download that broke off goes on where it stopped.

        Parameters
        ----------
        path : path
            A folder (the file keeps its name), or the file to write.
        overwrite : bool
            Replace a file that exists.

        Raises
        ------
        ConnectionFailed
            It broke off several times; ``.partial`` is the file with what has arrived; the next call goes on there.
        UnexpectedResponse
            Size or checksum are not the announced ones; nothing is kept.
        FileFailed
            It cannot be written here, as on a full disk.

        Notes
        -----
        ``GET /files/{file}/download_info``, then the signed link with ``Range``.
        """
        name = file_id(file)
        with self.session.one_call():
            record = self.file(name, fields="id,name,size,type")
            called = str(record["name"])
            if record.get("type") == "folder":
                raise UsageError(f"{called} is a folder: download its files, client.files(parent=...).")
            target = target_of(path, called, spare=name, overwrite=overwrite)
            what, size = f"download the file {called}", _size(record.get("size"))
            source = linked(self.session, lambda: self._link(name, what), what=what)
            remote = Remote(called, source, size, key=f"{self.session.url} {name}", label=self.session.label)
            with Progress(called, total=size, unit="B") as bar:
                return download(remote, target, overwrite=overwrite, bar=bar).path

    def _link(self, file: str, what: str) -> str:
        found = self.call("GET", f"files/{file}/download_info", what=what)
        link = found.get("url") if isinstance(found, Mapping) else None
        if not isinstance(link, str) or not link:
            raise UnexpectedResponse(f'{self.session.label} answered "{what}" without a link: try again.')
        return link

    # -- upload ---------------------------------------------------------------------------------------------------

    def upload(
        self,
        path: str | os.PathLike[str],
        project: Ref | None = None,
        *,
        parent: Ref | None = None,
        name: str | None = None,
        overwrite: bool = False,
        part_size: int = PART_SIZE,
    ) -> Record:
        """Upload a file in parts, several at a time, and return its record.

        Parameters
        ----------
        path : path
            The file to read.
        project, parent : str or dict
            Exactly one of them: a project, or a folder.
        name : str, optional
            Another name than the file's own.
        overwrite : bool
            Replace a file of this name.
        part_size : int
            Bytes; the server may choose another size.

        Raises
        ------
        ConnectionFailed, ResponseError
            A part did not arrive although it was sent again; the upload was given up and leaves nothing behind.
        FileFailed
            The file changed while it was sent; nothing is left of it at the platform.

        Notes
        -----
        ``POST /upload/multipart``; for each part ``GET .../part/{n}``, the signed link, and ``POST .../part``; at last
        ``POST .../complete``.
        """
        file = Snapshot.of(path)
        called = file.path.name if name is None else name
        if not isinstance(called, str) or not called or len(called) > LONGEST_NAME or set(called) & {"/", "\0"}:
            raise UsageError(
                f"A file there has a name of 1 to {LONGEST_NAME} characters without slash or null character: pass such "
                "a name=."
            )
        if isinstance(part_size, bool) or not isinstance(part_size, int) or part_size < 1:
            raise UsageError(f"part_size is a number of bytes from 1, not {part_size!r}: leave it out.")
        body = {"name": called, "size": file.size, "part_size": part_size, **place(project, parent)}
        what = f"upload the file {called}"
        with self.session.one_call():
            params = {"overwrite": str(overwrite).lower()}
            upload = self.call("POST", "upload/multipart", what=what, json=body, params=params)
            if not isinstance(upload, Mapping) or not upload.get("upload_id"):
                raise UnexpectedResponse(f'{self.session.label} answered "{what}" without an upload_id: try again.')
            address = f"upload/multipart/{upload['upload_id']}"
            try:
                self._send(file, upload.get("part_size"), address, what)
                done: Record = self.call("POST", f"{address}/complete", what=what)
            except BaseException:
                self._give_up(address, what)
                raise
        if not isinstance(done, Mapping) or _size(done.get("size", file.size)) != file.size:
            raise UnexpectedResponse(
                f"{self.session.label} does not have the {file.size} bytes of the file {called} as they were sent: "
                "look at it, and try again with overwrite=True."
            )
        return done

    def _send(self, file: Snapshot, told_size: Any, address: str, what: str) -> None:
        size = part_size_of(told_size, file.size, self.session.label)
        count = max(1, -(-file.size // size))

        def send(part: Part) -> None:
            self._send_part(address, part, f"{what}, part {part.number} of {count}")

        with Progress(file.path.name, total=file.size, unit="B") as bar:
            # Parts are large: four at a time are enough for the line.
            send_parts(file, size, send, partial(self.session.map, ahead=4), bar)

    def _send_part(self, address: str, part: Part, what: str) -> None:
        """Send one part; the session repeats it, and a signed link that has expired is asked for anew."""
        for attempt in range(LINKS):
            ticket = self.call("GET", f"{address}/part/{part.number}", what=what, opens=False)
            try:
                tag = self._put(ticket, part, what)
            except (ConnectionFailed, ResponseError, UnexpectedResponse):
                if attempt + 1 == LINKS:
                    raise
            else:
                said = {"part_number": part.number, "response": {"headers": {"ETag": tag}}}
                self.call("POST", f"{address}/part", what=what, json=said, opens=False)
                return

    def _put(self, ticket: Any, part: Part, what: str) -> str:
        link = ticket.get("url") if isinstance(ticket, Mapping) else None
        if not isinstance(link, str) or not link:
            raise UnexpectedResponse(f'{self.session.label} answered "{what}" without a link: try again.')
        response = self.session.request(
            str(ticket.get("method") or "PUT"),
            link,
            what=what,
            data=part.body,
            headers=ticket.get("headers") or {},
            auth=False,
            repeatable=True,
            opens=False,
        )
        tag = stored_whole(part, response.headers, what, self.session.label)
        if not tag:
            raise UnexpectedResponse(
                f'{self.session.label} answered "{what}" without the ETag of what it stored, so that nobody can know '
                "whether the part arrived: try again."
            )
        return tag

    def _give_up(self, address: str, what: str) -> None:
        """Delete an unfinished upload; what went wrong before matters more than a failure here."""
        try:
            self.call("DELETE", address, what=f"give up to {what}", opens=False)
        except (ConnectionFailed, ResponseError):
            return


def _size(told: Any) -> int | None:
    """Return a size that the platform says, None for what is none."""
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None
