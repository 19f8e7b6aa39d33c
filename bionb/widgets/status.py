"""The status area of a widget: what is being done, what came of it, and every failure."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bionb.http.answers import shorten
from bionb.http.story import Story
from bionb.progress import log
from bionb.widgets.looks import title_of


class Status:
    """A place for messages; the only one in which a person sees what an action raised.

    Parameters
    ----------
    tell : callable
        Takes a message for the page.

    Attributes
    ----------
    text : str
        The message in one line, for the widget's repr and for tests.
    """

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self.text, self._busy = "", False
        self.message: dict[str, Any] = {}
        self._failed: BaseException | None = None
        self.clear()

    def show(self, kind: str, title: str, *lines: str, busy: bool = False) -> None:
        """Show a message: ``"good"``, ``"bad"`` or ``"note"``."""
        said = [line for line in lines if line]
        self.text, self._busy = " ".join(filter(None, [title, *said])), busy
        self.message = {"type": "status", "kind": kind, "title": title, "lines": said, "busy": busy}
        self._tell(self.message)

    def clear(self) -> None:
        """Show nothing."""
        self.show("note", "")

    def fail(self, error: BaseException, *hints: str) -> None:
        """Show a failure."""
        self._failed = error
        words = "Nothing was changed here; try again." if isinstance(error, KeyboardInterrupt) else str(error)
        self.show("bad", title_of(error), shorten(words, 600), *hints)

    @contextlib.contextmanager
    def showing(self, doing: str, hints: Mapping[type[BaseException], str] | None = None) -> Iterator[None]:
        """Show what is being done, and a failure before it is raised on, with a hint for its kind."""
        self.show("note", doing, busy=True)
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            self.fail(error, (hints or {}).get(type(error), ""))
            raise
        if self._busy:
            self.clear()

    def run(self, action: Callable[[], Any]) -> None:
        """Do what a page asks for, and show what fails.

        Front ends drop what a handler raises, warns of or logs (a pause for a rate limit), so all end in the status
        area.
        """
        with warnings.catch_warnings(record=True) as caught, self._log_shown():
            warnings.simplefilter("always", UserWarning)
            try:
                Story("click").run(action)
            except (Exception, KeyboardInterrupt) as error:
                if self._failed is not error:
                    self.fail(error)
        if caught and not self.text:
            self.show("note", "Note", *dict.fromkeys(str(each.message) for each in caught))

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
        self.show("note", why, busy=self._busy)


class _Shown(logging.Handler):
    """Shows log messages in a status area."""

    def __init__(self, status: Status) -> None:
        super().__init__(logging.WARNING)
        self._status = status

    def emit(self, record: logging.LogRecord) -> None:
        """Show one message."""
        self._status.pausing(record.getMessage())
