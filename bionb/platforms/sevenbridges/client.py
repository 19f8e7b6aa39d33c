"""The Seven Bridges client: what it is made of, what takes several calls, and the tree for the browser."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.http.auth import HeaderAuth
from bionb.listing import Listing
from bionb.paging.pages import Record
from bionb.platforms.sevenbridges import PLATFORM
from bionb.platforms.sevenbridges.calls.accounts import Accounts
from bionb.platforms.sevenbridges.calls.apps import Apps
from bionb.platforms.sevenbridges.calls.billing import Billing
from bionb.platforms.sevenbridges.calls.exchanges import Exchanges
from bionb.platforms.sevenbridges.calls.files import Files
from bionb.platforms.sevenbridges.calls.projects import Projects
from bionb.platforms.sevenbridges.calls.tasks import Tasks
from bionb.platforms.sevenbridges.calls.volumes import Volumes
from bionb.platforms.sevenbridges.rules.identifiers import Ref
from bionb.platforms.sevenbridges.wire.paging import VERSION
from bionb.platforms.sevenbridges.wire.problems import read_problem
from bionb.platforms.sevenbridges.workflows import copying, downloading, planning, uploading, waiting
from bionb.platforms.sevenbridges.workflows.drafting import Drafts
from bionb.protocol import Node, Nodes
from bionb.secret import Secret, shown
from bionb.session import Session

if TYPE_CHECKING:
    import pandas as pd


class SevenBridgesClient(Accounts, Projects, Files, Apps, Tasks, Billing, Volumes, Exchanges):
    """A connection to one environment of the Seven Bridges platform (API v2).

    Parameters
    ----------
    url : str
        The environment's API address, with or without ``/v2``.
    credentials : mapping
        ``token``.
    api_version : str, optional
        ``"v2"`` is the only one.
    **options
        As for `bionb.session.Session`.
    """

    def __init__(
        self, url: str, credentials: Mapping[str, Secret], *, api_version: str | None = None, **options: Any
    ) -> None:
        if api_version not in (None, "v2", "2"):
            raise UsageError(f"Seven Bridges has API v2 only, not {shown(api_version)}: leave out api_version.")
        auth = HeaderAuth("X-SBG-Auth-Token", "{token}", token=credentials["token"])
        self.session = Session(_base(url), auth, label=PLATFORM.label, read_problem=read_problem, **options)

    def whoami(self) -> str:
        """Return your user name, by one request."""
        return str(self.user()["username"])

    # -- what takes several calls ---------------------------------------------------------------------------------

    def create_task(
        self,
        project: Ref,
        app: Ref,
        inputs: Mapping[str, Any],
        *,
        name: str | None = None,
        description: str | None = None,
        batch_input: str | None = None,
        batch_by: str | Sequence[str] | None = None,
        check: bool = True,
        run: bool = False,
        **settings: Any,
    ) -> Record:
        """Create a task as a draft, or run it at once.

        Parameters
        ----------
        inputs : mapping
            By the app's input ids; files as records, ids, or in the platform's own form.
        name, description : str, optional
            The platform names a task itself where no name is given.
        batch_input : str, optional
            Make one task for each file of this input ...
        batch_by : sequence of str, optional
            ... or for each value of these fields, e.g. ``["metadata.sample_id"]``.
        check : bool
            Compare the inputs with the app's description, and the files with the project, before anything is created:
            two reading requests. Without it, files must be records or in the platform's own form: an id alone is a
            text like any other.
        run : bool
            Run it; this costs money on a real platform.
        **settings
            ``execution_settings``, ``output_location``, ``use_interruptible_instances``.

        Raises
        ------
        InvalidInput
            What is wrong with the inputs; nothing was created.

        Notes
        -----
        ``POST /tasks``, with ``?action=run``.
        """
        return Drafts(self, self, self).create(
            project,
            app,
            inputs,
            texts={"name": name, "description": description},
            batch_input=batch_input,
            batch_by=batch_by,
            check=check,
            run=run,
            settings=settings,
        )

    def update_task(self, task: Ref, *, check: bool = True, **changes: Any) -> Record:
        """Change a draft's ``name, description, inputs, ...``; of a task that has run only the name.

        Parameters
        ----------
        check : bool
            Compare new inputs with the app's description, and the files with the project, before anything is changed:
            three reading requests. Required inputs may be missing; None unsets one.
        **changes
            ``name, description, app, inputs, batch, batch_by, batch_input, execution_settings, output_location``,
            ``use_interruptible_instances``.

        Raises
        ------
        InvalidInput
            What is wrong with the inputs; nothing was changed.

        Notes
        -----
        ``PATCH /tasks/{task}``.
        """
        return Drafts(self, self, self).update(task, changes, check=check)

    def wait_task(
        self, task: Ref, *, deadline: float | None = 24 * 3600.0, interval: float = 0.2, longest: float = 60.0
    ) -> Record:
        """Wait until a task is COMPLETED and return it.

        Parameters
        ----------
        deadline : float or None
            Seconds in all.
        interval, longest : float
            First and longest pause in seconds between two looks.

        Raises
        ------
        JobFailed
            It ended as FAILED or ABORTED; the message holds the platform's words.
        UsageError
            It is a draft: nobody would ever run it.
        WaitTimeout
            The deadline passed; the task goes on.
        """
        return waiting.wait_task(self, task, deadline=deadline, interval=interval, longest=longest)

    def plan_tasks(
        self,
        app: Ref,
        table: pd.DataFrame,
        *,
        inputs: Mapping[str, Any] | None = None,
        project: Ref | None = None,
        name: str | None = None,
    ) -> pd.DataFrame:
        """Plan one task for each row of a table, checked against the app and the project; nothing is made.

        Parameters
        ----------
        table : DataFrame
            One row a task. Files stand in it as ids, as names of files at the top of the project, or as records;
            several files of one input as a list. An empty cell is no input.
        inputs : mapping, optional
            By input id: the name of a column, or one value for all tasks. By default the columns that are called like
            inputs.
        project : str or dict, optional
            Where the tasks will run; by default the project of the app.
        name : str, optional
            A column, or a pattern with columns such as ``"Merge {sample}"``.

        Returns
        -------
        DataFrame
            ``name``, ``app``, ``project``, ``inputs`` (in the platform's form), ``tag`` (tells the task from all
            others), ``status`` (``ready`` or ``wrong``), ``error``.

        Notes
        -----
        ``GET /apps/{app}/raw``, ``GET /files`` where files are named by their names, ``POST /bulk/files/get``.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"sample": ["S01", "S02"], "bam": [["S01.bam"], ["S99.bam"]]})
        >>> merge = "RFranklin/my-project/bamtools-merge-2-4-0"
        >>> plan = sevenbridges.plan_tasks(merge, table, inputs={"input_bam": "bam"}, name="Merge {sample}")
        >>> plan[["name", "status", "error"]]
                name status                                              error
        0  Merge S01  ready
        1  Merge S02  wrong  no file called S99.bam at the top of RFranklin...
        """
        return planning.Planner(self, self).plan(app, table, inputs=inputs, project=project, name=name)

    def create_tasks(self, plan: pd.DataFrame, *, run: bool = False) -> pd.DataFrame:
        """Make the tasks of a plan; those that an earlier call made are found by their tag and not made again.

        Parameters
        ----------
        plan : DataFrame
            What `plan_tasks` returned, or rows of it.
        run : bool
            Run them, also drafts that an earlier call made; this costs money on a real platform.

        Returns
        -------
        DataFrame
            ``id``, then the columns of the plan; ``status`` is the platform's.

        Raises
        ------
        InvalidInput
            Rows of the plan are wrong; nothing was made.
        BionbError
            Some were not made; ``.partial`` is the table.

        Notes
        -----
        ``GET /tasks``; ``POST /tasks`` for each new one, whose description ends with the tag; ``POST
        /tasks/{task}/actions/run``.
        """
        return planning.create_tasks(self, plan, run=run)

    def wait_tasks(self, tasks: Any, *, deadline: float | None = 24 * 3600.0) -> pd.DataFrame:
        """Wait until all tasks have ended, 100 of them with one request a look.

        Parameters
        ----------
        tasks : list, Listing or DataFrame
            Ids or records; of a table the column ``id``.
        deadline : float or None
            Seconds in all.

        Returns
        -------
        DataFrame
            ``id``, ``name``, ``status``, ``message`` (the platform's words), ``start_time``, ``end_time`` (UTC).

        Raises
        ------
        JobFailed
            Some did not complete; ``.partial`` is the table of all.
        UsageError
            One is a draft: nobody would ever run it.
        WaitTimeout
            The deadline passed; the tasks go on.

        Notes
        -----
        ``POST /bulk/tasks/get``.
        """
        return planning.wait_tasks(self, tasks, deadline=deadline)

    def task_outputs(self, tasks: Any) -> pd.DataFrame:
        """Return what tasks have made, one row an output; of a batch that of its children.

        Parameters
        ----------
        tasks : str, dict, list, Listing or DataFrame
            Ids or records; of a table the column ``id``.

        Returns
        -------
        DataFrame
            ``task``, ``task_name``, ``output``, ``id`` and ``name`` of the file, ``class`` (``File``, ``Directory``),
            ``value`` (of what is no file). Its rows with an ``id`` can be given to `download_files`.

        Notes
        -----
        ``POST /bulk/tasks/get``; for a batch ``GET /tasks?parent=``.
        """
        return planning.task_outputs(self, tasks)

    def wait_transfer(
        self, transfer: Record, *, deadline: float | None = 24 * 3600.0, advance_access: bool = False
    ) -> Record:
        """Wait until an import or export is COMPLETED and return it.

        Raises
        ------
        JobFailed
            It FAILED; the message holds the platform's words.
        UsageError
            It was refused at once, so that there is nothing to wait for.

        Notes
        -----
        ``GET /storage/imports/{import}``, ``GET /storage/exports/{export}``.
        """
        return waiting.wait_transfer(self, transfer, deadline=deadline, advance_access=advance_access)

    def copy_files(self, files: Any, project: Ref) -> dict[str, str]:
        """Copy files and folders to the top of another project, where they have other ids.

        Parameters
        ----------
        files : str, dict, list, Listing or DataFrame
            Ids or records; of a table the column ``id``. A folder is copied with all that is in it; where one of its
            name is there, into that.

        Returns
        -------
        dict
            New id by old id.

        Raises
        ------
        InvalidInput
            Some could not be copied; ``.partial`` holds the new ids of the others, ``.findings`` the reasons.

        Notes
        -----
        ``POST /action/files/copy``, 100 files a request; of a folder ``POST /files``, and ``POST
        /files/{file}/actions/copy`` for each file in it.
        """
        return copying.copy_files(self, files, project)

    def download_files(
        self, files: Any, folder: str | os.PathLike[str] = ".", *, overwrite: bool = False, dry_run: bool = False
    ) -> pd.DataFrame:
        """Save files in a folder, several at once; what broke off goes on where it stopped.

        Parameters
        ----------
        files : str, dict, list, Listing or DataFrame
            Ids or records; of a table the column ``id``. A folder means all files in it. Rows of `file_tree` keep their
            folders.
        folder : path
            Made where it is missing; nothing is written outside of it.
        overwrite : bool
            Replace files of these names that differ.
        dry_run : bool
            Only look, and return the plan.

        Returns
        -------
        DataFrame
            One row a file: ``name``, ``source``, ``target``, ``bytes``, ``checksum`` (``"md5 9e10..."``), ``status``
            (``done``, ``there``: skipped since the very file is there, ...), ``seconds``, ``error``, ``id``; see
            `bionb.transfers.carry_out`.

        Raises
        ------
        TransfersFailed
            Some did not arrive, the others are whole; ``.partial`` is the table. Of one file its own error:
        ConnectionFailed
            It broke off several times; the next call goes on there.
        UnexpectedResponse
            Size or checksum are not the announced ones; nothing is kept.
        FileFailed
            It cannot be written here, as on a full disk.
        UsageError
            Another file of this name is there.

        Notes
        -----
        ``POST /bulk/files/get``; for each file ``GET /files/{file}/download_info``, then the signed link, in ranges
        where the file is larger than 64 MiB. Downloads cost money on some platforms.

        Examples
        --------
        >>> reports = sevenbridges.files("RFranklin/my-project", name="run_report.html")
        >>> sevenbridges.download_files(reports, "reports")[["name", "bytes", "status"]]
                      name  bytes status
        0  run_report.html  18400   done
        """
        return downloading.download_files(self, files, folder, overwrite=overwrite, dry_run=dry_run)

    def upload_files(
        self,
        source: Any,
        target: Ref,
        *,
        metadata: Any = None,
        overwrite: bool = False,
        dry_run: bool = False,
        part_size: int = uploading.PART_SIZE,
    ) -> pd.DataFrame:
        """Upload files in parts, several at a time; what is there already is skipped.

        Parameters
        ----------
        source : path, list of paths or dict
            A file; a folder, with the folders in it; several of them; or paths by the names that they shall have.
        target : str or dict
            A project, or a folder there.
        metadata : DataFrame or dict, optional
            A table with the column ``name`` and a column for each field, or fields by name; an empty cell removes a
            field.
        overwrite : bool
            Replace files of these names that differ.
        dry_run : bool
            Only look, and return the plan; no folder is made.
        part_size : int
            Bytes; the server may choose another size.

        Returns
        -------
        DataFrame
            One row a file, as of `download_files`; ``id`` is the new file's.

        Raises
        ------
        InvalidInput
            The metadata name files that are not uploaded; nothing was sent.
        TransfersFailed
            Some did not arrive; each was given up and leaves nothing behind. Of one file its own error.
        FileFailed
            A file changed while it was sent; nothing is left of it at the platform.

        Notes
        -----
        ``POST /upload/multipart``; for each part ``GET .../part/{n}``, the signed link, and ``POST .../part``; then
        ``POST .../complete``. Folders by ``POST /files``, metadata by ``POST /bulk/files/edit``.

        Examples
        --------
        >>> plan = sevenbridges.upload_files("my_investigation.zip", "RFranklin/my-project", dry_run=True)
        >>> plan[["name", "status"]]
                           name   status
        0  my_investigation.zip  planned
        """
        return uploading.upload_files(
            self,
            source,
            target,
            metadata=metadata,
            overwrite=overwrite,
            dry_run=dry_run,
            part_size=part_size,
        )

    # -- the tree -------------------------------------------------------------------------------------------------

    def roots(self) -> Nodes:
        """Return the projects; the server finds them by a part of their name."""
        return Nodes(self.projects(), _project_node, lambda text: self.projects(name=text))

    def children(self, node: Node) -> Nodes:
        """Return what is in a project, or in a folder."""
        if node.kind == "project":
            return Nodes([_part_node(node.id, kind) for kind in ("files", *_TABLES)])
        if node.kind == "files":
            return Nodes(self.files(node.id), _file_node)
        if node.kind == "folder":
            return Nodes(self.files(parent=node.id), _file_node)
        return Nodes([])

    def frame(self, node: Node) -> pd.DataFrame:
        """Return a node as a table: the files of a project or folder, its members, or the record itself."""
        import pandas as pd

        if node.kind in ("project", "files"):
            return self.files(node.id).to_frame()
        if node.kind == "folder":
            return self.files(parent=node.id).to_frame()
        if node.kind in _TABLES:
            listing: Listing = getattr(self, node.kind)(node.id)
            return listing.to_frame()
        return pd.json_normalize(dict(node.record)).T.rename(columns={0: "value"})


_TABLES = ("apps", "tasks", "members")


def _project_node(record: Record) -> Node:
    call = f"files({record['id']!r}).to_frame()"
    return Node("project", record["id"], record["name"], record=record, call=call, files=_ids, draw=_storage)


def _part_node(project: str, kind: str) -> Node:
    files = kind == "files"
    draw = {"files": _storage, "tasks": _states}.get(kind)
    call = f"{kind}({project!r}).to_frame()"
    return Node(kind, project, kind, leaf=not files, call=call, draw=draw, files=_ids if files else None)


def _file_node(record: Record) -> Node:
    if record.get("type") == "folder":
        call = f"files(parent={record['id']!r}).to_frame()"
        return Node("folder", record["id"], record["name"], record=record, call=call, draw=_storage, files=_ids)
    call, files = f"file({record['id']!r})", lambda rows: [record["id"]]
    return Node("file", record["id"], record["name"], leaf=True, record=record, call=call, files=files)


def _ids(rows: pd.DataFrame) -> list[str]:
    """Return the files of rows, as `download_files` takes them."""
    return [str(each) for each in rows["id"]]


def _storage(files: pd.DataFrame) -> Any:
    from bionb.platforms.sevenbridges.tables.figures import storage_by_type

    return storage_by_type(files)


def _states(tasks: pd.DataFrame) -> Any:
    from bionb.platforms.sevenbridges.tables.figures import task_states

    return task_states(tasks)


def _base(url: str) -> str:
    """Return the address without ``/v2``, which every path begins with, so that both forms are understood."""
    if "//" not in url:
        known = ", ".join(PLATFORM.environments)
        raise UsageError(f"Seven Bridges has no environment {shown(url)}; it has {known}. Or pass the API's full URL.")
    return url.strip().rstrip("/").removesuffix(f"/{VERSION}")
