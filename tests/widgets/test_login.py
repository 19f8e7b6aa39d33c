"""Logging in: by itself where it can, by a form where it must, and never with a secret left behind."""

import sys
import types

import pytest

import bionb
from bionb.errors import NotLoggedIn, UnknownPlatform, UsageError
from bionb.sandbox.tokens import token_of
from tests.conftest import FIFTH

TOKEN = token_of("alice")


@pytest.fixture
def form(things_sandbox, page):
    """A form for the invented platform's server, and a page that shows it."""
    login = bionb.login("things", things_sandbox.url("things"))
    return login, page(login)


def fields(page):
    """The labels of the fields, those first that are not folded away."""
    return [(each["label"], each["first"]) for each in page.latest("form")["fields"]]


def connect(page, url=None, **values):
    """Press Connect with these values in the fields."""
    return page.do("connect", values=values, **({} if url is None else {"choice": "other", "url": url}))


def test_the_sandbox_needs_no_form(fifth_platform, page):
    """The first notebook runs from top to bottom without a person."""
    login = bionb.login("things", sandbox=True)

    assert "<Login: connected to Things as alice (sandbox)>" == repr(login)
    assert "alice" == login.client.whoami()
    assert "Connected to Things in the sandbox as alice" in login.status
    assert page(login).latest("form")["connected"]


def test_the_sandbox_is_a_button_of_its_own(fifth_platform, page):
    """Who wants to look around needs no account, and must not read a form to find that out."""
    login = bionb.login()
    shown = page(login)
    names = [card["name"] for card in shown.latest("form")["cards"]]
    assert list(bionb.platforms()) == names
    shown.do("sandbox", name="things")

    assert "<Login: connected to Things as alice (sandbox)>" == repr(login)


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
    with pytest.raises(NotLoggedIn):
        _ = form[0].browser


def test_one_field_by_default_and_the_other_ways_folded(page):
    """Three fields of which one is enough look like three that are demanded."""
    assert [("API token", True), ("User name", False), ("Password", False)] == fields(page(bionb.login("sodar")))
    assert [("User name", True), ("API key", True)] == fields(page(bionb.login("torrentsuite")))[:2]


def test_a_typed_token_connects_and_is_gone(form):
    """After the click the token is in nothing that is synchronised, told or saved."""
    login, page = form
    connect(page, token=f" {TOKEN}\n")

    assert "alice" == login.client.whoami()
    assert TOKEN not in page.state + repr(page.told) + repr(login) + str(login._repr_mimebundle_())


def test_a_refused_token_is_gone_too(form):
    """A mistyped token is often a right one of another server."""
    login, page = form
    connect(page, token="of-another-server")

    assert "of-another-server" not in page.state + repr(page.told)
    assert "does not accept these credentials (401)" in login.status
    assert "Invent a token." in login.status
    with pytest.raises(NotLoggedIn, match="401"):
        _ = login.client


@pytest.mark.parametrize("token", ["two\nlines", "späce", "in visible\u200b"])
def test_a_token_that_no_header_can_hold_is_refused_without_showing_it(form, token):
    """Libraries quote such a header in their error."""
    login, page = form
    connect(page, token=token)

    assert "copy it again" in login.status
    assert token not in page.state + repr(page.told)


def test_an_empty_form_says_what_is_missing(form, things_sandbox):
    """Nothing is sent, and the words are those of the form."""
    login, page = form
    connect(page)

    assert login.status.startswith("That did not work Fill in API token")
    assert [] == things_sandbox.received("things")


def test_the_url_of_a_page_instead_of_the_server_is_explained(things_sandbox):
    """People copy the address of the page they look at; "check the identifier" would be no help."""
    login = bionb.login("things", things_sandbox.url("things") + "/project/7", token=TOKEN)

    assert "give its address alone" in login.status


def test_a_dead_server_is_shown_and_the_form_stays(fifth_platform, page, clock):
    """An exception in a button's handler would go nowhere."""
    login = bionb.login("things", "http://127.0.0.1:9")
    shown = page(login)
    connect(shown, token=TOKEN)

    assert login.status.startswith("No answer Things at 127.0.0.1:9 could not be reached")
    assert not shown.latest("form")["connected"]
    assert TOKEN not in shown.state + repr(shown.told)


def test_an_interrupt_while_connecting_leaves_the_form_usable(form, monkeypatch):
    """A person who presses stop wants to change something and try again."""
    login, page = form

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("bionb.widgets.access.connect", interrupted)
        connect(page, token=TOKEN)
    assert login.status.startswith("Stopped")
    connect(page, token=TOKEN)

    assert login.status.startswith("Connected")
    assert TOKEN not in page.state + repr(page.told)


def test_plain_http_to_another_computer_needs_a_tick_that_says_what_it_means(fifth_platform, page, monkeypatch):
    """A server of one's own lab is no dead end; the network of a café is not chosen by accident."""
    login = bionb.login("things")
    shown = page(login)
    told = shown.do("server", choice="other", url="http://things.lab.example")[0]
    assert "whoever shares the network can read" in told["http"]
    connect(shown, "http://things.lab.example", token=TOKEN)
    assert login.status.startswith("Not sent, because it would not be safe")
    asked = []

    def connecting(*arguments, **options):
        asked.append((arguments[1], options["allow_http"]))
        raise bionb.BionbError("far enough")

    monkeypatch.setattr("bionb.widgets.access.connect", connecting)
    shown.do("connect", choice="other", url="http://things.lab.example", values={"token": TOKEN}, http=True)

    assert [("http://things.lab.example", True)] == asked
    assert "" == shown.do("server", choice="other", url="https://things.lab.example")[0]["http"]
    assert "" == shown.do("server", choice="other", url="http://127.0.0.1:8000")[0]["http"]


def test_the_host_is_shown_before_anything_is_typed(fifth_platform, page):
    """Outside this computer a person sees to whom the token will go."""
    home = page(bionb.login("things", "home")).latest("form")["server"]

    assert "Your credentials go to things.example.org and nowhere else." == home["words"]
    assert "" == page(bionb.login("things", "http://127.0.0.1:9")).latest("form")["server"]["words"]


@pytest.mark.parametrize(
    ("platform", "url", "where"),
    [
        ("sodar", "https://sodar.example.org/project/7", "https://sodar.example.org/tokens/"),
        ("sodar", "http://127.0.0.1:8000", "http://127.0.0.1:8000/tokens/"),
        ("sevenbridges", "cgc", "https://cgc.sbgenomics.com/developer"),
        ("sevenbridges", "https://bridges.example.org", ""),
        ("torrentsuite", "https://ion.example.org/home/", "https://ion.example.org/admin/tastypie/apikey/"),
        ("odm", "https://odm.example.org/", "https://odm.example.org/"),
        ("odm", "javascript:alert(1)", ""),
    ],
)
def test_the_page_on_which_a_token_is_made_is_linked(page, platform, url, where):
    """It is found from the server's address, so that nobody has to look for it."""
    assert where == page(bionb.login(platform, url)).latest("form")["server"]["page"]


def test_the_form_offers_known_servers_and_ones_own(fifth_platform, page):
    """Where none is known there is nothing to choose."""
    assert ["home", "other"] == [name for name, _ in page(bionb.login("things")).latest("form")["servers"]]
    assert [] == page(bionb.login("sodar")).latest("form")["servers"]


def test_an_own_server_needs_its_url(fifth_platform, page):
    """An empty address is noticed before a token is sent anywhere."""
    login = bionb.login("things")
    connect(page(login), "", token=TOKEN)

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
    login, page = form
    connect(page, token=TOKEN)
    client = login.client
    page.do("sign_out")

    assert "<Login: not connected to Things>" == repr(login)
    assert not page.latest("form")["connected"]
    with pytest.raises(bionb.BionbError, match="closed"):
        client.whoami()


def test_all_platforms_are_offered_and_switching_forgets(fifth_platform, page, tmp_path, monkeypatch):
    """What was found out for one platform must not stand in the form of another."""
    (tmp_path / "stuff").mkdir()
    card = (FIFTH / "things" / "__init__.py").read_text().replace("things", "stuff").replace("Things", "Stuff")
    (tmp_path / "stuff" / "__init__.py").write_text(card)
    monkeypatch.setattr(bionb.platforms, "__path__", [*bionb.platforms.__path__, str(tmp_path)])
    login = bionb.login()
    shown = page(login)
    shown.do("platform", name="things")
    connect(shown, "http://127.0.0.1:9", token="wrong")
    shown.do("platform", name="stuff")

    assert ("stuff", "") == (shown.latest("form")["platform"], login.status)
    assert "<Login: not connected to Stuff>" == repr(login)


def test_without_a_keyring_remembering_is_not_offered(form):
    """On Binder there is none, and a ticked box would lie."""
    assert not form[1].latest("form")["keyring"]


def test_browse_is_offered_once_connected(form):
    """The next step is one click away, and what was clicked is there for the next cell."""
    login, page = form
    connect(page, token=TOKEN)
    page.do("browse")
    inner = [each["message"] for each in page.told if each["type"] == "browser"]
    tree = next(each for each in inner if each["type"] == "tree")
    page.do("browser", message={"type": "select", "node": tree["window"]["lines"][0]["key"]})

    assert "t00000" == login.browser.selection.id
    page.do("sign_out")
    assert [] == page.do("browser", message={"type": "reload"})
    with pytest.raises(NotLoggedIn):
        _ = login.browser


def test_secrets_of_colab_are_a_source(things_sandbox, monkeypatch):
    """There a person keeps a token in the notebook's own safe, and the form need not ask."""
    kept = {"BIONB_THINGS_URL": things_sandbox.url("things"), "BIONB_THINGS_TOKEN": TOKEN}
    add_colab(monkeypatch, kept)
    login = bionb.login("things")

    assert "<Login: connected to Things as alice on this computer>" == repr(login)
    assert "Credentials from Colab's secrets." in login.status


@pytest.mark.parametrize("error", ["SecretNotFoundError", "NotebookAccessError", "TimeoutException"])
def test_secrets_of_colab_that_are_not_given_are_no_error(fifth_platform, monkeypatch, error):
    """A person may refuse a notebook its secrets, and most have none."""
    add_colab(monkeypatch, {}, error)

    assert "<Login: not connected to Things>" == repr(bionb.login("things"))


def add_colab(monkeypatch, kept, error="SecretNotFoundError"):
    """Make what Colab brings: a module that gives secrets by name, and raises errors of its own."""
    userdata = types.ModuleType("google.colab.userdata")
    for name in ("SecretNotFoundError", "NotebookAccessError", "TimeoutException"):
        setattr(userdata, name, type(name, (Exception,), {}))

    def get(name):
        if name not in kept:
            raise getattr(userdata, error)(name)
        return kept[name]

    userdata.get = get
    colab = types.ModuleType("google.colab")
    colab.userdata = userdata
    google = types.ModuleType("google")
    google.colab = colab
    for name, module in (("google", google), ("google.colab", colab), ("google.colab.userdata", userdata)):
        monkeypatch.setitem(sys.modules, name, module)


def test_a_server_text_cannot_run_in_what_is_saved(things_sandbox, monkeypatch):
    """User names are chosen by users; the page sets all words as text."""
    client = bionb.registry.platform_card("things").load_client()
    monkeypatch.setattr(client, "whoami", lambda self: "<script>alert(1)</script>")
    login = bionb.login("things", things_sandbox.url("things"), token=TOKEN)
    saved = login._repr_mimebundle_()["text/html"]

    assert "<script" not in saved
    assert "&lt;script&gt;" in saved
