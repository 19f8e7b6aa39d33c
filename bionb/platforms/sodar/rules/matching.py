"""Which file belongs to which row of an assay, by a column and a pattern of names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

HERE = "{}"  # where the pattern has the value of the column


class Rows:
    """The rows of an assay by the values of one column.

    Parameters
    ----------
    frame : DataFrame
        The assay, every cell as text.
    match : (str, str)
        The column, and a pattern of file names with ``{}`` where the value stands: ``"{}_R?.fastq.gz"``.

    Attributes
    ----------
    values : list of str
        Each once, in the order of the rows.

    Raises
    ------
    UsageError
        No such column, or no ``{}`` in the pattern.
    """

    def __init__(self, frame: pd.DataFrame, match: Any) -> None:
        column, pattern = _checked(match)
        if column not in frame.columns:
            names = ", ".join(each for each in frame.columns if "Name" in each)
            raise UsageError(f"The assay has no column {column!r} to match files with; it has: {names}.")
        self.values = [each for each in dict.fromkeys(frame[column].astype(str)) if each.strip()]
        self._frame, self._column = frame, column
        self._whole = "/" in pattern
        self._pattern = _compiled(pattern, self.values)

    def of(self, name: str) -> str:
        """Return the value that a file's name holds, the longest that fits; empty for none."""
        found = self._pattern.fullmatch(name if self._whole else name.rpartition("/")[2]) if self.values else None
        return found["value"] if found else ""

    def place(self, value: str, collections: Iterable[str]) -> str:
        """Return the collection for a row's files: one that is called like a cell of the row, else like the value."""
        there = set(collections)
        if value in there:
            return value
        rows = self._frame[self._frame[self._column].astype(str) == value]
        named = [column for column in self._frame.columns if re.search(r"Name(\.\d+)?$", column)]
        cells = [str(each) for column in reversed(named) for each in rows[column].unique()]
        return next((each for each in cells if each in there), value)


def _checked(match: Any) -> tuple[str, str]:
    if not isinstance(match, tuple | list) or len(match) != 2 or not all(isinstance(each, str) for each in match):
        raise UsageError('match is a column and a pattern: match=("Library Name", "{}_*.fastq.gz").')
    column, pattern = match
    if pattern.count(HERE) != 1:
        raise UsageError(f"The pattern {pattern!r} needs one {{}} where the name has the value: {{}}_*.fastq.gz.")
    return column, pattern


def _compiled(pattern: str, values: Iterable[str]) -> re.Pattern[str]:
    """Return one expression for all values: the longest first, so that S1 does not take the files of S10."""
    before, after = (_translated(each) for each in pattern.split(HERE))
    choices = "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
    return re.compile(f"{before}(?P<value>{choices}){after}", re.DOTALL)


def _translated(glob: str) -> str:
    return "".join({"*": ".*?", "?": "."}.get(each, re.escape(each)) for each in glob)
