"""The address of a server, out of what a person pastes: a page of its web site, or the path of its API."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from bionb.errors import InsecureConnection, UsageError
from bionb.secret import shown
from bionb.wording import shorten

if TYPE_CHECKING:
    from bionb.protocol import Platform

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def server_address(platform: Platform, url: str) -> str:
    """Return the address of the server that is meant by a name, an address or a page.

    Parameters
    ----------
    platform : Platform
        Whose card names the known servers, the web sites that belong to them, and the pages that servers have.
    url : str
        The name of a known server; or an address, also of a page below it.

    Returns
    -------
    str
        The address without the page, its query and its fragment. What no card explains is left as it is, for
        `bionb.credentials.checked_url` to judge: a server may live below a path.

    Examples
    --------
    >>> from bionb.protocol import Platform
    >>> card = Platform("things", "Things", (), (), "", "", "", pages=("home",))
    >>> server_address(card, "https://things.example.org/lab/home/?user=1")
    'https://things.example.org/lab'
    """
    url = url.strip()
    if url in platform.environments:
        return platform.environments[url]
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return url
    if parts.username or parts.password or not host:
        return url
    if port is None and host in platform.websites:
        return platform.websites[host]
    for known in platform.environments.values():
        there = urlsplit(known)
        same = (parts.scheme.lower(), host, port) == (there.scheme, there.hostname, there.port)
        if same and f"{parts.path}/".startswith(f"{there.path.rstrip('/')}/"):
            return known
    steps = parts.path.split("/")
    page = next((place for place, step in enumerate(steps) if step.lower() in platform.pages), None)
    return url if page is None else urlunsplit((parts.scheme, parts.netloc, "/".join(steps[:page]), "", ""))


def token_page(platform: Platform, url: str) -> str:
    """Return the address of the page on which a server's users make tokens, empty if it is not known.

    Examples
    --------
    >>> from bionb.protocol import Platform
    >>> card = Platform("things", "Things", (), (), "", "", "", token_page="/tokens/")
    >>> token_page(card, "https://things.example.org/lab/")
    'https://things.example.org/lab/tokens/'
    """
    if not platform.token_page or not url.startswith(("https://", "http://")):
        return ""
    if platform.websites:
        host = next((host for host, api in platform.websites.items() if same_origin(api, url)), "")
        return f"https://{host}{platform.token_page}" if host else ""
    return url.rstrip("/") + platform.token_page


def origin(url: str) -> tuple[str, str, int | None]:
    """Return (scheme, host, port) of a URL, with the scheme's usual port filled in.

    Examples
    --------
    >>> origin("https://Example.org/sodar/")
    ('https', 'example.org', 443)
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        reason = shorten(shown(str(error)).strip("'\""), 100)
        raise UsageError(f"The URL {shown(url, 100)} makes no sense: {reason}. Check how it is written.") from None
    return parts.scheme.lower(), (parts.hostname or "").lower(), port or {"http": 80, "https": 443}.get(parts.scheme)


def same_origin(url: str, other: str) -> bool:
    """Tell whether two URLs have one origin; a URL that makes no sense has none."""
    try:
        return origin(url) == origin(other)
    except UsageError:
        return False


def is_loopback(url: str) -> bool:
    """Tell whether a URL points to this computer."""
    return origin(url)[1] in LOOPBACK


def checked_url(url: str, label: str, allow_http: bool) -> str:
    """Return a server's URL without a final slash.

    Raises
    ------
    UsageError
        No URL, one with user, query or fragment, or one that a browser tab can't reach.
    InsecureConnection
        Plain http to another computer without `allow_http`.
    """
    url = url.strip().rstrip("/")
    origin(url)
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise UsageError(f"{label}: leave user and password out of the URL and pass them as arguments.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{label}: {shown(url)} is no server URL; it should look like https://server.example.org.")
    if parts.query or parts.fragment:
        raise UsageError(f"{label}: the URL ends before the question mark; give only the server's address.")
    if parts.scheme == "http" and not (allow_http or is_loopback(url)):
        raise InsecureConnection(
            f"{label}: {parts.hostname} is asked for over plain http, which would show your token to the network. Use "
            "https://, or allow_http=True for a server of your own network."
        )
    if sys.platform == "emscripten" and not is_loopback(url):
        raise UsageError(
            f"{label}: this Python runs in a browser tab, and a browser lets no page talk to {parts.hostname}. Use the "
            "sandbox here (sandbox=True), or install bionb on your computer for a real server."
        )
    return url
