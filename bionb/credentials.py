"""Where credentials come from.

The order of sources is: argument, environment, Colab's secrets, the official client's own variables and files, the
system keyring. Found credentials are used only with the URL of the same source, or with one of the same origin.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bionb.address import origin, server_address
from bionb.errors import NotLoggedIn, UsageError
from bionb.protocol import Found, LoginField, Platform
from bionb.secret import Secret, looks_secret, sealed, shown, variable


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
    beside = {each.name: values.pop(each.name) for each in platform.extras if each.name in values}
    found = _found(platform, server_address(platform, url) if url else None, values, profile)
    if platform.extras and platform.extras[0].name not in beside:
        beside = {**_extras_around(platform, found), **beside}
    return replace(found, values={**found.values, **beside})


def _found(platform: Platform, url: str | None, values: Mapping[str, Secret], profile: str | None) -> Found:
    """Return the credentials that log somebody in."""
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
    where = f" in a profile {shown(profile)}" if profile else ""
    raise NotLoggedIn(
        f"No credentials for {platform.label}{where}: pass {platform.ways_text()}, set {platform.variable('url')} and "
        f"{platform.variable(platform.ways[0][0])}, use "
        f"bionb.login({platform.name!r}), or try it without an account: bionb.connect({platform.name!r}, sandbox=True)."
    )


def _given_secrets(platform: Platform, given: Mapping[str, Any]) -> dict[str, Secret]:
    fields = platform.keywords()
    unknown = sorted(set(given) - set(fields))
    if unknown:
        told = ", ".join("…" if looks_secret(each) else each for each in unknown)
        raise UsageError(f"connect({platform.name!r}) does not know {told}: it takes {', '.join(fields)}.")
    values = {name: fields[name].sealed(value, name) for name, value in given.items() if value is not None}
    if set(values) & set(platform.field_names()) and not platform.suffices(values):
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
        yield from _from_colab(platform)
    yield from platform.official(profile)
    if profile is None:
        yield from _from_keyring(platform, url)


def _from_environment(platform: Platform) -> Found:
    return Found("environment", variable(platform.variable("url")), _variables(platform, platform.login_fields))


def _variables(platform: Platform, wanted: Sequence[LoginField]) -> dict[str, Secret]:
    fields = {platform.variable(each.name): each for each in wanted}
    found = sealed({name: variable(name) for name in fields}, sent=False)
    return {fields[name].name: fields[name].sealed(value, name) for name, value in found.items() if value is not None}


def _extras_around(platform: Platform, found: Found) -> dict[str, Secret]:
    """Return what the environment gives beside the credentials, unless it is for another server."""
    if not platform.extras:
        return {}
    named = variable(platform.variable("url"))
    needed = platform.extras[0].secret  # a password for the server itself, and none that goes to an address beside it
    if not named or not found.url:
        return {} if needed else _variables(platform, platform.extras)
    same = origin(server_address(platform, named)) == origin(found.url)
    return _variables(platform, platform.extras) if same else {}


def _from_colab(platform: Platform) -> Iterator[Found]:
    """Give what Google Colab keeps for a notebook, under the names of the environment variables."""
    try:
        from google.colab import userdata
    except ImportError:
        return
    refused = (userdata.SecretNotFoundError, userdata.NotebookAccessError, userdata.TimeoutException)
    kept: dict[str, str] = {}
    for name in ("url", *platform.field_names()):
        with contextlib.suppress(*refused):  # most were never kept, and a person may refuse
            kept[name] = userdata.get(platform.variable(name))
    url = kept.pop("url", None)
    fields = {each.name: each for each in platform.login_fields}
    values = {name: fields[name].sealed(value, name) for name, value in kept.items() if value}
    del kept
    yield Found("Colab's secrets", url, values)


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
