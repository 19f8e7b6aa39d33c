"""A corpus as Parquet datasets: parts written by whoever reads them, all with the same columns, kept up to date."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bionb.corpora.parallel import BATCH, in_order
from bionb.corpora.sources import Set
from bionb.corpora.tables import WIDE, Names, tables_of, united
from bionb.errors import UsageError
from bionb.parquet import arrow_table, demand_pyarrow

WRITTEN = ("samples", "assays", "findings")
MANIFEST = "_corpus.json"
_VERSION = 1


class Written(NamedTuple):
    """What was written: where, and how many sets were read, were as before, and are gone."""

    folder: Path
    read: int
    unchanged: int
    removed: int


class _Known:
    """What a folder holds: the mark of each set, the sets of each part, the columns of each part's tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.marks: dict[str, str] = {}
        self.parts: dict[str, list[str]] = {}
        self.columns: dict[str, dict[str, list[str]]] = {}
        path = folder / MANIFEST
        if path.exists():
            self._load(path)
        elif folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} holds something else; give a folder of its own to a corpus.")

    def _load(self, path: Path) -> None:
        try:
            found = json.loads(path.read_text("utf-8"))
            self.marks, self.parts, self.columns = found["marks"], found["parts"], found["columns"]
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path} can't be read ({error}); remove {self.folder} to write it anew.") from None

    def save(self) -> None:
        """Write it down, whole or not at all."""
        path = self.folder / MANIFEST
        beside = path.with_suffix(".new")
        text = {"version": _VERSION, "marks": self.marks, "parts": self.parts, "columns": self.columns}
        beside.write_text(json.dumps(text), "utf-8")
        os.replace(beside, path)

    def forget(self, names: Iterable[str]) -> None:
        """Drop the marks of sets, before their rows are taken out."""
        for name in names:
            self.marks.pop(name, None)


def write(sets: Sequence[Set], folder: str, workers: Any) -> Written:
    """Write a corpus; see `Corpus.to_parquet`."""
    demand_pyarrow()
    known = _Known(Path(folder))
    marks = {each.name: each.mark() for each in sets}
    fresh = [each for each in sets if not marks[each.name] or known.marks.get(each.name) != marks[each.name]]
    gone = set(known.marks) - set(marks)
    for kind in WRITTEN:
        (known.folder / kind).mkdir(parents=True, exist_ok=True)
    known.forget(gone | {each.name for each in fresh})
    known.save()
    _take_out(known, workers)
    _read_new(known, fresh, workers)
    known.marks |= {each.name: marks[each.name] for each in fresh}
    _align(known, workers)
    known.save()
    return Written(known.folder, len(fresh), len(sets) - len(fresh), len(gone))


def _take_out(known: _Known, workers: Any) -> None:
    """Take the rows of sets that are gone or will be read again out of their parts."""
    stale = {part: [n for n in names if n not in known.marks] for part, names in known.parts.items()}
    tasks = [(True, (known.folder, part, names)) for part, names in stale.items() if names]
    for part in in_order(workers, take_out, tasks):
        known.parts[part] = [name for name in known.parts[part] if name in known.marks]
        if not known.parts[part]:
            known.parts.pop(part)
            known.columns.pop(part, None)


def _read_new(known: _Known, fresh: Sequence[Set], workers: Any) -> None:
    number = 1 + max((int(part) for part in known.parts), default=-1)
    tasks = []
    here = [each for each in fresh if not each.elsewhere]
    for group in ([each for each in fresh if each.elsewhere], here):
        for start in range(0, len(group), BATCH):
            batch = group[start : start + BATCH]
            tasks.append((batch[0].elsewhere, (known.folder, f"{number:06}", batch)))
            number += 1
    for part, names, columns in in_order(workers, write_part, tasks):
        known.parts[part], known.columns[part] = names, columns


def _align(known: _Known, workers: Any) -> None:
    """Give all parts the same columns, so that any reader takes them as one table."""
    wanted = {kind: Names(kind) for kind in WIDE}
    renamed = {
        part: {kind: wanted[kind].add(known.columns[part][kind]) for kind in WIDE} for part in sorted(known.columns)
    }
    tasks = []
    for part, renaming in renamed.items():
        if any(known.columns[part][kind] != wanted[kind].all for kind in WIDE):
            full = {kind: wanted[kind].all for kind in WIDE}
            tasks.append((True, (known.folder, part, renaming, full)))
    for part in in_order(workers, align_part, tasks):
        known.columns[part] = {kind: wanted[kind].all for kind in WIDE}


# The tasks: functions of a module, so that other processes find them


def write_part(folder: Path, part: str, batch: Sequence[Set]) -> tuple[str, list[str], dict[str, list[str]]]:
    """Read some sets and write their tables as one part; return its number, its sets and its columns."""
    found = [tables_of(each, WRITTEN) for each in batch]
    columns = {}
    for kind in WRITTEN:
        names = Names(kind)
        frame = united([each[kind] for each in found], kind, names)
        _write(folder / kind, part, arrow_table(frame))
        if kind in WIDE:
            columns[kind] = list(map(str, frame.columns))
    return part, [each.name for each in batch], columns


def take_out(folder: Path, part: str, names: Sequence[str]) -> str:
    """Write a part again without the rows of some sets; one without rows is removed."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for kind in WRITTEN:
        path = folder / kind / _file(part)
        if not path.exists():
            continue
        table = pq.read_table(path, partitioning=None)
        kept = table.filter(pc.invert(pc.is_in(table["source"], pa.array(names, pa.large_string()))))
        if len(kept):
            _write(folder / kind, part, kept)
        else:
            path.unlink()
    return part


def align_part(
    folder: Path, part: str, renaming: Mapping[str, Mapping[str, str]], wanted: Mapping[str, Sequence[str]]
) -> str:
    """Write the tables of a part again with all columns of the corpus."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for kind, names in wanted.items():
        path = folder / kind / _file(part)
        if not path.exists():
            continue
        table = pq.read_table(path, partitioning=None)
        there = {renaming[kind].get(name, name): table[name] for name in table.column_names}
        nothing = pa.nulls(len(table), pa.large_string())
        _write(folder / kind, part, pa.table({name: there.get(name, nothing) for name in names}))
    return part


def _file(part: str) -> str:
    return f"part-{part}.parquet"


def _write(folder: Path, part: str, table: Any) -> None:
    """Write a file under another name first, so that nobody reads half of it."""
    import pyarrow.parquet as pq

    beside = folder / f".{_file(part)}.new"
    pq.write_table(table, beside, compression="zstd")
    os.replace(beside, folder / _file(part))
