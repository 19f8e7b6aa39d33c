"""Browsing: a capped, filtered tree and one page of a table, the same by click and by call."""

import ipywidgets
import pandas as pd
import pytest

import bionb
from bionb.errors import NotLoggedIn, PermissionDenied, UsageError
from bionb.listing import ListingChanged

EVIL = "<script>alert('room')</script>"


def tree(face):
    """The lines of the tree."""
    return face.all(ipywidgets.Select)[0]


def labels(face):
    return [label for label, _ in tree(face).options]


def test_the_tree_starts_with_the_roots_and_one_request(library, face):
    """Opening the browser must not read a whole server."""
    browser = bionb.browse(library)

    assert ["▸ room 0", "▸ room 1", "▸ room 2"] == labels(face(browser))
    assert [("roots",)] == library.calls
    assert "<Browser: Library, this computer, nothing selected>" == repr(browser)


def test_a_click_opens_a_node_and_shows_its_table(library, face):
    """One click does both: what is below, and what it holds."""
    browser = bionb.browse(library)
    tree(face(browser)).value = 1

    assert ["▸ room 0", "▾ room 1", "   ▸ shelf 0", "   ▸ shelf 1", "▸ room 2"] == labels(face(browser))
    assert "r1" == browser.selection.id
    assert 25 == len(browser.frame)
    assert [("roots",), ("children", "r1"), ("frame", "r1")] == library.calls
    assert "<Browser: Library, this computer, room room 1>" == repr(browser)


def test_the_same_by_calls(library, face):
    """A notebook under test has no mouse."""
    browser = bionb.browse(library)

    assert ["r0s0", "r0s1"] == [node.id for node in browser.open("r0")]
    assert "r0s1b2" == [node.id for node in browser.open("r0s1")][2]
    assert "book" == browser.select("r0s1b2").kind
    assert "page 3 of book 2" == browser.frame["title"][3]
    assert "room 0 › shelf 1" in face(browser).html


def test_what_was_opened_is_read_once(library):
    """Folding and opening again is free."""
    browser = bionb.browse(library)
    browser.open("r0")
    browser.fold("r0")
    browser.open("r0")

    assert [("roots",), ("children", "r0")] == library.calls
    assert 5 == len(browser.nodes)


def test_a_filter_keeps_the_parents_of_what_it_finds(library, face):
    """A match without its path would be meaningless."""
    browser = bionb.browse(library)
    browser.open("r0")
    browser.open("r2")
    next(each for each in face(browser).all(ipywidgets.Text) if each.placeholder == "Filter").value = "shelf 1"

    assert ["r0", "r0s1", "r2", "r2s1"] == [node.id for node in browser.nodes]
    assert "2 matches in what is open" in face(browser).html
    assert ["r1"] == [node.id for node in browser.filter("R1")]
    assert 7 == len(browser.filter(""))


def test_what_is_below_a_match_is_shown_when_it_is_opened(library):
    """A click on something found must not seem to do nothing."""
    browser = bionb.browse(library)
    browser.filter("room 1")
    browser.select("r1")

    assert ["r1", "r1s0", "r1s1"] == [node.id for node in browser.nodes]
    assert [] == browser.filter("nothing of this name")


def test_a_lone_root_is_opened(make_library, face):
    """Where all is in one category, the categories are no choice."""
    library = make_library(rooms=1)
    browser = bionb.browse(library)

    assert ["▾ room 0", "   ▸ shelf 0", "   ▸ shelf 1"] == labels(face(browser))
    assert [("roots",), ("children", "r0")] == library.calls


def test_the_front_end_never_gets_more_than_200_lines(make_library, face):
    """Thousands of options make a browser slow; the filter works on all in Python."""
    browser = bionb.browse(make_library(rooms=5000))

    assert 200 == len(labels(face(browser)))
    assert "200 of 200 and 4800 more not read yet" in face(browser).html
    assert ["r4711"] == [node.id for node in browser.filter("r4711")]
    assert "r4712" == browser.select("r4712").id


def test_what_is_selected_is_always_among_the_lines(make_library):
    """Opening the last line must not push it out of sight."""
    browser = bionb.browse(make_library(rooms=150, shelves=150))
    browser.open("r10")
    browser.select("r149")

    assert "r149" in [node.id for node in browser.nodes]
    assert "r149s0" in [node.id for node in browser.nodes]
    assert len(browser.nodes) <= 200


def test_one_page_of_the_table_is_in_the_page(library, face):
    """All rows are in .frame, ten are shown."""
    browser = bionb.browse(library)
    browser.select("r0")
    shown = face(browser)
    assert "rows 1–10 of 25 (page 1 of 3)" in shown.html
    assert "page 10 of room 0" not in shown.html
    shown.press("Next")
    shown.press("Next")
    shown.press("Next")

    assert "rows 21–25 of 25 (page 3 of 3)" in shown.html
    assert shown.field("Next").disabled
    browser.previous_page()
    assert "rows 11–20 of 25" in shown.html


def test_no_server_text_runs_in_the_page(make_library, face, monkeypatch):
    """A project's title is chosen by a stranger."""
    library = make_library(title=EVIL)
    monkeypatch.setattr(library, "frame", lambda node: pd.DataFrame({EVIL: [EVIL], "list": [[EVIL]]}, index=[EVIL]))
    browser = bionb.browse(library)
    browser.select("r0")
    library.error = PermissionDenied(f"Library answered 403: {EVIL}")
    face(browser).press("Reload")

    assert "<script" not in face(browser).html
    assert "403: &lt;script&gt;" in face(browser).html


def test_a_table_with_markup_in_all_places_is_escaped(make_library, face, monkeypatch):
    """Cells, headers, nested values and the index come from the server alike."""
    library = make_library(title=EVIL)
    monkeypatch.setattr(library, "frame", lambda node: pd.DataFrame({EVIL: [EVIL], "list": [[EVIL]]}, index=[EVIL]))
    browser = bionb.browse(library)
    browser.select("r0")

    assert "<script" not in face(browser).html
    assert 5 <= face(browser).html.count("&lt;script&gt;")


def test_a_failure_after_a_click_stands_in_the_status_area(library, face):
    """Lab drops what a handler raises."""
    browser = bionb.browse(library)
    library.error = PermissionDenied("Library answered 403 to reading room 0: ask its owner.", status=403)
    tree(face(browser)).value = 0

    assert browser.status.startswith("The server answered 403 Forbidden Library answered 403")
    assert "ask its owner" in face(browser).html


def test_a_failure_in_a_call_is_shown_and_raised(library):
    """Code must not go on with the frame of something else."""
    browser = bionb.browse(library)
    browser.select("r0")
    library.error = PermissionDenied("no")

    with pytest.raises(PermissionDenied):
        browser.select("r1")
    with pytest.raises(PermissionDenied):
        _ = browser.frame
    assert "It did not work" not in browser.status
    library.error = None
    assert "page 0 of room 1" == browser.frame["title"][0]


def test_an_unexpected_error_is_shown_as_well(library, face):
    """A bug in a platform's client must not look like a dead button."""
    browser = bionb.browse(library)
    library.error = ZeroDivisionError("division by zero")
    tree(face(browser)).value = 0

    assert "Unexpected: ZeroDivisionError division by zero" == browser.status


def test_an_interrupt_leaves_the_browser_usable(library, face):
    """Stop a slow table, choose another one."""
    browser = bionb.browse(library)
    library.error = KeyboardInterrupt()
    tree(face(browser)).value = 0
    assert browser.status.startswith("Stopped")
    library.error = None
    tree(face(browser)).value = 1

    assert "" == browser.status
    assert "r1" == browser.selection.id


def test_a_warning_after_a_click_is_shown(library, face, monkeypatch):
    """A listing that is not all there is must not pass for complete."""

    def frame(node):
        import warnings

        warnings.warn("things: the server announced 30 records and gave 25", ListingChanged, stacklevel=1)
        return pd.DataFrame({"a": range(25)})

    monkeypatch.setattr(library, "frame", frame)
    browser = bionb.browse(library)
    tree(face(browser)).value = 0

    assert "announced 30 records and gave 25" in browser.status


def test_a_pause_for_a_rate_limit_is_shown_while_it_lasts(things, things_sandbox, clock, face, monkeypatch):
    """After a click the log goes nowhere, and a minute without a word looks like a dead widget."""
    browser = bionb.browse(things)
    seen = []
    monkeypatch.setattr(clock, "sleep", lambda seconds: (seen.append(browser.status), clock.slept.append(seconds)))
    with things_sandbox.fault("things", "rate_limit", reset_after=30, times=1):
        tree(face(browser)).value = 0

    assert "Things answered 429: going on in" in seen[0]
    assert "" == browser.status
    assert 95 == len(browser.frame)


def test_a_server_that_fails_at_once_is_shown_and_reload_helps(library, face):
    """A maintenance window ends, the widget stays."""
    library.error = PermissionDenied("not now")
    browser = bionb.browse(library)
    assert repr(browser).endswith("not now>")
    with pytest.raises(UsageError, match="not now"):
        _ = browser.selection
    library.error = None
    face(browser).press("Reload")

    assert 3 == len(browser.nodes)


def test_nothing_selected_says_what_to_do(library):
    """The next cell gets an instruction, not None."""
    browser = bionb.browse(library)

    with pytest.raises(UsageError, match=r"click a line of the tree, or call \.select"):
        _ = browser.selection
    with pytest.raises(UsageError, match="Nothing is selected"):
        _ = browser.frame
    with pytest.raises(UsageError, match="open its parent first"):
        browser.select("r0s0b0")


def test_an_id_of_two_kinds_of_things_needs_the_kind(library, monkeypatch):
    """Numbers are ids of many tables at once on some servers."""
    from bionb.protocol import Node, Nodes

    monkeypatch.setattr(library, "roots", lambda: Nodes([Node("run", "3", "a run"), Node("chip", "3", "a chip")]))
    browser = bionb.browse(library)

    with pytest.raises(UsageError, match="name its kind, too: run, chip"):
        browser.select("3")
    assert "a chip" == browser.select("3", "chip").title
    assert "a run" == browser.select(browser.nodes[0]).title


def test_a_login_is_as_good_as_its_client(fifth_platform):
    """browse(login) is what people type."""
    assert 95 == len(bionb.browse(bionb.login("things", sandbox=True)).nodes)
    with pytest.raises(NotLoggedIn):
        bionb.browse(bionb.login("things"))
    with pytest.raises(UsageError, match="takes a client"):
        bionb.browse("things")


def test_a_real_listing_is_read_no_further_than_shown(things, things_sandbox, face):
    """The tree of a long listing costs the pages that are seen."""
    browser = bionb.browse(things)

    assert 95 == len(browser.nodes)
    assert 10 == len(things_sandbox.received("things"))


def test_an_empty_server_is_no_error(things, things_sandbox, face):
    """Nothing there is an answer."""
    things_sandbox.reset("empty")
    browser = bionb.browse(things)

    assert [] == browser.nodes
    assert "0 shown" in face(browser).html


def test_a_closed_client_says_so(things):
    """After signing out the browser still stands in the notebook."""
    browser = bionb.browse(things)
    things.close()

    with pytest.raises(bionb.BionbError, match="connect again"):
        browser.select("t00001")
    assert "closed" in browser.status
