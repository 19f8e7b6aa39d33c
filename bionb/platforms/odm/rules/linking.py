"""Which kinds can be linked to which, and how a link is written as a path."""

from __future__ import annotations

from bionb.errors import UsageError
from bionb.platforms.odm.wire.jobs import Job
from bionb.platforms.odm.wire.records import Ref, accession_of

DATA = ("expression", "variant", "flow-cytometry")
# To what each kind may be linked; only expression data goes to libraries and preparations.
TARGETS = {
    "samples": ("study",),
    "libraries": ("samples",),
    "preparations": ("samples",),
    "cells": ("samples", "libraries", "preparations"),
    "expression": ("samples", "libraries", "preparations", "cells"),
    "variant": ("samples",),
    "flow-cytometry": ("samples",),
}
WORDS = {"samples": "sample", "libraries": "library", "preparations": "preparation", "cells": "cell", "study": "study"}


def data_kind(kind: str) -> str:
    """Return a kind of data as paths have it, or refuse another.

    Examples
    --------
    >>> data_kind("flow_cytometry")
    'flow-cytometry'
    """
    if (found := str(kind).replace("_", "-")) not in DATA:
        raise UsageError(f"kind={kind!r:.40} is no kind of data: use {', '.join(DATA)}.")
    return found


def checked_pair(kind: str, source: Ref, to: str, target: Ref) -> str:
    """Return what the target holds, or refuse a pair that the server can't link."""
    if isinstance(target, Job) and target.kind:
        to = target.kind
    if isinstance(source, Job) and source.kind and source.kind != kind:
        raise UsageError(f"{source!r} imported {source.kind}, not {kind}: use link_{source.kind.replace('-', '_')}().")
    if to not in TARGETS[kind]:
        only = " Only expression data can be linked to libraries and preparations." if kind in DATA else ""
        raise UsageError(f"{kind} can be linked to {' or '.join(TARGETS[kind])}, not to {to or 'nothing'}.{only}")
    return to


def link_path(kind: str, source: Ref, to: str, target: Ref, level: str) -> tuple[str, str, str]:
    """Return the path of a link, and the accessions of its ends."""
    if level not in ("group", "object"):
        raise UsageError(f"level={level!r} is not known: use 'group' or 'object'.")
    if level == "object" and "cells" in (kind, to):
        raise UsageError("Cells are linked as whole groups only.")
    first, second = accession_of(source), accession_of(target)
    group = "group/" if level == "group" else ""
    ends = f"{WORDS.get(kind, kind)}/{group}{first}/to/{WORDS[to]}/{'' if to == 'study' else group}{second}"
    return f"integration/link/{ends}", first, second
