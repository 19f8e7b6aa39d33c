"""Runs tests on changed copies of the package: reads mutants as JSON, writes what became of each.

One process loads the libraries, and forks for each mutant: a test then costs what it takes itself.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).parents[1]
UNREWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"  # plugins that are loaded already
LIBRARIES = (
    "pytest",
    "hypothesis",
    "pandas",
    "flask",
    "requests",
    "werkzeug.serving",
    "matplotlib.figure",
    "altamisa.isatab",
)


def main() -> None:
    """Answer each mutant, one line of JSON each, with pytest's exit code and what it printed."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for changes, tests in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copytree(ROOT / "bionb", pathlib.Path(folder) / "bionb")  # with times: caches stay good
            for path, text, replacement in changes:
                file = copy / path
                file.write_text(file.read_text("utf-8").replace(text, replacement), "utf-8")
            print(json.dumps(forked(copy.parent, tests)), flush=True)


def forked(folder: pathlib.Path, tests: list[str]) -> tuple[int, str]:
    """Run tests in a child that imports the package from a folder; return the exit code and the output."""
    report = folder / "report.txt"
    child = os.fork()
    if not child:
        code = 70
        try:
            code = run(folder, tests, report)
        except BaseException:
            traceback.print_exc()
        finally:  # whatever goes wrong before pytest starts, there must not be two parents
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), report.read_text("utf-8") if report.exists() else ""


def run(folder: pathlib.Path, tests: list[str], report: pathlib.Path) -> int:
    """Run pytest on the package in a folder."""
    import pytest

    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    assert importlib.import_module("bionb").__file__ == str(folder / "bionb" / "__init__.py")
    with report.open("w", encoding="utf-8") as file, contextlib.redirect_stdout(file), contextlib.redirect_stderr(file):
        return int(pytest.main(["-q", "-x", "--timeout=60", "-p", "no:cacheprovider", "-W", UNREWRITTEN, *tests]))


if __name__ == "__main__":
    main()
