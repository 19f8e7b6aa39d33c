"""Where the token comes from: argument, environment, the official clients' own file."""

import pytest

import bionb
from bionb.errors import NotLoggedIn, UsageError

FILE = """[default]
api_endpoint = https://api.sbgenomics.com/v2
auth_token = sandbox-of-a-file

[cgc]
api_endpoint = https://cgc-api.sbgenomics.com/v2
auth_token = sandbox-of-cgc
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".sevenbridges").mkdir()
    (tmp_path / ".sevenbridges" / "credentials").write_text(FILE)
    return tmp_path


@pytest.mark.parametrize(
    ("url", "profile", "host", "source"),
    [
        (None, None, "api.sbgenomics.com", "[default]"),
        (None, "cgc", "cgc-api.sbgenomics.com", "[cgc]"),
        ("cgc", "cgc", "cgc-api.sbgenomics.com", "[cgc]"),
        ("sbg-us", None, "api.sbgenomics.com", "[default]"),
    ],
)
def test_profiles_of_the_official_file(home, url, profile, host, source):
    """A scientist who has the official client set up needs nothing else."""
    with bionb.connect("sevenbridges", url, profile=profile) as client:
        assert f"https://{host}" == client.session.url
        assert source in repr(client)
        assert "sandbox-of" not in repr(client)


def test_a_token_of_one_environment_is_not_sent_to_another(home):
    """The file's default is for one server only."""
    with pytest.raises(UsageError, match="not sent to"):
        bionb.connect("sevenbridges", "cavatica")


def test_an_unknown_profile_lists_the_known_ones(home):
    """The official client ends with 'URL is missing!'."""
    with pytest.raises(UsageError, match="default, cgc"):
        bionb.connect("sevenbridges", profile="cavatica")


def test_the_official_variables(home, monkeypatch):
    """They go before the file, as in the official client."""
    monkeypatch.setenv("SB_API_ENDPOINT", "https://eu-api.sbgenomics.com/v2")
    monkeypatch.setenv("SB_AUTH_TOKEN", "sandbox-of-variables")
    with bionb.connect("sevenbridges") as client:
        assert "https://eu-api.sbgenomics.com" == client.session.url
        assert "SB_AUTH_TOKEN" in repr(client)


def test_a_broken_file_is_told_without_its_contents(home):
    """A token may stand in the very line that is broken."""
    (home / ".sevenbridges" / "credentials").write_text("auth_token = sandbox-secret-word\n")
    with pytest.raises(UsageError, match="cannot be read") as caught:
        bionb.connect("sevenbridges")
    assert "secret-word" not in str(caught.value)


def test_nothing_anywhere(tmp_path, monkeypatch):
    """The message names every way in."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(NotLoggedIn, match="sandbox=True"):
        bionb.connect("sevenbridges")
