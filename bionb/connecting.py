"""Connects to a platform: finds its card, the credentials and the server, and makes its client."""

from __future__ import annotations

from typing import Any

from bionb.credentials import find_credentials
from bionb.errors import UsageError
from bionb.protocol import Client, Found, Platform
from bionb.registry import platform_card
from bionb.secret import Secret, sealed, shown


def connect(
    platform: str,
    url: str | None = None,
    *,
    sandbox: bool = False,
    profile: str | None = None,
    api_version: str | float | None = None,
    allow_http: bool = False,
    workers: int = 16,
    timeout: float | tuple[float, float] = (10.0, 60.0),
    **credentials: str | Secret | None,
) -> Client:
    """Connect to a platform and return its client; the first request is sent by the client's first call.

    Parameters
    ----------
    platform : str
        One of ``bionb.platforms()``.
    url : str, optional
        The server, or the name of a known environment; also a page of the server, as it is copied from a browser. By
        default the one named where the credentials were found.
    sandbox : bool
        Use the local sandbox, started once per process; environment, files and keyring are ignored.
    profile : str, optional
        Section of the official client's credentials file.
    api_version : str or float, optional
        Pin the server's API version, on platforms that have several.
    allow_http : bool
        Allow a plain http server of your own network.
    workers : int
        Concurrent requests at most.
    timeout : float or (float, float)
        Seconds to connect and to wait for data.
    **credentials : str
        ``token``, ``username``, ``password``, ...: what the platform's login takes. Without any, the environment
        (``BIONB_<PLATFORM>_URL``, ``BIONB_<PLATFORM>_TOKEN``), the official client's settings and the keyring are
        asked.

    Returns
    -------
    Client
        With the platform's methods, and ``whoami, roots, children, frame, history, last_request, close``.

    Raises
    ------
    UsageError
        Unknown or incomplete arguments.
    NotLoggedIn
        No credentials anywhere.
    InsecureConnection
        Plain http to another computer without `allow_http`.

    Examples
    --------
    >>> with bionb.connect("sodar", sandbox=True) as sodar:
    ...     sodar.whoami()
    'alice@EXAMPLE'
    """
    given = sealed(credentials, sent=False)
    card = platform_card(platform)
    _check_options(url, timeout)
    found = _sandbox_credentials(card, given) if sandbox else find_credentials(card, url, given, profile)
    client: Client = card.load_client()(
        found.url,
        found.values,
        source=found.source,
        api_version=api_version,
        allow_http=allow_http,
        workers=workers,
        timeout=timeout,
    )
    return client


def _check_options(url: Any, timeout: Any) -> None:
    if not isinstance(url, str | None):
        raise UsageError(f"url is a text such as https://server.example.org, not {shown(url)}.")
    seconds = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    if len(seconds) != 2 or not all(isinstance(each, int | float) and each > 0 for each in seconds):
        raise UsageError(f"timeout is a number of seconds above 0, or two (to connect, to wait), not {shown(timeout)}.")


def _sandbox_credentials(card: Platform, given: dict[str, Any]) -> Found:
    from bionb.sandbox import shared_sandbox  # loads a web server, which most people never need

    server = shared_sandbox()
    own = server.credentials(card.name)
    logs_in = set(given) & set(card.field_names())
    chosen = {name: value for name, value in own.items() if not logs_in or name not in card.field_names()}
    found = find_credentials(card, server.url(card.name), {**chosen, **given})
    return Found("sandbox", found.url, found.values)
