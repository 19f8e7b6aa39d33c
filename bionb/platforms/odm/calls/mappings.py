"""Cross-reference mappings: which transcripts a gene has, and which gene a transcript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bionb.errors import UsageError
from bionb.frames import ANY, columns
from bionb.listing import Listing
from bionb.paging.pages import Cursor, Reader
from bionb.plain import several
from bionb.platforms.odm.calls.calls import API, Calls, role_path
from bionb.platforms.odm.rules.filters import CHUNK
from bionb.platforms.odm.rules.sources import is_link
from bionb.platforms.odm.wire.paging import chained, cursor_reader, page_size
from bionb.platforms.odm.wire.records import Record, Ref, accession_of

ENTRIES = columns("xrefSetId sourceId", targetIds=ANY)


class Mappings(Calls):
    """Calls on gene-transcript mappings."""

    def import_mapping(self, source: str | Path, *, metadata: Mapping[str, Any] | None = None) -> Record:
        """Import a mapping file at once (no job) and return what the server says, with its ``xrefSetId``.

        Parameters
        ----------
        source : str
            A link to a tab-separated file with the header ``TXNAME``, ``GENEID``, each transcript once.
        metadata : mapping, optional
            Attributes of the mapping.

        Notes
        -----
        ``POST /api/v1/xrefsets`` (Xrefset queries).

        Examples
        --------
        >>> odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv")["xrefSetType"]
        'gene-transcript'
        """
        if not is_link(source):
            raise UsageError(f"{source} is no link, and the server offers no upload of mappings: give a link.")
        body: dict[str, Any] = {"xrefSetType": "gene-transcript", "dataLink": str(source)}
        body |= {"metadata": dict(metadata)} if metadata else {}
        return self.session.record("POST", f"{API}/xrefsets", json=body, what="import the mapping", ids=("xrefSetId",))

    def link_mapping(self, mapping: Ref, expression_group: Ref) -> None:
        """Link a mapping to an expression group.

        Parameters
        ----------
        mapping : str or dict
            What `import_mapping` returned, or its ``xrefSetId``.
        expression_group : str, dict or Job
            Accession of a data group.

        Notes
        -----
        ``POST /api/v1/as-curator/links`` (Linkage as Curator).

        Examples
        --------
        >>> odm.link_mapping(odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv"), "GSF1146928")
        >>> odm.links("GSF1146928").to_frame()["secondType"].tolist()
        ['geneTranscriptMapping']
        """
        link = _link(mapping, expression_group)
        self.session.request("POST", role_path("links", True), json=[link], what="link the mapping")

    def unlink_mapping(self, mapping: Ref, expression_group: Ref) -> None:
        """Undo `link_mapping`.

        Notes
        -----
        ``DELETE /api/v1/as-curator/links``.
        """
        params = _link(mapping, expression_group)
        self.session.request("DELETE", role_path("links", True), params=params, what="unlink the mapping")

    def mapping(self, mapping: Ref) -> Record:
        """Return who imported a mapping and when, and its metadata.

        Parameters
        ----------
        mapping : str or dict
            Its ``xrefSetId``, or what `import_mapping` returned.

        Notes
        -----
        ``GET /api/v1/xrefsets/{id}/metadata``.

        Examples
        --------
        >>> odm.mapping(odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv"))["createdBy"]
        'alice@example.org'
        """
        accession = accession_of(mapping)
        path, what = f"{API}/xrefsets/{accession}/metadata", f"look up the mapping {accession}"
        return self.session.record("GET", path, what=what, ids=("xrefSetId",))

    def delete_mapping(self, mapping: Ref, *, confirm: bool = False) -> None:
        """Delete a mapping for good; only who imported it may.

        Parameters
        ----------
        mapping : str or dict
            As for `mapping`.
        confirm : bool
            Must be True.

        Notes
        -----
        ``DELETE /api/v1/xrefsets/{id}``: 204.

        Examples
        --------
        >>> odm.delete_mapping(odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv"), confirm=True)
        """
        accession = accession_of(mapping)
        if confirm is not True:
            raise UsageError(f"This deletes the mapping {accession} for good: pass confirm=True if you mean it.")
        self.session.request("DELETE", f"{API}/xrefsets/{accession}", what=f"delete the mapping {accession}")

    def mapping_entries(
        self,
        mapping: Ref | None = None,
        *,
        genes: Iterable[str] | str | None = None,
        transcripts: Iterable[str] | str | None = None,
        limit: int = 2000,
    ) -> Listing:
        """Entries of one mapping, or of all.

        Parameters
        ----------
        mapping : str or dict, optional
            Its ``xrefSetId``; all mappings by default.
        genes, transcripts : str or iterable of str, optional
            Only these; long lists are sent in several requests.
        limit : int
            Page size.

        Returns
        -------
        Listing
            Frame columns: ``xrefSetId``, ``sourceId`` (gene), ``targetIds`` (list of transcripts).

        Notes
        -----
        ``GET /api/v1/xrefsets/entries`` or ``/api/v1/xrefsets/{id}/entries``.

        Examples
        --------
        >>> mapping = odm.import_mapping("s3://example_data/LIV2045/LIV2045_mapping.tsv")
        >>> odm.mapping_entries(mapping, transcripts="ENST10000000021")[0]["sourceId"]
        'ENSG10000000002'
        """
        path = f"{API}/xrefsets/entries" if mapping is None else f"{API}/xrefsets/{accession_of(mapping)}/entries"
        asked = [{"sourceId": each} for each in _chunks(genes, "genes")]
        asked += [{"targetId": each} for each in _chunks(transcripts, "transcripts")]
        limit = page_size(limit)

        def start() -> Reader:
            return chained([self._entries(path, {**each, "pageLimit": limit}) for each in asked or [{}]], _identity)

        return Listing("mapping entries", start, ENTRIES)

    def _entries(self, path: str, params: Mapping[str, Any]) -> Cursor:
        what = "list the entries of the mapping"
        return cursor_reader(self.session, path, what, params, lambda body: body["result"], _identity)


def _link(mapping: Ref, expression_group: Ref) -> dict[str, str]:
    return {
        "firstId": accession_of(expression_group),
        "firstType": "expressionGroup",
        "secondId": accession_of(mapping),
        "secondType": "geneTranscriptMapping",
    }


def _identity(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    return entry["xrefSetId"], entry["sourceId"]


def _chunks(values: Iterable[str] | str | None, name: str) -> list[list[str]]:
    found = list(dict.fromkeys(several(values, name) or ()))
    if values is None:
        return []
    if not found:
        raise UsageError(f"{name}= is empty: the answer would hold the entries of all {name}. Leave it out for those.")
    return [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)]
