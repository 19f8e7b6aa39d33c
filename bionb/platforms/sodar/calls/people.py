"""Users, settings and invites of SODAR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import ResponseError
from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.rules.identifiers import Ref, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.records import Record

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


class People(Calls):
    """Calls on people and their settings; a part of `SodarClient`."""

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
        return self._directory.users()

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
        return self._directory.me()

    def user_uuid(self, user: Ref) -> str:
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
        return str(self._directory.person(user)["sodar_uuid"])

    # -- settings and invites -------------------------------------------------------------------------------------

    def settings(
        self,
        project: Ref | None = None,
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

    def invites(self, project: Ref) -> Listing:
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
        return listing(
            self.api,
            "invites",
            f"project/api/invites/list/{uuid_of(project)}",
            what="list the invites",
            declared=columns.INVITE_COLUMNS,
            shape=lambda found: {**found, "issuer": records.user(found["issuer"])["sodar_uuid"]},
        )
