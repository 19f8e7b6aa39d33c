"""Listings: nothing until used, everything once used, and nothing twice."""

import _thread
import math
import threading
import time
import warnings
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionb.errors import ConnectionFailed, UnexpectedResponse
from bionb.frames import COUNT, columns
from bionb.listing import Listing, ListingChanged
from bionb.paging.chained import Chained
from bionb.paging.pages import Cursor, Offset, Page, Whole


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
    assert 15 == len(things.things().to_frame(max_records=15))
    assert 2 == len(sent(things_sandbox))
    assert 25 == len(things.things().first(25))
    assert 5 == len(sent(things_sandbox))


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
    assert ">3</td>" in listing._repr_html_()


# -- any number of records, any page size, any number of workers --------------------------------------------------


class Shelf:
    """Answers like a server with so many records, and counts; one call may fail."""

    def __init__(self, count, tells="total", most=None, fails=None, error=None):
        self.records = [{"id": f"t{n}", "n": n} for n in range(count)]
        self.tells, self.most, self.fails, self.error = tells, most, fails, error
        self.calls, self._lock = 0, threading.Lock()

    def read(self, params, opens):
        with self._lock:
            self.calls += 1
            call = self.calls
        if call == self.fails:
            raise self.error
        start, limit = params["offset"], min(params["limit"], self.most or 10**6)
        page = self.records[start : start + limit]
        total = len(self.records) if self.tells == "total" else None
        more = start + len(page) < len(self.records) if self.tells == "more" else None
        return Page(page, total=total, more=more)

    def listing(self, limit, submit=None):
        start = lambda: Offset(self.read, limit, key=lambda each: each["id"], submit=submit, ahead=8)  # noqa: E731
        return Listing("things", start, columns("id", n=COUNT))


COUNTS, LIMITS, WORKERS = st.integers(0, 60), st.integers(1, 25), st.integers(0, 4)


class Workers:
    """A thread pool, or None for none."""

    def __init__(self, count):
        self._pool = ThreadPoolExecutor(count) if count else None

    def __enter__(self):
        return self._pool.submit if self._pool else None

    def __exit__(self, *error):
        if self._pool:
            self._pool.shutdown(wait=True)


@given(COUNTS, LIMITS, WORKERS)
def test_every_record_comes_once_and_in_order_with_the_needed_requests(count, limit, workers):
    """The promise of a listing."""
    shelf = Shelf(count)
    with Workers(workers) as submit:
        listing = shelf.listing(limit, submit)
        assert shelf.records == list(listing)
        assert count == len(listing) == len(listing.to_frame())

    assert max(1, math.ceil(count / limit)) == shelf.calls


@given(COUNTS, LIMITS, st.sampled_from(["more", "nothing"]))
def test_the_same_without_a_total(count, limit, tells):
    """Some servers say only whether a page follows, some not even that: then an empty page tells."""
    shelf = Shelf(count, tells)
    assert shelf.records == list(shelf.listing(limit))
    assert max(1, math.ceil(count / limit)) + (tells == "nothing" and count > 0) == shelf.calls


@given(COUNTS, LIMITS, WORKERS, st.integers(0, 70))
def test_a_cap_costs_no_request_more(count, limit, workers, wanted):
    """first(n), max_records and slices, with readers ahead or without."""
    shelf = Shelf(count)
    with Workers(workers) as submit:
        assert shelf.records[:wanted] == shelf.listing(limit, submit).first(wanted)
        first, shelf.calls = shelf.calls, 0
        assert shelf.records[:wanted] == shelf.listing(limit, submit)[:wanted]
        assert min(count, wanted) == len(shelf.listing(limit, submit).to_frame(max_records=wanted))

    needed = math.ceil(min(count, wanted) / limit)
    assert first in (needed, 1)
    assert shelf.calls <= 2 * max(needed, 1)


@given(COUNTS, LIMITS, WORKERS, st.integers(1, 10))
def test_a_server_with_a_smaller_page_size_than_asked_for_loses_nothing(count, limit, workers, most):
    """Servers cap the page size without a word."""
    shelf = Shelf(count, most=most)
    with Workers(workers) as submit:
        assert shelf.records == list(shelf.listing(limit, submit))
    assert shelf.calls <= max(1, math.ceil(count / min(limit, most))) + math.ceil(count / limit)


@given(COUNTS, LIMITS, WORKERS, st.integers(1, 12), st.sampled_from([ConnectionFailed("gone"), KeyboardInterrupt()]))
def test_after_a_failure_reading_goes_on_where_it_stopped(count, limit, workers, fails, error):
    """What was read is kept, and nothing is asked for twice but the page that failed."""
    shelf = Shelf(count, fails=fails, error=error)
    needed = max(1, math.ceil(count / limit))
    with Workers(workers) as submit:
        listing = shelf.listing(limit, submit)
        if fails <= needed:
            with pytest.raises(type(error)):
                list(listing)
            kept = listing.so_far()["id"].tolist()
            assert [each["id"] for each in shelf.records[: len(kept)]] == kept
        assert shelf.records == list(listing)

    assert needed + (fails <= needed) == shelf.calls


@given(COUNTS, LIMITS)
def test_cursors_and_numbered_pages_give_the_same(count, limit):
    """The ways of paging differ, the listing does not."""
    records = Shelf(count).records

    def by_cursor(params, opens):
        start = params.get("cursor", 0)
        return Page(records[start : start + limit], cursor=start + limit if start + limit < count else None)

    def by_number(params, opens):
        start = (params["page"] - 1) * limit
        return Page(records[start : start + limit], total=count, more=start + limit < count)

    assert records == list(Listing("x", lambda: Cursor(by_cursor)))
    assert records == list(Listing("x", lambda: Whole(by_number, page="page")))


@given(st.lists(COUNTS, min_size=1, max_size=4), LIMITS, st.integers(0, 70))
def test_several_queries_are_one_listing(counts, limit, wanted):
    """Some servers answer only for one project or kind at a time."""
    shelves = [Shelf(count) for count in counts]
    expected = [record for shelf in shelves for record in shelf.records]

    def listing(key):
        return Listing("x", lambda: Chained([Offset(each.read, limit) for each in shelves], key))

    assert expected == list(listing(None))
    assert sum(max(1, math.ceil(count / limit)) for count in counts) == sum(shelf.calls for shelf in shelves)
    assert len(expected) == len(listing(None))
    assert expected[:wanted] == listing(None).first(wanted)
    largest = max(shelves, key=lambda shelf: len(shelf.records))
    assert largest.records == sorted(listing(lambda record: record["id"]), key=lambda record: record["n"])


@given(st.lists(st.integers(0, 20), max_size=30), st.integers(1, 7), WORKERS)
def test_no_record_comes_twice_and_none_is_lost_however_it_repeats(ids, limit, workers):
    """Pages that overlap repeat records."""
    shelf = Shelf(0)
    shelf.records = [{"id": str(each)} for each in ids]
    with Workers(workers) as submit, warnings.catch_warnings():
        warnings.simplefilter("ignore", ListingChanged)
        found = [each["id"] for each in shelf.listing(limit, submit)]

    assert sorted(set(map(str, ids))) == sorted(found)


def test_a_page_that_cannot_be_read_ends_the_reading_ahead():
    """After an error in page 2 the pages behind it are not wanted any more."""
    shelf, submitted = Shelf(100), []

    def submit(ask, place):
        submitted.append(Future())
        return submitted[-1]

    def broken():
        raise UnexpectedResponse("broken JSON")

    listing = shelf.listing(10, submit)
    listing.first(1)
    threading.Timer(0.05, lambda: submitted[0].set_result(Page.later(broken))).start()
    with pytest.raises(UnexpectedResponse):
        list(listing)

    assert 8 == len(submitted)
    assert all(each.cancelled() for each in submitted[1:])


def test_an_interrupt_in_the_middle_keeps_what_was_read_and_sends_nothing_twice(things, things_sandbox):
    """A person presses stop while sixteen threads read; the rest is given up, and the next cell goes on."""
    things_sandbox.app("things").things = [things_sandbox.app("things").thing(n) for n in range(2000)]
    listing = things.things()

    def press_stop():
        while len(sent(things_sandbox)) < 60:
            time.sleep(0.005)
        _thread.interrupt_main()

    with things_sandbox.fault("things", "latency", ms=40):
        threading.Thread(target=press_stop, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            list(listing)
    interrupted = len(sent(things_sandbox))
    kept = len(listing.so_far())

    assert 0 < kept < 2000
    assert interrupted < 150
    assert 2000 == len(listing.to_frame())
    assert 200 == len(sent(things_sandbox))
