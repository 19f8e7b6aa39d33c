"""Files up and down over WebDAV: one suite, on a genuine Apache with mod_dav and on the sandbox."""

import hashlib
import subprocess
import sys
import time

import pytest

import bionb
from bionb.errors import (
    FileFailed,
    NotFound,
    TransfersFailed,
    UnexpectedResponse,
    UsageError,
)

ODD = ["with blank.txt", "Größe µ.txt", "a#b.txt", "100%.txt", "a%20b.txt", "a+b.txt", "a;b&c=d'.txt", "why?.txt"]


@pytest.fixture
def folder(tmp_path):
    """A folder with a large file, an empty one, and one in a folder below."""
    made = tmp_path / "data"
    (made / "runs").mkdir(parents=True)
    (made / "big.bin").write_bytes(bytes(range(256)) * 4000)
    (made / "empty.txt").touch()
    (made / "runs" / "small.txt").write_text("hello")
    return made


def contents(folder):
    """All files of a folder by their names."""
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def listed(place):
    """The files of the zone as a list of files would have them; Apache is no SODAR and has none."""
    return [
        {"path": f"{place.path}/{name}", "name": name.rpartition("/")[2]}
        for name in place.names()
        if not name.endswith((".md5", ".sha256"))
    ]


def test_what_goes_up_comes_down(place, folder, tmp_path):
    """Bytes, names and folders; each with its checksum file, which SODAR asks for."""
    sent = place.sodar.upload_files(folder, place.zone)
    names = ["big.bin", "empty.txt", "runs/small.txt"]

    assert ["done"] * 3 == sent["status"].tolist()
    assert names == sent["name"].tolist()
    assert sorted([*names, *(f"{each}.md5" for each in names)]) == place.names()
    md5 = hashlib.md5(b"hello", usedforsecurity=False).hexdigest()
    assert f"{md5}  small.txt\n" == place.dav.text(f"{place.path}/runs/small.txt.md5")
    assert f"md5 {md5}" == sent["checksum"].iloc[2]

    got = place.sodar.download_files(listed(place), tmp_path / "again")
    assert ["done"] * 3 == got["status"].tolist()
    assert contents(folder) == contents(tmp_path / "again")


def test_a_second_call_sends_nothing(place, folder, tmp_path):
    """Going on after a break is the same call; what is whole is looked at, not sent."""
    place.sodar.upload_files(folder, place.zone)
    place.sodar.download_files(listed(place), tmp_path / "again")
    before = len(place.sodar.history)

    assert ["there"] * 3 == place.sodar.upload_files(folder, place.zone)["status"].tolist()
    assert ["there"] * 3 == place.sodar.download_files(listed(place), tmp_path / "again")["status"].tolist()
    assert not {"PUT", "MOVE", "MKCOL"} & set(place.sodar.history["method"][before:])


def test_a_plan_shows_what_would_be_done_and_does_nothing(place, folder, tmp_path):
    """Looked at first, before hours of uploading."""
    plan = place.sodar.upload_files(folder, place.zone, into="new/one", dry_run=True)

    assert ["planned"] * 3 == plan["status"].tolist()
    assert [f"{place.path}/new/one/{name}" for name in plan["name"]] == plan["target"].tolist()
    assert [1024000, 0, 5] == plan["bytes"].tolist()
    assert [] == place.names()
    place.sodar.upload_files(folder, place.zone)
    assert ["planned"] * 3 == place.sodar.download_files(listed(place), tmp_path / "x", dry_run=True)["status"].tolist()
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ODD)
def test_odd_names_go_both_ways(place, tmp_path, name):
    """Blanks, umlauts, ``#``, ``%``, ``+``: letters of names, also of collections."""
    (tmp_path / "here" / name).mkdir(parents=True)
    (tmp_path / "here" / name / name).write_text("hello")
    place.sodar.upload_files(tmp_path / "here", place.zone)

    assert [f"{name}/{name}", f"{name}/{name}.md5"] == place.names()
    place.sodar.download_files(listed(place), tmp_path / "again")
    assert {f"{name}/{name}": b"hello"} == contents(tmp_path / "again")


def test_sha256_for_sites_that_check_it(place, folder):
    """The site's choice; the file beside has its name."""
    place.sodar.upload_files(folder / "runs", place.zone, checksum="sha256")
    sha = hashlib.sha256(b"hello").hexdigest()

    assert f"{sha}  small.txt\n" == place.dav.text(f"{place.path}/small.txt.sha256")
    with pytest.raises(UsageError, match="md5 or sha256"):
        place.sodar.upload_files(folder, place.zone, checksum="crc32")


def test_another_file_is_not_replaced_unasked(place, folder):
    """Neither up nor down."""
    place.sodar.upload_files(folder / "runs", place.zone)
    (folder / "runs" / "small.txt").write_text("HELLO")
    with pytest.raises(UsageError, match="overwrite=True"):
        place.sodar.upload_files(folder / "runs", place.zone)
    assert "hello" == place.dav.text(f"{place.path}/small.txt")

    assert ["done"] == place.sodar.upload_files(folder / "runs", place.zone, overwrite=True)["status"].tolist()
    assert "HELLO" == place.dav.text(f"{place.path}/small.txt")
    assert ["small.txt", "small.txt.md5"] == place.names()


def test_a_file_that_lacks_its_checksum_gets_it(place, folder):
    """As one that iCommands left, or a kernel that died between the two: it is read there, and not sent again."""
    place.dav.put(f"{place.path}/small.txt", b"hello", "send")
    plan = place.sodar.upload_files(folder / "runs", place.zone, dry_run=True)
    before = len(place.sodar.history)

    assert ["planned"] == plan["status"].tolist()
    assert ["small.txt"] == place.names()
    assert ["done"] == place.sodar.upload_files(folder / "runs", place.zone)["status"].tolist()
    assert ["small.txt", "small.txt.md5"] == place.names()
    assert 1 == place.sodar.history["method"][before:].tolist().count("PUT")


def test_what_a_killed_call_left_beside_a_whole_file_is_removed(place, folder):
    """SODAR would refuse the zone, since the rest has no checksum file."""
    place.sodar.upload_files(folder / "runs", place.zone)
    place.dav.put(f"{place.path}/small.txt.part", b"he", "send")
    place.dav.put(f"{place.path}/other.txt.part", b"he", "send")

    assert ["there"] == place.sodar.upload_files(folder / "runs", place.zone)["status"].tolist()
    assert ["other.txt.part", "small.txt", "small.txt.md5"] == place.names()


def test_wrong_checksum_files_here_are_told_and_nothing_is_left(place, folder):
    """Either the file or its checksum is not what the laboratory made."""
    (folder / "runs" / "small.txt.md5").write_text("0" * 32)
    with pytest.raises(FileFailed, match="says 0000"):
        place.sodar.upload_files(folder / "runs", place.zone)

    assert [] == place.names()
    (folder / "runs" / "small.txt.md5").write_text(hashlib.md5(b"hello", usedforsecurity=False).hexdigest())
    (folder / "runs" / "lost.bam.md5").write_text("0" * 32)
    with pytest.raises(TransfersFailed, match="without its file") as caught:
        place.sodar.upload_files(folder / "runs", place.zone)
    assert ["done", "refused"] == caught.value.partial["status"].tolist()
    assert ["small.txt", "small.txt.md5"] == place.names()


def test_one_failure_stops_no_other(place, folder):
    """All that could be sent is there, and the table tells of the rest."""
    place.dav.make(f"{place.path}/empty.txt")
    with pytest.raises(TransfersFailed, match=r"1 of 3 files .*empty.txt is a collection") as caught:
        place.sodar.upload_files(folder, place.zone)

    assert ["done", "refused", "done"] == caught.value.partial["status"].tolist()
    assert {"big.bin", "runs/small.txt"} < set(place.names())


def test_two_files_of_one_name_are_told(place, folder):
    """One would replace the other."""
    (folder / "small.txt").write_text("other")
    with pytest.raises(TransfersFailed, match="same place"):
        place.sodar.upload_files([folder / "small.txt", folder / "runs" / "small.txt"], place.zone)


def test_files_go_to_the_rows_of_the_assay(place, tmp_path):
    """The question of everyone who uploads: is there a file for each sample, and a sample for each file?"""
    isa = place.sodar.export_sheets(place.project)
    libraries = list(dict.fromkeys(isa["a_exome_pilot.txt"].frame["Library Name"]))
    for name in [*libraries[:2], "unknown"]:
        (tmp_path / f"{name}_R1.fastq.gz").write_text(name)
    found = place.sodar.upload_files(tmp_path, place.zone, match=("Library Name", "{}_R?.fastq.gz"))

    statuses = found.groupby("status")["sample"].apply(list).to_dict()
    assert sorted(libraries[:2]) == sorted(statuses["done"])
    assert [""] == statuses["no row"]
    assert libraries[2:] == statuses["no file"]
    assert {f"{each}/{each}_R1.fastq.gz" for each in libraries[:2]} < set(place.names())
    assert not any("unknown" in each for each in place.names())
    with pytest.raises(UsageError, match="it has: Sample Name, Extract Name, Library Name"):
        place.sodar.upload_files(tmp_path, place.zone, match=("Library", "{}"))
    for wrong in ("Library Name", ("Library Name", "*.gz"), ("Library Name",)):
        with pytest.raises(UsageError, match=r"\{\}|takes a pair"):
            place.sodar.upload_files(tmp_path, place.zone, match=wrong)


def test_a_row_may_be_named_by_another_of_its_names(place, tmp_path):
    """Collections are called by one column of the assay, files often by another."""
    (tmp_path / "FAM1-father-N1.bam").write_text("x")
    place.sodar.upload_files(tmp_path, place.zone, match=("Sample Name", "{}.bam"))

    assert "FAM1-father-N1-DNA1-WES1/FAM1-father-N1.bam" in place.names()


def test_collections_are_listed_at_any_depth(place):
    """The places for files."""
    place.dav.make_all([f"{place.path}/a", f"{place.path}/a/b c"])
    names = place.sodar.collections(place.zone).to_frame()["name"].tolist()

    assert {"MiscFiles", "a", "a/b c"} < set(names)
    place.sodar.upload_files(__file__, place.zone, into=place.sodar.collections(place.zone)[0])
    assert place.names()[0].startswith(names[0])


@pytest.mark.parametrize("into", ["../x", "a/../../b", "a\0b", 3])
def test_nothing_leads_out_of_the_zone(place, folder, into):
    """Other people's files are there."""
    with pytest.raises(UsageError, match="in the zone|leads out|takes a text"):
        place.sodar.upload_files(folder, place.zone, into=into)


def test_a_source_that_changes_while_it_is_sent_leaves_nothing(place, folder, monkeypatch):
    """Half of it would be of yesterday."""
    from bionb.transfers import upload

    path = folder / "big.bin"
    path.write_bytes(b"a" * 3 * upload.CHUNK)

    def meddling(self):
        for number, piece in enumerate(original(self)):
            if number == 1:
                path.write_bytes(b"b" * 3 * upload.CHUNK)
            yield piece

    original = upload.Part.__iter__
    monkeypatch.setattr(upload.Part, "__iter__", meddling)
    with pytest.raises(FileFailed, match="changed while it was sent"):
        place.sodar.upload_files(path, place.zone)
    assert [] == place.names()


def test_an_interrupt_leaves_what_is_whole_and_goes_on(place, tmp_path, monkeypatch):
    """Ctrl-C in the middle: no half file has a right name, and the same call does the rest."""
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_bytes(b"x" * number * 1000)
    seen = []
    put = type(place.dav).put

    def interrupted(self, path, body, what):
        seen.append(path)
        if len(seen) == 20:
            import _thread

            _thread.interrupt_main()
        return put(self, path, body, what)

    monkeypatch.setattr(type(place.dav), "put", interrupted)
    with pytest.raises(KeyboardInterrupt, match="Run the same call again") as caught:
        place.sodar.upload_files(tmp_path, place.zone)
    monkeypatch.undo()
    table = caught.value.partial.set_index("name")["status"]
    whole = {each for each in place.names() if not each.endswith((".md5", ".part"))}

    assert {name for name in table.index if table[name] == "done"} <= whole
    assert all((tmp_path / name).read_bytes() == place.dav.text(f"{place.path}/{name}").encode() for name in whole)
    assert {"done", "there"} >= set(place.sodar.upload_files(tmp_path, place.zone)["status"])
    assert 60 == len(place.names())


def test_two_kernels_may_upload_the_same(place, folder):
    """As two notebooks of one folder do: one of them is faster, both end with all files there."""
    from concurrent.futures import ThreadPoolExecutor

    given = {"token": place.sandbox.credentials("sodar")["token"], "webdav_url": place.dav.session.url}
    with bionb.connect("sodar", place.sandbox.url("sodar"), **given) as other, ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda sodar: sodar.upload_files(folder, place.zone), [place.sodar, other]))

    assert all({"done", "there"} >= set(each["status"]) for each in done)
    assert 6 == len(place.names())
    assert "hello" == place.dav.text(f"{place.path}/runs/small.txt")


def test_files_that_are_gone_are_told(place, tmp_path):
    """A list may be of yesterday."""
    with pytest.raises(NotFound, match="gone.txt"):
        place.sodar.download_files([{"path": f"{place.path}/gone.txt"}], tmp_path)
    for wrong in (3, [3], "no path", {"name": "x"}, [None]):
        with pytest.raises(UsageError):
            place.sodar.download_files(wrong, tmp_path)
    assert 0 == len(place.sodar.download_files([], tmp_path))


def test_a_damaged_file_is_not_kept(place, folder, tmp_path):
    """Its checksum file says so, also where the list says none."""
    place.sodar.upload_files(folder / "runs", place.zone)
    place.dav.put(f"{place.path}/small.txt", b"HELLO", "damage")
    with pytest.raises(UnexpectedResponse, match="damaged"):
        place.sodar.download_files(listed(place), tmp_path / "again")
    assert {} == contents(tmp_path / "again") if (tmp_path / "again").exists() else True


UPLOADING = """
import sys, bionb
url, token, webdav_url, zone, folder = sys.argv[1:]
bionb.connect("sodar", url, token=token, webdav_url=webdav_url, workers=2).upload_files(folder, zone)
"""


def test_a_kernel_that_is_killed_leaves_nothing_half_under_a_right_name(place, tmp_path):
    """Power off, or kill -9: at whatever moment it comes, the same call makes all of it whole."""
    for number in range(40):
        (tmp_path / f"{number:02}.bin").write_bytes(bytes([number]) * 200_000)
    token = place.sandbox.credentials("sodar")["token"]
    given = [place.sandbox.url("sodar"), token, place.dav.session.url, place.zone["sodar_uuid"], str(tmp_path)]
    for enough in (3, 20, 50):
        with subprocess.Popen([sys.executable, "-c", UPLOADING, *given]) as process:
            while process.poll() is None and len(place.names()) < enough:
                time.sleep(0.01)
            process.kill()
        whole = [each for each in place.names() if each.endswith(".bin")]
        assert all(place.dav.look(f"{place.path}/{each}").size == 200_000 for each in whole)

    assert {"done", "there"} >= set(place.sodar.upload_files(tmp_path, place.zone)["status"])
    assert sorted([f"{n:02}.bin" for n in range(40)] + [f"{n:02}.bin.md5" for n in range(40)]) == place.names()
    place.sodar.download_files(listed(place), tmp_path / "again")
    assert all((tmp_path / "again" / f"{n:02}.bin").read_bytes() == bytes([n]) * 200_000 for n in range(40))
