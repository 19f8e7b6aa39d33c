import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bionb.errors import InvalidSheet
from bionb.isatab.text.columnar import scan
from bionb.isatab.text.records import as_text, encode, join, quote, raw_cells, rows_of, tokenise, unquote
from tests.isatab.sets import COLUMNAR, PLAIN, table_of

#: Characters that decide how a file is cut, and a few that must not.
tricky = st.text(st.sampled_from('ab"\t\r\n #;\\\x0b\x00\u2028é\xa0'), max_size=60)


def as_csv(data):
    return list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter="\t"))


@given(tricky)
def test_records_put_together_are_the_file(text):
    """Whatever the quoting and line ends: nothing may be lost between two records."""
    records = tokenise(text.encode())

    assert text.encode() == b"".join(records.raw(i) for i in range(len(records)))


@given(tricky)
def test_cells_are_those_of_the_csv_reader(text):
    """AltamISA reads with csv; a cell that we see elsewhere would be checked in the wrong column."""
    records = tokenise(text.encode())

    assert as_csv(text.encode()) == rows_of(records.record(i) for i in range(len(records)))


@given(tricky)
def test_the_columnar_scan_cuts_as_the_plain_one(text):
    """Two paths, one result."""
    assert tokenise(text.encode()) == scan(text.encode())


@given(tricky, st.sampled_from(["", "\n", "a\tb\n", '"a"\t"b"\r\n']))
@settings(max_examples=300)
def test_both_paths_read_the_same_cells(text, before):
    """Quotes in odd places, blank lines, comments, bare carriage returns: the fast parser must not see more or less."""
    data = ("Source Name\tDate\n" + before + text).encode()
    plain, columnar = table_of(data, PLAIN), table_of(data, COLUMNAR)

    assert plain.records == columnar.records
    assert list(plain.cells.rows()) == list(columnar.cells.rows())
    assert plain.cells.lengths == columnar.cells.lengths


@given(st.lists(tricky, min_size=1, max_size=5))
def test_a_written_record_reads_as_its_cells(cells):
    """New rows may hold tabs, quotes and line ends."""
    record = join([quote(cell) for cell in cells])

    assert [cells] == rows_of([record])
    assert cells == [unquote(cell) for cell in raw_cells(record)]


@pytest.mark.parametrize(
    ("value", "like", "written"),
    [
        ("a", "", "a"),
        ("a", '"x"', '"a"'),
        ('5" disk', "", '5" disk'),
        ('"a', "", '"""a"'),
        ("a\tb", "", '"a\tb"'),
        ("a\rb", "", '"a\rb"'),
        ('5" disk', '""', '"5"" disk"'),
    ],
)
def test_a_cell_is_quoted_when_it_must_be_or_as_its_neighbour(value, like, written):
    """An edit in the style of its surroundings keeps the difference between two versions small."""
    assert written == quote(value, like)


def test_a_cell_beyond_the_limit_of_csv_is_read():
    """Csv stops at 131,072 characters, MetaboLights does not."""
    long = "x" * 200_000

    assert [["a", long + '"']] == rows_of([f'a\t"{long}"""'])


def test_an_unclosed_quote_runs_to_the_end():
    """As in csv; a cut file must still open."""
    assert 2 == len(tokenise(b'a\tb\nc\t"d\ne\tf\n'))


def test_a_lone_empty_cell_is_not_a_blank_line():
    """A blank line is no record, so an empty name in a table of one column needs its quotes."""
    assert '""' == join([""])


@pytest.mark.parametrize("value", [None, float("nan"), __import__("pandas").NA, __import__("pandas").NaT])
def test_missing_values_are_written_as_empty_cells(value):
    """Merging frames makes NaN, and ISA-Tab has no word for it."""
    assert "" == as_text(value)


def test_numbers_are_written_as_they_are_shown():
    """Users compute columns."""
    assert ["7", "0.5", "True"] == [as_text(7), as_text(0.5), as_text(True)]


def test_a_character_that_the_file_cannot_hold_is_refused():
    """A question mark in its place would be a silent loss."""
    with pytest.raises(InvalidSheet, match=r"s\.txt is encoded as latin-1.*to_utf8"):
        encode("\u03b1", "latin-1", "s.txt")
