"""A landing zone goes from CREATING to MOVED, never twice, never silently, and never for ever."""

import json
import threading
from collections import deque

import pytest

import bionb
from bionb.errors import (
    BionbError,
    Conflict,
    ConnectionFailed,
    JobFailed,
    NotFound,
    PermissionDenied,
    ResponseError,
    ServerFailed,
    UsageError,
    WaitTimeout,
)
from bionb.platforms.sodar.wire.investigation import Investigation
from tests.platforms.sodar.refusing import refused
from tests.platforms.sodar.sheet_recording import zipped
from tests.platforms.sodar.sources import EXOME, RNA, texts

ASSAY = "a_exome_pilot.txt"


@pytest.fixture
def project(sodar, projects):
    """A project with sheets and collections."""
    sodar.create_collections(projects["Exome pilot"])
    return projects["Exome pilot"]


@pytest.fixture
def zone(sodar, project, clock):
    """A landing zone ready for files; waiting takes no time."""
    return sodar.wait_zone(sodar.create_zone(project, ASSAY))


@pytest.fixture
def put(sandbox):
    """Put a file into a zone, in place of an upload by an iRODS client."""
    return sandbox.app("sodar").put_file


@pytest.fixture
def locked(sandbox):
    """The status with which the server refuses while other work is done in the project."""
    return 503 if sandbox.app("sodar").generation == "new" else 500


# -- the way of a zone ----------------------------------------------------------------------------------------------


def test_files_go_through_a_zone_into_the_project(sodar, project, zone, put):
    """The whole lesson: create, ACTIVE, upload, validate, move, MOVED, and the file is where it belongs."""
    put(zone, "FAM1-father-N1/reads.bam", b"invented reads")
    sodar.validate_zone(zone)
    validated = sodar.wait_zone(zone)
    sodar.move_zone(zone)
    moved = sodar.wait_zone(zone, "MOVED")
    files = sodar.files(project).to_frame()

    assert ("ACTIVE", "MOVED") == (validated["status"], moved["status"])
    assert "1 file" in validated["status_info"]
    assert ["reads.bam"] == files["name"].tolist()
    assert files.loc[0, "path"].startswith(sodar.investigation(project).assay(ASSAY)["irods_path"])
    assert 14 == files.loc[0, "size"]


def test_a_new_zone_says_what_it_is_for(sodar, project):
    """Title, description and assay are what the list of zones shows."""
    made = sodar.create_zone(project, ASSAY, title="Run 7", description="first trio", user_message="please check")

    assert "CREATING" == made["status"]
    assert made["title"].endswith("_run_7")
    assert ("first trio", "please check") == (made["description"], made["user_message"])
    assert sodar.investigation(project).assays[0]["sodar_uuid"] == made["assay"]
    assert sodar.current_user()["sodar_uuid"] == made["user"]["sodar_uuid"]


def test_options_of_a_new_zone_reach_the_server(sandbox, sodar, project):
    """Collections made and restricted at once spare the user a typing error in a path."""
    sodar.create_zone(
        project, ASSAY, configuration="special", config_data={"a": 1}, create_colls=True, restrict_colls=True
    )
    sent = sandbox.received("sodar")[-1].body.decode()

    for part in ('"create_colls": true', '"restrict_colls": true', '"configuration": "special"', '"a": 1'):
        assert part in sent


def test_lists_show_unfinished_zones_unless_asked_for_all(sodar, project, zone, put):
    """Moved zones are history, and pile up."""
    put(zone, "reads.bam")
    sodar.move_zone(zone)
    sodar.wait_zone(zone, "MOVED")
    sodar.create_zone(project, ASSAY)

    assert ["CREATING"] == sodar.zones(project).to_frame()["status"].tolist()
    assert {"CREATING", "MOVED"} == set(sodar.zones(project, finished=True).to_frame()["status"])


def test_a_deleted_zone_ends_as_deleted(sodar, project, zone):
    """Its files are gone with it, so its end must be certain."""
    sodar.delete_zone(zone)

    assert "DELETED" == sodar.wait_zone(zone, "DELETED")["status"]
    assert [] == list(sodar.zones(project))


def test_files_of_a_zone_are_listed_where_the_server_can(sandbox, sodar, zone, put):
    """Only servers from 1.2 have that list."""
    put(zone, "reads.bam")
    if sandbox.app("sodar").generation == "new":
        assert ["reads.bam"] == sodar.files(zone=zone).to_frame()["name"].tolist()
    else:
        refused(NotFound, lambda: list(sodar.files(zone=zone)))


def test_a_failed_validation_can_be_repaired(sodar, zone, put):
    """FAILED is no end: the reason is in status_info, and the zone takes files again."""
    put(zone, "reads.bam", checksum=False)
    sodar.validate_zone(zone)
    error = refused(JobFailed, lambda: sodar.wait_zone(zone))
    put(zone, "reads.bam")
    sodar.validate_zone(zone)

    assert ("FAILED", "FAILED") == (error.state, error.record["status"])
    assert "reads.bam" in str(error)
    assert "validate_zone(zone)" in str(error)
    assert "ACTIVE" == sodar.wait_zone(zone)["status"]


def test_a_validation_can_be_made_to_fail(sandbox, sodar, zone, put):
    """For lessons on what a wrong checksum looks like."""
    put(zone, "reads.bam")
    with sandbox.fault("sodar", "failed_validation"):
        sodar.validate_zone(zone)
        assert "checksums" in str(refused(JobFailed, lambda: sodar.wait_zone(zone)))
    sodar.validate_zone(zone)

    assert "ACTIVE" == sodar.wait_zone(zone)["status"]


def test_a_zone_that_could_not_be_made_ends_the_waiting(sandbox, sodar, project, clock):
    """It has no place in iRODS, and never will."""
    with sandbox.fault("sodar", "not_created"):
        made = sodar.create_zone(project, ASSAY)
    error = refused(JobFailed, lambda: sodar.wait_zone(made))

    assert ("NOT CREATED", None) == (error.state, error.record["irods_path"])
    assert "create_zone(project, assay) again" in str(error)
    assert [] == list(sodar.zones(project))


def test_the_browser_shows_investigation_and_zones_below_a_project(sodar, project, zone):
    """Project, investigation, study, assay as tables; and what is on its way."""
    node = next(each for each in sodar.children(sodar.roots()[0]) if each.id == project["sodar_uuid"])
    investigation, files, listed = list(sodar.children(node))
    (study,) = sodar.children(investigation)
    (assay,) = sodar.children(study)

    assert ["investigation", "files", "zone"] == [investigation.kind, files.kind, listed.kind]
    assert zone["title"] == listed.title
    assert [12, 12] == [len(sodar.frame(study)), len(sodar.frame(assay))]
    assert ["ACTIVE"] == sodar.frame(listed)["status"].tolist()


# -- which assay ----------------------------------------------------------------------------------------------------


def two_assays():
    """Pack an example with a second assay."""
    files = texts(EXOME)
    lines = []
    for line in files["exome_pilot/i_exome_pilot.txt"].splitlines():
        name, *values = line.split("\t")
        if name == "Study Assay File Name":
            values.append("a_second.txt")
        elif name.startswith("Study Assay"):
            values *= 2
        lines.append("\t".join([name, *values]))
    files["exome_pilot/i_exome_pilot.txt"] = "\n".join(lines) + "\n"
    files["exome_pilot/a_second.txt"] = files[f"exome_pilot/{ASSAY}"]
    return zipped(files)


def test_the_assay_is_named_and_never_silently_the_first(sodar, projects, clock):
    """Files in the wrong assay are found months later."""
    project = projects["RNA pilot"]
    sodar.import_sheets(project, two_assays())
    sodar.create_collections(project)
    second = sodar.investigation(project).assay("a_second.txt")
    made = [sodar.create_zone(project, each)["assay"] for each in ("a_second.txt", "second", second)]

    assert [second["sodar_uuid"]] * 3 == made
    assert "'assay'" in str(refused(UsageError, lambda: sodar.create_zone(project)))


def test_an_assay_of_another_project_is_refused_with_a_list_of_the_right_ones(sodar, projects, project, posted):
    """Neither by name nor by UUID; nothing is sent."""
    sodar.import_sheets(projects["RNA pilot"], RNA)
    other = sodar.investigation(projects["RNA pilot"]).assays[0]
    before = posted()
    for assay in ("a_rna_pilot.txt", other["sodar_uuid"], other, "nonsense"):
        error = refused(UsageError, lambda assay=assay: sodar.create_zone(project, assay))
        assert ASSAY in str(error)

    assert before == posted()


# -- what is missing ------------------------------------------------------------------------------------------------


def test_missing_collections_are_named_where_the_server_only_says_403(sodar, projects):
    """New servers check the permission first, and deny it to everybody without collections."""
    error = refused(ResponseError, lambda: sodar.create_zone(projects["Exome pilot"], ASSAY))

    assert "no iRODS collections" in str(error)
    assert "create_collections(project)" in str(error)
    assert [] == list(sodar.zones(projects["Exome pilot"], finished=True))


def test_missing_sheets_are_named_before_missing_collections(sodar, projects):
    """One step at a time."""
    error = refused(NotFound, lambda: sodar.create_zone(projects["RNA pilot"], ASSAY))

    assert "import_sheets(project, source)" in str(error)


def test_guests_have_no_zones(connect, project):
    """With collections there, 403 means what it says."""
    error = refused(PermissionDenied, lambda: connect("carol").create_zone(project, ASSAY))

    assert "collections" not in str(error)
    assert "Ask an owner" in str(error)


def test_another_contributors_zone_is_not_touched(connect, sodar, project, zone, posted):
    """Owners and delegates may; contributors see and submit their own only."""
    bob = connect("bob")
    before = posted()
    for call in (bob.zone, bob.validate_zone, bob.move_zone, bob.delete_zone):
        assert "Ask an owner" in str(refused(PermissionDenied, lambda call=call: call(zone)))

    assert before == posted()
    assert [] == list(bob.zones(project))
    assert [zone["sodar_uuid"]] == [each["sodar_uuid"] for each in sodar.zones(project)]


def test_the_limit_of_zones_is_named(sodar, project, clock):
    """The collections are there: the reason is another one."""
    for _ in range(5):
        sodar.create_zone(project, ASSAY)

    assert "limit" in str(refused(PermissionDenied, lambda: sodar.create_zone(project, ASSAY)))


def test_a_zone_left_behind_by_a_dead_irods_is_on_the_error(sandbox, sodar, project, clock):
    """The server says 500 and keeps the zone: another try makes a second one."""
    with sandbox.fault("sodar", "irods_down"):
        error = refused(ServerFailed, lambda: sodar.create_zone(project, ASSAY, description="trio"))
    (listed,) = sodar.zones(project)

    assert ("CREATING", "trio") == (error.partial["status"], error.partial["description"])
    assert listed["sodar_uuid"] == error.partial["sodar_uuid"]
    assert listed["title"] in str(error)
    assert "administrator" in str(error)
    assert "delete_zone" not in str(error)


def test_a_zone_that_stays_in_creating_is_left_to_an_administrator(sandbox, sodar, project, posted):
    """Servers refuse to delete it, so advice to do so would lead nowhere."""
    with sandbox.fault("sodar", "irods_down"):
        left = refused(ServerFailed, lambda: sodar.create_zone(project, ASSAY)).partial
    before = posted()

    assert "only an administrator" in str(refused(Conflict, lambda: sodar.delete_zone(left)))
    assert before == posted()
    path = f"landingzones/api/submit/delete/{left['sodar_uuid']}"
    error = refused(ResponseError, lambda: sodar.api.json("zones", "POST", path, what="delete it anyway"))
    assert (400, True) == (error.status, "status=CREATING" in str(error))


@pytest.mark.parametrize("titles", [(None, None), ("Run 7", "Run 7"), ("Run 7", "RUN-7")])
def test_a_second_zone_of_the_same_name_crashes_the_server_and_blames_no_other(sandbox, sodar, project, titles):
    """The zone that is there already is a healthy one: nobody may be told to delete it."""
    healthy = sodar.create_zone(project, ASSAY, title=titles[0])
    with sandbox.fault("sodar", "same_second"):
        error = refused(ServerFailed, lambda: sodar.create_zone(project, ASSAY, title=titles[1]))

    assert error.partial is None
    assert healthy["title"] not in str(error)
    assert "Look at zones(project)" in str(error)
    assert "delete" not in str(error)


def test_zones_of_one_project_are_made_a_second_apart(sodar, project, clock):
    """A loop over assays must not meet the server's crash."""
    begun = clock.now()
    sodar.create_zone(project, ASSAY)
    sodar.create_zone(project, ASSAY)

    assert clock.now() - begun > 1


def test_a_zone_that_somebody_else_makes_meanwhile_is_none_of_this_call(sandbox, sodar, projects, connect):
    """Neither named as left behind, nor taken for the one that was asked for."""
    shared, bob = projects["RNA pilot"], connect("bob")
    sodar.import_sheets(shared, RNA)
    sodar.create_collections(shared)
    (assay, *_) = sodar.investigation(shared).assays
    post = sodar.api.record

    def lost(api, method, path, **options):
        if "zones/api/create" not in path:
            return post(api, method, path, **options)
        bob.create_zone(shared, assay)
        raise ConnectionFailed("SODAR gave no answer.", maybe_done=True)

    sodar.api.record = lost
    error = refused(ConnectionFailed, lambda: sodar.create_zone(shared, assay))
    assert "zones(project)" in str(error)
    assert ["bob@EXAMPLE"] == [each["user"]["username"] for each in sodar.zones(shared)]


def test_a_blank_title_is_refused_here_as_there(sodar, project, posted):
    """Left out it is what people mean by it; both servers refuse an empty one."""
    before = posted()
    for title in ("", "  "):
        refused(UsageError, lambda title=title: sodar.create_zone(project, ASSAY, title=title))
    assert before == posted()


def test_a_zone_sends_what_was_given_and_nothing_else(sandbox, sodar, project):
    """Empty texts and lists that nobody asked for are what servers refuse."""
    sodar.create_zone(project, ASSAY)

    assert ["assay"] == list(json.loads(sandbox.received("sodar")[-1].body))


def test_a_zone_whose_answer_was_lost_is_found(sandbox, sodar, project):
    """Looking is better than asking the user to look."""
    with sandbox.fault("sodar", "drop_connection", path="zones/api/create"):
        zone = sodar.create_zone(project, ASSAY, title="Run 7", description="first trio")

    assert ("CREATING", "first trio") == (zone["status"], zone["description"])
    assert 1 == len(sodar.zones(project))


def test_a_zone_that_may_exist_is_pointed_at(sandbox, sodar, project):
    """To create it again could make two."""
    lost, broken = (
        sandbox.fault("sodar", "drop_connection", path="zones/api/create"),
        sandbox.fault("sodar", "web_page", path="zones/api/list"),
    )
    with lost, broken:
        error = refused(ConnectionFailed, lambda: sodar.create_zone(project, ASSAY))

    assert "may have been done" in str(error)
    assert "zones(project)" in str(error)


def test_lists_of_zones_name_their_users(sodar, project, zone):
    """New servers give a UUID, which tells nobody whose zone it is."""
    assert ["alice@EXAMPLE"] == sodar.zones(project).to_frame()["user.username"].tolist()
    assert "alice@EXAMPLE" == sodar.zone(zone)["user"]["username"]


def test_zones_that_cannot_be_listed_either_are_pointed_at(sandbox, sodar, project):
    """The second failure must not hide the first."""
    broken = sandbox.fault("sodar", "web_page", path="/landingzones/api/list")
    with sandbox.fault("sodar", "irods_down"), broken:
        error = refused(ServerFailed, lambda: sodar.create_zone(project, ASSAY))

    assert error.partial is None
    assert "zones(project)" in str(error)


# -- submitting once ------------------------------------------------------------------------------------------------


def test_a_second_submit_is_refused_here_since_the_server_takes_it(sodar, zone, put, posted):
    """Right after a submit the zone still reads ACTIVE, and servers accept another that spoils it."""
    put(zone, "reads.bam")
    sodar.move_zone(zone)
    before = posted()
    for call in (sodar.move_zone, sodar.validate_zone, sodar.delete_zone):
        assert "wait_zone(zone)" in str(refused(Conflict, lambda call=call: call(zone)))
    assert "VALIDATING" in str(refused(Conflict, lambda: sodar.move_zone(zone)))

    assert before == posted()
    assert "MOVED" == sodar.wait_zone(zone, "MOVED")["status"]


def test_two_threads_submit_once(sodar, zone, put, posted):
    """A button clicked twice runs two handlers."""
    put(zone, "reads.bam")
    errors = []

    def move():
        try:
            sodar.move_zone(zone)
        except BionbError as error:
            errors.append(error)

    threads = [threading.Thread(target=move) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)

    assert [Conflict] * 3 == [type(each) for each in errors]
    assert 1 == sum("submit/move" in each for each in posted())


def test_a_submit_whose_answer_was_lost_counts_as_sent(sandbox, sodar, zone, put):
    """It may have arrived: to send it again could spoil the zone."""
    put(zone, "reads.bam")
    with (
        sandbox.fault("sodar", "drop_connection", path="submit/move"),
        pytest.raises(ConnectionFailed),
    ):
        sodar.move_zone(zone)

    assert "wait_zone(zone)" in str(refused(Conflict, lambda: sodar.move_zone(zone)))


def test_a_finished_zone_is_not_submitted(sodar, zone, put, posted):
    """The wrong state is known before anything is sent."""
    put(zone, "reads.bam")
    sodar.move_zone(zone)
    sodar.wait_zone(zone, "MOVED")
    before = posted()
    for call in (sodar.move_zone, sodar.validate_zone, sodar.delete_zone):
        error = refused(Conflict, lambda call=call: call(zone))
        assert "MOVED" in str(error)
        assert "create another" in str(error)

    assert before == posted()


def test_the_server_refuses_the_wrong_state_too(sodar, zone):
    """For who sends the plain request."""
    sodar.delete_zone(zone)
    sodar.wait_zone(zone, "DELETED")
    path = f"landingzones/api/submit/move/{zone['sodar_uuid']}"
    error = refused(ResponseError, lambda: sodar.api.json("zones", "POST", path, what="move it anyway"))

    assert 400 == error.status
    assert "status=DELETED" in str(error)


def test_a_locked_project_refuses_and_nothing_is_lost(sandbox, locked, sodar, zone, put):
    """Another zone is being validated: wait, then submit again."""
    put(zone, "reads.bam")
    with sandbox.fault("sodar", "locked"):
        error = refused(ServerFailed, lambda: sodar.move_zone(zone))

    assert locked == error.status
    assert "try again" in str(error).lower()
    sodar.move_zone(zone)
    assert "MOVED" == sodar.wait_zone(zone, "MOVED")["status"]


def test_one_zone_at_a_time_is_validated_in_a_project(locked, sodar, project, zone, put):
    """The second one is refused, too, and can be submitted later."""
    other = sodar.wait_zone(sodar.create_zone(project, ASSAY))
    put(zone, "one.bam")
    put(other, "two.bam")
    sodar.validate_zone(zone)
    sodar.zone(zone)
    assert locked == refused(ServerFailed, lambda: sodar.validate_zone(other)).status
    sodar.wait_zone(zone)
    sodar.validate_zone(other)

    assert "ACTIVE" == sodar.wait_zone(other)["status"]


def test_moving_an_empty_zone_is_refused_unless_it_is_meant(sodar, zone):
    """The server moves nothing and removes the zone; old servers are asked for its files over WebDAV."""
    with pytest.raises(UsageError, match=r"no files.*empty=True"):
        sodar.move_zone(zone)
    assert "ACTIVE" == sodar.zone(zone)["status"]
    sodar.move_zone(zone, empty=True)

    assert "MOVED" == sodar.wait_zone(zone, "MOVED")["status"]


def test_where_nobody_can_be_asked_a_zone_is_not_taken_for_empty(sandbox, zone, put):
    """A server before 1.2, and no WebDAV address: what is not known is no reason to refuse."""
    url, given = sandbox.url("sodar"), sandbox.credentials("sodar")
    with bionb.connect("sodar", url, token=given["token"]) as blind, sandbox.fault("sodar", "release_1_1"):
        blind.move_zone(zone)
        assert "MOVED" == blind.wait_zone(zone, "MOVED")["status"]


def test_a_query_string_turns_validating_into_moving_and_bionb_never_sends_one(sodar, zone, put, posted):
    """A server oddity that would move files that were only to be checked."""
    put(zone, "reads.bam")
    sodar.validate_zone(zone)
    after_ours = sodar.wait_zone(zone)
    path = f"landingzones/api/submit/validate/{zone['sodar_uuid']}"

    assert "ACTIVE" == after_ours["status"]
    assert f"/{path}" == posted()[-1]
    sodar.api.request("zones", "POST", path, what="validate with a query", params={"x": 1})
    assert "MOVED" == sodar.wait_zone(zone, "MOVED")["status"]


# -- waiting --------------------------------------------------------------------------------------------------------


def test_waiting_ends_only_when_something_has_changed_since_the_submit(sandbox, sodar, zone, put):
    """ACTIVE is what was before and what is awaited."""
    put(zone, "reads.bam")
    sodar.validate_zone(zone)
    polls = len(sandbox.received("sodar"))
    done = sodar.wait_zone(zone)

    assert "Successfully validated" in done["status_info"]
    assert done["date_modified"] > zone["date_modified"]
    assert len(sandbox.received("sodar")) - polls > 3


def test_progress_is_read_from_the_servers_words(sodar, zone, put, monkeypatch):
    """The only place where the server says how far it is."""
    seen = []
    monkeypatch.setattr(
        "bionb.progress.Progress.update", lambda bar, done, text="", total=None: seen.append((done, total))
    )
    put(zone, "reads.bam")
    put(zone, "more.bam")
    sodar.validate_zone(zone)
    sodar.wait_zone(zone)

    assert [(0.0, 2.0), (2.0, 2.0)] == [each for each in seen if each[1]]


def test_a_zone_that_never_leaves_moving_is_called_stuck(sandbox, sodar, zone, put, clock):
    """After an iRODS outage zones stay MOVING for ever, and nobody should wait as long."""
    put(zone, "reads.bam")
    with sandbox.fault("sodar", "stuck"):
        sodar.move_zone(zone)
        error = refused(WaitTimeout, lambda: sodar.wait_zone(zone, "MOVED"))

    assert ("MOVING", "MOVING") == (error.state, error.record["status"])
    assert "ask an administrator" in str(error)
    assert 900 <= sum(clock.slept) < 1000
    assert max(clock.slept) <= 30


@pytest.mark.parametrize(("submit", "hours"), [("validate_zone", 24), ("move_zone", 24), ("delete_zone", 1 / 6)])
def test_checks_and_moves_get_a_day_and_all_else_ten_minutes(submit, hours, sandbox, sodar, zone, put, clock):
    """Missing checksums of large zones take hours; deleting does not."""
    put(zone, "reads.bam")
    getattr(sodar, submit)(zone)
    sandbox.app("sodar").world.projects[zone["project"]].zones[0].ahead.clear()
    wanted = {"validate_zone": "ACTIVE", "move_zone": "MOVED", "delete_zone": "DELETED"}[submit]
    refused(WaitTimeout, lambda: sodar.wait_zone(zone, wanted, stuck_after=1e9))

    assert hours * 3600 == pytest.approx(sum(clock.slept), rel=0.01)


def test_a_deadline_ends_the_waiting_and_not_the_work(sandbox, sodar, zone, put, clock):
    """The next wait takes up where this one ended."""
    put(zone, "reads.bam")
    sodar.move_zone(zone)
    error = refused(WaitTimeout, lambda: sodar.wait_zone(zone, "MOVED", deadline=0))

    assert "wait again" in str(error)
    assert "MOVED" == sodar.wait_zone(zone, "MOVED")["status"]


def test_after_a_deadline_the_old_status_is_still_not_taken_for_the_new(sodar, zone, put):
    """The zone may read ACTIVE for a while after the submit."""
    put(zone, "reads.bam")
    sodar.validate_zone(zone)
    refused(WaitTimeout, lambda: sodar.wait_zone(zone, deadline=0))

    assert "Successfully validated" in sodar.wait_zone(zone)["status_info"]


def test_an_end_that_was_not_awaited_is_said_at_once(sodar, zone):
    """Who waits for ACTIVE shall not wait for a zone that is gone."""
    sodar.delete_zone(zone)
    error = refused(JobFailed, lambda: sodar.wait_zone(zone, "MOVED"))

    assert "DELETED" == error.state
    assert "create_zone(project, assay)" in str(error)


def test_a_lost_irods_fails_a_zone_that_was_submitted(sandbox, sodar, zone, put):
    """The submit is accepted, the work fails; repairable once iRODS is back."""
    put(zone, "reads.bam")
    with sandbox.fault("sodar", "irods_down"):
        sodar.move_zone(zone)
        assert "FAILED" == refused(JobFailed, lambda: sodar.wait_zone(zone, "MOVED")).state
    sodar.move_zone(zone)

    assert "MOVED" == sodar.wait_zone(zone, "MOVED")["status"]


def test_a_few_polls_may_fail(sandbox, sodar, zone, put):
    """A proxy hiccup must not end a wait of hours."""
    put(zone, "reads.bam")
    sodar.move_zone(zone)
    with sandbox.fault("sodar", "maintenance", path="retrieve", times=2):
        assert "MOVED" == sodar.wait_zone(zone, "MOVED")["status"]


def test_a_status_that_bionb_does_not_know_counts_as_busy(sandbox, sodar, zone, clock):
    """A newer server may have more of them."""
    served = sandbox.app("sodar").world.projects[zone["project"]].zones[0]
    served.status, served.ahead = "PONDERING", deque([("ACTIVE", "Ready again")])

    assert "Ready again" == sodar.wait_zone(zone)["status_info"]


def test_fields_that_a_server_leaves_out_are_no_crash():
    """Old and new ones differ in what they send."""
    found = Investigation({"project": "p", "sodar_uuid": "u", "studies": {"s": {"assays": {}, "file_name": "s_x.txt"}}})

    assert ("", False, []) == (found.title, found.irods_status, found.assays)
    assert ["investigation", "study"] == found.to_frame()["kind"].tolist()


def test_only_statuses_that_last_can_be_waited_for(sodar, zone):
    """VALIDATING may be over between two polls."""
    error = refused(UsageError, lambda: sodar.wait_zone(zone, "VALIDATING"))

    assert "ACTIVE" in str(error)


def test_an_archived_project_takes_no_new_zone_and_loses_old_ones(sandbox, sodar, project, zone):
    """Reading and deleting remain."""
    sodar.update_project(project, description="over")
    sandbox.app("sodar").world.projects[project["sodar_uuid"]].archive = True
    for call in (lambda: sodar.create_zone(project, ASSAY), lambda: sodar.validate_zone(zone)):
        refused(PermissionDenied, call)
    sodar.delete_zone(zone)

    assert "DELETED" == sodar.wait_zone(zone, "DELETED")["status"]
