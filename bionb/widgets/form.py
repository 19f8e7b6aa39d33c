"""The choices of the login form, without any widget: which server, which fields, and what to know before typing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from bionb import credentials
from bionb.address import LOOPBACK, is_loopback, origin, server_address, token_page
from bionb.errors import UsageError
from bionb.protocol import Platform
from bionb.secret import Secret

OTHER = "other"


class Form:
    """The form of one platform.

    Parameters
    ----------
    card : Platform
        Whose fields and known servers it has.
    url : str, optional
        The server, or the name of a known one.

    Attributes
    ----------
    choice : str
        Name of a known server, or `OTHER`.
    url : str
        What was typed for another one.
    """

    def __init__(self, card: Platform, url: str | None = None) -> None:
        self.card = card
        url = url or os.environ.get(card.variable("url")) or card.default_url or ""
        named = url if url in card.environments else self._name_of(url)
        self.choice = named or (OTHER if url or not card.environments else next(iter(card.environments)))
        self.url = "" if named else url

    def _name_of(self, url: str) -> str | None:
        meant = server_address(self.card, url).rstrip("/")
        same = (name for name, address in self.card.environments.items() if address.rstrip("/") == meant)
        return next(same, None)

    def take(self, message: Mapping[str, Any]) -> None:
        """Take what a person chose or typed."""
        choice = str(message.get("choice", self.choice))
        self.choice = choice if choice in self.card.environments else OTHER
        self.url = str(message.get("url", self.url)).strip()

    @property
    def address(self) -> str:
        """The server's address; empty if none was typed."""
        return self.url if self.choice == OTHER else self.card.environments[self.choice]

    def chosen(self) -> str:
        """Return the server's address.

        Raises
        ------
        UsageError
            None was typed.
        """
        if not self.address:
            raise UsageError(f"Fill in the URL of your {self.card.label} server, then press Connect.")
        return self.address

    def server(self) -> dict[str, Any]:
        """Return what a person should know of the server, in plain sight before anything is typed."""
        told: dict[str, Any] = {"type": "server", "words": "", "http": "", "page": ""}
        address = server_address(self.card, self.address)
        try:
            scheme, host, _ = origin(address)
        except UsageError as error:
            return told | {"words": str(error)}
        if not host:
            return told
        told["page"] = token_page(self.card, address)
        if host in LOOPBACK:
            return told
        if scheme == "http":
            told["http"] = (
                f"{host} is asked for over plain http: whoever shares the network can read what you send, your "
                "credentials too. Tick this only for a server of your own network."
            )
        return told | {"words": f"Your credentials go to {host} and nowhere else."}

    @property
    def is_local(self) -> bool:
        """True when nothing leaves this computer."""
        return bool(self.address) and is_loopback(server_address(self.card, self.address))

    def state(self) -> dict[str, Any]:
        """Return the whole form for the page, without anything that was typed into its fields."""
        card = self.card
        known = [[name, f"{name} ({origin(address)[1]})"] for name, address in card.environments.items()]
        return {
            "type": "form",
            "platform": card.name,
            "label": card.label,
            "servers": [*known, [OTHER, "Another server"]] if known else [],
            "choice": self.choice,
            "url": self.url,
            "fields": [
                {"name": each.name, "label": each.label, "secret": each.secret, "first": each.name in card.ways[0]}
                for each in card.login_fields
            ],
            "help": card.token_help,
            "keyring": credentials.keyring_usable(),
            "server": self.server(),
        }

    def sealed(self, texts: Mapping[str, Any]) -> dict[str, Secret]:
        """Return what was typed into the fields as secrets; empty ones are left out."""
        typed = {each: str(texts.get(each.name) or "").strip() for each in self.card.login_fields}
        return {each.name: each.sealed(text, each.label) for each, text in typed.items() if text}
