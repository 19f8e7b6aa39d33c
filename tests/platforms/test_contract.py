"""What every platform keeps to, so that widgets, notebooks and people can rely on it.

The suite runs over all platforms there are, and over an invented one: a new folder is all that it takes to be tested.
"""

import ast
import io
import itertools
import json
import os
import pathlib
import pickle
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
import requests
from IPython.core.ultratb import VerboseTB

import bionb
import bionb.platforms
from bionb.errors import (
    AuthenticationFailed,
    BionbError,
    ConnectionFailed,
    InsecureConnection,
    ServerFailed,
    SessionClosed,
    UnexpectedResponse,
    UsageError,
)
from bionb.protocol import Node
from bionb.registry import platform_card
from tests.conftest import FIFTH, add_fifth_platform
from tests.missing import missing

PACKAGE = pathlib.Path(bionb.__file__).parent
PLATFORMS = bionb.platforms()
HISTORY = ["method", "path", "status", "ms", "bytes", "retries", "started", "call"]


def cases():
    """Give each platform with each generation of its servers."""
    for name in PLATFORMS:
        for generation in platform_card(name).load_sandbox().generations or [None]:
            yield pytest.param((name, generation), id=f"{name}-{generation}" if generation else name)
    yield pytest.param(("things", None), id="things")


@pytest.fixture(scope="module", params=cases())
def case(request):
    """Return the name of a platform and the generation of its server."""
    with pytest.MonkeyPatch.context() as patch:
        add_fifth_platform(patch)
        yield request.param


@pytest.fixture(scope="module")
def name(case):
    """Return the name of each platform."""
    return case[0]


@pytest.fixture(scope="module")
def server(case):
    """Run the platform's sandbox, one for all tests."""
    with bionb.start_sandbox(case[0], generation=case[1]) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server):
    """Return the sandbox as it is at the start."""
    return server.reset()


@pytest.fixture
def credentials(sandbox, name):
    """Return the credentials of the sandbox's first user."""
    return sandbox.credentials(name)


@pytest.fixture
def client(sandbox, name, credentials):
    """Return a client of the first user."""
    with bionb.connect(name, sandbox.url(name), **credentials) as client:
        yield client


def secrets_of(name, credentials):
    """Return the texts that must be seen nowhere."""
    return [
        credentials[each.name] for each in platform_card(name).login_fields if each.secret and each.name in credentials
    ]


def reachable(client, deep=4, wide=2):
    """Give nodes from the top down, the first few of each place."""
    level = client.roots().first(wide)
    for _ in range(deep):
        yield from level
        level = [below for node in level if not node.leaf for below in client.children(node).first(wide)]


# -- the card -----------------------------------------------------------------------------------------------------


def test_the_card_is_complete(name):
    """The login form, error messages and environment variables are made from it."""
    card = platform_card(name)

    assert name == card.name
    assert card.label
    assert card.ways
    assert len(card.login_fields) == len(set(card.field_names()))
    assert {field for way in card.ways for field in way} <= set(card.field_names())
    assert any(field.secret for field in card.login_fields)
    assert card.token_help.endswith(".")
    assert all(url.startswith("https://") for url in [*card.environments.values(), card.default_url or "https://"])


def test_looking_at_a_card_loads_nothing_heavy(name):
    """The login form lists all platforms; it must not load all their clients."""
    code = (
        f"import sys, bionb.platforms; bionb.platforms.__path__.append({str(FIFTH)!r}); "
        f"bionb.registry.platform_card({name!r}); "
        "print(*{'requests', 'pandas', 'flask', 'altamisa', 'matplotlib', 'ipywidgets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert "" == done.stdout.strip()


# -- logging in ---------------------------------------------------------------------------------------------------


def test_every_user_of_the_sandbox_can_log_in_and_is_another_one(sandbox, name):
    """Lessons on rights need users with different rights."""
    names = []
    for user in sandbox.users(name):
        with bionb.connect(name, sandbox.url(name), **sandbox.credentials(name, user)) as client:
            names.append(client.whoami())

    assert all(isinstance(each, str) and each for each in names)
    assert len(names) == len(set(names))


def test_wrong_credentials_are_told_in_one_line_without_them(sandbox, name, credentials):
    """The commonest mistake of all."""
    wrong = {key: f"wrong-{value[::-1]}" for key, value in credentials.items()}
    with bionb.connect(name, sandbox.url(name), **wrong) as client, pytest.raises(AuthenticationFailed) as caught:
        client.whoami()

    assert 401 == caught.value.status
    assert platform_card(name).label in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not any(secret in str(vars(caught.value)) + str(caught.value) for secret in wrong.values())


def test_credentials_in_the_environment_are_found(sandbox, name, credentials, monkeypatch):
    """A notebook without any secret in it is the safest one."""
    card = platform_card(name)
    monkeypatch.setenv(card.variable("url"), sandbox.url(name))
    for key, value in credentials.items():
        monkeypatch.setenv(card.variable(key), value)
    with bionb.connect(name) as client:
        assert "environment" == client.source
        assert client.whoami()


def test_the_sandbox_ignores_the_environment(name, monkeypatch):
    """A learner's first notebook must not reach a real server by accident."""
    card = platform_card(name)
    monkeypatch.setenv(card.variable("url"), "https://real.example.org")
    for field in card.field_names():
        monkeypatch.setenv(card.variable(field), "of-the-real-server")
    with bionb.connect(name, sandbox=True) as client:
        assert ("sandbox", "the sandbox") == (client.source, client.place)
        assert client.whoami()


def test_an_unknown_keyword_is_refused_with_the_right_ones(sandbox, name):
    """A typing error must not end as "no credentials"."""
    with pytest.raises(UsageError) as caught:
        bionb.connect(name, sandbox.url(name), tokken="sandbox-alice")

    assert "tokken" in str(caught.value)
    assert all(field in str(caught.value) for field in platform_card(name).field_names())


def test_a_secret_with_a_line_end_in_it_is_refused_before_anything_is_sent(sandbox, name, credentials):
    """HTTP libraries quote such a header in their error, which ends in the notebook."""
    broken = {key: value + "\nX-Other: 1" for key, value in credentials.items()}
    with pytest.raises(UsageError) as caught:
        bionb.connect(name, sandbox.url(name), **broken)

    assert "line end" in str(caught.value)
    assert not any(secret in str(caught.value) for secret in credentials.values())
    assert [] == sandbox.received(name)


def test_white_space_around_a_secret_does_not_matter(sandbox, name, credentials):
    """Copying a token from a page often takes a line end along."""
    padded = {key: f"  {value}\n" for key, value in credentials.items()}
    with bionb.connect(name, sandbox.url(name), **padded) as client:
        assert client.whoami()


def test_plain_http_to_another_computer_is_refused(name, credentials):
    """Everybody on the way could read the token."""
    with pytest.raises(InsecureConnection, match="allow_http=True"):
        bionb.connect(name, "http://server.example.org", **credentials)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": 5}, r"connect\(url=...\) takes a text or None, not 5"),
        ({"timeout": -1}, "timeout is a number of seconds above 0"),
        ({"timeout": (1, 2, 3)}, r"timeout=...\) takes a number or a pair of"),
        ({"url": "nourl"}, "nourl"),
    ],
)
def test_an_option_that_cannot_be_right_is_refused(name, sandbox, credentials, options, words):
    """Libraries below would fail later, in words of their own."""
    with pytest.raises(UsageError, match=words):
        bionb.connect(name, **{"url": sandbox.url(name), **options}, **credentials)


# -- the tree -----------------------------------------------------------------------------------------------------


def test_all_nodes_can_be_named_and_shown_as_a_table(client):
    """The browser shows whatever a person clicks on."""
    nodes = list(itertools.islice(reachable(client), 12))

    assert nodes
    for node in nodes:
        assert isinstance(node, Node)
        assert all(isinstance(each, str) and each for each in (node.kind, node.id, node.title))
        frame = client.frame(node)
        assert isinstance(frame, pd.DataFrame)
        assert len(frame.columns)
        assert all(isinstance(column, str) for column in frame.columns)
        assert frame.columns.is_unique


def test_nodes_of_one_place_have_different_identities(client):
    """A click must mean one thing."""
    roots = list(client.roots())

    assert len(roots) == len({(node.kind, node.id) for node in roots})


def test_below_a_leaf_there_is_nothing(client):
    """The browser does not even ask."""
    for node in [node for node in reachable(client) if node.leaf][:3]:
        assert [] == list(client.children(node))


def test_the_browser_shows_every_root(client):
    """The widget knows the protocol and no platform."""
    browser = bionb.browse(client)
    for node in client.roots().first(3):
        browser.select(node)
        assert node == browser.selection
        assert browser.status == ""
        assert isinstance(browser.frame, pd.DataFrame)


# -- secrets ------------------------------------------------------------------------------------------------------


def test_no_secret_is_seen_on_a_client(client, name, credentials):
    """A client is shown by mistake, logged, inspected and tabulated."""
    client.whoami()
    session = client.session
    seen = [client, session, vars(client), vars(session), vars(session._transport), session._auth, client.last_request]
    shown = " ".join(map(repr, seen)) + client.history.to_csv()
    shown += client.last_request.python + client.last_request.curl
    for each in (session._transport._with_auth, session._transport._without):
        shown += repr(vars(each)) + repr(each.headers)

    assert not any(secret in shown for secret in secrets_of(name, credentials))


def test_a_client_is_not_pickled(client):
    """A pickle is a file with a token in it."""
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(client)


def verbose(cell, names):
    """Run a cell and return what ``%xmode Verbose`` would print of its error."""
    try:
        exec(compile(cell, "<cell>", "exec"), names)
    except (BionbError, KeyboardInterrupt) as error:
        out = io.StringIO()
        inner = error.__traceback__.tb_next  # the test's own frame holds the token on purpose
        VerboseTB(theme_name="nocolor", ostream=out).handler((type(error), error, inner))
        return out.getvalue()
    pytest.fail("the cell did not fail")
    return ""


def test_a_verbose_traceback_does_show_a_plain_argument():
    """The tests below would prove nothing if it did not."""

    def call(argument):
        raise BionbError("no")

    assert "sandbox-alice" in verbose("call(take())", {"call": call, "take": lambda: "sandbox-alice"})


@pytest.mark.parametrize("fault", ["maintenance", "malformed", "web_page", "drop_connection", "redirect"])
def test_a_verbose_traceback_has_no_secret(sandbox, name, credentials, client, clock, fault):
    """``%xmode Verbose`` prints the arguments of every function on the way."""
    with sandbox.fault(name, fault, to="http://localhost:9/"):
        text = verbose("client.whoami()", {"client": client})

    assert "whoami" in text
    assert not any(secret in text for secret in secrets_of(name, credentials))


def test_a_verbose_traceback_of_an_interrupt_has_no_secret(name, credentials, client, monkeypatch):
    """Who stops a slow request gets the arguments of all that was under way."""

    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("urllib3.connectionpool.HTTPConnectionPool._make_request", stopped)
    text = verbose("client.whoami()", {"client": client})

    assert "KeyboardInterrupt" in text
    assert not any(secret in text for secret in secrets_of(name, credentials))


@pytest.mark.parametrize("spoiled", [False, True], ids=["good", "with a line end inside"])
@pytest.mark.parametrize(
    "cell",
    [
        "connect(name, url, **take())",
        "connect(name, url, unknown='x', **take())",
        "login(name, url, unknown='x', **take())  # connect",
        "login(name, url, **take()).client  # connect",
        "login(name).connect(url, unknown='x', **take())",
    ],
)
def test_a_verbose_traceback_of_connecting_has_no_secret(name, credentials, cell, spoiled):
    """Connecting is where the secret is an argument."""
    end = "\n2" if spoiled else ""
    given = {field: value + end for field, value in credentials.items()}
    names = {
        "connect": bionb.connect,
        "login": bionb.login,
        "name": name,
        "url": "http://no.example.org",
        "take": lambda: given,
    }
    text = verbose(cell, names)

    assert "connect" in text
    assert not any(secret in text for secret in secrets_of(name, credentials))


# -- the request behind it ----------------------------------------------------------------------------------------


def test_history_tells_what_was_sent_and_no_query(client, name, sandbox):
    """The lesson on requests is a table."""
    assert HISTORY == list(client.history.columns)
    client.whoami()
    history = client.history

    assert len(sandbox.received(name)) == len(history)
    assert {"GET"} == set(history["method"])
    assert 200 in history["status"].tolist()
    assert not history["path"].str.contains("?", regex=False).any()


def calls(client):
    """Two calls whose request a learner would look at."""
    return {"whoami": client.whoami, "roots": lambda: client.roots().first(1)}


@pytest.mark.parametrize("call", ["whoami", "roots"])
def test_the_request_as_python_runs(client, name, sandbox, credentials, call):
    """A call that is shown to learners must be one that works."""
    calls(client)[call]()
    received = sandbox.received(name)
    text = client.last_request.python
    response = eval(text, {"requests": requests, "url": sandbox.url(name), **credentials})

    assert 200 == response.status_code, response.text
    again = sandbox.received(name)[-1]
    assert (again.method, again.path, again.query) in [(each.method, each.path, each.query) for each in received]


@pytest.mark.parametrize("call", ["whoami", "roots"])
def test_the_request_as_curl_runs(client, name, sandbox, credentials, call):
    """The same for a shell."""
    if not shutil.which("curl"):
        missing("there is no curl; Debian has it: apt-get install curl")
    calls(client)[call]()
    variables = {key.upper(): value for key, value in credentials.items()}
    command = client.last_request.curl + " --silent --show-error --fail"
    done = subprocess.run(
        ["bash", "-c", command],
        env=os.environ | variables | {"URL": sandbox.url(name)},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert 0 == done.returncode, (command, done.stderr)
    assert json.loads(done.stdout)


# -- when things go wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "options", "kind", "words"),
    [
        ("maintenance", {}, ServerFailed, "503"),
        ("maintenance", {"status": 500}, ServerFailed, "500"),
        ("web_page", {}, UnexpectedResponse, "web page"),
        ("web_page", {"status": 502}, ServerFailed, "502"),
        ("malformed", {}, UnexpectedResponse, "broken JSON"),
        ("drop_connection", {}, ConnectionFailed, "broke off"),
        ("redirect", {"to": "http://localhost:9/"}, InsecureConnection, "not followed"),
    ],
)
def test_each_failure_is_one_clear_line(client, name, sandbox, clock, fault, options, kind, words):
    """What was asked, what came back, what to do next."""
    with sandbox.fault(name, fault, **options), pytest.raises(kind) as caught:
        client.whoami()

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert platform_card(name).label in str(caught.value)
    assert re.search(r"[.!?]$", str(caught.value))


def test_a_server_in_maintenance_for_a_moment_is_asked_again(client, name, sandbox, clock):
    """One 503 is no reason to stop a notebook."""
    with sandbox.fault(name, "maintenance", times=1):
        assert client.whoami()
    assert 1 == client.history["retries"].max()


def test_a_closed_client_sends_nothing(client, name, sandbox):
    """After sign-out nothing may be sent in the account's name."""
    client.close()
    client.close()
    with pytest.raises(SessionClosed, match="connect again"):
        client.whoami()

    assert [] == sandbox.received(name)


# -- the sandbox --------------------------------------------------------------------------------------------------


def outline(client):
    """Return the top of the tree as comparable values."""
    return [(node.kind, node.id, node.title) for node in reachable(client)]


def test_the_sandbox_is_the_same_after_a_reset_and_in_every_run(client, case, sandbox):
    """Stored notebook outputs stay equal."""
    before = outline(client)
    sandbox.reset()
    assert before == outline(client)
    name, generation = case
    with bionb.start_sandbox(name, generation=generation) as other:
        again = bionb.connect(name, other.url(name), **other.credentials(name))
        assert before == outline(again)
        again.close()


def test_the_repr_is_short_and_the_same_in_every_run(client, name):
    """Strict notebook tests compare it; a port would differ."""
    assert len(repr(client)) < 100
    assert not re.search(r":\d{4,5}|0x", repr(client))
    assert repr(client).startswith(f"<{platform_card(name).label} client")


# -- the core -----------------------------------------------------------------------------------------------------


def code_of(path):
    """Return a module's code without comments and docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body[0] = ast.Pass()
    return ast.unparse(tree).lower()


CORE = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.relative_to(PACKAGE).parts[0] not in ("platforms", "isatab")
    or path == PACKAGE / "platforms" / "__init__.py"
)


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_core_names_no_platform(path):
    """A fifth platform needs one folder and no other change, as long as this holds."""
    assert [] == [each for each in PLATFORMS if each in code_of(path)]
