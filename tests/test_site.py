"""The site: built without a warning, whole, with the solutions closed."""

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site."""
    home = tmp_path_factory.mktemp("site")
    for name in ("docs", "notebooks", "CHANGELOG.md"):
        source = ROOT / name
        ignore = shutil.ignore_patterns("_site", "course", "made", "jupyter_execute", "_output")
        (shutil.copytree if source.is_dir() else shutil.copy)(
            source, home / name, **({"ignore": ignore} if source.is_dir() else {})
        )
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "docs", "site"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=300, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    return home / "site"


def test_every_notebook_is_a_page_with_its_outputs(site):
    """The course is read before it is run."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        page = (site / "course" / f"{path.stem}.html").read_text("utf-8")
        assert "cell_output" in page
        assert f"course/{path.stem}.html" in (site / "index.html").read_text("utf-8") + "".join(
            f"course/{name}"
            for name in re.findall(r'href="([\w]+\.html)"', (site / "course" / "index.html").read_text("utf-8"))
        )


def test_solutions_are_closed_until_they_are_opened(site):
    """On a page there is no kernel to hide them."""
    for path in sorted((site / "course").glob("[0-9]*.html")):
        page = path.read_text("utf-8")
        cells = re.findall(r'<div class="cell [^"]*tag_solution[^"]*"', page)
        assert cells
        assert all("tag_hide-cell" in cell for cell in cells)
        assert page.count('<details class="admonition hide above-input">') >= len(cells)


def test_every_public_function_and_method_is_in_the_reference(site):
    """What is promised can be looked up, and searched for."""
    text = html.unescape((site / "reference" / "clients.html").read_text("utf-8"))
    for name in ("create_zone", "run_report", "copy_files", "import_study"):
        assert re.search(rf'id="bionb\.platforms\.\w+\.client\.\w+\.{name}"', text)
    assert (site / "reference" / "made" / "bionb.connect.html").exists()
    assert "create_zone" in (site / "searchindex.js").read_text("utf-8")


def test_no_page_loads_from_another_host(site):
    """A page about tokens calls nobody."""
    pages = sorted(site.glob("*.html")) + sorted(site.glob("*/*.html"))
    found = {
        (page.name, host)
        for page in pages
        for host in re.findall(
            r'<(?:script|link|img|iframe)[^>]+(?:src|href)="https?://([^/"]+)', page.read_text("utf-8")
        )
    }
    assert set() == found
