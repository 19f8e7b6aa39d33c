"""The Seven Bridges client: account, limits, and the tree for the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.auth import HeaderAuth
from bionb.errors import UsageError
from bionb.listing import Listing
from bionb.pages import Record
from bionb.platforms.sevenbridges import PLATFORM
from bionb.platforms.sevenbridges.calls.billing import Billing
from bionb.platforms.sevenbridges.calls.calls import LIMIT, VERSION, FieldsLike
from bionb.platforms.sevenbridges.calls.exchanges import Exchanges
from bionb.platforms.sevenbridges.calls.projects import Projects
from bionb.platforms.sevenbridges.calls.runs import Runs
from bionb.platforms.sevenbridges.calls.volumes import Storage
from bionb.platforms.sevenbridges.wire.problems import read_problem
from bionb.platforms.sevenbridges.wire.records import USERS
from bionb.platforms.sevenbridges.workflows.transfers import Transfers
from bionb.protocol import Node, Nodes
from bionb.secret import Secret
from bionb.session import Session
from bionb.transport import RateBudget

if TYPE_CHECKING:
    import pandas as pd


class SevenBridgesClient(Projects, Runs, Transfers, Billing, Storage, Exchanges):
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
            raise UsageError(f"Seven Bridges has API v2 only, not {api_version!r}: leave out api_version.")
        auth = HeaderAuth("X-SBG-Auth-Token", "{token}", token=credentials["token"])
        self.session = Session(_base(url), auth, label=PLATFORM.label, read_problem=read_problem, **options)

    # -- account and limits ---------------------------------------------------------------------------------------

    def paths(self) -> dict[str, str]:
        """Return all paths of the API: the one call that needs no token.

        Notes
        -----
        ``GET /`` (API overview, "Authentication").
        """
        found: dict[str, str] = self.call("GET", "", what="list the paths", auth=False)
        return found

    def user(self, username: str | None = None, fields: FieldsLike = None) -> Record:
        """Return an account, by default your own.

        Notes
        -----
        ``GET /user``, ``GET /users/{username}``.
        """
        if username is None:
            return self._get(USERS, "user", what="ask who I am", fields=fields)
        return self._get(USERS, f"users/{username}", what=f"get the user {username}", fields=fields)

    def users(self, division: str | None = None, role: str | None = None, limit: int = LIMIT) -> Listing:
        """List the users of a division (enterprise accounts only).

        Notes
        -----
        ``GET /users``; without a division the server answers 400, code 2105.
        """
        return self._listing(USERS, params={"division": division, "role": role}, limit=limit)

    def rate_limit(self) -> Record:
        """Return the rate limit; this call does not count.

        Returns
        -------
        dict
            ``rate``: ``limit`` and ``remaining`` requests, ``reset`` in Unix seconds (some environments send
            milliseconds); ``instance_limit``: the same for running instances, -1 for none.

        Notes
        -----
        ``GET /rate_limit`` (the API overview writes ``/rate``).
        """
        found: Record = self.call("GET", "rate_limit", what="ask for the rate limit")
        return found

    @property
    def budget(self) -> RateBudget | None:
        """What the latest answer said about the rate limit, None before the first; sends nothing."""
        return self.session.budget

    def whoami(self) -> str:
        """Return your user name, by one request."""
        return str(self.user()["username"])

    # -- the tree -------------------------------------------------------------------------------------------------

    def roots(self) -> Nodes:
        """Return the projects."""
        return Nodes(self.projects(), lambda each: Node("project", each["id"], each["name"], record=each))

    def children(self, node: Node) -> Nodes:
        """Return what is in a project, or in a folder."""
        if node.kind == "project":
            return Nodes([Node(kind, node.id, kind, leaf=kind != "files") for kind in ("files", *_TABLES)])
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


def _file_node(record: Record) -> Node:
    folder = record.get("type") == "folder"
    return Node("folder" if folder else "file", record["id"], record["name"], leaf=not folder, record=record)


def _base(url: str) -> str:
    """Return the address without ``/v2``, which every path begins with, so that both forms are understood."""
    if "//" not in url:
        known = ", ".join(PLATFORM.environments)
        raise UsageError(f"Seven Bridges has no environment {url!r}; it has {known}. Or pass the API's full URL.")
    return url.strip().rstrip("/").removesuffix(f"/{VERSION}")
