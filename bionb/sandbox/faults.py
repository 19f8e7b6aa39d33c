"""Ways to misbehave, switched on for a while: for tests, and for lessons on clients that survive them."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bionb.errors import UsageError

COMMON = ("latency", "rate_limit", "maintenance", "drop_connection", "malformed", "hang", "redirect", "web_page")


@dataclass(eq=False)
class Fault:
    """One way to misbehave, with its options and how often it still acts (None: always)."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    left: int | None = None


class Faults:
    """The faults that are on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on: list[Fault] = []

    def add(self, kind: str, options: Mapping[str, Any], quirks: Collection[str] = ()) -> Fault:
        """Switch a fault on."""
        if kind not in COMMON and kind not in quirks:
            raise UsageError(f"There is no fault {kind!r} here; there are: {', '.join([*COMMON, *quirks])}.")
        fault = Fault(kind, options, options.get("times"))
        with self._lock:
            self._on.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch it off."""
        with self._lock:
            self._on.remove(fault)

    def take(self, kind: str, method: str = "", path: str = "") -> Fault | None:
        """Return a fault of this kind that acts on this request, and count it."""
        with self._lock:
            for fault in self._on:
                if fault.kind == kind and fault.left != 0 and _meant(fault, method, path):
                    if fault.left is not None:
                        fault.left -= 1
                    return fault
        return None

    def __bool__(self) -> bool:
        return bool(self._on)


def _meant(fault: Fault, method: str, path: str) -> bool:
    wanted = fault.options.get("method")
    return (not wanted or wanted == method) and bool(re.search(fault.options.get("path", ""), path))
