"""Several figures of reports from run to run, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bionb.drawing import add_legend, canvas, styled
from bionb.errors import UsageError
from bionb.platforms.torrentsuite.tables.figures import UNITS, date_axis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COMPARED = (
    "total_reads", "mean_read_length", "loading_percent", "q20_percent", "on_target_percent", "uniformity_percent",
)  # fmt: skip


@styled
def report_trend(reports: pd.DataFrame, figures: Sequence[str] = COMPARED) -> list[Axes]:
    """Draw the figures of a project's reports over time, coloured by chip; thumbnails are left out.

    Parameters
    ----------
    reports : DataFrame
        ``suite.project_reports(project).to_frame()``.
    figures : sequence of str
        Columns of it. Those with fewer than two reports get no panel: a lone point is no trend.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a figure; a single one that says so where there is nothing to draw.

    Raises
    ------
    UsageError
        The table has no such column.
    """
    if lost := [each for each in figures if each not in reports.columns]:
        raise UsageError(f"The table has no column {lost[0]!r}: take the frame of project_reports(project).")
    whole = reports[~reports["thumbnail"].fillna(False).astype(bool)].sort_values("timeStamp")
    drawn = [each for each in figures if whole[each].notna().sum() > 1]
    count = max(1, len(drawn))
    _, panels = canvas(9, 1.2 + 2.1 * ((count + 1) // 2), (count + 1) // 2, min(2, count))
    if not drawn:
        words = "fewer than two reports with figures"
        panels[0].text(0.5, 0.5, words, transform=panels[0].transAxes, ha="center", va="center", color="gray")
        return panels
    chips = whole["chipType"].astype(object).where(whole["chipType"].notna(), "(not given)")
    lines: dict[str, Any] = {}
    for name, ax in zip(drawn, panels, strict=False):
        scale, unit = UNITS.get(name, (1.0, name.replace("_", " ")))
        for chip in sorted(set(chips)):
            points = whole[(chips == chip) & whole[name].notna()]
            shown = points[name].astype(float) / scale
            lines[chip] = ax.plot(points["timeStamp"], shown, marker="o", linestyle=":", markersize=4)[0]
        ax.set(ylabel=unit)
        date_axis(ax, most=3)
    for ax in panels[len(drawn) :]:
        ax.remove()
    add_legend(panels[0], lines, title="chip")
    panels[0].figure.suptitle("From report to report")
    return panels[: len(drawn)]
