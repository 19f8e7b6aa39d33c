"""The table of a widget: what is shown in which order, in windows of rows, and what is copied."""

import json

import pandas as pd
import pytest

from bionb.errors import UsageError
from bionb.widgets.table.grid import CELLS, ROWS, Grid


@pytest.fixture
def files():
    """A table as platforms give it, index and all."""
    return pd.DataFrame(
        {
            "id": ["f1", "f2", "f3", "f4"],
            "name": ["S10.bam", "S2.bam", None, "s1.fastq"],
            "size": pd.array([310_000_001, None, 12, 2_500_000_000], dtype="Int64"),
            "Age [year]": [41.0, 8.0, None, 39.5],
            "modified": pd.to_datetime(["2024-05-01T12:30:15Z", None, "2023-01-01T00:00:00Z", "2024-05-02T00:00:00Z"]),
            "shared": [True, False, False, True],
        }
    )


def shown(grid, key="name"):
    """The cells of a column as they stand on the screen."""
    place = grid.shown.index(key)
    return [row["cells"][place] for row in grid.window(0, len(grid))["rows"]]


def test_units_and_sizes_are_written_for_people(files):
    """310000001 says little, and what a number counts stands in the header."""
    grid = Grid(files)

    assert ["310 MB", "", "12 B", "2.5 GB"] == shown(grid, "size")
    assert ["41", "8", "", "39.5"] == shown(grid, "Age [year]")
    assert ["2024-05-01 12:30", "", "2023-01-01 00:00", "2024-05-02 00:00"] == shown(grid, "modified")
    assert ["yes", "no", "no", "yes"] == shown(grid, "shared")
    titles = {each["key"]: (each["title"], each["unit"], each["kind"]) for each in grid.table()["columns"]}
    assert ("Age", "year", "number") == titles["Age [year]"]
    assert ("modified", "UTC", "time") == titles["modified"]
    assert ("size", "", "size") == titles["size"]


def test_ids_stand_last_until_a_person_wants_them_elsewhere(files):
    """They are for programs; what one reads comes first."""
    grid = Grid(files)
    assert ["name", "size", "Age [year]", "modified", "shared", "id"] == grid.shown
    grid.choose(["id", "name"])

    assert [["f1", "S10.bam"]] == [row["cells"] for row in grid.window(0, 1)["rows"]]
    assert "4 rows, 4 of 6 columns not shown" == grid.words()
    assert ["size", "Age [year]", "modified", "shared"] == grid.table()["others"]


def test_sorting_reads_numbers_in_names_and_puts_the_missing_last(files):
    """S2 comes before S10, whatever the case, and nothing is neither large nor small."""
    grid = Grid(files)
    grid.sort("name")
    assert ["s1.fastq", "S2.bam", "S10.bam", ""] == shown(grid)
    grid.sort("name", descending=True)
    assert ["S10.bam", "S2.bam", "s1.fastq", ""] == shown(grid)
    grid.sort("size")
    assert ["12 B", "310 MB", "2.5 GB", ""] == shown(grid, "size")
    grid.sort("modified", descending=True)
    assert ["s1.fastq", "S10.bam", "", "S2.bam"] == shown(grid)
    grid.sort(None)
    assert ["S10.bam", "S2.bam", "", "s1.fastq"] == shown(grid)


@pytest.mark.parametrize(
    ("key", "text", "rows"),
    [
        ("name", "bam s1", [0]),
        ("name", "=s2.bam", [1]),
        ("size", ">1 MB", [0, 3]),
        ("size", "310", [0]),
        ("Age [year]", "8..40", [1, 3]),
        ("Age [year]", "<= 39.5", [1, 3]),
        ("Age [year]", "!=8", [0, 3]),
        ("modified", ">=2024-05", [0, 3]),
        ("modified", "2023", [2]),
        ("shared", "true", [0, 3]),
        ("name", "nothing like it", []),
        ("name", "  ", [0, 1, 2, 3]),
    ],
)
def test_a_filter_is_what_a_person_would_type(files, key, text, rows):
    """Words for texts, comparisons and ranges for numbers, sizes and times."""
    grid = Grid(files)
    grid.filter(key, text)

    assert rows == list(grid.rows)


def test_filters_search_and_order_hold_together(files):
    """Each narrows what the others left."""
    grid = Grid(files)
    grid.filter("size", ">1 MB")
    grid.search("s1")
    grid.sort("name")

    assert ["s1.fastq", "S10.bam"] == shown(grid)
    assert "2 of 4 rows" == grid.words()
    assert ["2"] == [word for word in grid.words().split() if word == str(len(grid))]


def test_selected_rows_are_the_frames_own(files):
    """The next cell gets the rows as they are, index and dtypes, whatever was sorted."""
    files.index = list("wxyz")
    grid = Grid(files)
    grid.sort("name")
    grid.receive({"type": "mark", "rows": [3]})
    grid.receive({"type": "mark", "from": 3, "to": 1, "on": True})  # as shown: s1, S2

    assert ["x", "z"] == list(grid.selected_rows.index)
    assert files.dtypes.equals(grid.selected_rows.dtypes)
    assert 2 == grid.receive({"type": "mark", "rows": [99], "on": True})[0]["count"]
    grid.receive({"type": "mark", "all": True})
    assert "4 rows, 4 selected" in grid.words()
    grid.receive({"type": "mark", "rows": [], "only": True})
    assert 0 == len(grid.selected_rows)


def test_what_is_copied_is_for_a_spreadsheet(files):
    """Raw values, the header, the columns shown, and quotes where a cell has a tab or a line end."""
    files.loc[1, "name"] = 'two\tcells\nand "more"'
    grid = Grid(files)
    grid.choose(["name", "size"])
    grid.mark([0, 1])

    answer = grid.receive({"type": "copy", "what": "rows"})[0]
    assert 'name\tsize\nS10.bam\t310000001\n"two\tcells\nand ""more"""\t\n' == answer["text"]
    assert 2 == answer["count"]
    assert 4 == grid.receive({"type": "copy", "what": "all"})[0]["count"]
    assert grid.receive({"type": "save"})[0]["text"].startswith("name,size\nS10.bam,310000001\n")


def test_rows_are_named_by_their_place_in_the_frame(files):
    """A message that named a place on the screen would mean another row once the table is sorted."""
    grid = Grid(files)
    grid.sort("size")

    assert [2, 0, 3, 1] == [row["row"] for row in grid.window(0, 9)["rows"]]
    assert "12 B" == grid.text(2, "size")


def test_a_window_is_small_whatever_is_asked_for():
    """A page that asks for everything must not stop the kernel, nor a table of thousands of columns."""
    wide = Grid(pd.DataFrame([[0.5] * 5000] * 400))
    long = Grid(pd.DataFrame({"n": range(100_000)}))

    assert 200 == len(wide.shown)
    assert CELLS >= sum(len(row["cells"]) for row in wide.window(0, 400)["rows"])
    assert ROWS == len(long.window(50_000, 100_000)["rows"])
    assert "99,999" == long.window(99_999, 200_000)["rows"][0]["cells"][0]
    assert [] == long.window(200_000, 200_100)["rows"]


def test_rows_of_an_older_table_are_not_given(files):
    """An answer that was under way when the table was sorted would fill the wrong lines."""
    grid = Grid(files)
    before = grid.version
    grid.sort("name")

    assert [] == grid.receive({"type": "rows", "version": before, "start": 0, "stop": 2})
    assert 1 == len(grid.receive({"type": "rows", "version": grid.version, "start": 0, "stop": 2}))
    assert [] == grid.receive({"type": "no such message"})


def test_one_record_is_a_list():
    """A line with forty cells is read by nobody."""
    grid = Grid(pd.DataFrame({"id": ["r1"], "reads": [31_500], "note": [None]}))

    assert [["reads", "", "number", "31,500"], ["note", "", "text", ""], ["id", "", "text", "r1"]] == grid.record()
    assert Grid(pd.DataFrame({"a": [1, 2]})).record() is None


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
        pd.DataFrame({"a": [[1], {"b": None}, None, ("x",), pd.NA, float("nan"), 1j, b"x"]}),
        pd.DataFrame({1: [1], ("x", 2): [2]}),
        pd.DataFrame([[1, 2], [3, 4]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])),
        pd.DataFrame({"v": [1.0, float("inf")]}, index=pd.MultiIndex.from_tuples([("g", 1), ("h", 2)])),
        pd.DataFrame({"t": pd.to_timedelta([1, 2], unit="s"), "c": pd.Categorical(["b", "a"])}),
        pd.DataFrame({"small": pd.array([1.5, float("nan")], dtype="float32")}),
    ],
    ids=range(9),
)
def test_any_frame_can_be_shown_sorted_and_searched(frame):
    """A platform's frame may be anything; what is sent is always plain JSON."""
    grid = Grid(frame)
    for key in grid.headings:
        grid.sort(key, descending=True)
        grid.filter(key, "1")
        grid.filter(key, ">0")
        grid.filter(key, "")
    grid.search("a")
    grid.search("")

    assert json.loads(json.dumps(grid.table()))["total"] == len(frame)
    assert isinstance(grid.tsv(), str)


def test_an_index_with_words_is_a_column():
    """The genes of a matrix are its index; a plain count is none."""
    grid = Grid(pd.DataFrame({"s1": [1.5]}, index=pd.Index(["TP53"], name="gene")))

    assert ["gene", "s1"] == list(grid.headings)
    assert ["n"] == list(Grid(pd.DataFrame({"n": [1]})).headings)


def test_an_unknown_column_is_told(files):
    """Messages come from a page; calls from people."""
    with pytest.raises(UsageError, match="no column 'nam'; it has id, name"):
        Grid(files).sort("nam")


def test_no_cell_holds_what_a_page_cannot_show():
    """A line end in a cell would hide the rest, and a control character looks like nothing."""
    grid = Grid(pd.DataFrame({"a": ["x\ny\tz\x1b[31m", "y" * 1000]}))

    assert ["x ⏎ y z", "y" * 299 + "…"] == shown(grid, "a")
