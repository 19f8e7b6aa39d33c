"""The cells of a table, held by rows (small tables) or by columns of codes (large ones).

Both forms answer the same questions with the same text; which one is used is a matter of size alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from bionb.isatab.text.typed import text_array

if TYPE_CHECKING:
    import numpy as np
    from pandas.api.extensions import ExtensionArray


class Cells(Protocol):
    """What a table asks of its cells; a row shorter than the header has empty cells at its end."""

    @property
    def lengths(self) -> Sequence[int] | None:
        """Cells of each row as written, or None where every row has as many as the header."""

    def __len__(self) -> int: ...

    def column(self, position: int, rows: Sequence[int] | None = None) -> list[str]:
        """Return a column as written, of all rows or of some."""

    def stripped(self, position: int, rows: Sequence[int] | None = None) -> list[str]:
        """Return a column without outer blanks."""

    def where(self, position: int, wrong: Callable[[str], bool], *, stripped: bool = True) -> dict[str, list[int]]:
        """Return the rows of each distinct text of a column that is wrong, in order; each is judged once."""

    def array(self, position: int) -> ExtensionArray:
        """Return a column for a frame."""

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows, each as wide as the header."""


class RowCells:
    """Cells by rows: nothing but lists, fast for a few hundred rows."""

    def __init__(self, rows: Sequence[Sequence[str]], width: int) -> None:
        regular = all(len(row) == width for row in rows)
        self.lengths = None if regular else [len(row) for row in rows]
        self._rows = rows if regular else [pad(row, width) for row in rows]

    def __len__(self) -> int:
        return len(self._rows)

    def column(self, position: int, rows: Sequence[int] | None = None) -> list[str]:
        """Return a column as written, of all rows or of some."""
        if rows is None:
            return [row[position] for row in self._rows]
        return [self._rows[row][position] for row in rows]

    def stripped(self, position: int, rows: Sequence[int] | None = None) -> list[str]:
        """Return a column without outer blanks."""
        return [value.strip() for value in self.column(position, rows)]

    def where(self, position: int, wrong: Callable[[str], bool], *, stripped: bool = True) -> dict[str, list[int]]:
        """Return the rows of each distinct text of a column that is wrong."""
        return rows_where(self.stripped(position) if stripped else self.column(position), wrong)

    def array(self, position: int) -> ExtensionArray:
        """Return a column for a frame."""
        return text_array(self.column(position))

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows, each as wide as the header."""
        return map(tuple, self._rows)


class CodedCells:
    """Cells by columns: each distinct text once, and one small number a cell.

    Parameters
    ----------
    codes : list of numpy.ndarray
        For each column the number of each row's text.
    texts : list of list of str
        For each column its distinct texts, in order of first appearance.
    lengths : sequence of int or None
        See `Cells`.
    arrays : list of arrays, optional
        The distinct texts as frames hold them, where the reader has them.
    """

    def __init__(
        self,
        codes: list[np.ndarray],
        texts: list[list[str]],
        rows: int,
        lengths: Sequence[int] | None,
        arrays: list[ExtensionArray] | None = None,
    ) -> None:
        self.codes, self.texts, self.lengths, self._arrays = codes, texts, lengths, arrays
        self._n_rows = rows
        self._stripped: dict[int, tuple[np.ndarray, list[str]]] = {}

    def __len__(self) -> int:
        return self._n_rows

    def column(self, position: int, rows: Sequence[int] | None = None) -> list[str]:
        """Return a column as written, of all rows or of some."""
        return self._take(self.codes[position], self.texts[position], rows)

    def stripped(self, position: int, rows: Sequence[int] | None = None) -> list[str]:
        """Return a column without outer blanks."""
        return self._take(*self.stripped_codes(position), rows)

    @staticmethod
    def _take(codes: np.ndarray, texts: list[str], rows: Sequence[int] | None) -> list[str]:
        chosen: Any = codes if rows is None else codes[rows]
        return list(map(texts.__getitem__, chosen.tolist()))

    def where(self, position: int, wrong: Callable[[str], bool], *, stripped: bool = True) -> dict[str, list[int]]:
        """Return the rows of each distinct text of a column that is wrong."""
        codes, texts = self.stripped_codes(position) if stripped else (self.codes[position], self.texts[position])
        chosen = [code for code, text in enumerate(texts) if wrong(text)]
        rows = {texts[code]: (codes == code).nonzero()[0].tolist() for code in chosen}
        return dict(sorted(rows.items(), key=lambda item: item[1][0]))

    def stripped_codes(self, position: int) -> tuple[np.ndarray, list[str]]:
        """Return codes and texts of a column without outer blanks; equal texts have one code."""
        if position not in self._stripped:
            self._stripped[position] = recode(
                self.codes[position], self.texts[position], [text.strip() for text in self.texts[position]]
            )
        return self._stripped[position]

    def array(self, position: int) -> ExtensionArray:
        """Return a column for a frame."""
        return self.distinct(position).take(self.codes[position])

    def distinct(self, position: int) -> ExtensionArray:
        """Return the distinct texts of a column for a frame."""
        return self._arrays[position] if self._arrays else text_array(self.texts[position])

    def stripped_array(self, position: int, rows: Sequence[int]) -> ExtensionArray:
        """Return some rows of a column without outer blanks, for a frame."""
        codes, texts = self.stripped_codes(position)
        distinct = self.distinct(position) if texts is self.texts[position] else text_array(texts)
        return distinct.take(codes[rows])

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows, each as wide as the header."""
        if not self.codes:
            return iter([()] * len(self))
        return zip(*(self.column(position) for position in range(len(self.codes))), strict=True)


def recode(codes: np.ndarray, old: list[Any], new: list[Any]) -> tuple[np.ndarray, list[Any]]:
    """Give texts that became equal one code, keeping the order of first appearance."""
    if new == old:
        return codes, old
    import numpy as np

    numbers: dict[Any, int] = {}
    mapped = [numbers.setdefault(text, len(numbers)) for text in new]
    return np.array(mapped, dtype=codes.dtype)[codes], list(numbers)


def pad(row: Sequence[str], width: int) -> list[str]:
    """Return a row of exactly the header's width."""
    return [*row[:width], *[""] * (width - len(row))]


def rows_where(texts: Sequence[Any], wrong: Callable[[Any], bool]) -> dict[Any, list[int]]:
    """Return the rows of each distinct text that is wrong; each is judged once."""
    verdicts: dict[Any, bool] = {}
    rows: dict[Any, list[int]] = {}
    for row, text in enumerate(texts):
        if text not in verdicts:
            verdicts[text] = wrong(text)
        if verdicts[text]:
            rows.setdefault(text, []).append(row)
    return rows
