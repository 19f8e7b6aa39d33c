"""The login: made from a platform's card, and asking only when nothing else gives the credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.address import is_loopback
from bionb.errors import AuthenticationFailed, BionbError, InsecureConnection, NotFound, NotLoggedIn, UsageError
from bionb.protocol import Client, Platform
from bionb.registry import platform_card, platforms
from bionb.secret import sealed, shown
from bionb.widgets import looks
from bionb.widgets.access import Access
from bionb.widgets.browser import SCRIPTS, Browser
from bionb.widgets.form import Form
from bionb.widgets.status import Status
from bionb.widgets.view import Shown, View, on_main_thread

Message = dict[str, Any]


def login(
    platform: str | None = None,
    url: str | None = None,
    *,
    sandbox: bool = False,
    profile: str | None = None,
    api_version: str | None = None,
    allow_http: bool = False,
    workers: int = 16,
    timeout: float | tuple[float, float] = (10.0, 60.0),
    **credentials: Any,
) -> Login:
    """Show a way to log in; it connects by itself where it can, and never waits for a person.

    With `sandbox`, with credentials as arguments, or with credentials in the environment, the official client's files
    or the keyring, one request is sent at once to prove them. Otherwise, and when they fail, a form asks.

    Parameters
    ----------
    platform : str, optional
        One of ``bionb.platforms()``; the form offers all by default.
    url, sandbox, profile, api_version, allow_http, workers, timeout, **credentials
        As for `bionb.connect`.

    Returns
    -------
    Login
        A widget; its ``.client`` is there once somebody is logged in, and raises `NotLoggedIn` before.

    Raises
    ------
    UsageError
        An argument that cannot be right. Everything else that goes wrong is shown in the widget.

    Examples
    --------
    >>> sodar = login("sodar", sandbox=True)
    >>> sodar
    <Login: connected to SODAR as alice@EXAMPLE (sandbox)>
    >>> sodar.client.whoami()
    'alice@EXAMPLE'
    """
    given = sealed(credentials, sent=False)
    options = {
        "profile": profile,
        "api_version": api_version,
        "allow_http": allow_http,
        "workers": workers,
        "timeout": timeout,
    }
    return Login(platform, url, sandbox, given, options)


class Login(Shown):
    """The widget that `login` returns.

    Attributes
    ----------
    client : Client
        The client of whoever is logged in.
    browser : Browser
        What the Browse button shows, for the next cell.
    status : str
        What the status area says.
    """

    def __init__(
        self, platform: str | None, url: str | None, sandbox: bool, given: dict[str, Any], options: dict[str, Any]
    ) -> None:
        if not isinstance(url, str | None):
            raise UsageError(f"url is a text such as https://server.example.org, not {shown(url)}.")
        if platform is None and (url or given):
            raise UsageError(f"Name the platform of this server, too: {', '.join(platforms())}.")
        self._cards = {card.name: card for card in map(platform_card, [platform] if platform else platforms())}
        first = next(iter(self._cards.values()))
        # What logs nobody in stays, also for who types the rest into the form.
        self._options = options | {each.name: given.pop(each.name) for each in first.extras if each.name in given}
        self._view = View((*SCRIPTS, "login"), "createLogin", self.receive)
        self._status = Status(self._view.tell)
        self._browser: Browser | None = None
        self._take_platform(first, url)
        if platform:
            self._connect_by_itself(url, sandbox, given)

    # -- what a notebook uses -------------------------------------------------------------------------------------

    @property
    def client(self) -> Client:
        """The client; raises `NotLoggedIn` with the way on while there is none."""
        return self._access.client

    @property
    def browser(self) -> Browser:
        """The browser of this client, the one that the Browse button shows."""
        if self._browser is None:
            self._browser = Browser(self.client)
            self._browser.also_tell(lambda message: self._view.tell({"type": "browser", "message": message}))
        return self._browser

    @property
    def status(self) -> str:
        """What the status area says, as plain text."""
        return self._status.text

    def connect(self, url: str | None = None, *, sandbox: bool = False, **credentials: Any) -> Client:
        """Do what the Connect button does, with these values.

        Raises
        ------
        BionbError
            Shown in the widget, too.
        """
        return self._connect(url, sandbox, sealed(credentials, sent=False))

    def sign_out(self) -> None:
        """Close the client, forget the credentials, and show the form again."""
        self._access.sign_out()
        self._browser = None
        self._show_state()
        self._status.show("note", "Signed out", "The client is closed and its credentials are forgotten.")

    def __repr__(self) -> str:
        return f"<Login: {self._access!r}>"

    def _picture(self) -> str:
        way_on = "" if self._access.connected else "Run this cell to log in; a token belongs into its form."
        return looks.picture(f"Log in to {self._access.card.label}", [self.status, way_on])

    # -- messages of the page -------------------------------------------------------------------------------------

    def receive(self, message: Mapping[str, Any]) -> None:
        """Do what a page asks for."""
        if message.get("type") == "browser":
            if self._browser is not None:  # else somebody has signed out meanwhile
                self._browser.receive(message["message"])
        else:
            on_main_thread(lambda: self._do(message))

    def _do(self, message: Mapping[str, Any]) -> None:
        action = getattr(self, f"_on_{message.get('type')}", None)
        if action is not None:
            self._status.run(lambda: action(message))
        self._view.tell({"type": "done", "of": message.get("of")})

    def _on_ready(self, message: Mapping[str, Any]) -> None:
        self._tell_state()
        self._view.tell(self._status.message)
        if self._browser is not None:
            self._on_browse({})

    def _on_platform(self, message: Mapping[str, Any]) -> None:
        self._take_platform(self._cards[message["name"]], None)

    def _on_server(self, message: Mapping[str, Any]) -> None:
        self._form.take(message)
        self._view.tell(self._form.server())

    def _on_sandbox(self, message: Mapping[str, Any]) -> None:
        self._take_platform(self._cards[message["name"]], None)
        self._connect(None, True, {})

    def _on_connect(self, message: Mapping[str, Any]) -> None:
        if self._access.connected:
            return
        with self._status.showing("Connecting …"):
            self._form.take(message)
            values = self._form.sealed(message.get("values") or {})
            self._access.check_complete(values)
            url = self._form.chosen()
        self._connect(url, False, values, bool(message.get("remember")), bool(message.get("http")))

    def _on_sign_out(self, message: Mapping[str, Any]) -> None:
        self.sign_out()

    def _on_browse(self, message: Mapping[str, Any]) -> None:
        browser = self.browser
        self._view.tell({"type": "browse"})
        browser.receive({"type": "ready"})

    # -- what happens ---------------------------------------------------------------------------------------------

    def _take_platform(self, card: Platform, url: str | None) -> None:
        self._access, self._form = Access(card, self._options), Form(card, url)
        self._browser = None
        self._show_state()
        self._status.clear()

    def _connect_by_itself(self, url: str | None, sandbox: bool, given: dict[str, Any]) -> None:
        try:
            self._connect(url, sandbox, given)
        except NotLoggedIn:
            self._access.problem = ""
            self._status.show("note", "", "No credentials in environment, files or keyring.")
        except UsageError:
            if given:
                raise
        except BionbError:
            pass  # it stands in the status area, and .client tells it again

    def _connect(
        self,
        url: str | None,
        sandbox: bool,
        values: Mapping[str, Any],
        remember: bool = False,
        allow_http: bool = False,
    ) -> Client:
        card = self._access.card
        no_api = "A server is there, but not this platform's API: give its address alone, without the path of a page."
        hints: dict[type[BaseException], str] = {
            AuthenticationFailed: card.token_help,
            NotFound: no_api,
            InsecureConnection: "Or tick the box below the address, if the server is of your own network.",
        }
        with self._status.showing(f"Connecting to {card.label} …", hints):
            try:
                self._access.connect(url, sandbox, values, remember, allow_http)
            finally:
                self._show_state()
        return self.client

    # -- showing --------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        access = self._access
        self._tell_state()
        if access.connected:
            title = f"Connected to {access.card.label} {access.where} as {access.user}"
            self._status.show("good", title, self._warning(), access.note)
        self._view.save(self._picture())

    def _warning(self) -> str:
        """Return what a person should know of the server, once connected."""
        access = self._access
        if access.source == "sandbox":
            return "Invented data on this computer: try what you like."
        real = "" if is_loopback(access.client.url) else "What you create or delete there is real. "
        source = "as given here" if access.source == "argument" else f"from {access.source}"
        return f"{real}Credentials {source}."

    def _tell_state(self) -> None:
        cards = [{"name": card.name, "label": card.label} for card in self._cards.values()]
        self._view.tell({**self._form.state(), "cards": cards, "connected": self._access.connected})
