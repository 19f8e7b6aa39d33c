"""Environments of other programs are made once, whole, and never silently left out where they have to run."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import environments, missing


@pytest.fixture
def lists(tmp_path, monkeypatch):
    """A folder of requirement lists of our own, and a cache of our own."""
    monkeypatch.setenv("BIONB_ENVIRONMENTS", str(tmp_path / "cache"))
    monkeypatch.setattr(environments, "LISTS", tmp_path)
    (tmp_path / "tool.txt").write_text("tool==1.0\n")
    return tmp_path


@pytest.fixture
def refuse(monkeypatch):
    """An installation that always fails."""

    def refuse(name, home):
        raise environments.EnvironmentUnavailable("no network")

    monkeypatch.setattr(environments, "make", refuse)


@pytest.mark.parametrize("name", environments.names())
def test_every_requirement_is_pinned(name):
    """An official client that changes overnight must not break the tests of an unchanged project."""
    lines = (environments.LISTS / f"{name}.txt").read_text().splitlines()
    required = [line.split("#")[0].strip() for line in lines]

    assert [] == [line for line in required if line and not re.fullmatch(r"[\w.-]+==[\w.]+", line)]


def test_a_changed_pin_makes_another_environment(lists):
    """Two branches with different pins share one cache."""
    before = environments.folder("tool")
    (lists / "tool.txt").write_text("tool==1.1\n")

    assert before != environments.folder("tool")


def test_many_askers_make_an_environment_once(lists, monkeypatch):
    """Parallel test processes start at the same moment and all want the same environment."""
    made = []

    def make(name, home):
        made.append(home)
        home.mkdir()
        (home / environments.COMPLETE).touch()

    monkeypatch.setattr(environments, "make", make)
    with ThreadPoolExecutor(8) as askers:
        pythons = set(askers.map(environments.environment, ["tool"] * 8))

    assert {environments.folder("tool") / "bin" / "python"} == pythons
    assert 1 == len(made)


def test_an_environment_that_could_not_be_filled_is_not_used(lists):
    """The reason must reach the reader, and the next attempt must not take what is there for whole."""
    (lists / "tool.txt").write_text(f"tool @ file://{lists}/missing.whl\n")
    with pytest.raises(environments.EnvironmentUnavailable, match=r"missing\.whl"):
        environments.environment("tool")

    assert (environments.folder("tool") / "bin" / "python").exists()
    assert not (environments.folder("tool") / environments.COMPLETE).exists()


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_environment_fails_in_ci_and_skips_elsewhere(lists, refuse, monkeypatch, ci, outcome):
    """On a train there is no network; in CI a missing environment would hide every test that needs it."""
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="tool could not be made: no network"):
        missing.python_of("tool")


def test_an_environment_for_a_python_that_is_not_here_is_skipped_even_in_ci(lists, monkeypatch):
    """Old servers need old Pythons, which nobody has to install."""
    monkeypatch.setenv("CI", "true")
    (lists / "tool.txt").write_text("# python: 2.3 2.2\ntool==1.0\n")

    with pytest.raises(pytest.skip.Exception, match=r"it needs Python 2\.3 or 2\.2"):
        missing.python_of("tool")
