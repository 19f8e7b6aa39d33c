"""Wait until a state is reached, and show long work.

A wait polls at once, then with growing pauses; it ends at a deadline, at a failed state, or with the interrupt key,
which stops the waiting and never the work on the server.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Any, TypeVar

from bionb.errors import ConnectionFailed, JobFailed, ServerFailed, WaitTimeout

Record = TypeVar("Record")

log = logging.getLogger("bionb")


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


CLOCK = Clock()
REDRAWN = 0.1  # seconds at least between two pictures of a bar


class Progress:
    """A progress bar that appears only when work takes longer than two seconds.

    Parameters
    ----------
    label : str
        What is being done: ``"files"``.
    total : int, optional
        How many units there are.
    unit : str
        Name of one unit: ``"records"``, ``"B"``.
    after : float
        Seconds before anything is shown, so that quick calls leave no trace in a notebook.
    """

    def __init__(self, label: str, total: int | None = None, unit: str = "", after: float = 2.0) -> None:
        self._label, self._total, self._unit, self._after = label, total, unit, after
        self._started = CLOCK.now()
        self._bar: Any = None
        self._shown = -1.0

    def update(self, done: float, text: str = "", total: float | None = None) -> None:
        """Show how much is done in all, and optionally a word about it."""
        now = CLOCK.now()
        if now - self._started < self._after or now - self._shown < REDRAWN:
            return
        self._shown = now
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self._total, desc=self._label, unit=f" {self._unit}", leave=False, unit_scale=True)
        if total is not None:
            self._bar.total = total
        self._bar.n = done
        self._bar.set_postfix_str(text, refresh=True)

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
    log.warning("%s: going on in %.0f s (interrupt to stop)", why, seconds)
    until = CLOCK.now() + seconds
    with Progress(why, total=round(seconds), unit="s", after=0) as bar:
        while (left := until - CLOCK.now()) > 0:
            bar.update(round(seconds - left))
            CLOCK.sleep(min(left, 1.0))


def wait_for(
    poll: Callable[[], Record],
    state: Callable[[Record], str],
    *,
    wanted: Collection[str],
    failed: Collection[str] = (),
    what: str,
    deadline: float | None = 600.0,
    interval: float = 0.2,
    longest: float = 30.0,
    fresh: Callable[[Record], bool] = lambda record: True,
    explain: Callable[[Record], str] = lambda record: "",
    progress: Callable[[Record], tuple[float, float] | None] = lambda record: None,
    stuck_after: float | None = None,
    changed: Callable[[Record], Any] | None = None,
    tolerate: int = 3,
    clock: Clock | None = None,
) -> Record:
    """Poll until a wanted state is reached and return the record then.

    Parameters
    ----------
    poll : callable
        Fetches the record.
    state : callable
        Reads the record's state; unknown states count as busy.
    wanted, failed : collections of str
        States that end the wait well or badly.
    what : str
        For messages: ``"landing zone 20260101"``.
    deadline : float or None
        Seconds in all; None waits as long as the state keeps changing.
    interval, longest : float
        First pause and longest pause in seconds; each pause is 1.5 times the one before.
    fresh : callable
        False while the record still shows the state from before the request ("changed since submit").
    explain : callable
        The server's own words about a failed state, for the message.
    progress : callable
        (done, total) for the bar, or None.
    stuck_after : float, optional
        Seconds without any change after which waiting ends, saying that it may be stuck.
    changed : callable, optional
        What to watch for changes; by default the state.
    tolerate : int
        How many polls in a row may fail for want of an answer.

    Returns
    -------
    Record
        The last record, in a wanted state.

    Raises
    ------
    JobFailed
        A failed state; ``.state`` and ``.record`` tell more.
    WaitTimeout
        The deadline passed or nothing changed for `stuck_after` seconds; ``.record`` is the last one.
    """
    clock = clock or CLOCK
    watch = changed or state
    started = moved = clock.now()
    pause_for, missed, seen = interval, 0, None
    record: Record | None = None
    with Progress(what, unit="") as bar:
        while True:
            try:
                record, missed = poll(), 0
            except (ConnectionFailed, ServerFailed) as error:
                missed += 1
                if missed > tolerate:
                    raise error.with_partial(record) from error.__cause__
            else:
                now = state(record)
                if now in failed and fresh(record):
                    raise JobFailed(_failed_text(what, now, explain(record)), state=now, record=record)
                if now in wanted and fresh(record):
                    return record
                if (mark := watch(record)) != seen:
                    seen, moved, pause_for = mark, clock.now(), interval
                done, total = progress(record) or (0, 0)
                bar.update(done, now, total or None)
            _check_time(clock, what, state, record, started, deadline, moved, stuck_after)
            left = deadline - (clock.now() - started) if deadline is not None else pause_for
            clock.sleep(min(pause_for, max(left, 0.0)))
            pause_for = min(pause_for * 1.5, longest)


def _failed_text(what: str, state: str, words: str) -> str:
    return f"{what} ended as {state}" + (f": {' '.join(words.split())[:300]}" if words else ".")


def _check_time(
    clock: Clock,
    what: str,
    state: Callable[[Any], str],
    record: Any,
    started: float,
    deadline: float | None,
    moved: float,
    stuck_after: float | None,
) -> None:
    now = "no answer yet" if record is None else state(record)
    if deadline is not None and clock.now() - started >= deadline:
        raise WaitTimeout(
            f"{what} is still {now} after {deadline:g} s; the work goes on at the server: wait again, with a longer "
            "deadline if need be.",
            state=now,
            record=record,
        )
    if stuck_after is not None and clock.now() - moved >= stuck_after:
        raise WaitTimeout(
            f"{what} has been {now} for {stuck_after:g} s without any change; it may be stuck: ask an administrator of "
            "the server before you submit again.",
            state=now,
            record=record,
        )
