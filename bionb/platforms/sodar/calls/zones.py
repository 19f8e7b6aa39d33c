"""Landing zones of SODAR: where files are put for a project, checked, and moved from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.listing import Listing
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.rules.identifiers import Ref, project_uuid, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Negotiator, Since

API = "landingzones/api"
ZONE_SETTINGS = Since("SODAR 1.2", "zones", "1.1")
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

    def update_zone(
        self, zone: Ref, *, description: str | None = None, user_message: str | None = None, rename: bool = False
    ) -> Record:
        """Change what a landing zone is for; SODAR then GIVES IT A NEW NAME AND PATH, and its files stay behind.

        Parameters
        ----------
        zone : str or mapping
            UUID or record; needs the role owner or delegate.
        description, user_message : str, optional
            As for `create_zone`.
        rename : bool
            Must be True: do this to zones without files only.

        Returns
        -------
        dict
            The zone, with its new title, user and ``irods_path``.

        Raises
        ------
        UsageError
            Nothing to change, or `rename` is not True; nothing was sent.
        PermissionDenied
            You are neither owner nor delegate.

        Notes
        -----
        ``PATCH /landingzones/api/update/<zone>`` (LandingZoneUpdateAPIView). That the title becomes the time of the
        change, and the user whoever makes it, was seen on SODAR 1.1.4.

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> zone = next(each for each in sodar.zones(project) if each["title"].endswith("old_disk"))
        >>> sodar.update_zone(zone, description="For the second run", rename=True)["description"]
        'For the second run'
        """
        changes = {"description": description, "user_message": user_message}
        given = {name: text for name, text in changes.items() if text is not None}
        if not given:
            raise UsageError("update_zone changes description or user_message: give one of them.")
        if not rename:
            raise UsageError(
                "SODAR gives a zone that is updated a new name and path, and what lies in it stays at the old one. If "
                "the zone is empty and that is fine, pass rename=True; else change it in SODAR's web interface."
            )
        path, what = f"{API}/update/{uuid_of(zone)}", "update the landing zone"
        return self._zone(self.api.record("zones", "PATCH", path, json=given, what=what, needs=NEEDED))

    def zone_settings(self, project: Ref) -> Record:
        """Return what the server allows in landing zones of a project.

        Parameters
        ----------
        project : str or mapping
            UUID or record; needs the role contributor.

        Returns
        -------
        dict
            ``LANDINGZONES_ZONE_CREATE_LIMIT`` and ``..._VALIDATE_LIMIT`` (counts; missing or 0 for none),
            ``..._DISABLE_FOR_USERS``, ``..._TRIGGER_ENABLE``, ``..._TRIGGER_FILE`` (a file of this name starts the
            move), ``file_name_prohibit`` (endings of files that are refused).

        Raises
        ------
        VersionRejected
            A server before SODAR 1.2.

        Notes
        -----
        ``GET /landingzones/api/settings/retrieve/<project>`` (landing zones API 1.1).

        Examples
        --------
        >>> sodar.zone_settings(sodar.projects()[1])["LANDINGZONES_ZONE_CREATE_LIMIT"]
        5
        """
        path, what = f"{API}/settings/retrieve/{project_uuid(project)}", "show the settings of landing zones"
        found = self.api.record("zones", "GET", path, what=what, needs=("settings",), since=ZONE_SETTINGS)
        return dict(found["settings"])

    def _zone(self, found: Mapping[str, Any]) -> Record:
        """Return a zone with the name of its user, which new servers leave out."""
        return {**found, "user": self._directory.known_as(records.user(found.get("user")))}


def read_zone(api: Negotiator, uuid: str, *, opens: bool) -> Record:
    """Return a landing zone as the server shows it."""
    path = f"{API}/retrieve/{uuid}"
    found = api.record("zones", "GET", path, what="show the landing zone", needs=NEEDED, opens=opens)
    return {**found, "user": records.user(found.get("user"))}
