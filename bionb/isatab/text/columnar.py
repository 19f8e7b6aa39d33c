"""The fast path for large tables: line ends found by numpy, cells coded column by column.

A table of 100,000 rows and 49 columns has five million cells but few distinct texts. Each text is kept once,
so memory follows the file and the later steps (graph, checks) work on small integers.
"""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd

from bionb.isatab.text.arrow import Coded, arrow_columns
from bionb.isatab.text.cells import CodedCells, pad
from bionb.isatab.text.records import BOM, Text, encoding_of, rows_of, tokenise

CHUNK = 4096  # records decoded at a time: few enough to bound memory, many enough to amortise numpy

_TAB, _LF, _CR, _QUOTE = 9, 10, 13, 34
_BREAKS = np.array([_TAB, _LF, _CR], dtype=np.uint8)


class _Codes(dict[str, int]):
    """Numbers the texts it is asked for."""

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self)
        return code


def scan(data: bytes) -> Text:
    """Cut a file into records, as `tokenise` does; quotes in odd places go to that slower twin."""
    first = len(BOM) if data.startswith(BOM) else 0
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    quotes = _quotes(data, bytes_)
    if not _tidy(quotes, bytes_, first):
        return tokenise(data)
    ends, stops = _line_ends(bytes_, quotes)
    starts = np.concatenate(([first], stops))
    if starts[-1] < len(data):  # no final newline
        ends, stops = np.append(ends, len(data)), np.append(stops, len(data))
    return Text(data, encoding_of(data), starts[: len(stops)].tolist(), ends.tolist(), stops.tolist())


def _quotes(data: bytes, bytes_: np.ndarray) -> np.ndarray:
    return np.flatnonzero(bytes_ == _QUOTE) if b'"' in data else np.empty(0, dtype=np.int64)


def _tidy(quotes: np.ndarray, bytes_: np.ndarray, first: int) -> bool:
    """Tell whether quotes stand around cells or doubled in them only: then parity says inside or outside."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    doubled = closing[:-1] + 1 == opening[1:]
    before = np.isin(bytes_[opening - 1], _BREAKS) | (opening == first)
    before[1:] |= doubled
    after = np.isin(bytes_[np.minimum(closing + 1, len(bytes_) - 1)], _BREAKS) | (closing + 1 == len(bytes_))
    after[:-1] |= doubled
    return bool(before.all() and after.all())


def _line_ends(bytes_: np.ndarray, quotes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each line end starts and stops, leaving out those inside quoted cells."""
    feeds = np.flatnonzero(bytes_ == _LF)
    returns = np.flatnonzero(bytes_ == _CR)
    stops = np.concatenate((feeds + 1, returns[~_followed(bytes_, returns)] + 1))
    stops.sort()
    if len(quotes):
        stops = stops[np.searchsorted(quotes, stops) % 2 == 0]
    ends = stops - 1
    crlf = (bytes_[ends] == _LF) & (ends > 0) & (bytes_[np.maximum(ends - 1, 0)] == _CR)
    return ends - crlf, stops


def _followed(bytes_: np.ndarray, returns: np.ndarray) -> np.ndarray:
    following = np.minimum(returns + 1, len(bytes_) - 1)
    followed: np.ndarray = (bytes_[following] == _LF) & (following > returns)
    return followed


def code_cells(text: Text, records: range, width: int) -> tuple[CodedCells, list[int]]:
    """Return the coded cells of the rows among some records, and the records that are rows."""
    cells = _parsed(text, records, width)
    if cells is not None:
        return cells, list(records)
    return _chunked(text, records, width)


def _parsed(text: Text, records: range, width: int) -> CodedCells | None:
    """Let a parser read a table in which every record is a row as wide as the header; else return None."""
    if not records or b"\0" in text.data:
        return None
    body = memoryview(text.data)[text.starts[records[0]] :]
    # Without quotes a line is a record, and Arrow itself leaves out blank ones and refuses those of another width.
    plain = width > 1 and b'"' not in text.data
    if not plain and not _regular(text, records, width):
        return None
    columns = arrow_columns(body, width) if text.encoding == "utf-8" else None
    if columns is None:
        if plain and not _regular(text, records, width):
            return None
        columns = _pandas_columns(body, text, width)
    if len(columns[0][0]) != len(records) or any(first.lstrip().startswith("#") for first in columns[0][1]):
        return None
    codes, texts, arrays = (list(each) for each in zip(*columns, strict=True))
    return CodedCells(codes, texts, len(records), None, arrays if all(each is not None for each in arrays) else None)


def _pandas_columns(body: memoryview, text: Text, width: int) -> list[Coded]:
    frame = pd.read_csv(
        io.BytesIO(body),
        sep="\t",
        header=None,
        names=range(width),
        dtype=object,
        na_filter=False,
        skip_blank_lines=False,
        low_memory=False,
        encoding=text.encoding,
    )
    columns = [column.to_numpy() for _, column in frame.items()][::-1]
    del frame  # each column is let go once it is coded
    coded: list[Coded] = []
    while columns:
        codes, distinct = pd.factorize(columns.pop())
        coded.append((codes.astype(np.int32), distinct.tolist(), None))
    return coded


def _regular(text: Text, records: range, width: int) -> bool:
    """Tell whether quotes are tidy, no record is blank or of another width, and no cell holds a tab or line end."""
    bytes_ = np.frombuffer(text.data, dtype=np.uint8)
    quotes = _quotes(text.data, bytes_)
    tabs = np.flatnonzero(bytes_ == _TAB)
    if not _tidy(quotes, bytes_, len(text.bom)) or (np.searchsorted(quotes, tabs) % 2).any():
        return False
    starts, ends = np.asarray(text.starts[records[0] :]), np.asarray(text.ends[records[0] :])
    per_record = np.searchsorted(tabs, ends) - np.searchsorted(tabs, starts)
    body = bytes_[starts[0] :]
    breaks = np.count_nonzero(body == _LF) or np.count_nonzero(body == _CR)
    line_ends = np.count_nonzero(np.asarray(text.stops[records[0] :]) > ends)
    return bool((per_record == width - 1).all() and (ends > starts).all() and breaks == line_ends)


def _chunked(text: Text, records: range, width: int) -> tuple[CodedCells, list[int]]:
    """Code any table, some thousand records at a time."""
    codes: list[_Codes] = [_Codes() for _ in range(width)]
    parts: list[list[np.ndarray]] = [[] for _ in range(width)]
    kept: list[int] = []
    lengths: list[int] = []
    with _no_garbage_collection():
        for chunk in _chunks(records):
            numbered = _rows(text, chunk)
            kept.extend(record for record, _ in numbered)
            rows = [row for _, row in numbered]
            lengths.extend(map(len, rows))
            _append_codes(rows, width, codes, parts)
    empty = np.empty(0, dtype=np.int32)
    arrays = [np.concatenate(part) if part else empty for part in parts]
    regular = all(length == width for length in set(lengths))
    return CodedCells(arrays, [list(c) for c in codes], len(kept), None if regular else lengths), kept


def _chunks(records: Sequence[int]) -> Iterator[Sequence[int]]:
    return (records[start : start + CHUNK] for start in range(0, len(records), CHUNK))


def _rows(text: Text, records: Sequence[int]) -> list[tuple[int, list[str]]]:
    """Return the records that are rows: neither blank nor a comment."""
    rows = rows_of(map(text.record, records))
    return [
        (record, row) for record, row in zip(records, rows, strict=True) if row and not row[0].lstrip().startswith("#")
    ]


def _append_codes(rows: list[list[str]], width: int, codes: list[_Codes], parts: list[list[np.ndarray]]) -> None:
    if any(len(row) != width for row in rows):
        rows = [pad(row, width) for row in rows]
    if not rows:
        return
    for column, known, part in zip(zip(*rows, strict=True), codes, parts, strict=True):
        part.append(np.fromiter(map(known.__getitem__, column), dtype=np.int32, count=len(rows)))


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Pause the cyclic collector, which would walk a growing heap of lists that hold no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
