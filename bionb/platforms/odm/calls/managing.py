"""What administrators see and remove: detached and deleted data, the audit log; and reference genomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bionb.errors import AuthenticationFailed, PermissionDenied, UsageError
from bionb.frames import TIME, columns
from bionb.listing import Listing
from bionb.paging.pages import Reader
from bionb.plain import plain, several
from bionb.platforms.odm.calls.calls import API, Calls
from bionb.platforms.odm.wire.paging import LIMIT, cursor_reader, offset_reader, page_size, reader_since
from bionb.platforms.odm.wire.records import ACCESSION, Record, Ref, Refs, accession_of, accessions_of

DETACHED = columns(f"{ACCESSION} detachedObjectType ownerEmail", createdAt=TIME)
DELETED = columns(f"{ACCESSION} objectType ownerEmail", createdAt=TIME)
EVENTS = columns("id type", createTime=TIME) + columns("user.email source studyAccession target.dataType target.id")
GENOMES = columns(f"{ACCESSION} name organism assembly release initializationStatus", createdAt=TIME)
AUDIT_SINCE = "1.60"
# In the order in which the server lists them.
DETACHABLE = (
    "STUDY",
    "SAMPLE_GROUP",
    "LIBRARY_GROUP",
    "PREPARATION_GROUP",
    "CELL_GROUP",
    "TABULAR_DATA",
    "GENE_VARIANT",
    "FLOW_CYTOMETRY",
)


class Managing(Calls):
    """Calls that need the permissions of an administrator, and reference genomes, which all may read."""

    def may_manage(self) -> bool:
        """Tell by one small request whether this account may delete and see what is detached.

        Notes
        -----
        ``GET /api/v1/manage-data/detached-objects?limit=1``: 403 for who lacks the permissions.

        Examples
        --------
        >>> odm.may_manage()
        True
        """
        params, what = {"limit": 1}, "check the permissions"
        try:
            self.session.records("GET", f"{API}/manage-data/detached-objects", params=params, what=what, within="data")
        except (AuthenticationFailed, PermissionDenied):
            return False
        return True

    def detached_objects(self, kinds: Iterable[str] | str | None = None, *, limit: int = LIMIT) -> Listing:
        """Return what was imported and belongs to no study, also not through others; and studies without anything.

        Parameters
        ----------
        kinds : str or iterable of str, optional
            ``"STUDY"``, ``"SAMPLE_GROUP"``, ``"LIBRARY_GROUP"``, ``"PREPARATION_GROUP"``, ``"CELL_GROUP"``,
            ``"TABULAR_DATA"``, ``"GENE_VARIANT"``, ``"FLOW_CYTOMETRY"``; all by default.

        Returns
        -------
        Listing
            Frame columns: ``genestack:accession``, ``detachedObjectType``, ``ownerEmail``, ``createdAt`` (UTC).

        Raises
        ------
        PermissionDenied
            It takes the permissions "manage organisation" and "access all data".

        Notes
        -----
        ``GET /api/v1/manage-data/detached-objects``, pages by cursor.

        Examples
        --------
        >>> job = odm.wait_job(odm.import_samples("s3://example_data/GSE60871/GSE60871_samples.tsv"))
        >>> odm.detached_objects().to_frame()["detachedObjectType"].tolist()
        ['SAMPLE_GROUP']
        """
        wanted = several(kinds, "kinds") or []
        if strange := [each for each in wanted if each not in DETACHABLE]:
            raise UsageError(f"{strange[0]!r:.40} is no kind of what can be detached: use {', '.join(DETACHABLE)}.")
        params: Record = {"detachedObjectType": wanted} if wanted else {}
        params |= {"limit": page_size(limit)}
        path, what = f"{API}/manage-data/detached-objects", "list what is detached"

        def start() -> Reader:
            return cursor_reader(self.session, path, what, params, lambda body: body["data"], _accession)

        return Listing("detached objects", start, DETACHED)

    def delete(self, things: Refs, *, confirm: bool = False) -> list[Record]:
        """Delete studies, groups, files or reference genomes for good, with all versions and all that hangs on them.

        A study takes everything in it along; a sample group its libraries, preparations and data.

        Parameters
        ----------
        things : str, Job or dict, or several
            Accessions, or what has them.
        confirm : bool
            Must be True.

        Returns
        -------
        list of dict
            What the server began to delete: ``genestack:accession``, ``objectType``, ``ownerEmail``, ``createdAt``.

        Raises
        ------
        UsageError
            Not confirmed; nothing was sent.
        PermissionDenied
            It takes the permissions "manage organisation" and "access all data".

        Notes
        -----
        ``DELETE /api/v1/manage-data/data?accessions=GSF1,GSF2``: 202, the work goes on after the answer.

        Examples
        --------
        >>> [each["objectType"] for each in odm.delete("GSF1146934", confirm=True)]
        ['FLOW_CYTOMETRY']
        """
        found = accessions_of(things)
        if confirm is not True:
            named = f"{', '.join(found[:5])}{' ...' * (len(found) > 5)}"
            raise UsageError(f"This deletes {named} for good, with all that hangs on it: pass confirm=True to do it.")
        params, what = {"accessions": ",".join(found)}, f"delete {', '.join(found[:5])}"
        return self.session.records("DELETE", f"{API}/manage-data/data", params=params, what=what, ids=(ACCESSION,))

    def audit_events(
        self,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        study: Ref | None = None,
        event_type: str | None = None,
        limit: int = LIMIT,
    ) -> Listing:
        """Return who did what, newest first, as administrators may see it.

        Parameters
        ----------
        since, until : datetime or str, optional
            Times in UTC, ISO 8601; the server chooses a range of its own without them.
        study : str, dict or Job, optional
            Only what was done with it.
        event_type : str, optional
            The server's own word, as in the column ``type``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``type``, ``createTime`` (UTC), ``user.email``, ``source``, ``studyAccession``,
            ``target.dataType``, ``target.id``, ``result.*``.

        Notes
        -----
        ``GET /api/v1/audit/events`` (since 1.60), pages by cursor.

        Examples
        --------
        >>> odm.audit_events(study="GSF1146901").to_frame()["type"].tolist()
        ['IMPORT', 'IMPORT']
        """
        asked = {
            "from": plain(since, "since"),
            "to": plain(until, "until"),
            "studyAccession": accession_of(study) if study is not None else None,
            "eventType": event_type,
        }
        params = {name: value for name, value in asked.items() if value} | {"pageLimit": page_size(limit)}
        path, what = f"{API}/audit/events", "list the audit events"

        def start() -> Reader:
            reader = cursor_reader(self.session, path, what, params, lambda body: body.get("events") or [], _event)
            return reader_since(reader, AUDIT_SINCE)

        return Listing("audit events", start, EVENTS)

    def reference_genomes(
        self,
        *,
        organism: str | None = None,
        assembly: str | None = None,
        release: str | None = None,
        query: str | None = None,
        limit: int = LIMIT,
    ) -> Listing:
        """Return the reference genomes, by which the server knows in which gene a variant lies.

        Parameters
        ----------
        organism, assembly, release : str, optional
            Exact values: ``"Homo sapiens"``, ``"GRCh38"``, ``"107"``.
        query : str, optional
            Full text.

        Returns
        -------
        Listing
            Frame columns: ``genestack:accession``, ``name``, ``organism``, ``assembly``, ``release``,
            ``initializationStatus``, ``createdAt`` (UTC).

        Notes
        -----
        ``GET /api/v1/reference-genomes``.

        Examples
        --------
        >>> odm.reference_genomes(organism="Homo sapiens").to_frame()["assembly"].tolist()
        ['GRCh38']
        """
        asked = {"organism": organism, "assembly": assembly, "release": release, "query": query}
        params, limit = {name: value for name, value in asked.items() if value}, page_size(limit)
        path, what = f"{API}/reference-genomes", "list the reference genomes"
        return Listing(
            "reference genomes", lambda: offset_reader(self.session, path, what, params, limit, _accession), GENOMES
        )

    def reference_genome(self, genome: Ref) -> Record:
        """Return one reference genome.

        Parameters
        ----------
        genome : str or dict
            Its accession, or its record.

        Notes
        -----
        ``GET /api/v1/reference-genomes/{id}``.

        Examples
        --------
        >>> odm.reference_genome(odm.reference_genomes()[0])["organism"]
        'Homo sapiens'
        """
        accession = accession_of(genome)
        what = f"look up the reference genome {accession}"
        return self.session.record("GET", f"{API}/reference-genomes/{accession}", what=what, ids=(ACCESSION,))

    def create_reference_genome(
        self, organism: str, assembly: str, release: str, *, annotation_link: str | None = None, name: str | None = None
    ) -> Record:
        """Add a reference genome and return its record.

        Parameters
        ----------
        organism, assembly, release : str
            ``"Homo sapiens"``, ``"GRCh38"``, ``"107"``.
        annotation_link : str, optional
            Where the server fetches the annotation (GTF).
        name : str, optional
            What people call it.

        Notes
        -----
        ``POST /api/v1/reference-genomes``, then ``GET /api/v1/reference-genomes/{id}``.

        Examples
        --------
        >>> odm.create_reference_genome("Mus musculus", "GRCm39", "110")["assembly"]
        'GRCm39'
        """
        asked = {"annotationUrl": annotation_link, "name": name}
        body = {"organism": organism, "assembly": assembly, "release": release}
        body |= {key: value for key, value in asked.items() if value}
        what = f"add the reference genome {assembly}"
        made = self.session.record("POST", f"{API}/reference-genomes", json=body, what=what, ids=(ACCESSION,))
        return self.reference_genome(made)


def _accession(record: Mapping[str, Any]) -> Any:
    return record[ACCESSION]


def _event(record: Mapping[str, Any]) -> Any:
    return record["id"]
