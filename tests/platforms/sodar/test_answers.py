"""Answers of another form than documented, and failures half way: one clear line each, and nothing is lost."""

import json

import pytest

import bionb
from bionb.errors import AuthenticationFailed, NotFound, ServerFailed, UnexpectedResponse, UsageError, VersionRejected
from tests.platforms.sodar.refusing import refused
from tests.servers import Answer, Server

KIND = "application/vnd.bihealth.sodar-core.projectroles+json"
PROJECT = "00000000-0000-4000-8000-000000000000"
RECORDS = {
    "current_user": lambda sodar: sodar.whoami(),
    "project": lambda sodar: sodar.project(PROJECT),
    "investigation": lambda sodar: sodar.investigation(PROJECT),
    "export": lambda sodar: sodar.export_sheets(PROJECT),
    "collections": lambda sodar: sodar.create_collections(PROJECT),
    "zone": lambda sodar: sodar.zone(PROJECT),
    "environment": lambda sodar: sodar.irods_environment(),
    "token": lambda sodar: sodar.create_token("dave", "no-such-word", delete_others=True),
}
LISTINGS = {
    "projects": lambda sodar: sodar.projects(),
    "users": lambda sodar: sodar.users(),
    "members": lambda sodar: sodar.members(PROJECT),
    "invites": lambda sodar: sodar.invites(PROJECT),
    "zones": lambda sodar: sodar.zones(PROJECT),
    "files": lambda sodar: sodar.files(PROJECT),
}


def answering(*answers):
    """Start a server that gives these answers, and log in to it."""
    server = Server(*answers)
    return bionb.connect("sodar", server.url, token="0123456789", timeout=5.0)


@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '"text"'])
@pytest.mark.parametrize("call", RECORDS.values(), ids=RECORDS)
def test_a_record_of_another_form_is_one_clear_error(call, body):
    """A portal in front of the server may answer 200 to everything."""
    error = refused(UnexpectedResponse, lambda: call(answering(Answer(body=body.encode(), type=KIND))))

    assert "URL" in str(error)


@pytest.mark.parametrize("body", ["null", "{}", '{"detail": "soon"}', "[1]"])
@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
def test_a_listing_of_another_form_is_no_empty_table(listing, body):
    """An empty table would say that there are no projects."""
    refused(UnexpectedResponse, lambda: listing(answering(Answer(body=body.encode(), type=KIND))).to_frame())


def test_a_wrong_path_is_told_from_a_wrong_identifier():
    """Both are 404; only a web page means that no API is there."""
    page = Answer(404, b"<html><head><title>Not Found</title></head></html>", "text/html")

    assert "check the server's URL" in str(refused(NotFound, answering(page).whoami))
    assert "identifier" in str(refused(NotFound, answering(Answer(404, b'{"detail": "Not found."}', KIND)).whoami))


def test_a_wrong_password_is_not_called_a_token(sandbox):
    """Who logs in by name and password has no token to check."""
    client = bionb.connect("sodar", sandbox.url("sodar"), username="bob", password="no-such-word")

    assert "Check user name" in str(refused(AuthenticationFailed, client.whoami))


def test_a_server_without_any_known_version_is_not_told_to_change_api_version():
    """No version was asked for, so none can be left out."""
    answer = Answer(406, b'{"detail": "Invalid version in \\"Accept\\" header."}', KIND)
    error = refused(VersionRejected, answering(answer).whoami)

    assert "URL" in str(error)
    assert "api_version" not in str(error)


@pytest.mark.parametrize("version", [2.0, "2.x", "", "v1"])
def test_a_version_is_numbers_with_dots(sandbox, version):
    """A float is as good as its text; anything else is told before anything is sent."""
    if isinstance(version, float):
        assert "2.0" == bionb.connect("sodar", sandbox.url("sodar"), token="x1", api_version=version).api.version()
    else:
        refused(UsageError, lambda: bionb.connect("sodar", sandbox.url("sodar"), token="x1", api_version=version))


def test_a_token_that_has_ended_already_is_not_made(sodar, posted):
    """It would only delete all others."""
    refused(UsageError, lambda: sodar.create_token("dave", "password-of-dave", expiry=-1, delete_others=True))

    assert [] == posted()


def test_a_project_that_cannot_be_shown_after_creating_is_not_lost(sandbox, sodar, projects, clock):
    """A second try would make a second one, or be refused for its title."""
    with sandbox.fault("sodar", "maintenance", path="project/api/retrieve"):
        error = refused(ServerFailed, lambda: sodar.create_project("Kept", projects["Genomics"]))

    assert "created all the same" in str(error)
    assert "Kept" == sodar.project(error.partial)["title"]


def test_a_broken_answer_of_a_page_names_what_is_missing():
    """What was read before stays."""
    first = {"count": 2, "next": "more", "previous": None, "results": [{"sodar_uuid": "1", "title": "one"}]}
    listing = answering(Answer(body=json.dumps(first).encode(), type=KIND), Answer(body=b"{}", type=KIND)).projects()
    refused(UnexpectedResponse, lambda: list(listing))

    assert "one" == listing[0]["title"]
