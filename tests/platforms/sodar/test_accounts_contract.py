"""Logging in, users, settings, invites and tokens: the same on the sandbox and on real SODAR Core sites."""

import pandas as pd
import pytest

from bionb.errors import (
    AuthenticationFailed,
    NotFound,
    PermissionDenied,
    ResponseError,
    ServerFailed,
    UsageError,
    VersionRejected,
)

TOO_OLD = (NotFound, ServerFailed)  # SODAR 1.1 fails at its own page for an address that it lacks


def test_a_token_says_who_one_is(server):
    """The one request by which a login is proven."""
    for user, name in server.usernames.items():
        assert name == server.connect(user).whoami()


def test_a_user_name_and_password_log_in(server):
    """For servers where tokens cannot be made yet."""
    password = server.passwords["carol"]
    client = server.connect("carol", username=server.usernames["carol"], password=password)

    assert server.usernames["carol"] == client.whoami()
    assert password not in repr(client)


@pytest.mark.parametrize("wrong", [{"token": "0123456789"}, {"username": "carol@EXAMPLE", "password": "no-such-word"}])
def test_wrong_credentials_are_refused_without_being_shown(server, wrong):
    """The message says where to make a token and never holds the one that was tried."""
    with pytest.raises(AuthenticationFailed, match="API Tokens") as caught:
        server.connect("carol", **wrong).whoami()

    assert 401 == caught.value.status
    assert not any(secret in str(caught.value) for secret in wrong.values())


def test_a_version_that_no_server_takes_any_more_is_explained(server):
    """0.8.1 stands in the documented example: the answer has to say what the server offers instead."""
    offered = r"0\.13\.3" if server.old else r"offers 1\.1, 1\.0" if server.early else r"offers 2\.0, 1\.1, 1\.0"
    with pytest.raises(VersionRejected, match=offered) as caught:
        server.connect("alice", api_version="0.8.1").projects().first(1)

    assert 406 == caught.value.status


def test_a_version_can_be_pinned(server):
    """A notebook that must not change under its reader names its version, and every request asks for it."""
    version = "0.13.3" if server.old else "1.0"
    client = server.connect("alice", api_version=version)
    client.projects().first(1)

    assert f"version={version}" in client.last_request.curl


def test_a_pinned_version_of_the_other_generation_is_explained(server):
    """The typical case after a server's upgrade, or before it."""
    with pytest.raises(VersionRejected, match="generation"):
        server.connect("alice", api_version="2.0" if server.old else "0.13.3").whoami()


def test_the_current_user_has_the_uuid_that_other_calls_want(alice, server):
    """The documented examples ask the reader to paste it."""
    me = alice.current_user()

    assert server.users["alice"] == me["sodar_uuid"]
    assert ("Alice Example", "alice@example.org", False) == (me["name"], me["email"], me["is_superuser"])


def test_users_are_a_table(alice, server):
    """People with an account, whatever the version calls their fields."""
    frame = alice.users().to_frame()
    names = {name for short, name in server.usernames.items() if short != "admin"}

    assert ["username", "name", "email", "is_superuser", "auth_type", "sodar_uuid"] == list(frame)[:6]
    assert names <= set(frame["username"])


def test_local_accounts_are_shown_where_the_server_can(alice, server):
    """A site of local accounts only looks empty otherwise."""
    shown = server.usernames["admin"] in {each["username"] for each in alice.users()}

    assert server.at_least("1.1") == shown


def test_a_superuser_sees_all_accounts(server):
    """On every version."""
    assert set(server.usernames.values()) == {each["username"] for each in server.connect("admin").users()}


@pytest.mark.parametrize("name", ["bob", "BOB", "bob@EXAMPLE"])
def test_a_user_is_found_by_name(alice, server, name):
    """With and without the domain that only the server's people know."""
    assert server.users["bob"] == alice.user_uuid(name)


def test_settings_of_a_project_are_a_table(alice, project, server):
    """No call lists them: the common ones are asked for one by one, and those a server lacks are left out."""
    settings = {each["name"]: each for each in alice.settings(project)}

    assert ("BOOLEAN", False, "projectroles", project["sodar_uuid"]) == (
        settings["ip_restrict"]["type"],
        settings["ip_restrict"]["value"],
        settings["ip_restrict"]["plugin_name"],
        settings["ip_restrict"]["project"],
    )
    assert ("ip_allowlist" if server.early else "ip_allow_list") in settings
    assert ["plugin_name", "name", "type", "value"] == list(alice.settings(project).to_frame())[:4]


def test_one_setting_is_asked_for_by_name(alice, project):
    """The parameter's name differs between generations."""
    (found,) = alice.settings(project, setting_name="ip_restrict")

    assert found["value"] is False


def test_an_unknown_setting_is_an_error_when_named(alice, project):
    """Left out silently it would look like an unset one."""
    with pytest.raises(ResponseError, match="no_such_setting") as caught:
        list(alice.settings(project, setting_name="no_such_setting"))

    assert 400 == caught.value.status


def test_settings_are_the_owners(alice, bob, project):
    """A guest of the project may not read them."""
    alice.add_member(project, "bob", "guest")
    with pytest.raises(PermissionDenied):
        list(bob.settings(project))


def test_own_settings_are_a_table(alice, server):
    """They live at another address than a project's."""
    settings = {each["name"]: each for each in alice.settings()}
    name, value = ("user_email_additional", "") if server.old else ("notify_email_project", True)

    assert value == settings[name]["value"]
    assert server.users["alice"] == settings[name]["user"]


def test_a_new_project_has_no_invites(alice, project):
    """An empty table has the columns of a full one."""
    frame = alice.invites(project).to_frame()

    assert 0 == len(frame)
    assert ["email", "role", "date_created", "date_expire", "message", "sodar_uuid", "project"] == list(frame)[:7]


def test_an_invite_is_listed(alice, server):
    """Who was invited, as what, until when; the inviting user is a UUID on every version."""
    frame = alice.invites(server.inviting).to_frame()

    assert ["newcomer@example.org"] == frame["email"].tolist()
    assert ["project guest"] == frame["role"].tolist()
    assert [server.inviting] == frame["project"].tolist()
    assert [server.users["alice"]] == frame["issuer"].tolist()
    assert (frame["date_expire"] > frame["date_created"]).all()
    assert isinstance(frame["date_created"].dtype, pd.DatetimeTZDtype)


def test_invites_are_the_owners(alice, bob, project):
    """A contributor may not read them."""
    alice.add_member(project, "bob", "contributor")
    with pytest.raises(PermissionDenied):
        list(bob.invites(project))


def test_a_token_is_not_made_by_accident(alice, server):
    """Making one deletes all others: without saying so nothing is sent."""
    with pytest.raises(UsageError, match="deletes all other tokens"):
        alice.create_token(server.usernames["dave"], server.passwords["dave"])

    assert server.usernames["dave"] == server.connect("dave").whoami()


def test_a_made_token_works_and_is_the_only_one(alice, server):
    """Earlier servers cannot make tokens by API and the user is told where to make one."""
    login = (server.usernames["dave"], server.passwords["dave"])
    if server.early:
        with pytest.raises(TOO_OLD, match="API Tokens"):
            alice.create_token(*login, delete_others=True)
        return
    before = server.tokens["dave"]
    made = alice.create_token(*login, expiry=1, delete_others=True)
    server.tokens["dave"] = made["token"].reveal()

    assert server.usernames["dave"] == server.connect("dave").whoami()
    assert 1 <= made["delete_count"]
    assert server.users["dave"] == made["user_uuid"]
    assert server.tokens["dave"] not in repr(made)
    with pytest.raises(AuthenticationFailed):
        server.connect("dave", token=before).whoami()


def test_making_a_token_is_in_the_client_s_history(alice, server):
    """It goes out with a password instead of the token, and a learner may see it all the same, without either."""
    if server.early:
        return
    made = alice.create_token(server.usernames["dave"], server.passwords["dave"], delete_others=True)
    server.tokens["dave"] = made["token"].reveal()

    assert ["create_token"] == alice.history["call"].tolist()[-1:]
    assert "auth=(username, password)" in alice.last_request.python
    assert server.passwords["dave"] not in alice.last_request.python + alice.last_request.curl


def test_a_token_needs_the_right_password(alice, server):
    """And a wrong one deletes nothing."""
    with pytest.raises(TOO_OLD if server.early else AuthenticationFailed):
        alice.create_token(server.usernames["dave"], "no-such-word", delete_others=True)

    assert server.usernames["dave"] == server.connect("dave").whoami()
