"""Variants: from the server's nested items to rows, wide tables and streamed chunks, genotypes as texts or counts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any

from bionb.errors import UnexpectedResponse
from bionb.frames import COUNT, NUMBER, columns
from bionb.listing import Listing
from bionb.platforms.odm.tables.matrix import ROWS, MatrixStream, delimiter_of, lines_of
from bionb.platforms.odm.tables.measurements import LINKED, demand_one_each

if TYPE_CHECKING:
    import pandas as pd

VARIANTS = (
    columns("item sample run group chrom", pos=COUNT)
    + columns("id ref alt", qual=NUMBER)
    + columns("filter gene genotype")
)
FIXED = ("CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
PLACE = ["chrom", "pos", "id", "ref", "alt"]
_JOINED = {"id": ";", "alt": ",", "filter": ";"}


def tidy_variant(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return one variant of one sample as a flat row.

    Examples
    --------
    >>> tidy_variant({"variant": {"chrom": "1", "id": ["rs1"]}, "genotype": {"GT": "0/1"}})["genotype"]
    '0/1'
    """
    origin, linked = item.get("itemOrigin") or {}, item.get("relationships") or {}
    variant, genotype = item.get("variant") or {}, item.get("genotype") or {}
    row: dict[str, Any] = {"item": item.get("itemId"), **{name: linked[name] for name in LINKED if name in linked}}
    row |= {"run": origin.get("runSourceId"), "group": origin.get("groupId")}
    row |= {name: each for name, each in variant.items() if name != "info"}
    row |= {name: mark.join(map(str, row[name])) for name, mark in _JOINED.items() if isinstance(row.get(name), list)}
    info = variant.get("info")
    row |= {f"info.{name}": each for name, each in info.items()} if isinstance(info, Mapping) else {}
    row["gene"] = row.pop("info.GENE", None)
    calls = genotype if isinstance(genotype, Mapping) else {"GT": genotype}
    return row | {"genotype" if name == "GT" else f"genotype.{name}": each for name, each in calls.items()}


def allele_count(genotype: Any) -> int | None:
    """Return how many alleles of a genotype are not the reference, None where it was not called.

    Examples
    --------
    >>> [allele_count(each) for each in ("0/0", "0|1", "1/2", "./.", "1")]
    [0, 1, 2, None, 1]
    """
    return _count(str(genotype).partition(":")[0])


@cache
def _count(genotype: str) -> int | None:
    alleles = re.split(r"[/|]", genotype)
    return sum(each != "0" for each in alleles) if all(each.isdecimal() for each in alleles) else None


def allele_counts(genotypes: Iterable[Any]) -> pd.Series:
    """Return the counts of `allele_count` as nullable integers."""
    import pandas as pd

    index = genotypes.index if isinstance(genotypes, pd.Series) else None
    return pd.Series([allele_count(each) for each in genotypes], index=index, dtype="Int64")


class VariantListing(Listing):
    """Variants, one record a variant and sample; `to_frame` is tidy, `to_wide` has variants down and samples across."""

    def to_frame(self, max_records: int | None = None, *, counts: bool = False) -> pd.DataFrame:
        """Return the variants as a table.

        Parameters
        ----------
        max_records : int, optional
            Cap over all pages; all records by default.
        counts : bool
            Add the column ``alleles``: how many alleles are not the reference (``0/1`` has 1).

        Examples
        --------
        >>> odm.variants("PNPLA3").to_frame(counts=True)["alleles"].sum()
        np.int64(4)
        """
        frame = super().to_frame(max_records)
        return frame.assign(alleles=allele_counts(frame["genotype"])) if counts else frame

    def to_wide(self, *, counts: bool = False, columns: str = "run") -> pd.DataFrame:
        """Return the genotypes as a table of variants by samples.

        Parameters
        ----------
        counts : bool
            Alleles that are not the reference, as nullable integers, in place of ``0/1``.
        columns : str
            What goes across: ``"run"`` (the names in the VCF file) or ``"sample"`` (accessions).

        Returns
        -------
        DataFrame
            Index: ``chrom``, ``pos``, ``id``, ``ref``, ``alt``.

        Raises
        ------
        UsageError
            A variant comes twice for one sample, from several files; the message names their groups.

        Examples
        --------
        >>> odm.variants("PNPLA3").to_wide(counts=True).sum(axis=1).tolist()
        [4]
        """
        frame = self.to_frame(counts=counts)
        if frame.empty:
            return frame
        frame[PLACE] = frame[PLACE].astype(object).where(frame[PLACE].notna(), "")
        demand_one_each(frame, PLACE, columns)
        return frame.set_index([*PLACE, columns])["alleles" if counts else "genotype"].unstack(columns, sort=False)


class VariantStream(MatrixStream):
    """The variants of a group, streamed: variants down, samples across, cells as in the VCF file.

    Nothing is sent before it is used; each use streams anew.
    """

    def chunks(self, rows: int = ROWS, *, counts: bool = False) -> Iterator[pd.DataFrame]:
        """Give the variants in frames of so many rows, for what is larger than memory.

        Parameters
        ----------
        rows : int
            Variants in each frame.
        counts : bool
            Alleles that are not the reference in place of ``0/1``.

        Examples
        --------
        >>> [len(each) for each in odm.stream_variants("GSF1146932").chunks(2)]
        [2, 1]
        """
        self._story = self._story.later()
        found = self._frames(rows, counts)
        while (frame := self._story.run(next, found, None)) is not None:
            yield frame

    def to_frame(self, *, counts: bool = False) -> pd.DataFrame:
        """Return all variants.

        Parameters
        ----------
        counts : bool
            As for `chunks`.

        Returns
        -------
        DataFrame
            Index: the leading columns of the VCF file; one column a sample.
        """
        import pandas as pd

        return pd.concat(list(self.chunks(counts=counts)))

    def _frames(self, rows: int, counts: bool) -> Iterator[pd.DataFrame]:
        with closing(self._open()) as response:
            lines = lines_of(response, self._label)
            header = next(lines, "")
            if not header.strip():
                raise UnexpectedResponse(f"ODM streamed an empty answer for {self._label}. Is anything linked?")
            mark = delimiter_of(header)
            names, waiting, begun = next(csv.reader([header], delimiter=mark)), list[str](), False
            for line in lines:
                waiting.append(line)
                if len(waiting) == rows:
                    yield self._framed(names, waiting, mark, counts)
                    waiting, begun = [], True
            if waiting or not begun:
                yield self._framed(names, waiting, mark, counts)

    def _framed(self, names: list[str], lines: list[str], mark: str, counts: bool) -> pd.DataFrame:
        import pandas as pd

        wrong = next((line for line in lines if line.count(mark) + 1 != len(names) and '"' not in line), None)
        if wrong is not None:
            cells = wrong.count(mark) + 1
            raise UnexpectedResponse(
                f"ODM streamed a row of {cells} cells for {self._label} under {len(names)} names. Try again."
            )
        try:
            frame = pd.read_csv(
                io.StringIO("\n".join(lines)),
                sep=mark,
                header=None,
                names=range(len(names)),
                dtype=str,
                keep_default_na=False,
            )
        except (ValueError, pd.errors.ParserError) as error:
            raise UnexpectedResponse(f"ODM streamed rows for {self._label} that can't be read: {error}.") from error
        frame.columns = pd.Index(names)
        place = [name for name in names if name.lstrip("#").upper() in FIXED]
        frame = frame.set_index(place) if place else frame
        return frame.apply(allele_counts) if counts else frame
