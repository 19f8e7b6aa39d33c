"""The sandbox gives the replies about sheets, collections and zones that real servers were recorded with."""

import pytest

import bionb
from bionb.sandbox.tokens import token_of
from tests.platforms.sodar.recording import Server, load, users_of
from tests.platforms.sodar.sheet_recording import SheetReplay, Uploads

LEFT_OUT = {"lz update": "bionb never updates zones, since the server gives them another title and place by that"}
RECORDED = [("new", "sodar_server_1.1.4.json", 156), ("old", "sodar_server_0.14.1.json", 106)]


@pytest.mark.parametrize(("generation", "name", "count"), RECORDED, ids=["SODAR 1.1.4", "SODAR 0.14.1"])
def test_sheet_and_zone_replies_are_as_recorded(generation, name, count, reference_data):
    """A sandbox that only its own client understands would prove nothing."""
    exchanges = load(reference_data / "data" / "sodar" / name)
    with bionb.start_sandbox("sodar", state="recorded", generation=generation) as sandbox:
        url, people = sandbox.url("sodar"), sandbox.app("sodar").world.users
        server = Server(
            url,
            {short: token_of(short) for short in people},
            {short: user.password for short, user in people.items()},
            {short: user.sodar_uuid for short, user in people.items()},
        )
        server.known = {uuid: server.users[user] for user, uuid in users_of(exchanges).items() if user in people}
        replay = SheetReplay(sandbox, exchanges, Uploads(reference_data / "isatab", exchanges), server)
        differences = replay.run(LEFT_OUT)

    assert [] == differences
    assert count == len(replay.sent)
