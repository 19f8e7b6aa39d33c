"""What a data file has to be told with: its class, and how many columns describe a feature."""

from __future__ import annotations

import difflib
from pathlib import Path

from bionb.errors import UsageError
from bionb.platforms.odm.rules.sources import name_of
from bionb.platforms.odm.wire.template import DATA_CLASSES


def checked_matrix(source: str | Path, data_class: str | None, features: int | None) -> str:
    """Return the class of a matrix; only a GCT file tells its own, and its columns of features."""
    gct = name_of(source).endswith((".gct", ".gct.gz", ".gct.zip"))
    found = checked_class(data_class or ("Bulk transcriptomics" if gct else None), gct)
    if features is None and not gct:
        raise UsageError(
            "Tab-separated data needs number_of_feature_attributes= (how many leading columns describe the "
            "feature); only GCT files (.gct) go without."
        )
    return found


def checked_class(data_class: str | None, gct: bool) -> str:
    """Return the class of a data file, or refuse what looks mistyped."""
    if data_class is None:
        raise UsageError(f"Data needs data_class=; the server knows {', '.join(DATA_CLASSES)}.")
    if not isinstance(data_class, str):
        raise UsageError(f"data_class={data_class!r} is no text; the server knows {', '.join(DATA_CLASSES)}.")
    # Servers add classes with new releases, so only what looks mistyped is refused.
    close = difflib.get_close_matches(data_class, DATA_CLASSES, n=1, cutoff=0.75)
    if close and close[0] != data_class:
        raise UsageError(f"data_class={data_class!r} is not known; did you mean {close[0]!r}?")
    if gct and data_class != "Bulk transcriptomics":
        raise UsageError(f"A GCT file must be 'Bulk transcriptomics', not {data_class!r}; use a tab-separated file.")
    return data_class
