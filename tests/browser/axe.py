"""axe-core, which finds what keeps people from using a page; from npm, kept outside of the project."""

import os
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.environments import locked
from tests.missing import missing

VERSION = "4.14.1"


@cache
def axe_core() -> str:
    """Return the script of axe-core."""
    root = os.environ.get("BIONB_ENVIRONMENTS") or Path.home() / ".cache" / "bionb" / "environments"
    folder = Path(root).expanduser().absolute() / f"axe-core-{VERSION}"
    script = folder / "package" / "axe.min.js"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock"):
        if not script.exists():
            fetch(folder)
    return script.read_text("utf-8")


def fetch(folder: Path) -> None:
    """Let npm bring the package."""
    npm = shutil.which("npm")
    if not npm:
        missing("axe-core comes from npm, which is not here; Debian has it: apt-get install npm")
    command = [npm, "pack", f"axe-core@{VERSION}", "--silent"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        missing(f"npm did not bring axe-core: {done.stderr[-500:]}")
    with tarfile.open(folder / f"axe-core-{VERSION}.tgz") as packed:
        packed.extractall(folder, filter="data")


def serious(page: Page, where: str = ".bionb") -> list[str]:
    """Return what axe-core finds in a part of a page that keeps some people from using it, and what of it."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(axe_core())
    found: dict[str, Any] = page.evaluate("(where) => axe.run(where)", where)
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {each['nodes'][0]['html'][:200]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]
