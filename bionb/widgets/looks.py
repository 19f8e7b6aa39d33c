"""The looks that the widgets share: every text is escaped here, and colours follow the theme."""

from __future__ import annotations

import html
from collections.abc import Sequence
from http import HTTPStatus

from bionb.errors import (
    AuthenticationFailed,
    BionbError,
    ConnectionFailed,
    InsecureConnection,
    ResponseError,
    UsageError,
)
from bionb.http.answers import shorten
from bionb.protocol import Node

BORDER = "1px solid var(--jp-border-color1, #bdbdbd)"
COLOURS = {
    "good": "var(--jp-success-color1, #388e3c)",
    "bad": "var(--jp-error-color1, #d32f2f)",
    "note": "var(--jp-border-color1, #bdbdbd)",
}
_FAINT = "color: var(--jp-ui-font-color2, #616161)"


def escape(text: object) -> str:
    """Return a text that HTML shows as it is, and never runs."""
    return html.escape(str(text))


def heading(text: str) -> str:
    """Return a title line."""
    return f'<div style="font-weight: 600; font-size: 1.15em; line-height: 1.4">{escape(shorten(text, 120))}</div>'


def faint(text: str) -> str:
    """Return a line that stands back."""
    return f'<div style="line-height: 1.4; {_FAINT}">{escape(text)}</div>'


def where(path: Sequence[Node]) -> str:
    """Return what is shown, and what it is in."""
    if not path:
        return faint("Choose something on the left: its table appears here.")
    *above, node = path
    names = " › ".join(shorten(each.title or each.id, 60) for each in above)
    return (faint(names) if names else "") + heading(node.title or node.id) + faint(f"{node.kind} {node.id}")


def message(kind: str, title: str, *lines: str) -> str:
    """Return a message with a coloured bar: ``"good"``, ``"bad"`` or ``"note"``.

    Examples
    --------
    >>> "<b>Connected</b>" in message("good", "Connected", "as alice")
    True
    """
    body = "".join(f"<div>{escape(line)}</div>" for line in lines if line)
    first = f"<div><b>{escape(title)}</b></div>" if title else ""
    # Lab's HTML widgets inherit a line height of 28 px, far too much for two lines that belong together.
    return (
        f'<div style="border-left: 4px solid {COLOURS[kind]}; padding: 2px 8px; margin: 4px 0; line-height: 1.4; '
        f'overflow-wrap: anywhere">{first}{body}</div>'
    )


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
        return "This does not work so"
    if isinstance(error, KeyboardInterrupt):
        return "Stopped"
    return "It did not work" if isinstance(error, BionbError) else f"Unexpected: {type(error).__name__}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
