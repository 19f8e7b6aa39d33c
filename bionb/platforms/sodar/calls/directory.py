"""People by name: the list of users, read once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bionb.errors import NotFound, ResponseError, UsageError
from bionb.listing import Listing
from bionb.platforms.sodar.rules.identifiers import Ref
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Negotiator


class Directory:
    """The users that an account sees, by UUID.

    Parameters
    ----------
    api : Negotiator
        Where to ask.
    """

    def __init__(self, api: Negotiator) -> None:
        self._api = api
        self._people: dict[str, Record] | None = None

    def users(self) -> Listing:
        """List the users as they are now."""

        def params() -> Mapping[str, Any]:
            self._api.settle()
            return {"include_system_users": 1} if self._api.at_least("1.1") else {}

        path, what = "project/api/users/list", "list the users"
        return listing(self._api, "users", path, what=what, declared=columns.USER_COLUMNS, params=params)

    def me(self) -> Record:
        """Return the account itself."""
        needs, what = ("username", "sodar_uuid"), "ask for the account"
        return self._api.record("projects", "GET", "project/api/users/current", what=what, needs=needs)

    def person(self, user: Ref) -> Record:
        """Return a user by name, UUID or record; the list of users is read once."""
        if isinstance(user, Mapping):
            return dict(user)
        if not isinstance(user, str):
            raise UsageError(f"Give a user by name, UUID or record, not {user!r}.")
        people, text = self._known(), user.strip()
        if found := people.get(text.lower()) or _by_name(people, text):
            return found
        if text.count("-") == 4:
            return self._unlisted(text.lower())
        raise NotFound(
            f"SODAR shows this account no user {text!r}. Check the name in users(), or give the user's UUID.",
            platform=self._api.session.label,
            status=404,
        )

    def named(self, user: Mapping[str, Any]) -> Record:
        """Return a user with the name, which new servers leave out inside other objects."""
        if not user.get("username") and user["sodar_uuid"]:
            return self.person(str(user["sodar_uuid"]))
        return dict(user)

    def known_as(self, user: Mapping[str, Any]) -> Record:
        """Return a user with the name as far as the account may see people; who may not still sees the rest."""
        with suppress(ResponseError):
            return self.named(user)
        return dict(user)

    def _known(self) -> dict[str, Record]:
        if self._people is None:
            self._people = {each["sodar_uuid"]: each for each in self.users()}
        return self._people

    def _unlisted(self, uuid: str) -> Record:
        """Return what can be known of a user who is in no list."""
        if not self._api.at_least("1.1"):
            return records.user(uuid)
        try:
            found = self._api.record("projects", "GET", f"project/api/users/{uuid}", what=f"show the user {uuid}")
        except ResponseError:
            return records.user(uuid)
        self._known()[uuid] = found
        return found


def _by_name(people: Mapping[str, Record], name: str) -> Record | None:
    """Return the user of this name; without a domain only if there is just one."""
    exact = [each for each in people.values() if each["username"] == name]
    short = [each for each in people.values() if (each["username"] or "").split("@")[0].lower() == name.lower()]
    return exact[0] if exact else short[0] if len(short) == 1 else None
