"""The threads of a session: started when first needed, called in order, dismissed with the session."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """A pool of at most `workers` threads."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def submit(self, function: Callable[[T], R], item: T) -> Future[R]:
        """Run a function in one of the threads."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="bionb")
            return self._pool.submit(function, item)

    def map(self, function: Callable[[T], R], items: Iterable[T], ahead: int | None = None) -> Iterator[R]:
        """Call a function on items concurrently and yield results in order; pending ones are cancelled on any exit."""
        waiting: list[Future[R]] = []
        try:
            for item in items:
                waiting.append(self.submit(function, item))
                if len(waiting) >= (ahead or 2 * self._workers):
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()

    def dismiss(self) -> None:
        """End the threads; what has not begun is cancelled."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
