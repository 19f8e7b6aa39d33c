"""What all sandboxes keep: records with fixed identifiers, and a clock that only moves when something is written."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

_NAMESPACE = UUID("b10b0000-0000-4000-8000-000000000000")


class FrozenClock:
    """The sandbox's time; equal in every run.

    Parameters
    ----------
    start : datetime, optional
        UTC; noon of 5 January 2026 by default.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the time (UTC)."""
        return self._now

    def tick(self, seconds: float = 1.0) -> datetime:
        """Move on and return the new time; every write ticks once."""
        self._now += timedelta(seconds=seconds)
        return self._now


class Identifiers:
    """Gives identifiers that are the same in every run.

    Examples
    --------
    >>> Identifiers("demo").uuid("project") == Identifiers("demo").uuid("project")
    True
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._counters: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))

    def uuid(self, kind: str, name: str | None = None) -> str:
        """Return the UUID of a named thing, or of the next one of its kind."""
        return str(uuid5(_NAMESPACE, f"{self._seed}/{kind}/{name if name is not None else self.number(kind)}"))

    def number(self, kind: str) -> int:
        """Return the next number of a kind, from 1."""
        return next(self._counters[kind])
