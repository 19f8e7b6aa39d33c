"""Our sites and those whose replies were recorded are the same servers."""

import pytest

from tests.missing import python_of
from tests.platforms.sodar.recording import Server, load, replay
from tests.sodar_core_site.running import running


@pytest.mark.outside
@pytest.mark.parametrize(("environment", "version"), [("sodar-core", "1.4.5"), ("sodar-core-old", "0.13.3")])
def test_the_site_answers_every_recorded_request_as_recorded(environment, version, reference_data, tmp_path):
    """Settings or a shim that changed SODAR Core's behaviour would make all other tests worthless."""
    exchanges = load(reference_data / "data" / "sodar" / f"sodar_core_{version}.json")
    with running(python_of(environment), tmp_path, state=f"recorded-{version}") as site:
        server = Server(site.url, site.tokens, site.passwords, site.users)
        differences = replay(exchanges, server)

    assert [] == differences
