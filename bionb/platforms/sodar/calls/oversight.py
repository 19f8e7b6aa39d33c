"""What owners and stewards of SODAR's projects look after: settings, the timeline, the lock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bionb.errors import ResponseError
from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.rules.identifiers import Ref, project_uuid, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Since

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
TIMELINE = Since("SODAR 1.0", "timeline")
LOCK = Since("SODAR 1.1", "taskflow")


class Oversight(Calls):
    """Calls on settings, timeline and lock; a part of `SodarClient`."""

    # -- settings -------------------------------------------------------------------------------------------------

    def settings(
        self,
        project: Ref | None = None,
        *,
        plugin_name: str | None = None,
        setting_name: str | None = None,
        user: Ref | None = None,
    ) -> Listing:
        """List settings of a project, or your own without a project.

        Parameters
        ----------
        project : str or mapping, optional
            UUID or record; needs the role owner or delegate.
        plugin_name, setting_name : str, optional
            One setting only; by default the common ones, since no call lists them all.
        user : str or mapping, optional
            Yourself, for what is set for each user of a project (``project_star``).

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
            whose = {} if user is None else {"user": self._directory.person(user)["sodar_uuid"]}
            found = self.session.map(lambda name: self._setting(place, name, whose, setting_name is not None), names)
            return Page([each for each in found if each is not None])

        return Listing("settings", lambda: Whole(read), columns.SETTING_COLUMNS)

    def _named(self, name: tuple[str, str]) -> Record:
        """Return the parameters that name a setting, of which one is called otherwise in the old generation."""
        return {"plugin_name" if self.api.at_least("1.0") else "app_name": name[0], "setting_name": name[1]}

    def _setting(self, place: str, name: tuple[str, str], whose: Record, must_exist: bool) -> Record | None:
        params = {**self._named(name), **whose}
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

    def set_setting(
        self,
        setting_name: str,
        value: object,
        project: Ref | None = None,
        *,
        plugin_name: str = "projectroles",
        user: Ref | None = None,
    ) -> Record:
        """Change a setting of a project, or one of your own without a project.

        Parameters
        ----------
        setting_name : str
            As `settings` shows it.
        value : bool, int, str, list or dict
            Of the setting's ``type``: True or False for BOOLEAN, not ``"1"``.
        project : str or mapping, optional
            UUID or record; needs the role owner or delegate.
        plugin_name : str
            The app that has the setting.
        user : str or mapping, optional
            Yourself, for what is set for each user of a project (``project_star``).

        Returns
        -------
        dict
            The setting as it is now.

        Raises
        ------
        PermissionDenied
            Your role is too weak, or nobody may change this setting.
        ResponseError
            400: there is no such setting of this scope, or the value has another type.

        Notes
        -----
        ``POST /project/api/settings/set/<project>`` and ``.../settings/set/user``.

        Examples
        --------
        >>> sodar.set_setting("notify_email_role", False)["value"]
        False
        """
        place, name = "user" if project is None else uuid_of(project), (plugin_name, setting_name)
        self.api.settle()
        whose = {} if user is None else {"user": str(self._directory.person(user)["sodar_uuid"])}
        body = {**self._named(name), "value": value, **whose}
        what = f"change the setting {setting_name}"
        try:
            self.api.request("projects", "POST", f"project/api/settings/set/{place}", json=body, what=what)
        except ResponseError as error:
            if error.status == 400:
                error.advise("Settings of projects need project=, your own none; settings() shows names and types.")
            raise
        return self._setting(place, name, whose, must_exist=True) or {}

    # -- timeline and lock ----------------------------------------------------------------------------------------

    def timeline(self, project: Ref | None = None) -> Listing:
        """List what was done in a project, or on the server without a project, newest first.

        Parameters
        ----------
        project : str or mapping, optional
            UUID or record of a project or category; needs the role guest.

        Returns
        -------
        Listing
            Frame columns: ``time`` (UTC, of the last status), ``event_name``, ``text`` (what was done, with names),
            ``status`` (OK, FAILED, SUBMIT, ...), ``status_text`` (why it failed), ``user.username``, ``app``,
            ``project``, ``sodar_uuid``, ``classified`` (shown to owners and delegates only), ``extra_data``, ...

        Raises
        ------
        VersionRejected
            A server before SODAR 1.0. Raised once the listing is used.
        PermissionDenied
            Your role is too weak. Raised once the listing is used.

        Notes
        -----
        ``GET /timeline/api/list/<project>`` and ``.../list/site`` (ProjectTimelineEventListAPIView,
        SiteTimelineEventListAPIView).

        Examples
        --------
        >>> project = sodar.create_project("Course", sodar.projects()[0])
        >>> sodar.timeline(project).to_frame()["event_name"].tolist()
        ['project_create']
        """
        place = "site" if project is None else uuid_of(project)
        return listing(
            self.api,
            "events",
            f"timeline/api/list/{place}",
            what="list the timeline",
            declared=columns.EVENT_COLUMNS,
            api="timeline",
            since=TIMELINE,
            shape=self._event,
        )

    def event(self, event: Ref) -> Record:
        """Return one event of a timeline, as it is now.

        Parameters
        ----------
        event : str or mapping
            UUID or record.

        Returns
        -------
        dict
            As in `timeline`.

        Notes
        -----
        ``GET /timeline/api/retrieve/<event>`` (TimelineEventRetrieveAPIView).

        Examples
        --------
        >>> project = sodar.create_project("Course", sodar.projects()[0])
        >>> sodar.event(sodar.timeline(project)[0])["status"]
        'OK'
        """
        path = f"timeline/api/retrieve/{uuid_of(event)}"
        return self._event(self.api.record("timeline", "GET", path, what="show the event", since=TIMELINE))

    def _event(self, found: Mapping[str, Any]) -> Record:
        """Return an event with its last status beside, and names in place of what stands for them."""
        names = {str(each.get("label")): str(each.get("name")) for each in found.get("event_objects") or ()}
        last = (found.get("status_changes") or [{}])[-1]
        return {
            **found,
            "time": last.get("timestamp"),
            "text": re.sub(r"\{(\w+)\}", lambda word: names.get(word[1], word[0]), str(found.get("description") or "")),
            "status": last.get("status_type"),
            "status_text": plain(str(last.get("description") or "")),
            "user": self._directory.known_as(records.user(found.get("user"))),
        }

    def is_locked(self, project: Ref) -> bool:
        """Tell whether the server is at work on a project's files, so that other work in it has to wait.

        Parameters
        ----------
        project : str or mapping
            UUID or record of a project (not a category); needs the role guest.

        Returns
        -------
        bool
            True while files are moved or deleted.

        Raises
        ------
        VersionRejected
            A server before SODAR 1.1.
        ServerFailed
            503: this server has no iRODS.

        Notes
        -----
        ``GET /taskflowbackend/api/lock/status/<project>`` (ProjectLockStatusAPIView).

        Examples
        --------
        >>> sodar.is_locked(sodar.projects()[1])
        False
        """
        path, what = f"taskflowbackend/api/lock/status/{project_uuid(project)}", "ask for the project's lock"
        return bool(self.api.record("taskflow", "GET", path, what=what, needs=("is_locked",), since=LOCK)["is_locked"])


def plain(text: str) -> str:
    """Return a text of a timeline without its markup, lists in one line."""
    items = re.sub(r"\s*</?(ul|li|br|p)\b[^>]*>\s*", "; ", text)
    words = re.sub(r"<[^>]+>", "", items)
    return re.sub(r"(; )+", "; ", words).strip("; ")
