"""Settings that change, invites and the timeline: on the sandbox, and on real SODAR Core sites."""

import pytest

from bionb.errors import NotFound, PermissionDenied, ResponseError, UsageError, VersionRejected
from tests.platforms.sodar.refusing import refused
from tests.platforms.sodar.sources import annotated_twice, without

NOBODY = "00000000-0000-4000-8000-000000000000"


def test_a_setting_of_a_project_changes(alice, project):
    """A switch is True or False, on all servers."""
    changed = alice.set_setting("ip_restrict", True, project)
    (read,) = alice.settings(project, setting_name="ip_restrict")

    assert (True, True, project["sodar_uuid"]) == (changed["value"], read["value"], read["project"])


def test_a_setting_of_ones_own_changes(alice, server):
    """Its address is another one than that of projects."""
    name, value = ("user_email_additional", "alice@example.net") if server.old else ("notify_email_role", False)

    assert value == alice.set_setting(name, value)["value"]
    assert value == alice.settings(setting_name=name)[0]["value"]


def test_a_star_is_ones_own_in_a_project(alice, project, server):
    """Servers refuse it unless the user is named."""
    changed = alice.set_setting("project_star", True, project, user="alice")

    assert (True, server.users["alice"]) == (changed["value"], changed["user"])
    assert [True] == [each["value"] for each in alice.settings(project, setting_name="project_star", user="alice")]


@pytest.mark.parametrize(
    ("name", "value", "whose"),
    [("ip_restrict", "1", "project"), ("ip_restrict", True, None), ("unheard_of", True, "project")],
)
def test_a_setting_that_cannot_be_is_told(alice, project, name, value, whose):
    """Of another type, of another scope, of no app."""
    error = refused(ResponseError, lambda: alice.set_setting(name, value, project if whose else None))

    assert (400, True) == (error.status, "settings()" in str(error))


def test_settings_are_not_for_contributors(alice, bob, project):
    """Nor is what only administrators change for owners."""
    alice.add_member(project, "bob", "contributor")

    refused(PermissionDenied, lambda: bob.set_setting("ip_restrict", True, project))


def test_somebody_is_invited_again_and_no_more(alice, project):
    """The e-mail itself is the server's business."""
    made = alice.create_invite(project, "student@example.net", "guest", message="Welcome")
    alice.resend_invite(made)
    listed = [each["email"] for each in alice.invites(project)]
    alice.revoke_invite(made)

    assert ("project guest", "Welcome", alice.current_user()["sodar_uuid"]) == (
        made["role"],
        made["message"],
        made["issuer"],
    )
    assert (["student@example.net"], []) == (listed, list(alice.invites(project)))


@pytest.mark.parametrize("action", ["revoke_invite", "resend_invite"])
def test_an_invite_ends_once(alice, project, action):
    """The next step is the list of those that are active."""
    made = alice.create_invite(project, "student@example.net", "guest")
    alice.revoke_invite(made)
    error = refused(ResponseError, lambda: getattr(alice, action)(made))

    assert (400, True) == (error.status, "invites(project)" in str(error))


def test_who_has_an_account_is_added_and_not_invited(alice, project, server):
    """The server's answer names the account, ours what to do."""
    error = refused(ResponseError, lambda: alice.create_invite(project, "bob@example.org", "guest"))

    assert "add_member" in str(error)


def test_invites_are_for_owners(alice, bob, project):
    """A contributor may not let others in."""
    alice.add_member(project, "bob", "contributor")

    refused(PermissionDenied, lambda: bob.create_invite(project, "student@example.net", "guest"))


def test_one_invite_is_shown_where_servers_can(alice, project, server):
    """It came with version 2.0."""
    made = alice.create_invite(project, "student@example.net", "guest")
    if server.at_least("2.0"):
        assert made == alice.invite(made)
    else:
        error = refused(VersionRejected, lambda: alice.invite(made))
        assert "SODAR 1.2" in str(error)


def test_the_timeline_tells_what_was_done(alice, server, project):
    """Newest first, with names in place of what stands for them."""
    alice.add_member(project, "bob", "guest")
    if server.old:
        error = refused(VersionRejected, lambda: list(alice.timeline(project)))
        assert "SODAR 1.0" in str(error)
        return
    events = alice.timeline(project).to_frame()

    assert ["role_create", "project_create"] == events["event_name"].tolist()
    assert ["OK", "OK"] == events["status"].tolist()
    assert server.usernames["bob"] in events["text"][0]
    assert "alice@EXAMPLE" == events["user.username"][0]
    assert events["time"].is_monotonic_decreasing
    assert "role_create" == alice.event(alice.timeline(project)[0])["event_name"]


def test_what_is_classified_is_for_owners(alice, bob, project, server):
    """A guest sees that somebody came, and not which addresses are allowed."""
    alice.add_member(project, "bob", "guest")
    alice.set_setting("ip_restrict", False, project)
    if server.old:
        refused(VersionRejected, lambda: list(bob.timeline(project)))
        return

    assert "app_setting_set_api" == alice.timeline(project)[0]["event_name"]
    assert "role_create" == bob.timeline(project)[0]["event_name"]
    assert {"value": False} == alice.timeline(project)[0]["extra_data"]
    refused(PermissionDenied, lambda: bob.event(alice.timeline(project)[0]))


def test_the_servers_own_timeline_has_pages(alice, server):
    """It may be empty, and is a listing all the same."""
    kind = VersionRejected if server.old else NotFound

    refused(kind, lambda: alice.event(NOBODY))
    assert server.old or isinstance(len(alice.timeline()), int)


# -- what sites of SODAR Core lack -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sandbox", ["new"], indirect=True)
def test_critical_warnings_are_told_by_the_timeline(sodar, projects):
    """The answer to the import only counts them."""
    error = refused(ResponseError, lambda: sodar.import_sheets(projects["RNA pilot"], annotated_twice()))

    assert "critical warnings" in str(error)
    assert "The timeline says" in str(error)
    assert "a_rna_pilot.txt: " in str(error)
    assert "<li>" not in str(error)


@pytest.mark.parametrize("sandbox", ["new"], indirect=True)
def test_an_old_failure_is_not_told_of_a_new_one(sodar, projects):
    """What has no investigation file comes to no timeline."""
    refused(ResponseError, lambda: sodar.import_sheets(projects["RNA pilot"], annotated_twice()))
    error = refused(ResponseError, lambda: sodar.api.record(
        "sheets", "POST", f"samplesheets/api/import/{projects['RNA pilot']['sodar_uuid']}",
        files=[("file", ("a.zip", b"no zip", "application/zip"))], what="import sheets"))  # fmt: skip
    again = refused(ResponseError, lambda: sodar.import_sheets(projects["RNA pilot"], without("s_")))

    assert "timeline" not in str(error)
    assert "critical" not in str(again)


@pytest.mark.parametrize("sandbox", ["new"], indirect=True)
def test_a_failed_zone_is_told_with_the_timeline(sandbox, sodar, projects):
    """Where the zone's own words are cut, the timeline's are whole."""
    project = projects["Exome pilot"]
    sodar.create_collections(project)
    zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
    with sandbox.fault("sodar", "failed_validation"):
        sodar.validate_zone(zone)
    world = sandbox.app("sodar").world
    served = world.projects[zone["project"]].zones[0]
    served.ahead[-1] = ("FAILED", "checksums do not match for 3 file(s)")
    conclude = world.conclude
    world.conclude = lambda event, status, words: conclude(event, status, f"{words}: a.bam, b.bam, c.bam")
    error = refused(Exception, lambda: sodar.wait_zone(zone))
    del world.conclude

    assert "a.bam, b.bam, c.bam" in str(error)


@pytest.mark.parametrize("sandbox", ["new"], indirect=True)
def test_a_project_is_locked_while_files_move(sandbox, sodar, projects):
    """Then other work has to wait."""
    project = projects["RNA pilot"]
    with sandbox.fault("sodar", "locked"):
        assert sodar.is_locked(project) is True
    assert sodar.is_locked(project) is False
    refused(UsageError, lambda: sodar.is_locked(projects["Genomics"]))


def test_new_calls_name_the_release_that_has_them(sandbox, sodar, projects):
    """On the server of seed 000, and on SODAR 1.1."""
    project = projects["RNA pilot"]
    with sandbox.fault("sodar", "release_1_1"):
        if sodar.current_user() and sodar.api.generation == "new":
            assert sodar.is_locked(project) is False
        else:
            assert "SODAR 1.1" in str(refused(VersionRejected, lambda: sodar.is_locked(project)))
        error = refused(VersionRejected, lambda: sodar.zone_settings(project))

    assert "SODAR 1.2" in str(error)


def test_a_zone_is_renamed_by_a_change_and_only_if_asked(sodar, projects, posted):
    """Servers give it a new path, and what lies in it stays at the old one."""
    project = projects["Exome pilot"]
    sodar.create_collections(project)
    zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt", title="first"))
    before = posted()
    refused(UsageError, lambda: sodar.update_zone(zone, description="x"))
    refused(UsageError, lambda: sodar.update_zone(zone, rename=True))
    assert before == posted()
    changed = sodar.update_zone(zone, description="x", rename=True)

    assert "x" == changed["description"]
    assert changed["title"] != zone["title"]
    assert changed["irods_path"].endswith(changed["title"])


def test_zones_of_others_are_changed_by_owners_only(connect, projects):
    """Not even the own one by a contributor."""
    alice, bob = connect("alice"), connect("bob")
    alice.create_collections(projects["Exome pilot"])
    zone = bob.create_zone(projects["Exome pilot"], "a_exome_pilot.txt")

    refused(PermissionDenied, lambda: bob.update_zone(zone, description="x", rename=True))


def test_what_has_no_method_can_be_sent(alice, server, project):
    """With the version that was found out; an option that there is not is refused before."""
    found = alice.request("get", f"project/api/retrieve/{project['sodar_uuid']}").json()
    refused(UsageError, lambda: alice.request("GET", "project/api/list", param={}))
    refused(NotFound, lambda: alice.request("GET", f"project/api/retrieve/{NOBODY}"))

    assert project["sodar_uuid"] == found["sodar_uuid"]
    assert server.old or isinstance(found["roles"], dict)


def test_addresses_of_other_apps_are_asked_for_in_any_form(sodar):
    """They have media types that the client does not know."""
    sent = refused(ResponseError, lambda: sodar.request("GET", "cache/api/retrieve/x/y/z"))

    assert sent.status in (404, 500)
    assert "Accept: */*" in sodar.last_request.curl or "'Accept: */*'" in sodar.last_request.curl
