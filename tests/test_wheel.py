"""What people get with pip: built, looked into, and used in bare environments away from the sources."""

import subprocess
import sys
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

import bionb
from tests.environments import EnvironmentUnavailable, interpreter, plain_environ

ROOT = Path(__file__).parents[1]
OURS = "{}.{}".format(*sys.version_info)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
USE = """
import bionb, pathlib
assert "site-packages" in bionb.__file__, bionb.__file__
print([bionb.connect(name, sandbox=True).whoami() for name in bionb.platforms()])
sodar = bionb.connect("sodar", sandbox=True)
print(len(sodar.projects().to_frame()), len(bionb.isatab_templates()))
print(len(bionb.copy_notebooks("course")), len(list(pathlib.Path("course").iterdir())))
"""

pytestmark = [pytest.mark.outside, pytest.mark.slow]


def run(*command, cwd=None):
    """Run a command that has to succeed and return what it printed."""
    done = subprocess.run(
        command, cwd=cwd, env=plain_environ(), capture_output=True, text=True, timeout=500, check=False
    )
    assert 0 == done.returncode, f"{command}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the source distribution, built from what git has."""
    home = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(home), str(ROOT))
    return home


@pytest.fixture(scope="module")
def wheel(built):
    """The wheel."""
    (found,) = built.glob("*.whl")
    return found


def test_an_index_would_take_both(built):
    """Whatever an index refuses, it refuses after the release was announced."""
    told = run(sys.executable, "-m", "twine", "check", "--strict", *map(str, built.iterdir()))
    assert 2 == told.count("PASSED")


def test_the_wheel_has_all_that_runs_and_nothing_else(wheel):
    """Ledgers, templates, invented data, types, notebooks and the licence are files that no import would miss."""
    names = zipfile.ZipFile(wheel).namelist()
    tracked = run("git", "ls-files", "bionb", cwd=ROOT).splitlines()
    notebooks = {f"bionb/notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}

    assert set(tracked) | notebooks == {name for name in names if name.startswith("bionb/")}
    assert "bionb/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {"bionb"} == {name.partition("/")[0] for name in names if ".dist-info" not in name}


def test_the_source_distribution_holds_the_project(built):
    """Debian, conda-forge and the curious build from it."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "notebooks/00_first_steps.ipynb", "tests/conftest.py"} <= names
    assert not [name for name in names if name.startswith((".venv", ".git/"))]


def test_it_works_in_bare_environments(wheel, tmp_path, say):
    """`pip install bionb` and no word more, on every Python that is here."""
    pythons = dict(filter(None, map(python_of, PYTHONS)))
    for version, python in pythons.items():
        use(python, wheel, tmp_path / version)

    assert OURS in pythons
    say(f"The wheel works in bare environments of Python {', '.join(pythons)}")


def python_of(version):
    """Return a version of Python and its path, None where it is not here."""
    if version == OURS:
        return version, sys.executable
    with suppress(EnvironmentUnavailable):
        return version, interpreter([version])


def use(python, wheel, folder):
    """Install the wheel in a new environment and use it."""
    run(python, "-m", "venv", str(folder))
    bare = str(folder / "bin" / "python")
    run(bare, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", str(wheel))
    told = run(bare, "-c", USE, cwd=folder).splitlines()

    assert str([bionb.connect(name, sandbox=True).whoami() for name in bionb.platforms()]) == told[0]
    notebooks = len(list((ROOT / "notebooks").glob("*.ipynb")))
    assert f"{notebooks} {notebooks}" == told[2]
