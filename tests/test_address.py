"""What people paste for an address: a page of the web site, or the path of the API."""

import pytest

import bionb
from bionb.address import server_address
from bionb.errors import NotFound, UsageError
from bionb.protocol import LoginField, Platform
from bionb.registry import platform_card
from bionb.widgets.form import OTHER, Form

UUID = "11111111-2222-3333-4444-555555555555"
LOGINS = {
    "sodar": {"token": "sandbox"},
    "torrentsuite": {"username": "sandbox", "api_key": "sandbox"},
    "odm": {"token": "sandbox"},
    "sevenbridges": {"token": "sandbox"},
}
PASTED = [
    ("torrentsuite", "https://suite.example.org/rundb/api/v1/", "https://suite.example.org"),
    ("torrentsuite", "https://suite.example.org/home/", "https://suite.example.org"),
    ("torrentsuite", "https://suite.example.org:8443/data/#full", "https://suite.example.org:8443"),
    ("torrentsuite", "https://suite.example.org/report/12/?x=1", "https://suite.example.org"),
    ("torrentsuite", "  https://suite.example.org/rundb/api/v1/chip/?limit=1  ", "https://suite.example.org"),
    ("torrentsuite", "https://suite.example.org/login/?next=/data/", "https://suite.example.org"),
    ("sodar", f"https://sodar.example.org/project/{UUID}", "https://sodar.example.org"),
    ("sodar", f"https://sodar.example.org/samplesheets/{UUID}#/study/{UUID}", "https://sodar.example.org"),
    ("sodar", f"https://org.example.org/sodar/landingzones/{UUID}", "https://org.example.org/sodar"),
    ("sodar", "https://org.example.org/sodar/", "https://org.example.org/sodar"),
    ("sevenbridges", "https://igor.sbgenomics.com/u/ada/my-project/files/", "https://api.sbgenomics.com"),
    ("sevenbridges", "https://cgc.sbgenomics.com/developer#token", "https://cgc-api.sbgenomics.com"),
    ("sevenbridges", "https://eu.sbgenomics.com/home", "https://eu-api.sbgenomics.com"),
    ("sevenbridges", "https://cavatica.sbgenomics.com/u/ada/p", "https://cavatica-api.sbgenomics.com"),
    (
        "sevenbridges",
        "https://platform.sb.biodatacatalyst.nhlbi.nih.gov/u/ada/p",
        "https://api.sb.biodatacatalyst.nhlbi.nih.gov",
    ),
    ("sevenbridges", "https://api.sbgenomics.com/v2/projects?offset=1", "https://api.sbgenomics.com"),
    ("sevenbridges", "https://own.example.org/v2/", "https://own.example.org"),
    ("sevenbridges", "cgc", "https://cgc-api.sbgenomics.com"),
    ("odm", "https://odm.example.org/frontend/#/studies/GSF1", "https://odm.example.org"),
    ("odm", "https://odm.example.org/api/v1/as-user/studies", "https://odm.example.org"),
    ("odm", "https://odm.example.org/swagger/?urls.primaryName=study", "https://odm.example.org"),
    ("odm", "https://odm.example.org/Frontend/endpoint", "https://odm.example.org"),
]


@pytest.mark.parametrize(("platform", "pasted", "meant"), PASTED)
def test_a_page_leads_to_its_server(platform, pasted, meant):
    """The one rule of `connect` for all platforms; nothing is sent."""
    with bionb.connect(platform, pasted, **LOGINS[platform]) as client:
        assert meant == client.url


@pytest.mark.parametrize(("platform", "pasted", "meant"), PASTED)
def test_the_environment_and_the_form_follow_the_same_rule(monkeypatch, platform, pasted, meant):
    """A URL in a variable is pasted, too, and the form says where the credentials go."""
    card = platform_card(platform)
    monkeypatch.setenv(card.variable("url"), pasted)
    for name, value in LOGINS[platform].items():
        monkeypatch.setenv(card.variable(name), value)
    with bionb.connect(platform) as client:
        assert (meant, "environment") == (client.url, client.source)
    with bionb.connect(platform, meant) as client:
        assert "environment" == client.source
    form = Form(card)
    if form.chosen() and OTHER == form.choice:
        assert meant.split("/")[2].split(":")[0] in form.server()["words"]


@pytest.mark.parametrize("platform", LOGINS)
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://ada:x@server.example.org/home/", "leave user and password out"),
        ("https://server.example.org/?next=/home/", "before the question mark"),
        ("server.example.org/home/", "full URL|no server URL"),
    ],
)
def test_what_cannot_be_repaired_is_explained(platform, url, words):
    """A password in an address must not be lost in silence, and a query says nothing about a server."""
    with pytest.raises(UsageError, match=words):
        bionb.connect(platform, url, **LOGINS[platform])


CARD = Platform(
    "things", "Things", (LoginField("token", "Token"),), (("token",),), "", "", "",
    environments={"home": "https://things.example.org/base"}, pages=("shelf",),
    websites={"www.example.org": "https://things.example.org/base"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("home", "https://things.example.org/base"),
        ("https://things.example.org/base/deeper/page", "https://things.example.org/base"),
        ("https://things.example.org/based", "https://things.example.org/based"),
        ("http://things.example.org/base", "http://things.example.org/base"),
        ("https://things.example.org:444/base", "https://things.example.org:444/base"),
        ("https://WWW.example.org/any", "https://things.example.org/base"),
        ("https://www.example.org:8000/any", "https://www.example.org:8000/any"),
        ("https://other.example.org/a/b/Shelf/1?x=2#y", "https://other.example.org/a/b"),
        ("https://other.example.org/bookshelf/", "https://other.example.org/bookshelf/"),
        ("https://[::1", "https://[::1"),
    ],
)
def test_the_rule_needs_nothing_but_the_card(pasted, meant):
    """A fifth platform tells what its pages are, and is served alike; another port or scheme is another server."""
    assert meant == server_address(CARD, pasted)


def test_an_unknown_page_is_explained_by_the_first_answer(sandbox_url):
    """The path is kept, since a server may live below one; then 404 says what else it may be."""
    with (
        bionb.connect("torrentsuite", f"{sandbox_url}/some/page", username="u", api_key="k") as suite,
        pytest.raises(
            NotFound, match="If /some/page is a page of the server, connect to http://127.0.0.1:[0-9]+ instead"
        ),
    ):
        suite.whoami()


@pytest.fixture
def sandbox_url():
    with bionb.start_sandbox("torrentsuite") as running:
        yield running.url("torrentsuite")
