"""Packed files, unpacked in memory within bounds: zip and gzip.

An archive is untrusted: what would fill the memory is refused before or while it is unpacked, whatever its headers
claim, and so are names that leave their folder, links, encrypted or repeated members.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib

from bionb.errors import InvalidSheet

MAX_MEMBERS = 10_000
MAX_BYTES = 1 << 30  # of all members together
MAX_RATIO = 300  # unpacked to packed, from RATIO_FROM bytes on
RATIO_FROM = 4 << 20


class TooMuch(InvalidSheet):
    """It unpacks to more than may be read; the message says how to read it nevertheless."""


_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)
_CHUNK = 1 << 20


def unzipped(data: bytes, name: str, max_bytes: int | None = None) -> dict[str, bytes]:
    """Return name and bytes of every member of a zip, in its order.

    Parameters
    ----------
    data : bytes
        The archive.
    name : str
        For messages.
    max_bytes : int, optional
        Bytes that it may unpack to; by default 1 GiB, and 300 times its size.

    Raises
    ------
    InvalidSheet
        It is broken, unsafe or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            _check_members(members, name, len(data), max_bytes)
            return {info.filename: _member(archive, info) for info in members}
    except _BROKEN as error:
        if isinstance(error, InvalidSheet):
            raise
        raise InvalidSheet(f"{name} is no complete zip ({error}); download or export it again") from error


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read a member as far as its size is announced: `ZipFile.read` unpacks all there is and then cuts."""
    with archive.open(info) as stream:
        data = stream.read(info.file_size) if info.file_size else b""
        stream.read(1)  # the end, where the checksum is compared
    if len(data) != info.file_size:
        raise zipfile.BadZipFile(f"{info.filename[:100]!r} ends too early")
    return data


def _check_members(members: list[zipfile.ZipInfo], archive: str, size: int, max_bytes: int | None) -> None:
    if len(members) > MAX_MEMBERS:
        raise InvalidSheet(f"{archive} has {len(members)} members, more than {MAX_MEMBERS}; it is not read")
    seen: set[str] = set()
    for info in members:
        fault = _fault(info, seen)
        if fault:
            raise InvalidSheet(f"{archive}: member {info.filename[:100]!r} {fault}; nothing was unpacked")
        seen.add(info.filename)
    if max_bytes is None:
        for info in members:
            check_ratio(info.file_size, info.compress_size, f"{archive}: member {info.filename[:100]!r}")
        check_ratio(sum(info.file_size for info in members), size, archive)
    check_size(sum(info.file_size for info in members), archive, max_bytes)


def _fault(info: zipfile.ZipInfo, seen: set[str]) -> str:
    if not safe_name(info.filename):
        return "leaves the archive's folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.filename in seen:
        return "is there twice"
    if info.compress_type not in _METHODS:
        return "is packed in a rare way; pack it again with plain zip"
    return ""


def check_size(unpacked: int, name: str, max_bytes: int | None) -> None:
    """Refuse what unpacks to too much, with a way to have it nevertheless."""
    most = MAX_BYTES if max_bytes is None else max_bytes
    if unpacked > most:
        raise TooMuch(
            f"{name} unpacks to {_amount(unpacked)}, more than {_amount(most)}; it is not read. If you trust it and "
            f"have the memory, pass max_bytes={unpacked}"
        )


def check_ratio(unpacked: int, packed: int, name: str) -> None:
    """Refuse what unpacks to many times its size, as no sheet does."""
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed:
        raise TooMuch(
            f"{name} unpacks to {_amount(unpacked)}, more than {MAX_RATIO} times its size; it is not read. If you "
            f"trust it, pass max_bytes={max(unpacked, MAX_BYTES)}"
        )


def _amount(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size} bytes"


def safe_name(name: str) -> bool:
    """Tell whether a member name stays inside the folder it is written to, on every system."""
    parts = name.replace("\\", "/").split("/")
    return bool(name) and ".." not in parts and parts[0] != "" and ":" not in parts[0] and "\0" not in name


def gunzipped(data: bytes, name: str, max_bytes: int | None = None) -> bytes:
    """Return the content of a gzip file, of one packed stream or several.

    Parameters
    ----------
    data, name, max_bytes
        As of `unzipped`.

    Raises
    ------
    InvalidSheet
        It is broken or too large.
    """
    most = MAX_BYTES if max_bytes is None else max_bytes
    bound = most if max_bytes is not None else min(most, max(RATIO_FROM, MAX_RATIO * len(data)))
    pieces: list[bytes] = []
    length, left, ended = 0, data, False
    try:
        while left.lstrip(b"\0"):  # some writers fill up the last block with zeros
            unpack = zlib.decompressobj(31)
            while not unpack.eof and (piece := unpack.decompress(left, _CHUNK)):
                pieces.append(piece)
                length += len(piece)
                if length > bound:
                    raise _bomb(name, length, len(data), most, max_bytes)
                left = unpack.unconsumed_tail
            ended = unpack.eof
            left = unpack.unused_data
    except zlib.error as error:
        raise InvalidSheet(f"{name} is no gzip file that can be read ({error}); pack or download it again") from error
    if not ended:
        raise InvalidSheet(f"{name} is no complete gzip file: it ends too early; download it again")
    return b"".join(pieces)


def _bomb(name: str, length: int, packed: int, most: int, max_bytes: int | None) -> TooMuch:
    times = f", {MAX_RATIO} times its size" if max_bytes is None and length <= most else ""
    return TooMuch(
        f"{name} unpacks from {_amount(packed)} to more than {_amount(length)}{times}; it is not read. If you trust it "
        f"and have the memory, pass a larger max_bytes, such as {4 * max(length, MAX_BYTES)}"
    )
