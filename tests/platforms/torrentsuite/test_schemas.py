"""The sandbox's schemas are those of the real server."""

import json

import pytest

from bionb.platforms.torrentsuite.sandbox import schemas
from bionb.platforms.torrentsuite.sandbox.world import world


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


SERVED = (
    "chip compositeexperiment compositeresult results libmetrics analysismetrics qualitymetrics tfmetrics pluginresult "
    "plugin experiment experimentanalysissettings plannedexperiment kitinfo dnabarcode referencegenome content runtype "
    "applicationgroup qctype librarykey user rig project sample sampleset samplesetiteminfo "
    "plantemplatesummary eventlog monitorresult"
)


@pytest.fixture(scope="module")
def tables():
    return world("default")


@pytest.mark.parametrize("name", SERVED.split())
def test_records_have_all_fields_of_their_schema(tables, name):
    """A notebook that uses a field on the sandbox must find it on a server, and the other way round."""
    record = next(iter(tables.table(name).values()))

    assert set() == set(schemas.schema(name)["fields"]) - set(record)


@pytest.mark.parametrize(
    "name", ["results", "pluginresult", "libmetrics", "experiment", "plannedexperiment", "sample", "sampleset"]
)
def test_links_lead_somewhere(tables, name):
    """Following links is how the resources of this API belong together."""
    for record in tables.table(name).values():
        links = [each for value in record.values() for each in (value if isinstance(value, list) else [value])]
        for link in links:
            if isinstance(link, str) and link.startswith("/rundb/"):
                assert tables.find(link), link


def test_chips_kits_and_run_types_are_the_real_ones(tables, reference_data):
    """A plan that the sandbox takes names things that a server has; sequences of barcodes are invented."""

    def load(name):
        return json.loads((reference_data / f"data/torrent-suite/{name}.json").read_text())

    def facts(rows, *names):
        return {tuple(row.get(name, "") for name in names) for row in rows}

    chip = ("id", "name", "description", "instrumentType", "isActive")
    kit = ("name", "description", "kitType", "chipTypes", "flowCount")
    run_type = ("runType", "description", "nucleotideType")
    assert facts(load("chips"), *chip) == facts(tables.table("chip").values(), *chip)
    assert facts(tables.table("kitinfo").values(), *kit) <= facts(load("kitinfo"), *kit)
    real = load("runtype_applicationgroup")["runtype"]
    assert facts(real, *run_type) == facts(tables.table("runtype").values(), *run_type)
    barcodes = load("dnabarcodes")
    for each in tables.table("dnabarcode").values():
        if each["name"] in barcodes:
            assert each["id_str"] in {row["id_str"] for row in barcodes[each["name"]]}
    known = {row["sequence"] for rows in barcodes.values() for row in rows}
    assert not known & {each["sequence"] for each in tables.table("dnabarcode").values()}
