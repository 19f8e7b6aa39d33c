"""Where credentials come from.

The order of sources is: argument, environment, the official client's own variables and files, the system
keyring. Found credentials are used only with the URL of the same source, or with one of the same origin.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bionb.address import server_address
from bionb.errors import InsecureConnection, NotLoggedIn, UsageError
from bionb.secret import Secret, sealed, variable

if TYPE_CHECKING:
    from bionb.protocol import Platform

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Found:
    """Credentials and where they were found.

    Attributes
    ----------
    source : str
        For people: ``"environment"``, ``"file ~/.client/credentials [default]"``.
    url : str or None
        The server named by the same source.
    values : mapping of str to Secret
        By login field.
    """

    source: str
    url: str | None
    values: Mapping[str, Secret] = field(default_factory=dict)


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
        raise UsageError(f"The URL {url[:100]!r} makes no sense: {error}.") from None
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
        No URL, or one with user, query or fragment.
    InsecureConnection
        Plain http to another computer without `allow_http`.
    """
    url = url.strip().rstrip("/")
    origin(url)
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise UsageError(f"{label}: leave user and password out of the URL and pass them as arguments.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{label}: {url!r} is no server URL; it should look like https://server.example.org.")
    if parts.query or parts.fragment:
        raise UsageError(f"{label}: the URL ends before the question mark; give only the server's address.")
    if parts.scheme == "http" and not (allow_http or is_loopback(url)):
        raise InsecureConnection(
            f"{label}: {parts.hostname} is asked for over plain http, which would show your token to the network. Use "
            "https://, or allow_http=True for a server of your own network."
        )
    return url


def find_credentials(
    platform: Platform, url: str | None, given: Mapping[str, Any], profile: str | None = None
) -> Found:
    """Return the credentials to use and the URL to use them with.

    Parameters
    ----------
    platform : Platform
        Whose login fields are wanted.
    url : str or None
        The server asked for, by its name, its address or one of its pages; None means the one named by the source, or
        the platform's default.
    given : mapping
        Keyword arguments of the caller; unknown names are refused with the list of the right ones.
    profile : str, optional
        Section of the official client's credentials file.

    Raises
    ------
    UsageError
        Unknown or incomplete arguments, no URL, or found credentials that belong to another server.
    NotLoggedIn
        Nothing was found anywhere.
    """
    values = _given_secrets(platform, given)
    url = server_address(platform, url) if url else None
    if values:
        return Found("argument", _url_for_argument(platform, url, profile), values)
    refused = []
    for found in _sources(platform, url, profile):
        if not platform.suffices(found.values):
            continue
        target = url or found.url
        if target and found.url and origin(target) == origin(found.url):
            return Found(found.source, target, found.values)
        refused.append(f"{found.source} ({'for ' + found.url if found.url else 'without a URL'})")
    if refused:
        raise UsageError(
            f"Credentials for {platform.label} found in {', '.join(refused)} are not sent to "
            f"{url or 'a server they do not name'}: name the same server there ({platform.variable('url')}), or pass "
            f"{platform.ways_text()} as an argument."
        )
    where = f" in a profile {profile!r}" if profile else ""
    raise NotLoggedIn(
        f"No credentials for {platform.label}{where}: pass {platform.ways_text()}, set {platform.variable('url')} and "
        f"{platform.variable(platform.ways[0][0])}, use "
        f"bionb.login({platform.name!r}), or try it without an account: bionb.connect({platform.name!r}, sandbox=True)."
    )


def _given_secrets(platform: Platform, given: Mapping[str, Any]) -> dict[str, Secret]:
    names = platform.field_names()
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise UsageError(f"connect({platform.name!r}) does not know {', '.join(unknown)}: it takes {', '.join(names)}.")
    fields = {each.name: each for each in platform.login_fields}
    values = {name: fields[name].sealed(value, name) for name, value in given.items() if value is not None}
    if values and not platform.suffices(values):
        raise UsageError(
            f"To log in to {platform.label}, pass {platform.ways_text()}; given: {', '.join(sorted(values))}."
        )
    return values


def _url_for_argument(platform: Platform, url: str | None, profile: str | None) -> str:
    if url:
        return url
    for found in _sources(platform, None, profile):
        if found.url:
            return found.url
    if platform.default_url:
        return platform.default_url
    raise UsageError(f"Which {platform.label} server? Pass url=, or set {platform.variable('url')}.")


def _sources(platform: Platform, url: str | None, profile: str | None) -> Iterator[Found]:
    for found in _raw_sources(platform, url, profile):
        yield replace(found, url=server_address(platform, found.url)) if found.url else found


def _raw_sources(platform: Platform, url: str | None, profile: str | None) -> Iterator[Found]:
    if profile is None:
        yield _from_environment(platform)
    yield from platform.official(profile)
    if profile is None:
        yield from _from_keyring(platform, url)


def _from_environment(platform: Platform) -> Found:
    fields = {platform.variable(each.name): each for each in platform.login_fields}
    found = sealed({name: variable(name) for name in fields}, sent=False)
    values = {fields[name].name: fields[name].sealed(value, name) for name, value in found.items() if value is not None}
    return Found("environment", variable(platform.variable("url")), values)


def _from_keyring(platform: Platform, url: str | None) -> Sequence[Found]:
    """Look in the system keyring; it is an optional extra and absent on servers, so its failures mean 'nothing'."""
    if not url:
        return ()
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ()
    values = {}
    for each in platform.login_fields:
        try:
            text = keyring.get_password(keyring_service(platform.name, url), each.name)
        except KeyringError:
            return ()
        if text:
            values[each.name] = each.sealed(text, each.name)
        del text
    return (Found("keyring", url, values),)


def keyring_service(platform: str, url: str) -> str:
    """Return the name under which the keyring keeps credentials of one server."""
    scheme, host, port = origin(url)
    return f"bionb {platform} {scheme}://{host}:{port}"


def keyring_usable() -> bool:
    """Tell whether there is a system keyring that keeps what it is given: not on Binder, nor on most servers."""
    try:
        import keyring
    except ImportError:
        return False
    return keyring.get_keyring().priority >= 1


def remember(platform: Platform, url: str, values: Mapping[str, Secret]) -> bool:
    """Put credentials of one server into the system keyring, and tell whether it took them."""
    import keyring
    from keyring.errors import KeyringError

    try:
        for name, secret in values.items():
            keyring.set_password(keyring_service(platform.name, url), name, secret.reveal())
    except KeyringError:
        return False
    return True


def forget(platform: Platform, url: str) -> None:
    """Remove the credentials of one server from the system keyring."""
    import keyring
    from keyring.errors import KeyringError

    for name in platform.field_names():
        with contextlib.suppress(KeyringError):  # most fields were never there
            keyring.delete_password(keyring_service(platform.name, url), name)
