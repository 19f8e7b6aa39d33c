"""Run notebooks from top to bottom and store their outputs: ``python -m tests.refresh [NOTEBOOK ...]``.

Each notebook gets a new kernel, which sees this project's bionb and none of the developer's credentials. What is
stored is the same on every computer: no widget state, no times, no model ids, no version of Python. A notebook
with a failing cell is left as it was, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from bionb.course import SOLUTION

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"  # names a model that no longer lives; its text stays
OWN_VARIABLES = ("BIONB_", "SB_")  # bionb would find credentials there


def notebooks(named: list[Path]) -> list[Path]:
    """Return the notebooks named, or all of them."""
    return [path.resolve() for path in named] or sorted(FOLDER.glob("*.ipynb"))


def kernel_environ(home: str) -> dict[str, str]:
    """Return the kernels' environment: our package first, nobody's credentials, settings or history."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "IPYTHONDIR": home, "MPLBACKEND": ""}


def execute(notebook: nbformat.NotebookNode, *, timeout: int) -> None:
    """Run all cells in a new kernel, in the folder of the notebooks.

    Raises
    ------
    CellExecutionError, CellTimeoutError, DeadKernelError
        A cell failed, took too long or ended its kernel.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name=KERNEL["name"],
            store_widget_state=False,
            coalesce_streams=True,
            extra_arguments=["--log-level=ERROR"],  # each kernel warns that it talks to us without encryption
            resources={"metadata": {"path": str(FOLDER)}},
        )
        client.execute(env=kernel_environ(home))


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Take out whatever differs from run to run or from computer to computer."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata.pop("execution", None)
        if SOLUTION in cell.metadata.get("tags", ()):
            # Closed until it is opened: in JupyterLab and Notebook by "jupyter", on the site by the second tag.
            cell.metadata.tags = [SOLUTION, "hide-cell"]
            cell.metadata.jupyter = nbformat.from_dict({"outputs_hidden": True, "source_hidden": True})
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET, None)
            if output.output_type == "error":
                # The frames name files of this computer; the last line says what happened.
                output.traceback = [f"{output.ename}: {output.evalue}"]


def refresh(path: Path, *, timeout: int) -> bool:
    """Run one notebook and write it if anything in it changed; return whether it did.

    Raises
    ------
    CellExecutionError, CellTimeoutError, DeadKernelError
        As `execute`; the file is untouched.
    """
    before = path.read_text("utf-8")
    notebook = nbformat.reads(before, as_version=4)
    execute(notebook, timeout=timeout)
    normalise(notebook)
    nbformat.validate(notebook)
    after = nbformat.writes(notebook) + "\n"
    if after != before:
        path.write_text(after, "utf-8")
    return after != before


def show(path: Path, *, timeout: int) -> str:
    """Run one notebook, write nothing, and return as text what its cells show.

    Raises
    ------
    CellExecutionError, CellTimeoutError, DeadKernelError
        As `execute`.
    """
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, timeout=timeout)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
    return "\n\n".join(text.strip("\n") for text in texts)


def main() -> int:
    """Refresh or show what the command line names and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all in this folder")
    parser.add_argument("--show", action="store_true", help="print what the cells show, and store nothing")
    parser.add_argument("--timeout", type=int, default=120, metavar="S", help="seconds for one cell (default 120)")
    asked = parser.parse_args()
    failed = 0
    for path in notebooks(asked.notebooks):
        started = time.monotonic()
        try:
            if asked.show:
                print(show(path, timeout=asked.timeout))
                continue
            told = "changed" if refresh(path, timeout=asked.timeout) else "as before"
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            failed += 1
            told = f"FAILED\n{error}"
        print(f"{path.name}: {told} ({time.monotonic() - started:.0f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
