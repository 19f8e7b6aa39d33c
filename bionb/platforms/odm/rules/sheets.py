"""Study, sample, library and preparation files: tab-separated, one line a record, lists between bars.

Values are trimmed; ``|`` separates the values of a list, ``||`` stands for a bar. Line ends may be LF or CRLF; CRLF is
written, as the specification asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import InvalidSheet
from bionb.packed import TooMuch, gunzipped, unzipped
from bionb.platforms.odm.wire.template import KEYS
from bionb.transfers.writing import write_file
from bionb.wide import narrowed, wide_encoding

if TYPE_CHECKING:
    import pandas as pd

LONGEST_NAME = 255
ERROR, WARNING = "error", "warning"
Source = str | Path | bytes


@dataclass(frozen=True)
class Finding:
    """What a local check found.

    Attributes
    ----------
    level : str
        ``"error"``: the server will refuse the file; ``"warning"``: it takes it, but something is odd.
    line : int
        From 1; 0 means the whole file.
    message : str
        What is wrong and what would be right.
    """

    level: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class Lines(list[str]):
    """Lines of a file without the empty ones.

    Attributes
    ----------
    numbers : list of int
        Where each stands in the file, from 1.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        full = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
        super().__init__(line for _, line in full)
        self.numbers = [number for number, _ in full]


def read_lines(source: Source, max_bytes: int | None = None) -> Lines:
    """Return the lines of a text file, packed or not; both line ends are understood.

    Raises
    ------
    InvalidSheet
        It is no UTF-8 text.
    """
    content, name = content_of(source, max_bytes)
    wide = wide_encoding(content)
    try:
        text = (narrowed(content, wide) if wide else content).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSheet(f"{name} is no UTF-8 text: save it as UTF-8, tab-separated.") from error
    return Lines(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def cells(line: str) -> list[str]:
    """Return the trimmed cells of a line."""
    return [cell.strip() for cell in line.split("\t")]


def content_of(source: Source, max_bytes: int | None) -> tuple[bytes, str]:
    """Return the bytes of a source, unpacked, and its name for messages."""
    if isinstance(source, bytes):
        content, name = source, "the file"
    elif isinstance(source, str | Path):
        name = Path(source).name
        try:
            content = Path(source).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InvalidSheet(f"{name[:80]!r} cannot be read: {reason}; check the path.") from error
    else:
        raise InvalidSheet(f"a file is given by its path or as bytes, not as {type(source).__name__}.")
    if content.startswith(b"\x1f\x8b"):
        return gunzipped(content, name, max_bytes), name
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        members = {k: v for k, v in unzipped(content, name, max_bytes).items() if not k.startswith("__MACOSX/")}
        if len(members) != 1:
            raise InvalidSheet(f"{name} holds {len(members)} files, not one: unpack it and give the one you mean.")
        return members.popitem()[1], name
    return content, name


def read_sheet(source: Source, *, max_bytes: int | None = None) -> pd.DataFrame:
    r"""Read a metadata file.

    Parameters
    ----------
    source : str, Path or bytes
        The file, also packed (.gz, .zip), or its content.
    max_bytes : int, optional
        Bytes that a packed file may unpack to; by default 1 GiB, and 300 times its size.

    Returns
    -------
    DataFrame
        One row a record, the header as columns; texts, None for empty cells, lists for multi-valued cells.

    Raises
    ------
    InvalidSheet
        No header, names that are not unique, or lines longer than the header.

    Examples
    --------
    >>> read_sheet(b"Sample Source\tSample Source ID\nBiobank\tS1|S2\n").iloc[0].tolist()
    ['Biobank', ['S1', 'S2']]
    """
    import pandas as pd

    lines = read_lines(source, max_bytes)
    rows = [cells(line) for line in lines]
    errors = [each for each in _structure(rows, lines.numbers) if each.level == ERROR]
    if errors:
        raise InvalidSheet(f"The sheet cannot be read: {errors[0]}")
    header = rows[0]
    data = [[split_values(cell) for cell in row] + [None] * (len(header) - len(row)) for row in rows[1:]]
    return pd.DataFrame(data, columns=header, dtype=object)


def write_sheet(frame: pd.DataFrame, path: str | Path | None = None, *, overwrite: bool = False) -> bytes:
    r"""Write a metadata file and return its bytes; `read_sheet` gives the same frame again.

    Parameters
    ----------
    frame : DataFrame
        One row a record; lists and missing values are allowed.
    path : str or Path, optional
        Where to write; nowhere by default.
    overwrite : bool
        Replace a file there.

    Raises
    ------
    InvalidSheet
        A name or value holds a tab or line end, or the names are not unique.

    Examples
    --------
    >>> import pandas as pd
    >>> write_sheet(pd.DataFrame({"Sample Source ID": ["S1"], "Data Files / Raw": [["a", "b"]]}))
    b'Sample Source ID\tData Files / Raw\r\nS1\ta|b\r\n'
    """
    header = [str(name).strip() for name in frame.columns]
    rows = [[join_values(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    for number, row in enumerate([header, *rows], 1):
        if any(mark in cell for cell in row for mark in "\t\r\n"):
            raise InvalidSheet(f"Line {number} holds a tab or line end inside a cell, which the format cannot express.")
    errors = [each for each in _structure([header, *rows], range(1, len(rows) + 2)) if each.level == ERROR]
    errors = [each for each in errors if each.line == 1]
    if errors:
        raise InvalidSheet(f"The sheet cannot be written: {errors[0]}")
    content = "".join("\t".join(row) + "\r\n" for row in [header, *rows]).encode()
    if path is not None:
        write_file(path, content, overwrite=overwrite)
    return content


def split_values(cell: str) -> str | list[str] | None:
    """Return a cell's value: None, a text, or a list.

    Examples
    --------
    >>> split_values("a|b||c")
    ['a', 'b|c']
    """
    if not cell.strip():
        return None
    parts = [part.replace("\0", "|").strip() for part in cell.replace("||", "\0").split("|")]
    return parts if len(parts) > 1 else parts[0]


def join_values(value: Any) -> str:
    """Return a value as a cell; the opposite of `split_values`."""
    if isinstance(value, list | tuple):
        return "|".join(join_values(each) for each in value)
    if value is None or value != value:
        return ""
    return str(value).replace("|", "||").strip()


def check_sheet(source: Source, kind: str, *, max_bytes: int | None = None) -> list[Finding]:
    r"""Check a metadata file as the server will.

    Parameters
    ----------
    source : str, Path or bytes
        The file or its content.
    kind : str
        ``"study"``, ``"samples"``, ``"libraries"``, ``"preparations"``, ``"cells"`` or ``"metadata"`` (of data).
    max_bytes : int, optional
        As of `read_sheet`.

    Returns
    -------
    list of Finding
        Empty when all is well.

    Examples
    --------
    >>> [str(each) for each in check_sheet(b"Sample Source\tName\nBiobank\tx\n", "samples")]
    ['line 1: the column Sample Source ID is missing']
    """
    try:
        content, _ = content_of(source, max_bytes)
        lines = read_lines(content, max_bytes)
    except InvalidSheet as error:
        return [unread(error)]
    rows, numbers = [cells(line) for line in lines], lines.numbers
    found = encoding_faults(content) + _structure(rows, numbers)
    if rows:
        found += _keys(rows, numbers, kind)
    if kind in ("study", "metadata") and len(rows) > 2:
        found.append(Finding(ERROR, numbers[2], f"a {kind} file has exactly one record, not {len(rows) - 1}"))
    return found


def unread(error: InvalidSheet) -> Finding:
    """Return the finding for a file that could not be looked at; one that is too large may be right all the same."""
    return Finding(WARNING if isinstance(error, TooMuch) else ERROR, 0, str(error))


def encoding_faults(content: bytes) -> list[Finding]:
    """Return what a server that reads UTF-8 will find, where it could be read here nevertheless."""
    wide = wide_encoding(content)
    words = f'is {wide.upper()}, as spreadsheets save "Unicode Text"; the server reads UTF-8: save it so'
    return [Finding(ERROR, 0, words)] if wide else []


def _structure(rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> list[Finding]:
    if not rows:
        return [Finding(ERROR, 0, "the file is empty; its first line names the attributes")]
    header, first = rows[0], numbers[0]
    found = [
        Finding(ERROR, first, f"the attribute {name!r} stands {count} times in the header; names must be unique")
        for name, count in Counter(header).items()
        if count > 1 and name
    ]
    found += [
        Finding(ERROR, first, f"the attribute {name[:40]!r}... is longer than {LONGEST_NAME} characters")
        for name in header
        if len(name) > LONGEST_NAME
    ]
    if "" in header:
        found.append(Finding(ERROR, first, f"column {header.index('') + 1} has no name"))
    found += [
        Finding(ERROR, number, f"{len(row)} cells, but the header has {len(header)}")
        for number, row in zip(numbers[1:], rows[1:], strict=True)
        if len(row) > len(header) and any(row[len(header) :])
    ]
    if len(rows) == 1:
        found.append(Finding(ERROR, 0, "there is no record below the header"))
    return found


def _keys(rows: Sequence[Sequence[str]], numbers: Sequence[int], kind: str) -> list[Finding]:
    header, found = list(rows[0]), []
    for name in KEYS.get(kind, ()):
        if name not in header:
            found.append(Finding(ERROR, numbers[0], f"the column {name} is missing"))
            continue
        place = header.index(name)
        for number, row in zip(numbers[1:], rows[1:], strict=True):
            if len(row) <= place or not row[place]:
                found.append(Finding(ERROR, number, f"{name} is empty"))
    first = KEYS.get(kind, ("",))[0]
    if first in header:
        place = header.index(first)
        found += _repeated(first, [row[place] if len(row) > place else "" for row in rows[1:]], kind)
    return found


def _repeated(name: str, values: Sequence[str], kind: str) -> list[Finding]:
    seen: Mapping[str, int] = Counter(values)
    level = WARNING if kind == "samples" else ERROR
    return [
        Finding(level, 0, f"{name} {value} stands {count} times; data is linked by it")
        for value, count in seen.items()
        if count > 1 and value
    ]
