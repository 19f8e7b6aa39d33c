"""Submit landing zones, once each, and wait for what becomes of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from bionb.errors import Conflict, ConnectionFailed, JobFailed, ResponseError, UsageError
from bionb.platforms.sodar.calls.zones import API, ZoneCalls
from bionb.platforms.sodar.wire.records import Record, uuid_of
from bionb.platforms.sodar.wire.zone_words import progress, with_advice
from bionb.waiting import wait_for
from bionb.warning import warn

BUSY = ("CREATING", "PREPARING", "VALIDATING", "MOVING", "DELETING")
READY = ("ACTIVE", "FAILED")
ENDED = ("MOVED", "NOT CREATED", "DELETED")
DAY = 86_400.0


class EmptyZone(UserWarning):
    """A landing zone without files was moved: it ends as MOVED with nothing, and is gone."""


class SubmitCalls(ZoneCalls):
    """Calls that validate, move, delete and await landing zones; a part of `SodarClient`."""

    _submitted: dict[str, str]
    _submitting: threading.Lock

    def validate_zone(self, zone: str | Mapping[str, Any]) -> Record:
        """Ask SODAR to check the files of a zone; then ``wait_zone(zone)``.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.

        Returns
        -------
        dict
            ``detail`` and ``sodar_uuid``.

        Raises
        ------
        Conflict
            The zone is busy, was submitted and has not moved yet, or has ended: nothing was sent.
        ServerFailed
            503 while another zone of the project is worked on: nothing was changed, try again later.

        Notes
        -----
        ``POST /landingzones/api/submit/validate/<zone>`` (LandingZoneSubmitValidateAPIView), never with a query string:
        servers take any for a move.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
        >>> answer = sodar.validate_zone(zone)
        >>> sodar.wait_zone(zone)["status_info"]
        'Successfully validated 0 files'
        """
        return self._submit("validate", zone)

    def move_zone(self, zone: str | Mapping[str, Any]) -> Record:
        """Ask SODAR to check the files and move them into the project; then ``wait_zone(zone, "MOVED")``.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.

        Returns
        -------
        dict
            ``detail`` and ``sodar_uuid``.

        Raises
        ------
        Conflict
            The zone is busy, was submitted and has not moved yet, or has ended: nothing was sent.
        ServerFailed
            503 while another zone of the project is worked on: nothing was changed, try again later.

        Warns
        -----
        EmptyZone
            The zone holds no files (only seen on servers from 1.2): moving it just removes it.

        Notes
        -----
        ``POST /landingzones/api/submit/move/<zone>`` (LandingZoneSubmitMoveAPIView).

        Examples
        --------
        >>> from bionb.sandbox import shared_sandbox
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
        >>> shared_sandbox().app("sodar").put_file(zone, "reads.bam")  # elsewhere: iput, irsync
        >>> answer = sodar.move_zone(zone)
        >>> sodar.wait_zone(zone, "MOVED")["status"], len(sodar.files(project))
        ('MOVED', 1)
        """
        return self._submit("move", zone)

    def delete_zone(self, zone: str | Mapping[str, Any]) -> Record:
        """Ask SODAR to delete a zone with all files in it; then ``wait_zone(zone, "DELETED")``.

        Only zones that are ACTIVE or FAILED can be deleted; one that stays in CREATING, by an administrator.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.

        Returns
        -------
        dict
            ``detail`` and ``sodar_uuid``.

        Raises
        ------
        Conflict
            The zone is busy, was submitted and has not moved yet, or has ended: nothing was sent.
        ServerFailed
            503 while another zone of the project is worked on: nothing was changed, try again later.

        Notes
        -----
        ``POST /landingzones/api/submit/delete/<zone>`` (LandingZoneSubmitDeleteAPIView).

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
        >>> answer = sodar.delete_zone(zone)
        >>> sodar.wait_zone(zone, "DELETED")["status"]
        'DELETED'
        """
        return self._submit("delete", zone)

    def _submit(self, action: str, zone: str | Mapping[str, Any]) -> Record:
        """Submit once: what was submitted and has not moved yet is not submitted again, since that spoils zones."""
        uuid = uuid_of(zone)
        with self._submitting, self.session.one_call():
            present = self._read_zone(uuid, opens=True)
            waiting = self._submitted.get(uuid) == present["date_modified"]
            if waiting or present["status"] in BUSY:
                raise self._busy(present, waiting)
            if present["status"] in ENDED:
                raise Conflict(
                    f"The landing zone {present['title']} is {present['status']} and stays so: create another one.",
                    platform=self.session.label,
                    status=409,
                )
            if action == "move" and self._is_empty(uuid):
                warn("This landing zone has no files: moving it only removes it.", EmptyZone)
            self._submitted[uuid] = present["date_modified"]  # also when no answer comes back
            what = f"{action} the landing zone {present['title']}"
            try:
                answer = self.api.record("zones", "POST", f"{API}/submit/{action}/{uuid}", what=what, needs=())
            except ConnectionFailed as error:
                if error.maybe_done:
                    error.reword(f"{error} wait_zone(zone) tells what becomes of it; submitting twice spoils zones.")
                raise
            except ResponseError as error:
                if error.status not in (502, 504):  # of a proxy: the server itself may have taken it
                    del self._submitted[uuid]
                raise
        return {**answer, "sodar_uuid": uuid}

    def _busy(self, zone: Record, waiting: bool) -> Conflict:
        state = "was submitted a moment ago" if waiting else f"is {zone['status']}"
        why = "submitting twice spoils zones."
        if zone["status"] == "CREATING":
            why = "if it stays so, iRODS has failed, and only an administrator of the server can remove it."
        return Conflict(
            f"The landing zone {zone['title']} {state}: wait_zone(zone) first; {why}",
            platform=self.session.label,
            status=409,
        )

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
            Seconds in all; by default 10 minutes, and a day once the zone was submitted for validation or MOVED.
        stuck_after : float
            Seconds without any change after which waiting ends.

        Returns
        -------
        dict
            The zone as `zone` gives it.

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

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))["status"]
        'ACTIVE'
        """
        wanted = str(status).strip().upper()
        if wanted not in (*READY, *ENDED):
            raise UsageError(f"A landing zone can be waited for to be {', '.join((*READY, *ENDED))}, not {status!r}.")
        uuid = uuid_of(zone)
        before = self._submitted.get(uuid)
        long = wanted == "MOVED" or (wanted == "ACTIVE" and before is not None)  # checksums may take hours
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
                deadline=deadline if deadline is not None else (DAY if long else 600.0),
                stuck_after=stuck_after,
                interval=0.1,
                fresh=lambda found: found["date_modified"] != before,
                changed=lambda found: (found["status"], found["date_modified"], found.get("status_info")),
                explain=lambda found: str(found.get("status_info") or ""),
                progress=progress,
            )
        except JobFailed as error:
            raise with_advice(error) from error.__cause__
        self._submitted.pop(uuid, None)
        return self._zone(record)
