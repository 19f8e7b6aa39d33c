"""Editing a set without a browser: what a person sees in a cell, what stands in the file, and every step back."""

import random

import pandas as pd
import pytest

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.isatab import ISATab
from bionb.widgets.sheets.editing import Editing
from tests.isatab.sets import small

STUDY = (
    "Source Name\tCharacteristics[organ]\tTerm Source REF\tTerm Accession Number\tCharacteristics[age]\tUnit\t"
    "Protocol REF\tSample Name\n"
    "dog 1\tliver\tUBERON\t0002107\t8\tweek\tcollection\tliver 1\n"
    "dog 2\tblood\tUBERON\t0000178\t9\tweek\tcollection\tblood 2\n"
    "dog 3\tliver\tUBERON\t0002107\t\t\tcollection\tliver 3\n"
)
ORGAN, AGE = "Characteristics[organ]", "Characteristics[age]"


@pytest.fixture
def editing():
    """A study of three rows with terms and units."""
    return Editing(ISATab(small() | {"s_small.txt": STUDY.encode()}), "s_small.txt")


def lines(editing):
    return editing.isa.files["s_small.txt"].decode().split("\n")[1:-1]


def test_a_value_its_unit_and_its_term_are_one_column(editing):
    """Eight columns are five to a person."""
    assert ["Source Name", ORGAN, AGE, "Protocol REF", "Sample Name"] == list(editing.frame.columns)
    assert ["8", "9", ""] == editing.frame[AGE].tolist()
    assert "Characteristics[age] [week]" == editing.grid.headings[AGE].title
    assert ["term", "UBERON 0002107"] == editing.grid.tips([0])["0"][ORGAN]


def test_the_source_stays_as_it_is(editing):
    """Nothing is changed until somebody asks for `.isa`, and then in a new set."""
    before = dict(editing.isa.files)
    editing.set(0, AGE, "10")
    assert before["s_small.txt"] == STUDY.encode()
    assert {"s_small.txt"} == {name for name, data in editing.isa.files.items() if data != before[name]}
    assert ["dog 1\tliver\tUBERON\t0002107\t10\tweek\tcollection\tliver 1", *STUDY.split("\n")[2:-1]] == lines(editing)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("10", "10\tweek"),
        ("10 [day]", "10\tday"),
        ("", "\t"),
    ],
)
def test_a_unit_stays_goes_or_changes_with_its_value(editing, text, written):
    """A unit without a number is an error to AltamISA."""
    editing.set(0, AGE, text)
    assert lines(editing)[0].split("\t", 4)[4].startswith(written + "\t")


def test_a_filled_cell_takes_the_unit_of_its_column(editing):
    """The title says week."""
    editing.set(2, AGE, "7")
    assert "\t7\tweek\t" in lines(editing)[2]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("blood", "blood\tUBERON\t0000178"),
        ("spleen", "spleen\t\t"),
        ("spleen | UBERON | 0002106", "spleen\tUBERON\t0002106"),
        ("liver", "liver\tUBERON\t0002107"),
        ("", "\t\t"),
    ],
)
def test_a_value_takes_the_term_that_it_has_elsewhere(editing, text, written):
    """The term of the old value would be a lie."""
    editing.set(0, ORGAN, text)
    assert f"dog 1\t{written}\t8" in lines(editing)[0]


def test_a_block_of_a_spreadsheet_is_laid_over_the_table(editing):
    """With tabs, line ends of Windows, quoted cells and more rows than there are."""
    note = editing.paste(1, ORGAN, 'liver\t10\r\n"two\nlines"\t11\r\nblood\t12\r\n')

    assert "" == note
    assert ["liver", "liver", "two\nlines", "blood"] == editing.frame[ORGAN].tolist()
    assert ["8", "10", "11", "12"] == editing.frame[AGE].tolist()
    assert 1 == len(editing.isa["s_small.txt"].frame.query("`Source Name` == ''"))
    assert [8, 0] == [int(editing.changes["change"].eq(kind).sum()) for kind in ("row added", "row removed")]


def test_what_stands_beyond_the_table_is_told(editing):
    """Cells that vanish silently would be missed weeks later."""
    assert "1 columns" in editing.paste(0, "Sample Name", "a\tb")


def test_a_block_follows_the_order_that_is_shown(editing):
    """Pasted into a sorted table, the second line belongs to the row below on the screen."""
    editing.grid.sort("Source Name", descending=True)
    editing.paste(2, AGE, "3\n2\n1")
    assert ["1", "2", "3"] == editing.frame[AGE].tolist()
    assert [2, 1, 0] == [int(row) for row in editing.grid.rows]


def test_cells_are_filled_down_with_unit_and_term(editing):
    """As in a spreadsheet."""
    editing.fill_down([1, 2], ORGAN, AGE)
    assert "blood\tUBERON\t0000178\t9\tweek" in lines(editing)[2]
    with pytest.raises(UsageError, match="two or more rows"):
        editing.fill_down([1], ORGAN)


def test_rows_and_columns_come_and_go(editing):
    """Each with all that belongs to it."""
    editing.add_rows(before=1)
    editing.set(1, "Source Name", "dog x")
    editing.delete_rows([0, 2])
    assert ["dog x", "dog 3"] == editing.frame["Source Name"].tolist()
    editing.delete_column(ORGAN)
    assert "Term Source REF" not in editing.isa["s_small.txt"].header
    editing.add_column("Characteristics[weight]", AGE, unit=True)
    editing.set(0, "Characteristics[weight]", "30 [kg]")
    header = editing.isa["s_small.txt"].header
    assert ["Characteristics[weight]", "Unit"] == header[3:5]
    assert ["30", "kg"] == editing.isa["s_small.txt"].frame.iloc[0, 3:5].tolist()


@pytest.mark.parametrize("header", ["weight", "Unit", "", "Term Source REF"])
def test_a_column_has_a_header_of_isa_tab(editing, header):
    """Any other would keep the file from being read."""
    with pytest.raises(UsageError, match="no ISA-Tab header"):
        editing.add_column(header)


def test_every_change_shows_what_is_wrong_on_its_cell(editing):
    """The reason stands where the mistake is, and goes with it."""
    editing.set(1, "Source Name", "dog 1")
    said = editing.said_of(1, ORGAN) + editing.said_of(0, ORGAN) + editing.said_of(0, AGE) + editing.said_of(1, AGE)
    assert any("same name but different annotation" in each for each in said)
    assert (editing.findings["level"] == "error").any()
    editing.undo()
    assert not any("same name" in each for row in range(3) for each in editing.said_of(row, ORGAN))


def test_all_rows_of_a_finding_are_painted(editing):
    """A finding counts the rows that it is about; each of them is wrong."""
    for row in range(3):
        editing.set(row, "Sample Name", f" s {row} ")
    editing.judge()
    assert [0, 1, 2] == sorted(row for row, cells in editing.grid.said.items() if "Sample Name" in cells)


def test_a_step_that_changes_nothing_is_none(editing):
    """Leaving a cell as it was is nothing to undo."""
    editing.set(0, AGE, "8")
    assert not editing.undo()


def test_steps_back_reach_across_tables(editing):
    """One undo for the whole set, as a person remembers it."""
    editing.set(0, AGE, "10")
    editing.show("a_small.txt")
    editing.delete_rows([0])
    assert editing.undo()
    assert "a_small.txt" == editing.table
    assert editing.undo()
    assert "s_small.txt" == editing.table
    assert editing.changes.empty
    assert editing.redo()
    assert editing.redo()
    assert not editing.redo()
    assert {"a_small.txt", "s_small.txt"} == set(editing.changes["file"])


def test_any_order_of_steps_can_be_undone_to_the_very_bytes():
    """Random steps, all taken back."""
    editing = Editing(ISATab(small() | {"s_small.txt": STUDY.encode()}), "s_small.txt")
    chance = random.Random(7)
    for _ in range(60):
        keys, count = list(editing.frame.columns), len(editing.frame)
        key = chance.choice(keys)
        step = chance.choice(["set", "paste", "add", "delete", "column", "gone", "fill"])
        if step == "set" and count:
            editing.set(chance.randrange(count), key, chance.choice(["", "x", "4 [day]", "a | B | c", "liver"]))
        elif step == "paste" and count:
            editing.paste(chance.randrange(count), key, "a\tb\nc")
        elif step == "add":
            editing.add_rows(chance.randint(1, 3), chance.randint(0, count))
        elif step == "delete" and count > 1:
            editing.delete_rows([chance.randrange(count)])
        elif step == "column":
            editing.add_column(f"Comment[{chance.randint(0, 3)}]", key, unit=False)
        elif step == "gone" and len(keys) > 3:
            editing.delete_column(key)
        elif count > 1:
            editing.fill_down([0, count - 1], key)
        rows = list(zip(*editing.sheet.columns, strict=True))
        assert rows == [tuple(row) for row in editing.isa["s_small.txt"].frame.itertuples(index=False)]
    while editing.undo():
        pass
    assert STUDY.encode() == editing.isa.files["s_small.txt"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda e: e.set(9, AGE, "1"),
        lambda e: e.set(-1, AGE, "1"),
        lambda e: e.set(0, "Unit", "day"),
        lambda e: e.paste(7, AGE, "1"),
        lambda e: e.add_rows(0),
        lambda e: e.add_rows(1, before=9),
        lambda e: e.delete_column("nothing"),
        lambda e: e.show("i_small.txt"),
        lambda e: Editing(pd.DataFrame()),
    ],
)
def test_what_does_not_work_changes_nothing_and_says_so(editing, wrong):
    """The table stays as it was."""
    with pytest.raises(UsageError):
        wrong(editing)
    assert editing.changes.empty
    assert not editing.undo()


def test_a_name_that_would_be_a_comment_is_refused(editing):
    """The row would silently be gone."""
    with pytest.raises(InvalidSheet, match="comment"):
        editing.set(0, "Source Name", "#1")


def test_ten_thousand_rows_stay_fluent(say):
    """A key press must not wait for the whole table; the check comes behind it."""
    import time

    count = 10_000
    samples = pd.DataFrame({"Sample Name": [f"S{n}" for n in range(count)], "Patient": [f"P{n}" for n in range(count)]})
    editing = Editing(bionb.new_isatab(samples, template="germline"))
    editing.judge()
    begun = time.process_time()
    editing.set(5000, "Source Name", "P1")
    edited = time.process_time() - begun
    editing.judge()
    judged = time.process_time() - begun
    say(f"Sheet editor, 10,000 rows: a cell {1000 * edited:.0f} ms, with all checks {1000 * judged:.0f} ms")

    assert 0.5 > edited
    assert 10_000 == len(editing.isa["s_study.txt"])


def test_every_real_set_opens_and_keeps_its_bytes(reference_data):
    """Quoting, line ends, ragged rows and odd headers of 43 real sets; one cell written and taken back."""
    count = 0
    for path in sorted((reference_data / "isatab").glob("*.zip")):
        isa = bionb.read_isatab(path)
        if not {*isa.studies, *isa.assays} & {*isa.files}:
            continue  # an investigation alone has nothing to edit
        editing = Editing(isa)
        for name in editing.tables:
            editing.show(name)
            assert editing.sheet.data() == isa.files[name], f"{path.name}: {name}"
            if len(editing.frame) and len(editing.frame.columns):
                key = editing.frame.columns[-1]
                editing.set(len(editing.frame) - 1, key, "written")
                assert "written" == editing.isa[name].frame[key].tolist()[-1], f"{path.name}: {name}"
                editing.undo()
            count += 1
        assert isa == editing.isa
    assert 100 < count
