"""Landing zones of SODAR: where files are put for a project, checked, and moved from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bionb.errors import ResponseError
from bionb.listing import Listing
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.rules.identifiers import Ref, project_uuid, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Negotiator

API = "landingzones/api"
NEEDED = ("sodar_uuid", "title", "status", "date_modified")


class Zones(Calls):
    """Calls that make and show landing zones; a part of `SodarClient`."""

    def zones(self, project: Ref, *, finished: bool = False) -> Listing:
        """List landing zones of a project: your own, or all for owners and delegates.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        finished : bool
            Also those that are MOVED, DELETED or NOT CREATED.

        Returns
        -------
        Listing
            Frame columns: ``title``, ``status``, ``status_info``, ``status_locked``, ``date_modified`` (UTC),
            ``user.username``, ``assay``, ``project``, ...

        Notes
        -----
        ``GET /landingzones/api/list/<project>`` (LandingZoneListAPIView). New servers give users as UUIDs only, their
        names are looked up in the list of users (one more request, once).

        Examples
        --------
        >>> sodar.zones(sodar.projects()[1]).to_frame()["title"].tolist()
        []
        """
        return listing(
            self.api,
            "landing zones",
            f"{API}/list/{project_uuid(project)}",
            what="list the landing zones",
            declared=columns.ZONE_COLUMNS,
            api="zones",
            params=lambda: {"finished": 1} if finished else {},
            shape=self._zone,
        )

    def zone(self, zone: Ref) -> Record:
        """Return a landing zone as it is now.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.

        Returns
        -------
        dict
            ``title``, ``status``, ``status_info``, ``status_locked``, ``date_modified``, ``irods_path``, ...

        Raises
        ------
        NotFound, PermissionDenied
            No such zone; or another contributor's.

        Notes
        -----
        ``GET /landingzones/api/retrieve/<zone>`` (LandingZoneRetrieveAPIView).

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.create_zone(project, "a_exome_pilot.txt")
        >>> sodar.zone(zone)["status"]
        'CREATING'
        """
        return self._zone(read_zone(self.api, uuid_of(zone), opens=True))

    def _zone(self, found: Mapping[str, Any]) -> Record:
        """Return a zone with the name of its user, which new servers leave out."""
        zone = {**found, "user": records.user(found.get("user"))}
        with suppress(ResponseError):  # who may not see the people still sees the zones
            zone["user"] = self._directory.named(zone["user"])
        return zone


def read_zone(api: Negotiator, uuid: str, *, opens: bool) -> Record:
    """Return a landing zone as the server shows it."""
    path = f"{API}/retrieve/{uuid}"
    found = api.record("zones", "GET", path, what="show the landing zone", needs=NEEDED, opens=opens)
    return {**found, "user": records.user(found.get("user"))}
