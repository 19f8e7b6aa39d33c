"""Errors: what was asked, what came back, what to do next."""

import pytest

import bionb
from bionb.errors import (
    AuthenticationFailed,
    BionbError,
    InsecureConnection,
    NotFound,
    RateLimited,
    ServerFailed,
    UsageError,
)
from bionb.platforms.sevenbridges.wire.problems import hint_for
from bionb.sandbox.tokens import token_of

from .conftest import MANY, PROJECT


def test_an_error_keeps_status_code_words_and_link(bridges):
    """All four members of the documented form can be read from the exception."""
    with pytest.raises(NotFound, match=r"404.*code 5002.*client\.files") as caught:
        bridges.file("0" * 24)

    error = caught.value
    assert (404, 5002) == (error.status, error.code)
    assert "does not exist" in error.detail
    assert error.more_info.startswith("https://")


@pytest.mark.parametrize("family", range(2, 10))
def test_each_family_has_a_hint(family):
    """A code that nobody has met yet still says where to look."""
    assert "" != hint_for(family * 1000 + 999, 400)


def test_a_wrong_token_says_where_to_get_one_and_never_shows_itself(sandbox):
    """The message is what a beginner meets first."""
    with (
        bionb.connect("sevenbridges", sandbox.url("sevenbridges"), token="an-invented-but-wrong-token") as client,
        pytest.raises(AuthenticationFailed, match="Developer tab") as caught,
    ):
        client.whoami()
    assert "an-invented" not in str(caught.value)


def test_the_paths_need_no_token(sandbox):
    """The one call that is exempt from authentication."""
    with bionb.connect("sevenbridges", sandbox.url("sevenbridges"), token="wrong") as client:
        assert {"projects_url", "files_url", "rate_limit_url"} <= set(client.paths())
    assert "X-Sbg-Auth-Token" not in sandbox.received("sevenbridges")[-1].headers


@pytest.mark.parametrize("project", ["my-project", "my-project?limit=70", "RFranklin/my-project?offset=30", ""])
def test_a_wrong_project_form_is_refused_here(bridges, sent, project):
    """The overview itself leaves out the owner and writes a second question mark."""
    with pytest.raises(UsageError):
        bridges.files(project)
    assert [] == sent()


def test_the_server_refuses_the_overviews_own_query(bridges):
    """``?project=my-project?limit=70`` is one value, not two."""
    with pytest.raises(BionbError, match=r"code 5005.*ampersand"):
        bridges.call("GET", "files?project=my-project?limit=70", what="copy the example")


def test_a_lenient_server_reads_it_as_meant(bridges, sandbox):
    """With the quirk on, the two examples give what the overview says."""
    with sandbox.fault("sevenbridges", "lenient_query"):
        all_of_them = bridges.call("GET", "files?project=my-project?limit=70", what="copy the example")
        rest = bridges.call("GET", "files?project=my-project?offset=30", what="copy the example")

    assert (70, 40) == (len(all_of_them["items"]), len(rest["items"]))


def test_user_names_are_case_sensitive(bridges):
    """RFranklin and rfranklin are two."""
    assert PROJECT == bridges.project(PROJECT)["id"]
    with pytest.raises(NotFound, match="upper and lower case"):
        bridges.project(PROJECT.lower())


def test_maintenance_is_tried_again_a_few_times_and_then_told(bridges, sandbox, clock):
    """The official client sleeps 300 s in silence, without end."""
    with (
        sandbox.fault("sevenbridges", "maintenance"),
        pytest.raises(ServerFailed, match="503.*maintenance"),
    ):
        bridges.whoami()
    assert 5 == len(sandbox.received("sevenbridges"))
    assert sum(clock.slept) < 30


def test_an_empty_502_is_told_with_its_status(bridges, sandbox, clock):
    """The official client raises an error with an empty message."""
    with (
        sandbox.fault("sevenbridges", "web_page", status=502),
        pytest.raises(ServerFailed, match="502"),
    ):
        bridges.whoami()


def test_a_storm_of_429_ends_and_keeps_what_was_read(bridges, sandbox, clock):
    """However long the server refuses, the records read so far stay, and reading can go on."""
    files = bridges.files(MANY)
    files.first(1)
    with sandbox.fault("sevenbridges", "rate_limit", reset_after=1), pytest.raises(RateLimited, match="code 1000"):
        files.to_frame()

    assert 100 == len(files.so_far())
    assert 950 == len(files.to_frame())


def test_a_token_that_expires_in_the_middle_loses_nothing(bridges, sandbox):
    """What was read is kept; with a new client or a renewed token the listing goes on."""
    files = bridges.files(MANY)
    with (
        sandbox.fault("sevenbridges", "expire_token", after=4),
        pytest.raises(AuthenticationFailed, match="Developer tab") as caught,
    ):
        list(files)

    kept = len(files.so_far())
    assert files is caught.value.partial
    assert 100 <= kept <= 400
    assert 950 == len(files.to_frame())


def test_a_record_that_is_null_where_an_object_is_documented(bridges, sandbox):
    """The official client stops with a TypeError on ``billing_group: null``."""
    with sandbox.fault("sevenbridges", "null_billing_group"):
        assert bridges.projects().to_frame()["billing_group"].isna().all()


def test_plain_http_is_refused_away_from_this_computer():
    """The overview says 'over HTTP'; a token does not go there."""
    with pytest.raises(InsecureConnection, match="https://"):
        bionb.connect("sevenbridges", "http://api.example.org/v2", token="x")


@pytest.mark.parametrize("ending", ["", "/", "/v2", "/v2/"])
def test_the_address_with_and_without_its_version(sandbox, ending):
    """The overview gives the base path without ``/v2`` and every example with it."""
    with bionb.connect("sevenbridges", sandbox.url("sevenbridges") + ending, token=token_of("viewer")) as client:
        assert "viewer" == client.whoami()


def test_an_unknown_environment_lists_the_known_ones():
    """A mistyped name should not look like a network problem."""
    with pytest.raises(UsageError, match="biodatacatalyst.*cavatica"):
        bionb.connect("sevenbridges", "cavatika", token="x")
