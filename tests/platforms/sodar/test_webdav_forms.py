"""What the sandbox takes over WebDAV is what a genuine Apache takes, and nothing else."""

import base64

import pytest
import requests

import bionb
from bionb.platforms.sodar.wire.webdav import Entry
from tests.ledgers import ledger_text
from tests.platforms.sodar.ledger import WEBDAV

FILE = b"0123456789"
# For each form one request with all its headers: path below the zone, headers, body, and the answer of both servers.
EXAMPLES = {
    "PROPFIND": ("file", {"Depth": "0"}, b"", 207),
    "MKCOL": ("new", {}, b"", 201),
    "PUT": ("other", {"Content-Type": "application/octet-stream"}, b"1", 201),
    "GET": ("file", {"Range": "bytes=2-4"}, b"", 206),
    "HEAD": ("file", {}, b"", 200),
    "MOVE": ("file", {"Overwrite": "F"}, b"", 201),
    "DELETE": ("file", {}, b"", 204),
}


def send(place, method, name, body=b"", user="alice@EXAMPLE", **headers):
    """Send one request to the server as it is written here."""
    password = place.sandbox.credentials("sodar", user.partition("@")[0])["token"]
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", **headers}
    url = f"{place.dav.session.url}{place.path}"
    if method == "MOVE":
        headers.setdefault("Destination", f"{url}/moved")
    return requests.request(method, f"{url}/{name}".rstrip("/"), headers=headers, data=body, timeout=20)


@pytest.mark.parametrize("form", WEBDAV, ids=lambda form: form["method"])
def test_each_form_is_taken_by_both_servers_with_one_status(place, form):
    """A form that no genuine server takes would make the sandbox prove nothing."""
    method = form["method"]
    name, headers, body, status = EXAMPLES[method]
    place.dav.put(f"{place.path}/file", FILE, "send")

    assert set(headers) - {"Content-Type"} <= set(form["headers"])
    assert status == send(place, method, name, body, **headers).status_code


def test_all_forms_are_tried():
    """A new one needs an example."""
    assert set(EXAMPLES) == {each["method"] for each in WEBDAV}
    assert '"method": "PROPFIND"' in ledger_text(WEBDAV)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("PROPFIND", {"Depth": "infinity"}),
        ("PROPFIND", {}),
        ("PUT", {"Content-Range": "bytes 0-4/10"}),
        ("PUT", {"Content-Type": "application/json"}),
        ("GET", {"Range": "bytes=0-1,4-5"}),
        ("GET", {"X-Invented": "1"}),
        ("MOVE", {"Depth": "infinity"}),
        ("COPY", {"Destination": "http://127.0.0.1/x"}),
        ("LOCK", {}),
        ("PROPPATCH", {}),
        ("POST", {}),
    ],
)
def test_what_nobody_tried_is_refused_and_changes_nothing(sandbox_place, method, headers):
    """The client of this package is no evidence for what a server takes."""
    sandbox_place.dav.put(f"{sandbox_place.path}/file", FILE, "send")
    answer = send(sandbox_place, method, "file", b"[]" if method == "PUT" else b"", **headers)

    assert answer.status_code in (400, 403, 405)
    assert ["file"] == sandbox_place.names()
    assert FILE == sandbox_place.dav.text(f"{sandbox_place.path}/file").encode()


def test_only_its_user_writes_to_a_zone_and_nobody_to_sample_data(sandbox_place):
    """What comes into sample data passes SODAR's validation first."""
    found = {
        user: send(sandbox_place, "PUT", "x", b"1", user=f"{user}@EXAMPLE").status_code for user in ("bob", "carol")
    }
    assert {"bob": 403, "carol": 403} == found
    data = sandbox_place.path.partition("/landing_zones/")[0] + "/sample_data"
    with pytest.raises(Exception, match="403"):
        sandbox_place.dav.put(f"{data}/x", b"1", "send")
    assert 403 == send(sandbox_place, "DELETE", "").status_code
    assert (
        401
        == requests.request(
            "PROPFIND", sandbox_place.dav.session.url + data, headers={"Depth": "0"}, timeout=9
        ).status_code
    )


def test_a_zone_at_work_takes_nothing(sandbox_place):
    """What is being validated must not change."""
    sandbox_place.sodar.validate_zone(sandbox_place.zone)

    assert 403 == send(sandbox_place, "PUT", "x", b"1").status_code
    sandbox_place.sodar.wait_zone(sandbox_place.zone)
    assert 201 == send(sandbox_place, "PUT", "x", b"1").status_code


def test_collections_that_came_with_the_zone_stay(sandbox_place):
    """They name the rows of the assay."""
    names = [each.name for each in sandbox_place.dav.inside(sandbox_place.path)]

    assert {"MiscFiles", "ResultsReports", "TrackHubs"} < set(names)
    assert 403 == send(sandbox_place, "DELETE", "MiscFiles/").status_code
    assert Entry(f"{sandbox_place.path}/MiscFiles", True) == sandbox_place.dav.look(f"{sandbox_place.path}/MiscFiles")


MD5 = "781e5e245d69b566979b86e28d23f2c7"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a": FILE, "a.md5": MD5.encode()}, ""),
        ({"a": FILE, "a.md5": f"{MD5.upper()}  a\n".encode()}, ""),
        ({"a": FILE, "a.md5": b"0" * 32}, "do not match"),
        ({"a": FILE}, "missing"),
        ({"a.md5": MD5.encode()}, "without their file"),
        ({"a": FILE, "a.md5": b"nothing"}, "cannot be read"),
        ({"a": FILE, "a.md5": b""}, "cannot be read"),
        ({"a": FILE, "a.sha256": b"0" * 64}, "missing"),
    ],
)
def test_validation_reads_the_checksum_files(sandbox_place, files, words):
    """As SODAR does: mismatch, missing, alone, unreadable."""
    for name, content in files.items():
        sandbox_place.dav.put(f"{sandbox_place.path}/{name}", content, "send")
    sandbox_place.sodar.validate_zone(sandbox_place.zone)
    if not words:
        assert "Successfully validated 1 files" == sandbox_place.sodar.wait_zone(sandbox_place.zone)["status_info"]
        return
    with pytest.raises(bionb.BionbError, match=words):
        sandbox_place.sodar.wait_zone(sandbox_place.zone)


def test_a_move_brings_the_files_into_sample_data(sandbox_place):
    """The same names below the assay, the checksum files beside them, and the zone is gone."""
    for name, content in {"MiscFiles/a": FILE, "MiscFiles/a.md5": MD5.encode()}.items():
        sandbox_place.dav.put(f"{sandbox_place.path}/{name}", content, "send")
    sandbox_place.sodar.move_zone(sandbox_place.zone)
    sandbox_place.sodar.wait_zone(sandbox_place.zone, "MOVED")
    (file,) = sandbox_place.sodar.files(sandbox_place.project)

    assert ("a", 10, MD5) == (file["name"], file["size"], file["checksum"])
    assert file["path"].endswith("/MiscFiles/a")
    assert FILE.decode() == sandbox_place.dav.text(file["path"])
    assert MD5 == sandbox_place.dav.text(file["path"] + ".md5")
    assert sandbox_place.dav.look(sandbox_place.path) is None
