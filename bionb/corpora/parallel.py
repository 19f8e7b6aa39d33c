"""Work spread over threads, processes or a cluster, with a bounded number of parts under way, results in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from bionb.errors import UsageError

Result = TypeVar("Result")
#: Sets that one task reads: enough to repay its way to another process, few enough to fit in its memory.
BATCH = 25
AHEAD = 8  # tasks given out before the oldest is waited for


def checked(workers: Any) -> Any:
    """Return a number of processes, an executor, or a cluster's client; refuse anything else."""
    number = isinstance(workers, int) and not isinstance(workers, bool) and workers > 0
    if number or isinstance(workers, Executor) or hasattr(workers, "get_executor"):
        return workers
    raise UsageError(
        "workers is a number of processes from 1 on, an executor of concurrent.futures, or a distributed.Client, not "
        f"{workers!r:.80}."
    )


@contextmanager
def executor_of(workers: Any) -> Iterator[Executor | None]:
    """Give the executor that is meant; None means this process."""
    if isinstance(workers, Executor):
        yield workers
    elif hasattr(workers, "get_executor"):
        yield workers.get_executor()
    elif workers == 1:
        yield None
    else:
        # A fork would copy the threads of a notebook in whatever state they are.
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield pool


def in_order(
    workers: Any, work: Callable[..., Result], tasks: Sequence[tuple[bool, tuple[Any, ...]]]
) -> Iterator[Result]:
    """Yield the results of tasks, in order; those marked as bound to this process are done here."""
    with executor_of(workers) as executor:
        waiting: deque[Callable[[], Result]] = deque()
        for elsewhere, arguments in tasks:
            if executor is None or not elsewhere:
                waiting.append(lambda given=arguments: work(*given))  # type: ignore[misc]
            else:
                waiting.append(executor.submit(work, *arguments).result)
            if len(waiting) > AHEAD:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()
