"""The address of a server, out of what a person pastes: a page of its web site, or the path of its API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from bionb.protocol import Platform


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
