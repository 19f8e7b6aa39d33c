"""Users, settings and invites of SODAR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import NotFound, ResponseError, UsageError
from bionb.listing import Listing
from bionb.pages import Page, Whole
from bionb.platforms.sodar.calls.tokens import TokenCalls
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.records import Record, uuid_of

# There is no call that lists settings; these are the ones that projects and users commonly have, by scope.
PROJECT_SETTINGS = (
    ("projectroles", "ip_restrict"),
    ("projectroles", "ip_allow_list"),
    ("projectroles", "ip_allowlist"),  # of the old generation
    ("samplesheets", "allow_editing"),
    ("samplesheets", "sheet_sync_enable"),
    ("landingzones", "file_name_prohibit"),
)
USER_SETTINGS = (
    ("projectroles", "notify_email_project"),
    ("projectroles", "notify_email_role"),
    ("projectroles", "user_email_additional"),  # of the old generation
)


class AccountCalls(TokenCalls):
    """Calls on people and their settings; a part of `SodarClient`."""

    _people: dict[str, Record] | None

    # -- people ---------------------------------------------------------------------------------------------------

    def users(self) -> Listing:
        """List the users that the account may see; local accounts of the site included where the server can.

        Returns
        -------
        Listing
            Frame columns: ``username``, ``name``, ``email``, ``is_superuser``, ``auth_type``, ``sodar_uuid``,
            ``additional_emails``.

        Notes
        -----
        ``GET /project/api/users/list`` (UserListAPIView). Old servers hide local accounts from all but superusers.

        Examples
        --------
        >>> sodar.users().to_frame()["username"].head(2).tolist()
        ['admin', 'alice@EXAMPLE']
        """

        def params() -> Mapping[str, Any]:
            self.api.settle()
            return {"include_system_users": 1} if self.api.at_least("1.1") else {}

        return self._listing(
            "users", "project/api/users/list", what="list the users", declared=columns.USER_COLUMNS, params=params
        )

    def current_user(self) -> Record:
        """Return your own account, with the UUID that other calls ask for.

        Notes
        -----
        ``GET /project/api/users/current`` (CurrentUserRetrieveAPIView).

        Examples
        --------
        >>> sodar.current_user()["username"]
        'alice@EXAMPLE'
        """
        return self.api.record(
            "projects", "GET", "project/api/users/current", what="ask for the account", needs=("username", "sodar_uuid")
        )

    def user_uuid(self, user: str | Mapping[str, Any]) -> str:
        """Return the UUID of a user.

        Parameters
        ----------
        user : str or mapping
            User name (with or without domain), UUID or record.

        Raises
        ------
        NotFound
            No visible user of that name.

        Notes
        -----
        ``GET /project/api/users/list``, once per client; ``GET /project/api/users/<user>`` for a UUID not in it.

        Examples
        --------
        >>> sodar.user_uuid("alice") == sodar.current_user()["sodar_uuid"]
        True
        """
        return str(self._person(user)["sodar_uuid"])

    def _person(self, user: str | Mapping[str, Any]) -> Record:
        """Return a user by name, UUID or record; the list of users is read once."""
        if isinstance(user, Mapping):
            return dict(user)
        if not isinstance(user, str):
            raise UsageError(f"Give a user by name, UUID or record, not {user!r}.")
        people = self._known_people()
        text = user.strip()
        found = people.get(text.lower()) or _by_name(people, text)
        if found is not None:
            return found
        if text.count("-") == 4:
            return self._unlisted(text.lower())
        raise NotFound(
            f"SODAR shows this account no user {text!r}. Check the name in users(), or give the user's UUID.",
            platform=self.session.label,
            status=404,
        )

    def _known_people(self, refresh: bool = False) -> dict[str, Record]:
        if self._people is None or refresh:
            self._people = {each["sodar_uuid"]: each for each in self.users()}
        return self._people

    def _unlisted(self, uuid: str) -> Record:
        """Return what can be known of a user who is in no list."""
        if not self.api.at_least("1.1"):
            return records.user(uuid)
        try:
            found = self.api.record("projects", "GET", f"project/api/users/{uuid}", what=f"show the user {uuid}")
        except ResponseError:
            return records.user(uuid)
        self._known_people()[uuid] = found
        return found

    # -- settings and invites -------------------------------------------------------------------------------------

    def settings(
        self,
        project: str | Mapping[str, Any] | None = None,
        *,
        plugin_name: str | None = None,
        setting_name: str | None = None,
    ) -> Listing:
        """List settings of a project, or your own without a project.

        Parameters
        ----------
        project : str or mapping, optional
            UUID or record; needs the role owner or delegate.
        plugin_name, setting_name : str, optional
            One setting only; by default the common ones, since no call lists them all.

        Returns
        -------
        Listing
            Frame columns: ``plugin_name``, ``name``, ``type``, ``value``, ``user_modifiable``, ``project``, ``user``.

        Raises
        ------
        PermissionDenied
            Your role is too weak. Raised once the listing is used.
        ResponseError
            400: a setting that was named does not exist. Raised once the listing is used.

        Notes
        -----
        ``GET /project/api/settings/retrieve/<project>`` and ``.../settings/retrieve/user``: user settings are refused
        at the first, project settings at the second. Settings that a server lacks are left out, unless named.

        Examples
        --------
        >>> sodar.settings().to_frame()["name"].tolist()
        ['notify_email_project', 'notify_email_role']
        """
        place = "user" if project is None else uuid_of(project)
        names: tuple[tuple[str, str], ...] = PROJECT_SETTINGS if project is not None else USER_SETTINGS
        if setting_name is not None:
            names = ((plugin_name or "projectroles", setting_name),)
        elif plugin_name is not None:
            names = tuple(each for each in names if each[0] == plugin_name)

        def read(params: Mapping[str, Any], opens: bool) -> Page:
            self.api.settle()
            found = self.session.map(lambda name: self._setting(place, name, setting_name is not None), names)
            return Page([each for each in found if each is not None])

        return Listing("settings", lambda: Whole(read), columns.SETTING_COLUMNS)

    def _setting(self, place: str, name: tuple[str, str], must_exist: bool) -> Record | None:
        old = self.api.version() == "old" or self.api.version().startswith("0.")
        params = {"app_name" if old else "plugin_name": name[0], "setting_name": name[1]}
        try:
            found = self.api.record(
                "projects",
                "GET",
                f"project/api/settings/retrieve/{place}",
                params=params,
                needs=("value",),
                what=f"show the setting {name[1]}",
            )
        except ResponseError as error:
            if error.status == 400 and not must_exist:
                return None
            raise
        found.setdefault("plugin_name", found.pop("app_name", name[0]))
        if isinstance(found.get("user"), Mapping):
            found["user"] = found["user"].get("sodar_uuid")
        return found

    def invites(self, project: str | Mapping[str, Any]) -> Listing:
        """Active invitations to a project; needs the role owner or delegate.

        Parameters
        ----------
        project : str or mapping
            UUID or record.

        Returns
        -------
        Listing
            Frame columns: ``email``, ``role``, ``date_created``, ``date_expire`` (UTC), ``message``, ``sodar_uuid``,
            ``project``, then what the server adds (``issuer``).

        Raises
        ------
        PermissionDenied
            Your role is too weak. Raised once the listing is used.

        Notes
        -----
        ``GET /project/api/invites/list/<project>`` (ProjectInviteListAPIView).

        Examples
        --------
        >>> project = next(each for each in sodar.projects() if each["title"] == "Course 2026")
        >>> sodar.invites(project).to_frame()["email"].tolist()
        ['newcomer@example.org']
        """
        return self._listing(
            "invites",
            f"project/api/invites/list/{uuid_of(project)}",
            what="list the invites",
            declared=columns.INVITE_COLUMNS,
            shape=lambda found: {**found, "issuer": records.user(found["issuer"])["sodar_uuid"]},
        )


def _by_name(people: Mapping[str, Record], name: str) -> Record | None:
    """Return the user of this name; without a domain only if there is just one."""
    exact = [each for each in people.values() if each["username"] == name]
    short = [each for each in people.values() if (each["username"] or "").split("@")[0].lower() == name.lower()]
    return exact[0] if exact else short[0] if len(short) == 1 else None
