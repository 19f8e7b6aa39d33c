"""Landing zones of SODAR: where files are put for a project, checked, and moved from."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bionb import progress
from bionb.errors import BionbError, ConnectionFailed, NotFound, ResponseError, UsageError
from bionb.listing import Listing
from bionb.platforms.sodar.calls.files import IrodsCalls
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.wire.records import Record, project_uuid, uuid_of
from bionb.platforms.sodar.wire.zone_words import explained, is_of, say_left_behind

API = "landingzones/api"
NEEDED = ("sodar_uuid", "title", "status", "date_modified")
APART = 1.1  # seconds between two zones of a project: servers name them by the second, and crash on a second equal name


class ZoneCalls(IrodsCalls):
    """Calls that make and show landing zones; a part of `SodarClient`."""

    _made_at: dict[str, float]
    _making: threading.Lock

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
        return self._listing(
            "landing zones",
            f"{API}/list/{project_uuid(project)}",
            what="list the landing zones",
            declared=columns.ZONE_COLUMNS,
            api="zones",
            params=lambda: {"finished": 1} if finished else {},
            shape=self._zone,
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
        with self.session.one_call():
            return self._zone(self._read_zone(uuid_of(zone), opens=True))

    def _read_zone(self, uuid: str, opens: bool) -> Record:
        path = f"{API}/retrieve/{uuid}"
        found = self.api.record("zones", "GET", path, what="show the landing zone", needs=NEEDED, opens=opens)
        return {**found, "user": records.user(found.get("user"))}

    def _zone(self, found: Mapping[str, Any]) -> Record:
        """Return a zone with the name of its user, which new servers leave out."""
        zone = {**found, "user": records.user(found.get("user"))}
        if zone["user"]["sodar_uuid"] and not zone["user"].get("username"):
            with suppress(ResponseError):  # who may not see the people still sees the zones
                zone["user"] = self._person(str(zone["user"]["sodar_uuid"]))
        return zone

    def create_zone(
        self,
        project: str | Mapping[str, Any],
        assay: str | Mapping[str, Any],
        *,
        title: str | None = None,
        description: str | None = None,
        user_message: str | None = None,
        configuration: str | None = None,
        config_data: Mapping[str, Any] | None = None,
        create_colls: bool | None = None,
        restrict_colls: bool | None = None,
    ) -> Record:
        """Begin to create a landing zone; wait with ``wait_zone(zone)`` until it is ACTIVE.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        assay : str or mapping
            File name, short name, UUID or record of one of the project's assays.
        title : str, optional
            The full title becomes date and time, then `title`, if there is one.
        description, user_message : str, optional
            What it is for; what owners are told when it is moved (at most 1,024 characters).
        configuration, config_data : optional
            Special kind of zone, where the server has one.
        create_colls, restrict_colls : bool, optional
            Make the usual collections in the zone; allow files only in those.

        Returns
        -------
        dict
            The zone, still CREATING.

        Raises
        ------
        UsageError
            No such assay in this project; a blank title.
        PermissionDenied, ResponseError
            Refused; the message says when sheets or iRODS collections are missing, which the server does not.
        ServerFailed
            iRODS is down or off. A zone that was left in CREATING is in ``.partial`` of the error, if it is sure to be
            this call's; only an administrator can remove it.
        ConnectionFailed
            No answer came, and no zone of this call is there; look at `zones` before you create another.

        Notes
        -----
        ``POST /landingzones/api/create/<project>`` (LandingZoneCreateAPIView); only what is given is sent. The
        investigation and the zones are read first. Servers name zones by the second, so a second zone in a project
        waits until the next second.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.create_zone(project, "a_exome_pilot.txt")
        >>> sodar.wait_zone(zone)["status"]
        'ACTIVE'
        """
        if title is not None and not str(title).strip():
            raise UsageError("SODAR takes no blank title: leave it out, and the zone is named by date and time.")
        uuid = project_uuid(project)
        with self.session.one_call():
            sheets = self._sheets_for_zone(uuid)
            given = {
                "title": title,
                "description": description or None,
                "user_message": user_message or None,
                "configuration": configuration,
                "config_data": None if config_data is None else dict(config_data),
                "create_colls": create_colls,
                "restrict_colls": restrict_colls,
            }
            body = {"assay": sheets.assay(assay)["sodar_uuid"]}
            body |= {name: value for name, value in given.items() if value is not None}
            made = self._make_zone(uuid, body, sheets)
        return {**made, "user": records.user(made.get("user"))}

    def _make_zone(self, uuid: str, body: Record, sheets: Investigation) -> Record:
        with self._making:
            before = self._zones_now(uuid)
            progress.CLOCK.sleep(self._made_at.get(uuid, -APART) + APART - progress.CLOCK.now())
            try:
                what = "create a landing zone"
                return self.api.record("zones", "POST", f"{API}/create/{uuid}", json=body, what=what, needs=NEEDED)
            except ConnectionFailed as error:
                found = self._new_zone(uuid, body, before) if error.maybe_done else None
                if found is not None:
                    return found
                if error.maybe_done:
                    error.reword(f"{error} zones(project) shows whether there is a new one.")
                raise
            except ResponseError as error:
                found = self._new_zone(uuid, body, before) if error.status >= 500 else None
                if found is not None and error.status in (502, 504):  # a proxy gave up, the server did not
                    return found
                if error.status >= 500:
                    say_left_behind(error, found)
                raise explained(error, sheets) from error.__cause__
            finally:
                self._made_at[uuid] = progress.CLOCK.now()

    def _zones_now(self, uuid: str) -> list[Record] | None:
        try:
            return list(self.zones(uuid))
        except BionbError:
            return None

    def _new_zone(self, uuid: str, body: Record, before: list[Record] | None) -> Record | None:
        """Return the zone that is sure to be of a request without a good answer: new, mine, alone, and as asked."""
        now = self._zones_now(uuid)
        if before is None or now is None:
            return None
        known, mine = {each["sodar_uuid"] for each in before}, self.current_user()["sodar_uuid"]
        new = [each for each in now if each["sodar_uuid"] not in known and is_of(each, body, mine)]
        return new[0] if len(new) == 1 else None

    def _sheets_for_zone(self, uuid: str) -> Investigation:
        try:
            return self.investigation(uuid)
        except NotFound as error:
            error.reword(
                "A landing zone needs sample sheets and iRODS collections: import_sheets(project, source), then "
                "create_collections(project)."
            )
            raise
