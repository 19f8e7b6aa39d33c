"""Run All, and Run All again in the same kernel: what people do when something looks odd."""

import copy

import nbformat
import pytest

from tests import refresh


@pytest.mark.parametrize("path", refresh.notebooks([]), ids=lambda path: path.stem)
def test_a_notebook_runs_twice_in_one_kernel(path):
    """What a notebook created in the first round must not stop the second one."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += copy.deepcopy(notebook.cells)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    refresh.execute(notebook, timeout=120)

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert list(range(1, len(code) + 1)) == [cell.execution_count for cell in code]
