"""The threads of a session: started when first needed, called in order, dismissed with the session.

A signal may end the main thread's work behind any call. In the locks that Python's own pools and futures are written
with, such an end can leave a lock held for good; here nothing but single calls into C is waited for, so that what was
interrupted can be taken up again.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

# A browser tab has no threads: an order is carried out at once. The variable is for tests.
IN_PLACE = sys.platform == "emscripten" or os.environ.get("BIONB_IN_PLACE") == "1"
LOOK = 1.0  # seconds after which one who waits looks again


class Pending(Protocol[R_co]):
    """What is to come from a thread; `concurrent.futures.Future` is one too."""

    def result(self) -> R_co:
        """Wait for it."""

    def exception(self) -> BaseException | None:
        """Wait for it, and return what went wrong."""

    def done(self) -> bool:
        """Tell whether waiting is over."""

    def cancel(self) -> bool:
        """Call it off; False if it is too late."""

    def cancelled(self) -> bool:
        """Tell whether it was called off."""


class Errand(Generic[R]):
    """What a thread of the crew was sent for."""

    __slots__ = ("_bell", "_fate", "_outcome", "_work")

    def __init__(self, function: Callable[[T], R], item: T) -> None:
        self._work: Callable[[], R] | None = lambda: function(item)
        self._fate: dict[str, str] = {}  # setdefault is one step: it is begun or called off, and never both
        self._outcome: tuple[Any, BaseException | None] | None = None
        self._bell = _thread.allocate_lock()
        self._bell.acquire()

    def run(self) -> None:
        """Do it, in a thread of the crew, unless it was called off."""
        work, self._work = self._work, None
        if work is None or self._fate.setdefault("fate", "begun") != "begun":
            return
        try:
            outcome: tuple[Any, BaseException | None] = work(), None
        except BaseException as error:  # whoever waits gets it
            outcome = None, error
        self._outcome = outcome
        self._bell.release()

    def cancel(self) -> bool:
        """Call it off; False if it was begun."""
        return self._fate.setdefault("fate", "cancelled") == "cancelled"

    def cancelled(self) -> bool:
        """Tell whether it was called off."""
        return self._fate.get("fate") == "cancelled"

    def done(self) -> bool:
        """Tell whether waiting is over."""
        return self._outcome is not None or self.cancelled()

    def result(self) -> R:
        """Wait, and return what came of it or raise what went wrong."""
        error = self.exception()
        if error is not None:
            raise error
        assert self._outcome is not None
        result: R = self._outcome[0]
        return result

    def exception(self) -> BaseException | None:
        """Wait, and return what went wrong, if anything did."""
        while self._outcome is None:
            if self.cancelled():
                raise CancelledError
            if self._bell.acquire(timeout=LOOK):
                self._bell.release()  # for others who wait
        return self._outcome[1]


class Crew:
    """At most `workers` threads."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._orders: SimpleQueue[Errand[Any] | None] = SimpleQueue()
        self._idle: list[bool] = []  # one entry for each thread that waits for an order
        self._threads: list[threading.Thread] = []

    def submit(self, function: Callable[[T], R], item: T) -> Errand[R]:
        """Run a function in one of the threads."""
        errand = Errand(function, item)
        if IN_PLACE:
            errand.run()
            return errand
        self._orders.put(errand)
        if self._is_short():
            # Signals reach the main thread only, and one that hits Thread.start() there would leave a lock held.
            _thread.start_new_thread(self._hire, ())
        return errand

    def _hire(self) -> None:
        with self._lock:
            if self._is_short():
                orders = self._orders, self._idle
                name = f"bionb_{len(self._threads)}"
                thread = threading.Thread(target=_serve, args=orders, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _is_short(self) -> bool:
        return len(self._threads) < self._workers and self._orders.qsize() > len(self._idle)

    def map(self, function: Callable[[T], R], items: Iterable[T], ahead: int | None = None) -> Iterator[R]:
        """Call a function on items concurrently and yield results in order; pending ones are cancelled on any exit."""
        waiting: list[Errand[R]] = []
        try:
            for item in items:
                waiting.append(self.submit(function, item))
                if len(waiting) >= (ahead or 2 * self._workers):
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for errand in waiting:
                errand.cancel()

    def dismiss(self) -> None:
        """End the threads; what has not begun is cancelled."""
        with self._lock:
            orders, threads = self._orders, self._threads
            self._orders, self._idle, self._threads = SimpleQueue(), [], []
        with suppress(Empty):
            while True:
                errand = orders.get_nowait()
                if errand is not None:
                    errand.cancel()
        for _ in threads:
            orders.put(None)

    def __del__(self) -> None:
        for _ in self._threads:
            self._orders.put(None)


def _serve(orders: SimpleQueue[Errand[Any] | None], idle: list[bool]) -> None:
    """Do one errand after the other; the crew itself is not known here, so that a forgotten one ends."""
    while True:
        idle.append(True)
        errand = orders.get()
        idle.pop()
        if errand is None:
            return
        errand.run()
        del errand  # its result is not kept for the time of waiting
