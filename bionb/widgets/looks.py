"""What widgets say of a failure, and the picture of them that stays in a saved notebook, with every text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from bionb.errors import (
    AuthenticationFailed,
    BionbError,
    ConnectionFailed,
    InsecureConnection,
    ResponseError,
    UsageError,
)

# Where a live widget stands above, its picture is hidden by the widget's own looks. A saved notebook without its kernel
# has no widget, of which Lab says "model not found": that line is hidden by this.
_NO_MODEL = ".jp-OutputArea-child:has(> .jp-OutputArea-output.jupyter-widgets:not(:has(*)))"
_STYLE = f"<style>{_NO_MODEL} {{ display: none; }} .bionb-saved td {{ white-space: nowrap; }}</style>"


def escape(text: object) -> str:
    """Return a text that HTML shows as it is, and never runs."""
    return html.escape(str(text))


def picture(title: str, lines: Iterable[str], table: Sequence[Sequence[str]] = ()) -> str:
    """Return the picture of a widget for a saved notebook.

    Parameters
    ----------
    title : str
        First line.
    lines : iterable of str
        What else is said; empty ones are left out.
    table : sequence of sequence of str
        Header and rows.

    Examples
    --------
    >>> "<b>Things</b>" in picture("Things", ["3 lines"])
    True
    """
    said = "".join(f"<div>{escape(line)}</div>" for line in lines if line)
    return f'{_STYLE}<div class="bionb-saved"><div><b>{escape(title)}</b></div>{said}{_table(table)}</div>'


def _table(rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    header = "".join(f"<th>{escape(each)}</th>" for each in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(each)}</td>" for each in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def shown_with(model_id: str, words: str, saved: str) -> list[dict[str, Any]]:
    """Return what a notebook is given to show a widget: its view, and beside it the picture that is saved."""
    view = {"version_major": 2, "version_minor": 0, "model_id": model_id}
    return [
        {"text/plain": words, "application/vnd.jupyter.widget-view+json": view},
        {"text/html": saved},
    ]


def title_of(error: BaseException) -> str:
    """Return what kind of failure this is in a few words, as the first line of a message."""
    if isinstance(error, AuthenticationFailed):
        return "The server does not accept these credentials (401)"
    if isinstance(error, ResponseError):
        return f"The server answered {error.status} {_phrase(error.status)}".rstrip()
    if isinstance(error, InsecureConnection):
        return "Not sent, because it would not be safe"
    if isinstance(error, ConnectionFailed):
        return "No answer"
    if isinstance(error, UsageError):
        return "That did not work"
    if isinstance(error, KeyboardInterrupt):
        return "Stopped"
    return "It did not work" if isinstance(error, BionbError) else f"Unexpected: {type(error).__name__}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
