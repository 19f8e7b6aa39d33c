"""Wait until a state is reached.

A wait polls at once, then with growing pauses; it ends at a deadline, at a failed state, or with the interrupt key,
which stops the waiting and never the work on the server. A server that answers 5xx or nothing for some minutes, because
it is being restarted, ends no wait.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from bionb.errors import ConnectionFailed, JobFailed, ServerFailed, WaitTimeout
from bionb.progress import CLOCK, Clock, Progress, log, pause, told_on

__all__ = ["CLOCK", "PATIENCE", "Clock", "Progress", "log", "pause", "wait_for"]

Record = TypeVar("Record")

PATIENCE = 300.0  # seconds without an answer that a wait survives: a server's restart, a proxy's, an update


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
    patience: float = PATIENCE,
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
    patience : float
        Seconds for which polls may fail for want of an answer (5xx, refused or broken connections), in a row.

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
    ConnectionFailed, ServerFailed
        No answer for longer than `patience`; ``.partial`` is the last record.
    """
    clock = clock or CLOCK
    watch = changed or state
    started = moved = clock.now()
    pause_for, seen = interval, None
    silent: tuple[float, str] | None = None  # since when nothing was answered, and why
    record: Record | None = None
    with Progress(what, unit="") as bar:
        while True:
            try:
                with told_on(bar):
                    record = poll()
            except (ConnectionFailed, ServerFailed) as error:
                since = silent[0] if silent else clock.now()
                silent = (since, _reason(error))
                if error.lasting or clock.now() - since >= patience:
                    _say_gave_up(error, what, clock.now() - since)
                    raise error.with_partial(record) from error.__cause__
                bar.say(f"no answer for {clock.now() - since:.0f} s ({silent[1]}), asking on")
            else:
                if silent:
                    moved += clock.now() - silent[0]  # nothing is known of that time
                    silent = None
                now = state(record)
                if now in failed and fresh(record):
                    raise JobFailed(_failed_text(what, now, explain(record)), state=now, record=record)
                if now in wanted and fresh(record):
                    return record
                if (mark := watch(record)) != seen:
                    seen, moved, pause_for = mark, clock.now(), interval
                done, total = progress(record) or (0, 0)
                bar.update(done, now, total or None)
            spent, unmoved = clock.now() - started, clock.now() - moved
            if deadline is not None and spent >= deadline:
                raise _too_late(what, state, record, deadline, silent)
            if stuck_after is not None and unmoved >= stuck_after and not silent:
                raise _stuck(what, state, record, stuck_after)
            left = deadline - spent if deadline is not None else pause_for
            clock.sleep(min(pause_for, max(left, 0.0)))
            pause_for = min(pause_for * 1.5, longest)


def _failed_text(what: str, state: str, words: str) -> str:
    return f"{what} ended as {state}" + (f": {' '.join(words.split())[:300]}" if words else ".")


def _reason(error: ConnectionFailed | ServerFailed) -> str:
    return f"status {error.status}" if isinstance(error, ServerFailed) else "no connection"


def _say_gave_up(error: ConnectionFailed | ServerFailed, what: str, silent: float) -> None:
    if not error.lasting:
        error.advise(
            f"{what} was waited for, and for {silent:.0f} s nothing answered; the work may go on at the "
            "server: wait again later."
        )


def _too_late(
    what: str, state: Callable[[Any], str], record: Any, deadline: float, silent: tuple[float, str] | None
) -> WaitTimeout:
    now = "no answer yet" if record is None else state(record)
    last = f"; the server has not answered lately ({silent[1]})" if silent else ""
    return WaitTimeout(
        f"{what} is still {now} after {deadline:g} s{last}; the work goes on at the server: wait again, with a longer "
        "deadline if need be.",
        state=now,
        record=record,
    )


def _stuck(what: str, state: Callable[[Any], str], record: Any, stuck_after: float) -> WaitTimeout:
    now = state(record)
    return WaitTimeout(
        f"{what} has been {now} for {stuck_after:g} s without any change; it may be stuck: ask an administrator of "
        "the server before you submit again.",
        state=now,
        record=record,
    )
