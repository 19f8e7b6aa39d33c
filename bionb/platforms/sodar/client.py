"""The SODAR client: projects, roles, sample sheets and landing zones on servers of both generations."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.auth import Auth, BasicAuth, HeaderAuth
from bionb.errors import NotFound, PermissionDenied, UsageError
from bionb.frames import to_frame
from bionb.isatab import ISATab
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire.problems import read_problem
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Negotiator
from bionb.platforms.sodar.workflows.replacing import ReplaceCalls
from bionb.protocol import Node, Nodes
from bionb.secret import Secret, shown
from bionb.session import Session

if TYPE_CHECKING:
    import pandas as pd


class SodarClient(ReplaceCalls):
    """One account on one SODAR or SODAR Core server.

    Made by ``bionb.connect("sodar", url, token=...)``. The server's generation and API version are found out with the
    first request; ``api_version`` pins that of the project API.

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
        self.session = Session(url, _auth(credentials), label="SODAR", read_problem=read_problem, **options)
        self.api = Negotiator(self.session, None if api_version is None else str(api_version))
        self._people, self._tree = None, None
        self._exported = {}
        self._submitted, self._submitting = {}, threading.Lock()
        self._made_at, self._making = {}, threading.Lock()

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
            return Nodes([_sheet("study", each, node.record["project"]) for each in studies])
        if node.kind == "study":
            assays = node.record["assays"].values()
            return Nodes([_sheet("assay", each, node.record["project"], leaf=True) for each in assays])
        return Nodes([])

    def _sheet_nodes(self, project: str) -> list[Node]:
        try:
            found = self.investigation(project)
        except (NotFound, PermissionDenied):
            return []
        return [Node("investigation", found.sodar_uuid, found.title or found.identifier, record=found.record)]

    def _zone_nodes(self, project: str) -> list[Node]:
        try:
            zones = list(self.zones(project))
        except PermissionDenied:
            return []  # guests have no landing zones
        return [Node("zone", each["sodar_uuid"], each["title"], leaf=True, record=each) for each in zones]

    def frame(self, node: Node) -> pd.DataFrame:
        """Return a node as a table.

        A category gives its projects, a project its members, an investigation its studies and assays, a study its
        samples, an assay its rows, a zone itself.
        """
        if node.kind == "category":
            return to_frame(self._project_tree().below(node.id), columns.PROJECT_COLUMNS)
        if node.kind == "investigation":
            return self.investigation(node.record["project"]).to_frame()
        if node.kind in ("study", "assay"):
            isa: ISATab = self.export_sheets(node.record["project"])
            name = node.record["file_name"]
            return isa.samples(name) if node.kind == "study" else isa.assay(name)
        if node.kind == "zone":
            return to_frame([self.zone(node.id)], columns.ZONE_COLUMNS)
        return self.members(node.id).to_frame()


def _auth(credentials: Mapping[str, Secret]) -> Auth:
    if "token" in credentials:
        return HeaderAuth("Authorization", "token {token}", token=credentials["token"])
    return BasicAuth(credentials["username"], credentials["password"])


def _node(record: Record) -> Node:
    kind = "category" if record["type"] == "CATEGORY" else "project"
    return Node(kind, record["sodar_uuid"], record["title"], leaf=False, record=record)


def _sheet(kind: str, record: Record, project: str, leaf: bool = False) -> Node:
    title = record.get("title") or record["file_name"]
    return Node(kind, record["sodar_uuid"], title, leaf, {**record, "project": project})
