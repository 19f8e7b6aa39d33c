"""Our site and the SODAR Core whose replies were recorded are the same server."""

import pytest

from tests.missing import python_of
from tests.platforms.sodar.recording import Server, load, replay
from tests.sodar_core_site.running import running


@pytest.mark.outside
def test_the_site_answers_every_recorded_request_as_recorded(reference_data, tmp_path):
    """Settings or a shim that changed SODAR Core's behaviour would make all other tests worthless."""
    exchanges = load(reference_data / "data" / "sodar" / "sodar_core_1.4.5.json")
    with running(python_of("sodar-core"), tmp_path, state="recorded") as site:
        server = Server(site.url, site.tokens, site.passwords, site.users)
        differences = replay(exchanges, server)

    assert [] == differences
