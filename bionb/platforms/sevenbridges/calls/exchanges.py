"""Imports from your buckets and exports to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bionb.errors import UsageError
from bionb.listing import Listing
from bionb.paging.pages import Record
from bionb.plain import several
from bionb.platforms.sevenbridges.calls.calls import LIMIT, Calls, FieldsLike
from bionb.platforms.sevenbridges.rules.identifiers import Ref, file_id, place, project_id, volume_id
from bionb.platforms.sevenbridges.wire.records import EXPORTS, IMPORTS

STATES = ("PENDING", "RUNNING", "COMPLETED", "FAILED")


class Exchanges(Calls):
    """Calls on ``/storage/imports``, ``/storage/exports`` and ``/bulk/storage``.

    Each takes ``advance_access=True`` for what the platform has not released yet.
    """

    def imports(
        self,
        project: Ref | None = None,
        *,
        volume: Ref | None = None,
        state: str | Sequence[str] | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
        advance_access: bool = False,
    ) -> Listing:
        """List imports from volumes.

        Parameters
        ----------
        project, volume : str or dict, optional
            Only what goes to this project, comes from this volume.
        state : str or sequence of str, optional
            ``PENDING``, ``RUNNING``, ``COMPLETED``, ``FAILED``: any of them.
        fields : str or sequence of str, optional
            What the server sends, see `Fields`; by default everything, an empty text for the server's short default.
        limit : int
            Size of a page, at most 100.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``state`` (PENDING, RUNNING, COMPLETED, FAILED), ``source.location``, ...,
            ``started_on``, ``finished_on`` (UTC).

        Notes
        -----
        ``GET /storage/imports``.
        """
        params = {"project": None if project is None else project_id(project)}
        params |= _asked_of(volume, state)
        return self._listing(IMPORTS, params=params, fields=fields, limit=limit, advance_access=advance_access)

    def exports(
        self,
        *,
        volume: Ref | None = None,
        state: str | Sequence[str] | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
        advance_access: bool = False,
    ) -> Listing:
        """List exports to volumes; parameters and columns as of `imports`.

        Notes
        -----
        ``GET /storage/exports``.
        """
        params = _asked_of(volume, state)
        return self._listing(EXPORTS, params=params, fields=fields, limit=limit, advance_access=advance_access)

    def import_files(
        self,
        volume: Ref,
        locations: str | Sequence[str],
        *,
        project: Ref | None = None,
        parent: Ref | None = None,
        overwrite: bool = False,
        advance_access: bool = False,
    ) -> list[Record]:
        """Make files of objects in a volume, 100 with one request.

        Parameters
        ----------
        locations : sequence of str
            What to import, as `volume_objects` shows it.
        project, parent : str or dict
            Exactly one of them: where the files are to be.
        overwrite : bool
            Replace files of the same names.

        Returns
        -------
        list of dict
            The imports, in the order of `locations`; see `wait_transfer`.

        Notes
        -----
        ``POST /bulk/storage/imports/create``.
        """
        source, target, wanted = volume_id(volume), place(project, parent), several(locations)
        items = [
            {"source": {"volume": source, "location": each}, "destination": dict(target), "overwrite": overwrite}
            for each in wanted or ()
        ]
        return self._transfers("imports", items, advance_access=advance_access)

    def export_files(
        self,
        files: Mapping[str, str],
        volume: Ref,
        *,
        copy_only: bool = True,
        overwrite: bool = False,
        properties: Mapping[str, Any] | None = None,
        advance_access: bool = False,
    ) -> list[Record]:
        """Copy files to a volume, 100 with one request.

        Parameters
        ----------
        files : mapping
            ``{file id: location in the volume}``.
        copy_only : bool
            The files stay on the platform as well. With False **each file is deleted from the platform**: what stays
            is an alias of the object in your volume, which can't be exported again, and is lost with the object.
        overwrite : bool
            Replace objects at these locations.
        properties : mapping, optional
            Of the bucket's service: ``sse_algorithm``, ``aws_canned_acl``, ...

        Returns
        -------
        list of dict
            The exports, in the order of `files`; see `wait_transfer`.

        Notes
        -----
        ``POST /bulk/storage/exports/create?copy_only=true``. Without ``copy_only`` the platform moves the file.
        Folders, public files and aliases can't be exported.

        Examples
        --------
        >>> file = sevenbridges.files("RFranklin/my-project", name="S01.vcf")[0]
        >>> sevenbridges.export_files({file["id"]: "results/S01.vcf"}, "RFranklin/lab_bucket")[0]["state"]
        'PENDING'
        """
        target, more = volume_id(volume), {"properties": dict(properties)} if properties else {}
        items = [
            {
                "source": {"file": file_id(each)},
                "destination": {"volume": target, "location": location},
                "overwrite": overwrite,
                **more,
            }
            for each, location in files.items()
        ]
        params = {"copy_only": "true" if copy_only else "false"}
        return self._transfers("exports", items, advance_access=advance_access, params=params)

    def _transfers(self, kind: str, items: Sequence[Record], **options: Any) -> list[Record]:
        if not items:
            raise UsageError(f"Nothing to do: name what the {kind} are of.")
        answers = self._bulk(f"bulk/storage/{kind}/create", "items", items, what=f"start {kind}", **options)
        return [dict(each.get("resource") or {**item, **each}) for each, item in zip(answers, items, strict=True)]


def _asked_of(volume: Ref | None, state: str | Sequence[str] | None) -> dict[str, Any]:
    """Return the filters that imports and exports share."""
    states = several(state)
    if unknown := [each for each in states or () if each not in STATES]:
        raise UsageError(f"state={unknown[0]!r} is none of {', '.join(STATES)}.")
    return {"volume": None if volume is None else volume_id(volume), "state": states}
