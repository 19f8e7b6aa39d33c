"""Streamed matrices: read in chunks, so that memory follows the frame and not the text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from bionb.errors import ConnectionFailed, UnexpectedResponse
from bionb.http.story import story_to_read
from bionb.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import requests

    Block = tuple[list[str], list[list[Any]], np.ndarray[Any, Any]]

ROWS = 500
NA = ["", " ", "NaN", "nan", "null", "N/A", "NA", "filtered"]


class MatrixStream:
    """A matrix that the server streams: features down, samples across.

    Nothing is sent before it is used; each use streams anew. Values are float64, feature columns as they come.

    Parameters
    ----------
    label : str
        What it is, for messages.
    open : callable
        Sends the request and returns the response with its body unread.
    features : callable
        Returns how many leading columns describe the feature, or None when the server does not tell.
    """

    def __init__(
        self, label: str, open: Callable[[], requests.Response], features: Callable[[], int | None] = lambda: None
    ) -> None:
        self._label, self._open, self._count, self._story = label, open, features, story_to_read()

    def chunks(self, rows: int = ROWS) -> Iterator[pd.DataFrame]:
        """Give the matrix in frames of so many rows, for what is larger than memory.

        Parameters
        ----------
        rows : int
            Features in each frame.

        Examples
        --------
        >>> [len(each) for each in odm.stream_expression("GSF1146928").chunks(4)]
        [4, 2]
        """
        import pandas as pd

        for names, index, block in self._blocks(rows):
            yield pd.DataFrame(block, index=_index(index, names[: len(index)]), columns=names[len(index) :], copy=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the whole matrix.

        Returns
        -------
        DataFrame
            Index: the feature columns; one float64 column a sample, NaN where nothing was measured.

        Raises
        ------
        ConnectionFailed
            The stream broke off; ``.partial`` is the frame of what had come.
        """
        names: list[str] = []
        index: list[list[Any]] = []
        values = _Growing()
        try:
            with Progress(f"matrix of {self._label}", unit="rows") as bar:
                for names, part, block in self._blocks(ROWS):  # noqa: B007 - the names are used below
                    index = index or [[] for _ in part]
                    for have, more in zip(index, part, strict=True):
                        have.extend(more)
                    values.add(block)
                    bar.update(len(index[0]))
        except ConnectionFailed as error:
            error.partial = _frame(names, index, values)
            raise
        return _frame(names, index, values)

    def __repr__(self) -> str:
        return f"<MatrixStream of {self._label}, not read yet>"

    def _blocks(self, rows: int) -> Iterator[Block]:
        """Give the blocks, read as part of the call that made this, or, when used again, as a call of its own."""
        self._story = self._story.later()
        found = self._read(rows)
        while (block := self._story.run(next, found, None)) is not None:
            yield block

    def _read(self, rows: int) -> Iterator[Block]:
        count = self._count()
        with closing(self._open()) as response:
            lines = lines_of(response, self._label)
            header = next(lines, "")
            if not header.strip():
                raise UnexpectedResponse(f"ODM streamed an empty answer for {self._label}. Is anything linked?")
            mark = delimiter_of(header)
            names = next(csv.reader([header], delimiter=mark))
            waiting: list[str] = []
            empty = True
            for line in lines:
                waiting.append(line)
                if len(waiting) == rows:
                    block = _parsed(waiting, names, mark, count, self._label)
                    count, empty = len(block[0]), False
                    yield names, *block
                    waiting = []
            if waiting or empty:
                yield names, *_parsed(waiting, names, mark, count, self._label)


def lines_of(response: requests.Response, label: str) -> Iterator[str]:
    """Give the lines of a streamed answer, empty ones left out."""
    import requests as library

    response.encoding = response.encoding or "utf-8"
    try:
        for line in response.iter_lines(chunk_size=65536):
            text = line.decode("utf-8")
            if text.strip():
                yield text
    except library.RequestException as error:
        raise ConnectionFailed(
            f"ODM broke off the stream of {label}. Try again, or ask for less with a sample_filter."
        ) from error


def delimiter_of(header: str) -> str:
    """Return what separates the columns: the documents disagree, so the header decides."""
    return max("\t,;", key=header.count)


def _parsed(
    lines: Sequence[str], names: Sequence[str], mark: str, count: int | None, label: str
) -> tuple[list[list[Any]], np.ndarray[Any, Any]]:
    import pandas as pd

    for line in (lines[0], lines[-1]) if lines else ():
        cells = len(next(csv.reader([line], delimiter=mark)))
        if cells != len(names):
            raise UnexpectedResponse(f"ODM streamed a row of {cells} cells for {label} under {len(names)} names.")
    try:
        frame = pd.read_csv(
            io.StringIO("\n".join(lines)),
            sep=mark,
            header=None,
            names=range(len(names)),
            na_values=NA,
            keep_default_na=False,
            dtype=None if count is None else dict.fromkeys(range(count, len(names)), "float64"),
            index_col=False,
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise UnexpectedResponse(f"ODM streamed rows for {label} that do not fit their header: {error}.") from error
    if count is None:
        texts = [number for number in frame.columns if not pd.api.types.is_numeric_dtype(frame[number])]
        count = max([number + 1 for number in texts], default=1)
    index = [frame[number].tolist() for number in range(count)]
    return index, frame.iloc[:, count:].to_numpy("float64")


class _Growing:
    """Rows in one array that grows by half when full: the blocks are freed as they come."""

    def __init__(self) -> None:
        self._array: np.ndarray[Any, Any] | None = None
        self._rows = 0

    def add(self, block: np.ndarray[Any, Any]) -> None:
        import numpy as np

        if self._array is None:
            self._array = np.empty((max(len(block), 1), block.shape[1]))
        needed = self._rows + len(block)
        if needed > len(self._array):
            # In place where the system can: no second copy of all that came so far.
            self._array.resize((max(needed, len(self._array) * 3 // 2), block.shape[1]), refcheck=False)
        self._array[self._rows : needed] = block
        self._rows = needed

    def taken(self) -> np.ndarray[Any, Any] | None:
        if self._array is None:
            return None
        array, self._array = self._array, None
        array.resize((self._rows, array.shape[1]), refcheck=False)
        return array


def _frame(names: list[str], index: list[list[Any]], values: _Growing) -> pd.DataFrame:
    import pandas as pd

    array = values.taken()
    if array is None:
        return pd.DataFrame()
    return pd.DataFrame(array, index=_index(index, names[: len(index)]), columns=names[len(index) :], copy=False)


def _index(columns: list[list[Any]], names: Sequence[str]) -> pd.Index:
    import pandas as pd

    if len(columns) == 1:
        return pd.Index(columns[0], name=names[0])
    return pd.MultiIndex.from_arrays(columns, names=list(names))
