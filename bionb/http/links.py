"""Where a path or link leads, and whether it may be followed."""

from __future__ import annotations

from urllib.parse import urlsplit

from bionb.address import same_origin
from bionb.errors import InsecureConnection, UsageError
from bionb.http.auth import Auth
from bionb.secret import shown
from bionb.wording import shorten


def absolute(path: str, url: str, auth: Auth, label: str, *, with_auth: bool, allow_http: bool) -> str:
    """Return the URL of a path below a server's, or of a link as it is.

    Parameters
    ----------
    path : str
        Path or link.
    url : str
        The server.
    auth : Auth
        Whose secrets no message may show.
    label : str
        The platform's name in messages.
    with_auth : bool
        Whether credentials are sent along: then a link may lead to the server only.
    allow_http : bool
        Whether plain http was allowed.

    Raises
    ------
    UsageError
        It is no text.
    InsecureConnection
        The link leads to another server, or over plain http from a secure one.
    """
    if not isinstance(path, str):
        raise UsageError(f"A path is a text such as '/api/projects', not {shown(path)}.")
    if not _is_absolute(path):
        return url + "/" + path.lstrip("/")
    if with_auth and not same_origin(path, url):
        where = shorten(path.partition("//")[2].partition("/")[0], 100)
        raise InsecureConnection(f"{label}: a link leads to {where}, another server; it was not followed.")
    if path[:5].lower() == "http:" and url.startswith("https:") and not allow_http:
        where = auth.hide(shorten(urlsplit(path).netloc, 100))
        raise InsecureConnection(
            f"{label}: a link leads to {where} over plain http, where the network can read and change what "
            "comes; it was not followed. If that server is your own, connect with allow_http=True."
        )
    return path


def _is_absolute(path: str) -> bool:
    try:
        return bool(urlsplit(path).scheme) or path.startswith("//")
    except ValueError:
        return True  # no URL at all, and of no origin
