"""What stands in the page of a widget: a module made of our own files, and messages in both directions.

Nothing is a synchronised value: what goes either way is a custom message, which no notebook saves and no other client
of the kernel is told.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import anywidget

Message = dict[str, Any]


@functools.cache
def script(*names: str) -> str:
    """Return several files as one module; what only people read is left out, since a saved notebook may keep it."""
    return "\n".join(_without_comments(f"{name}.js") for name in names)


@functools.cache
def style() -> str:
    """Return the looks of all widgets."""
    return _without_comments("widgets.css")


def _without_comments(name: str) -> str:
    text = files("bionb.widgets").joinpath(name).read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


class View(anywidget.AnyWidget):
    """The part of a widget that is in the page.

    Parameters
    ----------
    scripts : sequence of str
        Files of this folder, without their ending; the last has the ``export default``.
    receive : callable
        Called with each message from the page, a dict with a ``type``.
    """

    def __init__(self, scripts: tuple[str, ...], receive: Callable[[Mapping[str, Any]], None]) -> None:
        self._esm, self._css = script(*scripts), style()
        super().__init__()
        self._take = receive
        self.on_msg(self._received)

    def _received(self, _: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict):
            self._take(content)

    def tell(self, message: Message) -> None:
        """Send a message to the page."""
        self.send(message)
