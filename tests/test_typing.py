"""What a checker and an editor know of what people call."""

from __future__ import annotations

import inspect
import pathlib
import re
import subprocess
import sys

import pytest

import bionb
from bionb.isatab.dataset import ISATab
from bionb.listing import Listing
from bionb.protocol import Client
from bionb.registry import platform_card
from bionb.sandbox import Sandbox
from bionb.widgets.browser import Browser
from bionb.widgets.login import Login
from tests import typed_connect

ROOT = pathlib.Path(__file__).parents[1]
# Clients whose signatures are still to be made clear.
NOT_YET = {"SevenBridgesClient"}

CLIENTS = {name: platform_card(name).load_client() for name in bionb.platforms()}
CLASSES = [*CLIENTS.values(), Browser, ISATab, Listing, Login, Sandbox]
FUNCTIONS = [getattr(bionb, name) for name in bionb.__all__ if inspect.isfunction(getattr(bionb, name))]


def test_the_types_of_connect_are_those_of_the_folders():
    """A checker cannot list folders: `make refresh` writes down what is there."""
    assert typed_connect.text() == typed_connect.FILE.read_text("utf-8")


def test_a_checker_knows_the_client_of_each_platform(tmp_path):
    """Completion and warnings come from the client's class; a name known later gives what all clients have."""
    names = [f'reveal_type(bionb.connect("{name}", sandbox=True))' for name in CLIENTS]
    code = "\n".join(["import bionb", *names, "reveal_type(bionb.connect(str()))"])
    asked = tmp_path / "asked.py"
    asked.write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", str(asked)], cwd=ROOT, capture_output=True, text=True, timeout=240
    )

    expected = [f"{each.__module__}.{each.__name__}" for each in (*CLIENTS.values(), Client)]
    assert expected == re.findall(r'Revealed type is "(.*)"', done.stdout), done.stdout + done.stderr


def public(cls: type) -> list[object]:
    """The methods of a class that people call."""
    return [each for name, each in inspect.getmembers(cls, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("owner", [*CLASSES, FUNCTIONS], ids=lambda owner: getattr(owner, "__name__", "functions"))
def test_nothing_that_people_call_takes_or_gives_just_anything(owner):
    """Of ``Any`` an editor completes nothing, and a checker finds nothing; only what is in a record may be any."""
    vague = [
        f"{each.__qualname__}: {name}: {annotation}"
        for each in (owner if isinstance(owner, list) else public(owner))
        for name, annotation in inspect.get_annotations(each).items()
        if f"**{name}" not in str(inspect.signature(each))  # what a record gets, by name
        and "Any" in re.findall(r"\w+", re.sub(r"(dict|Mapping)\[str, Any\]", "Record", str(annotation)))
    ]

    if getattr(owner, "__name__", "") in NOT_YET:
        assert vague, f"{owner.__name__} is clear now: take it out of NOT_YET"
    else:
        assert [] == vague
