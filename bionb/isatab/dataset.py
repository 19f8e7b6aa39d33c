"""`ISATab`: one immutable set of ISA-Tab files with its tables, frames, checks and edits."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab.editing.comparing import changes_frame, set_changes
from bionb.isatab.editing.edits import Edits
from bionb.isatab.exchange import archive
from bionb.isatab.frames.listed import listed
from bionb.isatab.frames.shapes import Shapes
from bionb.isatab.model.members import COLUMNAR_FROM
from bionb.isatab.model.names import is_isatab
from bionb.isatab.text.typed import typed_frame
from bionb.isatab.verdict.checks import check
from bionb.isatab.verdict.report import FINDING_DTYPES, Finding

if TYPE_CHECKING:
    import pandas as pd

    from bionb.isatab.exchange.archive import Source


def read_isatab(source: Source, *, columnar_from: int = COLUMNAR_FROM, max_bytes: int | None = None) -> ISATab:
    """Read ISA-Tab from wherever it is.

    Parameters
    ----------
    source : path, bytes or mapping
        A folder, an ``i_*.txt`` file, a zip or an Excel file (path or bytes; see `ISATab.to_excel`), ISA-JSON 1.0 or
        SODAR's JSON export (mapping, path or text).
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
        files, edited = read(workbook, getattr(workbook, "name", "the given bytes"), max_bytes)
        isa = ISATab(files, columnar_from=columnar_from)
        for name, frame in edited.items():
            isa = isa.replace(name, frame)
        return isa
    files = archive.read_source(source, max_bytes)
    if not any(is_isatab(name) for name in files):
        raise InvalidSheet(
            f"there is no ISA-Tab file among the {len(files)} files of this source; "
            "give the folder or zip that holds i_*.txt, s_*.txt and a_*.txt"
        )
    return ISATab(files, columnar_from=columnar_from)


def new_isatab(
    samples: pd.DataFrame | str | Path,
    *,
    template: str | Path = "generic",
    assays: Sequence[str] | None = None,
    investigation: str | Mapping[str, str] = "",
) -> ISATab:
    """Make an ISA-Tab set from a table of samples.

    Parameters
    ----------
    samples : DataFrame, str or Path
        One row a sample: a DataFrame, or a CSV, TSV or Excel file (its first sheet). Columns are matched by name, with
        any case, blanks or underscores:

        - ``Sample Name`` (or ``sample``, ``sample_id``) is needed; ``Source Name`` (or ``patient``, ``donor``) says
          what the sample was taken from, else that is called ``NAME-source``;
        - a characteristic, factor or parameter of the template by its name, anything else by a full header such as
          ``Factor Value[dose]``; what matches nothing becomes a characteristic of the sample, with a warning;
        - a unit stands in brackets: ``Age [year]``;
        - an ontology term needs two columns more: ``Disease``, ``Disease ontology``, ``Disease accession``;
        - a column ``Extract Name``, ``Library Name``, ``Raw Data File``, ... names what the template's rule would name.
    template : str or Path
        A name of `isatab_templates`, or a ``.toml`` file of your own.
    assays : sequence of str, optional
        Which assays of the template; all by default.
    investigation : str or mapping
        Its title, or fields such as ``{"Title": ..., "Identifier": ..., "Description": ...}``. They are written for the
        one study of the set, where AltamISA wants to read them.

    Returns
    -------
    ISATab
        Files ``i_investigation.txt``, ``s_study.txt`` and one ``a_NAME.txt`` an assay. Extracts, libraries and data
        files are named from the sample by the template's rule (``{before}-DNA1``: the name before it, then ``-DNA1``).

    Raises
    ------
    UsageError
        There is no such template or assay; names are missing or repeated; a column fits two headers.
    InvalidSheet
        The file can't be read as a table.

    Examples
    --------
    >>> import pandas as pd
    >>> samples = pd.DataFrame({"Sample Name": ["N1", "N2"], "Patient": ["P1", "P2"], "Age [year]": [41, 8]})
    >>> isa = bionb.new_isatab(samples, template="germline", investigation="A first set")
    >>> isa.accepted(), isa["a_exome.txt"].frame["Library Name"].tolist()
    (True, ['N1-DNA1-WES1', 'N2-DNA1-WES1'])
    """
    from bionb.isatab.making.set import new_files

    return ISATab(new_files(samples, template, assays, investigation))


class ISATab(Shapes, Edits):
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

    def __repr__(self) -> str:
        parts = ("investigation", self.investigations), ("study", self.studies), ("assay", self.assays)
        counts = ", ".join(f"{len(names)} {word} file{'s' * (len(names) != 1)}" for word, names in parts)
        return f"<ISATab: {counts}>"

    def _repr_html_(self) -> str:
        return listed(self)

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
        columns = {name: [getattr(finding, name) for finding in self.findings] for name in FINDING_DTYPES}
        return typed_frame(columns, FINDING_DTYPES)

    def accepted(self) -> bool:
        """Tell whether SODAR would import the set: AltamISA reads it, warns of nothing critical, and no table is empty.

        The reasons are the findings of level ``error`` and ``critical`` in `check`.
        """
        return not any(finding.level in ("error", "critical") for finding in self.findings)

    @cached_property
    def findings(self) -> list[Finding]:
        """What `check` has in its frame, each with all the rows that it is about."""
        return check(self)

    # Growing

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

    def add_assay(
        self,
        name: str,
        samples: pd.DataFrame | str | os.PathLike[str] | None = None,
        *,
        template: str | os.PathLike[str],
        study: str | None = None,
    ) -> ISATab:
        """Return a set with one assay more: its table, and what the investigation says of it.

        Parameters
        ----------
        name : str
            An assay of the template, such as ``exome`` of ``germline``.
        samples : DataFrame, str or Path, optional
            One row a sample that is measured, as for `bionb.new_isatab`: ``Sample Name``, parameters, and names that
            the template's rule would not give. By default all samples of the study, without parameters.
        template : str or Path
            A name of `isatab_templates`, or a ``.toml`` file of your own.
        study : str, optional
            The study file; needed only where the set has several.

        Returns
        -------
        ISATab
            With a file ``a_NAME.txt`` (``a_NAME_2.txt``, ... where that is taken), named in the investigation behind
            the other assays; protocols, parameters and ontologies that were not declared are.

        Raises
        ------
        UsageError
            There is no such template or assay; a sample is not in the study or comes twice; a column is nothing of
            this assay.

        Examples
        --------
        >>> more = isa.add_assay("transcriptome", template="rnaseq")
        >>> more.assays[-1]
        'a_transcriptome.txt'
        """
        from bionb.isatab.making.assays import with_assay

        return with_assay(self, name, samples, os.fspath(template), study)

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
        return changes_frame(set_changes(self, other))

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
        from bionb.isatab.exchange.excel_writing import write

        return write(self, target, overwrite=overwrite)

    def to_json(self) -> str:
        """Return the set as the text of ISA-JSON 1.0; `read_isatab` takes it, or a ``.json`` file of it.

        ISA-JSON holds each source, sample, material, data file and process once, and what leads to what; rows come
        back as the ways through them. What it has no field for stands in comments, called by the header it has in
        ISA-Tab. What it can't hold at all is a ``note`` of `check`; of quoting, line ends and encodings it knows
        nothing.

        Raises
        ------
        UsageError
            There is no investigation, or more than one.

        Examples
        --------
        >>> back = bionb.read_isatab(isa.to_json())
        """
        from bionb.isatab.exchange.isajson.writing import to_json

        return to_json(self)

    def to_zip(self) -> bytes:
        """Return a zip of all files, in their order and with their names."""
        return archive.to_zip(self._files)
