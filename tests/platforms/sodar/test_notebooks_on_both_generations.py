"""The lessons on sheets and zones run on servers of either generation, which the stored outputs cannot show."""

from pathlib import Path

import matplotlib
import nbformat
import pytest

import bionb
import bionb.sandbox

FOLDER = Path(__file__).parents[3] / "notebooks"
LESSONS = ("12_sodar_sample_sheets", "13_sodar_edit_and_replace", "14_sodar_landing_zones")


def run(name, times):
    """Run all cells of a notebook, as often as asked for, and return its variables."""
    space = {"__name__": "__main__"}
    for cell in nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells * times:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name} {cell.id}", "exec"), space)
    return space


@pytest.mark.parametrize("generation", ["new", "old"])
@pytest.mark.parametrize("name", LESSONS)
def test_the_lesson_runs(name, generation, monkeypatch):
    """Every request about sheets and zones of SODAR's own examples is in these three notebooks."""
    matplotlib.use("Agg")
    monkeypatch.chdir(FOLDER)
    real = bionb.start_sandbox
    with real("sodar", generation=generation) as shared:
        monkeypatch.setattr(bionb.sandbox, "_shared", shared)
        monkeypatch.setattr(bionb, "start_sandbox", lambda *names: real(*names, generation=generation))
        space = run(name, times=1)

    assert generation == space["sodar"].api.generation


@pytest.mark.parametrize("name", ["11_sodar_projects_and_roles", "13_sodar_edit_and_replace"])
def test_a_lesson_that_changes_things_runs_twice(name, monkeypatch):
    """A learner who presses Run All again has the same kernel, and must not meet what the first run has made."""
    matplotlib.use("Agg")
    monkeypatch.chdir(FOLDER)
    run(name, times=2)
