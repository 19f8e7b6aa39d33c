"""The course: the notebooks that come with the package, copied to where people work."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from bionb.errors import UsageError

PACKAGED = Path(__file__).parent / "notebooks"
SOLUTION = "solution"  # the tag of a cell with a solution


def copy_notebooks(folder: str | os.PathLike[str], *, solutions: bool = True, overwrite: bool = False) -> list[str]:
    """Copy the course into a folder, from where JupyterLab opens it.

    Parameters
    ----------
    folder : str or path
        Where to; made if it is not there.
    solutions : bool
        False leaves the solutions of the exercises out: a copy for students.
    overwrite : bool
        True replaces notebooks of the same names, with what was changed in them.

    Returns
    -------
    list of str
        Names of the notebooks, in the order of the course.

    Raises
    ------
    UsageError
        The folder can't be written to, or holds a notebook of the course that differs; nothing was copied then.

    Examples
    --------
    >>> bionb.copy_notebooks("course")[0]
    '00_first_steps.ipynb'
    """
    home, found = Path(folder).expanduser(), _notebooks()
    texts = {path.name: text if solutions else without_solutions(text) for path, text in found.items()}
    kept = [name for name, text in texts.items() if _differs(home / name, text)]
    if kept and not overwrite:
        raise UsageError(
            f"{_named(kept)} in {str(home)!r} would be lost. Name another folder, or replace with overwrite=True."
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (home / name).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"The notebooks can't be written to {str(home)!r}: {reason}. Name another folder.") from error
    return list(texts)


def without_solutions(text: str) -> str:
    """Return the text of a notebook without the cells that hold a solution."""
    notebook: dict[str, Any] = json.loads(text)
    notebook["cells"] = [each for each in notebook["cells"] if SOLUTION not in each["metadata"].get("tags", ())]
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _notebooks() -> dict[Path, str]:
    """Return the notebooks' texts: of the package, or of the clone it runs in."""
    for home in (PACKAGED, PACKAGED.parents[1] / "notebooks"):
        if found := sorted(home.glob("[0-9][0-9]_*.ipynb")):
            return {path: path.read_text("utf-8") for path in found}
    raise UsageError(
        "This copy of bionb came without its notebooks. Install it anew: pip install --force-reinstall bionb"
    )


def _differs(path: Path, text: str) -> bool:
    try:
        return path.exists() and path.read_text("utf-8") != text
    except (OSError, ValueError):  # a folder of that name, no right to read, no text
        return True


def _named(names: list[str]) -> str:
    """Return a few names in words."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
