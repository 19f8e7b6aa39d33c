"""A person logs in with a token, browses, and goes on in the next cell, in each front end; nothing knows the token."""

import json

import nbformat
import pytest

from tests.browser.axe import serious

pytestmark = pytest.mark.browser

START = """
import bionb
sandbox = bionb.start_sandbox("sodar")
written = open("token.txt", "w").write(sandbox.credentials("sodar")["token"])
login = bionb.login("sodar", sandbox.url("sodar"))
login
"""
CONNECTED = """
import bionb
sandbox = bionb.start_sandbox("sodar")
login = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"))
"""
BROWSE = """
browser = bionb.browse(login)
browser
"""
SELECTION = "print(browser.selection.title, browser.frame.shape, browser.selected_rows.shape)"
SEARCH = """
import ipywidgets
print([name for name, state in ipywidgets.Widget.get_manager_state()["state"].items() if "sandbox-" in repr(state)])
"""
STORES = "() => JSON.stringify([{...localStorage}, {...sessionStorage}])"
DANGEROUS = ("x", "r", "d", "d", "b", "a", "y", "m", "z", "v", "c", "ArrowDown")
RED = "() => Number(getComputedStyle(document.querySelector('.bionb')).backgroundColor.match(/[0-9]+/)[0])"
MISTYPED = "mistyped-token"


def token_in(notebook):
    """Return the token of the sandbox in the notebook's kernel, which wrote it into a file."""
    return (notebook.path.parent / "token.txt").read_text()


def press_dangerous_keys(notebook):
    """Press what would cut, delete, add or change cells if the notebook took it."""
    before = notebook.cells()
    for key in DANGEROUS:
        notebook.page.keyboard.press(key)
    notebook.page.wait_for_timeout(200)
    assert before == notebook.cells()


def look_around_in_the_dark(notebook):
    """Change to the dark theme of the front end and to a narrow window, and back."""
    page = notebook.page
    page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    page.wait_for_timeout(500)
    assert [] == serious(page)
    assert 128 > page.evaluate(RED)
    page.set_viewport_size({"width": 600, "height": 1000})
    page.wait_for_timeout(500)
    tree, panel = (notebook.output(1).get_by_role(role).bounding_box() for role in ("tree", "tabpanel"))
    assert panel["y"] > tree["y"] + tree["height"]
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    page.locator("body[data-jp-theme-light=true]").wait_for(state="attached")
    page.wait_for_timeout(500)
    assert [] == serious(page)


@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_the_whole_way_of_a_first_day(open_notebook, lab, front):
    """Log in with a wrong and a right token, browse, sort, go on in code, save, come back: with all state saved."""
    notebook = open_notebook(START, BROWSE, SELECTION, SEARCH, front=front)
    notebook.run(0)
    form, page = notebook.output(0), notebook.page
    token = token_in(notebook)
    field = form.get_by_label("API token")
    field.fill("typed and left alone")
    form.get_by_role("heading").click()
    press_dangerous_keys(notebook)
    assert "typed and left alone" not in notebook.save()
    field.fill(MISTYPED)
    form.get_by_role("button", name="Connect").click()
    form.get_by_text("does not accept these credentials (401)").wait_for()
    assert "" == field.input_value()
    press_dangerous_keys(notebook)
    field.fill(token)
    field.press("Enter")
    form.get_by_text("Connected to SODAR on this computer as alice").wait_for()
    press_dangerous_keys(notebook)

    notebook.run(1)
    browser = notebook.output(1)
    browser.get_by_role("treeitem", name="Exome pilot project", exact=True).click()
    browser.get_by_text("3 rows").wait_for()
    press_dangerous_keys(notebook)
    browser.get_by_text("role", exact=True).click()
    browser.locator("[aria-sort=ascending]").wait_for()
    press_dangerous_keys(notebook)
    browser.get_by_role("gridcell", name="bob@EXAMPLE", exact=True).click()
    page.keyboard.press("Space")
    browser.get_by_text("3 rows, 1 selected").wait_for()
    press_dangerous_keys(notebook)
    browser.get_by_role("tab", name="Code").click()
    browser.get_by_text("import bionb").wait_for()
    press_dangerous_keys(notebook)
    look_around_in_the_dark(notebook)
    notebook.run(2)
    notebook.run(3)
    assert notebook.output(2).inner_text().strip().startswith("Exome pilot (3, ")
    assert "(1, " in notebook.output(2).inner_text()
    assert "[]" == notebook.output(3).inner_text().strip()

    saved = notebook.save()
    state = nbformat.reads(saved, 4).metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert "_esm" in repr(state), "what was typed is looked for where all of it would be"
    assert all(len(json.dumps(each)) < 40_000 for each in state.values())
    where = lab[1].rglob("*")
    held = [
        path for path in where if path.is_file() and path.name != "token.txt" and token.encode() in path.read_bytes()
    ]
    assert [] == held, "file, log, checkpoint, history of the kernel, workspace"
    told = "".join(notebook.told) + page.evaluate(STORES)
    assert len(told) > 10_000
    assert [] == [secret for secret in (token, MISTYPED) if secret in told or secret in saved]


@pytest.mark.parametrize("front", ["lab", "notebook"])
@pytest.mark.parametrize("state", [True, False], ids=["with widget state", "without"])
def test_a_saved_notebook_shows_what_was_there(open_notebook, front, state):
    """Opened without a kernel there is no model; the picture beside it says what was selected, and its first rows."""
    notebook = open_notebook(CONNECTED + BROWSE, front=front)
    notebook.run(0)
    browser = notebook.output(0)
    browser.get_by_role("treeitem", name="Exome pilot project", exact=True).click()
    browser.get_by_role("gridcell", name="bob@EXAMPLE", exact=True).wait_for()
    assert 1 == notebook.page.get_by_text("carol@EXAMPLE", exact=True).count()
    saved = notebook.save()
    if not state:
        written = json.loads(saved)
        written["metadata"].pop("widgets")
        notebook.path.write_text(json.dumps(written), "utf-8")
    notebook.open_without_kernel()
    notebook.page.locator(".bionb-saved").get_by_text("Genomics › Exome pilot").wait_for()

    assert notebook.page.get_by_role("cell", name="carol@EXAMPLE", exact=True).is_visible()
    assert "model not found" not in notebook.output(0).inner_text()


def test_a_slow_server_and_impatient_clicks(open_notebook):
    """What was clicked last is what is selected; the clicks in between cost nothing."""
    slow = 'slow = sandbox.fault("sodar", "latency", ms=1_500)\nslow.__enter__()'
    notebook = open_notebook(CONNECTED + BROWSE, slow, "slow.__exit__(None, None, None)", SELECTION)
    notebook.run(0)
    browser = notebook.output(0)
    notebook.run(1)
    for title in ("Exome pilot", "Panel 2019", "RNA pilot", "Exome pilot", "RNA pilot"):
        browser.get_by_role("treeitem", name=f"{title} project", exact=True).click()
    browser.get_by_text("Reading project").first.wait_for()
    notebook.page.wait_for_timeout(200)
    browser.get_by_role("heading", name="RNA pilot").wait_for()
    browser.locator("[aria-busy=false]").wait_for()
    notebook.run(2)
    notebook.run(3)

    assert notebook.output(3).inner_text().strip().startswith("RNA pilot (3, ")


def test_the_stop_button_a_dead_server_and_a_new_kernel(open_notebook):
    """A slow answer can be given up, a server that has gone is told beside the tree, and a dead widget says so."""
    slow = 'slow = sandbox.fault("sodar", "latency", ms=20_000)\nslow.__enter__()'
    notebook = open_notebook(CONNECTED + BROWSE, slow, "slow.__exit__(None, None, None)", "sandbox.stop()")
    notebook.run(0)
    notebook.run(1)
    browser = notebook.output(0)
    browser.get_by_role("treeitem", name="Exome pilot project", exact=True).click()
    browser.get_by_text("Reading project").first.wait_for()
    notebook.command("notebook:interrupt-kernel")
    browser.get_by_text("Stopped").wait_for()
    notebook.run(2)
    browser.get_by_role("treeitem", name="RNA pilot project", exact=True).click()
    browser.get_by_text("3 rows").wait_for()
    notebook.run(3)
    browser.get_by_role("treeitem", name="Exome pilot project", exact=True).click()
    browser.get_by_text("could not be reached").wait_for()
    assert browser.get_by_text("3 rows").is_visible(), "an error keeps what was shown"
    notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
    )
    browser.get_by_text("The kernel was restarted or has gone").wait_for()
    notebook.run(0)
    notebook.output(0).get_by_role("treeitem", name="Exome pilot project", exact=True).click()
    notebook.output(0).get_by_text("3 rows").wait_for()


def test_in_voila(lab, new_page):
    """A page without cells: the form, the tree and the table are all there is, by keyboard alone."""
    address, folder = lab
    path = folder / "notebooks" / "voila.ipynb"
    cells = ['import bionb\nlogin = bionb.login("sodar")\nlogin']
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    written.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(written, path)
    page = new_page(address)
    page.goto(f"voila/render/{path.name}")
    page.get_by_role("button", name="Use the sandbox").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Connected to SODAR in the sandbox as alice").wait_for()
    page.get_by_role("button", name="Browse").focus()
    page.keyboard.press("Enter")
    page.get_by_role("treeitem", name="Exome pilot project", exact=True).wait_for()
    page.get_by_role("tree").focus()
    page.keyboard.type("exo")
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.get_by_role("gridcell", name="bob@EXAMPLE", exact=True).wait_for()

    assert 1 == page.get_by_text("bob@EXAMPLE", exact=True).count()
