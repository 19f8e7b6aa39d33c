"""GCT 1.2: a matrix of measurements, the only GCT that ODM takes.

Line 1 is ``#1.2``, line 2 has the numbers of rows and of sample columns, line 3 is ``NAME``, ``Description`` and the
sample names; then one line a feature. Missing values may be empty.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet
from bionb.platforms.odm.rules.sheets import (
    ERROR,
    WARNING,
    Finding,
    Lines,
    Source,
    cells,
    content_of,
    encoding_faults,
    read_lines,
    unread,
)
from bionb.transfers.writing import write_file
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd

MISSING = {"", "nan", "null", "n/a", "na", "filtered"}
# Python takes more for a number: 1_000, digits of other scripts. A server need not, and a reader would be misled.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.ASCII | re.IGNORECASE)


class GctWarning(UserWarning):
    """A GCT file breaks a rule that no server insists on."""


def read_gct(source: Source, *, max_bytes: int | None = None) -> pd.DataFrame:
    r"""Read a GCT 1.2 file.

    Parameters
    ----------
    source : str, Path or bytes
        The file, also packed (.gz, .zip), or its content.
    max_bytes : int, optional
        Bytes that a packed file may unpack to; by default 1 GiB, and 300 times its size.

    Returns
    -------
    DataFrame
        Index ``NAME``; the column ``Description`` (text), then one column of float64 a sample, NaN where missing.

    Warns
    -----
    GctWarning
        The counts of line 2 are wrong, which even an official example gets wrong.

    Raises
    ------
    InvalidSheet
        It can't be read; the message names the line.

    Examples
    --------
    >>> float(read_gct(b"#1.2\n1\t2\nNAME\tDescription\tS1\tS2\nStat3\tgene\t1.5\t\n").loc["Stat3", "S1"])
    1.5
    """
    import pandas as pd

    lines = read_lines(source, max_bytes)
    findings = _check(lines)
    errors = [each for each in findings if each.level == ERROR]
    if errors:
        raise InvalidSheet(f"This is no GCT 1.2 file that ODM would take: {errors[0]}")
    for each in findings:
        warn(str(each), GctWarning)
    samples, rows = _samples(lines), [cells(line) for line in lines[3:]]
    names, notes = (pd.Series([row[place] for row in rows], dtype="str") for place in (0, 1))
    frame = pd.DataFrame(
        [[_value(cell) for cell in row[2 : 2 + len(samples)]] for row in rows],
        columns=pd.Index(samples, dtype="str"),
        dtype="float64",
    )
    frame.insert(0, "Description", notes)
    return frame.set_index(names.rename("NAME"))


def write_gct(frame: pd.DataFrame, path: str | Path | None = None, *, overwrite: bool = False) -> bytes:
    """Write a frame as GCT 1.2 and return its bytes; `read_gct` gives the same frame again.

    Parameters
    ----------
    frame : DataFrame
        Features as index, samples as columns; a column ``Description`` is optional.
    path : str or Path, optional
        Where to write; nowhere by default.
    overwrite : bool
        Replace a file there.

    Raises
    ------
    InvalidSheet
        The frame makes no GCT file.
    UsageError, FileFailed
        It can't be written there.
    """
    if not frame.columns.is_unique:
        raise InvalidSheet("The frame cannot be written as GCT: names of columns must be unique.")
    samples = [name for name in frame.columns if name != "Description"]
    notes = frame["Description"].fillna("").astype(str) if "Description" in frame else [""] * len(frame)
    lines = ["#1.2", f"{len(frame)}\t{len(samples)}", "\t".join(["NAME", "Description", *map(str, samples)])]
    try:
        values = frame[samples].astype("Float64").astype("float64").itertuples(index=False, name=None)
    except (TypeError, ValueError) as error:
        raise InvalidSheet(f"The frame cannot be written as GCT: its values must be numbers ({error}).") from error
    for name, note, row in zip(frame.index, notes, values, strict=True):
        lines.append("\t".join([str(name), note, *("" if value != value else repr(float(value)) for value in row)]))
    content = ("\n".join(lines) + "\n").encode()
    errors = [each for each in check_gct(content) if each.level == ERROR]
    if errors:
        raise InvalidSheet(f"The frame cannot be written as GCT: {errors[0]}")
    if path is not None:
        write_file(path, content, overwrite=overwrite)
    return content


def check_gct(source: Source, *, max_bytes: int | None = None) -> list[Finding]:
    r"""Check a GCT file as the server will; wrong counts are a warning, what can't be read an error.

    Parameters
    ----------
    source, max_bytes
        As of `read_gct`.

    Examples
    --------
    >>> [str(each) for each in check_gct(b"#1.2\n9\t1\nNAME\tDescription\tS1\nStat3\t\t1\n")]
    ['line 2: announces 9 rows and 1 columns, but there are 1 and 1']
    """
    try:
        content, _ = content_of(source, max_bytes)
        return encoding_faults(content) + _check(read_lines(content, max_bytes))
    except InvalidSheet as error:
        return [unread(error)]


def _check(lines: Lines) -> list[Finding]:
    if not lines or cells(lines[0])[0] != "#1.2":
        place, seen = (lines.numbers[0], cells(lines[0])[0][:20]) if lines else (1, "nothing")
        return [Finding(ERROR, place, f"must be #1.2 (ODM takes no other GCT), not {seen!r}")]
    if len(lines) < 4:
        return [Finding(ERROR, 0, "a GCT file has three lines of header and at least one row")]
    found, samples = _header(cells(lines[2]), lines.numbers[2]), _samples(lines)
    declared, present = cells(lines[1])[:2], [str(len(lines) - 3), str(len(samples))]
    if declared != present:
        message = f"announces {' rows and '.join(declared)} columns, but there are {' and '.join(present)}"
        found.append(Finding(WARNING, lines.numbers[1], message))
    names = Counter[str]()
    for number, text in zip(lines.numbers[3:], lines[3:], strict=True):
        row = cells(text)
        names[row[0]] += 1
        found += _row_faults(number, row, len(samples))
    found += [Finding(WARNING, 0, f"the feature {each} stands {n} times") for each, n in names.items() if n > 1]
    return found


def _row_faults(number: int, row: list[str], samples: int) -> list[Finding]:
    found = []
    if any(row[2 + samples :]):
        found.append(Finding(ERROR, number, f"has {len(row) - 2} values for {samples} samples"))
    if len(row) < 2 + samples:
        given = f"{max(0, len(row) - 2)} values for {samples} samples"
        found.append(Finding(ERROR, number, f"is shorter than the header: {given}; an empty one needs its tab"))
    if not row[0]:
        found.append(Finding(WARNING, number, "has no name"))
    wrong = [cell for cell in row[2 : 2 + samples] if not _is_number(cell)]
    return found + [Finding(ERROR, number, f"{cell!r} is no number") for cell in wrong]


def _header(header: list[str], line: int) -> list[Finding]:
    found = []
    if [each.lower() for each in header[:2]] != ["name", "description"]:
        found.append(Finding(ERROR, line, "must begin with NAME and Description"))
    while header and not header[-1]:
        header.pop()
    found += [
        Finding(ERROR, line, f"column {place} has no name, so that nobody can know whose values stand there")
        for place, name in enumerate(header[2:], 3)
        if not name
    ]
    taken = sorted({"NAME", "Description"}.intersection(header[2:]))
    found += [Finding(ERROR, line, f"a sample cannot be called {name}, as a column of the format is") for name in taken]
    counts = Counter(each for each in header[2:] if each)
    found += [
        Finding(ERROR, line, f"the sample {each} stands {n} times; names must be unique")
        for each, n in counts.items()
        if n > 1
    ]
    found += [
        Finding(ERROR, line, f"the sample {each!r} holds white space") for each in counts if len(each.split()) > 1
    ]
    return found


def _samples(lines: list[str]) -> list[str]:
    """Return the names of the columns of values; tabs may follow the last one."""
    names = cells(lines[2])[2:]
    while names and not names[-1]:
        names.pop()
    return names


def _is_number(cell: str) -> bool:
    return cell.lower() in MISSING or bool(_NUMBER.fullmatch(cell))


def _value(cell: str) -> float:
    return float("nan") if cell.lower() in MISSING else float(cell)
