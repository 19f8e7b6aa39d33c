"""Packed files are unpacked within bounds, whatever their headers claim."""

import gzip
import io
import re
import struct
import tracemalloc
import zipfile
import zlib

import pytest

import bionb
from bionb.errors import InvalidSheet, UsageError
from bionb.packed import gunzipped, unzipped

GZIP = gzip.compress(b"abc", mtime=0)  # names of tests must not tell the time
MB = 1 << 20


def zipped(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def peak(function, *arguments, **options):
    """Return the error of a call, and the bytes that it needed."""
    tracemalloc.start()
    try:
        with pytest.raises(InvalidSheet) as caught:
            function(*arguments, **options)
        return str(caught.value), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_many_members_below_the_floor_are_one_bomb():
    """Each is modest; together they are 700 times the archive."""
    bomb = zipped({f"i_{number}.txt": bytes(3 * MB) for number in range(20)})
    message, needed = peak(unzipped, bomb, "x.zip")

    assert re.search(r"unpacks to 60 MiB, more than 300 times its size.*max_bytes=\d+", message)
    assert needed < 5 * MB
    raised = int(re.search(r"max_bytes=(\d+)", message)[1])
    assert 20 == len(unzipped(bomb, "x.zip", raised))
    assert 20 == len(bionb.read_isatab(bomb, max_bytes=raised).files)


def test_members_that_share_their_bytes_are_one_bomb():
    """Fifty entries of the directory lead to one member: the sizes that they claim add up, the bytes do not."""
    plain = zipped({"a": b"x" * 20_000 + bytes(range(256)) * 400})
    start = plain.index(b"PK\x01\x02")
    entry, end = plain[start : plain.index(b"PK\x05\x06")], plain[plain.index(b"PK\x05\x06") :]
    entries = b"".join(entry[:46] + bytes([97 + number % 26]) + entry[47:] for number in range(26))
    end = end[:8] + struct.pack("<HHII", 26, 26, len(entries), start) + end[20:]
    message, _ = peak(unzipped, plain[:start] + entries + end, "x.zip", 100_000)
    assert "more than" in message


def test_a_member_that_claims_less_than_it_holds_is_cut_before_it_is_unpacked():
    """Python's own reader unpacks all of it and then cuts."""
    data = bytearray(zipped({"i_x.txt": bytes(200 * MB)}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + place
        data[at : at + 4] = struct.pack("<I", 1000)
    message, needed = peak(unzipped, bytes(data), "x.zip")

    assert "no complete zip" in message
    assert needed < 5 * MB


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method):
    """Python unpacks them without any bound."""
    message, needed = peak(unzipped, zipped({"i_x.txt": bytes(4 * MB)}, method), "x.zip")
    assert "rare way" in message
    assert needed < MB


def test_a_gzip_bomb_is_refused():
    """100 MiB out of 100 KB, in one stream and in many."""
    for bomb in (gzip.compress(bytes(100 * MB)), gzip.compress(bytes(MB)) * 100):
        message, needed = peak(gunzipped, bomb, "x.gct.gz")
        assert re.search(r"unpacks from .* to more than .*300 times its size.*max_bytes", message)
        assert needed < 90 * MB
        assert 100 * MB == len(gunzipped(bomb, "x.gct.gz", 100 * MB))
        with pytest.raises(InvalidSheet, match="more than"):
            gunzipped(bomb, "x.gct.gz", 100 * MB - 1)


@pytest.mark.parametrize("data", [b"\x1f\x8b", GZIP[:-4], GZIP + b"junk", b"", b"\0"])
def test_a_broken_gzip_file_is_told(data):
    """Cut off, or followed by something else."""
    with pytest.raises(InvalidSheet, match="gzip"):
        gunzipped(data, "x.gz")


def test_gzip_in_several_streams_and_with_padding_is_read():
    """As bgzip and tape drives write it."""
    packed = gzip.compress(b"abc") + gzip.compress(b"") + gzip.compress(b"def") + bytes(512)
    assert b"abcdef" == gunzipped(packed, "x.gz")
    assert b"" == gunzipped(gzip.compress(b""), "x.gz")
    assert b"abc" == gunzipped(zlib.compress(b"abc", wbits=31), "x.gz")


@pytest.mark.parametrize("most", ["1", -1, True, 1.5])
def test_a_bound_that_is_none_is_told(most):
    """One clear error."""
    with pytest.raises(UsageError, match="max_bytes"):
        bionb.read_isatab(zipped({"i_x.txt": b""}), max_bytes=most)


def test_a_workbook_is_read_within_bounds_too(tmp_path):
    """An Excel file is a zip: 60 MiB of one cell's text need 60 KB."""
    made = bionb.read_isatab({"investigation": {"path": "i_x.txt", "tsv": "INVESTIGATION\n"}}).to_excel(
        tmp_path / "x.xlsx"
    )
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", bytes(60 * MB))
    message, needed = peak(bionb.read_isatab, made)

    assert re.search(r"unpacks to 60 MiB.*max_bytes=\d+", message)
    assert needed < 20 * MB
    assert ["i_x.txt"] == bionb.read_isatab(made, max_bytes=100 * MB).investigations
    for path in ("gone.xlsx", "a\0b.xlsx", "x" * 300 + ".xlsx"):
        with pytest.raises(InvalidSheet):
            bionb.read_isatab(tmp_path / path)
