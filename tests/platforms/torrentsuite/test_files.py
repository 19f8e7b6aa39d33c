"""Files of reports: out of the folders of a web server, with the password of the web pages."""

import os
import pathlib
from contextlib import closing

import pytest

import bionb
from bionb.errors import AuthenticationFailed, TransfersFailed, UnexpectedResponse, UsageError
from bionb.http.auth import BasicAuth
from bionb.platforms.torrentsuite.sandbox.runs import output
from bionb.platforms.torrentsuite.wire.door import names_in
from bionb.platforms.torrentsuite.wire.problems import read_problem
from bionb.platforms.torrentsuite.workflows import files
from bionb.sandbox.tokens import token_of
from bionb.secret import Secret
from bionb.session import Session

BARCODED = 115  # a report with a barcode, and with a plugin that calls variants


def down(folder):
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.fixture
def tree(sandbox):
    """What the server holds of the report, by path."""
    store = sandbox.app("torrentsuite").store
    made = output.files(store, store.table("results")[str(BARCODED)])
    return {path: make() for path, make in made.items()}


def test_files_of_a_report_are_listed_with_what_they_are(suite, tree):
    """A person looks for the BAM of a barcode, or the variants of a plugin."""
    frame = suite.report_files(BARCODED)
    assert ["name", "kind", "barcode", "plugin", "bytes", "link"] == list(frame.columns)
    assert sorted(len(each) for each in tree.values()) == sorted(frame["bytes"])
    bam = frame[(frame["kind"] == "BAM") & (frame["barcode"] == "IonXpress_003")]
    assert ["IonXpress_003_rawlib.bam"] == bam["name"].tolist()
    vcf = frame[frame["kind"] == "VCF"]
    assert ("variantCaller", "IonXpress_003") == (vcf["plugin"].iloc[0], vcf["barcode"].iloc[0])
    assert suite.report(BARCODED)["bamLink"] in frame["link"].tolist()


def test_a_report_without_files_has_an_empty_table(suite, monkeypatch):
    """With the same columns: its folder is gone."""
    full = suite.report_files(BARCODED)
    monkeypatch.setattr(output, "files", lambda *given: {})
    empty = suite.report_files(BARCODED)
    assert (0, full.dtypes.tolist()) == (len(empty), empty.dtypes.tolist())


def test_files_come_down_with_their_folders_once(suite, tree, tmp_path):
    """What a plugin made for two barcodes has one name; a second call fetches nothing."""
    frame = suite.report_files(BARCODED)
    suite.download_files(frame, tmp_path)
    assert {path.removeprefix("download_links/"): content for path, content in tree.items()} == down(tmp_path)
    assert {"there"} == set(suite.download_files(frame, tmp_path)["status"])

    one = suite.download_files(suite.report(BARCODED)["bamLink"], tmp_path / "one")
    assert ["done"] == one["status"].tolist()


def test_files_of_several_reports_do_not_mix(suite, tmp_path):
    """All of them have a ``log.html``."""
    links = [f"{suite.report(number)['reportLink']}log.html" for number in (2, 3)]
    frame = suite.download_files(links, tmp_path)
    assert 2 == len(set(frame["target"])) == len(down(tmp_path))


def test_an_api_key_is_no_password(sandbox):
    """The web server sends its login page to a key: said before anything is asked."""
    key = {"username": "ionadmin", "api_key": token_of("ionadmin")}
    with bionb.connect("torrentsuite", sandbox.url("torrentsuite"), **key) as client:
        with pytest.raises(UsageError, match="web_password="):
            client.download_files("/output/Home/a_001/rawlib.bam")
        with pytest.raises(UsageError, match="web_password="):
            client.report_files(3)
    assert [] == [each.path for each in sandbox.received("torrentsuite") if "/output" in each.path]


def test_a_password_logs_in_for_files_too(sandbox, tmp_path):
    """One that is given for all."""
    both = {"username": "ionadmin", "password": token_of("ionadmin")}
    with bionb.connect("torrentsuite", sandbox.url("torrentsuite"), **both) as client:
        assert "done" == client.download_files(client.report(3)["bamLink"], tmp_path)["status"][0]


def test_a_password_that_is_wrong_for_files_only_is_told(sandbox, tmp_path):
    """The API key is right, so that everything else works."""
    given = {"username": "ionadmin", "api_key": token_of("ionadmin"), "web_password": "sandbox-wrong"}
    with bionb.connect("torrentsuite", sandbox.url("torrentsuite"), **given) as client:
        link = client.report(3)["bamLink"]
        with pytest.raises(AuthenticationFailed, match="401") as caught:
            client.download_files(link, tmp_path)
        assert "sandbox-wrong" not in str(caught.value)
        with pytest.raises(AuthenticationFailed):
            client.report_files(3)
    assert {} == down(tmp_path)


def test_a_login_page_in_place_of_a_file_is_recognised(suite, sandbox, tmp_path):
    """200 and HTML: half of all scripts save it as a BAM file."""
    link = suite.report(3)["bamLink"]
    with sandbox.fault("torrentsuite", "login_page"), pytest.raises(AuthenticationFailed, match="login page"):
        suite.download_files(link, tmp_path)
    with (
        sandbox.fault("torrentsuite", "web_page", path="/auth/output"),
        pytest.raises(UnexpectedResponse, match="a web page in place of the file|is no whole file"),
    ):
        suite.download_files(link, tmp_path)
    assert {} == down(tmp_path)


def test_a_download_goes_on_where_it_broke(suite, sandbox, tmp_path, clock):
    """With the validator that the web server gives."""
    link = suite.report(3)["bamLink"]
    with sandbox.fault("torrentsuite", "drop_connection", path="/auth/output", times=1, after=40_000):
        frame = suite.download_files(link, tmp_path)
    ranges = [each.headers.get("Range") for each in sandbox.received("torrentsuite") if "/auth/output" in each.path]
    assert (["done"], 2) == (frame["status"].tolist(), len(ranges))
    assert ranges[1] is not None


@pytest.mark.parametrize("link", ["/etc/passwd", "/output/../../etc/passwd", "/output/Home/", 5, None, {"name": "x"}])
def test_what_is_no_file_of_the_server_is_told(suite, sent, link):
    """Before anything is sent."""
    before = len(sent())
    with pytest.raises(UsageError):
        suite.download_files([link], "x")
    assert before == len(sent())


def test_one_file_that_is_gone_stops_no_other(suite, tmp_path):
    """Archived reports lose their large files first."""
    link = suite.report(3)["bamLink"]
    with pytest.raises(TransfersFailed, match="1 of 2 files") as caught:
        suite.download_files([link, link.replace(".bam", ".gone")], tmp_path)
    assert ["done", "failed"] == caught.value.partial["status"].tolist()


def test_bed_files_are_listed(suite):
    """Those that a plan can name."""
    frame = suite.bed_files().to_frame()
    assert ["id", "name", "type", "reference", "enabled", "path", "upload_date"] == list(frame.columns)[:7]
    assert {"target", "hotspot"} == set(frame["type"])
    assert 4 == len(suite.bed_files(type="target"))


def test_pages_of_folders_are_read_as_a_browser_reads_them():
    """Sorting links, the parent, links elsewhere and names that would leave the folder are no files."""
    page = """<a href="?C=M;O=A">Date</a> <a href="/auth/output/">Up</a> <a HREF='a%20%23b.bam'>a #b.bam</a>
    <a href="sub/">sub/</a> <a href="https://example.org/x">x</a> <a href="../y">y</a> <a href="a%2Fb">z</a> <a>w</a>"""
    assert ["a #b.bam", "sub/"] == list(names_in(page))


# -- a genuine web server -------------------------------------------------------------------------------------------


@pytest.fixture
def apache_files(apache, suite, tree):
    """A session on a genuine Apache that serves the report's folder as a Torrent Server does."""
    report = suite.report(BARCODED)
    root = apache.pages / report["reportLink"].strip("/")
    for path, content in {**tree, "ä ö #1 100%+.bam": b"x" * 5000}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
        os.utime(root / path, (1_767_700_800,) * 2)
    apache.own()
    apache.let("ionadmin", "sandbox-pages")
    auth = BasicAuth(Secret("ionadmin"), Secret("sandbox-pages"))
    with closing(Session(apache.url, auth, label="Torrent Suite's files", read_problem=read_problem)) as session:
        yield session, report, list(suite.plugin_results(BARCODED))


def test_a_genuine_web_server_is_read_alike(apache_files, suite, tree, tmp_path):
    """Pages, sizes, names with blanks, umlauts, hashes and signs, bytes."""
    session, report, plugins = apache_files
    ours = suite.report_files(BARCODED)
    frame = files.report_files(session, report, plugins)
    odd = frame[frame["name"] == "ä ö #1 100%+.bam"]
    rest = frame.drop(odd.index)
    assert 1 == len(odd)
    assert sorted(map(tuple, ours[["link", "bytes"]].values)) == sorted(map(tuple, rest[["link", "bytes"]].values))

    options = {"overwrite": False, "dry_run": False}
    files.download_files(session, frame, tmp_path, **options)
    assert {path.removeprefix("download_links/"): each for path, each in tree.items()} | {
        "ä ö #1 100%+.bam": b"x" * 5000
    } == down(tmp_path)
    assert {"there"} == set(files.download_files(session, frame, tmp_path, **options)["status"])


def test_a_genuine_web_server_goes_on_with_a_part(apache_files, tmp_path, monkeypatch):
    """Its ETag binds the range to one state of the file; a changed file is fetched anew."""
    session, report, _ = apache_files
    link, options = report["bamLink"], {"overwrite": False, "dry_run": False}
    body, breaks = Session.body, [1]

    def broken(self, response, **given):
        for piece in body(self, response, **given):
            if breaks:
                yield piece[:30_000]
                breaks.pop()
                raise bionb.errors.ConnectionFailed("it broke off")
            yield piece

    monkeypatch.setattr(Session, "body", broken)
    frame = files.download_files(session, link, tmp_path, **options)
    assert ["done"] == frame["status"].tolist()
    assert 60_000 == pathlib.Path(frame["target"][0]).stat().st_size
    assert [200, 206] == session.history.to_frame()["status"].tolist()


def test_a_genuine_web_server_refuses_a_wrong_password(apache_files, apache, tmp_path):
    """One line, and nothing is written."""
    _, report, _ = apache_files
    auth = BasicAuth(Secret("ionadmin"), Secret("sandbox-wrong"))
    with (
        closing(Session(apache.url, auth, label="Torrent Suite's files", read_problem=read_problem)) as session,
        pytest.raises(AuthenticationFailed, match="401"),
    ):
        files.download_files(session, report["bamLink"], tmp_path / "x", overwrite=False, dry_run=False)
    assert {} == down(tmp_path)
