"""Genestack ODM (Open Data Manager): studies, samples and the data linked to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bionb.protocol import Found, LoginField, Platform
from bionb.secret import sealed


def _official(profile: str | None) -> Iterator[Found]:
    """Read the settings file of ``odm-user-setup``; it may hold several users, of which one is the default."""
    path = Path.home() / ".genestack" / "genestack.xml"
    if not os.path.isfile(path):
        return
    from xml.etree import ElementTree

    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError:
        return
    wanted = profile or (root.findtext(".//default_user") or "").strip()
    for user in root.iter("user"):
        if (user.findtext("token") or "").strip() and (user.findtext("alias") or "").strip() == wanted:
            host = (user.findtext("host") or "").strip()
            url = host if "//" in host or not host else f"https://{host}"
            values = sealed({"token": user.findtext("token")})
            del user
            yield Found(f"file ~/.genestack/genestack.xml [{wanted}]", url or None, values)
            return


PLATFORM = Platform(
    name="odm",
    label="Genestack ODM",
    login_fields=(
        LoginField("token", "API token"),
        LoginField("access_token", "Access token"),
        LoginField("token_file", "Downloaded token file", secret=False, sent=False),
    ),
    ways=(("token",), ("access_token",), ("token_file",)),
    token_help="Click your user name in ODM, then Create new token; keep the file that it offers for download.",
    pages=("frontend", "api", "swagger", "user-docs", "endpoint", "application"),
    token_page="/",
    client="bionb.platforms.odm.client:OdmClient",
    sandbox="bionb.platforms.odm.sandbox:OdmSandbox",
    official=_official,
)
