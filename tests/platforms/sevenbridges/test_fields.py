"""The `fields` parameter: every way the overview shows."""

import pytest

from bionb.platforms.sevenbridges.sandbox.answers import chosen
from bionb.platforms.sevenbridges.wire import records
from bionb.platforms.sevenbridges.wire.fields import UnknownField

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
    assert expected == chosen(RECORD, expression, ("id",))


def test_excluding_leaves_the_record_itself_alone():
    """The sandbox keeps the record it sends a part of."""
    chosen(RECORD, "_all,!metadata.library", None)

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


def test_an_unknown_field_is_asked_for_with_a_warning_that_has_the_closest_name(bridges, sent):
    """A server ignores a mistyped field without a word, but may have one that no document names yet."""
    with pytest.warns(UnknownField, match="did you mean 'size'") as caught:
        listing = bridges.files(PROJECT, fields="id,sise")

    assert {"id"} == set(listing[0])
    assert "fields=id%2Csise" in sent()[0]
    assert __file__ == caught[0].filename
    with pytest.warns(UnknownField, match="No field 'nickname' of users is known: there are href, username"):
        bridges.user(fields="nickname")


FIELDS_OF_THE_OFFICIAL_CLIENTS = {
    "APPS": "copy_of latest_revision raw revision",
    "BILLING_GROUPS": "balance disabled owner pending type",
    "EXPORTS": "destination error finished_on overwrite properties result source started_on state",
    "FILES": "created_on metadata modified_on origin parent size storage tags",
    "IMPORTS": "autorename preserve_folder_structure destination error overwrite result source",
    "INVOICES": "invoice_id approval_date pending analysis_costs storage_costs total invoice_period",
    "MEMBERS": "id email permissions type username",
    "PROJECTS": "billing_group category root_folder settings permissions",
    "TASKS": "batch_group execution_settings execution_status origin_id output_location use_interruptible_instances",
    "USERS": "username email first_name last_name affiliation phone address city state country zip_code role tags",
    "VOLUMES": "access_mode active description service",
}


@pytest.mark.parametrize(("kind", "names"), FIELDS_OF_THE_OFFICIAL_CLIENTS.items())
def test_the_fields_of_the_official_clients_are_known(kind, names):
    """Nobody is warned of a field that a server has."""
    assert set() == set(names.split()) - set(getattr(records, kind).known)


def test_a_frame_has_the_columns_asked_for_even_when_empty(bridges):
    """Selected columns do not depend on there being records."""
    frame = bridges.files(PROJECT, name="no such file", fields=["name", "size", "metadata.sample_id"]).to_frame()

    assert ["name", "size", "metadata.sample_id"] == list(frame.columns)
