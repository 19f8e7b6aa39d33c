"""What the client of Torrent Suite is made of."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import to_frame
from bionb.http.auth import Auth, BasicAuth, HeaderAuth
from bionb.platforms.torrentsuite.calls.objects import Objects
from bionb.platforms.torrentsuite.calls.plans import Plans
from bionb.platforms.torrentsuite.calls.plugins import Plugins
from bionb.platforms.torrentsuite.calls.runs import Runs
from bionb.platforms.torrentsuite.calls.samples import Samples
from bionb.platforms.torrentsuite.calls.stock import Stock
from bionb.platforms.torrentsuite.rules.identifiers import Ref, identifier
from bionb.platforms.torrentsuite.rules.plans import identity_findings
from bionb.platforms.torrentsuite.tables.columns import RUN_COLUMNS
from bionb.platforms.torrentsuite.tables.report import RunReport
from bionb.platforms.torrentsuite.tables.rows import finding_frame, run_rows
from bionb.platforms.torrentsuite.wire.catalogue import API
from bionb.platforms.torrentsuite.wire.door import Door
from bionb.platforms.torrentsuite.wire.paging import all_records
from bionb.platforms.torrentsuite.wire.problems import read_problem
from bionb.platforms.torrentsuite.wire.records import state_of
from bionb.platforms.torrentsuite.workflows import files as workflows
from bionb.platforms.torrentsuite.workflows.planning import Draft, Planner
from bionb.platforms.torrentsuite.workflows.reporting import gather
from bionb.protocol import Node, Nodes
from bionb.secret import Secret, shown
from bionb.session import Session

if TYPE_CHECKING:
    import pandas as pd
    import requests

Record = dict[str, Any]

LABEL = "Torrent Suite"
OPTIONS = ("params", "json", "data", "files", "headers", "timeout")


class TorrentSuiteClient(Objects, Stock, Samples, Runs, Plugins, Plans):
    """A Torrent Suite server, spoken to through ``/rundb/api/v1/``.

    Parameters
    ----------
    url : str
        The server, without the path of the API.
    credentials : mapping
        ``username`` and ``api_key``, or ``username`` and ``password``; ``web_password`` beside a key, for files.
    **options
        As for `bionb.connect`.

    Examples
    --------
    >>> suite = bionb.connect("torrentsuite", sandbox=True)
    >>> [chip["name"] for chip in suite.chips(name__startswith="31", order_by="id")][:3]
    ['314', '316', '318']
    """

    def __init__(
        self, url: str, credentials: Mapping[str, Secret], *, api_version: str | None = None, **options: Any
    ) -> None:
        if api_version not in (None, "v1"):
            raise UsageError(f"{LABEL} has one API version, v1; leave out api_version={shown(api_version)}.")
        self._username = credentials["username"]
        super().__init__(Session(url, _auth(credentials), label=LABEL, read_problem=read_problem, **options))
        self._planner = Planner(self.session, self._catalogue)
        self._door = Door(self.session, credentials)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send what has no method here.

        Parameters
        ----------
        method, path : str
            ``"GET"``, ...; below the server's address: ``"/rundb/api/v1/..."``, with a slash at the end.
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
        Any address of the API. Only GET is repeated where a server is busy.

        Examples
        --------
        >>> suite.request("GET", "/rundb/api/v1/torrentsuite/").json()["meta_version"]
        '5.18.1'
        """
        if unknown := sorted(set(options) - set(OPTIONS)):
            raise UsageError(f"request takes {', '.join(OPTIONS)}; leave out {', '.join(unknown)}.")
        return self.session.request(method, path, what=f"{method.upper()} {path}", **options)

    def whoami(self) -> str:
        """Return the account's name, by one real request.

        Notes
        -----
        ``GET /rundb/api/v1/user/?username=...``: the API has no call for "who am I".
        """
        name = self._username.reveal()
        params = {"username": name, "limit": 1}
        found = self.session.records("GET", f"{API}user/", params=params, what="log in", within="objects")
        return str(found[0].get("username") or name) if found else name

    # -- what takes several calls -----------------------------------------------------------------------------------

    def run_report(self, report: Ref) -> RunReport:
        """Return all that can be told about one report, gathered by concurrent requests.

        Parameters
        ----------
        report : int, str or dict
            Its identifier, or a record of `reports`.

        Returns
        -------
        RunReport
            Frames ``summary, loading, alignment, test_fragments, plugins, barcodes`` and ``plot()``. A report whose
            analysis failed may lack any of them; its frames are then empty, with the same columns. What the server
            could not give is named in ``notes``, with its answer, and a `ReportIncomplete` warning says so.

        Notes
        -----
        ``results``, then at once ``libmetrics``, ``analysismetrics``, ``qualitymetrics``, ``tfmetrics``,
        ``pluginresult``, the plan with its quality thresholds, and the report's barcode summary.

        Examples
        --------
        >>> float(suite.run_report(3).summary["loading_percent"].round(2)[0])
        94.77
        """
        return gather(self.session, self.report(report))

    def report_files(self, report: Ref) -> pd.DataFrame:
        """Return the files of a report and of its plugins.

        Parameters
        ----------
        report : int, str or dict
            Its identifier, or a record of `reports`.

        Returns
        -------
        DataFrame
            ``name``, ``kind`` (``BAM``, ``BAI``, ``VCF``, ...: by the ending), ``barcode``, ``plugin``, ``bytes``,
            ``link`` (path on the server, as ``bamLink`` is).

        Raises
        ------
        UsageError
            No password was given when connecting; or the report has no folder.
        AuthenticationFailed
            The server wants another password.

        Notes
        -----
        ``GET /auth/output/...``: the pages of the report's folder, of ``download_links`` and of the plugins' folders;
        the sizes by ``HEAD``.

        Examples
        --------
        >>> files = suite.report_files(3)
        >>> files[files["kind"] == "BAM"][["name", "bytes"]].head(1)
                 name  bytes
        1  rawlib.bam  60000
        """
        record = self.report(report)
        plugins = all_records(self.session, "pluginresult", {"result": identifier(record)}, "list the plugins' folders")
        return workflows.report_files(self._door.open(), record, plugins)

    def download_files(
        self,
        files: str | Mapping[str, Any] | Iterable[str | Mapping[str, Any]] | pd.DataFrame,
        folder: str | os.PathLike[str] = ".",
        *,
        overwrite: bool = False,
        dry_run: bool = False,
    ) -> pd.DataFrame:
        """Save files of reports in a folder, several at once; what broke off goes on where it stopped.

        Parameters
        ----------
        files : DataFrame, str, dict or list
            Rows of `report_files`, or links such as a report's ``bamLink``.
        folder : path
            Made where it is missing. Files keep the folders that they have below the report's; those of several
            reports stand in a folder for each.
        overwrite : bool
            Replace files of these names that differ.
        dry_run : bool
            Only look, and return the plan.

        Returns
        -------
        DataFrame
            One row a file: ``name``, ``source``, ``target``, ``bytes``, ``checksum`` (``"md5 9e10..."``), ``status``
            (``done``, ``there``: skipped since the very file is there, ...), ``seconds``, ``error``; see
            `bionb.transfers.carry_out`.

        Raises
        ------
        UsageError
            No password was given when connecting; another file of this name is there.
        AuthenticationFailed
            The server sent its login page, or wants another password.
        TransfersFailed
            Some did not arrive, the others are whole; ``.partial`` is the table. Of one file its own error.

        Notes
        -----
        ``GET /auth/output/...``, in ranges where a file is larger than 64 MiB.

        Examples
        --------
        >>> suite.download_files(suite.report(3)["bamLink"], "reads")[["bytes", "status"]]
           bytes status
        0  60000   done
        """
        return workflows.download_files(self._door.open(), files, folder, overwrite=overwrite, dry_run=dry_run)

    def check_plan(
        self,
        plan: Mapping[str, Any] | None = None,
        /,
        *,
        samples: pd.DataFrame | Iterable[Mapping[str, Any]] | None = None,
        **fields: Any,
    ) -> pd.DataFrame:
        """Look for faults of a plan before it is sent; chips, kits, barcodes and references are the server's own.

        Parameters
        ----------
        plan : mapping, optional
            Fields of the plan as the API names them; the same as keywords.
        samples : DataFrame, optional
            Samples and barcodes, as for `create_barcoded_plan`.

        Returns
        -------
        DataFrame
            ``level`` (error or warning), ``field``, ``sample``, ``barcode``, ``message``. Empty for a sound plan. An
            error is what the server refuses or fails on, and two things that it takes: a barcode used twice, after
            which the reads of two samples can't be told apart, and an ``id`` (or another name of a plan that is there),
            with which it overwrites that plan.

        Notes
        -----
        ``GET`` of ``chip``, ``kitinfo``, ``referencegenome``, ``runtype`` and, where the plan names some of them,
        ``dnabarcode``, ``content``, ``librarykey``, ``applicationgroup`` and others, at once.

        Examples
        --------
        >>> suite.check_plan(planName="my/plan", chipType="599", sample="s")["field"].tolist()
        ['templatingKitName', 'planName', 'chipType']
        """
        draft = Draft(plan, fields, samples)
        return finding_frame([*identity_findings(draft.body), *self._planner.findings(draft)])

    def create_plan(
        self, plan: Mapping[str, Any] | None = None, /, *, check: bool = True, again: bool = False, **fields: Any
    ) -> Record:
        """Plan a run.

        Parameters
        ----------
        plan : mapping, optional
            Fields as the API names them: ``planName``, ``chipType``, ``templatingKitName`` and ``sample`` at least;
            the same as keywords. Quality thresholds go by their names: ``{"Bead Loading (%)": 55}``.
        check : bool
            False sends the plan without looking at it first.
        again : bool
            True makes a second plan of the same content; else a double click, or a cell that is run twice, gives back
            the plan that this client made before, unless it was deleted or cancelled since.

        Returns
        -------
        dict
            The new plan as the server keeps it, ``flows`` as a number. Warnings of the server are shown.

        Raises
        ------
        InvalidInput
            The check found faults (``.findings``), or the plan has an ``id``: the server would overwrite that plan,
            also one that has run. Nothing was sent. `copy_plan` makes a copy.
        PlanRefused
            The server found faults (``.findings``).

        Notes
        -----
        ``POST /rundb/api/v1/plannedexperiment/``.

        Examples
        --------
        >>> plan = suite.create_plan(
        ...     planName="DOCS_my_plan", sample="my_sample", library="hg19", chipType="520",
        ...     templatingKitName="Ion 520/530 Kit-OT2", sequencekitname="Ion S5 Sequencing Kit",
        ...     librarykitname="Ion Xpress Plus Fragment Library Kit",
        ... )
        >>> plan["planStatus"], plan["flows"]
        ('planned', 0)
        """
        return self._planner.create(Draft(plan, fields), check=check, again=again)

    def create_barcoded_plan(
        self,
        samples: pd.DataFrame | Iterable[Mapping[str, Any]],
        plan: Mapping[str, Any] | None = None,
        /,
        *,
        check: bool = True,
        again: bool = False,
        **fields: Any,
    ) -> Record:
        """Plan a run of several samples, told apart by barcodes.

        Parameters
        ----------
        samples : DataFrame or iterable of dict
            ``sample`` and ``barcode``, one row a barcode; optionally ``reference`` (else the plan's ``library``),
            ``nucleotideType`` (else that of the run type; needed for a run type with both), ``targetRegionBedFile``,
            ``hotSpotRegionBedFile``, ``description``.
        plan, check, again, **fields
            As for `create_plan`; ``barcodeId`` (the barcode kit) in place of ``sample``.

        Returns
        -------
        dict
            As `create_plan`.

        Raises
        ------
        InvalidInput
            Missing or unknown columns, empty cells, a barcode that is used twice (the server would take it) or is not
            of the kit, or any fault of the plan; nothing was sent.

        Examples
        --------
        >>> samples = [{"sample": "demo sample 1", "barcode": "IonXpress_003"}]
        >>> plan = suite.create_barcoded_plan(
        ...     samples, planName="two samples", barcodeId="IonXpress", library="hg19", chipType="520",
        ...     templatingKitName="Ion 520/530 Kit-OT2", applicationGroupDisplayedName="DNA",
        ... )
        >>> plan["planName"], list(plan["barcodedSamples"])
        ('two_samples', ['demo sample 1'])
        """
        return self._planner.create(Draft(plan, fields, samples), check=check, again=again)

    def copy_plan(self, plan: Ref, /, *, check: bool = True, again: bool = False, **changes: Any) -> Record:
        """Plan a run like one that was planned before; that one stays as it is.

        Parameters
        ----------
        plan : int, str or dict
            The identifier of the plan to copy, or a record.
        check, again : bool
            As for `create_plan`.
        **changes
            What shall be different; ``planName`` is ``CopyOf_`` and the old name if none is given.

        Returns
        -------
        dict
            The new plan, with an identifier of its own. What the old plan was given is copied; its state and its run
            are not.

        Raises
        ------
        InvalidInput
            The plan can't be made today, e.g. since its chip is no longer active; nothing was sent.

        Notes
        -----
        ``GET`` and ``POST /rundb/api/v1/plannedexperiment/``.

        Examples
        --------
        >>> first = suite.create_plan(
        ...     planName="first", sample="s1", chipType="520", templatingKitName="Ion 520/530 Kit-OT2", again=True
        ... )
        >>> copy = suite.copy_plan(first, planName="second", sample="s2")
        >>> copy["planName"], copy["id"] != first["id"], suite.plan(first)["planName"]
        ('second', True, 'first')
        """
        return self._planner.copy(identifier(plan), changes, check=check, again=again)

    def update_plan(self, plan: Ref, /, *, executed: bool = False, **changes: Any) -> Record:
        """Change a plan.

        Parameters
        ----------
        plan : int, str or dict
            Its identifier, or a record.
        executed : bool
            True also changes the status of a plan that has run, and with it that of its run.
        **changes
            Fields and their new values. ``project`` or ``projects`` add to the projects of a plan and never remove one;
            the server writes blanks in their names as ``_``. ``flows`` stay as they are unless given.

        Returns
        -------
        dict
            The plan afterwards.

        Raises
        ------
        InvalidInput
            An ``id``, a value on which the server fails, or a status for a plan that has run; nothing was changed.
        PlanRefused
            The server found faults.

        Notes
        -----
        ``PATCH /rundb/api/v1/plannedexperiment/<id>/``. The server looks at the whole plan again, and refuses
        one without flows unless they are sent as the text "0".
        """
        return self._planner.change(identifier(plan), changes, executed=executed)

    def cancel_plan(self, plan: Ref, /, *, executed: bool = False) -> Record:
        """Cancel a plan: its status becomes ``voided``; it stays in the list.

        Parameters
        ----------
        plan : int, str or dict
            Its identifier, or a record.
        executed : bool
            True also voids the plan of a run that was made; the run is then shown as voided too.

        Raises
        ------
        InvalidInput
            The plan has run, and `executed` is not True; nothing was changed.

        Notes
        -----
        ``PATCH /rundb/api/v1/plannedexperiment/<id>/`` with ``planStatus``.
        """
        return self.update_plan(plan, executed=executed, planStatus="voided")

    # -- the tree -----------------------------------------------------------------------------------------------------

    def roots(self) -> Nodes:
        """Return the runs, the one with the newest report first."""
        return Nodes(self.runs(), _run_node)

    def children(self, node: Node) -> Nodes:
        """Return the reports of a run."""
        return Nodes([] if node.leaf else node.record.get("results") or [], self._report_node)

    def frame(self, node: Node) -> pd.DataFrame:
        """Return a run as a table of its reports, or a report as one row of figures."""
        if node.kind == "report":
            return self.run_report(node.id).summary
        return to_frame(run_rows([dict(node.record)]), RUN_COLUMNS)

    def _report_node(self, report: dict[str, Any]) -> Node:
        number = str(report["id"])
        title = f"{report.get('resultsName') or number} ({state_of(report)})"
        return Node(
            "report",
            number,
            title,
            leaf=True,
            record=report,
            call=f"run_report({number!r}).summary",
            draw=lambda summary: self.run_report(number).plot(),
            files=lambda summary: self.report_files(number),
        )


def _run_node(run: dict[str, Any]) -> Node:
    return Node("run", str(run["id"]), run.get("displayName") or run.get("expName") or str(run["id"]), record=run)


def _auth(credentials: Mapping[str, Secret]) -> Auth:
    username = credentials["username"]
    if "api_key" in credentials:
        return HeaderAuth(
            "Authorization", "ApiKey {username}:{api_key}", username=username, api_key=credentials["api_key"]
        )
    return BasicAuth(username, credentials["password"])
