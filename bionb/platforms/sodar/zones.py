"""Landing zones of SODAR: where files are put for a project, checked, and moved from."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from typing import Any

from bionb.errors import Conflict, JobFailed, NotFound, ResponseError, UsageError
from bionb.listing import Listing
from bionb.platforms.sodar import shapes
from bionb.platforms.sodar.investigation import Investigation
from bionb.platforms.sodar.shapes import Record, uuid_of
from bionb.platforms.sodar.sheets import SheetCalls
from bionb.platforms.sodar.zone_words import explained, left_behind, progress, with_advice
from bionb.waiting import wait_for

API = "landingzones/api"
BUSY = ("CREATING", "PREPARING", "VALIDATING", "MOVING", "DELETING")
READY = ("ACTIVE", "FAILED")
ENDED = ("MOVED", "NOT CREATED", "DELETED")
DAY = 86_400.0


class EmptyZone(UserWarning):
    """A landing zone without files was moved: it ends as MOVED with nothing, and is gone."""


class ZoneCalls(SheetCalls):
    """Calls on landing zones; a part of `SodarClient`."""

    _submitted: dict[str, str]
    _submitting: threading.Lock

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
        """
        return self._listing(
            "landing zones",
            f"{API}/list/{uuid_of(project)}",
            what="list the landing zones",
            declared=shapes.ZONE_COLUMNS,
            api="zones",
            params=lambda: {"finished": 1} if finished else {},
            pick=lambda body: [_zone(each) for each in body],
        )

    def zone(self, zone: str | Mapping[str, Any]) -> Record:
        """Return a landing zone as it is now.

        Notes
        -----
        ``GET /landingzones/api/retrieve/<zone>`` (LandingZoneRetrieveAPIView).
        """
        return self._read_zone(uuid_of(zone), opens=True)

    def _read_zone(self, uuid: str, opens: bool) -> Record:
        path = f"{API}/retrieve/{uuid}"
        return _zone(self.api.json("zones", "GET", path, what="show the landing zone", opens=opens))

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
                made = self.api.json("zones", "POST", f"{API}/create/{uuid}", json=body, what="create a landing zone")
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

    # -- submitting -----------------------------------------------------------------------------------------------

    def validate_zone(self, zone: str | Mapping[str, Any]) -> Record:
        """Ask SODAR to check the files of a zone; then ``wait_zone(zone)``.

        Notes
        -----
        ``POST /landingzones/api/submit/validate/<zone>`` (LandingZoneSubmitValidateAPIView), never with a query string:
        servers take any for a move.
        """
        return self._submit("validate", zone)

    def move_zone(self, zone: str | Mapping[str, Any]) -> Record:
        """Ask SODAR to check the files and move them into the project; then ``wait_zone(zone, "MOVED")``.

        Warns
        -----
        EmptyZone
            The zone holds no files (only seen on servers from 1.2): moving it just removes it.

        Notes
        -----
        ``POST /landingzones/api/submit/move/<zone>`` (LandingZoneSubmitMoveAPIView).
        """
        return self._submit("move", zone)

    def delete_zone(self, zone: str | Mapping[str, Any]) -> Record:
        """Ask SODAR to delete a zone with all files in it; then ``wait_zone(zone, "DELETED")``.

        Notes
        -----
        ``POST /landingzones/api/submit/delete/<zone>`` (LandingZoneSubmitDeleteAPIView).
        """
        return self._submit("delete", zone)

    def _submit(self, action: str, zone: str | Mapping[str, Any]) -> Record:
        """Submit once: what was submitted and has not moved yet is not submitted again, since that spoils zones."""
        uuid = uuid_of(zone)
        with self._submitting, self.session.one_call():
            present = self._read_zone(uuid, opens=True)
            waiting = self._submitted.get(uuid) == present["date_modified"]
            stillborn = action == "delete" and present["status"] == "CREATING"
            if waiting or (present["status"] in BUSY and not stillborn):
                state = "was submitted a moment ago" if waiting else f"is {present['status']}"
                raise Conflict(
                    f"The landing zone {present['title']} {state}: wait_zone(zone) first; submitting twice "
                    "spoils zones.",
                    platform=self.session.label,
                    status=409,
                )
            if present["status"] in ENDED:
                raise Conflict(
                    f"The landing zone {present['title']} is {present['status']} and stays so: create another one.",
                    platform=self.session.label,
                    status=409,
                )
            if action == "move" and self._is_empty(uuid):
                warnings.warn("This landing zone has no files: moving it only removes it.", EmptyZone, stacklevel=3)
            self._submitted[uuid] = present["date_modified"]  # also when no answer comes back
            what = f"{action} the landing zone {present['title']}"
            try:
                answer: Record = self.api.json("zones", "POST", f"{API}/submit/{action}/{uuid}", what=what)
            except ResponseError:
                del self._submitted[uuid]
                raise
        return {**answer, "sodar_uuid": uuid}

    def _is_empty(self, uuid: str) -> bool:
        """Tell whether a zone is known to hold no files; older servers cannot be asked."""
        try:
            return self.api.at_least("1.1", "zones") and not self.files(zone=uuid)
        except ResponseError:
            return False

    # -- waiting --------------------------------------------------------------------------------------------------

    def wait_zone(
        self,
        zone: str | Mapping[str, Any],
        status: str = "ACTIVE",
        *,
        deadline: float | None = None,
        stuck_after: float = 900.0,
    ) -> Record:
        """Wait until a landing zone has a status, and return it.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.
        status : str
            ``"ACTIVE"`` (created, or validated), ``"MOVED"`` or ``"DELETED"``.
        deadline : float, optional
            Seconds in all; by default 10 minutes, and a day for MOVED.
        stuck_after : float
            Seconds without any change after which waiting ends.

        Raises
        ------
        JobFailed
            The zone ended otherwise (FAILED, NOT CREATED, ...); ``.record`` is the zone, with all of ``status_info``.
        WaitTimeout
            Deadline, or stuck.

        Notes
        -----
        Polls ``GET /landingzones/api/retrieve/<zone>``. Right after a submit the zone still shows its old status:
        ACTIVE and FAILED count only once ``date_modified`` has moved.
        """
        wanted = status.strip().upper()
        if wanted not in (*READY, *ENDED):
            raise UsageError(f"A landing zone can be waited for to be {', '.join((*READY, *ENDED))}, not {status!r}.")
        uuid = uuid_of(zone)
        before = self._submitted.get(uuid)
        first = [True]

        def poll() -> Record:
            opens, first[0] = first[0], False
            return self._read_zone(uuid, opens=opens)

        try:
            record = wait_for(
                poll,
                lambda found: str(found["status"]),
                wanted=(wanted,),
                failed=tuple(each for each in ("FAILED", *ENDED) if each != wanted),
                what="The landing zone",
                deadline=deadline if deadline is not None else (DAY if wanted == "MOVED" else 600.0),
                stuck_after=stuck_after,
                interval=0.1,
                fresh=lambda found: found["date_modified"] != before,
                changed=lambda found: (found["status"], found["date_modified"], found["status_info"]),
                explain=lambda found: str(found["status_info"]),
                progress=progress,
            )
        except JobFailed as error:
            raise with_advice(error) from error.__cause__
        self._submitted.pop(uuid, None)
        return record


def _zone(found: Mapping[str, Any]) -> Record:
    return {**found, "user": shapes.user(found["user"])}
