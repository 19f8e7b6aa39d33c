"""The door to the files: the server's own folders behind HTTP Basic, and the login page that it may send instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urlsplit

import requests

from bionb.errors import AuthenticationFailed, UsageError
from bionb.http.auth import BasicAuth
from bionb.platforms.torrentsuite.wire.problems import read_problem
from bionb.secret import Secret
from bionb.session import Session
from bionb.transfers import Answer, Opener

LABEL = "Torrent Suite's files"
AUTH = "/auth"  # the same tree as the web pages show below /output, for programs
NO_PASSWORD = (
    "Files need your password of the web pages; an API key gets their login page. Connect with it beside the key: "
    'bionb.connect("torrentsuite", url, username=..., api_key=..., web_password=...), or with the password alone.'
)


class Door:
    """Opens the files once, when they are first asked for.

    Parameters
    ----------
    session : Session
        That of the API.
    credentials : mapping
        ``username``, and ``web_password`` or ``password`` where one was given.
    """

    def __init__(self, session: Session, credentials: Mapping[str, Secret]) -> None:
        self._session, self._credentials = session, credentials
        self._open: Session | None = None

    def open(self) -> Session:
        """Return a session with the password.

        Raises
        ------
        UsageError
            There is none.
        """
        if self._open is None:
            password = self._credentials.get("web_password") or self._credentials.get("password")
            if password is None:
                raise UsageError(NO_PASSWORD)
            auth = BasicAuth(self._credentials["username"], password)
            self._open = self._session.beside(self._session.url, auth, label=LABEL, read_problem=read_problem)
        return self._open


def ask(
    session: Session,
    method: str,
    link: str,
    what: str,
    *,
    headers: Mapping[str, str] | None = None,
    opens: bool = False,
) -> requests.Response:
    """Ask for a file or folder as it is; a login page in its place is an error.

    Raises
    ------
    AuthenticationFailed
        The server sent its login page.
    """
    path = AUTH + quote(link)
    asked = {"Accept-Encoding": "identity", **(headers or {})}
    response = session.request(method, path, what=what, headers=asked, stream=True, opens=opens, accept=(412, 416))
    if "login" in urlsplit(response.url or "").path.split("/"):
        response.close()
        raise AuthenticationFailed(
            f'{session.label}: the server answered "{what}" with its login page: it wants the user name and password '
            "of the web pages. Check them, or ask its administrators whether /auth/output is served.",
            status=401,
            platform=session.label,
        )
    return response


def opened(session: Session, link: str, what: str) -> Opener:
    """Return how to ask for a file, for transfers."""

    def open_at(headers: Mapping[str, str]) -> Answer:
        response = ask(session, "GET", link, what, headers=headers)
        response.raw.headers.pop("Content-Encoding", None)
        return Answer(response.status_code, response.headers, session.body(response, what=what), response.close)

    return open_at


def names_in(page: str) -> Iterator[str]:
    """Give the names that a folder's page lists, those of folders with a slash behind.

    Examples
    --------
    >>> list(names_in('<a href="?C=N">Name</a> <a href="/auth/">Parent</a> <a href="a%20b.bam">a b.bam</a>'))
    ['a b.bam']
    """
    reader = _Links()
    reader.feed(page)
    for each in reader.found:
        name = unquote(each)
        if not each.startswith(("?", "/", "#", ".")) and ":" not in each and "/" not in name[:-1]:
            yield name


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]
