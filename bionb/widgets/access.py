"""What logging in does, without any widget: one client, one real request, and signing out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb import credentials
from bionb.connecting import connect
from bionb.errors import BionbError, NotLoggedIn, UsageError
from bionb.http.answers import shorten
from bionb.protocol import Client, Platform
from bionb.secret import Secret


class Access:
    """The way to one platform's client.

    Parameters
    ----------
    card : Platform
        Which platform.
    options : mapping
        What ``bionb.connect`` takes besides server and credentials.

    Attributes
    ----------
    user, source, place : str
        Who is logged in, with credentials from where, on which server; empty while nobody is.
    problem, note : str
        Why nobody is; what a person should know although somebody is.
    """

    def __init__(self, card: Platform, options: Mapping[str, Any]) -> None:
        self.card, self._options = card, dict(options)
        self._remembered: str | None = None
        self._forget_client()

    def _forget_client(self) -> None:
        self._client: Client | None = None
        self.user = self.source = self.place = self.problem = self.note = ""

    @property
    def client(self) -> Client:
        """The client.

        Raises
        ------
        NotLoggedIn
            With the reason and the way on.
        """
        if self._client is None:
            why = f" ({shorten(self.problem)})" if self.problem else ""
            raise NotLoggedIn(
                f"Not logged in to {self.card.label} yet{why}. Fill in the form above and press Connect, or try it "
                f"without an account: bionb.login({self.card.name!r}, sandbox=True)."
            )
        return self._client

    @property
    def where(self) -> str:
        """The server with its preposition, for sentences."""
        return {"the sandbox": "in ", "this computer": "on "}.get(self.place, "at ") + self.place

    @property
    def connected(self) -> bool:
        """True while there is a client."""
        return self._client is not None

    def connect(
        self,
        url: str | None,
        sandbox: bool,
        values: Mapping[str, Any],
        remember: bool = False,
        allow_http: bool = False,
    ) -> None:
        """Make a client and prove by one request that it works.

        Parameters
        ----------
        url : str or None
            The server, or the name of a known environment.
        sandbox : bool
            Use the local sandbox.
        values : mapping
            Credentials; without any, those found in environment, files and keyring.
        remember : bool
            Keep them in the system keyring, once they have proved right.
        allow_http : bool
            Send them over plain http, because a person has said so.

        Raises
        ------
        BionbError
            Whatever went wrong; nobody is logged in then.
        """
        self.sign_out()
        try:
            options = self._options | ({"allow_http": True} if allow_http else {}) | dict(values)
            client = connect(self.card.name, url, sandbox=sandbox, **options)
            try:
                self.user = client.whoami()
            except BaseException:
                client.close()
                raise
        except BionbError as error:
            self.problem = str(error)
            raise
        self._client, self.source, self.place = client, client.source, client.place
        if remember and values and not sandbox:
            self._remember({name: Secret(each, name, sent=False) for name, each in values.items()})

    def _remember(self, values: Mapping[str, Secret]) -> None:
        self._remembered = self.client.url
        if not credentials.remember(self.card, self._remembered, values):
            self.note = "The system keyring did not take the credentials; next time you are asked again."

    def sign_out(self) -> None:
        """Close the client and forget the credentials, those remembered in the keyring by this widget too."""
        if self._client is not None:
            self._client.close()
        if self._remembered is not None:
            credentials.forget(self.card, self._remembered)
            self._remembered = None
        self._forget_client()

    def check_complete(self, values: Mapping[str, Any]) -> None:
        """Refuse a form that is not filled in, in the words of the form."""
        if not self.card.suffices(values):
            raise UsageError(f"Fill in {self.ways()}, then press Connect. {self.card.token_help}")

    def ways(self) -> str:
        """Return what to fill in, in the words of the form: ``API token, or User name and Password``."""
        labels = {each.name: each.label for each in self.card.login_fields}
        return ", or ".join(" and ".join(labels[name] for name in way) for way in self.card.ways)

    def __repr__(self) -> str:
        if not self.connected:
            why = f": {shorten(self.problem, 160)}" if self.problem else ""
            return f"not connected to {self.card.label}{why}"
        where = "(sandbox)" if self.source == "sandbox" else self.where
        return f"connected to {self.card.label} as {shorten(self.user, 80)} {where}"
