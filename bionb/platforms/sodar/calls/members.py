"""Members, roles and owners of SODAR projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import NotFound, UsageError
from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.rules.identifiers import ROLES, Ref, role_name, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.records import Record


class Members(Calls):
    """Calls on roles; a part of `SodarClient`."""

    def members(self, project: Ref) -> Listing:
        """List who has which role in a project, inherited roles included.

        Parameters
        ----------
        project : str or mapping
            UUID or record.

        Returns
        -------
        Listing
            Frame columns: ``user.username``, ``role``, ``user.name``, ``user.email``, ``inherited``, ``sodar_uuid`` (of
            the role assignment), ``user.sodar_uuid``, ``project``.

        Raises
        ------
        NotFound, PermissionDenied
            Unknown project, or one that this account does not see. Raised once the listing is used.

        Notes
        -----
        ``GET /project/api/retrieve/<project>``; API version 2.0 gives users as UUIDs only, their names are looked up in
        the list of users (one more request, once).

        Examples
        --------
        >>> project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
        >>> sodar.members(project).to_frame()["user.username"].tolist()
        ['alice@EXAMPLE', 'bob@EXAMPLE', 'carol@EXAMPLE']
        """
        uuid = uuid_of(project)

        def read(params: Mapping[str, Any], opens: bool) -> Page:
            members = self._project(uuid)["roles"] or []
            return Page([{**each, "user": self._directory.named(each["user"])} for each in members])

        return Listing("members", lambda: Whole(read), columns.MEMBER_COLUMNS)

    def add_member(self, project: Ref, user: Ref, role: str) -> Record:
        """Give a user a role in a project.

        A role in a category holds in all projects below: weaker roles that the user has there disappear, and no role
        weaker than an inherited one can be given.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        user : str or mapping
            User name, UUID or record.
        role : str
            ``"contributor"``, ``"project guest"``, ...; owners change by `transfer_ownership`.

        Returns
        -------
        dict
            The role assignment; its own UUID is ``sodar_uuid``. (The documented example reads ``role_uuid``, a key that
            no server version has.)

        Notes
        -----
        ``POST /project/api/roles/create/<project>`` (RoleAssignmentCreateAPIView).

        Examples
        --------
        >>> project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
        >>> sodar.add_member(project, "dave", "guest")["role"]
        'project guest'
        """
        uuid, name = uuid_of(project), role_name(role)
        person = self._directory.person(user)
        made = self.api.record(
            "projects",
            "POST",
            f"project/api/roles/create/{uuid}",
            json={"role": name, "user": person["sodar_uuid"]},
            what=f"make {person.get('username') or person['sodar_uuid']} {name}",
        )
        return records.member({**made, "user": person}, uuid)

    def update_member(self, project: Ref, user: Ref, role: str) -> Record:
        """Change a member's role.

        Parameters
        ----------
        project, user : str or mapping
            As for `add_member`.
        role : str
            The new role.

        Returns
        -------
        dict
            The role assignment, as `members` lists it.

        Raises
        ------
        UsageError
            There is no such role.
        NotFound
            This user has no role of their own here.
        PermissionDenied
            Only owners and delegates change roles.

        Notes
        -----
        ``PATCH /project/api/roles/update/<role assignment>`` (RoleAssignmentUpdateAPIView), looked up by user.

        Examples
        --------
        >>> project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
        >>> sodar.update_member(project, "carol", "contributor")["role"]
        'project contributor'
        """
        name = role_name(role)
        present = self._assignment(project, user)
        made = self.api.record(
            "projects",
            "PATCH",
            f"project/api/roles/update/{present['sodar_uuid']}",
            json={"role": name},
            what=f"make {present['user'].get('username')} {name}",
        )
        return records.member({**made, "user": present["user"]}, uuid_of(project))

    def remove_member(self, project: Ref, user: Ref) -> None:
        """Take a member's role away.

        Parameters
        ----------
        project, user : str or mapping
            As for `add_member`.

        Raises
        ------
        NotFound
            This user has no role of their own here.
        PermissionDenied
            Only owners and delegates remove members.

        Notes
        -----
        ``DELETE /project/api/roles/destroy/<role assignment>`` (RoleAssignmentDestroyAPIView).

        Examples
        --------
        >>> project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
        >>> sodar.remove_member(project, "carol")
        >>> len(sodar.members(project))
        2
        """
        present = self._assignment(project, user)
        self.api.request(
            "projects",
            "DELETE",
            f"project/api/roles/destroy/{present['sodar_uuid']}",
            what=f"remove {present['user'].get('username')} from the project",
        )

    def transfer_ownership(self, project: Ref, new_owner: Ref, old_owner_role: str | None = None) -> Listing:
        """Make another user the owner and return the members.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        new_owner : str or mapping
            User name, UUID or record of a member (the server itself takes only the name).
        old_owner_role : str, optional
            What the old owner becomes: contributor by default, or the role inherited from a category above, below which
            no one can be set.

        Returns
        -------
        Listing
            As `members`.

        Raises
        ------
        UsageError
            The new owner's user name cannot be seen by this account.
        PermissionDenied
            Only owners hand a project over.
        ResponseError
            400: the new owner has no role here yet.

        Notes
        -----
        ``POST /project/api/roles/owner-transfer/<project>`` (RoleAssignmentOwnerTransferAPIView). Role assignments may
        have other UUIDs afterwards: read the members again.

        Examples
        --------
        >>> project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
        >>> sodar.transfer_ownership(project, "bob").to_frame().loc[0, ["user.username", "role"]].tolist()
        ['bob@EXAMPLE', 'project owner']
        """
        uuid = uuid_of(project)
        person = self._directory.person(new_owner)
        if not person.get("username"):
            raise UsageError(f"SODAR transfers by user name, and this account cannot see the name of {new_owner}.")
        role = role_name(old_owner_role) if old_owner_role else self._role_after_owning(uuid)
        self.api.json(
            "projects",
            "POST",
            f"project/api/roles/owner-transfer/{uuid}",
            json={"new_owner": person["username"], "old_owner_role": role},
            what=f"make {person['username']} the owner",
        )
        return self.members(uuid)

    def _role_after_owning(self, uuid: str) -> str:
        """Return the weakest role that the present owner can have: nobody may fall below an inherited one."""
        found = self._project(uuid)
        owner = next(each["user"]["sodar_uuid"] for each in found["roles"] if each["role"] == "project owner")
        order = [role_name(each) for each in ROLES]
        best = order.index("project contributor")
        for category in self._categories_above(found):
            for each in category["roles"] or ():
                if each["user"]["sodar_uuid"] == owner:
                    best = min(best, order.index(each["role"]))
        return order[best]

    def _assignment(self, project: Ref, user: Ref) -> Record:
        person = self._directory.person(user)
        for each in self.members(project):
            if each["user"]["sodar_uuid"] == person["sodar_uuid"] and not each["inherited"]:
                return each
        raise NotFound(
            f"{person.get('username') or person['sodar_uuid']} has no role of their own in this project "
            "(inherited roles are changed in the category). Add one with add_member.",
            platform=self.session.label,
            status=404,
        )
