"""Widgets for JupyterLab, Notebook and Voila: log in, and browse. They know the protocol and no platform."""

from bionb.widgets.browser import browse
from bionb.widgets.login import login

__all__ = ["browse", "login"]
