"""Projects and their members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bionb.errors import UsageError
from bionb.listing import Listing
from bionb.paging.pages import Record
from bionb.plain import plain, several
from bionb.platforms.sevenbridges.calls.calls import LIMIT, Calls, FieldsLike, check_changes
from bionb.platforms.sevenbridges.rules.identifiers import Ref, identifier, project_id
from bionb.platforms.sevenbridges.wire.records import MEMBERS, PROJECTS

PERMISSIONS = ("read", "write", "copy", "execute", "admin")


class Projects(Calls):
    """Calls on ``/projects``."""

    def projects(
        self,
        owner: str | None = None,
        *,
        name: str | None = None,
        category: str | None = None,
        tags: str | Sequence[str] | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
    ) -> Listing:
        """List the projects that you are a member of.

        Parameters
        ----------
        owner : str, optional
            Only the projects of this user.
        name : str, optional
            Part of the name; upper and lower case are alike here.
        category, tags : optional
            Further filters.
        fields : str or sequence of str, optional
            What the server sends, see `Fields`; by default everything, an empty text for the server's short default.
        limit : int
            Size of a page, at most 100.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``description``, ``tags``, ``billing_group``, ..., ``created_on`` (UTC).

        Notes
        -----
        ``GET /projects``, ``GET /projects/{owner}``.

        Examples
        --------
        >>> sevenbridges.projects(name="my").to_frame()["id"].tolist()
        ['RFranklin/my-project']
        """
        path = "projects" if owner is None else f"projects/{owner}"
        params = {"name": name, "category": category, "tags": several(tags)}
        return self._listing(PROJECTS, path=path, params=params, fields=fields, limit=limit)

    def project(self, project: Ref, fields: FieldsLike = None) -> Record:
        """Return one project.

        Notes
        -----
        ``GET /projects/{owner}/{short-name}``.
        """
        name = project_id(project)
        return self._get(PROJECTS, f"projects/{name}", what=f"get the project {name}", fields=fields)

    def create_project(
        self,
        name: str,
        billing_group: Ref,
        *,
        description: str | None = None,
        tags: str | Sequence[str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Record:
        """Create a project and return it; its id holds the short name that the server chose.

        Parameters
        ----------
        name : str
            May be changed later; the short name never.
        billing_group : str or dict
            Of ``client.billing_groups()``.
        description, tags : str, sequence of str, optional
            What a person should know of it, and words to find it by.
        settings : mapping, optional
            ``locked``, ``controlled``, ``use_interruptible_instances``, ...

        Notes
        -----
        ``POST /projects``.
        """
        given = {"description": description, "tags": several(tags), "settings": settings}
        body: Record = {"name": name, "billing_group": identifier(billing_group, "billing group")}
        body |= {key: value for key, value in given.items() if value}
        return self._record("POST", "projects", what=f"create the project {name}", json=body, ids=("id",))

    def update_project(self, project: Ref, **changes: Any) -> Record:
        """Change ``name``, ``description``, ``billing_group``, ``tags`` or ``settings``; the id stays.

        Notes
        -----
        ``PATCH /projects/{owner}/{short-name}``.
        """
        check_changes("project", changes, ("name", "description", "billing_group", "tags", "settings"))
        if changes.get("billing_group") is not None:
            changes["billing_group"] = identifier(changes["billing_group"], "billing group")
        if "tags" in changes:
            changes["tags"] = several(changes["tags"])
        name = project_id(project)
        return self._record("PATCH", f"projects/{name}", what=f"change the project {name}", json=changes, ids=("id",))

    def delete_project(self, project: Ref) -> None:
        """Delete a project with all that is in it.

        Notes
        -----
        ``DELETE /projects/{owner}/{short-name}``.
        """
        name = project_id(project)
        self.call("DELETE", f"projects/{name}", what=f"delete the project {name}")

    # -- members --------------------------------------------------------------------------------------------------

    def members(self, project: Ref, limit: int = LIMIT) -> Listing:
        """List a project's members.

        Returns
        -------
        Listing
            Frame columns: ``username``, ``type``, ``email``, ``permissions.read`` ... ``permissions.admin``.

        Notes
        -----
        ``GET /projects/{owner}/{short-name}/members``.
        """
        return self._listing(MEMBERS, path=f"projects/{project_id(project)}/members", limit=limit)

    def add_member(self, project: Ref, username: str, **permissions: bool) -> Record:
        """Add a member, who can always read; further permissions are ``write, copy, execute, admin``.

        Notes
        -----
        ``POST /projects/{owner}/{short-name}/members``. ``admin`` implies the others.

        Examples
        --------
        >>> sevenbridges.add_member("RFranklin/rfranklins-experiments", "viewer", copy=True)["permissions"]["copy"]
        True
        """
        name = project_id(project)
        body = {"username": username, "type": "USER", "permissions": {"read": True, **_checked(permissions)}}
        return self._record(
            "POST",
            f"projects/{name}/members",
            what=f"add {username} to the project {name}",
            json=body,
            ids=("username",),
        )

    def update_member(self, project: Ref, username: str, **permissions: bool) -> Record:
        """Change a member's permissions and return all of them.

        Notes
        -----
        ``PATCH /projects/{owner}/{short-name}/members/{username}/permissions``.
        """
        name, wanted = project_id(project), _checked(permissions)
        check_changes("member", wanted, PERMISSIONS)
        path = f"projects/{name}/members/{username}/permissions"
        what = f"change the permissions of {username} in the project {name}"
        return self._record("PATCH", path, what=what, json=wanted, needs=("read",))

    def remove_member(self, project: Ref, username: str) -> None:
        """Remove a member.

        Notes
        -----
        ``DELETE /projects/{owner}/{short-name}/members/{username}``.
        """
        name = project_id(project)
        path = f"projects/{name}/members/{username}"
        self.call("DELETE", path, what=f"remove {username} from the project {name}")


def _checked(permissions: Mapping[str, bool]) -> dict[str, bool]:
    if unknown := sorted(set(permissions) - set(PERMISSIONS)):
        raise UsageError(f"There is no permission {', '.join(unknown)}; there are {', '.join(PERMISSIONS)}.")
    found: dict[str, bool] = plain(permissions)
    if wrong := [name for name, value in found.items() if not isinstance(value, bool)]:
        raise UsageError(f"A permission is True or False, unlike {wrong[0]}={permissions[wrong[0]]!r}.")
    return found
