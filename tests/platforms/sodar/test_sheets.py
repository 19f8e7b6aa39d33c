"""Sample sheets go in whole, whatever they come in, and come out as SODAR keeps them; what it refuses is explained."""

import io
import posixpath
import zipfile
from pathlib import Path

import pytest
import requests

import bionb
from bionb.errors import InvalidSheet, NotFound, PermissionDenied, ResponseError, ServerFailed, UsageError
from bionb.platforms.sodar.wire.uploads import parts_of
from tests.platforms.sodar.refusing import refused
from tests.platforms.sodar.sheet_recording import zipped
from tests.platforms.sodar.sources import EXOME, RNA, annotated_twice, changed, texts, without

SOURCES = {
    "zip path": lambda folder: folder / "rna.zip",
    "zip bytes": lambda folder: (folder / "rna.zip").read_bytes(),
    "folder": lambda folder: RNA,
    "folder as text": lambda folder: str(RNA),
    "investigation file": lambda folder: RNA / "i_rna_pilot.txt",
    "ISATab": lambda folder: bionb.read_isatab(RNA),
}


def by_base_name(isa):
    """Return the files of an ISA-Tab without their folder."""
    return {posixpath.basename(name): data for name, data in isa.files.items()}


@pytest.fixture
def project(projects):
    """A project without sheets."""
    return projects["RNA pilot"]


# -- import ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("single_files", [False, True], ids=["zip", "single files"])
@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_source_imports_the_same_sheets(kind, single_files, sodar, project, tmp_path):
    """Nobody should have to zip or unzip first."""
    (tmp_path / "rna.zip").write_bytes(zipped(texts()))
    answer = sodar.import_sheets(project, SOURCES[kind](tmp_path), single_files=single_files)
    exported = by_base_name(sodar.export_sheets(project))

    assert [] == answer["sodar_warnings"]
    assert {"i_rna_pilot.txt", "s_rna_pilot.txt", "a_rna_pilot.txt"} == set(exported)
    assert (RNA / "s_rna_pilot.txt").read_bytes() == exported["s_rna_pilot.txt"]


def test_each_single_file_has_a_field_of_its_own_and_a_text_type():
    """SODAR sees only the last file of a repeated field, and none without a content type."""
    parts = parts_of(RNA, single_files=True)

    assert ["file_0", "file_1", "file_2"] == [field for field, _ in parts]
    assert ["i_rna_pilot.txt", "s_rna_pilot.txt", "a_rna_pilot.txt"] == [name for _, (name, _, _) in parts]
    assert {"text/plain"} == {kind for _, (_, _, kind) in parts}


def test_a_zip_is_sent_as_a_zip_byte_by_byte(tmp_path):
    """SODAR takes a zip by its content type only; packing it anew would change what the user gave."""
    data = zipped(texts())
    (tmp_path / "mine.zip").write_bytes(data)

    assert [("file", ("mine.zip", data, "application/zip"))] == parts_of(tmp_path / "mine.zip", single_files=False)
    assert data == parts_of(data, single_files=False)[0][1][1]


def test_single_files_lose_the_folder_and_a_zip_keeps_its_name(sodar, project, tmp_path):
    """The investigation says where its file lay; that is how the server knows it, too."""
    (tmp_path / "mine.zip").write_bytes(zipped(texts()))
    sodar.import_sheets(project, tmp_path / "mine.zip")
    by_zip = sodar.investigation(project)
    sodar.import_sheets(project, RNA, single_files=True)
    by_files = sodar.investigation(project)

    assert ("rna_pilot/i_rna_pilot.txt", "mine.zip") == (by_zip.file_name, by_zip.record["archive_name"])
    assert ("i_rna_pilot.txt", None) == (by_files.file_name, by_files.record["archive_name"])


def test_what_sodar_warns_of_is_returned(sodar, project):
    """An assay without plugin is imported all the same: only the warning tells."""
    answer = sodar.import_sheets(project, changed("i_", "transcription profiling", "guesswork profiling"))

    assert 1 == len(answer["sodar_warnings"])
    assert "guesswork profiling" in answer["sodar_warnings"][0]


def test_importing_again_keeps_the_uuids(sodar, project):
    """Zones and links hang on them."""
    sodar.import_sheets(project, RNA)
    before = sodar.investigation(project).to_frame()["sodar_uuid"].tolist()
    sodar.import_sheets(project, RNA)

    assert before == sodar.investigation(project).to_frame()["sodar_uuid"].tolist()


# -- investigation and export ---------------------------------------------------------------------------------------


def test_the_investigation_lists_its_studies_and_assays_with_their_uuids(sodar, projects):
    """The frame is where users find the UUID that everything else asks for."""
    found = sodar.investigation(projects["Exome pilot"])
    frame = found.to_frame()

    assert ["investigation", "study", "assay"] == frame["kind"].tolist()
    assert "s_exome_pilot.txt" == frame.loc[2, "study"]
    assert ("exome sequencing", "nucleotide sequencing") == tuple(frame.loc[2, ["measurement_type", "technology_type"]])
    assert [found.sodar_uuid, found.studies[0]["sodar_uuid"], found.assays[0]["sodar_uuid"]] == frame[
        "sodar_uuid"
    ].tolist()
    assert found.irods_status is False


def test_collections_give_studies_and_assays_their_places(sodar, projects):
    """Before that there is nowhere to put a file."""
    place = sodar.create_collections(projects["Exome pilot"])
    frame = sodar.investigation(projects["Exome pilot"]).to_frame()

    assert place.endswith("sample_data")
    assert frame.loc[2, "irods_path"].startswith(f"{frame.loc[1, 'irods_path']}/assay_")
    assert frame.loc[1, "irods_path"].startswith(f"{place}/study_")


def test_the_three_exports_hold_the_same(sodar, projects):
    """One is to work with, one to see what SODAR says, one to keep."""
    project = projects["Exome pilot"]
    isa = sodar.export_sheets(project)
    answer = sodar.export_sheets(project, "json")
    archive = zipfile.ZipFile(io.BytesIO(sodar.export_sheets(project, format="zip")))

    assert "exome_pilot/i_exome_pilot.txt" == answer["investigation"]["path"]
    assert {"investigation", "studies", "assays", "date_modified"} == set(answer)
    assert answer["assays"]["a_exome_pilot.txt"]["tsv"].encode() == by_base_name(isa)["a_exome_pilot.txt"]
    assert {posixpath.basename(name): archive.read(name) for name in archive.namelist()} == by_base_name(isa)


def test_an_unknown_format_is_refused_before_anything_is_sent(sandbox, sodar, projects):
    """The message lists the right ones."""
    before = len(sandbox.received("sodar"))
    error = refused(UsageError, lambda: sodar.export_sheets(projects["Exome pilot"], "xlsx"))

    assert "isatab, json, zip" in str(error)
    assert before == len(sandbox.received("sodar"))


def test_pooled_rows_come_back_as_many_as_was_foretold(sodar, project):
    """SODAR combines rows that share a material with each other; the check says so before the import."""
    isa = bionb.read_isatab(RNA)
    foretold = isa.expansion().set_index("file")[["rows", "rows_after"]]
    findings = isa.check()
    sodar.import_sheets(project, isa)
    exported = sodar.export_sheets(project)
    rows = {posixpath.basename(name): len(exported[name].frame) for name in [*exported.studies, *exported.assays]}

    assert [8, 32] == foretold.loc["a_rna_pilot.txt"].tolist()
    assert foretold["rows_after"].to_dict() == rows
    assert 1 == sum("8 rows become 32" in message for message in findings["message"])


def test_a_query_string_turns_the_zip_into_json_and_bionb_never_sends_one(sandbox, sodar, projects):
    """A server oddity that would hand the user JSON in a file called .zip."""
    project = projects["Exome pilot"]
    data = sodar.export_sheets(project, "zip")
    path = f"samplesheets/api/export/zip/{project['sodar_uuid']}"
    (sent,) = [each for each in sandbox.received("sodar") if each.path.endswith(path)]
    spoiled = sodar.session.request("GET", path, what="export with a query", params={"x": 1})

    assert "" == sent.query
    assert f"/{path}" == sent.path
    assert zipfile.is_zipfile(io.BytesIO(data))
    assert "json" in spoiled.headers["Content-Type"]


# -- bad input ------------------------------------------------------------------------------------------------------

UNREADABLE = {
    "not a zip": (lambda: b"not a zip", "export it again"),
    "empty zip": (lambda: zipped({}), "i_*.txt"),
    "no such file": (lambda: Path("missing.zip"), "check the path"),
    "no investigation": (lambda: without("i_"), "exactly one investigation"),
    "two investigations": (
        lambda: zipped({**texts(), "rna_pilot/i_two.txt": texts()["rna_pilot/i_rna_pilot.txt"]}),
        "i_two.txt",
    ),
}
REFUSED = {
    "missing study file": (lambda: without("s_"), "s_rna_pilot.txt"),
    "missing assay file": (lambda: without("a_"), "a_rna_pilot.txt"),
    "broken section": (lambda: changed("i_", "STUDY FACTORS", "STUDY FAKTORS"), "STUDY FAKTORS"),
    "unknown header": (lambda: changed("s_", "Source Name", "Sauce Name"), "Sauce Name"),
    "critical warnings": (annotated_twice, "8 critical warnings"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_no_isatab_is_never_sent(case, sodar, project, posted):
    """The server's own answer would be a riddle, after a long upload."""
    source, clue = UNREADABLE[case]
    error = refused((InvalidSheet, UsageError), lambda: sodar.import_sheets(project, source()))

    assert clue in str(error)
    assert [] == posted()


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_servers_parser_refuses_is_a_reason_in_one_line(case, sodar, projects, posted):
    """SODAR answers 500 to the user's fault: it must not read like an outage, nor be sent twice."""
    source, clue = REFUSED[case]
    project = projects["Exome pilot"]
    before = sodar.export_sheets(project, "json")
    error = refused(ServerFailed, lambda: sodar.import_sheets(project, source()))

    assert clue in str(error)
    assert ".check()" in str(error)
    assert clue in error.detail
    assert 1 == len(posted())
    assert before == sodar.export_sheets(project, "json")


def test_92_critical_warnings_are_one_line_and_all_of_it_is_on_the_error(sodar, project, reference_data):
    """The server's answer is the text of a Python tuple of many kilobytes."""
    source = reference_data / "isatab" / "altamisa-BII-I-1.zip"
    error = refused(ServerFailed, lambda: sodar.import_sheets(project, source))

    assert "92 critical warnings" in str(error)
    assert len(str(error)) < 420  # with the first of them, as the timeline tells it
    assert 92 == error.detail.count("CriticalIsaValidationWarning")


@pytest.mark.parametrize(("title", "clue"), [("Genomics", "category"), ("Panel 2019", "archived")])
def test_categories_and_archived_projects_get_no_sheets(title, clue, sodar, projects, posted):
    """Real servers store sheets imported into a category, and then crash."""
    error = refused(UsageError, lambda: sodar.import_sheets(projects[title], RNA))

    assert clue in str(error)
    assert [] == posted()


def test_a_guest_may_read_sheets_and_not_import_them(connect, projects):
    """The message says whom to ask."""
    carol, project = connect("carol"), projects["Exome pilot"]
    before = carol.export_sheets(project)
    error = refused(PermissionDenied, lambda: carol.import_sheets(project, EXOME))
    refused(PermissionDenied, lambda: carol.create_collections(project))

    assert "Ask an owner" in str(error)
    assert before.files == carol.export_sheets(project).files


def test_before_any_import_the_next_step_is_named(sodar, project):
    """404 alone would let users look for a wrong UUID."""
    for call in (sodar.investigation, sodar.export_sheets):
        assert "import_sheets(project, source)" in str(refused(NotFound, lambda call=call: call(project)))


def test_collections_are_made_once_and_only_with_sheets(sodar, projects, posted):
    """Both refusals are 400 on the server; the investigation shows which it is."""
    sodar.create_collections(projects["Exome pilot"])
    for title in ("RNA pilot", "Exome pilot"):
        error = refused(ResponseError, lambda title=title: sodar.create_collections(projects[title]))
        assert 400 == error.status
        assert "investigation(project)" in str(error)


def test_files_before_collections_name_what_is_missing(sodar, projects):
    """404 alone would read like a wrong UUID."""
    error = refused(NotFound, lambda: list(sodar.files(projects["Exome pilot"])))

    assert "iRODS collections" in str(error)


def test_without_irods_every_call_that_needs_it_says_so(sandbox, sodar, projects):
    """A server may run with iRODS off, or lose it."""
    project = projects["Exome pilot"]
    calls = [
        lambda: sodar.create_collections(project),
        lambda: list(sodar.files(project)),
        sodar.irods_environment,
    ]
    for fault in ("irods_off", "irods_down"):
        with sandbox.fault("sodar", fault):
            messages = [str(refused(ResponseError, call)) for call in calls]
        assert all("administrators" in each for each in messages), messages
    assert not sodar.investigation(project).irods_status
    assert "irods_host" in sodar.irods_environment()


@pytest.mark.parametrize(
    "call", ["investigation", "export_sheets", "create_collections", "files", "zones", "create_zone", "import_sheets"]
)
def test_a_category_is_told_from_a_project(sodar, projects, call):
    """Servers answer such requests with crashes, or as if sheets were missing."""
    more = {"create_zone": ("exome_pilot",), "import_sheets": (RNA,)}.get(call, ())
    error = refused(UsageError, lambda: getattr(sodar, call)(projects["Genomics"], *more))

    assert "Genomics is a category" in str(error)


def test_the_uuid_of_a_category_has_no_files(sodar, projects):
    """Both real servers crash at it."""
    error = refused(ServerFailed, lambda: sodar.files(projects["Genomics"]["sodar_uuid"]).first(1))

    assert "UUID of a category" in str(error)


def test_what_is_no_object_or_no_text_is_refused_and_not_crashed_at(sandbox, sodar, projects):
    """A crash of the sandbox would be taken for one of a server."""
    url = sandbox.url("sodar")
    headers = {"Authorization": f"token {sandbox.credentials('sodar')['token']}"}
    for body in (["a"], "text", 5, None):
        for path in ("/project/api/create", f"/landingzones/api/create/{projects['Exome pilot']['sodar_uuid']}"):
            sent = {"data": "null", "headers": {**headers, "Content-Type": "application/json"}}
            reply = requests.post(
                url + path, **(sent if body is None else {"json": body, "headers": headers}), timeout=30
            )
            assert reply.status_code in (400, 403)
    files = {"a": ("i_x.txt", b"\xff", "text/plain"), "b": ("s_x.txt", b"\xff", "text/plain")}
    path = f"/samplesheets/api/import/{projects['RNA pilot']['sodar_uuid']}"
    assert "UTF-8" in requests.post(url + path, files=files, headers=headers, timeout=30).json()["detail"]
