"""The `fields` parameter: every way the overview shows."""

import pytest

from bionb.errors import UnknownFilter
from bionb.platforms.sevenbridges.fields import Fields

from .conftest import PROJECT

RECORD = {"id": "a", "name": "n", "size": 1, "origin": {"task": "t"}, "metadata": {"sample_id": "S", "library": "L"}}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", {"id": "a"}),
        ("_all", RECORD),
        ("id,name", {"id": "a", "name": "n"}),
        ("metadata.sample_id", {"metadata": {"sample_id": "S"}}),
        ("name,origin.task", {"name": "n", "origin": {"task": "t"}}),
        ("!id", {}),
        ("_all,!metadata,!origin", {"id": "a", "name": "n", "size": 1}),
        ("id,metadata,!metadata.library", {"id": "a", "metadata": {"sample_id": "S"}}),
        ("id,unknown", {"id": "a"}),
    ],
)
def test_what_a_list_sends(expression, expected):
    """Select, exclude, nested, everything, and combinations."""
    assert expected == Fields(expression).apply(RECORD, ("id",))


def test_excluding_leaves_the_record_itself_alone():
    """The sandbox keeps the record it sends a part of."""
    Fields("_all,!metadata.library").apply(RECORD, None)

    assert "library" in RECORD["metadata"]


def test_the_examples_of_the_overview(bridges):
    """Each example call is answered as described."""
    sizes = bridges.files("john_doe/project1", fields="id,name,size")
    details = bridges.file("564a31c1e4b0ef12181758b0", fields="!metadata")
    combined = bridges.files(PROJECT, fields="id,name,status,!metadata.library,!origin")
    tasks = bridges.call("GET", "tasks", what="list", params={"fields": "!inputs,!outputs", "limit": 1})["items"][0]

    assert ["id", "name", "size"] == list(sizes.to_frame().columns)
    assert {"id", "name", "size"} == set(sizes[0])
    assert "metadata" not in details
    assert "size" in details
    assert {"id", "name"} == set(combined[0])
    assert "inputs" not in tasks


def test_all_needs_no_second_request_for_anything(bridges, sent):
    """The official client asks again for each attribute that a listing did not hold: 10,000 files, 10,000 requests."""
    frame = bridges.files(PROJECT).to_frame()

    assert 0 == frame["size"].isna().sum()
    assert "S01" in set(frame["metadata.sample_id"])
    assert 1 == len(sent())


def test_the_server_default_is_short(bridges):
    """An empty text asks for what the server sends by itself."""
    frame = bridges.files(PROJECT, fields="").to_frame()

    assert {"id", "name", "project", "href", "parent", "type"} == set(frame.columns)


def test_an_unknown_field_is_refused_with_the_closest_name(bridges, sent):
    """The server ignores it, and the column would be missing for no visible reason."""
    with pytest.raises(UnknownFilter, match="did you mean 'size'"):
        bridges.files(PROJECT, fields="id,sise")
    assert [] == sent()


def test_a_frame_has_the_columns_asked_for_even_when_empty(bridges):
    """Selected columns do not depend on there being records."""
    frame = bridges.files(PROJECT, name="no such file", fields=["name", "size", "metadata.sample_id"]).to_frame()

    assert ["name", "size", "metadata.sample_id"] == list(frame.columns)
