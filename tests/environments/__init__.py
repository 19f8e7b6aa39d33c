"""Environments of other programs: official clients and real servers that the tests run beside bionb.

Each program lives in a virtual environment of its own, so that its pins never meet bionb's. What it holds is
listed in ``tests/environments/NAME.txt``; it is made when a test first asks for it, or beforehand with
``python -m tests.environments --all``, in ``$BIONB_ENVIRONMENTS`` (else in ``~/.cache/bionb/environments``).
The folder's name carries a hash of the list: a changed pin makes a new one and leaves the old one alone.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LISTS = Path(__file__).parent
TIMEOUT = 900  # seconds for one environment; the largest takes half a minute on an idle machine
COMPLETE = "complete"  # an empty file, written last: without it the folder is a failed attempt


class EnvironmentUnavailable(RuntimeError):
    """An environment could not be made; the message says why."""


def names() -> list[str]:
    """Environments that can be asked for."""
    return sorted(path.stem for path in LISTS.glob("*.txt"))


def listed(name: str) -> str:
    """Text of a list."""
    return (LISTS / f"{name}.txt").read_text("utf-8")


def other_pythons(name: str) -> list[str]:
    """Versions of Python that a list asks for instead of ours, best first, e.g. ``["3.10", "3.9"]``."""
    asked = re.search(r"^# python: (.+)$", listed(name), re.MULTILINE)
    return asked[1].split() if asked else []


def folder(name: str) -> Path:
    """Where the environment of this name, with today's pins and this Python, lives."""
    root = os.environ.get("BIONB_ENVIRONMENTS") or Path.home() / ".cache" / "bionb" / "environments"
    python = "{}.{}".format(*sys.version_info)
    key = hashlib.sha256(f"{python}\n{listed(name)}".encode()).hexdigest()[:12]
    return Path(root).expanduser().absolute() / f"{name}-{key}"


def environment(name: str) -> Path:
    """Python of an environment, which is made first if need be.

    Several processes may ask at once: one makes it, the others wait.

    Raises
    ------
    EnvironmentUnavailable
        pip could not install the list, e.g. because there is no network, or the Python it needs is not here.
    """
    home = folder(name)
    if not (home / COMPLETE).exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        with locked(home.with_name(f"{home.name}.lock")):
            if not (home / COMPLETE).exists():
                make(name, home)
    return home / "bin" / "python"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the system releases it when its holder dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(name: str, home: Path) -> None:
    """Make a virtual environment with everything on a list, over whatever a failed attempt left."""
    python = str(home / "bin" / "python")
    run([interpreter(other_pythons(name)), "-m", "venv", "--clear", str(home)])
    # Most of what is installed is never imported: Python compiles the rest when it is.
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    run([python, "-m", "pip", "install", *quiet, "--requirement", str(LISTS / f"{name}.txt")])
    (home / COMPLETE).touch()


def interpreter(versions: list[str]) -> str:
    """Path of the first of some versions of Python that is on this computer, or of ours if none is asked for."""
    for version in versions:
        # pyenv puts a stand-in for every Python on the path, which wants to be told the version.
        environ = plain_environ() | {"PYENV_VERSION": version}
        command = [f"python{version}", "-c", "import sys; print(sys.executable)"]
        with suppress(OSError, subprocess.CalledProcessError):
            return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.strip()
    if versions:
        raise EnvironmentUnavailable(f"it needs Python {' or '.join(versions)}, which is not on this computer")
    return sys.executable


def run(command: list[str]) -> None:
    """Run a command that has to succeed, without what bionb's own Python was given."""
    try:
        done = subprocess.run(
            command, env=plain_environ(), capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentUnavailable(f"{command[0]} took more than {TIMEOUT} s") from error
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise EnvironmentUnavailable("; ".join(errors) or done.stderr[-500:] or f"exit {done.returncode}")


def plain_environ() -> dict[str, str]:
    """Our environment variables without those that would lead another Python to our packages."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
