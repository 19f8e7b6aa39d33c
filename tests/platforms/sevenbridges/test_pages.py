"""Pages: all records, in order, with exactly the needed requests, whatever links the server sends."""

import socket

import pytest

from bionb.errors import UsageError
from bionb.listing import ListingChanged
from bionb.sandbox.tokens import token_of

from .conftest import MANY, PROJECT


def test_all_files_take_one_request_for_each_hundred(bridges, sent):
    """950 files are 10 requests; the official client's default needs 20 and returns the first 50 unless told."""
    names = [file["name"] for file in bridges.files(MANY)]

    assert 950 == len(names)
    assert sorted(names) == names
    assert 10 == len(sent())


def test_the_first_rows_show_after_one_request(bridges, sent):
    """A person should see something at once, however long the listing is."""
    files = bridges.files(MANY)

    assert "first 10 of 950" in files._repr_html_()
    assert 950 == len(files)
    assert 1 == len(sent())


def test_both_json_headers_and_the_token_go_with_each_call(bridges, sandbox):
    """The overview asks for accept and content type on every request."""
    bridges.files(PROJECT).first(1)
    headers = sandbox.received("sevenbridges")[-1].headers

    assert "application/json" == headers["Accept"]
    assert token_of("RFranklin") == headers["X-Sbg-Auth-Token"]
    assert '"Content-Type": "application/json"' in bridges.last_request.python
    assert token_of("RFranklin") not in bridges.last_request.python


def test_a_smaller_page_size_is_a_page_size(bridges, sent):
    """`limit` is the size of a page, as in the overview, and never cuts the listing."""
    assert 70 == len(list(bridges.files(PROJECT, limit=30)))
    assert 3 == len(sent())


@pytest.mark.parametrize("limit", [0, 101, 1000])
def test_a_page_size_out_of_range_is_refused_here(bridges, sent, limit):
    """The server would clamp it silently, and a loop counting by it would lose records."""
    with pytest.raises(UsageError, match="from 1 to 100"):
        bridges.files(PROJECT, limit=limit)
    assert [] == sent()


def test_the_broken_link_of_the_overview_is_tolerated(bridges, sandbox):
    """``http`` and a second question mark: offsets are counted, the link is not followed."""
    with sandbox.fault("sevenbridges", "seed_link"):
        assert 950 == len(list(bridges.files(MANY)))


def test_a_link_to_another_host_is_never_followed(bridges, sandbox):
    """The official client sends the token there."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.settimeout(0.2)
        to = f"http://127.0.0.1:{other.getsockname()[1]}"
        with sandbox.fault("sevenbridges", "foreign_link", to=to), sandbox.fault("sevenbridges", "no_total"):
            assert 950 == len(list(bridges.files(MANY)))
        with pytest.raises(TimeoutError):
            other.accept()


def test_without_a_total_pages_are_read_to_the_last_link(bridges, sandbox, sent):
    """The official client stops with a KeyError when the header is missing."""
    with sandbox.fault("sevenbridges", "no_total"):
        assert 950 == len(list(bridges.files(MANY)))
    assert 10 == len(sent())


def test_the_total_that_only_comes_with_an_offset_is_there(bridges, sandbox):
    """The overview promises the header only when `offset` is used, so it always is."""
    with sandbox.fault("sevenbridges", "total_with_offset"):
        assert 950 == bridges.files(MANY).total


def test_short_pages_have_their_gaps_read(bridges, sandbox):
    """A page of 97 of 100 must not shift or lose what follows."""
    expected = [file["id"] for file in bridges.files(MANY)]
    with sandbox.fault("sevenbridges", "short_page", times=4):
        assert expected == [file["id"] for file in bridges.files(MANY)]


def all_names(sandbox):
    store = sandbox.app("sevenbridges").store
    return {file["name"] for file in store.inside(store.projects[PROJECT]["root_folder"])}


@pytest.mark.parametrize("fault", ["drifting", "inserting"])
def test_a_listing_that_changes_between_pages_is_repaired(bridges, sandbox, fault):
    """Somebody else deletes or adds a file while we read."""
    with sandbox.fault("sevenbridges", fault, times=1):
        names = [file["name"] for file in bridges.files(PROJECT, limit=20)]

    assert all_names(sandbox) <= set(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fault", ["drifting", "inserting"])
def test_a_plain_offset_loop_loses_or_repeats_records(bridges, sandbox, fault):
    """The test above proves something only if a plain loop really goes wrong here."""
    names, offset = [], 0
    with sandbox.fault("sevenbridges", fault, times=1):
        while True:
            params = {"project": PROJECT, "limit": 20, "offset": offset}
            page = bridges.call("GET", "files", what="read a page", params=params)["items"]
            if not page:
                break
            names += [file["name"] for file in page]
            offset += 20

    assert all_names(sandbox) - set(names) or len(set(names)) < len(names)


def test_a_listing_that_never_settles_is_told(bridges, sandbox):
    """What cannot be repaired is said."""
    with (
        sandbox.fault("sevenbridges", "inserting"),
        pytest.warns(ListingChanged, match="refresh"),
    ):
        assert len(list(bridges.files(PROJECT, limit=20))) >= 70


def test_many_long_names_are_asked_for_in_several_queries(bridges, sent):
    """120 names of 60 characters make a URL that the official client refuses and a server may call maintenance."""
    wanted = [f"{'x' * 50}{number:06d}.bam" for number in range(118)] + ["S01.bam", "S02.bam"]
    files = bridges.files(PROJECT, name=wanted)

    assert ["S01.bam", "S02.bam"] == files.to_frame()["name"].tolist()
    assert 2 == files.total
    assert 1 < len(sent()) < 5
    assert all(len(each) < 6000 for each in sent())


def test_an_empty_project_has_the_columns_of_a_full_one(bridges):
    """A notebook must not break on a project without files."""
    group = bridges.call("GET", "billing/groups", what="x")["items"][0]
    made = bridges.create_project("Nothing yet", group)
    empty, full = bridges.files(made).to_frame(), bridges.files(PROJECT).to_frame()

    assert 0 == len(empty)
    assert empty.dtypes.to_dict() == {name: full.dtypes[name] for name in empty.columns}
