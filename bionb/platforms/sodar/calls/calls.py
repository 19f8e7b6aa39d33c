"""What all groups of calls on SODAR stand on: the session, the versions in use, people by name, one project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bionb.errors import NotFound, PermissionDenied, ResponseError
from bionb.platforms.sodar.calls.directory import Directory
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Negotiator
from bionb.session import SessionOwner

SHEETS = 900.0  # seconds for importing or exporting sheets: 10,000 rows take a server 149


class Calls(SessionOwner):
    """What a group of calls has; a part of `SodarClient`."""

    def __init__(self, api: Negotiator) -> None:
        self.session, self.api = api.session, api
        self._directory = Directory(api)

    def _project(self, uuid: str) -> Record:
        path = f"project/api/retrieve/{uuid}"
        return records.project(self.api.record("projects", "GET", path, what=f"show the project {uuid}"))

    def _categories_above(self, record: Record) -> Iterator[Record]:
        """Give the categories that something is in, from the nearest on, as far as the account may see them."""
        with suppress(NotFound, PermissionDenied):
            while record["parent"] is not None:
                record = self._project(record["parent"])
                yield record

    def _is_project(self, uuid: Any) -> bool:
        try:
            return bool(uuid) and self._project(str(uuid))["type"] == "PROJECT"
        except ResponseError:
            return False
