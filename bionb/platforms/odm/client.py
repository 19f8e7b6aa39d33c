"""The ODM client: login, the browser's tree, and everything that its parts add."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.answers import Problem, flatten, is_json, page_text
from bionb.auth import HeaderAuth
from bionb.errors import AuthenticationFailed, PermissionDenied, UsageError
from bionb.platforms.odm.calls.curation import Curation
from bionb.platforms.odm.calls.mappings import Mappings
from bionb.platforms.odm.calls.queries import Queries
from bionb.platforms.odm.calls.search import Search
from bionb.platforms.odm.wire.template import ACCESSION
from bionb.platforms.odm.workflows.building import Workflow
from bionb.protocol import Node, Nodes
from bionb.secret import Secret
from bionb.session import Session, SessionOwner

if TYPE_CHECKING:
    import pandas as pd
    import requests

DATA_NODES = {
    "expression": "expression group",
    "variant": "variant group",
    "flow-cytometry": "flow cytometry group",
}


class OdmClient(Workflow, Curation, Queries, Search, Mappings, SessionOwner):
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
        self._uploaded = {}
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
        """Return the account's role, ``"curator"`` or ``"consumer"``: the API tells no account names.

        Raises
        ------
        AuthenticationFailed
            The token is wrong.

        Notes
        -----
        ``GET /api/v1/as-curator/studies?pageLimit=1``, and for who is no curator the same below ``as-user``.

        Examples
        --------
        >>> odm.whoami()
        'curator'
        """
        with self.session.one_call():
            return "curator" if self.may_curate() else self._check_consumer()

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
            self.session.json("GET", "api/v1/as-curator/studies", params={"pageLimit": 1}, what="check the role")
        except (AuthenticationFailed, PermissionDenied):
            return False
        return True

    def _check_consumer(self) -> str:
        self.session.json("GET", "api/v1/as-user/studies", params={"pageLimit": 1}, what="check the token")
        return "consumer"

    # -- the browser's tree -----------------------------------------------------------------------------------------

    def roots(self) -> Nodes:
        """Return the studies.

        Examples
        --------
        >>> [node.title for node in odm.roots()]
        ['Fibrosis in the human liver']
        """
        return Nodes(self.studies(fields="original"), _study_node)

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
        nodes = [Node("samples", node.id, "Samples", leaf=True)]
        with self.session.one_call():
            for kind, word in DATA_NODES.items():
                for group in self._groups_by_study(kind, node.id):
                    record = group.get("metadata") or {}
                    title = f"{record.get('Data Class') or word}: {record.get('Name') or group['itemId']}"
                    nodes.append(Node(word, group["itemId"], title, leaf=True, record=record))
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
    return Node("study", str(record[ACCESSION]), str(title), record=record)


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


def read_problem(response: requests.Response) -> Problem:
    """Read ODM's ``{"error": {"message": ...}}``, and say what to do about the usual ones."""
    if not is_json(response):
        return Problem(page_text(response.text), hint=_hint(response))
    try:
        body = response.json()
    except ValueError:
        return Problem("broken JSON")
    error = body.get("error", body) if isinstance(body, dict) else body
    message = error.get("message") if isinstance(error, dict) else None
    return Problem(message or "; ".join(flatten(error)), hint=_hint(response))


def _hint(response: requests.Response) -> str:
    path = response.request.path_url if response.request else ""
    if response.status_code == 403:
        return "Ask an administrator to put you into the group Curator; reading works without as_curator=True."
    if response.status_code == 401 and ("/as-curator/" in path or "/jobs/" in path):
        return "The token is wrong, or its owner is not in the group Curator: whoami() tells which."
    if response.status_code == 404 and "/jobs/" in path:
        return "Check the job number; the server has no list of jobs."
    return ""
