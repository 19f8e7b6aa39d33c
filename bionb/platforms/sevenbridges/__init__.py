"""Seven Bridges and BioData Catalyst (API v2): what is known before the client is loaded."""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from pathlib import Path

from bionb.errors import UsageError
from bionb.protocol import Found, LoginField, Platform
from bionb.secret import sealed, variable


def _official(profile: str | None) -> Iterator[Found]:
    """Give what the official clients use: two variables, then a section of ``~/.sevenbridges/credentials``."""
    token = sealed({"SB_AUTH_TOKEN": variable("SB_AUTH_TOKEN")})["SB_AUTH_TOKEN"] if profile is None else None
    if token is not None:
        yield Found("environment SB_AUTH_TOKEN", variable("SB_API_ENDPOINT"), {"token": token})
    yield from _profile(profile or "default", demanded=profile is not None)


def _profile(name: str, demanded: bool) -> Iterator[Found]:
    path = Path.home() / ".sevenbridges" / "credentials"
    file = configparser.ConfigParser(interpolation=None)
    try:
        file.read(path, encoding="utf-8")
    except configparser.Error as error:
        raise UsageError(f"The file ~/.sevenbridges/credentials cannot be read: {type(error).__name__}.") from None
    if not file.has_section(name):
        if demanded:
            known = ", ".join(file.sections()) or "none"
            raise UsageError(f"~/.sevenbridges/credentials has no profile {name!r}; its profiles: {known}.")
        return
    token = sealed({"auth_token": file.get(name, "auth_token", fallback="").strip() or None})["auth_token"]
    values = {"token": token} if token is not None else {}
    url = file.get(name, "api_endpoint", fallback="").strip() or None
    yield Found(f"file ~/.sevenbridges/credentials [{name}]", url, values)


ENVIRONMENTS = {
    "biodatacatalyst": "https://api.sb.biodatacatalyst.nhlbi.nih.gov",
    "sbg-us": "https://api.sbgenomics.com",
    "sbg-eu": "https://eu-api.sbgenomics.com",
    "sbg-china": "https://api.sevenbridges.cn",
    "cgc": "https://cgc-api.sbgenomics.com",
    "cavatica": "https://cavatica-api.sbgenomics.com",
}

# Where people work in a browser; the API of each has a host of its own.
WEBSITES = {
    "platform.sb.biodatacatalyst.nhlbi.nih.gov": ENVIRONMENTS["biodatacatalyst"],
    "igor.sbgenomics.com": ENVIRONMENTS["sbg-us"],
    "eu.sbgenomics.com": ENVIRONMENTS["sbg-eu"],
    "cgc.sbgenomics.com": ENVIRONMENTS["cgc"],
    "cavatica.sbgenomics.com": ENVIRONMENTS["cavatica"],
}

PLATFORM = Platform(
    name="sevenbridges",
    label="Seven Bridges",
    login_fields=(LoginField("token", "Authentication token"),),
    ways=(("token",),),
    token_help="Make a token on the Developer tab of the platform's web page (Authentication token).",
    token_page="/developer",
    client="bionb.platforms.sevenbridges.client:SevenBridgesClient",
    sandbox="bionb.platforms.sevenbridges.sandbox:SevenBridgesSandbox",
    environments=ENVIRONMENTS,
    websites=WEBSITES,
    pages=("v2", "u", "home", "developer"),
    default_url=ENVIRONMENTS["biodatacatalyst"],
    official=_official,
)
