"""A person logs in with a token, browses, and goes on in the next cell; the saved notebook does not know the token."""

import pytest

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
SELECTION = "print(browser.selection.kind, browser.selection.title, browser.frame.shape[0] > 0)"
SEARCH = """
import ipywidgets
print([name for name, state in ipywidgets.Widget.get_manager_state()["state"].items() if "sandbox-" in repr(state)])
"""


def token_in(notebook):
    """Return the token of the sandbox in the notebook's kernel, which wrote it into a file."""
    return (notebook.path.parent / "token.txt").read_text()


def test_log_in_browse_and_go_on_in_the_next_cell(open_notebook):
    """The whole way that the first notebook promises, with saving of widget states switched on."""
    notebook = open_notebook(START, BROWSE, SELECTION, SEARCH)
    notebook.run(0)
    form = notebook.output(0)
    token = token_in(notebook)
    form.get_by_role("textbox", name="API token").fill(token)
    form.get_by_role("button", name="Connect").click()
    form.get_by_text("Connected to SODAR on this computer as alice").wait_for()
    notebook.run(1)
    browser = notebook.output(1)
    browser.get_by_role("listbox").select_option(index=0)
    browser.get_by_text("rows 1–").wait_for()
    notebook.run(2)
    notebook.run(3)

    assert notebook.output(2).inner_text().strip().endswith("True")
    assert "[]" == notebook.output(3).inner_text().strip()
    saved = notebook.save()
    assert "<Login: not connected to SODAR>" in saved  # what it was when it was shown
    assert "widget-state+json" in saved
    assert token not in saved


def test_the_stop_button_and_a_dead_server_leave_the_browser_usable(open_notebook):
    """A slow answer can be given up, and a server that has gone is told beside the tree."""
    slow = 'slow = sandbox.fault("sodar", "latency", ms=20_000)\nslow.__enter__()'
    notebook = open_notebook(CONNECTED + BROWSE, slow, "slow.__exit__(None, None, None)", "sandbox.stop()")
    notebook.run(0)
    notebook.run(1)
    browser = notebook.output(0)
    browser.get_by_role("listbox").select_option(index=1)
    browser.get_by_text("Reading project").wait_for()
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    browser.get_by_text("Stopped").wait_for()
    notebook.run(2)
    browser.get_by_role("listbox").select_option(index=2)
    browser.get_by_text("rows 1–").wait_for()
    notebook.run(3)
    browser.get_by_role("listbox").select_option(index=1)
    browser.get_by_text("could not be reached").wait_for()


def test_enter_in_the_token_field_connects(open_notebook):
    """Most people press Enter after pasting a token."""
    notebook = open_notebook(START)
    notebook.run(0)
    field = notebook.output(0).get_by_role("textbox", name="API token")
    field.fill(token_in(notebook))
    field.press("Enter")
    notebook.output(0).get_by_text("Connected to SODAR").wait_for()

    assert token_in(notebook) not in notebook.save()


def test_a_refused_token_is_told_and_not_saved(open_notebook):
    """The form stays, empty, with the server's answer and the way to a right token."""
    notebook = open_notebook(START)
    notebook.run(0)
    form = notebook.output(0)
    form.get_by_role("textbox", name="API token").fill("mistyped-token")
    form.get_by_role("button", name="Connect").click()
    form.get_by_text("does not accept these credentials (401)").wait_for()

    assert "" == form.get_by_role("textbox", name="API token").input_value()
    assert "mistyped-token" not in notebook.save()
