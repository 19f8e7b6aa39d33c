"""`corpus`: many sets as one, read when asked."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bionb.corpora.parallel import BATCH, checked, in_order
from bionb.corpora.parquet import Written, write
from bionb.corpora.sources import Set, sets_of
from bionb.corpora.tables import WIDE, Names, conflict_findings, tables_of, united
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Corpus", "DifferentUnits", "Written", "corpus"]


class DifferentUnits(UserWarning):
    """Sets say the same in several units; the columns stay apart."""


def corpus(sources: object, *, workers: object = 1) -> Corpus:
    """Take many ISA-Tab sets as one.

    Parameters
    ----------
    sources : path, pattern, client, ISATab, sequence or mapping
        Folders (with one set, or with many below), zip, Excel and JSON files, patterns such as ``"data/*.zip"``, a
        connected client whose projects hold sheets, sets; several of them in a list, or by names of your own.
    workers : int, concurrent.futures.Executor or distributed.Client
        A number of processes on this computer, an executor, or a dask cluster (``pip install bionb[scale]``), whose
        workers must see the same files. Projects of a server are always exported here, one after the other.

    Returns
    -------
    Corpus
        Nothing is read before it is asked for.

    Raises
    ------
    UsageError
        Something is no source, is not there, or two sets are called alike.

    Examples
    --------
    >>> studies = bionb.corpus({"first": isa, "second": isa})
    >>> studies.samples().groupby("source").size().to_dict()
    {'first': 2, 'second': 2}
    """
    return Corpus(sources, checked(workers))


class Corpus:
    """Many sets as one; see `corpus`. Each table has a row's set in ``source`` and its study file in ``study``."""

    def __init__(self, sources: Any, workers: Any) -> None:
        self._sources, self._workers = sources, workers

    def __repr__(self) -> str:
        return f"<Corpus of {len(self)} sets>"

    def __len__(self) -> int:
        return len(self.sets)

    @cached_property
    def sets(self) -> list[Set]:
        """The sets; of a server the projects are listed now."""
        return sets_of(self._sources)

    def samples(self) -> pd.DataFrame:
        """Return one row a sample of every set.

        Returns
        -------
        pandas.DataFrame
            ``source``, ``study``, ``Sample Name``, then the properties, as text. Columns of one name (whatever case,
            blanks and underscores) and unit are one; what a set does not say is missing, what it leaves empty is
            empty. Broken sets are left out; `findings` has them.

        Warns
        -----
        DifferentUnits
            A property comes in several units; each unit has its column.
        """
        return self._wide("samples")

    def assays(self) -> pd.DataFrame:
        """Return one row for each row of every assay, with the properties of its sample; see `ISATab.assay`.

        Returns
        -------
        pandas.DataFrame
            ``source``, ``study``, ``assay`` (file), ``Sample Name``, ``sample_in_study`` (bool), then as `samples`.
        """
        return self._wide("assays")

    def findings(self) -> pd.DataFrame:
        """Return everything to know of the sets, in their order; see `ISATab.check`.

        Returns
        -------
        pandas.DataFrame
            ``source``, ``study``, ``file``, ``line``, ``column``, ``level``, ``message``, ``value``, ``count``. A set
            that can't be read is an ``error``; a project without sheets, and properties in several units (without
            ``source``), are notes.
        """
        names = {kind: Names(kind) for kind in WIDE}
        parts = []
        for found in self._read(("findings", *WIDE)):
            parts.append(found["findings"])
            for kind, known in names.items():
                known.add(found[kind])
        return united([*parts, conflict_findings(names)], "findings")

    def files(self) -> pd.DataFrame:
        """Return one row a file of every set.

        Returns
        -------
        pandas.DataFrame
            ``source``, ``study``, ``file``, ``kind`` (``investigation``, ``study``, ``assay``, ``other``; ``none`` for
            a project without sheets), ``rows`` and ``columns`` (counts, missing for other files), ``bytes``.
        """
        return united([found["files"] for found in self._read(("files",))], "files")

    def to_parquet(self, folder: str | os.PathLike[str]) -> Written:
        """Write samples, assays and findings as Parquet datasets, for pandas, DuckDB, dask and others.

        ``folder/samples``, ``folder/assays`` and ``folder/findings`` hold a file for every 25 sets, all with the same
        columns. Written again, only sets that are new or changed are read; what is gone is taken out. Memory follows
        one batch of sets, not the corpus.

        Parameters
        ----------
        folder : path
            Made where it is missing; workers on other computers must see it.

        Returns
        -------
        Written
            ``folder``, and how many sets were ``read``, ``unchanged`` and ``removed``.

        Raises
        ------
        UsageError
            pyarrow is not installed, or the folder holds something else.
        """
        return write(self.sets, os.fspath(folder), self._workers)

    def _wide(self, kind: str) -> pd.DataFrame:
        names = Names(kind)
        found = united([part[kind] for part in self._read((kind,))], kind, names)
        for columns in names.conflicts.values():
            warn(
                f"{kind}: {', '.join(map(repr, columns))} are the same in several units, in columns of their own; "
                "convert them before you compare.",
                DifferentUnits,
            )
        return found

    def _read(self, kinds: Sequence[str]) -> Iterator[dict[str, pd.DataFrame]]:
        tasks = [(elsewhere, (batch, kinds)) for elsewhere, batch in batches(self.sets)]
        return itertools.chain.from_iterable(in_order(self._workers, _read_batch, tasks))


def batches(sets: Sequence[Set]) -> Iterator[tuple[bool, list[Set]]]:
    """Cut sets into batches, each of sets that can, or that cannot be read by another process."""
    for elsewhere, group in itertools.groupby(sets, lambda each: each.elsewhere):
        while batch := list(itertools.islice(group, BATCH)):
            yield elsewhere, batch


def _read_batch(batch: Sequence[Set], kinds: Sequence[str]) -> list[dict[str, pd.DataFrame]]:
    return [tables_of(each, kinds) for each in batch]
