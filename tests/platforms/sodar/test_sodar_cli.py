"""SODAR's official command line client, unmodified, reads the sandbox as it reads real servers.

Version 0.1.0 knows servers of the old generation only: it expects users as objects, which today's servers give as
UUIDs. On them it fails, and so it must on the sandbox.
"""

import json
import os
import subprocess

import pytest

import bionb
from bionb.sandbox.tokens import token_of
from tests.environments import plain_environ
from tests.missing import python_of

pytestmark = pytest.mark.outside

OTHERS = ("SODAR_CONFIG_PATH", "SODAR_SERVER_URL", "SODAR_API_TOKEN")


class CliFailed(Exception):
    """The command line client ended with an error; the message is what it wrote."""


def sodar_cli(url, token, folder, *arguments):
    """Run ``sodar-cli`` with a configuration file of its own and return the JSON that it prints."""
    program = python_of("sodar-cli").with_name("sodar-cli")
    config = folder / "sodarrc.toml"
    config.write_text(f'[global]\nsodar_server_url = "{url}"\nsodar_api_token = "{token}"\n')
    done = subprocess.run(
        [program, "--config", config, *map(os.fspath, arguments)],
        env={name: value for name, value in plain_environ().items() if name not in OTHERS},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise CliFailed(done.stderr)
    return json.loads(done.stdout)


@pytest.fixture
def sandbox():
    """A sandbox of the old generation with sheets and iRODS collections."""
    with bionb.start_sandbox("sodar", state="collections", generation="old") as sandbox:
        yield sandbox


@pytest.fixture
def sodar(sandbox):
    """Our own client of it."""
    with bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar")) as client:
        yield client


@pytest.fixture
def cli(sandbox, tmp_path):
    """The command line client, of the same user on the same sandbox."""
    token = sandbox.credentials("sodar")["token"]
    return lambda *arguments: sodar_cli(sandbox.url("sodar"), token, tmp_path, *arguments)


@pytest.fixture
def pilot(sodar):
    """The project that has sheets."""
    return next(each for each in sodar.projects() if each["title"] == "Exome pilot")


def test_both_list_the_same_projects(cli, sodar):
    """Same records, same order, same members."""
    for theirs, ours in zip(cli("project", "list"), sodar.projects(), strict=True):
        assert theirs["title"] == ours["title"]
        for key in ("sodar_uuid", "type", "parent", "description", "readme"):
            assert theirs[key] == ours[key]
        assert {role["user"]["username"]: role["role"] for role in theirs["roles"].values()} == {
            role["user"]["username"]: role["role"] for role in ours["roles"]
        }


def test_both_show_the_same_project(cli, sodar, pilot):
    """One project, by its UUID."""
    theirs = cli("project", "retrieve", pilot["sodar_uuid"])
    ours = sodar.project(pilot)

    assert {key: theirs[key] for key in ("sodar_uuid", "title", "parent")} == {
        key: ours[key] for key in ("sodar_uuid", "title", "parent")
    }


def test_both_find_the_same_studies_and_assays(cli, sodar, pilot):
    """Their UUIDs are what landing zones are made for."""
    theirs = cli("samplesheet", "retrieve", pilot["sodar_uuid"])
    ours = sodar.investigation(pilot)
    keys = ("sodar_uuid", "file_name", "irods_path")

    assert [[study[key] for key in keys] for study in theirs["studies"].values()] == [
        [study[key] for key in keys] for study in ours.studies
    ]
    assert [
        [assay[key] for key in keys] for study in theirs["studies"].values() for assay in study["assays"].values()
    ] == [[assay[key] for key in keys] for assay in ours.assays]


def test_both_export_the_same_sheets(cli, sodar, pilot):
    """Their JSON opens as an ISA-Tab with the same bytes in every file."""
    theirs = bionb.read_isatab(cli("samplesheet", "export", "--print-output", pilot["sodar_uuid"]))

    assert dict(sodar.export_sheets(pilot).files) == dict(theirs.files)


def test_what_they_import_we_export(cli, sodar, pilot, tmp_path):
    """They send single text files where bionb sends a zip."""
    empty = next(each for each in sodar.projects() if each["title"] == "RNA pilot")
    exported = sodar.export_sheets(pilot)
    files = []
    for name, content in exported.files.items():
        files.append(tmp_path / name.rsplit("/", 1)[-1])
        files[-1].write_bytes(content)
    answer = cli("samplesheet", "import", empty["sodar_uuid"], *files)

    assert "RNA pilot" in answer["detail"]
    imported = sodar.export_sheets(empty)
    assert list(exported.files.values()) == list(imported.files.values())


def test_their_landing_zone_is_ours(cli, sodar, pilot):
    """Made by one, waited for by the other, seen alike by both."""
    made = cli("landingzone", "create", pilot["sodar_uuid"])
    zone = sodar.wait_zone(made["sodar_uuid"])
    (listed,) = cli("landingzone", "list", pilot["sodar_uuid"])
    shown = cli("landingzone", "retrieve", made["sodar_uuid"])

    assert "CREATING" == made["status"]
    assert sodar.investigation(pilot).assays[0]["sodar_uuid"] == made["assay"]
    assert listed == shown
    for key in ("status", "status_info", "title", "project", "assay", "irods_path", "date_modified"):
        assert shown[key] == zone[key]
    assert zone["user"]["username"] == shown["user"]["username"]


def test_their_validation_is_seen_by_us(cli, sandbox, sodar, pilot):
    """The zone goes through its busy states, one with each look at it, and ends ready."""
    zone = sodar.wait_zone(sodar.create_zone(pilot, "a_exome_pilot.txt"))
    sandbox.app("sodar").put_file(zone, "reads.fastq.gz")
    cli("landingzone", "validate", zone["sodar_uuid"])
    seen = [sodar.zone(zone)["status"] for _ in range(6)]

    assert "VALIDATING" in seen
    assert "ACTIVE" == seen[-1]


def test_a_wrong_token_is_refused_to_them_too(sandbox, tmp_path):
    """The sandbox must not be kinder to other clients."""
    with pytest.raises(CliFailed, match="401"):
        sodar_cli(sandbox.url("sodar"), "mistyped-token", tmp_path, "project", "list")


def test_they_read_a_real_server_of_the_old_generation(old_sodar_core_site, tmp_path):
    """What they can do with the sandbox they can do with a real SODAR Core 0.13.3."""
    site = old_sodar_core_site.reset()
    theirs = sodar_cli(site.url, site.tokens["alice"], tmp_path, "project", "list")
    with bionb.connect("sodar", site.url, token=site.tokens["alice"]) as client:
        assert [each["title"] for each in client.projects()] == [each["title"] for each in theirs]


def test_they_fail_on_the_new_generation_real_or_not(sodar_core_site, tmp_path):
    """If the sandbox let them through, it would not be like the real servers of today."""
    with bionb.start_sandbox("sodar", generation="new") as sandbox:
        servers = {sandbox.url("sodar"): token_of("alice"), sodar_core_site.url: sodar_core_site.tokens["alice"]}
        for url, token in servers.items():
            with pytest.raises(CliFailed, match="Structuring class User"):
                sodar_cli(url, token, tmp_path, "project", "list")
