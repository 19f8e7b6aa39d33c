"""What stays of the widgets in a saved notebook, wherever it is opened."""

from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter, MarkdownExporter

from bionb.widgets import view

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_browse_projects.ipynb"


@pytest.mark.parametrize("exporter", [HTMLExporter, MarkdownExporter])
def test_a_converted_notebook_shows_the_pictures(exporter):
    """On a page without a kernel stands what was shown, and no complaint about a model."""
    page, _ = exporter().from_notebook_node(nbformat.read(NOTEBOOK, 4))

    assert 3 == page.count('<div class="bionb-saved">')
    assert "<div>Exome pilot</div>" in page
    assert "model not found" not in page


def test_the_picture_is_the_same_in_every_kernel():
    """nbval compares it: no id, no time, no port."""
    outputs = [output for cell in nbformat.read(NOTEBOOK, 4).cells for output in cell.get("outputs", ())]
    pictures = ["".join(each.data["text/html"]) for each in outputs if "bionb-saved" in str(each.get("data"))]

    assert 3 == len(pictures)
    assert not any("127.0.0.1" in each or "id=" in each for each in pictures)


def test_modules_are_packed_alike_each_time():
    """A saved state that differs from run to run would look like a change."""
    first = view.script(("dom", "tree"), "createTree")
    view.script.cache_clear()

    assert first == view.script(("dom", "tree"), "createTree")
