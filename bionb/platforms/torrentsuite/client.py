"""The client of Torrent Suite."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.auth import Auth, BasicAuth, HeaderAuth
from bionb.errors import UsageError
from bionb.frames import COUNT, FLAG, columns, to_frame
from bionb.listing import Listing
from bionb.pages import Page, Whole
from bionb.platforms.torrentsuite.calls.plans import PlanCalls
from bionb.platforms.torrentsuite.calls.runs import RunCalls
from bionb.platforms.torrentsuite.tables.rows import RUN_COLUMNS, run_rows
from bionb.platforms.torrentsuite.wire.catalogue import API, Catalogue, Schema
from bionb.platforms.torrentsuite.wire.problems import read_problem
from bionb.platforms.torrentsuite.wire.records import state_of
from bionb.protocol import Node, Nodes
from bionb.secret import Secret, shown
from bionb.session import Session

if TYPE_CHECKING:
    import pandas as pd

LABEL = "Torrent Suite"
RESOURCE_COLUMNS = columns("name list_endpoint schema")
CHIP_COLUMNS = columns("id name description instrumentType", isActive=FLAG, slots=COUNT)


class TorrentSuiteClient(RunCalls, PlanCalls):
    """A Torrent Suite server, spoken to through ``/rundb/api/v1/``.

    Parameters
    ----------
    url : str
        The server, without the path of the API.
    credentials : mapping
        ``username`` and ``api_key``, or ``username`` and ``password``.
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
        self.session = Session(url, _auth(credentials), label=LABEL, read_problem=read_problem, **options)
        self._catalogue = Catalogue(self.session)
        self._planning, self._made = threading.Lock(), {}

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

    # -- anything ---------------------------------------------------------------------------------------------------

    def resources(self) -> Listing:
        """Resources of this server.

        Returns
        -------
        Listing
            Frame columns: ``name``, ``list_endpoint``, ``schema`` (paths).

        Notes
        -----
        ``GET /rundb/api/v1/`` (open to anyone).
        """

        def read(params: Mapping[str, Any], opens: bool) -> Page:
            return Page([{"name": name, **paths} for name, paths in self._catalogue.root().items()])

        return Listing("resources", lambda: Whole(read), RESOURCE_COLUMNS)

    def schema(self, resource: str) -> Schema:
        """Return the fields, filters and orderings of a resource.

        Parameters
        ----------
        resource : str
            A name of `resources`.

        Returns
        -------
        Schema
            A dict as the server sent it; ``.to_frame()`` has one row a field. Records may hold more than the schema
            tells, since the server adds fields when it answers.

        Raises
        ------
        UsageError
            No such resource; the closest names are suggested.

        Notes
        -----
        ``GET /rundb/api/v1/<resource>/schema/``, asked once per client.
        """
        return self._catalogue.schema(resource)

    def objects(self, resource: str, **filters: Any) -> Listing:
        """All records of any resource.

        Parameters
        ----------
        resource : str
            A name of `resources`.
        **filters
            Fields of the schema, with lookups (``name__startswith="31"``, ``id__in=[7, 9]``), ``order_by`` (a name or
            a list, ``-`` for falling order) and ``limit`` (page size, 1000 by default and at most).

        Returns
        -------
        Listing
            Records as the server sends them, with integers as integers and secrets hidden. By default the newest
            identifier comes first.

        Raises
        ------
        UnknownFilter
            On first use, for a filter or ordering that the server would silently ignore; the closest are suggested.
        UsageError
            On first use: no such resource.

        Notes
        -----
        ``GET /rundb/api/v1/<resource>/``.

        Examples
        --------
        >>> suite.objects("runtype", order_by="id")[0]["runType"]
        'GENS'
        """
        return self._listing(resource, filters)

    def chips(self, **filters: Any) -> Listing:
        """Chip types.

        Parameters
        ----------
        **filters
            As for `objects`, e.g. ``name__startswith="31"``, ``isActive=True``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``description``, ``instrumentType`` (pgm, proton, S5), ``isActive``,
            ``slots`` (count), then the default arguments of the analysis programs.

        Notes
        -----
        ``GET /rundb/api/v1/chip/`` (Chip Resource).

        Examples
        --------
        >>> suite.chips(name="540").to_frame()["instrumentType"].tolist()
        ['S5']
        """
        return self._listing("chip", filters, CHIP_COLUMNS, name="chips")

    # -- the tree -----------------------------------------------------------------------------------------------------

    def roots(self) -> Nodes:
        """Return the runs, the one with the newest report first."""
        return Nodes(self.runs(), _run_node)

    def children(self, node: Node) -> Nodes:
        """Return the reports of a run."""
        return Nodes([] if node.leaf else node.record.get("results") or [], _report_node)

    def frame(self, node: Node) -> pd.DataFrame:
        """Return a run as a table of its reports, or a report as one row of figures."""
        if node.kind == "report":
            return self.run_report(node.id).summary
        return to_frame(run_rows([dict(node.record)]), RUN_COLUMNS)


def _run_node(run: dict[str, Any]) -> Node:
    return Node("run", str(run["id"]), run.get("displayName") or run.get("expName") or str(run["id"]), record=run)


def _report_node(report: dict[str, Any]) -> Node:
    title = f"{report.get('resultsName') or report['id']} ({state_of(report)})"
    return Node("report", str(report["id"]), title, leaf=True, record=report)


def _auth(credentials: Mapping[str, Secret]) -> Auth:
    username = credentials["username"]
    if "api_key" in credentials:
        return HeaderAuth(
            "Authorization", "ApiKey {username}:{api_key}", username=username, api_key=credentials["api_key"]
        )
    return BasicAuth(username, credentials["password"])
