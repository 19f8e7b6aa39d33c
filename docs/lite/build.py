"""Build the course as a page that needs no server: ``make lite``.

JupyterLite runs Python in the browser tab. What Pyodide has (pandas, matplotlib, requests) comes from its own address;
the wheels that it lacks are put into the site, with ours among them, and are loaded before the first cell.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import bionb

ROOT = Path(__file__).resolve().parents[2]
# What Pyodide has of itself, of which everything else is asked for by the wheels' own requirements.
THEIRS = ("attrs", "jinja2", "matplotlib", "packaging", "pandas", "requests", "tqdm", "typing-extensions", "pyyaml")
PURE = (
    "altamisa",
    "anywidget",
    "blinker",
    "comm",
    "defusedxml",
    "et_xmlfile",
    "flask",
    "ipywidgets",
    "itsdangerous",
    "json5",
    "jupyterlab_widgets",
    "openpyxl",
    "shellingham",
    "typer",
    "werkzeug",
    "widgetsnbextension",
    "wsgidav",
)
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"


def run(*command: str, cwd: Path | None = None) -> None:
    """Run a command that has to succeed; what it says is shown only if it does not."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def wheels(folder: Path) -> list[Path]:
    """Bring the wheels that Pyodide lacks, in the pinned versions, and build ours and AltamISA's."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    pure = ("--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none", "--python-version=3.14")
    # On other systems psygnal is compiled; here its other wheel is wanted.
    run(*pip, "download", "--no-deps", *pure, "--dest", str(folder), f"psygnal=={version('psygnal')}")
    make = (*pip, "wheel", "--no-deps", "--wheel-dir", str(folder))
    run(*make, *(f"{name}=={version(name)}" for name in PURE))
    run(*make, "--no-build-isolation", str(ROOT))
    return sorted(folder.glob("*.whl"))


def build(target: Path, pyodide: str | None = None, theirs: tuple[str, ...] = THEIRS) -> None:
    """Build the site.

    Parameters
    ----------
    target : Path
        Its folder; what is there is replaced.
    pyodide : str, optional
        Another address of Pyodide than its own.
    theirs : tuple of str
        What is loaded from Pyodide's own packages.
    """
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        (home / "wheels").mkdir()
        found = wheels(home / "wheels")
        bionb.copy_notebooks(home / "contents")
        settings: dict[str, object] = {
            "disablePyPIFallback": True,
            "loadPyodideOptions": {
                "packages": [*theirs, *(f"../../../../files-of-bionb/{each.name}" for each in found)]
            },
        }
        if pyodide is not None:
            settings["pyodideUrl"] = pyodide
        config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {"litePluginSettings": {KERNEL: settings}}}
        (home / "jupyter-lite.json").write_text(json.dumps(config))
        command = ("-m", "jupyterlite_core.app", "build", "--contents=contents", "--apps=lab", f"--output-dir={target}")
        run(sys.executable, *command, "--no-sourcemaps", "--no-unused-shared-packages", cwd=home)
        shutil.copytree(home / "wheels", target / "files-of-bionb")


def main() -> None:
    """Build where the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "docs" / "_lite")
    parser.add_argument("--pyodide", help="another address of pyodide.mjs")
    parser.add_argument("--core-only", action="store_true", help="load none of Pyodide's own packages")
    asked = parser.parse_args()
    build(asked.target.resolve(), asked.pyodide, () if asked.core_only else THEIRS)
    size = sum(path.stat().st_size for path in asked.target.rglob("*") if path.is_file()) / 1e6
    sys.stdout.write(f"{asked.target}: {size:.0f} MB; serve it with any web server\n")


if __name__ == "__main__":
    main()
