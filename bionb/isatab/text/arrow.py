"""Cells coded by Arrow's CSV reader, which numbers the texts of a column while it reads; only where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionb.isatab.text.typed import text_dtype

if TYPE_CHECKING:
    import numpy as np
    from pandas.api.extensions import ExtensionArray

#: A column as numbers of its distinct texts, and these in order of first appearance, also as frames hold them.
Coded = tuple["np.ndarray", list[str], "ExtensionArray | None"]
MOST_BYTES = 1 << 30  # in one block, so that each column has one dictionary


def arrow_columns(body: memoryview, width: int) -> list[Coded] | None:
    """Return the columns of regular UTF-8 records, or None where Arrow is missing or can't read them."""
    try:
        import pyarrow as pa
        from pyarrow import csv
    except ImportError:
        return None
    if len(body) >= MOST_BYTES:
        return None
    names = [str(position) for position in range(width)]
    kind = pa.dictionary(pa.int32(), pa.large_string())
    try:
        table = csv.read_csv(
            pa.py_buffer(body),
            # Threads gain little on columns that are coded anyway, and cost more than they gain on a shared computer.
            csv.ReadOptions(column_names=names, use_threads=False, block_size=len(body) + 1),
            csv.ParseOptions(delimiter="\t"),
            csv.ConvertOptions(column_types=dict.fromkeys(names, kind), strings_can_be_null=False, check_utf8=False),
        )
    except pa.ArrowInvalid:
        return None
    return [_coded(column.combine_chunks()) for column in table.columns] if len(table) else None


def _coded(column: Any) -> Coded:
    chunk = column.chunk(0) if hasattr(column, "chunk") else column
    return chunk.indices.to_numpy(), chunk.dictionary.to_pylist(), text_dtype().__from_arrow__(chunk.dictionary)
