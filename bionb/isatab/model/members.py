"""The files of a set: which are which, their tables, each made once when first asked for."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cached_property

from bionb.errors import UsageError
from bionb.isatab.model.investigation import StudyRef, studies_of
from bionb.isatab.model.names import is_isatab
from bionb.isatab.model.table import Table

#: From this number of lines on a table takes the columnar path.
COLUMNAR_FROM = 2000


class Members:
    """Named files of one set, and what an investigation says about them.

    Parameters
    ----------
    files : mapping
        Name -> bytes, in order.
    columnar_from : int
        See `read_isatab`.
    tables : mapping, optional
        Tables of another version of the set; those of unchanged files are taken over.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        *,
        columnar_from: int = COLUMNAR_FROM,
        tables: Mapping[str, Table] | None = None,
    ) -> None:
        self._files = _checked(files)
        self._columnar_from = columnar_from
        self._tables = {name: t for name, t in (tables or {}).items() if self._files.get(name) is t.data}

    @property
    def files(self) -> dict[str, bytes]:
        """Name -> bytes of every file, as they will be written."""
        return dict(self._files)

    @cached_property
    def investigations(self) -> list[str]:
        """Names of the investigation files (``i_*.txt``); SODAR takes exactly one."""
        return self._called("i_")

    @cached_property
    def studies(self) -> list[str]:
        """Names of the study files: those named in an investigation, then other ``s_*.txt``."""
        named = [study.file for study in self.declared if study.file]
        return list(dict.fromkeys([*named, *self._called("s_")]))

    @cached_property
    def assays(self) -> list[str]:
        """Names of the assay files: those named in an investigation, then other ``a_*.txt``."""
        named = [assay.file for study in self.declared for assay in study.assays if assay.file]
        return list(dict.fromkeys([*named, *self._called("a_")]))

    def _called(self, prefix: str) -> list[str]:
        return [
            name
            for name in self._files
            if is_isatab(name)
            and posixpath.basename(name).lower().startswith(prefix)
            and not name.startswith("__MACOSX/")
        ]

    @cached_property
    def declared(self) -> list[StudyRef]:
        """The studies of all investigations, in their order."""
        return [study for name in self.investigations for study in studies_of(self[name], self._files)]

    def __getitem__(self, name: str) -> Table:
        file = self._name(name)
        kind = self._kind(file)
        known = self._tables.get(file)
        if known is None or known.kind != kind:  # an edited investigation may call a study what was an assay
            known = self._tables[file] = Table(file, kind, self._files[file], self._columnar_from)
        return known

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._files

    def _name(self, name: str) -> str:
        if not isinstance(name, str):
            raise UsageError(
                f"a file is named by a text such as {next(iter(self._files), 's_study.txt')!r}, not {name!r:.80}"
            )
        if name in self._files:
            return name
        same = [file for file in self._files if posixpath.basename(file) == name]
        if len(same) != 1:
            what = "no file" if not same else "more than one file"
            raise UsageError(f"this ISA-Tab has {what} called {name!r}; it has {', '.join(self._files)}")
        return same[0]

    def _kind(self, name: str) -> str:
        if name in self.investigations:
            return "investigation"
        return "study" if name in self.studies else "assay"

    @cached_property
    def ids(self) -> dict[str, tuple[str, str]]:
        """AltamISA's ids of study and assay for each table; files that no investigation names come last."""
        ids: dict[str, tuple[str, str]] = {}
        for study in self.declared:
            if study.file:
                ids.setdefault(study.file, (study.id, ""))
            for assay in study.assays:
                if assay.file:
                    ids.setdefault(assay.file, (study.id, assay.id))
        for name in self.studies:
            ids.setdefault(name, (f"S{1 + len({study for study, _ in ids.values()})}", ""))
        for name in self.assays:
            ids.setdefault(name, ("S1", f"A{1 + len(ids)}"))
        return ids


def _checked(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return named bytes, refusing what is none."""
    if not isinstance(files, Mapping):
        raise UsageError(
            f"a set is made of a mapping of names to bytes, not {type(files).__name__}; see bionb.read_isatab"
        )
    for name, data in files.items():
        if not isinstance(name, str) or not isinstance(data, bytes):
            raise UsageError(f"the files of a set are bytes by name; {name!r:.80} has {type(data).__name__}")
    return dict(files)
