"""Editing sheets means replacing them whole: everything that can go wrong is found before anything is sent."""

import posixpath
import time
from contextlib import ExitStack

import pytest
import requests

import bionb
from bionb.errors import Conflict, ConnectionFailed, InvalidInput, PermissionDenied, ServerFailed, UsageError
from bionb.platforms.sodar.workflows import replacing
from tests.platforms.sodar.refusing import refused
from tests.platforms.sodar.sheet_recording import zipped
from tests.platforms.sodar.sources import EXOME, RNA, annotated_twice, changed, emptied, texts

STUDY, ASSAY = "exome_pilot/s_exome_pilot.txt", "exome_pilot/a_exome_pilot.txt"

NAMES = [("FAM1-child-N1", "FAM1-child-N9"), ("FAM1-father-N1", "FAM1-father-N9")]


@pytest.fixture
def project(projects):
    """A project with sheets."""
    return projects["Exome pilot"]


def edited(isa, column="Characteristics[Age]", value="9"):
    """Change the first cell of a column of the study."""
    (name,) = isa.studies
    frame = isa[name].frame
    frame.loc[0, column] = value
    return isa.replace(name, frame)


def renamed(old, new):
    """Pack the example with one of its files under another name."""
    files = {name.replace(old, new): text.replace(old, new) for name, text in texts(EXOME).items()}
    return zipped(files)


# -- the workflow ---------------------------------------------------------------------------------------------------


def test_an_edited_cell_arrives_and_nothing_else_changes(sodar, project):
    """What seed and notebook promise: export, edit, check, replace, compare."""
    done = sodar.replace_sheets(project, edited(sodar.export_sheets(project)))

    assert 1 == len(done.changes)
    assert ["41", "9"] == done.changes.loc[0, ["old", "new"]].tolist()
    assert "9" == done.stored[STUDY].frame.loc[0, "Characteristics[Age]"]
    assert [0, 0] == done.tables[["missing", "added"]].sum().tolist()
    assert done.uuids["kept"].all()
    assert [] == done.sodar_warnings
    assert "1 changes sent, 0 UUIDs lost" in repr(done)


def test_replacing_works_where_nothing_was_before(sodar, projects):
    """The first import can go the careful way, too."""
    done = sodar.replace_sheets(projects["RNA pilot"], RNA)

    assert 0 == len(done.changes)
    assert not done.uuids["kept"].any()
    assert ["investigation", "study", "assay"] == done.uuids["kind"].tolist()


def test_pooled_rows_are_counted_before_and_after(sodar, projects):
    """Eight rows sent become 32 stored; that is SODAR's writer and no loss."""
    done = sodar.replace_sheets(projects["RNA pilot"], RNA)
    assay = done.tables.set_index("file").loc["a_rna_pilot.txt"]

    assert [8, 32, 0] == assay[["rows_sent", "rows_stored", "missing"]].tolist()
    assert 24 == assay["added"]


def test_a_renamed_assay_file_shows_as_lost_and_new(sodar, project):
    """Without collections the server takes it, and every link to the old UUID breaks."""
    done = sodar.replace_sheets(project, renamed("a_exome_pilot", "a_other"))
    lost = done.uuids[~done.uuids["kept"]]

    assert ["a_other.txt", "a_exome_pilot.txt"] == lost["file_name"].tolist()
    assert "2 UUIDs lost or new" in repr(done)


def test_what_the_server_warns_of_is_on_the_result(sodar, project):
    """An assay without plugin is stored all the same."""
    done = sodar.replace_sheets(project, changed("i_", "exome sequencing", "guesswork", EXOME))

    assert 1 == len(done.sodar_warnings)
    assert "guesswork" in done.sodar_warnings[0]


def test_the_request_behind_it_is_the_one_that_replaced(sodar, project):
    """A learner sees what changed the sheets, and can look at all that was sent for it."""
    sodar.replace_sheets(project, EXOME)

    assert "samplesheets/api/import/" in sodar.last_request.python
    assert 'files={"file": ...}' in sodar.last_request.python
    assert "project/api/retrieve" in sodar.last_requests[0].python


# -- nobody else's change is overwritten ----------------------------------------------------------------------------


def test_sheets_changed_since_the_export_are_not_overwritten(sodar, connect, project, posted):
    """SODAR has no lock: the last one wins, and the others' edits are gone."""
    mine = edited(sodar.export_sheets(project))
    other = connect("bob")
    other.replace_sheets(project, edited(other.export_sheets(project), value="77"))
    before = posted()
    error = refused(Conflict, lambda: sodar.replace_sheets(project, mine))

    assert "nothing was sent" in str(error)
    assert "Export again" in str(error)
    assert before == posted()
    assert "77" == sodar.export_sheets(project)[STUDY].frame.loc[0, "Characteristics[Age]"]


def test_the_date_of_an_export_of_another_day_can_be_given(sodar, connect, project):
    """A notebook of today edits the export of yesterday."""
    date = sodar.export_sheets(project, "json")["date_modified"]
    with_date = connect("bob")
    with_date.replace_sheets(project, EXOME, date_modified=date)

    refused(Conflict, lambda: sodar.replace_sheets(project, EXOME, date_modified=date))


def test_replacing_twice_in_a_row_is_no_conflict_with_oneself(sodar, project):
    """The date moves with each replace."""
    once = sodar.replace_sheets(project, edited(sodar.export_sheets(project)))
    twice = sodar.replace_sheets(project, edited(once.stored, value="10"))

    assert ["9", "10"] == twice.changes.loc[0, ["old", "new"]].tolist()


# -- refused here, since the server would refuse it without a reason ------------------------------------------------


def test_another_study_is_refused_once_there_are_collections(sodar, project, posted):
    """The server only says: see the error log."""
    sodar.create_collections(project)
    before = posted(), sodar.export_sheets(project, "json")
    error = refused(InvalidInput, lambda: sodar.replace_sheets(project, RNA))

    assert "nothing was sent" in str(error)
    assert {"s_exome_pilot.txt", "a_exome_pilot.txt"} == {each["file"] for each in error.findings}
    assert all("iRODS collections" in each["message"] for each in error.findings)
    assert before == (posted(), sodar.export_sheets(project, "json"))


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(lambda: renamed("a_exome_pilot", "a_other"), id="assay file renamed"),
        pytest.param(lambda: renamed("s_exome_pilot.txt", "s_other.txt"), id="study file renamed"),
        pytest.param(lambda: changed("i_", "Identifier\ts_exome", "Identifier\tanother", EXOME), id="study identifier"),
        pytest.param(lambda: RNA, id="another study"),
    ],
)
def test_what_passes_here_passes_there_and_what_fails_here_fails_there(source, sodar, project):
    """The local rules are the server's: neither stricter nor looser."""
    sodar.create_collections(project)
    source = source()

    refused(InvalidInput, lambda: sodar.replace_sheets(project, source))
    with pytest.raises(bionb.BionbError, match="400"):
        sodar.import_sheets(project, source)
    sodar.replace_sheets(project, edited(sodar.export_sheets(project)))


def test_the_assay_of_a_zone_must_stay(sodar, project, clock):
    """Also of a zone that is gone: the server looks for its assay by name."""
    sodar.create_collections(project)
    zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt"))
    sodar.delete_zone(zone)
    sodar.wait_zone(zone, "DELETED")
    error = refused(InvalidInput, lambda: sodar.replace_sheets(project, renamed("a_exome_pilot", "a_other")))

    assert "landing zone" in error.findings[0]["message"]


def test_critical_warnings_are_listed_with_file_line_and_column(sodar, project, posted):
    """The server would count them, and list them in its web interface only."""
    before = posted()
    error = refused(InvalidInput, lambda: sodar.replace_sheets(project, annotated_twice()))

    assert ".findings" in str(error)
    assert "(and 7 more)" in str(error)
    assert list(bionb.read_isatab(RNA).check().columns) == list(error.findings[0])
    assert "a_rna_pilot.txt, line 2: Found annotated Sample" in str(error)
    assert 8 == sum(each["count"] for each in error.findings)
    assert {"critical"} == {each["level"] for each in error.findings}
    assert before == posted()


def test_all_92_critical_warnings_are_findings(sodar, projects, posted, reference_data):
    """A published data set that SODAR refuses."""
    source = reference_data / "isatab" / "altamisa-BII-I-1.zip"
    error = refused(InvalidInput, lambda: sodar.replace_sheets(projects["RNA pilot"], source))

    assert 92 == sum(each["count"] for each in error.findings)
    assert "(and 91 more)" in str(error)
    assert len(str(error)) < 400
    assert [] == posted()


@pytest.mark.parametrize(
    ("start", "old", "new"),
    [("s_", "Source Name", "Sauce Name"), ("i_", "STUDY FACTORS", "STUDY FAKTORS")],
    ids=["unknown header", "broken section"],
)
def test_broken_sheets_are_findings_before_they_are_sent(start, old, new, sodar, projects, posted):
    """Each with its file."""
    source = changed(start, old, new)
    error = refused(InvalidInput, lambda: sodar.replace_sheets(projects["RNA pilot"], source))

    assert posixpath.basename(str(error.findings[0]["file"])).startswith(start)
    assert new in str(error)
    assert [] == posted()


@pytest.mark.parametrize("table", ["s_", "a_"])
def test_a_table_without_rows_is_found_here_since_altamisa_takes_it(sandbox, sodar, projects, posted, table):
    """Valid ISA-Tab that the server's database cannot hold: every way to the server knows it, and the server, too."""
    project, source = projects["RNA pilot"], emptied(table)
    for call in (sodar.replace_sheets, sodar.import_sheets):
        error = refused(InvalidInput, lambda call=call: call(project, source))
        assert f"rna_pilot/{table}rna_pilot.txt: SODAR takes no table without rows" in str(error)
    assert [] == posted()

    isa = bionb.read_isatab(source)
    checked = isa.check()
    assert not isa.accepted()
    assert "SODAR takes no table without rows" in set(checked[checked["level"] == "critical"]["message"])
    reply = requests.post(
        f"{sandbox.url('sodar')}/samplesheets/api/import/{project['sodar_uuid']}",
        files={"file": ("x.zip", source, "application/zip")},
        headers={"Authorization": f"token {sandbox.credentials('sodar')['token']}"},
        timeout=30,
    )
    assert (500, True) == (reply.status_code, "is empty" in reply.json()["detail"])


def test_an_old_edit_does_not_undo_a_newer_one_from_a_fresh_session(connect, project):
    """Two people, or one on two days: the date travels with the sheets that were edited."""
    old = connect("alice").export_sheets(project).rename_sample(*NAMES[0])
    newer = connect("bob")
    newer.replace_sheets(project, newer.export_sheets(project).rename_sample(*NAMES[1]))
    fresh = connect("alice")

    assert "nothing was sent" in str(refused(Conflict, lambda: fresh.replace_sheets(project, old)))
    assert fresh.replace_sheets(project, fresh.export_sheets(project).rename_sample(*NAMES[0]))


def test_an_export_looked_at_later_does_not_make_an_old_edit_new(sodar, connect, project):
    """To show the sheets in a browser is no new beginning of an edit."""
    edit = sodar.export_sheets(project).rename_sample(*NAMES[0])
    bob = connect("bob")
    bob.replace_sheets(project, bob.export_sheets(project).rename_sample(*NAMES[1]))
    sodar.export_sheets(project)

    refused(Conflict, lambda: sodar.replace_sheets(project, edit))


def test_sheets_of_another_project_bring_no_date(sodar, project, projects):
    """To copy sheets from one project to another is no conflict."""
    sheets = sodar.export_sheets(project)
    sodar.import_sheets(projects["RNA pilot"], RNA)

    assert sodar.replace_sheets(projects["RNA pilot"], sheets.rename_sample(*NAMES[0]))


@pytest.mark.parametrize("state", ["default", "collections"])
@pytest.mark.parametrize("call", ["replace_sheets", "import_sheets"])
def test_a_guest_is_told_that_replacing_is_not_allowed(sandbox, connect, state, call):
    """Not that zones cannot be listed, which is what the server happens to refuse first."""
    sandbox.reset(state)
    carol = connect("carol")
    project = next(each for each in carol.projects() if each["title"] == "Exome pilot")
    error = refused(PermissionDenied, lambda: getattr(carol, call)(project, EXOME))

    assert "replacing sheets needs the role contributor" in str(error)
    assert "zones" not in str(error)


# -- imports that take longer than anybody waits --------------------------------------------------------------------


@pytest.fixture
def hasty(sandbox):
    """A client that waits for a second at most."""
    client = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar", "alice"), timeout=1.0)
    yield client
    client.close()


def test_an_import_that_outlasts_the_deadline_and_yet_succeeds_is_seen(sandbox, hasty, projects):
    """Looking tells that it is done: trying again would be wrong."""
    with sandbox.fault("sodar", "slow_import", seconds=3):
        answer = hasty.import_sheets(projects["RNA pilot"], EXOME)

    assert "the sheets are there" in answer["detail"]
    assert hasty.investigation(projects["RNA pilot"]).assays


def test_an_import_that_is_still_under_way_is_not_told_to_be_tried_again(sandbox, hasty, projects):
    """It may succeed after all, as this one does."""
    with sandbox.fault("sodar", "hang", path="samplesheets/api/import", seconds=3):
        error = refused(ConnectionFailed, lambda: hasty.import_sheets(projects["RNA pilot"], EXOME))
        assert "may have been done" in str(error)
        assert "Look at investigation(project)" in str(error)
        assert "Try again" not in str(error)
        for _ in range(100):
            if sandbox.app("sodar").world.projects[projects["RNA pilot"]["sodar_uuid"]].sheets is not None:
                break
            time.sleep(0.1)

    assert hasty.investigation(projects["RNA pilot"]).assays


@pytest.mark.parametrize("status", [502, 504])
def test_a_proxy_that_gives_up_is_not_the_server(sandbox, sodar, projects, status):
    """Most installations have one in front, with a patience of a minute."""
    with sandbox.fault("sodar", "maintenance", path="samplesheets/api/import", status=status):
        error = refused(ServerFailed, lambda: sodar.import_sheets(projects["RNA pilot"], EXOME))

    assert "may have been done" in str(error)
    assert "investigation(project)" in str(error)


def test_a_long_import_is_waited_for(sandbox, sodar, projects, monkeypatch):
    """A server took 149 s for 10,000 rows; other requests keep the shorter time."""
    monkeypatch.setattr("bionb.http.transport.TIMEOUT", (10.0, 0.5))
    client = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"), timeout=(10.0, 0.5))
    with sandbox.fault("sodar", "slow_import", seconds=1.5):
        answer = client.import_sheets(projects["RNA pilot"], EXOME)
    client.close()

    assert "Sheets created" in answer["detail"]


@pytest.mark.parametrize("title", ["Genomics", "Panel 2019"])
def test_categories_and_archived_projects_are_not_replaced(title, sodar, projects, posted):
    """As for importing."""
    refused(UsageError, lambda: sodar.replace_sheets(projects[title], RNA))

    assert [] == posted()


def test_a_guest_is_told_whom_to_ask(connect, project):
    """Guests may read and edit a copy, not replace."""
    carol = connect("carol")
    error = refused(PermissionDenied, lambda: carol.replace_sheets(project, edited(carol.export_sheets(project))))

    assert "Ask an owner" in str(error)


def test_a_failed_export_after_the_upload_says_that_the_upload_is_done(sandbox, sodar, project, monkeypatch):
    """Else the user would replace again, and meet a conflict with himself."""
    mine = edited(sodar.export_sheets(project))
    upload = replacing.send
    with ExitStack() as lost:

        def upload_and_lose_the_server(*arguments):
            answer = upload(*arguments)
            lost.enter_context(sandbox.fault("sodar", "web_page", path="export"))
            return answer

        monkeypatch.setattr(replacing, "send", upload_and_lose_the_server)
        error = refused(bionb.BionbError, lambda: sodar.replace_sheets(project, mine))

    assert "The sheets were replaced" in str(error)
    assert "replaced" in error.partial["detail"]
    assert "9" == sodar.export_sheets(project)[STUDY].frame.loc[0, "Characteristics[Age]"]


def test_a_failed_upload_changes_nothing(sandbox, sodar, project):
    """The sheets are as they were, and the edit is still in the user's hands."""
    mine = edited(sodar.export_sheets(project))
    with sandbox.fault("sodar", "maintenance", path="import"):
        refused(ServerFailed, lambda: sodar.replace_sheets(project, mine))

    assert "41" == sodar.export_sheets(project)[STUDY].frame.loc[0, "Characteristics[Age]"]
