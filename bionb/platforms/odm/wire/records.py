"""What the server's records have in common: names of their keys, and how a thing is named to the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.plain import plain

ACCESSION = "genestack:accession"
SAMPLE_KEY = "Sample Source ID"
_NAMES = (ACCESSION, "accession", "itemId", "groupAccession", "xrefSetId", "runId")


def accession_of(thing: Any) -> str:
    """Return the accession of a finished job, a record, a browser node, or an accession as it is.

    Examples
    --------
    >>> accession_of({"genestack:accession": "GSF1147033"})
    'GSF1147033'
    """
    thing = plain(thing) if hasattr(thing, "tolist") else thing
    if isinstance(thing, str):
        return thing.strip()
    if isinstance(thing, int) and not isinstance(thing, bool):  # the number of a run
        return str(thing)
    if isinstance(thing, Mapping):
        for name in _NAMES:
            if thing.get(name):
                return str(thing[name])
    for name in ("accession", "id"):
        found = getattr(thing, name, None)
        if isinstance(found, str) and found:
            return found
    raise UsageError(f"{thing!r} has no accession: pass one such as 'GSF1147033', a finished job or a record.")


def texts(value: Any) -> list[str]:
    """Return all texts in a nested record."""
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [] if value is None else [str(value)]
