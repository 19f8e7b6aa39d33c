"""`ISATab`: one immutable set of ISA-Tab files with its tables, frames, checks and edits."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.editing.comparing import Change, changes_frame, table_changes
from bionb.isatab.editing.sections import replace_section, with_parameter
from bionb.isatab.editing.tables import renamed_sample, replace_table, sample_names
from bionb.isatab.exchange import archive
from bionb.isatab.frames.shapes import Shapes
from bionb.isatab.members import COLUMNAR_FROM
from bionb.isatab.model.investigation import BY_NAME
from bionb.isatab.text.records import as_utf8
from bionb.isatab.text.typed import typed_frame
from bionb.isatab.verdict.checks import check
from bionb.isatab.verdict.report import FINDING_DTYPES, Finding
from bionb.wide import wide_encoding

if TYPE_CHECKING:
    import pandas as pd

    from bionb.isatab.exchange.archive import Source


def read_isatab(source: Source, *, columnar_from: int = COLUMNAR_FROM, max_bytes: int | None = None) -> ISATab:
    """Read ISA-Tab from wherever it is.

    Parameters
    ----------
    source : path, bytes or mapping
        A folder, an ``i_*.txt`` file, a zip or an Excel file (path or bytes; see `ISATab.to_excel`), or SODAR's JSON
        export (mapping, path or text).
        Of a folder the files ``i_*``, ``s_*``, ``a_*``, ``m_*`` (``.txt``, ``.tsv``) are read, of a zip all.
    columnar_from : int
        Number of lines from which a table is read by columns; it changes the speed, never the result.
    max_bytes : int, optional
        Bytes that the source may unpack to; by default 1 GiB, and 300 times what it has packed.

    Returns
    -------
    ISATab
        Also for sets that SODAR would refuse; `ISATab.check` says why.

    Raises
    ------
    InvalidSheet
        The source is missing, broken, unsafe, too large or holds no ISA-Tab file.

    Examples
    --------
    >>> isa = bionb.read_isatab("my_investigation.zip")
    >>> isa.studies
    ['s_study.txt']
    """
    if archive.is_excel(source):
        from bionb.isatab.exchange.excel import read

        workbook = source if isinstance(source, bytes) else Path(source)
        return read(workbook, getattr(workbook, "name", "the given bytes"), max_bytes, columnar_from=columnar_from)
    files = archive.read_source(source, max_bytes)
    if not any(archive.is_isatab(name) for name in files):
        raise InvalidSheet(
            f"there is no ISA-Tab file among the {len(files)} files of this source; "
            "give the folder or zip that holds i_*.txt, s_*.txt and a_*.txt"
        )
    return ISATab(files, columnar_from=columnar_from)


class ISATab(Shapes):
    """A set of ISA-Tab files. It never changes: an edit returns a new set.

    ``isa[name]`` is the `Table` of a file, by its name or by its base name where only one file has it.

    Parameters
    ----------
    files : mapping
        Name -> bytes, in order.
    columnar_from : int
        See `read_isatab`.

    Attributes
    ----------
    origin : (str, str) or None
        What a server exported these sheets from, and in which state: its identifier and date there. Edits keep it, so
        that it is known what they began with; files do not hold it.

    Examples
    --------
    >>> isa["s_study.txt"].frame
    >>> isa.samples()
    >>> isa.check()
    """

    origin: tuple[str, str] | None = None

    def __repr__(self) -> str:
        parts = ("investigation", self.investigations), ("study", self.studies), ("assay", self.assays)
        counts = ", ".join(f"{len(names)} {word} file{'s' * (len(names) != 1)}" for word, names in parts)
        return f"<ISATab: {counts}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ISATab) and self._files == other._files

    __hash__ = None  # type: ignore[assignment]

    # Checks

    def check(self) -> pd.DataFrame:
        """Return everything to know before importing the set, worst first.

        Returns
        -------
        pandas.DataFrame
            ``file``, ``line`` (from 1), ``column`` (key in the frame), ``level``, ``message``, ``value``,
            ``count`` (how often). Levels: ``error`` (AltamISA and so SODAR cannot read the set), ``critical``
            (SODAR refuses it), ``moderate``, ``advisory`` and ``note``.
        """
        columns = zip(*self._findings, strict=True) if self._findings else [()] * len(FINDING_DTYPES)
        return typed_frame(dict(zip(FINDING_DTYPES, columns, strict=True)), FINDING_DTYPES)

    def accepted(self) -> bool:
        """Tell whether SODAR would import the set: AltamISA reads it, warns of nothing critical, and no table is empty.

        The reasons are the findings of level ``error`` and ``critical`` in `check`.
        """
        return not any(finding.level in ("error", "critical") for finding in self._findings)

    @cached_property
    def _findings(self) -> list[Finding]:
        return check(self)

    # Edits

    def replace(self, name: str, frame: pd.DataFrame) -> ISATab:
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
        return self._with(files)

    def rename_sample(self, old: str, new: str, *, study: str | None = None) -> ISATab:
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
        return self._with({file: data for file, data in edited.items() if data is not None})

    def add_samples(self, samples: pd.DataFrame | str | os.PathLike[str], *, study: str | None = None) -> ISATab:
        """Return a set with more samples: rows in the study and in all of its assays.

        Parameters
        ----------
        samples : DataFrame, str or Path
            One row a sample, as for `bionb.new_isatab`: columns are matched by name with those of the study and its
            assays. A ``Source Name`` that the study has already keeps what is said of it there.
        study : str, optional
            The study file; needed only where the set has several.

        Returns
        -------
        ISATab
            Sources, extracts, libraries and files are called as the set calls its own (``NAME-DNA1``, ...); protocols
            are those of the other rows; what no column gives is empty.

        Raises
        ------
        UsageError
            A sample is there already or comes twice, units differ, or a column fits two headers.

        Warns
        -----
        UnmatchedColumns
            Columns that the set does not have; they become characteristics of the samples.
        GuessedNames
            Names in the set follow no pattern; give new ones in a column of that header.

        Examples
        --------
        >>> import pandas as pd
        >>> grown = isa.add_samples(pd.DataFrame({"Sample Name": ["liver 3"], "Source Name": ["dog 3"], "age": [7]}))
        >>> grown["a_assay.txt"].frame["Raw Data File"].tolist()
        ['liver_1.fastq.gz', 'liver_2.fastq.gz', 'liver_3.fastq.gz']
        """
        from bionb.isatab.making.growing import with_samples

        return with_samples(self, samples, study)

    def merge_ped(self, path: str | os.PathLike[str], *, study: str | None = None) -> ISATab:
        """Return a set with the people of a pedigree file: known sources are updated, others become new samples.

        Parameters
        ----------
        path : path
            Lines of family, name, father, mother, sex (1 male, 2 female, 0 unknown) and affected (2 yes, 1 no, 0
            unknown), by tabs or blanks; names are those of the sources.
        study : str, optional
            The study file; needed only where the set has several.

        Returns
        -------
        ISATab
            ``Family``, ``Father``, ``Mother``, ``Sex`` and ``Affected`` (or what the study calls them) are filled, and
            added where they are missing. A new sample is called as the set calls its own, else ``NAME-N1``.

        Raises
        ------
        InvalidSheet
            A line is no line of a pedigree, or a person comes twice.
        UsageError
            A parent is neither in the pedigree nor in the study.
        """
        from bionb.isatab.making.pedigree import with_pedigree

        return with_pedigree(self, os.fspath(path), study)

    def drop_samples(self, names: str | Sequence[str], *, study: str | None = None) -> ISATab:
        """Return a set without some samples: their rows leave the study and all of its assays.

        Parameters
        ----------
        names : str or sequence of str
            Names of the samples.
        study : str, optional
            The study file; needed only where the set has several.

        Raises
        ------
        UsageError
            There is no such sample, or a table would be left without rows, which SODAR refuses.
        """
        from bionb.isatab.making.growing import without_samples

        return without_samples(self, names, study)

    def _sample_files(self, study: str | None) -> list[list[str]]:
        """Return for each study the files in which its samples are named."""
        groups: dict[str, list[str]] = {}
        for name in dict.fromkeys([*self.studies, *self.assays]):
            groups.setdefault(self.ids[name][0], []).append(name)
        wanted = None if study is None else self._name(study)
        return [files for files in groups.values() if wanted is None or wanted in files]

    def declare_parameter(self, protocol: str, parameter: str) -> ISATab:
        """Return a set whose investigation declares one parameter more for a protocol.

        A new column ``Parameter Value[...]`` needs it, else AltamISA warns. A parameter that is declared already
        changes nothing.
        """
        if not isinstance(protocol, str) or not isinstance(parameter, str) or not parameter.strip():
            raise UsageError(
                f"a protocol and a parameter are named by texts, not {protocol!r:.80} and {parameter!r:.80}"
            )
        return self.replace("protocols", with_parameter(self.investigation["protocols"], protocol, parameter))

    def to_utf8(self) -> ISATab:
        """Return a set whose sheets are UTF-8 without byte order mark, as SODAR reads them.

        Raises
        ------
        InvalidSheet
            A sheet is broken UTF-16, so that nothing it could become is what it was.
        """
        sheets = [name for name in self._files if archive.is_isatab(name)]
        tables = {name: self[name] for name in sheets if wide_encoding(self._files[name])}
        return self._with({n: tables[n].content if n in tables else as_utf8(self._files[n]) for n in sheets})

    def diff(self, other: ISATab) -> pd.DataFrame:
        """Return what changes from this set to another, one row a cell.

        Returns
        -------
        pandas.DataFrame
            ``file``; ``change`` (``cell changed``, ``row added``, ``row removed``, ``column added``, ``column
            removed``, ``columns moved``, ``header changed``, ``file added``, ``file removed``, ``bytes changed``
            where only quoting, line ends or encoding differ); ``row`` (index in the new frame, of a removed row
            in the old one); ``column`` (key); ``old`` and ``new`` (missing where there is none).
        """
        if not isinstance(other, ISATab):
            raise UsageError(f"diff compares with another ISATab, not {type(other).__name__}; see bionb.read_isatab")
        changes: list[Change] = [
            (name, "file removed", None, "", None, None) for name in self._files if name not in other._files
        ]
        for name, data in other._files.items():
            if name not in self._files:
                changes.append((name, "file added", None, "", None, None))
            elif data != self._files[name] and archive.is_isatab(name):
                changes += table_changes(self[name], other[name])
            elif data != self._files[name]:
                changes.append((name, "bytes changed", None, "", None, None))
        return changes_frame(changes)

    def _with(self, files: Mapping[str, bytes]) -> ISATab:
        edited = ISATab(self._files | dict(files), columnar_from=self._columnar_from, tables=self._tables)
        return edited.exported_from(self.origin)

    def exported_from(self, origin: tuple[str, str] | None) -> ISATab:
        """Return this set with its `origin`."""
        same = ISATab(self._files, columnar_from=self._columnar_from, tables=self._tables)
        same.origin = origin
        return same

    # Writing

    def write(self, target: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write all files to a folder, or to one zip if ``target`` ends in ``.zip``; return its path.

        Parameters
        ----------
        target : path
            Folders that are missing are made.
        overwrite : bool
            Replace files of these names. All files are written or none; other files stay.

        Warns
        -----
        OtherSheets
            The folder holds sheets of another set, which would be read together with this one.

        Raises
        ------
        UsageError
            Something stands there, two names mean one file, or a name or link leads out of the folder.
        FileFailed
            The disk is full, the folder can't be written to, ...

        Examples
        --------
        >>> isa.write("my_investigation")
        """
        return archive.write(self._files, target, overwrite)

    def to_excel(self, target: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the set as an Excel file, one sheet a file; return its path.

        Every cell is text, headers are frozen, and terms of an ontology are offered in a drop-down. `read_isatab` reads
        the file again: sheets that nobody edited give the very bytes they were made from (a hidden sheet keeps them),
        edited ones are taken as `replace` takes an edited frame.

        Raises
        ------
        UsageError
            A cell has more than 32,767 characters or a table more than 1,048,575 rows, which Excel can't hold; or the
            file is there already and `overwrite` is not set.
        """
        from bionb.isatab.exchange.excel import write

        return write(self, target, overwrite=overwrite)

    def to_zip(self) -> bytes:
        """Return a zip of all files, in their order and with their names."""
        return archive.to_zip(self._files)
