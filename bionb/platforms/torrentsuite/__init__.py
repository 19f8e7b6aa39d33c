"""Ion Torrent Suite: chips, runs, run reports with figures, and planning runs."""

from bionb.protocol import LoginField, Platform

PLATFORM = Platform(
    name="torrentsuite",
    label="Torrent Suite",
    login_fields=(
        LoginField("username", "User name", secret=False),
        LoginField("api_key", "API key"),
        LoginField("password", "Password (instead of a key)"),
    ),
    ways=(("username", "api_key"), ("username", "password")),
    token_help="An administrator of the server finds each user's API key at /admin/tastypie/apikey/.",
    extras=(LoginField("web_password", "Password of the web pages", sent=False),),
    pages=(
        "rundb",
        "home",
        "data",
        "monitor",
        "plan",
        "report",
        "output",
        "configure",
        "login",
        "logout",
        "auth",
        "admin",
        "news",
        "offcycle",
    ),  # fmt: skip
    token_page="/admin/tastypie/apikey/",
    client="bionb.platforms.torrentsuite.client:TorrentSuiteClient",
    sandbox="bionb.platforms.torrentsuite.sandbox:TorrentSuiteSandbox",
)
