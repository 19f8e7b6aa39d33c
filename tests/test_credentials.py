"""Secrets that never show themselves, and whose credentials are used where."""

import copy
import io
import json
import logging
import pickle

import pytest
from IPython.core.ultratb import VerboseTB

import bionb
from bionb import credentials
from bionb.address import origin
from bionb.credentials import find_credentials
from bionb.errors import NotLoggedIn, UsageError
from bionb.protocol import Found, LoginField, Platform
from bionb.secret import Secret

HERE, THERE = "https://here.example.org", "https://there.example.org"
LONG = "an-invented-token-of-good-length"


def platform(*official, default_url=None, extras=()):
    """Return the card of a platform whose official client has these findings."""
    return Platform(
        name="test",
        label="Test",
        login_fields=(
            LoginField("token", "Token"),
            LoginField("username", "User", secret=False),
            LoginField("password", "Password"),
        ),
        ways=(("token",), ("username", "password")),
        token_help="Invent one.",
        client="",
        sandbox="",
        default_url=default_url,
        extras=extras,
        official=lambda profile: [each for each in official if profile in (None, each.source)],
    )


@pytest.fixture
def keyring_of():
    """Give the test a keyring in memory; None for one that refuses everything."""
    keyring = pytest.importorskip("keyring", reason="the optional package keyring is not installed")
    from keyring.backend import KeyringBackend
    from keyring.errors import KeyringError, PasswordDeleteError

    class Memory(KeyringBackend):
        priority = 5

        def __init__(self, kept):
            super().__init__()
            self.kept = kept

        def get_password(self, service, username):
            self._check()
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self._check()
            self.kept[service, username] = password

        def delete_password(self, service, username):
            self._check()
            if self.kept.pop((service, username), None) is None:
                raise PasswordDeleteError("not there")

        def _check(self):
            if self.kept is None:
                raise KeyringError("locked")

    def use(kept):
        keyring.set_keyring(Memory(kept))
        return keyring.get_keyring()

    before = keyring.get_keyring()
    yield use
    keyring.set_keyring(before)


# -- secrets ------------------------------------------------------------------------------------------------------


def test_a_secret_shows_itself_nowhere():
    """Whatever way of printing somebody finds."""
    secret = Secret(LONG)
    ways = [str(secret), repr(secret), f"{secret}", f"{secret:>60}", "%s" % secret, "{0!r}".format(secret)]  # noqa: UP030, UP031, UP032
    ways += [repr([secret]), repr({"token": secret}), repr(Found("x", None, {"token": secret}))]

    assert not any(LONG in each for each in ways)
    assert "Secret(…ngth)" == repr(secret)
    assert "Secret(…)" == repr(Secret("short"))


def test_a_secret_is_not_logged(caplog):
    """Logging formats its arguments."""
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("any").debug("logging in with %s and %r", Secret(LONG), {"token": Secret(LONG)})
    assert LONG not in caplog.text


@pytest.mark.parametrize("way", [pickle.dumps, copy.deepcopy, copy.copy, json.dumps])
def test_a_secret_is_neither_copied_nor_stored(way):
    """A file with a token in it is found by others."""
    with pytest.raises(TypeError):
        way(Secret(LONG))


def test_a_secret_has_no_attributes_to_look_into():
    """Inspectors list __dict__."""
    assert not hasattr(Secret(LONG), "__dict__")


@pytest.mark.parametrize(
    "text", ["two\nlines", "carriage\rreturn", "tab\tbed", "nul\0", "späce", "zero\u200bwidth", "“quoted”"]
)
def test_what_no_header_can_hold_is_refused_without_being_quoted(text):
    """Requests would quote the header in its error."""
    with pytest.raises(UsageError, match="The token holds a line end or another character") as caught:
        Secret(text)
    assert text not in str(caught.value)
    *_, inner = caught.traceback
    assert text not in map(str, inner.locals.values())


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_secret_is_told_by_its_name(text):
    """An unset variable of a notebook must not end as a 401."""
    with pytest.raises(UsageError, match="The password is empty"):
        Secret(text, "password")


def test_equal_secrets_are_equal():
    """Two clients of one account can be recognised."""
    assert Secret(" x ") == Secret("x")
    assert 1 == len({Secret("x"), Secret("x")})
    assert Secret("x") != "x"


# -- sources ------------------------------------------------------------------------------------------------------


def test_the_order_of_sources(monkeypatch, keyring_of):
    """Argument, environment, official client, keyring: the more explicit one wins."""
    official = Found("official file", HERE, {"token": Secret("of-official")})
    card = platform(official)
    keyring_of({(credentials.keyring_service("test", HERE), "token"): "of-keyring"})

    def found(**given):
        result = find_credentials(card, HERE, given)
        return result.source, result.values["token"].reveal()

    monkeypatch.setenv("BIONB_TEST_URL", HERE)
    monkeypatch.setenv("BIONB_TEST_TOKEN", "of-environment")
    assert ("argument", "given") == found(token="given")
    assert ("environment", "of-environment") == found()
    monkeypatch.delenv("BIONB_TEST_TOKEN")
    assert ("official file", "of-official") == found()
    card = platform()
    assert ("keyring", "of-keyring") == found()


def test_nothing_anywhere_says_all_ways():
    """Including the one without an account."""
    with pytest.raises(NotLoggedIn) as caught:
        find_credentials(platform(), HERE, {})
    for way in (
        "token= (or username= and password=)",
        "BIONB_TEST_URL",
        "BIONB_TEST_TOKEN",
        "login('test')",
        "sandbox=True",
    ):
        assert way in str(caught.value)


def test_a_profile_is_asked_of_the_official_file_alone(monkeypatch):
    """Who names a profile does not want the environment's token."""
    monkeypatch.setenv("BIONB_TEST_URL", HERE)
    monkeypatch.setenv("BIONB_TEST_TOKEN", "of-environment")
    work = Found("work", THERE, {"token": Secret("of-work")})

    assert ("work", THERE) == (find_credentials(platform(work), None, {}, "work").source, work.url)


# -- the origin rule ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        THERE,
        "http://here.example.org",
        HERE + ":8443",
        "https://here.example.org.evil.example",
        "https://xhere.example.org",
    ],
)
def test_found_credentials_go_to_no_other_origin(monkeypatch, asked):
    """A notebook from elsewhere may name any URL; the token in the environment is not for it."""
    monkeypatch.setenv("BIONB_TEST_URL", HERE)
    monkeypatch.setenv("BIONB_TEST_TOKEN", LONG)
    with pytest.raises(UsageError, match="are not sent to") as caught:
        find_credentials(platform(), asked, {})

    assert LONG not in str(caught.value)
    assert "BIONB_TEST_URL" in str(caught.value)


@pytest.mark.parametrize("asked", [HERE, HERE + "/", HERE + ":443/sub", "https://HERE.example.org"])
def test_the_same_origin_may_be_written_in_several_ways(monkeypatch, asked):
    """Slash, port and case do not make another server."""
    monkeypatch.setenv("BIONB_TEST_URL", HERE)
    monkeypatch.setenv("BIONB_TEST_TOKEN", LONG)
    assert asked == find_credentials(platform(), asked, {}).url


def test_credentials_without_a_url_are_not_sent_anywhere(monkeypatch):
    """A token alone belongs to nobody knows whom."""
    monkeypatch.setenv("BIONB_TEST_TOKEN", LONG)
    with pytest.raises(UsageError, match=r"environment \(without a URL\) are not sent to https://here"):
        find_credentials(platform(), HERE, {})
    with pytest.raises(UsageError, match="a server they do not name"):
        find_credentials(platform(), None, {})


def test_a_later_source_of_the_right_server_is_used(monkeypatch):
    """The environment may hold another server's token than the file."""
    monkeypatch.setenv("BIONB_TEST_URL", THERE)
    monkeypatch.setenv("BIONB_TEST_TOKEN", "of-there")
    official = Found("file", HERE, {"token": Secret("of-here")})

    assert "file" == find_credentials(platform(official), HERE, {}).source


def test_a_given_token_goes_to_the_url_of_the_environment(monkeypatch):
    """The usual way in a notebook: the URL is set up, the token is typed."""
    monkeypatch.setenv("BIONB_TEST_URL", HERE)
    assert HERE == find_credentials(platform(), None, {"token": "given"}).url
    monkeypatch.delenv("BIONB_TEST_URL")
    assert THERE == find_credentials(platform(default_url=THERE), None, {"token": "given"}).url
    with pytest.raises(UsageError, match="Which Test server"):
        find_credentials(platform(), None, {"token": "given"})


@pytest.mark.parametrize("cell", ["connect('sodar')", "connect('sevenbridges')", "client.create_token(*take())"])
def test_a_spoiled_secret_is_in_no_verbose_traceback(monkeypatch, cell):
    """A token that was copied with a line end inside is still a token."""
    for name in ("BIONB_SODAR_TOKEN", "SB_AUTH_TOKEN"):
        monkeypatch.setenv(name, "hidden-word\n2")
    client = bionb.connect("sodar", "https://sodar.example.org", token="0123456789")
    try:
        exec(cell, {"connect": bionb.connect, "client": client, "take": lambda: ("alice", "hidden-word\n2")})
    except UsageError as error:
        out = io.StringIO()
        VerboseTB(theme_name="nocolor", ostream=out).handler((type(error), error, error.__traceback__.tb_next))

    assert "line end" in out.getvalue()
    assert "hidden-word" not in out.getvalue()


def test_incomplete_and_unknown_arguments_are_told():
    """Half a pair must not be completed from another source."""
    with pytest.raises(UsageError, match=r"pass token= \(or username= and password=\); given: username"):
        find_credentials(platform(), HERE, {"username": "alice"})
    with pytest.raises(UsageError, match="does not know api_key, tokn: it takes token, username, password"):
        find_credentials(platform(), HERE, {"tokn": "x", "api_key": "y"})
    with pytest.raises(UsageError, match="The token is empty"):
        find_credentials(platform(), HERE, {"token": ""})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.org", "https://a.org:443"),
        ("http://a.org:80/x", "http://A.org"),
        ("https://[::1]:1", "https://[::1]:1/"),
    ],
)
def test_equal_origins(one, other):
    """Scheme, host and port, nothing else."""
    assert origin(one) == origin(other)


# -- the keyring --------------------------------------------------------------------------------------------------


def test_what_was_remembered_is_found_again_for_that_server_only(keyring_of):
    """The tick box of the login form."""
    keyring_of({})
    assert credentials.keyring_usable()
    assert credentials.remember(platform(), HERE, {"username": Secret("alice"), "password": Secret("word")})

    found = find_credentials(platform(), HERE + "/", {})
    assert ("keyring", "word") == (found.source, found.values["password"].reveal())
    with pytest.raises(NotLoggedIn):
        find_credentials(platform(), THERE, {})
    credentials.forget(platform(), HERE)
    with pytest.raises(NotLoggedIn):
        find_credentials(platform(), HERE, {})


def test_a_locked_keyring_is_as_good_as_none(keyring_of):
    """Its failure must not be the user's."""
    keyring_of(None)
    assert not credentials.remember(platform(), HERE, {"token": Secret("x")})
    credentials.forget(platform(), HERE)
    with pytest.raises(NotLoggedIn):
        find_credentials(platform(), HERE, {})


def test_remembering_in_the_form_and_signing_out(keyring_of, things_sandbox):
    """The next notebook logs in by itself, until somebody signs out."""
    kept = keyring_of({}).kept
    url, given = things_sandbox.url("things"), things_sandbox.credentials("things")
    login = bionb.login("things", url)
    login.receive({"type": "connect", "values": given, "remember": True})

    assert list(given.values()) == list(kept.values())
    assert "from keyring" in bionb.login("things", url).status
    login.sign_out()
    assert {} == kept


# -- what is given beside the credentials -------------------------------------------------------------------------

DOOR = (LoginField("door_url", "Door", secret=False, sent=False), LoginField("door_password", "Key", sent=False))


def beside(monkeypatch, server, given, **environment):
    """What stands beside the token after a look at arguments and environment."""
    for name, value in environment.items():
        monkeypatch.setenv(f"BIONB_TEST_{name.upper()}", value)
    found = find_credentials(platform(extras=DOOR), server, given).values
    return {name: each.reveal() for name, each in found.items() if name.startswith("door")}


def test_what_is_given_beside_logs_nobody_in(monkeypatch):
    """It is an argument or a variable of its own, whatever the credentials come from."""
    token, door = {"token": "x"}, {"door_url": THERE}

    assert door == beside(monkeypatch, HERE, {**token, **door})
    with pytest.raises(NotLoggedIn):
        beside(monkeypatch, HERE, door)
    assert door == beside(monkeypatch, HERE, token, **door)
    assert {**door, "door_password": "y"} == beside(monkeypatch, HERE, {**token, "door_password": "y"})
    assert door == beside(monkeypatch, None, {}, url=HERE, token="z")


def test_a_variable_for_another_server_is_not_used(monkeypatch):
    """The token of one site must not reach the door of another."""
    assert {} == beside(monkeypatch, HERE, {"token": "x"}, url=THERE, door_url=THERE)


def test_a_found_password_is_not_sent_to_a_given_door(monkeypatch):
    """It was meant for the door that stands beside it in the environment."""
    found = beside(monkeypatch, HERE, {"token": "x", "door_url": HERE}, door_url=THERE, door_password="y")

    assert {"door_url": HERE} == found
