"""The lossless layer: a file is its bytes, cut into records that remember exactly where they stood.

Nothing is normalised. A record is a slice of the file, its line end another; whatever is not edited is copied
back as it was. Cells follow the rules of Python's ``csv`` reader with tabs (the reader that AltamISA uses): a
quote counts only at the start of a cell, ``""`` inside a quoted cell is one quote, an unclosed quote runs to
the end of the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bionb.errors import InvalidSheet
from bionb.wide import narrowed, wide_encoding

BOM = b"\xef\xbb\xbf"

_CELL = r'(?>"[^"]*+(?:""[^"]*+)*+(?:"|\Z)[^\t\r\n]*+|[^\t\r\n]*+)'
_RECORD = re.compile(rf"(?:{_CELL}\t)*+{_CELL}(\r\n|\r|\n|\Z)".encode())
_LINE = re.compile(rb"\r\n|\r|\n|\Z")
_RAW_CELL = re.compile(rf"({_CELL})(?:\t|\Z)")
_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"?(.*)', re.DOTALL)
_CLOSED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_NEEDS_QUOTES = re.compile(r'^"|[\t\r\n]')


@dataclass(frozen=True, slots=True)
class Text:
    """The records of one file.

    Attributes
    ----------
    data : bytes
        The whole file.
    encoding : str
        ``utf-8``, or ``latin-1`` where the bytes are no UTF-8.
    starts, ends, stops : sequence of int
        Record ``i`` is ``data[starts[i]:ends[i]]``, its line end ``data[ends[i]:stops[i]]``.
    """

    data: bytes
    encoding: str
    starts: Sequence[int]
    ends: Sequence[int]
    stops: Sequence[int]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def bom(self) -> bytes:
        """The byte order mark at the start of the file, or nothing."""
        return BOM if self.data.startswith(BOM) else b""

    def raw(self, record: int) -> bytes:
        """Return a record with its line end, as it stands in the file."""
        return self.data[self.starts[record] : self.stops[record]]

    def record(self, record: int) -> str:
        """Return a record without its line end."""
        return self.data[self.starts[record] : self.ends[record]].decode(self.encoding)

    def line_end(self, record: int) -> bytes:
        """Return the line end of a record; empty for a last line without one."""
        return self.data[self.ends[record] : self.stops[record]]


def encoding_of(data: bytes) -> str:
    """Tell UTF-8 from everything else; Latin-1 maps every byte and so loses none."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def tokenise(data: bytes) -> Text:
    """Cut a file into records."""
    first = len(BOM) if data.startswith(BOM) else 0
    pattern = _RECORD if b'"' in data else _LINE
    starts, ends, stops = [], [], []
    position = first
    while position < len(data):
        # The plain pattern finds the next line end, the quoted one consumes the record: both end at end().
        match = pattern.match(data, position) if pattern is _RECORD else pattern.search(data, position)
        assert match is not None  # both patterns accept the end of the data
        starts.append(position)
        position = match.end()
        ends.append(match.start(1) if pattern is _RECORD else match.start())
        stops.append(position)
    return Text(data, encoding_of(data), starts, ends, stops)


def rows_of(records: Iterable[str]) -> list[list[str]]:
    """Return the cells of complete records; a blank record has none."""
    records = list(records)
    if not any('"' in record for record in records):
        return [record.split("\t") if record else [] for record in records]
    try:
        return list(csv.reader(records, delimiter="\t"))
    except csv.Error:  # a cell beyond csv's field size limit
        return [[unquote(cell) for cell in raw_cells(record)] if record else [] for record in records]


def raw_cells(record: str) -> list[str]:
    """Return the cells of one record as written, quotes included."""
    if '"' not in record:
        return record.split("\t")
    cells = []
    position = 0
    while True:
        match = _RAW_CELL.match(record, position)
        assert match is not None  # a complete record holds no bare line end
        cells.append(match[1])
        if match.end() == match.end(1):
            return cells
        position = match.end()


def unquote(cell: str) -> str:
    """Return the value of a cell as written."""
    match = _QUOTED.fullmatch(cell) if cell.startswith('"') else None
    return match[1].replace('""', '"') + match[2] if match else cell


def closed(cell: str) -> bool:
    """Tell whether the quote that a cell opens, if any, is closed."""
    return not cell.startswith('"') or bool(_CLOSED.match(cell))


def quote(value: str, like: str = "") -> str:
    """Return a value as it is written, quoted where it must be or where ``like`` (its neighbour) is."""
    if like.startswith('"') or _NEEDS_QUOTES.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value


def join(cells: Sequence[str]) -> str:
    """Return a record of cells as written; a lone empty cell is quoted, since a blank line is no record."""
    return "\t".join(cells) if len(cells) != 1 or cells[0] else '""'


def as_text(value: Any) -> str:
    """Return the text of a cell of a frame; missing values are empty."""
    if isinstance(value, str):
        return value
    # NaN and NaT are the values that differ from themselves; pandas' NA refuses to say.
    if value is None or type(value).__name__ == "NAType" or value != value:
        return ""
    return str(value)


def as_utf8(data: bytes) -> bytes:
    """Return a file as UTF-8 without byte order mark.

    Raises
    ------
    UnicodeDecodeError
        It is broken text of two or four bytes a character.
    """
    wide = wide_encoding(data)
    if wide:
        return narrowed(data, wide)
    return data.removeprefix(BOM).decode(encoding_of(data)).encode()


def encode(text: str, encoding: str, name: str) -> bytes:
    """Encode new text as the rest of its file."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise InvalidSheet(
            f"{name} is encoded as {encoding}, which cannot hold {character!r}; "
            "use another character, or call isa.to_utf8() first"
        ) from error
