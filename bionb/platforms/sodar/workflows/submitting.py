"""Submit landing zones, once each, and wait for what becomes of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bionb.errors import Conflict, ConnectionFailed, JobFailed, ResponseError, UsageError
from bionb.platforms.sodar.calls.zones import API, read_zone
from bionb.platforms.sodar.rules.identifiers import Ref, uuid_of
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.zone_words import progress, with_advice
from bionb.platforms.sodar.workflows.failures import add_reason
from bionb.waiting import wait_for

if TYPE_CHECKING:
    from bionb.platforms.sodar.client import SodarClient

BUSY = ("CREATING", "PREPARING", "VALIDATING", "MOVING", "DELETING")
READY = ("ACTIVE", "FAILED")
ENDED = ("MOVED", "NOT CREATED", "DELETED")
DAY = 86_400.0


class Submission:
    """Submits zones of one client, and remembers what was submitted and has not moved yet."""

    def __init__(self) -> None:
        self._submitted: dict[str, str] = {}
        self._lock = threading.Lock()

    def submit(self, sodar: SodarClient, action: str, zone: Ref, *, empty: bool = True) -> Record:
        """Submit once: what was submitted and has not moved yet is not submitted again, since that spoils zones."""
        uuid = uuid_of(zone)
        with self._lock:
            present = read_zone(sodar.api, uuid, opens=True)
            _refuse(sodar, present, waiting=self._submitted.get(uuid) == present["date_modified"])
            if not empty and _is_empty(sodar, present):
                raise UsageError(
                    f"The landing zone {present['title']} has no files, and moving it would only remove it: "
                    "upload_files(source, zone) first, or say that it is meant, move_zone(zone, empty=True)."
                )
            self._submitted[uuid] = present["date_modified"]  # also when no answer comes back
            return {**self._send(sodar, action, present, uuid), "sodar_uuid": uuid}

    def _send(self, sodar: SodarClient, action: str, zone: Record, uuid: str) -> Record:
        what = f"{action} the landing zone {zone['title']}"
        try:
            return sodar.api.record("zones", "POST", f"{API}/submit/{action}/{uuid}", what=what, needs=())
        except ConnectionFailed as error:
            if error.maybe_done:
                error.advise("wait_zone(zone) tells what becomes of it; submitting twice spoils zones.")
            raise
        except ResponseError as error:
            if error.status not in (502, 504):  # of a proxy: the server itself may have taken it
                del self._submitted[uuid]
            raise

    def wait(self, sodar: SodarClient, zone: Ref, status: str, *, deadline: float | None, stuck_after: float) -> Record:
        """Look at a zone until it has a status; ACTIVE and FAILED count only once ``date_modified`` has moved."""
        wanted = str(status).strip().upper()
        if wanted not in (*READY, *ENDED):
            raise UsageError(f"A landing zone can be waited for to be {', '.join((*READY, *ENDED))}, not {status!r}.")
        uuid = uuid_of(zone)
        before = self._submitted.get(uuid)
        long = wanted == "MOVED" or (wanted == "ACTIVE" and before is not None)  # checksums may take hours
        first = [True]

        def poll() -> Record:
            opens, first[0] = first[0], False
            return read_zone(sodar.api, uuid, opens=opens)

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
            with_advice(error)
            add_reason(sodar, error, str(error.record["project"]), "zone_", uuid)
            raise error from error.__cause__
        self._submitted.pop(uuid, None)
        return sodar._zone(record)


def _refuse(sodar: SodarClient, zone: Record, *, waiting: bool) -> None:
    """Refuse what is at work, was submitted and has not moved yet, or has ended."""
    if waiting or zone["status"] in BUSY:
        raise _conflict(sodar, _busy(zone, waiting))
    if zone["status"] in ENDED:
        raise _conflict(
            sodar, f"The landing zone {zone['title']} is {zone['status']} and stays so: create another one."
        )


def _busy(zone: Record, waiting: bool) -> str:
    state = "was submitted a moment ago" if waiting else f"is {zone['status']}"
    why = "submitting twice spoils zones."
    if zone["status"] == "CREATING":
        why = "if it stays so, iRODS has failed, and only an administrator of the server can remove it."
    return f"The landing zone {zone['title']} {state}: wait_zone(zone) first; {why}"


def _conflict(sodar: SodarClient, text: str) -> Conflict:
    return Conflict(text, platform=sodar.session.label, status=409)


def _is_empty(sodar: SodarClient, zone: Record) -> bool:
    """Tell whether a zone is known to hold no files: by SODAR from 1.2 on, else by WebDAV."""
    try:
        if sodar.api.at_least("1.1", "zones"):
            return not sodar.files(zone=zone)
        path = str(zone.get("irods_path") or "")
        return (
            bool(path) and sodar._door.is_known and all(each.is_collection for each in sodar._webdav(path).below(path))
        )
    except (ResponseError, ConnectionFailed):
        return False
