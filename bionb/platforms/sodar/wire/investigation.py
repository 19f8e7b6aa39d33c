"""What SODAR says about a project's sheets: the investigation, its studies and assays, and their UUIDs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb import showing
from bionb.errors import UsageError
from bionb.frames import to_frame
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire.records import Record

if TYPE_CHECKING:
    import pandas as pd


class Investigation:
    """An imported investigation.

    Attributes
    ----------
    record : dict
        The server's answer.
    project, sodar_uuid, title, identifier, file_name : str
        ``file_name`` is the investigation file with its folder, as imported.
    irods_status : bool
        Whether the iRODS collections are there, which landing zones need.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.project, self.sodar_uuid = str(record["project"]), str(record["sodar_uuid"])
        self.title, self.identifier = str(record.get("title") or ""), str(record.get("identifier") or "")
        self.file_name, self.irods_status = str(record.get("file_name") or ""), bool(record.get("irods_status"))
        self._rows()  # an odd answer is told now, and not when it is used

    @property
    def studies(self) -> list[Record]:
        """The studies, each with ``identifier``, ``file_name``, ``title``, ``sodar_uuid``, ``assays``."""
        return [dict(each) for each in self.record.get("studies", {}).values()]

    @property
    def assays(self) -> list[Record]:
        """All assays, each with ``file_name``, ``study`` (file name), ``sodar_uuid`` and its types."""
        return [{**assay, "study": study["file_name"]} for study in self.studies for assay in study["assays"].values()]

    def assay(self, name: str | Mapping[str, Any]) -> Record:
        """Return one assay, so that none is ever chosen silently.

        Parameters
        ----------
        name : str or mapping
            File name (``a_exome.txt``), short name (``exome``), UUID or record.

        Returns
        -------
        dict
            ``file_name``, ``study`` (file name), ``sodar_uuid``, ``irods_path``, types and platform.

        Raises
        ------
        UsageError
            None or several match; the message lists them.

        Examples
        --------
        >>> sodar.investigation(sodar.projects()[1]).assay("exome_pilot")["file_name"]
        'a_exome_pilot.txt'
        """
        wanted = name.get("sodar_uuid", name.get("file_name", "")) if isinstance(name, Mapping) else name
        found = [each for each in self.assays if wanted in (each["sodar_uuid"], each["file_name"], _short(each))]
        if len(found) == 1:
            return found[0]
        listed = ", ".join(f"{each['file_name']} ({each['sodar_uuid']})" for each in self.assays)
        raise UsageError(
            f"{'No' if not found else 'More than one'} assay of this project is called {wanted!r}; there are: {listed}."
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row each for the investigation, its studies and its assays.

        Returns
        -------
        DataFrame
            ``kind``, ``study`` (file name of the study an assay belongs to), ``file_name``, ``title``,
            ``measurement_type``, ``technology_type``, ``technology_platform``, ``irods_path``, ``sodar_uuid``.
        """
        return to_frame(self._rows(), columns.SHEET_COLUMNS)

    def _rows(self) -> list[Record]:
        rows: list[Record] = [self._row("investigation", self.record)]
        for study in self.studies:
            rows.append(self._row("study", study))
            rows += [self._row("assay", each, study["file_name"]) for each in study["assays"].values()]
        return rows

    @staticmethod
    def _row(kind: str, record: Mapping[str, Any], study: str | None = None) -> Record:
        plain = ("file_name", "title", "technology_platform", "irods_path", "sodar_uuid")
        types = {name: _term(record.get(name)) for name in ("measurement_type", "technology_type")}
        return {"kind": kind, "study": study, **{name: record.get(name) for name in plain}, **types}

    def __repr__(self) -> str:
        counts = f"studies: {len(self.studies)}, assays: {len(self.assays)}"
        return f"<Investigation {self.title!r}: {counts}, iRODS collections: {'yes' if self.irods_status else 'no'}>"

    def _repr_html_(self) -> str:
        title, count = self.title or "Investigation", repr(self).partition(": ")[2].removesuffix(">")
        return showing.table(title, self.to_frame(), count=count, complete=[".to_frame()"], rows=len(self._rows()))


def _short(assay: Mapping[str, Any]) -> str:
    return str(assay["file_name"]).removeprefix("a_").removesuffix(".txt")


def _term(value: Any) -> Any:
    return value["name"] if isinstance(value, Mapping) else value
