"""The edits of a set: each returns a new set, and keeps the bytes of what it does not touch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from bionb.errors import UsageError
from bionb.isatab.editing.sections import replace_section, with_parameter
from bionb.isatab.editing.tables import renamed_sample, replace_table, sample_names
from bionb.isatab.model.investigation import BY_NAME, frames_of
from bionb.isatab.model.members import Members
from bionb.isatab.model.names import is_isatab
from bionb.isatab.text.records import as_utf8
from bionb.wide import wide_encoding

if TYPE_CHECKING:
    import pandas as pd


class Edits(Members):
    """What makes a new set of one; see `ISATab`."""

    origin: tuple[str, str] | None = None

    def replace(self, name: str, frame: pd.DataFrame) -> Self:
        """Return a set in which a frame, edited as you like, takes the place of a table or section.

        Parameters
        ----------
        name : str
            A file, or a section of the investigation (a key of `investigation`, such as ``protocols``).
        frame : pandas.DataFrame
            For a file: the edited ``isa[name].frame``. Columns are known by their keys; a new one stands where you
            insert it and is called as its header, with ``.1``, ``.2``, ... if there is one already. Rows are known
            by their index, so filtered and sorted frames keep what they do not change; rows without a known
            index are new. Missing values become empty cells.
            For a section: the edited frame of `investigation`; an entry without ``entry`` is new.

        Returns
        -------
        ISATab
            Only records with an edited cell are written anew, in the style of their neighbours.

        Raises
        ------
        InvalidSheet
            A column is there twice, or is no ISA-Tab header; a name would read as a comment; a character does
            not fit the encoding of the file.
        UsageError
            There is no such file or section, or `frame` is no DataFrame.

        Examples
        --------
        >>> frame = isa["s_study.txt"].frame
        >>> frame.loc[0, "Characteristics[age]"] = "8"
        >>> edited = isa.replace("s_study.txt", frame)
        """
        import pandas as pd

        if not isinstance(frame, pd.DataFrame):
            raise UsageError(
                f"replace takes an edited DataFrame such as isa[{name!r}].frame, not {type(frame).__name__}"
            )
        if isinstance(name, str) and name in BY_NAME and name not in self._files:
            alone = len(self.investigations) == 1
            files = {i: replace_section(self[i], name, frame, alone) for i in self.investigations}
        else:
            file = self._name(name)
            files = {file: replace_table(self[file], frame)}
        return self.with_files(files)

    def rename_sample(self, old: str, new: str, *, study: str | None = None) -> Self:
        """Return a set in which a sample has another name, in its study and in all assays of it.

        Parameters
        ----------
        old, new : str
            The names. ``new`` must be free, since two samples of one name are one sample.
        study : str, optional
            The study file; needed only where samples of several studies are called alike.

        Raises
        ------
        UsageError
            There is no such sample, or the new name is taken or empty.
        """
        if not isinstance(old, str) or not isinstance(new, str):
            raise UsageError(f"rename_sample takes two names as texts, not {old!r:.80} and {new!r:.80}")
        groups = [group for group in self._sample_files(study) if any(old in sample_names(self[f]) for f in group)]
        if len(groups) != 1:
            what = "no sample" if not groups else "a sample in several studies (give study=)"
            raise UsageError(f"cannot rename: there is {what} called {old!r}; see isa.samples()")
        if not new.strip() or any(new in sample_names(self[file]) for file in groups[0]):
            raise UsageError(f"cannot rename {old!r} to {new!r}: that name is {'taken' if new.strip() else 'empty'}")
        edited = {file: renamed_sample(self[file], old, new) for file in groups[0]}
        return self.with_files({file: data for file, data in edited.items() if data is not None})

    def _sample_files(self, study: str | None) -> list[list[str]]:
        """Return for each study the files in which its samples are named."""
        groups: dict[str, list[str]] = {}
        for name in dict.fromkeys([*self.studies, *self.assays]):
            groups.setdefault(self.ids[name][0], []).append(name)
        wanted = None if study is None else self._name(study)
        return [files for files in groups.values() if wanted is None or wanted in files]

    def declare_parameter(self, protocol: str, parameter: str) -> Self:
        """Return a set whose investigation declares one parameter more for a protocol.

        A new column ``Parameter Value[...]`` needs it, else AltamISA warns. A parameter that is declared already
        changes nothing.
        """
        if not isinstance(protocol, str) or not isinstance(parameter, str) or not parameter.strip():
            raise UsageError(
                f"a protocol and a parameter are named by texts, not {protocol!r:.80} and {parameter!r:.80}"
            )
        protocols = frames_of(self[name] for name in self.investigations)["protocols"]
        return self.replace("protocols", with_parameter(protocols, protocol, parameter))

    def to_utf8(self) -> Self:
        """Return a set whose sheets are UTF-8 without byte order mark, as SODAR reads them.

        Raises
        ------
        InvalidSheet
            A sheet is broken UTF-16, so that nothing it could become is what it was.
        """
        sheets = [name for name in self._files if is_isatab(name)]
        tables = {name: self[name] for name in sheets if wide_encoding(self._files[name])}
        return self.with_files({n: tables[n].content if n in tables else as_utf8(self._files[n]) for n in sheets})

    def with_files(self, files: Mapping[str, bytes]) -> Self:
        """Return a set with these files, in the place of those of the same names."""
        edited = type(self)(self._files | dict(files), columnar_from=self._columnar_from, tables=self._tables)
        edited.origin = self.origin
        return edited

    def exported_from(self, origin: tuple[str, str] | None) -> Self:
        """Return this set with its `origin`."""
        same = type(self)(self._files, columnar_from=self._columnar_from, tables=self._tables)
        same.origin = origin
        return same
