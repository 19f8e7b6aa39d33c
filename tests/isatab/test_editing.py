import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bionb.errors import InvalidSheet, UsageError
from bionb.isatab import ISATab
from bionb.isatab.model.investigation import sections_of
from bionb.isatab.text.records import join, quote
from tests.isatab.sets import BOTH_PATHS, COLUMNAR, PLAIN, REENCODINGS, isatab, small, table_of

KINDS = [
    *("Source Name", "Sample Name", "Protocol REF", "Unit", "Term Source REF", "Date", "Raw Data File"),
    *("Characteristics[a]", "Comment[b]", "Parameter Value[c]", "Factor Value[d]", "MS Assay Name"),
]
cell = st.text(st.sampled_from('abé"\t\r\n ;\\\xa0α'), max_size=4).filter(lambda text: "#" not in text)


@st.composite
def tables(draw):
    """A header of ISA-Tab columns and rows of any cells."""
    header = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    rows = draw(st.lists(st.lists(cell, min_size=len(header), max_size=len(header)), max_size=5))
    return header, rows


@st.composite
def written(draw):
    """The same, written in a mixed style."""
    header, rows = draw(tables())
    styles = st.sampled_from(["", '"'])
    eols = st.sampled_from(["\n", "\r\n", "\r"])
    text = "".join(join([quote(cell, draw(styles)) for cell in row]) + draw(eols) for row in [header, *rows])
    final = draw(st.booleans())
    return header, rows, (text if final else text.rstrip("\r\n")).encode()


def one_table(data, columnar_from=PLAIN):
    return isatab({"s_x.txt": data}, columnar_from)


def changed_cells(diff):
    return diff[["file", "row", "column", "old", "new"]].to_numpy().tolist()


@given(tables())
def test_cells_survive_text_and_frame(given_table):
    """Any table of cells -> frame -> text -> frame is equal, whatever stands in the cells."""
    header, rows = given_table
    empty = one_table(join([quote(name) for name in header]).encode() + b"\n")
    keys = empty["s_x.txt"].frame.columns
    isa = empty.replace("s_x.txt", pd.DataFrame(rows, columns=keys, dtype="str"))

    for columnar_from in BOTH_PATHS:
        again = one_table(isa.files["s_x.txt"], columnar_from)["s_x.txt"].frame
        assert rows == again.to_numpy().tolist()


@given(written())
def test_a_frame_given_back_unchanged_changes_no_byte(given_file):
    """Whatever the mixture of quotes and line ends."""
    isa = one_table(given_file[2])

    assert isa == isa.replace("s_x.txt", isa["s_x.txt"].frame)


@given(written(), st.data())
def test_an_edited_cell_shows_in_the_diff_and_nowhere_else(given_file, data):
    """What the user sees before an upload is all that happens."""
    isa = one_table(given_file[2], data.draw(st.sampled_from(BOTH_PATHS)))
    frame = isa["s_x.txt"].frame
    if frame.empty:
        return
    row = data.draw(st.integers(0, len(frame) - 1))
    column = data.draw(st.sampled_from(list(frame.columns)))
    new = data.draw(cell)
    old = frame.loc[row, column]
    frame.loc[row, column] = new
    edited = isa.replace("s_x.txt", frame)

    expected = [] if old == new else [["s_x.txt", row, column, old, new]]
    assert expected == changed_cells(isa.diff(edited))
    assert frame.equals(edited["s_x.txt"].frame)


@given(written(), st.data())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_rows_come_and_go_as_the_frame_says(given_file, data):
    """Filtering, sorting and adding rows are what frames are for."""
    isa = one_table(given_file[2], data.draw(st.sampled_from(BOTH_PATHS)))
    frame = isa["s_x.txt"].frame
    order = data.draw(st.permutations(range(len(frame))))
    kept = frame.iloc[list(order)[: data.draw(st.integers(0, len(frame)))]]
    more = data.draw(st.lists(st.lists(cell, min_size=frame.shape[1], max_size=frame.shape[1]), max_size=2))
    added = pd.DataFrame(more, columns=frame.columns, dtype="str")
    wanted = pd.concat([kept, added], ignore_index=data.draw(st.booleans()))
    edited = isa.replace("s_x.txt", wanted)["s_x.txt"].frame

    assert wanted.reset_index(drop=True).to_numpy().tolist() == edited.to_numpy().tolist()


@pytest.mark.parametrize("encoding", ["as it is", *REENCODINGS])
def test_one_edited_cell_changes_one_record_of_every_real_table(real_sets, encoding):
    """The promise of edit-and-replace, over all real sets as they are and written in seven ways, read in two."""
    for files in real_sets.values():
        for name in ISATab(files).studies[:2] + ISATab(files).assays[:2]:
            data = REENCODINGS.get(encoding, bytes)(files[name])
            edited = [edit_one_cell(data, columnar_from) for columnar_from in BOTH_PATHS]
            assert edited[0] == edited[1]


def edit_one_cell(data, columnar_from):
    """Edit a cell in the middle, check that no other record changed, return the file."""
    isa = one_table(data, columnar_from)
    table = isa["s_x.txt"]
    frame = table.frame
    assert isa == isa.replace("s_x.txt", frame)
    if frame.empty:
        return data
    row, key = len(frame) // 2, frame.columns[-1]
    frame.loc[row, key] = "edited"
    edited = isa.replace("s_x.txt", frame)
    record = table.records[row]
    new = edited["s_x.txt"].text
    assert [table.text.raw(i) for i in range(len(table.text)) if i != record] == [
        new.raw(i) for i in range(len(new)) if i != record
    ]
    assert [[row, key, "edited"]] == isa.diff(edited)[["row", "column", "new"]].to_numpy().tolist()
    return edited.files["s_x.txt"]


def test_a_record_is_written_in_the_style_of_its_neighbours():
    """Quoted cells stay quoted, CRLF stays CRLF, and nobody else moves."""
    isa = one_table(b'"Source Name"\t"Date"\n"a"\t"b"\r\nc\td\r\n')
    frame = isa["s_x.txt"].frame
    frame.loc[:, "Date"] = "e"

    assert b'"Source Name"\t"Date"\n"a"\t"e"\r\nc\te\r\n' == isa.replace("s_x.txt", frame).files["s_x.txt"]


def test_a_new_row_looks_like_the_one_before_it():
    """Also at the end of a file without final newline."""
    isa = one_table(b'Source Name\tDate\r\n"a"\tb')
    frame = isa["s_x.txt"].frame
    frame.loc[1] = ["c", "d"]

    assert b'Source Name\tDate\r\n"a"\tb\r\n"c"\td' == isa.replace("s_x.txt", frame).files["s_x.txt"]


def test_comments_stay_behind_their_row():
    """They are no rows of the frame, but they are lines of the file."""
    isa = one_table(b"#0\nSource Name\n#1\na\n#2\nb\n\nc\n#3")
    frame = isa["s_x.txt"].frame

    assert b"#0\nSource Name\n#1\nc\n#3\na\n#2\nb\n" == isa.replace("s_x.txt", frame.iloc[[2, 0, 1]]).files["s_x.txt"]


def test_a_new_column_stands_where_it_was_inserted():
    """And a second Unit is called Unit, not Unit.1."""
    isa = isatab(small())
    frame = isa["s_small.txt"].frame
    frame.insert(2, "Characteristics[weight]", ["20", "21"])
    frame.insert(3, "Unit.7", "g")
    lines = isa.replace("s_small.txt", frame).files["s_small.txt"].decode().splitlines()

    header = ["Source Name", "Characteristics[age]", "Characteristics[weight]", "Unit", "Unit"]
    assert header == lines[0].split("\t")[:5]
    assert ["mouse 1", "8", "20", "g", "week"] == lines[1].split("\t")[:5]


def test_a_dropped_column_is_gone():
    """From the header and every row, and nothing else."""
    isa = isatab(small())
    edited = isa.replace("a_small.txt", isa["a_small.txt"].frame.drop(columns="MS Assay Name"))

    assert b"liver 1\tmeasurement\t10\trun1.raw" == edited.files["a_small.txt"].splitlines()[1]
    assert ["column removed"] == isa.diff(edited)["change"].tolist()


def test_rows_are_known_by_their_cells_when_the_index_was_reset():
    """reset_index is a reflex; it must not rewrite the file."""
    isa = one_table(b'Source Name\ta\n"x"\ty\nz\t"w"\n'.replace(b"\ta", b"\tDate"))
    frame = isa["s_x.txt"].frame.iloc[1:].reset_index(drop=True)

    assert b'Source Name\tDate\nz\t"w"\n' == isa.replace("s_x.txt", frame).files["s_x.txt"]


def test_ragged_rows_keep_their_length_and_their_extra_cells():
    """What the frame cannot show must not get lost."""
    isa = one_table(b"Source Name\tDate\tDate\na\nb\tc\td\te\tf\n")
    frame = isa["s_x.txt"].frame
    frame["Source Name"] = ["A", "B"]
    edited = isa.replace("s_x.txt", frame)

    assert b"Source Name\tDate\tDate\nA\nB\tc\td\te\tf\n" == edited.files["s_x.txt"]


def test_a_quote_that_ran_to_the_end_is_closed_before_new_rows():
    """Else the new rows would be swallowed by the old cell."""
    isa = one_table(b'Source Name\n"a')
    frame = isa["s_x.txt"].frame
    frame.loc[1] = ["b"]

    assert ["a", "b"] == isa.replace("s_x.txt", frame)["s_x.txt"].frame["Source Name"].tolist()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (lambda frame: frame.assign(note="x"), "'note' is neither a column of this file nor an ISA-Tab header"),
        (lambda frame: pd.concat([frame, frame], axis=1), "several columns called Characteristics"),
        (lambda frame: frame.replace("mouse 1", "#1"), "would be read as a comment"),
        (lambda frame: frame[[]], "no columns"),
    ],
)
def test_a_frame_that_makes_no_table_is_refused(frame, message):
    """Before a server sees it."""
    isa = isatab(small())
    with pytest.raises(InvalidSheet, match=message):
        isa.replace("s_small.txt", frame(isa["s_small.txt"].frame))


def test_a_character_outside_the_encoding_is_refused():
    """And the way out is named."""
    isa = isatab({"s_x.txt": "Source Name\nM\xfcller\n".encode("latin-1")})
    frame = isa["s_x.txt"].frame.assign(**{"Source Name": "α"})

    with pytest.raises(InvalidSheet, match="to_utf8"):
        isa.replace("s_x.txt", frame)
    assert "α".encode() in isa.to_utf8().replace("s_x.txt", frame).files["s_x.txt"]


def test_edits_leave_the_old_set_alone():
    """Two versions side by side are what diff is for."""
    isa = isatab(small())
    before = isa.files
    isa.rename_sample("liver 1", "liver one")
    frame = isa["s_small.txt"].frame
    frame.loc[0, "Source Name"] = "changed"

    assert before == isa.files
    assert "mouse 1" == isa["s_small.txt"].frame.loc[0, "Source Name"]


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_a_sample_is_renamed_in_study_and_assays(columnar_from):
    """Renaming it in one file only makes an orphan."""
    isa = isatab(small(), columnar_from)
    edited = isa.rename_sample("liver 2", "liver two")

    assert [1, 2] == isa.diff(edited).groupby("file").size()[["s_small.txt", "a_small.txt"]].tolist()
    assert {"Sample Name"} == set(isa.diff(edited)["column"])
    assert [True] * 3 == edited.assay("a_small.txt")["sample_in_study"].tolist()


@pytest.mark.parametrize(("old", "new"), [("nobody", "x"), ("liver 1", "liver 2"), ("liver 1", " ")])
def test_a_sample_is_not_renamed_into_trouble(old, new):
    """Two samples of one name would become one."""
    with pytest.raises(UsageError, match="cannot rename"):
        isatab(small()).rename_sample(old, new)


def test_equal_names_in_two_studies_need_the_study():
    """They are two samples."""
    data = b"Source Name\tSample Name\na\tx\n"
    isa = isatab({"s_1.txt": data, "s_2.txt": data})
    with pytest.raises(UsageError, match="several studies"):
        isa.rename_sample("x", "y")

    assert ["s_2.txt"] == isa.diff(isa.rename_sample("x", "y", study="s_2.txt"))["file"].tolist()


def test_the_diff_tells_added_and_removed_rows():
    """A shifted table is not a table of changed cells."""
    isa = isatab(small())
    frame = isa["a_small.txt"].frame
    diff = isa.diff(isa.replace("a_small.txt", frame.drop(index=1)))

    assert {"row removed"} == set(diff["change"])
    assert {1} == set(diff["row"])


def test_the_diff_tells_other_bytes_of_equal_cells():
    """Line ends are a change, too."""
    isa = isatab(small())
    other = ISATab({name: data.replace(b"\n", b"\r\n") for name, data in isa.files.items()})

    assert {"bytes changed"} == set(isa.diff(other)["change"])


def test_files_that_come_and_go_are_in_the_diff():
    """Replacing sheets must not lose one silently."""
    isa = isatab(small())
    other = isatab({**{n: d for n, d in small().items() if n != "a_small.txt"}, "README.md": b""})

    assert ["file removed", "file added"] == isa.diff(other)["change"].tolist()
    assert isa.diff(isa).empty


@pytest.mark.parametrize("columnar_from", [PLAIN, COLUMNAR])
def test_a_mapping_of_sections_can_be_edited(columnar_from):
    """A title is corrected in the frame in which it was read."""
    isa = isatab(small(), columnar_from)
    frame = isa.investigation["studies"]
    frame["Study Title"] = "A better title"
    edited = isa.replace("studies", frame)

    assert ["A better title"] == isa.diff(edited)["new"].tolist()
    assert ["A better title"] == edited.investigation["studies"]["Study Title"].tolist()


def test_a_new_entry_is_a_new_column_of_its_section():
    """Every field of a section must be as long as the others, or AltamISA stops."""
    isa = isatab(small())
    frame = isa.investigation["factors"]
    frame.loc[1] = {"Study Factor Name": "time"}
    edited = isa.replace("factors", frame)

    assert b"Study Factor Name\tdose\ttime\n" in edited.files["i_small.txt"]
    assert b"Study Factor Type\t\t\n" in edited.files["i_small.txt"]
    assert edited.accepted()


def test_a_removed_entry_is_gone():
    """From all fields."""
    isa = isatab(small())
    edited = isa.replace("protocols", isa.investigation["protocols"].iloc[1:])

    assert b"Study Protocol Name\tmeasurement\n" in edited.files["i_small.txt"]


def test_a_comment_of_a_section_is_a_new_row():
    """The specification allows comments everywhere."""
    isa = isatab(small())
    frame = isa.investigation["studies"].assign(**{"Comment[Grant]": "G 12"})
    edited = isa.replace("studies", frame)

    assert b"Study File Name\ts_small.txt\nComment[Grant]\tG 12\n" in edited.files["i_small.txt"]
    assert edited.accepted()


def test_a_parameter_is_declared_with_its_protocol():
    """The three lists of a protocol must stay of equal length."""
    isa = isatab(small()).declare_parameter("measurement", "polarity")

    assert b"Study Protocol Parameters Name\t\tgain;polarity\n" in isa.files["i_small.txt"]
    assert b"Study Protocol Parameters Name Term Source REF\t\t;\n" in isa.files["i_small.txt"]
    assert isa == isa.declare_parameter("measurement", "polarity")
    with pytest.raises(UsageError, match="no protocol 'nothing'"):
        isa.declare_parameter("nothing", "x")


@pytest.mark.parametrize(
    ("section", "change", "message"),
    [
        ("factors", lambda f: f.assign(colour="red"), "'colour' is no field of STUDY FACTORS"),
        ("factors", lambda f: f.drop(columns="Study Factor Name"), "lacks Study Factor Name"),
        ("factors", lambda f: f.assign(study="S9"), "belongs to study 'S9'"),
        ("studies", lambda f: f.iloc[:0], "holds one entry"),
        ("factors", lambda f: pd.concat([f, f], axis=1), "several columns"),
    ],
)
def test_a_section_that_makes_no_section_is_refused(section, change, message):
    """With the reason."""
    isa = isatab(small())
    with pytest.raises(InvalidSheet, match=message):
        isa.replace(section, change(isa.investigation[section]))


def test_every_real_section_given_back_unchanged_changes_no_byte(real_sets):
    """Investigation files are ragged, mixed in quotes, and full of empty entries."""
    unchanged = 0
    for files in real_sets.values():
        isa = ISATab(files)
        for section, frame in isa.investigation.items():
            if section not in ("parameters", "components") and complete(isa, section):
                assert isa == isa.replace(section, frame)
                unchanged += 1

    assert unchanged > 400


def complete(isa, section):
    """Whether each investigation of a set has a section once for each study, as ISA-Tab demands."""
    for name in isa.investigations:
        found = [part for part in sections_of(isa[name]) if part.kind.name == section]
        if not found or len({part.study for part in found}) < len(found):
            return False
    return True


def test_the_investigation_is_a_table_too():
    """For whatever the sections cannot say."""
    isa = isatab(small())
    frame = isa["i_small.txt"].frame
    row = frame.index[frame["field"] == "Study Title"][0]
    frame.loc[row, "value"] = "Edited"
    edited = isa.replace("i_small.txt", frame)

    assert [[row, "value", "Edited"]] == isa.diff(edited)[["row", "column", "new"]].to_numpy().tolist()


def test_an_empty_file_can_be_filled():
    """A header-only frame makes a header."""
    isa = isatab({"s_x.txt": b""})
    frame = pd.DataFrame({"Source Name": ["a"], "Unit.1": ["b"]})

    assert b"Source Name\tUnit\na\tb\n" == isa.replace("s_x.txt", frame).files["s_x.txt"]


def test_a_lone_table_reads_alike_from_bytes():
    """The helper of these tests does what it says."""
    assert ["a"] == table_of(b"Source Name\na\n").frame["Source Name"].tolist()
