"""Findings: what there is to know about a file, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from bionb.isatab.model.headers import Column

if TYPE_CHECKING:
    from bionb.isatab.model.table import Table

#: Worst first.
LEVELS = ("error", "critical", "moderate", "advisory", "note")


class Finding(NamedTuple):
    """Something to know about a file, and about which rows; ``line`` is None where it concerns the whole."""

    file: str
    line: int | None
    column: str
    level: str
    message: str
    value: str = ""
    count: int = 1  # type: ignore[assignment]
    rows: tuple[int, ...] = ()


FINDING_DTYPES = {name: "Int64" if name in ("line", "count") else "str" for name in Finding._fields if name != "rows"}


class Report:
    """Collects the findings of one table; equal ones are counted and stand where they come first."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._found: dict[tuple[str, str, str], tuple[list[int], str, int]] = {}

    def add(
        self, level: str, message: str, column: Column | None = None, rows: Sequence[int] = (), value: str = ""
    ) -> None:
        """Add a finding about some rows, or about the header where there are none."""
        key = (level, message, column.key if column else "")
        known, value, count = self._found.get(key, ([], value, 0))
        known.extend(rows)
        self._found[key] = (known, value, count + max(1, len(rows)))

    @property
    def failed(self) -> bool:
        """Whether AltamISA could not read the table."""
        return any(level == "error" for level, _, _ in self._found)

    @property
    def findings(self) -> list[Finding]:
        """The findings, in the order in which they came."""
        name = self.table.name
        return [
            Finding(name, self.table.line(min(rows, default=None)), column, level, message, value, count, tuple(rows))
            for (level, message, column), (rows, value, count) in self._found.items()
        ]
