"""GCT 1.2: a matrix of measurements, the only GCT that ODM takes.

Line 1 is ``#1.2``, line 2 has the numbers of rows and of sample columns, line 3 is ``NAME``, ``Description`` and the
sample names; then one line a feature. Missing values may be empty.
"""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet
from bionb.platforms.odm.sheets import ERROR, WARNING, Finding, Source, read_rows

if TYPE_CHECKING:
    import pandas as pd

MISSING = {"", "nan", "null", "n/a", "na", "filtered"}
_NUMBERS = {"inf", "-inf", "+inf", "infinity", "-infinity"}


class GctWarning(UserWarning):
    """A GCT file breaks a rule that no server insists on."""


def read_gct(source: Source) -> pd.DataFrame:
    r"""Read a GCT 1.2 file.

    Parameters
    ----------
    source : str, Path or bytes
        The file, also packed, or its content.

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

    rows = read_rows(source)
    findings = _check(rows)
    errors = [each for each in findings if each.level == ERROR]
    if errors:
        raise InvalidSheet(f"This is no GCT 1.2 file that ODM would take: {errors[0]}")
    for each in findings:
        warnings.warn(str(each), GctWarning, stacklevel=2)
    samples, body = _samples(rows), rows[3:]
    index = pd.Index([row[0] for row in body], name="NAME", dtype="str")
    frame = pd.DataFrame(
        [[_number(cell) for cell in _padded(row, len(samples))[2 : 2 + len(samples)]] for row in body],
        index=index,
        columns=samples,
        dtype="float64",
    )
    frame.insert(0, "Description", pd.array([_padded(row, 0)[1] for row in body], dtype="str"))
    return frame


def write_gct(frame: pd.DataFrame, path: str | Path | None = None) -> bytes:
    """Write a frame as GCT 1.2 and return its bytes; `read_gct` gives the same frame again.

    Parameters
    ----------
    frame : DataFrame
        Features as index, samples as columns; a column ``Description`` is optional.
    path : str or Path, optional
        Where to write; nowhere by default.
    """
    samples = [name for name in frame.columns if name != "Description"]
    notes = frame["Description"].fillna("").astype(str) if "Description" in frame else [""] * len(frame)
    lines = ["#1.2", f"{len(frame)}\t{len(samples)}", "\t".join(["NAME", "Description", *map(str, samples)])]
    values = frame[samples].itertuples(index=False, name=None)
    for name, note, row in zip(frame.index, notes, values, strict=True):
        lines.append("\t".join([str(name), note, *("" if value != value else repr(float(value)) for value in row)]))
    content = ("\n".join(lines) + "\n").encode()
    errors = [each for each in check_gct(content) if each.level == ERROR]
    if errors:
        raise InvalidSheet(f"The frame cannot be written as GCT: {errors[0]}")
    if path is not None:
        Path(path).write_bytes(content)
    return content


def check_gct(source: Source) -> list[Finding]:
    r"""Check a GCT file as the server will; wrong counts are a warning, what can't be read an error.

    Examples
    --------
    >>> [str(each) for each in check_gct(b"#1.2\n9\t1\nNAME\tDescription\tS1\nStat3\t\t1\n")]
    ['line 2: announces 9 rows and 1 columns, but there are 1 and 1']
    """
    try:
        return _check(read_rows(source))
    except InvalidSheet as error:
        return [Finding(ERROR, 0, str(error))]


def _check(rows: list[list[str]]) -> list[Finding]:
    if not rows or rows[0][0] != "#1.2":
        seen = rows[0][0][:20] if rows else "nothing"
        return [Finding(ERROR, 1, f"must be #1.2 (ODM takes no other GCT), not {seen!r}")]
    if len(rows) < 4:
        return [Finding(ERROR, 0, "a GCT file has three lines of header and at least one row")]
    found = _header(rows[2])
    samples, body = _samples(rows), rows[3:]
    declared, present = rows[1][:2], [str(len(body)), str(len(samples))]
    if declared != present:
        message = f"announces {' rows and '.join(declared)} columns, but there are {' and '.join(present)}"
        found.append(Finding(WARNING, 2, message))
    for number, row in enumerate(body, 4):
        extra = row[2 + len(samples) :]
        if any(extra):
            found.append(Finding(ERROR, number, f"has {len(row) - 2} values for {len(samples)} samples"))
        found += [
            Finding(ERROR, number, f"{cell!r} is no number")
            for cell in row[2 : 2 + len(samples)]
            if not _is_number(cell)
        ]
    names = Counter(row[0] for row in body)
    found += [Finding(WARNING, 0, f"the feature {each} stands {n} times") for each, n in names.items() if n > 1]
    return found


def _header(header: list[str]) -> list[Finding]:
    found = []
    if [each.lower() for each in header[:2]] != ["name", "description"]:
        found.append(Finding(ERROR, 3, "must begin with NAME and Description"))
    counts = Counter(each for each in header[2:] if each)
    found += [
        Finding(ERROR, 3, f"the sample {each} stands {n} times; names must be unique")
        for each, n in counts.items()
        if n > 1
    ]
    found += [Finding(ERROR, 3, f"the sample {each!r} holds white space") for each in counts if len(each.split()) > 1]
    return found


def _samples(rows: list[list[str]]) -> list[str]:
    return [name for name in rows[2][2:] if name]


def _padded(row: list[str], samples: int) -> list[str]:
    return row + [""] * (2 + samples - len(row))


def _is_number(cell: str) -> bool:
    if cell.lower() in MISSING or cell.lower() in _NUMBERS:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(cell: str) -> float:
    return float("nan") if cell.lower() in MISSING else float(cell)
