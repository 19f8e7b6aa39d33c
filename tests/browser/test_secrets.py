"""What a person types into a notebook, and what of it is saved."""

import pytest

pytestmark = pytest.mark.browser

FORM = """
import ipywidgets
token = ipywidgets.Password(description="Token", continuous_update=False)
button = ipywidgets.Button(description="Connect")
answer = ipywidgets.Label()
def connect(_):
    answer.value = f"{len(token.value)} characters"
button.on_click(connect)
ipywidgets.VBox([token, button, answer])
"""


def test_a_careless_form_saves_the_token(open_notebook):
    """If a token that is left in its field were not found, not finding ours would prove nothing."""
    notebook = open_notebook(FORM)
    notebook.run(0)
    form = notebook.output(0)
    form.get_by_role("textbox", name="Token").fill("left-in-the-field")
    form.get_by_role("button", name="Connect").click()
    form.get_by_text("17 characters").wait_for()

    assert "left-in-the-field" in notebook.save()
