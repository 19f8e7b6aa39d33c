"""The SODAR client: projects, roles, sample sheets and landing zones on servers of both generations."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import NotFound, PermissionDenied, UsageError
from bionb.frames import to_frame
from bionb.http.auth import Auth, BasicAuth, HeaderAuth
from bionb.platforms.sodar import PLATFORM
from bionb.platforms.sodar.calls.access import Access
from bionb.platforms.sodar.calls.collections import Collections
from bionb.platforms.sodar.calls.files import Files
from bionb.platforms.sodar.calls.members import Members
from bionb.platforms.sodar.calls.oversight import Oversight
from bionb.platforms.sodar.calls.people import People
from bionb.platforms.sodar.calls.projects import Projects
from bionb.platforms.sodar.calls.sheets import Sheets
from bionb.platforms.sodar.calls.tokens import Tokens
from bionb.platforms.sodar.calls.zones import Zones
from bionb.platforms.sodar.rules.identifiers import Ref
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire.door import Door
from bionb.platforms.sodar.wire.problems import read_problem
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.uploads import Sheets as SheetSource
from bionb.platforms.sodar.wire.versions import Negotiator
from bionb.platforms.sodar.workflows import downloading, importing, uploading
from bionb.platforms.sodar.workflows.creating import Creation
from bionb.platforms.sodar.workflows.replacing import Replacement, replace_sheets
from bionb.platforms.sodar.workflows.submitting import Submission
from bionb.protocol import Node, Nodes
from bionb.secret import Secret, shown
from bionb.session import Session

if TYPE_CHECKING:
    import pandas as pd
    import requests


SENT = {"params", "json", "data", "files", "headers", "timeout"}
# Which API an address belongs to, by its first part.
APIS = {
    "project": "projects",
    "samplesheets": "sheets",
    "landingzones": "zones",
    "irods": "irods",
    "timeline": "timeline",
    "taskflowbackend": "taskflow",
}


class SodarClient(People, Tokens, Projects, Members, Sheets, Files, Access, Zones, Collections, Oversight):
    """One account on one SODAR or SODAR Core server.

    Made by ``bionb.connect("sodar", url, token=...)``. The server's generation and API version are found out with the
    first request; ``api_version`` pins that of the project API. Files move over WebDAV: ``webdav_url`` says where,
    ``webdav_password`` is for sites that do not take the token there.

    Examples
    --------
    >>> sodar = bionb.connect("sodar", sandbox=True)
    >>> sodar
    <SODAR client at the sandbox, credentials from sandbox>
    """

    def __init__(
        self, url: str, credentials: Mapping[str, Secret], *, api_version: str | None = None, **options: Any
    ) -> None:
        if api_version is not None and not re.fullmatch(r"\d+(\.\d+)*", str(api_version)):
            raise UsageError(f"api_version is a version number such as '2.0' or '0.13.3', not {shown(api_version)}.")
        session = Session(url, _auth(credentials), label=PLATFORM.label, read_problem=read_problem, **options)
        super().__init__(Negotiator(session, None if api_version is None else str(api_version)))
        self._door = Door(session, credentials)
        self._creation, self._submission = Creation(), Submission()

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send what has no method here, with the login and the version that this server takes.

        Parameters
        ----------
        method, path : str
            ``"GET"``, ...; below the server's address: ``"cache/api/..."``.
        **options
            ``params``, ``json``, ``data``, ``files``, ``headers``, ``timeout`` (seconds), as `requests` has them.

        Returns
        -------
        requests.Response
            The answer, if it is none of an error.

        Raises
        ------
        ResponseError, ConnectionFailed
            As of all calls, with the server's words.
        UsageError
            An option that there is not; nothing was sent.

        Notes
        -----
        Any address of SODAR's REST API. Only GET is repeated where a server is busy.

        Examples
        --------
        >>> sodar.request("GET", "project/api/users/current").json()["username"]
        'alice@EXAMPLE'
        """
        if unknown := sorted(set(options) - SENT):
            raise UsageError(f"request takes {', '.join(sorted(SENT))}; not {', '.join(unknown)}.")
        what, api = f"{method.upper()} {path}", APIS.get(path.strip("/").partition("/")[0])
        if api is None or "headers" in options:
            headers = {"Accept": "*/*", **options.pop("headers", {})}
            return self.session.request(method, path, what=what, headers=headers, **options)
        return self.api.request(api, method, path, what=what, **options)

    # -- the protocol of the widgets --------------------------------------------------------------------------------

    def whoami(self) -> str:
        """Return the account's user name, by one real request.

        Notes
        -----
        ``GET /project/api/users/current`` (CurrentUserRetrieveAPIView).

        Examples
        --------
        >>> sodar.whoami()
        'alice@EXAMPLE'
        """
        return str(self.current_user()["username"])

    def roots(self) -> Nodes:
        """Return categories and projects whose category the account cannot see, or that have none.

        One list of all projects is read; `children` and `frame` use it until the roots are asked for again.

        Notes
        -----
        ``GET /project/api/list`` (ProjectListAPIView), without pages.

        Examples
        --------
        >>> [node.title for node in sodar.roots()]
        ['Genomics']
        """
        return Nodes([_node(each) for each in self._project_tree(reload=True).below()])

    def children(self, node: Node) -> Nodes:
        """Return what is below a category, project, investigation or study."""
        if node.kind == "category":
            return Nodes([_node(each) for each in self._project_tree().below(node.id)])
        if node.kind == "project":
            return Nodes([*self._sheet_nodes(node.id), *self._zone_nodes(node.id)])
        if node.kind == "investigation":
            studies = self.investigation(node.record["project"]).studies
            return Nodes([self._sheet("study", each, node.record["project"]) for each in studies])
        if node.kind == "study":
            assays = node.record["assays"].values()
            return Nodes([self._sheet("assay", each, node.record["project"], leaf=True) for each in assays])
        return Nodes([])

    def _sheet(self, kind: str, record: Record, project: str, leaf: bool = False) -> Node:
        title, name = record.get("title") or record["file_name"], record["file_name"]
        call = f"export_sheets({project!r}).{'samples' if kind == 'study' else 'assay'}({name!r})"
        draw = functools.partial(self._graph, project)
        return Node(kind, record["sodar_uuid"], title, leaf, {**record, "project": project}, call=call, draw=draw)

    def _graph(self, project: str, rows: pd.DataFrame) -> Any:
        """Draw what leads to the first sample of a table and what comes from it."""
        from bionb.isatab import plots

        names = [] if "Sample Name" not in rows else rows["Sample Name"].dropna().tolist()
        isa = self.export_sheets(project)
        return plots.graph(isa, str(names[0])) if names else plots.stages(isa)

    def _sheet_nodes(self, project: str) -> list[Node]:
        try:
            found = self.investigation(project)
        except (NotFound, PermissionDenied):
            return []
        title, call = found.title or found.identifier, f"investigation({project!r}).to_frame()"
        draw = functools.partial(self._graph, project)
        sheets = Node("investigation", found.sodar_uuid, title, record=found.record, call=call, draw=draw)
        return [sheets, *([_files_node(project)] if found.irods_status else [])]

    def _zone_nodes(self, project: str) -> list[Node]:
        try:
            zones = list(self.zones(project))
        except PermissionDenied:
            return []  # guests have no landing zones
        return [_zone_node(each) for each in zones]

    def frame(self, node: Node) -> pd.DataFrame:
        """Return a node as a table.

        A category gives its projects, a project its members, an investigation its studies and assays, a study its
        samples, an assay its rows, a zone itself, the files themselves.
        """
        if node.kind == "category":
            return to_frame(self._project_tree().below(node.id), columns.PROJECT_COLUMNS)
        if node.kind == "investigation":
            return self.investigation(node.record["project"]).to_frame()
        if node.kind in ("study", "assay"):
            isa = self.export_sheets(node.record["project"])
            name = node.record["file_name"]
            return isa.samples(name) if node.kind == "study" else isa.assay(name)
        if node.kind == "files":
            return self.files(node.id).to_frame()
        if node.kind == "zone":
            return to_frame([self.zone(node.id)], columns.ZONE_COLUMNS)
        return self.members(node.id).to_frame()

    # -- what takes several calls: sheets --------------------------------------------------------------------------

    def import_sheets(self, project: Ref, source: SheetSource, *, single_files: bool = False) -> Record:
        """Import an ISA-Tab into a project, or replace the one that is there (see also `replace_sheets`).

        Parameters
        ----------
        project : str or mapping
            UUID or record of a project (not a category).
        source : path, bytes or ISATab
            A zip (path or bytes), a folder, an ``i_*.txt``, or an `ISATab`.
        single_files : bool
            Send the files themselves instead of a zip; SODAR then forgets the folder of the investigation file.

        Returns
        -------
        dict
            ``detail`` and ``sodar_warnings`` (list of str, empty if there are none).

        Raises
        ------
        InvalidSheet
            The source is no ISA-Tab; nothing was sent.
        InvalidInput
            A table without rows, which SODAR refuses; nothing was sent.
        PermissionDenied
            Your role is weaker than contributor.
        ServerFailed
            SODAR's parser refused the sheets: the message holds the reason in one line, ``.detail`` the full text.
        ConnectionFailed
            No answer within 15 minutes (10,000 rows take servers 149 s), and the sheets are not there yet: they may
            still come, so look at ``investigation(project)`` before you import again.

        Notes
        -----
        ``POST /samplesheets/api/import/<project>`` (SampleSheetImportAPIView). Each file goes under a field name of its
        own and with the content type that SODAR asks for; a request of one file is always taken for a zip. The
        project is asked for first, since servers store sheets imported into a category and then crash.

        Examples
        --------
        >>> project = sodar.create_project("Course", sodar.projects()[0])
        >>> sodar.import_sheets(project, "my_investigation.zip")["sodar_warnings"]
        []
        """
        return importing.import_sheets(self, project, source, single_files=single_files)

    def replace_sheets(self, project: Ref, source: SheetSource, *, date_modified: str | None = None) -> Replacement:
        """Replace a project's sheets by an edited ISA-Tab, with every check before anything is sent.

        In order: AltamISA's verdict as the server forms it; the server's own rules, which it enforces without saying
        why (studies and assays with collections must keep identifier and file name, landing zones their assay; no
        category, no archived project); nobody else changed the sheets since they were exported here; the upload; a new
        export, compared with what was sent.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        source : path, bytes or ISATab
            The edited sheets, as for `import_sheets`.
        date_modified : str, optional
            ``date_modified`` of the JSON export that the edit began with; by default that of the `ISATab` that
            ``export_sheets(project)`` gave and `source` was made from, in whichever session, else (files hold no such
            date) that of this client's last export.

        Returns
        -------
        Replacement
            ``.changes``, ``.tables``, ``.uuids``, ``.stored``.

        Raises
        ------
        InvalidInput
            Findings of the local checks (``.findings``, as `ISATab.check` has them); nothing was sent.
        Conflict
            The sheets on the server are newer than your export; nothing was sent.
        ResponseError
            The message says whether it was the upload that failed, or only the export after it; then ``.partial``
            holds what the upload was answered.

        Notes
        -----
        ``POST /samplesheets/api/import/<project>`` between two exports. There is no call to edit a cell.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> sheets = sodar.export_sheets(project).rename_sample("FAM1-child-N1", "FAM1-child-N2")
        >>> done = sodar.replace_sheets(project, sheets)
        >>> len(done.changes), bool(done.uuids["kept"].all())
        (2, True)
        """
        return replace_sheets(self, project, source, date_modified=date_modified)

    # -- what takes several calls: files ----------------------------------------------------------------------------

    def download_files(
        self,
        files: Ref | Iterable[Ref] | pd.DataFrame,
        folder: str | os.PathLike[str] = ".",
        *,
        overwrite: bool = False,
        dry_run: bool = False,
    ) -> pd.DataFrame:
        """Save files of sample data or of a landing zone in a folder, several at once, each proven by its checksum.

        Parameters
        ----------
        files : mapping, str, list, Listing or DataFrame
            Rows of ``files(project)`` or ``files(zone=zone)``, or paths in iRODS.
        folder : path
            Made where it is missing. Files keep their collections below the assay; of several assays, those of study
            and assay too.
        overwrite : bool
            Replace other files of these names.
        dry_run : bool
            Only look, and return the plan.

        Returns
        -------
        DataFrame
            One row a file: ``name``, ``source``, ``target``, ``bytes``, ``checksum``, ``status`` (``done``, ``there``:
            skipped since the very file is there, ...), ``seconds``, ``error``; see `bionb.transfers.carry_out`.

        Raises
        ------
        UsageError
            Nobody said where the WebDAV server is (``webdav_url=``); no paths.
        TransfersFailed
            Some did not arrive, the others are whole; ``.partial`` is the table. Of one file its own error.
        AuthenticationFailed
            WebDAV wants another password than SODAR: ``webdav_password=``.

        Notes
        -----
        ``GET`` on SODAR's WebDAV server, in ranges where a file is large. What the list says no checksum of (servers
        before 1.1) is compared with the checksum file beside it.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
        >>> sent = sodar.upload_files("my_investigation.zip", zone)
        >>> sodar.download_files(sodar.files(zone=zone), "again")["status"].tolist()
        ['done']
        """
        return downloading.download_files(self, files, folder, overwrite=overwrite, dry_run=dry_run)

    def upload_files(
        self,
        source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        zone: Ref,
        into: str | Mapping[str, Any] | None = None,
        *,
        match: tuple[str, str] | None = None,
        checksum: str = "md5",
        overwrite: bool = False,
        dry_run: bool = False,
    ) -> pd.DataFrame:
        """Send files to a landing zone with their checksum files; what is there already is skipped.

        Each is sent as ``NAME.part`` and gets its name when it is whole, then its checksum file. A call that broke off
        is made again.

        Parameters
        ----------
        source : path or list of paths
            A folder, with the folders in it, or files.
        zone : str or mapping
            A landing zone that is ACTIVE or FAILED.
        into : str or mapping, optional
            The collection for all of them, a name or a record of `collections`; made where it is missing.
        match : (str, str), optional
            A column of the zone's assay and a pattern of file names, ``{}`` standing for the column's value:
            ``("Library Name", "{}_R?.fastq.gz")``. Each file goes to the collection of its row.
        checksum : {"md5", "sha256"}
            What the site checks; also compared with checksum files here.
        overwrite : bool
            Replace other files of these names.
        dry_run : bool
            Only look, and return the plan.

        Returns
        -------
        DataFrame
            One row a file, as of `download_files`. With `match` also ``sample``, the value of the row, and two more
            kinds of rows: ``status`` is ``no row`` for a file that fits none and was not sent, and ``no file`` for a
            value of the assay without a file.

        Raises
        ------
        UsageError
            Nobody said where the WebDAV server is (``webdav_url=``); no such column; no files.
        Conflict
            The zone takes no files: it is being made, validated, or gone.
        TransfersFailed
            Some were not sent, the others are whole; ``.partial`` is the table. Of one file its own error.
        FileFailed
            A file changed while it was sent, or its checksum file here is wrong: nothing of it is left in the zone.

        Notes
        -----
        ``PROPFIND``, ``MKCOL``, ``PUT`` and ``MOVE`` (RFC 4918) on SODAR's WebDAV server.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
        >>> sodar.upload_files("my_investigation.zip", zone, into="MiscFiles")["status"].tolist()
        ['done']
        """
        options: dict[str, Any] = {"match": match, "checksum": checksum, "overwrite": overwrite, "dry_run": dry_run}
        return uploading.upload_files(self, source, zone, into, **options)

    # -- what takes several calls: landing zones -------------------------------------------------------------------

    def create_zone(
        self,
        project: Ref,
        assay: Ref,
        *,
        title: str | None = None,
        description: str | None = None,
        user_message: str | None = None,
        configuration: str | None = None,
        config_data: Mapping[str, Any] | None = None,
        create_colls: bool | None = None,
        restrict_colls: bool | None = None,
    ) -> Record:
        """Begin to create a landing zone; wait with ``wait_zone(zone)`` until it is ACTIVE.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        assay : str or mapping
            File name, short name, UUID or record of one of the project's assays.
        title : str, optional
            The full title becomes date and time, then `title`, if there is one.
        description, user_message : str, optional
            What it is for; what owners are told when it is moved (at most 1,024 characters).
        configuration, config_data : optional
            Special kind of zone, where the server has one.
        create_colls, restrict_colls : bool, optional
            Make the usual collections in the zone; allow files only in those.

        Returns
        -------
        dict
            The zone, still CREATING.

        Raises
        ------
        UsageError
            No such assay in this project; a blank title.
        PermissionDenied, ResponseError
            Refused; the message says when sheets or iRODS collections are missing, which the server does not.
        ServerFailed
            iRODS is down or off. A zone that was left in CREATING is in ``.partial`` of the error, if it is sure to be
            this call's; only an administrator can remove it.
        ConnectionFailed
            No answer came, and no zone of this call is there; look at `zones` before you create another.

        Notes
        -----
        ``POST /landingzones/api/create/<project>`` (LandingZoneCreateAPIView); only what is given is sent. The
        investigation and the zones are read first. Servers name zones by the second, so a second zone in a project
        waits until the next second.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.create_zone(project, "a_exome_pilot.txt")
        >>> sodar.wait_zone(zone)["status"]
        'ACTIVE'
        """
        given = {
            "title": title,
            "description": description,
            "user_message": user_message,
            "configuration": configuration,
            "config_data": config_data,
            "create_colls": create_colls,
            "restrict_colls": restrict_colls,
        }
        return self._creation.create(self, project, assay, given)

    def validate_zone(self, zone: Ref) -> Record:
        """Ask SODAR to check the files of a zone; then ``wait_zone(zone)``.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.

        Returns
        -------
        dict
            ``detail`` and ``sodar_uuid``.

        Raises
        ------
        Conflict
            The zone is busy, was submitted and has not moved yet, or has ended: nothing was sent.
        ServerFailed
            503 while another zone of the project is worked on: nothing was changed, try again later.

        Notes
        -----
        ``POST /landingzones/api/submit/validate/<zone>`` (LandingZoneSubmitValidateAPIView), never with a query string:
        servers take any for a move.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
        >>> answer = sodar.validate_zone(zone)
        >>> sodar.wait_zone(zone)["status_info"]
        'Successfully validated 0 files'
        """
        return self._submission.submit(self, "validate", zone)

    def move_zone(self, zone: Ref, *, empty: bool = False) -> Record:
        """Ask SODAR to check the files and move them into the project; then ``wait_zone(zone, "MOVED")``.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.
        empty : bool
            Move it also without any file in it.

        Returns
        -------
        dict
            ``detail`` and ``sodar_uuid``.

        Raises
        ------
        UsageError
            The zone holds no files: moving it would just remove it. (Seen on servers from 1.2, else over WebDAV.)
        Conflict
            The zone is busy, was submitted and has not moved yet, or has ended: nothing was sent.
        ServerFailed
            503 while another zone of the project is worked on: nothing was changed, try again later.

        Notes
        -----
        ``POST /landingzones/api/submit/move/<zone>`` (LandingZoneSubmitMoveAPIView).

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
        >>> sent = sodar.upload_files("my_investigation.zip", zone, into="MiscFiles")
        >>> answer = sodar.move_zone(zone)
        >>> sodar.wait_zone(zone, "MOVED")["status"], len(sodar.files(project))
        ('MOVED', 1)
        """
        return self._submission.submit(self, "move", zone, empty=empty)

    def delete_zone(self, zone: Ref) -> Record:
        """Ask SODAR to delete a zone with all files in it; then ``wait_zone(zone, "DELETED")``.

        Only zones that are ACTIVE or FAILED can be deleted; one that stays in CREATING, by an administrator.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.

        Returns
        -------
        dict
            ``detail`` and ``sodar_uuid``.

        Raises
        ------
        Conflict
            The zone is busy, was submitted and has not moved yet, or has ended: nothing was sent.
        ServerFailed
            503 while another zone of the project is worked on: nothing was changed, try again later.

        Notes
        -----
        ``POST /landingzones/api/submit/delete/<zone>`` (LandingZoneSubmitDeleteAPIView).

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
        >>> answer = sodar.delete_zone(zone)
        >>> sodar.wait_zone(zone, "DELETED")["status"]
        'DELETED'
        """
        return self._submission.submit(self, "delete", zone)

    def wait_zone(
        self,
        zone: Ref,
        status: str = "ACTIVE",
        *,
        deadline: float | None = None,
        stuck_after: float = 900.0,
    ) -> Record:
        """Wait until a landing zone has a status, and return it.

        Parameters
        ----------
        zone : str or mapping
            UUID or record.
        status : str
            ``"ACTIVE"`` (created, or validated), ``"MOVED"`` or ``"DELETED"``.
        deadline : float, optional
            Seconds in all; by default 10 minutes, and a day once the zone was submitted for validation or MOVED.
        stuck_after : float
            Seconds without any change after which waiting ends.

        Returns
        -------
        dict
            The zone as `zone` gives it.

        Raises
        ------
        JobFailed
            The zone ended otherwise (FAILED, NOT CREATED, ...); ``.record`` is the zone, with all of ``status_info``.
        WaitTimeout
            Deadline, or stuck.

        Notes
        -----
        Polls ``GET /landingzones/api/retrieve/<zone>``. Right after a submit the zone still shows its old status:
        ACTIVE and FAILED count only once ``date_modified`` has moved.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))["status"]
        'ACTIVE'
        """
        return self._submission.wait(self, zone, status, deadline=deadline, stuck_after=stuck_after)


def _auth(credentials: Mapping[str, Secret]) -> Auth:
    if "token" in credentials:
        return HeaderAuth("Authorization", "token {token}", token=credentials["token"])
    return BasicAuth(credentials["username"], credentials["password"])


def _node(record: Record) -> Node:
    uuid, title = record["sodar_uuid"], record["title"]
    if record["type"] == "CATEGORY":
        return Node("category", uuid, title, record=record, near=True)  # the list of all projects is here
    return Node("project", uuid, title, record=record, call=f"members({uuid!r}).to_frame()")


def _files_node(project: str) -> Node:
    call = f"files({project!r}).to_frame()"
    return Node("files", project, "Sample data", leaf=True, call=call, files=lambda rows: rows)


def _zone_node(record: Record) -> Node:
    call = f"zone({record['sodar_uuid']!r})"
    return Node("zone", record["sodar_uuid"], record["title"], leaf=True, record=record, call=call)
