"""Show long work, and pause: the one room for progress, used by listings, waits, files and long requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Protocol, TypeVar

from bionb import bars

log = logging.getLogger("bionb")
R = TypeVar("R")
_line: ContextVar[Line | None] = ContextVar("line", default=None)  # of the wait within which all this happens


class Clock:
    """The time, replaceable in tests."""

    def now(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()

    def wall(self) -> float:
        """Return Unix time in seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Pause; interruptible."""
        if seconds > 0:
            time.sleep(seconds)


class Line(Protocol):
    """What shows a word about something under way."""

    def say(self, text: str) -> None:
        """Show a word."""


CLOCK = Clock()
REDRAWN = 0.1  # seconds at least between two pictures of a bar


class Progress:
    """A progress bar that appears only when work takes longer than two seconds.

    Parameters
    ----------
    label : str
        What is being done: ``"files"``.
    total : float, optional
        How many units there are.
    unit : str
        Name of one unit: ``"records"``, ``"B"``; ``"s"`` where time itself is counted.
    after : float
        Seconds before anything is shown, so that quick calls leave no trace in a notebook.
    """

    def __init__(self, label: str, total: float | None = None, unit: str = "", after: float = 2.0) -> None:
        self._label, self._total, self._unit, self._after = bars.label_of(label), total, unit, after
        self._started = CLOCK.now()
        self._begun: tuple[float, float] | None = None  # when the first word came, and how much was done by then
        self._bar: bars.Bar | None = None
        self._shown, self._done = -1.0, 0.0

    def update(self, done: float, text: str = "", total: float | None = None) -> None:
        """Show how much is done in all, and optionally a word about it.

        How fast it goes is told from the first call on: what was done before, such as the part of a file that an
        earlier download left, does not count.
        """
        now, self._done = CLOCK.now(), done
        if total is not None:
            self._total = total
        if self._begun is None:
            self._begun = now, done
        if now - self._started < self._after or now - self._shown < REDRAWN:
            return
        self._shown = now
        if self._bar is None:
            self._bar = bars.bar()
        share = min(1.0, done / self._total) if self._total else None
        rate = self._rate(now, done)
        said = bars.words_of(done, self._total, self._unit, now - self._started, rate, text)
        self._bar.draw(self._label, share, said)

    def _rate(self, now: float, done: float) -> float | None:
        began, before = self._begun or (now, done)
        return (done - before) / (now - began) if done > before and now - began >= REDRAWN else None

    def say(self, text: str) -> None:
        """Show a word; as much is done as before."""
        self.update(self._done, text)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def pause(seconds: float, why: str) -> None:
    """Pause with a visible message and countdown when it is more than two seconds.

    Parameters
    ----------
    seconds : float
        How long.
    why : str
        Shown: ``"Seven Bridges: rate limit reached"``.
    """
    if seconds <= 2:
        CLOCK.sleep(seconds)
        return
    until, line = CLOCK.now() + seconds, _line.get()
    if line is not None:
        while (left := until - CLOCK.now()) > 0:
            line.say(f"{why}: going on in {left:.0f} s")
            CLOCK.sleep(min(left, 1.0))
        return
    log.warning("%s: going on in %.0f s (interrupt to stop)", why, seconds)
    with Progress(why, total=round(seconds), unit="s", after=0) as bar:
        while (left := until - CLOCK.now()) > 0:
            bar.update(round(seconds - left))
            CLOCK.sleep(min(left, 1.0))


@contextmanager
def meanwhile(what: str) -> Iterator[None]:
    """Show for how long something has been under way that says nothing itself: one request that takes minutes.

    Parameters
    ----------
    what : str
        ``"SODAR: import sheets into Exome pilot"``.
    """
    ended, started = threading.Event(), CLOCK.now()
    with Progress(what, unit="s") as bar:

        def tick() -> None:
            while not ended.wait(1.0):
                bar.update(round(CLOCK.now() - started), "the server is at work")

        thread = threading.Thread(target=tick, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # a Python in a browser tab has no threads: there the line is missing
            yield
            return
        try:
            yield
        finally:
            ended.set()
            thread.join()


@contextmanager
def told_on(line: Line | None) -> Iterator[None]:
    """Let `pause` speak on a line that is there already, in place of one of its own and of log messages."""
    token = _line.set(line)
    try:
        yield
    finally:
        _line.reset(token)


def on_this_line(function: Callable[..., R]) -> Callable[..., R]:
    """Return a function for another thread whose pauses speak where those of this one do."""
    line = _line.get()

    def call(*arguments: Any) -> R:
        with told_on(line):
            return function(*arguments)

    return call
