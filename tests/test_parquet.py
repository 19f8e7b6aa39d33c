"""Listings as Parquet files: the same table as the frame, whatever comes in which page, and no more memory."""

import os
import subprocess
import sys

import pandas as pd
import pytest

import bionb.parquet
from bionb.errors import UsageError
from bionb.frames import COUNT, TIME, columns
from bionb.listing import Listing
from bionb.paging.pages import Page, Whole

COLUMNS = columns("id", size=COUNT, made=TIME)


def listing(*pages):
    """A listing of some pages."""
    records = [record for page in pages for record in page]
    return Listing("things", lambda: Whole(lambda params, opens: Page(records)), COLUMNS)


RECORDS = [
    {"id": "a", "size": 1, "made": "2026-01-02T03:04:05Z", "tags": ["x", "y"]},
    {"id": "b", "size": None, "made": None, "owner": {"name": "Ada"}},
    {"id": "é\0", "size": 3, "made": "2026-01-02T03:04:05Z", "odd": 1},
    {"id": "d", "size": 4, "made": None, "odd": "one"},
]


@pytest.mark.parametrize("piece", [1, 2, 3, 100])
def test_the_file_holds_what_the_frame_holds(piece, monkeypatch, tmp_path):
    """Fields that come late, or in several types, are columns all the same."""
    monkeypatch.setattr(bionb.parquet, "PIECE", piece)
    things = listing(RECORDS)
    path = things.to_parquet(tmp_path / "new" / "things.parquet")
    back, frame = pd.read_parquet(path), things.to_frame()

    assert set(frame) == set(back)
    assert ["id", "size", "made"] == list(back)[:3]
    assert frame["id"].tolist() == back["id"].tolist()
    assert [1, None, 3, 4] == [None if pd.isna(each) else each for each in back["size"]]
    assert frame["made"].tolist()[0] == back["made"].tolist()[0]
    assert '["x", "y"]' == back["tags"].iloc[0]
    assert ["1", "one"] == [str(each).removesuffix(".0") for each in back["odd"].dropna()]
    assert [path.name] == os.listdir(path.parent)


def test_an_empty_listing_is_a_table_without_rows(tmp_path):
    """The next program asks for a column."""
    back = pd.read_parquet(listing().to_parquet(tmp_path / "none.parquet"))

    assert (0, ["id", "size", "made"]) == (len(back), list(back))


def test_nothing_is_overwritten_unasked_and_nothing_half_is_left(tmp_path):
    """An error in the middle of a million records leaves no file that looks whole."""

    def broken():
        yield pd.DataFrame({"a": [1]})
        raise UsageError("the server is gone")

    path = tmp_path / "things.parquet"
    with pytest.raises(UsageError, match="the server is gone"):
        bionb.parquet.write_frames(broken(), path)
    assert [] == os.listdir(tmp_path)
    listing(RECORDS).to_parquet(path)
    with pytest.raises(UsageError, match="is there already; give another name, or overwrite=True"):
        listing(RECORDS).to_parquet(path)
    listing().to_parquet(path, overwrite=True)
    assert pd.read_parquet(path).empty


MILLION = """
import resource, sys
from bionb.frames import columns, COUNT
from bionb.listing import Listing
from bionb.paging.pages import Whole
import bionb.parquet, pandas, pyarrow.parquet

def page(params, opens):
    raise AssertionError

def records(start):
    return [{"id": f"thing-{n}", "size": n, "name": f"a name of {n}"} for n in range(start, start + 1000)]

class Many(Listing):
    def pages(self):
        for start in range(0, 1_000_000, 1000):
            yield records(start)

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
Many("things", lambda: Whole(page), columns("id name", size=COUNT)).to_parquet(sys.argv[1])
added = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(added // 1024, pyarrow.parquet.read_metadata(sys.argv[1]).num_rows)
"""


@pytest.mark.slow
def test_a_million_records_need_little_memory(tmp_path):
    """At most 300 MiB more than before, whatever the number of records."""
    done = subprocess.run(
        [sys.executable, "-c", MILLION, str(tmp_path / "x.parquet")],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert 0 == done.returncode, done.stderr
    added, rows = map(int, done.stdout.split())
    assert 1_000_000 == rows
    assert added < 300
