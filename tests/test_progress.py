"""What long work shows: right numbers from the first picture on, the same words everywhere, and nothing afterwards."""

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient

from bionb import bars
from bionb.progress import Progress

ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.fixture
def drawn(monkeypatch):
    """Keep what a bar draws."""

    class Kept:
        def __init__(self):
            self.lines, self.closed = [], False

        def draw(self, label, share, words):
            self.lines.append((label, share, words))

        def close(self):
            self.closed = True

    kept = Kept()
    monkeypatch.setattr(bars, "bar", lambda: kept)
    return kept


def test_the_first_picture_has_the_right_speed(clock, drawn):
    """A bar made after two seconds took all that was done by then for the work of an instant: 4.87G records/s."""
    with Progress("files", unit="records") as bar:
        clock.slept.append(1.0)
        bar.update(1000, total=10_000)
        clock.slept.append(2.0)
        bar.update(3000)
    assert [("files", 0.3, "3,000 of 10,000 records, 1,000 records/s, 7 s left")] == drawn.lines


def test_what_an_earlier_download_left_is_no_speed(clock, drawn):
    """A download that goes on at 9 of 10 GB is not done in a second."""
    with Progress("reads.bam", total=10e9, unit="B") as bar:
        bar.update(9e9)
        clock.slept.append(10.0)
        bar.update(9.1e9)
    assert [("reads.bam", 0.91, "9.1 GB of 10 GB, 10 MB/s, 1 min 30 s left")] == drawn.lines


def test_the_line_goes_when_work_ends_or_is_stopped(clock, drawn):
    """Pressing stop leaves no bar that never moves again."""

    def stopped():
        with Progress("files", unit="records") as bar:
            clock.slept.append(5.0)
            bar.update(1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert drawn.closed


def test_where_nobody_knows_how_much_there_is_no_end_is_promised(clock, drawn):
    """A time left that is made up is worse than none."""
    with Progress("files", unit="records") as bar:
        bar.update(100)
        clock.slept.append(70.0)
        bar.update(800, "page 8")
    assert [("files", None, "page 8, 800 records, 10 records/s, 1 min 10 s")] == drawn.lines


def test_time_itself_is_counted_without_a_speed(clock, drawn):
    """One second a second is no news."""
    with Progress("Test: rate limit", total=30, unit="s", after=0) as bar:
        bar.update(0)
        clock.slept.append(12.0)
        bar.update(12)
    assert ["30 s left", "18 s left"] == [words for _, _, words in drawn.lines]


@pytest.mark.parametrize(
    ("amount", "words"), [(0, ""), (999, "999 B"), (1_500, "1.5 kB"), (999_900, "1 MB"), (5 * 10**12, "5 TB")]
)
def test_sizes_are_written_in_their_own_unit(amount, words):
    """Seven digits of bytes are no size."""
    assert words == bars.words_of(amount, None, "B", 1.0).partition(", ")[0].replace("1 s", "")


def test_a_shell_shows_one_line_and_takes_it_away(clock, capfd):
    """With braces in a name, which a format would read."""
    with Progress("{a} file", total=4, unit="records") as bar:
        clock.slept.append(3.0)
        bar.update(1, "{b}")
        shown = capfd.readouterr().err
    assert "{a} file |" in shown
    assert "{b}, 1 of 4 records" in shown
    assert "" == ESCAPES.sub("", capfd.readouterr().err).strip()


NOTEBOOK = """
from bionb.progress import Progress
with Progress("<b>files</b>", total=4, unit="records", after=0) as bar:
    bar.update(1)
print("done")
"""


def test_a_notebook_keeps_neither_bar_nor_model(tmp_path):
    """A saved bar of a widget is "model not found" when the file is opened again."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK)])
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    bar, printed = notebook.cells[0].outputs

    assert {} == bar.data
    assert "done\n" == printed.text
    assert "widget" not in json.dumps(notebook)


def test_a_notebook_shows_a_bar_that_nothing_runs_in(monkeypatch):
    """A file is called as somebody pleases; a screen reader hears how far it is."""
    shown = []

    class Handle:
        def update(self, data, raw):
            shown.append(data)

    def display(data, raw, display_id):
        shown.append(data)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    line = bars._InNotebook()
    line.draw("<i>x</i>", 0.25, "1 of 4")
    line.draw("<i>x</i>", None, "2")
    line.close()

    assert "&lt;i&gt;x&lt;/i&gt;" in shown[0]["text/html"]
    assert "<progress" in shown[0]["text/html"]
    assert "<progress" not in shown[1]["text/html"]
    assert {} == shown[2]
