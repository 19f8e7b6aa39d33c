"""The servers on which the same tests of the SODAR client run: our sandbox and real SODAR Core sites."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import bionb
from tests.sodar_core_site.running import SodarCoreSite

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
    clients: list[Any] = field(default_factory=list)

    def connect(self, user: str, **options: Any) -> Any:
        """Log in as a user, with the user's token unless told otherwise."""
        if not {"token", "password"} & set(options):
            options["token"] = self.tokens[user]
        client = bionb.connect("sodar", **{"url": self.url, "api_version": self.version, **options})
        self.clients.append(client)
        return client

    def at_least(self, version: str) -> bool:
        """Tell whether the project API is of this version or newer."""
        return not self.old and (self.version or "2.0") >= version

    def close(self) -> None:
        """Close all clients."""
        for client in self.clients:
            client.close()
        self.clients.clear()


def title() -> str:
    """Make up a title that is used once."""
    return f"Test {next(_numbers)}"


def of_sandbox(sandbox: Any, generation: str, version: str | None = None) -> SodarServer:
    """Describe a running sandbox."""
    world = sandbox.app("sodar").world
    projects = world.projects.values()
    return SodarServer(
        url=sandbox.url("sodar"),
        old=generation == "old",
        users={short: user.sodar_uuid for short, user in world.users.items()},
        usernames={short: user.username for short, user in world.users.items()},
        passwords={short: user.password for short, user in world.users.items()},
        tokens={short: sandbox.credentials("sodar", short)["token"] for short in world.users},
        category=next(each.sodar_uuid for each in projects if each.title == "Genomics"),
        inviting=next(each.sodar_uuid for each in projects if each.invites),
        version=version,
    )


def of_site(site: SodarCoreSite, old: bool, version: str | None) -> SodarServer:
    """Describe a running SODAR Core site."""
    return SodarServer(
        url=site.url,
        old=old,
        users=site.users,
        usernames=site.usernames,
        passwords=site.passwords,
        tokens=dict(site.tokens),
        category=site.category,
        inviting=site.projects["RNA pilot"],
        version=version,
    )
