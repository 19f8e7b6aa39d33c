"""How many requests a server allows: its rate limit, and who waits for the next window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bionb.progress import CLOCK, pause

LONGEST_WAIT = 900.0


@dataclass(frozen=True)
class RateBudget:
    """What the server says about its rate limit.

    Attributes
    ----------
    limit, remaining : int
        Requests per window, and left in this one.
    reset_at : float
        Unix time in seconds when the window ends.
    """

    limit: int
    remaining: int
    reset_at: float


class Allowance:
    """What is left of a server's rate limit, for all threads of a session.

    Parameters
    ----------
    label : str
        The platform's name in messages.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self.budget: RateBudget | None = None
        self._landed, self._one_waits = threading.Condition(), threading.Lock()
        self._flying = 0

    @contextmanager
    def held(self, counts: bool) -> Iterator[None]:
        """Hold a request back until the rate limit has room for it and for those under way."""
        if not counts:
            yield
            return
        with self._one_waits:  # the other threads find nothing left to wait for: one message, one bar
            with self._landed:
                self._landed.wait_for(lambda: not self._promised())
            self._await_budget()
            with self._landed:
                self._flying += 1
        try:
            yield
        finally:
            with self._landed:
                self._flying -= 1
                self._landed.notify_all()

    def _promised(self) -> bool:
        """Tell whether all that is left of this window may be needed by the requests under way."""
        budget = self.budget
        if budget is None:
            return False
        left = budget.remaining if budget.reset_at > CLOCK.wall() else budget.limit
        return 0 < left <= self._flying

    def _await_budget(self) -> None:
        """Wait for the next window when the last answer said that this one is used up."""
        budget = self.budget
        if budget is None or budget.remaining > 0:
            return
        left = budget.reset_at - CLOCK.wall()
        if 0 < left <= LONGEST_WAIT:
            pause(left, f"{self._label}: rate limit of {budget.limit} requests used up")

    def note(self, found: RateBudget) -> None:
        """Keep what an answer says; answers overtake each other, so that within a window the least counts."""
        with self._landed:
            known = self.budget
            if known is not None and (found.reset_at, -found.remaining) < (known.reset_at, -known.remaining):
                return
            self.budget = found
