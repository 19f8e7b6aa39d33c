"""Tables larger than memory as Parquet files: written piece by piece, with one set of columns at the end."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import FileFailed, UsageError

if TYPE_CHECKING:
    import pandas as pd

PIECE = 20_000  # rows of a row group: what is held in memory at a time


def demand_pyarrow() -> None:
    """Refuse to go on without pyarrow.

    Raises
    ------
    UsageError
        It is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise UsageError("writing Parquet needs pyarrow: pip install 'bionb[scale]'.") from None


def arrow_table(frame: pd.DataFrame) -> Any:
    """Return a frame as an Arrow table: texts of any length, and of lists, objects and mixed values their JSON."""
    import pyarrow as pa

    plain = frame.assign(**{name: frame[name].map(_json_text) for name in frame if frame[name].dtype == object})
    table = pa.Table.from_pandas(plain, preserve_index=False)
    fields = [pa.field(each.name, pa.large_string() if _is_text(each.type) else each.type) for each in table.schema]
    return table.cast(pa.schema(fields))


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_null(kind))


def _json_text(value: Any) -> str | None:
    missing = value is None or (isinstance(value, float) and value != value)
    return None if missing else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def write_frames(frames: Iterable[pd.DataFrame], path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write frames below each other as one Parquet file, the columns of all of them united; return its path.

    Nothing stands under the name before all is written. A column that comes in several types is text.

    Raises
    ------
    UsageError
        The file is there already, or pyarrow is not installed.
    FileFailed
        The disk is full, the folder can't be written to, ...
    """
    demand_pyarrow()
    target = Path(path)
    if target.exists() and not overwrite:
        raise UsageError(f"{target} is there already; give another name, or overwrite=True.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as beside:
            pieces = list(_pieces(frames, Path(beside)))
            whole = Path(beside) / "whole"
            _joined(pieces, whole)
            os.replace(whole, target)
    except OSError as error:
        raise FileFailed(f"cannot write {target}: {error.strerror or error}.") from error
    return target


def _pieces(frames: Iterable[pd.DataFrame], folder: Path) -> Iterator[Path]:
    import pyarrow.parquet as pq

    for number, frame in enumerate(frames):
        path = folder / f"{number:08}"
        pq.write_table(arrow_table(frame), path, compression="zstd")
        yield path


def _joined(pieces: list[Path], target: Path) -> None:
    """Write pieces one after the other, with all columns that any of them has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds: dict[str, Any] = {}
    for path in pieces:
        for each in pq.read_schema(path):
            known = kinds.setdefault(each.name, each.type)
            kinds[each.name] = known if known == each.type else pa.large_string()
    schema = pa.schema(list(kinds.items()))
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for path in pieces:
            table = pq.read_table(path, memory_map=False)
            there = {name: table[name].cast(kind) for name, kind in kinds.items() if name in table.column_names}
            nothing = {name: pa.nulls(len(table), kind) for name, kind in kinds.items() if name not in there}
            writer.write_table(pa.table({**there, **nothing}).select(list(kinds)).cast(schema))
            path.unlink()
