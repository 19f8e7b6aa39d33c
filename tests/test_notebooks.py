"""What every notebook has: one skeleton, stored outputs, nothing of the computer on which it was refreshed.

The skeleton is written down in CONTRIBUTING.md. That the code runs and gives the stored outputs is nbval's part.
"""

import functools
import json
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 10  # lines of code
SET_UP = 3  # lines
IMAGES = ("image/png", "image/jpeg")
FORBIDDEN = {
    "token-like text": r"\b[0-9a-fA-F]{32,}\b|\beyJ[\w-]{20,}|\b[A-Za-z0-9]{60,}\b",
    "an absolute path": rf"(?<![\w.:/])/(?:home|root|tmp|usr|opt|var|mnt|Users)/\w|\b[A-Z]:\\\w|{re.escape(str(ROOT))}",
    "a port of this computer": r"(?:127\.0\.0\.1|localhost|\[::1\]):\d+",
    "an address in memory": r"\bat 0x[0-9a-fA-F]{6,}",
    "a file of a kernel": r"ipykernel_\d+",
    "a web page's script": r"<script\b",
}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    """Each notebook in turn."""
    return request.param


@functools.cache
def read(path: Path) -> nbformat.NotebookNode:
    """Read a notebook once for all tests."""
    return nbformat.read(path, as_version=4)


@pytest.fixture
def notebook(path):
    """The notebook as nbformat reads it."""
    return read(path)


@pytest.fixture
def code(notebook):
    """Its code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell) -> list[str]:
    """Tags of a cell."""
    return list(cell.metadata.get("tags", []))


def sections(notebook) -> dict[str, list[nbformat.NotebookNode]]:
    """Cells by the ``##`` heading above them; ``""`` is what comes before the first."""
    found: dict[str, list[nbformat.NotebookNode]] = {"": []}
    heading = ""
    for cell in notebook.cells:
        first = cell.source.partition("\n")[0]
        if cell.cell_type == "markdown" and first.startswith("## "):
            heading = first.removeprefix("## ").strip()
        found.setdefault(heading, []).append(cell)
    return found


def shown(cell) -> str:
    """What a cell says and shows, without the bytes of its images."""
    said = [cell.source]
    for output in cell.get("outputs", ()):
        data = {kind: text for kind, text in output.get("data", {}).items() if kind not in IMAGES}
        said += [output.get("text", ""), *map(str, data.values()), output.get("evalue", "")]
    return "\n".join(said)


def test_there_are_notebooks():
    """An empty list would let every other test here pass by doing nothing."""
    assert NOTEBOOKS


def test_the_name_says_platform_and_topic(path):
    """Two digits order the list: the tens are the platform."""
    assert re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem), f"{path.name}: two digits, then words joined by underscores"


def test_it_opens_with_title_goal_and_needs(notebook):
    """A reader decides in three lines whether this is the right notebook."""
    opening = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            break
        opening.append(cell.source)
    text = "\n".join(opening)

    assert text.startswith("# "), "the first cell is markdown and starts with the title, '# ' and a question or task"
    for word in ("Goal", "You need"):
        assert re.search(rf"^\*{word}\*", text, re.MULTILINE), f"a line before the first code cell starts with *{word}*"


def test_there_is_one_title(notebook):
    """One '# ' heading, so that the table of contents has one root."""
    titles = [
        line
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("# ")
    ]
    assert 1 == len(titles), titles


def test_the_set_up_is_one_short_cell(code):
    """The first code cell is the same everywhere: import, then connect to the sandbox."""
    lines = [line for line in code[0].source.splitlines() if line.strip()]

    assert "import bionb" in lines, "the first code cell imports bionb"
    assert SET_UP >= len(lines), f"the set-up has {len(lines)} lines, {SET_UP} are allowed"


def test_the_last_sections_are_the_same_everywhere(notebook):
    """A reader of one notebook knows where to look in the next one."""
    assert ["Your turn", "The request behind it", "Next"] == list(sections(notebook))[-3:]


def test_there_are_exercises_with_folded_solutions(notebook):
    """An exercise is a numbered task with code that runs; its solution is there, but not in sight."""
    turn = sections(notebook).get("Your turn", [])
    text = "\n".join(cell.source for cell in turn if cell.cell_type == "markdown")
    exercises = re.findall(r"^(?:#{3,} .*\d|\*\*(?:Exercise )?\d|\d+\. )", text, re.MULTILINE)
    solutions = [cell for cell in turn if "solution" in tags(cell)]

    assert len(exercises) >= 2, "under '## Your turn' at least two tasks that start with their number, '**1.** ...'"
    assert solutions, "a code cell under '## Your turn' has the tag 'solution'"
    for cell in solutions:
        assert {"outputs_hidden": True, "source_hidden": True} == cell.metadata.get("jupyter"), "run `make refresh`"
        assert "hide-cell" in tags(cell), "run `make refresh`"
        assert cell.source.startswith("# "), "JupyterLab shows the first line of a folded cell: '# A solution'"
        assert cell.cell_type == "code", f"a solution is code that runs: {cell.source}"


def test_the_request_behind_it_is_shown(notebook):
    """The learner sees that there is no magic: a plain call with the token as a variable."""
    code = [cell.source for cell in sections(notebook)["The request behind it"] if cell.cell_type == "code"]
    assert any("last_request" in source for source in code), "print(client.last_request.python), or .curl"


def test_next_leads_somewhere(notebook):
    """The last section links another notebook or a document."""
    text = "\n".join(cell.source for cell in sections(notebook)["Next"])
    assert re.search(r"\]\([^)]+\)", text), "a link, [words](other_notebook.ipynb)"


def test_links_to_notebooks_and_files_exist(notebook, path):
    """A renamed notebook must not leave dead links behind."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if not re.match(r"[a-z]+:", target)]
    assert [] == [target for target in targets if not (path.parent / target).exists()]


def test_data_come_from_the_package(code):
    """Who installed with pip has no folder of the project beside the notebook."""
    assert [] == [cell.source for cell in code if "../" in cell.source]


def test_cells_are_short(code):
    """One idea a cell: what does not fit on a slide belongs into the package or in two cells."""
    for cell in code:
        lines = [line for line in cell.source.splitlines() if line.strip() and not line.strip().startswith("#")]
        assert LONGEST_CELL >= len(lines), f"{len(lines)} lines of code, {LONGEST_CELL} are allowed:\n{cell.source}"


def test_no_cell_relies_on_a_semicolon(code):
    """A trailing ';' hides an output only in IPython; an assignment says the same in Python."""
    assert [] == [cell.source for cell in code if cell.source.rstrip().endswith(";")]


def test_no_output_widget(code):
    """What is printed into ipywidgets.Output lands elsewhere in nbval than in JupyterLab."""
    assert [] == [cell.source for cell in code if re.search(r"\b(?:ipywidgets|widgets)\.Output\(", cell.source)]


def test_outputs_are_stored(code):
    """A notebook is read before it is run: on the web it is only read."""
    assert [] == [cell.source for cell in code if cell.source.strip() and cell.execution_count is None]
    assert any(cell.outputs for cell in code)


def test_no_error_is_stored(code):
    """Errors taught on purpose are caught and printed; a traceback shows a computer's folders."""
    assert [] == [cell.source for cell in code for output in cell.outputs if output.output_type == "error"]


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_nothing_of_this_computer_or_account_is_in_it(notebook, kind):
    """Stored text has to be equal on every computer and must not hold a secret."""
    found = [match.group() for cell in notebook.cells for match in re.finditer(FORBIDDEN[kind], shown(cell))]
    assert [] == found, f"{kind} in a cell or its output; print something else"


def test_it_was_stored_by_refresh(notebook, path):
    """`make refresh` leaves no widget state, no times, no random ids and one kernel name."""
    told = "run `make refresh`"
    allowed = {"kernelspec", "language_info"}

    assert allowed == set(notebook.metadata), told
    assert "python3" == notebook.metadata.kernelspec.name, told
    assert {"name": "python"} == notebook.metadata.language_info, told
    assert [f"cell-{number:02d}" for number in range(len(notebook.cells))] == [cell.id for cell in notebook.cells], told
    assert not any("execution" in cell.metadata for cell in notebook.cells), told
    assert "widget-view+json" not in path.read_text("utf-8"), told


def test_the_file_is_plain_json_with_a_final_newline(path):
    """Equal notebooks are equal files, so that a diff shows what changed."""
    text = path.read_text("utf-8")

    assert text.endswith("}\n")
    assert json.loads(text)["nbformat"] == 4
