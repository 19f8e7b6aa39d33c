"""Your own buckets as volumes: what is in them, and imports and exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bionb.errors import UsageError
from bionb.listing import Listing
from bionb.pages import Cursor, Page, Record
from bionb.platforms.sevenbridges.calls import HEADERS, LIMIT, VERSION, Calls, FieldsLike, check_changes
from bionb.platforms.sevenbridges.files import place
from bionb.platforms.sevenbridges.identifiers import Ref, file_id, identifier, project_id, volume_id
from bionb.platforms.sevenbridges.resources import EXPORTS, IMPORTS, VOLUME_OBJECTS, VOLUMES, Resource
from bionb.waiting import wait_for


class Storage(Calls):
    """Calls on ``/storage`` and ``/bulk/storage``."""

    def volumes(self, fields: FieldsLike = None, limit: int = LIMIT) -> Listing:
        """List your volumes.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``access_mode`` (RO, RW), ``service.type``, ``service.bucket``, ...

        Notes
        -----
        ``GET /storage/volumes``.
        """
        return self._listing(VOLUMES, fields=fields, limit=limit)

    def volume(self, volume: Ref, fields: FieldsLike = None) -> Record:
        """Return one volume, without its credentials.

        Notes
        -----
        ``GET /storage/volumes/{owner}/{name}``.
        """
        name = volume_id(volume)
        return self._get(VOLUMES, f"storage/volumes/{name}", what=f"get the volume {name}", fields=fields)

    def create_volume(
        self, name: str, service: Mapping[str, Any], *, description: str = "", access_mode: str = "RW"
    ) -> Record:
        """Connect a bucket.

        Parameters
        ----------
        name : str
            At most 32 letters, digits and underscores.
        service : mapping
            ``{"type": "s3", "bucket": ..., "prefix": ..., "credentials": {...}}``; no answer holds the latter.
        access_mode : str
            ``"RO"`` (read only) or ``"RW"``.

        Notes
        -----
        ``POST /storage/volumes``.
        """
        if access_mode not in ("RO", "RW"):
            raise UsageError(f"access_mode={access_mode!r} is neither RO (read only) nor RW.")
        body = {"name": name, "description": description, "access_mode": access_mode, "service": dict(service)}
        made: Record = self.call("POST", "storage/volumes", what=f"create the volume {name}", json=body)
        return made

    def update_volume(self, volume: Ref, **changes: Any) -> Record:
        """Change a volume's ``description``, ``access_mode``, ``active`` or ``service``.

        Notes
        -----
        ``PATCH /storage/volumes/{owner}/{name}``.
        """
        check_changes("volume", changes, ("description", "access_mode", "active", "service"))
        name = volume_id(volume)
        path = f"storage/volumes/{name}"
        changed: Record = self.call("PATCH", path, what=f"change the volume {name}", json=changes)
        return changed

    def delete_volume(self, volume: Ref) -> None:
        """Disconnect a bucket; what is in it stays.

        Notes
        -----
        ``DELETE /storage/volumes/{owner}/{name}``.
        """
        name = volume_id(volume)
        self.call("DELETE", f"storage/volumes/{name}", what=f"delete the volume {name}")

    def volume_objects(self, volume: Ref, prefix: str = "", limit: int = LIMIT) -> Listing:
        """List what is in a volume, below a prefix: objects, and the prefixes of those further down.

        Returns
        -------
        Listing
            Frame columns: ``location``, ``volume``, ``type`` (``prefix``, or the kind of bucket).

        Notes
        -----
        ``GET /storage/volumes/{owner}/{name}/list``. Each page names the next one by a token; there is no total.
        """
        path, query = f"storage/volumes/{volume_id(volume)}/list", {"prefix": prefix} if prefix else {}

        def read(params: Mapping[str, Any], opens: bool) -> Page:
            # Only the query of the next link is used, never its host.
            turned = dict(parse_qsl(str(params.get("next", ""))))
            return self.session.page(
                f"{VERSION}/{path}",
                what="list the volume's objects",
                params={**query, "limit": limit, **turned},
                headers=HEADERS,
                opens=opens,
                pick=_objects,
                cursor=_next_query,
            )

        key = VOLUME_OBJECTS.key
        return Listing(
            VOLUME_OBJECTS.name,
            lambda: Cursor(read, "next", key=lambda record: record.get(key)),
            VOLUME_OBJECTS.columns,
        )

    # -- imports and exports --------------------------------------------------------------------------------------

    def imports(
        self,
        project: Ref | None = None,
        *,
        volume: Ref | None = None,
        state: str | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
    ) -> Listing:
        """List imports from volumes.

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
        return self._moves(IMPORTS, params, volume, state, fields, limit)

    def exports(
        self, *, volume: Ref | None = None, state: str | None = None, fields: FieldsLike = None, limit: int = LIMIT
    ) -> Listing:
        """List exports to volumes; columns as of `imports`.

        Notes
        -----
        ``GET /storage/exports``.
        """
        return self._moves(EXPORTS, {}, volume, state, fields, limit)

    def import_files(
        self,
        volume: Ref,
        locations: Sequence[str],
        *,
        project: Ref | None = None,
        parent: Ref | None = None,
        overwrite: bool = False,
    ) -> list[Record]:
        """Make files of objects in a volume, 100 with one request.

        Returns
        -------
        list of dict
            The imports, in the order of `locations`; see `wait_transfer`.

        Notes
        -----
        ``POST /bulk/storage/imports/create``.
        """
        source, target = volume_id(volume), place(project, parent)
        items = [
            {"source": {"volume": source, "location": each}, "destination": dict(target), "overwrite": overwrite}
            for each in locations
        ]
        return self._transfers("imports", items)

    def export_files(self, files: Mapping[str, str], volume: Ref, *, overwrite: bool = False) -> list[Record]:
        """Write files to a volume, 100 with one request.

        Parameters
        ----------
        files : mapping
            ``{file id: location in the volume}``.

        Notes
        -----
        ``POST /bulk/storage/exports/create``.
        """
        target = volume_id(volume)
        items = [
            {
                "source": {"file": file_id(each)},
                "destination": {"volume": target, "location": location},
                "overwrite": overwrite,
            }
            for each, location in files.items()
        ]
        return self._transfers("exports", items)

    def wait_transfer(self, transfer: Record, *, deadline: float | None = 24 * 3600.0) -> Record:
        """Wait until an import or export is COMPLETED and return it.

        Raises
        ------
        JobFailed
            It FAILED; the message holds the platform's words.
        UsageError
            It was refused at once, so that there is nothing to wait for.

        Notes
        -----
        ``GET /storage/imports/{import}``, ``GET /storage/exports/{export}``.
        """
        kind = "exports" if "file" in transfer.get("source", {}) else "imports"
        if not transfer.get("id") and (error := transfer.get("error")):
            why = error.get("message", "the platform gave no reason.")
            raise UsageError(f"This {kind[:-1]} was never started: {why} Correct it and start it again.")
        name = identifier(transfer, kind[:-1])
        path = f"storage/{kind}/{name}"
        with self.session.one_call():
            return wait_for(
                lambda: self._get(IMPORTS, path, what=f"get the {kind[:-1]} {name}"),
                lambda found: str(found["state"]),
                wanted=("COMPLETED",),
                failed=("FAILED",),
                what=f"{kind[:-1]} {name}",
                deadline=deadline,
                explain=lambda found: str((found.get("error") or {}).get("message", "")),
            )

    def _moves(
        self,
        resource: Resource,
        params: Mapping[str, Any],
        volume: Ref | None,
        state: str | None,
        fields: FieldsLike,
        limit: int,
    ) -> Listing:
        chosen = {**params, "volume": None if volume is None else volume_id(volume), "state": state}
        return self._listing(resource, params=chosen, fields=fields, limit=limit)

    def _transfers(self, kind: str, items: Sequence[Record]) -> list[Record]:
        answers = self._bulk(f"bulk/storage/{kind}/create", "items", items, what=f"start {kind}")
        return [dict(each.get("resource") or {**item, **each}) for each, item in zip(answers, items, strict=True)]


def _objects(body: Record) -> list[Record]:
    """Return prefixes and objects as records of one form."""
    further = [{**each, "location": each["prefix"], "type": "prefix"} for each in body.get("prefixes") or []]
    return [*further, *body["items"]]


def _next_query(body: Record) -> str | None:
    found = next((link["next"] for link in body.get("links") or [] if link.get("next")), None)
    return urlsplit(found).query if found else None
