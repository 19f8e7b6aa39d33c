"""Users and invites of SODAR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import ResponseError
from bionb.listing import Listing
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.rules.identifiers import Ref, role_name, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Since

ONE_INVITE = Since("SODAR 1.2", "projects", "2.0", "Look at invites(project), which lists the active ones.")


class People(Calls):
    """Calls on people and invitations; a part of `SodarClient`."""

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

    # -- invites --------------------------------------------------------------------------------------------------

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
            shape=_invite,
        )

    def invite(self, invite: Ref) -> Record:
        """Return one invitation, also one that was revoked.

        Parameters
        ----------
        invite : str or mapping
            UUID or record.

        Returns
        -------
        dict
            As in `invites`.

        Raises
        ------
        VersionRejected
            A server before SODAR 1.2; `invites` lists the active ones there.

        Notes
        -----
        ``GET /project/api/invites/retrieve/<invite>`` (ProjectInviteRetrieveAPIView, project API 2.0).

        Examples
        --------
        >>> made = sodar.create_invite(sodar.projects()[1], "student@example.org", "guest")
        >>> sodar.invite(made)["email"]
        'student@example.org'
        """
        path, what = f"project/api/invites/retrieve/{uuid_of(invite)}", "show the invite"
        return _invite(self.api.record("projects", "GET", path, what=what, since=ONE_INVITE))

    def create_invite(self, project: Ref, email: str, role: str, *, message: str | None = None) -> Record:
        """Invite somebody without an account to a project or category; SODAR sends an e-mail.

        Parameters
        ----------
        project : str or mapping
            UUID or record; needs the role owner or delegate.
        email : str
            Where to.
        role : str
            ``"contributor"``, ``"guest"``, ...; delegates are invited by owners only.
        message : str, optional
            Words to the guest.

        Returns
        -------
        dict
            The invitation.

        Raises
        ------
        UsageError
            An unknown role.
        ResponseError
            400: whoever has this address has an account already (then `add_member`), or was invited.

        Notes
        -----
        ``POST /project/api/invites/create/<project>`` (ProjectInviteCreateAPIView).

        Examples
        --------
        >>> sodar.create_invite(sodar.projects()[1], "student@example.org", "guest")["role"]
        'project guest'
        """
        body = {"email": email, "role": role_name(role), **({} if message is None else {"message": message})}
        path, what = f"project/api/invites/create/{uuid_of(project)}", f"invite {email}"
        try:
            return _invite(self.api.record("projects", "POST", path, json=body, what=what))
        except ResponseError as error:
            if error.status == 400:
                error.advise("add_member adds who has an account; invites(project) lists who was invited.")
            raise

    def revoke_invite(self, invite: Ref) -> None:
        """End an invitation: its link does not work any more.

        Parameters
        ----------
        invite : str or mapping
            UUID or record.

        Raises
        ------
        ResponseError
            400: it has been revoked or accepted before.

        Notes
        -----
        ``POST /project/api/invites/revoke/<invite>`` (ProjectInviteRevokeAPIView).

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> sodar.revoke_invite(sodar.create_invite(project, "student@example.org", "guest"))
        >>> len(sodar.invites(project))
        0
        """
        self._invited("revoke", invite)

    def resend_invite(self, invite: Ref) -> None:
        """Let SODAR send the e-mail of an invitation again.

        Parameters
        ----------
        invite : str or mapping
            UUID or record.

        Raises
        ------
        ResponseError
            400: it has been revoked or accepted before.

        Notes
        -----
        ``POST /project/api/invites/resend/<invite>`` (ProjectInviteResendAPIView).

        Examples
        --------
        >>> made = sodar.create_invite(sodar.projects()[1], "student@example.org", "guest")
        >>> sodar.resend_invite(made)
        """
        self._invited("resend", invite)

    def _invited(self, action: str, invite: Ref) -> None:
        path = f"project/api/invites/{action}/{uuid_of(invite)}"
        try:
            self.api.request("projects", "POST", path, what=f"{action} the invite")
        except ResponseError as error:
            if error.status == 400:
                error.advise("invites(project) lists those that are active.")
            raise


def _invite(found: Mapping[str, Any]) -> Record:
    """Return an invite with the UUID of who issued it, in all versions."""
    return {**found, "issuer": records.user(found["issuer"])["sodar_uuid"]}
