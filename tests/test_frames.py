"""Records become a frame whose columns and dtypes depend on what was declared, and never on how many there are."""

import os
import re
import runpy
import subprocess
import sys
import time
import warnings

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bionb import frames
from bionb.errors import UnexpectedResponse, UnsupportedPandas
from bionb.frames import ANY, COUNT, FLAG, NUMBER, TEXT, TIME, FrameBuilder, UnreadValues, columns, to_frame

DECLARED = columns("id name", size=COUNT, part=NUMBER, ok=FLAG, at=TIME, tags=ANY, owner__name=TEXT, owner__age=COUNT)
FULL = {
    "id": 7,
    "name": "seven",
    "size": 3,
    "part": 0.5,
    "ok": True,
    "at": "2026-01-05T12:00:00Z",
    "tags": ["a", "b"],
    "owner": {"name": "Ada", "age": 36},
}


def dtypes(frame):
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def test_declared_columns_come_first_in_their_order():
    """Notebooks name columns; the server's order of keys is an accident."""
    frame = to_frame([dict(reversed(FULL.items()))], DECLARED)

    assert [each.name for each in DECLARED] == list(frame.columns)
    assert ["7", "seven", 3, 0.5, True, pd.Timestamp("2026-01-05T12:00Z"), ["a", "b"], "Ada", 36] == frame.iloc[
        0
    ].tolist()


def test_an_empty_listing_has_the_columns_and_dtypes_of_a_full_one():
    """A notebook must not break on an empty project."""
    assert dtypes(to_frame([FULL], DECLARED)) == dtypes(to_frame([], DECLARED))
    assert dtypes(to_frame([FULL], DECLARED)) == dtypes(to_frame([{}], DECLARED))
    assert dtypes(to_frame([FULL], DECLARED)) == dtypes(to_frame([dict.fromkeys(FULL)], DECLARED))


def test_unknown_fields_are_appended_with_a_fitting_dtype():
    """A new server version must not lose anything."""
    frame = to_frame([{"id": "a", "new": 1, "nested": {"deep": {"x": True}}}, {"id": "b", "words": "w"}], columns("id"))

    assert ["id", "new", "nested.deep.x", "words"] == list(frame.columns)
    assert {"new": "Int64", "nested.deep.x": "boolean", "words": "str"} == {
        k: v for k, v in dtypes(frame).items() if k != "id"
    }
    assert [1, pd.NA] == frame["new"].tolist()


def test_an_unknown_field_of_a_later_page_is_missing_in_earlier_ones():
    """Pages differ in their fields."""
    builder = FrameBuilder(columns("id"))
    builder.add([{"id": "a"}])
    builder.add([])
    builder.add([{"id": "b", "late": 2.5}])
    builder.add([{"id": "c"}])
    frame = builder.frame()

    assert [True, False, True] == frame["late"].isna().tolist()
    assert [0, 1, 2] == frame.index.tolist()


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, -(2**63)])
def test_big_integers_are_exact(number):
    """Floats would change the last digits of an identifier or size."""
    assert number == to_frame([{"size": number}, {"size": None}], columns(size=COUNT))["size"][0]
    assert number == to_frame([{"size": str(number)}, {"size": None}], columns(size=COUNT))["size"][0]


def test_an_identifier_is_text_whatever_the_server_sends():
    """Joins over platforms compare texts."""
    big = 2**70
    frame = to_frame([{"id": 7}, {"id": "007"}, {"id": big}, {"id": None}], columns("id"))

    assert ["7", "007", str(big)] == frame["id"].tolist()[:3]
    assert frame["id"].isna()[3]


def test_an_integer_beyond_64_bits_is_kept():
    """In an undeclared column it stays a Python number."""
    assert [2**70, 1] == to_frame([{"n": 2**70}, {"n": 1}], ())["n"].tolist()


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [
        (COUNT, "many", "many"),
        (COUNT, 2.5, "2.5"),
        (COUNT, "2.5", "2.5"),
        (COUNT, "1_000", "1_000"),
        (COUNT, "１２", "１２"),
        (COUNT, 2**70, str(2**70)),
        (COUNT, "9" * 5000, "9" * 5000),
        (COUNT, float("inf"), "inf"),
        (COUNT, [1], "1"),
        (NUMBER, "n/a", "n/a"),
        (NUMBER, "< 5", "< 5"),
        (NUMBER, "1_0", "1_0"),
        (FLAG, "perhaps", "perhaps"),
        (FLAG, 2, "2"),
        (TIME, "yesterday", "yesterday"),
        (TIME, "2026-02-30", "2026-02-30"),
        (TIME, 5, "5"),
    ],
)
def test_a_column_with_what_is_none_of_its_dtype_is_kept_as_text_and_told_once(dtype, value, expected):
    """A number that is none may be the one that matters: it must not become a gap."""
    good = {COUNT: 7, NUMBER: 0.5, FLAG: True, TIME: "2026-01-05T12:00:00Z"}[dtype]
    with pytest.warns(UnreadValues, match="x holds .* kept as text") as told:
        frame = to_frame([{"x": good}, {"x": value}, {"x": None}], columns(x=dtype))

    assert 1 == len(told)
    assert "str" == str(frame["x"].dtype)
    assert [str(good), expected] == frame["x"].tolist()[:2]
    assert frame["x"].isna()[2]


@pytest.mark.parametrize("dtype", [COUNT, NUMBER, FLAG, TIME])
@pytest.mark.parametrize("value", [None, "", "  ", [], {}, float("nan"), "NaN"])
def test_what_stands_for_nothing_is_missing(dtype, value):
    """Empty cells come in many forms, and none of them is a value."""
    frame = to_frame([{"x": value}, {"x": None}], columns(x=dtype))

    assert dtype == str(frame["x"].dtype)
    assert frame["x"].isna().all()


def test_a_column_packed_before_is_text_from_its_beginning(monkeypatch):
    """What does not fit may come on the last of many pages."""
    monkeypatch.setattr("bionb.frames.BATCH", 2)
    builder = FrameBuilder(columns(size=COUNT, part=NUMBER, at=TIME, ok=FLAG))
    builder.add([{"size": 1, "part": 2.5, "at": "2026-01-05T12:00:00Z", "ok": True}, {}])
    builder.add([{"size": "3", "part": 4, "at": None, "ok": False}, {"size": 5}])
    builder.add([{"size": "six", "part": "?", "at": "never", "ok": "so"}, {"size": 7}])
    with pytest.warns(UnreadValues, match="size holds 'six', which is no whole number; part .* and 1 more"):
        frame = builder.frame()

    assert ["1", "3", "5", "six", "7"] == frame["size"].dropna().tolist()
    assert ["2.5", "4", "?"] == frame["part"].dropna().tolist()
    assert ["2026-01-05T12:00:00Z", "never"] == frame["at"].dropna().tolist()
    assert ["True", "False", "so"] == frame["ok"].dropna().tolist()


@pytest.mark.parametrize(
    "record",
    [
        {"a.b": 1, "a": {"b": 2}},
        {"a": {"b": 2}, "a.b": 1},
        {"a.b": 1, "a": {"b": 2}, "a.b.1": 3},
        {"a.b.c": 1, "a": {"b.c": 2, "b": {"c": 3}}, "a.b": {"c": 4}},
        {"a.b": {"c": 1}, "a": {"b": {"c": 2}, "b.c": 3}},
        {"a.b": "x", "a": {"b": ["y"]}},
    ],
)
@pytest.mark.parametrize("declared", [(), columns("a.b"), columns(a__b=ANY)], ids=["undeclared", "text", "any"])
def test_two_fields_of_one_flat_name_are_both_kept(record, declared):
    """A dot may be part of a name."""

    def values(each):
        return [leaf for value in each.values() for leaf in values(value)] if isinstance(each, dict) else [each]

    frame = to_frame([record, {}], declared)
    found = [value for value in frame.iloc[0] if isinstance(value, list | dict) or not pd.isna(value)]
    found = [leaf for each in found for leaf in values(each)]

    assert sorted(str(each).strip("[]'") for each in values(record)) == sorted(str(each).strip("[]'") for each in found)
    assert frame.columns.is_unique


def test_the_plain_name_is_that_of_the_field_which_is_called_so_on_every_page():
    """Which column a value is in must not depend on where the pages were cut."""
    records = [{"a": {"b": 2}, "a.b": 1}, {"a.b": 3, "a": {"b": 4}}, {"a": {"b": 5}}]
    for size in (1, 2, 3):
        builder = FrameBuilder(())
        for start in range(0, 3, size):
            builder.add(records[start : start + size])
        frame = builder.frame()
        assert [1, 3, 5] == frame["a.b"].tolist()
        assert [2, 4] == frame["a.b.1"].tolist()[:2]


def test_a_record_with_very_many_fields_is_a_frame_in_linear_time():
    """A server may send anything, and a quadratic step would take minutes."""
    record = {f"field {number}": number for number in range(10_000)}
    record["inner"] = {f"field {number}": {"x": str(number)} for number in range(10_000)}
    begun = time.process_time()
    few = to_frame([dict(list(record.items())[:1_000])], ())
    middle = time.process_time()
    many = to_frame([record], ())
    ended = time.process_time()

    assert (1_000, 20_000) == (len(few.columns), len(many.columns))
    assert ended - middle < 100 * max(middle - begun, 0.02)  # 400 times if it were quadratic


def test_a_table_too_wide_for_memory_is_refused_and_says_what_to_do():
    """Records of which each has fields of its own would be mostly gaps."""
    records = [{f"{number} {field}": 1 for field in range(50)} for number in range(2_000)]
    with pytest.raises(UnexpectedResponse, match=r"100,000 different fields: .* for record in listing"):
        to_frame(records, ())


def test_objects_within_objects_without_end_stay_as_they_are():
    """Columns are for people; what lies forty levels deep is for a program."""
    record = value = {}
    for _ in range(500):
        value["a"] = {}
        value = value["a"]
    value["leaf"] = 1
    frame = to_frame([record], ())

    assert 1 == len(frame.columns)
    assert "leaf" in str(frame.iloc[0, 0])


@pytest.mark.parametrize("version", ["2.3.3", "1.5.0", "2.2.0.dev0"])
def test_an_older_pandas_is_refused_by_name_and_version(version, monkeypatch):
    """It would give wrong names without a word."""
    monkeypatch.setattr(pd, "__version__", version)
    with pytest.raises(UnsupportedPandas, match=rf"pandas 3 .* pandas {re.escape(version[:5])}") as error:
        runpy.run_path(frames.__file__, run_name="bionb.frames again")

    assert isinstance(error.value, ImportError)


@pytest.mark.parametrize("metadata", [True, False], ids=["told by its folder", "told by itself"])
def test_an_older_pandas_is_refused_before_it_is_imported(metadata, tmp_path):
    """And a pandas that says nothing of itself is not in the way."""
    (tmp_path / "pandas").mkdir()
    loud = "raise SystemError('imported')" if metadata else "__version__ = '2.2.0'"
    (tmp_path / "pandas" / "__init__.py").write_text(loud)
    if metadata:
        (tmp_path / "pandas-2.2.0.dist-info").mkdir()
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    command = [sys.executable, "-c", "import bionb.frames"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}, timeout=60)

    assert "UnsupportedPandas: bionb needs pandas 3 or newer, and this Python has pandas 2.2.0" in done.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05T12:00:00+02:00", "2026-01-05T10:00:00Z"),
        ("2026-01-05T12:00:00.123456", "2026-01-05T12:00:00.123456Z"),
        ("2026-01-05", "2026-01-05T00:00:00Z"),
        ("2026-01-05 12:00", "2026-01-05T12:00:00Z"),
    ],
)
def test_times_are_utc(text, expected):
    """Servers send their own zone, or none."""
    assert pd.Timestamp(expected) == to_frame([{"at": text}], columns(at=TIME))["at"][0]


def test_mixed_forms_of_one_field_lose_nothing():
    """A field may be an object here and a text there."""
    frame = to_frame([{"owner": {"name": "Ada"}}, {"owner": "bob"}, {"owner": None}, {"owner": {}}, {"owner": [1]}], ())

    assert {"owner.name", "owner"} == set(frame.columns)
    assert "Ada" == frame["owner.name"][0]
    assert ["bob", [1]] == frame["owner"][[1, 4]].tolist()


def test_a_list_in_a_text_column_is_joined():
    """Tags are read as words."""
    assert ["a, b", ""] == to_frame([{"t": ["a", "b"]}, {"t": []}], columns("t"))["t"].tolist()


# -- any records --------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["id", "size", "at", "ok", "part", "new", "owner"])
SCALARS = st.sampled_from([None, True, 0, 3, -(2**63), 2**70, 0.5, 1e300, "", "7", "2.5", "x", "true", "2026-01-05"])
LISTS = st.lists(SCALARS, max_size=2)
OBJECTS = st.dictionaries(
    st.sampled_from("ab"), SCALARS | LISTS | st.dictionaries(st.sampled_from("ab"), SCALARS, max_size=2), max_size=2
)
RECORDS = st.lists(st.dictionaries(NAMES, SCALARS | LISTS | OBJECTS, max_size=4), max_size=6)
SOME = columns("id", size=COUNT, at=TIME, ok=FLAG, part=NUMBER)


def quietly(make):
    """Return a frame, and the columns that a warning says are kept as text."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        frame = make()
    return frame, {name for each in told for name in re.findall(r"(\S+) holds ", str(each.message))}


@given(RECORDS, st.integers(1, 4))
def test_any_records_in_any_pages_give_one_row_each_and_the_declared_dtypes(records, size):
    """Servers send what they like."""
    builder = FrameBuilder(SOME)
    for start in range(0, len(records), size):
        builder.add(records[start : start + size])
    frame, unread = quietly(builder.frame)

    assert len(records) == len(frame)
    assert [each.name for each in SOME] == list(frame.columns)[: len(SOME)]
    other = {each.name for each in SOME if dtypes(frame)[each.name] != each.dtype}
    assert all(TEXT == dtypes(frame)[name] for name in other)
    assert unread == other or unread < other and 3 == len(unread)
    assert frame.columns.is_unique


def leaves(value, name=""):
    """Return the names of all values that are there."""
    if isinstance(value, dict):
        return {leaf for key, each in value.items() for leaf in leaves(each, f"{name}.{key}" if name else key)}
    return set() if value is None else {name}


@given(RECORDS)
def test_no_field_is_dropped(records):
    """What the server sent is somewhere in the frame."""
    frame, _ = quietly(lambda: to_frame(records, SOME))
    assert {leaf for record in records for leaf in leaves(record)} <= set(frame.columns)


@given(RECORDS, st.integers(1, 4))
@example([{"id": "a", "new": None}, {"id": "b", "new": {}}], 1)
@example([{"id": "a", "new": {}}, {"id": "b", "new": None}], 1)
def test_pages_make_no_difference(records, size):
    """The page size is a matter of speed, not of content."""
    paged = FrameBuilder(SOME)
    for start in range(0, len(records), size):
        paged.add(records[start : start + size])
    (whole, _), (frame, _) = quietly(lambda: to_frame(records, SOME)), quietly(paged.frame)
    assert set(whole.columns) == set(frame.columns)
    for name in whole.columns:
        assert [repr(each) for each in whole[name]] == [repr(each) for each in frame[name]]


def test_no_table_shows_a_credential():
    """A table is what is stored with a notebook; a server may show the keys of others in any record."""
    record = {
        "apikey_local": "x1", "ftppassword": "x2", "secret": "x3", "service": {"credentials": {"access_key_id": "x4"}},
        "invite": {"token": "x5"}, "Sample key": "S-1", "Gene signature": "up", "libraryKey": "TCAG",
        "password_max_age": 90, "page_token": "p", "api_key": None,
    }  # fmt: skip
    frame = to_frame([record, {"id": 2}], columns("id"))

    assert not any(f"x{number}" in frame.to_string() for number in range(1, 6))
    assert ["S-1", "up", "TCAG", 90, "p"] == frame.iloc[0][
        ["Sample key", "Gene signature", "libraryKey", "password_max_age", "page_token"]
    ].tolist()
    assert "str" == str(frame["apikey_local"].dtype)
    assert frame["api_key"].isna().all()


def test_a_declared_column_is_shown_as_it_was_declared():
    """Who declares a column knows what it holds."""
    assert ["abc"] == to_frame([{"token": "abc"}], columns("token"))["token"].tolist()
