"""The files of a set as a notebook shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bionb import showing
from bionb.errors import InvalidSheet
from bionb.isatab.model.investigation import frames_of

if TYPE_CHECKING:
    from bionb.isatab.model.members import Members

_WAYS = ('["a_assay.txt"].frame', ".samples()", '.assay("a_assay.txt")', ".check()")
_ASSAY = {"measures": "Study Assay Measurement Type", "by": "Study Assay Technology Type"}


def listed(isa: Members) -> str:
    """Return one line a file as HTML: what it is, what is measured in it, how large it is."""
    import pandas as pd

    title, said = _investigation(isa)
    others = [name for name in isa.files if name not in {*isa.investigations, *isa.studies, *isa.assays}]
    names = dict.fromkeys([*isa.investigations, *isa.studies, *isa.assays, *others])
    rows = [{"file": name, **_size(isa, name, name in others), **said.get(name, {})} for name in names]
    frame = pd.DataFrame(rows, columns=["file", "kind", "rows", "columns", *_ASSAY])
    frame = frame.astype({"rows": "Int64", "columns": "Int64"})
    ways = [way.replace("a_assay.txt", next(iter(isa.assays or isa.studies), "")) for way in _WAYS]
    if not isa.assays:
        ways = [way for way in ways if not way.startswith(".assay")]
    return showing.table(title or "ISA-Tab", frame, count=f"ISA-Tab, {len(names)} files", complete=ways, rows=20)


def _size(isa: Members, name: str, other: bool) -> dict[str, object]:
    if other:
        return {"kind": "other file"}
    try:
        table = isa[name]
        return {"kind": table.kind, "rows": len(table), "columns": len(table.model)}
    except InvalidSheet:
        return {"kind": "cannot be read"}


def _investigation(isa: Members) -> tuple[str, dict[str, dict[str, str]]]:
    """Return the title, and what the investigation says of the assays."""
    try:
        frames = frames_of(isa[name] for name in isa.investigations)
    except InvalidSheet:
        return "", {}
    titles = [*frames["investigation"]["Investigation Title"], *frames["studies"]["Study Title"]]
    assays = frames["assays"].to_dict("records")
    files = {assay.path: assay.file for study in isa.declared for assay in study.assays}
    said = {
        str(files.get(str(each["Study Assay File Name"]))): {name: str(each[field]) for name, field in _ASSAY.items()}
        for each in assays
    }
    return next(filter(None, titles), ""), said
