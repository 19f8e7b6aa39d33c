"""The choice of a server: a known environment, the sandbox, or an address of one's own."""

from __future__ import annotations

import os
from typing import Any

import ipywidgets

from bionb.address import LOOPBACK, origin, server_address
from bionb.errors import UsageError
from bionb.protocol import Platform
from bionb.widgets import looks

SANDBOX, OTHER = "sandbox", "other"


def row() -> dict[str, Any]:
    """Return how a field of the form is laid out; 100 % would cut off its right border."""
    return {"style": {"description_width": "140px"}, "layout": ipywidgets.Layout(width="auto")}


class ServerChoice:
    """Two fields, of which the second appears when an address is to be typed.

    Attributes
    ----------
    box : ipywidgets.VBox
        To be placed in the form.
    """

    def __init__(self) -> None:
        self._list = ipywidgets.Dropdown(description="Server", **row())
        self._url = ipywidgets.Text(description="Server URL", placeholder="https://", **row())
        self._host = ipywidgets.HTML(layout=ipywidgets.Layout(width="auto", margin="0 0 0 148px"))
        self.box = ipywidgets.VBox([self._list, self._url, self._host], layout=ipywidgets.Layout(width="auto"))
        self._list.observe(lambda _: self._show(), "value")
        self._url.observe(lambda _: self._show(), "value")

    def offer(self, card: Platform, url: str | None, sandbox: bool) -> None:
        """Offer a platform's servers, one of them chosen."""
        self._card, self._label, self._environments = card, card.label, dict(card.environments)
        known = [(f"{name}: {address}", name) for name, address in self._environments.items()]
        url = url or os.environ.get(card.variable("url")) or card.default_url or ""
        named = url if url in self._environments else self._name_of(url)
        self._list.options = [
            *known,
            ("Another server" if known else "A server of your own", OTHER),
            ("Sandbox on this computer (no account)", SANDBOX),
        ]
        self._list.value = SANDBOX if sandbox else named or (OTHER if url or not known else known[0][1])
        self._url.value = "" if named else url
        self._show()

    def _name_of(self, url: str) -> str | None:
        meant = server_address(self._card, url).rstrip("/")
        same = (name for name, address in self._environments.items() if address.rstrip("/") == meant)
        return next(same, None)

    @property
    def sandbox(self) -> bool:
        """True when the sandbox is chosen."""
        return bool(self._list.value == SANDBOX)

    def chosen(self) -> str | None:
        """Return the server's URL, None for the sandbox.

        Raises
        ------
        UsageError
            No address was typed.
        """
        if self.sandbox:
            return None
        url = self._address()
        if not url:
            raise UsageError(f"Fill in the URL of your {self._label} server, then press Connect.")
        return url

    def _address(self) -> str:
        if self._list.value == OTHER:
            return str(self._url.value).strip()
        return self._environments.get(self._list.value, "")

    def _show(self) -> None:
        self._url.layout.display = None if self._list.value == OTHER else "none"
        self._host.value = looks.faint(self._words()) if self._words() else ""

    def _words(self) -> str:
        """Say where the credentials would go, in plain sight before anything is typed."""
        if self.sandbox:
            return "Leave the fields below empty."
        url = self._address()
        try:
            host = origin(server_address(self._card, url))[1]
        except UsageError as error:
            return str(error)
        if not host or host in LOOPBACK:
            return ""
        return f"Your credentials go to {host} and nowhere else."
