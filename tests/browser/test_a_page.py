"""What a person does with the widgets in a page, by mouse and by keyboard, light and dark, wide and narrow."""

import time

import numpy as np
import pandas as pd
import pytest

import bionb
from bionb.protocol import Node, Nodes
from bionb.widgets import view
from tests.browser.axe import serious

pytestmark = pytest.mark.browser


class Lab:
    """A client of groups with samples, whose tables are long."""

    label, place, source, url = "Lab", "this computer", "argument", "http://127.0.0.1"
    last_request = None

    def __init__(self, groups=3, samples=3, rows=10_000):
        self.groups, self.samples, self.rows = groups, samples, rows

    def roots(self):
        return Nodes([Node("group", f"g{n}", f"group {n}") for n in range(self.groups)])

    def children(self, node):
        return Nodes([Node("sample", f"{node.id}s{n}", f"sample {n}", leaf=True) for n in range(self.samples)])

    def frame(self, node):
        numbers = np.arange(self.rows)
        columns = {"name": [f"{node.id} S{n}" for n in numbers], "size": numbers * 1_000_000, "reads": numbers[::-1]}
        more = {f"value {n}": numbers / (n + 7) for n in range(6)}
        return pd.DataFrame({"id": [f"x{n}" for n in numbers]} | columns | more)


@pytest.fixture
def shown(mount):
    """A browser in a page, of which a group is selected."""

    def show(client=None, **options):
        browser = bionb.browse(client or Lab())
        mounted = mount(browser, **options)
        mounted.page.get_by_role("treeitem", name="group 1 group", exact=True).click()
        mounted.page.get_by_text("10,000 rows").wait_for()
        return browser, mounted.page, mounted

    return show


def first_cells(page, column=2):
    """The cells of a column that are seen, from the top."""
    cells = page.locator(f".bionb-body .bionb-row:visible [aria-colindex='{column}']:visible")
    rows = {cell.locator("..").get_attribute("aria-rowindex"): cell.inner_text() for cell in cells.all()[:8]}
    return [text for _, text in sorted(rows.items(), key=lambda each: int(each[0]))]


def expect_first(page, text, column=2):
    """Wait until a cell stands first."""
    row = page.locator(".bionb-body .bionb-row[aria-rowindex='2']")
    row.locator(f"[aria-colindex='{column}']", has_text=text).wait_for()


def focused(page):
    """What has the focus, and whether Lab would leave its keys alone."""
    return page.evaluate(
        "() => [document.activeElement.tagName, document.activeElement.dataset.lmSuppressShortcuts === 'true']"
    )


def test_a_click_on_a_header_sorts_and_another_turns_it_round(shown):
    """As in every table on this world; a third click gives the order of the server back."""
    _, page, _ = shown()
    for wanted, direction in (("g1 S9999", "ascending"), ("g1 S0", "descending"), ("g1 S0", "none")):
        page.locator(".bionb-name", has_text="reads").click()
        page.locator(f"[role=columnheader][aria-sort={direction}]", has_text="reads").wait_for()
        expect_first(page, wanted)


def test_a_filter_in_a_column_and_the_search_narrow_the_table(shown):
    """Words and comparisons, and the table says how many rows there are of how many."""
    browser, page, _ = shown()
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Filter reads").fill("<=20")
    page.get_by_text("21 of 10,000 rows").wait_for()
    assert "<=20" == page.get_by_label("Filter reads").input_value()
    page.get_by_label("Search group").fill("S9990")
    page.get_by_text("1 of 10,000 rows").wait_for()
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Search group").fill("")
    page.get_by_text("10,000 rows", exact=True).wait_for()

    assert 10_000 == len(browser.frame)


def test_ten_thousand_rows_are_scrolled_and_not_paged(shown):
    """Only what is seen is in the page, and the last row is one key away."""
    _, page, _ = shown()
    page.get_by_role("grid").focus()
    page.keyboard.press("Control+End")
    page.get_by_text("g1 S9999").count()
    page.locator(".bionb-row[aria-rowindex='10001']:not(.bionb-blank)").wait_for()
    assert page.locator(".bionb-body .bionb-row").count() < 60
    page.mouse.move(*middle(page.get_by_role("grid")))
    page.mouse.wheel(0, -2_000)
    page.locator(".bionb-row[aria-rowindex='9930']:not(.bionb-blank)").wait_for()


def middle(locator):
    """A point in an element."""
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_marked_rows_are_copied_as_a_spreadsheet_takes_them(shown):
    """One cell by the cursor, marked rows if there are any, all by the button."""
    browser, page, _ = shown()
    clipboard = "() => navigator.clipboard.readText()"
    page.get_by_role("gridcell", name="g1 S1", exact=True).click()
    page.keyboard.press("Control+c")
    page.get_by_text("Cell copied").wait_for()
    assert "g1 S1" == page.evaluate(clipboard)
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_text("2 selected").wait_for()
    assert ["x1", "x2"] == browser.selected_rows["id"].tolist()
    page.keyboard.press("Control+c")
    page.get_by_text("2 rows copied").wait_for()
    assert ["g1 S1", "1000000", "9998"] == page.evaluate(clipboard).splitlines()[1].split("\t")[:3]
    page.keyboard.press("Escape")
    page.get_by_text("10,000 rows", exact=True).wait_for()
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("10000 rows copied").wait_for()
    assert 10_001 == len(page.evaluate(clipboard).splitlines())


def test_the_table_is_saved_as_a_file(shown):
    """What is shown, in the order in which it is shown."""
    _, page, _ = shown()
    page.get_by_label("Search group").fill("S999")
    page.get_by_text("11 of 10,000 rows").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save CSV").click()

    assert 12 == len(download.value.path().read_text("utf-8").splitlines())


def test_columns_are_chosen_ordered_and_made_wider(shown):
    """By mouse and by keyboard; ids stand last until someone moves them."""
    _, page, _ = shown()
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Find a column").fill("id")
    page.get_by_label("Move id to the left").click()
    page.get_by_label("Find a column").fill("size")
    page.locator(".bionb-choices").get_by_role("checkbox", name="size").uncheck()
    page.get_by_text("1 of 10 columns not shown").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("columnheader", name="size").wait_for(state="detached")
    heading = page.get_by_role("columnheader", name="name", exact=True)
    before = heading.bounding_box()["width"]
    page.get_by_role("grid").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_timeout(100)
    assert before + 20 == page.get_by_role("columnheader", name="name", exact=True).bounding_box()["width"]
    x, y = middle(page.locator(".bionb-edge").first)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 70, y)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert before + 90 == page.get_by_role("columnheader", name="name", exact=True).bounding_box()["width"]


def test_all_of_it_by_keyboard_alone(mount):
    """Tab from part to part, arrows within; nothing needs a mouse."""
    browser = bionb.browse(Lab())
    page = mount(browser).page
    page.get_by_role("treeitem").first.wait_for()
    page.keyboard.press("Tab")  # search
    page.keyboard.press("ArrowDown")  # into the tree
    for key in ("End", "Home", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    page.get_by_role("treeitem", name="sample 2 sample").wait_for()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("heading", name="sample 1").wait_for()
    assert "g1s1" == browser.selection.id
    page.keyboard.press("ArrowLeft")  # to its parent
    page.keyboard.press("ArrowLeft")  # which folds
    page.locator("[aria-expanded=true]").wait_for(state="detached")
    page.keyboard.type("group 2", delay=30)
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="group 2").wait_for()
    page.keyboard.press("Tab")  # to the tabs
    page.keyboard.press("ArrowRight")
    page.get_by_text("import bionb").wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowUp")  # into the header
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator("[aria-sort=ascending]", has_text="reads").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.get_by_text("1 selected").wait_for()

    assert ["x9999"] == browser.selected_rows["id"].tolist()


def test_lab_is_kept_from_the_keys_in_every_part(shown):
    """Its shortcuts look at the very element that has the focus: there the attribute has to be."""
    _, page, _ = shown()
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Columns").click()
    seen = set()
    page.evaluate("() => document.activeElement.blur()")
    for _ in range(60):
        page.keyboard.press("Tab")
        tag, kept = focused(page)
        if tag in ("BODY", "HTML"):
            break
        seen.add(tag)
        assert kept, tag
    assert {"INPUT", "BUTTON", "DIV"} <= seen
    for part in (".bionb h3", ".bionb-words", ".bionb-cell", ".bionb-line", ".bionb-message", ".bionb-under"):
        if page.locator(part).first.is_visible():
            page.locator(part).first.click()
            assert focused(page)[1], part


def test_no_key_leaves_the_widget(shown):
    """A page around may listen as well."""
    _, page, _ = shown()
    page.evaluate("() => { window.heard = []; document.addEventListener('keydown', (e) => window.heard.push(e.key)); }")
    for part in ("tree", "grid"):
        page.get_by_role(part).focus()
        page.keyboard.type("xrddb")
    page.get_by_label("Search the tree").press("x")

    assert [] == page.evaluate("() => window.heard")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1200, 600])
def test_nobody_is_kept_from_using_the_browser(shown, dark, width):
    """axe-core looks for missing names, roles that do not fit, and contrasts that are too weak."""
    _, page, _ = shown(dark=dark, width=width)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("gridcell", name="g1 S1", exact=True).click()
    page.keyboard.press("Space")
    page.get_by_text("1 selected").wait_for()
    assert [] == serious(page)
    page.get_by_role("button", name="Columns").click()
    assert [] == serious(page)
    page.get_by_role("tab", name="Code").click()
    page.get_by_text("import bionb").wait_for()

    assert [] == serious(page)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nobody_is_kept_from_logging_in(mount, dark):
    """The same of the form, with what is folded, warned of, and refused."""
    page = mount(bionb.login(), dark=dark, width=700).page
    page.get_by_role("button", name="SODAR", exact=True).click()
    page.get_by_label("Server URL").fill("http://sodar.lab.example")
    page.get_by_text("whoever shares the network").wait_for()
    page.get_by_text("Other ways to log in").click()
    page.get_by_role("button", name="Connect").click()
    page.get_by_text("That did not work").wait_for()
    assert [] == serious(page)
    page.get_by_role("button", name="SODAR: sandbox").click()
    page.get_by_role("button", name="Browse").click()
    page.get_by_role("treeitem", name="Exome pilot project", exact=True).click()
    page.get_by_text("3 rows").wait_for()

    assert [] == serious(page)


def test_under_700_pixels_the_table_stands_below_the_tree(shown):
    """Side by side neither could be read."""
    _, page, _ = shown(width=600)
    tree, grid = page.get_by_role("tree").bounding_box(), page.get_by_role("grid").bounding_box()
    assert grid["y"] > tree["y"] + tree["height"]
    assert page.evaluate("() => document.documentElement.scrollWidth <= 600")
    page.set_viewport_size({"width": 1200, "height": 800})
    page.wait_for_timeout(100)
    tree, grid = page.get_by_role("tree").bounding_box(), page.get_by_role("grid").bounding_box()

    assert grid["x"] > tree["x"] + tree["width"]


def test_colours_are_those_of_the_theme_with_fallbacks(shown):
    """In Lab's dark theme a white box would glare, and elsewhere there are no such variables."""
    colours = {}
    for dark in (False, True):
        _, page, _ = shown(dark=dark)
        colours[dark] = page.evaluate("() => getComputedStyle(document.querySelector('.bionb')).backgroundColor")

    assert {False: "rgb(255, 255, 255)", True: "rgb(17, 17, 17)"} == colours


def test_of_impatient_clicks_the_last_one_counts(mount):
    """A slow server is asked for the first and the last of five, and never for what came in between."""
    browser = bionb.browse(Lab(groups=6))
    mounted = mount(browser)
    page = mounted.page
    page.get_by_role("treeitem", name="group 5").wait_for()
    mounted.before = lambda message: time.sleep(0.5 if message["type"] == "select" else 0)
    page.evaluate("() => [...document.querySelectorAll('.bionb-line')].slice(1).forEach((line) => line.click())")
    page.get_by_role("heading", name="group 5").wait_for()

    assert 2 == sum(message["type"] == "select" for message in mounted.received)
    assert "g5" == browser.selection.id


def test_words_of_a_server_are_text(mount):
    """A title with markup is shown as it is, in the tree, the table and the code."""
    evil = "<img src=x onerror='window.ran = 1'>"

    class Evil(Lab):
        def roots(self):
            return Nodes([Node("group", evil, evil, leaf=True)])

        def frame(self, node):
            return pd.DataFrame({evil: [evil, "b"]})

    page = mount(bionb.browse(Evil())).page
    page.get_by_role("treeitem").first.click()
    page.get_by_role("gridcell", name="<img").wait_for()
    page.get_by_role("tab", name="Code").click()
    page.get_by_text("import bionb").wait_for()

    assert page.evaluate("() => window.ran") is None
    assert 0 == page.locator(".bionb img").count()


def test_without_a_kernel_the_widget_says_so(mount):
    """A saved view, or a kernel that is busy for minutes: nobody should click in vain."""
    mounted = mount(bionb.browse(Lab()), answering=False)
    mounted.page.get_by_text("The kernel has not answered").wait_for()
    assert not mounted.page.get_by_role("tree").is_visible()
    mounted.answering = True
    mounted.page.evaluate("(message) => window.emit('msg:custom', message, [])", {"type": "title", "text": "Lab"})
    mounted.page.get_by_role("tree").wait_for()


def test_a_widget_that_lost_its_kernel_says_so(shown):
    """After a restart a click would go nowhere."""
    _, page, _ = shown()
    page.evaluate("() => window.emit('comm_live_update')")
    page.get_by_text("The kernel was restarted or has gone").wait_for()


def test_one_record_is_a_list_of_its_fields(mount):
    """Forty cells in one line are read by nobody."""
    page = mount(bionb.browse(Lab(rows=1))).page
    page.get_by_role("treeitem", name="group 0").click()
    page.get_by_role("rowheader", name="size").wait_for()

    assert not page.get_by_role("grid").is_visible()


def test_a_slip_into_the_form_leaves_no_token_in_the_page(mount):
    """After it is sent the field is empty at once, before any answer."""
    mounted = mount(bionb.login("sodar", "http://127.0.0.1:9"))
    page = mounted.page
    held = []
    mounted.before = lambda message: held.append(message)
    page.get_by_label("API token").fill("typed-token")
    page.keyboard.press("Enter")
    page.get_by_text("No answer").wait_for()

    assert "" == page.get_by_label("API token").input_value()
    assert {"token": "typed-token"} == next(each for each in held if each["type"] == "connect")["values"]
    assert "typed-token" not in page.content()
    assert "typed-token" not in repr(mounted.answers)


def test_the_form_stays_as_it_is_while_a_person_types(mount):
    """An answer about the server must not take the token out of its field, nor the focus."""
    page = mount(bionb.login("sodar")).page
    page.get_by_label("Server URL").fill("https://sodar.example.org")
    page.get_by_label("API token").fill("half a tok")
    page.get_by_text("Your credentials go to sodar.example.org").wait_for()
    assert "half a tok" == page.get_by_label("API token").input_value()

    assert "https://sodar.example.org/tokens/" == page.get_by_role("link").get_attribute("href")


def test_a_token_can_be_pasted(mount):
    """Where that is refused people type a token by hand, or give up."""
    page = mount(bionb.login("sodar")).page
    page.evaluate("() => navigator.clipboard.writeText('pasted-token')")
    page.get_by_label("API token").focus()
    page.keyboard.press("Control+v")

    assert "pasted-token" == page.get_by_label("API token").input_value()


def test_the_modules_ask_no_other_host(mount):
    """What is inline works without a network, and tells nobody that it is used."""
    page = mount(bionb.login()).page
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="SODAR: sandbox").click()
    page.get_by_text("Connected to SODAR").wait_for()

    assert [] == [url for url in asked if not url.startswith(("blob:", "data:", "http://localhost/"))]
    assert "http" not in view.source(("dom", "tree", "grid", "browser"), "createBrowser").replace("https?:", "")
