"""Apps: lists, revisions, descriptions, installing and copying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bionb.errors import UsageError
from bionb.listing import Listing
from bionb.paging.pages import Record
from bionb.platforms.sevenbridges.calls.calls import LIMIT, Calls, FieldsLike
from bionb.platforms.sevenbridges.rules.identifiers import Ref, app_id, project_id
from bionb.platforms.sevenbridges.rules.inputs import Inputs
from bionb.platforms.sevenbridges.wire.records import APPS

STRATEGIES = ("clone", "direct", "clone_direct", "transient")


class Apps(Calls):
    """Calls on ``/apps``."""

    def apps(
        self,
        project: Ref | None = None,
        *,
        owner: str | None = None,
        public: bool = False,
        q: str | None = None,
        ids: Sequence[str] | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
    ) -> Listing:
        """List apps (tools and workflows).

        Parameters
        ----------
        project, owner : optional
            Only the apps of a project, or of a user's projects.
        public : bool
            The public apps instead of your own.
        q : str, optional
            Words that must all occur.
        ids : sequence of str, optional
            Only these apps, with their revisions.
        fields : str or sequence of str, optional
            By default all but ``raw``, the long description.
        limit : int
            Size of a page, at most 100.

        Returns
        -------
        Listing
            Frame columns: ``id`` (with the revision), ``name``, ``project``, ``revision``.

        Notes
        -----
        ``GET /apps``.
        """
        params = {
            "project": None if project is None else project_id(project),
            "project_owner": owner,
            "visibility": "public" if public else None,
            "q": q,
            "id": None if ids is None else list(ids),
        }
        return self._listing(APPS, params=params, fields=fields, limit=limit, chunked="id")

    def app(self, app: Ref, revision: int | None = None, fields: FieldsLike = None) -> Record:
        """Return an app with its description (``raw``): a revision, else the latest.

        Notes
        -----
        ``GET /apps/{owner}/{project}/{app}`` and ``.../{revision}``.

        Examples
        --------
        >>> sevenbridges.app("RFranklin/my-project/bamtools-merge-2-4-0/0")["name"]
        'BamTools Merge 2.4.0'
        """
        name = _revised(app, revision)
        return self._get(APPS, f"apps/{name}", what=f"get the app {name}", fields=fields)

    def app_cwl(self, app: Ref, revision: int | None = None) -> Record:
        """Return the app in the Common Workflow Language and nothing around it.

        Notes
        -----
        ``GET /apps/{owner}/{project}/{app}/raw`` and ``.../{revision}/raw``.
        """
        name = _revised(app, revision)
        return self._record("GET", f"apps/{name}/raw", what=f"get the description of the app {name}", needs=("class",))

    def app_inputs(self, app: Ref, revision: int | None = None) -> Inputs:
        """Return what an app takes: ``.frame()`` shows it, ``.build(...)`` makes a task's inputs.

        Examples
        --------
        >>> sevenbridges.app_inputs("RFranklin/my-project/bamtools-merge-2-4-0").names
        ['input_bam', 'output_name']
        """
        cwl = app.get("raw") if isinstance(app, Mapping) and revision is None else None
        return Inputs(cwl or self.app_cwl(app, revision))

    def install_app(self, project: Ref, short_name: str, cwl: Mapping[str, Any], revision: int | None = None) -> Record:
        """Install an app from its description, or a next revision of one.

        Returns
        -------
        dict
            The app; its ``id`` tells the revision.

        Notes
        -----
        ``POST /apps/{owner}/{project}/{app}/raw`` and ``.../{revision}/raw``.
        """
        name = app_id(f"{project_id(project)}/{short_name}")
        path = f"apps/{name}/raw" if revision is None else f"apps/{name}/{revision}/raw"
        installed = self._record("POST", path, what=f"install the app {name}", json=dict(cwl), ids=("sbg:id",))
        return self.app(installed["sbg:id"])

    def copy_app(self, app: Ref, project: Ref, name: str | None = None, *, strategy: str = "clone") -> Record:
        """Copy an app to another project.

        Parameters
        ----------
        name : str, optional
            Another name than the app's own.
        strategy : str
            How to copy: ``"clone"``, ``"direct"``, ``"clone_direct"`` or ``"transient"``.

        Notes
        -----
        ``POST /apps/{owner}/{project}/{app}/actions/copy``.
        """
        if strategy not in STRATEGIES:
            raise UsageError(f"strategy={strategy!r} is none of {', '.join(STRATEGIES)}.")
        source = "/".join(app_id(app).split("/")[:3])
        body = {"project": project_id(project), "strategy": strategy, **({"name": name} if name else {})}
        return self._record(
            "POST", f"apps/{source}/actions/copy", what=f"copy the app {source}", json=body, ids=("id",)
        )


def _revised(app: Ref, revision: int | None) -> str:
    name = app_id(app)
    return name if revision is None else "/".join([*name.split("/")[:3], str(revision)])
