"""Logging in: by itself where it can, by a form where it must, and never with a secret left behind."""

import ipywidgets
import pytest

import bionb
from bionb.errors import NotLoggedIn, UnknownPlatform, UsageError
from bionb.sandbox.tokens import token_of
from tests.conftest import FIFTH

TOKEN = token_of("alice")


@pytest.fixture
def form(things_sandbox, face):
    """A form for the invented platform's server, and its face."""
    login = bionb.login("things", things_sandbox.url("things"))
    return login, face(login)


def test_the_sandbox_needs_no_form(fifth_platform, face):
    """The first notebook runs from top to bottom without a person."""
    login = bionb.login("things", sandbox=True)

    assert "<Login: connected to Things as alice (sandbox)>" == repr(login)
    assert "alice" == login.client.whoami()
    assert "Connected to Things in the sandbox as alice" in face(login).html


def test_credentials_of_the_environment_are_used_and_named(things_sandbox, monkeypatch):
    """A person must see which of several tokens is in use."""
    monkeypatch.setenv("BIONB_THINGS_URL", things_sandbox.url("things"))
    monkeypatch.setenv("BIONB_THINGS_TOKEN", TOKEN)
    login = bionb.login("things")

    assert "<Login: connected to Things as alice on this computer>" == repr(login)
    assert "Credentials from environment." in login.status


def test_connected_means_that_one_real_request_succeeded(things_sandbox):
    """A form that says "connected" to a dead address is worse than none; a second request would be waste."""
    bionb.login("things", things_sandbox.url("things"), token=TOKEN)

    assert ["/me"] == [each.path for each in things_sandbox.received("things")]


def test_before_logging_in_the_client_says_what_to_do(form):
    """The next cell must not fail with an AttributeError."""
    with pytest.raises(NotLoggedIn, match=r"press Connect, or .*sandbox=True"):
        _ = form[0].client


def test_a_typed_token_connects_and_is_gone(form):
    """After the click the token is in no field and in nothing that a front end could save."""
    login, face = form
    field = face.field("API token")
    field.value = f" {TOKEN}\n"
    face.press("Connect")

    assert "alice" == login.client.whoami()
    assert "" == field.value
    assert TOKEN not in face.state + repr(login) + str(login._repr_mimebundle_())


def test_enter_in_the_token_field_connects(form):
    """The front end tells of the Enter key first and of the value then."""
    login, face = form
    field = face.field("API token")
    field._handle_custom_msg({"event": "submit"}, [])
    assert "<Login: not connected to Things>" == repr(login)
    field.value = TOKEN

    assert "alice" == login.client.whoami()
    assert TOKEN not in face.state


def test_enter_in_a_field_that_has_its_value_connects(form):
    """After leaving the field and coming back no value follows."""
    login, face = form
    field = face.field("API token")
    field.value = TOKEN
    field._handle_custom_msg({"event": "submit"}, [])

    assert "alice" == login.client.whoami()


def test_leaving_a_field_sends_nothing(form, things_sandbox):
    """Only Enter and the button do."""
    form[1].field("API token").value = TOKEN

    assert [] == things_sandbox.received("things")


def test_a_refused_token_is_gone_too(form):
    """A mistyped token is often a right one of another server."""
    login, face = form
    face.field("API token").value = "of-another-server"
    face.press("Connect")

    assert "" == face.field("API token").value
    assert "of-another-server" not in face.state
    assert "does not accept these credentials (401)" in face.html
    assert "Invent a token." in login.status
    with pytest.raises(NotLoggedIn, match="401"):
        _ = login.client


@pytest.mark.parametrize("token", ["two\nlines", "späce", "in visible\u200b"])
def test_a_token_that_no_header_can_hold_is_refused_without_showing_it(form, token):
    """Libraries quote such a header in their error."""
    login, face = form
    face.field("API token").value = token
    face.press("Connect")

    assert "copy it again" in login.status
    assert token not in face.state
    assert "" == face.field("API token").value


def test_an_empty_form_says_what_is_missing(form, things_sandbox):
    """Nothing is sent, and the words are those of the form."""
    login, face = form
    face.press("Connect")

    assert login.status.startswith("This does not work so Fill in API token")
    assert [] == things_sandbox.received("things")


def test_the_url_of_a_page_instead_of_the_server_is_explained(things_sandbox):
    """People copy the address of the page they look at; "check the identifier" would be no help."""
    login = bionb.login("things", things_sandbox.url("things") + "/project/7", token=TOKEN)

    assert "give its address alone" in login.status


def test_a_dead_server_is_shown_and_the_form_stays(fifth_platform, face, clock):
    """An exception in a button's handler would go nowhere."""
    login = bionb.login("things", "http://127.0.0.1:9")
    face(login).field("API token").value = TOKEN
    face(login).press("Connect")

    assert login.status.startswith("No answer Things at 127.0.0.1:9 could not be reached")
    assert not face(login).field("Connect").disabled
    assert TOKEN not in face(login).state


def test_an_interrupt_while_connecting_leaves_the_form_usable(form, monkeypatch):
    """A person who presses stop wants to change something and try again."""
    login, face = form

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("bionb.widgets.access.connect", interrupted)
    face.field("API token").value = TOKEN
    face.press("Connect")

    assert login.status.startswith("Stopped")
    assert not face.field("Connect").disabled
    assert TOKEN not in face.state


def test_plain_http_to_another_computer_is_refused(fifth_platform, face):
    """The token would be readable on the way."""
    login = bionb.login("things", "http://things.example.org")
    face(login).field("API token").value = TOKEN
    face(login).press("Connect")

    assert login.status.startswith("Not sent, because it would not be safe")


def test_the_host_is_shown_before_anything_is_typed(fifth_platform, face):
    """Outside this computer a person sees to whom the token will go."""
    assert "go to things.example.org and nowhere else" in face(bionb.login("things", "home")).html
    assert "nowhere else" not in face(bionb.login("things", "http://127.0.0.1:9")).html


def test_the_form_offers_environments_own_servers_and_the_sandbox(fifth_platform, face):
    """Choosing the sandbox in the form needs no token."""
    login = bionb.login("things")
    choice = face(login).field("Server")

    assert ["home", "other", "sandbox"] == [value for _, value in choice.options]
    choice.value = "sandbox"
    face(login).press("Connect")
    assert "<Login: connected to Things as alice (sandbox)>" == repr(login)


def test_an_own_server_needs_its_url(fifth_platform, face):
    """An empty address is noticed before a token is sent anywhere."""
    login = bionb.login("things")
    face(login).field("Server").value = "other"
    face(login).field("API token").value = TOKEN
    face(login).press("Connect")

    assert "Fill in the URL of your Things server" in login.status


def test_a_wrong_argument_is_the_callers_mistake(fifth_platform):
    """What cannot be right is raised, not shown in a form."""
    with pytest.raises(UsageError, match="does not know tokn: it takes token"):
        bionb.login("things", "home", tokn="x")
    with pytest.raises(UsageError, match="Name the platform"):
        bionb.login(token=TOKEN)
    with pytest.raises(UnknownPlatform, match="did you mean 'things'"):
        bionb.login("thing")


def test_a_failed_login_by_arguments_is_shown_and_told_again(things_sandbox):
    """Run All must stop at the first use of the client, with the reason."""
    login = bionb.login("things", things_sandbox.url("things"), token="wrong")

    assert repr(login).startswith('<Login: not connected to Things: Things answered 401 to "ask who I am"')
    with pytest.raises(NotLoggedIn, match="answered 401"):
        _ = login.client


def test_credentials_of_another_server_are_not_sent(things_sandbox, monkeypatch):
    """A token in the environment belongs to the URL beside it."""
    monkeypatch.setenv("BIONB_THINGS_URL", "https://things.example.org")
    monkeypatch.setenv("BIONB_THINGS_TOKEN", TOKEN)
    login = bionb.login("things", things_sandbox.url("things"))

    assert "are not sent to" in login.status
    assert [] == things_sandbox.received("things")


def test_signing_out_closes_the_client(form):
    """A client kept in another variable must not go on working."""
    login, face = form
    face.field("API token").value = TOKEN
    face.press("Connect")
    client = login.client
    face.press("Sign out")

    assert "<Login: not connected to Things>" == repr(login)
    with pytest.raises(bionb.BionbError, match="closed"):
        client.whoami()


def test_all_platforms_are_offered_and_switching_empties_the_fields(fifth_platform, face, tmp_path, monkeypatch):
    """A token typed for one platform must not wait in the form of another."""
    (tmp_path / "stuff").mkdir()
    card = (FIFTH / "things" / "__init__.py").read_text().replace("things", "stuff").replace("Things", "Stuff")
    (tmp_path / "stuff" / "__init__.py").write_text(card)
    monkeypatch.setattr(bionb.platforms, "__path__", [*bionb.platforms.__path__, str(tmp_path)])
    login = bionb.login()
    choice = face(login).field("Platform")
    cards = {card.name: card for _, card in choice.options}
    choice.value = cards["things"]
    face(login).field("API token").value = TOKEN
    choice.value = cards["stuff"]
    choice.value = cards["things"]

    assert "" == face(login).field("API token").value
    assert TOKEN not in face(login).state
    assert "<Login: not connected to Things>" == repr(login)


def test_without_a_keyring_remembering_is_not_offered(form):
    """On Binder there is none, and a ticked box would lie."""
    assert form[1].all(ipywidgets.Checkbox)[0].disabled


def test_a_server_text_cannot_run_in_the_page(things_sandbox, monkeypatch, face):
    """User names are chosen by users."""
    client = bionb.registry.platform_card("things").load_client()
    monkeypatch.setattr(client, "whoami", lambda self: "<script>alert(1)</script>")
    login = bionb.login("things", things_sandbox.url("things"), token=TOKEN)

    assert "<script" not in face(login).html
    assert "&lt;script&gt;" in face(login).html
