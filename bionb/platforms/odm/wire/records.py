"""What the server's records have in common: names of their keys, and how a thing is named to the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.plain import plain
from bionb.platforms.odm.wire.jobs import Job
from bionb.protocol import Node

Record = dict[str, Any]
# What names a thing: its accession, the number of a run, a record of a listing, a finished job, a browser's node.
Ref = str | int | Mapping[str, Any] | Job | Node
Refs = Ref | Iterable[Ref]

ACCESSION = "genestack:accession"
SAMPLE_KEY = "Sample Source ID"
_NAMES = (ACCESSION, "accession", "itemId", "groupAccession", "xrefSetId", "runId")


def accession_of(thing: Ref) -> str:
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


def accessions_of(things: Refs) -> list[str]:
    """Return the accessions of one thing or of several: a list, a listing, or a frame with the column of accessions.

    Examples
    --------
    >>> accessions_of([{"itemId": "GSF1"}, "GSF2"])
    ['GSF1', 'GSF2']
    """
    named: Any = things
    if hasattr(named, "columns"):
        column = next((name for name in _NAMES if name in named.columns), None)
        if column is None:
            raise UsageError(f"The table has no column of accessions: name one {ACCESSION!r} or 'itemId'.")
        named = named[column].tolist()
    one = isinstance(named, str | int | Mapping | Job | Node) or not isinstance(named, Iterable)
    found = list(dict.fromkeys(accession_of(each) for each in ([named] if one else named)))
    if not found:
        raise UsageError("Nothing is named: pass at least one accession or record.")
    return found


def texts(value: Any) -> list[str]:
    """Return all texts in a nested record."""
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [] if value is None else [str(value)]
