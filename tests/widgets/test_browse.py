"""Browsing: a tree whose lines are named and never counted, and a table, the same by click and by call."""

import json
import warnings

import pandas as pd
import pytest

import bionb
from bionb.errors import NotLoggedIn, PermissionDenied, UsageError
from bionb.listing import ListingChanged
from bionb.protocol import Node, Nodes

EVIL = "<script>alert('room')</script>"


def test_the_tree_starts_with_the_roots_and_one_request(library, page):
    """Opening the browser must not read a whole server."""
    browser = bionb.browse(library)

    assert ["▸ room 0", "▸ room 1", "▸ room 2"] == page(browser).titles
    assert [("roots",)] == library.calls
    assert "<Browser: Library, this computer, nothing selected>" == repr(browser)


def test_a_click_opens_a_node_and_shows_its_table(library, page):
    """One click does both: what is below, and what it holds."""
    browser = bionb.browse(library)
    shown = page(browser)
    shown.click("room 1")

    assert ["▸ room 0", "▾ room 1", "  ▸ shelf 0", "  ▸ shelf 1", "▸ room 2"] == shown.titles
    assert "r1" == browser.selection.id
    assert 25 == len(browser.frame)
    assert [("roots",), ("children", "r1"), ("frame", "r1")] == library.calls
    assert "<Browser: Library, this computer, room room 1>" == repr(browser)


def test_the_same_by_calls(library, page):
    """A notebook under test has no mouse."""
    browser = bionb.browse(library)

    assert ["r0s0", "r0s1"] == [node.id for node in browser.open("r0")]
    assert "r0s1b2" == [node.id for node in browser.open("r0s1")][2]
    assert "book" == browser.select("r0s1b2").kind
    assert "page 3 of book 2" == browser.frame["title"][3]
    head = page(browser).latest("shown")
    assert (["room 0", "shelf 1"], "book 2", "book") == (head["path"], head["title"], head["kind"])


def test_a_click_means_the_line_that_was_seen(library, page):
    """While the server was slow the tree has changed: a place in a list would mean another project by now."""
    browser = bionb.browse(library)
    shown = page(browser)
    last = shown.key("room 2")
    shown.click("room 0")
    shown.do("select", node=last)

    assert "r2" == browser.selection.id
    shown.do("select", node="room r9")
    assert "not in the tree any more" in browser.status
    assert "r2" == browser.selection.id


def test_equal_ids_in_two_places_are_two_lines(library, page, monkeypatch):
    """The files of a project have the project's id, and one group may belong to two studies."""
    monkeypatch.setattr(library, "children", lambda node: Nodes([Node("group", "g", f"in {node.title}", leaf=True)]))
    browser = bionb.browse(library)
    browser.open("r0")
    browser.open("r1")
    shown = page(browser)

    assert len({line["key"] for line in shown.lines}) == len(shown.lines)
    shown.click("in room 1")
    assert "in room 1" == browser.selection.title


def test_what_was_opened_is_read_once(library):
    """Folding and opening again is free."""
    browser = bionb.browse(library)
    browser.open("r0")
    browser.fold("r0")
    browser.open("r0")

    assert [("roots",), ("children", "r0")] == library.calls
    assert 5 == len(browser.nodes)


def test_a_chevron_opens_and_folds_without_selecting(library, page):
    """Looking around must not read tables."""
    browser = bionb.browse(library)
    shown = page(browser)
    shown.do("open", node=shown.key("room 1"))
    assert ["r0", "r1", "r1s0", "r1s1", "r2"] == [node.id for node in browser.nodes]
    shown.do("fold", node=shown.key("room 1"))

    assert ["r0", "r1", "r2"] == [node.id for node in browser.nodes]
    assert [("roots",), ("children", "r1")] == library.calls


def test_a_filter_keeps_the_parents_of_what_it_finds(library, page):
    """A match without its path would be meaningless."""
    browser = bionb.browse(library)
    browser.open("r0")
    browser.open("r2")
    shown = page(browser)
    shown.do("filter", text="shelf 1")

    assert ["r0", "r0s1", "r2", "r2s1"] == [node.id for node in browser.nodes]
    assert shown.latest("tree")["words"].startswith("2 matches; not searched: what is in 5 never opened")
    assert ["r1"] == [node.id for node in browser.filter("R1")]
    assert 7 == len(browser.filter(""))


def test_a_filter_looks_into_what_is_folded(library):
    """What was read once is known, in sight or not."""
    browser = bionb.browse(library)
    browser.open("r0")
    browser.fold("r0")

    assert ["r0", "r0s1"] == [node.id for node in browser.filter("shelf 1")]
    assert ["r0", "r1", "r2"] == [node.id for node in browser.filter("")]


def test_a_search_goes_into_what_was_never_opened_when_asked(library, page):
    """A person looks for a name, not for where it is; each step says what is left."""
    browser = bionb.browse(library)
    shown = page(browser)
    shown.do("filter", text="book 3")
    assert [] == browser.nodes
    assert shown.latest("tree")["further"]
    shown.do("filter", text="book 3", further=True)
    shown.do("filter", text="book 3", further=True)

    assert 6 == sum(node.kind == "book" for node in browser.nodes)
    assert "6 matches" == shown.latest("tree")["words"]
    assert not shown.latest("tree")["further"]


def test_a_search_that_meets_a_locked_room_goes_on_behind_it(library, page, monkeypatch):
    """A project that one may not see must not end the search of all others for good."""
    children = library.children

    def locked(node):
        if node.id == "r1":
            raise PermissionDenied("room 1 is locked")
        return children(node)

    monkeypatch.setattr(library, "children", locked)
    browser = bionb.browse(library)
    with pytest.raises(PermissionDenied):
        browser.filter("shelf 1", further=True)

    assert ["r0", "r0s1", "r2", "r2s1"] == [node.id for node in browser.filter("shelf 1", further=True)]


def test_where_a_server_can_find_it_is_asked(make_library, page, monkeypatch):
    """Of two million projects nobody reads the list; what is found stands where it belongs, and stays selectable."""
    library = make_library(rooms=1000)
    asked = []

    class Sequence:
        def __init__(self, count):
            self.count = self.known_total = count

        def __len__(self):
            return self.count

        def __getitem__(self, part):
            return list(range(self.count))[part]

    def found(text):
        asked.append(text)
        return [int(n) for n in range(1000) if text in f"room {n}"]

    monkeypatch.setattr(
        library, "roots", lambda: Nodes(Sequence(1000), lambda n: Node("room", f"r{n}", f"room {n}"), found)
    )
    browser = bionb.browse(library)
    assert (
        "900 more: show them" == page(browser).do("lines", version=browser._version, start=100)[0]["lines"][0]["title"]
    )

    assert ["r777"] == [node.id for node in browser.filter("777")]
    assert ["777"] == asked
    browser.select("r777")
    assert ["r777", "r777s0", "r777s1"] == [node.id for node in browser.nodes]
    browser.filter("")
    assert 100 + 1 + 2 == len(browser.nodes)  # what is selected stays in sight
    page(browser).do("more", node="")
    assert 1000 + 2 == len(browser.nodes)
    assert "r777" == browser.selection.id


def test_what_a_server_found_is_shown_whatever_it_is_called(make_library, monkeypatch):
    """A full text search knows synonyms; that the title lacks the word must not hide what was found."""
    library = make_library()
    rooms = [Node("room", f"r{n}", f"room {n}") for n in range(300)]

    class Long:
        known_total = 300

        def __len__(self):
            return 300

        def __getitem__(self, part):
            return rooms[part]

    monkeypatch.setattr(library, "roots", lambda: Nodes(Long(), find=lambda text: rooms[250:251]))
    browser = bionb.browse(library)

    assert ["r250"] == [node.id for node in browser.filter("chamber")]
    assert "1 match; the server was asked" in browser._tree.told(browser._lines)
    assert 100 == len(browser.filter(""))


def test_what_is_below_a_match_is_shown_when_it_is_opened(library):
    """A click on something found must not seem to do nothing."""
    browser = bionb.browse(library)
    browser.filter("room 1")
    browser.select("r1")

    assert ["r1", "r1s0", "r1s1"] == [node.id for node in browser.nodes]
    assert [] == browser.filter("nothing of this name")


def test_a_lone_root_is_opened(make_library, page):
    """Where all is in one category, the categories are no choice."""
    library = make_library(rooms=1)
    browser = bionb.browse(library)

    assert ["▾ room 0", "  ▸ shelf 0", "  ▸ shelf 1"] == page(browser).titles
    assert [("roots",), ("children", "r0")] == library.calls


def test_the_page_gets_lines_in_windows(make_library, page):
    """Ten thousand lines in one message would stop it; all are there when it scrolls."""
    browser = bionb.browse(make_library(rooms=10_000))
    shown = page(browser)

    assert 200 == len(shown.lines)
    assert 10_000 == shown.latest("tree")["total"] == len(browser.nodes)
    answer = shown.do("lines", version=shown.latest("tree")["version"], start=9_990)[0]
    assert ["room 9990", "room 9999"] == [answer["lines"][0]["title"], answer["lines"][-1]["title"]]
    assert ["done"] == [each["type"] for each in shown.do("lines", version=-5, start=0)]


def test_a_line_says_to_a_screen_reader_where_it_is(library, page):
    """Level, place among its neighbours and how many these are: what is not in the page cannot be counted there."""
    browser = bionb.browse(library)
    browser.open("r1")
    line = page(browser).lines[3]

    assert ("shelf 1", 2, 2, 2, 1) == tuple(line[name] for name in ("title", "level", "position", "size", "up"))


def test_typing_finds_the_next_title(library, page):
    """As in every tree: the letters typed are how a title begins."""
    shown = page(bionb.browse(library))

    assert {"type": "go", "place": 2} in shown.do("type", text="Room 2", place=0)
    assert {"type": "go", "place": 0} in shown.do("type", text="r", place=3)
    assert ["done"] == [each["type"] for each in shown.do("type", text="x", place=0)]


def test_the_table_is_sorted_searched_and_marked_by_messages(library, page):
    """What a person marks is there for the next cell."""
    browser = bionb.browse(library)
    shown = page(browser)
    shown.click("room 0")
    key = shown.latest("shown")["node"]
    shown.do("grid", node=key, message={"type": "sort", "column": "number", "descending": True})
    assert "page 24 of room 0" == shown.latest("grid")["message"]["window"]["rows"][0]["cells"][0]
    shown.do("grid", node=key, message={"type": "mark", "rows": [3, 5]})

    assert [3, 5] == browser.selected_rows["number"].tolist()
    assert ["done"] == [
        each["type"] for each in shown.do("grid", node="other", message={"type": "search", "text": "x"})
    ]
    browser.select("r1")
    assert 0 == len(browser.selected_rows)


def test_messages_are_plain_json(library, page):
    """A number of numpy would never arrive."""
    browser = bionb.browse(library)
    shown = page(browser)
    shown.click("room 0")
    for tab in ("Code", "Table"):
        shown.do("tab", node=shown.latest("shown")["node"], tab=tab)

    assert json.dumps(shown.told)


def test_the_code_tab_gives_calls_that_give_the_table(library, page):
    """What was clicked together can be run again by a colleague."""
    library.last_request = None
    browser = bionb.browse(library)
    browser.open("r0")
    browser.select("r0s1")
    shown = page(browser)
    shown.do("tab", node=shown.latest("shown")["node"], tab="Code")
    name, code = shown.latest("code")["parts"][0]
    namespace = {"client": library}
    exec(code.replace("client = bionb.connect(", "_ = ("), namespace)

    assert "With bionb" == name
    assert browser.frame.equals(namespace["table"])


def test_a_figure_has_words_for_who_cannot_see_it(library, page, monkeypatch):
    """The figure is drawn from the table, and leaves nothing open that the next cell would show."""
    import matplotlib.pyplot as plt

    monkeypatch.setattr(
        library,
        "roots",
        lambda: Nodes([Node("room", "r0", "the room", leaf=True, draw=lambda frame: frame["number"].plot())]),
    )
    browser = bionb.browse(library)
    shown = page(browser)
    shown.click("the room")
    assert ["Table", "Figure", "Code"] == shown.latest("shown")["tabs"]
    shown.do("tab", node=shown.latest("shown")["node"], tab="Figure")

    assert shown.latest("figure")["alt"]
    assert shown.latest("figure")["picture"].startswith("iVBOR")
    assert [] == plt.get_fignums()


def test_files_are_brought_by_the_clients_own_transfers(library, page, monkeypatch):
    """All rows, or those that were marked; the answer stands in the status area."""
    brought = []
    done = pd.DataFrame({"status": ["done", "there", "done"]})
    library.download_files = lambda files, folder: brought.append((files, folder)) or done
    node = Node("room", "r0", "the room", leaf=True, files=lambda rows: rows["number"].tolist())
    monkeypatch.setattr(library, "roots", lambda: Nodes([node]))
    browser = bionb.browse(library)
    shown = page(browser)
    shown.click("the room")
    key = shown.latest("shown")["node"]
    shown.do("grid", node=key, message={"type": "mark", "rows": [7]})
    shown.do("tab", node=key, tab="Files")
    assert 1 == shown.latest("files")["marked"]
    shown.do("download", node=key, folder="here", chosen=True)
    shown.do("download", node=key, folder="here", chosen=False)
    assert "Downloaded 3 files: 2 done, 1 there in the folder here" == browser.status
    shown.do("download", node=key, folder=" ", chosen=False)

    assert [([7], "here"), (list(range(25)), "here")] == brought
    assert "Name the folder" in browser.status


def test_no_server_text_runs_in_what_is_saved(make_library, monkeypatch):
    """A project's title is chosen by a stranger; the page sets all words as text, and the picture escapes them."""
    library = make_library(title=EVIL)
    frame = pd.DataFrame({EVIL: [EVIL, EVIL], "list": [[EVIL], None]}, index=[EVIL, "x"])
    monkeypatch.setattr(library, "frame", lambda node: frame)
    browser = bionb.browse(library)
    browser.select("r0")
    library.error = PermissionDenied(f"Library answered 403: {EVIL}")
    saved = browser._repr_mimebundle_()["text/html"]

    assert "<script" not in saved
    assert 5 <= saved.count("&lt;script&gt;")


def test_the_picture_that_is_saved_holds_the_selection_and_its_first_rows(library):
    """Whoever opens the file without a kernel sees what was there, short, and equal on every computer."""
    browser = bionb.browse(library, rows=3)
    assert "<div>room 2</div>" in browser._repr_mimebundle_()["text/html"]
    browser.select("r0")
    bundle = browser._repr_mimebundle_()

    assert repr(browser) == bundle["text/plain"]
    assert "<td>page 2 of room 0</td>" in bundle["text/html"]
    assert "page 3 of room 0" not in bundle["text/html"]
    assert len(bundle["text/html"]) < 2_000
    other = bionb.browse(library, rows=3)
    other.select("r0")
    assert bundle["text/html"] == other._repr_mimebundle_()["text/html"]


def test_no_data_is_in_the_state_of_the_widget(library, page):
    """It is saved with the notebook where a person has switched that on; 40 kB a widget are allowed."""
    browser = bionb.browse(library)
    shown = page(browser)
    shown.click("room 0")

    assert "page 3 of room 0" not in shown.state
    assert len(shown.state) < 40_000


def test_a_failure_after_a_click_stands_in_the_status_area(library, page):
    """Lab drops what a handler raises."""
    browser = bionb.browse(library)
    shown = page(browser)
    library.error = PermissionDenied("Library answered 403 to reading room 0: ask its owner.", status=403)
    shown.click("room 0")

    assert browser.status.startswith("The server answered 403 Forbidden Library answered 403")
    assert "bad" == shown.latest("status")["kind"]


def test_an_error_keeps_what_was_shown(library, page):
    """The old table stands there under its own name; what failed is told beside it."""
    browser = bionb.browse(library)
    shown = page(browser)
    shown.click("room 0")
    library.error = PermissionDenied("no")
    before = shown.latest("shown")
    shown.click("room 1")
    shown.do("reload")

    assert before is shown.latest("shown")
    assert "room 0" == before["title"]
    assert 5 == len(browser.nodes)
    again = page(browser)
    assert "room 0" == again.latest("shown")["title"]


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


def test_an_unexpected_error_is_shown_as_well(library, page):
    """A bug in a platform's client must not look like a dead button."""
    browser = bionb.browse(library)
    shown = page(browser)
    library.error = ZeroDivisionError("division by zero")
    shown.click("room 0")

    assert "division by zero" in browser.status
    assert "bad" == shown.latest("status")["kind"]


def test_an_interrupt_leaves_the_browser_usable(library, page):
    """Stop a slow table, choose another one."""
    browser = bionb.browse(library)
    shown = page(browser)
    library.error = KeyboardInterrupt()
    shown.click("room 0")
    assert browser.status.startswith("Stopped")
    library.error = None
    shown.click("room 1")

    assert "" == browser.status
    assert "r1" == browser.selection.id


def test_a_warning_after_a_click_is_shown(library, page, monkeypatch):
    """A listing that is not all there is must not pass for complete."""

    def frame(node):
        warnings.warn("things: the server announced 30 records and gave 25", ListingChanged, stacklevel=1)
        return pd.DataFrame({"a": range(25)})

    monkeypatch.setattr(library, "frame", frame)
    browser = bionb.browse(library)
    page(browser).click("room 0")

    assert "announced 30 records and gave 25" in browser.status


def test_a_pause_for_a_rate_limit_is_shown_while_it_lasts(things, things_sandbox, clock, page, monkeypatch):
    """After a click the log goes nowhere, and a minute without a word looks like a dead widget."""
    browser = bionb.browse(things)
    shown = page(browser)
    seen = []
    monkeypatch.setattr(clock, "sleep", lambda seconds: (seen.append(browser.status), clock.slept.append(seconds)))
    with things_sandbox.fault("things", "rate_limit", reset_after=30, times=1):
        shown.do("select", node=shown.lines[0]["key"])

    assert "Things answered 429: going on in" in seen[0]
    assert "" == browser.status
    assert 95 == len(browser.frame)


def test_a_server_that_fails_at_once_is_shown_and_reload_helps(library, page):
    """A maintenance window ends, the widget stays."""
    library.error = PermissionDenied("not now")
    browser = bionb.browse(library)
    assert repr(browser).endswith("not now>")
    with pytest.raises(UsageError, match="not now"):
        _ = browser.selection
    library.error = None
    page(browser).do("reload")

    assert 3 == len(browser.nodes)


def test_nothing_selected_says_what_to_do(library):
    """The next cell gets an instruction, not None."""
    browser = bionb.browse(library)

    with pytest.raises(UsageError, match=r"click a line of the tree, or call \.select"):
        _ = browser.selection
    for name in ("frame", "selected_rows"):
        with pytest.raises(UsageError, match="Nothing is selected"):
            getattr(browser, name)
    with pytest.raises(UsageError, match="open its parent first"):
        browser.select("r0s0b0")


def test_an_id_of_two_kinds_of_things_needs_the_kind(library, monkeypatch):
    """Numbers are ids of many tables at once on some servers."""
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


def test_a_real_listing_is_read_no_further_than_shown(things, things_sandbox):
    """The tree of a long listing costs the pages that are seen."""
    browser = bionb.browse(things)

    assert 95 == len(browser.nodes)
    assert 10 == len(things_sandbox.received("things"))


def test_an_empty_server_is_no_error(things, things_sandbox, page):
    """Nothing there is an answer."""
    things_sandbox.reset("empty")
    browser = bionb.browse(things)

    assert [] == browser.nodes
    assert "nothing here" == page(browser).latest("tree")["words"]


def test_a_closed_client_says_so(things):
    """After signing out the browser still stands in the notebook."""
    browser = bionb.browse(things)
    things.close()

    with pytest.raises(bionb.BionbError, match="connect again"):
        browser.select("t00001")
    assert "closed" in browser.status


def test_messages_that_make_no_sense_harm_nothing(library, page):
    """They come from a page, where anything may have gone wrong."""
    browser = bionb.browse(library)
    shown = page(browser)
    shown.click("room 0")
    for action in ("nothing", "select", "open", "grid", "tab", "lines", "type", "download", "filter"):
        assert "done" == shown.do(action)[-1]["type"]
    browser._view._received(None, "no message", [])

    assert "r0" == browser.selection.id
