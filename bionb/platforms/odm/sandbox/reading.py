"""Fetch what an import names, and read it as the server does."""

from __future__ import annotations

import gzip
import io
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bionb.platforms.odm.wire.template import KEYS, TEMPLATES

Record = dict[str, Any]
BUCKET = "example_data"
MISSING = {"", "nan", "null", "n/a", "na", "filtered"}


class ImportFailed(Exception):
    """A job's own error: at which stage, of which type, with which words."""

    def __init__(self, stage: str, kind: str, message: str) -> None:
        super().__init__(message)
        self.stage, self.kind = stage, kind

    def as_json(self) -> Record:
        """Return it as the server lists it in a job's output."""
        return {"stage": self.stage, "stack": [{"type": self.kind, "message": str(self)}]}


@contextmanager
def told() -> Iterator[None]:
    """Let whatever is wrong with the content of a file be the import's own failure."""
    try:
        yield
    except (ValueError, LookupError, OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ImportFailed("READ", "ParseException", f"The file cannot be read: {error}.") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        """Follow none: it could lead anywhere on this computer."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def fetch(link: str, folder: Path, serves: Iterable[str] = ()) -> bytes:
    """Return the bytes behind a link: below an address told, of the example bucket, or below the given folder."""
    parts = urlsplit(link)
    if parts.scheme in ("http", "https"):
        content = _fetch_http(link, serves)
    elif parts.scheme == "s3" and parts.netloc == BUCKET:
        content = _fetch_file(folder, Path(parts.path).name, link)
    elif parts.scheme == "file":
        content = _fetch_file(folder, unquote(parts.path), link)
    else:
        raise ImportFailed("FETCH", "java.nio.file.NoSuchFileException", f"The link cannot be opened: {link}")
    return unpacked(content, parts.path)


def _fetch_http(link: str, serves: Iterable[str]) -> bytes:
    inside = ".." not in unquote(link).split("/") and "\\" not in link
    if not inside or not any(link.startswith(each.rstrip("/") + "/") for each in serves):
        raise ImportFailed("FETCH", "java.net.UnknownHostException", f"The server cannot reach this host: {link}")
    try:
        with _OPENER.open(link, timeout=10) as answer:
            found: bytes = answer.read()
    except (urllib.error.URLError, OSError) as error:
        raise ImportFailed("FETCH", "java.io.IOException", f"The link cannot be opened: {link} ({error})") from error
    return found


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
    if len(rows) < 2:
        raise ImportFailed("READ", "EmptyFileException", "The file needs a header and at least one record.")
    header = rows[0]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise ImportFailed("READ", "DuplicateHeaderException", f"Attribute names are not unique: {', '.join(twice)}")
    lacking = [name for name in KEYS.get(kind, ()) if name not in header]
    if lacking:
        raise ImportFailed("VALIDATE", "MissingKeyException", f"Required attributes are missing: {', '.join(lacking)}")
    if kind in ("study", "metadata") and len(rows) != 2:
        raise ImportFailed("VALIDATE", "RecordCountException", f"Expected exactly one record, found {len(rows) - 1}.")
    entity = {"samples": "sample", "libraries": "library", "preparations": "preparation"}.get(kind, kind)
    numbers = {each.name for each in TEMPLATES.get(entity, ()) if each.number}
    found = [
        {name: cell_value(cell, name in numbers) for name, cell in zip(header, row, strict=False) if name}
        for row in rows[1:]
    ]
    _check_unique(found, kind)
    return found


def _check_unique(found: list[Record], kind: str) -> None:
    if kind in KEYS:
        seen = [str(record.get(KEYS[kind][0])) for record in found]
        again = sorted({each for each in seen if seen.count(each) > 1})
        if again and kind != "samples":
            raise ImportFailed("VALIDATE", "DuplicateKeyException", f"{KEYS[kind][0]} repeats: {', '.join(again)}")


def cell_value(cell: str, number: bool = False) -> Any:
    """Return a cell's value: nothing, a number, a list (parts between single bars) or a text."""
    if not cell:
        return None
    if number:
        try:
            return float(cell)
        except ValueError:
            return cell
    parts = cell.replace("||", "\0").split("|")
    values = [part.replace("\0", "|").strip() for part in parts]
    return values if len(values) > 1 else values[0]


def data_file(content: bytes, features: int | None, separator: str | None) -> Record:
    """Return features, run names, measurements and values of a GCT 1.2 or tab-separated data file."""
    rows = table(content)
    if rows and rows[0][0].startswith("#"):
        return _gct(rows)
    if features is None:
        raise ImportFailed("VALIDATE", "ParameterException", "numberOfFeatureAttributes is required for TSV files.")
    header = rows[0]
    names, columns = header[:features], header[features:]
    if separator is None:
        runs, measurements = columns, ["value"]
    else:
        bare = [name for name in columns if separator not in name]
        if bare:
            raise ImportFailed("VALIDATE", "SeparatorException", f"Columns without {separator!r}: {', '.join(bare)}")
        runs = list(dict.fromkeys(name.split(separator, 1)[0] for name in columns))
        measurements = list(dict.fromkeys(name.split(separator, 1)[1] for name in columns))
    if len(runs) * len(measurements) != len(columns):
        raise ImportFailed("VALIDATE", "MeasurementException", "Samples must all have the same measurements.")
    place = {name: number for number, name in enumerate(columns)}
    grid = [
        [[row[features + place[f"{run}{separator}{m}" if separator else run]] for m in measurements] for run in runs]
        for row in (each + [""] * (len(header) - len(each)) for each in rows[1:])
    ]
    found = [dict(zip(names, row[:features], strict=False)) for row in rows[1:]]
    return _data(found, names, runs, measurements, grid)


def _gct(rows: list[list[str]]) -> Record:
    if rows[0][0] != "#1.2":
        raise ImportFailed("READ", "GctVersionException", f"Only GCT 1.2 can be imported, not {rows[0][0]}.")
    header, body = rows[2], rows[3:]
    columns = [name for name in header[2:] if name]
    if len(set(columns)) != len(columns):
        raise ImportFailed("READ", "DuplicateHeaderException", "Sample columns are not unique.")
    declared = [int(cell) for cell in rows[1][:2]]
    warnings = [] if declared == [len(body), len(columns)] else ["The counts in line 2 are not those of the file."]
    grid = [[[cell] for cell in (row + [""] * len(header))[2 : 2 + len(columns)]] for row in body]
    found = _data([{"feature": row[0]} for row in body], ["feature"], columns, ["value"], grid)
    return {**found, "warnings": warnings}


def _data(features: list[Record], names: list[str], runs: list[str], measurements: list[str], grid: Any) -> Record:
    numeric = [name for name in names if all(_is_number(each.get(name, "")) for each in features)]
    for feature in features:
        feature.update({name: float(feature[name]) for name in numeric})
    return {
        "features": features,
        "numeric": numeric,
        "names": names,
        "runs": runs,
        "measurements": measurements,
        "values": [[[measured(cell) for cell in cells] for cells in row] for row in grid],
        "warnings": [],
    }


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def measured(cell: str) -> float | str | None:
    """Return a measured value; infinite ones stay words, as in the server's JSON."""
    if cell.strip().lower() in MISSING:
        return None
    if cell.lower() in ("inf", "-inf"):
        return cell
    try:
        return float(cell)
    except ValueError:
        raise ImportFailed("READ", "NumberFormatException", f"No number: {cell!r}") from None


def variants(content: bytes) -> Record:
    """Return the variants and genotypes of a VCF file."""
    lines = [line for line in content.decode("utf-8-sig").splitlines() if line and not line.startswith("##")]
    header = lines[0].lstrip("#").split("\t") if lines else []
    if header[:2] != ["CHROM", "POS"]:
        raise ImportFailed("READ", "VcfException", "The file has no #CHROM line.")
    features, grid = [], []
    for line in lines[1:]:
        chrom, pos, name, ref, alt, qual, passed, info, *rest = line.split("\t")
        form, *calls = rest or [""]  # a file without samples has no format either
        features.append(
            {
                "chrom": chrom,
                "pos": int(pos),
                "id": _several(name, ";"),
                "ref": ref,
                "alt": _several(alt, ","),
                "qual": None if qual == "." else float(qual),
                "filter": _several(passed, ";"),
                "info": dict(part.partition("=")[::2] for part in _several(info, ";")),
            }
        )
        grid.append([[dict(zip(form.split(":"), call.split(":"), strict=False))] for call in calls])
    return {"features": features, "runs": header[9:], "measurements": ["genotype"], "values": grid, "warnings": []}


def _several(cell: str, mark: str) -> list[str]:
    """Return the parts of a cell of a VCF file, in which a point stands for nothing."""
    return [] if cell == "." else cell.split(mark)


def mapping(content: bytes) -> dict[str, list[str]]:
    """Return transcripts by gene of a mapping file."""
    rows = table(content)
    if not rows or rows[0] != ["TXNAME", "GENEID"]:
        raise ImportFailed("READ", "HeaderException", "A mapping file begins with TXNAME and GENEID.")
    transcripts = [row[0] for row in rows[1:]]
    if len(set(transcripts)) != len(transcripts):
        raise ImportFailed("READ", "DuplicateKeyException", "Transcripts are not unique.")
    found: dict[str, list[str]] = {}
    for transcript, gene in rows[1:]:
        found.setdefault(gene, []).append(transcript)
    return found
