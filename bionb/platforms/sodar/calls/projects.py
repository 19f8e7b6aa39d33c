"""Projects and categories of SODAR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import (
    BionbError,
    ConnectionFailed,
    PermissionDenied,
    ResponseError,
    UsageError,
    VersionRejected,
)
from bionb.listing import Listing
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.rules.identifiers import Ref, role_name, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.problems import WEB_PAGE
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.tree import SEPARATOR, ProjectTree
from bionb.platforms.sodar.wire.versions import Negotiator

RAW = 'SODAR Core before 1.4 crashes at a readme in which the letters "raw" occur (also "drawings"): say it otherwise.'


class Projects(Calls):
    """Calls on projects and categories; a part of `SodarClient`."""

    def __init__(self, api: Negotiator) -> None:
        super().__init__(api)
        self._known: ProjectTree | None = None

    def projects(self) -> Listing:
        """List all categories and projects that the account may see, ordered by full title.

        Returns
        -------
        Listing
            Frame columns: ``full_title``, ``type`` (CATEGORY or PROJECT; missing for the stubs that a finder sees),
            ``title``, ``sodar_uuid``, ``parent`` (UUID of the category), ``description``, ``public_access`` (role of
            everybody, or missing), ``archive``, ``readme``, ``children`` (UUIDs, categories only), ``roles``.

        Notes
        -----
        ``GET /project/api/list`` (SODAR Core, ProjectListAPIView): in pages while some are wanted, else in one answer,
        which costs servers half as much (43 s for 2,000 projects). Servers of the old generation know neither full
        titles nor children: both are computed from the parents.

        Examples
        --------
        >>> sodar = bionb.connect("sodar", sandbox=True)
        >>> sodar.projects().to_frame()["full_title"].head(2).tolist()
        ['Genomics', 'Genomics / Exome pilot']
        """
        return self._listed()

    def _project_tree(self, reload: bool = False) -> ProjectTree:
        """Return all projects as a tree; one list serves until it is to be read again or something is changed here."""
        if self._known is None or reload:
            self._known = ProjectTree(self._listed(paged=False))
        return self._known

    def _listed(self, paged: bool = True) -> Listing:
        return listing(
            self.api,
            "projects",
            "project/api/list",
            what="list the projects",
            declared=columns.PROJECT_COLUMNS,
            shape=records.project,
            whole=records.complete,
            paged=paged,
            at_once=True,
        )

    def project(self, project: Ref) -> Record:
        """Return one project or category with all its fields.

        Parameters
        ----------
        project : str or mapping
            UUID or record.

        Returns
        -------
        dict
            In one shape for all server versions; ``roles`` is a list of members.

        Raises
        ------
        NotFound, PermissionDenied
            Unknown, or seen by this account only as a title (finder).

        Notes
        -----
        ``GET /project/api/retrieve/<project>`` (ProjectRetrieveAPIView).
        """
        uuid = uuid_of(project)
        record = self._project(uuid)
        record["full_title"] = record["full_title"] or self._full_title(record)
        return record

    def _full_title(self, record: Record) -> str:
        """Put the titles of the categories above before a title, as far as the account may see them."""
        titles = [record["title"], *(each["title"] for each in self._categories_above(record))]
        return " / ".join(reversed(titles))

    def create_project(
        self,
        title: str,
        parent: Ref | None,
        *,
        type: str = "PROJECT",
        owner: Ref | None = None,
        description: str | None = None,
        readme: str | None = None,
        public_access: str | None = None,
    ) -> Record:
        """Create a project, or a category with ``type="CATEGORY"``, and return it as the server then shows it.

        Parameters
        ----------
        title : str
            At most 255 characters, unlike its parent's title, without `` / `` and no slash at either end. Blanks
            around it are dropped.
        parent : str or mapping or None
            The category; None only for superusers, who may make root categories.
        type : {"PROJECT", "CATEGORY"}
            What to create.
        owner : str or mapping, optional
            User name, UUID or record; you by default.
        description, readme : str, optional
            Plain text of at most 512 characters, and Markdown.
        public_access : str, optional
            Role of everybody who logs in: ``"guest"`` or ``"viewer"``; projects only.

        Returns
        -------
        dict
            As `project` returns it.

        Raises
        ------
        UsageError
            Another type; a parent that is a project; a role that this server does not know for everybody, or any for a
            category; a readme that would crash this server.
        PermissionDenied
            Your role in the category is too weak.
        ResponseError
            400: the title is taken or breaks a rule; or the project cannot be shown after it was created: then it is
            in ``.partial`` of the error.

        Notes
        -----
        ``POST /project/api/create`` (ProjectCreateAPIView), always as JSON: today's servers refuse the form encoding
        of the documented example. The answer lacks roles and archive, so the project is retrieved again.

        Examples
        --------
        >>> category = next(each for each in sodar.projects() if each["type"] == "CATEGORY")
        >>> sodar.create_project("New Project via API", category)["full_title"]
        'Genomics / New Project via API'
        """
        if type not in ("PROJECT", "CATEGORY"):
            raise UsageError(f"type is PROJECT or CATEGORY, not {type!r}.")
        if type == "CATEGORY" and public_access is not None:
            raise UsageError("A category is never public: give public_access to the projects in it.")
        check_parent(parent)
        self.api.settle()
        texts = (("description", description), ("readme", readme))
        self._check_readme(readme)
        person = self._directory.me() if owner is None else self._directory.person(owner)
        body = {
            "title": title,
            "type": type,
            "parent": None if parent is None else uuid_of(parent),
            "owner": str(person["sodar_uuid"]),
            **{name: text for name, text in texts if text is not None},
            **self._public(public_access),
        }
        made = self._create(body, title)
        self._known = None
        try:
            return self.project(made)
        except BionbError as error:
            error.advise(f"The project {title} was created all the same (.partial of this error).")
            raise error.with_partial(records.project(made)) from error.__cause__

    def _create(self, body: Record, title: str) -> Record:
        what = f"create the {body['type'].lower()} {title}"
        try:
            return self.api.record("projects", "POST", "project/api/create", json=body, what=what)
        except PermissionDenied as error:
            error.advise(
                "Creating needs the role contributor or stronger in the parent category"
                + (" (only superusers create at the root)." if body["parent"] is None else ".")
            )
            raise
        except ConnectionFailed as error:
            if error.maybe_done:
                error.advise(f"projects() shows whether {title} is there.")
            raise
        except ResponseError as error:
            self._explain(error, body)
            raise

    def _explain(self, error: ResponseError, body: Mapping[str, Any]) -> None:
        """Say what a server leaves out: that a parent is a project, which slashes it means, why it crashed."""
        if error.status == 400 and error.detail.startswith("parent: ") and self._is_project(body.get("parent")):
            error.advise("The parent is a project: projects are put into categories.")
        elif error.status == 400 and "/" in str(body.get("title", "")):
            error.advise("A title has no slash between blanks, and none at its start or end.")
        elif error.code == WEB_PAGE and "raw" in str(body.get("readme", "")):
            error.advise(RAW)

    def _check_readme(self, readme: str | None) -> None:
        """Refuse beforehand what is sure to crash: from API version 2.0 on some servers can take it."""
        pinned_or_new = self.api.at_least("2.0") or self.api.pinned
        if "raw" in str(readme or "") and not pinned_or_new:
            raise UsageError(f"{RAW} Nothing was sent.")

    def _public(self, role: str | None) -> Record:
        """Return the public field as the API version in use wants it; it must be there."""
        name = None if role is None else role_name(role)
        if self.api.at_least("2.0"):
            if name not in (None, "project guest", "project viewer"):
                raise UsageError(f"Everybody can be guest or viewer of a project, not {role}.")
            return {"public_access": name}
        if name not in (None, "project guest"):
            raise UsageError(f"This server knows public access only for guests, not for {role}.")
        return {"public_guest_access": name is not None}

    def update_project(self, project: Ref, **changes: Any) -> Record:
        """Change fields of a project and return it.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        **changes
            ``title``, ``description``, ``readme``, ``parent`` (a category: moves it), ``public_access`` (projects only;
            None ends it).

        Returns
        -------
        dict
            The project as it is now.

        Raises
        ------
        UsageError
            Another field (owners change by `transfer_ownership`); None where a text is needed; `public_access` of a
            category, which servers ignore or crash at; a parent that is a project.

        Notes
        -----
        ``PATCH /project/api/update/<project>`` (ProjectUpdateAPIView). The public field is always sent along, as it is
        if it is not to change: without it servers crash in API version 1.x, and in 2.0 end the public access.
        """
        known = ("title", "description", "readme", "parent", "public_access")
        unknown = sorted(set(changes) - set(known))
        if unknown or not changes:
            raise UsageError(f"update_project changes {', '.join(known)}; not {', '.join(unknown) or 'nothing'}.")
        for name in ("title", "readme", "parent"):
            if name in changes and changes[name] is None:
                raise UsageError(
                    f"{name} can't be None: leave it out to keep it{', or give an empty text' * (name == 'readme')}."
                )
        check_parent(changes.get("parent"))
        uuid = uuid_of(project)
        if "parent" in changes and uuid_of(changes["parent"]) == uuid:
            raise UsageError("A category can't be moved into itself: name another one as its parent.")
        self.api.settle()
        self._check_readme(changes.get("readme"))
        if "parent" in changes:
            changes["parent"] = uuid_of(changes["parent"])
        present = self.project(uuid)
        above = str(present["full_title"]).split(SEPARATOR)[-2:-1]
        if str(changes.get("title")).strip() in above:
            raise UsageError(f"The category is called {above[0]}: what is in it needs another title.")
        public = changes.pop("public_access", present["public_access"])
        if public is not None and present["type"] == "CATEGORY":
            raise UsageError(f"{present['title']} is a category, and never public: change the projects in it.")
        changes.update(self._public(public))
        try:
            what = f"update the {str(present['type']).lower()} {present['title']}"
            found = self.api.record("projects", "PATCH", f"project/api/update/{uuid}", json=changes, what=what)
        except ResponseError as error:
            self._explain(error, changes)
            raise
        self._known = None
        return records.project(found)

    def delete_project(self, project: Ref) -> None:
        """Delete a project or an empty category, for good.

        Parameters
        ----------
        project : str or mapping
            UUID or record.

        Raises
        ------
        VersionRejected
            A server too old to delete by API (project API before 1.1).

        Notes
        -----
        ``DELETE /project/api/destroy/<project>`` (ProjectDestroyAPIView).
        """
        uuid, what = uuid_of(project), "delete a project"
        self.api.settle()
        if not self.api.at_least("1.1"):
            raise VersionRejected(
                f'This SODAR server cannot "{what}" by API (that needs version 1.1 of the project API, it uses '
                f"{self.api.version()}): delete it in the web interface.",
                platform=self.session.label,
                status=406,
            )
        self.api.request("projects", "DELETE", f"project/api/destroy/{uuid}", what=f"{what} ({uuid})")
        self._known = None


def check_parent(parent: Any) -> None:
    """Refuse a parent whose record says that it is a project."""
    if isinstance(parent, Mapping) and parent.get("type") == "PROJECT":
        raise UsageError(f"{parent.get('title')} is a project: projects are put into categories.")
