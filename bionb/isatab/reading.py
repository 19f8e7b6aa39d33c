"""`read_isatab`: a set from wherever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bionb.errors import InvalidSheet
from bionb.isatab.dataset import ISATab
from bionb.isatab.exchange import archive
from bionb.isatab.members import COLUMNAR_FROM
from bionb.isatab.model.names import is_isatab


def read_isatab(source: Any, *, columnar_from: int = COLUMNAR_FROM, max_bytes: int | None = None) -> ISATab:
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
        from bionb.isatab.exchange import excel

        workbook = source if isinstance(source, bytes) else Path(source)
        return excel.read(
            workbook, getattr(workbook, "name", "the given bytes"), max_bytes, columnar_from=columnar_from
        )
    files = archive.read_source(source, max_bytes)
    if not any(is_isatab(name) for name in files):
        raise InvalidSheet(
            f"there is no ISA-Tab file among the {len(files)} files of this source; "
            "give the folder or zip that holds i_*.txt, s_*.txt and a_*.txt"
        )
    return ISATab(files, columnar_from=columnar_from)
