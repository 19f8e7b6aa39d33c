"""One page of a table at a time, as HTML in which no text of a server can run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Lab breaks long words in cells: an identifier would take four lines.
_STYLE = "<style>table.bionb-table td, table.bionb-table th { white-space: nowrap; }</style>"
WIDEST = 24  # columns shown; the frame has all


class TablePages:
    """A frame cut into pages.

    Parameters
    ----------
    frame : DataFrame
        All of it.
    rows : int
        Rows a page.
    """

    def __init__(self, frame: pd.DataFrame, rows: int) -> None:
        self.frame, self._rows, self._page = frame, rows, 0

    @property
    def _last(self) -> int:
        return max(0, (len(self.frame) - 1) // self._rows)

    @property
    def at_start(self) -> bool:
        """True on the first page."""
        return self._page == 0

    @property
    def at_end(self) -> bool:
        """True on the last page."""
        return self._page == self._last

    def turn(self, by: int) -> None:
        """Turn pages, not beyond the first or last."""
        self._page = min(max(0, self._page + by), self._last)

    def html(self) -> str:
        """Return the page as a table."""
        import pandas as pd

        start = self._page * self._rows
        with pd.option_context("display.max_colwidth", 60):
            page = self.frame.iloc[start : start + self._rows]
            table = page.to_html(
                classes="bionb-table",
                border=0,
                max_cols=WIDEST,
                escape=True,
                na_rep="",
                show_dimensions=False,
                index=not isinstance(page.index, pd.RangeIndex),
            )
        return _STYLE + str(table)

    def words(self) -> str:
        """Say which rows these are.

        Examples
        --------
        >>> import pandas as pd
        >>> TablePages(pd.DataFrame({"n": range(96)}), 10).words()
        'rows 1–10 of 96 (page 1 of 10)'
        """
        rows = len(self.frame)
        if not rows:
            return "no rows"
        start = self._page * self._rows
        shown = f"rows {start + 1}–{min(start + self._rows, rows)} of {rows}"
        return shown if self._last == 0 else f"{shown} (page {self._page + 1} of {self._last + 1})"
