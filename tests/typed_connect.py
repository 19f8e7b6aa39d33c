"""Writes what checkers and editors know of ``bionb.connect``: ``python -m tests.typed_connect``, or ``make refresh``.

No module may name the platforms, and no checker can look into folders: so the folders are read here.
"""

from __future__ import annotations

import importlib
import inspect
import pathlib
from collections.abc import Iterator

import bionb
import bionb.platforms
from bionb.protocol import Platform
from bionb.registry import platform_card

FILE = pathlib.Path(bionb.platforms.__file__).with_name("typed.pyi")
HEAD = '''"""What ``bionb.connect`` returns, by platform: written by ``python -m tests.typed_connect``."""

from typing import Literal, overload
'''


def text() -> str:
    """Return the stub: an overload for each platform, and one for platforms that come later."""
    cards = [platform_card(name) for name in bionb.platforms()]
    addresses = sorted([each.client for each in cards] + ["bionb.protocol:Client", "bionb.secret:Secret"])
    imports = ["from {} import {}\n".format(*address.split(":")) for address in addresses]
    return "".join([HEAD, "\n", *imports, "\n", *map(overload, cards), general()]).rstrip() + "\n"


def overload(card: Platform) -> str:
    """Return the overload of a platform; its login fields are keywords that an editor completes."""
    credentials = [f"{each.name}: str | Secret | None = None" for each in card.keywords().values()]
    return definition(f'Literal["{card.name}"]', credentials, card.client.split(":")[1], card.label)


def general() -> str:
    """Return the overload of a name that is known when the program runs."""
    return definition("str", ["**credentials: str | Secret | None"], "Client", "a platform")


def definition(platform: str, credentials: list[str], returns: str, label: str) -> str:
    """Return one overload."""
    lines = "".join(f"    {each},\n" for each in [f"platform: {platform}", *options(), *credentials])
    return f'@overload\ndef connect(\n{lines}) -> {returns}:\n    """Connect to {label} and return its client."""\n\n'


def options() -> Iterator[str]:
    """Give the parameters that all platforms have."""
    parameters = list(inspect.signature(importlib.import_module("bionb.connecting").connect).parameters.values())
    for each in parameters[1:-1]:
        if each.name == "sandbox":
            yield "*"
        yield f"{each.name}: {each.annotation} = {each.default!r}"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
