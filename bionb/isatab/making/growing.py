"""More samples for a set, and fewer: study and assay rows named as the set names its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from bionb.errors import UsageError
from bionb.isatab.editing.edits import Edits
from bionb.isatab.making.filling import fill_assay, fill_study
from bionb.isatab.making.headings import UnmatchedColumns
from bionb.isatab.making.places import Row, column_of, given_by, key_of
from bionb.isatab.making.samples import sample_table
from bionb.isatab.model.headers import CHARACTERISTICS, SAMPLE
from bionb.isatab.model.table import Table
from bionb.warning import warn

if TYPE_CHECKING:
    import pandas as pd

Set = TypeVar("Set", bound=Edits)


class GuessedNames(UserWarning):
    """New extracts, runs or files could not be named as the set names its own; the message says which."""


def with_samples(isa: Set, samples: Any, study: str | None) -> Set:
    """Return the set with new samples; see `ISATab.add_samples`."""
    file, assays = files_of(isa, study)
    tables = [isa[name] for name in (file, *assays)]
    given = given_by(sample_table(samples), tables)
    frames = {table.name: table.frame for table in tables}
    if given.unmatched:
        frames[file] = _with_columns(tables[0], given.unmatched)
    new = {name: [dict.fromkeys(frame, "") for _ in given.names] for name, frame in frames.items()}
    fill_study(tables[0], new[file], given)
    for table in tables[1:]:
        _tell(table, fill_assay(table, new[table.name], given))
    for name, frame in frames.items():
        isa = isa.replace(name, _appended(frame, new[name]))
    return isa


def _tell(table: Table, guessed: Sequence[str]) -> None:
    if guessed:
        warn(
            f"{table.name}: the names in {', '.join(guessed)} follow no pattern, so new ones were made from the "
            "sample's; give them in columns of these headers to choose them.",
            GuessedNames,
        )


def without_samples(isa: Set, names: Sequence[str], study: str | None) -> Set:
    """Return the set without some samples; see `ISATab.drop_samples`."""
    file, assays = files_of(isa, study)
    wanted = {names} if isinstance(names, str) else set(map(str, names))
    unknown = sorted(wanted - set(isa[file].frame[key_of(isa[file], SAMPLE)]))
    if unknown:
        raise UsageError(f"{file} has no sample {', '.join(map(repr, unknown))}; see isa.samples().")
    for name in (file, *assays):
        frame = isa[name].frame
        kept = frame[~frame[key_of(isa[name], SAMPLE)].isin(wanted)]
        if kept.empty and len(frame):
            raise UsageError(f"{name} would have no rows left, which SODAR refuses: keep a sample of it.")
        if len(kept) < len(frame):
            isa = isa.replace(name, kept)
    return isa


def files_of(isa: Edits, study: str | None) -> tuple[str, list[str]]:
    """Return the study file that is meant, and the assay files of its samples."""
    if study is None and len(isa.studies) != 1:
        found = ", ".join(isa.studies) or "none"
        raise UsageError(f"which study? The set has {found}: name its file, study='s_....txt'.")
    file = isa[study or isa.studies[0]].name
    if file not in isa.studies:
        raise UsageError(f"{file} is no study file; there are: {', '.join(isa.studies)}.")
    named = [each.file for ref in isa.declared if ref.file == file for each in ref.assays]
    return file, list(dict.fromkeys(name for name in named if name is not None and name in isa))


def _with_columns(table: Table, names: Sequence[str]) -> pd.DataFrame:
    """Return the frame of a study with new characteristics, behind the sample's own."""
    warn(
        f"{table.name} has no column for {', '.join(map(repr, names))}: new characteristics of the samples.",
        UnmatchedColumns,
    )
    node = column_of(table, SAMPLE).node
    own = [c.position for c in table.model if c.node == node and c.kind in (SAMPLE, CHARACTERISTICS)]
    own += [c.position for c in table.model if c.owner in own]
    frame = table.frame
    for number, name in enumerate(names, max(own) + 1):
        frame.insert(number, f"{CHARACTERISTICS}[{name}]", "")
    return frame


def _appended(frame: pd.DataFrame, rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([frame, pd.DataFrame(rows, columns=frame.columns).astype("str")], ignore_index=True)
