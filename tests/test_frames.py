"""Records become a frame whose columns and dtypes depend on what was declared, and never on how many there are."""

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bionb.frames import ANY, COUNT, FLAG, NUMBER, TEXT, TIME, FrameBuilder, columns, to_frame

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
    ("dtype", "value"),
    [
        (COUNT, "many"),
        (COUNT, 2.5),
        (COUNT, [1]),
        (NUMBER, "n/a"),
        (FLAG, "perhaps"),
        (TIME, "yesterday"),
        (TIME, 5),
        (COUNT, {}),
    ],
)
def test_what_does_not_fit_a_declared_dtype_is_missing_and_never_an_error(dtype, value):
    """One odd record must not cost the table of ten thousand."""
    frame = to_frame([{"x": value}, {"x": None}], columns(x=dtype))

    assert dtype == str(frame["x"].dtype)
    assert frame["x"].isna().all()


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


@given(RECORDS, st.integers(1, 4))
def test_any_records_in_any_pages_give_one_row_each_and_the_declared_dtypes(records, size):
    """Servers send what they like."""
    builder = FrameBuilder(SOME)
    for start in range(0, len(records), size):
        builder.add(records[start : start + size])
    frame = builder.frame()

    assert len(records) == len(frame)
    assert [each.name for each in SOME] == list(frame.columns)[: len(SOME)]
    assert {each.name: each.dtype for each in SOME} == {
        k: v for k, v in dtypes(frame).items() if k in dict.fromkeys(each.name for each in SOME)
    }
    assert frame.columns.is_unique


def leaves(value, name=""):
    """Return the names of all values that are there."""
    if isinstance(value, dict):
        return {leaf for key, each in value.items() for leaf in leaves(each, f"{name}.{key}" if name else key)}
    return set() if value is None else {name}


@given(RECORDS)
def test_no_field_is_dropped(records):
    """What the server sent is somewhere in the frame."""
    frame = to_frame(records, SOME)
    assert {leaf for record in records for leaf in leaves(record)} <= set(frame.columns)


@given(RECORDS, st.integers(1, 4))
@example([{"id": "a", "new": None}, {"id": "b", "new": {}}], 1)
@example([{"id": "a", "new": {}}, {"id": "b", "new": None}], 1)
def test_pages_make_no_difference(records, size):
    """The page size is a matter of speed, not of content."""
    paged = FrameBuilder(SOME)
    for start in range(0, len(records), size):
        paged.add(records[start : start + size])
    whole = to_frame(records, SOME)

    frame = paged.frame()
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
