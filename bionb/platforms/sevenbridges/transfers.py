"""Downloads that resume, and uploads in parts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bionb.errors import ConnectionFailed, ResponseError, UnexpectedResponse, UsageError
from bionb.pages import Record
from bionb.platforms.sevenbridges.calls import Calls
from bionb.platforms.sevenbridges.files import Files, place
from bionb.platforms.sevenbridges.identifiers import Ref, file_id
from bionb.waiting import Progress, pause

PART_SIZE = 32 * 1024 * 1024
ATTEMPTS, LINKS = 5, 2


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
            The size is not the announced one.

        Notes
        -----
        ``GET /files/{file}/download_info``, then the signed link with ``Range``.
        """
        name = file_id(file)
        with self.session.one_call():
            record = self.file(name, fields="id,name,size,type")
            target = _target(Path(path), record, overwrite)
            part = target.with_name(f"{target.name}.{name}.part")
            size = int(record["size"])
            with Progress(str(record["name"]), total=size, unit="B") as bar:
                self._fill(part, record, size, bar)
        part.replace(target)
        return target

    def _fill(self, part: Path, record: Record, size: int, bar: Progress) -> None:
        """Write the bytes that are missing, asking again where the connection broke."""
        what = f"download the file {record['name']}"
        for attempt in range(ATTEMPTS):
            have = part.stat().st_size if part.exists() else 0
            if have >= size and part.exists():
                break
            try:
                self._append(part, record["id"], have, what, bar)
            except ConnectionFailed as error:
                if attempt + 1 == ATTEMPTS:
                    raise error.with_partial(part) from error.__cause__
                pause(0.3 * 2**attempt, f"{what} broke off")
        have = part.stat().st_size
        if have != size:
            part.unlink()
            raise UnexpectedResponse(
                f"{self.session.label} sent {have} bytes of the file {record['name']}, which has {size}: try again."
            )

    def _append(self, part: Path, file: str, have: int, what: str, bar: Progress) -> None:
        link = self.call("GET", f"files/{file}/download_info", what=what)["url"]
        headers = {"Range": f"bytes={have}-"} if have else {}
        response = self.session.request(
            "GET", link, what=what, headers=headers, auth=False, stream=True, opens=False, accept=(416,)
        )
        if response.status_code == 416:
            response.close()
            part.unlink()
            return
        # A server that does not know ranges sends everything again.
        mode, done = ("ab", have) if response.status_code == 206 else ("wb", 0)
        with part.open(mode) as stream:
            for chunk in self.session.body(response, what=what):
                stream.write(chunk)
                done += len(chunk)
                bar.update(done)

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

        Notes
        -----
        ``POST /upload/multipart``; for each part ``GET .../part/{n}``, the signed link, and ``POST .../part``; at last
        ``POST .../complete``.
        """
        source = Path(path)
        if not source.is_file():
            raise UsageError(f"There is no file {source} here: name one file, several in a loop.")
        size = source.stat().st_size
        body = {"name": name or source.name, "size": size, "part_size": part_size, **place(project, parent)}
        what = f"upload the file {body['name']}"
        with self.session.one_call():
            params = {"overwrite": str(overwrite).lower()}
            upload = self.call("POST", "upload/multipart", what=what, json=body, params=params)
            address = f"upload/multipart/{upload['upload_id']}"
            try:
                self._send_parts(source, size, int(upload["part_size"]), address, what)
                done: Record = self.call("POST", f"{address}/complete", what=what)
            except BaseException:
                self._give_up(address, what)
                raise
        if int(done.get("size", size)) != size:
            raise UnexpectedResponse(
                f"{self.session.label} has {done['size']} bytes of the file {body['name']}, not {size}: try again."
            )
        return done

    def _send_parts(self, source: Path, size: int, part_size: int, address: str, what: str) -> None:
        starts = list(range(0, max(size, 1), part_size))

        def send(number: int) -> int:
            with source.open("rb") as stream:
                stream.seek(starts[number - 1])
                content = stream.read(part_size)
            self._send_part(address, number, content, f"{what}, part {number} of {len(starts)}")
            return len(content)

        done = 0
        with Progress(source.name, total=size, unit="B") as bar:
            # Parts are large: four at a time keep memory low.
            for length in self.session.map(send, range(1, len(starts) + 1), ahead=4):
                done += length
                bar.update(done)

    def _send_part(self, address: str, number: int, content: bytes, what: str) -> None:
        """Send one part; the session repeats it, and a signed link that has expired is asked for anew."""
        for attempt in range(LINKS):
            ticket = self.call("GET", f"{address}/part/{number}", what=what, opens=False)
            try:
                tag = self._put(ticket, content, what)
            except (ConnectionFailed, ResponseError):
                if attempt + 1 == LINKS:
                    raise
            else:
                said = {"part_number": number, "response": {"headers": {"ETag": tag}}}
                self.call("POST", f"{address}/part", what=what, json=said, opens=False)
                return

    def _put(self, ticket: Mapping[str, Any], content: bytes, what: str) -> str:
        response = self.session.request(
            str(ticket.get("method") or "PUT"),
            str(ticket["url"]),
            what=what,
            data=content,
            headers=ticket.get("headers") or {},
            auth=False,
            repeatable=True,
            opens=False,
        )
        return response.headers.get("ETag", "").strip('"')

    def _give_up(self, address: str, what: str) -> None:
        """Delete an unfinished upload; what went wrong before matters more than a failure here."""
        try:
            self.call("DELETE", address, what=f"give up to {what}", opens=False)
        except (ConnectionFailed, ResponseError):
            return


def _target(path: Path, record: Record, overwrite: bool) -> Path:
    if record.get("type") == "folder":
        raise UsageError(f"{record['name']} is a folder: download its files, client.files(parent=...).")
    # The server's name must not lead out of the folder.
    name = Path(str(record["name"])).name
    target = path / (name if name not in ("", "..") else str(record["id"])) if path.is_dir() else path
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent} here: make it first, or pass another path.")
    if target.exists() and not overwrite:
        raise UsageError(f"{target.name} exists here: pass overwrite=True, or another path.")
    return target
