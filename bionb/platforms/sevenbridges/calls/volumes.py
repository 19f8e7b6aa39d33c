"""Your own buckets as volumes: and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from bionb.errors import UsageError
from bionb.listing import Listing
from bionb.paging.pages import Cursor, Page, Record, page_size
from bionb.platforms.sevenbridges.calls.calls import LIMIT, Calls, FieldsLike, check_changes
from bionb.platforms.sevenbridges.rules.identifiers import Ref, volume_id
from bionb.platforms.sevenbridges.wire import paging
from bionb.platforms.sevenbridges.wire.records import VOLUME_OBJECTS, VOLUMES


class Volumes(Calls):
    """Calls on ``/storage/volumes``.

    Each takes ``advance_access=True`` for what the platform has not released yet.
    """

    def volumes(self, fields: FieldsLike = None, limit: int = LIMIT, *, advance_access: bool = False) -> Listing:
        """List your volumes.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``access_mode`` (RO, RW), ``service.type``, ``service.bucket``, ...

        Notes
        -----
        ``GET /storage/volumes``.
        """
        return self._listing(VOLUMES, fields=fields, limit=limit, advance_access=advance_access)

    def volume(self, volume: Ref, fields: FieldsLike = None, *, advance_access: bool = False) -> Record:
        """Return one volume; of its credentials only what is no secret, such as ``access_key_id``.

        Notes
        -----
        ``GET /storage/volumes/{owner}/{name}``.
        """
        name = volume_id(volume)
        path, what = f"storage/volumes/{name}", f"get the volume {name}"
        return self._get(VOLUMES, path, what=what, fields=fields, advance_access=advance_access)

    def create_volume(
        self,
        name: str,
        service: Mapping[str, Any],
        *,
        description: str | None = None,
        access_mode: str = "RW",
        advance_access: bool = False,
    ) -> Record:
        """Connect a bucket.

        Parameters
        ----------
        name : str
            At most 32 letters, digits and underscores.
        service : mapping
            ``{"type": "s3", "bucket": ..., "prefix": ..., "credentials": {...}}``; no answer holds its secrets.
        description : str, optional
            What a person should know of it.
        access_mode : str
            ``"RO"`` (read only) or ``"RW"``; the server demands one.

        Notes
        -----
        ``POST /storage/volumes``.
        """
        _check_access(access_mode)
        body = {"name": name, "access_mode": access_mode, "service": dict(service)}
        body |= {"description": description} if description else {}
        what = f"create the volume {name}"
        return self._record("POST", "storage/volumes", what=what, advance_access=advance_access, json=body, ids=("id",))

    def update_volume(self, volume: Ref, *, advance_access: bool = False, **changes: Any) -> Record:
        """Change a volume's ``description``, ``access_mode``, ``active`` or ``service``.

        Notes
        -----
        ``PATCH /storage/volumes/{owner}/{name}``.
        """
        check_changes("volume", changes, ("description", "access_mode", "active", "service"))
        if "access_mode" in changes:
            _check_access(changes["access_mode"])
        name = volume_id(volume)
        path, what = f"storage/volumes/{name}", f"change the volume {name}"
        return self._record("PATCH", path, what=what, advance_access=advance_access, json=changes, ids=("id",))

    def delete_volume(self, volume: Ref, *, advance_access: bool = False) -> None:
        """Disconnect a bucket; what is in it stays.

        Notes
        -----
        ``DELETE /storage/volumes/{owner}/{name}``.
        """
        name = volume_id(volume)
        what = f"delete the volume {name}"
        self.call("DELETE", f"storage/volumes/{name}", what=what, advance_access=advance_access)

    def volume_objects(
        self, volume: Ref, prefix: str = "", limit: int = LIMIT, *, advance_access: bool = False
    ) -> Listing:
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
        page_size(limit, LIMIT)

        def read(params: Mapping[str, Any], opens: bool) -> Page:
            # Only the query of the next link is used, never its host.
            turned = dict(parse_qsl(str(params.get("next", ""))))
            return self.session.page(
                f"{paging.VERSION}/{path}",
                what="list the volume's objects",
                params={**query, "limit": limit, **turned},
                headers=paging.headers_for(advance_access),
                opens=opens,
                pick=paging.volume_objects,
                cursor=paging.next_query,
            )

        return Listing(
            VOLUME_OBJECTS.name,
            lambda: Cursor(read, "next", key=lambda record: record.get(VOLUME_OBJECTS.key) or record.get("href")),
            VOLUME_OBJECTS.columns,
        )


def _check_access(mode: Any) -> None:
    if mode not in ("RO", "RW"):
        raise UsageError(f"access_mode={mode!r} is neither RO (read only) nor RW.")
