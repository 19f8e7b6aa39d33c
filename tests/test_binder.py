"""What Binder does, in an empty environment: pins, postBuild, then each notebook as a stranger runs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environments import plain_environ

ROOT = Path(__file__).parents[1]
KEPT_OUT = (".venv", ".git", "__pycache__", ".*_cache", ".hypothesis", "_site", "_lite", "jupyter_execute", "dist")

pytestmark = [pytest.mark.outside, pytest.mark.slow]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The environment that Binder would make of this project, and the project in it."""
    home = tmp_path_factory.mktemp("binder")
    shutil.copytree(ROOT, home / "project", ignore=shutil.ignore_patterns(*KEPT_OUT))
    run([sys.executable, "-m", "venv", str(home / "env")], home)
    python = str(home / "env" / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    run([*pip, "--requirement", "binder/requirements.txt"], home / "project")
    run(["bash", "binder/postBuild"], home / "project", home / "env" / "bin")
    return home


def run(command, folder, path=None):
    """Run a command that has to succeed and return what it printed."""
    environ = {name: value for name, value in plain_environ().items() if not name.startswith(("BIONB_", "SB_"))}
    if path is not None:
        environ["PATH"] = f"{path}{os.pathsep}{environ['PATH']}"
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=550, check=False)
    assert 0 == done.returncode, f"{command}: {done.stdout[-3000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def test_python_is_one_that_bionb_takes():
    """Binder reads it from a file that nothing else reads."""
    version = (ROOT / "binder" / "runtime.txt").read_text("utf-8").strip()
    assert tuple(map(int, version.removeprefix("python-").split("."))) >= (3, 11)


def test_jupyterlab_opens_and_knows_our_settings(image):
    """The link leads into JupyterLab, not to a list of files."""
    settings = image / "env" / "share" / "jupyter" / "lab" / "settings" / "overrides.json"

    assert run([str(image / "env" / "bin" / "jupyter"), "lab", "--version"], image).strip()
    assert (image / "project" / "binder" / "overrides.json").read_text() == settings.read_text()


def test_there_are_no_tools_of_developers(image):
    """They double what a stranger waits for."""
    listed = run([str(image / "env" / "bin" / "python"), "-m", "pip", "list", "--format=freeze"], image).lower()
    assert not [name for name in ("pytest", "mypy", "ruff", "sphinx", "playwright") if f"\n{name}==" in listed]


def test_all_notebooks_run_in_it(image):
    """With what Binder has, and nothing of what happens to be on a developer's computer."""
    told = run([str(image / "env" / "bin" / "python"), "-m", "tests.refresh"], image / "project")
    assert len(list((ROOT / "notebooks").glob("*.ipynb"))) == len(told.splitlines())
    assert [] == [line for line in told.splitlines() if "as before" not in line]
