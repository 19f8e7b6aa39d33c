"""The tables of a set as parts of a corpus, and parts united: columns of one name and unit become one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bionb.corpora.sources import NO_SHEETS, NoSheets, Set
from bionb.errors import BionbError
from bionb.isatab import ISATab

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("samples", "assays", "findings", "files")
#: Columns that each table begins with, also when nothing is in it.
LEADS: dict[str, dict[str, str]] = {
    "samples": {"source": "str", "study": "str", "Sample Name": "str"},
    "assays": {
        "source": "str",
        "study": "str",
        "assay": "str",
        "Sample Name": "str",
        "sample_in_study": "bool",
    },
    "findings": {
        **dict.fromkeys(("source", "study", "file"), "str"),
        "line": "Int64",
        **dict.fromkeys(("column", "level", "message", "value"), "str"),
        "count": "Int64",
    },
    "files": {
        **dict.fromkeys(("source", "study", "file", "kind"), "str"),
        **dict.fromkeys(("rows", "columns", "bytes"), "Int64"),
    },
}
WIDE = ("samples", "assays")  # tables whose further columns are those of the sets
_UNIT = re.compile(r"(.+?) \[([^\[\]]+)\]")


def tables_of(each: Set, kinds: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the parts that a set gives to some tables; of a broken one only its finding."""
    try:
        isa = each.read()
        found = {kind: _MAKERS[kind](isa) for kind in kinds}
    except NoSheets:
        found = _told(kinds, "note", NO_SHEETS)
        if "files" in kinds:
            found["files"] = _frame("files", [("", "", "none", 0, 0, 0)], ("study", "file", *_FILE))
    except BionbError as error:
        found = _told(kinds, "error", str(error))
    return {kind: frame.assign(source=each.name)[_ordered(kind, frame)] for kind, frame in found.items()}


_FILE = ("kind", "rows", "columns", "bytes")


def _ordered(kind: str, frame: pd.DataFrame) -> list[str]:
    lead = list(LEADS[kind])
    return [*lead, *(name for name in frame if name not in lead)]


def _told(kinds: Sequence[str], level: str, message: str) -> dict[str, pd.DataFrame]:
    found = {kind: empty(kind) for kind in kinds}
    if "findings" in kinds:
        row = ("", "", None, "", level, message, "", 1)
        found["findings"] = _frame("findings", [row], tuple(LEADS["findings"])[1:])
    return found


def empty(kind: str) -> pd.DataFrame:
    """Return a table without rows."""
    return _frame(kind, [], tuple(LEADS[kind]))


def _frame(kind: str, rows: Sequence[tuple[object, ...]], names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(names)).astype({name: LEADS[kind][name] for name in names})


def _samples(isa: ISATab) -> pd.DataFrame:
    return isa.samples()


def _assays(isa: ISATab) -> pd.DataFrame:
    homes = _homes(isa)
    parts = [isa.assay(name).assign(assay=name, study=homes.get(name, "")) for name in isa.assays]
    return united([part[_ordered_assay(part)] for part in parts], "assays")


def _ordered_assay(part: pd.DataFrame) -> list[str]:
    lead = [name for name in LEADS["assays"] if name in part]
    return [*lead, *(name for name in part if name not in lead)]


def _findings(isa: ISATab) -> pd.DataFrame:
    homes = _homes(isa)
    found = isa.check()
    return found.assign(study=found["file"].map(lambda name: homes.get(name, "")).astype("str"))


def _files(isa: ISATab) -> pd.DataFrame:
    homes = _homes(isa)
    rows = []
    for name, data in isa.files.items():
        kind = next((word for word in ("investigation", "study", "assay") if name in _called(isa, word)), "other")
        size = (len(isa[name]), len(isa[name].model)) if kind != "other" else (None, None)
        rows.append((homes.get(name, ""), name, kind, *size, len(data)))
    return _frame("files", rows, ("study", "file", *_FILE))


def _called(isa: ISATab, word: str) -> list[str]:
    return {"investigation": isa.investigations, "study": isa.studies, "assay": isa.assays}[word]


_MAKERS = {"samples": _samples, "assays": _assays, "findings": _findings, "files": _files}


def _homes(isa: ISATab) -> dict[str, str]:
    """Return the study file that each study and assay file belongs to."""
    found = {name: name for name in isa.studies}
    for study in isa.declared:
        for assay in study.assays:
            if assay.file and study.file:
                found.setdefault(assay.file, study.file)
    return found


class Names:
    """The names of columns over many sets: those of one word and unit become one, as it is first written."""

    def __init__(self, kind: str) -> None:
        self._known = {key_of(name): name for name in LEADS[kind]}

    @property
    def all(self) -> list[str]:
        """All names, in the order in which they came."""
        return list(self._known.values())

    def add(self, columns: Iterable[str]) -> dict[str, str]:
        """Take the columns of one table; return what each is called here."""
        renamed: dict[str, str] = {}
        taken: set[str] = set()
        for column in columns:
            name = self._known.setdefault(key_of(column), column)
            if name in taken:  # two columns of one table stay two
                name = self._known.setdefault((column, "\0"), column)
            taken.add(name)
            renamed[column] = name
        return renamed

    @property
    def conflicts(self) -> dict[str, list[str]]:
        """Words that come in several units: each with its columns, which stay apart."""
        found: dict[str, list[str]] = {}
        for (word, _), name in self._known.items():
            found.setdefault(word, []).append(name)
        return {word: names for word, names in found.items() if len(names) > 1}


def key_of(column: str) -> tuple[str, str]:
    """Return what makes columns one: the word without case, blanks and underscores, and the unit."""
    match = _UNIT.fullmatch(column)
    word, unit = (match[1], match[2]) if match else (column, "")
    return re.sub(r"[\s_.\-]+", " ", word).strip().casefold(), unit.strip()


def united(parts: Sequence[pd.DataFrame], kind: str, names: Names | None = None) -> pd.DataFrame:
    """Return the parts of one table below each other; what a set does not say is missing."""
    import pandas as pd

    names = names or Names(kind)
    renamed = [part.rename(columns=names.add(map(str, part.columns))) for part in parts if len(part)]
    if not renamed:
        return empty(kind)
    found = pd.concat(renamed, ignore_index=True)
    order = [name for name in names.all if name in found]
    types = {name: LEADS[kind].get(name, "str") for name in order}
    return found[order].astype({name: dtype for name, dtype in types.items() if str(found[name].dtype) != dtype})


def conflict_findings(names: Mapping[str, Names]) -> pd.DataFrame:
    """Return a note for each property that sets have in several units."""
    rows = []
    for kind, known in names.items():
        for columns in known.conflicts.values():
            said = f"{kind}: {', '.join(map(repr, columns))} are the same in several units, in columns of their own"
            rows.append(("", "", "", None, columns[0], "note", said, "", 1))
    return _frame("findings", rows, tuple(LEADS["findings"]))
