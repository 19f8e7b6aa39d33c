"""The ODM client: login, the browser's tree, what takes several calls, and all groups of calls."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import AuthenticationFailed, PermissionDenied, UsageError
from bionb.http.auth import HeaderAuth
from bionb.platforms.odm.calls.across import Across
from bionb.platforms.odm.calls.curation import Curation
from bionb.platforms.odm.calls.groups import Groups
from bionb.platforms.odm.calls.imports import Imports
from bionb.platforms.odm.calls.jobs import Jobs
from bionb.platforms.odm.calls.links import Links
from bionb.platforms.odm.calls.managing import Managing
from bionb.platforms.odm.calls.mappings import Mappings
from bionb.platforms.odm.calls.metadata import Metadata
from bionb.platforms.odm.calls.omics import Omics
from bionb.platforms.odm.calls.queries import Queries
from bionb.platforms.odm.wire.jobs import Job
from bionb.platforms.odm.wire.problems import read_problem
from bionb.platforms.odm.wire.records import ACCESSION, Record, Ref, accession_of
from bionb.platforms.odm.workflows import files as attached
from bionb.platforms.odm.workflows.building import Building, StudyBuild, Uploads, checked_sources
from bionb.platforms.odm.workflows.waiting import publish_and_wait, wait_for_job
from bionb.protocol import Node, Nodes
from bionb.secret import Secret
from bionb.session import Session

if TYPE_CHECKING:
    import pandas as pd

Source = str | Path | Ref  # a link, a file here, or what is there already
IMPORT, PUBLISH = 1800.0, 600.0  # seconds that a wait takes at most by default
DATA_NODES = {
    "expression": "expression group",
    "variant": "variant group",
    "flow-cytometry": "flow cytometry group",
}


class OdmClient(Metadata, Groups, Across, Queries, Omics, Curation, Imports, Jobs, Links, Mappings, Managing):
    """A connection to Genestack ODM; made by ``bionb.connect("odm", ...)``.

    Consumers read; who is in the group Curator may also import, link and edit (`may_curate` tells).
    """

    def __init__(
        self,
        url: str,
        credentials: Mapping[str, Secret],
        *,
        source: str = "argument",
        api_version: str | None = None,
        allow_http: bool = False,
        workers: int = 16,
        timeout: float | tuple[float, float] = (10.0, 60.0),
    ) -> None:
        if api_version is not None:
            raise UsageError("ODM's API has one version, that of its server: leave out api_version.")
        self._uploads = Uploads()
        self.session = Session(
            url,
            _auth(credentials),
            label="Genestack ODM",
            read_problem=read_problem,
            source=source,
            workers=workers,
            timeout=timeout,
            allow_http=allow_http,
        )

    # -- who --------------------------------------------------------------------------------------------------------

    def whoami(self) -> str:
        """Return the account's role, since the API tells no names: ``"curator"``, ``"administrator"``, ``"consumer"``.

        Who is both curator and administrator is called a curator; `may_curate` and `may_manage` tell each by itself.

        Raises
        ------
        AuthenticationFailed
            The token is wrong.

        Notes
        -----
        ``GET /api/v1/as-curator/studies?pageLimit=1``; for who is no curator the same below ``as-user``, and then
        ``GET /api/v1/manage-data/detached-objects?limit=1``.

        Examples
        --------
        >>> odm.whoami()
        'curator'
        """
        if self.may_curate():
            return "curator"
        self._first_study("as-user", "check the token")
        return "administrator" if self.may_manage() else "consumer"

    def may_curate(self) -> bool:
        """Tell by one small request whether this account is in the group Curator.

        Notes
        -----
        ``GET /api/v1/as-curator/studies?pageLimit=1``. What others get is not documented: 401 and 403 both mean no.

        Examples
        --------
        >>> odm.may_curate()
        True
        """
        try:
            self._first_study("as-curator", "check the role")
        except (AuthenticationFailed, PermissionDenied):
            return False
        return True

    def _first_study(self, role: str, what: str) -> None:
        """Ask for one study; a server that answers anything but a list is not ODM."""
        self.session.records("GET", f"api/v1/{role}/studies", params={"pageLimit": 1}, what=what, within="data")

    # -- what takes several calls ------------------------------------------------------------------------------------

    def wait_job(self, job: Job | int | str, *, deadline: float | None = None, interval: float = 0.2) -> Job:
        """Wait until a job is done and return it with its result.

        The first look is at once, the next after `interval`, then ever more rarely.

        Parameters
        ----------
        job : Job or int
            A job or its number.
        deadline : float, optional
            Seconds in all; half an hour by default, ``math.inf`` waits as long as it takes.
        interval : float
            Seconds before the second look.

        Raises
        ------
        JobFailed
            It ended as FAILED, STOPPED or ABANDONED; the message has its stages and messages, ``.record`` is the job.
        WaitTimeout
            The deadline passed; the job goes on at the server.

        Notes
        -----
        ``GET /api/v1/jobs/{jobExecId}/output``: status 200 also for a failed job.

        Examples
        --------
        >>> odm.wait_job(odm.import_study("s3://example_data/GSE60871/GSE60871_study.tsv")).accession
        'GSF1147033'
        """
        return wait_for_job(self.session, job, IMPORT if deadline is None else deadline, interval)

    def publish(self, study: Ref, message: str = "", *, deadline: float | None = None) -> Record:
        """Publish the drafts of a study and its samples, wait until it is done, and return the server's task.

        Parameters
        ----------
        study : str, dict or Job
            Its accession, or what has one.
        message : str
            What was changed, for the list of versions.
        deadline : float, optional
            Seconds to wait; ten minutes by default, ``math.inf`` for ever.

        Raises
        ------
        JobFailed
            The task ended badly.

        Notes
        -----
        ``POST /api/v1/as-curator/integration/studies/{id}/tasks/publish-versions``, then ``GET /api/v1/tasks/{id}``.

        Examples
        --------
        >>> odm.publish("GSF1146901", "nothing new")["status"]
        'DONE'
        """
        seconds = PUBLISH if deadline is None else deadline
        return publish_and_wait(self.session, accession_of(study), message, seconds)

    def build_study(
        self,
        study: Source,
        samples: Source,
        expression: Source | None = None,
        *,
        libraries: Source | None = None,
        preparations: Source | None = None,
        expression_to: str = "samples",
        linking_attribute: str | None = None,
        template_id: str | None = None,
        deadline: float | None = None,
        **expression_options: Any,
    ) -> StudyBuild:
        """Import a study, its samples and data, link them in the right order, and look whether all is there.

        It can be called again after a failure: what was imported is used again, what is linked stays linked.

        Parameters
        ----------
        study, samples, expression, libraries, preparations : str, Path or Job
            A link, a local file (not for the study), or the accession of what is there already (``"GSF..."``).
        expression_to : {"samples", "libraries", "preparations"}
            What the columns of the expression data are.
        linking_attribute : str, optional
            As for `link_expression`.
        template_id : str, optional
            Template of all imports.
        deadline : float, optional
            Seconds for each job, as for `wait_job`.
        **expression_options
            As for `import_expression`: ``data_class``, ``number_of_feature_attributes``, ...

        Returns
        -------
        StudyBuild
            ``.steps`` (a frame) and ``.accessions``.

        Raises
        ------
        BionbError
            A step failed; ``.partial`` is the `StudyBuild` so far.

        Examples
        --------
        >>> bucket = "s3://example_data/GSE60871/GSE60871_"
        >>> odm.build_study(bucket + "study.tsv", bucket + "samples.tsv", bucket + "expression.gct").study
        'GSF1147033'
        """
        sources = checked_sources(study, samples, expression, libraries, preparations, expression_to=expression_to)
        options = {"template_id": template_id}, expression_options
        building = Building(self, self._uploads, deadline)
        return building.build(sources, *options, expression_to, linking_attribute)

    # -- the browser's tree -----------------------------------------------------------------------------------------

    def download_files(
        self,
        files: Ref | Iterable[Ref] | pd.DataFrame,
        folder: str | os.PathLike[str] = ".",
        *,
        as_curator: bool = False,
        overwrite: bool = False,
        dry_run: bool = False,
    ) -> pd.DataFrame:
        """Save attached files in a folder, several at once; what broke off goes on where it stopped.

        Parameters
        ----------
        files : str, dict, list, Listing or DataFrame
            Accessions or records of `files`; of a table the column ``genestack:accession``.
        folder : path
            Made where it is missing; nothing is written outside of it.
        as_curator : bool
            Read as a curator.
        overwrite : bool
            Replace files of these names that differ.
        dry_run : bool
            Only look, and return the plan.

        Returns
        -------
        DataFrame
            One row a file: ``name``, ``source``, ``target``, ``bytes``, ``checksum`` (``"md5 9e10..."``), ``status``
            (``done``, ``there``: skipped since the very file is there, ...), ``seconds``, ``error``,
            ``genestack:accession``; see `bionb.transfers.carry_out`.

        Raises
        ------
        TransfersFailed
            Some did not arrive, the others are whole; ``.partial`` is the table. Of one file its own error.

        Notes
        -----
        ``GET /api/v1/as-user/files/{id}/download``, and ``GET /api/v1/as-user/files/{id}`` of bare accessions.

        Examples
        --------
        >>> odm.download_files(odm.files().first(1), "protocols")[["name", "bytes", "status"]]
                           name  bytes status
        0  LIV2045_protocol.txt     72   done
        """
        options: Any = {"as_curator": as_curator, "overwrite": overwrite, "dry_run": dry_run}
        return attached.download_files(self, files, folder, **options)

    def roots(self) -> Nodes:
        """Return the studies.

        Examples
        --------
        >>> [node.title for node in odm.roots()]
        ['Fibrosis in the human liver']
        """
        return Nodes(self.studies(fields="original"), _study_node, self._find_studies)

    def _find_studies(self, text: str) -> list[Record]:
        """Return studies that the full text search finds, as `studies` would, as far as it tells of them."""
        return [{ACCESSION: each["accession"], "Study Title": each["name"]} for each in self.search_studies(text)]

    def children(self, node: Node) -> Nodes:
        """Return a study's samples and the data groups linked to them.

        Parameters
        ----------
        node : Node
            One of `roots`; what is below other nodes is empty.

        Examples
        --------
        >>> [node.kind for node in odm.children(odm.roots()[0])][:2]
        ['samples', 'expression group']
        """
        if node.kind != "study":
            return Nodes([])
        call = f"samples(study={node.id!r}, fields='original').to_frame()"
        nodes = [Node("samples", node.id, "Samples", leaf=True, call=call, draw=_overview)]
        for kind, word in DATA_NODES.items():
            for group in self._groups_by_study(kind, node.id):
                record = group.get("metadata") or {}
                title = f"{record.get('Data Class') or word}: {record.get('Name') or group['itemId']}"
                nodes.append(_group_node(word, group["itemId"], title, record))
        return Nodes(nodes)

    def frame(self, node: Node) -> pd.DataFrame:
        """Return a study's or sample list's samples, or the matrix of an expression group.

        Other groups come as their metadata, one row an attribute.

        Parameters
        ----------
        node : Node
            Of `roots` or `children`.

        Examples
        --------
        >>> len(odm.frame(odm.roots()[0]))
        8
        """
        import pandas as pd

        if node.kind in ("study", "samples"):
            return self.samples(study=node.id, fields="original").to_frame()
        if node.kind == "expression group":
            return self.stream_expression(node.id).to_frame()
        return pd.DataFrame({"attribute": list(node.record), "value": list(node.record.values())})


def _study_node(record: Mapping[str, Any]) -> Node:
    title = record.get("Study Title") or record.get("Study Source ID") or record[ACCESSION]
    accession = str(record[ACCESSION])
    call = f"samples(study={accession!r}, fields='original').to_frame()"
    return Node("study", accession, str(title), record=record, call=call, draw=_overview)


def _group_node(word: str, accession: str, title: str, record: Mapping[str, Any]) -> Node:
    if word != "expression group":
        return Node(word, accession, title, leaf=True, record=record)
    call = f"stream_expression({accession!r}).to_frame()"
    return Node(word, accession, title, leaf=True, record=record, call=call, draw=_heatmap)


def _overview(samples: pd.DataFrame) -> Any:
    """Draw the attribute that says most: not the same for all samples, and not another one for each."""
    from bionb.platforms.odm.tables.figures import sample_overview

    counts = {str(name): samples[name].astype(str).nunique() for name in samples.columns}
    telling = [name for name, count in counts.items() if 1 < count <= max(2, len(samples) // 2)]
    return sample_overview(samples, (telling or list(counts))[0])


def _heatmap(matrix: pd.DataFrame) -> Any:
    from bionb.platforms.odm.tables.figures import expression_heatmap

    return expression_heatmap(matrix)


def _auth(credentials: Mapping[str, Secret]) -> HeaderAuth:
    """Return the header of the token in use; an access token wins, as on the server."""
    if "access_token" in credentials:
        return HeaderAuth("Authorization", "Bearer {access_token}", access_token=credentials["access_token"])
    token = credentials.get("token")
    return HeaderAuth("Genestack-API-Token", "{token}", token=token or _read_token(credentials["token_file"]))


def _read_token(path: Secret) -> Secret:
    """Read the file that ODM offers for download; it may end with a line end."""
    file = Path(path.reveal())
    # What does not look like the downloaded file may be the token itself, pasted into the wrong field: it is not shown.
    shown = f" {file.name}" if file.suffix == ".txt" else ""
    try:
        return Secret(file.expanduser().read_text("utf-8-sig"), "token in the token file")
    except (OSError, ValueError):
        raise UsageError(
            f"The token file{shown} cannot be read: name the .txt file of ODM, or pass what it holds as token=."
        ) from None
