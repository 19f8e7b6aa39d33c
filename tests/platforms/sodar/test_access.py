"""Tickets and deletion requests: what opens data to others, and what deletes them for good."""

import pytest

from bionb.errors import NotFound, PermissionDenied, ResponseError, UsageError, VersionRejected
from tests.platforms.sodar.refusing import refused

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def sandbox(request, sandboxes):
    """The sandbox of each generation after a year of work."""
    yield sandboxes["new"].reset("used")
    sandboxes["new"].reset("default")


@pytest.fixture
def old(sandboxes):
    """The old generation after a year of work."""
    yield sandboxes["old"].reset("used")
    sandboxes["old"].reset("default")


@pytest.fixture
def project(projects):
    """A project with files."""
    return projects["Exome pilot"]


@pytest.fixture
def path(sodar, project):
    """The path of one of its files."""
    return sodar.files(project)[0]["path"]


@pytest.fixture
def client(request):
    """Log in to a sandbox of either generation, with a project and a path."""
    sandbox = request.getfixturevalue(request.param)
    import bionb

    with bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar")) as client:
        project = next(each for each in client.projects() if each["title"] == "Exome pilot")
        yield client, project, client.files(project)[0]["path"]


both = pytest.mark.parametrize("client", ["sandbox", "old"], indirect=True)


@both
def test_a_ticket_is_made_changed_and_taken_away(client):
    """Both generations have tickets, with users in two forms."""
    sodar, project, path = client
    made = sodar.create_ticket(project, path, label="For a guest", date_expires="2099-12-31")
    changed = sodar.update_ticket(made, label="For two")
    (listed,) = sodar.tickets(project)
    sodar.delete_ticket(made)

    assert ("alice@EXAMPLE", "2099-12-31T00:00:00+00:00", True) == (
        made["user"]["username"],
        made["date_expires"],
        made["is_active"],
    )
    assert ("For two", "For two") == (changed["label"], listed["label"])
    assert [] == list(sodar.tickets(project))
    refused(NotFound, lambda: sodar.ticket(made))


def test_a_change_keeps_the_hosts_that_it_does_not_name(sodar, project, path):
    """Servers forget them, and a ticket for one computer would be one for all."""
    made = sodar.create_ticket(project, path, allowed_hosts=["pc.example.org"])
    changed = sodar.update_ticket(made, label="Same place")

    assert ["pc.example.org"] == made["allowed_hosts"] == changed["allowed_hosts"]
    assert [] == sodar.update_ticket(made, allowed_hosts=[])["allowed_hosts"]


@pytest.mark.parametrize("client", ["old"], indirect=True)
def test_hosts_need_a_newer_server(client):
    """Silently left out, a ticket for one computer would be one for all."""
    sodar, project, path = client
    error = refused(VersionRejected, lambda: sodar.create_ticket(project, path, allowed_hosts=["pc.example.org"]))

    assert "SODAR 1.1" in str(error)
    assert [] == list(sodar.tickets(project))


def test_an_expired_ticket_is_shown_as_such_and_lives_again(sandbox, sodar, project, path):
    """It opens nothing, and lists of active ones leave it out."""
    made = sodar.create_ticket(project, path, date_expires="2026-01-06")
    sandbox.app("sodar").world.clock.tick(2 * 86400)

    assert sodar.ticket(made)["is_active"] is False
    assert (0, 1) == (len(sodar.tickets(project, active=True)), len(sodar.tickets(project)))
    assert sodar.update_ticket(made, date_expires="2099-01-01")["is_active"] is True


@both
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"date_expires": "2020-01-01"}, "past"),
        ({"path": "{path}1"}, "nothing at this path"),
        ({"path": "/sandboxZone/home"}, "no path within"),
    ],
)
def test_a_ticket_that_cannot_be_is_one_clear_error(client, change, word):
    """The next step is where paths and tickets are shown."""
    sodar, project, path = client
    given = {"path": path, **{name: value.replace("{path}", path) for name, value in change.items()}}
    error = refused(ResponseError, lambda: sodar.create_ticket(project, **given))

    assert (400, True) == (error.status, word in str(error))
    assert "tickets(project)" in str(error)


def test_nothing_to_change_is_not_sent(sodar, posted):
    """A server would answer 400 to it."""
    refused(UsageError, lambda: sodar.update_ticket(NOBODY))
    refused(UsageError, lambda: sodar.update_deletion_request(NOBODY))
    refused(UsageError, lambda: sodar.create_ticket(NOBODY, "/x", date_expires="tomorrow"))

    assert [] == posted()


def test_tickets_are_not_for_guests(connect, projects):
    """The word in a ticket opens the data to anybody."""
    carol = connect("carol")

    refused(PermissionDenied, lambda: list(carol.tickets(projects["Exome pilot"])))


@both
def test_accepting_a_request_deletes_the_file(client):
    """With its checksum file; and the request is no longer among those that wait."""
    sodar, project, path = client
    request = sodar.request_deletion(project, path, description="Wrong sample")
    before = sodar.file_exists(path), len(sodar.deletion_requests(project))
    sodar.accept_deletion(request, delete_data=True)

    assert ((True, 1), (False, 0)) == (before, (sodar.file_exists(path), len(sodar.deletion_requests(project))))
    assert "ACCEPTED" == sodar.deletion_request(request)["status"]


@both
def test_a_request_is_accepted_once(client):
    """The second time there is nothing to delete."""
    sodar, project, path = client
    request = sodar.request_deletion(project, path)
    sodar.accept_deletion(request, delete_data=True)
    error = refused(ResponseError, lambda: sodar.accept_deletion(request, delete_data=True))

    assert (400, True) == (error.status, "judged once" in str(error))


def test_nothing_is_deleted_without_saying_so(sodar, project, path, posted):
    """Accepting looks harmless, and nobody can undo it."""
    request = sodar.request_deletion(project, path)
    before = posted()
    refused(UsageError, lambda: sodar.accept_deletion(request))

    assert before == posted()


@both
def test_rejecting_keeps_the_file(client):
    """And who asked sees that it was rejected."""
    sodar, project, path = client
    request = sodar.request_deletion(project, path)
    sodar.reject_deletion(request)

    assert sodar.file_exists(path)
    assert "REJECTED" == sodar.deletion_request(request)["status"]


def test_contributors_ask_and_owners_judge(connect, project, path):
    """A contributor who could accept the own request could delete anything."""
    bob, alice = connect("bob"), connect("alice")
    request = bob.request_deletion(project, path)
    refused(PermissionDenied, lambda: bob.accept_deletion(request, delete_data=True))
    alice.reject_deletion(request)

    assert [request["sodar_uuid"]] == [each["sodar_uuid"] for each in bob.deletion_requests(project)]
    assert [] == list(alice.deletion_requests(project))


def test_one_request_waits_for_a_path(sodar, project, path):
    """Two people who clean up do not ask twice."""
    sodar.request_deletion(project, path)
    error = refused(ResponseError, lambda: sodar.request_deletion(project, path))

    assert "deletion_requests(project)" in str(error)


def test_a_request_can_be_changed_and_taken_back(sodar, project, path):
    """The data stay."""
    request = sodar.request_deletion(project, path)
    changed = sodar.update_deletion_request(request, description="Wrong patient")
    sodar.delete_deletion_request(request)

    assert "Wrong patient" == changed["description"]
    assert ([], True) == (list(sodar.deletion_requests(project)), sodar.file_exists(path))


def test_a_locked_project_deletes_later(sandbox, sodar, project, path):
    """503 changed nothing: the request waits on."""
    request = sodar.request_deletion(project, path)
    with sandbox.fault("sodar", "locked"):
        error = refused(ResponseError, lambda: sodar.accept_deletion(request, delete_data=True))

    assert 503 == error.status
    assert "ACTIVE" == sodar.deletion_request(request)["status"]


def test_a_file_is_found_by_path_and_by_checksum(sodar, project, path):
    """By checksum in all projects; by path in the one that the path names."""
    checksum = next(each["checksum"] for each in sodar.files(project) if each["path"] == path)

    assert (True, True) == (sodar.file_exists(path), sodar.file_exists(checksum.upper()))
    assert (False, False) == (sodar.file_exists(f"{path}x"), sodar.file_exists("0" * 32))
    refused(UsageError, lambda: sodar.file_exists("reads.bam"))
