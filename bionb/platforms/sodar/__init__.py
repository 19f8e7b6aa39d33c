"""SODAR and SODAR Core: projects, roles, sample sheets and landing zones, on servers of both generations."""

from bionb.protocol import LoginField, Platform

PLATFORM = Platform(
    name="sodar",
    label="SODAR",
    login_fields=(
        LoginField("token", "API token"),
        LoginField("username", "User name", secret=False),
        LoginField("password", "Password"),
    ),
    ways=(("token",), ("username", "password")),
    token_help="Make a token in SODAR's app “API Tokens” (user menu, top right); it is shown only once.",
    extras=(
        LoginField("webdav_url", "WebDAV URL", secret=False, sent=False),
        LoginField("webdav_password", "WebDAV password", sent=False),
    ),
    pages=(
        "project",
        "samplesheets",
        "landingzones",
        "irodsbackend",
        "irodsinfo",
        "ontologyaccess",
        "isatemplates",
        "api",
        "user",
        "login",
        "logout",
        "admin",
        "tokens",
        "timeline",
        "alerts",
        "files",
        "siteinfo",
        "bgjobs",
        "cache",
    ),  # fmt: skip
    token_page="/tokens/",
    client="bionb.platforms.sodar.client:SodarClient",
    sandbox="bionb.platforms.sodar.sandbox:SodarSandbox",
)
