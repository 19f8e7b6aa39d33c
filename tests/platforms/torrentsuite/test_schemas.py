"""The sandbox's schemas are those of the real server."""

import json

import pytest

from bionb.platforms.torrentsuite.sandbox import schemas


@pytest.fixture(scope="module")
def recorded(reference_data):
    return json.loads((reference_data / "data/torrent-suite/schemas_5.18.1.json").read_text())


def kinds(schema):
    return {name: (each["type"], each["nullable"], each.get("related_type")) for name, each in schema["fields"].items()}


def test_fields_types_and_filters_are_those_recorded(recorded):
    """A filter that works on the sandbox works on a server."""
    for name, schema in recorded.items():
        ours = schemas.schema(name)
        kinds = {
            field: (each["type"], each["nullable"], each.get("related_type"))
            for field, each in schema["fields"].items()
        }
        assert kinds == {
            field: (each["type"], each["nullable"], each.get("related_type")) for field, each in ours["fields"].items()
        }, name
        for key in ("filtering", "default_limit", "allowed_list_http_methods", "allowed_detail_http_methods"):
            assert schema[key] == ours[key], (name, key)
        assert set(schema["ordering"]) == set(ours["ordering"]), name


def test_the_root_list_is_that_recorded(reference_data):
    """All names, with the two oddities: a name in mixed case, and the runs under the mesh path."""
    recorded = json.loads((reference_data / "data/torrent-suite/top_level_5.18.1.json").read_text())

    assert recorded == schemas.root("/rundb/api/v1/")


def test_every_resource_has_a_schema():
    """Also those that the sandbox serves empty."""
    assert all(
        "id" in schemas.schema(name)["fields"] or name in ("rig", "location", "torrentsuite") for name in schemas.NAMES
    )
