"""Listings: nothing until used, everything once used, and nothing twice."""

import pytest

from bionb.errors import UnexpectedResponse
from bionb.frames import COUNT, columns
from bionb.listing import Listing, ListingChanged
from bionb.pages import Page, Whole


def sent(sandbox):
    return [each for each in sandbox.received("things") if each.path != "/me"]


def test_a_new_listing_has_sent_nothing(things, things_sandbox):
    """Building a query must be free, so that notebooks can name listings they may not need."""
    listing = things.things()

    assert [] == sent(things_sandbox)
    assert "<Listing of things, not read yet>" == repr(listing)


def test_all_records_take_exactly_the_needed_requests(things, things_sandbox):
    """95 records in pages of 10 are 10 requests; a second pass and len() send nothing."""
    listing = things.things()

    assert [f"t{n:05d}" for n in range(95)] == [thing["id"] for thing in listing]
    assert 10 == len(sent(things_sandbox))
    assert (95, 95, 95) == (len(listing), len(list(listing)), len(listing.to_frame()))
    assert 10 == len(sent(things_sandbox))


def test_length_and_display_share_page_one(things, things_sandbox):
    """Looking at a listing costs one request."""
    listing = things.things()

    assert 95 == len(listing)
    assert listing
    assert "first 10 of 95" in listing._repr_html_()
    assert 1 == len(sent(things_sandbox))


def test_a_cap_reads_no_more_pages_than_it_needs(things, things_sandbox):
    """max_records=15 must not read ten pages."""
    assert 15 == len(things.things(ahead=False).to_frame(max_records=15))
    assert 2 == len(sent(things_sandbox))


def test_indexing_and_slicing(things):
    """A listing is a sequence."""
    listing = things.things()

    assert "t00000" == listing[0]["id"]
    assert "t00094" == listing[-1]["id"]
    assert ["t00011", "t00012"] == [each["id"] for each in listing[11:13]]
    with pytest.raises(IndexError, match="no record 95"):
        listing[95]


def test_pages_keep_nothing(things, things_sandbox):
    """A listing larger than memory can be streamed."""
    listing = things.things()

    assert [10] * 9 + [5] == [len(page) for page in listing.pages()]
    assert "<Listing of things, not read yet>" == repr(listing)


def test_a_short_page_has_its_gap_read_again(things, things_sandbox):
    """A page may hold fewer rows than asked for although more follow."""
    with things_sandbox.fault("things", "short_page", times=4):
        ids = [thing["id"] for thing in things.things()]

    assert [f"t{n:05d}" for n in range(95)] == ids


def test_a_record_displaced_by_a_deletion_is_not_lost(things, things_sandbox):
    """A plain offset loop loses the record that a deletion moved onto a page already read."""
    with things_sandbox.fault("things", "drifting", times=1):
        ids = {thing["id"] for thing in things.things(ahead=False)}

    assert {thing["id"] for thing in things_sandbox.app("things").things} <= ids


def test_a_plain_loop_does_lose_it(things, things_sandbox):
    """The test above would prove nothing if the server did not really lose a record for a plain loop."""
    found, offset = set(), 0
    with things_sandbox.fault("things", "drifting", times=1):
        while page := things.session.json("GET", "things", params={"offset": offset, "limit": 10}, what="loop")[
            "items"
        ]:
            found |= {thing["id"] for thing in page}
            offset += 10

    assert 1 == len({thing["id"] for thing in things_sandbox.app("things").things} - found)


def test_an_inserted_record_is_found_and_none_comes_twice(things, things_sandbox):
    """An insertion at the head repeats a record on the next page and hides the new one."""
    with things_sandbox.fault("things", "inserting", times=1):
        ids = [thing["id"] for thing in things.things()]

    assert len(set(ids)) == len(ids)
    assert {thing["id"] for thing in things_sandbox.app("things").things} == set(ids)


def test_a_listing_that_never_settles_warns(things, things_sandbox):
    """What cannot be repaired is said, and what was read is kept."""
    with (
        things_sandbox.fault("things", "inserting"),
        pytest.warns(ListingChanged, match="refresh"),
    ):
        count = len(list(things.things(ahead=False)))

    assert count >= 95


def test_a_wrong_total_warns_and_ends(things, things_sandbox):
    """A server that announces more than it has must not be asked for ever."""
    with (
        things_sandbox.fault("things", "wrong_total"),
        pytest.warns(ListingChanged, match="announced 115 records and gave 95"),
    ):
        assert 95 == len(list(things.things(ahead=False)))
    assert len(sent(things_sandbox)) < 40


def test_without_a_total_pages_are_read_until_an_empty_one(things, things_sandbox):
    """A missing total must not truncate."""
    with things_sandbox.fault("things", "no_total"):
        assert 95 == len(things.things())


def test_whole_and_cursor_listings(things):
    """The other two ways of paging give the same records."""
    expected = list(things.things())

    assert expected == list(things.all_things())
    assert expected == list(things.cursor_things())


def test_reading_goes_on_after_an_error(things, things_sandbox):
    """A token that expires in the middle must not cost the pages already read."""
    listing = things.things(ahead=False)
    with (
        things_sandbox.fault("things", "malformed", path="/things", times=1),
        pytest.raises(UnexpectedResponse, match="broken JSON"),
    ):
        list(listing)
    listing.first(30)
    sent_before = len(sent(things_sandbox))

    assert 30 == len(listing.so_far())
    assert 95 == len(listing.to_frame())
    assert 7 == len(sent(things_sandbox)) - sent_before


def test_an_empty_listing_has_the_columns_of_a_full_one(things, things_sandbox):
    """A notebook must not break on a project without files."""
    full = things.things().to_frame()
    things_sandbox.reset("empty")
    empty = things.things().to_frame()

    assert 0 == len(empty)
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()


def test_a_record_may_be_several_rows():
    """A run holds several reports: the listing counts runs, and its table has one row a report."""
    records = [{"id": "a", "parts": [1, 2]}, {"id": "b", "parts": [3]}]
    listing = Listing(
        "runs",
        lambda: Whole(lambda params, opens: Page(records)),
        columns("id", part=COUNT),
        rows=lambda page: [{"id": each["id"], "part": part} for each in page for part in each["parts"]],
    )

    assert 2 == len(listing)
    assert [1, 2, 3] == listing.to_frame()["part"].tolist()
    assert [1, 2] == listing.to_frame(max_records=1)["part"].tolist()
    assert [1, 2, 3] == listing.so_far()["part"].tolist()
    assert "<td>3</td>" in listing._repr_html_()
