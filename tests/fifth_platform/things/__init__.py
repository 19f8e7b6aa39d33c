"""A fifth platform in one folder: what a developer adds, and the server on which the core is tested."""

from bionb.protocol import LoginField, Platform

PLATFORM = Platform(
    name="things",
    label="Things",
    login_fields=(LoginField("token", "API token"),),
    ways=(("token",),),
    token_help="Invent a token.",
    client="bionb.platforms.things.client:ThingsClient",
    sandbox="bionb.platforms.things.sandbox:ThingsSandbox",
    environments={"home": "https://things.example.org"},
)
