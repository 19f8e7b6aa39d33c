"""The status area of a widget: what is being done, what came of it, and every failure."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import ipywidgets

from bionb.http.answers import shorten
from bionb.http.story import Story
from bionb.progress import log
from bionb.widgets import looks


class Status:
    """A place for messages; the only one in which a person sees what a callback raised.

    Attributes
    ----------
    html : ipywidgets.HTML
        To be placed in the widget.
    text : str
        The message without marks, for the widget's repr and for tests.
    """

    def __init__(self) -> None:
        self.html = ipywidgets.HTML(layout=ipywidgets.Layout(width="auto"))
        self.text, self._busy = "", False

    def show(self, kind: str, title: str, *lines: str) -> None:
        """Show a message: ``"good"``, ``"bad"`` or ``"note"``."""
        self.text, self._busy = " ".join(filter(None, [title, *lines])), False
        self.html.value = looks.message(kind, title, *lines) if self.text else ""

    def clear(self) -> None:
        """Show nothing."""
        self.show("note", "")

    def fail(self, error: BaseException, *hints: str) -> None:
        """Show a failure."""
        words = "Nothing was changed here; try again." if isinstance(error, KeyboardInterrupt) else str(error)
        self.show("bad", looks.title_of(error), shorten(words, 600), *hints)

    @contextlib.contextmanager
    def showing(self, doing: str, hints: Mapping[type[BaseException], str] | None = None) -> Iterator[None]:
        """Show what is being done, and a failure before it is raised on, with a hint for its kind."""
        self.show("note", doing)
        self._busy = True
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            self.fail(error, (hints or {}).get(type(error), ""))
            raise
        if self._busy:
            self.clear()

    def callback(self, action: Callable[[], Any]) -> Callable[[Any], None]:
        """Return a handler for a button or field that does an action whose failures `showing` has shown.

        Front ends drop what a handler raises, warns of or logs (a pause for a rate limit), so all end in the status
        area.
        """

        def handle(_: Any) -> None:
            with (
                warnings.catch_warnings(record=True) as caught,
                self._log_shown(),
                contextlib.suppress(Exception, KeyboardInterrupt),
            ):
                warnings.simplefilter("always", UserWarning)
                Story("click").run(action)
            if caught and not self.text:
                self.show("note", "Note", *dict.fromkeys(str(each.message) for each in caught))

        return handle

    @contextlib.contextmanager
    def _log_shown(self) -> Iterator[None]:
        shown = _Shown(self)
        log.addHandler(shown)
        try:
            yield
        finally:
            log.removeHandler(shown)

    def pausing(self, why: str) -> None:
        """Show why an action takes longer; it stays an action under way."""
        busy = self._busy
        self.show("note", why)
        self._busy = busy


class _Shown(logging.Handler):
    """Shows log messages in a status area."""

    def __init__(self, status: Status) -> None:
        super().__init__(logging.WARNING)
        self._status = status

    def emit(self, record: logging.LogRecord) -> None:
        """Show one message."""
        self._status.pausing(record.getMessage())
