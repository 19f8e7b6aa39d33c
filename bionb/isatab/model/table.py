"""One file of an ISA-Tab as a table: its records, its columns, its cells, and the frame of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from bionb import showing
from bionb.errors import InvalidSheet
from bionb.isatab.model.headers import TERM_ROLES, Column, column_table, parse_header, unique_keys
from bionb.isatab.text.cells import Cells, RowCells
from bionb.isatab.text.records import Text, rows_of, tokenise
from bionb.isatab.text.typed import frame_of, text_array
from bionb.wide import mark_of, narrowed, wide_encoding, widened

if TYPE_CHECKING:
    import pandas as pd


class Table:
    """A study, assay or investigation file.

    Attributes
    ----------
    name : str
        Its name among the files of the set.
    kind : str
        ``study``, ``assay`` or ``investigation``.
    frame : pandas.DataFrame
        Every cell as text (dtype ``str``), never missing, one row a record of the file. Blank lines and lines
        that start with ``#`` are no rows. Repeated headers are told apart: ``Unit``, ``Unit.1``, ...
        An investigation file has the columns ``field``, ``value``, ``value.1``, ...
    columns : pandas.DataFrame
        The column table: ``position`` (from 0), ``key`` (name in the frame), ``header`` (as written),
        ``kind``, ``label`` (in brackets), ``node`` (number of the material, data or process it belongs to),
        ``role`` (``name``, ``value``, ``unit``, ``term_source``, ``term_accession``) and ``owner`` (position
        of the column that a unit or term qualifies).
    """

    def __init__(self, name: str, kind: str, data: bytes, columnar_from: int = 2000) -> None:
        self.name, self.kind = name, kind
        self.data = data
        self.wide = wide_encoding(data)
        self._columnar_from = columnar_from

    def __len__(self) -> int:
        return len(self.cells)

    def __repr__(self) -> str:
        return f"<{self.kind} table {self.name}: {len(self)} rows x {len(self.model)} columns>"

    def _repr_html_(self) -> str:
        rows = range(min(showing.ROWS, len(self)))
        plain = [column for column in self.model if column.role not in TERM_ROLES]
        first = frame_of({each.key: text_array(self.cells.column(each.position, rows)) for each in plain}, len(rows))
        hidden = (
            f" ({len(self.model) - len(plain)} of ontology terms not shown)" if len(plain) < len(self.model) else ""
        )
        count = f"{self.kind} table, {showing.counted(len(rows), len(self))} rows, {len(self.model)} columns{hidden}"
        return showing.table(self.name, first, count=count, complete=[".frame", ".columns"])

    @property
    def frame(self) -> pd.DataFrame:
        """Every cell as text, one row a record."""
        cells = self.cells
        return frame_of({column.key: cells.array(column.position) for column in self.model}, len(cells))

    @property
    def columns(self) -> pd.DataFrame:
        """The column table, one row a column of the frame."""
        return column_table(self.model)

    @cached_property
    def content(self) -> bytes:
        """The bytes that are read: the file's own, or UTF-8 where it has two or four bytes a character."""
        if not self.wide:
            return self.data
        try:
            return narrowed(self.data, self.wide)
        except UnicodeDecodeError as error:
            raise InvalidSheet(
                f"{self.name} is broken {self.wide.upper()} ({error.reason} at byte {error.start}): save or download "
                "it again"
            ) from error

    def as_stored(self, content: bytes) -> bytes:
        """Return edited content in the encoding of the file."""
        return widened(content, self.wide, mark_of(self.data)) if self.wide else content

    @cached_property
    def columnar(self) -> bool:
        """Whether this table takes the columnar path; results are the same."""
        lines = self.content.count(b"\n") or self.content.count(b"\r")
        return self.kind != "investigation" and lines >= self._columnar_from

    @cached_property
    def text(self) -> Text:
        """The records of the file."""
        if self.columnar:
            from bionb.isatab.text.columnar import scan

            return scan(self.content)
        return tokenise(self.content)

    @cached_property
    def header_record(self) -> int | None:
        """Number of the record that holds the header; an investigation and an empty file have none."""
        if self.kind == "investigation":
            return None
        found = (i for i in range(len(self.text)) if is_row(rows_of([self.text.record(i)])[0]))
        return next(found, None)

    @cached_property
    def header(self) -> list[str]:
        """The header as written, or nothing."""
        return [] if self.header_record is None else rows_of([self.text.record(self.header_record)])[0]

    @cached_property
    def model(self) -> list[Column]:
        """The columns."""
        if self.kind != "investigation":
            return parse_header(self.header)
        width = max((len(row) for row in self._raw_rows), default=1)
        keys = unique_keys(["field"] + ["value"] * (width - 1))
        roles = ["name"] + ["value"] * (width - 1)
        pairs = zip(keys, roles, strict=True)
        return [Column(i, key, "", "", None, role=role) for i, (key, role) in enumerate(pairs)]

    @cached_property
    def _parsed(self) -> tuple[Cells, list[int]]:
        if self.columnar:
            from bionb.isatab.text.columnar import code_cells

            return code_cells(self.text, self._body, len(self.model))
        return RowCells(self._raw_rows, len(self.model)), self._raw_records

    @cached_property
    def _body(self) -> range:
        return range(0 if self.header_record is None else self.header_record + 1, len(self.text))

    @cached_property
    def _numbered(self) -> list[tuple[int, list[str]]]:
        rows = rows_of(self.text.record(i) for i in self._body)
        return [(i, row) for i, row in zip(self._body, rows, strict=True) if is_row(row)]

    @property
    def _raw_rows(self) -> list[list[str]]:
        return [row for _, row in self._numbered]

    @property
    def _raw_records(self) -> list[int]:
        return [record for record, _ in self._numbered]

    @property
    def cells(self) -> Cells:
        """The cells, by rows or by columns."""
        return self._parsed[0]

    @property
    def records(self) -> list[int]:
        """Number of the record behind each row."""
        return self._parsed[1]

    def line(self, row: int | None) -> int:
        """Return the line of the file (from 1) on which a row, or the header (None), starts."""
        record = self.header_record if row is None else self.records[row]
        return 1 if record is None else 1 + bisect_right(self._breaks, self.text.starts[record])

    @cached_property
    def _breaks(self) -> list[int]:
        """Where the lines of the file begin, those inside quoted cells too."""
        return [match.end() for match in re.finditer(rb"\r\n|\r|\n", self.content)]

    def whole_row(self, row: int) -> list[str]:
        """Return the cells of a row as written, also those beyond the header."""
        return rows_of([self.text.record(self.records[row])])[0]

    def find(self, *kinds: str) -> list[Column]:
        """Return the columns of some kinds, in order."""
        return [column for column in self.model if column.kind in kinds]

    def head(self, rows: int) -> list[tuple[str, ...]]:
        """Return the first rows."""
        return list(islice(self.cells.rows(), rows))


def is_row(cells: list[str]) -> bool:
    """Tell rows from blank lines and comments, as AltamISA does."""
    return bool(cells) and not cells[0].strip().startswith("#")
