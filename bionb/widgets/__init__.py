"""Widgets for JupyterLab, Notebook and Voila: log in, browse, edit sheets. They know the protocol and no platform."""

from bionb.widgets.browser import browse
from bionb.widgets.login import login
from bionb.widgets.sheets.editor import edit

__all__ = ["browse", "edit", "login"]
