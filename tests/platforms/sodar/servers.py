"""The servers on which the same tests of the SODAR client run: our sandbox and real SODAR Core sites."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

import bionb
from tests import real_servers
from tests.sodar_core_site.running import SodarCoreSite

# The fixtures of the sites by what they stand for: a generation, or SODAR Core 1.1, the beginning of the new one.
SITES = {"new": "sodar_core_site", "1.1": "sodar_core_1_1_site", "old": "old_sodar_core_site"}
_numbers = itertools.count(1)


@dataclass
class SodarServer:
    """One server of either kind, with the same people: alice owns the category Genomics, where erin is a finder."""

    url: str
    old: bool
    users: Mapping[str, str]  # short name -> UUID
    usernames: Mapping[str, str]
    passwords: Mapping[str, str]
    tokens: dict[str, str]
    category: str  # UUID of Genomics
    inviting: str  # UUID of a project of alice's to which newcomer@example.org is invited
    version: str | None = None  # pinned version of the project API
    newest: str = "2.0"  # version of the project API that an unpinned client settles on, in the new generation
    clients: list[Any] = field(default_factory=list)
    clean: Callable[[], None] = lambda: None

    def connect(self, user: str, **options: Any) -> Any:
        """Log in as a user, with the user's token unless told otherwise."""
        if not {"token", "password"} & set(options):
            options["token"] = self.tokens[user]
        client = bionb.connect("sodar", **{"url": self.url, "api_version": self.version, **options})
        self.clients.append(client)
        return client

    def at_least(self, version: str) -> bool:
        """Tell whether the project API is of this version or newer."""
        return not self.old and (self.version or self.newest) >= version

    @property
    def early(self) -> bool:
        """Whether SODAR Core is older than version 2.0 of its API, whatever version is asked for."""
        return self.old or self.newest < "2.0"

    def close(self) -> None:
        """Take away what was made on somebody's server, and close all clients."""
        self.clean()
        for client in self.clients:
            client.close()
        self.clients.clear()


def title() -> str:
    """Make up a title that is used once."""
    return f"Test {next(_numbers)}"


def of_sandbox(sandbox: Any, stands_for: str, version: str | None = None) -> SodarServer:
    """Describe a running sandbox."""
    world = sandbox.app("sodar").world
    projects = world.projects.values()
    return SodarServer(
        url=sandbox.url("sodar"),
        old=stands_for == "old",
        users={short: user.sodar_uuid for short, user in world.users.items()},
        usernames={short: user.username for short, user in world.users.items()},
        passwords={short: user.password for short, user in world.users.items()},
        tokens={short: sandbox.credentials("sodar", short)["token"] for short in world.users},
        category=next(each.sodar_uuid for each in projects if each.title == "Genomics"),
        inviting=next(each.sodar_uuid for each in projects if each.invites),
        version=version,
        newest="1.1" if stands_for == "1.1" else "2.0",
    )


def of_site(site: SodarCoreSite, stands_for: str, version: str | None) -> SodarServer:
    """Put a running SODAR Core site back to its start and describe it."""
    site.reset()
    return SodarServer(
        url=site.url,
        old=stands_for == "old",
        users=site.users,
        usernames=site.usernames,
        passwords=site.passwords,
        tokens=dict(site.tokens),
        category=site.category,
        inviting=site.projects["RNA pilot"],
        version=version,
        newest="1.1" if stands_for == "1.1" else "2.0",
    )


class OnlyTwo(dict[str, str]):
    """What is known of the two people of a real server, who go by the names alice and bob in the tests."""

    def __missing__(self, name: str) -> str:
        """Skip a test that needs somebody else."""
        pytest.skip(f"only two people are known on this server; the test needs {name!r}")


def of_real() -> SodarServer:
    """Describe the real server that was named; all that is made in its test category goes when the test ends."""
    url, category = real_servers.value("sodar", "url"), real_servers.value("sodar", "category")
    tokens = {"alice": real_servers.value("sodar", "token"), "bob": real_servers.value("sodar", "token_2")}
    people = {}
    for short, token in tokens.items():
        with bionb.connect("sodar", url, token=token) as client:
            people[short] = client.current_user()
            generation, newest = client.api.generation, client.api.version()
    server = SodarServer(
        url=url,
        old=generation == "old",
        users=OnlyTwo({short: each["sodar_uuid"] for short, each in people.items()}),
        usernames=OnlyTwo({short: each["username"] for short, each in people.items()}),
        passwords=OnlyTwo(),
        tokens=OnlyTwo(tokens),
        category=category,
        inviting="",
        newest=newest,
    )
    before = {each["sodar_uuid"] for each in _inside(server)}

    def clean() -> None:
        # What lies deeper goes first: a category with something in it cannot go.
        made = [each for each in _inside(server) if each["sodar_uuid"] not in before]
        with bionb.connect("sodar", url, token=tokens["alice"]) as client:
            for each in sorted(made, key=lambda each: -len(each["full_title"])):
                client.delete_project(each)

    server.clean = clean
    return server


def _inside(server: SodarServer) -> list[Any]:
    """List what is in the test category, at any depth."""
    with bionb.connect("sodar", server.url, token=server.tokens["alice"]) as client:
        projects = {each["sodar_uuid"]: each for each in client.projects()}
    found, size = {server.category}, 0
    while size != len(found):
        size = len(found)
        found |= {uuid for uuid, each in projects.items() if each["parent"] in found}
    return [projects[uuid] for uuid in found - {server.category} if uuid in projects]
