"""New bytes of a file, made of the old records wherever they did not change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bionb.isatab.model.headers import header_for
from bionb.isatab.model.table import Table
from bionb.isatab.text.records import closed, encode, join, quote, raw_cells, unquote


@dataclass(frozen=True, slots=True)
class RowEdit:
    """One row of the new file.

    Attributes
    ----------
    base : int or None
        The old row that it is, or else the one whose style it takes.
    cells : sequence of str or None
        Its new cells; None leaves the old row as it is.
    own : bool
        Whether it is that old row, so that its unchanged cells stay as written.
    """

    base: int | None
    cells: Sequence[str] | None = None
    own: bool = True


def rewrite(
    table: Table,
    edits: Iterable[RowEdit],
    sources: Sequence[int | None],
    header: Sequence[str] | None = None,
    exact: bool = False,
) -> bytes:
    """Return the file with edited rows; blank and comment lines stay behind the row they follow.

    Parameters
    ----------
    table : Table
        The old file.
    edits : iterable of RowEdit
        The new rows in order.
    sources : sequence of int or None
        For each cell of a new row its old position, None in a new column.
    header : sequence of str, optional
        The new header; the old one if left out.
    exact : bool
        Write a row exactly as long as given. Otherwise a short row stays short while its missing cells are empty,
        and cells beyond the header are kept.
    """
    writer = _Writer(table, list(sources), exact)
    writer.lead(header)
    for edit in edits:
        writer.row(edit)
    return table.as_stored(writer.finish())


class _Writer:
    """Puts a file together from old slices and new records."""

    def __init__(self, table: Table, sources: list[int | None], exact: bool) -> None:
        self._table, self._text = table, table.text
        self._sources, self._exact = sources, exact
        self._pieces: list[tuple[bytes, bytes]] = []  # record, line end
        self._rows = set(table.records)
        ends = (self._text.line_end(i) for i in reversed(range(len(self._text))))
        self._eol = next(filter(None, ends), b"\n")
        self._ends_open = len(self._text) > 0 and not self._text.line_end(len(self._text) - 1)

    def lead(self, header: Sequence[str] | None) -> None:
        """Write everything before the first row."""
        first = self._table.header_record
        if first is None:
            rows = self._table.records
            self._copy(range(rows[0] if rows else len(self._text)))
            if header:
                self._add(join([quote(cell) for cell in header]), self._eol)
            return
        self._copy(range(first))
        if header is None:
            self._copy([first])
        else:
            raw = raw_cells(self._text.record(first))
            self._add(self._merged(raw, header), self._text.line_end(first))
        self._copy(self._skipped(first))

    def row(self, edit: RowEdit) -> None:
        """Write one row, and the skipped lines behind it if it is an old one."""
        record = self._table.header_record if edit.base is None else self._table.records[edit.base]
        raw = [] if record is None or edit.cells is None else raw_cells(self._text.record(record))
        end = self._eol if edit.base is None or record is None else self._text.line_end(record)
        if edit.cells is None and record is not None:
            self._copy([record])
        elif edit.cells is not None:
            self._add(self._merged(raw, edit.cells) if edit.own else self._styled(raw, edit.cells), end)
        if edit.own and record is not None:
            self._copy(self._skipped(record))

    def finish(self) -> bytes:
        """Return the file: a line end between records, and after the last one as it was."""
        pieces = [(self._closed(record), eol or self._eol) for record, eol in self._pieces[:-1]]
        pieces += [(record, b"" if self._ends_open else eol or self._eol) for record, eol in self._pieces[-1:]]
        return self._text.bom + b"".join(record + eol for record, eol in pieces)

    def _add(self, record: str, eol: bytes) -> None:
        self._pieces.append((encode(record, self._text.encoding, self._table.name), eol))

    def _copy(self, records: Iterable[int]) -> None:
        text = self._text
        for record in records:
            self._pieces.append((text.data[text.starts[record] : text.ends[record]], text.line_end(record)))

    def _skipped(self, record: int) -> range:
        """Return the blank and comment lines that follow a record."""
        last = record + 1
        while last < len(self._text) and last not in self._rows:
            last += 1
        return range(record + 1, last)

    def _closed(self, record: bytes) -> bytes:
        """Close the quote that ran to the end of the file, in case that record is no longer its last."""
        if b'"' not in record:
            return record
        last = raw_cells(record.decode(self._text.encoding))[-1]
        return record if closed(last) else record + b'"'

    def _merged(self, raw: list[str], cells: Sequence[str]) -> str:
        """Write an old record anew: cells that did not change as they stood."""
        result: list[str] = []
        for source, value in zip(self._sources, cells, strict=False):
            like = _like(raw, source, result)
            old = source is not None and source < len(raw)
            result.append(like if old and _says(like, value) else quote(value, like))
        if self._exact:
            return join(result)
        return join(self._trimmed(result, cells, raw) + raw[len(self._table.model) :])

    def _styled(self, raw: list[str], cells: Sequence[str]) -> str:
        """Write a new record in the style of another."""
        result: list[str] = []
        for source, value in zip(self._sources, cells, strict=False):
            result.append(quote(value, _like(raw, source, result)))
        headless = self._table.header_record is None and not self._exact
        return join(self._trimmed(result, cells, raw) if headless else result)

    def _trimmed(self, result: list[str], cells: Sequence[str], raw: list[str]) -> list[str]:
        end = len(result)
        while end > 1 and cells[end - 1] == "" and (self._sources[end - 1] or 0) >= len(raw):
            end -= 1
        return result[:end]


def _like(raw: list[str], source: int | None, before: list[str]) -> str:
    """Return the cell whose style a new one takes: the one it replaces, else its left neighbour."""
    if source is not None and source < len(raw):
        return raw[source]
    return before[-1] if before else ""


def _says(cell: str, value: str) -> bool:
    """Tell whether a cell as written has a value, and may stand before other cells."""
    if not cell.startswith('"'):
        return cell == value
    return closed(cell) and unquote(cell) == value


def new_header(table: Table, keys: Sequence[str], sources: Sequence[int | None]) -> list[str] | None:
    """Return the header for the columns of a frame, or None if it stays as it is."""
    if list(sources) == list(range(len(table.model))) or table.kind == "investigation":
        return None
    return [
        header_for(key) if source is None else table.model[source].header
        for key, source in zip(keys, sources, strict=True)
    ]
