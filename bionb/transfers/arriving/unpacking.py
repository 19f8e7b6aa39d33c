"""Bodies that were packed for the way: unpacked from the whole file, within bounds."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from bionb.errors import UnexpectedResponse
from bionb.transfers.arriving.partial import CHUNK
from bionb.transfers.digests import hasher
from bionb.transfers.failing import told
from bionb.transfers.names import fresh_file

MOST = 64 << 30  # bytes, of a file whose size nobody says
_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Unpacked:
    """The content of a part that was packed: ``path``, ``length`` in bytes, digests on demand."""

    def __init__(self, path: Path, length: int) -> None:
        self.path, self.length = path, length

    def digest(self, algorithm: str) -> str:
        """Return a digest of all bytes."""
        with told("read", self.path), self.path.open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hasher(algorithm)).hexdigest()

    def discard(self) -> None:
        """Remove it."""
        with contextlib.suppress(OSError):
            self.path.unlink()


def unpacked(part: Path, encoding: str, size: int | None, what: str, label: str) -> Unpacked:
    """Unpack a whole part beside it.

    Raises
    ------
    UnexpectedResponse
        The encoding is none that can be undone here, the content is broken, or unpacks to more than was announced.
    """
    window = _WINDOWS.get(encoding)
    if window is None:
        raise UnexpectedResponse(
            f'{label} answered "{what}" packed as {encoding[:30]!r}, which can be undone here for '
            f"{', '.join(_WINDOWS)} only: ask for the plain file."
        )
    most = MOST if size is None else size
    path, stream = fresh_file(part)
    length = 0
    try:
        with told("write", path), stream:
            for chunk in _chunks(part, window):
                length += len(chunk)
                if length > most:
                    raise UnexpectedResponse(
                        f'{label} answered "{what}" with more than {most} bytes when unpacked, which is more than the '
                        "file holds: try again, and tell the server's administrators if it lasts."
                    )
                stream.write(chunk)
    except zlib.error as error:
        path.unlink()
        raise UnexpectedResponse(f'{label} answered "{what}" with broken {encoding} ({error}): try again.') from error
    except BaseException:
        path.unlink()
        raise
    return Unpacked(path, length)


def _chunks(path: Path, window: int) -> Iterator[bytes]:
    """Yield the content in pieces of bounded size, of one packed stream or of several one after the other."""
    with path.open("rb") as stream:
        unpack = zlib.decompressobj(window)
        begun = False
        while data := stream.read(CHUNK):
            while data:
                if unpack.eof:
                    unpack = zlib.decompressobj(window)
                begun = True
                yield unpack.decompress(data, CHUNK)
                data = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
        if begun and not unpack.eof:
            raise zlib.error("it ends too early")
