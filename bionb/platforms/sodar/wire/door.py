"""The door to the files: where the WebDAV server is, and who asks there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit, urlunsplit

from bionb.errors import UsageError
from bionb.http.auth import BasicAuth
from bionb.platforms.sodar.wire.webdav import WebDav, read_problem, token_refused
from bionb.secret import Secret
from bionb.session import Session

LABEL = "SODAR's WebDAV server"
UNKNOWN = (
    "Files move over WebDAV, and no answer of SODAR says where: in SODAR open the project's sample sheets (or the "
    "landing zone), choose “Copy WebDAV URL”, and pass what was copied: bionb.connect(..., webdav_url=...); or set "
    "BIONB_SODAR_WEBDAV_URL."
)


class Door:
    """Opens WebDAV once, when files are first moved.

    Parameters
    ----------
    session : Session
        SODAR's own.
    credentials : mapping
        ``webdav_url`` and ``webdav_password``, where they were given, beside those of SODAR.
    """

    def __init__(self, session: Session, credentials: Mapping[str, Secret]) -> None:
        self._session, self._credentials = session, credentials
        self._open: WebDav | None = None

    @property
    def is_known(self) -> bool:
        """Whether somebody said where it is."""
        return "webdav_url" in self._credentials

    def check(self) -> None:
        """Refuse to go on where nobody said where it is.

        Raises
        ------
        UsageError
            With where SODAR shows it.
        """
        if not self.is_known:
            raise UsageError(UNKNOWN)

    def open(self, zone: str, username: Callable[[], str]) -> WebDav:
        """Return WebDAV as a user, whose password is the token unless another was given.

        Parameters
        ----------
        zone : str
            The name of the iRODS zone, with which all paths begin: a URL that was copied is cut there.
        username : callable
            Finds out the user's name in iRODS.
        """
        if self._open is None:
            self.check()
            given = self._credentials
            password = given.get("webdav_password") or given.get("password") or given["token"]
            by_token = password is given.get("token")
            session = self._session.beside(
                server_of(given["webdav_url"].reveal(), zone),
                BasicAuth(Secret(username(), "user name", sent=False), password),
                label=LABEL,
                read_problem=token_refused if by_token else read_problem,
                variable="webdav_url",
            )
            self._open = WebDav(session)
        return self._open


def server_of(url: str, zone: str) -> str:
    """Return the server's address out of a URL that may lead to a collection.

    Examples
    --------
    >>> server_of("https://dav.example.org/sodarZone/projects/9a?x=1", "sodarZone")
    'https://dav.example.org'
    """
    try:
        parts = urlsplit(url)
        path = unquote(parts.path)
    except ValueError:
        return url  # which is refused in clear words when it is used
    before, found, _ = f"{path}/".partition(f"/{zone}/")
    return urlunsplit((parts.scheme, parts.netloc, before if found else parts.path, "", ""))
