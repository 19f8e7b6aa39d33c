"""Packages of npm that tests use, kept outside of the project as the other programs' environments are."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.environments import locked
from tests.missing import missing


def package(name: str, version: str) -> Path:
    """Return the folder of a package, which npm brings if need be."""
    root = os.environ.get("BIONB_ENVIRONMENTS") or Path.home() / ".cache" / "bionb" / "environments"
    home = Path(root).expanduser().absolute() / f"{name}-{version}"
    home.mkdir(parents=True, exist_ok=True)
    with locked(home / "lock"):
        if not (home / "package" / "package.json").exists():
            fetch(name, version, home)
    return home / "package"


def fetch(name: str, version: str, home: Path) -> None:
    """Let npm bring a package."""
    command = [program("npm"), "pack", f"{name}@{version}", "--silent"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        missing(f"npm did not bring {name}: {done.stderr[-500:]}")
    with tarfile.open(home / f"{name}-{version}.tgz") as packed:
        packed.extractall(home, filter="data")


def program(name: str) -> str:
    """Return the path of node or npm."""
    return shutil.which(name) or missing(f"{name} is not here; Debian has it: apt-get install nodejs npm")
