"""Records are never lost in silence, whatever a server answers: each way of paging ends, and says so when in doubt."""

import math
import threading
import warnings

import pytest

from bionb.errors import UnexpectedResponse, UsageError
from bionb.listing import Listing, ListingChanged
from bionb.paging.chained import Chained
from bionb.paging.pages import Cursor, Offset, Page, Whole


def numbered(*numbers):
    return [{"id": number} for number in numbers]


def by_id(record):
    return record["id"]


def ids(listing):
    return [each["id"] for each in listing]


def scripted(name, *answers):
    """Return a ``read`` that answers by the place asked for, counts, and fails when there is no end."""
    calls = []

    def read(params, opens):
        calls.append(params.get(name))
        assert len(calls) < 400, "asked without end"
        answer = answers[min(len(calls), len(answers)) - 1]
        return answer(params) if callable(answer) else answer

    return read, calls


def quiet(listing):
    """Read without a word of doubt."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ids(listing)


def doubted(listing, match):
    with pytest.warns(ListingChanged, match=match):
        return ids(listing)


# -- cursors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", [1, 5, 40])
def test_empty_pages_before_a_new_cursor_do_not_end_a_listing(empty):
    """A server that filters behind its paging sends empty pages in the middle."""
    gaps = [Page([], cursor=f"gap {number}") for number in range(empty)]
    read, _ = scripted("cursor", Page(numbered(1, 2), cursor="a"), *gaps, Page(numbered(3)))

    assert [1, 2, 3] == quiet(Listing("x", lambda: Cursor(read, key=by_id)))


def test_a_repeated_page_with_a_new_cursor_does_not_end_a_listing():
    """Only the repeats are dropped."""
    pages = (numbered(1, 2), "a"), (numbered(1, 2), "b"), (numbered(3, 4), "c"), (numbered(5), None)
    read, _ = scripted("cursor", *(Page(records, cursor=cursor) for records, cursor in pages))

    assert [1, 2, 3, 4, 5] == quiet(Listing("x", lambda: Cursor(read, key=by_id)))


@pytest.mark.parametrize("second", ["a", "b"])
def test_cursors_that_lead_in_a_circle_end_and_are_told(second):
    """Nobody knows what would have followed."""
    read, calls = scripted(
        "cursor",
        Page(numbered(1), cursor="a"),
        Page(numbered(2), cursor=second),
        lambda params: Page(numbered(3), cursor="a"),
    )

    found = doubted(Listing("x", lambda: Cursor(read, key=by_id)), "not where")
    assert {"a": [1, 2], "b": [1, 2, 3]}[second] == found
    assert len(found) == len(calls)


def test_new_cursors_without_an_end_are_given_up_and_told():
    """A server may name a new cursor for ever."""
    read, calls = scripted("cursor", lambda params: Page(numbered(1), cursor=f"{params.get('cursor')}x"))

    assert [1] == doubted(Listing("x", lambda: Cursor(read, key=by_id)), "may not be all")
    assert len(calls) <= 110


def test_an_empty_page_that_leads_to_itself_is_an_end():
    """Some servers say so that this was all."""
    read, _ = scripted("cursor", Page(numbered(1), cursor="a"), Page([], cursor="a"))

    assert [1] == quiet(Listing("x", lambda: Cursor(read, key=by_id)))


@pytest.mark.parametrize("cursor", [["b"], {"next": 2}, 7, 1.5, True])
def test_a_cursor_may_be_anything(cursor):
    """JSON has more than texts, and lists cannot be looked up."""
    read, calls = scripted("cursor", Page(numbered(1), cursor=cursor), Page(numbered(2)))

    assert [1, 2] == quiet(Listing("x", lambda: Cursor(read, key=by_id)))
    assert [None, cursor] == calls


def test_a_cursor_listing_with_a_total_is_held_to_it():
    """A server that announces three and ends at two has lost one."""
    read, _ = scripted("cursor", Page(numbered(1), total=3, cursor="a"), Page(numbered(2), total=3))

    assert [1, 2] == doubted(Listing("x", lambda: Cursor(read, key=by_id)), "announced 3 records and gave 2")


# -- identities -------------------------------------------------------------------------------------------------------

READERS = {
    "whole": lambda records, key: Whole(lambda params, opens: Page(records), key=key),
    "cursor": lambda records, key: Cursor(
        lambda params, opens: Page(
            records[params.get("cursor", 0) :][:2],
            cursor=params.get("cursor", 0) + 2 if params.get("cursor", 0) + 2 < len(records) else None,
        ),
        key=key,
    ),
    "offset": lambda records, key: Offset(
        lambda params, opens: Page(records[params["offset"] :][: params["limit"]], total=len(records)), 2, key=key
    ),
    "offset without total": lambda records, key: Offset(
        lambda params, opens: Page(records[params["offset"] :][: params["limit"]]), 2, key=key
    ),
}


@pytest.fixture(params=READERS)
def reader(request):
    return READERS[request.param]


@pytest.mark.parametrize("key", [lambda record: record.get("id"), lambda record: record["id"]], ids=["get", "item"])
@pytest.mark.parametrize("nothing", [{"id": None}, {}], ids=["null", "missing"])
def test_records_without_an_identity_are_all_kept(reader, key, nothing):
    """None is no identity."""
    records = [{**nothing, "n": number} for number in range(5)]

    assert records == list(Listing("x", lambda: reader(records, key)))


def test_records_that_are_alike_and_have_no_identity_are_all_kept(reader):
    """Nobody can tell whether the second is the first."""
    records = [{"id": None, "n": 1}] * 3 + [{"id": None, "n": 2}] * 2

    assert records == list(Listing("x", lambda: reader(records, lambda record: record.get("id"))))


@pytest.mark.parametrize("value", ["a", "", 0, True, ["a"], {"b": 1}, (1,)])
def test_equal_identities_with_different_content_are_kept_and_told(reader, value):
    """They are different records, whatever the server calls them."""
    records = [{"id": value, "n": number} for number in range(5)]
    with pytest.warns(ListingChanged, match="same identity"):
        found = list(Listing("x", lambda: reader(records, lambda record: record["id"])))

    assert records == found


def test_the_same_in_a_stream_of_pages():
    """A stream keeps no page to compare with."""
    records = [{"id": "a", "n": number} for number in range(5)]
    with pytest.warns(ListingChanged, match="same identity"):
        pages = list(Listing("x", lambda: READERS["offset"](records, by_id)).pages())

    assert records == [each for page in pages for each in page]


def test_records_of_several_queries_with_equal_identities_are_kept():
    """Two lists may number their records alike."""
    first, second = numbered(1, 2, 3), [{"id": 1, "n": "other"}, {"id": 2}, {"id": 4}]

    def start():
        return Chained([READERS["offset"](first, by_id), READERS["cursor"](second, by_id)], by_id)

    with pytest.warns(ListingChanged, match="same identity"):
        assert [*first, second[0], second[2]] == list(Listing("x", start))


@pytest.mark.parametrize("record", [5, "text", None, [1]])
@pytest.mark.parametrize("key", [by_id, None], ids=["keyed", "keyless"])
def test_what_is_no_record_is_a_clear_error(record, key):
    """A list of numbers is not what was asked for."""
    with pytest.raises(UnexpectedResponse, match="where a record with fields was expected"):
        list(Listing("x", lambda: Whole(lambda params, opens: Page([{"id": 1}, record]), key=key)))


# -- pages by offset --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [by_id, None], ids=["keyed", "keyless"])
@pytest.mark.parametrize("more", [None, True])
def test_a_server_that_ignores_the_offset_and_tells_no_total_is_given_up(key, more):
    """Else it would be asked without end."""
    read, calls = scripted("offset", lambda params: Page(numbered(1, 2, 3), more=more))
    found = doubted(Listing("x", lambda: Offset(read, 3, key=key)), "not be all")

    assert {1, 2, 3} == set(found)
    assert len(calls) <= 10


@pytest.mark.parametrize("total", [9, 10**9])
def test_a_server_that_ignores_the_offset_and_tells_a_total_is_given_up(total):
    """A total may be far away, or wrong."""
    read, calls = scripted("offset", lambda params: Page(numbered(1, 2, 3), total=total))

    assert [1, 2, 3] == doubted(Listing("x", lambda: Offset(read, 3, key=by_id)), f"announced {total} records")
    assert len(calls) <= 250


def test_repeated_pages_without_identities_are_told():
    """Nobody can tell whether they are the same records, so that all are kept."""
    read, _ = scripted("offset", lambda params: Page(numbered(1, 2), total=6))

    assert [1, 2] * 3 == doubted(Listing("x", lambda: Offset(read, 2)), "sends the same")


def test_a_field_that_is_alike_in_all_records_is_no_reason_to_doubt():
    """Who asks only for the type gets a thousand equal records."""
    records = [{"type": "file"}] * 1000
    read, _ = scripted("offset", lambda params: Page(records[params["offset"] :][:5], total=1000))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert records == list(Listing("x", lambda: Offset(read, 5)))


@pytest.mark.parametrize("times", [1, 2])
def test_an_empty_page_in_the_middle_does_not_end_a_listing(times):
    """A server may answer with nothing for a moment."""
    left = [times]

    def read(params, opens):
        records = numbered(*range(20))[params["offset"] :][: params["limit"]]
        if params["offset"] == 5 and left[0]:
            left[0] -= 1
            records = []
        return Page(records, total=20)

    found = quiet(Listing("x", lambda: Offset(read, 5, key=by_id)))
    assert list(range(20)) == sorted(found)
    assert times > 1 or list(range(20)) == found


def test_a_page_that_is_always_empty_costs_only_its_own_records():
    """What lies behind it can still be read; that it is missing is told."""

    def read(params, opens):
        records = numbered(*range(20))[params["offset"] :][: params["limit"]]
        return Page([] if params["offset"] == 5 else records, total=20)

    found = doubted(Listing("x", lambda: Offset(read, 5, key=by_id)), "announced 20 records and gave 15")
    assert [*range(5), *range(10, 20)] == found


@pytest.mark.parametrize("emptied", [0, 3])
def test_a_listing_emptied_while_it_is_read_ends(emptied):
    """What was read stays."""
    calls = []

    def read(params, opens):
        calls.append(params)
        records = numbered(*range(20 if len(calls) == 1 else emptied))
        return Page(records[params["offset"] :][: params["limit"]], total=len(records))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ListingChanged)
        assert list(range(5)) == ids(Listing("x", lambda: Offset(read, 5, key=by_id)))
    assert len(calls) < 10


@pytest.mark.parametrize("total", ["3", 3.0, " 3 "])
def test_a_total_in_another_form_is_a_total(total):
    """Some servers send numbers as texts."""
    assert 3 == len(Listing("x", lambda: Offset(lambda params, opens: Page(numbered(1), total=total), 1, key=by_id)))


@pytest.mark.parametrize("total", [math.nan, math.inf, -5, [3], {}, "many", "-1", True, 2.5, 10**30, "9" * 5000])
@pytest.mark.parametrize("way", ["whole", "offset"])
def test_a_total_that_is_none_is_counted(total, way):
    """No arithmetic of ours may end in an error of Python's."""
    records = numbered(*range(7))
    if way == "whole":
        listing = Listing("x", lambda: Whole(lambda params, opens: Page(records, total=total), key=by_id))
    else:
        read = lambda params, opens: Page(records[params["offset"] :][:3], total=total)  # noqa: E731
        listing = Listing("x", lambda: Offset(read, 3, key=by_id))

    assert 7 == len(listing)
    assert list(range(7)) == quiet(listing)
    assert 7 == len(listing.to_frame())


# -- numbered pages ---------------------------------------------------------------------------------------------------


def test_a_server_that_ignores_the_page_number_is_given_up():
    """It says for ever that another page follows."""
    read, calls = scripted("page", lambda params: Page(numbered(1, 2), more=True))

    assert [1, 2] == doubted(Listing("x", lambda: Whole(read, "page", by_id)), "may not be all")
    assert len(calls) <= 5


def test_an_empty_numbered_page_with_more_behind_it_is_read_over():
    """The server says that another follows."""
    read, _ = scripted("page", Page(numbered(1), more=True), Page([], more=True), Page(numbered(2), more=False))

    assert [1, 2] == quiet(Listing("x", lambda: Whole(read, "page", by_id)))


# -- use --------------------------------------------------------------------------------------------------------------


def test_a_doubt_is_told_once_and_by_whoever_uses_the_listing_next():
    """A second pass repeats nothing; where warnings are errors, the records can be had all the same."""
    listing = Listing("x", lambda: Whole(lambda params, opens: Page(numbered(1), total=2), key=by_id))
    with pytest.raises(ListingChanged):
        list(listing)

    assert [1] == quiet(listing)


def test_threads_that_use_one_listing_all_get_every_record_and_ask_once():
    """Several cells' threads, or a widget beside a cell."""
    calls = []

    def read(params, opens):
        calls.append(params["offset"])
        return Page(numbered(*range(200))[params["offset"] :][: params["limit"]], total=200)

    listing, found = Listing("x", lambda: Offset(read, 10, key=by_id)), []
    uses = [lambda: ids(listing), lambda: ids(listing.first(200)), lambda: listing.to_frame()["id"].tolist()] * 4
    threads = [threading.Thread(target=lambda use=use: found.append(use())) for use in uses]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    assert [list(range(200))] * len(uses) == found
    assert 20 == len(calls)


def test_a_listing_refreshed_while_it_is_iterated_goes_on_with_what_it_had():
    """Mixing old pages with new ones would repeat or lose records."""
    listing = Listing("x", lambda: READERS["offset"](numbered(*range(6)), by_id))
    iterator = iter(listing)
    first = next(iterator)
    listing.refresh()

    assert list(range(6)) == ids([first, *iterator])
    assert list(range(6)) == ids(listing)


@pytest.mark.parametrize("limit", ["100", 0, -1, 2.5, None, True, [1], math.inf])
def test_a_page_size_that_is_none_is_refused(limit):
    """Before anything is sent, with what is expected."""
    with pytest.raises(UsageError, match="a whole number from 1"):
        Listing("x", lambda: Offset(lambda params, opens: Page([]), limit))


def test_a_huge_page_size_is_one_page():
    """The server knows its largest page."""
    read, calls = scripted("offset", lambda params: Page(numbered(*range(5))[params["offset"] :], total=5))

    assert list(range(5)) == quiet(Listing("x", lambda: Offset(read, 10**30, key=by_id)))
    assert 1 == len(calls)


@pytest.mark.parametrize(
    "use",
    [
        lambda listing: listing.first("3"),
        lambda listing: listing.first(-1),
        lambda listing: listing.first(2.5),
        lambda listing: listing.first(None),
        lambda listing: listing.first(True),
        lambda listing: listing["nope"],
        lambda listing: listing[1.0],
        lambda listing: listing[None],
        lambda listing: listing["a":],
        lambda listing: listing[:"b"],
        lambda listing: listing[::0],
        lambda listing: listing[0, 1],
        lambda listing: listing.to_frame(max_records="10"),
        lambda listing: listing.to_frame(max_records=-1),
        lambda listing: listing.to_frame(max_records=1.5),
        lambda listing: listing.to_frame([3]),
    ],
)
def test_numbers_that_are_none_are_refused(use):
    """One clear error that names what is expected, before anything is sent."""
    read, calls = scripted("page", Page(numbered(1, 2)))
    with pytest.raises(UsageError, match="whole number|step"):
        use(Listing("x", lambda: Whole(read)))

    assert [] == calls


def test_slices_are_those_of_a_list():
    """Whatever the signs."""
    listing, expected = Listing("x", lambda: READERS["offset"](numbered(*range(7)), by_id)), numbered(*range(7))
    for start in (None, -9, -2, 0, 3, 9):
        for stop in (None, -9, -2, 0, 3, 9, 10**30):
            for step in (None, -2, 1, 2):
                assert expected[start:stop:step] == listing[start:stop:step]


def test_a_frame_of_no_records_asks_for_none():
    """A cap of 0 is an empty frame."""
    read, calls = scripted("page", Page(numbered(1, 2)))

    assert 0 == len(Listing("x", lambda: Whole(read)).to_frame(max_records=0))
    assert [] == calls
