"""The sandbox gives the replies that real servers were recorded with: status, media type, keys and types."""

import pytest

import bionb
from bionb.sandbox.tokens import token_of
from tests.platforms.sodar.recording import Server, load, replay

RECORDED = [("new", "sodar_core_1.4.5.json"), ("old", "sodar_core_0.13.3.json")]


def add_earlier_projects(world):
    """Add what the recorded server of the old generation held before its recording began."""
    (category,) = world.projects.values()
    world.add(category, "Sheets project", alice="owner", bob="contributor", carol="guest")
    for number in range(8):
        world.add(category, f"P {number}", alice="owner", description="")


@pytest.mark.parametrize(("generation", "name"), RECORDED, ids=["core 1.4.5", "core 0.13.3"])
def test_project_side_replies_are_as_recorded(generation, name, reference_data):
    """A sandbox that only its own client understands would prove nothing."""
    exchanges = load(reference_data / "data" / "sodar" / name)
    with bionb.start_sandbox("sodar", state="recorded", generation=generation) as sandbox:
        url = sandbox.url("sodar")
        world = sandbox.app("sodar").world
        people = world.users
        if generation == "old":
            add_earlier_projects(world)
        server = Server(
            url,
            {short: token_of(short) for short in people},
            {short: user.password for short, user in people.items()},
            {short: user.sodar_uuid for short, user in people.items()},
        )
        differences = replay(exchanges, server)

    assert [] == differences
