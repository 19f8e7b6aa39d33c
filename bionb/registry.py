"""Finds the platforms: one folder each in one package, found by listing it; nothing else names them."""

from __future__ import annotations

import difflib
import importlib
import pkgutil

from bionb.errors import UnknownPlatform
from bionb.protocol import Platform
from bionb.secret import shown

PACKAGE = "bionb.platforms"


def platforms() -> tuple[str, ...]:
    """Return the names of all platforms.

    Examples
    --------
    >>> "sodar" in platforms()
    True
    """
    return tuple(sorted(each.name for each in pkgutil.iter_modules(_folders()) if each.ispkg))


def platform_card(name: str) -> Platform:
    """Return a platform's card: its login fields, environments and where its client lives.

    Raises
    ------
    UnknownPlatform
        With the closest names.
    """
    if name not in platforms():
        close = difflib.get_close_matches(str(name).lower(), platforms(), n=1, cutoff=0.4)
        raise UnknownPlatform(
            f"There is no platform {shown(name)}"
            + (f"; did you mean {close[0]!r}?" if close else ".")
            + f" Known: {', '.join(platforms())}."
        )
    card = importlib.import_module(f"{PACKAGE}.{name}").PLATFORM
    assert isinstance(card, Platform)
    return card


def _folders() -> list[str]:
    return list(importlib.import_module(PACKAGE).__path__)
