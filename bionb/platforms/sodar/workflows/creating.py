"""Create landing zones: one a second in a project, and what became of a creation without a good answer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bionb import progress
from bionb.errors import BionbError, ConnectionFailed, NotFound, ResponseError, UsageError
from bionb.platforms.sodar.calls.zones import API, NEEDED
from bionb.platforms.sodar.rules.identifiers import Ref, project_uuid
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.zone_words import explained, is_of, say_left_behind

if TYPE_CHECKING:
    from bionb.platforms.sodar.client import SodarClient

APART = 1.1  # seconds between two zones of a project: servers name them by the second, and crash on a second equal name


def zone_options(given: Record) -> Record:
    """Return what is to be sent of a new zone: only what is given, and no empty texts.

    Raises
    ------
    UsageError
        A blank title.
    """
    title = given["title"]
    if title is not None and not str(title).strip():
        raise UsageError("SODAR takes no blank title: leave it out, and the zone is named by date and time.")
    given = {**given, "description": given["description"] or None, "user_message": given["user_message"] or None}
    if given["config_data"] is not None:
        given["config_data"] = dict(given["config_data"])
    return {name: value for name, value in given.items() if value is not None}


class Creation:
    """Creates zones of one client, and remembers when it made the last one in each project."""

    def __init__(self) -> None:
        self._made_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def create(self, sodar: SodarClient, project: Ref, assay: Ref, given: Record) -> Record:
        """Begin to create a zone, after a look at the sheets."""
        options, uuid = zone_options(given), project_uuid(project)
        sheets = _sheets(sodar, uuid)
        made = self._make(sodar, uuid, {"assay": sheets.assay(assay)["sodar_uuid"], **options}, sheets)
        return {**made, "user": records.user(made.get("user"))}

    def _make(self, sodar: SodarClient, uuid: str, body: Record, sheets: Investigation) -> Record:
        with self._lock:
            before = _zones_now(sodar, uuid)
            progress.CLOCK.sleep(self._made_at.get(uuid, -APART) + APART - progress.CLOCK.now())
            try:
                what = "create a landing zone"
                return sodar.api.record("zones", "POST", f"{API}/create/{uuid}", json=body, what=what, needs=NEEDED)
            except ConnectionFailed as error:
                found = _new_zone(sodar, uuid, body, before) if error.maybe_done else None
                if found is not None:
                    return found
                if error.maybe_done:
                    error.advise("zones(project) shows whether there is a new one.")
                raise
            except ResponseError as error:
                found = _new_zone(sodar, uuid, body, before) if error.status >= 500 else None
                if found is not None and error.status in (502, 504):  # a proxy gave up, the server did not
                    return found
                if error.status >= 500:
                    say_left_behind(error, found)
                raise explained(error, sheets) from error.__cause__
            finally:
                self._made_at[uuid] = progress.CLOCK.now()


def _zones_now(sodar: SodarClient, uuid: str) -> list[Record] | None:
    try:
        return list(sodar.zones(uuid))
    except BionbError:
        return None


def _new_zone(sodar: SodarClient, uuid: str, body: Record, before: list[Record] | None) -> Record | None:
    """Return the zone that is sure to be of a request without a good answer: new, mine, alone, and as asked."""
    now = _zones_now(sodar, uuid)
    if before is None or now is None:
        return None
    known, mine = {each["sodar_uuid"] for each in before}, sodar.current_user()["sodar_uuid"]
    new = [each for each in now if each["sodar_uuid"] not in known and is_of(each, body, mine)]
    return new[0] if len(new) == 1 else None


def _sheets(sodar: SodarClient, uuid: str) -> Investigation:
    try:
        return sodar.investigation(uuid)
    except NotFound as error:
        error.retell(
            "A landing zone needs sample sheets and iRODS collections.",
            "Call import_sheets(project, source), then create_collections(project).",
        )
        raise
