"""What was asked: the history of a session."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING, Any

from bionb.http.sent import SentRequest
from bionb.http.story import Story, current_story

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("method", "path", "status", "ms", "bytes", "retries", "started", "call")


class History:
    """All requests of a session; safe to fill from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = itertools.count()
        self._rows: list[tuple[Any, ...]] = []
        self._latest = Story()

    @property
    def last(self) -> SentRequest | None:
        """The request that did the work of the latest call that sent anything."""
        return self._latest.work

    @property
    def latest(self) -> tuple[SentRequest, ...]:
        """All requests of that call."""
        return self._latest.requests

    def tell(self, sent: SentRequest, *, changes: bool) -> None:
        """Take a request into the story of the call that sends it; without any it goes on with the latest, or opens."""
        story = current_story()
        if story is None:
            story = Story() if sent.opens else self._latest
        story.add(sent, changes=changes)
        self._latest = story

    def start(self) -> tuple[int, float, str]:
        """Return number, time and call of a request that is about to be sent."""
        story = current_story() or self._latest
        with self._lock:
            return next(self._count), time.time(), story.name

    def add(self, begun: tuple[int, float, str], *row: Any) -> None:
        """Keep one finished request: method, path, status (None without an answer), ms, bytes, retries."""
        number, started, call = begun
        with self._lock:
            self._rows.append((number, *row, started, call))

    def __len__(self) -> int:
        return len(self._rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a request, ordered by start.

        Returns
        -------
        DataFrame
            ``method``, ``path``, ``status`` (Int64, missing when no answer came), ``ms`` (milliseconds),
            ``bytes`` (of the answer's body), ``retries`` (repeats before this answer), ``started`` (UTC), ``call`` (the
            client's method that was called).
        """
        import pandas as pd

        with self._lock:
            rows = [row[1:] for row in sorted(self._rows, key=lambda row: row[0])]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        frame["started"] = pd.to_datetime(frame["started"].astype("float64"), unit="s", utc=True)
        kinds = {"method": "str", "path": "str", "status": "Int64", "ms": "float64", "bytes": "Int64"}
        return frame.astype({**kinds, "retries": "Int64", "call": "str"})
