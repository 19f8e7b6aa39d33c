"""The SODAR client: projects, roles, sample sheets and landing zones on servers of both generations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.auth import Auth, BasicAuth, HeaderAuth
from bionb.credentials import Secret
from bionb.errors import UsageError
from bionb.platforms.sodar import shapes
from bionb.platforms.sodar.members import MemberCalls
from bionb.platforms.sodar.problems import read_problem
from bionb.platforms.sodar.shapes import Record
from bionb.platforms.sodar.versions import Negotiator
from bionb.protocol import Node, Nodes
from bionb.session import Session

if TYPE_CHECKING:
    import pandas as pd


class SodarClient(MemberCalls):
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
        if api_version is not None and not api_version.replace(".", "").isdigit():
            raise UsageError(f"api_version is a version number such as '2.0' or '0.13.3', not {api_version!r}.")
        self.session = Session(url, _auth(credentials), label="SODAR", read_problem=read_problem, **options)
        self.api = Negotiator(self.session, api_version)
        self._people = None

    # -- the protocol of the widgets --------------------------------------------------------------------------------

    def whoami(self) -> str:
        """Return the account's user name, by one real request."""
        return str(self.current_user()["username"])

    def roots(self) -> Nodes:
        """Return categories and projects whose category the account cannot see, or that have none."""
        records = list(self.projects())
        seen = {each["sodar_uuid"] for each in records}
        return Nodes([_node(each) for each in records if each["parent"] not in seen])

    def children(self, node: Node) -> Nodes:
        """Return what is below a category, a project, a study."""
        if node.kind == "category":
            return Nodes([_node(each) for each in self.projects() if each["parent"] == node.id])
        return Nodes([])

    def frame(self, node: Node) -> pd.DataFrame:
        """Return a category as its projects, a project as its members."""
        from bionb.frames import to_frame

        if node.kind == "category":
            below = [each for each in self.projects() if each["parent"] == node.id]
            return to_frame(below, shapes.PROJECT_COLUMNS)
        return self.members(node.id).to_frame()


def _auth(credentials: Mapping[str, Secret]) -> Auth:
    if "token" in credentials:
        return HeaderAuth("Authorization", "token {token}", token=credentials["token"])
    return BasicAuth(credentials["username"], credentials["password"])


def _node(record: Record) -> Node:
    kind = "category" if record["type"] == "CATEGORY" else "project"
    return Node(kind, record["sodar_uuid"], record["title"], leaf=False, record=record)
