"""Sheets as they were sent and as the server has them now: AltamISA writes them anew, so bytes say nothing."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING

from bionb.isatab import ISATab

if TYPE_CHECKING:
    import pandas as pd


def compared(sent: ISATab, stored: ISATab) -> pd.DataFrame:
    """Return per table how many rows were sent and stored, and how many distinct ones are missing or added."""
    import pandas as pd

    rows = []
    by_name = {posixpath.basename(name): name for name in [*stored.studies, *stored.assays]}
    for name in [*sent.studies, *sent.assays]:
        base = posixpath.basename(name)
        left = _rows(sent, name)
        right = _rows(stored, by_name[base]) if base in by_name else Counter[tuple[str, ...]]()
        missing, added = len(left.keys() - right.keys()), len(right.keys() - left.keys())
        rows.append((base, left.total(), right.total(), missing, added))
    return pd.DataFrame(rows, columns=["file", "rows_sent", "rows_stored", "missing", "added"])


def same_rows(sent: ISATab, stored: ISATab) -> bool:
    """Tell whether all tables have the same rows, so that what was sent is certain to be what is stored."""
    tables = compared(sent, stored)
    return len(tables) > 0 and not tables["missing"].any() and not tables["added"].any()


def _rows(isa: ISATab, name: str) -> Counter[tuple[str, ...]]:
    frame = isa[name].frame
    return Counter(tuple(str(cell).strip() for cell in row) for row in frame.itertuples(index=False))
