"""The sheet editor without a browser: what a page asks for and is told, and what a server stores."""

import pytest

import bionb
from bionb.errors import Conflict, InvalidInput, UsageError
from bionb.widgets.sheets.editor import Editor

AGE = "Characteristics[Age]"


@pytest.fixture
def sodar():
    """A client of a sandbox of its own."""
    with bionb.start_sandbox("sodar") as sandbox:
        yield bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"))


@pytest.fixture
def editor(sodar):
    """The sheets of the first project that has some."""
    return bionb.edit(sodar.export_sheets(sodar.projects()[1]), client=sodar)


@pytest.fixture
def page(editor, monkeypatch):
    """What a page of the editor was told, and a way to ask."""

    class Page:
        def __init__(self):
            self.told = []

        def ask(self, kind, **more):
            self.told.clear()
            editor.receive({"type": kind, **more})
            return self.told

        def last(self, kind):
            return next((each for each in reversed(self.told) if each["type"] == kind), None)

    page = Page()
    editor._view.seen = True
    monkeypatch.setattr(editor._view, "send", lambda message, buffers=None: page.told.append(message))
    monkeypatch.setattr(editor._view, "save", lambda saved: None)
    return page


def test_it_shows_one_stable_line_and_a_picture(editor):
    """The line is what nbval compares; the picture stays in a saved notebook."""
    view, picture = editor._repr_mimebundle_()["text/plain"], editor._repr_mimebundle_()["text/html"]
    assert "<Editor: exome_pilot/s_exome_pilot.txt, 12 rows, nothing changed>" == view == repr(editor)
    assert "FAM1-father" in picture
    editor.set(0, AGE, "42")
    assert repr(editor).endswith("1 step>")


def test_a_page_is_told_the_table_and_what_can_be_done(page):
    """All that it needs, in two messages; rows beyond come when they are scrolled to."""
    page.ask("ready")
    state = page.last("state")
    table = page.last("grid")["message"]

    assert ["exome_pilot/s_exome_pilot.txt", "exome_pilot/a_exome_pilot.txt"] == state["tables"]
    assert (0, 0, "SODAR") == (state["undo"], state["redo"], state["replace"])
    assert 12 == table["total"]
    assert "Characteristics[Age] [year]" in [each["title"] for each in table["columns"]]


def test_a_written_cell_is_shown_and_judged(page, editor):
    """First the cell, and what is said of it when a person pauses."""
    page.ask("set", row=1, column="Source Name", text="FAM1-father")
    assert "changed" == page.last("grid")["message"]["type"]
    step = page.last("state")["step"]
    page.ask("judge", step=step - 1)
    assert [] == page.told
    page.ask("judge", step=step)
    judged = page.last("judged")

    assert not judged["accepted"]
    assert judged["findings"][0]["text"].startswith("Found materials with same name but different annotation")
    assert {"what": "cell changed", "row": 1, "old": "FAM1-mother", "new": "FAM1-father"}.items() <= judged["changes"][
        0
    ].items()
    window = page.ask("grid", message={"type": "rows", "version": editor.grid.version, "start": 0, "stop": 3})
    tips = window[0]["message"]["tips"]
    assert any("error" == tip[0] for cells in tips.values() for tip in cells.values())


@pytest.mark.parametrize(
    ("kind", "more", "rows"),
    [
        ("add_rows", {"row": 0}, 13),
        ("delete_rows", {"row": 0}, 11),
        ("paste", {"row": 11, "column": AGE, "text": "1\n2\n3"}, 14),
        ("add_column", {"header": "Comment[note]", "column": AGE}, 12),
        ("delete_column", {"column": AGE}, 12),
    ],
)
def test_a_table_of_another_shape_is_told_anew_and_stays_where_it_was(page, kind, more, rows):
    """Scrolled to row 9,000, nobody wants to begin at the top."""
    page.ask(kind, **more)
    table = page.last("grid")["message"]
    assert ("table", rows, True) == (table["type"], table["total"], table["keep"])
    page.ask("undo")
    assert 12 == page.last("grid")["message"]["total"]
    page.ask("redo")
    assert rows == page.last("grid")["message"]["total"]


def test_selected_rows_are_filled_cleared_and_deleted(page, editor):
    """Several rows are selected as in every grid."""
    page.ask("grid", message={"type": "mark", "rows": [0, 1, 2], "on": True, "only": True})
    page.ask("fill", column=AGE)
    assert ["41"] * 3 == editor.frame[AGE].tolist()[:3]
    page.ask("clear", column=AGE, row=5)
    assert [""] * 3 == editor.frame[AGE].tolist()[:3]
    page.ask("delete_rows", row=5)
    assert 9 == len(editor.frame)


def test_a_page_is_led_to_a_finding_in_a_sorted_table(page, editor):
    """The row's place on the screen is not its place in the file."""
    page.ask("grid", message={"type": "sort", "column": "Source Name", "descending": True})
    page.ask("find", row=0, column=AGE)
    assert [int(row) for row in editor.grid.rows].index(0) == page.last("go")["place"]


def test_what_fails_stands_in_the_status_area_and_changes_nothing(page, editor):
    """A page has no traceback."""
    page.ask("add_column", header="weight")
    assert "no ISA-Tab header" in editor.status
    page.ask("set", row=0, column=AGE, text="42")
    assert "" == editor.status
    assert 1 == len(editor.changes)


def test_a_call_from_the_next_cell_shows_in_the_page(page, editor):
    """Both ways lead to the same table."""
    editor.set(0, AGE, "42")
    assert 1 == page.last("state")["undo"]


def test_sheets_are_replaced_at_the_second_press(page, editor, sodar):
    """The first says what would be sent, and where."""
    project = sodar.projects()[1]
    page.ask("set", row=0, column=AGE, text="42")
    before = sodar.export_sheets(project)
    page.ask("replace")
    assert "1 change of the sheets in project" in editor.status
    assert "nothing was sent yet" in editor.status
    assert before == sodar.export_sheets(project)

    page.ask("replace")
    assert editor.status.startswith("Replaced in SODAR Replacement: 1 changes sent")
    assert "42" == sodar.export_sheets(project)["s_exome_pilot.txt"].frame[AGE][0]
    assert "42" == editor.frame[AGE][0]
    assert editor.changes.empty
    assert editor.replacement.stored == editor.isa
    editor.set(0, AGE, "43")
    assert editor.replace().changes["new"].tolist() == ["43"]  # what the server stored is what one goes on with


def test_a_change_between_two_presses_is_told_anew(page, editor):
    """What is sent is what was read."""
    page.ask("set", row=0, column=AGE, text="42")
    page.ask("replace")
    page.ask("set", row=1, column=AGE, text="40")
    page.ask("replace")
    assert "2 changes" in editor.status
    assert editor.replacement is None


def test_the_rules_of_the_server_hold(editor, sodar):
    """Refused before anything is sent, or by the server; the edits stay."""
    editor.set(1, "Source Name", "FAM1-father")
    with pytest.raises(InvalidInput):
        editor.replace()
    editor.undo()
    editor.set(0, AGE, "42")
    other = sodar.export_sheets(sodar.projects()[1])
    frame = other["s_exome_pilot.txt"].frame.assign(**{AGE: "50"})
    sodar.replace_sheets(sodar.projects()[1], other.replace("s_exome_pilot.txt", frame))
    with pytest.raises(Conflict):
        editor.replace()
    assert "42" == editor.frame[AGE][0]


def test_without_a_client_or_a_change_there_is_nothing_to_replace(editor):
    """Each with the way on."""
    with pytest.raises(UsageError, match="Nothing was changed"):
        editor.replace()
    with pytest.raises(UsageError, match="client=client"):
        bionb.edit(editor.isa).replace()
    with pytest.raises(UsageError, match="keeps no sheets"):
        bionb.edit(editor.isa, client=object())
    with pytest.raises(UsageError, match="ISATab"):
        bionb.edit("folder")


def test_all_that_a_person_does_has_a_name_in_python():
    """A notebook can do without a browser what a page does with one."""
    asked = {name.removeprefix("_on_") for name in vars(Editor) if name.startswith("_on_")}
    looking = {"ready", "grid", "table", "judge", "find"}
    named = {"fill": "fill_down"}
    assert all(callable(getattr(Editor, named.get(each, each))) for each in asked - looking)
