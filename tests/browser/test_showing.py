"""What results and long work look like in a notebook that people use."""

import pytest

pytestmark = pytest.mark.browser

SHOWN = r"""
from bionb.frames import columns
from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
names = ["$x$ costs $$y$$", r"\(z\)", "<script>document.title = 'run'</script>", "w" * 300]
records = [{"id": str(n), "name": name} for n, name in enumerate(names)]
Listing("things", lambda: Whole(lambda params, opens: Page(records)), columns("id name"))
"""
WORK = """
import time
from bionb.progress import Progress
with Progress("files", total=8, unit="records", after=0) as bar:
    for done in range(8):
        bar.update(done + 1)
        time.sleep(0.25)
print("ended")
"""


@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_words_of_servers_are_shown_as_they_are(open_notebook, front):
    """Both front ends typeset formulas in whatever is shown; a project may be called `$x$`."""
    notebook = open_notebook(SHOWN, front=front)
    notebook.run(0)
    shown = notebook.output(0)
    shown.get_by_text("$x$ costs $$y$$").wait_for()
    notebook.page.wait_for_timeout(1000)

    assert r"\(z\)" in shown.inner_text()
    assert 0 == shown.locator("mjx-container, script").count()
    assert "run" != notebook.page.title()
    assert shown.bounding_box()["width"] >= shown.locator("table").bounding_box()["width"]


def test_a_bar_is_there_while_work_goes_on_and_then_gone(open_notebook):
    """Nothing of it stays, in the page and in the file."""
    notebook = open_notebook(WORK)
    notebook.page.evaluate(
        """() => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0;
            window.jupyterapp.commands.execute('notebook:run-cell');
        }"""
    )
    output = notebook.output(0)
    output.locator("progress").wait_for()
    output.get_by_text("of 8 records").wait_for()
    output.get_by_text("ended").wait_for()
    output.locator("progress").wait_for(state="detached")

    assert "ended" == output.inner_text().strip()
    assert "of 8 records" not in notebook.save()
