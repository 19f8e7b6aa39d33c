"""The door to SODAR's files: where it is, who asks, who sees which secret; and what may go wrong behind it."""

import pytest

import bionb
from bionb.errors import (
    AuthenticationFailed,
    BionbError,
    Conflict,
    InsecureConnection,
    PermissionDenied,
    ResponseError,
    ServerFailed,
    UnexpectedResponse,
    UsageError,
)
from bionb.platforms.sodar.wire.door import server_of
from tests.servers import Answer, Server


@pytest.fixture
def file(tmp_path):
    """A small file."""
    path = tmp_path / "reads.bam"
    path.write_bytes(b"0123456789" * 1000)
    return path


def connected(place, **given):
    """A second client of the same account."""
    token = place.sandbox.credentials("sodar")["token"]
    return bionb.connect("sodar", place.sandbox.url("sodar"), **{"token": token, **given})


@pytest.mark.parametrize(
    ("pasted", "server"),
    [
        ("https://dav.example.org", "https://dav.example.org"),
        ("https://dav.example.org/", "https://dav.example.org/"),
        ("https://dav.example.org/sodarZone/projects/9a/x y/?a=b#c", "https://dav.example.org"),
        ("https://dav.example.org/sodarZone", "https://dav.example.org"),
        ("https://dav.example.org/sub/path/sodarZone/projects", "https://dav.example.org/sub/path"),
        ("https://dav.example.org/sodar%5Aone/projects", "https://dav.example.org"),
        ("https://dav.example.org/sodarZones/projects", "https://dav.example.org/sodarZones/projects"),
        ("https://[", "https://["),
    ],
)
def test_a_pasted_address_is_cut_at_the_zone(pasted, server):
    """SODAR's “Copy WebDAV URL” gives that of a collection."""
    assert server == server_of(pasted, "sodarZone")


def test_what_was_copied_from_sodar_works(place, file):
    """As it is pasted, with the path of the very zone."""
    with connected(place, webdav_url=f"{place.dav.session.url}{place.path}/") as sodar:
        sodar.upload_files(file, place.zone)
    assert ["reads.bam", "reads.bam.md5"] == place.names()


def test_the_address_may_stand_in_the_environment(place, file, monkeypatch):
    """A class sets it once for all."""
    monkeypatch.setenv("BIONB_SODAR_WEBDAV_URL", place.dav.session.url)
    with connected(place) as sodar:
        assert ["done"] == sodar.upload_files(file, place.zone)["status"].tolist()


def test_without_an_address_it_is_said_where_sodar_shows_it(sandbox_place, file):
    """No answer of SODAR tells it, so that only a person can."""
    with connected(sandbox_place) as sodar:
        for act in (
            lambda: sodar.upload_files(file, sandbox_place.zone),
            lambda: sodar.download_files([{"path": f"{sandbox_place.path}/x"}]),
            lambda: sodar.collections(sandbox_place.zone),
        ):
            with pytest.raises(UsageError, match="Copy WebDAV URL.*webdav_url="):
                act()


def test_each_server_gets_its_own_credentials_only(place, file):
    """The token as it is goes to SODAR; WebDAV gets it as a password, and no other server gets anything."""
    with Server(Answer(404)) as sodar_like:
        given = {"token": "sandbox-token-of-nobody", "webdav_url": place.dav.session.url}
        with bionb.connect("sodar", sodar_like.url, **given) as sodar, pytest.raises(BionbError):
            sodar.upload_files(file, "a3dc851c-d269-554a-b76a-cd4bc4ea5c49")
        assert {"token sandbox-token-of-nobody"} == {each.headers["Authorization"] for each in sodar_like.asked}
    place.sodar.upload_files(file, place.zone)
    auths = {str(each.auth) for each in place.sodar.last_requests if each.variable == "webdav_url"}
    assert {"BasicAuth(username, password)"} == auths


def test_webdav_over_plain_http_elsewhere_is_refused(sandbox_place, file):
    """Its password would be readable on the way."""
    plain = connected(sandbox_place, webdav_url="http://dav.example.org")
    with plain as sodar, pytest.raises(InsecureConnection, match="plain http"):
        sodar.upload_files(file, sandbox_place.zone)


def test_where_the_token_is_no_password_the_right_one_is_asked_for(sandbox_place, file):
    """Sites with single sign-on take the token, others the password of the web login."""
    words = sandbox_place.sandbox.credentials("sodar", fields=("username", "password"))
    url = sandbox_place.dav.session.url
    with sandbox_place.sandbox.fault("sodar", "webdav_no_token"):
        with pytest.raises(AuthenticationFailed, match=r"does not take the API token.*webdav_password=") as caught:
            sandbox_place.sodar.upload_files(file, sandbox_place.zone)
        with connected(sandbox_place, webdav_url=url, webdav_password=words["password"]) as sodar:
            assert ["done"] == sodar.upload_files(file, sandbox_place.zone)["status"].tolist()
        mistaken = connected(sandbox_place, webdav_url=url, webdav_password="wrong-word-of-alice")
        with mistaken as sodar, pytest.raises(AuthenticationFailed, match="Check webdav_password") as wrong:
            sodar.upload_files(file, sandbox_place.zone)
    assert words["password"] not in str(caught.value)
    assert "wrong-word" not in str(wrong.value)


def test_with_the_password_of_the_web_login_nothing_more_is_asked_for(sandbox_place, file):
    """It is the same."""
    words = sandbox_place.sandbox.credentials("sodar", fields=("username", "password"))
    with bionb.connect(
        "sodar", sandbox_place.sandbox.url("sodar"), webdav_url=sandbox_place.dav.session.url, **words
    ) as sodar:
        assert ["done"] == sodar.upload_files(file, sandbox_place.zone)["status"].tolist()


@pytest.mark.parametrize(
    ("kind", "options", "error", "words"),
    [
        ("webdav_locked", {"method": "PUT"}, ResponseError, "423.*make the same call again"),
        ("webdav_full", {"method": "PUT"}, ServerFailed, "507.*no space left"),
        ("webdav_locked", {"method": "MOVE"}, ResponseError, "423"),
        ("maintenance", {"status": 409, "method": "PUT"}, Conflict, "A collection above is missing"),
        ("maintenance", {"status": 412, "method": "MOVE"}, ResponseError, "412"),
        ("maintenance", {"status": 403, "method": "PUT"}, PermissionDenied, "read-only"),
        ("maintenance", {"status": 413, "method": "PUT"}, ResponseError, "takes no file of this size"),
        ("web_page", {"method": "PROPFIND", "path": "landing_zones"}, UnexpectedResponse, "web page"),
        ("redirect", {"method": "PROPFIND", "to": "https://other.example.org/x"}, InsecureConnection, "another server"),
        ("webdav_half", {}, BionbError, "kept 5000 of 10000 bytes"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line_and_leaves_nothing(sandbox_place, file, kind, options, error, words):
    """Neither half a file under its name, nor one without it."""
    with sandbox_place.sandbox.fault("sodar", kind, **options), pytest.raises(error, match=words) as caught:
        sandbox_place.sodar.upload_files(file, sandbox_place.zone)
    assert "\n" not in str(caught.value)
    assert [] == sandbox_place.names()
    assert ["done"] == sandbox_place.sodar.upload_files(file, sandbox_place.zone)["status"].tolist()


def test_an_answer_that_is_lost_is_looked_after(sandbox_place, file):
    """The file may have its name, and only the word of it went missing."""
    for method in ("PUT", "MOVE", "MKCOL"):
        with sandbox_place.sandbox.fault("sodar", "drop_connection", method=method, times=1):
            sent = sandbox_place.sodar.upload_files(file, sandbox_place.zone, into=f"place {method}")
        assert ["done"] == sent["status"].tolist()
    assert 6 == len(sandbox_place.names())
    assert not any(each.endswith(".part") for each in sandbox_place.names())


def test_a_body_that_breaks_off_goes_on(sandbox_place, file, tmp_path):
    """Also where the server knows no ranges, and all comes again."""
    sandbox_place.sodar.upload_files(file, sandbox_place.zone)
    files = sandbox_place.sodar.files(zone=sandbox_place.zone)
    with sandbox_place.sandbox.fault("sodar", "drop_connection", method="GET", path="bam$", after=4000, times=1):
        sandbox_place.sodar.download_files(files, tmp_path / "one")
        with sandbox_place.sandbox.fault("sodar", "webdav_no_ranges"):
            sandbox_place.sodar.download_files(files, tmp_path / "two")
    assert file.read_bytes() == (tmp_path / "one" / "reads.bam").read_bytes()
    assert file.read_bytes() == (tmp_path / "two" / "reads.bam").read_bytes()
    page = sandbox_place.sandbox.fault("sodar", "web_page", method="GET", path="bam$")
    with page, pytest.raises(UnexpectedResponse, match="web page"):
        sandbox_place.sodar.download_files(files, tmp_path / "three")
    assert [] == [each for each in (tmp_path / "three").rglob("*") if each.is_file()]


def test_a_zone_that_takes_no_files_is_told_before_anything_is_sent(sandbox_place, file):
    """Being made, being validated, gone."""
    sodar, zone = sandbox_place.sodar, sandbox_place.zone
    fresh = sodar.create_zone(sandbox_place.project, "a_exome_pilot.txt")
    with pytest.raises(Conflict, match="CREATING.*wait_zone"):
        sodar.upload_files(file, fresh)
    sodar.upload_files(file, zone)
    sodar.validate_zone(zone)
    sodar.zone(zone)
    with pytest.raises(Conflict, match="PREPARING.*wait_zone"):
        sodar.upload_files(file, zone)
    sodar.wait_zone(zone)
    sodar.move_zone(zone)
    sodar.wait_zone(zone, "MOVED")
    with pytest.raises(Conflict, match="MOVED.*create another"):
        sodar.upload_files(file, zone)


def test_files_of_sample_data_keep_their_collections_and_are_proven(sandbox_place, file, tmp_path):
    """The whole way: up, validated, moved, down; old servers list no checksums, there the file beside counts."""
    sodar, zone = sandbox_place.sodar, sandbox_place.zone
    sodar.upload_files(file, zone, into="MiscFiles/runs")
    sodar.move_zone(zone)
    sodar.wait_zone(zone, "MOVED")
    files = sodar.files(sandbox_place.project)
    found = sodar.download_files(files.to_frame(), tmp_path / "one")

    assert file.read_bytes() == (tmp_path / "one/MiscFiles/runs/reads.bam").read_bytes()
    assert [f"md5 {files[0]['checksum']}"] == found["checksum"].tolist()
    bare = [{"path": each["path"]} for each in files]
    again = sodar.download_files(bare, tmp_path / "two", dry_run=True)
    assert found["checksum"].tolist() == again["checksum"].tolist()
    assert ["there"] == sodar.download_files(files, tmp_path / "one")["status"].tolist()


@pytest.mark.parametrize("checksum", ["sha2:RJ3B3+XrPmlMNhKmUwKfTbdOyVGBTHnDTrz2E4n0Xd8=", "sha2:?", "", None, "12"])
def test_checksums_as_irods_writes_them(sandbox_place, file, tmp_path, checksum):
    """SHA-256 comes in base64; what is no checksum is none."""
    sandbox_place.sodar.upload_files(file, sandbox_place.zone)
    record = {"path": f"{sandbox_place.path}/reads.bam", "checksum": checksum}
    if checksum and len(checksum) > 40:
        with pytest.raises(UnexpectedResponse, match="SHA256 .* says 449dc1df"):
            sandbox_place.sodar.download_files(record, tmp_path / "one")
    else:
        assert "md5" in sandbox_place.sodar.download_files(record, tmp_path / "one")["checksum"][0]


def test_the_login_form_keeps_the_address(place, file):
    """The form asks for the token; where files are is an argument of it."""
    login = bionb.login("sodar", place.sandbox.url("sodar"), webdav_url=place.dav.session.url)
    assert not login._access.connected
    login.connect(place.sandbox.url("sodar"), token=place.sandbox.credentials("sodar")["token"])

    assert ["done"] == login.client.upload_files(file, place.zone)["status"].tolist()
    login.sign_out()
