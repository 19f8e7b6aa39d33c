"""Where ISA-Tab comes from and goes to: folder, zip, SODAR's JSON export.

What is packed is unpacked within bounds, see `bionb.packed`. Nothing is ever written while reading.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.exchange.isajson import reading as isajson
from bionb.isatab.exchange.isajson.reading import is_isajson
from bionb.isatab.model.names import is_investigation, is_isatab
from bionb.packed import MAX_BYTES, MAX_MEMBERS, safe_name, unzipped
from bionb.transfers.writing import places_of, write_files
from bionb.warning import warn

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | Mapping[str, Any]


class OtherSheets(UserWarning):
    """A folder holds more sheets than the set that was written there; they would be read with it."""


def read_source(source: Source, max_bytes: int | None = None) -> dict[str, bytes]:
    """Return name and bytes of every member of a source, in its order."""
    if max_bytes is not None and (isinstance(max_bytes, bool) or not isinstance(max_bytes, int) or max_bytes < 0):
        raise UsageError(f"max_bytes is a number of bytes, not {max_bytes!r}")
    if isinstance(source, bytes | bytearray | memoryview):
        return _read_bytes(bytes(source), "the given bytes", max_bytes)
    if isinstance(source, Mapping):
        return _read_object(source, "the given object")
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return _read_json(source.encode(), "the given text")
    if isinstance(source, str | os.PathLike):
        return _read_path(Path(source), max_bytes)
    raise InvalidSheet(
        f"cannot read ISA-Tab from {type(source).__name__}: give a folder, an i_*.txt file, "
        "a zip (path or bytes) or SODAR's JSON export"
    )


def is_excel(source: Any) -> TypeGuard[str | os.PathLike[str] | bytes]:
    """Tell an Excel file, by its name or its bytes, from a zip of ISA-Tab files."""
    if isinstance(source, bytes):
        return source.startswith(b"PK") and b"xl/workbook.xml" in source
    named = isinstance(source, str | os.PathLike) and not str(source).lstrip().startswith("{")
    return named and Path(source).suffix.lower() in (".xlsx", ".xlsm")


def _read_path(path: Path, max_bytes: int | None) -> dict[str, bytes]:
    try:
        if path.is_dir():
            return _read_folder(path, max_bytes)
        if path.name.lower().startswith("i_") and path.suffix.lower() == ".txt":
            return _read_folder(path.parent, max_bytes, path.name)
        return _read_bytes(path.read_bytes(), path.name, max_bytes)
    except (OSError, ValueError) as error:
        if isinstance(error, InvalidSheet):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InvalidSheet(f"cannot read {path.name or path}: {reason}; check the path") from error


def _read_bytes(data: bytes, name: str, max_bytes: int | None) -> dict[str, bytes]:
    if data.lstrip()[:1] == b"{":
        return _read_json(data, name)
    return unzipped(data, name, max_bytes)


def _read_folder(folder: Path, max_bytes: int | None, only: str | None = None) -> dict[str, bytes]:
    """Read the ISA-Tab files of a folder; raw data beside them stay where they are."""
    most = MAX_BYTES if max_bytes is None else max_bytes
    files: dict[str, bytes] = {}
    total = 0
    for path in _sheets_in(folder):
        if only and is_investigation(path.name) and path.name != only:
            continue
        total += path.stat().st_size
        if total > most or len(files) >= MAX_MEMBERS:
            raise InvalidSheet(
                f"{folder.name} holds too much ISA-Tab, more than {most} bytes or {MAX_MEMBERS} files; give the folder "
                "of one i_*.txt alone, or a larger max_bytes"
            )
        files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def _sheets_in(folder: Path) -> Iterator[Path]:
    """Yield the ISA-Tab files of a folder.

    Where the folder has an investigation, sub-folders with one of their own are other sets (or old copies).
    """
    paths = [path for path in sorted(folder.rglob("*")) if is_isatab(path.name) and path.is_file()]
    homes = {path.parent for path in paths if is_investigation(path.name)}
    others = homes - {folder} if folder in homes else set()
    for path in paths:
        if not path.is_symlink() and not others.intersection(path.parents):
            yield path


def _read_json(data: bytes, name: str) -> dict[str, bytes]:
    try:
        return _read_object(json.loads(data), name)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidSheet):
            raise
        raise InvalidSheet(f"{name} is neither a zip archive nor JSON of sheets: {error}") from error


def _read_object(found: Any, name: str) -> dict[str, bytes]:
    """Read what JSON holds: ISA-JSON, or SODAR's export."""
    if is_isajson(found):
        return isajson.read(found, name)
    return _read_export(found)


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
            "this JSON is neither ISA-JSON (a list of studies) nor SODAR's sheet export: expected "
            "investigation (path, tsv), studies and assays "
            f"(name -> tsv), but met {type(error).__name__}: {error}; export the sheets with format='json'"
        ) from error
    for name in files:
        if not safe_name(name):
            raise InvalidSheet(f"the export names a file outside its folder: {name[:100]!r}; it is not read")
    return files


def to_zip(files: Mapping[str, bytes]) -> bytes:
    """Pack members in their order; the same files give the same bytes at any time of day."""
    places_of(files)  # of two names for one file, unpacking would lose one
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def write(files: Mapping[str, bytes], target: str | os.PathLike[str], overwrite: bool) -> Path:
    """Write members to a folder, or to one zip if the target is called so."""
    if not isinstance(target, str | os.PathLike) or "\0" in os.fspath(target):
        raise UsageError(f"write takes the path of a folder or of a .zip, not {target!r:.80}")
    path = Path(target)
    if path.suffix.lower() == ".zip":
        write_files(path.parent, {path.name: to_zip(files)}, overwrite=overwrite)
        return path
    places = set(places_of(files).values())
    others = [name for each in _sheets_in(path) if (name := each.relative_to(path).as_posix()) not in places]
    if others:
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        warn(
            f"{path.name} also holds {', '.join(others[:5])}{more}, which are no part of this set but would be read "
            "with it: remove them, or write to an empty folder",
            OtherSheets,
        )
    return write_files(path, files, overwrite=overwrite)
