"""Landing zones of SODAR: where files are put for a project, checked, and moved from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import NotFound, ResponseError
from bionb.listing import Listing
from bionb.platforms.sodar import shapes
from bionb.platforms.sodar.investigation import Investigation
from bionb.platforms.sodar.irods import IrodsCalls
from bionb.platforms.sodar.shapes import Record, uuid_of
from bionb.platforms.sodar.zone_words import explained, left_behind

API = "landingzones/api"
NEEDED = ("sodar_uuid", "title", "status", "date_modified")


class ZoneCalls(IrodsCalls):
    """Calls that make and show landing zones; a part of `SodarClient`."""

    def zones(self, project: str | Mapping[str, Any], *, finished: bool = False) -> Listing:
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
            ``user.username`` (missing where the server gives only the UUID), ``assay``, ``project``, ...

        Notes
        -----
        ``GET /landingzones/api/list/<project>`` (LandingZoneListAPIView).

        Examples
        --------
        >>> sodar.zones(sodar.projects()[1]).to_frame()["title"].tolist()
        []
        """
        return self._listing(
            "landing zones",
            f"{API}/list/{uuid_of(project)}",
            what="list the landing zones",
            declared=shapes.ZONE_COLUMNS,
            api="zones",
            params=lambda: {"finished": 1} if finished else {},
            shape=_zone,
        )

    def zone(self, zone: str | Mapping[str, Any]) -> Record:
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
        return self._read_zone(uuid_of(zone), opens=True)

    def _read_zone(self, uuid: str, opens: bool) -> Record:
        path = f"{API}/retrieve/{uuid}"
        return _zone(self.api.record("zones", "GET", path, what="show the landing zone", needs=NEEDED, opens=opens))

    def create_zone(
        self,
        project: str | Mapping[str, Any],
        assay: str | Mapping[str, Any],
        *,
        title: str = "",
        description: str = "",
        user_message: str = "",
        configuration: str | None = None,
        config_data: Mapping[str, Any] | None = None,
        create_colls: bool = False,
        restrict_colls: bool = False,
    ) -> Record:
        """Begin to create a landing zone; wait with ``wait_zone(zone)`` until it is ACTIVE.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        assay : str or mapping
            File name, short name, UUID or record of one of the project's assays.
        title, description, user_message : str
            The full title becomes date and time, then `title`.
        configuration, config_data : optional
            Special kind of zone, where the server has one.
        create_colls, restrict_colls : bool
            Make the usual collections in the zone; allow files only in those.

        Returns
        -------
        dict
            The zone, still CREATING.

        Raises
        ------
        UsageError
            No such assay in this project.
        PermissionDenied, ResponseError
            Refused; the message says when sheets or iRODS collections are missing, which the server does not.
        ServerFailed
            iRODS is down or off: a zone that the server left in CREATING is in ``.partial`` of the error.

        Notes
        -----
        ``POST /landingzones/api/create/<project>`` (LandingZoneCreateAPIView). The investigation is read first.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.create_zone(project, "a_exome_pilot.txt", title="run 7")
        >>> sodar.wait_zone(zone)["status"]
        'ACTIVE'
        """
        uuid = uuid_of(project)
        with self.session.one_call():
            sheets = self._sheets_for_zone(uuid)
            body = {
                "assay": sheets.assay(assay)["sodar_uuid"],
                "title": title,
                "description": description,
                "user_message": user_message,
                "configuration": configuration,
                "config_data": dict(config_data or {}),
                "create_colls": create_colls,
                "restrict_colls": restrict_colls,
            }
            try:
                what = "create a landing zone"
                made = self.api.record("zones", "POST", f"{API}/create/{uuid}", json=body, what=what, needs=NEEDED)
            except ResponseError as error:
                if error.status == 500:
                    left_behind(error, self.zones(uuid), body)
                raise explained(error, sheets) from error.__cause__
        return _zone(made)

    def _sheets_for_zone(self, uuid: str) -> Investigation:
        try:
            return self.investigation(uuid)
        except NotFound as error:
            error.reword(
                "A landing zone needs sample sheets and iRODS collections: import_sheets(project, source), then "
                "create_collections(project)."
            )
            raise


def _zone(found: Mapping[str, Any]) -> Record:
    return {**found, "user": shapes.user(found.get("user"))}
