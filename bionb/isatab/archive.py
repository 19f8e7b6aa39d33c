"""Where ISA-Tab comes from and goes to: folder, zip, SODAR's JSON export.

An archive is untrusted: names that leave their folder, links, encrypted or repeated members, and archives
that would fill the memory are refused before anything is unpacked. Nothing is ever written while reading.
"""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from bionb.errors import InvalidSheet

MAX_MEMBERS = 10_000
MAX_BYTES = 1 << 30  # of all members together
MAX_RATIO = 300  # unpacked to packed, of members above RATIO_FROM bytes
RATIO_FROM = 4 << 20

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


def read_source(source: Any) -> dict[str, bytes]:
    """Return name and bytes of every member of a source, in its order."""
    if isinstance(source, bytes | bytearray | memoryview):
        return _read_bytes(bytes(source), "the given bytes")
    if isinstance(source, Mapping):
        return _read_export(source)
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return _read_json(source.encode(), "the given text")
    if isinstance(source, str | os.PathLike):
        return _read_path(Path(source))
    raise InvalidSheet(
        f"cannot read ISA-Tab from {type(source).__name__}: give a folder, an i_*.txt file, "
        "a zip (path or bytes) or SODAR's JSON export"
    )


def _read_path(path: Path) -> dict[str, bytes]:
    try:
        if path.is_dir():
            return _read_folder(path)
        if path.name.lower().startswith("i_") and path.suffix.lower() == ".txt":
            return _read_folder(path.parent, path.name)
        return _read_bytes(path.read_bytes(), path.name)
    except (OSError, ValueError) as error:
        if isinstance(error, InvalidSheet):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InvalidSheet(f"cannot read {path.name or path}: {reason}; check the path") from error


def _read_bytes(data: bytes, name: str) -> dict[str, bytes]:
    if data.lstrip()[:1] == b"{":
        return _read_json(data, name)
    return _read_zip(data, name)


def _read_folder(folder: Path, only: str | None = None) -> dict[str, bytes]:
    """Read the ISA-Tab files of a folder; raw data beside them stay where they are.

    Where the folder has an investigation, sub-folders with one of their own are other sets (or old copies).
    """
    paths = [path for path in sorted(folder.rglob("*")) if is_isatab(path.name) and path.is_file()]
    homes = {path.parent for path in paths if _is_investigation(path)}
    others = homes - {folder} if folder in homes else set()
    files: dict[str, bytes] = {}
    total = 0
    for path in paths:
        if path.is_symlink() or others.intersection(path.parents):
            continue
        if only and _is_investigation(path) and path.name != only:
            continue
        total += path.stat().st_size
        if total > MAX_BYTES or len(files) >= MAX_MEMBERS:
            raise InvalidSheet(f"{folder.name} holds too much ISA-Tab; give the folder of one i_*.txt alone")
        files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def _is_investigation(path: Path) -> bool:
    return path.name.lower().startswith("i_")


def is_isatab(name: str) -> bool:
    """Tell ISA-Tab files (``i_``, ``s_``, ``a_`` and MetaboLights' ``m_``) by their names."""
    base = PurePosixPath(name).name.lower()
    return base[:2] in ("i_", "s_", "a_", "m_") and base.endswith((".txt", ".tsv"))


def _read_zip(data: bytes, name: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            _check_members(members, name)
            return {info.filename: archive.read(info) for info in members}
    except _BROKEN as error:
        if isinstance(error, InvalidSheet):
            raise
        raise InvalidSheet(f"{name} is no complete zip ({error}); download or export it again") from error


def _check_members(members: list[zipfile.ZipInfo], archive: str) -> None:
    if len(members) > MAX_MEMBERS:
        raise InvalidSheet(f"{archive} has {len(members)} members, more than {MAX_MEMBERS}; it is not read")
    seen: set[str] = set()
    for info in members:
        fault = _fault(info, seen)
        if fault:
            raise InvalidSheet(f"{archive}: member {info.filename[:100]!r} {fault}; nothing was unpacked")
        seen.add(info.filename)
    total = sum(info.file_size for info in members)
    if total > MAX_BYTES:
        raise InvalidSheet(f"{archive} unpacks to {total >> 20} MiB, more than {MAX_BYTES >> 20}; it is not read")


def _fault(info: zipfile.ZipInfo, seen: set[str]) -> str:
    if not safe_name(info.filename):
        return "leaves the archive's folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.filename in seen:
        return "is there twice"
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size:
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""


def safe_name(name: str) -> bool:
    """Tell whether a member name stays inside the folder it is written to, on every system."""
    parts = name.replace("\\", "/").split("/")
    return bool(name) and ".." not in parts and parts[0] != "" and ":" not in parts[0] and "\0" not in name


def _read_json(data: bytes, name: str) -> dict[str, bytes]:
    try:
        return _read_export(json.loads(data))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidSheet):
            raise
        raise InvalidSheet(f"{name} is neither a zip archive nor SODAR's JSON export: {error}") from error


def _read_export(export: Any) -> dict[str, bytes]:
    """Unwrap the TSV that SODAR's JSON export holds; the tables stand beside the investigation."""
    try:
        path = PurePosixPath(export["investigation"]["path"])
        files = {str(path): export["investigation"]["tsv"].encode()}
        for section in ("studies", "assays"):
            for name, table in export.get(section, {}).items():
                text = table["tsv"] if isinstance(table, Mapping) else table
                files[str(path.parent / name)] = text.encode()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidSheet(
            "this JSON is not SODAR's sheet export: expected investigation (path, tsv), studies and assays "
            f"(name -> tsv), but met {type(error).__name__}: {error}; export the sheets with format='json'"
        ) from error
    for name in files:
        if not safe_name(name):
            raise InvalidSheet(f"the export names a file outside its folder: {name[:100]!r}; it is not read")
    return files


def to_zip(files: Mapping[str, bytes]) -> bytes:
    """Pack members in their order; the same files give the same bytes at any time of day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def write(files: Mapping[str, bytes], target: str | os.PathLike[str]) -> Path:
    """Write members to a folder, or to one zip if the target is called so."""
    path = Path(target)
    if path.suffix.lower() == ".zip":
        _write_file(path, to_zip(files))
        return path
    for name, data in files.items():
        _write_file(path / name, data)
    return path


def _write_file(path: Path, data: bytes) -> None:
    """Replace a file in one step, so that an interrupt leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
