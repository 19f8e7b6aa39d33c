"""The login form: made from a platform's card, and filled in only when nothing else gives the credentials."""

from __future__ import annotations

from typing import Any

import ipywidgets
from ipywidgets import Layout

from bionb import credentials as keeping
from bionb.address import is_loopback
from bionb.errors import AuthenticationFailed, BionbError, NotFound, NotLoggedIn, UsageError
from bionb.protocol import Client, Platform
from bionb.registry import platform_card, platforms
from bionb.secret import Secret, sealed, shown
from bionb.widgets import looks
from bionb.widgets.access import Access
from bionb.widgets.server import ServerChoice, row
from bionb.widgets.status import Status


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


class Login:
    """The widget that `login` returns.

    Attributes
    ----------
    client : Client
        The client of whoever is logged in.
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
        self._options, self._status = options, Status()
        cards = [platform_card(name) for name in ([platform] if platform else platforms())]
        self._build(cards)
        self._enter = False
        self._take_platform(cards[0], url, sandbox)
        if platform:
            self._connect_by_itself(url, sandbox, given)

    # -- what a notebook uses -------------------------------------------------------------------------------------

    @property
    def client(self) -> Client:
        """The client; raises `NotLoggedIn` with the way on while there is none."""
        return self._access.client

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
        values = sealed(credentials, sent=False)
        card = self._access.card
        no_api = "A server is there, but not this platform's API: give its address alone, without the path of a page."
        hints: dict[type[BaseException], str] = {AuthenticationFailed: card.token_help, NotFound: no_api}
        with self._status.showing(f"Connecting to {card.label} …", hints):
            self._connect.disabled = True
            try:
                self._access.connect(url, sandbox, values, bool(self._remember.value))
            finally:
                self._connect.disabled = False
                self._show_state()
        return self.client

    def sign_out(self) -> None:
        """Close the client, forget the credentials, and show the form again."""
        self._access.sign_out()
        self._show_state()
        self._status.show("note", "Signed out", "The client is closed and its credentials are forgotten.")

    def __repr__(self) -> str:
        return f"<Login: {self._access!r}>"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return {**self._card._repr_mimebundle_(**options), "text/plain": repr(self)}

    # -- what it is made of ---------------------------------------------------------------------------------------

    def _build(self, cards: list[Platform]) -> None:
        self._title = ipywidgets.HTML()
        names = [(card.label, card) for card in cards]
        self._platform = ipywidgets.Dropdown(description="Platform", options=names, **row())
        self._platform.layout.display = "none" if len(cards) == 1 else None
        self._server = ServerChoice()
        self._fields = ipywidgets.VBox(layout=Layout(width="auto"))
        self._ways = ipywidgets.HTML(layout=Layout(width="auto", margin="0 0 0 148px"))
        usable = keeping.keyring_usable()
        self._remember = ipywidgets.Checkbox(
            description="Remember in the system keyring" if usable else "Remember (there is no keyring here)",
            disabled=not usable,
            indent=False,
            layout=Layout(width="auto", margin="2px 2px 2px 148px"),
        )
        self._connect = ipywidgets.Button(description="Connect", button_style="primary")
        self._sign_out = ipywidgets.Button(description="Sign out")
        self._form = ipywidgets.VBox(
            [self._platform, self._server.box, self._fields, self._ways, self._remember], layout=Layout(width="auto")
        )
        self._buttons = ipywidgets.HBox([self._connect, self._sign_out])
        self._card = ipywidgets.VBox(
            layout=Layout(width="540px", max_width="100%", border=looks.BORDER, padding="12px"),
        )
        self._platform.observe(lambda change: self._take_platform(change["new"], None, False), "value")
        self._connect.on_click(self._status.callback(self._submit))
        self._sign_out.on_click(self._status.callback(self.sign_out))

    def _take_platform(self, card: Platform, url: str | None, sandbox: bool) -> None:
        self._access = Access(card, self._options)
        self._server.offer(card, url, sandbox)
        for field in self._fields.children:
            field.value = ""
            field.close()
        self._fields.children = [self._field(each.label, each.secret) for each in card.login_fields]
        self._ways.value = looks.faint(self._access.ways()) if card.ways[1:] else ""
        self._show_state()
        self._status.show("note", "", card.token_help)

    def _field(self, label: str, secret: bool) -> Any:
        kind = ipywidgets.Password if secret else ipywidgets.Text
        # Without continuous_update=False each key stroke would be kept by the front end, and could be saved.
        field = kind(description=label, continuous_update=False, **row())
        field.on_msg(self._entered)
        field.observe(self._changed, "value")
        return field

    # -- what happens ---------------------------------------------------------------------------------------------

    def _connect_by_itself(self, url: str | None, sandbox: bool, given: dict[str, Any]) -> None:
        try:
            self.connect(url, sandbox=sandbox, **given)
        except NotLoggedIn:
            self._access.problem = ""
            help_text = self._access.card.token_help
            self._status.show("note", "", "No credentials in environment, files or keyring. " + help_text)
        except UsageError:
            if given:
                raise
        except BionbError:
            pass  # it stands in the status area, and .client tells it again

    def _take_values(self) -> dict[str, Secret]:
        """Read the fields, and empty the secret ones whatever comes of it."""
        texts = {}
        for each, field in zip(self._access.card.login_fields, self._fields.children, strict=True):
            texts[each] = field.value.strip()
            if each.secret:
                field.value = ""
        return {each.name: each.sealed(text, each.label) for each, text in texts.items() if text}

    def _entered(self, field: Any, content: Any, _: Any) -> None:
        """Take the Enter key for the Connect button. The front end tells of the key before it sends the value."""
        if content.get("event") == "submit":
            self._enter = True
            if field.value:
                self._status.callback(self._submit_if_complete)(None)

    def _changed(self, change: Any) -> None:
        if self._enter and change["new"]:
            self._enter = False
            self._status.callback(self._submit_if_complete)(None)

    def _submit_if_complete(self) -> None:
        filled = [
            each.name
            for each, field in zip(self._access.card.login_fields, self._fields.children, strict=True)
            if field.value
        ]
        if self._server.sandbox or self._access.card.suffices(dict.fromkeys(filled)):
            self._submit()

    def _submit(self) -> None:
        if self._access.connected:
            return
        with self._status.showing("Connecting …"):
            values = self._take_values()
            if not self._server.sandbox:
                self._access.check_complete(values)
            url = self._server.chosen()
        self.connect(url, sandbox=self._server.sandbox, **values)

    def _show_state(self) -> None:
        access = self._access
        self._connect.layout.display = "none" if access.connected else None
        self._sign_out.disabled = not access.connected
        self._buttons.layout.margin = "4px 0 0 0" if access.connected else "4px 0 0 146px"
        self._title.value = looks.heading(access.card.label if access.connected else f"Log in to {access.card.label}")
        if not access.connected:
            self._card.children = [self._title, self._form, self._buttons, self._status.html]
            return
        self._card.children = [self._title, self._status.html, self._buttons]
        title = f"Connected to {access.card.label} {access.where} as {access.user}"
        if access.source == "sandbox":
            more = "Invented data on this computer: try what you like."
        else:
            real = "" if is_loopback(access.client.url) else "What you create or delete there is real. "
            source = "as given here" if access.source == "argument" else f"from {access.source}"
            more = f"{real}Credentials {source}."
        self._status.show("good", title, more, access.note)
