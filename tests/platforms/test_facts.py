"""What only the documents of a server say: a client and a sandbox that agree on something else would pass all else."""

import pytest
import requests
from requests.structures import CaseInsensitiveDict

import bionb

MEDIA_TYPES = {
    "projects": "application/vnd.bihealth.sodar-core.projectroles+json; version=2.0",
    "investigation": "application/vnd.bihealth.sodar.samplesheets+json; version=1.2",
    "zones": "application/vnd.bihealth.sodar.landingzones+json; version=1.1",
    "timeline": "application/vnd.bihealth.sodar-core.timeline+json; version=2.0",
    "is_locked": "application/vnd.bihealth.sodar.taskflowbackend+json; version=1.0",
}


@pytest.fixture(scope="module")
def sandbox():
    """Servers of all platforms."""
    with bionb.start_sandbox() as running:
        yield running


def connected(sandbox, name):
    """Log in to one of the servers."""
    return bionb.connect(name, sandbox.url(name), **sandbox.credentials(name))


@pytest.mark.parametrize("call", MEDIA_TYPES)
def test_sodar_is_asked_for_media_type_and_version_of_the_api(sandbox, call):
    """A real server answers 406 to a name that it does not know."""
    with connected(sandbox, "sodar") as sodar:
        project = next(each["sodar_uuid"] for each in sodar.projects() if each["title"] == "Exome pilot")
        bool(getattr(sodar, call)(*([] if call == "projects" else [project])))  # a listing is read when looked at
        asked = sodar.last_request.headers["Accept"]

    assert asked.startswith(MEDIA_TYPES[call])


@pytest.mark.parametrize(
    "header", ["X-Total-Matching-Query", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
)
def test_seven_bridges_tells_totals_and_limits_in_headers(sandbox, header):
    """Without the total a listing would end after a page, and without the rest a limit would be met unprepared."""
    token = sandbox.credentials("sevenbridges")["token"]
    url = sandbox.url("sevenbridges") + "/v2/projects"
    answer = requests.get(url, headers={"X-SBG-Auth-Token": token}, timeout=30)

    assert answer.headers[header].isdigit()


def test_a_listing_of_seven_bridges_knows_its_total_from_page_one(sandbox):
    """Pages hold a hundred records at most, so that the total cannot be counted from the first."""
    with connected(sandbox, "sevenbridges") as bridges:
        assert len(list(bridges.projects())) == bridges.projects().total


def test_the_default_pages_are_the_greatest_that_servers_take(sandbox):
    """One request too many for each page that is smaller; a refusal for each that is greater."""
    with connected(sandbox, "odm") as odm, connected(sandbox, "torrentsuite") as suite:
        list(odm.samples())
        list(suite.chips())

    assert "pageLimit=2000" in sandbox.received("odm")[-1].query
    assert "limit=1000" in sandbox.received("torrentsuite")[-1].query


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("odm", "Genestack-API-Token", "{token}"),
        ("sevenbridges", "X-SBG-Auth-Token", "{token}"),
        ("sodar", "Authorization", "token {token}"),
        ("torrentsuite", "Authorization", "ApiKey {username}:{api_key}"),
    ],
)
def test_a_login_travels_in_the_header_that_servers_read(sandbox, name, header, value):
    """Each platform has its own."""
    credentials = sandbox.credentials(name)
    with connected(sandbox, name) as client:
        client.whoami()

    assert value.format(**credentials) == CaseInsensitiveDict(sandbox.received(name)[-1].headers)[header]
