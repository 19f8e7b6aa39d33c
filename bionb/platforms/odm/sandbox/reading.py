"""Fetch what an import names, and read it as the server does."""

from __future__ import annotations

import gzip
import io
import re
import urllib.request
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bionb.platforms.odm.sandbox.store import CELL_NUMBERS, NUMBERS, REQUIRED
from bionb.sandbox import direct

Record = dict[str, Any]
BUCKET = "example_data"
MISSING = {"", "nan", "null", "n/a", "na", "filtered"}


class ImportFailed(Exception):
    """A job's own error: at which stage, of which type, with which words."""

    def __init__(self, stage: str, kind: str, words: str) -> None:
        super().__init__(words)
        # As the server lists it in a job's output.
        self.record = {"stage": stage, "stack": [{"type": kind, "message": words}]}


@contextmanager
def told() -> Iterator[None]:
    """Let whatever is wrong with the content of a file be the import's own failure."""
    try:
        yield
    except (ValueError, LookupError, OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ImportFailed("READ", "ParseException", f"The file cannot be read: {error}.") from error


def demand(right: object, stage: str, kind: str, words: str) -> None:
    """Let the import fail where something is not right."""
    if not right:
        raise ImportFailed(stage, kind, words)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        """Follow none: it could lead anywhere on this computer."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def fetch(link: str, folder: Path, serves: Iterable[str] = ()) -> bytes:
    """Return the bytes behind a link: below an address told, of the example bucket, or below the given folder."""
    parts = urlsplit(link)
    bucket = parts.scheme == "s3" and parts.netloc == BUCKET
    if parts.scheme in ("http", "https"):
        content = _fetch_http(link, serves)
    else:
        missing = "java.nio.file.NoSuchFileException"
        demand(bucket or parts.scheme == "file", "FETCH", missing, f"The link cannot be opened: {link}")
        content = _fetch_file(folder, Path(parts.path).name if bucket else unquote(parts.path), link)
    return unpacked(content, parts.path)


def _fetch_http(link: str, serves: Iterable[str]) -> bytes:
    inside = ".." not in unquote(link).split("/") and "\\" not in link
    known = inside and any(link.startswith(each.rstrip("/") + "/") for each in serves)
    demand(known, "FETCH", "java.net.UnknownHostException", f"The server cannot reach this host: {link}")
    try:
        found = direct.fetched(link)
        if found is not None:
            return found
        with _OPENER.open(link, timeout=10) as answer:
            return bytes(answer.read())
    except OSError as error:
        raise ImportFailed("FETCH", "java.io.IOException", f"The link cannot be opened: {link} ({error})") from error


def _fetch_file(folder: Path, name: str, link: str) -> bytes:
    # Both the bare name and the full path are understood; neither may lead out of the folder.
    root = folder.resolve()
    for path in (Path(name), root / name.lstrip("/")):
        resolved = path.resolve()
        if path.is_absolute() and resolved.is_relative_to(root) and resolved.is_file():
            return resolved.read_bytes()
    raise ImportFailed("FETCH", "java.nio.file.NoSuchFileException", f"No such file on a mounted disk: {link}")


def unpacked(content: bytes, name: str) -> bytes:
    """Return the content of a .gz or .zip file, anything else as it is."""
    if name.endswith(".gz"):
        return gzip.decompress(content)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(archive.namelist()[0])
    return content


def table(content: bytes) -> list[list[str]]:
    """Return the trimmed cells of a tab-separated file, empty lines left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFailed("READ", "MalformedInputException", "The file is no UTF-8 text.") from error
    return [[cell.strip() for cell in line.split("\t")] for line in text.splitlines() if line.strip()]


def records(content: bytes, kind: str) -> list[Record]:
    """Return the records of a metadata file; `kind` is the last word of the import path."""
    rows = table(content)
    demand(len(rows) > 1, "READ", "EmptyFileException", "The file needs a header and at least one record.")
    header, twice = rows[0], _again(rows[0])
    demand(not twice, "READ", "DuplicateHeaderException", f"Attribute names are not unique: {twice}")
    lacking = ", ".join(name for name in REQUIRED.get(kind, ()) if name not in header)
    demand(not lacking, "VALIDATE", "MissingKeyException", f"Required attributes are missing: {lacking}")
    one = kind not in ("study", "metadata") or len(rows) == 2
    demand(one, "VALIDATE", "RecordCountException", f"Expected exactly one record, found {len(rows) - 1}.")
    numbers = {"samples": NUMBERS, "cells": CELL_NUMBERS}.get(kind, ())
    found = [
        {name: cell_value(cell, name in numbers) for name, cell in zip(header, row, strict=False) if name}
        for row in rows[1:]
    ]
    if kind in REQUIRED and kind != "samples":
        key = REQUIRED[kind][0]
        twice = _again([str(record.get(key)) for record in found])
        demand(not twice, "VALIDATE", "DuplicateKeyException", f"{key} repeats: {twice}")
    return found


def _again(names: list[str]) -> str:
    return ", ".join(sorted({name for name in names if names.count(name) > 1}))


def cell_value(cell: str, number: bool = False) -> Any:
    """Return a cell's value: nothing, a number, a list (parts between single bars) or a text."""
    if number and is_number(cell):
        return float(cell)
    if number or not cell:
        return cell or None
    values = [part.replace("\0", "|").strip() for part in cell.replace("||", "\0").split("|")]
    return values if len(values) > 1 else values[0]


def data_file(content: bytes, features: int | None, separator: str | None) -> Record:
    """Return features, run names, measurements and values of a GCT 1.2 or tab-separated data file."""
    rows = table(content)
    if rows and rows[0][0].startswith("#"):
        return _gct(rows)
    demand(features, "VALIDATE", "ParameterException", "numberOfFeatureAttributes is required for TSV files.")
    names, columns = rows[0][:features], rows[0][features:]
    bare = ", ".join(name for name in columns if separator and separator not in name)
    demand(not bare, "VALIDATE", "SeparatorException", f"Columns without {separator!r}: {bare}")
    parts = [tuple(name.split(separator, 1)) if separator else (name, "value") for name in columns]
    runs, measurements = list(dict.fromkeys(r for r, _ in parts)), list(dict.fromkeys(m for _, m in parts))
    even = len(runs) * len(measurements) == len(columns)
    demand(even, "VALIDATE", "MeasurementException", "Samples must all have the same measurements.")
    cells = [row + [""] * (len(rows[0]) - len(row)) for row in rows[1:]]
    place = {part: len(names) + number for number, part in enumerate(parts)}
    grid = [[[row[place[run, each]] for each in measurements] for run in runs] for row in cells]
    return _data([dict(zip(names, row, strict=False)) for row in rows[1:]], names, runs, measurements, grid)


def _gct(rows: list[list[str]]) -> Record:
    version = rows[0][0]
    demand(version == "#1.2", "READ", "GctVersionException", f"Only GCT 1.2 can be imported, not {version}.")
    columns, body = [name for name in rows[2][2:] if name], rows[3:]
    demand(not _again(columns), "READ", "DuplicateHeaderException", "Sample columns are not unique.")
    grid = [[[cell] for cell in (row + [""] * len(rows[2]))[2 : 2 + len(columns)]] for row in body]
    found = _data([{"feature": row[0]} for row in body], ["feature"], columns, ["value"], grid)
    counted = [int(cell) for cell in rows[1][:2]] == [len(body), len(columns)]
    return {**found, "warnings": [] if counted else ["The counts in line 2 are not those of the file."]}


def _data(features: list[Record], names: list[str], runs: list[str], measurements: list[str], grid: Any) -> Record:
    numeric = [name for name in names if all(is_number(each.get(name, "")) for each in features)]
    return {
        "features": [each | {name: float(each[name]) for name in numeric} for each in features],
        "numeric": numeric,
        "names": names,
        "runs": runs,
        "measurements": measurements,
        "values": [[[measured(cell) for cell in cells] for cells in row] for row in grid],
        "warnings": [],
    }


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def measured(cell: str) -> float | str | None:
    """Return a measured value; infinite ones stay words, as in the server's JSON."""
    if cell.lower() in MISSING:
        return None
    demand(is_number(cell), "READ", "NumberFormatException", f"No number: {cell!r}")
    return cell if cell.lower() in ("inf", "-inf") else float(cell)


def variants(content: bytes) -> Record:
    """Return the variants and genotypes of a VCF file; what its header calls a number becomes one."""
    text = content.decode("utf-8-sig")
    numbers = set(re.findall(r"^##(?:INFO|FORMAT)=<ID=([^,>]+),.*Type=(?:Integer|Float)", text, re.MULTILINE))
    lines = [line for line in text.splitlines() if line and not line.startswith("##")]
    header = lines[0].lstrip("#").split("\t") if lines else []
    demand(header[:2] == ["CHROM", "POS"], "READ", "VcfException", "The file has no #CHROM line.")
    features, grid = [], []
    for line in lines[1:]:
        cells = line.split("\t")
        form, *calls = cells[8:] or [""]  # a file without samples has no format either
        features.append(_variant(numbers, *cells[:8]))
        grid.append([[_typed(numbers, zip(form.split(":"), call.split(":"), strict=False))] for call in calls])
    return {"features": features, "runs": header[9:], "measurements": ["genotype"], "values": grid, "warnings": []}


def _variant(numbers: Iterable[str], *cells: str) -> Record:
    chrom, pos, name, ref, alt, qual, passed, info = cells
    return {
        "chrom": chrom,
        "pos": int(pos),
        "id": _parts(name, ";"),
        "ref": ref,
        "alt": _parts(alt, ","),
        "qual": None if qual == "." else float(qual),
        "filter": _parts(passed, ";"),
        "info": _typed(numbers, (part.partition("=")[::2] for part in _parts(info, ";"))),
    }


def _typed(numbers: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Record:
    return {name: float(each) if name in numbers and is_number(each) else each for name, each in pairs}


def _parts(cell: str, mark: str) -> list[str]:
    """Return the parts of a cell of a VCF file, in which a point stands for nothing."""
    return [] if cell == "." else cell.split(mark)


def mapping(content: bytes) -> dict[str, list[str]]:
    """Return transcripts by gene of a mapping file."""
    rows = table(content)
    demand(
        rows[:1] == [["TXNAME", "GENEID"]], "READ", "HeaderException", "A mapping file begins with TXNAME and GENEID."
    )
    demand(not _again([row[0] for row in rows[1:]]), "READ", "DuplicateKeyException", "Transcripts are not unique.")
    found: dict[str, list[str]] = {}
    for transcript, gene in rows[1:]:
        found.setdefault(gene, []).append(transcript)
    return found
